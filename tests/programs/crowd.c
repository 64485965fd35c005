/*
 * crowd: N threads (argument, 64 by default) that send, receive, poll and wait on sockets of their own until
 * a line comes on stdin; prints "ready PID" first. At the end it prints how many rounds were done, how many
 * calls failed or came short in a way that they do not alone, and whether signal masks and dispositions are
 * still those of the start.
 *
 * Must see: nothing but zeros, whatever attached and let go meanwhile.
 */
#define _GNU_SOURCE
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "report.h"

static atomic_bool over;
static atomic_long rounds, interrupted, failed, masks;

static void expect(long result, long expected)
{
	if (result == expected)
		return;
	if (result == -1 && errno == EINTR)
		interrupted++;
	else
		failed++;
}

static void round_of(const int fds[2], int ep)
{
	char data[64] = "crowd";
	struct epoll_event event;
	struct pollfd set = { .fd = fds[1], .events = POLLIN };
	expect(epoll_wait(ep, &event, 1, 2), 0);
	expect(send(fds[0], data, sizeof data, 0), sizeof data);
	expect(poll(&set, 1, 1000), 1);
	expect(epoll_wait(ep, &event, 1, 1000), 1);
	expect(recv(fds[1], data, sizeof data, 0), sizeof data);
	expect(recv(fds[1], data, 1, 0) == -1 && errno == EAGAIN ? 0 : -1, 0);
	rounds++;
}

static void *work(void *unused)
{
	struct epoll_event event = { .events = EPOLLIN };
	struct timeval short_time = { 0, 2000 };
	sigset_t before, after;
	int fds[2], ep = epoll_create1(0);
	pthread_sigmask(SIG_BLOCK, NULL, &before);
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, fds) || epoll_ctl(ep, EPOLL_CTL_ADD, fds[1], &event))
		give_up("socketpair");
	setsockopt(fds[1], SOL_SOCKET, SO_RCVTIMEO, &short_time, sizeof short_time);
	while (!over)
		round_of(fds, ep);
	pthread_sigmask(SIG_BLOCK, NULL, &after);
	for (int i = 1; i < 65; i++)
		masks += sigismember(&before, i) != sigismember(&after, i);
	return unused;
}

static void handler(int signo)
{
	(void)signo;
}

/* A digest of all dispositions. */
static unsigned long dispositions(void)
{
	unsigned long sum = 0;
	for (int i = 1; i < 65; i++) {
		struct sigaction action;
		if (sigaction(i, NULL, &action) == 0)
			sum = sum * 31 + (unsigned long)action.sa_handler + (unsigned)action.sa_flags;
	}
	return sum;
}

int main(int argc, char **argv)
{
	int count = argc > 1 ? atoi(argv[1]) : 64;
	pthread_t *threads = calloc((size_t)count, sizeof *threads);
	char line[16];
	signal(SIGTRAP, argc > 2 ? handler : SIG_DFL);
	unsigned long before = dispositions();
	for (int i = 0; i < count; i++)
		if (pthread_create(&threads[i], NULL, work, NULL))
			give_up("pthread_create");
	printf("ready %d\n", getpid());
	fflush(stdout);
	if (!fgets(line, sizeof line, stdin))
		return 98;
	over = true;
	for (int i = 0; i < count; i++)
		pthread_join(threads[i], NULL);
	fprintf(stderr, "rounds %ld\n", rounds);
	printf("interrupted %ld\nfailed %ld\nmasks %ld\ndispositions %d\n", interrupted, failed, masks,
	       before != dispositions());
	free(threads);
	return 0;
}
