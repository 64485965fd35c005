/*
 * sleepers: threads that sleep in one blocking call each: epoll_wait, epoll_pwait, poll, select, recv with
 * and without SO_RCVTIMEO, recv with MSG_WAITALL, recvmmsg, accept with and without a timeout, a large send,
 * read, connect to a full backlog with SO_SNDTIMEO, nanosleep, futex. Prints "ready" and its pid when all
 * sleep; when a line comes on stdin it gives each what it waits for, and prints per thread the result and
 * errno of its one call, and whether it came too early.
 *
 * Must see: the same lines however often something attached and let go meanwhile: no EINTR, no short result.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>

#include "report.h"

enum { LARGE = 4 << 20, PIECES = 4 };

struct sleeper {
	const char *name;
	long (*sleep)(struct sleeper *sleeper);
	void (*wake)(struct sleeper *sleeper);
	int fds[2];
	char *buffer;
	long result;
	int error;
	_Atomic int tid;
	atomic_bool done;
	pthread_t thread;
};

static struct sockaddr_in listening(int *fd, int backlog)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof at;
	*fd = socket(AF_INET, SOCK_STREAM, 0);
	if (bind(*fd, (struct sockaddr *)&at, len) || listen(*fd, backlog) ||
	    getsockname(*fd, (struct sockaddr *)&at, &len))
		give_up("listen");
	return at;
}

static void timeout(int fd, int option)
{
	struct timeval long_time = { 600, 0 };
	setsockopt(fd, SOL_SOCKET, option, &long_time, sizeof long_time);
}

static void write_one(struct sleeper *s)
{
	if (write(s->fds[1], "x", 1) != 1)
		give_up("%s: write", s->name);
}

static long sleep_epoll(struct sleeper *s)
{
	struct epoll_event event = { .events = EPOLLIN };
	int ep = epoll_create1(0);
	epoll_ctl(ep, EPOLL_CTL_ADD, s->fds[0], &event);
	return !strcmp(s->name, "epoll_pwait")	? epoll_pwait(ep, &event, 1, 600000, &(sigset_t){ 0 })
	       : !strcmp(s->name, "epoll_wait") ? epoll_wait(ep, &event, 1, -1)
						: epoll_wait(ep, &event, 1, 600000);
}

static long sleep_poll(struct sleeper *s)
{
	struct pollfd set = { .fd = s->fds[0], .events = POLLIN };
	return poll(&set, 1, strcmp(s->name, "poll") ? 600000 : -1);
}

static long sleep_select(struct sleeper *s)
{
	struct timeval long_time = { 600, 0 };
	fd_set set;
	FD_ZERO(&set);
	FD_SET(s->fds[0], &set);
	return select(s->fds[0] + 1, &set, NULL, NULL, &long_time);
}

static long sleep_recv(struct sleeper *s)
{
	char data;
	if (strcmp(s->name, "recv"))
		timeout(s->fds[0], SO_RCVTIMEO);
	return recv(s->fds[0], &data, 1, 0);
}

static long sleep_read(struct sleeper *s)
{
	char data;
	return read(s->fds[0], &data, 1);
}

/* Half of the data is there before the sleep: an interruption would return it alone. */
static long sleep_waitall(struct sleeper *s)
{
	char data[4];
	if (write(s->fds[1], "xx", 2) != 2)
		give_up("write");
	return recv(s->fds[0], data, sizeof data, MSG_WAITALL);
}

static void wake_waitall(struct sleeper *s)
{
	if (write(s->fds[1], "yy", 2) != 2)
		give_up("write");
}

static long sleep_recvmmsg(struct sleeper *s)
{
	char data[PIECES][4];
	struct iovec vectors[PIECES];
	struct mmsghdr messages[PIECES] = { 0 };
	for (int i = 0; i < PIECES; i++) {
		vectors[i] = (struct iovec){ data[i], sizeof data[i] };
		messages[i].msg_hdr.msg_iov = &vectors[i];
		messages[i].msg_hdr.msg_iovlen = 1;
	}
	write_one(s);
	return recvmmsg(s->fds[0], messages, PIECES, 0, NULL);
}

static void wake_recvmmsg(struct sleeper *s)
{
	for (int i = 1; i < PIECES; i++)
		write_one(s);
}

static long sleep_accept(struct sleeper *s)
{
	if (strcmp(s->name, "accept"))
		timeout(s->fds[0], SO_RCVTIMEO);
	return accept(s->fds[0], NULL, NULL) >= 0 ? 1 : -1;
}

static void wake_accept(struct sleeper *s)
{
	struct sockaddr_in at;
	socklen_t len = sizeof at;
	getsockname(s->fds[0], (struct sockaddr *)&at, &len);
	if (connect(socket(AF_INET, SOCK_STREAM, 0), (struct sockaddr *)&at, len))
		give_up("connect");
}

static long sleep_send(struct sleeper *s)
{
	s->buffer = calloc(1, LARGE);
	return send(s->fds[0], s->buffer, LARGE, 0);
}

static void wake_send(struct sleeper *s)
{
	static char sink[65536];
	for (long got = 0; got < LARGE;) {
		long piece = read(s->fds[1], sink, sizeof sink);
		if (piece <= 0)
			give_up("read");
		got += piece;
	}
}

