/*
 * SIGTRAP is ignored in a program before its first event begins: were sockline killed at the first stop of a
 * thread, or before all events are closed, the program would die of it. For that one thread of it is
 * interrupted, the one that notices least: one that runs, else one in a call that is nothing to us, else one
 * whose call can begin again. Where there is none, SIGTRAP is ignored from the first natural stop on.
 */
#include <stdlib.h>

#include "base/clock.h"
#include "perf.h"
#include "tracee.h"

enum { STOP_MOST_NS = 20000000, TIME_MOST_MS = 200 };

/* How much a thread would notice of it; 0: nothing. */
enum { RUNS, OTHER_CALL, CALL, NOT_TO_BE_WOKEN };

/*
 * Whether the call would last noticeably longer: its time begins again, up to as long as it is. What a
 * socket's options say of that cannot be asked without a stop.
 */
static bool has_time(const struct row *row, const uint64_t *args)
{
	switch (row ? row->id : CALL_NONE) {
	case CALL_epoll_wait:
	case CALL_epoll_pwait:
		return (int32_t)args[3] > TIME_MOST_MS;
	case CALL_poll:
		return (int32_t)args[2] > TIME_MOST_MS;
	case CALL_epoll_pwait2:
		return args[3];
	default:
		return false;
	}
}

static int notices(struct tracee *tracee)
{
	struct call call = { 0 };
	const struct row *row = attach_look_asleep(tracee, &call);

	if (!tracee->sleeping)
		return RUNS;
	if (!attach_may_wake(tracee) || has_time(row, call.args))
		return NOT_TO_BE_WOKEN;
	return row ? CALL : OTHER_CALL;
}

static struct tracee *choose(struct tracer *tracer, pid_t pid)
{
	struct tracee *found = NULL;
	int least = NOT_TO_BE_WOKEN, how;
	struct map_slot *slot;

	for (size_t i = 0; least > OTHER_CALL && (slot = map_next(&tracer->tracees, &i));) {
		struct tracee *tracee = slot->value;

		if (tracee->life != LIFE_ATTACHED || tracee->task.process->pid != pid ||
		    tracee->perf.event.fd < 0 || (how = notices(tracee)) >= least)
			continue;
		least = how;
		found = tracee;
	}
	return found;
}

/* Waits for the stop of that thread; others' are queued again. False: it was another stop, or none came. */
static bool wait_interrupted(struct tracer *tracer, pid_t tid)
{
	const uint64_t begin = clock_monotonic_ns();
	struct stop_queue aside = { 0 };
	struct stop stop = { 0 };
	bool stopped = false;

	while (!stopped && clock_monotonic_ns() - begin < STOP_MOST_NS && stop_wait(tracer, &stop)) {
		stopped = stop.tid == tid;
		if (stop.tid && !(stopped && stop.kind == STOP_INTERRUPT))
			queue_put(&aside, stop.tid, stop.status);
	}
	const bool interrupted = stopped && stop.kind == STOP_INTERRUPT;

	while (queue_take(&tracer->queue, &stop))
		queue_put(&aside, stop.tid, stop.status);
	while (queue_take(&aside, &stop))
		queue_put(&tracer->queue, stop.tid, stop.status);
	free(aside.stops);
	return interrupted;
}

/*
 * Its call is to begin again, and not to go on by restart_syscall, if it is of interest: its exit would be
 * another call's. Returns whether it does either.
 */
static bool mend(struct tracee *tracee)
{
	struct user_regs_struct regs;

	if (mend_wanted(tracee))
		mend_call(tracee);
	tracee->mending = false;
	if (tracee_regs(tracee) || (int64_t)tracee->regs.orig_rax < 0)
		return false;
	regs = tracee->regs;
	const bool known = abi_number(abi_of_code(&regs), regs.orig_rax)->row != CALL_NONE;

	if ((int64_t)regs.rax == RESTART_BLOCK && known) {
		abi_set_result(&regs, RESTART_NOHAND);
		tracee_set_regs(tracee, &regs);
	}
	tracee->perf.begun_again = known && restart_is_code((int64_t)regs.rax);
	return restart_is_code((int64_t)regs.rax);
}

/* At the stop of an interruption. Returns whether another comes at once: inject_end. */
static bool guard(struct tracee *tracee)
{
	tracee->stopped = true;
	tracee->info_read = tracee->regs_read = tracee->regs_sampled = false;
	tracee->kind = STOP_INTERRUPT;
	tracee->request = tracee->deliver = 0;
	const bool again = mend(tracee);

	trap_guard(tracee);
	tracee->stopped = false;
	trace_request(PTRACE_CONT, tracee->task.tid, 0, NULL);
	return again;
}

void perf_guard_first(struct tracer *tracer, pid_t pid)
{
	struct proc_status status;
	struct tracee *tracee;

	if (!tracer->perf || proc_status(pid, &status) || status.sig_ignored >> (SIGTRAP - 1) & 1)
		return;
	tracee = choose(tracer, pid);
	if (!tracee || trap_is_guarded(tracee) || ptrace(PTRACE_INTERRUPT, tracee->task.tid, 0, 0) ||
	    !wait_interrupted(tracer, tracee->task.tid))
		return;
	tracee->perf.looked = tracee->sleeping;
	if (guard(tracee) && wait_interrupted(tracer, tracee->task.tid))
		trace_request(PTRACE_CONT, tracee->task.tid, 0, NULL);
}
