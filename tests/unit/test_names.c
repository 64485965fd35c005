#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "names/names.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct find_case {
	const struct names *names;
	uint64_t value;
	const char *name;
};

/* The values come from the C library's and this machine's headers, not from those the lists were made from.
 */
static const struct find_case finds[] = {
	{ &names_address_family, AF_UNSPEC, "AF_UNSPEC" },
	{ &names_address_family, AF_UNIX, "AF_UNIX" },
	{ &names_address_family, AF_INET6, "AF_INET6" },
	{ &names_address_family, AF_NETLINK, "AF_NETLINK" },
	{ &names_address_family, 45, "AF_MCTP" },
	{ &names_address_family, 0x63, NULL },
	{ &names_address_family, UINT64_MAX, NULL },
	{ &names_socket_type, SOCK_SEQPACKET, "SOCK_SEQPACKET" },
	{ &names_ip_protocol, IPPROTO_IP, "IPPROTO_IP" },
	{ &names_ip_protocol, IPPROTO_UDPLITE, "IPPROTO_UDPLITE" },
	{ &names_ip_protocol, 262, "IPPROTO_MPTCP" },
	{ &names_shutdown_how, SHUT_RDWR, "SHUT_RDWR" },
	{ &names_sockopt_level, SOL_IP, "SOL_IP" },
	{ &names_sockopt_level, SOL_SOCKET, "SOL_SOCKET" },
	{ &names_sockopt_level, IPPROTO_TCP, "SOL_TCP" },
	{ &names_sockopt_level, 101, "SOL_CAN_RAW" },
	{ &names_so, SO_RCVTIMEO, "SO_RCVTIMEO" },
	{ &names_so, 66, "SO_RCVTIMEO_NEW" },
	{ &names_so, SO_ATTACH_FILTER, "SO_ATTACH_FILTER" },
	{ &names_scm, SO_TIMESTAMP, "SCM_TIMESTAMP" },
	{ &names_scm, 4, "SCM_PIDFD" },
	{ &names_ip, IP_MULTICAST_IF, "IP_MULTICAST_IF" },
	{ &names_ip, MCAST_JOIN_GROUP, "MCAST_JOIN_GROUP" },
	{ &names_ipv6, IPV6_HOPLIMIT, "IPV6_HOPLIMIT" },
	{ &names_tcp, TCP_CONGESTION, "TCP_CONGESTION" },
	{ &names_tcp, TCP_ULP, "TCP_ULP" },
	{ &names_udp, 10, "UDPLITE_SEND_CSCOV" },
	{ &names_udp, 103, "UDP_SEGMENT" },
	{ &names_epoll_op, EPOLL_CTL_MOD, "EPOLL_CTL_MOD" },
	{ &names_fcntl_command, F_SETOWN_EX, "F_SETOWN_EX" },
	{ &names_fcntl_command, 12, "F_GETLK64" },
	{ &names_ioctl_socket, FIONREAD, "FIONREAD" },
	{ &names_ioctl_socket, SIOCOUTQ, "SIOCOUTQ" },
	{ &names_ioctl_socket, SIOCGIFADDR, "SIOCGIFADDR" },
	{ &names_vsock_cid, 0xffffffff, "VMADDR_CID_ANY" },
	{ &names_tcp_repair, (uint64_t)-1, "TCP_REPAIR_OFF_NO_WP" },
	{ &names_tcp_state, TCP_LISTEN, "TCP_LISTEN" },
	{ &names_rtm_type, RTM_NEWLINK, "RTM_NEWLINK" },
	{ &names_ifla, IFLA_LINKINFO, "IFLA_LINKINFO" },
	{ &names_ifla_br, IFLA_BR_MCAST_HASH_MAX, "IFLA_BR_MCAST_HASH_MAX" },
	{ &names_route_table, RT_TABLE_MAIN, "RT_TABLE_MAIN" },
	{ &names_nda, NDA_LLADDR, "NDA_LLADDR" },
};

static void test_find(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(finds); i++) {
		const char *name = names_find(finds[i].names, finds[i].value);

		if (finds[i].name == NULL)
			assert_null(name);
		else if (name == NULL || strcmp(name, finds[i].name) != 0)
			fail_msg("%s: found %s", finds[i].name, name == NULL ? "nothing" : name);
	}
}

