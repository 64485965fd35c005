/*
 * Calls that return early with part of their data because tracing woke them: by PTRACE_INTERRUPT, or for a
 * signal that the program ignores. A program may rely on that never happening: a recv with MSG_WAITALL, a
 * large blocking send. The call is begun again for the rest, and its last exit is given the whole result and
 * the arguments that it had; rest.c says what is left. Never those that may end early anyway: non-blocking
 * ones, those whose time is over, and those whose socket has an error to tell of.
 *
 * recvmmsg is the worst of them: the kernel keeps what ended it, ERESTARTSYS, as the socket's error, so that
 * the next call fails with errno 512 (net/socket.c, do_recvmmsg). That error is taken away. An error of the
 * socket's own that is found there instead has ended the call, and is told to the thread's next call on it.
 *
 * A signal with a handler, or one that stops the process, ends such a call untraced too. When one comes
 * before the call has begun again, the part is its result after all.
 */
#include "mend.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "rest.h"
#include "tracee.h"

/* How long after a signal's stop the exit of a call may come that it woke, on a busy machine. */
static const uint64_t SIGNAL_WAKES_NS = 250000000;

/* Kernel-internal (include/linux/errno.h); recvmmsg lets it out. */
enum { ERESTARTSYS = 512 };

bool partial_covers(const struct row *row, const uint64_t args[6])
{
	return rest_kind_of(row, args) != REST_NONE;
}

/* What the registers say of a call that may have been cut short, or of the one that does its rest. */
struct cut {
	uint64_t number, args[6];
	int64_t result;
	enum rest_kind kind;
};

static bool look(struct tracee *tracee, const struct abi *abi, struct cut *cut)
{
	abi_get_call(abi, &tracee->regs, &cut->number, cut->args, &cut->result);
	uint16_t row = abi_number(abi, cut->number)->row;

	cut->kind = REST_NONE;
	if (cut->result > 0 && row != CALL_NONE)
		cut->kind = rest_kind_of(&call_rows[row], cut->args);
	if ((cut->kind == REST_BUFFER || cut->kind == REST_MESSAGES) && (uint64_t)cut->result >= cut->args[2])
		cut->kind = REST_NONE;
	return cut->kind != REST_NONE;
}

bool partial_possible(struct tracee *tracee)
{
	struct cut cut;

	return !tracee_regs(tracee) && look(tracee, abi_of_code(&tracee->regs), &cut);
}

/* recvmmsg's own timeout has passed when nothing is left of it: recvmmsg(2). Not known of 32-bit calls. */
static bool messages_timed_out(struct tracee *tracee, const struct cut *cut)
{
	uint64_t left[2];

	if (!cut->args[4] || call_rows[abi_number(tracee->abi, cut->number)->row].id != CALL_recvmmsg)
		return false;
	return tracee->abi->bits == 32 ||
	       memory_get(&tracee->memory, cut->args[4], left, sizeof(left)) < sizeof(left) ||
	       (!left[0] && !left[1]);
}

/* Messages have ends of their own: MSG_WAITALL is nothing to them (recv(2)). */
static bool is_stream(int fd)
{
	socklen_t size = sizeof(int);
	int type;

	return !getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) && type == SOCK_STREAM;
}

/* Whether messages end there: the last one of a stream may have been cut short itself. */
static bool messages_end(struct tracee *tracee, const struct cut *cut, int fd, bool receives)
{
	socklen_t size = sizeof(int);
	int error = 0;

	if ((!receives || (cut->args[3] & MSG_WAITALL)) && is_stream(fd))
		return true;
	if (!receives)
		return false;
	/* This takes it from the socket: its own interruption, or what the next call is to be told. */
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size))
		return true;
	if (error == ERESTARTSYS || error == EINTR)
		return false;
	if (error)
		owed_keep(tracee, cut->args[0], fd, error);
	return true;
}

/* What is read ends at the mark of urgent data, whose SIGURG is one of the ignored signals: sockatmark(3). */
static bool is_at_mark(int fd)
{
	int at = 0;

	return !ioctl(fd, SIOCATMARK, &at) && at;
}

