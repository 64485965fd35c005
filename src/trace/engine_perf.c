/*
 * The perf engine: one stop per wanted call, at its exit, and none for any other, in programs that already
 * run. See perf.h for how.
 *
 * A call that left to be restarted, or with an EINTR that may not be its own, is followed with PTRACE_SYSCALL
 * until it is settled, as the other engines do; its record is taken at that stop, and the SIGTRAP that
 * follows finds none left.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "base/clock.h"
#include "base/log.h"
#include "perf.h"
#include "perf_filter.h"
#include "tracee.h"

#ifndef TRAP_PERF
#define TRAP_PERF 6
#endif

enum { KERNEL_MAJOR = 6, KERNEL_MINOR = 11, PERF_RECORD_ROOM = 512 };
enum {
	PATROL_NS = 100000000,
	LETGO_TICK_NS = 5000000,
	LETGO_NATURAL_NS = 20000000,
	LETGO_MOST_NS = 1000000000
};

/* Before 6.11 the signal was sent from an interrupt and could disturb the next blocking call. */
static bool kernel_is_new(void)
{
	struct utsname name;
	int major = 0, minor = 0;

	if (uname(&name) || sscanf(name.release, "%d.%d", &major, &minor) != 2)
		return false;
	return major > KERNEL_MAJOR || (major == KERNEL_MAJOR && minor >= KERNEL_MINOR);
}

/* i386 numbers are other calls in 64-bit code: a few of those stop without need. */
static void add_numbers(struct number_set *set, const struct plan *plan, bool guards)
{
	for (unsigned number = 0; number < PLAN_NUMBERS; number++) {
		enum trap trap = plan_trap(plan, number);

		set->has[number] |= trap == TRAP_CALL || trap == TRAP_SOCKETCALL || trap == TRAP_RESTART ||
				    trap == TRAP_PRCTL;
	}
	if (guards)
		set->has[plan->abi->nr.rt_sigaction] = 1;
}

static void make_filter(struct perf *perf, struct text *filter, const struct plan *plans)
{
	struct number_set set = { 0 };

	for (unsigned i = 0; i < PLAN_ABIS && plans[i].abi; i++)
		add_numbers(&set, &plans[i], perf->guards);
	text_clear(filter);
	perf_filter_make(filter, &set);
}

static int perf_available(struct tracer *tracer, bool attach, struct error *error)
{
	struct perf *perf = tracer->perf;

	if (!attach)
		return error_set(
			error, EOPNOTSUPP,
			"the perf engine is for running processes (-p): at the start of a command it could "
			"miss calls, which the seccomp engine does not");
	if (tracer->options.engine != ENGINE_PERF && !kernel_is_new())
		return error_set(error, ENOSYS,
				 "perf events disturb blocking calls before Linux 6.11; --engine=perf takes "
				 "them anyway");
	if (perf)
		return 0;
	perf = calloc(1, sizeof(*perf));
	if (!perf)
		abort();
	perf->wants_maps = tracer->options.want_exec_maps;
	perf->guards = tracer->options.pid_count > 0;
	int failed = perf_open_tracepoint(perf, error);

	if (failed) {
		free(perf);
		return failed;
	}
	make_filter(perf, &perf->filters[false], tracer->narrow);
	make_filter(perf, &perf->filters[true], tracer->plans);
	tracer->perf = perf;
	return 0;
}

void perf_free(struct tracer *tracer)
{
	if (!tracer->perf)
		return;
	perf_close_tracepoint(tracer->perf);
	text_done(&tracer->perf->filters[false]);
	text_done(&tracer->perf->filters[true]);
	free(tracer->perf);
	tracer->perf = NULL;
}

/* Records of calls that had no stop of their own. */

static bool same_place(const struct user_regs_struct *a, const struct user_regs_struct *b)
{
	return a->rip == b->rip && a->rsp == b->rsp;
}

/* 64-bit code can make i386 calls with int 0x80, and no record says so: the instruction does. */
static const struct abi *abi_of_sample(struct tracee *tracee, const struct perf_sample *sample)
{
	const struct abi *abi = abi_of_code(&sample->regs), *other = abi_all[1];
	uint8_t code[2];

	if (abi->bits == 64 && other && memory_get(&tracee->memory, sample->regs.rip - 2, code, 2) == 2 &&
	    !memcmp(code, other->syscall_insn, 2))
		return other;
	return abi;
}

