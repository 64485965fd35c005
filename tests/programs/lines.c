/*
 * lines: makes each call that sockline shows from named functions, and prints which line made which call with
 * what result (report.h). With an argument "quick", the calls that wait are left out.
 *
 * Must see: one event per record, in this order, with this result, and a caller with this function and line.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <time.h>

#include "report.h"

#ifndef SYS_close_range
#define SYS_close_range 436
#endif
#ifndef SYS_epoll_pwait2
#define SYS_epoll_pwait2 441
#endif

#define APART __attribute__((noinline))

static struct sockaddr_in at;

APART static int serve(void)
{
	socklen_t len = sizeof at;
	int fd = (int)DID("socket", socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
	int one = 1;
	DID("setsockopt", setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one));
	at = (struct sockaddr_in){ .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	DID("bind", bind(fd, (struct sockaddr *)&at, sizeof at));
	DID("getsockname", getsockname(fd, (struct sockaddr *)&at, &len));
	DID("listen", listen(fd, 8));
	return fd;
}

APART static int dial(void)
{
	struct sockaddr_in peer;
	socklen_t len = sizeof peer;
	int error = 0;
	int fd = (int)DID("socket", socket(AF_INET, SOCK_STREAM, IPPROTO_TCP));
	DID("connect", connect(fd, (struct sockaddr *)&at, sizeof at));
	DID("getpeername", getpeername(fd, (struct sockaddr *)&peer, &len));
	len = sizeof error;
	DID("getsockopt", getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len));
	return fd;
}

APART static int take(int listener)
{
	struct sockaddr_in peer;
	socklen_t len = sizeof peer;
	return (int)DID("accept", accept(listener, (struct sockaddr *)&peer, &len));
}

APART static int take4(int listener)
{
	return (int)DID("accept4", accept4(listener, NULL, NULL, SOCK_CLOEXEC));
}

APART static void bytes(int from, int to)
{
	char data[64];
	DID("sendto", send(from, "hello", 5, 0));
	DID("recvfrom", recv(to, data, sizeof data, 0));
	DID("sendto", sendto(from, "hello again", 11, MSG_NOSIGNAL, NULL, 0));
	DID("recvfrom", recvfrom(to, data, sizeof data, MSG_PEEK, NULL, NULL));
	DID("recvfrom", recvfrom(to, data, sizeof data, 0, NULL, NULL));
	DID("write", write(from, "written", 7));
	DID("read", read(to, data, sizeof data));
}

APART static void vectors(int from, int to)
{
	char a[8] = "one", b[8] = "two";
	struct iovec iov[2] = { { a, 3 }, { b, 3 } };
	struct iovec in[2] = { { a, sizeof a }, { b, sizeof b } };
	DID("writev", writev(from, iov, 2));
	DID("readv", readv(to, in, 2));
}

APART static void messages(int from, int to)
{
	char data[64];
	struct iovec iov = { "message", 7 };
	struct iovec in = { data, sizeof data };
	struct msghdr out = { .msg_iov = &iov, .msg_iovlen = 1 };
	struct msghdr got = { .msg_iov = &in, .msg_iovlen = 1 };
	DID("sendmsg", sendmsg(from, &out, 0));
	DID("recvmsg", recvmsg(to, &got, 0));
}

APART static void many(int from, int to)
{
	char data[2][64];
	struct iovec iov[2] = { { "first", 5 }, { "second", 6 } };
	struct iovec in[2] = { { data[0], 64 }, { data[1], 64 } };
	struct mmsghdr out[2] = { { .msg_hdr = { .msg_iov = &iov[0], .msg_iovlen = 1 } },
				  { .msg_hdr = { .msg_iov = &iov[1], .msg_iovlen = 1 } } };
	struct mmsghdr got[2] = { { .msg_hdr = { .msg_iov = &in[0], .msg_iovlen = 1 } },
				  { .msg_hdr = { .msg_iov = &in[1], .msg_iovlen = 1 } } };
	/* musl's wrapper is a loop over sendmsg. */
	DID("sendmmsg", syscall(SYS_sendmmsg, from, out, 2, 0));
	DID("recvmmsg", recvmmsg(to, got, 2, MSG_DONTWAIT, NULL));
}

APART static void copies(int fd)
{
	int a = (int)DID("dup", dup(fd));
	int b = (int)DID("dup2", dup2(fd, 100));
	int c = (int)DID("dup3", dup3(fd, 101, O_CLOEXEC));
	int d = (int)DID("fcntl", fcntl(fd, F_DUPFD, 120));
	DID("close", close(a));
	DID("close", close(b));
	DID("close", close(c));
	DID("close_range", syscall(SYS_close_range, (unsigned)d, (unsigned)d + 5, 0));
}

