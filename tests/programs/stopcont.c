/*
 * stopcont: stops and continues a child five times by SIGSTOP and twice by SIGTSTP, while it sends and
 * receives and while it sleeps in recv, prints what waitpid says each time and whether the child stood still,
 * then ends it by SIGTERM.
 *
 * Must see: the same words with and without a tracer.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "report.h"

static volatile long *counter;

static void child(int busy)
{
	int fds[2];
	char data[8];
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, fds))
		give_up("socketpair");
	for (;;) {
		++*counter;
		if (busy)
			send(fds[0], "x", 1, 0);
		recv(fds[1], data, 1, 0);
	}
}

static void cycle(pid_t pid, int signo, int busy)
{
	int status;
	kill(pid, signo);
	if (waitpid(pid, &status, WUNTRACED) != pid || !WIFSTOPPED(status))
		give_up("not stopped: %x", (unsigned)status);
	long before = *counter;
	usleep(30000);
	printf("stopped by %d, stands still: %d\n", WSTOPSIG(status), *counter == before);
	kill(pid, SIGCONT);
	if (waitpid(pid, &status, WCONTINUED) != pid || !WIFCONTINUED(status))
		give_up("not continued: %x", (unsigned)status);
	for (int i = 0; busy && *counter == before && i < 2000; i++)
		usleep(1000);
	printf("continued, goes on: %d\n", !busy || *counter != before);
}

static void run(int busy)
{
	int status;
	pid_t pid = fork();
	if (pid == 0)
		child(busy);
	usleep(20000);
	for (int i = 0; i < 5; i++)
		cycle(pid, SIGSTOP, busy);
	for (int i = 0; i < 2; i++)
		cycle(pid, SIGTSTP, busy);
	kill(pid, SIGTERM);
	if (waitpid(pid, &status, 0) != pid)
		give_up("waitpid");
	printf("killed by %d\n", WIFSIGNALED(status) ? WTERMSIG(status) : -1);
}

int main(void)
{
	setpgid(0, 0); /* an orphaned process group would ignore SIGTSTP: the child's parent is in another
			  session's group */
	counter = mmap(NULL, sizeof *counter, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	setbuf(stdout, NULL);
	run(1);
	run(0);
	return 0;
}
