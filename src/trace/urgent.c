/*
 * Moments in which the tracing thread must not be kept waiting: between waking a sleeper and mending its
 * call, and between the last look at the threads that are let go and the end of this one. Each thread that it
 * wakes could take its processor, and on a busy machine keep it for milliseconds. A real-time thread is
 * preempted by none of them: sched(7). Needs CAP_SYS_NICE; without it the moments are longer. A user's own
 * choice of a policy stands.
 */
#include <sched.h>

#include "tracee.h"

void urgent_begin(struct tracer *tracer)
{
	const struct sched_param least = { .sched_priority = 1 };

	tracer->urgent = sched_getscheduler(0) == SCHED_OTHER && !sched_setscheduler(0, SCHED_FIFO, &least);
}

void urgent_end(struct tracer *tracer)
{
	const struct sched_param none = { 0 };

	if (tracer->urgent)
		sched_setscheduler(0, SCHED_OTHER, &none);
	tracer->urgent = false;
}
