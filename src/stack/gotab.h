/*
 * gotab: the table by which Go programs unwind and name their own stacks (.gopclntab). It stays when a
 * program is linked with -s -w, which leaves neither symbols nor DWARF. Formats of Go 1.16, 1.18 and 1.20 on:
 * src/runtime/symtab.go and src/debug/gosym/pclntab.go of the Go project.
 */
#ifndef SOCKLINE_STACK_GOTAB_H
#define SOCKLINE_STACK_GOTAB_H

#include <stdbool.h>
#include <stdint.h>

#include "arch/unwind.h"

struct code;
struct gotab;
struct module;
struct stack;

enum { GOTAB_INLINE_MAX = 16 };

/* One function at an address; names point into the file's mapping. */
struct gotab_line {
	const char *function, *file;
	int line; /* 0: unknown */
};

struct gotab_place {
	uint64_t entry; /* of the function that the code physically belongs to */
	unsigned count; /* lines[0] is the innermost inlined function */
	struct gotab_line lines[GOTAB_INLINE_MAX];
};

/* Fills the code's row; false: no Go function is there. */
bool gotab_row(struct stack *stack, struct module *module, struct code *code,
	       const struct unwind_abi *unwind);
/* In a Go program. False: a C compiler made the code (cgo). True too when the table cannot be read. */
bool gotab_has(struct stack *stack, struct module *module, uint64_t address);
bool gotab_find(struct stack *stack, struct module *module, uint64_t address, struct gotab_place *place);

#endif
