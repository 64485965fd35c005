/* kinds: one record per kind of argument: what to capture, and how it becomes values. A new kind is one line
 * in kinds.c. */
#ifndef SOCKLINE_DECODE_KINDS_H
#define SOCKLINE_DECODE_KINDS_H

#include <stdbool.h>
#include <stdint.h>

#include "calls/row.h"

struct pass;
struct decoder;

struct kind {
	/* Bytes to read at the argument in this pass; NULL: the argument points to nothing. */
	uint32_t (*size)(const struct pass *pass, unsigned arg);
	/* Reads what these bytes point to; NULL: nothing. */
	void (*follow)(struct pass *pass, unsigned arg);
	/* Adds the argument's values to the event's. */
	void (*values)(struct decoder *decoder, unsigned arg);
};

extern const struct kind decode_kinds[A_KINDS];

/* Those with a size, and of these those with a follow, as bits: a pass need not look at the others. */
#define KIND_BIT(as) (UINT64_C(1) << (as))
#define KINDS_FOLLOWED                                                                          \
	(KIND_BIT(A_IOVEC) | KIND_BIT(A_MSGHDR) | KIND_BIT(A_MMSGHDR) | KIND_BIT(A_OPT_VALUE) | \
	 KIND_BIT(A_SIGSET_SELECT) | KIND_BIT(A_IOCTL_ARG))
#define KINDS_READ                                                                                      \
	(KINDS_FOLLOWED | KIND_BIT(A_SOCKADDR) | KIND_BIT(A_SOCKLEN) | KIND_BIT(A_BYTES) |              \
	 KIND_BIT(A_FD_PAIR) | KIND_BIT(A_POLLFDS) | KIND_BIT(A_FDSET) | KIND_BIT(A_TIMEVAL) |          \
	 KIND_BIT(A_TIMESPEC) | KIND_BIT(A_TIMESPEC64) | KIND_BIT(A_SIGSET) | KIND_BIT(A_EPOLL_EVENT) | \
	 KIND_BIT(A_EPOLL_EVENTS) | KIND_BIT(A_FCNTL_ARG) | KIND_BIT(A_OFFSET_REF))

static inline bool kind_in(uint64_t kinds, unsigned as)
{
	return kinds >> as & 1;
}

#endif
