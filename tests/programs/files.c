/*
 * files: three threads that read a file ROUNDS times, with a write and a read on a socket at every 500th and
 * a send and a recv at every 2500th, and then only write and read sockets, 1500 times each. Prints "ready
 * PID", waits for a line, works, prints "done", and waits for the end of its input.
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum { THREADS = 3, SOCKETS_ONLY = 1500, OFTEN = 500, SELDOM = 2500 };

static void echo(const int pair[2])
{
	char bytes[64];

	if (write(pair[0], "hello", 5) != 5 || read(pair[1], bytes, sizeof(bytes)) != 5)
		exit(1);
}

static void *work(void *user)
{
	long rounds = *(long *)user;
	char bytes[64];
	int pair[2], fd = open("/dev/zero", O_RDONLY);

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair))
		exit(1);
	for (long i = 0; i < rounds; i++) {
		if (read(fd, bytes, sizeof(bytes)) != sizeof(bytes))
			exit(1);
		if (i % OFTEN == 0)
			echo(pair);
		if (i % SELDOM == 0 && (send(pair[0], "x", 1, 0) != 1 || recv(pair[1], bytes, 9, 0) != 1))
			exit(1);
	}
	for (int i = 0; i < SOCKETS_ONLY; i++)
		echo(pair);
	return NULL;
}

int main(int argc, char **argv)
{
	long rounds = argc > 1 ? atol(argv[1]) : OFTEN;
	pthread_t threads[THREADS];
	char line[16];

	printf("ready %d\n", getpid());
	fflush(stdout);
	if (!fgets(line, sizeof(line), stdin))
		return 1;
	for (int i = 0; i < THREADS; i++)
		if (pthread_create(&threads[i], NULL, work, &rounds))
			return 1;
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	puts("done");
	fflush(stdout);
	return fgets(line, sizeof(line), stdin) ? 1 : 0;
}
