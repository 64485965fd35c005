/*
 * numbers: threads that make and close sockets, and others that open and close a file, all in one table, so
 * that each number goes from hand to hand.
 *
 * Must see: every socket and every close of one, in the order of its thread. A close of a file is told of
 * only where it may have been a socket's, as uncertain.
 */
#include <fcntl.h>
#include <pthread.h>
#include <sys/socket.h>

#include "report.h"

enum { SOCKET_THREADS = 2, FILE_THREADS = 2, ROUNDS = 500 };

static pthread_barrier_t ready;
static atomic_int busy = SOCKET_THREADS;

static void *make_sockets(void *unused)
{
	(void)unused;
	pthread_barrier_wait(&ready);
	for (int i = 0; i < ROUNDS; i++) {
		int fd = (int)DID("socket", socket(AF_UNIX, SOCK_STREAM, 0));
		DID_CLOSE(fd);
	}
	busy--;
	return NULL;
}

static void *open_files(void *unused)
{
	(void)unused;
	pthread_barrier_wait(&ready);
	while (busy) {
		int fd = open("/dev/null", O_RDONLY);
		DID_FILE("close", fd, close(fd));
	}
	return NULL;
}

int main(void)
{
	pthread_t threads[SOCKET_THREADS + FILE_THREADS];

	report_start();
	pthread_barrier_init(&ready, NULL, SOCKET_THREADS + FILE_THREADS);
	for (int i = 0; i < SOCKET_THREADS + FILE_THREADS; i++)
		if (pthread_create(&threads[i], NULL, i < SOCKET_THREADS ? make_sockets : open_files, NULL))
			give_up("pthread_create");
	for (int i = 0; i < SOCKET_THREADS + FILE_THREADS; i++)
		pthread_join(threads[i], NULL);
	report_print();
	return 0;
}
