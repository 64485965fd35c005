/* i386 as a tracee's ABI, on a 64-bit kernel: include/net/compat.h, include/linux/compat.h, linux/net.h. */
#include <linux/audit.h>
#include <sys/user.h>

#include "arch/abi.h"

#include "numbers.h"

static const struct abi_number numbers[] = {
#define ABI_NUMBERS "numbers_i386.def"
#include "number_rows.def"
};

const struct abi abi_i386 = {
	.name = "i386",
	.audit_arch = AUDIT_ARCH_I386,
	.bits = 32,
	.count = sizeof(numbers) / sizeof(numbers[0]),
	.numbers = numbers,
	.syscall_insn = { 0xcd, 0x80 },
	.layout = {
		.pointer = 4,
		.iovec = 8,
		.msghdr = { .size = 28, .name = 0, .namelen = 4, .iov = 8, .iovlen = 12, .control = 16,
			    .controllen = 20, .flags = 24 },
		.mmsghdr = { .size = 32, .len = 28 },
		.cmsghdr = { .header = 12, .level = 4, .type = 8, .align = 4 },
		.timeval_old = 8,
		.timespec_old = 8,
		.epoll_event = 12,
		.epoll_data = 4,
		.fdset_word = 4,
		.ifreq = 32,
		.ifconf = 8,
		.ifconf_buf = 4,
		.sock_fprog = 8,
		.sock_fprog_filter = 4,
	},
	/* System V ABI for i386, figure 2.14; a 32-bit task's registers are the low halves. */
	.registers = {
		.number_read = REGISTER(orig_rax),
		.result = REGISTER(rax),
		.args = { REGISTER(rbx), REGISTER(rcx), REGISTER(rdx), REGISTER(rsi), REGISTER(rdi), REGISTER(rbp) },
		.pc = REGISTER(rip),
		.sp = REGISTER(rsp),
		.dwarf = { REGISTER(rax), REGISTER(rcx), REGISTER(rdx), REGISTER(rbx), REGISTER(rsp), REGISTER(rbp),
			   REGISTER(rsi), REGISTER(rdi), REGISTER(rip) },
		.dwarf_count = 9,
	},
	.nr = {
		.old_mmap = 90,
#include "number_own.def"
	},
};

/* linux/net.h's selectors. */
static const uint8_t selectors[] = {
	[0] = CALL_NONE,
#define SELECTOR(number, call) [number] = CALL_##call,
#include "socketcall.def"
#undef SELECTOR
};

uint16_t abi_socketcall_row(uint32_t selector, unsigned *arg_count)
{
	if (selector >= sizeof(selectors) || selectors[selector] == CALL_NONE)
		return CALL_NONE;
	/* net/socket.c, nargs[]: as many as the call itself has */
	*arg_count = call_rows[selectors[selector]].arg_count;
	return selectors[selector];
}
