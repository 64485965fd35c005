/*
 * Calls that PTRACE_INTERRUPT cut short. A thread that runs inside a large blocking send when it is attached
 * to (only of sleepers does /proc tell the call) leaves it early, with part of the data moved: a program may
 * rely on that never happening. At the stop that follows, the call is begun again for the rest, and its exit
 * is given the whole result and the arguments that it had. Calls with one buffer, or an array of messages;
 * and never those that may end early anyway: non-blocking ones, and those with a timeout of their own.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/log.h"
#include "tracee.h"

enum partial_kind { PARTIAL_NONE, PARTIAL_BUFFER, PARTIAL_MESSAGES };

static enum partial_kind kind_of(const struct row *row, const uint64_t args[6])
{
	switch (row->id) {
	case CALL_write:
		return PARTIAL_BUFFER;
	case CALL_send:
	case CALL_sendto:
		return args[3] & MSG_DONTWAIT ? PARTIAL_NONE : PARTIAL_BUFFER;
	case CALL_recv:
	case CALL_recvfrom:
		return (args[3] & MSG_WAITALL) && !(args[3] & (MSG_DONTWAIT | MSG_PEEK)) ? PARTIAL_BUFFER
											 : PARTIAL_NONE;
	case CALL_sendmmsg:
		return args[3] & MSG_DONTWAIT ? PARTIAL_NONE : PARTIAL_MESSAGES;
	case CALL_recvmmsg:
		return (args[3] & (MSG_DONTWAIT | MSG_WAITFORONE)) || args[4] ? PARTIAL_NONE
									      : PARTIAL_MESSAGES;
	default:
		return PARTIAL_NONE;
	}
}

/* O_NONBLOCK of the description, as /proc/TID/fdinfo says in octal: proc(5). */
static bool is_nonblocking(const struct tracee *tracee, uint64_t fd)
{
	char text[512];
	int got = proc_read(text, sizeof(text), "/proc/%d/fdinfo/%d", tracee->task.tid, (int)fd);
	const char *at = got < 0 ? NULL : strstr(text, "flags:");

	return !at || (strtoul(at + 6, NULL, 8) & O_NONBLOCK);
}

/* The arguments for the rest. */
static void advance(const struct abi *abi, enum partial_kind kind, uint64_t args[6], uint64_t done)
{
	args[1] += kind == PARTIAL_MESSAGES ? done * abi->layout.mmsghdr.size : done;
	args[2] -= done;
}

bool partial_continue(struct tracee *tracee)
{
	struct partial *partial = &tracee->partial;
	struct user_regs_struct regs;
	uint64_t number, args[6];
	int64_t result;

	if (tracee_info(tracee) || !tracee->abi || tracee_regs(tracee))
		return false;
	abi_get_call(tracee->abi, &tracee->regs, &number, args, &result);
	const struct abi_number *entry = abi_number(tracee->abi, number);

	if (result <= 0 || entry->row == CALL_NONE || (uint64_t)result >= args[2])
		return false;
	enum partial_kind kind = kind_of(&call_rows[entry->row], args);

	if (kind == PARTIAL_NONE || is_nonblocking(tracee, args[0]))
		return false;
	*partial = (struct partial){ .number = number, .done = result };
	memcpy(partial->args, args, sizeof(args));
	advance(tracee->abi, kind, args, (uint64_t)result);
	regs = tracee->regs;
	abi_set_call(tracee->abi, &regs, number, args);
	abi_rewind(tracee->abi, &regs);
	partial->active = !tracee_set_regs(tracee, &regs);
	log_debug("%d: call %d was cut short by attaching and goes on", tracee->task.tid, (int)number);
	return partial->active;
}

void partial_end(struct tracee *tracee)
{
	struct partial *partial = &tracee->partial;
	struct user_regs_struct regs;
	int64_t rest = tracee->info.exit.rval;

	partial->active = false;
	if (tracee_regs(tracee))
		return;
	regs = tracee->regs;
	/* An error, or a signal, after a part was moved: the part is the result. */
	abi_set_call(tracee->abi, &regs, partial->number, partial->args);
	abi_set_result(&regs, partial->done + (rest > 0 ? rest : 0));
	tracee_set_regs(tracee, &regs);
	tracee->info.exit.rval = partial->done + (rest > 0 ? rest : 0);
	tracee->info.exit.is_error = 0;
}
