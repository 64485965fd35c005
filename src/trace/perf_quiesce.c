/*
 * Waiting until no thread of a process can still be sent a SIGTRAP by its event. The signal is not sent at
 * the tracepoint but a little later, on the thread's way back to its program (kernel/events/core.c,
 * perf_pending_task), and disabling the event does not stop that. A thread that is preempted in between would
 * get it after its disposition was given back, and die of it once nobody traces it.
 *
 * So, with the events disabled: a thread that sleeps or has stopped is past that point; one that runs is when
 * it has used some processor time since.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "tracee.h"

enum { PAUSE_NS = 200000, ENOUGH_NS = 100000, MOST_NS = 500000000, CALL_NS = 1000000 };

/* Nanoseconds on a processor: Documentation/scheduler/sched-stats.rst, /proc/PID/schedstat. */
static uint64_t time_on_cpu(const struct tracee *tracee)
{
	char text[128];

	if (proc_read(text, sizeof(text), "/proc/%d/task/%d/schedstat", tracee->task.process->pid,
		      tracee->task.tid) <= 0)
		return UINT64_MAX;
	return strtoull(text, NULL, 10);
}

/* /proc/PID/task/TID/syscall says "running" of threads that can run. */
static bool can_run(const struct tracee *tracee)
{
	char text[256];
	int got = proc_read(text, sizeof(text), "/proc/%d/task/%d/syscall", tracee->task.process->pid,
			    tracee->task.tid);

	return got > 0 && !strncmp(text, "running", 7);
}

/* Once it is past, it stays so. */
static bool is_past(struct tracee *tracee, uint64_t enough_ns)
{
	struct perf_task *task = &tracee->perf;

	task->is_past |=
		tracee->stopped || !can_run(tracee) || time_on_cpu(tracee) - task->quiet_from >= enough_ns;
	return task->is_past;
}

/* The next thread that is not past, or NULL. begin: notes where each stands. */
static struct tracee *next_running(const struct tracer *tracer, const struct tracee *held, bool begin,
				   uint64_t enough_ns)
{
	struct map_slot *slot;
	struct tracee *found = NULL;

	for (size_t i = 0; (slot = map_next(&tracer->tracees, &i)) && (begin || !found);) {
		struct tracee *tracee = slot->value;

		if (tracee->perf.event.fd < 0 ||
		    (held && (tracee == held || tracee->task.process != held->task.process)))
			continue;
		if (begin) {
			tracee->perf.quiet_from = time_on_cpu(tracee);
			tracee->perf.is_past = false;
		}
		if (!is_past(tracee, enough_ns))
			found = tracee;
	}
	return found;
}

void perf_quiesce(const struct tracer *tracer, const struct tracee *held)
{
	const struct timespec pause = { 0, PAUSE_NS };
	uint64_t start = clock_monotonic_ns();
	const struct tracee *running = next_running(tracer, held, true, ENOUGH_NS);

	while (running && clock_monotonic_ns() - start < MOST_NS) {
		nanosleep(&pause, NULL);
		running = next_running(tracer, held, false, ENOUGH_NS);
	}
	if (running)
		log_debug("%d: gets no processor time: its last event may come late", running->task.tid);
}

bool perf_may_be_leaving(const struct tracer *tracer, bool begin)
{
	return next_running(tracer, NULL, begin, CALL_NS);
}
