/* --help and --version. */
#include <string.h>

#include "app/version.h"
#include "option_table.h"

enum { HELP_COLUMN = 27, HELP_WIDTH = 79 };

/* Adds words, broken at the width, each new line indented to the column; the first word stands at column
 * `at`. */
static void add_wrapped(struct text *text, const char *words, size_t at, size_t column)
{
	while (*words) {
		const size_t len = strcspn(words, " ");

		if (at > column && at + 1 + len > HELP_WIDTH) {
			text_add_char(text, '\n');
			text_add_padding(text, column);
			at = column;
		} else if (at > column) {
			text_add_char(text, ' ');
			at++;
		}
		text_add_bytes(text, words, len);
		at += len;
		words += len;
		words += strspn(words, " ");
	}
	text_add_char(text, '\n');
}

/* Adds "  -o, --output=FILE"; what has no letter is indented as if it had. */
static void add_spelling(struct text *text, const struct option *option)
{
	text_add(text, "  ");
	text_add(text, option->letters ? option->letters : "   ");
	text_add(text, option->letters ? ", --" : " --");
	text_add(text, option->name);
	if (option->argument)
		text_printf(text, "=%s", option->argument);
}

/* Adds one option's line or lines. */
static void add_option(struct text *text, const struct option *option)
{
	const size_t from = text->len;

	add_spelling(text, option);
	size_t len = text->len - from;

	if (len + 2 > HELP_COLUMN) {
		text_add_char(text, '\n');
		len = 0;
	}
	text_add_padding(text, HELP_COLUMN - len);
	add_wrapped(text, option->help, HELP_COLUMN, HELP_COLUMN);
}

void options_help(struct text *text)
{
	text_add(text, "Shows what a program does on the network: each socket call with its arguments,\n"
		       "its result, how long it took and the line of source code that made it.\n"
		       "\n"
		       "sockline [OPTIONS] COMMAND [ARG...]    trace a command and what it starts\n"
		       "sockline [OPTIONS] -p PID[,PID...]     trace running processes\n");
	for (unsigned group = 0; group < GROUP_HIDDEN; group++) {
		text_printf(text, "\n%s:\n", option_groups[group]);
		for (size_t i = 0; i < option_count; i++)
			if (option_table[i].group == group)
				add_option(text, &option_table[i]);
	}
	text_add(text, "\nStatus: that of the command; 125 when sockline itself fails, 126 or 127 when the\n"
		       "command cannot be run. `man sockline` tells more.\n");
}

void options_version(struct text *text)
{
	text_add(text, "sockline " SOCKLINE_VERSION "\n");
#ifdef HAVE_LIBIBERTY
	text_add(text, "C++ and Rust names are demangled\n");
#else
	text_add(text, "built without libiberty: C++ and Rust names are not demangled\n");
#endif
}
