/*
 * decode_options: socket options and netlink with known values, succeeding and failing. Prints what a trace
 * must say of each (decode.h). Where strace 6.1 is wrong or shows a bare number, the case is marked "strace".
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <linux/filter.h>
#include <linux/net_tstamp.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>
#include <linux/tls.h>
#include <linux/types.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "decode.h"

/* A call and what is expected of it share a line: its number is the caller's. */
/* clang-format off */

#define SET(fd, level, name, value, ...) EXPECT("setsockopt", setsockopt(fd, level, name, value, sizeof(*(value))), __VA_ARGS__)

/* Values of known bytes, so that both ABIs and any compiler pass the same. */
static const struct set {
	int domain, type, level, name;
	const char *bytes;
	unsigned size;
	const char *details;
} sets[] = {
#define ROW(socket, level, name, bytes, details) { socket, level, name, bytes, sizeof(bytes) - 1, details }
#define TCP AF_INET, SOCK_STREAM
#define UDP AF_INET, SOCK_DGRAM
#define TCP6 AF_INET6, SOCK_STREAM
#define UDP6 AF_INET6, SOCK_DGRAM
#define ROUTE AF_NETLINK, SOCK_RAW
	ROW(TCP, SOL_SOCKET, SO_REUSEADDR, "\1\0\0\0", "\"level\":\"SOL_SOCKET\",\"optname\":\"SO_REUSEADDR\",\"optval\":1"),
	ROW(TCP, SOL_SOCKET, SO_LINGER, "\1\0\0\0\5\0\0\0", "\"optname\":\"SO_LINGER\",\"optval\":{\"l_onoff\":1,\"l_linger\":5}"),
	ROW(TCP, SOL_SOCKET, SO_BINDTODEVICE, "lo\0\0", "\"optname\":\"SO_BINDTODEVICE\",\"optval\":\"lo\""), /* strace */
	ROW(TCP, SOL_SOCKET, SO_PRIORITY, "\3\0\0\0", "\"optname\":\"SO_PRIORITY\",\"optval\":3"),
	ROW(TCP, SOL_SOCKET, SO_REUSEADDR, "\1", "\"optname\":\"SO_REUSEADDR\",\"optval\":{\"data\":\"\\u0001\"}"),
	ROW(TCP, IPPROTO_TCP, TCP_NODELAY, "\1\0\0\0", "\"level\":\"SOL_TCP\",\"optname\":\"TCP_NODELAY\",\"optval\":1"),
	ROW(TCP, IPPROTO_TCP, TCP_CONGESTION, "reno", "\"optname\":\"TCP_CONGESTION\",\"optval\":\"reno\""), /* strace */
	ROW(TCP, IPPROTO_TCP, TCP_ULP, "none", "\"optname\":\"TCP_ULP\",\"optval\":\"none\""), /* strace */
	ROW(TCP, IPPROTO_TCP, TCP_USER_TIMEOUT, "\xe8\3\0\0", "\"optname\":\"TCP_USER_TIMEOUT\",\"optval\":1000"),
	ROW(UDP, IPPROTO_IP, IP_MULTICAST_IF, "\x7f\0\0\1", "\"level\":\"SOL_IP\",\"optname\":\"IP_MULTICAST_IF\",\"optval\":\"127.0.0.1\""), /* strace */
	ROW(UDP, IPPROTO_IP, IP_ADD_MEMBERSHIP, "\340\0\0\x63\0\0\0\0\1\0\0\0", "\"optname\":\"IP_ADD_MEMBERSHIP\",\"optval\":{\"imr_multiaddr\":\"224.0.0.99\",\"imr_address\":\"0.0.0.0\",\"imr_ifindex\":1}"), /* strace */
	ROW(UDP, IPPROTO_IP, IP_DROP_MEMBERSHIP, "\340\0\0\x63\x7f\0\0\1", "\"optname\":\"IP_DROP_MEMBERSHIP\",\"optval\":{\"imr_multiaddr\":\"224.0.0.99\",\"imr_address\":\"127.0.0.1\"}"),
	ROW(UDP, IPPROTO_IP, IP_MTU_DISCOVER, "\2\0\0\0", "\"optname\":\"IP_MTU_DISCOVER\",\"optval\":\"IP_PMTUDISC_DO\""),
	ROW(UDP, IPPROTO_IP, IP_TOS, "\x10\0\0\0", "\"optname\":\"IP_TOS\",\"optval\":\"IPTOS_LOWDELAY\""),
	ROW(UDP, IPPROTO_IP, IP_TTL, "\x40", "\"optname\":\"IP_TTL\",\"optval\":64"),
	ROW(UDP, SOL_SOCKET, SO_TIMESTAMPING, "\x18\0\0\0", "\"optname\":\"SO_TIMESTAMPING\",\"optval\":[\"SOF_TIMESTAMPING_RX_SOFTWARE\",\"SOF_TIMESTAMPING_SOFTWARE\"]"), /* strace */
	ROW(UDP, SOL_SOCKET, 61 /* SO_TXTIME */, "\1\0\0\0\2\0\0\0", "\"optname\":\"SO_TXTIME\",\"optval\":{\"clockid\":1,\"flags\":[\"SOF_TXTIME_REPORT_ERRORS\"]}"),
	ROW(UDP, IPPROTO_UDP, 103 /* UDP_SEGMENT */, "\xb0\4\0\0", "\"level\":\"SOL_UDP\",\"optname\":\"UDP_SEGMENT\",\"optval\":1200"),
	ROW(TCP6, IPPROTO_IPV6, IPV6_V6ONLY, "\1\0\0\0", "\"level\":\"SOL_IPV6\",\"optname\":\"IPV6_V6ONLY\",\"optval\":1"),
	ROW(TCP6, IPPROTO_IPV6, IPV6_MTU_DISCOVER, "\3\0\0\0", "\"optname\":\"IPV6_MTU_DISCOVER\",\"optval\":\"IPV6_PMTUDISC_PROBE\""),
	ROW(UDP6, IPPROTO_IPV6, IPV6_PKTINFO, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\1\0\0\0", "\"optname\":\"IPV6_PKTINFO\",\"optval\":{\"ipi6_addr\":\"::1\",\"ipi6_ifindex\":1}"), /* strace */
	ROW(UDP6, IPPROTO_IPV6, IPV6_ADD_MEMBERSHIP, "\377\2\0\0\0\0\0\0\0\0\0\0\0\0\0\x63\1\0\0\0", "\"optname\":\"IPV6_ADD_MEMBERSHIP\",\"optval\":{\"ipv6mr_multiaddr\":\"ff02::63\",\"ipv6mr_ifindex\":1}"),
	ROW(TCP, SOL_TLS, TLS_TX, "\3\3\x33\0IVIVIVIVKEYKEYKEYKEYKEYKSALT\0\0\0\0\0\0\0\1", "\"level\":\"SOL_TLS\",\"optname\":\"TLS_TX\",\"optval\":{\"version\":\"TLS_1_2_VERSION\",\"cipher_type\":\"TLS_CIPHER_AES_GCM_128\",\"iv\":\"(hidden)\",\"key\":\"(hidden)\",\"salt\":\"(hidden)\",\"rec_seq\":{\"data\":\"\\u0000\\u0000\\u0000\\u0000\\u0000\\u0000\\u0000\\u0001\"}}"),
	ROW(ROUTE, 270, 1, "\1\0\0\0", "\"level\":\"SOL_NETLINK\",\"optname\":\"NETLINK_ADD_MEMBERSHIP\",\"optval\":\"RTNLGRP_LINK\""),
	ROW(TCP, 4242, 7, "ab", "\"level\":4242,\"optname\":7,\"optval\":{\"data\":\"ab\"}"),
};

