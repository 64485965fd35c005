/* coverage: what is decoded and how, as docs/COVERAGE.md says it; made from the tables that do the work. */
#ifndef SOCKLINE_DECODE_COVERAGE_H
#define SOCKLINE_DECODE_COVERAGE_H

#include "base/text.h"

/* Appends the whole page, in Markdown. */
void coverage_write(struct text *text);

#endif