struct value_case {
	const struct names *names;
	const char *name;
	int result;
	uint64_t value;
};

static const struct value_case values[] = {
	{ &names_address_family, "AF_INET", 0, AF_INET },
	{ &names_address_family, "inet6", 0, AF_INET6 },
	{ &names_address_family, "AF_LOCAL", 0, AF_UNIX },
	{ &names_address_family, "local", 0, AF_UNIX },
	{ &names_address_family, "Unix", 0, AF_UNIX },
	{ &names_address_family, "AF_", -ENOENT, 0 },
	{ &names_address_family, "", -ENOENT, 0 },
	{ &names_address_family, "AF_INE", -ENOENT, 0 },
	{ &names_address_family, "AF_INET66", -ENOENT, 0 },
	{ &names_error_number, "EAGAIN", 0, EAGAIN },
	{ &names_error_number, "EWOULDBLOCK", 0, EWOULDBLOCK },
	{ &names_error_number, "econnrefused", 0, ECONNREFUSED },
	{ &names_ioctl_socket, "SIOCINQ", 0, FIONREAD },
	{ &names_ioctl_socket, "TIOCOUTQ", 0, SIOCOUTQ },
	{ &names_so, "SO_DETACH_BPF", 0, 27 },
	{ &names_so, "SO_RCVTIMEO_OLD", 0, 20 },
	{ &names_signal_number, "SIGPOLL", 0, SIGIO },
	{ &names_signal_number, "rt_2", 0, 34 },
	{ &names_raw, "ICMP_FILTER", 0, 1 },
};

static void test_value(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(values); i++) {
		uint64_t value = 0x5eed;

		if (names_value(values[i].names, values[i].name, &value) != values[i].result)
			fail_msg("%s", values[i].name);
		assert_int_equal(value, values[i].result == 0 ? values[i].value : 0x5eed);
	}
}

struct split_case {
	const struct names *names;
	uint64_t flags;
	size_t max;
	const char *names_out; /* with a space after each */
	uint64_t rest;
};

static const struct split_case splits[] = {
	{ &names_msg_flags, 0, 8, "", 0 },
	{ &names_msg_flags, MSG_NOSIGNAL | MSG_DONTWAIT, 8, "MSG_DONTWAIT MSG_NOSIGNAL ", 0 },
	{ &names_msg_flags, MSG_DONTROUTE, 8, "MSG_DONTROUTE ", 0 },
	{ &names_msg_flags, MSG_PEEK | 1ull << 40, 8, "MSG_PEEK ", 1ull << 40 },
	{ &names_msg_flags, MSG_OOB | MSG_PEEK | MSG_EOR, 2, "MSG_OOB MSG_PEEK ", MSG_EOR },
	{ &names_msg_flags, MSG_OOB, 0, "", MSG_OOB },
	{ &names_open_flags, O_SYNC | O_RDWR, 8, "O_RDWR O_SYNC ", 0 },
	{ &names_open_flags, O_DSYNC, 8, "O_DSYNC ", 0 },
	{ &names_open_flags, O_DIRECTORY, 8, "O_DIRECTORY ", 0 },
	{ &names_open_flags, 020000000 | O_DIRECTORY, 8, "O_TMPFILE ", 0 },
	{ &names_open_flags, 020000000, 8, "", 020000000 },
	{ &names_open_flags, 04000000, 8, "", 04000000 },
	{ &names_nlm_flags_get, NLM_F_REQUEST | NLM_F_DUMP, 8, "NLM_F_REQUEST NLM_F_DUMP ", 0 },
	{ &names_nlm_flags_get, NLM_F_ROOT, 8, "NLM_F_ROOT ", 0 },
	{ &names_nlm_flags_new, NLM_F_CREATE | NLM_F_EXCL, 8, "NLM_F_EXCL NLM_F_CREATE ", 0 },
	{ &names_epoll_events, EPOLLIN | EPOLLRDHUP | EPOLLET, 8, "EPOLLIN EPOLLRDHUP EPOLLET ", 0 },
	{ &names_fd_flags, 3, 8, "FD_CLOEXEC ", 2 },
};

