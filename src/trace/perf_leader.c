/*
 * Leaders that are let go before their processes' events are taken away. A signal for the process that the
 * program ignores is dropped while its leader is not traced (kernel/signal.c, sig_ignored), and wakes nobody;
 * while it is traced, such a signal may wake any thread, and what that does to a call is seen, and mended,
 * only as long as the thread has its event.
 *
 * SIGTRAP stays ignored in the process until later. All the same nothing of ours is to come in the leader any
 * more, as it may be that it never was: its event sends the signal on the way back from the call
 * (kernel/events/core.c, perf_pending_task), which is past at the stop of a signal or an interruption
 * (kernel/signal.c, get_signal runs it first), and what was sent lies in the thread's own queue.
 */
#include "base/clock.h"
#include "perf.h"
#include "tracee.h"

enum { TICK_NS = 1000000, LEADERS_MOST_NS = 50000000 };

static bool is_candidate(const struct tracee *tracee)
{
	return tracee->life == LIFE_TRACED && tracee->engine == &engine_perf && letgo_is_leader(tracee) &&
	       tracee->task.process->attached && tracee->task.process->threads > 1 &&
	       tracee->perf.event.fd >= 0 && !tracee->freed && letgo_had_signals(tracee);
}

void perf_leader_resuming(struct tracee *tracee)
{
	if (!is_candidate(tracee) || (tracee->kind != STOP_SIGNAL && tracee->kind != STOP_INTERRUPT) ||
	    tracee->deliver == SIGTRAP || !letgo_owes_nothing(tracee))
		return;
	perf_event_disable(&tracee->perf.event);
	tracee->perf.goes = !trap_is_queued(tracee);
}

bool perf_leaders_take_back(struct tracer *tracer)
{
	struct map_slot *slot;
	bool any = false;

	for (size_t i = 0; (slot = map_next(&tracer->tracees, &i));) {
		struct tracee *tracee = slot->value;

		if (!tracee->freed || !trap_is_guarded(tracee) || !attach_may_wake(tracee) ||
		    attach_again(tracee))
			continue;
		tracee->freed = tracee->perf.goes = false;
		tracee->woken = !ptrace(PTRACE_INTERRUPT, tracee->task.tid, 0, 0);
		any = true;
	}
	return any;
}

/* Those that have not gone yet; wakes the ones that may be. */
static unsigned count_leaders(struct tracer *tracer)
{
	struct map_slot *slot;
	unsigned left = 0;

	for (size_t i = 0; (slot = map_next(&tracer->tracees, &i));) {
		struct tracee *tracee = slot->value;

		if (!is_candidate(tracee))
			continue;
		if (!tracee->stopped && !tracee->woken && attach_may_wake(tracee))
			tracee->woken = !ptrace(PTRACE_INTERRUPT, tracee->task.tid, 0, 0);
		left += tracee->woken;
	}
	return left;
}

bool perf_leaders_letgo(struct tracer *tracer)
{
	const uint64_t begin = clock_monotonic_ns();
	bool any = false;
	struct stop stop;

	tracer->perf->leaders_go = true;
	bell_set(tracer, TICK_NS, TICK_NS);
	while (count_leaders(tracer) && clock_monotonic_ns() - begin < LEADERS_MOST_NS) {
		any = true;
		if (!stop_wait(tracer, &stop))
			break;
		if (stop.tid)
			dispatch(tracer, &stop);
	}
	tracer->perf->leaders_go = false;
	return any;
}
