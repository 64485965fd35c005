/*
 * private: what the parts of state share: files with their references, and the state itself.
 */
#ifndef SOCKLINE_STATE_PRIVATE_H
#define SOCKLINE_STATE_PRIVATE_H

#include <stddef.h>

#include "base/clock.h"
#include "base/map.h"
#include "calls/row.h"
#include "fdtable.h"
#include "state/ask.h"
#include "state/socket.h"
#include "state/state.h"

/* Higher fd numbers than fs.nr_open can ever be (NR_OPEN_MAX of fs/file.c is about 2^31 / 8): not stored. */
enum { FD_LIMIT = 1 << 28, FLIGHT_LIMIT = 1024 };

/* A file that a kernel's open file description is known by. */
struct file {
	unsigned refs;
	uint8_t kind; /* enum file_kind */
	uint8_t link; /* enum file_link */
	bool forever; /* the state's own "unknown" and "other": not counted */
	bool listening;
	bool bound;	   /* by bind, or found so: not by what it sent or connected to */
	bool asked_local;  /* the kernel was asked once for what a send or connect had left unknown */
	bool untold;	   /* a connect's outcome is known, and no line said so yet */
	bool dns;	   /* unconnected, and has sent to a name server */
	bool single;	   /* counted in state->unix_single */
	bool may_be_ready; /* select said writable: connected or failed */
	uint32_t id;
	unsigned number, at_number, at_others; /* slots with its first number, and with others */
	int family, type, protocol;	       /* -1: unknown */
	uint64_t cookie, inode, netns;
	struct address local, peer;
	char *local_text, *peer_text;	/* NULL: not made yet */
	struct file *older, *newer;	/* list of all */
	struct socket_history *history; /* sockets */
	unsigned early;			/* arrivals over SCM_RIGHTS whose sending has not been seen to end */
	uint64_t early_ns;		/* when the last of these ended */
	struct tcp_sample *sample;	/* taken, not told yet; NULL: none */
	struct tcp_sample *kept;	/* taken when the other end had closed; NULL: none */
	uint64_t sampled_bytes;		/* sent and received when the last sample was taken */
	bool sampled_close;
	uint64_t to_inode;     /* a datagram socket's peer, as the kernel said when it was found; 0: none */
	unsigned here;	       /* tcp_exiting: references that end with a table */
	struct file *pair;     /* the other end; each forgets the other */
	uint32_t pair_id;      /* of the other end, also when that is closed; 0: none */
	uint64_t ends;	       /* key in state->by_ends; 0: not there */
	struct watch *watched; /* epoll registrations of this file */
	struct epoll *epoll;   /* of an epoll: its registrations; NULL: none yet */
};

struct pending_found {
	struct task *task;
	int fd;
	struct file *file;
};

struct state {
	struct state_events events;
	struct tcp_options tcp;
	struct ask *ask;
	uint32_t last_id;
	struct file unknown, other;
	struct file *newest;		 /* of all files that are referenced */
	struct file *dying, *last_dying; /* unreferenced, but the owner has not been told; linked by older */
	struct map by_cookie, by_inode, by_ends;
	unsigned unix_single; /* unix stream sockets that may yet turn out to be the other end of an accepted
				 one */
	struct socket_news news[NEWS_MAX]; /* of the call that is being applied */
	unsigned news_count;
	const struct call *news_call; /* that the news are of */
	/* What was asked while the thread was held, but must not show before the call's effects. */
	struct address asked_local;
	const struct call *asked_call;
	uint64_t now; /* CLOCK_MONOTONIC of the stop that is being worked on; 0: not asked for yet, state_now
		       */
	struct file *flight[FLIGHT_LIMIT]; /* sent over SCM_RIGHTS, not yet received; a reference each */
	unsigned flight_next;
	struct pending_found *found;
	unsigned found_count, found_room;
	bool unix_found; /* a socket that may be a unix socket was found, and its other end not looked for */
	bool listing; /* a table is being looked through: registrations of its epolls come after its sockets
		       */
};

/* When the stop is that is being worked on: at most entries nobody asks. */
static inline uint64_t state_now(struct state *state)
{
	if (!state->now)
		state->now = clock_monotonic_ns();
	return state->now;
}

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
void file_set_local(struct state *state, struct file *file, const struct address *address);
void file_set_peer(struct state *state, struct file *file, const struct address *address);
void file_find_later(struct state *state, struct task *task, int fd, struct file *file);
void file_tell_found(struct state *state);
void file_tell_closed(struct state *state);

/* look.c: held. hint: the call is one that only sockets have. */
struct file *look(struct state *state, struct task *task, int fd, bool hint);
struct file *look_known(struct task *task, int fd); /* never asks; NULL: unknown */
struct file *look_new(struct state *state, struct task *task, int fd,
		      unsigned flags);				 /* just came, unseen from where */
