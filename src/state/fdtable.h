/*
 * fdtable: which file each fd number refers to, growing as the kernel's own does. Shared by CLONE_FILES,
 * copied at fork.
 *
 * Counts references on files; knows nothing of calls or of what files are, but whether they matter (sockets,
 * epolls, rings).
 */
#ifndef SOCKLINE_STATE_FDTABLE_H
#define SOCKLINE_STATE_FDTABLE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct file;
struct late;
struct state;
struct task;

enum slot_flags {
	SLOT_CLOEXEC = 1,
	SLOT_FLAGS_KNOWN = 2, /* CLOEXEC is true; else it was never seen */
	SLOT_DOUBT = 4, /* the order of two threads' calls was not seen: to be verified at the next stop that
			   uses it */
	SLOT_CLOSING =
		8, /* a thread is in close: the number may be another file's before that is seen to end */
};

struct slot {
	struct file *file;   /* NULL: not known; a reference is held */
	uint64_t since : 56; /* CLOCK_MONOTONIC of the stop at which it came; 0: found by asking */
	uint64_t flags : 8;
	pid_t user; /* the thread at whose stop it was last known to be there; 0: none's */
};

struct fdtable {
	unsigned refs;	  /* tasks */
	unsigned exiting; /* of these, such as are about to end */
	unsigned size;
	struct slot *slots;
	unsigned matters; /* slots that hold sockets, epolls or rings */
	bool listed;	  /* its sockets were looked for in /proc once, or it is a copy of one that was */
	bool whole;  /* listed, and every way by which sockets come into it was seen since: what is not known
			is none */
	bool shared; /* by several tasks, once: a thread's end may be seen before what others did before it */
	struct late *late;  /* late.c; NULL: nothing kept */
	uint64_t unused_ns; /* when a file was last closed that does not matter, and was never used; 0: never
			     */
	bool attached;	    /* threads may have run unseen: never whole */
	bool crossed;	    /* late.c: a thread took away what another one used */
};

struct fdtable *fdtable_new(void);
/* For a child. From a table that several threads use, all that matters is copied with doubt: another thread's
 * call may have been seen on the other side of the fork than where it was. */
struct fdtable *fdtable_copy(const struct fdtable *table);
void fdtable_unref(struct state *state, struct fdtable *table);
/* NULL when nothing is known of fd. */
struct slot *fdtable_slot(struct fdtable *table, int fd);
/* Puts the file into the task's table, taking a reference; what was there loses its own. */
void fdtable_set(struct state *state, struct task *task, int fd, struct file *file, unsigned flags,
		 uint64_t since);
void fdtable_clear(struct state *state, struct fdtable *table, int fd);
/* The task's table from now on is its own. */
struct fdtable *fdtable_unshare(struct state *state, struct task *task);

#endif
