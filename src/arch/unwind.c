#include "arch/unwind.h"

#include <linux/audit.h>
#include <stddef.h>

#include "arch/abi.h"

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
	.saved = { 44, 40, 36, 32, 28, 24, 20, 16, 56, -1, -1, -1, -1, -1, -1, -1, -1 },
};

const struct unwind_abi *abi_unwind(const struct abi *abi)
{
	switch (abi->audit_arch) {
	case AUDIT_ARCH_X86_64:
		return &x86_64;
	case AUDIT_ARCH_I386:
		return &i386;
	default:
		return NULL;
	}
}
