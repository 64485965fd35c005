/*
 * Letting go. When the tracing thread ends, the kernel detaches every tracee without waking those that run or
 * sleep (kernel/ptrace.c, exit_ptrace). But one that stands at a stop is woken as by a signal
 * (__ptrace_unlink), and if that is the entry of a call, the call fails with EINTR; and a stop that was
 * reaped and not answered loses its signal. So before the thread ends, no tracee may be able to stand at an
 * entry: each is resumed from its next stop with PTRACE_CONT, after which it stops at no call any more, or
 * sleeps in a call, whose exit stop does no harm. Only one that computes for long without a call is
 * interrupted for this.
 */
#include <string.h>

#include "base/clock.h"
#include "tracee.h"

enum { TICK_NS = 5000000, PATIENT_NS = 300000000 };
#define RELEASE_NS 10000000000u /* ten seconds */

static bool is_asleep(const struct tracee *tracee)
{
	uint64_t number, args[8];

	return proc_syscall(tracee->task.process->pid, tracee->task.tid, &number, args) != 0;
}

/* A thread that cannot be interrupted: a vfork parent, until its child lets it go. It sees no EINTR either.
 */
static bool is_deaf(const struct tracee *tracee)
{
	struct proc_status status;

	return proc_status(tracee->task.tid, &status) || strchr("DZX", status.state);
}

/* Whether a tracee could still be at the entry of a call, or have its call disturbed, when the thread ends.
 */
static bool is_bound(struct tracee *tracee, bool patient)
{
	if (tracee->woken || tracee->partial.active)
		return patient || !is_deaf(tracee);
	if (!tracee->calls_stop || is_asleep(tracee))
		return false;
	if (!patient && !is_deaf(tracee))
		tracee->woken = !ptrace(PTRACE_INTERRUPT, tracee->task.tid, 0, 0);
	return true;
}

static bool somebody_is_bound(struct tracer *tracer, bool patient)
{
	struct map_slot *slot;
	bool bound = false;

	for (size_t i = 0; (slot = map_next(&tracer->tracees, &i));)
		bound |= is_bound(slot->value, patient);
	return bound;
}

/* Parents and children that wait for each other's word do not wait any more. */
static void resume_held(struct tracer *tracer)
{
	struct map_slot *slot;

	for (size_t i = 0; (slot = map_next(&tracer->tracees, &i));) {
		struct tracee *tracee = slot->value;

		if (tracee->life == LIFE_ORPHAN)
			tracee->deliver = tracee->first.kind == STOP_SIGNAL ? tracee->first.signo : 0;
		if (tracee->stopped)
			tracee_resume(tracee);
	}
}

/* A call that goes on after it was cut short has changed arguments: it must leave while they can be given
 * back. */
static void interrupt_partials(struct tracer *tracer)
{
	struct map_slot *slot;

	for (size_t i = 0; (slot = map_next(&tracer->tracees, &i));) {
		const struct tracee *tracee = slot->value;

		if (tracee->partial.active && !tracee->stopped)
			ptrace(PTRACE_INTERRUPT, tracee->task.tid, 0, 0); /* its exit stop comes first */
	}
}

static void release(struct tracer *tracer)
{
	uint64_t start = clock_monotonic_ns(), passed = 0;
	struct stop stop;

	tracer->releasing = tracer->quiet = true;
	interrupt_partials(tracer);
	resume_held(tracer);
	bell_set(tracer, TICK_NS, TICK_NS);
	while (passed < RELEASE_NS && somebody_is_bound(tracer, passed < PATIENT_NS) &&
	       stop_wait(tracer, &stop)) {
		while (stop.tid) {
			dispatch(tracer, &stop);
			stop_collect(tracer);
			if (!queue_take(&tracer->queue, &stop))
				break;
		}
		passed = clock_monotonic_ns() - start;
	}
	bell_set(tracer, 0, 0);
}

void letgo_all(struct tracer *tracer)
{
	struct map_slot *slot;
	struct stop stop;

	perf_letgo(tracer);
	release(tracer);
	stop_collect(tracer);
	while (queue_take(&tracer->queue, &stop))
		dispatch(tracer, &stop);
	resume_held(tracer);
	if (tracer->events.let_go)
		tracer->events.let_go(tracer->events.user);
	for (size_t i = 0; (slot = map_next(&tracer->tracees, &i)); i = 0)
		tracee_end(slot->value, -1);
}
