/*
 * decode_calls: the calls that decode.c leaves, each succeeding where it can and failing, made directly, so
 * that each is the one that it is named by. In 32-bit programs also what only those have: socketcall's send
 * and recv, the calls with 32-bit and with 64-bit times. Prints what a trace must say of each (decode.h).
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "decode.h"

#ifndef SYS_pidfd_getfd
#define SYS_pidfd_getfd 438
#endif
#ifndef SYS_epoll_pwait2
#define SYS_epoll_pwait2 441
#endif
#ifdef __i386__
#define SYS_SELECT  SYS__newselect
#define OFFSET(low) (long)(low), 0L
#else
#define SYS_SELECT  SYS_select
#define OFFSET(low) (long)(low)
#endif

static void *volatile wild = (void *)8;

static int listener(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)))
		exit(97);
	return fd;
}

static int join(int fd, uint16_t *port)
{
	struct sockaddr_in address;
	socklen_t length = sizeof(address);
	int out = socket(AF_INET, SOCK_STREAM, 0);

	if (getsockname(fd, (struct sockaddr *)&address, &length) ||
	    connect(out, (struct sockaddr *)&address, length) ||
	    getsockname(out, (struct sockaddr *)&address, &length))
		exit(97);
	*port = ntohs(address.sin_port);
	return out;
}

/* A call and what is expected of it share a line: its number is the caller's. */
/* clang-format off */

static void connections(void)
{
	int fd = listener(), other[2] = { 0, 0 };
	struct sockaddr_in peer;
	socklen_t length = sizeof(peer);
	uint16_t port;

	EXPECT("socket", socket(AF_INET, 9, 0), "\"domain\":\"AF_INET\",\"type\":[\"0x9\"]");
	EXPECT("socketpair", socketpair(AF_INET, SOCK_STREAM, 0, other), "\"domain\":\"AF_INET\",\"type\":[\"SOCK_STREAM\"]");
	EXPECT("listen", listen(fd, 7), "\"backlog\":7");
	EXPECT("listen", listen(-1, 7), "\"backlog\":7");
	EXPECT("bind", bind(-1, wild, 16), "\"addr\":{\"pointer\":\"0x8\",\"unreadable\":true},\"addrlen\":16");
	int out = join(fd, &port);
#ifdef SYS_accept
	EXPECT("accept", syscall(SYS_accept, fd, &peer, &length), "\"addr\":{\"sa_family\":\"AF_INET\",\"ip\":\"127.0.0.1\",\"port\":%u},\"addrlen\":16", port);
	EXPECT("accept", syscall(SYS_accept, fd, &peer, &length), "\"addrlen\":16");
#else
	long arguments[3] = { fd, (long)&peer, (long)&length };

	EXPECT("accept", syscall(SYS_socketcall, 5, arguments), "\"addr\":{\"sa_family\":\"AF_INET\",\"ip\":\"127.0.0.1\",\"port\":%u},\"addrlen\":16", port);
	EXPECT("accept", syscall(SYS_socketcall, 5, arguments), "\"addrlen\":16");
#endif
	join(fd, &port);
	EXPECT("accept4", syscall(SYS_accept4, fd, &peer, &length, SOCK_CLOEXEC | SOCK_NONBLOCK), "\"addr\":{\"sa_family\":\"AF_INET\",\"ip\":\"127.0.0.1\",\"port\":%u},\"addrlen\":16,\"flags\":[\"SOCK_NONBLOCK\",\"SOCK_CLOEXEC\"]", port);
	EXPECT("accept4", syscall(SYS_accept4, fd, NULL, NULL, 0), "\"addr\":null,\"addrlen\":null,\"flags\":[]");
	EXPECT("getsockname", syscall(SYS_getsockname, fd, NULL, &length), "\"addr\":null");
	EXPECT("getpeername", syscall(SYS_getpeername, fd, &peer, &length), "\"addrlen\":16");
	EXPECT("shutdown", shutdown(out, SHUT_RDWR), "\"how\":\"SHUT_RDWR\"");
}

