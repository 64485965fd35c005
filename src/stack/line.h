/*
 * line: the row of a unit's line table (.debug_line, DWARF 2 to 5, section 6.2) that an address belongs to,
 * found by running the table's program once. libdw would build and keep the whole table: for large units tens
 * of megabytes per answer.
 */
#ifndef SOCKLINE_STACK_LINE_H
#define SOCKLINE_STACK_LINE_H

#include <elfutils/libdw.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"

enum { LINE_FORMATS = 8 };

struct line_bytes {
	const uint8_t *data;
	uint64_t size;
};

/* A table's header, as far as it is needed; points into the file. */
struct line_table {
	struct line_bytes strings, line_strings; /* .debug_str, .debug_line_str */
	const char *folder;			 /* DW_AT_comp_dir, NULL: unknown */
	uint16_t version;
	bool wide; /* 64-bit DWARF */
	uint8_t address_size;
	uint8_t min_length, opcode_base, line_range;
	int8_t line_base;
	uint8_t lengths[256];
	struct line_bytes program;
	struct line_bytes names; /* from the lists of directories on */
};

struct line_row {
	uint64_t file;
	int line, column;
};

/* Reads the header of the unit's table. False: there is none, or it is of a form that is not known here. */
bool line_table_open(struct line_table *table, Dwarf_Die *unit);
/* False: no row covers the address. line may be 0: the code comes from no line. */
bool line_find(const struct line_table *table, uint64_t address, struct line_row *row);
/* Appends the path of a file of the table. False: it has no such file. */
bool line_file(const struct line_table *table, uint64_t index, struct text *path);

#endif
