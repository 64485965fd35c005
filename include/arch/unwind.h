/*
 * unwind: what of a machine a stack walker must know beyond CFI: register roles in DWARF numbering, and what
 * the kernel leaves on the stack when it delivers a signal. Records only; the walking is done in stack/.
 */
#ifndef SOCKLINE_ARCH_UNWIND_H
#define SOCKLINE_ARCH_UNWIND_H

#include <stdbool.h>
#include <stdint.h>

#include "model/memory.h"

struct abi;
struct unwind_frame;

enum { SIGRETURN_BYTES = 16, UNWIND_REGS = 32, UNWIND_SAVED = 6 };

/*
 * A signal restorer by its code (it calls rt_sigreturn or sigreturn): libraries other than glibc give it no
 * CFI. At its first instruction sp points into the kernel's sigframe: arch/x86/include/asm/sigframe.h,
 * arch/arm64/kernel/signal.c.
 */
struct unwind_sigreturn {
	uint8_t code[SIGRETURN_BYTES];
	uint8_t len;
	int16_t pointer; /* at sp + pointer lies the address of the ucontext; -1: it begins at sp */
	int16_t context; /* from there (or from sp) to the saved registers */
};

struct unwind_abi {
	uint8_t word;	    /* bytes of a return address */
	uint8_t sp, fp, pc; /* DWARF numbers; pc: the return address column */
	bool link;	    /* that column is a register, in which a call leaves the return address */
	uint8_t regs;	    /* how many registers the walk keeps */
	const struct unwind_sigreturn *sigreturns;
	unsigned sigreturn_count;
	int16_t saved[UNWIND_REGS]; /* offset of each register within the saved ones; -1: not there */
	int16_t saved_pc;	    /* and of where the signal came */
	uint64_t code_mask;	    /* the bits of an address of code; others are a signature of it */
	/* what unwind_explore, unwind_call_before and unwind_in_link do; NULL: not on this machine */
	bool (*explore)(const struct unwind_abi *unwind, struct memory *memory, uint64_t entry, uint64_t goal,
			struct unwind_frame *frame);
	bool (*call_before)(const struct unwind_abi *unwind, struct memory *memory, uint64_t address,
			    uint64_t *target);
	bool (*in_link)(struct memory *memory, uint64_t entry, uint64_t goal);
};

/* NULL: this ABI's stacks cannot be walked. */
const struct unwind_abi *abi_unwind(const struct abi *abi);

/* How a frame's caller is found: as a plain row of CFI says it. The return address lies one word below the
 * CFA. */
struct unwind_frame {
	uint8_t cfa_reg;
	uint8_t saved_count;
	int32_t cfa_offset;
	struct {
		int32_t offset; /* from the CFA */
		uint8_t reg;
	} saved[UNWIND_SAVED];
};

/*
 * For code without unwind tables: follows the instructions from a function's entry, through its branches and
 * jumps to other functions, until goal, adding up what they do to the stack. False: no path that can be
 * followed leads there. Reads the code from the held thread's memory; bounded.
 */
bool unwind_explore(const struct unwind_abi *unwind, struct memory *memory, uint64_t entry, uint64_t goal,
		    struct unwind_frame *frame);

/* True when the instruction before the address is a call; target: what it calls, 0 when the code does not
 * tell. */
bool unwind_call_before(const struct unwind_abi *unwind, struct memory *memory, uint64_t address,
			uint64_t *target);

/*
 * For code without unwind tables: true when the function that begins at entry has called nothing until goal,
 * so that its return address still is where its own call left it. Always false without a link register.
 */
bool unwind_in_link(const struct unwind_abi *unwind, struct memory *memory, uint64_t entry, uint64_t goal);

#endif
