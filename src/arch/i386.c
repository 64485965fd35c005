/* i386 as a tracee's ABI, on a 64-bit kernel: include/net/compat.h, include/linux/compat.h, linux/net.h. */
#include <linux/audit.h>

#include "arch/abi.h"

#include "numbers.h"

static const struct abi_number numbers[] = {
#define NUMBER(number, call, flags) [number] = { CALL_##call, ABI_NUMBER_FLAGS(flags) },
#define GAP(first, last)	    [first... last] = { .row = CALL_NONE },
#define OWN(name, number)
#include "numbers_i386.def"
#undef NUMBER
#undef GAP
#undef OWN
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
	.nr = {
		.old_mmap = 90,
#define NUMBER(number, call, flags)
#define GAP(first, last)
#define OWN(name, number) .name = number,
#include "numbers_i386.def"
#undef NUMBER
#undef GAP
#undef OWN
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