static void data(void)
{
	int pair[2], file = open("/proc/self/exe", O_RDONLY);
	char buffer[16] = "";
	struct iovec vector = { "abcd", 4 }, into = { buffer, sizeof(buffer) };
	struct msghdr message = { .msg_iov = &vector, .msg_iovlen = 1 };
	struct mmsghdr several = { .msg_hdr = { .msg_iov = &into, .msg_iovlen = 1 } };
	struct timespec none = { 0, 0 };

	if (file < 0 || socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair))
		exit(96);
	EXPECT("sendto", syscall(SYS_sendto, -1, "abc", 3, MSG_OOB, NULL, 0), "\"buf\":{\"data\":\"abc\"},\"len\":3,\"flags\":[\"MSG_OOB\"],\"dest_addr\":null,\"addrlen\":0");
	EXPECT("read", read(pair[0], buffer, sizeof(buffer)), "\"count\":16");
	EXPECT("readv", readv(pair[0], &into, 1), "\"iovcnt\":1");
	EXPECT("pread64", syscall(SYS_pread64, pair[0], buffer, sizeof(buffer), OFFSET(5)), "\"count\":16,\"offset\":5");
	EXPECT("pwrite64", syscall(SYS_pwrite64, pair[0], "abc", 3, OFFSET(5)), "\"buf\":{\"data\":\"abc\"},\"count\":3,\"offset\":5");
	EXPECT("preadv", syscall(SYS_preadv, pair[0], &into, 1, 5L, 0L), "\"iovcnt\":1,\"offset\":5");
	EXPECT("pwritev", syscall(SYS_pwritev, pair[0], &vector, 1, 5L, 0L), "\"iov\":[{\"iov_base\":{\"data\":\"abcd\"},\"iov_len\":4}],\"iovcnt\":1,\"offset\":5");
	EXPECT("pwritev2", syscall(SYS_pwritev2, pair[0], &vector, 1, -1L, -1L, RWF_NOWAIT), "\"iov\":[{\"iov_base\":{\"data\":\"abcd\"},\"iov_len\":4}],\"iovcnt\":1,\"offset\":-1,\"flags\":[\"RWF_NOWAIT\"]");
	EXPECT("preadv2", syscall(SYS_preadv2, pair[1], &into, 1, -1L, -1L, 0), "\"iov\":[{\"iov_base\":{\"data\":\"abcd\"},\"iov_len\":16}],\"iovcnt\":1,\"offset\":-1,\"flags\":[]");
	EXPECT("preadv2", syscall(SYS_preadv2, pair[1], &into, 1, 3L, 0L, 0), "\"iovcnt\":1,\"offset\":3");
	EXPECT("pwritev2", syscall(SYS_pwritev2, pair[0], &vector, 1, 3L, 0L, 0), "\"iov\":[{\"iov_base\":{\"data\":\"abcd\"},\"iov_len\":4}],\"iovcnt\":1,\"offset\":3");
	EXPECT("sendmsg", sendmsg(-1, &message, 0), "\"msg\":{\"msg_namelen\":0,\"msg_iov\":[{\"iov_base\":{\"data\":\"abcd\"},\"iov_len\":4}],\"msg_iovlen\":1,\"msg_controllen\":0,\"msg_flags\":[]},\"flags\":[]");
	EXPECT("recvmsg", recvmsg(-1, &several.msg_hdr, MSG_PEEK), "\"flags\":[\"MSG_PEEK\"]");
	EXPECT("sendmmsg", syscall(SYS_sendmmsg, -1, &several, 1, 0), "\"vlen\":1,\"flags\":[]");
	EXPECT("recvmmsg", syscall(SYS_recvmmsg, pair[0], &several, 1, MSG_DONTWAIT, &none), "\"vlen\":1,\"flags\":[\"MSG_DONTWAIT\"]");
	EXPECT("sendfile", syscall(SYS_sendfile, pair[0], -1, NULL, 5), "\"in_fd\":-1,\"offset\":null,\"count\":5");
	EXPECT("splice", syscall(SYS_splice, pair[0], NULL, pair[1], NULL, 5, 0), "\"off_in\":null,\"fd_out\":%d,\"off_out\":null,\"len\":5,\"flags\":[]", pair[1]);
	EXPECT("tee", syscall(SYS_tee, pair[0], pair[1], 5, SPLICE_F_NONBLOCK), "\"fd_out\":%d,\"len\":5,\"flags\":[\"SPLICE_F_NONBLOCK\"]", pair[1]);
	EXPECT("vmsplice", syscall(SYS_vmsplice, pair[0], &vector, 1, SPLICE_F_GIFT), "\"iov\":[{\"iov_base\":{\"data\":\"abcd\"},\"iov_len\":4}],\"nr_segs\":1,\"flags\":[\"SPLICE_F_GIFT\"]");
	EXPECT("copy_file_range", syscall(SYS_copy_file_range, file, NULL, pair[0], NULL, 5, 0), "\"off_in\":null,\"fd_out\":%d,\"off_out\":null,\"len\":5,\"flags\":[]", pair[0]);
}

