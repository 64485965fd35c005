/*
 * decode: calls with known values, succeeding and failing: addresses, data, messages, readiness, fcntl,
 * ioctl. Prints what a trace must say of each (decode.h).
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/select.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

#include "decode.h"

#ifndef SOL_UDP
#define SOL_UDP 17
#endif
#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif

/* Values that the compiler must not see through. */
static void *volatile wild = (void *)8;
static volatile int negative = -1;

static struct sockaddr_in loopback(int port)
{
	return (struct sockaddr_in){ .sin_family = AF_INET,
				     .sin_port = htons((uint16_t)port),
				     .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
}

static int bound(int type, struct sockaddr_in *address)
{
	int fd = socket(AF_INET, type, 0);
	socklen_t length = sizeof(*address);

	*address = loopback(0);
	if (bind(fd, (struct sockaddr *)address, sizeof(*address)) ||
	    getsockname(fd, (struct sockaddr *)address, &length))
		exit(97);
	return fd;
}

/* A call and what is expected of it share a line: its number is the caller's. */
/* clang-format off */

static void sockets(void)
{
	int pair[2];

	EXPECT("socket", socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, IPPROTO_UDP), "\"domain\":\"AF_INET\",\"type\":[\"SOCK_DGRAM\",\"SOCK_CLOEXEC\"],\"protocol\":\"IPPROTO_UDP\"");
	EXPECT("socket", socket(AF_UNIX, SOCK_STREAM, 77), "\"domain\":\"AF_UNIX\",\"type\":[\"SOCK_STREAM\"],\"protocol\":77");
	EXPECT("socket", socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE), "\"domain\":\"AF_NETLINK\",\"type\":[\"SOCK_RAW\"],\"protocol\":\"NETLINK_ROUTE\"");
	EXPECT("socketpair", socketpair(AF_UNIX, SOCK_STREAM, 0, pair), "\"domain\":\"AF_UNIX\",\"type\":[\"SOCK_STREAM\"],\"sv\":[%d,%d]", pair[0], pair[1]);
	EXPECT("shutdown", shutdown(pair[0], SHUT_WR), "\"how\":\"SHUT_WR\"");
	EXPECT("shutdown", shutdown(pair[0], 9), "\"how\":9");
}