static void set_options(void)
{
	for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++) {
		int fd = socket(sets[i].domain, sets[i].type, 0);

		if (fd < 0)
			continue;
		EXPECT("setsockopt", setsockopt(fd, sets[i].level, sets[i].name, sets[i].bytes, sets[i].size), "%s,\"optlen\":%u", sets[i].details, sets[i].size);
		close(fd);
	}
}

static void own_layouts(void)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	struct timeval timeout = { 2, 500000 };
	struct sock_filter code[] = { { 0x06, 0, 0, 0xffff } };
	struct sock_fprog program = { 1, code };
	uint64_t wide[2] = { 3, 250000 };

	SET(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, "\"optname\":\"%s\",\"optval\":{\"tv_sec\":2,\"tv_usec\":500000}", SO_RCVTIMEO == 66 ? "SO_RCVTIMEO_NEW" : "SO_RCVTIMEO"); /* strace */
	EXPECT("setsockopt", setsockopt(fd, SOL_SOCKET, 66 /* SO_RCVTIMEO_NEW */, wide, 16), "\"optname\":\"SO_RCVTIMEO_NEW\",\"optval\":{\"tv_sec\":3,\"tv_usec\":250000}");
	SET(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, "\"optname\":\"SO_ATTACH_FILTER\",\"optval\":{\"len\":1,\"filter\":[{\"code\":6,\"jt\":0,\"jf\":0,\"k\":65535}]}");
	close(fd);
}

