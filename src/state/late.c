/*
 * late: what goes wrong when only the exits of calls are seen, and how it is mended. A thread's close has
 * freed its number when its stop comes, and another thread may have filled it again, and been seen to, before
 * that. So, where threads share a table: a slot is verified before a call on any fd is believed to be about
 * its socket, and a file whose slot was found to be another's is kept for the close that took it away.
 *
 * A thread that goes on with what it found itself is believed, as only another thread's close could have made
 * that wrong; from the first close on by which a thread takes away what another one used, nothing is.
 *
 * When a call began is not seen, but it began after the thread left its last one (task->left_ns). So a close
 * is of no file that was gone by then. A close of what another thread used may as well be of a file that had
 * the number before, when the socket came later than that; or after it, while the other thread may be closing
 * the socket. The file before is one that the thread had used, or else was opened and closed and nothing
 * else, as one that is used shows itself; and such files are closed there at all. A close like that is
 * uncertain, as is one in flight beside it, of which nothing is known but that the other one may have been
 * taken for it.
 */
#include "private.h"

#include <errno.h>
#include <stdlib.h>

/* Longer than a thread takes from freeing a number to the end of its close, where it only waits for a CPU. */
#define CLOSING_NS UINT64_C(200000000)

/* A file that was opened and closed and nothing else is not thought of where there was none for so long. */
#define UNUSED_NS UINT64_C(1000000000)

enum { LATE_KEPT = 8 };

struct kept {
	int fd;
	struct file *file;
	uint64_t since;	  /* as in its slot */
	uint64_t gone_ns; /* it was gone by then */
	pid_t user;	  /* as in its slot */
};

/* A call by a thread that took away what another one had used: perhaps it was not its socket. */
struct claim {
	int fd;
	pid_t tid;
	uint64_t left_ns;
};

struct late {
	unsigned next, next_claim;
	struct kept kept[LATE_KEPT];
	struct claim claims[LATE_KEPT];
};

void late_done(struct state *state, struct fdtable *table)
{
	for (unsigned i = 0; table->late && i < LATE_KEPT; i++)
		if (table->late->kept[i].file)
			file_unref(state, table->late->kept[i].file);
	free(table->late);
	table->late = NULL;
}

/* Whether other threads' closes may be under way, unseen. */
static bool is_shared(const struct task *task)
{
	return task->exits_only && task->files->shared;
}

static struct late *late_of(struct fdtable *table)
{
	if (!table->late)
		table->late = state_zalloc(sizeof(*table->late));
	return table->late;
}

static void keep(struct state *state, struct task *task, int fd, uint64_t gone_ns)
{
	struct slot *slot = fdtable_slot(task->files, fd);
	struct kept *kept;

	if (!is_shared(task) || !slot || slot->file->kind == FILE_UNKNOWN)
		return;
	struct late *late = late_of(task->files);

	kept = &late->kept[late->next++ % LATE_KEPT];
	if (kept->file)
		file_unref(state, kept->file);
	*kept = (struct kept){ fd, file_ref(slot->file), slot->since, gone_ns, slot->user };
}

/* The thread is held meanwhile: its next call begins later than that. */
void late_replaced(struct state *state, struct task *task, int fd)
{
	const struct slot *slot = fdtable_slot(task->files, fd);

	if (!is_shared(task) || !slot || !file_matters(slot->file))
		return;
	task->left_ns = state->ask->now(state->ask);
	keep(state, task, fd, task->left_ns);
}

void late_filled(struct state *state, struct task *task, int fd)
{
	keep(state, task, fd, state_now(state));
}

/* Whether a call by which the thread takes away what another one used may have been about something else. */
static bool is_others(const struct task *task, pid_t user)
{
	return user && user != task->tid;
}

static void claim(struct task *task, const struct call *call, int fd)
{
	struct late *late = late_of(task->files);

	late->claims[late->next_claim++ % LATE_KEPT] = (struct claim){ fd, task->tid, call->exit_ns };
}

/* Whether another thread was taken to have done what this close, which was under way then, may have done. */
static bool was_claimed(const struct task *task, const struct call *call, int fd)
{
	const struct late *late = task->files->late;

	for (unsigned i = 0; late && i < LATE_KEPT; i++) {
		const struct claim *claim = &late->claims[i];

		if (claim->tid && claim->fd == fd && claim->tid != task->tid &&
		    task->left_ns < claim->left_ns && call->exit_ns < claim->left_ns + CLOSING_NS)
			return true;
	}
	return false;
}

void late_overwritten(struct task *task, const struct call *call, int fd)
{
	const struct slot *slot = fdtable_slot(task->files, fd);

	if (is_shared(task) && slot && file_matters(slot->file) && is_others(task, slot->user))
		claim(task, call, fd);
}

/*
 * A close frees the number well before it is over, so the times of exits do not tell, when they are near. But
 * what it closed is gone; of epolls the kernel says only what kind they are.
 */
