/*
 * stack_cache: what a sink has printed of a stack that comes again and again. Bounded; a stack is kept from
 * its second time on.
 */
#ifndef SOCKLINE_SINK_STACK_CACHE_H
#define SOCKLINE_SINK_STACK_CACHE_H

#include <stdbool.h>

#include "base/text.h"

enum { STACK_CACHE = 256 };

struct stack_cache {
	struct stack_cached {
		uint64_t id; /* event's stack_id; 0: empty */
		char *text;  /* NULL: not kept yet */
		size_t len;
	} slots[STACK_CACHE];
};

/* Adds what is kept of the stack of that id. False: nothing is. */
bool stack_cache_add(struct stack_cache *cache, uint64_t id, struct text *line);
/* Takes note of the stack, printed from there to the end of the line. */
void stack_cache_keep(struct stack_cache *cache, uint64_t id, const struct text *line, size_t from);
void stack_cache_done(struct stack_cache *cache);

#endif
