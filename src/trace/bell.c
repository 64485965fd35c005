/*
 * Waiting for stops, and being woken while waiting.
 *
 * wait4 has no way to wait for anything else, so other threads wake it by a signal; and a signal that comes
 * just before wait4 would be lost. Hence the bell: whoever wants the tracing thread sets a flag and starts a
 * timer that signals this thread every 2 ms until the thread has seen the flag and stops it (timer_settime is
 * async-signal-safe: signal-safety(7)). At worst a call is heard 2 ms late; it is never lost. PTRACE_SEIZE is
 * begun again by the kernel after every signal, so the handler jumps out of it when sockline is to end.
 *
 * __WNOTHREAD keeps the children of sockline's other threads (a command that the output is piped to) out of
 * sight, so that ECHILD is the end of the trace.
 */
#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "tracee.h"

#ifndef sigev_notify_thread_id
#define sigev_notify_thread_id _sigev_un._tid
#endif

enum { SEIZE_RINGS = 25 }; /* as long as it takes when nothing is wrong, and much more */
enum { RING_NS = 2000000, QUEUE_LEAST = 1024, BATCH_EVERY = 16, AWAIT_NS = 300000 };

/* Not by the C library's wait4, which prepares to be cancelled each time. */
static int wait_stop(pid_t *tid, int *status, int flags)
{
	*tid = (pid_t)syscall(SYS_wait4, -1, status, __WALL | __WNOTHREAD | flags, NULL);
	return *tid < 0 ? -errno : *tid;
}

/* In the handler: reaps while PTRACE_SEIZE may wait for just that (kernel/fork.c: cred_guard_mutex held by an
 * exec). */
static void reap_while_seizing(struct tracer *tracer)
{
	struct stop_queue *queue = &tracer->queue;
	pid_t tid;
	int status;

	while (queue->count < queue->room && wait_stop(&tid, &status, WNOHANG) > 0) {
		unsigned at = (queue->first + queue->count++) % queue->room;

		queue->stops[at].tid = tid;
		queue->stops[at].status = status;
	}
}

static void bell_heard(int signo, siginfo_t *info, void *context)
{
	struct tracer *tracer = info->si_code == SI_TIMER ? info->si_value.sival_ptr : NULL;
	int saved = errno;

	(void)signo;
	(void)context;
	if (tracer && tracer->seizing) {
		reap_while_seizing(tracer);
		if (++tracer->seizing > SEIZE_RINGS &&
		    atomic_load_explicit(&tracer->stop_bits, memory_order_relaxed))
			siglongjmp(tracer->escape, 1);
	}
	errno = saved;
}

int bell_make(struct tracer *tracer)
{
	struct sigaction action = { .sa_sigaction = bell_heard, .sa_flags = SA_SIGINFO };
	/* No SIGCHLD for every stop: wait4 is told without it. */
	struct sigaction ignore_none = { .sa_handler = SIG_DFL, .sa_flags = SA_NOCLDSTOP };
	struct sigevent event = { .sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGRTMIN };
	sigset_t set;

	event.sigev_value.sival_ptr = tracer;
	event.sigev_notify_thread_id = (int)syscall(SYS_gettid);
	sigaction(SIGRTMIN, &action, NULL);
	sigaction(SIGCHLD, &ignore_none, NULL);
	sigemptyset(&set);
	sigaddset(&set, SIGRTMIN);
	pthread_sigmask(SIG_UNBLOCK, &set, NULL);
	if (timer_create(CLOCK_MONOTONIC, &event, &tracer->timer))
		return -errno;
	tracer->timer_made = true;
	tracer->queue.room = QUEUE_LEAST;
	tracer->queue.stops = calloc(QUEUE_LEAST, sizeof(*tracer->queue.stops));
	if (!tracer->queue.stops)
		abort();
	atomic_store(&tracer->running, true);
	return 0;
}

void bell_done(struct tracer *tracer)
{
	atomic_store(&tracer->running, false);
	if (tracer->timer_made)
		timer_delete(tracer->timer);
	tracer->timer_made = false;
	free(tracer->queue.stops);
	tracer->queue.stops = NULL;
}

void bell_set(struct tracer *tracer, long first_ns, long interval_ns)
{
	struct itimerspec when = { .it_value.tv_nsec = first_ns, .it_interval.tv_nsec = interval_ns };

	if (atomic_load(&tracer->running))
		timer_settime(tracer->timer, 0, &when, NULL);
}

void tracer_stop(struct tracer *tracer, int signo)
{
	atomic_fetch_or(&tracer->stop_bits, (uint64_t)1 << (signo & 63));
	bell_set(tracer, 1, RING_NS);
}