static void addresses(void)
{
	struct sockaddr_in target, other = loopback(9);
	struct sockaddr_in6 six = { .sin6_family = AF_INET6, .sin6_port = htons(9), .sin6_addr = IN6ADDR_LOOPBACK_INIT };
	struct sockaddr_un path = { .sun_family = AF_UNIX }, hidden = { .sun_family = AF_UNIX };
	struct sockaddr_nl nl = { .nl_family = AF_NETLINK, .nl_groups = 1 };
	int fd = bound(SOCK_DGRAM, &target), out = socket(AF_INET, SOCK_DGRAM, 0), local = socket(AF_UNIX, SOCK_DGRAM, 0);
	int netlink = socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE), out6 = socket(AF_INET6, SOCK_DGRAM, 0);
	struct sockaddr_in got;
	socklen_t length = sizeof(got);

	strcpy(path.sun_path, "/nowhere/x.sock");
	snprintf(hidden.sun_path, sizeof(hidden.sun_path), "%cdecode-%d", 0, getpid());
	EXPECT("connect", connect(out, (struct sockaddr *)&target, sizeof(target)), "\"addr\":{\"sa_family\":\"AF_INET\",\"ip\":\"127.0.0.1\",\"port\":%d},\"addrlen\":16", ntohs(target.sin_port));
	EXPECT("getpeername", getpeername(out, (struct sockaddr *)&got, &length), "\"addr\":{\"sa_family\":\"AF_INET\",\"ip\":\"127.0.0.1\",\"port\":%d},\"addrlen\":16", ntohs(target.sin_port));
	length = 4;
	EXPECT("getsockname", getsockname(fd, (struct sockaddr *)&got, &length), "\"addrlen\":{\"before\":4,\"after\":16}");
	EXPECT("connect", connect(out6, (struct sockaddr *)&six, sizeof(six)), "\"addr\":{\"sa_family\":\"AF_INET6\",\"ip\":\"::1\",\"port\":9,\"sin6_flowinfo\":0,\"sin6_scope_id\":0},\"addrlen\":28");
	EXPECT("connect", connect(local, (struct sockaddr *)&path, sizeof(path)), "\"addr\":{\"sa_family\":\"AF_UNIX\",\"sun_path\":\"/nowhere/x.sock\"},\"addrlen\":110");
	EXPECT("bind", bind(local, (struct sockaddr *)&hidden, (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + strlen(hidden.sun_path + 1))), "\"addr\":{\"sa_family\":\"AF_UNIX\",\"sun_path\":\"@decode-%d\",\"abstract\":true}", getpid());
	EXPECT("bind", bind(netlink, (struct sockaddr *)&nl, sizeof(nl)), "\"addr\":{\"sa_family\":\"AF_NETLINK\",\"nl_pid\":0,\"nl_groups\":1}");
	EXPECT("connect", connect(-1, (struct sockaddr *)&other, sizeof(other)), "\"addr\":{\"sa_family\":\"AF_INET\",\"ip\":\"127.0.0.1\",\"port\":9}");
	EXPECT("connect", connect(out, NULL, 16), "\"addr\":null,\"addrlen\":16");
	EXPECT("connect", connect(out, wild, 16), "\"addr\":{\"pointer\":\"0x8\",\"unreadable\":true},\"addrlen\":16");
	EXPECT("connect", connect(out, (struct sockaddr *)&other, 1), "\"addrlen\":1");
	EXPECT("connect", connect(out, (struct sockaddr *)&other, (socklen_t)-1), "\"addr\":{\"sa_family\":\"AF_INET\",\"ip\":\"127.0.0.1\",\"port\":9},\"addrlen\":4294967295");
}

static void data(void)
{
	char buffer[64] = "";
	struct sockaddr_in target, from;
	int in = bound(SOCK_DGRAM, &target), out = bound(SOCK_DGRAM, &from), pair[2];
	socklen_t length = sizeof(from);
	struct iovec vectors[] = { { "abc", 3 }, { "defg", 4 } }, into[] = { { buffer, 2 }, { buffer + 2, 20 } };

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair))
		exit(96);
	EXPECT("sendto", sendto(out, "hello", 5, MSG_NOSIGNAL, (struct sockaddr *)&target, sizeof(target)), "\"buf\":{\"data\":\"hello\"},\"len\":5,\"flags\":[\"MSG_NOSIGNAL\"],\"dest_addr\":{\"sa_family\":\"AF_INET\",\"ip\":\"127.0.0.1\",\"port\":%d},\"addrlen\":16", ntohs(target.sin_port));
	EXPECT("recvfrom", recvfrom(in, buffer, sizeof(buffer), 0, (struct sockaddr *)&from, &length), "\"buf\":{\"data\":\"hello\"},\"len\":64,\"flags\":[],\"src_addr\":{\"sa_family\":\"AF_INET\",\"ip\":\"127.0.0.1\",\"port\":%d},\"addrlen\":16", ntohs(from.sin_port));
	EXPECT("recvfrom", recvfrom(in, buffer, sizeof(buffer), MSG_DONTWAIT, NULL, NULL), "\"len\":64,\"flags\":[\"MSG_DONTWAIT\"],\"src_addr\":null,\"addrlen\":null");
	EXPECT("write", write(pair[0], "\0\377x", 3), "\"buf\":{\"data_base64\":\"AP94\"},\"count\":3");
	EXPECT("read", read(pair[1], buffer, sizeof(buffer)), "\"buf\":{\"data_base64\":\"AP94\"},\"count\":64");
	EXPECT("writev", writev(pair[0], vectors, 2), "\"iov\":[{\"iov_base\":{\"data\":\"abc\"},\"iov_len\":3},{\"iov_base\":{\"data\":\"defg\"},\"iov_len\":4}],\"iovcnt\":2");
	EXPECT("readv", readv(pair[1], into, 2), "\"iov\":[{\"iov_base\":{\"data\":\"ab\"},\"iov_len\":2},{\"iov_base\":{\"data\":\"cdefg\"},\"iov_len\":20}],\"iovcnt\":2");
	EXPECT("write", write(pair[0], wild, 3), "\"buf\":{\"pointer\":\"0x8\",\"unreadable\":true},\"count\":3");
	EXPECT("write", write(pair[0], "", 0), "\"buf\":{\"data\":\"\"},\"count\":0");
	EXPECT("writev", writev(pair[0], vectors, negative), "\"iovcnt\":-1");
}

