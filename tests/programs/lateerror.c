/*
 * lateerror: a thread waits in recvmmsg for two datagrams and gets one; its process takes an ignored signal;
 * later, after as many microseconds as the argument says, the socket is refused, which ends the call. Prints
 * how many came, and the error that the socket has for the next call. With a second argument another socket
 * takes its number before that call.
 *
 * Must see: "1 ECONNREFUSED", with and without a tracer; or "1 EAGAIN".
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int at_loopback(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	return bind(fd, (struct sockaddr *)&address, sizeof(address)) ? -1 : fd;
}

static void join(int fd, int to)
{
	struct sockaddr_in address;
	socklen_t len = sizeof(address);

	if (getsockname(to, (struct sockaddr *)&address, &len) ||
	    connect(fd, (struct sockaddr *)&address, len))
		perror("connect");
}

static int replacement = -1;

static void *waits(void *arg)
{
	const int fd = *(int *)arg;
	char data[2][4];
	struct iovec pieces[2] = { { data[0], 4 }, { data[1], 4 } };
	struct mmsghdr messages[2] = { { .msg_hdr = { .msg_iov = &pieces[0], .msg_iovlen = 1 } },
				       { .msg_hdr = { .msg_iov = &pieces[1], .msg_iovlen = 1 } } };
	const int got = recvmmsg(fd, messages, 2, 0, NULL);

	if (replacement >= 0)
		dup2(replacement, fd);
	const ssize_t next = recv(fd, data[0], 4, MSG_DONTWAIT);

	printf("%d %s\n", got, next < 0 ? strerrorname_np(errno) : "none");
	return NULL;
}

int main(int argc, char **argv)
{
	int mine = at_loopback(), other = at_loopback();
	char peeked;
	pthread_t thread;

	if (argc > 2)
		replacement = at_loopback();
	join(mine, other);
	join(other, mine);
	pthread_create(&thread, NULL, waits, &mine);
	if (send(other, "one", 3, 0) != 3)
		perror("send");
	while (recv(mine, &peeked, 1, MSG_PEEK | MSG_DONTWAIT) == 1)
		usleep(1000);
	usleep(100000);
	kill(getpid(), SIGURG);
	usleep(argc > 1 ? (useconds_t)atoi(argv[1]) : 600000);
	close(other);
	if (send(mine, "two", 3, 0) != 3)
		perror("send");
	pthread_join(thread, NULL);
	return 0;
}
