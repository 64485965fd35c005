/*
 * expr: evaluates the DWARF expressions of call frame information (DWARF 5, 2.5) over registers and memory of
 * a held thread. Bounded in steps and stack, whatever the expression says.
 */
#ifndef SOCKLINE_STACK_EXPR_H
#define SOCKLINE_STACK_EXPR_H

#include <elfutils/libdw.h>
#include <stdbool.h>
#include <stdint.h>

struct expr_context {
	const uint64_t *regs; /* by DWARF number */
	unsigned reg_count;
	uint64_t cfa;  /* for DW_OP_call_frame_cfa */
	unsigned word; /* bytes of an address */
	bool (*load)(void *user, uint64_t address, unsigned size, uint64_t *value);
	void *user;
};

struct expr_result {
	uint64_t value;
	bool is_value;	  /* DW_OP_stack_value: the value itself, not where it lies */
	bool is_register; /* DW_OP_regN: value is the number of a register */
};

/* 0, or -EINVAL when the expression is not one that can be evaluated, -EFAULT when memory could not be read.
 */
int expr_eval(const Dwarf_Op *ops, size_t count, const struct expr_context *context,
	      struct expr_result *result);

#endif
