/*
 * symbols: which function's symbol covers an address. Only a symbol whose [value, value + size) holds the
 * address names it; one of size 0 names nothing, for where it ends is not known.
 */
#ifndef SOCKLINE_STACK_SYMBOLS_H
#define SOCKLINE_STACK_SYMBOLS_H

#include <gelf.h>
#include <stdbool.h>
#include <stdint.h>

struct module;
struct stack;
struct symbols;

struct symbol {
	const char *name; /* in the file's mapping or memory: copy it */
	uint64_t start, size;
};

/* True: found. Reads the tables of the module, its debug file and its .gnu_debugdata, in this order. */
bool symbol_find(struct stack *stack, struct module *module, uint64_t address, struct symbol *symbol);
/* The same from the module's own file only: no other file is looked for, so it may be asked while a thread is
 * held. */
bool symbol_find_own(struct module *module, uint64_t address, struct symbol *symbol);
/* Another file may have come. */
void symbols_search_again(struct symbols *symbols);
void symbols_free(struct symbols *symbols);

#endif