/* Whether the record is of a call that is being followed, and is going to be told of as such. */
static bool is_followed(const struct tracee *tracee)
{
	const struct trace_call *call = open_call(tracee) ? open_call(tracee) : tracee->interrupted;
	const struct user_regs_struct *regs = &tracee->perf.last.regs;

	return call && call->call.ip == regs->rip && call->call.sp == regs->rsp;
}

/* Tells of the record that waits for a stop: none came, or comes. */
static void tell_last(struct tracee *tracee, bool finished)
{
	struct perf_task *task = &tracee->perf;

	if (!task->waits)
		return;
	task->waits = false;
	if (task->ended && is_followed(tracee))
		return;
	process_of(tracee)->trap_queued = true;
	if (restart_is_code((int32_t)task->last.regs.rax))
		task->last.regs.rax = (unsigned long long)-EINTR; /* a handler ended it */
	call_recorded(tracee, &task->last, abi_of_sample(tracee, &task->last), finished);
	task->stopless = true;
}

/* A call that was interrupted and began again is one call. */
static bool is_restarted(const struct perf_task *task, const struct perf_sample *next, const struct abi *abi)
{
	return task->waits && restart_is_code((int32_t)task->last.regs.rax) &&
	       same_place(&task->last.regs, &next->regs) &&
	       (next->regs.orig_rax == task->last.regs.orig_rax ||
		next->regs.orig_rax == (unsigned long long)abi->nr.restart_syscall);
}

static void take_sample(struct tracee *tracee, const struct perf_sample *sample)
{
	struct perf_task *task = &tracee->perf;
	unsigned long long number = task->last.regs.orig_rax;
	bool again = is_restarted(task, sample, abi_of_code(&sample->regs));

	if (!again)
		tell_last(tracee, true);
	task->last = *sample;
	if (again)
		task->last.regs.orig_rax = number;
	task->waits = true;
}

static void tell_lost(struct tracee *tracee, uint64_t lost)
{
	struct perf *perf = tracee->tracer->perf;

	perf->lost += lost;
	trace_note(tracee->tracer, &tracee->task,
		   "%llu calls of thread %d were not seen: it blocks SIGTRAP and made them faster than they "
		   "could be read",
		   (unsigned long long)lost, tracee->task.tid);
}

/* Reads the ring; afterwards the newest record waits in last. Returns whether the ring was as good as full.
 */
static bool drain(struct tracee *tracee)
{
	struct perf_event *event = &tracee->perf.event;
	struct perf_record record;
	uint64_t tail = event->ring ? event->ring->data_tail : 0;

	while (perf_ring_next(event, &record) != PERF_NOTHING) {
		if (record.kind == PERF_SAMPLE)
			take_sample(tracee, &record.sample);
		else if (record.kind == PERF_LOST)
			tell_lost(tracee, record.lost);
		else
			tracee->perf.mapped = true;
	}
	return event->ring && event->ring->data_tail - tail > event->size - PERF_RECORD_ROOM;
}

/* Opening and closing. */

static int open_for(struct tracee *tracee)
{
	struct tracer *tracer = tracee->tracer;
	bool wide = process_of(tracee)->any_fd;
	int failed = perf_event_open(tracer->perf, tracee->task.tid, wide, &tracee->perf.event);

	if (failed) {
		log_debug("%d: no perf event (%s), so engine syscall", tracee->task.tid, strerror(-failed));
		return failed;
	}
	process_of(tracee)->wide = wide;
	if (tracer->perf->tasks++ == 0 && !tracer->seizing)
		bell_rest(tracer);
	return 0;
}

static void perf_forget(struct tracee *tracee)
{
	struct perf_task *task = &tracee->perf;

	task->ended = !tracee->stopped;
	if (task->event.fd < 0)
		return;
	perf_event_disable(&task->event);
	drain(tracee);
	/* Killed before its stop, the thread never came back from the call; one that blocks SIGTRAP did. */
	tell_last(tracee, !task->ended || task->stopless);
	perf_event_close(&task->event);
	tracee->tracer->perf->tasks--;
}