bool look_again(struct state *state, struct task *task, int fd); /* whether the file is still there */
void look_list(struct state *state, struct task *task);
void look_running(struct state *state, struct task *task); /* the same, not held */

/* late.c: for threads whose calls are seen at their exits only */
/* The file at fd turns out to be gone, as the held thread says: its close is still to be seen. */
void late_replaced(struct state *state, struct task *task, int fd);
/* The same, where the kernel chose the number for a new file, so that it was free. */
void late_filled(struct state *state, struct task *task, int fd);
/* The call, which is no close, takes away what is at fd, or what was put there while a close of it went on.
 */
void late_overwritten(struct task *task, const struct call *call, int fd);
enum late_fate {
	LATE_NOT,     /* the close is of what its slot holds */
	LATE_FOUND,   /* of a file that was there before: call->file */
	LATE_OTHER,   /* of something that does not matter; the slot's file came later */
	LATE_UNKNOWN, /* of a socket that another close was taken to be of, or of something that does not
			 matter */
};
/* Sets call->uncertain where it may be of something else that does not matter. */
enum late_fate late_close(struct state *state, struct task *task, struct call *call);
/* Whether a call that is over, so that nothing can be asked, may have been about something else. */
bool late_is_unsure(const struct task *task, const struct call *call);
/* The slot is to be verified before it is used, when other threads may have changed it unseen. */
void late_doubt(struct task *task, int fd);
/* The call takes away what is at fd. */
void late_take(struct task *task, int fd);
/* Verifies what is doubtful, as a close of it could not be. Held. */
void late_settle(struct state *state, struct task *task);
void late_done(struct state *state, struct fdtable *table);

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

/* epoll.c: what is registered where */
void epoll_control(struct state *state, struct task *task, struct call *call);
void epoll_known(struct state *state, struct task *task, int fd,
		 struct file *epoll);			    /* asks for registrations */
struct file *epoll_file(struct file *epoll, uint64_t data); /* NULL: unknown or ambiguous */
void epoll_forget(struct file *file);			    /* its registrations go with it */

/* history.c: traffic, time and errors of a call that is over */
void history_call(struct state *state, struct call *call);
void history_error(struct socket_history *history, int error);
void history_blocked(struct state *state, struct file *file, const struct call *call,
		     enum socket_blocked blocked);

/* outcome.c: how connects went */
void outcome_connect(struct state *state, struct call *call);
void outcome_ready(struct state *state, struct file *file, unsigned events); /* POLLOUT, POLLERR, POLLHUP */
void outcome_writable(struct state *state, struct file *file); /* as select says it: one or the other */
void outcome_call(struct state *state, struct call *call);     /* what any other call proves */
void outcome_leave_getsockopt(struct state *state, struct task *task, struct call *call); /* held */
void outcome_close(struct state *state, struct call *call);

/* ready.c: poll, select, epoll_wait */
void ready_apply(struct state *state, struct task *task, struct call *call);

/* pair.c: the two ends of one conversation */
void pair_join(struct state *state, struct file *one, struct file *other);
void pair_ends(struct state *state, struct file *file); /* inet: by swapped addresses */
void pair_unix(struct state *state, struct task *task, int fd, struct file *accepted); /* held */
void pair_unix_found(struct state *state); /* those that were there before us */
void pair_part(struct file *file);
void pair_forget(struct state *state, struct file *file);
void pair_single(struct state *state, struct file *file, bool single);

/* payload.c: held */
void payload_leave_send(struct call *call);

/* tcp.c: samples of struct tcp_info */
/* The call takes the file away from fd. */
void tcp_enter_close(struct state *state, struct task *task, const struct call *call, struct file *file,
		     int fd);
void tcp_enter_close_range(struct state *state, struct task *task, const struct call *call);
void tcp_leave_data(struct state *state, struct task *task, struct call *call);
void tcp_exiting(struct state *state, struct task *task);
void tcp_tell(struct state *state, struct file *file);
void tcp_closed(struct state *state, struct file *file);

/* More than there is room for overwrites the last. */
static inline struct socket_news *news_add(struct state *state, enum socket_news_kind kind, struct file *file)
{
	struct socket_news *news =
		&state->news[state->news_count < NEWS_MAX ? state->news_count++ : NEWS_MAX - 1];

	*news = (struct socket_news){ .kind = kind, .file = file };
	return news;
}

static inline int call_fd(const struct call *call, unsigned arg)
{
	return (int)call->args[arg];
}

static inline bool call_succeeded(const struct call *call)
{
	return call->finished && !call->failed;
}

#endif
