/*
 * option_table: the one table of options. The parser stores by it, --help, the man page and the completions
 * show it.
 *
 * Knows what an option is called and where its value goes; nothing of what the value does.
 */
#ifndef SOCKLINE_APP_OPTION_TABLE_H
#define SOCKLINE_APP_OPTION_TABLE_H

#include <stddef.h>
#include <stdint.h>

#include "app/options.h"

enum option_group {
	GROUP_RUN,
	GROUP_CALLS,
	GROUP_LINE,
	GROUP_OUTPUT,
	GROUP_ENGINE,
	GROUP_HELP,
	GROUP_HIDDEN
};

/* How the value gets into struct options. */
enum option_store {
	STORE_NOTHING, /* taken for strace's sake */
	STORE_TRUE,    /* bool field becomes true */
	STORE_FALSE,   /* bool field becomes false */
	STORE_COUNT,   /* int field counts, up to value */
	STORE_VALUE,   /* int field becomes value */
	STORE_CHOICE,  /* int field becomes the chosen word's value */
	STORE_STRING,  /* const char * field: argv's own string */
	STORE_CUSTOM,  /* apply does it */
};

/* What a shell offers for the argument. */
enum option_hint {
	HINT_NONE,
	HINT_FILE,
	HINT_PID,
	HINT_USER,
	HINT_WORDS,
	HINT_CALLS,
	HINT_VARIABLE,
	HINT_FAMILIES
};

struct choice {
	const char *word;
	int value;
};

struct option {
	const char *letters;  /* as the help shows them: "-t, -tt, -ttt"; the second character is the letter;
				 NULL: none */
	const char *name;     /* long name without dashes */
	const char *alias;    /* strace's long name for it, taken but not shown; NULL: none */
	const char *argument; /* its name in the help; NULL: takes none */
	uint8_t optional;     /* the argument may be left out, and is given with = only */
	uint8_t group;	      /* enum option_group */
	uint8_t store;	      /* enum option_store */
	uint8_t hint;	      /* enum option_hint */
	int value;	      /* for STORE_VALUE and STORE_COUNT */
	size_t field;	      /* offset in struct options */
	const struct choice *choices; /* ends with a NULL word */
	int (*apply)(struct options *options, const char *argument, struct error *error);
	const char *help; /* what --help says */
	const char *man;  /* a paragraph for the man page, plain text; NULL: help as a sentence */
};

extern const struct option option_table[];
extern const size_t option_count;
extern const char *const option_groups[]; /* titles by enum option_group, GROUP_HIDDEN excluded */

/* The letter, or 0. */
static inline char option_letter(const struct option *option)
{
	return option->letters ? option->letters[1] : 0;
}

/* What strace's letter is in sockline, for letters that are none of ours; NULL: strace has no such letter
 * either. */
const char *option_strace_letter(char letter);
/* The same for its long names, and those of its -e's qualifiers that are such too; len bytes of name count.
 */
const char *option_strace_name(const char *name, size_t len);
/* The same for the qualifiers of strace's -e, such as "signal"; len bytes of name count. */
const char *option_strace_qualifier(const char *name, size_t len);

/* Functions of the custom options (option_apply.c). */
int option_apply_pids(struct options *options, const char *argument, struct error *error);
int option_apply_environment(struct options *options, const char *argument, struct error *error);
int option_apply_calls(struct options *options, const char *argument, struct error *error);
int option_apply_clock(struct options *options, const char *argument, struct error *error);
int option_apply_families(struct options *options, const char *argument, struct error *error);
int option_apply_peers(struct options *options, const char *argument, struct error *error);
int option_apply_ports(struct options *options, const char *argument, struct error *error);
int option_apply_fds(struct options *options, const char *argument, struct error *error);
int option_apply_errors(struct options *options, const char *argument, struct error *error);
int option_apply_program(struct options *options, const char *argument, struct error *error);
int option_apply_place(struct options *options, const char *argument, struct error *error);
int option_apply_slower(struct options *options, const char *argument, struct error *error);
int option_apply_stack(struct options *options, const char *argument, struct error *error);
int option_apply_tcp_info(struct options *options, const char *argument, struct error *error);
int option_apply_pending(struct options *options, const char *argument, struct error *error);
int option_apply_for(struct options *options, const char *argument, struct error *error);
int option_apply_max_events(struct options *options, const char *argument, struct error *error);
int option_apply_skip_code(struct options *options, const char *argument, struct error *error);
int option_apply_user_code(struct options *options, const char *argument, struct error *error);
int option_apply_string_limit(struct options *options, const char *argument, struct error *error);

#endif
