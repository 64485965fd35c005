/* table: cells gathered row by row, written in columns as wide as their widest cell; figures right, words
 * last. */
#ifndef SOCKLINE_SINK_TABLE_H
#define SOCKLINE_SINK_TABLE_H

#include <stdint.h>

#include "base/text.h"

enum { TABLE_COLUMNS = 12 };

struct table {
	const char *const *heads;
	unsigned columns;
	unsigned widths[TABLE_COLUMNS];
	struct text cells; /* each with its NUL, row after row */
	unsigned column;   /* of the next cell */
};

/* heads stay the caller's; the last column is words, the others are figures. */
void table_begin(struct table *table, const char *const *heads, unsigned columns);
void table_word(struct table *table, const char *word);
void table_number(struct table *table, uint64_t number);
void table_count(struct table *table, uint64_t number); /* empty when 0 */
void table_time(struct table *table, int64_t ns);	/* empty when negative */
/* Writes the table and frees it. */
void table_end(struct table *table, struct text *text);

#endif
