/*
 * waiters: threads that wait in calls which a signal would end early or with EINTR: epoll_wait, recv and
 * connect under a timeout, sigtimedwait, recv with MSG_WAITALL, recvmmsg, and a large blocking send; each
 * ends within milliseconds and begins again. Others fork, vfork and exec all the time, and one sends SIGWINCH
 * to the process: SIGCHLD and SIGWINCH are ignored by default. After as many seconds as the first argument
 * says it prints each result that it should not have seen, and "bad N"; also what took much too long, of
 * which nanosleep, which begins nothing again, has not been late as well: the machine may be busy. With
 * "wait" as second argument it prints "ready PID" first and ends when a line comes on stdin. The third
 * argument, 1 when there is none, is how many threads wait in each of the calls that a signal cuts short.
 *
 * Must see: bad 0, with a tracer as without. Such signals do not wake an untraced waiter, whichever thread
 * they go to and whoever takes them.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>

#include "report.h"

enum { LARGE = 2000000, PIECES = 4, LATE_MS = 1000, LATE_CALLS = 64 };

static atomic_bool over;
static atomic_int bad;

/* Calls that took so long, and by how much nanosleep was late at most. */
static struct {
	const char *name;
	long ms;
} late[LATE_CALLS];
static atomic_int late_count;
static atomic_long sleeper_late_ms;

static double now_ms(void)
{
	struct timespec time;
	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec * 1e3 + (double)time.tv_nsec * 1e-6;
}

/* One call's outcome; begin 0: it may last as long as it likes. */
static void check(const char *name, bool right, long result, double begin)
{
	int error = result < 0 ? errno : 0;
	long ms = begin > 0 ? (long)(now_ms() - begin) : 0;
	if (ms > LATE_MS) {
		int at = late_count++;
		late[at % LATE_CALLS].name = name;
		late[at % LATE_CALLS].ms = ms;
	}
	if (right)
		return;
	printf("%s: %ld %s\n", name, result, strerror(error));
	bad++;
}

static void *keep_time(void *unused)
{
	while (!over) {
		struct timespec rest = { 0, 20000000 };
		double begin = now_ms();
		while (nanosleep(&rest, &rest))
			;
		long ms = (long)(now_ms() - begin) - 20;
		if (ms > sleeper_late_ms)
			sleeper_late_ms = ms;
	}
	return unused;
}

static void judge_late(void)
{
	for (int i = 0; i < late_count && i < LATE_CALLS; i++) {
		if (late[i].ms <= LATE_MS + 2 * sleeper_late_ms)
			continue;
		printf("%s: took %ld ms where nanosleep was late by %ld at most\n", late[i].name, late[i].ms,
		       sleeper_late_ms);
		bad++;
	}
}

static void pair(int type, int fds[2])
{
	if (socketpair(AF_UNIX, type, 0, fds))
		give_up("socketpair");
}

static void timeout(int fd, int option, int ms)
{
	struct timeval time = { 0, ms * 1000 };
	setsockopt(fd, SOL_SOCKET, option, &time, sizeof time);
}

static void *wait_epoll(void *unused)
{
	struct epoll_event event;
	int ep = epoll_create1(0);
	while (!over) {
		double begin = now_ms();
		long got = epoll_wait(ep, &event, 1, 37);
		check("epoll_wait", got == 0, got, begin);
	}
	return unused;
}

static void *wait_recv(void *unused)
{
	int fds[2];
	char data;
	pair(SOCK_STREAM, fds);
	timeout(fds[0], SO_RCVTIMEO, 31);
	while (!over) {
		double begin = now_ms();
		long got = recv(fds[0], &data, 1, 0);
		check("recv timeout", got == -1 && errno == EAGAIN, got, begin);
	}
	return unused;
}

static void *wait_signal(void *unused)
{
	struct timespec time = { 0, 23000000 };
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	while (!over) {
		double begin = now_ms();
		long got = sigtimedwait(&set, NULL, &time);
		check("sigtimedwait", got == -1 && errno == EAGAIN, got, begin);
	}
	return unused;
}

/* A listener whose backlog is full: connect waits until its time is over. */
static void *wait_connect(void *unused)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof at;
	int listener = socket(AF_INET, SOCK_STREAM, 0);
	if (bind(listener, (struct sockaddr *)&at, len) || listen(listener, 0) ||
	    getsockname(listener, (struct sockaddr *)&at, &len))
		give_up("listen");
	for (int i = 0; i < 3; i++)
		connect(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), (struct sockaddr *)&at, len);
	while (!over) {
		int fd = socket(AF_INET, SOCK_STREAM, 0);
		timeout(fd, SO_SNDTIMEO, 41);
		double begin = now_ms();
		long got = connect(fd, (struct sockaddr *)&at, len);
		check("connect timeout", got == -1 && errno == EINPROGRESS, got, begin);
		close(fd);
	}
	return unused;
}

