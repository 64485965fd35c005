/*
 * late: what goes wrong when only the exits of calls are seen, and how it is mended. A thread's close has
 * freed its number when its stop comes, and another thread may have filled it again, and been seen to, before
 * that. So, where threads share a table: a slot is verified before a call on any fd is believed to be about
 * its socket, and a file whose slot was found to be another's is kept for the close that took it away.
 *
 * A thread that goes on with what it found itself is believed, as only another thread's close could have made
 * that wrong; from the first close on by which a thread takes away what another one used, nothing is.
 */
#include "private.h"

#include <errno.h>
#include <stdlib.h>

enum { LATE_KEPT = 8, NEAR_NS = 20000, CLOSING_NS = 50000000 };

struct late {
	unsigned next;
	struct {
		int fd;
		struct file *file;
		uint64_t replaced_ns;
		pid_t filler; /* who was given the number by the kernel; 0: it was found to be another's */
	} kept[LATE_KEPT];
};

void late_done(struct state *state, struct fdtable *table)
{
	for (unsigned i = 0; table->late && i < LATE_KEPT; i++)
		if (table->late->kept[i].file)
			file_unref(state, table->late->kept[i].file);
	free(table->late);
	table->late = NULL;
}

static void keep(struct state *state, struct task *task, int fd, pid_t filler)
{
	struct fdtable *table = task->files;
	struct slot *slot = fdtable_slot(table, fd);

	if (!task->exits_only || !slot || !file_matters(slot->file))
		return;
	if (!table->late)
		table->late = state_zalloc(sizeof(*table->late));
	unsigned at = table->late->next++ % LATE_KEPT;

	if (table->late->kept[at].file)
		file_unref(state, table->late->kept[at].file);
	table->late->kept[at].fd = fd;
	table->late->kept[at].file = file_ref(slot->file);
	table->late->kept[at].replaced_ns = state_now(state);
	table->late->kept[at].filler = filler;
}

void late_replaced(struct state *state, struct task *task, int fd)
{
	keep(state, task, fd, 0);
}

void late_filled(struct state *state, struct task *task, int fd)
{
	keep(state, task, fd, task->tid);
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
	return slot->file->kind == FILE_SOCKET ? look_again(state, task, fd)
					       : slot->since + NEAR_NS > call->exit_ns;
}

/* The file that was at fd before; any: whenever that was. */
static struct file *take_kept(struct late *late, int fd, uint64_t exit_ns, bool any)
{
	for (unsigned i = 0; late && i < LATE_KEPT; i++) {
		unsigned at = (late->next - 1 - i) % LATE_KEPT;
		struct file *file = late->kept[at].file;

		if (file && late->kept[at].fd == fd && (any || exit_ns <= late->kept[at].replaced_ns)) {
			late->kept[at].file = NULL;
			return file;
		}
	}
	return NULL;
}

/*
 * The kernel gave the number to another thread while a close of it had not come to its end. That must be this
 * one: the filler's own come later, and the new file may be gone again by now, so asking does not tell.
 */
static struct file *take_filled(struct late *late, int fd, uint64_t exit_ns, pid_t tid)
{
	for (unsigned i = 0; late && i < LATE_KEPT; i++) {
		unsigned at = (late->next - 1 - i) % LATE_KEPT;
		struct file *file = late->kept[at].file;

		if (!file || late->kept[at].fd != fd || !late->kept[at].filler ||
		    late->kept[at].filler == tid || exit_ns > late->kept[at].replaced_ns + CLOSING_NS)
			continue;
		late->kept[at].file = NULL;
		return file;
	}
	return NULL;
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
	bool alive;

	if (!task->exits_only || !task->files->shared || call->entry_seen || !call->finished ||
	    call->result == -EBADF)
		return LATE_NOT;
	call->file = take_filled(task->files->late, fd, call->exit_ns, task->tid);
	if (call->file)
		return LATE_FOUND;
	alive = slot && file_matters(slot->file) && is_doubtful(task, slot) &&
		is_alive(state, task, call, fd);
	if (slot && file_matters(slot->file) && !alive)
		return LATE_NOT;
	call->file = take_kept(task->files->late, fd, call->exit_ns, alive);
	if (call->file)
		return LATE_FOUND;
	return alive && slot->file->kind == FILE_SOCKET ? LATE_OTHER : LATE_NOT;
}

void late_doubt(struct task *task, int fd)
{
	struct slot *slot = fdtable_slot(task->files, fd);

	if (slot && task->exits_only && task->files->shared && file_matters(slot->file) &&
	    is_doubtful(task, slot))
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