/* Whether the fd itself is a reason for ending early. */
static bool fd_ends_it(struct tracee *tracee, const struct cut *cut, int fd)
{
	uint16_t id = abi_number(tracee->abi, cut->number)->row;
	bool receives = id == CALL_recv || id == CALL_recvfrom || id == CALL_recvmsg || id == CALL_recvmmsg;
	uint64_t timeout = borrow_timeout(fd, receives ? SO_RCVTIMEO : SO_SNDTIMEO);
	struct pollfd set = { .fd = fd };

	if (fcntl(fd, F_GETFL) & O_NONBLOCK || (receives && cut->kind != REST_MESSAGES && !is_stream(fd)))
		return true;
	if (timeout != UINT64_MAX &&
	    (!tracee->entered_ns || clock_monotonic_ns() - tracee->entered_ns >= timeout))
		return true;
	if (cut->kind == REST_MESSAGES)
		return messages_end(tracee, cut, fd, receives);
	if (receives && is_at_mark(fd))
		return true;
	return poll(&set, 1, 0) > 0 && (set.revents & (receives ? POLLERR : POLLERR | POLLHUP));
}

static bool ends_early_anyway(struct tracee *tracee, const struct cut *cut)
{
	if (cut->kind == REST_MESSAGES && messages_timed_out(tracee, cut))
		return true;
	int fd = borrow_fd(tracee, cut->args[0]);
	bool ends = fd < 0 || fd_ends_it(tracee, cut, fd);

	if (fd >= 0)
		close(fd);
	return ends;
}

/* A filter of the program's own might end it for a call that it does not make itself. */
static bool is_confined(const struct tracee *tracee)
{
	struct proc_status status;

	if (tracee->engine == &engine_seccomp)
		return process_of(tracee)->own_filter;
	return proc_status(tracee->task.tid, &status) || status.seccomp;
}

/* Whether the fd of a call is a socket's. */
static bool is_on_socket(const struct tracee *tracee, uint64_t fd)
{
	const int borrowed = borrow_fd(tracee, fd);
	socklen_t size = sizeof(int);
	int type;
	const bool is = borrowed >= 0 && !getsockopt(borrowed, SOL_SOCKET, SO_TYPE, &type, &size);

	if (borrowed >= 0)
		close(borrowed);
	return is;
}

/*
 * Which signal a write raises that finds the socket's other end gone, as the first part of the whole call did
 * not (net/ipv4/tcp.c, do_error). Where one waits already, no other is queued.
 */
static bool raises_pipe(const struct tracee *tracee, const struct rest *rest)
{
	struct proc_status status;

	return abi_number(tracee->abi, rest->number)->row == CALL_write &&
	       !proc_status(tracee->task.tid, &status) && !(status.sig_queued >> (SIGPIPE - 1) & 1);
}

/* Begins again for what is left. partial holds what the program asked for, and what was done. */
static bool begin_again(struct tracee *tracee, struct rest *rest)
{
	struct partial *partial = &tracee->partial;

	const bool on_socket = is_on_socket(tracee, partial->args[0]);

	if (on_socket && !is_confined(tracee))
		rest_send(tracee->abi, rest);
	partial->raises = on_socket && raises_pipe(tracee, rest);
	struct user_regs_struct regs = tracee->regs;

	partial->left = tracee->regs;
	abi_set_call(tracee->abi, &partial->left, partial->number, partial->args);
	abi_set_result(&partial->left, partial->done);
	partial->step = rest->number;
	partial->expected = rest->expected;
	abi_set_call(tracee->abi, &regs, rest->number, rest->args);
	abi_rewind(tracee->abi, &regs);
	partial->active = !tracee_set_regs(tracee, &regs);
	log_debug("%d: call %d was cut short by tracing and goes on", tracee->task.tid, (int)partial->number);
	return partial->active;
}

