/* regs: registers as the unwinder wants them. Apart from abi.h, because <elf.h> has macros named like rows'
 * constants. */
#ifndef SOCKLINE_ARCH_REGS_H
#define SOCKLINE_ARCH_REGS_H

#include <stdbool.h>
#include <stdint.h>

struct abi;

/* DWARF numbering of the ABI (x86-64: 0 rax .. 7 rsp .. 16 rip; aarch64: 0 x0 .. 30 lr, 31 sp). */
enum { REGS_MAX = 32 };
struct regs {
	uint64_t pc, sp;
	const struct abi *abi;	  /* of the code: 64-bit code may make 32-bit calls */
	bool partial;		  /* only pc and sp are set; memory_registers has the rest */
	uint64_t dwarf[REGS_MAX]; /* as many as the ABI has */
};

#endif