union control {
	char bytes[256];
	struct cmsghdr header;
};

static void put_control(struct msghdr *message, union control *control, int level, int type, const void *bytes, size_t size)
{
	memset(control, 0, sizeof(*control));
	message->msg_control = control->bytes;
	message->msg_controllen = CMSG_SPACE(size);
	control->header.cmsg_level = level;
	control->header.cmsg_type = type;
	control->header.cmsg_len = CMSG_LEN(size);
	memcpy(CMSG_DATA(&control->header), bytes, size);
}

static void messages(void)
{
	char buffer[64] = "";
	struct sockaddr_in target, from, name;
	int in = bound(SOCK_DGRAM, &target), out = bound(SOCK_DGRAM, &from), pair[2], on = 1, got;
	struct iovec vector = { "hello", 5 }, into = { buffer, sizeof(buffer) };
	struct msghdr message = { .msg_iov = &vector, .msg_iovlen = 1, .msg_name = &target, .msg_namelen = sizeof(target) };
	struct msghdr reply = { .msg_iov = &into, .msg_iovlen = 1, .msg_name = &name, .msg_namelen = sizeof(name) };
	struct mmsghdr both[2] = { 0 }, replies[2] = { 0 };
	struct timespec second = { 1, 0 };
	union control control;
	uint16_t segment = 3;

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) || setsockopt(in, IPPROTO_IP, IP_RECVTTL, &on, sizeof(on)))
		exit(95);
	EXPECT("sendmsg", sendmsg(out, &message, MSG_DONTWAIT), "\"msg\":{\"msg_name\":{\"sa_family\":\"AF_INET\",\"ip\":\"127.0.0.1\",\"port\":%d},\"msg_namelen\":16,\"msg_iov\":[{\"iov_base\":{\"data\":\"hello\"},\"iov_len\":5}],\"msg_iovlen\":1,\"msg_controllen\":0,\"msg_flags\":[]},\"flags\":[\"MSG_DONTWAIT\"]", ntohs(target.sin_port));
	reply.msg_control = control.bytes;
	reply.msg_controllen = sizeof(control);
	EXPECT("recvmsg", recvmsg(in, &reply, 0), "\"msg\":{\"msg_name\":{\"sa_family\":\"AF_INET\",\"ip\":\"127.0.0.1\",\"port\":%d},\"msg_namelen\":16,\"msg_iov\":[{\"iov_base\":{\"data\":\"hello\"},\"iov_len\":64}],\"msg_iovlen\":1,\"msg_control\":[{\"cmsg_len\":%u,\"cmsg_level\":\"SOL_IP\",\"cmsg_type\":\"IP_TTL\",\"cmsg_data\":64}],\"msg_controllen\":{\"before\":256,\"after\":%u},\"msg_flags\":[]}", ntohs(from.sin_port), (unsigned)CMSG_LEN(4), (unsigned)reply.msg_controllen);
	put_control(&message, &control, SOL_UDP, UDP_SEGMENT, &segment, sizeof(segment));
	EXPECT("sendmsg", sendmsg(out, &message, 0), "\"msg\":{\"msg_name\":{\"sa_family\":\"AF_INET\",\"ip\":\"127.0.0.1\",\"port\":%d},\"msg_namelen\":16,\"msg_iov\":[{\"iov_base\":{\"data\":\"hello\"},\"iov_len\":5}],\"msg_iovlen\":1,\"msg_control\":[{\"cmsg_len\":%u,\"cmsg_level\":\"SOL_UDP\",\"cmsg_type\":\"UDP_SEGMENT\",\"cmsg_data\":3}],\"msg_controllen\":%u,\"msg_flags\":[]}", ntohs(target.sin_port), (unsigned)CMSG_LEN(2), (unsigned)CMSG_SPACE(2));
	message.msg_name = NULL;
	message.msg_namelen = 0;
	put_control(&message, &control, SOL_SOCKET, SCM_RIGHTS, &in, sizeof(in));
	EXPECT("sendmsg", sendmsg(pair[0], &message, 0), "\"msg\":{\"msg_namelen\":0,\"msg_iov\":[{\"iov_base\":{\"data\":\"hello\"},\"iov_len\":5}],\"msg_iovlen\":1,\"msg_control\":[{\"cmsg_len\":%u,\"cmsg_level\":\"SOL_SOCKET\",\"cmsg_type\":\"SCM_RIGHTS\",\"cmsg_data\":[%d]}],\"msg_controllen\":%u,\"msg_flags\":[]}", (unsigned)CMSG_LEN(4), in, (unsigned)CMSG_SPACE(4));
	reply = (struct msghdr){ .msg_iov = &into, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof(control) };
	EXPECT("recvmsg", recvmsg(pair[1], &reply, MSG_CMSG_CLOEXEC), "\"msg\":{\"msg_namelen\":0,\"msg_iov\":[{\"iov_base\":{\"data\":\"hello\"},\"iov_len\":64}],\"msg_iovlen\":1,\"msg_control\":[{\"cmsg_len\":%u,\"cmsg_level\":\"SOL_SOCKET\",\"cmsg_type\":\"SCM_RIGHTS\",\"cmsg_data\":[%d]}],\"msg_controllen\":{\"before\":256,\"after\":%u},\"msg_flags\":[\"MSG_CMSG_CLOEXEC\"]},\"flags\":[\"MSG_CMSG_CLOEXEC\"]", (unsigned)CMSG_LEN(4), (memcpy(&got, CMSG_DATA(&control.header), sizeof(got)), got), (unsigned)reply.msg_controllen);
	EXPECT("sendmsg", sendmsg(pair[0], NULL, 0), "\"msg\":null");
	EXPECT("sendmsg", sendmsg(pair[0], wild, 0), "\"msg\":{\"pointer\":\"0x8\",\"unreadable\":true}");
	while (recv(in, buffer, sizeof(buffer), MSG_DONTWAIT) > 0)
		;
	for (int i = 0; i < 2; i++) {
		both[i].msg_hdr = (struct msghdr){ .msg_iov = &vector, .msg_iovlen = 1, .msg_name = &target, .msg_namelen = sizeof(target) };
		replies[i].msg_hdr = (struct msghdr){ .msg_iov = &into, .msg_iovlen = 1 };
	}
