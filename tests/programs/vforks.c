/*
 * vforks: N times (argument, 50 by default) vfork and exec of itself as "vforks child I", which makes a
 * socket pair and ends with status I; prints how many ended so. Each child prints its own report.
 *
 * Must see: N execs, N ends with their statuses, three calls in each child.
 */
#define _GNU_SOURCE
#include <sys/socket.h>
#include <sys/wait.h>

#include "report.h"

static int child(int number)
{
	int fds[2];
	report_start();
	DID("socketpair", socketpair(AF_UNIX, SOCK_DGRAM, 0, fds));
	DID("close", close(fds[0]));
	DID("close", close(fds[1]));
	report_print();
	return number % 256;
}

static int once(const char *self, int number)
{
	char text[16];
	int status;
	snprintf(text, sizeof text, "%d", number);
	pid_t pid = vfork();
	if (pid == 0) {
		execl(self, self, "child", text, (char *)NULL);
		_exit(98);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		give_up("vfork");
	return WIFEXITED(status) && WEXITSTATUS(status) == number % 256;
}

int main(int argc, char **argv)
{
	if (argc == 3)
		return child(atoi(argv[2]));
	int count = argc > 1 ? atoi(argv[1]) : 50, good = 0;
	for (int i = 0; i < count; i++)
		good += once(argv[0], i);
	printf("vforks: %d of %d\n", good, count);
	return good == count ? 0 : 1;
}