/* A Unix socket whose backlog is full: connect sleeps until somebody accepts. */
static long sleep_connect(struct sleeper *s)
{
	struct sockaddr_un at;
	socklen_t len = sizeof at;
	getsockname(s->fds[0], (struct sockaddr *)&at, &len);
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	if (strcmp(s->name, "connect"))
		timeout(fd, SO_SNDTIMEO);
	return connect(fd, (struct sockaddr *)&at, len);
}

static void full_backlog(struct sleeper *s)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	socklen_t len = sizeof at;
	s->fds[0] = socket(AF_UNIX, SOCK_STREAM, 0);
	if (bind(s->fds[0], (struct sockaddr *)&at, sizeof at.sun_family) || listen(s->fds[0], 0) ||
	    getsockname(s->fds[0], (struct sockaddr *)&at, &len) ||
	    connect(socket(AF_UNIX, SOCK_STREAM, 0), (struct sockaddr *)&at, len))
		give_up("backlog");
}

static void wake_connect(struct sleeper *s)
{
	for (int i = 0; i < 2; i++)
		if (accept(s->fds[0], NULL, NULL) < 0)
			give_up("accept");
}

static long sleep_nano(struct sleeper *s)
{
	(void)s;
	return clock_nanosleep(CLOCK_MONOTONIC, 0, &(struct timespec){ 1, 500000000 }, NULL);
}

static void wake_nothing(struct sleeper *s)
{
	(void)s;
}

static struct sleeper sleepers[] = {
	{ .name = "epoll_wait", .sleep = sleep_epoll, .wake = write_one },
	{ .name = "epoll_wait timeout", .sleep = sleep_epoll, .wake = write_one },
	{ .name = "epoll_pwait", .sleep = sleep_epoll, .wake = write_one },
	{ .name = "poll", .sleep = sleep_poll, .wake = write_one },
	{ .name = "poll timeout", .sleep = sleep_poll, .wake = write_one },
	{ .name = "select", .sleep = sleep_select, .wake = write_one },
	{ .name = "recv", .sleep = sleep_recv, .wake = write_one },
	{ .name = "recv timeout", .sleep = sleep_recv, .wake = write_one },
	{ .name = "read", .sleep = sleep_read, .wake = write_one },
	{ .name = "recv waitall", .sleep = sleep_waitall, .wake = wake_waitall },
	{ .name = "recvmmsg", .sleep = sleep_recvmmsg, .wake = wake_recvmmsg },
	{ .name = "accept", .sleep = sleep_accept, .wake = wake_accept },
	{ .name = "accept timeout", .sleep = sleep_accept, .wake = wake_accept },
	{ .name = "send large", .sleep = sleep_send, .wake = wake_send },
	{ .name = "connect", .sleep = sleep_connect, .wake = wake_connect },
	{ .name = "connect timeout", .sleep = sleep_connect, .wake = wake_connect },
	{ .name = "nanosleep", .sleep = sleep_nano, .wake = wake_nothing },
};

enum { COUNT = sizeof sleepers / sizeof *sleepers };

static void prepare(struct sleeper *s)
{
	bool datagrams = s->sleep == sleep_recvmmsg;
	if (s->sleep == sleep_accept)
		listening(&s->fds[0], 8);
	else if (s->sleep == sleep_connect)
		full_backlog(s);
	else if (socketpair(AF_UNIX, datagrams ? SOCK_DGRAM : SOCK_STREAM, 0, s->fds))
		give_up("socketpair");
}

static void *run(void *argument)
{
	struct sleeper *s = argument;
	s->tid = (int)syscall(SYS_gettid);
	s->result = s->sleep(s);
	s->error = s->result == -1 ? errno : 0;
	s->done = true;
	return NULL;
}

/* Whether a thread sleeps in a call, by /proc. */
static bool asleep(int tid)
{
	char path[64], line[512], *state;
	snprintf(path, sizeof path, "/proc/self/task/%d/stat", tid);
	FILE *file = fopen(path, "r");
	bool sleeping =
		file && fgets(line, sizeof line, file) && (state = strrchr(line, ')')) && state[2] == 'S';
	if (file)
		fclose(file);
	return sleeping;
}

/* With an argument: no calls that return part of their data when they are woken. */
static bool left_out(const struct sleeper *s, int argc)
{
	return argc > 1 &&
	       (s->sleep == sleep_waitall || s->sleep == sleep_recvmmsg || s->sleep == sleep_send);
}

int main(int argc, char **argv)
{
	char line[16];
	(void)argv;
	for (int i = 0; i < COUNT; i++) {
		if (left_out(&sleepers[i], argc))
			continue;
		prepare(&sleepers[i]);
		pthread_create(&sleepers[i].thread, NULL, run, &sleepers[i]);
	}
	for (int i = 0; i < COUNT; i++)
		while (!left_out(&sleepers[i], argc) && (!sleepers[i].tid || !asleep(sleepers[i].tid)))
			usleep(1000);
	usleep(20000);
	printf("ready %d\n", getpid());
	fflush(stdout);
	if (!fgets(line, sizeof line, stdin))
		return 98;
	for (int i = 0; i < COUNT; i++) {
		if (left_out(&sleepers[i], argc))
			continue;
		bool early = sleepers[i].done && sleepers[i].sleep != sleep_nano;
		if (!sleepers[i].done)
			sleepers[i].wake(&sleepers[i]);
		pthread_join(sleepers[i].thread, NULL);
		printf("%s: %ld %s%s\n", sleepers[i].name, sleepers[i].result, strerror(sleepers[i].error),
		       early ? " too early" : "");
	}
	return 0;
}
