/* The way back of x86-64: the kernel's struct rt_sigframe, arch/x86/include/asm/sigframe.h. */
#include <string.h>
#include <sys/user.h>

#include "arch/abi.h"

enum { KEEP_SS = 6, NO_STACK = 0x40000000 };

/* struct rt_sigframe up to its struct siginfo, and struct ucontext in it: asm/sigcontext.h, asm/ucontext.h */
struct frame {
	uint64_t returns;
	uint64_t flags, link;
	uint64_t stack, stack_flags, stack_size;
	uint64_t r8, r9, r10, r11, r12, r13, r14, r15, rdi, rsi, rbp, rbx, rdx, rax, rcx, rsp, rip, eflags;
	uint16_t cs, gs, fs, ss;
	uint64_t error, trap, old_mask, cr2, floats, reserved[8];
	uint64_t mask;
};
_Static_assert(sizeof(struct frame) == ABI_BACK_FRAME, "as the kernel has it");

static uint64_t find(uint64_t address, const uint8_t *code, size_t size, const uint8_t *bytes, size_t count)
{
	const uint8_t *found = memmem(code, size, bytes, count);

	return found ? address + (uint64_t)(found - code) : 0;
}

void abi_back_find(const struct abi *abi, uint64_t address, const uint8_t *code, size_t size,
		   struct abi_back *back)
{
	static const uint8_t call[] = { 0x0f, 0x05, 0xc3 };
	/* mov $15, %rax; syscall, as C libraries have it, and mov $15, %eax; syscall, as Go has it */
	static const uint8_t leaves[] = { 0x48, 0xc7, 0xc0, 15, 0, 0, 0, 0x0f, 0x05 };
	static const uint8_t short_leaves[] = { 0xb8, 15, 0, 0, 0, 0x0f, 0x05 };

	if (abi->bits != 64)
		return;
	if (!back->call)
		back->call = find(address, code, size, call, sizeof(call));
	if (!back->leaves)
		back->leaves = find(address, code, size, leaves, sizeof(leaves));
	if (!back->leaves)
		back->leaves = find(address, code, size, short_leaves, sizeof(short_leaves));
}

/* Of a call that the kernel would begin again: include/linux/errno.h. */
static bool begins_again(const struct user_regs_struct *regs)
{
	const int64_t result = (int64_t)regs->rax;

	return (int64_t)regs->orig_rax >= 0 &&
	       (result == -512 || result == -513 || result == -514 || result == -516);
}

void abi_back_frame(const void *user_regs, uint64_t mask, const struct abi_back *back,
		    uint8_t frame[ABI_BACK_FRAME])
{
	const struct user_regs_struct *regs = user_regs;
	struct frame made = {
		.returns = back->leaves,
		.flags = KEEP_SS,	 /* UC_SIGCONTEXT_SS, UC_STRICT_RESTORE_SS */
		.stack_flags = NO_STACK, /* no such flag: the signal stack stays as it is */
		.r8 = regs->r8,
		.r9 = regs->r9,
		.r10 = regs->r10,
		.r11 = regs->r11,
		.r12 = regs->r12,
		.r13 = regs->r13,
		.r14 = regs->r14,
		.r15 = regs->r15,
		.rdi = regs->rdi,
		.rsi = regs->rsi,
		.rbp = regs->rbp,
		.rbx = regs->rbx,
		.rdx = regs->rdx,
		.rax = regs->rax,
		.rcx = regs->rcx,
		.rsp = regs->rsp,
		.rip = regs->rip,
		.eflags = regs->eflags,
		.cs = (uint16_t)regs->cs,
		.ss = (uint16_t)regs->ss,
		.mask = mask,
	};

	if (begins_again(regs)) {
		made.rax = regs->orig_rax;
		made.rip -= sizeof(abi_x86_64.syscall_insn);
	}
	memcpy(frame, &made, sizeof(made));
}
