/*
 * SIGTRAP in an attached program. While its threads have events, a tracer that is killed lets SIGTRAPs
 * through, and their default is death. So SIGTRAP is ignored there from the first stop on (a traced thread
 * still stops for an ignored signal: kernel/signal.c, sig_ignored), and the program's own action is kept
 * here: shown to it when it asks, restored before a SIGTRAP of its own is delivered, and given back at the
 * end.
 *
 * Commands need none of this: they end with the tracer.
 */
#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "inject.h"
#include "perf.h"
#include "tracee.h"

#ifndef CLONE_CLEAR_SIGHAND
#define CLONE_CLEAR_SIGHAND 0x100000000ULL
#endif

#ifndef TRAP_PERF
#define TRAP_PERF 6
#endif

enum { SIGSET_BYTES = 8, ACTION_MOST = 32, RELEASE_OFFSET = 64 };

/* The kernel's struct sigaction, whatever the ABI (include/linux/signal_types.h). */
struct action {
	uint64_t handler, flags, restorer, mask;
};

/* One table of signal actions: shared by CLONE_SIGHAND. */
struct trap_guard {
	unsigned refs;
	bool set;	      /* we ignore SIGTRAP there now */
	struct action own;    /* set: what the program has, by its own account */
	uint64_t instruction; /* where a call can be injected */
	struct abi_back back; /* and its way back */
};

static size_t action_pack(const struct abi *abi, const struct action *action, uint8_t bytes[ACTION_MOST])
{
	uint32_t narrow[3] = { (uint32_t)action->handler, (uint32_t)action->flags,
			       (uint32_t)action->restorer };

	if (abi->bits == 64) {
		memcpy(bytes, action, sizeof(*action));
		return sizeof(*action);
	}
	memcpy(bytes, narrow, sizeof(narrow));
	memcpy(bytes + sizeof(narrow), &action->mask, sizeof(action->mask));
	return sizeof(narrow) + sizeof(action->mask);
}

static void action_unpack(const struct abi *abi, const uint8_t bytes[ACTION_MOST], struct action *action)
{
	uint32_t narrow[3];

	if (abi->bits == 64) {
		memcpy(action, bytes, sizeof(*action));
		return;
	}
	memcpy(narrow, bytes, sizeof(narrow));
	*action = (struct action){ narrow[0], narrow[1], narrow[2], 0 };
	memcpy(&action->mask, bytes + sizeof(narrow), sizeof(action->mask));
}

static const struct action ignored = { .handler = (uint64_t)(uintptr_t)SIG_IGN };

static bool is_ignored(const struct action *action)
{
	return action->handler == ignored.handler;
}

static struct trap_guard *guard_of(struct tracee *tracee)
{
	struct trace_process *process = process_of(tracee);

	if (!process->guard) {
		process->guard = calloc(1, sizeof(*process->guard));
		if (!process->guard)
			abort();
		process->guard->refs = 1;
	}
	return process->guard;
}

void trap_forget(struct trap_guard *guard)
{
	if (guard && --guard->refs == 0)
		free(guard);
}

bool trap_is_guarded(const struct tracee *tracee)
{
	const struct trap_guard *guard = process_of(tracee)->guard;

	return guard && guard->set;
}

/* Takes the thread over. */
static int take_over(struct tracee *tracee, struct injection *injection)
{
	struct trap_guard *guard = guard_of(tracee);

	inject_find_back(tracee, &guard->back);
	int failed = inject_begin(injection, tracee, guard->instruction, &guard->back);

	if (!failed)
		guard->instruction = injection->instruction;
	return failed;
}

/* The same with its event off, which would see the call. */
static int begin(struct tracee *tracee, struct injection *injection)
{
	perf_event_disable(&tracee->perf.event);
	int failed = take_over(tracee, injection);

	if (failed)
		perf_event_enable(&tracee->perf.event);
	return failed;
}

static void end(struct tracee *tracee, struct injection *injection)
{
	inject_end(injection);
	if (!tracee->tracer->perf->closing)
		perf_event_enable(&tracee->perf.event);
}

/* rt_sigaction(SIGTRAP, action, old) */
static int set_action(struct injection *injection, const struct action *action, struct action *old)
{
	uint8_t bytes[ACTION_MOST];
	uint64_t at = injection->scratch;
	uint64_t args[6] = { SIGTRAP, at, old ? at + RELEASE_OFFSET : 0, SIGSET_BYTES };
	size_t size = action_pack(injection->abi, action, bytes);
	struct memory *memory = &injection->tracee->memory;

	if (memory_write(injection->tracee, at, bytes, size))
		return -EFAULT;
	int64_t result = inject_call(injection, (uint64_t)injection->abi->nr.rt_sigaction, args);

	if (!result && old) {
		if (memory_get(memory, at + RELEASE_OFFSET, bytes, (uint32_t)size) < size)
			return -EFAULT;
		action_unpack(injection->abi, bytes, old);
	}
	return (int)result;
}