/* Another engine stops the thread where SIGTRAP cannot. */
static void go_away(struct tracee *tracee, const char *why)
{
	log_debug("%d: %s, so engine syscall", tracee->task.tid, why);
	engine_change(tracee, &engine_syscall);
	tracee->perf.away = true;
}

static void come(struct tracee *tracee)
{
	if (open_for(tracee))
		engine_change(tracee, &engine_syscall);
	else
		perf_event_enable(&tracee->perf.event);
}

static bool mask_has_sigtrap(const struct tracee *tracee)
{
	uint64_t mask = 0;

	ptrace(PTRACE_GETSIGMASK, tracee->task.tid, sizeof(mask), &mask);
	return mask >> (SIGTRAP - 1) & 1;
}

/* Threads are born with all signals blocked by most C libraries, for a moment; some programs keep it so. */
static void perf_adopt(struct tracee *tracee)
{
	if (tracee->life != LIFE_TRACED || tracee->tracer->perf->closing)
		return;
	trap_guard(tracee);
	if (mask_has_sigtrap(tracee))
		go_away(tracee, "blocks SIGTRAP");
	else
		come(tracee);
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
static void watch_mask(struct tracee *tracee)
{
	struct perf_task *task = &tracee->perf;

	if (tracee->inside) {
		task->mask_changes = changes_mask(tracee);
	} else if (task->mask_changes) {
		task->mask_changes = false;
		if (tracee->interrupted || open_call(tracee) || mask_has_sigtrap(tracee))
			return;
		log_debug("%d: unblocks SIGTRAP, so engine perf", tracee->task.tid);
		task->away = false;
		engine_change(tracee, &engine_perf);
		come(tracee);
	}
}

/* A thread that blocks SIGTRAP is not stopped by it. */
static int perf_seized(struct tracee *tracee)
{
	struct proc_status status;

	if (!proc_status(tracee->task.tid, &status) && (status.sig_blocked >> (SIGTRAP - 1) & 1)) {
		tracee->perf.away = true;
		return -EBUSY;
	}
	return open_for(tracee);
}

static void perf_begun(struct tracee *tracee)
{
	perf_event_enable(&tracee->perf.event);
}

/* The event went with the old program: perf_event_open(2), remove_on_exec. */
static void perf_exec(struct tracee *tracee)
{
	perf_forget(tracee);
	trap_exec(tracee);
	perf_adopt(tracee);
	tracee->adopted = true;
}

/* A filter can be set only once, so each thread gets a new event. */
static void widen_thread(struct tracee *tracee)
{
	struct perf_event old = tracee->perf.event;

	if (old.fd < 0 || old.wide)
		return;
	drain(tracee);
	if (open_for(tracee)) {
		tracee->perf.event = old;
		return;
	}
	perf_event_enable(&tracee->perf.event);
	perf_event_disable(&old);
	struct perf_event new = tracee->perf.event;

	tracee->perf.event = old;
	drain(tracee);
	tracee->perf.event = new;
	perf_event_close(&old);
	tracee->tracer->perf->tasks--;
}

static void perf_widen(struct tracee *tracee)
{
	struct map_slot *slot;

	process_of(tracee)->wide = true;
	for (size_t i = 0; (slot = map_next(&tracee->tracer->tracees, &i));) {
		struct tracee *other = slot->value;

		if (other->task.process == tracee->task.process && other->engine == &engine_perf)
			widen_thread(other);
	}
}

/* Stops. */

bool perf_took_signal(struct tracee *tracee)
{
	siginfo_t info;

	if (ptrace(PTRACE_GETSIGINFO, tracee->task.tid, 0, &info))
		return false;
	return info.si_code == TRAP_PERF || trap_own_signal(tracee, &info);
}

/* What a call of no interest to the owner means to us. */
static void look_at_own(struct tracee *tracee, const struct abi *abi)
{
	uint64_t number, args[6];
	int64_t result;

	abi_get_call(abi, &tracee->regs, &number, args, &result);
	if (result)
		return;
	if (number == (uint64_t)abi->nr.rt_sigaction)
		trap_asked(tracee, args);
	else if (number == (uint64_t)abi->nr.prctl && args[0] == 15 /* PR_SET_NAME */)
		memory_get(&tracee->memory, args[1], tracee->task.comm, sizeof(tracee->task.comm) - 1);
}

/* Whether the newest record is of the call that the thread has just left. */
static bool last_is_here(struct tracee *tracee, bool was_full)
{
	struct perf_task *task = &tracee->perf;

	if (!task->waits)
		return was_full;
	return same_place(&task->last.regs, &tracee->regs) &&
	       (task->last.regs.orig_rax & 0xffffffff) == (tracee->regs.orig_rax & 0xffffffff);
}

static void tell_mapped(struct tracee *tracee)
{
	const struct trace_events *events = &tracee->tracer->events;

	if (!tracee->perf.mapped)
		return;
	tracee->perf.mapped = false;
	if (events->executable_map)
		events->executable_map(events->user, &tracee->task);
}

static enum engine_stop left_by_record(struct tracee *tracee)
{
	bool full = drain(tracee);

	tell_mapped(tracee);
	if (tracee_info(tracee) || tracee_regs(tracee) || !tracee->abi)
		return ENGINE_NOTHING;
	if (!last_is_here(tracee, full)) {
		tell_last(tracee, true);
		return ENGINE_NOTHING;
	}
	tracee->perf.stopless = false;
	tracee->left_ns = tracee->perf.waits ? tracee->perf.last.time_ns : 0;
	tracee->perf.waits = false;
	return ENGINE_LEFT;
}

/* A call that is followed through, by PTRACE_SYSCALL. */
static enum engine_stop followed(struct tracee *tracee)
{
	if (tracee_info(tracee))
		return ENGINE_NOTHING;
	if (tracee->info.op == PTRACE_SYSCALL_INFO_ENTRY)
		return ENGINE_ENTERED;
	if (tracee->info.op != PTRACE_SYSCALL_INFO_EXIT || left_by_record(tracee) == ENGINE_NOTHING)
		tracee->left_ns = 0;
	return tracee->info.op == PTRACE_SYSCALL_INFO_EXIT ? ENGINE_LEFT : ENGINE_NOTHING;
}

static enum engine_stop perf_stopped(struct tracee *tracee, const struct stop *stop)
{
	enum engine_stop result = stop->kind == STOP_SIGNAL ? left_by_record(tracee) : followed(tracee);

	if (result == ENGINE_LEFT && !tracee->perf.own_signal) {
		trap_guard(tracee);
		if (!tracee_regs(tracee))
			look_at_own(tracee, tracee->abi);
	}
	return result;
}

bool perf_needs_order(const struct tracer *tracer)
{
	return tracer->perf && tracer->perf->tasks > 1;
}

uint64_t perf_stop_time(struct tracer *tracer, pid_t tid, int status)
{
	struct tracee *tracee = status >> 8 == SIGTRAP ? map_get(&tracer->tracees, (uint64_t)tid) : NULL;

	return tracee ? perf_ring_time(&tracee->perf.event) : UINT64_MAX;
}

static int perf_resume(struct tracee *tracee, bool leaving)
{
	(void)tracee;
	return leaving ? PTRACE_SYSCALL : PTRACE_CONT;
}

/* Threads that block SIGTRAP. */

long perf_patrol_ns(const struct tracer *tracer)
{
	return tracer->perf && tracer->perf->tasks ? PATROL_NS : 0;
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
	drain(tracee);
	tell_last(tracee, true);
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

		if (!tracee->stopped && tracee->perf.event.ring && !tracee->interrupt_due)
			look_at_ring(tracee);
	}
}