static bool is_alive(struct state *state, struct task *task, const struct call *call, int fd)
{
	const struct slot *slot = fdtable_slot(task->files, fd);

	if (slot->since > call->exit_ns)
		return true;
	if (slot->file->kind != FILE_SOCKET && slot->since <= task->left_ns)
		return false;
	return look_again(state, task, fd);
}

/* Whether a close by the thread may have taken that file away. */
static bool may_be_of(const struct task *task, const struct kept *kept, int fd)
{
	return kept->file && kept->fd == fd && task->left_ns < kept->gone_ns;
}

/* Whether the thread used a file that does not matter, and whose close has not been seen. */
static bool had_file(const struct task *task, const struct call *call, int fd)
{
	const struct late *late = task->files->late;

	for (unsigned i = 0; late && i < LATE_KEPT; i++) {
		const struct kept *kept = &late->kept[i];

		if (may_be_of(task, kept, fd) && !file_matters(kept->file) && kept->user == task->tid &&
		    call->exit_ns < kept->gone_ns + CLOSING_NS)
			return true;
	}
	return false;
}

/* Of files that were at fd before, the one that the close was of; NULL: of none, or none is left. recently:
 * that lately were gone. */
static struct kept *find_kept(const struct task *task, const struct call *call, int fd, bool recently)
{
	struct late *late = task->files->late;
	struct kept *found = NULL;

	for (unsigned i = 0; late && i < LATE_KEPT; i++) {
		struct kept *kept = &late->kept[(late->next + i) % LATE_KEPT];

		if (!may_be_of(task, kept, fd) || !file_matters(kept->file))
			continue;
		if (kept->user == task->tid)
			return kept;
		if (!found && (!recently || call->exit_ns < kept->gone_ns + CLOSING_NS))
			found = kept;
	}
	return found;
}

/*
 * The close is taken to be of a file that this user had. It may as well be of one that had the number before,
 * or, when the user may be closing it, after.
 */
static void take(struct state *state, struct task *task, struct call *call, pid_t user, uint64_t since)
{
	int fd = call_fd(call, 0);

	if (!is_others(task, user))
		return;
	if (had_file(task, call, fd))
		call->uncertain = true;
	else if (task->files->unused_ns && call->exit_ns < task->files->unused_ns + UNUSED_NS)
		call->uncertain = (task->left_ns < since && call->exit_ns < since + CLOSING_NS) ||
				  state->ask->may_call(state->ask, user, call->number, (unsigned)fd);
	claim(task, call, fd);
}

static enum late_fate take_kept(struct state *state, struct task *task, struct call *call, struct kept *kept)
{
	call->file = kept->file;
	kept->file = NULL;
	take(state, task, call, kept->user, kept->since);
	return LATE_FOUND;
}

/* Whether another thread may have changed unseen what the slot says. */
static bool is_doubtful(const struct task *task, const struct slot *slot)
{
	return slot->user != task->tid || task->files->crossed;
}

enum late_fate late_close(struct state *state, struct task *task, struct call *call)
{
	int fd = call_fd(call, 0);
	struct slot *slot = fdtable_slot(task->files, fd);
	bool matters = slot && file_matters(slot->file);
	struct kept *kept;

	if (!is_shared(task) || call->entry_seen || !call->finished || call->result == -EBADF)
		return LATE_NOT;
	kept = find_kept(task, call, fd, true);
	if (kept)
		return take_kept(state, task, call, kept);
	if (matters && !is_doubtful(task, slot))
		return LATE_NOT;
	if (matters && !is_alive(state, task, call, fd)) {
		take(state, task, call, slot->user, slot->since);
		return LATE_NOT;
	}
	kept = find_kept(task, call, fd, false);
	if (kept)
		return take_kept(state, task, call, kept);
	if (was_claimed(task, call, fd))
		return LATE_UNKNOWN;
	if (!matters)
		return LATE_NOT;
	if (!had_file(task, call, fd))
		task->files->unused_ns = call->exit_ns;
	return LATE_OTHER;
}

bool late_is_unsure(const struct task *task, const struct call *call)
{
	const struct slot *slot = fdtable_slot(task->files, call_fd(call, call->row->fd_arg));

	return slot && is_shared(task) && is_doubtful(task, slot);
}

void late_doubt(struct task *task, int fd)
{
	struct slot *slot = fdtable_slot(task->files, fd);

	if (slot && is_shared(task) && file_matters(slot->file) && is_doubtful(task, slot))
		slot->flags |= SLOT_DOUBT;
}

void late_take(struct task *task, int fd)
{
	const struct slot *slot = fdtable_slot(task->files, fd);

	if (slot && file_matters(slot->file) && slot->user && slot->user != task->tid)
		task->files->crossed = true;
}

void late_settle(struct state *state, struct task *task)
{
	if (!task->exits_only || !task->files)
		return;
	for (unsigned fd = 0; fd < task->files->size; fd++)
		if (task->files->slots[fd].file && task->files->slots[fd].flags & SLOT_DOUBT)
			look(state, task, (int)fd, false);
}