static void fds(void)
{
	int pair[2], pidfd = (int)syscall(SYS_pidfd_open, getpid(), 0);
	struct rlimit limit, few = { 3, 0 };

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) || getrlimit(RLIMIT_NOFILE, &limit))
		exit(95);
	few.rlim_max = limit.rlim_max;
	EXPECT("dup", dup(pair[0]), "\"oldfd\":%d", pair[0]);
	EXPECT("dup2", syscall(SYS_dup2, pair[0], 60), "\"oldfd\":%d,\"newfd\":60", pair[0]);
	EXPECT("dup2", syscall(SYS_dup2, pair[0], -5), "\"oldfd\":%d,\"newfd\":-5", pair[0]);
	EXPECT("dup3", syscall(SYS_dup3, pair[0], 61, O_CLOEXEC), "\"oldfd\":%d,\"newfd\":61,\"flags\":[\"O_CLOEXEC\"]", pair[0]);
	EXPECT("dup3", syscall(SYS_dup3, pair[0], pair[0], 0), "\"oldfd\":%d,\"newfd\":%d,\"flags\":[]", pair[0], pair[0]);
	EXPECT("fcntl", syscall(SYS_fcntl, pair[0], F_DUPFD, -1), "\"cmd\":\"F_DUPFD\",\"arg\":-1");
	EXPECT("pidfd_getfd", syscall(SYS_pidfd_getfd, pidfd, pair[0], 0), "\"pidfd\":%d,\"targetfd\":%d,\"flags\":[]", pidfd, pair[0]);
	EXPECT("pidfd_getfd", syscall(SYS_pidfd_getfd, pidfd, 999, 0), "\"pidfd\":%d,\"targetfd\":999,\"flags\":[]", pidfd);
	setrlimit(RLIMIT_NOFILE, &few);
	EXPECT("dup", dup(pair[0]), "\"oldfd\":%d", pair[0]);
	setrlimit(RLIMIT_NOFILE, &limit);
	EXPECT("close_range", syscall(SYS_close_range, 60, 61, 4), "\"first\":60,\"last\":61,\"flags\":[\"CLOSE_RANGE_CLOEXEC\"]");
	EXPECT("close_range", syscall(SYS_close_range, 60, 61, 0x70), "\"first\":60,\"last\":61,\"flags\":[\"0x70\"]");
	EXPECT("close", close(60), "\"fd\":60");
	EXPECT("unshare", unshare(CLONE_FILES), "\"flags\":[\"CLONE_FILES\"]");
	EXPECT("unshare", unshare(CLONE_FILES | 0x7), "\"flags\":[\"CLONE_FILES\",\"0x7\"]");
}

