/*
 * Calls that left with one of the kernel's restart codes (include/linux/errno.h): they have no result yet.
 * They wait here until the same call begins again (then it is one call, with several stops), or a signal
 * handler returns to the program with EINTR in the result register (then that is its result). A handler may
 * make calls of its own in between, be interrupted in them in turn, or never return (longjmp): then patience
 * ends it.
 */
#include <errno.h>

#include "base/clock.h"
#include "tracee.h"

/* A handler's calls, deeper in the stack than the call that it interrupted, cost little of the patience with
 * it. */
enum { INTERRUPTED_MAX = 8, PATIENCE = 4096, COST_ABOVE = 64 };

bool restart_is_code(int64_t result)
{
	return result == RESTART_SYS || result == RESTART_NOINTR || result == RESTART_NOHAND ||
	       result == RESTART_BLOCK;
}

static void unlink_call(struct tracee *tracee, struct trace_call **at)
{
	struct trace_call *call = *at;

	*at = call->next;
	call->next = NULL;
	tracee->interrupted_count--;
}

/* It will not begin again. */
static void end_with(struct tracee *tracee, struct trace_call **at, int64_t result)
{
	struct trace_call *call = *at;

	unlink_call(tracee, at);
	call_complete(tracee, call, result);
}

static void end_with_eintr(struct tracee *tracee, struct trace_call **at)
{
	end_with(tracee, at, -EINTR);
}

void restart_ends(struct tracee *tracee, int64_t result)
{
	if (tracee->interrupted && tracee->interrupted->mended)
		end_with(tracee, &tracee->interrupted, result);
}

void restart_interrupt(struct tracee *tracee)
{
	struct trace_call *call = open_call(tracee), **last = &tracee->interrupted;

	tracee->task.call = NULL;
	call->call.exit_ns = clock_monotonic_ns();
	call->patience = PATIENCE;
	if (tracee->interrupted_count == INTERRUPTED_MAX) {
		while ((*last)->next)
			last = &(*last)->next;
		end_with_eintr(tracee, last);
	}
	call->next = tracee->interrupted;
	tracee->interrupted = call;
	tracee->interrupted_count++;
}

/* Whether the entry that the thread stands at is this call once more: same stack, same instruction. */
static bool is_again(const struct tracee *tracee, const struct trace_call *call)
{
	uint64_t number = tracee->info.entry.nr;

	if (tracee->abi != call->call.abi || tracee->info.stack_pointer != call->call.sp)
		return false;
	if (tracee->abi->bits == 32)
		number = (uint32_t)number;
	if (tracee->partial.active && number == tracee->partial.step)
		number = tracee->partial.number;
	return number == (uint64_t)(unsigned)tracee->abi->nr.restart_syscall ||
	       (number == call->call.number && tracee->info.instruction_pointer == call->call.ip);
}

static void lose_patience(struct tracee *tracee)
{
	for (struct trace_call **at = &tracee->interrupted; *at;) {
		unsigned cost = tracee->info.stack_pointer < (*at)->call.sp ? 1 : COST_ABOVE;

		if ((*at)->patience <= cost) {
			end_with_eintr(tracee, at);
		} else {
			(*at)->patience -= cost;
			at = &(*at)->next;
		}
	}
}

bool restart_joins(struct tracee *tracee)
{
	struct trace_call **at = &tracee->interrupted, *call;

	while ((call = *at) && !is_again(tracee, call))
		at = &call->next;
	if (!call) {
		lose_patience(tracee);
		return false;
	}
	/* Those that were interrupted later, in handlers, were jumped out of. */
	while (tracee->interrupted != call)
		end_with_eintr(tracee, &tracee->interrupted);
	unlink_call(tracee, &tracee->interrupted);
	call->call.exit_ns = 0;
	call->call.restarted |= !call->mended;
	call->mended = false;
	tracee->task.call = &call->call;
	tracee->want_exit = true;
	return true;
}

/* The exit of rt_sigreturn shows the registers that the handler's end gives back. */
void restart_sigreturn(struct tracee *tracee)
{
	const struct __ptrace_syscall_info *info = &tracee->info;
	struct trace_call **at = &tracee->interrupted;

	while (*at && info->stack_pointer != (*at)->call.sp)
		at = &(*at)->next;
	if (*at && info->exit.rval == -EINTR && info->instruction_pointer == (*at)->call.ip)
		end_with_eintr(tracee, at);
}
