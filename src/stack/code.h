/*
 * code: one address in a module that was seen on a stack: how to step to its caller (row), and, once it was
 * asked for, its names (place). Made while a thread is held, named later, kept until the end: walks point to
 * it.
 */
#ifndef SOCKLINE_STACK_CODE_H
#define SOCKLINE_STACK_CODE_H

#include <elfutils/libdw.h>
#include <stdbool.h>
#include <stdint.h>

#include "arch/unwind.h"
#include "model/frame.h"
#include "model/memory.h"
#include "policy.h"

struct module;
struct stack;

enum row_kind {
	ROW_NONE,   /* nothing known: frame pointers may help */
	ROW_PLAIN,  /* CFA = register + offset, all else saved at the CFA */
	ROW_LEAF,   /* so, but the return address is in the link register still */
	ROW_CFI,    /* rules that do not fit a plain row: frame */
	ROW_SIGNAL, /* a signal restorer: registers are in the kernel's sigframe */
	ROW_CGO,    /* Go's way to C: the caller is on the goroutine's stack */
	ROW_STOP,   /* not the outermost frame, but the others are where nothing leads to */
	ROW_END,    /* the outermost frame */
	ROW_LOOSE,  /* of a walk, not of a code: where the frame ends is not known */
};

enum { ROW_SAVED = 11 };

struct row_saved {
	int16_t offset; /* from the CFA */
	uint8_t reg;
};

struct code {
	uint8_t row; /* enum row_kind */
	uint8_t cfa_reg;
	uint8_t saved_count;
	bool signal;	/* its caller was interrupted, not calling: its address is exact */
	bool guessed;	/* the row was worked out from the code, not read from CFI */
	uint8_t misses; /* how often that failed */
	int32_t cfa_offset, return_offset;
	union {
		Dwarf_Frame *frame; /* ROW_CFI */
		const struct unwind_sigreturn *sigreturn;
		uint64_t entry; /* ROW_CGO: run-time address of the function */
	};

	bool named;	 /* place and shown are set */
	bool judged;	 /* verdict is set */
	bool exact;	 /* lookups are at pc itself, not before it */
	uint8_t verdict; /* enum verdict, once named */
	struct row_saved saved[ROW_SAVED];
	struct module *module;
	uint64_t pc;	  /* as first seen */
	uint64_t address; /* what tables are asked for: pc - 1 (pc when exact), as the module counts */
	const struct place *place; /* innermost, NULL when not named */
	const struct place *shown; /* the one of its chain that the policy chose */
	const struct place *guessed_place,
		*guessed_shown; /* the same for frames that were found by a guess */
};

/* Fills the row of a new code; the thread is held. */
void code_find_row(struct stack *stack, struct code *code, const struct unwind_abi *unwind,
		   struct memory *memory);

/* Names the code, and judges it; once. */
void code_name(struct stack *stack, struct code *code);
/* What it was named by is another now. */
void code_name_anew(struct code *code);
/* Makes the places of frames that were found by a guess, of a code that has names; once. */
void code_name_guessed(struct stack *stack, struct code *code);
/* Judges the code, naming it only when its module's name does not decide. */
void code_judge(struct stack *stack, struct code *code);

#endif
