/*
 * stuckexec: a program in execve that another tracer keeps there: the parent traces a thread of its child and
 * never reaps it, while the child's other thread calls execve, which waits for that. Prints "ready PID" (of
 * the child) when it hangs, waits for a line, and ends both.
 *
 * Must see: a tracer that attaches to PID waits in PTRACE_SEIZE, and ends when it is told to.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

#include "report.h"

static int told[2], go[2];

static void *sleeper(void *unused)
{
	int tid = (int)syscall(SYS_gettid);
	if (write(told[1], &tid, sizeof tid) != sizeof tid)
		give_up("write");
	for (;;)
		pause();
	return unused;
}

static void child(void)
{
	pthread_t thread;
	char byte;
	pthread_create(&thread, NULL, sleeper, NULL);
	if (read(go[0], &byte, 1) == 1)
		execl("/bin/sleep", "sleep", "60", (char *)NULL);
	_exit(1);
}

/* Whether the thread is dead and waits to be reaped by its tracer. */
static int is_zombie(pid_t pid, pid_t tid)
{
	char path[64], line[512], *state;
	snprintf(path, sizeof path, "/proc/%d/task/%d/stat", pid, tid);
	FILE *file = fopen(path, "r");
	int zombie =
		file && fgets(line, sizeof line, file) && (state = strrchr(line, ')')) && state[2] == 'Z';
	if (file)
		fclose(file);
	return zombie;
}

int main(void)
{
	char line[16];
	int tid;
	if (pipe(told) || pipe(go))
		give_up("pipe");
	pid_t pid = fork();
	if (pid == 0)
		child();
	if (read(told[0], &tid, sizeof tid) != sizeof tid || ptrace(PTRACE_SEIZE, tid, 0, 0))
		give_up("seize");
	if (write(go[1], "x", 1) != 1)
		give_up("write");
	while (!is_zombie(pid, tid))
		usleep(1000);
	printf("ready %d\n", pid);
	fflush(stdout);
	if (!fgets(line, sizeof line, stdin))
		line[0] = 0;
	kill(pid, SIGKILL);
	return 0;
}
