#include "completion.h"

#include "calls/row.h"

static const char classes[] = "%lifecycle %data %ready %options %net %all";
const char completion_origin[] = "# Made by sockline --generate from src/app/options.def: change it there.\n";

/* Calls fn for every option that is shown. */
void completion_each(struct text *text, void (*fn)(struct text *text, const struct option *option))
{
	for (size_t i = 0; i < option_count; i++)
		if (option_table[i].group != GROUP_HIDDEN)
			fn(text, &option_table[i]);
}

/* Adds the choices of an option with blanks between them. */
void completion_choices(struct text *text, const struct option *option)
{
	for (const struct choice *choice = option->choices; choice->word; choice++)
		text_printf(text, "%s%s", choice == option->choices ? "" : " ", choice->word);
}

/* Adds the names of all calls that can be shown, and the classes. */
void completion_calls(struct text *text)
{
	for (unsigned id = 0; id < CALL_COUNT; id++)
		if (call_rows[id].name && !(call_rows[id].classes & CLASS_INTERNAL))
			text_printf(text, "%s ", call_rows[id].name);
	text_add(text, classes);
}
