/* Which calls are to stop. */
#include "plan.h"

#include <string.h>

#include "mend.h"

bool plan_needs_socket(const struct row *row)
{
	return row->fd_use == FD_ANY || row->fd_use == FD_SETS || row->effect == EFFECT_CLOSE_RANGE;
}

/* Whether a row is to stop under these options. */
static bool row_stops(const struct plan_options *options, unsigned id)
{
	return row_set_has(&options->wanted, id) && (options->any_fd || !plan_needs_socket(&call_rows[id]));
}

/* Any of the rows that go through i386's socketcall. */
static bool socketcall_stops(const struct plan_options *options)
{
	unsigned count;

	for (uint32_t selector = 1; selector < 32; selector++) {
		uint16_t row = abi_socketcall_row(selector, &count);

		if (row != CALL_NONE && row_stops(options, row))
			return true;
	}
	return false;
}

static void plan_rows(struct plan *plan, const struct plan_options *options)
{
	bool socketcall = socketcall_stops(options);

	for (unsigned number = 0; number < plan->abi->count && number < PLAN_NUMBERS; number++) {
		const struct abi_number *entry = &plan->abi->numbers[number];

		if (entry->socketcall)
			plan->traps[number] = socketcall ? TRAP_SOCKETCALL : TRAP_NONE;
		else if (entry->row != CALL_NONE && row_stops(options, entry->row))
			plan->traps[number] = TRAP_CALL;
	}
}

static void plan_number(struct plan *plan, int number, enum trap trap)
{
	if (number >= 0 && number < PLAN_NUMBERS && plan->traps[number] == TRAP_NONE)
		plan->traps[number] = trap;
}

/* Calls of no interest whose EINTR is to be looked at; on files and pipes nothing but signals is waited for
 * so. */
static void plan_waits(struct plan *plan, const struct plan_options *options)
{
	for (unsigned number = 0; number < plan->abi->count && number < PLAN_NUMBERS; number++) {
		uint16_t id = plan->abi->numbers[number].row;
		const struct row *row = id == CALL_NONE ? NULL : &call_rows[id];

		if (mend_possible(plan->abi, number, row) &&
		    (!row || options->any_fd || !plan_needs_socket(row)))
			plan_number(plan, (int)number,
				    mend_is_sigwait(plan->abi, number) ? TRAP_WAIT : TRAP_MAY_WAIT);
	}
}

void plan_make(struct plan *plan, const struct abi *abi, const struct plan_options *options)
{
	memset(plan, 0, sizeof(*plan));
	plan->abi = abi;
	plan_rows(plan, options);
	if (options->exec_maps) {
		plan_number(plan, abi->nr.mmap, TRAP_EXEC_MAP);
		plan_number(plan, abi->nr.mprotect, TRAP_EXEC_MAP);
		plan_number(plan, abi->nr.pkey_mprotect, TRAP_EXEC_MAP);
		if (abi->nr.old_mmap)
			plan_number(plan, abi->nr.old_mmap, TRAP_OLD_MMAP);
	}
	if (options->follow) {
		plan_number(plan, abi->nr.clone, TRAP_CLONE);
		plan_number(plan, abi->nr.clone3, TRAP_CLONE3);
	}
	plan_number(plan, abi->nr.restart_syscall, TRAP_RESTART);
	plan_number(plan, abi->nr.seccomp, TRAP_SECCOMP);
	plan_number(plan, abi->nr.prctl, TRAP_PRCTL);
	plan_number(plan, abi->nr.rt_sigreturn, TRAP_SIGRETURN);
	plan_number(plan, abi->nr.sigreturn, TRAP_SIGRETURN);
	plan_waits(plan, options);
}

void plan_subtract(struct plan *plan, const struct plan *without)
{
	for (unsigned number = 0; number < PLAN_NUMBERS; number++)
		if (plan->traps[number] == without->traps[number])
			plan->traps[number] = TRAP_NONE;
}
