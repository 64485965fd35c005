/*
 * row: the declarative description of one system call: its arguments, how its fd matters, and its effect on
 * fds.
 *
 * One table (src/calls/table.c), read by trace (filters), state (effects), decode (capture and values) and
 * app (selection, COVERAGE.md). A new call is one row; tools/numbers writes its id in calls.def and its
 * numbers in arch/, one test.
 */
#ifndef SOCKLINE_CALLS_ROW_H
#define SOCKLINE_CALLS_ROW_H

#include <stddef.h>
#include <stdint.h>

/* CALL_socket, CALL_connect, ...; calls.def has one line CALL(name) each. */
enum call_id {
#define CALL(name) CALL_##name,
#include "calls/calls.def"
#undef CALL
	CALL_COUNT,
	CALL_NONE = CALL_COUNT,
};

/* How the call relates to fds; decides when it is of interest. */
enum fd_use {
	FD_NONE,   /* no fd: socket, epoll_create, close_range */
	FD_SOCKET, /* the fd argument is always meant to be a socket: of interest whatever it is */
	FD_ANY, /* of interest only when an fd argument is a socket, epoll or ring: read, close, fcntl, ioctl,
		   dup */
	FD_SETS,  /* fds are in memory: poll, select; of interest when one of them is a socket or epoll */
	FD_EPOLL, /* epoll_ctl, epoll_wait: always of interest */
};

/* What it does to fd tables and sockets; state/ has one function per effect. */
enum effect {
	EFFECT_NONE,
	EFFECT_SOCKET,
	EFFECT_SOCKETPAIR,
	EFFECT_BIND,
	EFFECT_LISTEN,
	EFFECT_ACCEPT,
	EFFECT_CONNECT,
	EFFECT_SHUTDOWN,
	EFFECT_GETSOCKNAME,
	EFFECT_GETPEERNAME,
	EFFECT_SETSOCKOPT,
	EFFECT_GETSOCKOPT,
	EFFECT_SEND,	/* result bytes went out on the fd: write, send... */
	EFFECT_RECEIVE, /* result bytes came in */
	EFFECT_SENDMSG,
	EFFECT_RECVMSG, /* the same, with msghdr: fds may travel */
	EFFECT_SENDMMSG,
	EFFECT_RECVMMSG,
	EFFECT_CLOSE,
	EFFECT_CLOSE_RANGE,
	EFFECT_DUP,
	EFFECT_DUP2, /* dup2, dup3: result is args[1] */
	EFFECT_FCNTL,
	EFFECT_IOCTL,
	EFFECT_READY, /* poll, select, epoll_wait: time blocked, readiness */
	EFFECT_EPOLL_CREATE,
	EFFECT_EPOLL_CTL,
	EFFECT_SENDFILE,
	EFFECT_SPLICE,
	EFFECT_PIDFD_GETFD,
	EFFECT_IO_URING,
	EFFECT_UNSHARE,
};

/* Classes for -e %class. */
enum call_class {
	CLASS_LIFECYCLE = 1, /* socket, bind, listen, accept, connect, shutdown, close ... */
	CLASS_DATA = 2,
	CLASS_READY = 4,
	CLASS_OPTIONS = 8, /* sockopt, ioctl, fcntl, getsockname, getpeername */
	CLASS_NET = 16,	   /* strace's %net */
	CLASS_INTERNAL =
		32, /* followed for the state's sake, shown only when named: mmap, unshare, pidfd_getfd ... */
};