/* Four bytes every few milliseconds, and plenty at the end. */
static void *feed(void *fds)
{
	char rest[64] = { 0 };
	int fd = ((int *)fds)[1];
	while (!over) {
		usleep(5000);
		send(fd, "abcd", 4, MSG_NOSIGNAL | MSG_DONTWAIT);
	}
	for (int i = 0; i < 8; i++)
		send(fd, rest, sizeof rest, MSG_NOSIGNAL | MSG_DONTWAIT);
	return NULL;
}

static void *wait_all(void *unused)
{
	pthread_t feeder;
	char data[16];
	int fds[2];
	pair(SOCK_STREAM, fds);
	pthread_create(&feeder, NULL, feed, fds);
	while (!over) {
		long got = recv(fds[0], data, sizeof data, MSG_WAITALL);
		check("recv waitall", got == sizeof data, got, 0);
	}
	pthread_join(feeder, NULL);
	return unused;
}

static void *wait_messages(void *unused)
{
	pthread_t feeder;
	int fds[2];
	pair(SOCK_DGRAM, fds);
	pthread_create(&feeder, NULL, feed, fds);
	while (!over) {
		char data[PIECES][64];
		struct iovec vectors[PIECES];
		struct mmsghdr messages[PIECES] = { 0 };
		for (int i = 0; i < PIECES; i++) {
			vectors[i] = (struct iovec){ data[i], sizeof data[i] };
			messages[i].msg_hdr.msg_iov = &vectors[i];
			messages[i].msg_hdr.msg_iovlen = 1;
		}
		long got = recvmmsg(fds[0], messages, PIECES, 0, NULL);
		check("recvmmsg", got == PIECES, got, 0);
	}
	pthread_join(feeder, NULL);
	return unused;
}

static void *drain(void *fds)
{
	static char sink[65536];
	do
		usleep(1000);
	while (recv(((int *)fds)[1], sink, sizeof sink, 0) > 0);
	return NULL;
}

static void *wait_send(void *unused)
{
	static char data[LARGE];
	pthread_t drainer;
	int fds[2];
	pair(SOCK_STREAM, fds);
	pthread_create(&drainer, NULL, drain, fds);
	while (!over) {
		long done = send(fds[0], data, LARGE, 0);
		check("send", done == LARGE, done, 0);
	}
	shutdown(fds[0], SHUT_RDWR);
	pthread_join(drainer, NULL);
	return unused;
}

static void *make_vforks(void *unused)
{
	int status = 0;
	while (!over) {
		pid_t pid = vfork();
		if (pid == 0) {
			execl("/bin/true", "true", (char *)NULL);
			_exit(1);
		}
		long got = waitpid(pid, &status, 0);
		check("vfork", got == pid && !status, got, 0);
	}
	return unused;
}

static void *make_forks(void *unused)
{
	int status = 0;
	while (!over) {
		pid_t pid = fork();
		if (pid == 0)
			_exit(7);
		long got = waitpid(pid, &status, 0);
		check("fork", got == pid && WEXITSTATUS(status) == 7, got, 0);
	}
	return unused;
}

static void *send_signals(void *unused)
{
	while (!over) {
		usleep(3000);
		kill(getpid(), SIGWINCH);
	}
	return unused;
}

static void *(*const all[])(void *) = { wait_epoll, wait_recv,	 wait_signal, wait_connect,
					make_forks, make_vforks, keep_time };
static void *(*const cut_short[])(void *) = { wait_all, wait_send, wait_messages };

enum { COUNT = sizeof all / sizeof *all, CUT = sizeof cut_short / sizeof *cut_short };
enum { COPIES = 16, MOST = COUNT + COPIES * CUT + 1 };

/*
 * All of them. Signals are sent last: while the first thread makes others it blocks them (pthread_create of
 * glibc), and what a thread blocks is not dropped (kernel/signal.c, sig_ignored) but wakes another.
 */
static int start(pthread_t threads[MOST], int copies)
{
	int count = 0;
	for (int i = 0; i < COUNT; i++)
		pthread_create(&threads[count++], NULL, all[i], NULL);
	for (int i = 0; i < copies * CUT && i < COPIES * CUT; i++)
		pthread_create(&threads[count++], NULL, cut_short[i % CUT], NULL);
	pthread_create(&threads[count++], NULL, send_signals, NULL);
	return count;
}

int main(int argc, char **argv)
{
	pthread_t threads[MOST];
	sigset_t blocked;
	char line[16];
	setvbuf(stdout, NULL, _IOLBF, 0);
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGUSR2);
	sigprocmask(SIG_BLOCK, &blocked, NULL);
	int count = start(threads, argc > 3 ? atoi(argv[3]) : 1);
	if (argc > 2) {
		printf("ready %d\n", getpid());
		if (!fgets(line, sizeof line, stdin))
			return 98;
	} else {
		struct timespec rest = { argc > 1 ? atoi(argv[1]) : 2, 0 };
		while (nanosleep(&rest, &rest))
			;
	}
	over = true;
	for (int i = 0; i < count; i++)
		pthread_join(threads[i], NULL);
	judge_late();
	printf("bad %d\n", bad);
	return bad ? 1 : 12;
}