#define SENT "{\"msg_hdr\":{\"msg_name\":{\"sa_family\":\"AF_INET\",\"ip\":\"127.0.0.1\",\"port\":%d},\"msg_namelen\":16,\"msg_iov\":[{\"iov_base\":{\"data\":\"hello\"},\"iov_len\":5}],\"msg_iovlen\":1,\"msg_controllen\":0,\"msg_flags\":[]},\"msg_len\":5}"
	EXPECT("sendmmsg", sendmmsg(out, both, 2, 0), "\"msgvec\":[" SENT "," SENT "],\"vlen\":2", ntohs(target.sin_port), ntohs(target.sin_port));
	/* the TTL that was asked for has no room */
#define RECEIVED "{\"msg_hdr\":{\"msg_namelen\":0,\"msg_iov\":[{\"iov_base\":{\"data\":\"hello\"},\"iov_len\":64}],\"msg_iovlen\":1,\"msg_controllen\":0,\"msg_flags\":[\"MSG_CTRUNC\"]},\"msg_len\":5}"
	EXPECT("recvmmsg", recvmmsg(in, replies, 2, MSG_WAITFORONE, &second), "\"msgvec\":[" RECEIVED "," RECEIVED "],\"vlen\":2,\"flags\":[\"MSG_WAITFORONE\"]");
}

