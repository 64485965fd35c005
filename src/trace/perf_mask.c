/*
 * Threads that block SIGTRAP. Their events cannot stop them, so the syscall engine has them until they
 * unblock it: from their birth or from attaching on, or as soon as the patrol finds a record without a stop.
 */
#include "base/log.h"
#include "perf.h"
#include "tracee.h"

enum { PATROL_NS = 100000000, RECORDS_NS = 2000000 };

/* Another engine stops the thread where SIGTRAP cannot. */
void perf_go_away(struct tracee *tracee, const char *why)
{
	log_debug("%d: %s, so engine syscall", tracee->task.tid, why);
	engine_change(tracee, &engine_syscall);
	tracee->perf.away = true;
}

void perf_come(struct tracee *tracee)
{
	if (perf_open(tracee))
		engine_change(tracee, &engine_syscall);
	else
		perf_enable(tracee);
}

bool perf_is_masked(const struct tracee *tracee)
{
	uint64_t mask = 0;

	ptrace(PTRACE_GETSIGMASK, tracee->task.tid, sizeof(mask), &mask);
	return mask >> (SIGTRAP - 1) & 1;
}

/* Whether the call that is entered may change the signal mask. */
static bool changes_mask(const struct tracee *tracee)
{
	uint64_t number = tracee->info.entry.nr;

	return tracee->abi && (number == (uint64_t)tracee->abi->nr.rt_sigprocmask ||
			       number == (uint64_t)tracee->abi->nr.rt_sigreturn ||
			       number == (uint64_t)(unsigned)tracee->abi->nr.sigreturn);
}

/* A thread under the syscall engine comes back as soon as it unblocks SIGTRAP. */
void perf_watch_mask(struct tracee *tracee)
{
	struct perf_task *task = &tracee->perf;

	if (tracee->inside) {
		task->mask_changes = changes_mask(tracee);
	} else if (task->mask_changes) {
		task->mask_changes = false;
		if (tracee->interrupted || open_call(tracee) || perf_is_masked(tracee))
			return;
		log_debug("%d: unblocks SIGTRAP, so engine perf", tracee->task.tid);
		task->away = false;
		engine_change(tracee, &engine_perf);
		perf_come(tracee);
	}
}

long perf_patrol_ns(const struct tracer *tracer)
{
	if (!tracer->perf || !tracer->perf->tasks)
		return 0;
	return tracer->perf->recording ? RECORDS_NS : PATROL_NS;
}

static bool blocks_sigtrap(const struct tracee *tracee)
{
	struct proc_status status;

	return !proc_status(tracee->task.tid, &status) && (status.sig_blocked >> (SIGTRAP - 1) & 1);
}

/* A record that lies there since the last patrol has no stop. */
static void look_at_ring(struct tracee *tracee)
{
	struct perf_task *task = &tracee->perf;
	uint64_t head = __atomic_load_n(&task->event.ring->data_head, __ATOMIC_ACQUIRE);
	bool again = task->patrol_head == head || head - task->event.ring->data_tail > task->event.size / 4;

	task->patrol_head = head;
	if (!again || (perf_ring_empty(&task->event) && !task->waits) || !blocks_sigtrap(tracee))
		return;
	perf_drain(tracee);
	perf_tell_last(tracee, true);
	calls_report(tracee->tracer);
	task->moving = true;
	attach_wake(tracee);
}

void perf_patrol(struct tracer *tracer)
{
	struct map_slot *slot;

	if (tracer->perf->closing)
		return;
	for (size_t i = 0; (slot = map_next(&tracer->tracees, &i));) {
		struct tracee *tracee = slot->value;

		if (tracee->perf.files.ring)
			perf_files_patrol(tracee);
		if (!tracee->stopped && tracee->perf.event.ring && !tracee->interrupt_due)
			look_at_ring(tracee);
	}
}
