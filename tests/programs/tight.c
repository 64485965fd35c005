/*
 * tight: threads that make one call again and again in one place, with one result. After a line on stdin:
 *
 *	tight blocked N   a thread that blocks all signals receives nothing N times, without waiting
 *	tight widen N     eight threads shut -1 down, N times altogether; halfway the first socket is made
 *	tight files N     eight threads write a byte to a socket that all share, amid reads of a file by the
 *			  thousand: N writes altogether
 *	tight offset N    a thread reads from an offset of a file, and of a socket, which has none: N times
 *
 * Prints "ready" first and how many calls there were at the end.
 *
 * Must see: exactly so many.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>

#include "report.h"

enum { THREADS = 8, READS = 400 };

static atomic_long left;
static atomic_bool opened;
static int ends[2] = { -1, -1 }, file = -1;
static long most;

static void *receive(void *unused)
{
	sigset_t all;
	char c;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, NULL);
	for (long i = 0; i < most; i++)
		if (recv(ends[0], &c, 1, MSG_DONTWAIT) != -1)
			give_up("recv");
	sigemptyset(&all);
	pthread_sigmask(SIG_SETMASK, &all, NULL);
	return unused;
}

static void *read_offset(void *unused)
{
	char c;

	for (long i = 0; i < most; i++)
		if (pread(file, &c, 1, 0) != 1 || pread(ends[0], &c, 1, 0) != -1)
			give_up("pread");
	return unused;
}

static void *shut(void *unused)
{
	while (atomic_fetch_sub(&left, 1) > 0) {
		if (shutdown(-1, SHUT_RD) != -1)
			give_up("shutdown");
		if (left < most / 2 && !atomic_exchange(&opened, true))
			ends[0] = socket(AF_INET, SOCK_STREAM, 0);
	}
	return unused;
}

static void *amid_files(void *unused)
{
	char c;

	while (atomic_fetch_sub(&left, 1) > 0) {
		for (int i = 0; i < READS; i++)
			if (read(file, &c, 1) != 1)
				give_up("read");
		if (write(ends[0], "x", 1) != 1 || recv(ends[1], &c, 1, 0) != 1)
			give_up("write");
	}
	return unused;
}

static void *(*mode(const char *name))(void *)
{
	if (!strcmp(name, "blocked"))
		return receive;
	if (!strcmp(name, "widen"))
		return shut;
	return strcmp(name, "offset") ? amid_files : read_offset;
}

int main(int argc, char **argv)
{
	pthread_t threads[THREADS];
	char line[16];
	void *(*run)(void *) = mode(argc > 2 ? argv[1] : "");
	int count = run == receive || run == read_offset ? 1 : THREADS;

	left = most = argc > 2 ? atol(argv[2]) : 100;
	if (run != shut && socketpair(AF_UNIX, SOCK_DGRAM, 0, ends))
		give_up("socketpair");
	file = open("/dev/zero", O_RDONLY);
	printf("ready\n");
	fflush(stdout);
	if (!fgets(line, sizeof line, stdin))
		return 98;
	for (int i = 0; i < count; i++)
		if (pthread_create(&threads[i], NULL, run, NULL))
			give_up("pthread_create");
	for (int i = 0; i < count; i++)
		pthread_join(threads[i], NULL);
	printf("made %ld\n", most);
	fflush(stdout);
	return fgets(line, sizeof line, stdin) ? 0 : 98;
}
