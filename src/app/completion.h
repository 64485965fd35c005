/* completion: what the completions of all shells are made of: lists from the table of options. */
#ifndef SOCKLINE_APP_COMPLETION_H
#define SOCKLINE_APP_COMPLETION_H

#include "base/text.h"
#include "option_table.h"

/* What --family is completed with: the families that programs use. */
#define COMPLETION_FAMILIES "inet inet6 unix netlink packet vsock"

/* The comment at the top of each. */
extern const char completion_origin[];

/* Calls fn for every option that is shown. */
void completion_each(struct text *text, void (*fn)(struct text *text, const struct option *option));
/* Adds the choices of an option with blanks between them. */
void completion_choices(struct text *text, const struct option *option);
/* Adds the names of all calls that can be shown, and the classes. */
void completion_calls(struct text *text);

#endif