void tracer_stop_by_terminal(struct tracer *tracer, int signo)
{
	atomic_fetch_or(&tracer->terminal_bits, (uint64_t)1 << (signo & 63));
	tracer_stop(tracer, signo);
}

void tracer_poke(struct tracer *tracer)
{
	atomic_store(&tracer->poked, true);
	bell_set(tracer, 1, RING_NS);
}

/* Whether a process had a signal from the terminal, as one of our process group. */
static bool has_it(pid_t pid, bool by_terminal)
{
	return by_terminal && getpgid(pid) == getpgrp();
}

/* Signals go to the command, or to what it left behind when it has died. */
static void pass_on(struct tracer *tracer, uint64_t bits, uint64_t terminal)
{
	struct map_slot *slot;

	for (int signo = 1; signo < 64; signo++) {
		bool by_terminal = terminal >> signo & 1;

		if (!(bits >> signo & 1))
			continue;
		if (tracer->command && !by_terminal)
			kill(tracer->command, signo);
		for (size_t i = 0; !tracer->command && (slot = map_next(&tracer->processes, &i));) {
			struct process *process = slot->value;

			if (!process->attached && !has_it(process->pid, by_terminal))
				kill(process->pid, signo);
		}
	}
}

static void hear_stop(struct tracer *tracer, uint64_t bits, uint64_t terminal)
{
	bool only_attached = !tracer->given;

	/* The command does with a signal of the terminal what it likes. */
	if (tracer->command && bits && bits == terminal)
		return;
	tracer->result.interrupted = true;
	if (bits & 1)
		tracer->quiet = true;
	if (only_attached || (!tracer->command && bits > 1 && tracer->pending_stops++))
		tracer->ending = true;
	else
		pass_on(tracer, bits, terminal);
}

/* While somebody must be looked after although nothing stops, the bell goes on ringing, ever slower. */
void bell_rest(struct tracer *tracer)
{
	long interval = tracer->sleepers || tracer->orphans ? 5000000 : perf_patrol_ns(tracer);

	if (tracer->latency.fd >= 0 && (!interval || interval > LATENCY_TICK_NS))
		interval = LATENCY_TICK_NS;
	bell_set(tracer, interval, interval);
}

/* The timer is stopped before the flags are read, so that who sets one afterwards starts it anew. */
static void answer_bell(struct tracer *tracer)
{
	if (tracer->latency.fd >= 0)
		latency_tick(&tracer->latency, clock_monotonic_ns());
	bell_rest(tracer);
	uint64_t bits = atomic_exchange(&tracer->stop_bits, 0);
	uint64_t terminal = bits ? atomic_exchange(&tracer->terminal_bits, 0) : 0;

	if (bits)
		hear_stop(tracer, bits, terminal);
	if (atomic_exchange(&tracer->poked, false) && tracer->events.tick)
		tracer->events.tick(tracer->events.user);
	if (tracer->sleepers)
		attach_patrol(tracer);
	if (tracer->orphans)
		birth_adopt_orphans(tracer);
	if (tracer->perf)
		perf_patrol(tracer);
}

static bool called(struct tracer *tracer)
{
	return atomic_load_explicit(&tracer->stop_bits, memory_order_relaxed) ||
	       atomic_load_explicit(&tracer->poked, memory_order_relaxed);
}

static void queue_grow(struct stop_queue *queue)
{
	unsigned room = queue->room * 2 + QUEUE_LEAST;
	void *stops = calloc(room, sizeof(*queue->stops));

	if (!stops)
		abort();
	for (unsigned i = 0; i < queue->count; i++)
		memcpy((char *)stops + i * sizeof(*queue->stops),
		       &queue->stops[(queue->first + i) % queue->room], sizeof(*queue->stops));
	free(queue->stops);
	queue->stops = stops;
	queue->room = room;
	queue->first = 0;
}

void queue_put(struct stop_queue *queue, pid_t tid, int status)
{
	if (queue->count == queue->room)
		queue_grow(queue);
	unsigned at = (queue->first + queue->count++) % queue->room;

	queue->stops[at].tid = tid;
	queue->stops[at].status = status;
}

bool queue_has_exec(const struct stop_queue *queue, pid_t tid)
{
	for (unsigned i = 0; i < queue->count; i++) {
		const struct queued_stop *queued = &queue->stops[(queue->first + i) % queue->room];

		if (queued->tid == tid && stop_classify(tid, queued->status).kind == STOP_EXEC)
			return true;
	}
	return false;
}

bool queue_take(struct stop_queue *queue, struct stop *stop)
{
	if (!queue->count)
		return false;
	*stop = stop_classify(queue->stops[queue->first].tid, queue->stops[queue->first].status);
	queue->first = --queue->count ? (queue->first + 1) % queue->room : 0;
	return true;
}

