/*
 * rest: which calls may return early with part of what they were asked for, and the call that does what is
 * left. Knows arguments and memory; when a call goes on, and how, is partial.c's.
 */
#ifndef SOCKLINE_TRACE_REST_H
#define SOCKLINE_TRACE_REST_H

#include <stdbool.h>
#include <stdint.h>

#include "calls/row.h"

struct abi;
struct call;
struct tracee;

enum rest_kind {
	REST_NONE,
	REST_BUFFER,   /* one buffer */
	REST_MESSAGES, /* an array of messages, each of which is whole or missing */
	REST_VECTOR,   /* several buffers */
	REST_HEADER,   /* several buffers, named in a struct msghdr */
};

enum rest_kind rest_kind_of(const struct row *row, const uint64_t args[6]);

struct rest {
	uint64_t asked;		  /* for in all: bytes, or messages */
	uint64_t number, args[6]; /* the call that does what is left */
	uint64_t expected;	  /* what it returns when it does all that it is asked for */
};

/*
 * What is left of a call after done bytes or messages. call, or NULL: its capture spares reading memory.
 * False: nothing is left, or it is not known. Cheap where nothing is left.
 */
bool rest_find(struct tracee *tracee, const struct call *call, const struct abi *abi, uint64_t number,
	       const uint64_t args[6], uint64_t done, struct rest *rest);

/*
 * What is left of a write on a socket is sent: a broken pipe would raise a signal now that it would not have
 * raised then (net/ipv4/tcp.c, do_error: what was copied comes first).
 */
void rest_send(const struct abi *abi, struct rest *rest);

#endif
