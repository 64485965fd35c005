/* Completion for bash; works with and without the package bash-completion. */
#include <string.h>

#include "completion.h"
#include "generate.h"

/* The frame, in five pieces; lists made from the table of options stand between them. */
static const char helpers[] =
	"# shellcheck shell=bash\n\n"
	"_sockline_words() {\n"
	"\tmapfile -t COMPREPLY < <(compgen -W \"$1\" -- \"$cur\")\n"
	"}\n\n"
	"_sockline_files() {\n"
	"\tcompopt -o filenames 2>/dev/null\n"
	"\tmapfile -t COMPREPLY < <(compgen -f -- \"$cur\")\n"
	"}\n\n"
	"# Words with commas between them: the last one is completed.\n"
	"_sockline_set() {\n"
	"\tlocal last=${cur##*[,!]}\n"
	"\tmapfile -t COMPREPLY < <(compgen -P \"${cur%\"$last\"}\" -W \"$1\" -- \"$last\")\n"
	"\tcompopt -o nospace 2>/dev/null\n"
	"}\n\n"
	"# The command to be traced: another completion's business where there is one.\n"
	"_sockline_command() {\n"
	"\tif declare -F _comp_command_offset >/dev/null; then\n"
	"\t\t_comp_command_offset \"$1\"\n"
	"\telif declare -F _command_offset >/dev/null; then\n"
	"\t\t_command_offset \"$1\"\n"
	"\telif [[ $1 == \"$COMP_CWORD\" ]]; then\n"
	"\t\tmapfile -t COMPREPLY < <(compgen -c -- \"$cur\")\n"
	"\telse\n"
	"\t\t_sockline_files\n"
	"\tfi\n"
	"}\n\n";

static const char words_before[] =
	"_sockline() {\n"
	"\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} i\n"
	"\tCOMPREPLY=()\n"
	"\tfor ((i = 1; i < COMP_CWORD; i++)); do\n"
	"\t\tcase ${COMP_WORDS[i]} in\n"
	"\t\t--) _sockline_command $((i + 1)); return ;;\n"
	"\t\t";

static const char words_behind[] = ")\n"
				   "\t\t\t# bash makes three words of --name=argument\n"
				   "\t\t\t[[ ${COMP_WORDS[i + 1]} != = ]] || ((i++))\n"
				   "\t\t\t((i++)) ;;\n"
				   "\t\t-*) ;;\n"
				   "\t\t*) _sockline_command \"$i\"; return ;;\n"
				   "\t\tesac\n"
				   "\tdone\n"
				   "\tif [[ $cur == = ]]; then\n"
				   "\t\tcur=\n"
				   "\telif [[ $prev == = ]]; then\n"
				   "\t\tprev=${COMP_WORDS[COMP_CWORD - 2]}\n"
				   "\tfi\n"
				   "\tcase $prev in\n";

static const char otherwise[] = "\t*)\n"
				"\t\tif [[ $cur == -* ]]; then\n"
				"\t\t\t_sockline_words '";

static const char end[] = "'\n"
			  "\t\t\t[[ ${COMPREPLY[0]-} != *= ]] || compopt -o nospace 2>/dev/null\n"
			  "\t\telse\n"
			  "\t\t\t_sockline_command \"$COMP_CWORD\"\n"
			  "\t\tfi\n"
			  "\t\t;;\n"
			  "\tesac\n"
			  "}\n\n"
			  "complete -F _sockline sockline\n";

/* bash: "-o | --output)" and what follows it. */
static void add_bash_case(struct text *text, const struct option *option)
{
	if (!option->argument)
		return;
	text_add(text, "\t");
	if (option->letters)
		text_printf(text, "-%c | ", option_letter(option));
	text_printf(text, "--%s) ", option->name);
	switch ((enum option_hint)option->hint) {
	case HINT_FILE:
		text_add(text, "_sockline_files ;;\n");
		break;
	case HINT_PID:
		text_add(text, "_sockline_words \"$(ps -A -o pid=)\" ;;\n");
		break;
	case HINT_USER:
		text_add(text, "mapfile -t COMPREPLY < <(compgen -u -- \"$cur\") ;;\n");
		break;
	case HINT_VARIABLE:
		text_add(text, "mapfile -t COMPREPLY < <(compgen -v -- \"$cur\") ;;\n");
		break;
	case HINT_WORDS:
		text_add(text, "_sockline_words '");
		completion_choices(text, option);
		text_add(text, "' ;;\n");
		break;
	case HINT_CALLS:
		text_add(text, "_sockline_set '");
		completion_calls(text);
		text_add(text, "' ;;\n");
		break;
	case HINT_FAMILIES:
		text_add(text, "_sockline_set '" COMPLETION_FAMILIES "' ;;\n");
		break;
	case HINT_NONE:
		text_add(text, ";;\n");
		break;
	}
}

/* bash: the options that take the next word, as a pattern. */
static void add_bash_takers(struct text *text, const struct option *option)
{
	if (!option->argument)
		return;
	if (option->letters)
		text_printf(text, "-%c | ", option_letter(option));
	text_printf(text, "--%s | ", option->name);
}

/* bash: every option as one would type it. */
static void add_bash_words(struct text *text, const struct option *option)
{
	if (option->letters)
		text_printf(text, "-%c ", option_letter(option));
	text_printf(text, "--%s%s ", option->name, option->argument ? "=" : "");
}

void generate_bash(struct text *text)
{
	text_add(text, completion_origin);
	text_add(text, helpers);
	text_add(text, words_before);
	completion_each(text, add_bash_takers);
	text->len -= strlen(" | ");
	text_add(text, words_behind);
	completion_each(text, add_bash_case);
	text_add(text, otherwise);
	completion_each(text, add_bash_words);
	text->len--;
	text_add(text, end);
}