/* A hop limit as control data, and the ICMP error behind a failure. */
static void errors_and_hops(void)
{
	struct sockaddr_in6 six = { .sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT };
	struct sockaddr_in closed, name;
	char buffer[64];
	int fd = socket(AF_INET6, SOCK_DGRAM, 0), on = 1;
	socklen_t length = sizeof(six);
	struct iovec into = { buffer, sizeof(buffer) };
	union control control;
	struct msghdr reply = { .msg_iov = &into, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof(control) };

	if (bind(fd, (struct sockaddr *)&six, sizeof(six)) == 0) {
		getsockname(fd, (struct sockaddr *)&six, &length);
		setsockopt(fd, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, &on, sizeof(on));
		sendto(fd, "x", 1, 0, (struct sockaddr *)&six, sizeof(six));
		EXPECT("recvmsg", recvmsg(fd, &reply, 0), "\"msg\":{\"msg_namelen\":0,\"msg_iov\":[{\"iov_base\":{\"data\":\"x\"},\"iov_len\":64}],\"msg_iovlen\":1,\"msg_control\":[{\"cmsg_len\":%u,\"cmsg_level\":\"SOL_IPV6\",\"cmsg_type\":\"IPV6_HOPLIMIT\",\"cmsg_data\":64}],\"msg_controllen\":{\"before\":256,\"after\":%u},\"msg_flags\":[]}", (unsigned)CMSG_LEN(4), (unsigned)reply.msg_controllen);
	}
	close(bound(SOCK_DGRAM, &closed));
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	setsockopt(fd, IPPROTO_IP, IP_RECVERR, &on, sizeof(on));
	connect(fd, (struct sockaddr *)&closed, sizeof(closed));
	send(fd, "y", 1, 0);
	reply = (struct msghdr){ .msg_iov = &into, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof(control), .msg_name = &name, .msg_namelen = sizeof(name) };
	EXPECT("recvmsg", recvmsg(fd, &reply, MSG_ERRQUEUE), "\"msg\":{\"msg_name\":{\"sa_family\":\"AF_INET\",\"ip\":\"127.0.0.1\",\"port\":%d},\"msg_namelen\":16,\"msg_iov\":[{\"iov_base\":{\"data\":\"y\"},\"iov_len\":64}],\"msg_iovlen\":1,\"msg_control\":[{\"cmsg_len\":%u,\"cmsg_level\":\"SOL_IP\",\"cmsg_type\":\"IP_RECVERR\",\"cmsg_data\":{\"ee_errno\":\"ECONNREFUSED\",\"ee_origin\":\"SO_EE_ORIGIN_ICMP\",\"ee_type\":\"ICMP_DEST_UNREACH\",\"ee_code\":\"ICMP_PORT_UNREACH\",\"ee_info\":0,\"ee_data\":0,\"offender\":{\"sa_family\":\"AF_INET\",\"ip\":\"127.0.0.1\",\"port\":0}}}],\"msg_controllen\":{\"before\":256,\"after\":%u},\"msg_flags\":[\"MSG_ERRQUEUE\"]}", ntohs(closed.sin_port), (unsigned)CMSG_LEN(32), (unsigned)reply.msg_controllen);
}

