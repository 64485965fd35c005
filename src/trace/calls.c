/*
 * From entries and exits to calls. A call is opened at its entry when its row is wanted and the owner wants
 * it, completed at its exit, and reported once the thread runs again. Calls come from a free list and keep
 * their arenas.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "tracee.h"

struct trace_call *call_new(struct tracee *tracee)
{
	struct tracer *tracer = tracee->tracer;
	struct trace_call *call = tracer->free_calls;

	if (call) {
		tracer->free_calls = call->next;
	} else {
		call = calloc(1, sizeof(*call));
		if (!call)
			abort();
		arena_init(&call->call.arena);
	}
	call->tracee = tracee;
	call->next = NULL;
	return call;
}

void call_free(struct tracer *tracer, struct trace_call *call)
{
	struct arena arena = call->call.arena;

	arena_reset(&arena);
	memset(call, 0, sizeof(*call));
	call->call.arena = arena;
	call->next = tracer->free_calls;
	tracer->free_calls = call;
}

void calls_free(struct tracer *tracer)
{
	struct trace_call *call;

	while ((call = tracer->free_calls)) {
		tracer->free_calls = call->next;
		arena_done(&call->call.arena);
		free(call);
	}
}

const struct plan *call_plan(const struct tracee *tracee, const struct abi *abi)
{
	const struct tracer *tracer = tracee->tracer;
	const struct plan *plans = process_of(tracee)->any_fd ? tracer->plans : tracer->narrow;

	for (unsigned i = 0; i < PLAN_ABIS; i++)
		if (plans[i].abi == abi)
			return &plans[i];
	return NULL;
}

/* i386 passes some calls' arguments in a block of 32-bit words. */
static bool unpack_args(struct tracee *tracee, uint64_t address, unsigned count, uint64_t args[6])
{
	uint32_t words[6] = { 0 };
	size_t size = (count < 6 ? count : 6) * sizeof(words[0]);

	memset(args, 0, 6 * sizeof(args[0]));
	args[1] = address; /* all that is known of them, where they cannot be read */
	if (memory_get(&tracee->memory, address, words, (uint32_t)size) < size)
		return false;
	for (unsigned i = 0; i < 6; i++)
		args[i] = words[i];
	return true;
}

uint16_t call_number_row(struct tracee *tracee, const struct abi *abi, uint64_t number, uint64_t args[6],
			 bool *args_known)
{
	const struct abi_number *entry = abi_number(abi, number);
	uint16_t row = entry->row;
	unsigned count = 0;

	*args_known = true;
	if (entry->socketcall) {
		row = abi_socketcall_row((uint32_t)args[0], &count);
		if (row != CALL_NONE)
			*args_known = unpack_args(tracee, args[1], count, args);
	} else if (row != CALL_NONE && entry->old_args) {
		*args_known = unpack_args(tracee, args[0], call_rows[row].arg_count, args);
	}
	return row;
}

const struct row *call_row(struct tracee *tracee, const struct plan *plan, uint64_t number, uint64_t args[6],
			   bool *args_known)
{
	uint16_t row = call_number_row(tracee, plan->abi, number, args, args_known);

	if (row == CALL_NONE || !row_set_has(&tracee->tracer->options.wanted, row))
		return NULL;
	if (plan_needs_socket(&call_rows[row]) && !process_of(tracee)->any_fd)
		return NULL;
	return &call_rows[row];
}

/* The part of a new call that is the same however it was met. */
static struct trace_call *call_fill(struct tracee *tracee, const struct row *row, uint64_t number,
				    const uint64_t args[6], bool args_known)
{
	struct trace_call *call = call_new(tracee);

	call->call.abi = tracee->abi;
	call->call.row = row;
	call->call.number = number;
	memcpy(call->call.args, args, sizeof(call->call.args));
	call->call.args_known = args_known;
	return call;
}

