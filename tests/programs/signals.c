/*
 * signals: receives and polls under a storm of signals. First argument: "restart" (handler with SA_RESTART),
 * "interrupt" (without), "busy" (one signal, whose handler makes many calls), or "stops" (a child stops and
 * continues it while it polls). Each way makes a number of calls (second argument, 100) and prints the
 * report.
 *
 * Must see: exactly the calls of the report: one event for a call however often the kernel restarted it,
 * EINTR where the program saw EINTR.
 */
#define _GNU_SOURCE
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>

#include "report.h"

static volatile sig_atomic_t handled;
static int fds[2];

static void handler(int signo)
{
	(void)signo;
	handled++;
}

/* Sends a byte every few milliseconds, with all signals blocked. */
static void *feeder(void *unused)
{
	for (;;) {
		usleep(2500);
		if (write(fds[0], "x", 1) != 1)
			return unused;
	}
}

static void storm(int flags)
{
	struct sigaction action = { .sa_handler = handler, .sa_flags = flags };
	struct itimerval every = { { 0, 1000 }, { 0, 1000 } };
	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &every, NULL);
}

static void receive(int count)
{
	char data;
	for (int i = 0; i < count; i++)
		DID("recvfrom", recv(fds[1], &data, 1, 0));
}

static void wait_ready(int count)
{
	struct pollfd set = { .fd = fds[1], .events = POLLPRI };
	struct epoll_event event = { .events = EPOLLPRI };
	int ep = (int)DID("epoll_create1", epoll_create1(0));
	DID("epoll_ctl", epoll_ctl(ep, EPOLL_CTL_ADD, fds[1], &event));
	for (int i = 0; i < count; i++) {
		DID("poll", poll(&set, 1, 3));
		DID("epoll_wait", epoll_wait(ep, &event, 1, 3));
	}
	DID("close", close(ep));
}

static void stopper(pid_t pid)
{
	for (int i = 0; i < 5; i++) {
		usleep(20000);
		kill(pid, SIGSTOP);
		usleep(5000);
		kill(pid, SIGCONT);
	}
	_exit(0);
}

static void stops(void)
{
	struct pollfd set = { .fd = fds[1], .events = POLLIN };
	pid_t self = getpid(), pid = fork();
	if (pid == 0)
		stopper(self);
	DID("poll", poll(&set, 1, 200));
	while (waitpid(pid, NULL, 0) < 0)
		;
}

static void busy_handler(int signo)
{
	(void)signo;
	for (int i = 0; i < 200; i++)
		DID("getpeername", getpeername(fds[1], NULL, NULL));
}

/* A receive that is restarted after a handler of many calls. */
static void busy(void)
{
	struct sigaction action = { .sa_handler = busy_handler, .sa_flags = SA_RESTART };
	pid_t self = getpid();
	char data;
	sigaction(SIGALRM, &action, NULL);
	pid_t pid = fork();
	if (pid == 0) {
		usleep(100000);
		kill(self, SIGALRM);
		usleep(400000);
		_exit(write(fds[0], "x", 1) != 1);
	}
	DID("recvfrom", recv(fds[1], &data, 1, 0));
	while (waitpid(pid, NULL, 0) < 0)
		;
}

int main(int argc, char **argv)
{
	pthread_t thread;
	sigset_t all, before;
	int count = argc > 2 ? atoi(argv[2]) : 100;
	if (argc < 2)
		return 99;
	report_start();
	DID("socketpair", socketpair(AF_UNIX, SOCK_STREAM, 0, fds));
	if (!strcmp(argv[1], "stops") || !strcmp(argv[1], "busy")) {
		if (!strcmp(argv[1], "busy"))
			busy();
		else
			stops();
		report_print();
		return 0;
	}
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	pthread_create(&thread, NULL, feeder, NULL);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	storm(strcmp(argv[1], "restart") ? 0 : SA_RESTART);
	receive(count);
	wait_ready(count / 2);
	signal(SIGALRM, SIG_IGN);
	report_print();
	fprintf(stderr, "%s\n", handled > count / 10 ? "storm" : "calm");
	return 0;
}
