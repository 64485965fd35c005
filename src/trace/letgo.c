/*
 * Letting go. When the tracing thread ends, the kernel detaches every tracee without waking those that run or
 * sleep (kernel/ptrace.c, exit_ptrace). But one that stands at a stop is woken as by a signal
 * (__ptrace_unlink), and if that is the entry of a call, the call fails with EINTR; and a stop that was
 * reaped and not answered loses its signal. So no tracee may stand at a stop then. Nor may one run for long
 * with PTRACE_CONT before: an ignored signal could wake it from a call whose exit nobody sees.
 *
 * So all are gathered: threads stay at the exit of their call, or sleep in it, where its exit stop does no
 * harm; those that compute for long without a call are interrupted for this. When the last one is there, all
 * go on at once, and the thread ends. None is held at an entry: a signal that comes while all are stopped
 * would wake every one of them from its call (kernel/signal.c, ptrace_stop: recalc_sigpending_tsk). What
 * there is to tell of them is told by another thread afterwards.
 *
 * The leader of each process, and threads that made children, go before the others, at their first such
 * stop: then signals for the process that the program ignores, and SIGCHLD, are dropped, as ever, and wake
 * nobody while the others are gathered and let go (kernel/signal.c, sig_ignored asks whether the thread that
 * they are sent to is traced: the leader, or the one that made the child). Those that sleep are woken for
 * this where such signals come.
 */
#include <string.h>

#include "base/clock.h"
#include "tracee.h"

enum { TICK_NS = 2000000, PATIENT_NS = 5000000, NOTE_NS = 300000000 };
#define OWING_NS   10000000000u /* ten seconds */
#define SIGNALS_NS 1000000000u	/* signals that came in the last second may go on coming */
#define UNKNOWN_NS 100000000u	/* whether any come is not known yet of one that was just attached */
#define RELEASE_NS 12000000000u
#define LASTING_NS 100000000u /* one that goes on for so long may keep its process from all other stops */

static bool is_asleep(struct tracee *tracee)
{
	uint64_t number, args[8];

	/* Should it wake, it stops, and is looked at again. */
	if (!tracee->asleep)
		tracee->asleep =
			proc_syscall(tracee->task.process->pid, tracee->task.tid, &number, args) != 0;
	return tracee->asleep;
}

/* A thread that cannot be interrupted: a vfork parent, until its child lets it go. It sees no EINTR either.
 */
static bool is_deaf(const struct tracee *tracee)
{
	struct proc_status status;

	return proc_status(tracee->task.tid, &status) || strchr("DZX", status.state);
}

/* A command ends with sockline, and needs no care. */
static bool is_attached(const struct tracee *tracee)
{
	return tracee->task.process && tracee->task.process->attached && tracee->engine != &engine_seccomp;
}

bool letgo_is_gathered(const struct tracee *tracee)
{
	return is_attached(tracee) && tracee->life == LIFE_TRACED;
}

/* Its call was cut short and goes on with other arguments, or its result may have to become another. */
static bool owes_exit(const struct tracee *tracee)
{
	return is_attached(tracee) &&
	       (tracee->partial.active || (tracee->reconnecting && !tracee->tracer->cutting));
}

bool letgo_owes_nothing(const struct tracee *tracee)
{
	return letgo_is_gathered(tracee) && !tracee->inside && tracee->kind != STOP_GROUP &&
	       !owes_exit(tracee) && !tracee->cleared && !tracee->child;
}

bool letgo_is_leader(const struct tracee *tracee)
{
	return tracee->task.process && tracee->task.tid == tracee->task.process->pid;
}

/* Whether signals that another thread may take are sent to it. */
static bool is_told_first(const struct tracee *tracee)
{
	return letgo_is_leader(tracee) || tracee->has_children;
}

bool letgo_holds(const struct tracee *tracee)
{
	return tracee->tracer->freezing && letgo_owes_nothing(tracee) && !tracee->mending &&
	       !is_told_first(tracee);
}

/*
 * A signal that waits here goes with the thread, and may have woken another: that counts as one that was
 * seen.
 */
void letgo_freeing(struct tracee *tracee)
{
	tracee->freed = true;
	process_of(tracee)->signals++;
	process_of(tracee)->signal_ns = clock_monotonic_ns();
}

/* A call that is to begin again does so: the kernel is told to look at it when a thread is detached. */
bool letgo_frees(const struct tracee *tracee)
{
	return is_told_first(tracee) && letgo_owes_nothing(tracee) &&
	       (tracee->perf.goes || (tracee->tracer->freeing && perf_is_past(tracee)));
}

