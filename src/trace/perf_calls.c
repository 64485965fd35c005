/*
 * From records and stops to calls. A record whose stop comes is told of at that stop; one whose stop does not
 * perf_come was made while SIGTRAP was blocked, and is told of as it is.
 *
 * A call that left to be restarted, or with an EINTR that may not be its own, is followed with PTRACE_SYSCALL
 * until it is settled, as the other engines do; its record is taken at that stop, and the SIGTRAP that
 * follows finds none left.
 */
#include <errno.h>
#include <string.h>

#include "perf.h"
#include "tracee.h"

#ifndef TRAP_PERF
#define TRAP_PERF 6
#endif

#ifndef TRAP_PERF_FLAG_ASYNC
#define TRAP_PERF_FLAG_ASYNC 1
#endif

enum { PERF_RECORD_ROOM = 512, PERF_FLAGS_AT = 36, RINGS_MOST = 16 };

static bool same_place(const struct user_regs_struct *a, const struct user_regs_struct *b)
{
	return a->rip == b->rip && a->rsp == b->rsp;
}

/* 64-bit code can make i386 calls with int 0x80, and no record says so: the instruction does. NULL: it cannot
 * be read. */
static const struct abi *abi_by_instruction(struct tracee *tracee, const struct perf_sample *sample)
{
	const struct abi *abi = abi_of_code(&sample->regs), *other = abi_all[1];
	uint64_t *known = &tracee->perf.insns[sample->regs.rip / 2 % PERF_INSNS];
	uint8_t code[2];

	if (abi->bits != 64 || *known == sample->regs.rip)
		return abi;
	if (memory_get(&tracee->memory, sample->regs.rip - 2, code, 2) < 2)
		return NULL;
	if (other && !memcmp(code, other->syscall_insn, 2))
		return other;
	if (memcmp(code, abi->syscall_insn, 2))
		return NULL;
	*known = sample->regs.rip;
	return abi;
}

const struct abi *perf_abi_of(struct tracee *tracee, const struct perf_sample *sample)
{
	const struct abi *abi = abi_by_instruction(tracee, sample);

	return abi ? abi : abi_of_code(&sample->regs);
}

/* Whether the record is of a call that is being followed, and is going to be told of as such. */
static bool is_followed(const struct tracee *tracee)
{
	const struct trace_call *call = open_call(tracee) ? open_call(tracee) : tracee->interrupted;
	const struct user_regs_struct *regs = &tracee->perf.last.regs;

	return call && call->call.ip == regs->rip && call->call.sp == regs->rsp;
}

/* Tells of the record that waits for a stop: none came, or comes. */
void perf_tell_last(struct tracee *tracee, bool finished)
{
	struct perf_task *task = &tracee->perf;

	if (!task->waits)
		return;
	task->waits = false;
	task->entries_after = task->last.time_ns;
	if (task->ended && is_followed(tracee))
		return;
	process_of(tracee)->trap_queued = true;
	if (restart_is_code((int32_t)task->last.regs.rax))
		task->last.regs.rax = (unsigned long long)-EINTR; /* a handler ended it */
	call_recorded(tracee, &task->last, perf_abi_of(tracee, &task->last), finished);
	calls_report(tracee->tracer); /* what it did to fds is done before the next one is looked at */
	task->stopless = true;
}

uint64_t perf_first_untold(const struct tracee *tracee)
{
	const struct perf_task *task = &tracee->perf;

	return task->waits ? task->last.time_ns : perf_ring_time(&task->event);
}

/* Or whose id another thread has by now, which killed it by an exec. */
static bool is_ended(const struct tracee *tracee)
{
	return proc_is_ending(tracee->task.tid) || queue_has_exec(&tracee->tracer->queue, tracee->task.tid);
}

/* The thread that was killed with this one, and whose first untold call was left before all others'. */
static struct tracee *earliest_killed(const struct tracee *tracee, uint64_t before_ns)
{
	struct tracee *found = NULL;
	struct map_slot *slot;

	for (size_t i = 0; (slot = map_next(&tracee->tracer->tracees, &i));) {
		struct tracee *other = slot->value;

		if (other == tracee || other->task.process != tracee->task.process || other->stopped ||
		    perf_first_untold(other) >= before_ns || !is_ended(other))
			continue;
		before_ns = perf_first_untold(other);
		found = other;
	}
	return found;
}

/* What one thread closed another may have opened again, and their ends are told of in any order. */
void perf_tell_earlier(struct tracee *tracee)
{
	uint64_t before_ns = tracee->perf.last.time_ns;
	struct tracee *other;

	stop_collect(tracee->tracer);
	while ((other = earliest_killed(tracee, before_ns))) {
		other->perf.ended = true;
		perf_drain(other);
		if (other->perf.waits && other->perf.last.time_ns < before_ns)
			perf_tell_last(other, other->perf.stopless);
	}
}

