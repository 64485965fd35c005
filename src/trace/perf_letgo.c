/*
 * Letting programs go that the perf engine traced: their events are taken away and their action for SIGTRAP
 * is given back, at a natural stop of one of their threads or, when none comes, at an interruption.
 */
#include "base/clock.h"
#include "perf.h"
#include "tracee.h"

enum {
	LETGO_TICK_NS = 5000000,
	LETGO_NATURAL_NS = 20000000,
	LETGO_MOST_NS = 1000000000,
	LETGO_INTERRUPTS = 4
};
enum { LEAVING_TICK_NS = 1000000, LEAVING_MOST_NS = 300000000, REST_MOST_NS = 20000000 };

static bool needs_release(const struct tracee *tracee)
{
	const struct trace_process *process = process_of(tracee);

	return process && process->process.attached && (trap_is_guarded(tracee) || process->trap_queued);
}

static void disable_all(struct tracee *tracee)
{
	struct map_slot *slot;

	for (size_t i = 0; (slot = map_next(&tracee->tracer->tracees, &i));) {
		struct tracee *other = slot->value;

		if (other->task.process == tracee->task.process && other->perf.event.fd >= 0)
			perf_event_disable(&other->perf.event);
	}
}

/* Stops at which the thread stands on its way back to its program, and no signal is to be delivered there. */
static bool may_inject(const struct tracee *tracee)
{
	return tracee->life == LIFE_TRACED && !tracee->inside && !tracee->deliver &&
	       (tracee->kind == STOP_SIGNAL || tracee->kind == STOP_INTERRUPT || tracee->kind == STOP_GROUP);
}

/* What an event sends comes on the way back from the call (kernel/events/core.c, perf_pending_task), which is
 * past at the stop of a signal or an interruption: kernel/signal.c, get_signal runs it first. */
bool perf_is_past(const struct tracee *tracee)
{
	if (tracee->perf.event.fd < 0)
		return true;
	return !needs_release(tracee) && tracee->deliver != SIGTRAP &&
	       (tracee->kind == STOP_SIGNAL || tracee->kind == STOP_INTERRUPT) && !trap_is_queued(tracee);
}

void perf_resuming(struct tracee *tracee)
{
	const struct perf *perf = tracee->tracer->perf;

	if (!perf || !tracee->stopped)
		return;
	if (tracee->kind == STOP_INTERRUPT && (tracee->perf.moving || perf->closing)) {
		if (mend_wanted(tracee) && mend_call(tracee))
			perf_begins_again(tracee);
		if (tracee->perf.moving)
			perf_go_away(tracee, "blocks SIGTRAP");
		if (tracee->perf.moving)
			trap_flush(tracee);
		tracee->perf.moving = tracee->interrupt_due = false;
	}
	if (perf->leaders_go)
		perf_leader_resuming(tracee);
	if (tracee->perf.away && tracee->kind == STOP_SYSCALL && !perf->closing)
		perf_watch_mask(tracee);
	if (!perf->closing || !needs_release(tracee) || !may_inject(tracee))
		return;
	disable_all(tracee);
	perf_quiesce(tracee->tracer, tracee);
	if (trap_release(tracee))
		return;
	process_of(tracee)->trap_queued = false;
	tracee->perf.goes = letgo_is_leader(tracee);
	if (tracee->kind == STOP_GROUP) {
		ptrace(PTRACE_INTERRUPT, tracee->task.tid, 0, 0);
		tracee->request = PTRACE_CONT;
	}
}

/* Interrupts one thread of each process that needs it; skip: those that were tried before. */
static unsigned interrupt_some(struct tracer *tracer, unsigned skip)
{
	struct map_slot *slot;
	struct process *before = NULL;
	unsigned left = 0, nth = 0;

	for (size_t i = 0; (slot = map_next(&tracer->tracees, &i));) {
		struct tracee *tracee = slot->value;

		if (tracee->stopped || tracee->freed || tracee->life != LIFE_TRACED || !needs_release(tracee))
			continue;
		left++;
		if (tracee->task.process == before || nth++ < skip || !attach_may_wake(tracee))
			continue;
		before = tracee->task.process;
		tracee->woken = !ptrace(PTRACE_INTERRUPT, tracee->task.tid, 0, 0);
	}
	return left;
}

static unsigned count_unreleased(struct tracer *tracer)
{
	struct map_slot *slot;
	unsigned left = 0;

	for (size_t i = 0; (slot = map_next(&tracer->tracees, &i));)
		left += needs_release(slot->value);
	return left;
}

/* Says which programs keep SIGTRAP ignored. */
static void tell_unreleased(struct tracer *tracer)
{
	struct map_slot *slot;

	for (size_t i = 0; (slot = map_next(&tracer->tracees, &i));) {
		struct tracee *tracee = slot->value;

		if (tracee->perf.event.fd >= 0)
			perf_event_disable(&tracee->perf.event);
		/* A child whose parent has not told of it belongs to no process yet. */
		if (needs_release(tracee) && tracee->task.tid == tracee->task.process->pid)
			trace_note(tracer, &tracee->task,
				   "process %d goes on ignoring SIGTRAP: it sleeps in a call that must not "
				   "be interrupted",
				   tracee->task.process->pid);
	}
	perf_quiesce(tracer, NULL);
}

