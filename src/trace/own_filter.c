/*
 * Programs with seccomp filters of their own (browsers, daemons that confine themselves). What such a filter
 * denies outranks our RET_TRACE, so the seccomp engine would not see it; entry stops of PTRACE_SYSCALL come
 * before seccomp (seccomp(2), "SECCOMP_RET_DATA" precedence). So a process goes on under the syscall engine
 * from the moment it confines itself.
 */
#include <errno.h>
#include <linux/seccomp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

#include "base/log.h"
#include "tracee.h"

bool own_filter_entered(enum trap trap, const uint64_t args[6])
{
	if (trap == TRAP_PRCTL)
		return args[0] == PR_SET_SECCOMP;
	return trap == TRAP_SECCOMP &&
	       (args[0] == SECCOMP_SET_MODE_STRICT || args[0] == SECCOMP_SET_MODE_FILTER);
}

/* All threads: the filter may be theirs too (TSYNC), and their children inherit it. */
void own_filter_left(struct tracee *tracee)
{
	struct tracer *tracer = tracee->tracer;
	struct map_slot *slot;

	process_of(tracee)->own_filter = true;
	if (tracee->engine != &engine_seccomp)
		return;
	log_debug("engine syscall for %d: it installed a seccomp filter, which could deny calls unseen",
		  tracee->task.process->pid);
	for (size_t i = 0; (slot = map_next(&tracer->tracees, &i));) {
		struct tracee *other = slot->value;

		if (other->task.process == tracee->task.process)
			engine_set(other, &engine_syscall);
	}
}

/* SECCOMP_RET_TRAP: the registers were rolled back (kernel/seccomp.c), and what looks like the result is the
 * number. */
bool own_filter_trapped(struct tracee *tracee)
{
	const struct trace_call *call = open_call(tracee);
	char text[4096];

	if (!call || !process_of(tracee)->own_filter || (uint64_t)tracee->info.exit.rval != call->call.number)
		return false;
	if (proc_read(text, sizeof(text), "/proc/%d/status", tracee->task.tid) <= 0)
		return false;
	const char *pending = strstr(text, "\nSigPnd:\t");

	return pending && (strtoull(pending + 9, NULL, 16) >> (SIGSYS - 1) & 1);
}

/*
 * SECCOMP_RET_TRACE of the program's own: nobody else traces it, so untraced the call would fail with ENOSYS.
 * Number -1 makes the kernel skip the call and keep the result (kernel/seccomp.c). When both filters trap a
 * call, it tells of the one that was installed last: the program's.
 */
bool own_filter_refused(struct tracee *tracee)
{
	struct user_regs_struct regs;
	unsigned long data = FILTER_DATA;

	if (!process_of(tracee)->own_filter || ptrace(PTRACE_GETEVENTMSG, tracee->task.tid, 0, &data) ||
	    data == FILTER_DATA || tracee_regs(tracee))
		return false;
	regs = tracee->regs;
	regs.orig_rax = (unsigned long long)-1;
	abi_set_result(&regs, -ENOSYS);
	return !tracee_set_regs(tracee, &regs);
}
