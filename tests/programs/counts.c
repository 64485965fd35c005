/*
 * counts: makes each of its calls N times (argument, 25 by default) and prints the report. Calls on a file
 * and on a pipe are mixed in, which a trace of socket calls leaves out.
 *
 * Must see: as many events of each type as the report has, none on the file or the pipe.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "report.h"

static void noise(void)
{
	static int file = -1, ends[2];
	char data[4] = "abc";
	int available;
	if (file < 0 && ((file = open("/dev/zero", O_RDWR)) < 0 || pipe(ends)))
		give_up("open");
	if (read(file, data, sizeof data) != 4 || write(ends[1], data, 4) != 4 || read(ends[0], data, 4) != 4)
		give_up("read");
	ioctl(ends[0], FIONREAD, &available);
	fcntl(file, F_GETFL);
	poll(&(struct pollfd){ .fd = ends[0], .events = POLLIN }, 1, 0);
	close(dup(file));
}

static void once(void)
{
	int fds[2], value = 1;
	char data[16];
	socklen_t len = sizeof value;
	struct iovec vector = { data, 4 };
	struct msghdr message = { .msg_iov = &vector, .msg_iovlen = 1 };
	DID("socketpair", socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, fds));
	DID("write", write(fds[0], "1234", 4));
	DID("read", read(fds[1], data, sizeof data));
	DID("read", read(fds[1], data, sizeof data));
	noise();
	DID("writev", writev(fds[0], &vector, 1));
	DID("readv", readv(fds[1], &vector, 1));
	DID("sendmsg", sendmsg(fds[1], &message, 0));
	DID("recvmsg", recvmsg(fds[0], &message, 0));
	DID("setsockopt", setsockopt(fds[0], SOL_SOCKET, SO_PASSCRED, &value, sizeof value));
	DID("getsockopt", getsockopt(fds[0], SOL_SOCKET, SO_TYPE, &value, &len));
	DID("fcntl", fcntl(fds[0], F_GETFD));
	DID("ioctl", ioctl(fds[0], FIONREAD, &value));
	DID("poll", poll(&(struct pollfd){ .fd = fds[0], .events = POLLIN }, 1, 0));
	noise();
	DID("dup", value = dup(fds[0]));
	DID("close", close(value));
	DID("shutdown", shutdown(fds[0], SHUT_RDWR));
	DID("close", close(fds[0]));
	DID("close", close(fds[1]));
}

int main(int argc, char **argv)
{
	int count = argc > 1 ? atoi(argv[1]) : 25;
	report_start();
	for (int i = 0; i < count; i++) {
		noise();
		once();
	}
	report_print();
	return 0;
}
