/* Looking ABIs and their numbers up, and moving between a thread's registers and what the rest of the house
 * wants, by the offsets that each ABI's descriptor has. */
#include <string.h>
#include <sys/user.h>

#include "arch/abi.h"

const struct abi *const abi_all[] = { &abi_x86_64, &abi_i386, NULL };

const struct abi *abi_by_audit(uint32_t audit_arch)
{
	for (const struct abi *const *abi = abi_all; *abi; abi++)
		if ((*abi)->audit_arch == audit_arch)
			return *abi;
	return NULL;
}

const struct abi_number *abi_number(const struct abi *abi, uint64_t number)
{
	static const struct abi_number none = { .row = CALL_NONE };

	return number < abi->count ? &abi->numbers[number] : &none;
}

/* Registers are as wide as the ABI has them. */
static uint64_t mask_of(const struct abi *abi)
{
	return abi->bits == 64 ? UINT64_MAX : UINT32_MAX;
}

static uint64_t read_register(const void *user_regs, uint8_t offset, uint64_t mask)
{
	uint64_t value;

	memcpy(&value, (const char *)user_regs + offset, sizeof(value));
	return value & mask;
}

static void write_register(void *user_regs, uint8_t offset, uint64_t value)
{
	memcpy((char *)user_regs + offset, &value, sizeof(value));
}

void abi_regs(const struct abi *abi, const void *user_regs, struct regs *regs)
{
	const struct abi_registers *at = &abi->registers;
	const uint64_t mask = mask_of(abi);

	abi_position(abi, user_regs, regs);
	for (unsigned i = 0; i < at->dwarf_count; i++)
		regs->dwarf[i] = read_register(user_regs, at->dwarf[i], mask);
	regs->partial = false;
}

void abi_position(const struct abi *abi, const void *user_regs, struct regs *regs)
{
	const uint64_t mask = mask_of(abi);

	regs->abi = abi;
	regs->partial = true;
	regs->pc = read_register(user_regs, abi->registers.pc, mask);
	regs->sp = read_register(user_regs, abi->registers.sp, mask);
}

const struct abi *abi_of_code(const void *user_regs)
{
	const struct user_regs_struct *user = user_regs;

	/* arch/x86/include/asm/segment.h: __USER32_CS */
	return user->cs == 0x23 ? &abi_i386 : &abi_x86_64;
}

void abi_get_call(const struct abi *abi, const void *user_regs, uint64_t *number, uint64_t args[6],
		  int64_t *result)
{
	const struct abi_registers *at = &abi->registers;
	const uint64_t mask = mask_of(abi), raw = read_register(user_regs, at->result, mask);

	for (unsigned i = 0; i < 6; i++)
		args[i] = read_register(user_regs, at->args[i], mask);
	*number = read_register(user_regs, at->number_read, mask);
	*result = abi->bits == 64 ? (int64_t)raw : (int32_t)raw;
}

void abi_set_call(const struct abi *abi, void *user_regs, uint64_t number, const uint64_t args[6])
{
	const struct abi_registers *at = &abi->registers;

	write_register(user_regs, at->result, number);
	for (unsigned i = 0; i < 6; i++)
		write_register(user_regs, at->args[i], args[i]);
}

void abi_set_result(void *user_regs, int64_t result)
{
	((struct user_regs_struct *)user_regs)->rax = (unsigned long)result;
}

void abi_set_argument(const struct abi *abi, void *user_regs, unsigned index, uint64_t value)
{
	uint64_t number, args[6];
	int64_t result;

	abi_get_call(abi, user_regs, &number, args, &result);
	args[index] = value;
	abi_set_call(abi, user_regs, number, args);
	abi_set_result(user_regs, result);
}

void abi_rewind(const struct abi *abi, void *user_regs)
{
	((struct user_regs_struct *)user_regs)->rip -= sizeof(abi->syscall_insn);
}