/*
 * A program that has not come to a stop yet still has its own action for SIGTRAP, which is death as a rule:
 * its events are ended, and what they have sent by then becomes a stop that the gathering takes.
 */
static void end_unguarded(struct tracer *tracer)
{
	struct map_slot *slot;
	bool any = false;

	for (size_t i = 0; (slot = map_next(&tracer->tracees, &i));) {
		struct tracee *tracee = slot->value;

		if (tracee->perf.event.fd < 0 || (tracee->task.process && trap_is_guarded(tracee)))
			continue;
		perf_event_disable(&tracee->perf.event);
		any = true;
	}
	if (any)
		perf_quiesce(tracer, NULL);
}

/*
 * What a call sent may be seen by others before the call is left, and that is all that is seen of a call
 * here: threads that are on their way out of one get the time to leave it.
 */
static void await_leaving(struct tracer *tracer)
{
	uint64_t begin = clock_monotonic_ns();
	bool leaving = perf_may_be_leaving(tracer, true);
	struct stop stop;

	bell_set(tracer, LEAVING_TICK_NS, LEAVING_TICK_NS);
	while (leaving && !tracer->quiet && clock_monotonic_ns() - begin < LEAVING_MOST_NS) {
		if (!stop_wait(tracer, &stop))
			break;
		if (stop.tid)
			dispatch(tracer, &stop);
		else
			leaving = perf_may_be_leaving(tracer, false);
	}
}

/* The thread whose first untold call was left before all others'. */
static struct tracee *earliest_untold(struct tracer *tracer)
{
	struct tracee *found = NULL;
	uint64_t before_ns = UINT64_MAX;
	struct map_slot *slot;

	for (size_t i = 0; (slot = map_next(&tracer->tracees, &i));) {
		struct tracee *tracee = slot->value;
		uint64_t untold_ns = perf_first_untold(tracee);

		if (tracee->stopped || tracee->life != LIFE_TRACED || untold_ns >= before_ns)
			continue;
		before_ns = untold_ns;
		found = tracee;
	}
	return found;
}

/* All events are disabled, and nothing comes of them any more: what has come is told of. */
static void tell_rest(struct tracer *tracer)
{
	uint64_t begin = clock_monotonic_ns();
	struct tracee *tracee;
	struct map_slot *slot;
	struct stop stop;

	bell_set(tracer, LEAVING_TICK_NS, LEAVING_TICK_NS);
	while (clock_monotonic_ns() - begin < REST_MOST_NS && stop_wait(tracer, &stop) && stop.tid)
		dispatch(tracer, &stop);
	bell_set(tracer, 0, 0);
	while ((tracee = earliest_untold(tracer))) {
		perf_drain(tracee);
		perf_tell_last(tracee, true);
		calls_report(tracer);
	}
	for (size_t i = 0; (slot = map_next(&tracer->tracees, &i));)
		perf_files_drain(slot->value);
}

/*
 * Gives the programs their action for SIGTRAP back: at natural stops at first, then at interruptions; these
 * come soon where the leader was let go, whose children would go on ignoring it.
 */
static void release_all(struct tracer *tracer, bool soon)
{
	const uint64_t begin = clock_monotonic_ns(), natural_ns = soon ? LEAVING_TICK_NS : LETGO_NATURAL_NS;
	uint64_t asked = 0, now;
	unsigned skip = 0;
	struct stop stop;

	bell_set(tracer, soon ? LEAVING_TICK_NS : LETGO_TICK_NS, LETGO_TICK_NS);
	while (count_unreleased(tracer) && (now = clock_monotonic_ns()) - begin < LETGO_MOST_NS) {
		if (now - begin > natural_ns && now - asked > LETGO_NATURAL_NS) {
			interrupt_some(tracer, skip++);
			asked = now;
			if (skip > LETGO_INTERRUPTS)
				perf_leaders_take_back(tracer);
		}
		if (!stop_wait(tracer, &stop) && !perf_leaders_take_back(tracer))
			break;
		if (stop.tid)
			dispatch(tracer, &stop);
	}
	bell_set(tracer, 0, 0);
}

/* Natural stops first, then interruptions. */
void perf_letgo(struct tracer *tracer)
{
	bool leaders;

	if (!tracer->perf)
		return;
	await_leaving(tracer);
	leaders = perf_leaders_letgo(tracer);
	if (leaders)
		await_leaving(tracer); /* whom a signal woke before that gets to its stop */
	tracer->perf->closing = true;
	end_unguarded(tracer);
	release_all(tracer, leaders);
	tell_unreleased(tracer);
	tell_rest(tracer);
}
