/*
 * dies: ends as it is told, after one socket call: "exit N"; "signal N" kills itself; "group N" exits from a
 * second thread while the first sleeps in recv; "asleep N" has it killed there, "exec 0" has another program
 * take its place, "handler N" has it wake to a handler that ends all; "leader N" ends its first thread and
 * exits from the second, which makes two more calls.
 *
 * Must see: the same status or signal as without a tracer.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "report.h"

static int fds[2], number;

/* Ends the process, or its first thread, from another thread: once the first one sleeps in recv. */
static void *end_sleeper(void *way)
{
	usleep(20000);
	if (!strcmp(way, "exec"))
		execl("/bin/true", "true", NULL);
	kill(getpid(), number);
	pause();
	return NULL;
}

static void end_all(int signo)
{
	_exit(signo);
}

static void *leave(void *leader)
{
	usleep(20000);
	if (leader) {
		send(fds[1], "leader is gone", 14, 0);
		close(fds[1]);
	}
	exit(number);
}

int main(int argc, char **argv)
{
	char data[8];
	pthread_t thread;
	if (argc != 3)
		return 99;
	number = atoi(argv[2]);
	setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 });
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, fds))
		give_up("socketpair");
	if (!strcmp(argv[1], "exit"))
		return number;
	if (!strcmp(argv[1], "signal")) {
		signal(number, SIG_DFL);
		kill(getpid(), number);
		pause();
	}
	if (!strcmp(argv[1], "handler"))
		signal(number, end_all);
	if (strchr("aeh", *argv[1])) { /* asleep, exec, handler */
		pthread_create(&thread, NULL, end_sleeper, argv[1]);
		recv(fds[0], data, sizeof data, 0); /* ends here */
		return 97;
	}
	pthread_create(&thread, NULL, leave, strcmp(argv[1], "leader") ? NULL : data);
	if (!strcmp(argv[1], "leader"))
		pthread_exit(NULL);
	recv(fds[0], data, sizeof data, 0); /* group ends here */
	return 98;
}