/* Addresses of families that this machine may not have: shown whatever the kernel answers. strace shows no CAN address right. */
static void foreign_addresses(void)
{
	static const unsigned char can[24] = { AF_CAN, 0, 0, 0, 3, 0, 0, 0, 0x23, 1, 0, 0, 0x45, 2, 0, 0 };
	static const unsigned char vsock[16] = { 40, 0, 0, 0, 0xd2, 4, 0, 0, 2, 0, 0, 0 };
	static const unsigned char packet[20] = { 17, 0, 8, 0, 2, 0, 0, 0, 1, 0, 0, 6, 2, 0, 0, 0, 0, 1 };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	EXPECT("connect", connect(fd, (const void *)can, sizeof(can)), "\"addr\":{\"sa_family\":\"AF_CAN\",\"can_ifindex\":3,\"rx_id\":291,\"tx_id\":581},\"addrlen\":24");
	EXPECT("bind", bind(fd, (const void *)vsock, sizeof(vsock)), "\"addr\":{\"sa_family\":\"AF_VSOCK\",\"svm_cid\":\"VMADDR_CID_HOST\",\"svm_port\":1234,\"svm_flags\":0},\"addrlen\":16");
	EXPECT("bind", bind(fd, (const void *)packet, sizeof(packet)), "\"addr\":{\"sa_family\":\"AF_PACKET\",\"sll_protocol\":\"ETH_P_IP\",\"sll_ifindex\":2,\"sll_hatype\":\"ARPHRD_ETHER\",\"sll_pkttype\":\"PACKET_HOST\",\"sll_halen\":6,\"sll_addr\":\"02:00:00:00:00:01\"},\"addrlen\":20");
}

static void readiness(void)
{
	int pair[2], epoll = epoll_create1(EPOLL_CLOEXEC);
	struct epoll_event event = { .events = EPOLLIN | EPOLLET, .data.u64 = 0x1234 }, events[4];
	struct timeval quarter = { 0, 250000 };
	struct timespec none = { 0, 0 };
	fd_set readable, writable;

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) || write(pair[0], "x", 1) != 1)
		exit(94);
	struct pollfd fds[] = { { pair[1], POLLIN, 0 }, { pair[0], POLLIN | POLLPRI, 0 } };

	EXPECT("poll", poll(fds, 2, 1000), "\"fds\":[{\"fd\":%d,\"events\":[\"POLLIN\"],\"revents\":[\"POLLIN\"]},{\"fd\":%d,\"events\":[\"POLLIN\",\"POLLPRI\"],\"revents\":[]}],\"nfds\":2", pair[1], pair[0]);
	EXPECT("ppoll", ppoll(fds, 1, &none, NULL), "\"fds\":[{\"fd\":%d,\"events\":[\"POLLIN\"],\"revents\":[\"POLLIN\"]}],\"nfds\":1", pair[1]);
	FD_ZERO(&readable);
	FD_ZERO(&writable);
	FD_SET(pair[0], &readable);
	FD_SET(pair[1], &readable);
	FD_SET(pair[0], &writable);
	EXPECT("pselect6", select(pair[1] + 1, &readable, &writable, NULL, &quarter), "\"readfds\":[%d,%d],\"readfds_ready\":[%d],\"writefds\":[%d],\"writefds_ready\":[%d],\"exceptfds\":null", pair[0], pair[1], pair[1], pair[0], pair[0]);
	EXPECT("epoll_ctl", epoll_ctl(epoll, EPOLL_CTL_ADD, pair[1], &event), "\"op\":\"EPOLL_CTL_ADD\",\"fd\":%d,\"event\":{\"events\":[\"EPOLLIN\",\"EPOLLET\"],\"data\":4660}", pair[1]);
	EXPECT("epoll_wait", epoll_wait(epoll, events, 4, 0), "\"events\":[{\"fd\":%d,\"events\":[\"EPOLLIN\"],\"data\":4660}],\"maxevents\":4", pair[1]);
	EXPECT("epoll_ctl", epoll_ctl(epoll, EPOLL_CTL_DEL, pair[0], NULL), "\"op\":\"EPOLL_CTL_DEL\",\"fd\":%d", pair[0]);
}