/* Letting go. */

static bool needs_release(const struct tracee *tracee)
{
	const struct trace_process *process = process_of(tracee);

	return process && process->process.attached && (trap_is_guarded(tracee) || process->trap_queued);
}

static void disable_all(struct tracee *tracee)
{
	struct map_slot *slot;

	for (size_t i = 0; (slot = map_next(&tracee->tracer->tracees, &i));) {
		struct tracee *other = slot->value;

		if (other->task.process == tracee->task.process && other->perf.event.fd >= 0)
			perf_event_disable(&other->perf.event);
	}
}

/* Stops at which the thread stands on its way back to its program, and no signal is to be delivered there. */
static bool may_inject(const struct tracee *tracee)
{
	return tracee->life == LIFE_TRACED && !tracee->inside && !tracee->deliver &&
	       (tracee->kind == STOP_SIGNAL || tracee->kind == STOP_INTERRUPT || tracee->kind == STOP_GROUP);
}

void perf_resuming(struct tracee *tracee)
{
	const struct perf *perf = tracee->tracer->perf;

	if (!perf || !tracee->stopped)
		return;
	if (tracee->kind == STOP_INTERRUPT && (tracee->perf.moving || perf->closing)) {
		if (mend_wanted(tracee))
			mend_call(tracee);
		if (tracee->perf.moving)
			go_away(tracee, "blocks SIGTRAP");
		if (tracee->perf.moving)
			trap_flush(tracee);
		tracee->perf.moving = tracee->interrupt_due = false;
	}
	if (tracee->perf.away && tracee->kind == STOP_SYSCALL && !perf->closing)
		watch_mask(tracee);
	if (!perf->closing || !needs_release(tracee) || !may_inject(tracee))
		return;
	disable_all(tracee);
	perf_quiesce(tracee);
	if (trap_release(tracee))
		return;
	process_of(tracee)->trap_queued = false;
	if (tracee->kind == STOP_GROUP) {
		ptrace(PTRACE_INTERRUPT, tracee->task.tid, 0, 0);
		tracee->request = PTRACE_CONT;
	}
}

