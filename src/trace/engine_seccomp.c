/*
 * The seccomp engine: the filter stops a call at its entry, PTRACE_SYSCALL from there stops it at its exit,
 * and everything else runs untouched. Only for commands: a filter cannot be taken away, and without a tracer
 * the calls that it traps fail with ENOSYS (seccomp(2)).
 */
#include <errno.h>
#include <linux/seccomp.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tracee.h"

static int seccomp_available(struct tracer *tracer, bool attach, struct error *error)
{
	uint32_t action = SECCOMP_RET_TRACE;

	if (attach)
		return error_set(error, EINVAL,
				 "the seccomp engine cannot attach to running processes; use another");
	if (!tracer->options.follow)
		return error_set(error, EINVAL,
				 "the seccomp engine cannot let children go: their calls would fail");
	if (syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action))
		return error_set(error, errno,
				 "seccomp filters are not permitted here: %m; try --engine=syscall");
	return 0;
}

static void seccomp_adopt(struct tracee *tracee)
{
	(void)tracee;
}

/* Since Linux 4.8 a call under PTRACE_SYSCALL stops at its entry first, then for seccomp, then at its exit.
 */
static enum engine_stop seccomp_stopped(struct tracee *tracee, const struct stop *stop)
{
	if (stop->kind == STOP_SECCOMP && tracee->inside)
		return ENGINE_NOTHING;
	if (tracee_info(tracee))
		return ENGINE_NOTHING;
	switch (tracee->info.op) {
	case PTRACE_SYSCALL_INFO_ENTRY:
	case PTRACE_SYSCALL_INFO_SECCOMP:
		return ENGINE_ENTERED;
	case PTRACE_SYSCALL_INFO_EXIT:
		return ENGINE_LEFT;
	default:
		return ENGINE_NOTHING;
	}
}

/* The second filter is injected at a call's exit. */
static int seccomp_resume(struct tracee *tracee, bool leaving)
{
	return leaving || process_of(tracee)->widen_due ? PTRACE_SYSCALL : PTRACE_CONT;
}

static void seccomp_widen(struct tracee *tracee)
{
	process_of(tracee)->wide = !tracee->tracer->two_stages;
	process_of(tracee)->widen_due = tracee->tracer->two_stages;
}

const struct engine engine_seccomp = {
	.name = "seccomp",
	.why = "only the calls that are wanted stop; it ends with the command",
	.available = seccomp_available,
	.adopt = seccomp_adopt,
	.stopped = seccomp_stopped,
	.resume = seccomp_resume,
	.widen = seccomp_widen,
};
