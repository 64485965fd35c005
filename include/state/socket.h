/*
 * socket: the history of one socket, through whatever process holds it: ends, outcome, traffic, time, errors,
 * callers.
 *
 * Owned by its file (state/state.h) and valid as long as that is referenced. Read by the owner of the state,
 * who writes remarks and totals from it; changed by state/ alone, but for callers, which only the owner
 * knows.
 */
#ifndef SOCKLINE_STATE_SOCKET_H
#define SOCKLINE_STATE_SOCKET_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "model/address.h"
#include "model/call.h"
#include "model/frame.h"

struct file;
struct state;

enum socket_condition {
	SOCKET_NEW, /* neither of the others, or unknown */
	SOCKET_BOUND,
	SOCKET_LISTENING,
	SOCKET_CONNECTING, /* a non-blocking connect has no outcome yet */
	SOCKET_CONNECTED,
	SOCKET_REFUSED, /* the last connect failed: connect_error */
	SOCKET_SHUT,	/* both directions shut down by the program */
	SOCKET_CONDITIONS,
};

/* What a call that blocked was doing. WAIT: poll and select that named the socket, epoll that reported it,
 * accept. */
enum socket_blocked { BLOCKED_CONNECT, BLOCKED_SEND, BLOCKED_RECEIVE, BLOCKED_WAIT, BLOCKED_KINDS };

struct socket_traffic {
	uint64_t bytes; /* as results say: peeked bytes and error queues do not count */
	uint64_t calls; /* that succeeded */
};

struct socket_error {
	int error;
	uint32_t count;
};

enum { SOCKET_ERRORS = 8, SOCKET_CALLERS = 8 };

struct socket_history {
	bool found;	   /* existed before it was seen: totals are what was seen since */
	uint8_t condition; /* enum socket_condition */
	bool shut_read, shut_write;
	int connect_error; /* of the last connect; 0: none or not known */
	pid_t pid;	   /* that created it, or in which it was found */
	int fd;		   /* there */
	/* CLOCK_MONOTONIC ns; 0: never or unknown */
	uint64_t created, local_known, peer_known, connect_begun, connect_done, first_sent, first_received,
		last_used;
	struct socket_traffic sent, received;
	uint64_t accepted; /* connections, of a listening socket */
	uint64_t connects; /* connect calls that began or made a connection */
	uint64_t blocked_ns[BLOCKED_KINDS];
	struct socket_error errors[SOCKET_ERRORS]; /* of calls, and those that SO_ERROR told; unused: error 0
						    */
	uint64_t other_errors;
	uint64_t failed;			     /* calls */
	const struct place *created_by;		     /* NULL: unknown */
	const struct place *used_by[SOCKET_CALLERS]; /* in the order of first use; unused: NULL */
	bool more_callers;
};

/* NULL when the file is no socket. */
const struct socket_history *socket_history(const struct file *file);
/* Unknown addresses have length 0. */
const struct address *socket_local(const struct file *file);
const struct address *socket_peer(const struct file *file);
uint32_t socket_id(const struct file *file);
uint64_t socket_cookie(const struct file *file); /* SO_COOKIE; 0: unknown */
int socket_family(const struct file *file);	 /* -1: unknown */
int socket_type(const struct file *file);
/* The other end of the same conversation, when it is traced too and still open, else NULL. */
struct file *socket_pair(const struct file *file);

/* The call that the owner is about to show was made from there. */
void socket_used_by(struct file *file, const struct place *place, bool created);

/* One look at a TCP connection, by --tcp-info. */
struct tcp_sample {
	uint64_t time_ns;  /* CLOCK_MONOTONIC */
	const char *why;   /* "close", "bytes", "interval" */
	uint32_t size;	   /* bytes that the kernel filled */
	uint8_t info[320]; /* struct tcp_info of linux/tcp.h */
};

struct tcp_options {
	bool at_close;
	uint64_t every_bytes; /* sent plus received; 0: never */
	bool at_ticks;	      /* state_tcp_tick will be called */
	/* A sample was taken; called while no thread is held, after the line of the call that it belongs to.
	 */
	void (*sample)(void *user, struct file *file, const struct tcp_sample *sample);
	void *user;
};

/* From now on; copied. */
void state_tcp_options(struct state *state, const struct tcp_options *options);
/* An interval has passed: asks about every connected TCP socket without touching it (sock_diag(7), by
 * cookie). */
void state_tcp_tick(struct state *state);

/* What one call made known, for remarks on its line. Asked after state_apply; a piece of news is told once.
 */
enum socket_news_kind {
	NEWS_NONE,
	NEWS_CONNECTED,	     /* a non-blocking connect succeeded, after_ns after it began */
	NEWS_CONNECT_FAILED, /* it failed; error 0: not known which */
	NEWS_NO_ANSWER,	     /* it was given up (closed) without an outcome, after_ns after it began */
	NEWS_PAIRED,	     /* file and other are the two ends of one conversation */
	NEWS_LAST_CLOSE, /* nobody seen holds the socket any more: its totals are final; after_ns: its life
			    (0: not known) */
};

struct socket_news {
	enum socket_news_kind kind;
	struct file *file, *other; /* borrowed */
	int error;
	uint64_t after_ns;
};

enum { NEWS_MAX = 3 };

/* Fills news (room for NEWS_MAX); returns how many. */
unsigned state_news(struct state *state, const struct call *call, struct socket_news *news);

#endif