/* Argument kinds; decode/ has one record (capture function, value function) per kind. */
enum arg_kind {
	A_NONE,
	A_FD,
	A_INT,
	A_UINT,
	A_SIZE,
	A_HEX,
	A_POINTER,
	A_ENUM,	  /* names */
	A_FLAGS,  /* names */
	A_FAMILY, /* socket's domain */
	A_SOCKTYPE,
	A_PROTOCOL, /* protocol is named by family (args[0]) and type (args[1]) */
	A_SOCKADDR,
	A_SOCKLEN, /* SOCKLEN: by value, or by reference when .by_ref */
	A_BYTES,
	A_IOVEC,
	A_MSGHDR,
	A_MMSGHDR,
	A_OPT_LEVEL,
	A_OPT_NAME,
	A_OPT_VALUE,
	A_FD_PAIR,
	A_POLLFDS,
	A_FDSET,
	A_TIMEVAL,
	A_TIMESPEC,
	A_TIMESPEC64,
	A_MILLISECONDS,
	A_SIGSET,
	A_SIGSET_SELECT,
	A_EPOLL_EVENT,
	A_EPOLL_EVENTS,
	A_FCNTL_COMMAND,
	A_FCNTL_ARG,
	A_IOCTL_COMMAND,
	A_IOCTL_ARG,
	A_OFFSET,     /* by value; 32-bit ABIs pass it in this argument (low half) and the next */
	A_OFFSET_REF, /* loff_t *, value-result */
	A_MODE,
	A_CLONE_FLAGS,
	A_KINDS,
};

/* When the argument's bytes are meaningful. */
enum arg_when { AT_ENTRY, AT_EXIT, AT_BOTH };

/* Length of what a pointer argument points to. */
enum len_kind { LEN_NONE, LEN_ARG, LEN_ARG_REF, LEN_RESULT, LEN_FIXED };

struct names;

struct arg {
	const char *name; /* kernel's parameter name */
	uint8_t as;	  /* enum arg_kind */
	uint8_t when;	  /* enum arg_when */
	uint8_t by_ref;
	uint8_t len_kind;    /* enum len_kind */
	uint8_t len_arg;     /* argument that holds the length (or a pointer to it), or the count */
	uint8_t hidden;	     /* text leaves it out without -v: lengths that say nothing new */
	uint8_t hidden_zero; /* text leaves it out without -v when 0 / NULL */
	const struct names *names;
};

enum result_kind { RESULT_INT, RESULT_FD, RESULT_FLAGS /* fcntl F_GETFL: decode decides */, RESULT_ZERO };

struct row {
	const char *name;
	uint8_t id;	 /* enum call_id */
	uint8_t fd_use;	 /* enum fd_use */
	uint8_t effect;	 /* enum effect */
	uint8_t classes; /* bits of enum call_class */
	uint8_t result;	 /* enum result_kind */
	uint8_t arg_count;
	uint8_t fd_arg; /* which argument is the main fd (FD_SOCKET, FD_ANY, FD_EPOLL) */
	int8_t fd_arg2; /* a second fd argument (dup2, splice, epoll_ctl), or -1 */
	struct arg args[6];
};

/* All CALL_COUNT rows, indexed by enum call_id. */
extern const struct row call_rows[CALL_COUNT];

/* NULL when there is no such call. */
const struct row *row_by_name(const char *name);
/* Whether the call moves bytes out of the program's memory. */
static inline int row_sends(const struct row *row)
{
	return row->effect == EFFECT_SEND || row->effect == EFFECT_SENDMSG || row->effect == EFFECT_SENDMMSG;
}

/* A set of calls. */
struct row_set {
	uint64_t bits[4];
};

static inline int row_set_has(const struct row_set *set, unsigned id)
{
	return (set->bits[id / 64] >> (id % 64)) & 1;
}

static inline void row_set_add(struct row_set *set, unsigned id)
{
	set->bits[id / 64] |= (uint64_t)1 << (id % 64);
}

static inline void row_set_remove(struct row_set *set, unsigned id)
{
	set->bits[id / 64] &= ~((uint64_t)1 << (id % 64));
}

/*
 * Adds what one word of -e trace=SET names (a call, a glob, %class, "all", "none") to set.
 * Returns how many calls it named; 0: none (see row_nearest).
 */
size_t row_set_add_word(struct row_set *set, const char *word);
/* The valid call or class name nearest to word, for "did you mean". Static string. */
const char *row_nearest(const char *word);

#endif
