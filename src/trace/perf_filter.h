/*
 * perf_filter: a set of system call numbers as an expression for a tracepoint's filter, made so that the
 * kernel decides on the common numbers after few comparisons.
 *
 * Pure; who sets it is perf_event.c.
 */
#ifndef SOCKLINE_TRACE_PERF_FILTER_H
#define SOCKLINE_TRACE_PERF_FILTER_H

#include "base/text.h"
#include "plan.h"

struct number_set {
	uint8_t has[PLAN_NUMBERS];
	uint8_t often[PLAN_NUMBERS]; /* programs make this call often: it is decided on first */
	uint8_t fails[PLAN_NUMBERS]; /* of those that it has: only where the call fails */
};

struct perf_filter {
	struct text exits;   /* for raw_syscalls:sys_exit */
	struct text entries; /* for raw_syscalls:sys_enter, where nothing is known of failing yet */
};

/*
 * Makes the expressions over the fields "id" and "ret" (Documentation/trace/events.rst, "Event filtering").
 * Numbers of PLAN_NUMBERS and above, and negative ones, are not in the set. An empty set gives an expression
 * that is never true.
 */
void perf_filter_make(struct perf_filter *filter, const struct number_set *set);
void perf_filter_done(struct perf_filter *filter);

#endif