/* Interrupts one thread of each process that needs it; skip: those that were tried before. */
static unsigned interrupt_some(struct tracer *tracer, unsigned skip)
{
	struct map_slot *slot;
	struct process *before = NULL;
	unsigned left = 0, nth = 0;

	for (size_t i = 0; (slot = map_next(&tracer->tracees, &i));) {
		struct tracee *tracee = slot->value;

		if (tracee->stopped || tracee->life != LIFE_TRACED || !needs_release(tracee))
			continue;
		left++;
		if (tracee->task.process == before || nth++ < skip || !attach_may_wake(tracee))
			continue;
		before = tracee->task.process;
		ptrace(PTRACE_INTERRUPT, tracee->task.tid, 0, 0);
	}
	return left;
}

static unsigned count_unreleased(struct tracer *tracer)
{
	struct map_slot *slot;
	unsigned left = 0;

	for (size_t i = 0; (slot = map_next(&tracer->tracees, &i));)
		left += needs_release(slot->value);
	return left;
}

/* Says which programs keep SIGTRAP ignored. */
static void tell_unreleased(struct tracer *tracer)
{
	struct map_slot *slot;

	for (size_t i = 0; (slot = map_next(&tracer->tracees, &i));) {
		struct tracee *tracee = slot->value;

		if (tracee->perf.event.fd >= 0)
			perf_event_disable(&tracee->perf.event);
		/* A child whose parent has not told of it belongs to no process yet. */
		if (needs_release(tracee) && tracee->task.tid == tracee->task.process->pid)
			trace_note(tracer, &tracee->task,
				   "process %d goes on ignoring SIGTRAP: it sleeps in a call that must not "
				   "be interrupted",
				   tracee->task.process->pid);
	}
}

/* Natural stops first, then interruptions. */
void perf_letgo(struct tracer *tracer)
{
	uint64_t begin = clock_monotonic_ns(), asked = 0;
	unsigned skip = 0;
	struct stop stop;

	if (!tracer->perf)
		return;
	tracer->perf->closing = true;
	bell_set(tracer, LETGO_TICK_NS, LETGO_TICK_NS);
	while (count_unreleased(tracer) && clock_monotonic_ns() - begin < LETGO_MOST_NS) {
		uint64_t now = clock_monotonic_ns();

		if (now - begin > LETGO_NATURAL_NS && now - asked > LETGO_NATURAL_NS) {
			interrupt_some(tracer, skip++);
			asked = now;
		}
		if (!stop_wait(tracer, &stop))
			break;
		if (stop.tid)
			dispatch(tracer, &stop);
	}
	bell_set(tracer, 0, 0);
	tell_unreleased(tracer);
}

const struct engine engine_perf = {
	.name = "perf",
	.why = "only the calls that are wanted stop, once; attaching and letting go disturb nothing",
	.exits_only = true,
	.available = perf_available,
	.adopt = perf_adopt,
	.seized = perf_seized,
	.begun = perf_begun,
	.exec = perf_exec,
	.forget = perf_forget,
	.stopped = perf_stopped,
	.resume = perf_resume,
	.widen = perf_widen,
};
