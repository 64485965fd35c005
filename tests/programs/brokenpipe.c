/*
 * brokenpipe: a large "write" or "writev" to a TCP connection, which a signal that is ignored wakes once a
 * part is sent; then the other end goes away without having read it. With a second argument it has a seccomp
 * filter of its own, which allows everything.
 *
 * Must see: the part as the result, and no SIGPIPE, which only a call that sent nothing raises.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ALL = 16 << 20, FIRST = 1 << 20 };

static char data[ALL];

/* Until no more arrives: the writer sleeps. */
static void await_sleep(int fd)
{
	int before = -1, now = 0;

	for (; now != before || !now; usleep(30000)) {
		before = now;
		ioctl(fd, FIONREAD, &now);
	}
}

static int leave(int fd)
{
	await_sleep(fd);
	for (int i = 0; i < 3; i++) {
		kill(getppid(), SIGWINCH);
		usleep(30000);
	}
	shutdown(fd, SHUT_WR);
	usleep(30000);
	return 0;
}

static int confine(void)
{
	struct sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	struct sock_fprog program = { 1, &allow };

	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

int main(int argc, char **argv)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct iovec vectors[2] = { { data, FIRST }, { data + FIRST, ALL - FIRST } };
	socklen_t len = sizeof(address);
	int server = socket(AF_INET, SOCK_STREAM, 0), fd = socket(AF_INET, SOCK_STREAM, 0);

	if (argc < 2 || (argc > 2 && confine()) || bind(server, (struct sockaddr *)&address, len) ||
	    listen(server, 1) || getsockname(server, (struct sockaddr *)&address, &len) ||
	    connect(fd, (struct sockaddr *)&address, len))
		return 1;
	int other = accept(server, NULL, NULL);

	if (!fork()) {
		close(fd);
		_exit(leave(other));
	}
	close(other);
	ssize_t sent = strcmp(argv[1], "writev") ? write(fd, data, ALL) : writev(fd, vectors, 2);

	wait(NULL);
	puts(sent > 0 && sent < ALL ? "a part" : "not a part");
	return 0;
}