void call_open(struct tracee *tracee, uint64_t number, uint64_t args[6])
{
	const struct trace_events *events = &tracee->tracer->events;
	const struct plan *plan = call_plan(tracee, tracee->abi);
	bool args_known;
	const struct row *row = plan ? call_row(tracee, plan, number, args, &args_known) : NULL;

	if (!row)
		return;
	if (tracee->tracer->quiet) { /* not told of, but its end is looked after */
		tracee->entered_ns = clock_monotonic_ns();
		tracee->want_exit = true;
		return;
	}
	struct trace_call *call = call_fill(tracee, row, number, args, args_known);

	call->call.ip = tracee->info.instruction_pointer;
	call->call.sp = tracee->info.stack_pointer;
	call->call.entry_seen = true;
	call->call.end_sure = tracee->tracer->options.want_ends;
	if (events->enter && events->enter(events->user, &tracee->task, &call->call) == CALL_SKIP) {
		call_free(tracee->tracer, call);
		return;
	}
	/* What was done at the stop, at a program's first call some milliseconds, is none of the call's time.
	 */
	call->call.entry_ns = tracee->entered_ns = clock_monotonic_ns();
	tracee->task.call = &call->call;
	tracee->want_exit = true;
}

void call_done(struct tracee *tracee, struct trace_call *call)
{
	struct trace_call **at = &tracee->tracer->done_calls;

	while (*at)
		at = &(*at)->next;
	call->next = NULL;
	*at = call;
	if (tracee->task.call == &call->call)
		tracee->task.call = NULL;
}

/* A stack that ends where it begins, or in no module: its thread may have been killed when it was to be read.
 */
static bool is_doubtful(const struct walk *walk)
{
	return walk->count && (!walk->frames[walk->count - 1].code || (walk->count == 1 && walk->cut));
}

/* Whether the thread has left its stop, or another one that executed a program has its id. */
static bool was_killed(const struct tracee *tracee)
{
	siginfo_t at;

	if (tracee->kind != STOP_SYSCALL && tracee->kind != STOP_SIGNAL)
		return false;
	return ptrace(PTRACE_GETSIGINFO, tracee->task.tid, 0, &at) ||
	       at.si_code == (SIGTRAP | PTRACE_EVENT_EXEC << 8) ||
	       at.si_code == (SIGTRAP | PTRACE_EVENT_EXIT << 8);
}

void call_complete(struct tracee *tracee, struct trace_call *call, int64_t result)
{
	const struct trace_events *events = &tracee->tracer->events;

	if (!call->call.exit_ns)
		call->call.exit_ns = clock_monotonic_ns();
	call->call.result = result;
	call->call.failed = result < 0 && result >= -4095;
	call->call.finished = true;
	if (events->leave && tracee->stopped)
		events->leave(events->user, &tracee->task, &call->call);
	if (is_doubtful(&call->call.walk))
		tracee->gone |= was_killed(tracee);
	call->call.finished = !tracee->gone; /* killed at this stop, it never comes back from the call */
	call->call.unreturned = tracee->gone;
	call_done(tracee, call);
}

/* restart_syscall goes on with a call that attaching interrupted. */
static void open_restarted(struct tracee *tracee)
{
	uint64_t args[6];

	if (!tracee->sleeping)
		return;
	memcpy(args, tracee->sleeping_args, sizeof(args));
	call_open(tracee, tracee->sleeping_number, args);
}

