/*
 * threads: N threads (first argument, 64 by default), each with a UDP socket of its own, send to themselves
 * and receive ROUNDS times (second argument, 20), all at once; prints the number of rounds done and the
 * report.
 *
 * Must see: every call of every thread once, in its thread's order.
 */
#define _GNU_SOURCE
#include <netinet/in.h>
#include <pthread.h>
#include <sys/socket.h>

#include "report.h"

static int rounds = 20;
static pthread_barrier_t all;

static void *work(void *unused)
{
	struct sockaddr_in self = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof self;
	char data[32] = "thread";
	long done = 0;
	int fd = (int)DID("socket", socket(AF_INET, SOCK_DGRAM, 0));
	DID("bind", bind(fd, (struct sockaddr *)&self, sizeof self));
	DID("getsockname", getsockname(fd, (struct sockaddr *)&self, &len));
	pthread_barrier_wait(&all);
	for (int i = 0; i < rounds; i++) {
		DID("sendto", sendto(fd, data, sizeof data, 0, (struct sockaddr *)&self, sizeof self));
		done += DID("recvfrom", recvfrom(fd, data, sizeof data, 0, NULL, NULL)) == sizeof data;
	}
	DID("close", close(fd));
	(void)unused;
	return (void *)done;
}

int main(int argc, char **argv)
{
	int count = argc > 1 ? atoi(argv[1]) : 64;
	rounds = argc > 2 ? atoi(argv[2]) : 20;
	pthread_t *threads = calloc((size_t)count, sizeof *threads);
	long total = 0;
	report_start();
	pthread_barrier_init(&all, NULL, (unsigned)count);
	for (int i = 0; i < count; i++)
		if (pthread_create(&threads[i], NULL, work, NULL))
			give_up("pthread_create");
	for (int i = 0; i < count; i++) {
		void *done;
		pthread_join(threads[i], &done);
		total += (long)done;
	}
	free(threads);
	printf("threads: %d, rounds: %ld\n", count, total);
	report_print();
	return 0;
}
