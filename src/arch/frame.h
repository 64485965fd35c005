/* frame: what each machine's instructions tell about frames, for the records of unwind.c; see arch/unwind.h.
 */
#ifndef SOCKLINE_ARCH_FRAME_H
#define SOCKLINE_ARCH_FRAME_H

#include "arch/unwind.h"

bool x86_explore(const struct unwind_abi *unwind, struct memory *memory, uint64_t entry, uint64_t goal,
		 struct unwind_frame *frame);
bool x86_call_before(const struct unwind_abi *unwind, struct memory *memory, uint64_t address,
		     uint64_t *target);
bool aarch64_call_before(const struct unwind_abi *unwind, struct memory *memory, uint64_t address,
			 uint64_t *target);
bool aarch64_in_link(struct memory *memory, uint64_t entry, uint64_t goal);

#endif
