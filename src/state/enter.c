/* enter: whether a call is of interest, and which files it is about. At the entry stop, or at the exit when
 * only that is seen. */
#include <errno.h>
#include <string.h>
#include <sys/poll.h>

#include "arch/abi.h"
#include "calls/row.h"
#include "model/blob.h"
#include "private.h"

enum { UNSHARE_FILES = 0x400 /* CLONE_FILES, <linux/sched.h> */, SETS_FD_LIMIT = 1 << 20 };

static bool may_matter(const struct file *file)
{
	return file_matters(file) || file->kind == FILE_UNKNOWN;
}

/*
 * A closed fd cannot be asked about any more when only the exit is seen; and of a call that a record tells
 * of, which is over for a while, asking would tell nothing that is truer than what was known then.
 */
static struct file *look_main(struct state *state, struct task *task, const struct call *call, bool hint)
{
	int fd = call_fd(call, call->row->fd_arg);

	if (!call->entry_seen && call->row->effect == EFFECT_CLOSE) {
		struct file *file = look_known(task, fd);

		return file ? file : &state->other;
	}
	struct file *known = call->bytes_unread ? look_known(task, fd) : NULL;

	return known ? known : look(state, task, fd, hint);
}

/* From here on the kernel may give the number to what another thread opens, before the close is seen to end.
 */
static void begin_close(struct state *state, struct task *task, const struct call *call, struct file *file,
			int fd)
{
	struct slot *slot = fdtable_slot(task->files, fd);

	tcp_enter_close(state, task, call, file, fd);
	late_take(task, fd);
	if (call->entry_seen && slot && task->files->refs > 1)
		slot->flags |= SLOT_CLOSING;
}

/* What a call that is not followed does to a table whose fds matter to nobody. */
static void apply_skipped(struct state *state, struct task *task, const struct call *call)
{
	if (call->row->effect == EFFECT_CLOSE) {
		if (!call->failed && !fdtable_slot(task->files, call_fd(call, call->row->fd_arg)))
			task->files->unused_ns = state->now;
		fdtable_clear(state, task->files, call_fd(call, call->row->fd_arg));
	} else if (call->row->effect == EFFECT_DUP2) {
		fdtable_clear(state, task->files, call_fd(call, 1));
	}
}

/* A close of nobody knows what. */
static void enter_unknown(struct state *state, struct task *task, struct call *call)
{
	const struct slot *slot = fdtable_slot(task->files, call_fd(call, 0));

	if (slot && !file_matters(slot->file))
		apply_skipped(state, task, call);
	call->file = file_ref(&state->unknown);
	call->uncertain = true;
}

static bool enter_any(struct state *state, struct task *task, struct call *call)
{
	if (call->row->effect == EFFECT_CLOSE) {
		enum late_fate fate = late_close(state, task, call);

		if (fate == LATE_UNKNOWN)
			enter_unknown(state, task, call);
		if (fate != LATE_NOT)
			return fate != LATE_OTHER;
	} else if (!call->bytes_unread) {
		late_doubt(task, call_fd(call, call->row->fd_arg));
	}
	struct file *file = look_main(state, task, call, false);
	struct file *file2 = NULL;

	if (call->row->fd_arg2 >= 0) {
		int fd2 = call_fd(call, (unsigned)call->row->fd_arg2);

		file2 = call->row->effect == EFFECT_DUP2 ? look_known(task, fd2)
							 : look(state, task, fd2, false);
	}
	if (!may_matter(file) && !(file2 && may_matter(file2))) {
		apply_skipped(state, task, call);
		return false;
	}
	if (call->unreturned && (file->kind == FILE_UNKNOWN || late_is_unsure(task, call)))
		call->uncertain = true;
	if (call->row->effect == EFFECT_CLOSE)
		begin_close(state, task, call, file, call_fd(call, call->row->fd_arg));
	if (call->row->effect == EFFECT_DUP2 && call->args[0] != call->args[1]) {
		late_overwritten(task, call, call_fd(call, 1));
		begin_close(state, task, call, file2, call_fd(call, 1));
	}
	call->file = file_ref(file);
	if (file2)
		call->file2 = file_ref(file2);
	return true;
}

static bool range_matters(struct task *task, const struct call *call)
{
	uint64_t last = (uint32_t)call->args[1];

	if (!task->files->matters)
		return false;
	for (uint64_t fd = (uint32_t)call->args[0]; fd <= last && fd < task->files->size; fd++)
		if (task->files->slots[fd].file && file_matters(task->files->slots[fd].file))
			return true;
	return false;
}

