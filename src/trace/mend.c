/*
 * EINTR that only tracing causes. PTRACE_INTERRUPT, and signals that the program ignores but its tracer is
 * told of, wake a sleeping call; most calls are then restarted by the kernel, but some fail with EINTR where
 * an untraced program would sleep on (signal(7)). At the stop that follows, the result is already in the
 * registers: replaced by ERESTARTNOHAND, it makes the kernel begin the call again, since no handler is going
 * to run. A relative timeout starts afresh.
 */
#include <errno.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "tracee.h"

/* Calls outside of the table that wait, and did nothing when they fail with EINTR; numbers of our own ABI. */
static bool native_waits(uint64_t number)
{
	return number == SYS_semop || number == SYS_semtimedop || number == SYS_io_getevents ||
	       number == SYS_io_pgetevents || number == SYS_rt_sigtimedwait;
}

bool mend_possible(const struct abi *abi, uint64_t number, const struct row *row)
{
	if (!row)
		return abi == abi_all[0] && native_waits(number);
	switch (row->id) {
	case CALL_accept:
	case CALL_accept4:
	case CALL_recv:
	case CALL_recvfrom:
	case CALL_recvmsg:
	case CALL_recvmmsg:
	case CALL_send:
	case CALL_sendto:
	case CALL_sendmsg:
	case CALL_sendmmsg:
	case CALL_read:
	case CALL_readv:
	case CALL_write:
	case CALL_writev:
	case CALL_epoll_wait:
	case CALL_epoll_pwait:
	case CALL_epoll_pwait2:
	case CALL_io_uring_enter:
		return true;
	default: /* never close (the fd is gone) nor connect (EALREADY) */
		return false;
	}
}

bool mend_forbids_waking(const struct row *row, const uint64_t args[6])
{
	switch (row->id) {
	case CALL_recv:
	case CALL_recvfrom:
		return args[3] & MSG_WAITALL;
	case CALL_recvmsg:
		return args[2] & MSG_WAITALL;
	case CALL_close: /* lingers */
	case CALL_connect:
	case CALL_recvmmsg:
	case CALL_send:
	case CALL_sendto:
	case CALL_sendmsg:
	case CALL_sendmmsg:
	case CALL_write:
	case CALL_writev:
	case CALL_pwrite64:
	case CALL_pwritev:
	case CALL_pwritev2:
	case CALL_sendfile:
	case CALL_splice:
	case CALL_tee:
	case CALL_vmsplice:
	case CALL_copy_file_range:
		return true;
	default:
		return false;
	}
}

/* The row of any call, wanted or not. */
static const struct row *row_of(const struct abi *abi, uint64_t number, const uint64_t args[6])
{
	const struct abi_number *entry = abi_number(abi, number);
	unsigned count;
	uint16_t row = entry->socketcall ? abi_socketcall_row((uint32_t)args[0], &count) : entry->row;

	return row == CALL_NONE ? NULL : &call_rows[row];
}

/* A call's registers as arch/ sees them; number is -1 outside of calls. */
bool mend_call(struct tracee *tracee)
{
	uint64_t number, args[6];
	int64_t result;

	if (tracee_regs(tracee) || tracee_info(tracee) || !tracee->abi)
		return false;
	abi_get_call(tracee->abi, &tracee->regs, &number, args, &result);
	if (result != -EINTR || number >= PLAN_NUMBERS ||
	    !mend_possible(tracee->abi, number, row_of(tracee->abi, number, args)))
		return false;
	struct user_regs_struct regs = tracee->regs;

	abi_set_result(&regs, RESTART_NOHAND);
	return !tracee_set_regs(tracee, &regs);
}

/* Signals whose default is to be ignored: signal(7). */
static bool ignored_by_default(int signo)
{
	return signo == SIGCHLD || signo == SIGWINCH || signo == SIGURG || signo == SIGCONT;
}

bool signal_is_ignored(const struct tracee *tracee, int signo)
{
	struct proc_status status;
	uint64_t bit = (uint64_t)1 << (signo - 1);

	if (proc_status(tracee->task.tid, &status))
		return false;
	return (status.sig_ignored & bit) || (ignored_by_default(signo) && !(status.sig_caught & bit));
}

bool mend_wanted(struct tracee *tracee)
{
	uint64_t number, args[6];
	int64_t result;

	if (tracee_regs(tracee))
		return false;
	abi_get_call(abi_of_code(&tracee->regs), &tracee->regs, &number, args, &result);
	return result == -EINTR && number < PLAN_NUMBERS;
}
