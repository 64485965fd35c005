/*
 * children: starts N (argument, 500 by default) short children, eight at a time, each of which makes a socket
 * pair, sends itself a message and ends with status number % 256; prints the sum of the statuses, then the
 * report of all of them.
 *
 * Must see: every child start and end with its status, and each of its five calls once.
 */
#include <sys/socket.h>
#include <sys/wait.h>

#include "report.h"

static int child(int number)
{
	int fds[2];
	char data[16];
	DID("socketpair", socketpair(AF_UNIX, SOCK_STREAM, 0, fds));
	DID("sendto", send(fds[0], &number, sizeof number, 0));
	DID("recvfrom", recv(fds[1], data, sizeof data, 0));
	DID("close", close(fds[0]));
	DID("close", close(fds[1]));
	return number % 256;
}

static long collect(void)
{
	int status;
	if (wait(&status) < 0)
		give_up("wait");
	return WIFEXITED(status) ? WEXITSTATUS(status) : 100000;
}

int main(int argc, char **argv)
{
	int count = argc > 1 ? atoi(argv[1]) : 500;
	long sum = 0;
	report_start();
	for (int i = 0; i < count; i++) {
		pid_t pid = fork();
		if (pid < 0)
			give_up("fork");
		if (pid == 0)
			_exit(child(i));
		if (i >= 8)
			sum += collect();
	}
	for (int i = 0; i < (count < 8 ? count : 8); i++)
		sum += collect();
	printf("children: %d, statuses: %ld\n", count, sum);
	report_print();
	return 0;
}
