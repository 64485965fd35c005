/*
 * vialib: a program with debug information whose socket calls are made by a library without (vialib_lib.c):
 * directly, and from a callback of the program that the library calls.
 *
 * Must see: for calls of the library the line of this file that called into it; for the callback's calls
 * their own line.
 */
#include <sys/socket.h>

#include "report.h"

int lib_pair(int fds[2]);
long lib_send(int fd, const char *text);
long lib_call_back(long (*fn)(int fd), int fd);

__attribute__((noinline)) static long callback(int fd)
{
	char data[16];
	return DID("recvfrom", recv(fd, data, sizeof data, 0));
}

__attribute__((noinline)) static long use(int fds[2])
{
	long done = DID("socketpair", lib_pair(fds));
	done += DID("sendto", lib_send(fds[0], "through a library"));
	done += lib_call_back(callback, fds[1]);
	return done;
}

int main(void)
{
	int fds[2];
	report_start();
	long done = use(fds);
	report_print();
	return done == 17 + 16 ? 0 : 1;
}
