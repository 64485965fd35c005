/* Completion for fish. */
#include <string.h>

#include "completion.h"
#include "generate.h"

/* fish: one complete command. */
static void add_fish_option(struct text *text, const struct option *option)
{
	text_add(text, "complete -c sockline -n __sockline_no_command");
	if (option->letters)
		text_printf(text, " -s %c", option_letter(option));
	text_printf(text, " -l %s", option->name);
	switch (option->argument ? (enum option_hint)option->hint : HINT_NONE) {
	case HINT_FILE:
		text_add(text, " -r -F");
		break;
	case HINT_PID:
		text_add(text, " -x -a '(__fish_complete_pids)'");
		break;
	case HINT_USER:
		text_add(text, " -x -a '(__fish_complete_users)'");
		break;
	case HINT_VARIABLE:
		text_add(text, " -x -a '(set -nx)'");
		break;
	case HINT_WORDS:
		text_add(text, " -x -a '");
		completion_choices(text, option);
		text_add(text, "'");
		break;
	case HINT_CALLS:
		text_add(text, " -x -a '(__sockline_set $__sockline_calls)'");
		break;
	case HINT_FAMILIES:
		text_add(text, " -x -a '(__sockline_set " COMPLETION_FAMILIES ")'");
		break;
	case HINT_NONE:
		text_add(text, option->argument ? " -x" : "");
		break;
	}
	text_add(text, " -d '");
	for (const char *help = option->help; *help; help++)
		text_printf(text, strchr("'\\", *help) ? "\\%c" : "%c", *help);
	text_add(text, "'\n");
}

/* fish: the options whose argument is the next word, for finding the command. */
static void add_fish_taker(struct text *text, const struct option *option)
{
	if (!option->argument)
		return;
	if (option->letters)
		text_printf(text, " -%c", option_letter(option));
	text_printf(text, " --%s", option->name);
}

void generate_fish(struct text *text)
{
	text_add(text, completion_origin);
	text_add(text, "\nset -g __sockline_calls ");
	completion_calls(text);
	text_add(text, "\n\n"
		       "# Words with commas between them: the last one is completed.\n"
		       "function __sockline_set\n"
		       "\tset -l typed (string replace -r -- '^--[a-z]+=' '' (commandline -ct))\n"
		       "\tset -l before (string match -r -- '^(?:.*[,!])?' $typed)\n"
		       "\tprintf '%s\\n' \"$before\"$argv\n"
		       "end\n\n"
		       "# Whether the words so far are all options and their arguments.\n"
		       "function __sockline_no_command\n"
		       "\tset -l skip 0\n"
		       "\tfor word in (commandline -opc)[2..-1]\n"
		       "\t\tif test $skip = 1\n"
		       "\t\t\tset skip 0\n"
		       "\t\telse if contains -- $word");
	completion_each(text, add_fish_taker);
	text_add(text, "\n"
		       "\t\t\tset skip 1\n"
		       "\t\telse if test \"$word\" = --; or not string match -q -- '-*' $word\n"
		       "\t\t\treturn 1\n"
		       "\t\tend\n"
		       "\tend\n"
		       "end\n\n"
		       "# The command is completed as if it stood alone.\n"
		       "complete -c sockline -x -a '(__fish_complete_subcommand");
	completion_each(text, add_fish_taker);
	text_add(text, ")'\n");
	completion_each(text, add_fish_option);
}
