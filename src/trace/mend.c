/*
 * EINTR that only tracing causes. PTRACE_INTERRUPT, and signals that the program ignores but its tracer is
 * told of, wake a sleeping call; most calls are then restarted by the kernel, but some fail with EINTR where
 * an untraced program would sleep on (signal(7)).
 *
 * At the exit stop nobody knows yet which signal woke the call, nor whether this thread will take it: it may
 * be a signal of the process, which another thread takes first. So EINTR is replaced by ERESTARTNOHAND at
 * once, and the kernel does what is right: it begins the call again, or makes it EINTR when a handler runs.
 * It looks at that only when a signal seems to be pending (kernel/entry/common.c), hence PTRACE_INTERRUPT.
 * Only for stop signals EINTR is written back, as epoll_wait and the like fail so untraced (signal(7)).
 *
 * A relative timeout starts afresh; but once it has passed since the call was entered, the call has timed
 * out, however often it was woken.
 */
#include "mend.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
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
	case CALL_connect: /* goes on with the same attempt: net/ipv4/af_inet.c */
		return true;
	default: /* never close: the fd is gone */
		return false;
	}
}

bool mend_is_sigwait(const struct abi *abi, uint64_t number)
{
	return abi == abi_all[0] && number == SYS_rt_sigtimedwait;
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
	case CALL_sendfile:
	case CALL_splice:
	case CALL_tee:
	case CALL_vmsplice:
	case CALL_copy_file_range:
		return true;
	default:
		return row_sends(row);
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

/* What the registers say of a call that was just left with EINTR. */
struct left_call {
	uint64_t number, args[6];
	const struct row *row;
};

static bool left_with_eintr(struct tracee *tracee, struct left_call *left)
{
	int64_t result;

	if (tracee_regs(tracee) || tracee_info(tracee) || !tracee->abi)
		return false;
	abi_get_call(tracee->abi, &tracee->regs, &left->number, left->args, &result);
	if (result != -EINTR || left->number >= PLAN_NUMBERS)
		return false;
	left->row = row_of(tracee->abi, left->number, left->args);
	return mend_possible(tracee->abi, left->number, left->row);
}

static bool set_result(struct tracee *tracee, int64_t result)
{
	struct user_regs_struct regs;

	if (tracee_regs(tracee))
		return false;
	regs = tracee->regs;
	abi_set_result(&regs, result);
	return !tracee_set_regs(tracee, &regs);
}

static void remember(struct tracee *tracee, uint64_t number)
{
	tracee->mending = true;
	tracee->mended_number = number;
	tracee->mended_ip = tracee->regs.rip;
	tracee->mended_sp = tracee->regs.rsp;
}

bool mend_call(struct tracee *tracee)
{
	struct left_call left;

	if (!left_with_eintr(tracee, &left) || !set_result(tracee, RESTART_NOHAND))
		return false;
	remember(tracee, left.number);
	return true;
}

/* Calls that are never filtered begin again without an entry stop, so what is remembered may be long over. */
static bool still_mending(struct tracee *tracee)
{
	uint64_t number, args[6];
	int64_t result;

	if (!tracee->mending || tracee_regs(tracee))
		return false;
	abi_get_call(abi_of_code(&tracee->regs), &tracee->regs, &number, args, &result);
	return result == RESTART_NOHAND && number == tracee->mended_number &&
	       tracee->regs.rip == tracee->mended_ip && tracee->regs.rsp == tracee->mended_sp;
}

/* SO_RCVTIMEO or SO_SNDTIMEO, in ns, and the address family. */
static uint64_t socket_timeout(const struct tracee *tracee, uint64_t fd, int option, int *domain)
{
	socklen_t size = sizeof(*domain);
	int borrowed = borrow_fd(tracee, fd);
	uint64_t timeout = borrow_timeout(borrowed, option);

	if (borrowed < 0)
		return UINT64_MAX;
	if (getsockopt(borrowed, SOL_SOCKET, SO_DOMAIN, domain, &size))
		*domain = 0;
	close(borrowed);
	return timeout;
}

/* At its entry: a connect whose restart differs from its beginning. */
static bool is_reconnect(const struct tracee *tracee)
{
	uint64_t args[6];
	int domain = 0;

	for (unsigned i = 0; i < 6; i++)
		args[i] = tracee->info.entry.args[i];
	const struct row *row = row_of(tracee->abi, tracee->info.entry.nr, args);

	if (!row || row->id != CALL_connect)
		return false;
	socket_timeout(tracee, args[0], SO_SNDTIMEO, &domain);
	return domain != AF_UNIX; /* there it begins anew */
}

void mend_entered(struct tracee *tracee)
{
	const struct __ptrace_syscall_info *info = &tracee->info;

	tracee->again = tracee->mending && info->instruction_pointer == tracee->mended_ip &&
			info->stack_pointer == tracee->mended_sp;
	tracee->reconnecting = tracee->again && is_reconnect(tracee);
	tracee->mending = tracee->eintr_stays = false;
	tracee->signals = process_of(tracee)->signals;
}

/* struct timespec of our own ABI; none: for ever. */
static uint64_t timespec_at(struct tracee *tracee, uint64_t address)
{
	struct timespec time;

	if (!address || tracee->abi != abi_all[0] ||
	    memory_get(&tracee->memory, address, &time, sizeof(time)) < sizeof(time) || time.tv_sec < 0 ||
	    time.tv_sec > INT32_MAX)
		return UINT64_MAX;
	return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

/* How long the call may last, in ns, and what it returns then. */
static uint64_t timeout_of(struct tracee *tracee, const struct left_call *left, int64_t *result)
{
	const uint64_t *args = left->args;
	int domain = 0;

	*result = -EAGAIN;
	if (!left->row)
		return mend_is_sigwait(tracee->abi, left->number) ? timespec_at(tracee, args[2]) : UINT64_MAX;
	switch (left->row->id) {
	case CALL_epoll_wait:
	case CALL_epoll_pwait:
		*result = 0;
		return (int32_t)args[3] < 0 ? UINT64_MAX : (args[3] & INT32_MAX) * 1000000u;
	case CALL_epoll_pwait2:
		*result = 0;
		return timespec_at(tracee, args[3]);
	case CALL_io_uring_enter:
		return UINT64_MAX;
	default:
		break;
	}
	if (abi_number(tracee->abi, left->number)->socketcall)
		return UINT64_MAX; /* its arguments lie in memory */
	const bool connects = left->row->id == CALL_connect;
	const bool sends = connects || row_sends(left->row);
	uint64_t timeout = socket_timeout(tracee, args[0], sends ? SO_SNDTIMEO : SO_RCVTIMEO, &domain);

	if (connects && domain != AF_UNIX)
		*result = -EINPROGRESS;
	return timeout;
}

/* The result of a call that ended with EINTR: it is restarted, or has timed out. */
static int64_t instead_of_eintr(struct tracee *tracee, const struct left_call *left)
{
	uint64_t lasted = clock_monotonic_ns() - tracee->entered_ns;
	int64_t result = 0;

	return tracee->entered_ns && lasted >= timeout_of(tracee, left, &result) ? result : RESTART_NOHAND;
}

/* Writes what a call returns that was left with EINTR; the open one goes on when that begins it again. */
static void replace_eintr(struct tracee *tracee, const struct left_call *left)
{
	const int64_t result = instead_of_eintr(tracee, left);

	if (!set_result(tracee, result))
		return;
	tracee->info.exit.rval = result;
	tracee->info.exit.is_error = result < 0;
	if (result != RESTART_NOHAND)
		return;
	/* A call may have been injected at this stop, and the kernel looks at no signal any more. */
	ptrace(PTRACE_INTERRUPT, tracee->task.tid, 0, 0);
	remember(tracee, left->number);
	if (open_call(tracee))
		open_call(tracee)->mended = true;
}

static void leave_eintr(struct tracee *tracee)
{
	struct left_call left;

	if (left_with_eintr(tracee, &left))
		replace_eintr(tracee, &left);
}

/*
 * Where only exits stop. The stop is the SIGTRAP of an event, which has no information about the exit, or the
 * exit of a call that is followed after it was interrupted. When the call was entered may not be known: then
 * its time is taken to begin with its first interruption.
 */
static void leave_eintr_only(struct tracee *tracee)
{
	struct left_call left;

	/* What is taken from an event's record was not interrupted: perf_calls.c. */
	if (tracee->regs_sampled || !left_with_eintr(tracee, &left)) {
		tracee->again = false;
		return;
	}
	if (!tracee->again && !tracee->partial.active)
		tracee->entered_ns =
			tracee->left_ns && tracee->began_ns ? tracee->began_ns : clock_monotonic_ns();
	replace_eintr(tracee, &left);
}

/* A connect that was begun again, and whose time is over: net/ipv4/af_inet.c. */
static void leave_reconnect(struct tracee *tracee)
{
	if (tracee->reconnecting && (int32_t)tracee->info.exit.rval == -EALREADY &&
	    set_result(tracee, -EINPROGRESS))
		tracee->info.exit.rval = -EINPROGRESS;
	tracee->reconnecting = false;
}

/* Whether the process was stopped after the call was left, which the stop of its event comes behind. */
static bool was_stopped_since(const struct tracee *tracee)
{
	return tracee->eintr_stays && tracee->left_ns && tracee->left_ns < tracee->job_stop_ns;
}

/* Where only exits stop, which signals came during a call is counted from the exit before it. */
static void leave_only(struct tracee *tracee)
{
	const bool stays = was_stopped_since(tracee);

	if (tracee->tells_owed)
		owed_left(tracee);
	else if (!stays)
		leave_eintr_only(tracee);
	leave_reconnect(tracee);
	if (!tracee->partial.active && !stays)
		partial_cut_only(tracee);
	else if (tracee->partial.active && !tracee_info(tracee) &&
		 tracee->info.op == PTRACE_SYSCALL_INFO_EXIT)
		partial_left(tracee, tracee->info.exit.rval);
	tracee->again &= !stays;
	tracee->signals = process_of(tracee)->signals;
}

void mend_left(struct tracee *tracee)
{
	int32_t error = (int32_t)tracee->info.exit.rval;

	if (tracee->engine->exits_only) {
		leave_only(tracee);
		return;
	}
	if (tracee->tells_owed)
		owed_left(tracee);
	else if (error == -EINTR)
		leave_eintr(tracee);
	leave_reconnect(tracee);
	if (tracee->partial.active)
		partial_left(tracee, tracee->info.exit.rval);
	else if (tracee->info.exit.rval > 0)
		partial_cut(tracee, tracee->info.exit.rval);
}

/* Signals whose default is to be ignored: signal(7). */
static bool ignored_by_default(int signo)
{
	return signo == SIGCHLD || signo == SIGWINCH || signo == SIGURG || signo == SIGCONT;
}

static bool stops_job(int signo)
{
	return signo == SIGSTOP || signo == SIGTSTP || signo == SIGTTIN || signo == SIGTTOU;
}

enum signal_fate { FATE_IGNORED, FATE_STOPS, FATE_TAKEN };

/* What the program does with a signal. */
static enum signal_fate fate_of(const struct proc_status *status, int signo)
{
	uint64_t bit = (uint64_t)1 << (signo - 1);

	if (status->sig_caught & bit)
		return FATE_TAKEN;
	if ((status->sig_ignored & bit) || ignored_by_default(signo))
		return FATE_IGNORED;
	return stops_job(signo) ? FATE_STOPS : FATE_TAKEN;
}

bool mend_ignores(const struct tracee *tracee, int signo)
{
	struct proc_status status;

	return !proc_status(tracee->task.tid, &status) && fate_of(&status, signo) == FATE_IGNORED;
}

bool mend_pending_is_own(const struct proc_status *status)
{
	uint64_t due = status->sig_pending & ~status->sig_blocked;

	for (int signo = 1; due >> (signo - 1) && signo < 64; signo++)
		if ((due >> (signo - 1) & 1) && fate_of(status, signo) != FATE_IGNORED)
			return true;
	return false;
}

/* The call that was told to begin again ends with EINTR after all. write: the kernel does not see to that. */
static void give_eintr(struct tracee *tracee, bool write)
{
	if (tracee->partial.active && !tracee->inside)
		partial_undo(tracee);
	if (still_mending(tracee)) {
		if (write)
			set_result(tracee, -EINTR);
		restart_ends(tracee, -EINTR);
	}
	tracee->mending = false;
}

/* Whether its exit was looked at already. Where only exits stop it was, until the events are taken away. */
static bool was_examined(const struct tracee *tracee)
{
	if (tracee->engine->exits_only)
		return !tracee->tracer->perf->closing || trap_is_guarded(tracee);
	return tracee->regs.rip == tracee->left_ip && tracee->regs.rsp == tracee->left_sp;
}

/* A call whose exit was not looked at, and that was cut short. */
static bool may_go_on(struct tracee *tracee)
{
	return !was_examined(tracee) && partial_possible(tracee);
}

/* A signal that the program ignores must not end its call. */
static void mend_ignored(struct tracee *tracee)
{
	struct trace_call *call = open_call(tracee);

	if (tracee->eintr_stays || tracee->partial.active)
		return;
	if (mend_wanted(tracee) && mend_call(tracee)) {
		if (tracee->maybe_eintr && call) {
			call->mended = true;
			restart_interrupt(tracee);
			tracee->maybe_eintr = false;
		}
	} else if (may_go_on(tracee)) {
		partial_continue(tracee);
	}
}

/* Whether a signal could change what becomes of the call that was just left. Cheap. */
static bool is_concerned(struct tracee *tracee)
{
	return !tracee_regs(tracee) && (int64_t)tracee->regs.orig_rax >= 0 &&
	       (tracee->mending || tracee->partial.active || mend_wanted(tracee) || may_go_on(tracee));
}

void mend_signal(struct tracee *tracee, int signo)
{
	struct proc_status status;

	process_of(tracee)->signals++;
	process_of(tracee)->signal_ns = clock_monotonic_ns();
	if (!is_concerned(tracee) || proc_status(tracee->task.tid, &status))
		return;
	switch (fate_of(&status, signo)) {
	case FATE_IGNORED:
		mend_ignored(tracee);
		break;
	case FATE_STOPS:
		mend_stopped(tracee);
		break;
	case FATE_TAKEN:
		give_eintr(tracee, false);
		break;
	}
}

void mend_stopped(struct tracee *tracee)
{
	give_eintr(tracee, true);
	tracee->eintr_stays = true;
	tracee->job_stop_ns = clock_monotonic_ns();
}

void mend_interrupted(struct tracee *tracee)
{
	if (!tracee->eintr_stays && mend_wanted(tracee))
		mend_call(tracee);
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
