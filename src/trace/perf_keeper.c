/*
 * Who closes a tracepoint's last event waits for RCU, some tens of milliseconds or more (kernel/trace/
 * trace_event_perf.c, perf_trace_event_unreg). When sockline is killed, that could be the tracing thread,
 * whose files are closed before its tracees are let go (kernel/exit.c, do_exit): these would stand at their
 * stops for so long, and be woken by signals that they ignore, with nobody to see to their calls.
 *
 * So a process of its own holds an event of each tracepoint as well. It does nothing, and ends when sockline
 * has ended, whichever way.
 */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "perf.h"
#include "tracee.h"

enum { FILES = 3 };

struct keeping {
	int files[FILES]; /* what it holds, with sockline's pidfd; -1: none */
	pid_t pid;
};

/* The least one that is not below that, or -1. */
static int next_file(const int files[FILES], int from)
{
	int found = -1;

	for (int i = 0; i < FILES; i++)
		if (files[i] >= from && (found < 0 || files[i] < found))
			found = files[i];
	return found;
}

static void close_others(const int files[FILES])
{
	int from = 0, file;

	for (; (file = next_file(files, from)) >= 0; from = file + 1)
		if (file > from)
			syscall(SYS_close_range, from, file - 1, 0);
	syscall(SYS_close_range, from, ~0U, 0);
}

/* Calls of the kernel only: what other threads of sockline were about when it was forked lasts for ever here.
 */
static _Noreturn void keep(const struct keeping *keeping)
{
	struct pollfd sockline = { .fd = keeping->files[0], .events = POLLIN };

	close_others(keeping->files);
	prctl(PR_SET_NAME, "sockline-keeper");
	while (poll(&sockline, 1, -1) < 0 && errno == EINTR)
		;
	_exit(0);
}

/* Its parent is this thread, and then, as that has ended, another: not the tracing one, which waits for
 * children of its own only. It sends no signal when it ends. */
static void *begin(void *argument)
{
	struct keeping *keeping = argument;
	sigset_t all;

	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, NULL);
	keeping->pid = (pid_t)syscall(SYS_clone, 0, 0, 0, 0, 0);
	if (!keeping->pid)
		keep(keeping);
	return NULL;
}

void perf_keeper_begin(struct perf *perf)
{
	const int sockline = (int)syscall(SYS_pidfd_open, getpid(), 0);
	struct keeping keeping = { { sockline, perf->keeper, perf->entry_keeper }, -1 };
	pthread_t thread;

	if (sockline < 0 || gettid() == getpid() || pthread_create(&thread, NULL, begin, &keeping))
		keeping.pid = -1;
	else
		pthread_join(thread, NULL);
	perf->keeping = keeping.pid;
	if (sockline >= 0)
		close(sockline);
}

void perf_keeper_end(struct perf *perf)
{
	if (perf->keeping <= 0)
		return;
	kill(perf->keeping, SIGKILL);
	while (waitpid(perf->keeping, NULL, __WALL) < 0 && errno == EINTR)
		;
	perf->keeping = 0;
}