static void get_options(void)
{
	static const struct {
		int domain, type, level, name;
		const char *details;
	} gets[] = {
		{ AF_INET, SOCK_STREAM, SOL_SOCKET, SO_TYPE, "\"optname\":\"SO_TYPE\",\"optval\":\"SOCK_STREAM\"" }, /* strace */
		{ AF_INET, SOCK_STREAM, SOL_SOCKET, SO_DOMAIN, "\"optname\":\"SO_DOMAIN\",\"optval\":\"AF_INET\"" },
		{ AF_INET, SOCK_STREAM, SOL_SOCKET, SO_PROTOCOL, "\"optname\":\"SO_PROTOCOL\",\"optval\":\"IPPROTO_TCP\"" },
		{ AF_NETLINK, SOCK_RAW, SOL_SOCKET, SO_PROTOCOL, "\"optname\":\"SO_PROTOCOL\",\"optval\":\"NETLINK_ROUTE\"" },
		{ AF_INET, SOCK_STREAM, SOL_SOCKET, SO_ERROR, "\"optname\":\"SO_ERROR\",\"optval\":0" },
		{ AF_INET, SOCK_STREAM, SOL_SOCKET, SO_ACCEPTCONN, "\"optname\":\"SO_ACCEPTCONN\",\"optval\":0" },
		{ AF_INET, SOCK_STREAM, IPPROTO_TCP, TCP_NODELAY, "\"optname\":\"TCP_NODELAY\",\"optval\":0" },
	};
	int pair[2], value;
	char text[64];
	struct ucred credentials;
	struct tcp_info info = { 0 };
	socklen_t length;

	for (size_t i = 0; i < sizeof(gets) / sizeof(gets[0]); i++) {
		int fd = socket(gets[i].domain, gets[i].type, 0);

		length = sizeof(value);
		EXPECT("getsockopt", getsockopt(fd, gets[i].level, gets[i].name, &value, &length), "%s,\"optlen\":4", gets[i].details);
		close(fd);
	}
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair))
		exit(97);
	length = sizeof(credentials);
	EXPECT("getsockopt", getsockopt(pair[0], SOL_SOCKET, SO_PEERCRED, &credentials, &length), "\"optname\":\"SO_PEERCRED\",\"optval\":{\"pid\":%d,\"uid\":%d,\"gid\":%d},\"optlen\":12", getpid(), (int)getuid(), (int)getgid());
	length = sizeof(value);
	EXPECT("getsockopt", getsockopt(pair[0], IPPROTO_TCP, TCP_NODELAY, &value, &length), "\"optname\":\"TCP_NODELAY\",\"optlen\":4");
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	length = sizeof(text);
	EXPECT("getsockopt", getsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, text, &length), "\"optname\":\"TCP_CONGESTION\",\"optval\":\"%s\",\"optlen\":{\"before\":64,\"after\":16}", text);
	length = 8;
	EXPECT("getsockopt", getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &length), "\"optname\":\"TCP_INFO\",\"optval\":{\"tcpi_state\":\"TCP_CLOSE\",\"tcpi_ca_state\":\"TCP_CA_Open\",\"tcpi_retransmits\":0,\"tcpi_probes\":0,\"tcpi_backoff\":0,\"tcpi_options\":[],\"tcpi_snd_wscale\":0,\"tcpi_rcv_wscale\":0,\"tcpi_delivery_rate_app_limited\":%d,\"tcpi_fastopen_client_fail\":\"TFO_STATUS_UNSPEC\"},\"optlen\":8", ((unsigned char *)&info)[7] & 1); /* strace */
	length = sizeof(value);
	EXPECT("getsockopt", getsockopt(-1, SOL_SOCKET, SO_ERROR, &value, &length), "\"optname\":\"SO_ERROR\",\"optlen\":4");
	EXPECT("getsockopt", getsockopt(fd, SOL_SOCKET, SO_TYPE, &value, NULL), "\"optname\":\"SO_TYPE\",\"optlen\":null");
}

static void netlink(void)
{
	struct {
		struct nlmsghdr header;
		struct ifinfomsg link;
	} request = { { sizeof(request), RTM_GETLINK, NLM_F_REQUEST, 77, 0 }, { .ifi_family = AF_UNSPEC, .ifi_index = 999999 } };
	int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
	char reply[4096];

	EXPECT("sendto", sendto(fd, &request, sizeof(request), 0, NULL, 0), "\"messages\":[{\"nlmsg_len\":32,\"nlmsg_type\":\"RTM_GETLINK\",\"nlmsg_flags\":[\"NLM_F_REQUEST\"],\"nlmsg_seq\":77,\"nlmsg_pid\":0,\"ifi_family\":\"AF_UNSPEC\",\"ifi_type\":\"ARPHRD_NETROM\",\"ifi_index\":999999,\"ifi_flags\":[],\"ifi_change\":0}]");
	EXPECT("recvfrom", recvfrom(fd, reply, sizeof(reply), 0, NULL, NULL), "\"messages\":[{\"nlmsg_len\":%u,\"nlmsg_type\":\"NLMSG_ERROR\",\"nlmsg_flags\":[],\"nlmsg_seq\":77,\"nlmsg_pid\":%u,\"error\":\"ENODEV\",\"msg\":{\"nlmsg_len\":32,\"nlmsg_type\":\"RTM_GETLINK\",\"nlmsg_flags\":[\"NLM_F_REQUEST\"],\"nlmsg_seq\":77,\"nlmsg_pid\":0}}]", ((struct nlmsghdr *)reply)->nlmsg_len, ((struct nlmsghdr *)reply)->nlmsg_pid);
}

/* clang-format on */

int main(void)
{
	set_options();
	own_layouts();
	get_options();
	netlink();
	return 0;
}
