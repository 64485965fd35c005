/* What a raw wait status means: ptrace(2). */
#include "stop.h"

#include <signal.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

static enum stop_kind kind_of_event(int event, int signo)
{
	switch (event) {
	case PTRACE_EVENT_SECCOMP:
		return STOP_SECCOMP;
	case PTRACE_EVENT_EXEC:
		return STOP_EXEC;
	case PTRACE_EVENT_FORK:
	case PTRACE_EVENT_VFORK:
	case PTRACE_EVENT_CLONE:
		return STOP_FORK;
	case PTRACE_EVENT_EXIT:
		return STOP_EXITING;
	case PTRACE_EVENT_STOP:
		return signo == SIGTRAP ? STOP_INTERRUPT : STOP_GROUP;
	default:
		return STOP_OTHER;
	}
}

struct stop stop_classify(pid_t tid, int status)
{
	struct stop stop = { .tid = tid, .status = status, .kind = STOP_ENDED };

	if (!WIFSTOPPED(status))
		return stop;
	stop.signo = WSTOPSIG(status);
	stop.event = status >> 16;
	if (stop.event)
		stop.kind = kind_of_event(stop.event, stop.signo);
	else
		stop.kind = stop.signo == (SIGTRAP | 0x80) ? STOP_SYSCALL : STOP_SIGNAL;
	return stop;
}