APART static void knobs(int fd)
{
	int pending = 0;
	DID("fcntl", fcntl(fd, F_GETFL));
	DID("fcntl", fcntl(fd, F_SETFL, O_RDWR | O_NONBLOCK));
	DID("fcntl", fcntl(fd, F_SETFL, O_RDWR));
	DID("ioctl", ioctl(fd, FIONREAD, &pending));
}

APART static void poller(int fd)
{
	struct pollfd set = { .fd = fd, .events = POLLIN | POLLOUT };
	struct timespec now = { 0, 0 };
	DID("poll", poll(&set, 1, 0));
	DID("ppoll", ppoll(&set, 1, &now, NULL));
}

APART static void selecter(int fd)
{
	struct timeval zero = { 0, 0 };
	struct timespec now = { 0, 0 };
	fd_set in, out;
	FD_ZERO(&in);
	FD_ZERO(&out);
	FD_SET(fd, &in);
	FD_SET(fd, &out);
	DID("select", select(fd + 1, &in, &out, NULL, &zero));
	FD_SET(fd, &in);
	FD_SET(fd, &out);
	DID("pselect6", pselect(fd + 1, &in, &out, NULL, &now, NULL));
}

APART static void epoller(int fd)
{
	struct epoll_event event = { .events = EPOLLIN | EPOLLOUT, .data.fd = fd }, got[4];
	struct timespec now = { 0, 0 };
	int ep = (int)DID("epoll_create1", epoll_create1(EPOLL_CLOEXEC));
	int old = (int)DID("epoll_create", syscall(SYS_epoll_create, 1));
	DID("epoll_ctl", epoll_ctl(ep, EPOLL_CTL_ADD, fd, &event));
	DID("epoll_wait", syscall(SYS_epoll_wait, ep, got, 4, 0));
	DID("epoll_pwait", epoll_pwait(ep, got, 4, 0, &(sigset_t){ 0 }));
	DID("epoll_pwait2", syscall(SYS_epoll_pwait2, ep, got, 4, &(long long[2]){ 0, 0 }, NULL, 8));
	DID("epoll_ctl", epoll_ctl(ep, EPOLL_CTL_DEL, fd, NULL));
	DID("close", close(old));
	DID("close", close(ep));
	(void)now;
}

APART static void pairs(void)
{
	int fds[2];
	DID("socketpair", socketpair(AF_UNIX, SOCK_DGRAM, 0, fds));
	many(fds[0], fds[1]);
	DID("close", close(fds[0]));
	DID("close", close(fds[1]));
}

/* Calls that fail: the error must be the one that the program saw. */
APART static void failures(void)
{
	struct sockaddr_un nowhere = { .sun_family = AF_UNIX, .sun_path = "/nonexistent/sockline" };
	int fd = (int)DID("socket", socket(AF_UNIX, SOCK_STREAM, 0));
	DID("connect", connect(fd, (struct sockaddr *)&nowhere, sizeof nowhere));
	DID("getpeername", getpeername(fd, (struct sockaddr *)&nowhere, &(socklen_t){ sizeof nowhere }));
	DID("listen", listen(4095, 1));
	DID("socket", socket(AF_INET, 77, 0));
	DID("shutdown", shutdown(fd, SHUT_RDWR));
	DID("close", close(fd));
}

/* Calls that wait a moment. */
APART static void waits(int fd)
{
	char data[8];
	struct timeval short_time = { 0, 20000 };
	struct pollfd set = { .fd = fd, .events = POLLIN };
	DID("setsockopt", setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &short_time, sizeof short_time));
	DID("recvfrom", recv(fd, data, sizeof data, 0));
	DID("poll", poll(&set, 1, 20));
}

int main(int argc, char **argv)
{
	report_start();
	int listener = serve();
	int client = dial();
	int server = take(listener);
	int second = dial();
	int third = take4(listener);
	bytes(client, server);
	vectors(server, client);
	messages(client, server);
	copies(client);
	knobs(client);
	poller(server);
	selecter(server);
	epoller(server);
	pairs();
	failures();
	if (argc < 2 || strcmp(argv[1], "quick"))
		waits(server);
	DID("shutdown", shutdown(client, SHUT_WR));
	DID("close", close(second));
	DID("close", close(third));
	DID("close", close(client));
	DID("close", close(server));
	DID("close", close(listener));
	report_print();
	return 0;
}
