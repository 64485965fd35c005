/*
 * stop: what a raw wait status means. One enum for all that a traced thread can report, so that nothing else
 * looks at status bits.
 *
 * Pure; knows no tracees.
 */
#ifndef SOCKLINE_TRACE_STOP_H
#define SOCKLINE_TRACE_STOP_H

#include <sys/types.h>

enum stop_kind {
	STOP_ENDED,   /* exited or was killed: the status says which */
	STOP_SYSCALL, /* entry or exit of a call under PTRACE_SYSCALL; PTRACE_GET_SYSCALL_INFO tells which */
	STOP_SECCOMP, /* SECCOMP_RET_TRACE: entry of a call */
	STOP_EXEC,    /* execve succeeded; the event message is the tid that called it */
	STOP_FORK,    /* fork, vfork or clone; the event message is the child's tid */
	STOP_GROUP,   /* stopped by job control: goes on with PTRACE_LISTEN */
	STOP_INTERRUPT, /* PTRACE_INTERRUPT, a new child's first stop, or the end of a group stop */
	STOP_EXITING,	/* about to end, on its way through exit */
	STOP_SIGNAL,	/* a signal is about to be delivered: signo, to be passed on */
	STOP_OTHER,	/* an event that was not asked for: goes on */
	STOP_KINDS,
};

struct stop {
	pid_t tid;
	enum stop_kind kind;
	int signo;  /* STOP_SIGNAL, STOP_GROUP */
	int event;  /* PTRACE_EVENT_... or 0 */
	int status; /* as wait4 gave it */
};

/* ptrace(2), "Stopped states"; the tracees are seized and have PTRACE_O_TRACESYSGOOD. */
struct stop stop_classify(pid_t tid, int status);

#endif