static void readiness(void)
{
	int pair[2], epoll = (int)syscall(SYS_epoll_create1, 0);
	struct epoll_event event = { .events = EPOLLOUT, .data.u64 = 7 }, events[2];
	struct { int64_t seconds, nanoseconds; } quarter = { 0, 250000000 };
	struct timespec long_one = { 0, 2000000000 }, none = { 0, 0 };
	struct timeval wrong = { -1, 0 }, nothing = { 0, 0 };
	uint64_t mask = 1ull << (SIGUSR1 - 1);
	struct { void *mask; size_t size; } wanted = { &mask, 8 };
	fd_set set;

	if (epoll < 0 || socketpair(AF_UNIX, SOCK_STREAM, 0, pair))
		exit(94);
	struct pollfd polled = { pair[0], POLLOUT, 0 };

	FD_ZERO(&set);
	FD_SET(pair[0], &set);
	EXPECT("poll", syscall(SYS_poll, wild, 1, 10), "\"fds\":{\"pointer\":\"0x8\",\"unreadable\":true},\"nfds\":1");
	EXPECT("ppoll", syscall(SYS_ppoll, &polled, 1, &none, &mask, 8), "\"fds\":[{\"fd\":%d,\"events\":[\"POLLOUT\"],\"revents\":[\"POLLOUT\"]}],\"nfds\":1,\"sigmask\":[\"SIGUSR1\"],\"sigsetsize\":8", pair[0]);
	polled.revents = 0;
	EXPECT("ppoll", syscall(SYS_ppoll, &polled, 1, &long_one, NULL, 8), "\"nfds\":1,\"sigmask\":null,\"sigsetsize\":8");
	EXPECT("select", syscall(SYS_SELECT, pair[0] + 1, NULL, &set, NULL, &nothing), "\"nfds\":%d,\"readfds\":null,\"writefds\":[%d],\"writefds_ready\":[%d],\"exceptfds\":null", pair[0] + 1, pair[0], pair[0]);
	EXPECT("select", syscall(SYS_SELECT, pair[0] + 1, &set, NULL, NULL, &wrong), "\"readfds\":[%d],\"writefds\":null", pair[0]);
	EXPECT("pselect6", syscall(SYS_pselect6, pair[0] + 1, NULL, &set, NULL, &none, &wanted), "\"writefds\":[%d],\"writefds_ready\":[%d],\"sigmask\":[\"SIGUSR1\"]", pair[0], pair[0]);
	EXPECT("pselect6", syscall(SYS_pselect6, pair[0] + 1, &set, NULL, NULL, &long_one, NULL), "\"readfds\":[%d],\"sigmask\":null", pair[0]);
	EXPECT("epoll_create", syscall(SYS_epoll_create, 5), "\"size\":5");
	EXPECT("epoll_create", syscall(SYS_epoll_create, 0), "\"size\":0");
	EXPECT("epoll_create1", syscall(SYS_epoll_create1, EPOLL_CLOEXEC), "\"flags\":[\"EPOLL_CLOEXEC\"]");
	EXPECT("epoll_create1", syscall(SYS_epoll_create1, 1), "\"flags\":[\"0x1\"]");
	EXPECT("epoll_ctl", epoll_ctl(epoll, EPOLL_CTL_ADD, pair[0], &event), "\"op\":\"EPOLL_CTL_ADD\",\"fd\":%d,\"event\":{\"events\":[\"EPOLLOUT\"],\"data\":7}", pair[0]);
	EXPECT("epoll_wait", syscall(SYS_epoll_wait, epoll, events, 0, 10), "\"maxevents\":0");
	EXPECT("epoll_pwait", syscall(SYS_epoll_pwait, epoll, events, 2, 10, &mask, 8), "\"events\":[{\"fd\":%d,\"events\":[\"EPOLLOUT\"],\"data\":7}],\"maxevents\":2,\"sigmask\":[\"SIGUSR1\"],\"sigsetsize\":8", pair[0]);
	EXPECT("epoll_pwait", syscall(SYS_epoll_pwait, epoll, events, -1, 10, NULL, 0), "\"maxevents\":-1");
	EXPECT("epoll_pwait2", syscall(SYS_epoll_pwait2, epoll, events, 2, &quarter, NULL, 8), "\"events\":[{\"fd\":%d,\"events\":[\"EPOLLOUT\"],\"data\":7}],\"maxevents\":2,\"timeout_usec\":250000,\"sigmask\":null", pair[0]);
	EXPECT("epoll_pwait2", syscall(SYS_epoll_pwait2, epoll, events, 0, NULL, NULL, 8), "\"maxevents\":0,\"timeout_usec\":\"forever\"");
}

static void rings(void)
{
	static unsigned char parameters[120], probe[16 + 8];

	EXPECT("io_uring_setup", syscall(425, 0, parameters), "\"entries\":0");
	int fd = (int)syscall(425, 1, parameters);

	if (fd < 0)
		return; /* not in this kernel, or not for us */
	EXPECT("io_uring_setup", syscall(425, 1, parameters), "\"entries\":1");
	EXPECT("io_uring_enter", syscall(426, fd, 0, 0, 1, NULL, 0), "\"to_submit\":0,\"min_complete\":0,\"flags\":[\"IORING_ENTER_GETEVENTS\"]");
	EXPECT("io_uring_enter", syscall(426, fd, 1, 2, 0x80000000, NULL, 0), "\"to_submit\":1,\"min_complete\":2");
	EXPECT("io_uring_register", syscall(427, fd, 999, NULL, 0), "\"opcode\":999,\"nr_args\":0");
	EXPECT("io_uring_register", syscall(427, fd, 8, probe, 1), "\"opcode\":\"IORING_REGISTER_PROBE\",\"nr_args\":1");
}

