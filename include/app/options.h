/*
 * options: what the user asked for, as plain data. One table (src/app/option_table.c) makes the parser,
 * --help, the man page and the completions.
 *
 * Owns its lists, borrows every string from argv. Knows nothing of how any of it is carried out; never prints
 * or exits.
 */
#ifndef SOCKLINE_APP_OPTIONS_H
#define SOCKLINE_APP_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/text.h"
#include "calls/row.h"
#include "rules/filter.h"

enum options_action {
	ACTION_TRACE,
	ACTION_HELP,	 /* options_help to standard output, status 0 */
	ACTION_VERSION,	 /* the same with the version */
	ACTION_GENERATE, /* options_generate(generate) to standard output; not shown in the help */
};

enum options_format { FORMAT_TEXT, FORMAT_JSON };
enum options_totals { TOTALS_NONE, TOTALS_ONLY /* -c */, TOTALS_TOO /* -C */ };
enum options_color { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

enum {
	STRING_LIMIT_TEXT = 64, /* -s where nothing is said */
	STRING_LIMIT_JSON = 256,
	STRING_LIMIT_MOST = 1 << 20,
};

struct options {
	int action; /* enum options_action */

	/* What to run: command or pids, never both, one of them when action is ACTION_TRACE. */
	char **command; /* argv from the command on, NULL-terminated as argv is; NULL: none */
	int *pids;	/* > 0, none twice */
	unsigned pid_count;
	const char *user;   /* -u: run the command as; NULL: as we are */
	char **environment; /* -E: "NAME=VALUE" sets, "NAME" removes, in order */
	unsigned environment_count;
	bool follow; /* children and new processes too; threads always are */

	/* Which calls are shown. */
	struct row_set calls;
	struct filter filter; /* owned lists */

	/* What a line shows. */
	int time;	       /* enum time_style of sink/sink.h */
	int path;	       /* enum path_style of sink/sink.h */
	bool show_duration;    /* -T */
	bool verbose;	       /* -v */
	bool caller;	       /* false: --no-caller */
	bool demangle;	       /* false: --no-demangle */
	int stack;	       /* 0, 1: -k, 2: -kk (with source lines) */
	unsigned stack_frames; /* --stack: most frames; 0: no limit of the user's */
	bool show_secrets;     /* keys in socket options */
	bool hex_dump;	       /* --hex */
	int hex_strings;       /* 0, 1: -x, 2: -xx */
	unsigned string_limit; /* -s in bytes, or the format's own */
	int color;	       /* enum options_color */

	/* Where it goes. */
	const char *output; /* -o: path, "-" for standard output or "|command"; NULL: standard error */
	bool append;	    /* -A */
	int quiet;	    /* -q: no lines about processes and signals */
	const char *dir;    /* --dir: a folder instead of one output; NULL: none */
	int totals;	    /* enum options_totals */
	int format;	    /* enum options_format */

	/* How it traces. */
	int engine;	     /* enum engine_choice of trace/trace.h */
	int debug;	     /* how often -d was given */
	bool low_latency;    /* not --no-low-latency: CPUs are kept awake while stops come fast */
	int64_t for_ns;	     /* --for: how long to trace; 0: until the end */
	uint64_t max_events; /* --max-events: calls to show; 0: no limit */
	int64_t pending_ns;  /* --pending: a call that blocks so long is noted; 0: never, -1: as the output is
			      */
	bool tcp_at_close;   /* --tcp-info: when struct tcp_info is asked for */
	uint64_t tcp_bytes;  /* every so many bytes; 0: never */
	int64_t tcp_ns;	     /* at that interval; 0: never */
	const char *debug_dir;		     /* --debug-dir */
	const char **skip_code, **user_code; /* globs, NULL-terminated; NULL: none */
	unsigned skip_count, user_count;

	const char *generate; /* ACTION_GENERATE: man, bash, zsh or fish */
	int follow_letters;   /* how often -f was given: -ff means something else to strace */
	int string_limit_set; /* whether -s was given */
	char **given; /* sockline's own words, given_count of them: argv without its name and the command */
	unsigned given_count;
};

/*
 * Reads argv; options end at the first word that is none, or behind "--". Returns 0, or -EINVAL with error
 * saying which word was wrong and what would have been right (options is then empty). Release with
 * options_done.
 */
int options_parse(struct options *options, int argc, char **argv, struct error *error);
void options_done(struct options *options);

/* The whole help, grouped, at most 80 columns wide. */
void options_help(struct text *text);
/* "sockline 0.1.0" and what it was built with. */
void options_version(struct text *text);
/* kind is man (troff), bash, zsh or fish (completions). Returns 0, or -EINVAL for another kind. */
int options_generate(struct text *text, const char *kind, struct error *error);

#endif