/* A call that was interrupted and began again is one call. */
static bool is_restarted(const struct perf_task *task, const struct perf_sample *next, const struct abi *abi)
{
	return task->waits && restart_is_code((int32_t)task->last.regs.rax) &&
	       same_place(&task->last.regs, &next->regs) &&
	       (next->regs.orig_rax == task->last.regs.orig_rax ||
		next->regs.orig_rax == (unsigned long long)abi->nr.restart_syscall);
}

static void take_sample(struct tracee *tracee, const struct perf_sample *sample, bool of_old)
{
	struct perf_task *task = &tracee->perf;
	unsigned long long number = task->last.regs.orig_rax;

	if (task->exchange.active && perf_is_twin(&task->exchange, sample, of_old))
		return;
	bool again = is_restarted(task, sample, abi_of_code(&sample->regs));

	if (!again)
		perf_tell_last(tracee, true);
	task->signal_due = true;
	task->last = *sample;
	if (again)
		task->last.regs.orig_rax = number;
	task->waits = true;
}

void perf_tell_lost(struct tracee *tracee)
{
	uint64_t lost = perf_event_lost(&tracee->perf.event);

	if (lost <= tracee->perf.lost)
		return;
	trace_note(tracee->tracer, &tracee->task,
		   "%llu calls of thread %d were not seen: it blocks SIGTRAP and made them faster than they "
		   "could be read",
		   (unsigned long long)(lost - tracee->perf.lost), tracee->task.tid);
	tracee->perf.lost = lost;
}

bool perf_take_record(struct tracee *tracee, struct perf_event *event, bool of_old)
{
	struct perf_record record;

	if (perf_ring_next(event, &record) == PERF_NOTHING)
		return false;
	tracee->perf.fresh |= record.kind == PERF_SAMPLE;
	switch (record.kind) {
	case PERF_SAMPLE:
		perf_birth_passed(tracee);
		take_sample(tracee, &record.sample, of_old);
		break;
	case PERF_BIRTH:
		perf_born(tracee, record.pid, record.tid);
		break;
	case PERF_LOST:
		perf_tell_lost(tracee);
		break;
	default:
		tracee->perf.mapped = true;
	}
	return true;
}

/* Reads the ring; afterwards the newest record waits in last. Returns whether the ring was as good as full.
 */
bool perf_drain(struct tracee *tracee)
{
	struct perf_event *event = &tracee->perf.event;
	uint64_t tail = event->ring ? event->ring->data_tail : 0;

	while (perf_take_record(tracee, event, false))
		;
	return event->ring && event->ring->data_tail - tail > event->size - PERF_RECORD_ROOM;
}

/* si_perf_flags, which not every C library names: include/uapi/asm-generic/siginfo.h. */
static uint32_t perf_flags_of(const siginfo_t *info)
{
	uint32_t flags;

	memcpy(&flags, (const char *)info + PERF_FLAGS_AT, sizeof(flags));
	return flags;
}

bool perf_took_signal(struct tracee *tracee)
{
	siginfo_t info;

	tracee->perf.in_time = tracee->perf.ours = false;
	if (ptrace(PTRACE_GETSIGINFO, tracee->task.tid, 0, &info))
		return false;
	tracee->perf.ours = info.si_code == TRAP_PERF;
	tracee->perf.in_time = tracee->perf.ours && !(perf_flags_of(&info) & TRAP_PERF_FLAG_ASYNC);
	return tracee->perf.ours || trap_own_signal(tracee, &info);
}

/* What a call of no interest to the owner means to us. */
static void look_at_own(struct tracee *tracee, const struct abi *abi)
{
	const int was = (int)tracee->regs.orig_rax;
	uint64_t number, args[6];
	int64_t result;

	if (was != abi->nr.rt_sigaction && was != abi->nr.prctl)
		return;
	abi_get_call(abi, &tracee->regs, &number, args, &result);
	if (result)
		return;
	if (was == abi->nr.rt_sigaction)
		trap_asked(tracee, args);
	else if (args[0] == 15 /* PR_SET_NAME */)
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
	memset(tracee->perf.insns, 0, sizeof(tracee->perf.insns));
	if (events->executable_map)
		events->executable_map(events->user, &tracee->task);
}

/* When the call of the newest record was left, and entered. */
static void note_times(struct tracee *tracee)
{
	tracee->left_ns = tracee->perf.waits ? tracee->perf.last.time_ns : 0;
	tracee->began_ns = perf_entry_time(tracee, tracee->regs.orig_rax, tracee->left_ns);
}

/* Whether a call's result may have been replaced since its record was made: it was interrupted. */
static bool may_begin_again(const struct perf_sample *sample)
{
	return (int32_t)sample->regs.rax == -EINTR || restart_is_code((int32_t)sample->regs.rax);
}

void perf_begins_again(struct tracee *tracee)
{
	perf_drain(tracee);
	if (may_begin_again(&tracee->perf.last) && last_is_here(tracee, false))
		tracee->perf.waits = false;
}

