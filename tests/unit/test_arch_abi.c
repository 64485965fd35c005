/* ABIs: numbers and layouts against this machine's own headers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <linux/audit.h>
#include <linux/filter.h>
#include <net/if.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>

#include "arch/abi.h"

static void numbers_are_the_kernels(void **state)
{
	(void)state;
	static const struct {
		const struct abi *abi;
		unsigned number, row, time64, old_args, socketcall;
	} cases[] = {
		{ &abi_x86_64, SYS_connect, CALL_connect, 0, 0, 0 },
		{ &abi_x86_64, SYS_read, CALL_read, 0, 0, 0 },
		{ &abi_x86_64, SYS_epoll_pwait2, CALL_epoll_pwait2, 0, 0, 0 },
		{ &abi_x86_64, SYS_open, CALL_NONE, 0, 0, 0 },
		{ &abi_x86_64, 5000, CALL_NONE, 0, 0, 0 },
		{ &abi_x86_64, 0x40000000 | SYS_connect, CALL_NONE, 0, 0, 0 },
		{ &abi_i386, 102, CALL_NONE, 0, 0, 1 },
		{ &abi_i386, 82, CALL_select, 0, 1, 0 },
		{ &abi_i386, 142, CALL_select, 0, 0, 0 },
		{ &abi_i386, 362, CALL_connect, 0, 0, 0 },
		{ &abi_i386, 309, CALL_ppoll, 0, 0, 0 },
		{ &abi_i386, 414, CALL_ppoll, 1, 0, 0 },
		{ &abi_i386, 221, CALL_fcntl, 0, 0, 0 },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct abi_number *number = abi_number(cases[i].abi, cases[i].number);

		assert_int_equal(number->row, cases[i].row);
		assert_int_equal(number->time64, cases[i].time64);
		assert_int_equal(number->old_args, cases[i].old_args);
		assert_int_equal(number->socketcall, cases[i].socketcall);
	}
	assert_ptr_equal(abi_by_audit(AUDIT_ARCH_X86_64), &abi_x86_64);
	assert_ptr_equal(abi_by_audit(AUDIT_ARCH_I386), &abi_i386);
	assert_null(abi_by_audit(AUDIT_ARCH_AARCH64));
	assert_int_equal(abi_x86_64.nr.execve, SYS_execve);
	assert_int_equal(abi_i386.nr.mmap, 192);
}

static void socketcall_selects(void **state)
{
	(void)state;
	unsigned args = 0;

	assert_int_equal(abi_socketcall_row(3, &args), CALL_connect);
	assert_int_equal(args, 3);
	assert_int_equal(abi_socketcall_row(9, &args), CALL_send);
	assert_int_equal(args, 4);
	assert_int_equal(abi_socketcall_row(0, &args), CALL_NONE);
	assert_int_equal(abi_socketcall_row(21, &args), CALL_NONE);
	assert_int_equal(abi_socketcall_row(UINT32_MAX, &args), CALL_NONE);
}

static void layout_is_this_machines(void **state)
{
	(void)state;
	const struct layout *layout = &abi_x86_64.layout;

	assert_int_equal(layout->iovec, sizeof(struct iovec));
	assert_int_equal(layout->msghdr.size, sizeof(struct msghdr));
	assert_int_equal(layout->msghdr.namelen, offsetof(struct msghdr, msg_namelen));
	assert_int_equal(layout->msghdr.iov, offsetof(struct msghdr, msg_iov));
	assert_int_equal(layout->msghdr.iovlen, offsetof(struct msghdr, msg_iovlen));
	assert_int_equal(layout->msghdr.control, offsetof(struct msghdr, msg_control));
	assert_int_equal(layout->msghdr.controllen, offsetof(struct msghdr, msg_controllen));
	assert_int_equal(layout->msghdr.flags, offsetof(struct msghdr, msg_flags));
	assert_int_equal(layout->mmsghdr.size, sizeof(struct mmsghdr));
	assert_int_equal(layout->mmsghdr.len, offsetof(struct mmsghdr, msg_len));
	assert_int_equal(layout->cmsghdr.header, CMSG_LEN(0));
	assert_int_equal(layout->cmsghdr.level, offsetof(struct cmsghdr, cmsg_level));
	assert_int_equal(layout->cmsghdr.type, offsetof(struct cmsghdr, cmsg_type));
	assert_int_equal(layout->epoll_event, sizeof(struct epoll_event));
	assert_int_equal(layout->epoll_data, offsetof(struct epoll_event, data));
	assert_int_equal(layout->ifreq, sizeof(struct ifreq));
	assert_int_equal(layout->ifconf, sizeof(struct ifconf));
	assert_int_equal(layout->ifconf_buf, offsetof(struct ifconf, ifc_buf));
	assert_int_equal(layout->sock_fprog, sizeof(struct sock_fprog));
	assert_int_equal(layout->sock_fprog_filter, offsetof(struct sock_fprog, filter));
}

static void registers_take_their_places(void **state)
{
	(void)state;
	struct user_regs_struct user = { .rax = (unsigned long)-11,
					 .rdi = 1,
					 .rsi = 2,
					 .rdx = 3,
					 .r10 = 4,
					 .r8 = 5,
					 .r9 = 6,
					 .rip = 0x1000,
					 .rsp = 0x2000,
					 .orig_rax = 45,
					 .cs = 0x33 };
	struct regs regs;
	uint64_t number, args[6];
	int64_t result;

	abi_regs(&abi_x86_64, &user, &regs);
	assert_int_equal(regs.pc, 0x1000);
	assert_int_equal(regs.dwarf[16], 0x1000);
	assert_int_equal(regs.dwarf[7], 0x2000);
	assert_int_equal(regs.dwarf[5], 1);
	abi_get_call(&abi_x86_64, &user, &number, args, &result);
	assert_int_equal(number, 45);
	assert_int_equal(args[3], 4);
	assert_int_equal(result, -11);
	assert_ptr_equal(abi_of_code(&user), &abi_x86_64);

	user.rbx = 0xffffffff00000007;
	user.cs = 0x23;
	abi_get_call(&abi_i386, &user, &number, args, &result);
	assert_int_equal(args[0], 7);
	assert_int_equal(result, -11);
	abi_regs(&abi_i386, &user, &regs);
	assert_int_equal(regs.dwarf[8], 0x1000);
	assert_int_equal(regs.dwarf[3], 7);
	assert_ptr_equal(abi_of_code(&user), &abi_i386);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_the_kernels),
		cmocka_unit_test(socketcall_selects),
		cmocka_unit_test(layout_is_this_machines),
		cmocka_unit_test(registers_take_their_places),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