/* Whether a tracee could still be at the entry of a call, or have its call disturbed, when the thread ends.
 */
static bool is_bound(struct tracee *tracee, bool patient)
{
	if (tracee->stopped || tracee->freed || !is_attached(tracee))
		return false;
	if (tracee->woken || owes_exit(tracee))
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

/*
 * What stands at the exit of a call, or was interrupted, with no signal to be delivered, may stand there
 * until the thread ends. Each that is woken before could take the processor from it.
 */
static bool may_stand(const struct tracee *tracee)
{
	return letgo_is_gathered(tracee) && !tracee->inside && !tracee->deliver && !tracee->request &&
	       !tracee->woken && !tracee->partial.active && !tracee->cleared && tracee->perf.event.fd < 0 &&
	       (tracee->kind == STOP_SYSCALL || tracee->kind == STOP_INTERRUPT);
}

/* Parents and children that wait for each other's word do not wait any more. */
static void resume_held(struct tracer *tracer)
{
	struct map_slot *slot;

	for (size_t i = 0; (slot = map_next(&tracer->tracees, &i));) {
		struct tracee *tracee = slot->value;

		if (tracee->life == LIFE_ORPHAN)
			tracee->deliver = tracee->first.kind == STOP_SIGNAL ? tracee->first.signo : 0;
		if (tracee->stopped && !may_stand(tracee))
			tracee_resume(tracee);
	}
}

/* A call that goes on after it was cut short has changed arguments: it must leave while they can be given
 * back. */
static void cut_owing(struct tracer *tracer)
{
	struct map_slot *slot;

	tracer->cutting = true;
	for (size_t i = 0; (slot = map_next(&tracer->tracees, &i));) {
		const struct tracee *tracee = slot->value;

		if (tracee->partial.active && !tracee->stopped)
			ptrace(PTRACE_INTERRUPT, tracee->task.tid, 0, 0); /* its exit stop comes first */
	}
}

/* One that must be seen at its call's exit, and whose call goes on for so long already. */
static struct tracee *find_owing(struct tracer *tracer, uint64_t least_ns)
{
	struct map_slot *slot;

	for (size_t i = 0; (slot = map_next(&tracer->tracees, &i));) {
		struct tracee *tracee = slot->value;
		const uint64_t begun_ns = tracee->partial.begun_ns;

		if (owes_exit(tracee) &&
		    (!least_ns || (tracee->partial.active && clock_monotonic_ns() - begun_ns >= least_ns)))
			return tracee;
	}
	return NULL;
}

/* Whether somebody wants sockline to end who wanted it before. */
static bool is_urged(struct tracer *tracer)
{
	return atomic_load(&tracer->stop_bits);
}

/* What has stopped goes on. False: nobody is left. */
static bool dispatch_some(struct tracer *tracer)
{
	struct stop stop;

	if (!stop_wait(tracer, &stop))
		return false;
	while (stop.tid) {
		dispatch(tracer, &stop);
		stop_collect(tracer);
		if (!queue_take(&tracer->queue, &stop))
			break;
	}
	return true;
}

/* Calls that go on after tracing cut them short end with a short result if they are let go: they get time to
 * end by themselves, with all else traced as before. */
static void await_owing(struct tracer *tracer, uint64_t start, uint64_t least_ns)
{
	uint64_t passed = clock_monotonic_ns() - start;
	struct tracee *tracee;

	while ((tracee = find_owing(tracer, least_ns)) && passed < OWING_NS && !is_urged(tracer)) {
		if (!tracer->waits_told && passed > NOTE_NS) {
			tracer->waits_told = true;
			trace_note(tracer, &tracee->task,
				   "a call that an ignored signal cut short goes on, and would return early "
				   "now: waiting for its end, at most 10 s; interrupt once more to end it");
		}
		if (!dispatch_some(tracer))
			break;
		passed = clock_monotonic_ns() - start;
	}
	if (find_owing(tracer, least_ns))
		cut_owing(tracer);
}

/* Those that were gathered go on: one that is awaited may need them. */
static void thaw(struct tracer *tracer)
{
	struct map_slot *slot;

	tracer->freezing = false;
	for (size_t i = 0; (slot = map_next(&tracer->tracees, &i));) {
		struct tracee *tracee = slot->value;

		if (tracee->stopped && !tracee->hold && letgo_is_gathered(tracee))
			tracee_resume(tracee);
	}
}

/* A signal may have woken one that slept, and it has not come to its stop yet. */
static bool somebody_woke(struct tracer *tracer)
{
	struct map_slot *slot;
	bool woke = false;

	for (size_t i = 0; (slot = map_next(&tracer->tracees, &i));) {
		struct tracee *tracee = slot->value;

		if (!tracee->asleep || tracee->stopped || tracee->freed)
			continue;
		tracee->asleep = false;
		woke |= !is_asleep(tracee);
	}
	return woke;
}

/* Whether all are where they can be let go; some may be made to get there. */
static bool all_gathered(struct tracer *tracer, uint64_t passed)
{
	if (somebody_is_bound(tracer, passed < PATIENT_NS) || somebody_woke(tracer))
		return false;
	stop_collect(tracer);
	return !tracer->queue.count;
}

/* Whether signals may come now, as far as is known. */
bool letgo_had_signals(const struct tracee *tracee)
{
	const struct trace_process *process = process_of(tracee);
	uint64_t now = clock_monotonic_ns();

	return now - process->seized_ns < UNKNOWN_NS ||
	       (process->signals && now - process->signal_ns < SIGNALS_NS);
}

/* Whose children were made before it was traced. */
static void find_parents(struct tracer *tracer)
{
	struct map_slot *slot;

	for (size_t i = 0; (slot = map_next(&tracer->tracees, &i));) {
		struct tracee *tracee = slot->value;

		if (letgo_is_gathered(tracee) && !is_told_first(tracee) && letgo_had_signals(tracee))
			tracee->has_children = proc_has_children(tracee->task.process->pid, tracee->task.tid);
	}
}

/* Those that sleep come to a stop, where signals come and more threads are to be let go. */
static void wake_told_first(struct tracer *tracer)
{
	struct map_slot *slot;

	for (size_t i = 0; (slot = map_next(&tracer->tracees, &i));) {
		struct tracee *tracee = slot->value;

		if (letgo_is_gathered(tracee) && is_told_first(tracee) &&
		    (tracee->calls_stop || tracee->perf.event.fd >= 0) && !tracee->freed &&
		    !tracee->stopped && !tracee->woken && letgo_had_signals(tracee) &&
		    attach_may_wake(tracee))
			tracee->woken = !ptrace(PTRACE_INTERRUPT, tracee->task.tid, 0, 0);
	}
}

static void gather(struct tracer *tracer)
{
	uint64_t start = clock_monotonic_ns(), passed = 0;

	tracer->quiet = tracer->freeing = true;
	find_parents(tracer);
	wake_told_first(tracer);
	bell_set(tracer, TICK_NS, TICK_NS);
	while (passed < RELEASE_NS) {
		if (find_owing(tracer, 0)) {
			thaw(tracer);
			await_owing(tracer, start, 0);
		}
		if (!tracer->freezing)
			wake_told_first(tracer);
		tracer->freezing = true;
		urgent_begin(tracer);
		if (all_gathered(tracer, passed))
			break;
		urgent_end(tracer);
		if (!dispatch_some(tracer))
			break;
		passed = clock_monotonic_ns() - start;
	}
	bell_set(tracer, 0, 0);
}

/* Events that stop threads do so only while there is a tracer. */
static void forget_engines(struct tracer *tracer)
{
	struct map_slot *slot;

	for (size_t i = 0; (slot = map_next(&tracer->tracees, &i));) {
		struct tracee *tracee = slot->value;

		if (tracee->engine && tracee->engine->forget)
			engine_change(tracee, &engine_syscall);
	}
}

/* As long as a call goes on for that the others are traced as before, and its stops are of use: perf_letgo.c.
 */
static void await_before_events_go(struct tracer *tracer)
{
	bell_set(tracer, TICK_NS, TICK_NS);
	await_owing(tracer, clock_monotonic_ns(), LASTING_NS);
	bell_set(tracer, 0, 0);
}

void letgo_all(struct tracer *tracer)
{
	struct stop stop;

	if (tracer->perf)
		await_before_events_go(tracer);
	perf_letgo(tracer);
	gather(tracer);
	tracer->freezing = false;
	tracer->releasing = true;
	stop_collect(tracer);
	while (queue_take(&tracer->queue, &stop))
		dispatch(tracer, &stop);
	forget_engines(tracer);
	resume_held(tracer);
}

void tracer_finish(struct tracer *tracer)
{
	struct map_slot *slot;

	if (tracer->events.let_go)
		tracer->events.let_go(tracer->events.user);
	for (size_t i = 0; (slot = map_next(&tracer->tracees, &i));)
		attach_tell_last(slot->value);
	for (size_t i = 0; (slot = map_next(&tracer->tracees, &i)); i = 0)
		tracee_end(slot->value, -1);
}
