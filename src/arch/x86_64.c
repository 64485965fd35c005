/* x86-64 as a tracee's ABI: arch/x86/include/asm/unistd.h,
 * include/uapi/linux/{socket,uio,eventpoll,if,filter}.h. */
#include <linux/audit.h>

#include "arch/abi.h"

#include "numbers.h"

static const struct abi_number numbers[] = {
#define NUMBER(number, call, flags) [number] = { CALL_##call, ABI_NUMBER_FLAGS(flags) },
#define GAP(first, last)	    [first... last] = { .row = CALL_NONE },
#define OWN(name, number)
#include "numbers_x86_64.def"
#undef NUMBER
#undef GAP
#undef OWN
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
	.nr = {
#define NUMBER(number, call, flags)
#define GAP(first, last)
#define OWN(name, number) .name = number,
#include "numbers_x86_64.def"
#undef NUMBER
#undef GAP
#undef OWN
	},
};
