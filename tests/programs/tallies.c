/*
 * tallies: a TCP connection to itself on loopback, with a text sent and received by every call that can, and
 * some that take nothing off the socket (MSG_PEEK) or less than was there (MSG_TRUNC on a stream). It counts
 * as it goes.
 *
 * Must see: the bytes that are printed at the end for both ends, in the totals of both sockets.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

static long out[2], in[2]; /* by end: client, server */
static int ends[2];
static char data[1000];

static long sent(int end, long bytes)
{
	if (bytes <= 0) {
		perror("sent");
		_exit(99);
	}
	out[end] += bytes;
	return bytes;
}

static void got(int end, long bytes, long expected)
{
	if (bytes != expected) {
		fprintf(stderr, "got %ld of %ld\n", bytes, expected);
		_exit(99);
	}
	in[end] += bytes;
}

static void with_mmsg(int from, int to)
{
	struct iovec parts[2] = { { data, 7 }, { data, 30 } };
	struct mmsghdr messages[2] = { { { .msg_iov = &parts[0], .msg_iovlen = 1 }, 0 },
				       { { .msg_iov = &parts[1], .msg_iovlen = 1 }, 0 } };

	if (sendmmsg(ends[from], messages, 2, 0) != 2)
		_exit(98);
	sent(from, messages[0].msg_len + messages[1].msg_len);
	messages[0].msg_len = messages[1].msg_len = 0;
	if (recvmmsg(ends[to], messages, 2, 0, NULL) != 2)
		_exit(98);
	got(to, messages[0].msg_len + messages[1].msg_len, 37);
}

static void with_vectors(int from, int to)
{
	struct iovec parts[3] = { { data, 3 }, { data, 0 }, { data, 50 } };
	struct msghdr message = { .msg_iov = parts, .msg_iovlen = 3 };

	sent(from, writev(ends[from], parts, 3));
	got(to, readv(ends[to], parts, 3), 53);
	sent(from, sendmsg(ends[from], &message, 0));
	got(to, recvmsg(ends[to], &message, 0), 53);
}

static void with_files(int from, int to)
{
	int file = open("/proc/self/exe", O_RDONLY | O_CLOEXEC), pipes[2];

	if (pipe2(pipes, O_CLOEXEC))
		_exit(98);
	long bytes = sent(from, sendfile(ends[from], file, NULL, 700));
	got(to, splice(ends[to], NULL, pipes[1], NULL, (size_t)bytes, 0), bytes);
	bytes = sent(from, splice(pipes[0], NULL, ends[from], NULL, (size_t)bytes, 0));
	got(to, recv(ends[to], data, (size_t)bytes, MSG_WAITALL), bytes);
	close(file);
	close(pipes[0]);
	close(pipes[1]);
}

static void with_buffers(int from, int to)
{
	sent(from, send(ends[from], data, 100, 0));
	if (recv(ends[to], data, 100, MSG_PEEK) != 100)
		_exit(98);
	got(to, recv(ends[to], NULL, 60, MSG_TRUNC), 60);
	got(to, recv(ends[to], data, 100, 0), 40);
	sent(from, write(ends[from], data, 11));
	got(to, read(ends[to], data, sizeof(data)), 11);
	sent(from, sendto(ends[from], data, 1, 0, NULL, 0));
	got(to, recvfrom(ends[to], data, sizeof(data), 0, NULL, NULL), 1);
	if (recv(ends[to], data, 1, MSG_DONTWAIT) != -1)
		_exit(98);
}

static void connect_ends(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(address);
	int server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	ends[0] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (bind(server, (void *)&address, len) || listen(server, 1) ||
	    getsockname(server, (void *)&address, &len) || connect(ends[0], (void *)&address, len))
		_exit(97);
	ends[1] = accept4(server, NULL, NULL, SOCK_CLOEXEC);
	printf("%d ", ntohs(address.sin_port));
	close(server);
}

int main(void)
{
	connect_ends();
	for (int from = 0; from < 2; from++) {
		with_buffers(from, !from);
		with_vectors(from, !from);
		with_mmsg(from, !from);
		with_files(from, !from);
	}
	for (int i = 0; i < 3; i++)
		with_buffers(0, 1);
	printf("%ld %ld %ld %ld\n", out[0], in[0], out[1], in[1]);
	return 0;
}
