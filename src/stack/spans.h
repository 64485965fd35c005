/*
 * spans: which of many overlapping definitions of an address holds: the newest. Each address has at most one
 * span, so that it is found by bisection. Knows nothing of what the definitions are.
 */
#ifndef SOCKLINE_STACK_SPANS_H
#define SOCKLINE_STACK_SPANS_H

#include <stddef.h>
#include <stdint.h>

/* Addresses from first to last, both of them included, and the number of the definition that holds there. */
struct span {
	uint64_t first, last;
	size_t index;
};

/* Sorted, without overlaps. All zero: empty. */
struct spans {
	struct span *list;
	size_t count;
};

/* Adds definitions, the oldest first; all of them are newer than what is there. Linear in what is there. */
void spans_add(struct spans *spans, const struct span *added, size_t count);
/* NULL: nothing covers the address. */
const struct span *spans_find(const struct spans *spans, uint64_t address);
void spans_done(struct spans *spans);

#endif
