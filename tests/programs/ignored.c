/*
 * ignored: sleeps in epoll_wait, epoll_pwait, recv and accept under SO_RCVTIMEO, and sigtimedwait while
 * signals arrive that it ignores by default: SIGCHLD (children end) and SIGWINCH. Prints the result and errno
 * of each call and whether it lasted as long as it should. With "wait" as argument it prints "ready PID" and
 * waits for a line first. A second argument is how many times.
 *
 * Must see: the same lines with and without a tracer: such signals do not wake an untraced sleeper.
 */
#define _GNU_SOURCE
#include <netinet/in.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>

#include "report.h"

enum { MILLISECONDS = 150 };

static int fds[2], ep, listener;
static double start;

static double now(void)
{
	struct timespec time;
	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec * 1e3 + (double)time.tv_nsec * 1e-6;
}

static void disturb(void)
{
	pid_t parent = getpid();
	start = now();
	for (int i = 1; i <= 3; i++) {
		if (fork() == 0) {
			usleep((useconds_t)i * 20000);
			kill(parent, SIGWINCH);
			usleep(10000);
			_exit(0);
		}
	}
}

static void check(const char *name, long result)
{
	int error = result == -1 ? errno : 0;
	double took = now() - start;
	printf("%s: %ld %s, %s\n", name, result, strerror(error),
	       took >= MILLISECONDS - 5 ? "in time" : "too early");
	while (waitpid(-1, NULL, 0) > 0)
		;
}

static void all(void)
{
	struct timespec wait = { 0, MILLISECONDS * 1000000 };
	struct epoll_event event;
	sigset_t waited;
	char data;
	sigemptyset(&waited);
	sigaddset(&waited, SIGUSR2);
	disturb();
	check("epoll_wait", epoll_wait(ep, &event, 1, MILLISECONDS));
	disturb();
	check("epoll_pwait", epoll_pwait(ep, &event, 1, MILLISECONDS, &(sigset_t){ 0 }));
	disturb();
	check("recv", recv(fds[0], &data, 1, 0));
	disturb();
	check("accept", accept(listener, NULL, NULL));
	disturb();
	check("sigtimedwait", sigtimedwait(&waited, NULL, &wait));
}

int main(int argc, char **argv)
{
	struct timeval time = { 0, MILLISECONDS * 1000 };
	struct epoll_event event = { .events = EPOLLIN };
	char line[16];
	setbuf(stdout, NULL);
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, fds))
		give_up("socketpair");
	listener = socket(AF_INET, SOCK_STREAM, 0);
	listen(listener, 1);
	setsockopt(fds[0], SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time);
	setsockopt(listener, SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time);
	ep = epoll_create1(0);
	epoll_ctl(ep, EPOLL_CTL_ADD, fds[0], &event);
	if (argc > 1 && !strcmp(argv[1], "wait")) {
		printf("ready %d\n", getpid());
		if (!fgets(line, sizeof line, stdin))
			return 98;
	}
	for (int i = 0; i < (argc > 2 ? atoi(argv[2]) : 1); i++)
		all();
	return 0;
}
