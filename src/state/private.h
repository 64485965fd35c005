/*
 * private: what the parts of state share: files with their references, and the state itself.
 */
#ifndef SOCKLINE_STATE_PRIVATE_H
#define SOCKLINE_STATE_PRIVATE_H

#include <stddef.h>

#include "base/map.h"
#include "calls/row.h"
#include "fdtable.h"
#include "state/ask.h"
#include "state/state.h"

/* Higher fd numbers than fs.nr_open can ever be (NR_OPEN_MAX of fs/file.c is about 2^31 / 8): not stored. */
enum { FD_LIMIT = 1 << 28, FLIGHT_LIMIT = 1024 };

/* A file that a kernel's open file description is known by. */
struct file {
	unsigned refs;
	uint8_t kind;	/* enum file_kind */
	uint8_t link;	/* enum file_link */
	bool forever;	/* the state's own "unknown" and "other": not counted */
	bool ambiguous; /* two sockets had the same texts at the same time */
	bool announce;	/* found, but not told yet */
	bool listening;
	bool asked_local; /* the kernel was asked once for what a send or connect had left unknown */
	uint32_t id;
	int family, type, protocol; /* -1: unknown */
	uint64_t cookie, inode, netns;
	struct address local, peer;
	char *local_text, *peer_text; /* NULL: not made yet */
	struct file *older, *newer;   /* list of all */
	struct map *watches;	      /* epoll: by data word; NULL: none */
};

struct pending_found {
	struct task *task;
	int fd;
	struct file *file;
};

struct state {
	struct state_events events;
	struct ask *ask;
	uint32_t last_id;
	struct file unknown, other;
	struct file *newest; /* of all files that are referenced */
	struct map by_cookie, by_inode;
	struct file *flight[FLIGHT_LIMIT]; /* sent over SCM_RIGHTS, not yet received; a reference each */
	unsigned flight_next;
	struct pending_found *found;
	unsigned found_count, found_room;
};

/* Out of memory aborts, as everywhere (base/arena.h). */
void *state_zalloc(size_t size);
void *state_realloc(void *old, size_t size);

static inline bool file_matters(const struct file *file)
{
	return file->kind >= FILE_SOCKET;
}

/* file.c */
struct file *file_new(struct state *state, enum file_kind kind); /* one reference, which is the caller's */
void file_learn(struct state *state, struct file *file, const struct socket_facts *facts);
void file_set_local(struct file *file, const struct address *address);
void file_set_peer(struct file *file, const struct address *address);
void file_find_later(struct state *state, struct task *task, int fd, struct file *file);
void file_tell_found(struct state *state);

/* look.c: held. hint: the call is one that only sockets have. */
struct file *look(struct state *state, struct task *task, int fd, bool hint);
struct file *look_known(struct task *task, int fd); /* never asks; NULL: unknown */
struct file *look_new(struct state *state, struct task *task, int fd,
		      unsigned flags); /* just came, unseen from where */
void look_list(struct state *state, struct task *task);

/* rights.c: held */
void rights_sent(struct state *state, struct task *task, struct call *call, uint64_t msghdr);
void rights_received(struct state *state, struct task *task, struct call *call, uint64_t msghdr,
		     unsigned flags);
void rights_done(struct state *state);

/* effects.c: what each enum effect does to tables and files. */
struct effect_functions {
	void (*leave)(struct state *state, struct task *task,
		      struct call *call); /* held: makes new files, asks */
	void (*apply)(struct state *state, struct task *task, struct call *call); /* the rest, not held */
};
extern const struct effect_functions effect_functions[EFFECT_UNSHARE + 1];

static inline int call_fd(const struct call *call, unsigned arg)
{
	return (int)call->args[arg];
}

static inline bool call_succeeded(const struct call *call)
{
	return call->finished && !call->failed;
}

#endif
