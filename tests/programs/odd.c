/*
 * odd MODE: processes that are hard to attach to. A thread sends a byte to itself every few milliseconds, and
 *   leader   the first thread has ended: it is a zombie, and /proc/PID/fd is empty
 *   stuck    another sleeps in vfork, which no signal but SIGKILL ends (state D), as its child waits
 *   setuid   it becomes the program that the second argument names, when a line comes on stdin
 * Prints "ready PID" first.
 *
 * Must see: the bytes' calls, whichever way, and nobody in the way when it is let go.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "report.h"

static void *chat(void *unused)
{
	int fds[2];
	char byte = 'x';
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, fds))
		give_up("socketpair");
	while (send(fds[0], &byte, 1, 0) == 1 && recv(fds[1], &byte, 1, 0) == 1)
		usleep(5000);
	return unused;
}

static void *get_stuck(void *unused)
{
	if (vfork() == 0) {
		for (;;)
			pause();
	}
	return unused;
}

int main(int argc, char **argv)
{
	const char *mode = argc > 1 ? argv[1] : "";
	pthread_t thread;
	char line[16];
	pthread_create(&thread, NULL, chat, NULL);
	if (!strcmp(mode, "stuck"))
		pthread_create(&thread, NULL, get_stuck, NULL);
	printf("ready %d\n", getpid());
	fflush(stdout);
	if (!strcmp(mode, "leader"))
		syscall(SYS_exit, 0);
	if (!fgets(line, sizeof line, stdin) || argc < 3)
		return 98;
	execv(argv[2], argv + 2);
	give_up(argv[2]);
}