/* A new mapping that code may run from; prctl's new name is read at once. */
static void enter_other(struct tracee *tracee, enum trap trap, const uint64_t args[6])
{
	bool waits = false;

	switch (trap) {
	case TRAP_EXEC_MAP:
	case TRAP_OLD_MMAP:
		tracee->mapping = trap == TRAP_OLD_MMAP || (args[2] & 4 /* PROT_EXEC */);
		break;
	case TRAP_CLONE:
	case TRAP_CLONE3:
		clone_entered(tracee, trap);
		break;
	case TRAP_SIGRETURN:
		tracee->returning = tracee->interrupted != NULL;
		break;
	case TRAP_WAIT:
	case TRAP_MAY_WAIT:
		waits = true;
		if (!tracee->again)
			tracee->entered_ns = clock_monotonic_ns();
		break;
	case TRAP_PRCTL:
		if (args[0] == 15 /* PR_SET_NAME */)
			memory_get(&tracee->memory, args[1], tracee->task.comm,
				   sizeof(tracee->task.comm) - 1);
		break;
	default:
		break;
	}
	tracee->confining = own_filter_entered(trap, args);
	tracee->want_exit |=
		waits || tracee->mapping || tracee->cleared || tracee->returning || tracee->confining;
}

void call_entered(struct tracee *tracee)
{
	const struct __ptrace_syscall_info *info = &tracee->info;
	const struct plan *plan = tracee->abi ? call_plan(tracee, tracee->abi) : NULL;
	uint64_t args[6], number = info->entry.nr;

	call_settle(tracee);
	tracee->inside = true;
	tracee->want_exit = false;
	if (!plan || tracee->life != LIFE_TRACED)
		return;
	mend_entered(tracee);
	const uint64_t mask = plan->abi->bits == 32 ? UINT32_MAX : UINT64_MAX;

	number &= mask;
	for (unsigned i = 0; i < 6; i++)
		args[i] = info->entry.args[i] & mask;
	if (tracee->partial.active && number == tracee->partial.step) {
		number = tracee->partial.number;
		memcpy(args, tracee->partial.args, sizeof(args));
	}
	enum trap trap = plan_trap(plan, number);

	tracee->want_exit = tracee->partial.active;
	owed_entered(tracee, number, args);
	if (tracee->interrupted && restart_joins(tracee))
		return;
	if (trap == TRAP_CALL || trap == TRAP_SOCKETCALL)
		call_open(tracee, number, args);
	else if (trap == TRAP_RESTART)
		open_restarted(tracee);
	else if (trap != TRAP_NONE)
		enter_other(tracee, trap, args);
	tracee->sleeping = false;
}

/* Results are as wide as the ABI's registers. */
static int64_t result_of(const struct tracee *tracee)
{
	return tracee->abi->bits == 32 ? (int32_t)tracee->info.exit.rval : tracee->info.exit.rval;
}

/* Whether a call that is left may go on: with a restart, or when its EINTR is taken back. */
static bool may_go_on(const struct tracee *tracee, const struct trace_call *call, int64_t result)
{
	return restart_is_code(result) ||
	       (result == -EINTR && mend_possible(tracee->abi, call->call.number, call->call.row));
}

void call_suspend(struct tracee *tracee, struct trace_call *call)
{
	const struct trace_events *events = &tracee->tracer->events;

	if (events->suspend)
		events->suspend(events->user, &tracee->task, &call->call);
}

static void leave_open(struct tracee *tracee, struct trace_call *call, int64_t result)
{
	if (!may_go_on(tracee, call, result)) {
		call_complete(tracee, call, result);
		return;
	}
	call_suspend(tracee, call);
	if (restart_is_code(result)) {
		restart_interrupt(tracee);
	} else {
		call->call.exit_ns = clock_monotonic_ns();
		tracee->maybe_eintr = true;
	}
}

void call_left(struct tracee *tracee)
{
	const struct trace_events *events = &tracee->tracer->events;
	struct trace_call *call = open_call(tracee);
	bool inside = tracee->inside;

	tracee->inside = tracee->want_exit = false;
	if (!tracee->abi || tracee->life != LIFE_TRACED)
		return;
	mend_left(tracee);
	tracee->woken = false; /* any stop takes an interrupt's place: kernel/signal.c, ptrace_stop */
	if (tracee->cleared)
		clone_left(tracee);
	if (tracee->returning)
		restart_sigreturn(tracee);
	if (tracee->mapping && !tracee->info.exit.is_error && events->executable_map)
		events->executable_map(events->user, &tracee->task);
	if (tracee->confining && !tracee->info.exit.is_error)
		own_filter_left(tracee);
	tracee->mapping = tracee->returning = tracee->confining = false;
	if (call && own_filter_trapped(tracee)) {
		call_suspend(tracee, call);
		call_done(tracee, call);
	} else if (call) {
		leave_open(tracee, call, result_of(tracee));
	} else if (!inside) {
		call_left_only(tracee);
	}
}

