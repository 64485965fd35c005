/*
 * Letting go. When the tracing thread ends, the kernel detaches every tracee without waking it
 * (kernel/ptrace.c, exit_ptrace), so nothing has to be stopped for it. Only stops that were reaped and not
 * answered yet must be answered: a signal in them would be lost.
 */
#include "tracee.h"

static void answer(struct tracer *tracer, const struct stop *stop)
{
	int request = stop->kind == STOP_GROUP ? PTRACE_LISTEN : PTRACE_CONT;
	struct tracee *tracee = tracee_find(tracer, stop->tid);

	if (stop->kind == STOP_ENDED) {
		if (tracee)
			tracee_end(tracee, stop->status);
		return;
	}
	int deliver = stop->kind == STOP_SIGNAL ? stop->signo : 0;

	if (deliver == SIGTRAP && tracee && perf_took_signal(tracee))
		deliver = 0;
	if (tracee)
		tracee->stopped = false;
	ptrace(request, stop->tid, 0, (long)deliver);
}

/* Those that dispatch left stopped: parents and orphans that wait for each other. */
static void resume_held(struct tracee *tracee)
{
	if (tracee->life == LIFE_ORPHAN)
		answer(tracee->tracer, &tracee->first);
	if (tracee->stopped)
		ptrace(PTRACE_CONT, tracee->task.tid, 0, 0);
	tracee->stopped = false;
}

void letgo_all(struct tracer *tracer)
{
	struct map_slot *slot;
	struct stop stop;

	perf_letgo(tracer);
	stop_collect(tracer);
	while (queue_take(&tracer->queue, &stop))
		answer(tracer, &stop);
	for (size_t i = 0; (slot = map_next(&tracer->tracees, &i));)
		resume_held(slot->value);
	for (size_t i = 0; (slot = map_next(&tracer->tracees, &i)); i = 0)
		tracee_end(slot->value, -1);
}
