/*
 * filter: the seccomp program that makes the planned calls stop (SECCOMP_RET_TRACE) and lets all others pass.
 *
 * Pure; installing it is spawn's and inject's business.
 */
#ifndef SOCKLINE_TRACE_FILTER_H
#define SOCKLINE_TRACE_FILTER_H

#include <linux/filter.h>

#include "plan.h"

enum { FILTER_MAX = 1024 };

/* SECCOMP_RET_DATA of our traps, by which they are told from those of a filter of the program's own. */
enum { FILTER_DATA = 0x51c8 };

struct filter {
	unsigned count;
	struct sock_filter code[FILTER_MAX];
};

/* Returns 0, or -E2BIG when the plans need more than FILTER_MAX instructions. */
int filter_make(struct filter *filter, const struct plan *plans, unsigned plan_count);

#endif
