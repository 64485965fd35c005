/* x86-64 as a tracee's ABI: arch/x86/include/asm/unistd.h,
 * include/uapi/linux/{socket,uio,eventpoll,if,filter}.h. */
#include <linux/audit.h>
#include <sys/user.h>

#include "arch/abi.h"

#include "numbers.h"

static const struct abi_number numbers[] = {
#define ABI_NUMBERS "numbers_x86_64.def"
#include "number_rows.def"
};

const struct abi abi_x86_64 = {
	.name = "x86_64",
	.audit_arch = AUDIT_ARCH_X86_64,
	.bits = 64,
	.count = sizeof(numbers) / sizeof(numbers[0]),
	.numbers = numbers,
	.syscall_insn = { 0x0f, 0x05 },
	.layout = {
		.pointer = 8,
		.iovec = 16,
		.msghdr = { .size = 56, .name = 0, .namelen = 8, .iov = 16, .iovlen = 24, .control = 32,
			    .controllen = 40, .flags = 48 },
		.mmsghdr = { .size = 64, .len = 56 },
		.cmsghdr = { .header = 16, .level = 8, .type = 12, .align = 8 },
		.timeval_old = 16,
		.timespec_old = 16,
		.epoll_event = 12, /* packed, as on i386: EPOLL_PACKED */
		.epoll_data = 4,
		.fdset_word = 8,
		.ifreq = 40,
		.ifconf = 16,
		.ifconf_buf = 8,
		.sock_fprog = 16,
		.sock_fprog_filter = 8,
	},
	/* System V ABI for x86-64, figure 3.36 */
	.registers = {
		.number_read = REGISTER(orig_rax),
		.result = REGISTER(rax),
		.args = { REGISTER(rdi), REGISTER(rsi), REGISTER(rdx), REGISTER(r10), REGISTER(r8), REGISTER(r9) },
		.pc = REGISTER(rip),
		.sp = REGISTER(rsp),
		.dwarf = { REGISTER(rax), REGISTER(rdx), REGISTER(rcx), REGISTER(rbx), REGISTER(rsi), REGISTER(rdi),
			   REGISTER(rbp), REGISTER(rsp), REGISTER(r8), REGISTER(r9), REGISTER(r10), REGISTER(r11),
			   REGISTER(r12), REGISTER(r13), REGISTER(r14), REGISTER(r15), REGISTER(rip) },
		.dwarf_count = 17,
	},
	.nr = {
#include "number_own.def"
	},
};