static void controls(void)
{
	int pair[2], on = 1, waiting = 0;
	struct f_owner_ex owner = { F_OWNER_PID, getpid() };
	struct ifreq request = { .ifr_name = "lo" };

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) || write(pair[0], "xyz", 3) != 3)
		exit(93);
	EXPECT("fcntl", fcntl(pair[0], F_SETFL, O_NONBLOCK), "\"cmd\":\"F_SETFL\",\"arg\":[\"O_NONBLOCK\"]");
	EXPECT("fcntl", fcntl(pair[0], F_GETFL), "\"cmd\":\"F_GETFL\"");
	EXPECT("fcntl", fcntl(pair[0], F_SETFD, FD_CLOEXEC), "\"cmd\":\"F_SETFD\",\"arg\":[\"FD_CLOEXEC\"]");
	EXPECT("fcntl", fcntl(pair[0], F_SETSIG, SIGUSR1), "\"cmd\":\"F_SETSIG\",\"arg\":\"SIGUSR1\"");
	EXPECT("fcntl", fcntl(pair[0], F_SETOWN_EX, &owner), "\"cmd\":\"F_SETOWN_EX\",\"arg\":{\"type\":\"F_OWNER_PID\",\"pid\":%d}", getpid());
	EXPECT("fcntl", fcntl(pair[0], F_DUPFD, 100), "\"cmd\":\"F_DUPFD\",\"arg\":100");
	EXPECT("ioctl", ioctl(pair[1], FIONREAD, &waiting), "\"request\":\"FIONREAD\",\"argp\":3");
	EXPECT("ioctl", ioctl(pair[1], FIONBIO, &on), "\"request\":\"FIONBIO\",\"argp\":1");
	EXPECT("ioctl", ioctl(pair[1], SIOCGIFINDEX, &request), "\"request\":\"SIOCGIFINDEX\",\"argp\":{\"ifr_name\":\"lo\",\"ifr_ifindex\":%d}", request.ifr_ifindex);
	EXPECT("ioctl", ioctl(pair[1], SIOCGIFMTU, &request), "\"request\":\"SIOCGIFMTU\",\"argp\":{\"ifr_name\":\"lo\",\"ifr_mtu\":%d}", request.ifr_mtu);
	strcpy(request.ifr_name, "nowhere");
	EXPECT("ioctl", ioctl(pair[1], SIOCGIFMTU, &request), "\"request\":\"SIOCGIFMTU\",\"argp\":{\"ifr_name\":\"nowhere\"}");
}

static void movers(void)
{
	int pair[2], file = open("/proc/self/exe", O_RDONLY), pipes[2];
	off_t offset = 1;

	if (file < 0 || socketpair(AF_UNIX, SOCK_STREAM, 0, pair) || pipe(pipes))
		exit(92);
	EXPECT("sendfile", sendfile(pair[0], file, &offset, 3), "\"in_fd\":%d,\"offset\":{\"before\":1,\"after\":4},\"count\":3", file);
	EXPECT("splice", splice(pair[1], NULL, pipes[1], NULL, 3, SPLICE_F_MOVE), "\"off_in\":null,\"fd_out\":%d,\"off_out\":null,\"len\":3,\"flags\":[\"SPLICE_F_MOVE\"]", pipes[1]);
}

/* clang-format on */

int main(void)
{
	sockets();
	addresses();
	data();
	messages();
	errors_and_hops();
	foreign_addresses();
	readiness();
	controls();
	movers();
	return 0;
}