bool partial_continue(struct tracee *tracee)
{
	struct cut cut;
	struct rest rest;

	if (tracee_info(tracee) || !tracee->abi || tracee_regs(tracee) || tracee->tracer->cutting ||
	    !look(tracee, tracee->abi, &cut) ||
	    !rest_find(tracee, NULL, tracee->abi, cut.number, cut.args, (uint64_t)cut.result, &rest) ||
	    (rest.number != cut.number && is_confined(tracee)) || ends_early_anyway(tracee, &cut))
		return false;
	tracee->partial.number = cut.number;
	tracee->partial.done = cut.result;
	tracee->partial.begun_ns = clock_monotonic_ns();
	memcpy(tracee->partial.args, cut.args, sizeof(cut.args));
	return begin_again(tracee, &rest);
}

/* Whether a stop for a signal that another thread of the process took waits to be handled. */
static bool sibling_took_signal(const struct tracee *tracee)
{
	struct tracer *tracer = tracee->tracer;
	const struct stop_queue *queue = &tracer->queue;

	stop_collect(tracer);
	for (unsigned i = 0; i < queue->count; i++) {
		const struct queued_stop *queued = &queue->stops[(queue->first + i) % queue->room];
		const struct tracee *other = map_get(&tracer->tracees, (uint64_t)queued->tid);

		if (other && other->task.process == tracee->task.process &&
		    stop_classify(queued->tid, queued->status).kind == STOP_SIGNAL)
			return true;
	}
	return false;
}

/*
 * Whether another thread took a signal that may have woken this one as well: during its call, and not long
 * ago. A call that goes on for an older one would take the error that ended it from the socket. Threads that
 * were let go already take signals unseen.
 */
static bool sibling_had_signal(const struct tracee *tracee)
{
	const struct trace_process *process = process_of(tracee);

	return (process->signals != tracee->signals || tracee->tracer->freeing) &&
	       clock_monotonic_ns() - process->signal_ns < SIGNAL_WAKES_NS;
}

/*
 * Whether nothing of the program's own has woken the thread: it was interrupted by us, or its process got a
 * signal during the call, and none is pending that it does not ignore. The pending ones are looked at first:
 * a thread that takes one stops in the same moment (kernel/signal.c, under siglock).
 */
static bool woken_by_tracing(struct tracee *tracee)
{
	struct proc_status status;

	if (proc_status(tracee->task.tid, &status) || mend_pending_is_own(&status))
		return false;
	if (tracee->engine->exits_only)
		status.sig_pending &= ~((uint64_t)1 << (SIGTRAP - 1)); /* of the event, after the call */
	return tracee->woken || (status.sig_pending & ~status.sig_blocked) || sibling_had_signal(tracee) ||
	       sibling_took_signal(tracee);
}

/* As a restarted one the open call waits for its next entry. */
static void goes_on(struct tracee *tracee)
{
	struct trace_call *call = open_call(tracee);

	tracee->info.exit.rval = RESTART_NOHAND;
	if (call)
		call->mended = true;
}

/* Whether the open call returned less than it was asked for. */
static bool came_short(struct tracee *tracee, const struct call *call, int64_t result)
{
	struct rest rest;

	if (abi_number(call->abi, call->number)->socketcall)
		return false; /* its arguments lie in memory */
	const enum rest_kind kind = rest_kind_of(call->row, call->args);

	if (kind == REST_NONE || (kind == REST_BUFFER && (uint64_t)result >= call->args[2]))
		return false; /* as nearly always */
	return rest_find(tracee, call, call->abi, call->number, call->args, (uint64_t)result, &rest);
}

bool partial_cut(struct tracee *tracee, int64_t result)
{
	const struct trace_call *call = open_call(tracee);

	tracee->left_ip = tracee->info.instruction_pointer;
	tracee->left_sp = tracee->info.stack_pointer;
	if (call ? !came_short(tracee, &call->call, result)
		 : !tracee->tracer->quiet || !partial_possible(tracee))
		return false;
	if (!woken_by_tracing(tracee) || !partial_continue(tracee))
		return false;
	goes_on(tracee);
	return true;
}

