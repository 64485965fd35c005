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

/* A register as wide as the ABI has it. */
static uint64_t read_register(const struct abi *abi, const void *user_regs, uint8_t offset)
{
	uint64_t value;

	memcpy(&value, (const char *)user_regs + offset, sizeof(value));
	return abi->bits == 64 ? value : (uint32_t)value;
}

static void write_register(void *user_regs, uint8_t offset, uint64_t value)
{
	memcpy((char *)user_regs + offset, &value, sizeof(value));
}

void abi_regs(const struct abi *abi, const void *user_regs, struct regs *regs)
{
	const struct abi_registers *at = &abi->registers;

	for (unsigned i = 0; i < at->dwarf_count; i++)
		regs->dwarf[i] = read_register(abi, user_regs, at->dwarf[i]);
	regs->abi = abi;
	regs->partial = false;
	regs->pc = read_register(abi, user_regs, at->pc);
	regs->sp = read_register(abi, user_regs, at->sp);
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
	uint64_t raw = read_register(abi, user_regs, at->result);

	for (unsigned i = 0; i < 6; i++)
		args[i] = read_register(abi, user_regs, at->args[i]);
	*number = read_register(abi, user_regs, at->number_read);
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
