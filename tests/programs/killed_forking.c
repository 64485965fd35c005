/*
 * killed_forking: threads that make children without end are killed by the main thread's exit, some of them
 * at the stop that tells of a child. Prints nothing.
 *
 * Must see: nothing. The trace must tell of no process that does not exist.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { THREADS = 8, ROUNDS = 30, LIVES_US = 3000 };

static void *fork_on(void *none)
{
	for (;;) {
		pid_t child = fork();
		if (child == 0)
			_exit(0);
		if (child > 0)
			waitpid(child, NULL, 0);
	}
	return none;
}

/* One process, until it ends with all its threads. */
static int live(unsigned lives_us)
{
	pthread_t thread;

	for (int i = 0; i < THREADS; i++)
		if (pthread_create(&thread, NULL, fork_on, NULL))
			return 1;
	usleep(lives_us);
	_exit(0);
}

int main(void)
{
	close(socket(AF_INET, SOCK_DGRAM, 0));
	for (unsigned i = 0; i < ROUNDS; i++) {
		pid_t child = fork();
		if (child == 0)
			_exit(live(LIVES_US * i / ROUNDS));
		waitpid(child, NULL, 0);
	}
	return 0;
}
