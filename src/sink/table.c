#include "table.h"

#include "text_sink.h"

void table_begin(struct table *table, const char *const *heads, unsigned columns)
{
	*table = (struct table){ .heads = heads, .columns = columns };
	for (unsigned i = 0; i < columns; i++)
		table->widths[i] = (unsigned)strlen(heads[i]);
}

void table_word(struct table *table, const char *word)
{
	size_t len = strlen(word);
	unsigned columns = (unsigned)text_columns(word, len);

	if (columns > table->widths[table->column])
		table->widths[table->column] = columns;
	text_add_bytes(&table->cells, word, len);
	text_add_char(&table->cells, 0);
	table->column = (table->column + 1) % table->columns;
}

/* Adds a text as a cell and frees it. */
static void add_text(struct table *table, struct text *text)
{
	table_word(table, text->data ? text->data : "");
	text_done(text);
}

void table_number(struct table *table, uint64_t number)
{
	struct text text = { 0 };

	text_add_uint(&text, number);
	add_text(table, &text);
}

void table_count(struct table *table, uint64_t number)
{
	if (number)
		table_number(table, number);
	else
		table_word(table, "");
}

void table_time(struct table *table, int64_t ns)
{
	struct text text = { 0 };

	if (ns > 0)
		text_add_span(&text, (uint64_t)ns);
	else if (ns == 0)
		text_add_char(&text, '0');
	add_text(table, &text);
}

/* One row; the last column is not padded. */
static void put_row(const struct table *table, struct text *text, const char *const *cells)
{
	for (unsigned i = 0; i < table->columns; i++) {
		size_t len = strlen(cells[i]);
		if (i + 1 < table->columns)
			text_add_padding(text, table->widths[i] - text_columns(cells[i], len));
		text_add_bytes(text, cells[i], len);
		text_add_char(text, i + 1 < table->columns ? ' ' : '\n');
	}
}

void table_end(struct table *table, struct text *text)
{
	const char *cells[TABLE_COLUMNS];
	const char *at = table->cells.data, *end = at + table->cells.len;

	put_row(table, text, table->heads);
	for (unsigned i = 0; i < table->columns; i++) {
		for (unsigned j = 0; j < table->widths[i]; j++)
			text_add_char(text, '-');
		text_add_char(text, i + 1 < table->columns ? ' ' : '\n');
	}
	while (at < end) {
		for (unsigned i = 0; i < table->columns; i++) {
			cells[i] = at;
			at += strlen(at) + 1;
		}
		put_row(table, text, cells);
	}
	text_done(&table->cells);
}