/* What the registers say of the call, and the memory where they do not say how much was asked for. */
static bool looks_short(struct tracee *tracee)
{
	struct cut cut;
	struct rest rest;

	return tracee->abi && !tracee_call_regs(tracee) && look(tracee, tracee->abi, &cut) &&
	       (cut.kind == REST_BUFFER || cut.kind == REST_MESSAGES ||
		rest_find(tracee, NULL, tracee->abi, cut.number, cut.args, (uint64_t)cut.result, &rest));
}

/*
 * The entry was not seen. When it was is known, or else that it was not before the exit before it: a call
 * whose time may be over has timed out.
 */
bool partial_cut_only(struct tracee *tracee)
{
	if (open_call(tracee)) /* followed from its entry on */
		return tracee->info.exit.rval > 0 && partial_cut(tracee, tracee->info.exit.rval);
	if (!looks_short(tracee) || !woken_by_tracing(tracee))
		return false;
	tracee->entered_ns = tracee->left_ns && tracee->began_ns ? tracee->began_ns : tracee->before_ns;
	return partial_continue(tracee);
}

void partial_undo(struct tracee *tracee)
{
	tracee->partial.active = false;
	tracee_set_regs(tracee, &tracee->partial.left);
	restart_ends(tracee, tracee->partial.done);
}

/* What the kernel sends with send_sig(SIGPIPE, current, 0) is as if the process had sent it. */
bool partial_raised(struct tracee *tracee, int signo)
{
	siginfo_t info;

	if (signo != SIGPIPE || ptrace(PTRACE_GETSIGINFO, tracee->task.tid, 0, &info) ||
	    info.si_code != SI_USER || info.si_pid != proc_own_tid(tracee->task.process->pid))
		return false;
	tracee->drops_pipe = false;
	log_debug("%d: a SIGPIPE is not delivered that only tracing caused", tracee->task.tid);
	return true;
}

static void end(struct tracee *tracee)
{
	struct partial *partial = &tracee->partial;
	struct user_regs_struct regs;

	partial->active = false;
	if (tracee_regs(tracee))
		return;
	regs = tracee->regs;
	abi_set_call(tracee->abi, &regs, partial->number, partial->args);
	abi_set_result(&regs, partial->done);
	tracee_set_regs(tracee, &regs);
	tracee->info.exit.rval = partial->done;
	tracee->info.exit.is_error = 0;
}

/* More of it was done, but not all: it was cut short again, or goes on with the next buffer. */
static bool more_is_left(struct tracee *tracee, int64_t result)
{
	const struct partial *partial = &tracee->partial;
	struct cut cut = { .number = partial->number, .result = partial->done };
	struct rest rest;

	if (tracee->tracer->cutting || tracee_regs(tracee) ||
	    !rest_find(tracee, NULL, tracee->abi, partial->number, partial->args, (uint64_t)partial->done,
		       &rest))
		return false;
	memcpy(cut.args, partial->args, sizeof(cut.args));
	cut.kind = rest_kind_of(&call_rows[abi_number(tracee->abi, cut.number)->row], cut.args);
	if ((uint64_t)result < partial->expected &&
	    (!woken_by_tracing(tracee) || ends_early_anyway(tracee, &cut)))
		return false;
	return begin_again(tracee, &rest);
}

void partial_left(struct tracee *tracee, int64_t result)
{
	struct partial *partial = &tracee->partial;

	if (restart_is_code(result) && !tracee->tracer->cutting) {
		struct trace_call *call = open_call(tracee);

		/* It is restarted, or a handler comes first: partial_undo. */
		ptrace(PTRACE_INTERRUPT, tracee->task.tid, 0, 0);
		if (call)
			call->mended = true;
		return;
	}
	tracee->drops_pipe |= partial->raises && result == -EPIPE;
	/* An error after a part was moved: the part is the result. */
	if (result > 0) {
		partial->done += result;
		if (more_is_left(tracee, result)) {
			goes_on(tracee);
			return;
		}
	}
	end(tracee);
}
