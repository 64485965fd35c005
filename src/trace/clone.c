/*
 * Clones: their flags, and CLONE_UNTRACED, which would leave a child under our filter without a tracer, so
 * that its trapped calls fail with ENOSYS. The flag is taken away at the entry and given back at the exit.
 */
#include <linux/sched.h>
#include <sched.h>

#include "tracee.h"

/* The kernel's struct clone_args begins with the flags. */
static void clear_in_memory(struct tracee *tracee, uint64_t address)
{
	uint64_t flags;

	if (memory_get(&tracee->memory, address, &flags, sizeof(flags)) < sizeof(flags) ||
	    !(flags & CLONE_UNTRACED))
		return;
	flags &= ~(uint64_t)CLONE_UNTRACED;
	tracee->cleared = !memory_write(tracee, address, &flags, sizeof(flags));
	tracee->flags_at = address;
}

static int set_first_argument(struct tracee *tracee, uint64_t value)
{
	struct user_regs_struct regs;

	if (tracee_regs(tracee))
		return -1;
	regs = tracee->regs;
	abi_set_argument(tracee->abi, &regs, 0, value);
	return tracee_set_regs(tracee, &regs);
}

void clone_entered(struct tracee *tracee, enum trap trap)
{
	uint64_t first = tracee->info.entry.args[0];

	if (trap == TRAP_CLONE3) {
		clear_in_memory(tracee, first);
	} else if (first & CLONE_UNTRACED) {
		tracee->flags_at = 0;
		tracee->clone_flags = first;
		tracee->cleared = !set_first_argument(tracee, first & ~(uint64_t)CLONE_UNTRACED);
	}
}

void clone_left(struct tracee *tracee)
{
	uint64_t flags;

	tracee->cleared = false;
	if (!tracee->flags_at) {
		set_first_argument(tracee, tracee->clone_flags);
	} else if (memory_get(&tracee->memory, tracee->flags_at, &flags, sizeof(flags)) == sizeof(flags)) {
		flags |= CLONE_UNTRACED;
		memory_write(tracee, tracee->flags_at, &flags, sizeof(flags));
	}
}

uint64_t clone_flags_of(struct tracee *tracee, int event)
{
	uint64_t number, args[6], flags = 0;
	int64_t result;

	if (tracee_info(tracee) || !tracee->abi || tracee_regs(tracee))
		return event == PTRACE_EVENT_VFORK ? CLONE_VM | CLONE_VFORK : 0;
	abi_get_call(tracee->abi, &tracee->regs, &number, args, &result);
	if (number == (uint64_t)tracee->abi->nr.clone)
		return args[0];
	if (number == (uint64_t)tracee->abi->nr.clone3 &&
	    memory_get(&tracee->memory, args[0], &flags, sizeof(flags)) == sizeof(flags))
		return flags;
	return event == PTRACE_EVENT_VFORK ? CLONE_VM | CLONE_VFORK : 0;
}
