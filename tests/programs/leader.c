/*
 * leader: four threads block in recv on socket pairs, then a thread that is not the leader execs the program
 * anew, which makes a socket pair and ends with status 7. Prints its pid before, and the report after.
 *
 * Must see: four recvfrom without a result, one exec, and the calls after it under the leader's id.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <sys/socket.h>

#include "report.h"

static char *self;
static pthread_barrier_t all;

static void *sleeper(void *unused)
{
	int fds[2];
	char data[8];
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, fds))
		give_up("socketpair");
	pthread_barrier_wait(&all);
	recv(fds[0], data, sizeof data, 0);
	return unused;
}

static void *execer(void *unused)
{
	pthread_barrier_wait(&all);
	usleep(50000); /* the others sleep by then */
	execl(self, self, "after", (char *)NULL);
	give_up("exec");
	return unused;
}

static int after(void)
{
	int fds[2];
	report_start();
	DID("socketpair", socketpair(AF_UNIX, SOCK_DGRAM, 0, fds));
	DID("sendto", send(fds[0], "after", 5, 0));
	DID("close", close(fds[1]));
	report_print();
	return 7;
}

int main(int argc, char **argv)
{
	pthread_t thread;
	self = argv[0];
	if (argc > 1)
		return after();
	printf("before\n");
	fflush(stdout);
	pthread_barrier_init(&all, NULL, 5);
	for (int i = 0; i < 4; i++)
		pthread_create(&thread, NULL, sleeper, NULL);
	pthread_create(&thread, NULL, execer, NULL);
	pthread_join(thread, NULL);
	return 1;
}
