/*
 * inlined: makes calls in functions that the compiler inlines into others, two deep.
 *
 * Must see (built -O2 -g): the line of each call, the inlined function's name, and "inlined".
 */
#include <string.h>
#include <sys/socket.h>

#include "report.h"

#define INTO static inline __attribute__((always_inline))

INTO int deepest(int fd, const char *text)
{
	return (int)DID("sendto", send(fd, text, strlen(text), MSG_NOSIGNAL));
}

INTO int middle(int fd)
{
	int done = deepest(fd, "inner");
	return done + (int)DID("shutdown", shutdown(fd, SHUT_WR));
}

__attribute__((noinline)) static int outer(void)
{
	int fds[2];
	DID("socketpair", socketpair(AF_UNIX, SOCK_STREAM, 0, fds));
	int done = middle(fds[0]);
	done += deepest(fds[1], "again");
	DID("close", close(fds[0]));
	DID("close", close(fds[1]));
	return done;
}

int main(void)
{
	report_start();
	int done = outer();
	report_print();
	return done == 10 ? 0 : 1;
}
