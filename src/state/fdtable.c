#include "fdtable.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "model/task.h"
#include "private.h"

/* As the kernel: starts with room for 64 (include/linux/fdtable.h, NR_OPEN_DEFAULT) and doubles. */
enum { FIRST_SIZE = 64 };

/* A file that goes by two numbers at the same time must be told by its id: counts the first number and the
 * others. */
static void count_number(struct file *file, unsigned fd, int by)
{
	if (!file_matters(file))
		return;
	if (by > 0 && !file->at_number && !file->at_others)
		file->number = fd;
	if (fd == file->number)
		file->at_number += (unsigned)by;
	else
		file->at_others += (unsigned)by;
}

/* An empty table with one reference. */
struct fdtable *fdtable_new(void)
{
	struct fdtable *table = state_zalloc(sizeof(*table));

	table->refs = 1;
	return table;
}

struct fdtable *fdtable_copy(const struct fdtable *from)
{
	struct fdtable *table = fdtable_new();
	bool doubt = from->shared;

	table->matters = from->matters;
	table->listed = from->listed;
	/* Another thread may be in a call that made an fd already, which is seen only at its end. */
	table->whole = from->whole && !doubt;
	table->attached = from->attached;
	if (!from->size)
		return table;
	table->slots = state_zalloc(from->size * sizeof(*table->slots));
	table->size = from->size;
	memcpy(table->slots, from->slots, from->size * sizeof(*table->slots));
	for (unsigned fd = 0; fd < table->size; fd++) {
		struct slot *slot = &table->slots[fd];

		if (!slot->file)
			continue;
		file_ref(slot->file);
		count_number(slot->file, fd, 1);
		slot->flags &= ~SLOT_CLOSING & 0xff; /* it is the parent that closes */
		slot->user = 0;			     /* nobody of this table has used it */
		if (doubt && file_matters(slot->file))
			slot->flags |= SLOT_DOUBT;
	}
	return table;
}

void fdtable_unref(struct state *state, struct fdtable *table)
{
	if (!table || --table->refs)
		return;
	for (unsigned fd = 0; fd < table->size; fd++) {
		if (!table->slots[fd].file)
			continue;
		count_number(table->slots[fd].file, fd, -1);
		file_unref(state, table->slots[fd].file);
	}
	late_done(state, table);
	free(table->slots);
	free(table);
}

struct slot *fdtable_slot(struct fdtable *table, int fd)
{
	if ((unsigned)fd >= table->size || !table->slots[fd].file)
		return NULL;
	return &table->slots[fd];
}

/* Makes room for fd, which the kernel has said to be open (so the kernel's own table is as large). */
static void grow(struct fdtable *table, unsigned fd)
{
	unsigned size = table->size ? table->size : FIRST_SIZE;

	while (size <= fd)
		size *= 2;
	table->slots = state_realloc(table->slots, size * sizeof(*table->slots));
	memset(table->slots + table->size, 0, (size - table->size) * sizeof(*table->slots));
	table->size = size;
}

void fdtable_set(struct state *state, struct task *task, int fd, struct file *file, unsigned flags,
		 uint64_t since)
{
	struct fdtable *table = task->files;

	if (fd < 0 || fd >= FD_LIMIT)
		return;
	if ((unsigned)fd >= table->size)
		grow(table, (unsigned)fd);
	struct slot *slot = &table->slots[fd];
	struct file *before = slot->file;

	slot->file = file_ref(file);
	slot->flags = flags & 0xff;
	slot->since = since & ((UINT64_C(1) << 56) - 1);
	slot->user = task->tid;
	table->matters += file_matters(file);
	count_number(file, (unsigned)fd, 1);
	if (before) {
		count_number(before, (unsigned)fd, -1);
		table->matters -= file_matters(before);
		file_unref(state, before);
	}
}

void fdtable_clear(struct state *state, struct fdtable *table, int fd)
{
	struct slot *slot = fdtable_slot(table, fd);

	if (!slot)
		return;
	struct file *before = slot->file;

	*slot = (struct slot){ 0 };
	table->matters -= file_matters(before);
	count_number(before, (unsigned)fd, -1);
	file_unref(state, before);
}

struct fdtable *fdtable_unshare(struct state *state, struct task *task)
{
	struct fdtable *table = task->files;

	if (table->refs > 1) {
		task->files = fdtable_copy(table);
		fdtable_unref(state, table);
	}
	return task->files;
}