void perf_was_woken(struct tracee *tracee, bool mended)
{
	if (!tracee->engine->exits_only || tracee_regs(tracee))
		return;
	const struct perf *perf = tracee->tracer->perf;
	const bool leaves = perf->closing || perf->leaders_go || tracee->perf.moving;

	if (mended || (leaves && restart_is_code((int32_t)tracee->regs.rax)))
		perf_begins_again(tracee);
}

/* The stop of the call's event comes later or, where SIGTRAP is blocked, never. */
void perf_was_cut(struct tracee *tracee)
{
	if (!partial_possible(tracee) || tracee_info(tracee))
		return;
	perf_drain(tracee);
	if (!last_is_here(tracee, false))
		return;
	note_times(tracee);
	tracee->perf.waits = false;
	tracee->woken = true;
	call_left(tracee);
}

/*
 * Whether the newest record must be of the call that the thread has just left, so that the kernel need not be
 * asked what that was. Not of a call that is followed, whose stops may be other ones.
 */
static bool take_record(struct tracee *tracee, bool was_full)
{
	struct perf_task *task = &tracee->perf;
	const struct abi *abi;

	if (!task->in_time || !task->fresh || !task->waits || was_full || tracee->inside || tracee->woken ||
	    tracee->calls_stop || tracee->interrupted || open_call(tracee) || may_begin_again(&task->last) ||
	    !(abi = abi_by_instruction(tracee, &task->last)))
		return false;
	tracee->abi = abi;
	tracee->regs = task->last.regs;
	tracee->regs_sampled = true;
	return true;
}

static enum engine_stop left_by_record(struct tracee *tracee)
{
	tracee->perf.fresh = false;
	perf_files_drain(tracee);
	bool full = perf_drain(tracee);

	if (tracee->kind == STOP_SIGNAL && tracee->perf.ours)
		tracee->perf.signal_due = false;
	tell_mapped(tracee);
	if (take_record(tracee, full)) {
		note_times(tracee);
		tracee->perf.stopless = tracee->perf.waits = false;
		return ENGINE_LEFT;
	}
	if (tracee_info(tracee) || tracee_regs(tracee) || !tracee->abi)
		return ENGINE_NOTHING;
	if (!last_is_here(tracee, full)) {
		perf_tell_last(tracee, true);
		return ENGINE_NOTHING;
	}
	note_times(tracee);
	tracee->perf.stopless = tracee->perf.waits = false;
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

enum engine_stop perf_stopped(struct tracee *tracee, const struct stop *stop)
{
	enum engine_stop result = stop->kind == STOP_SIGNAL ? left_by_record(tracee) : followed(tracee);

	if (result == ENGINE_LEFT && !tracee->perf.own_signal) {
		trap_guard(tracee);
		if (!tracee_call_regs(tracee))
			look_at_own(tracee, tracee->abi);
	}
	return result;
}

bool perf_needs_order(const struct tracer *tracer)
{
	return tracer->perf && tracer->perf->tasks > 1;
}

/* A call's record is in its thread's ring before the thread stops. Of many threads it costs less to ask wait4
 * for them. */
bool perf_others_left(const struct tracer *tracer, pid_t tid)
{
	const struct map_slot *slot;

	if (tracer->tracees.count > RINGS_MOST)
		return true;
	for (size_t i = 0; (slot = map_next(&tracer->tracees, &i));) {
		const struct tracee *tracee = slot->value;

		if (tracee->task.tid != tid && !perf_ring_empty(&tracee->perf.event))
			return true;
	}
	return false;
}

/* Whether one of the stops that wait to be looked at is the thread's. */
static bool is_queued(const struct stop_queue *queue, pid_t tid)
{
	for (unsigned i = 0; i < queue->count; i++)
		if (queue->stops[(queue->first + i) % queue->room].tid == tid)
			return true;
	return false;
}

struct tracee *perf_on_its_way(const struct tracer *tracer, uint64_t before_ns)
{
	const struct map_slot *slot;

	if (tracer->tracees.count > RINGS_MOST)
		return NULL;
	for (size_t i = 0; (slot = map_next(&tracer->tracees, &i));) {
		struct tracee *tracee = slot->value;
		const struct perf_task *task = &tracee->perf;
		const uint64_t time_ns = perf_ring_time(&task->event);

		if (time_ns < before_ns && time_ns != task->given_up && !tracee->stopped && !task->stopless &&
		    !task->away && !task->moving && !is_queued(&tracer->queue, tracee->task.tid))
			return tracee;
	}
	return NULL;
}

uint64_t perf_stop_time(struct tracer *tracer, pid_t tid, int status)
{
	struct tracee *tracee = status >> 8 == SIGTRAP ? map_get(&tracer->tracees, (uint64_t)tid) : NULL;

	return tracee ? perf_ring_time(&tracee->perf.event) : UINT64_MAX;
}
