/*
 * An error that was taken from a socket (partial.c asks for it, and the kernel has no way to put it back) is
 * told to the thread's next call that moves data on it, as the kernel would have: that call is left out, and
 * fails with it.
 */
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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

/* 0: not known. */
static uint64_t inode_of(int fd)
{
	struct stat about;

	return fstat(fd, &about) ? 0 : about.st_ino;
}

void owed_keep(struct tracee *tracee, uint64_t fd, int borrowed, int error)
{
	tracee->owed = (struct mend_error){ .fd = fd, .inode = inode_of(borrowed), .number = error };
}

/* Whether the number still stands for the socket that the error was taken from. */
static bool is_same(const struct tracee *tracee)
{
	const int fd = borrow_fd(tracee, tracee->owed.fd);
	const bool same = fd >= 0 && inode_of(fd) == tracee->owed.inode;

	if (fd >= 0)
		close(fd);
	return same;
}

static void leave_out(struct tracee *tracee)
{
	struct user_regs_struct regs;

	if (tracee_regs(tracee))
		return;
	regs = tracee->regs;
	regs.orig_rax = (unsigned long long)-1;
	tracee->tells_owed = tracee->want_exit = !tracee_set_regs(tracee, &regs);
}

void owed_entered(struct tracee *tracee, uint64_t number, const uint64_t given[6])
{
	uint64_t args[6];
	bool known;

	if (!tracee->owed.number || tracee->partial.active)
		return;
	memcpy(args, given, sizeof(args));
	const uint16_t row = call_number_row(tracee, tracee->abi, number, args, &known);

	if (row == CALL_NONE || !known || args[0] != tracee->owed.fd)
		return;
	if (row == CALL_close || (moves_data(&call_rows[row]) && !is_same(tracee)))
		tracee->owed.number = 0;
	else if (moves_data(&call_rows[row]))
		leave_out(tracee);
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