/* Calls without an fd: all but those that take fds away are of interest, whether they succeed or not. */
static bool enter_none(struct state *state, struct task *task, struct call *call)
{
	if (call->row->effect == EFFECT_UNSHARE)
		return call->args[0] & UNSHARE_FILES;
	if (call->row->effect != EFFECT_CLOSE_RANGE)
		return true;
	tcp_enter_close_range(state, task, call);
	uint64_t last = (uint32_t)call->args[1];
	bool clears = !range_matters(task, call) && task->files->refs <= 1;

	for (uint64_t fd = (uint32_t)call->args[0]; fd <= last && fd < task->files->size; fd++) {
		late_take(task, (int)fd);
		if (clears)
			fdtable_clear(state, task->files, (int)fd);
	}
	return !clears;
}

/*
 * A connect that began before it could be seen, and has not ended: until then its socket has no peer. One
 * that does not block is told of as it is when its beginning was seen: with the peer that it is to have.
 */
static void enter_connect(struct state *state, const struct call *call)
{
	struct file *file = call->file;

	if (call->entry_seen || !file->history || !file->history->found || file->history->connect_begun ||
	    file->history->condition != SOCKET_CONNECTING)
		return;
	file_set_peer(state, file, &(struct address){ 0 });
	file->link = LINK_NONE;
	file->history->condition = SOCKET_NEW;
}

static bool enter(struct state *state, struct task *task, struct call *call)
{
	const struct row *row = call->row;
	bool interest = true;

	if (!task->files || !call->args_known)
		return row->fd_use != FD_ANY;
	look_list(state, task);
	switch (row->fd_use) {
	case FD_NONE:
		return enter_none(state, task, call);
	case FD_ANY:
		return enter_any(state, task, call);
	case FD_SETS:
		return task->files->matters || !task->files->whole;
	case FD_SOCKET:
	case FD_EPOLL:
		call->file = file_ref(look_main(state, task, call, row->fd_use == FD_SOCKET));
		if (row->effect == EFFECT_CONNECT)
			enter_connect(state, call);
		if (row->fd_arg2 >= 0)
			call->file2 =
				file_ref(look(state, task, call_fd(call, (unsigned)row->fd_arg2), false));
		break;
	}
	return interest;
}

bool state_enter(struct state *state, struct task *task, struct call *call)
{
	bool interest;

	state->now = call->entry_ns ? call->entry_ns : call->exit_ns;
	interest = enter(state, task, call);
	if (task->left_ns < call->exit_ns)
		task->left_ns = call->exit_ns;
	return interest;
}

static bool fd_matters(struct state *state, struct task *task, int fd)
{
	return fd >= 0 && may_matter(look(state, task, fd, false));
}

static bool poll_matters(struct state *state, struct task *task, const struct call *call)
{
	uint32_t count = (uint32_t)call->args[1], size;
	const uint8_t *data = NULL;

	if (count > SETS_FD_LIMIT)
		count = SETS_FD_LIMIT;
	size = call_bytes(call, PHASE_EXIT, call->args[0], count * (uint32_t)sizeof(struct pollfd), &data);
	if (!size)
		return count && task->files->matters;
	for (uint32_t at = 0; at + sizeof(struct pollfd) <= size; at += sizeof(struct pollfd)) {
		struct pollfd one;

		memcpy(&one, data + at, sizeof(one));
		if (fd_matters(state, task, one.fd))
			return true;
	}
	return false;
}

static bool set_matters(struct state *state, struct task *task, const uint8_t *bits, uint32_t size)
{
	for (uint32_t byte = 0; byte < size; byte++)
		for (unsigned bit = 0; bits[byte] >> bit; bit++)
			if ((bits[byte] >> bit & 1) && fd_matters(state, task, (int)(byte * 8 + bit)))
				return true;
	return false;
}

/* The kernel's sets are arrays of longs; on little-endian machines bit n of the array is bit n % 8 of byte n
 * / 8. */
static bool select_matters(struct state *state, struct task *task, const struct call *call)
{
	uint32_t count = (uint32_t)call->args[0];
	bool seen = false;

	if ((int32_t)count <= 0)
		return false;
	if (count > SETS_FD_LIMIT)
		count = SETS_FD_LIMIT;
	for (unsigned arg = 1; arg <= 3; arg++) {
		const uint8_t *data = NULL;
		uint32_t got =
			call->args[arg] ? blob_find(&call->in, call->args[arg], (count + 7) / 8, &data) : 0;

		seen |= got > 0;
		if (got && set_matters(state, task, data, got))
			return true;
	}
	return !seen && (call->args[1] || call->args[2] || call->args[3]) && task->files->matters;
}

bool state_sets_matter(struct state *state, struct task *task, struct call *call)
{
	if (call->row->fd_use != FD_SETS || !task->files || !call->args_known)
		return true;
	if (call->row->id == CALL_poll || call->row->id == CALL_ppoll)
		return poll_matters(state, task, call);
	return select_matters(state, task, call);
}