/*
 * A call that was interrupted is over later, somewhere else, if at all. But it did nothing yet, and what it
 * is about is to be seen now, as at its entry; only when it began is not known.
 */
static void enter_late(struct tracee *tracee, struct trace_call *call, int64_t result)
{
	const struct trace_events *events = &tracee->tracer->events;

	call->call.entry_seen = true;
	if (events->enter && events->enter(events->user, &tracee->task, &call->call) == CALL_SKIP) {
		tracee->task.call = NULL;
		call_free(tracee->tracer, call);
		return;
	}
	leave_open(tracee, call, result);
}

/* Whether the restart_syscall that is left goes on with the call in which the thread slept when it was looked
 * at. */
static bool is_what_slept(const struct tracee *tracee, const struct user_regs_struct *at,
			  const uint64_t args[6])
{
	enum { SP = 6, PC = 7 };
	struct regs regs;

	abi_position(tracee->abi, at, &regs);
	return tracee->sleeping_args[SP] == regs.sp && tracee->sleeping_args[PC] == regs.pc &&
	       !memcmp(tracee->sleeping_args, args, 3 * sizeof(args[0]));
}

void call_left_only(struct tracee *tracee)
{
	const struct plan *plan = tracee->abi ? call_plan(tracee, tracee->abi) : NULL;
	uint64_t number, args[6];
	int64_t result;
	bool args_known;

	if (!plan || tracee->tracer->quiet || tracee_call_regs(tracee))
		return;
	const struct user_regs_struct *at = tracee->partial.active ? &tracee->partial.left : &tracee->regs;

	abi_get_call(tracee->abi, at, &number, args, &result);
	if (plan_trap(plan, number) == TRAP_RESTART && is_what_slept(tracee, at, args))
		number = tracee->sleeping_number;
	enum trap trap = plan_trap(plan, number);

	if ((trap != TRAP_CALL && trap != TRAP_SOCKETCALL) ||
	    (restart_is_code(result) && !tracee->engine->exits_only))
		return;
	const struct row *row = call_row(tracee, plan, number, args, &args_known);

	if (!row)
		return;
	struct trace_call *call = call_fill(tracee, row, number, args, args_known);
	struct regs regs;

	abi_position(tracee->abi, at, &regs);
	call->call.ip = regs.pc;
	call->call.sp = regs.sp;
	call->call.entry_ns = tracee->left_ns ? tracee->began_ns : 0;
	call->call.exit_ns = tracee->left_ns ? tracee->left_ns : clock_monotonic_ns();
	call->mended = tracee->mending;
	tracee->task.call = &call->call;
	if (tracee->partial.active) { /* it is looked at when it is over: some of its arguments are not what
					 they were */
		call->mended = true;
		restart_interrupt(tracee);
		return;
	}
	if (tracee->engine->exits_only && (restart_is_code(result) || result == -EINTR)) {
		enter_late(tracee, call, result);
		return;
	}
	call_complete(tracee, call, result);
	if (tracee->engine == &engine_perf)
		perf_files_stopped(tracee, &call->call);
}

/* The row by number alone: memory has changed since. */
static const struct row *recorded_row(struct tracee *tracee, const struct abi *abi, uint64_t number,
				      const uint64_t args[6])
{
	const struct abi_number *entry = abi_number(abi, number);
	unsigned count;
	uint16_t row = entry->socketcall ? abi_socketcall_row((uint32_t)args[0], &count) : entry->row;

	if (row == CALL_NONE || !row_set_has(&tracee->tracer->options.wanted, row) ||
	    (plan_needs_socket(&call_rows[row]) && !process_of(tracee)->any_fd))
		return NULL;
	return &call_rows[row];
}

