/*
 * An error that was taken from a socket (partial.c asks for it, and the kernel has no way to put it back) is
 * told to the thread's next call that moves data on it, as the kernel would have: that call is left out, and
 * fails with it.
 */
#include "mend.h"
#include "tracee.h"

static bool moves_data(const struct row *row)
{
	switch (row->id) {
	case CALL_recv:
	case CALL_recvfrom:
	case CALL_recvmsg:
	case CALL_recvmmsg:
	case CALL_read:
	case CALL_readv:
	case CALL_write:
	case CALL_writev:
		return true;
	default:
		return row_sends(row);
	}
}

void owed_entered(struct tracee *tracee, uint64_t number, const uint64_t args[6])
{
	const struct abi_number *entry = abi_number(tracee->abi, number);

	if (!tracee->owed.number || tracee->partial.active || entry->row == CALL_NONE ||
	    args[0] != tracee->owed.fd)
		return;
	if (moves_data(&call_rows[entry->row]) && !tracee_regs(tracee)) {
		struct user_regs_struct regs = tracee->regs;

		regs.orig_rax = (unsigned long long)-1;
		tracee->tells_owed = tracee->want_exit = !tracee_set_regs(tracee, &regs);
	} else if (entry->row == CALL_close) {
		tracee->owed.number = 0;
	}
}

void owed_left(struct tracee *tracee)
{
	struct user_regs_struct regs;

	if (!tracee->tells_owed || tracee_regs(tracee))
		return;
	regs = tracee->regs;
	abi_set_result(&regs, -tracee->owed.number);
	if (!tracee_set_regs(tracee, &regs)) {
		tracee->info.exit.rval = -tracee->owed.number;
		tracee->info.exit.is_error = 1;
	}
	tracee->tells_owed = false;
	tracee->owed.number = 0;
}
