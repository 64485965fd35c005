/*
 * epoll: which file an epoll_wait's data word stands for. The kernel's key is (file, fd), and a registration
 * lives as long as the file, whatever becomes of the fd number (epoll(7), Q6); so registrations hang on files
 * and die with them.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "arch/abi.h"
#include "model/blob.h"
#include "private.h"

struct watch {
	struct epoll *epoll;
	struct file *file; /* NULL: neither socket, epoll nor ring; how long it lives is not seen */
	int fd;
	uint64_t data;
	struct watch *older_same, *newer_same; /* others with this data word; the map has the newest */
	struct watch *next, **at;	       /* of file */
};

struct epoll {
	struct map by_data; /* to the first of a chain */
	struct map by_fd;   /* the latest for that number */
};

static void unchain(struct watch *watch)
{
	struct watch *older = watch->older_same, *newer = watch->newer_same;

	if (older)
		older->newer_same = newer;
	if (newer)
		newer->older_same = older;
	else if (older)
		map_put(&watch->epoll->by_data, watch->data, older);
	else
		map_take(&watch->epoll->by_data, watch->data);
	watch->older_same = watch->newer_same = NULL;
}

static void chain(struct watch *watch, uint64_t data)
{
	watch->data = data;
	watch->older_same = map_put(&watch->epoll->by_data, data, watch);
	if (watch->older_same)
		watch->older_same->newer_same = watch;
}

static void take_down(struct watch *watch)
{
	if (!watch->file)
		return;
	*watch->at = watch->next;
	if (watch->next)
		watch->next->at = watch->at;
}

static void watch_free(struct watch *watch)
{
	unchain(watch);
	if (map_get(&watch->epoll->by_fd, (uint32_t)watch->fd) == watch)
		map_take(&watch->epoll->by_fd, (uint32_t)watch->fd);
	take_down(watch);
	free(watch);
}

static void hang(struct watch *watch, struct file *file)
{
	if (!file || !file_matters(file))
		return;
	watch->file = file;
	watch->next = file->watched;
	watch->at = &file->watched;
	if (watch->next)
		watch->next->at = &watch->next;
	file->watched = watch;
}

static struct epoll *epoll_of(struct file *file)
{
	if (!file->epoll)
		file->epoll = state_zalloc(sizeof(*file->epoll));
	return file->epoll;
}

static void add(struct epoll *epoll, int fd, struct file *file, uint64_t data)
{
	struct watch *before = map_get(&epoll->by_fd, (uint32_t)fd);
	struct watch *watch;

	/* the number was registered: that file must have been closed since, unless it lives on by another
	 * number */
	if (before && (!before->file || before->file == file))
		watch_free(before);
	watch = state_zalloc(sizeof(*watch));
	watch->epoll = epoll;
	watch->fd = fd;
	hang(watch, file);
	chain(watch, data);
	map_put(&epoll->by_fd, (uint32_t)fd, watch);
}

/* The registration that EPOLL_CTL_MOD and DEL mean: of this file by this number. */
static struct watch *find(struct epoll *epoll, int fd, struct file *file)
{
	struct watch *watch = map_get(&epoll->by_fd, (uint32_t)fd);

	if (!file || !file_matters(file))
		return watch && !watch->file ? watch : NULL;
	if (watch && watch->file == file)
		return watch;
	for (watch = file->watched; watch; watch = watch->next)
		if (watch->epoll == epoll && watch->fd == fd)
			return watch;
	return NULL;
}

/* False when the event could not be read. */
static bool data_of(const struct call *call, uint64_t *data)
{
	const struct layout *layout = &call->abi->layout;
	const uint8_t *event = NULL;

	if (call_bytes(call, PHASE_ENTRY, call->args[3], layout->epoll_event, &event) < layout->epoll_event ||
	    !event)
		return false;
	memcpy(data, event + layout->epoll_data, sizeof(*data));
	return true;
}

void epoll_control(struct state *state, struct task *task, struct call *call)
{
	int fd = call_fd(call, 2);
	uint64_t data = 0;

	(void)state;
	(void)task;
	if (!call_succeeded(call) || !call->file || call->file->kind != FILE_EPOLL)
		return;
	struct epoll *epoll = epoll_of(call->file);
	struct watch *watch = find(epoll, fd, call->file2);

	switch ((int)call->args[1]) {
	case EPOLL_CTL_DEL:
		if (watch)
			watch_free(watch);
		break;
	case EPOLL_CTL_MOD:
	case EPOLL_CTL_ADD:
		if (!data_of(call, &data)) {
			if (watch)
				watch_free(watch);
		} else if (watch) {
			unchain(watch);
			chain(watch, data);
		} else {
			add(epoll, fd, call->file2, data);
		}
		break;
	}
}

struct found_watches {
	struct state *state;
	struct task *task;
	struct epoll *epoll;
};

/* The number may have been given to another file since it was registered; a socket's inode tells. */
static void found_watch(void *user, int fd, uint64_t data, uint64_t inode)
{
	struct found_watches *found = user;
	struct file *file = look_known(found->task, fd);

	if (!file || (file->inode && inode && file->inode != inode))
		file = inode ? map_get(&found->state->by_inode, inode) : NULL;
	add(found->epoll, fd, file, data);
}

/* An epoll that was there before. */
void epoll_known(struct state *state, struct task *task, int fd, struct file *file)
{
	struct found_watches found = { state, task, epoll_of(file) };

	(void)state->ask->watches(state->ask, task->tid, fd, found_watch, &found);
}

static struct watch *watch_of(struct file *file, uint64_t data)
{
	struct watch *watch = file->epoll ? map_get(&file->epoll->by_data, data) : NULL;

	return watch && !watch->older_same ? watch : NULL;
}

struct file *epoll_file(struct file *file, uint64_t data)
{
	struct watch *watch = watch_of(file, data);

	return watch ? watch->file : NULL;
}

int state_epoll_fd(struct state *state, struct file *file, uint64_t data)
{
	struct watch *watch = file ? watch_of(file, data) : NULL;

	(void)state;
	return watch ? watch->fd : -1;
}

/* All registrations of the file, and those in it when it is an epoll itself. */
void epoll_forget(struct file *file)
{
	struct map_slot *slot;

	for (struct watch *next, *watch = file->watched; watch; watch = next) {
		next = watch->next;
		watch_free(watch);
	}
	if (!file->epoll)
		return;
	for (size_t at = 0; (slot = map_next(&file->epoll->by_data, &at));) {
		for (struct watch *older, *watch = slot->value; watch; watch = older) {
			older = watch->older_same;
			take_down(watch);
			free(watch);
		}
	}
	map_done(&file->epoll->by_data);
	map_done(&file->epoll->by_fd);
	free(file->epoll);
	file->epoll = NULL;
}
