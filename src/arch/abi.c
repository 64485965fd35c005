/* Looking ABIs and their numbers up, and moving between a thread's registers and what the rest of the house
 * wants. */
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

/* System V ABI for x86-64, figure 3.36. */
static void regs_x86_64(const struct user_regs_struct *user, struct regs *regs)
{
	const uint64_t dwarf[] = { user->rax, user->rdx, user->rcx, user->rbx, user->rsi, user->rdi,
				   user->rbp, user->rsp, user->r8,  user->r9,  user->r10, user->r11,
				   user->r12, user->r13, user->r14, user->r15, user->rip };

	memcpy(regs->dwarf, dwarf, sizeof(dwarf));
}

/* System V ABI for i386, figure 2.14; a 32-bit task's registers are the low halves. */
static void regs_i386(const struct user_regs_struct *user, struct regs *regs)
{
	const uint64_t dwarf[] = { user->rax, user->rcx, user->rdx, user->rbx, user->rsp,
				   user->rbp, user->rsi, user->rdi, user->rip };

	memset(regs->dwarf, 0, sizeof(regs->dwarf));
	for (unsigned i = 0; i < sizeof(dwarf) / sizeof(dwarf[0]); i++)
		regs->dwarf[i] = (uint32_t)dwarf[i];
}

void abi_regs(const struct abi *abi, const void *user_regs, struct regs *regs)
{
	const struct user_regs_struct *user = user_regs;

	regs->abi = abi;
	regs->partial = false;
	if (abi->bits == 64) {
		regs_x86_64(user, regs);
		regs->pc = user->rip;
		regs->sp = user->rsp;
	} else {
		regs_i386(user, regs);
		regs->pc = (uint32_t)user->rip;
		regs->sp = (uint32_t)user->rsp;
	}
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
	const struct user_regs_struct *user = user_regs;

	if (abi->bits == 64) {
		const uint64_t order[6] = { user->rdi, user->rsi, user->rdx, user->r10, user->r8, user->r9 };

		memcpy(args, order, sizeof(order));
		*number = user->orig_rax;
		*result = (int64_t)user->rax;
	} else {
		const uint64_t order[6] = {
			user->rbx, user->rcx, user->rdx, user->rsi, user->rdi, user->rbp
		};

		for (unsigned i = 0; i < 6; i++)
			args[i] = (uint32_t)order[i];
		*number = (uint32_t)user->orig_rax;
		*result = (int32_t)user->rax;
	}
}

void abi_set_call(const struct abi *abi, void *user_regs, uint64_t number, const uint64_t args[6])
{
	struct user_regs_struct *user = user_regs;

	user->rax = number;
	if (abi->bits == 64) {
		user->rdi = args[0];
		user->rsi = args[1];
		user->rdx = args[2];
		user->r10 = args[3];
		user->r8 = args[4];
		user->r9 = args[5];
	} else {
		user->rbx = args[0];
		user->rcx = args[1];
		user->rdx = args[2];
		user->rsi = args[3];
		user->rdi = args[4];
		user->rbp = args[5];
	}
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
