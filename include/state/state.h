/*
 * state: what the kernel keeps, in the same shape: fd tables (shared by CLONE_FILES), files (open file
 * descriptions, shared by dup, fork, SCM_RIGHTS), sockets with addresses, counters and history.
 *
 * Knows captured bytes and rows; never ptrace, never names or output. Used from the tracing thread only. What
 * could not be seen is unknown, never guessed: unknown beats wrong.
 */
#ifndef SOCKLINE_STATE_STATE_H
#define SOCKLINE_STATE_STATE_H

#include "model/address.h"
#include "model/call.h"
#include "model/file.h"
#include "model/task.h"

struct state;
struct fdtable;
struct file;

/* What state tells its owner; any may be NULL. */
struct state_events {
	/* A socket came to be known without a call that made it (at attach, inherited, received). */
	void (*found)(void *user, struct task *task, int fd, struct file *file);
	/* The last known reference went: totals are final. */
	void (*closed)(void *user, struct file *file);
	void *user;
};

struct ask;

struct state *state_new(const struct state_events *events);
/* The same with other answers than the kernel's (state/ask.h), which it owns from now on; for tests. */
struct state *state_new_asking(const struct state_events *events, struct ask *ask);
void state_free(struct state *state); /* calls closed for nobody: see state_each */

/*
 * New task: parent's table is shared (clone_flags & CLONE_FILES) or copied; parent NULL: a started command or
 * attached process, whose fds are found in /proc/TID/fd when first needed (held: the thread is stopped;
 * pidfd_getfd is allowed), as are those of a child whose parent has gone on (TASK_UNTOLD). Sets task->files.
 */
void state_task_new(struct state *state, struct task *task, struct task *parent, uint64_t clone_flags);
/* Held: it is about to end, with its fds still open; asks what can only be asked now (tcp_options.at_close).
 */
void state_task_exiting(struct state *state, struct task *task);
void state_task_end(struct state *state, struct task *task);
/* execve succeeded (held): unshare the table, drop CLOEXEC fds, look at those that were there before us. */
void state_exec(struct state *state, struct task *task);

/* Whether the task holds a socket, an epoll or a ring: whether calls on any fd must stop. Cheap. */
bool state_matters(const struct task *task);
/* Tells what was found or closed while threads were held (at exec); otherwise state_apply and state_drop do.
 */
void state_flush(struct state *state);

/* What an fd refers to, at a stop of the task (asks the kernel about fds not seen before, once). Borrowed;
 * never NULL: a static unknown/other file otherwise. */
struct file *state_file(struct state *state, struct task *task, int fd);
/* The same without asking, for threads that run: what is known of fd, else the unknown file. */
struct file *state_file_known(struct state *state, struct task *task, int fd);
/*
 * The same for a thread that sleeps in a call and is not held (at attach): asks what may be asked of a
 * running thread, and verifies it at the first stop that uses the fd.
 */
struct file *state_file_asleep(struct state *state, struct task *task, int fd);
struct file *file_ref(struct file *file);
void file_unref(struct state *state, struct file *file);
enum file_kind file_kind(const struct file *file);

/*
 * Entry of a call, held: decides whether it is of interest (fd_use), takes the reference call->file. False:
 * not of interest (its fds are known to be no sockets); nothing was referenced then.
 */
bool state_enter(struct state *state, struct task *task, struct call *call);
/*
 * For FD_SETS, when the entry's bytes have been captured (or the exit's, when only that is seen): whether one
 * of the fds that the program named matters. False: not of interest after all. True for all other calls.
 */
bool state_sets_matter(struct state *state, struct task *task, struct call *call);
/* Exit, still held: asks the kernel about sockets that are new (cookie, addresses). At most a few us. */
void state_leave(struct state *state, struct task *task, struct call *call);
/* After the thread runs again, or is gone: effects of the call on tables and sockets; none of a call that
 * never ended. Captured bytes come through decode/capture.h's shape: blobs in call->in and call->out. */
void state_apply(struct state *state, struct task *task, struct call *call);
/* Forget the call's references (call is about to be freed). */
void state_drop(struct state *state, struct call *call);

/* A snapshot for an event, in the arena; text makes short texts of addresses (decode/sockaddr.h), cached in
 * the file. */
const struct file_view *
state_view(struct state *state, struct file *file, struct arena *arena,
	   const char *(*text)(void *user, const struct address *address, struct arena *arena), void *user);

/* What became known by the call, see state/socket.h for state_news and a socket's history. */

/* The fd whose registration in that epoll has this data word, or -1 when unknown or ambiguous. */
int state_epoll_fd(struct state *state, struct file *epoll, uint64_t data);

/* All files that are still referenced, for the end of the trace. */
void state_each(struct state *state, void (*fn)(void *user, struct file *file), void *user);

#endif
