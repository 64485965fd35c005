/*
 * A filter can be set only once, so a thread gets a new event when other calls of it become of interest. None
 * of its calls may fall between the two: for a moment it has both, and a call that is left in that moment has
 * a record of each, which are told of once.
 *
 * Both are made by one run of the tracepoint's handlers, so of all records of the thread, in the order of
 * time, they are neighbours. The newest event's handler runs first (kernel/trace/trace_event_perf.c,
 * perf_trace_add: hlist_add_head_rcu), so the new event's record followed by the old one's is a pair; should
 * it be the other way round, the old one's is of a pair when it was made after the new event was enabled and
 * has no neighbour before it.
 */
#include <string.h>

#include "base/clock.h"
#include "perf.h"
#include "tracee.h"

enum { ENABLED_NS = 5000 }; /* as long as a handler that ran meanwhile may last */

/* For the exit of a call: nobody writes to those registers in between. */
static bool same_exit(const struct perf_sample *a, const struct perf_sample *b)
{
	return !memcmp(&a->regs, &b->regs, sizeof(a->regs));
}

bool perf_is_twin(struct perf_exchange *exchange, const struct perf_sample *sample, bool of_old)
{
	const struct perf_sample *last = &exchange->last;
	bool twin = exchange->single && exchange->of_old != of_old && same_exit(last, sample) &&
		    (of_old || last->time_ns > exchange->begun_ns + ENABLED_NS);

	exchange->single = !twin;
	exchange->of_old = of_old;
	exchange->last = *sample;
	if (of_old)
		exchange->old_ns = sample->time_ns;
	else if (!exchange->new_ns)
		exchange->new_ns = sample->time_ns;
	/* The old event is gone, and its last record has met what may be its twin. */
	exchange->active &= exchange->both || of_old;
	return twin;
}

/* Takes the records of both events in the order of their times; others than samples at once. */
static void drain_both(struct tracee *tracee, struct perf_event *old)
{
	struct perf_task *task = &tracee->perf;

	while (!perf_ring_empty(old) || !perf_ring_empty(&task->event)) {
		uint64_t old_ns = perf_ring_time(old), new_ns = perf_ring_time(&task->event);
		bool is_old = !perf_ring_empty(old) && (old_ns <= new_ns || perf_ring_empty(&task->event));

		perf_take_record(tracee, is_old ? old : &task->event, is_old);
	}
}

/* Reads and writes are recorded by an event of their own from now on, or are no more; what the event that
 * stops has a record of too is told of by that. */
static void exchange_files(struct tracee *tracee, const struct perf_event *old)
{
	struct perf_task *task = &tracee->perf;
	const struct perf_exchange *exchange = &task->exchange;

	if (task->event.moved && !old->moved) {
		task->files_after =
			exchange->ending_ns > exchange->old_ns ? exchange->ending_ns : exchange->old_ns;
	} else if (!task->event.moved && old->moved) {
		task->files_until = exchange->new_ns && exchange->new_ns < exchange->begun_ns
					    ? exchange->new_ns
					    : exchange->begun_ns;
		perf_event_disable(&task->files);
		perf_files_close(tracee);
	}
}

/* Its new event, besides the old one; where none is to be had, the syscall engine takes the thread. */
static bool begin_thread(struct tracee *tracee)
{
	struct perf_task *task = &tracee->perf;

	task->old = task->event;
	if (perf_open(tracee)) {
		task->event = task->old;
		task->old.fd = -1;
		task->moving = true;
		attach_wake(tracee);
		return false;
	}
	task->exchange = (struct perf_exchange){ .active = true, .both = true };
	perf_enable(tracee);
	task->exchange.begun_ns = clock_monotonic_ns();
	return true;
}

/* The old event ends. */
static void end_thread(struct tracee *tracee)
{
	struct perf_task *task = &tracee->perf;
	struct perf_event old = task->old, new = task->event;

	task->exchange.ending_ns = clock_monotonic_ns();
	perf_event_disable(&old);
	drain_both(tracee, &old);
	task->event = old;
	perf_tell_lost(tracee);
	task->event = new;
	task->lost = 0;
	task->exchange.both = false;
	exchange_files(tracee, &old);
	perf_event_close(&task->old);
	tracee->tracer->perf->tasks--;
}

static bool needs_other(const struct tracee *tracee, const struct tracee *held)
{
	const struct perf_task *task = &tracee->perf;

	return tracee->task.process == held->task.process && tracee->engine == &engine_perf &&
	       task->event.fd >= 0 &&
	       !(task->event.wide && task->event.moved == process_of(held)->files_moved);
}

void perf_reopen(struct tracee *tracee)
{
	struct map_slot *slot;
	unsigned begun = 0;

	for (size_t i = 0; (slot = map_next(&tracee->tracer->tracees, &i));)
		begun += needs_other(slot->value, tracee) && begin_thread(slot->value);
	for (size_t i = 0; begun && (slot = map_next(&tracee->tracer->tracees, &i));)
		if (((struct tracee *)slot->value)->perf.old.fd >= 0)
			end_thread(slot->value);
}