void stop_collect(struct tracer *tracer)
{
	pid_t tid;
	int status;

	while (wait_stop(&tid, &status, WNOHANG) > 0)
		queue_put(&tracer->queue, tid, status);
}

int stop_wait_for(struct tracer *tracer, pid_t tid, int *status)
{
	pid_t got;
	int failed;

	while ((failed = wait_stop(&got, status, 0)) == -EINTR || (failed > 0 && got != tid))
		if (failed > 0)
			queue_put(&tracer->queue, got, *status);
	return failed < 0 ? failed : 0;
}

/*
 * wait4 always gives the first of its list that has stopped, so with many busy threads the others would
 * starve. Hence all that have stopped are collected before any is resumed: after every stop while that finds
 * more than one, else only now and then, since it costs a call.
 */
static void collect_fairly(struct tracer *tracer)
{
	if (tracer->tracees.count < 2 || (!tracer->crowded && ++tracer->alone % BATCH_EVERY))
		return;
	stop_collect(tracer);
	tracer->crowded = tracer->queue.count > 0;
}

static int by_time(const void *left, const void *right)
{
	const struct queued_stop *a = left, *b = right;

	if (a->time_ns != b->time_ns)
		return a->time_ns < b->time_ns ? -1 : 1;
	return a->order < b->order ? -1 : 1;
}

/* When the calls were left that have stopped. Returns when the last of them was; 0: of none it is known. */
static uint64_t time_stops(struct tracer *tracer)
{
	struct stop_queue *queue = &tracer->queue;
	uint64_t latest = 0;

	for (unsigned i = 0; i < queue->count; i++) {
		struct queued_stop *stop = &queue->stops[(queue->first + i) % queue->room];

		stop->time_ns = perf_stop_time(tracer, stop->tid, stop->status);
		stop->order = i;
		if (stop->time_ns != UINT64_MAX && stop->time_ns > latest)
			latest = stop->time_ns;
	}
	return latest;
}

/*
 * A thread that left a call before one of those that have stopped comes to its own stop in a moment, unless
 * it waits for a processor, or blocks SIGTRAP.
 */
static void await_earlier(struct tracer *tracer)
{
	uint64_t until = 0, now;
	struct tracee *late;

	while ((late = perf_on_its_way(tracer, time_stops(tracer)))) {
		now = clock_monotonic_ns();
		if (!until)
			until = now + AWAIT_NS;
		if (now > until)
			late->perf.given_up = perf_ring_time(&late->perf.event);
		sched_yield();
		stop_collect(tracer);
	}
}

/*
 * Where only exits are seen, what one thread closed another may have opened again, so the order counts: all
 * that have stopped, or are about to, are taken together, those whose calls' exits have a time in the order
 * of these, the others after them. That need not be while no other thread has left a call: then, as in
 * collect_fairly, now and then only.
 */
static void collect_in_order(struct tracer *tracer, pid_t tid, int status)
{
	struct stop_queue *queue = &tracer->queue;

	queue_put(queue, tid, status);
	if (!perf_others_left(tracer, tid) && !tracer->crowded && ++tracer->alone % BATCH_EVERY)
		return;
	stop_collect(tracer);
	await_earlier(tracer);
	tracer->crowded = queue->count > 1;
	if (queue->count < 2 || queue->first + queue->count > queue->room)
		return;
	qsort(queue->stops + queue->first, queue->count, sizeof(*queue->stops), by_time);
}

bool stop_wait(struct tracer *tracer, struct stop *stop)
{
	pid_t tid;
	int status, got;

	if (queue_take(&tracer->queue, stop))
		return true;
	got = wait_stop(&tid, &status, 0);
	*stop = (struct stop){ 0 };
	if (got <= 0)
		return got == -EINTR;
	if (perf_needs_order(tracer)) {
		collect_in_order(tracer, tid, status);
		return queue_take(&tracer->queue, stop);
	}
	*stop = stop_classify(tid, status);
	collect_fairly(tracer);
	return true;
}

/* Of so many stops the last: whether they came fast. */
static void hear_burst(struct tracer *tracer)
{
	bool held = tracer->latency.fd >= 0;

	latency_burst(&tracer->latency, clock_monotonic_ns());
	if (!held && tracer->latency.fd >= 0)
		bell_rest(tracer);
}

bool stop_next(struct tracer *tracer, struct stop *stop)
{
	while (!tracer->ending) {
		if (called(tracer))
			answer_bell(tracer);
		if (tracer->ending || !stop_wait(tracer, stop))
			break;
		if (stop->tid) {
			if (latency_stop(&tracer->latency))
				hear_burst(tracer);
			return true;
		}
		answer_bell(tracer);
	}
	return false;
}
