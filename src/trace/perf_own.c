/*
 * SIGTRAPs of the program's own that wait while it blocks them. Ignoring SIGTRAP takes all that are queued
 * away (kernel/signal.c, do_sigaction), ours and its own: its own are looked at before, and sent again
 * afterwards, by the program to itself, so that the kernel takes them as they were (rt_sigqueueinfo(2)).
 *
 * A queue holds one SIGTRAP at most, as of every signal below SIGRTMIN: signal(7).
 */
#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "inject.h"
#include "perf.h"
#include "tracee.h"

#ifndef TRAP_PERF
#define TRAP_PERF 6
#endif

/* Of a stopped thread's own queue, or of its process's. */
static bool peek(const struct tracee *tracee, bool shared, siginfo_t *info)
{
	struct __ptrace_peeksiginfo_args args = { .flags = shared ? PTRACE_PEEKSIGINFO_SHARED : 0, .nr = 1 };

	while (ptrace(PTRACE_PEEKSIGINFO, tracee->task.tid, &args, info) == 1) {
		if (info->si_signo == SIGTRAP)
			return true;
		args.off++;
	}
	return false;
}

bool trap_is_queued(const struct tracee *tracee)
{
	siginfo_t info;

	return peek(tracee, false, &info) && info.si_code == TRAP_PERF;
}

/* Ours is sent only to a thread with an event, and leaves a record, which may have been taken already. */
static bool waits_elsewhere(const struct tracee *other)
{
	struct proc_status status;
	siginfo_t info;

	if (other->stopped)
		return peek(other, false, &info) && info.si_code != TRAP_PERF;
	return (other->perf.event.fd < 0 ||
		(perf_first_untold(other) == UINT64_MAX && !other->perf.signal_due)) &&
	       !proc_status(other->task.tid, &status) && status.sig_queued >> (SIGTRAP - 1) & 1;
}

void trap_keep(struct tracee *tracee, struct trap_kept *kept)
{
	struct map_slot *slot;

	*kept = (struct trap_kept){ 0 };
	kept->any_shared = peek(tracee, true, &kept->shared);
	kept->any_own = peek(tracee, false, &kept->own) && kept->own.si_code != TRAP_PERF;
	for (size_t i = 0; (slot = map_next(&tracee->tracer->tracees, &i));) {
		const struct tracee *other = slot->value;

		if (other == tracee || other->task.process != tracee->task.process ||
		    kept->count == TRAP_KEPT || !waits_elsewhere(other))
			continue;
		kept->tids[kept->count++] = other->task.tid;
	}
}

/* Sends a thread that is told by a signal's information, or else by who the program is. */
static void send(struct injection *injection, pid_t tid, const siginfo_t *info)
{
	const struct abi *abi = injection->abi;
	pid_t pid = injection->tracee->task.process->pid;
	uint64_t own_pid = (uint64_t)proc_own_tid(pid), own_tid = (uint64_t)proc_own_tid(tid ? tid : pid);
	bool to_itself = injection->tracee->task.tid == (tid ? tid : pid);

	if (to_itself && info && abi->bits == 64 &&
	    !memory_write(injection->tracee, injection->scratch, info, sizeof(*info))) {
		uint64_t shared[6] = { own_pid, SIGTRAP, injection->scratch };
		uint64_t own[6] = { own_pid, own_tid, SIGTRAP, injection->scratch };

		inject_call(injection, (uint64_t)(tid ? abi->nr.rt_tgsigqueueinfo : abi->nr.rt_sigqueueinfo),
			    tid ? own : shared);
	} else {
		uint64_t shared[6] = { own_pid, SIGTRAP }, own[6] = { own_pid, own_tid, SIGTRAP };

		inject_call(injection, (uint64_t)(tid ? abi->nr.tgkill : abi->nr.kill), tid ? own : shared);
	}
}

void trap_put_back(struct injection *injection, const struct trap_kept *kept)
{
	_Static_assert(sizeof(siginfo_t) <= INJECT_SCRATCH, "room for a siginfo_t");
	if (kept->any_shared)
		send(injection, 0, &kept->shared);
	if (kept->any_own)
		send(injection, injection->tracee->task.tid, &kept->own);
	for (unsigned i = 0; i < kept->count; i++)
		send(injection, kept->tids[i], NULL);
}