bool call_recorded(struct tracee *tracee, const struct perf_sample *sample, const struct abi *abi,
		   bool finished)
{
	const struct trace_events *events = &tracee->tracer->events;
	uint64_t number, args[6];
	struct regs regs;
	int64_t result;

	abi_get_call(abi, &sample->regs, &number, args, &result);
	const struct row *row = recorded_row(tracee, abi, number, args);

	if (!row || tracee->tracer->quiet)
		return false;
	const struct abi_number *entry = abi_number(abi, number);
	struct trace_call *call = call_new(tracee);

	abi_position(abi, &sample->regs, &regs);
	call->call.abi = abi;
	call->call.row = row;
	call->call.number = number;
	memcpy(call->call.args, args, sizeof(args));
	if (entry->old_args)
		call->call.args[1] = args[0]; /* where they lie, as socketcall says it */
	call->call.args_known = !entry->socketcall && !entry->old_args;
	call->call.ip = regs.pc;
	call->call.sp = regs.sp;
	call->call.exit_ns = sample->time_ns;
	call->call.bytes_unread = true;
	call->call.result = result;
	call->call.finished = true;
	call->call.failed = result < 0 && result >= -4095;
	call->call.unreturned = !finished;
	if (events->leave)
		events->leave(events->user, &tracee->task, &call->call);
	call->call.finished = finished;
	call->call.failed &= finished;
	bool matters = !call->call.dropped;

	call_done(tracee, call);
	return matters;
}

void call_settle(struct tracee *tracee)
{
	struct trace_call *call = open_call(tracee);

	if (tracee->maybe_eintr && call) {
		call_complete(tracee, call, -EINTR);
		tracee->eintr_stays = true;
	}
	tracee->maybe_eintr = false;
}

/* It never ends. One that goes on after a part (perf) was not looked at before, and cannot be any more. */
static void flush(struct tracee *tracee, struct trace_call *call)
{
	const struct trace_events *events = &tracee->tracer->events;

	if (!call->call.entry_seen && tracee->partial.active) {
		call->call.bytes_unread = true;
		call->call.result = tracee->partial.done;
		call->call.finished = true;
		if (events->leave)
			events->leave(events->user, &tracee->task, &call->call);
		call->call.finished = false;
	}
	call_done(tracee, call);
}

void calls_flush(struct tracee *tracee)
{
	struct trace_call *call;

	if (tracee->maybe_eintr)
		call_settle(tracee);
	while ((call = tracee->interrupted)) {
		tracee->interrupted = call->next;
		flush(tracee, call);
	}
	tracee->interrupted_count = 0;
	if ((call = open_call(tracee)))
		flush(tracee, call);
	for (call = tracee->tracer->done_calls; call; call = call->next)
		if (!call->call.entry_ns && !call->call.exit_ns)
			call->call.exit_ns = clock_monotonic_ns(); /* all that is known of its time */
	tracee->inside = tracee->want_exit = tracee->mapping = tracee->returning = tracee->confining = false;
}

void calls_report(struct tracer *tracer)
{
	const struct trace_events *events = &tracer->events;
	struct trace_call *call;

	while ((call = tracer->done_calls)) {
		tracer->done_calls = call->next;
		if (events->finish)
			events->finish(events->user, &call->tracee->task, &call->call);
		call_free(tracer, call);
	}
	if (tracer->signal.tracee) {
		struct tracee *tracee = tracer->signal.tracee;

		tracer->signal.tracee = NULL;
		if (tracer->signal.stops)
			events->stopped(events->user, &tracee->task, tracer->signal.signo);
		else
			events->signal(events->user, &tracee->task, tracer->signal.signo,
				       &tracer->signal.info);
	}
}
