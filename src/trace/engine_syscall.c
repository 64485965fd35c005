/*
 * The syscall engine: every call stops at its entry and at its exit. It needs nothing but the right to trace,
 * and ends without a trace. At a call that is of no interest it asks the kernel one question, at its exit
 * none.
 */
#include "tracee.h"

static int syscall_available(struct tracer *tracer, bool attach, struct error *error)
{
	(void)tracer;
	(void)attach;
	(void)error;
	return 0;
}

static void syscall_adopt(struct tracee *tracee)
{
	(void)tracee;
}

static enum engine_stop syscall_stopped(struct tracee *tracee, const struct stop *stop)
{
	/* A filter that was installed before this engine took over traps on; the entry stop was first. */
	if (stop->kind == STOP_SECCOMP && tracee->inside)
		return ENGINE_NOTHING;
	/* After an entry stop the next syscall stop is its exit, whatever comes in between: ptrace(2). */
	if (tracee->inside && !tracee->want_exit && !tracee->woken) {
		tracee->inside = false;
		return ENGINE_NOTHING;
	}
	if (tracee_info(tracee))
		return ENGINE_NOTHING;
	switch (tracee->info.op) {
	case PTRACE_SYSCALL_INFO_ENTRY:
	case PTRACE_SYSCALL_INFO_SECCOMP: /* a thread that ran on while its process changed engines */
		return ENGINE_ENTERED;
	case PTRACE_SYSCALL_INFO_EXIT:
		return ENGINE_LEFT;
	default:
		return ENGINE_NOTHING;
	}
}

static int syscall_resume(struct tracee *tracee, bool leaving)
{
	(void)tracee;
	(void)leaving;
	return PTRACE_SYSCALL;
}

static void syscall_widen(struct tracee *tracee)
{
	process_of(tracee)->wide = true;
}

const struct engine engine_syscall = {
	.name = "syscall",
	.why = "every call stops; works everywhere, and can attach",
	.available = syscall_available,
	.adopt = syscall_adopt,
	.stopped = syscall_stopped,
	.resume = syscall_resume,
	.widen = syscall_widen,
};
