/*
 * Calls that block for long. Without entry stops, nobody knows of them but /proc, where each thread is looked
 * at now and then: one that is seen in the same call again, and has left none since by what its rings say,
 * has been in it all the time.
 */
#include "base/clock.h"
#include "perf.h"
#include "tracee.h"

enum { PARTS = 4 }; /* so often a thread is looked at within the time that is asked for */
static const uint64_t look_most_ns = 2000000000;

/* Where the rings of a thread's exits end. */
static uint64_t count_exits(const struct perf_task *task)
{
	uint64_t files =
		task->files.ring ? __atomic_load_n(&task->files.ring->data_head, __ATOMIC_ACQUIRE) : 0;

	return files + __atomic_load_n(&task->event.ring->data_head, __ATOMIC_ACQUIRE);
}

/* What it sleeps in now is what it slept in before, or is noted anew. */
static void note_sleep(struct perf_sleep *sleep, const struct call *call, uint64_t exits, uint64_t now)
{
	if (sleep->since_ns && sleep->number == call->number && sleep->sp == call->sp &&
	    sleep->pc == call->ip && sleep->exits == exits)
		return;
	*sleep = (struct perf_sleep){
		.since_ns = now, .number = call->number, .sp = call->sp, .pc = call->ip, .exits = exits
	};
}

static void look(struct tracee *tracee, uint64_t least_ns, uint64_t now)
{
	struct perf_sleep *sleep = &tracee->perf.sleep;
	uint64_t exits = count_exits(&tracee->perf), wait = least_ns / PARTS;
	struct call call = { 0 };
	const struct row *row = attach_look_asleep(tracee, &call);

	tracee->sleeping = false;
	if (!row || !row_set_has(&tracee->tracer->options.wanted, row->id)) {
		sleep->since_ns = 0;
		sleep->look_ns = now + (wait < look_most_ns ? wait : look_most_ns);
		return;
	}
	note_sleep(sleep, &call, exits, now);
	if (!sleep->told && now - sleep->since_ns >= least_ns) {
		sleep->told = true;
		call.entry_ns = sleep->since_ns;
		attach_tell_blocked(tracee, &call);
	}
	if (sleep->told && wait < (now - sleep->since_ns) / PARTS)
		wait = (now - sleep->since_ns) / PARTS;
	sleep->look_ns = now + (wait < look_most_ns ? wait : look_most_ns);
}

/* Not where a stop is to come, which is of use only with what was seen before. */
static bool may_look(const struct tracee *tracee)
{
	return tracee->engine == &engine_perf && tracee->life == LIFE_TRACED && tracee->perf.event.ring &&
	       !tracee->stopped && !tracee->woken && !tracee->interrupt_due && !tracee->perf.moving &&
	       !open_call(tracee) && !tracee->interrupted;
}

void tracer_tell_waiting(struct tracer *tracer, uint64_t least_ns)
{
	uint64_t now = clock_monotonic_ns();
	struct map_slot *slot;

	for (size_t i = 0; (slot = map_next(&tracer->tracees, &i));) {
		struct tracee *tracee = slot->value;

		if (may_look(tracee) && now >= tracee->perf.sleep.look_ns)
			look(tracee, least_ns, now);
	}
}
