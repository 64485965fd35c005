/*
 * late: what goes wrong when only the exits of calls are seen, and how it is mended. A thread's close has
 * freed its number when its stop comes, and another thread may have filled it again, and been seen to, before
 * that. So, where threads share a table: a slot is verified before a call on any fd is believed to be about
 * its socket, and a file whose slot was found to be another's is kept for the close that took it away.
 */
#include "private.h"

#include <stdlib.h>

enum { LATE_KEPT = 8 };

struct late {
	unsigned next;
	struct {
		int fd;
		struct file *file;
		uint64_t replaced_ns;
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

void late_replaced(struct state *state, struct task *task, int fd)
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
	table->late->kept[at].replaced_ns = state->now;
}

bool late_came_since(struct task *task, const struct call *call, int fd)
{
	struct slot *slot = fdtable_slot(task->files, fd);

	return slot && task->exits_only && slot->since > call->exit_ns;
}

struct file *late_closed(struct task *task, const struct call *call)
{
	struct late *late = call->row->effect == EFFECT_CLOSE ? task->files->late : NULL;
	int fd = call_fd(call, 0);

	for (unsigned i = 0; late && i < LATE_KEPT; i++) {
		struct file *file = late->kept[i].file;

		if (!file || late->kept[i].fd != fd || call->exit_ns > late->kept[i].replaced_ns)
			continue;
		late->kept[i].file = NULL;
		return file;
	}
	return NULL;
}

void late_doubt(struct task *task, int fd)
{
	struct slot *slot = fdtable_slot(task->files, fd);

	if (slot && task->exits_only && task->files->shared && file_matters(slot->file))
		slot->flags |= SLOT_DOUBT;
}

void late_settle(struct state *state, struct task *task)
{
	if (!task->exits_only || !task->files)
		return;
	for (unsigned fd = 0; fd < task->files->size; fd++)
		if (task->files->slots[fd].file && task->files->slots[fd].flags & SLOT_DOUBT)
			look(state, task, (int)fd, false);
}
