/*
 * event: one finished call, or something else that happened, as data, with everything sinks may want. Sinks
 * never ask a process or the state. All that it points to lives in the call's arena (or is a place, or
 * static).
 */
#ifndef SOCKLINE_MODEL_EVENT_H
#define SOCKLINE_MODEL_EVENT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "model/file.h"
#include "model/frame.h"
#include "model/value.h"

enum event_kind {
	EVENT_TRACE, /* the first: what is traced, where, by which version */
	EVENT_CALL,
	EVENT_PROCESS, /* type: started, thread, exec, exited, killed, attached, detached */
	EVENT_SIGNAL,  /* type: signal's name */
	EVENT_SOCKET,  /* type: found, closed, open (when the trace ends), tcp_info */
	EVENT_NOTE,    /* type: note, pending, warning */
};

struct remark {
	const char *text; /* may hold foreign bytes: sinks escape */
	struct remark *next;
};

struct event {
	enum event_kind kind;
	const char *type;    /* "connect"; see above for the others */
	uint64_t time_ns;    /* CLOCK_MONOTONIC, call: at entry (or exit, when the entry was not seen) */
	int64_t duration_ns; /* -1: unknown or none */
	pid_t pid, tid;
	const char *comm;

	/* calls */
	bool finished, failed, restarted;
	int64_t result;		  /* when finished and not failed */
	int error;		  /* errno when failed (512..516 never get here) */
	const struct value *args; /* list of siblings, in the row's order; also places RESULT */
	const struct value
		*result_value; /* how to show the result when it is no plain number (fd, flags), else NULL */
	bool expected_error;   /* EINPROGRESS, EAGAIN, EINTR ...: dim, without words */
	bool uncertain; /* a close, or a killed thread's last call, that may have been of a file which is no
			   socket */
	int fd;		/* the call's main fd, or the new one; -1: none */
	const struct file_view *file; /* what fd is, NULL: unknown */
	struct remark *remarks;
	bool abi32; /* i386 call: shown under -v */

	/* where */
	struct caller caller;
	const struct place *const
		*stack; /* with -k: stack_count frames, innermost first (inline chain via outer) */
	unsigned stack_count;
	bool stack_cut;
	uint64_t stack_id; /* events of one id have the same stack, so that sinks may keep what they print of
			      it; 0: unknown */

	/*
	 * everything else: process, signal, socket, note. A note "pending" has the call's name as text, its
	 * arguments in args, how long it has blocked in duration_ns, and its caller. A socket event without
	 * text is for JSON alone. Of "closed", the summary reads these details: sent and received, structs of
	 * bytes and calls; blocked, a struct of microseconds; errors, a struct of counts; connect and
	 * first_byte, durations, absent when not known.
	 */
	const char *text; /* the line's words for text sinks: "thread of 4410 curl"; foreign bytes possible */
	const struct value
		*details; /* JSON's fields (tcp_info: indented lines too): siblings, or one nameless struct */
};

#endif
