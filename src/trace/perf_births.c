/*
 * Children that nobody tells of. One that is made with CLONE_UNTRACED has no tracer, and its clone is no
 * stop; a record in its parent's ring is all that is known of it. The record of a child that is traced stands
 * in the ring before its parent stops to tell of it; when the parent has gone on without that, the child is
 * not.
 */
#include "perf.h"
#include "tracee.h"

void perf_birth_passed(struct tracee *tracee)
{
	struct trace_process *process = process_of(tracee);
	const pid_t child = tracee->perf.born;

	tracee->perf.born = 0;
	if (!child || process->untraced_told || !tracee->tracer->options.follow ||
	    map_get(&tracee->tracer->tracees, (uint64_t)child))
		return;
	process->untraced_told = true;
	trace_note(tracee->tracer, &tracee->task,
		   "process %d was made with CLONE_UNTRACED by process %d: its calls are not shown, nor are "
		   "those of others that this one makes so",
		   child, process->process.pid);
}

/* Threads are none that the program made: the kernel's own for io_uring are born in the same way. */
void perf_born(struct tracee *tracee, pid_t pid, pid_t tid)
{
	if (pid != tid || tid == tracee->perf.born)
		return;
	perf_birth_passed(tracee);
	tracee->perf.born = tid;
}

void perf_birth_told(struct tracee *tracee, pid_t child)
{
	if (!tracee->perf.event.ring)
		return;
	perf_drain(tracee);
	if (tracee->perf.born == child)
		tracee->perf.born = 0;
}