/* What an ioctl points to from its structure. */
static void requests(void)
{
	struct ethtool_value command = { .cmd = ETHTOOL_GLINK };
	struct ifreq request = { .ifr_name = "lo", .ifr_data = (char *)&command }, several[8];
	struct ifconf all = { .ifc_len = sizeof(several), .ifc_req = several };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	memset(several, 0, sizeof(several));
	EXPECT("ioctl", ioctl(fd, SIOCETHTOOL, &request), "\"request\":\"SIOCETHTOOL\",\"argp\":{\"ifr_name\":\"lo\",\"ifr_data\":{\"cmd\":\"ETHTOOL_GLINK\"}}");
	if (ioctl(fd, SIOCGIFCONF, &all) || all.ifc_len < (int)sizeof(struct ifreq))
		exit(93);
	all.ifc_len = sizeof(struct ifreq);
	EXPECT("ioctl", ioctl(fd, SIOCGIFCONF, &all), "\"request\":\"SIOCGIFCONF\",\"argp\":{\"ifc_len\":%d,\"ifc_buf\":[{\"ifr_name\":\"%s\",\"ifr_addr\":{\"sa_family\":\"AF_INET\",\"ip\":\"127.0.0.1\",\"port\":0}}]}", (int)sizeof(struct ifreq), several[0].ifr_name);
	all.ifc_buf = wild;
	EXPECT("ioctl", ioctl(fd, SIOCGIFCONF, &all), "\"request\":\"SIOCGIFCONF\",\"argp\":{\"ifc_len\":%d,\"ifc_buf\":{\"pointer\":\"0x8\"}}", (int)sizeof(struct ifreq));
}

#ifdef __i386__
/* One and a half seconds: each call writes back what is left of its own. */
#define NARROW ((int32_t[]){ 1, 500000000 })
#define WIDE ((int64_t[]){ 1, 500000000 })

/* What only 32-bit programs have: calls inside socketcall(2), times of 32 bits beside those of 64. */
static void both_times(void)
{
	int pair[2], epoll = epoll_create1(0);
	char buffer[8] = "";
	struct iovec into = { buffer, sizeof(buffer) };
	struct mmsghdr several = { .msg_hdr = { .msg_iov = &into, .msg_iovlen = 1 } };
	fd_set set;

	if (epoll < 0 || socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, pair))
		exit(92);
	struct pollfd polled = { pair[0], POLLOUT, 0 };
	long sending[4] = { pair[0], (long)"abc", 3, MSG_NOSIGNAL }, receiving[4] = { pair[1], (long)buffer, 8, 0 };

	EXPECT("send", syscall(SYS_socketcall, 9, sending), "\"buf\":{\"data\":\"abc\"},\"len\":3,\"flags\":[\"MSG_NOSIGNAL\"]");
	EXPECT("recv", syscall(SYS_socketcall, 10, receiving), "\"buf\":{\"data\":\"abc\"},\"len\":8,\"flags\":[]");
	EXPECT("recv", syscall(SYS_socketcall, 10, receiving), "\"len\":8,\"flags\":[]");
	sending[0] = -1;
	EXPECT("send", syscall(SYS_socketcall, 9, sending), "\"buf\":{\"data\":\"abc\"},\"len\":3,\"flags\":[\"MSG_NOSIGNAL\"]");
	FD_ZERO(&set);
	FD_SET(pair[0], &set);
	EXPECT("ppoll", syscall(SYS_ppoll, &polled, 1, NARROW, NULL, 8), "\"fds\":[{\"fd\":%d,\"events\":[\"POLLOUT\"],\"revents\":[\"POLLOUT\"]}],\"tmo_p_usec\":1500000", pair[0]);
	EXPECT("ppoll", syscall(SYS_ppoll_time64, &polled, 1, WIDE, NULL, 8), "\"fds\":[{\"fd\":%d,\"events\":[\"POLLOUT\"],\"revents\":[\"POLLOUT\"]}],\"tmo_p_usec\":1500000", pair[0]);
	EXPECT("pselect6", syscall(SYS_pselect6, pair[0] + 1, NULL, &set, NULL, NARROW, NULL), "\"writefds\":[%d],\"timeout_usec\":1500000", pair[0]);
	EXPECT("pselect6", syscall(SYS_pselect6_time64, pair[0] + 1, NULL, &set, NULL, WIDE, NULL), "\"writefds\":[%d],\"timeout_usec\":1500000", pair[0]);
	EXPECT("recvmmsg", syscall(SYS_recvmmsg, pair[0], &several, 1, 0, NARROW), "\"timeout_usec\":1500000");
	EXPECT("recvmmsg", syscall(SYS_recvmmsg_time64, pair[0], &several, 1, 0, WIDE), "\"timeout_usec\":1500000");
}
#endif

/* clang-format on */

int main(void)
{
	connections();
	data();
	fds();
	readiness();
	rings();
	requests();
#ifdef __i386__
	both_times();
#endif
	return 0;
}