static void test_split(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(splits); i++) {
		const char *out[8];
		char joined[256] = "";
		uint64_t rest = 0x5eed;
		size_t count = names_split(splits[i].names, splits[i].flags, out, splits[i].max, &rest);

		assert_true(count <= splits[i].max);
		for (size_t j = 0; j < count; j++) {
			strcat(joined, out[j]);
			strcat(joined, " ");
		}
		assert_string_equal(joined, splits[i].names_out);
		assert_int_equal(rest, splits[i].rest);
	}
}

/* All 64 bits at once, of every list: each bit is accounted for once. */
static void test_split_everything(void **state)
{
	(void)state;
	for (size_t i = 0; i < names_lists_count; i++) {
		const char *out[64];
		uint64_t rest, covered = 0;
		size_t count = names_split(names_lists[i].names, UINT64_MAX, out, 64, &rest);

		for (size_t j = 0; j < count; j++) {
			uint64_t value = 0;

			assert_int_equal(names_value(names_lists[i].names, out[j], &value), 0);
			assert_int_equal(covered & value, 0);
			covered |= value;
		}
		assert_int_equal(covered ^ rest, UINT64_MAX);
	}
}

struct text_case {
	int number;
	const char *name;
	const char *text;
};

static void test_errno(void **state)
{
	static const struct text_case cases[] = {
		{ ECONNREFUSED, "ECONNREFUSED", "Connection refused" },
		{ EAGAIN, "EAGAIN", "Resource temporarily unavailable" },
		{ EDEADLK, "EDEADLK", "Resource deadlock avoided" },
		{ EHWPOISON, "EHWPOISON", "Memory page has hardware error" },
		{ 514, "ERESTARTNOHAND", "restart if no handler.." },
		{ 512, "ERESTARTSYS", NULL },
		{ 0, NULL, NULL },
		{ -ECONNREFUSED, NULL, NULL },
		{ 4095, NULL, NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *name = names_errno(cases[i].number), *text = names_errno_text(cases[i].number);

		assert_string_equal(name ? name : "none", cases[i].name ? cases[i].name : "none");
		assert_string_equal(text ? text : "none", cases[i].text ? cases[i].text : "none");
	}
	for (int number = 1; number <= EHWPOISON; number++)
		assert_int_equal(names_errno(number) != NULL, names_errno_text(number) != NULL);
}

static void test_signal(void **state)
{
	static const struct text_case cases[] = {
		{ 0, NULL, NULL },	    { SIGHUP, "SIGHUP", NULL }, { SIGABRT, "SIGABRT", NULL },
		{ SIGSYS, "SIGSYS", NULL }, { 32, "SIGRT_0", NULL },	{ 64, "SIGRT_32", NULL },
		{ 65, NULL, NULL },	    { -1, NULL, NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *name = names_signal(cases[i].number);

		assert_string_equal(name ? name : "none", cases[i].name ? cases[i].name : "none");
	}
	for (int number = 1; number <= 64; number++)
		assert_non_null(names_signal(number));
}

/* What the binary search and the callers rely on, for every list there is. */
static void test_lists(void **state)
{
	(void)state;
	assert_true(names_lists_count > 300);
	for (size_t i = 0; i < names_lists_count; i++) {
		const struct names *names = names_lists[i].names;

		assert_true(i == 0 || strcmp(names_lists[i - 1].name, names_lists[i].name) < 0);
		assert_non_null(names->prefix);
		assert_true(names->count > 0 && names->count <= UINT16_MAX);
		for (size_t j = 0; j < names->count; j++) {
			uint64_t value = 0;

			if (j > 0 && names->list[j - 1].value > names->list[j].value)
				fail_msg("%s: %s", names_lists[i].name, names->list[j].name);
			assert_int_equal(names_value(names, names->list[j].name, &value), 0);
			assert_int_equal(value, names->list[j].value);
		}
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_find),  cmocka_unit_test(test_value),
		cmocka_unit_test(test_split), cmocka_unit_test(test_split_everything),
		cmocka_unit_test(test_errno), cmocka_unit_test(test_signal),
		cmocka_unit_test(test_lists),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
