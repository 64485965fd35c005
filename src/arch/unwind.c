#include "arch/unwind.h"

#include <linux/audit.h>
#include <stddef.h>

#include "arch/abi.h"
#include "frame.h"

/* mov $15, %rax; syscall: rt_sigreturn. glibc and musl use the long form of mov, Go's assembler the short
 * one. */
static const struct unwind_sigreturn x86_64_sigreturns[] = {
	{ { 0x48, 0xc7, 0xc0, 0x0f, 0, 0, 0, 0x0f, 0x05 }, 9, -1, 40 },
	{ { 0xb8, 0x0f, 0, 0, 0, 0x0f, 0x05 }, 7, -1, 40 },
};

/* sigreturn pops the signal number, which lies before the sigcontext; rt_sigreturn finds signal, siginfo *,
 * ucontext *. */
static const struct unwind_sigreturn i386_sigreturns[] = {
	{ { 0x58, 0xb8, 0x77, 0, 0, 0, 0xcd, 0x80 }, 8, -1, 4 },
	{ { 0xb8, 0xad, 0, 0, 0, 0xcd, 0x80 }, 7, 8, 20 },
};

/* sigcontext_64: r8 to r15, di, si, bp, bx, dx, ax, cx, sp, ip. DWARF: ax dx cx bx si di bp sp r8 ... r15 ip.
 */
static const struct unwind_abi x86_64 = {
	.word = 8,
	.sp = 7,
	.fp = 6,
	.pc = 16,
	.regs = 17,
	.sigreturns = x86_64_sigreturns,
	.sigreturn_count = sizeof(x86_64_sigreturns) / sizeof(*x86_64_sigreturns),
	.saved = { 104, 96, 112, 88, 72, 64, 80, 120, 0, 8, 16, 24, 32, 40, 48, 56, 128 },
	.saved_pc = 128,
	.code_mask = ~0ULL,
	.explore = x86_explore,
	.call_before = x86_call_before,
};

/* sigcontext_32: gs fs es ds di si bp sp bx dx cx ax trapno err ip. DWARF: ax cx dx bx sp bp si di ip. */
static const struct unwind_abi i386 = {
	.word = 4,
	.sp = 4,
	.fp = 5,
	.pc = 8,
	.regs = 9,
	.sigreturns = i386_sigreturns,
	.sigreturn_count = sizeof(i386_sigreturns) / sizeof(*i386_sigreturns),
	.saved = { 44, 40, 36, 32, 28, 24, 20, 16, 56 },
	.saved_pc = 56,
	.code_mask = 0xffffffff,
	.explore = x86_explore,
	.call_before = x86_call_before,
};

/* mov x8, #139; svc #0: __kernel_rt_sigreturn of the vDSO, arch/arm64/kernel/vdso/sigreturn.S. */
static const struct unwind_sigreturn aarch64_sigreturns[] = {
	{ { 0x68, 0x11, 0x80, 0xd2, 0x01, 0, 0, 0xd4 }, 8, -1, 304 },
};

/*
 * rt_sigframe: siginfo of 128 bytes, ucontext; in it at 176 the sigcontext: fault_address, x0 to x30, sp, pc
 * (arch/arm64/include/uapi/asm/ucontext.h, sigcontext.h). DWARF: x0 to x30, sp (AADWARF64, 4.1). Pointers are
 * authenticated by the bits above the 48 of a program's addresses
 * (Documentation/arch/arm64/pointer-authentication.rst).
 */
static const struct unwind_abi aarch64 = {
	.word = 8,
	.sp = 31,
	.fp = 29,
	.pc = 30,
	.link = true,
	.regs = 32,
	.sigreturns = aarch64_sigreturns,
	.sigreturn_count = sizeof(aarch64_sigreturns) / sizeof(*aarch64_sigreturns),
	.saved = { 8,	16,  24,  32,  40,  48,	 56,  64,  72,	80,  88,  96,  104, 112, 120, 128,
		   136, 144, 152, 160, 168, 176, 184, 192, 200, 208, 216, 224, 232, 240, 248, 256 },
	.saved_pc = 264,
	.code_mask = 0xffffffffffff,
	.call_before = aarch64_call_before,
	.in_link = aarch64_in_link,
};

const struct unwind_abi *abi_unwind(const struct abi *abi)
{
	switch (abi->audit_arch) {
	case AUDIT_ARCH_X86_64:
		return &x86_64;
	case AUDIT_ARCH_I386:
		return &i386;
	case AUDIT_ARCH_AARCH64:
		return &aarch64;
	default:
		return NULL;
	}
}

bool unwind_explore(const struct unwind_abi *unwind, struct memory *memory, uint64_t entry, uint64_t goal,
		    struct unwind_frame *frame)
{
	return unwind->explore && unwind->explore(unwind, memory, entry, goal, frame);
}

bool unwind_call_before(const struct unwind_abi *unwind, struct memory *memory, uint64_t address,
			uint64_t *target)
{
	return unwind->call_before(unwind, memory, address, target);
}

bool unwind_in_link(const struct unwind_abi *unwind, struct memory *memory, uint64_t entry, uint64_t goal)
{
	return unwind->in_link && unwind->in_link(memory, entry, goal);
}
