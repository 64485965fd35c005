/*
 * urgent: a thread waits in recv with MSG_WAITALL for four bytes and has got two, when a byte of urgent data
 * comes, and with it a SIGURG that the program ignores; then more data. Prints how many bytes the call
 * returned, and whether that was at the urgent mark.
 *
 * Must see: "2 at the mark", with and without a tracer: recv returns what is before the mark (sockatmark(3),
 * net/ipv4/tcp.c).
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

static int ours, theirs;
static _Atomic pid_t tid;
static atomic_bool over;

static int connect_both(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(at);
	int server = socket(AF_INET, SOCK_STREAM, 0);

	theirs = socket(AF_INET, SOCK_STREAM, 0);
	if (bind(server, (struct sockaddr *)&at, len) || listen(server, 1) ||
	    getsockname(server, (struct sockaddr *)&at, &len) || connect(theirs, (struct sockaddr *)&at, len))
		return -1;
	ours = accept(server, NULL, NULL);
	return fcntl(ours, F_SETOWN, getpid());
}

static void *waits(void *unused)
{
	char data[4];

	tid = (pid_t)syscall(SYS_gettid);
	long got = recv(ours, data, sizeof(data), MSG_WAITALL);

	over = true;
	printf("%ld %s\n", got, sockatmark(ours) == 1 ? "at the mark" : "behind the mark");
	return unused;
}

static int is_asleep(void)
{
	char path[64], line[256];

	snprintf(path, sizeof(path), "/proc/self/task/%d/stat", tid);
	FILE *stat = tid ? fopen(path, "r") : NULL;
	const char *state = stat && fgets(line, sizeof(line), stat) ? strstr(line, ") ") : NULL;

	if (stat)
		fclose(stat);
	return state && state[2] == 'S';
}

int main(void)
{
	pthread_t thread;

	if (connect_both() || send(theirs, "ab", 2, 0) != 2)
		return 2;
	pthread_create(&thread, NULL, waits, NULL);
	while (!is_asleep())
		usleep(1000);
	send(theirs, "!", 1, MSG_OOB);
	for (int i = 0; i < 500 && !over; i++)
		usleep(1000);
	send(theirs, "cdef", 4, 0); /* for one that goes on */
	pthread_join(thread, NULL);
	return 0;
}
