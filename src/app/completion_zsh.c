/* Completion for zsh. */
#include <string.h>

#include "completion.h"
#include "generate.h"

/* Adds help for a place inside single quotes; backslash and brackets mean something to zsh. */
static void add_quoted(struct text *text, const char *help, const char *special)
{
	for (; *help; help++) {
		if (*help == '\'') {
			text_add(text, "'\\''");
			continue;
		}
		if (strchr(special, *help))
			text_add_char(text, '\\');
		text_add_char(text, *help);
	}
}

/* zsh: what completes an argument. */
static void add_zsh_action(struct text *text, const struct option *option)
{
	switch ((enum option_hint)option->hint) {
	case HINT_FILE:
		text_add(text, "_files");
		break;
	case HINT_PID:
		text_add(text, "_pids");
		break;
	case HINT_USER:
		text_add(text, "_users");
		break;
	case HINT_VARIABLE:
		text_add(text, "_parameters -g \"*export*\"");
		break;
	case HINT_WORDS:
		text_add_char(text, '(');
		completion_choices(text, option);
		text_add_char(text, ')');
		break;
	case HINT_CALLS:
		text_add(text, "_sequence compadd - $calls");
		break;
	case HINT_FAMILIES:
		text_add(text, "_sequence compadd - " COMPLETION_FAMILIES);
		break;
	case HINT_NONE:
		break;
	}
}

/* zsh: one specification of _arguments. */
static void add_zsh_option(struct text *text, const struct option *option)
{
	const char *many = option->hint == HINT_PID || option->hint == HINT_VARIABLE ||
					   option->store == STORE_COUNT ||
					   (option->letters && strlen(option->letters) > 2)
				   ? "\\*"
				   : "";

	text_add(text, "\t");
	if (option->letters && !*many)
		text_printf(text, "'(-%c --%s)'", option_letter(option), option->name);
	else
		text_add(text, many);
	if (option->letters)
		text_printf(text, "{-%c%s,--%s%s}'", option_letter(option), option->argument ? "+" : "",
			    option->name, option->argument ? "=" : "");
	else
		text_printf(text, "'--%s%s", option->name, option->argument ? "=" : "");
	text_add_char(text, '[');
	add_quoted(text, option->help, "[]\\:");
	text_add_char(text, ']');
	if (option->argument) {
		text_add_char(text, ':');
		add_quoted(text, option->argument, "[]\\:");
		text_add_char(text, ':');
		add_zsh_action(text, option);
	}
	text_add(text, "' \\\n");
}

void generate_zsh(struct text *text)
{
	text_add(text, "#compdef sockline\n");
	text_add(text, completion_origin);
	text_add(text, "\nlocal -a calls\ncalls=(");
	completion_calls(text);
	text_add(text, ")\n\n_arguments -s -S \\\n");
	completion_each(text, add_zsh_option);
	text_add(text, "\t'(-)1:command:_command_names -e' \\\n"
		       "\t'*::argument:_normal'\n");
}
