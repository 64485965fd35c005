/*
 * server: an epoll echo server on loopback, single-threaded. Prints "port N" and "pid N" first. A client that
 * sends "quit" ends it; then it prints how many connections it took, how many bytes it echoed, and how often
 * a call of its failed in a way that it did not expect (EINTR among them). The first argument, if any, is a
 * timeout for its epoll_wait in ms.
 *
 * Must see: no EINTR, whatever attaches and lets go.
 */
#define _GNU_SOURCE
#include <netinet/in.h>
#include <stdbool.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "report.h"

static int ep, listener;
static long connections, bytes, failures, interrupts;
static bool done;

static void watch(int fd)
{
	struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };
	if (epoll_ctl(ep, EPOLL_CTL_ADD, fd, &event))
		give_up("epoll_ctl");
}

static void failed(void)
{
	failures++;
	interrupts += errno == EINTR;
}

__attribute__((noinline)) static void take(void)
{
	int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	if (fd < 0) {
		failed();
		return;
	}
	connections++;
	watch(fd);
}

__attribute__((noinline)) static void answer(int fd)
{
	char data[4096];
	ssize_t len = read(fd, data, sizeof data);
	if (len < 0)
		failed();
	if (len <= 0) {
		close(fd);
		return;
	}
	if (write(fd, data, (size_t)len) != len)
		failed();
	bytes += len;
	done = len >= 4 && !memcmp(data, "quit", 4);
}

int main(int argc, char **argv)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof at;
	struct epoll_event ready[16];
	int timeout = argc > 1 ? atoi(argv[1]) : -1;
	ep = epoll_create1(EPOLL_CLOEXEC);
	listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (bind(listener, (struct sockaddr *)&at, len) || listen(listener, 64) ||
	    getsockname(listener, (struct sockaddr *)&at, &len))
		give_up("listen");
	watch(listener);
	printf("pid %d\nport %d\n", getpid(), ntohs(at.sin_port));
	fflush(stdout);
	while (!done) {
		int count = epoll_wait(ep, ready, 16, timeout);
		if (count < 0)
			failed();
		for (int i = 0; i < count; i++)
			if (ready[i].data.fd == listener)
				take();
			else
				answer(ready[i].data.fd);
	}
	printf("connections %ld\nbytes %ld\nfailures %ld\ninterrupts %ld\n", connections, bytes, failures,
	       interrupts);
	return 0;
}
