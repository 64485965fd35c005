/* aarch64: enough of it to walk its stacks. Arm Architecture Reference Manual, C6.2. */
#include <linux/audit.h>

#include "arch/abi.h"
#include "frame.h"

enum { INSN = 4, LEAF_MAX = 64 };

const struct abi abi_aarch64 = {
	.name = "aarch64",
	.audit_arch = AUDIT_ARCH_AARCH64,
	.bits = 64,
};

static bool is_bl(uint32_t insn)
{
	return (insn & 0xfc000000) == 0x94000000;
}

/* BLR; BLRAA, BLRAB and their forms without modifier. */
static bool is_blr(uint32_t insn)
{
	return (insn & 0xfffffc1f) == 0xd63f0000 || (insn & 0xfefff800) == 0xd63f0800;
}

/* RET; RETAA, RETAB. */
static bool is_ret(uint32_t insn)
{
	return (insn & 0xfffffc1f) == 0xd65f0000 || (insn & 0xfffffbff) == 0xd65f0bff;
}

/* BL's distance is in instructions, signed, of 26 bits. */
bool aarch64_call_before(const struct unwind_abi *unwind, struct memory *memory, uint64_t address,
			 uint64_t *target)
{
	uint32_t insn;

	(void)unwind;
	*target = 0;
	if (address < INSN || address % INSN ||
	    memory_get(memory, address - INSN, &insn, sizeof(insn)) < sizeof(insn))
		return false;
	if (is_bl(insn))
		*target = address - INSN + (uint64_t)((int64_t)((uint64_t)insn << 38) >> 36);
	return is_bl(insn) || is_blr(insn);
}

/* A call would have written the register; behind a return may be another function. */
bool aarch64_in_link(struct memory *memory, uint64_t entry, uint64_t goal)
{
	uint32_t code[LEAF_MAX];
	const uint64_t size = goal - entry;

	if (goal < entry || size > sizeof(code) || memory_get(memory, entry, code, (uint32_t)size) < size)
		return false;
	for (unsigned i = 0; i < size / INSN; i++)
		if (is_bl(code[i]) || is_blr(code[i]) || is_ret(code[i]))
			return false;
	return true;
}