void trap_guard(struct tracee *tracee)
{
	struct trap_guard *guard = guard_of(tracee);
	struct injection injection;
	struct action own;
	int failed;

	if (guard->set || !tracee->task.process->attached || tracee->tracer->perf->closing)
		return;
	failed = begin(tracee, &injection);
	if (!failed) {
		struct trap_kept kept;

		trap_keep(tracee, &kept);
		failed = set_action(&injection, &ignored, &own);
		trap_put_back(&injection, &kept);
		end(tracee, &injection);
	}
	if (failed) {
		log_debug("%d: SIGTRAP could not be guarded: %s", tracee->task.tid, strerror(-failed));
		return;
	}
	guard->own = own;
	guard->set = true;
}

void trap_asked(struct tracee *tracee, const uint64_t args[6])
{
	struct trap_guard *guard = guard_of(tracee);
	uint8_t bytes[ACTION_MOST];

	if (args[0] != SIGTRAP || !guard->set)
		return;
	if (args[2])
		memory_write(tracee, args[2], bytes, action_pack(tracee->abi, &guard->own, bytes));
	if (!args[1])
		return;
	guard->set = false;
	trap_guard(tracee);
}

/* The call that restores the action leaves the thread at that call's exit, where a signal is sent anew. */
bool trap_own_signal(struct tracee *tracee, const siginfo_t *info)
{
	struct trap_guard *guard = process_of(tracee)->guard;
	struct injection injection;

	if (tracee->perf.own_signal) {
		tracee->perf.own_signal = false;
		ptrace(PTRACE_SETSIGINFO, tracee->task.tid, 0, &tracee->perf.own_info);
		return false;
	}
	if (!guard || !guard->set || is_ignored(&guard->own) || begin(tracee, &injection))
		return false;
	guard->set = set_action(&injection, &guard->own, NULL) != 0;
	end(tracee, &injection);
	if (guard->set)
		return false;
	tracee->perf.own_info = *info;
	tracee->perf.own_signal = true;
	return true;
}

/* Ignoring a signal takes those that are queued away from all threads: kernel/signal.c, do_sigaction. */
int trap_release(struct tracee *tracee)
{
	struct trap_guard *guard = guard_of(tracee);
	struct injection injection;
	struct trap_kept kept;
	struct action now;
	int failed = take_over(tracee, &injection);

	if (failed)
		return failed;
	trap_keep(tracee, &kept);
	failed = set_action(&injection, &ignored, &now);
	if (!failed && guard->set && is_ignored(&now))
		now = guard->own;
	if (!failed)
		failed = set_action(&injection, &now, NULL);
	trap_put_back(&injection, &kept);
	inject_end(&injection);
	if (!failed)
		guard->set = false;
	return failed;
}

/* The thread's own queue comes first (sigtimedwait(2), kernel/signal.c, dequeue_signal), and holds one
 * SIGTRAP at most. */
void trap_flush(struct tracee *tracee)
{
	struct injection injection;
	uint64_t set = (uint64_t)1 << (SIGTRAP - 1), never[2] = { 0 };

	if (!trap_is_queued(tracee) || take_over(tracee, &injection))
		return;
	uint64_t at = injection.scratch;
	uint64_t args[6] = { at, 0, at + sizeof(set), SIGSET_BYTES };

	if (!memory_write(tracee, at, &set, sizeof(set)) &&
	    !memory_write(tracee, at + sizeof(set), never, sizeof(never)))
		inject_call(&injection, (uint64_t)injection.abi->nr.rt_sigtimedwait, args);
	inject_end(&injection);
}

void trap_inherit(struct tracee *child, struct tracee *parent, uint64_t clone_flags)
{
	struct trace_process *process = process_of(child);
	const struct trace_process *old = process_of(parent);

	if (process == old || process->guard || !old->guard)
		return;
	if (clone_flags & CLONE_SIGHAND) {
		process->guard = old->guard;
		process->guard->refs++;
		return;
	}
	*guard_of(child) = *old->guard;
	process->guard->refs = 1;
	if (clone_flags & CLONE_CLEAR_SIGHAND && !is_ignored(&process->guard->own))
		process->guard->own = (struct action){ 0 };
}

/* Handlers do not outlive an exec, being ignored does: execve(2). */
void trap_exec(struct tracee *tracee)
{
	struct trace_process *process = process_of(tracee);
	struct trap_guard *shared = process->guard;

	if (!shared)
		return;
	process->guard = NULL;
	struct trap_guard *mine = guard_of(tracee);

	*mine = *shared;
	mine->refs = 1;
	mine->instruction = 0;
	mine->back = (struct abi_back){ 0 };
	mine->own = is_ignored(&mine->own) ? ignored : (struct action){ 0 };
	trap_forget(shared);
}
