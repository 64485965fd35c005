/*
 * arena: memory that is given back all at once. An event's bytes, values and texts live in its arena and die
 * with it.
 *
 * An arena keeps its blocks over arena_reset, so that a steady trace allocates nothing. Not thread-safe.
 */
#ifndef SOCKLINE_BASE_ARENA_H
#define SOCKLINE_BASE_ARENA_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct arena_block;

struct arena {
	struct arena_block *first;   /* all blocks, kept over a reset */
	struct arena_block *current; /* the one that is being filled */
	char *next, *end;	     /* free part of the current block */
};

/* A zeroed arena is valid and empty. */
void arena_init(struct arena *arena);
void arena_done(struct arena *arena);

/* Everything allocated before is invalid; blocks beyond the first 64 KiB go back to the heap. */
void arena_reset(struct arena *arena);

/* Bytes that it holds in all its blocks: for limits and tests. */
size_t arena_size(const struct arena *arena);

void *arena_grow(struct arena *arena, size_t size);

/* Never NULL (out of memory aborts the program with a message); 8-aligned; contents undefined. */
static inline void *arena_alloc(struct arena *arena, size_t size)
{
	size = (size + 7) & ~(size_t)7;
	if ((size_t)(arena->end - arena->next) < size)
		return arena_grow(arena, size);
	void *at = arena->next;
	arena->next += size;
	return at;
}

/* As arena_alloc, zeroed. */
static inline void *arena_zalloc(struct arena *arena, size_t size)
{
	return memset(arena_alloc(arena, size), 0, size);
}

/* Copies len bytes and adds a NUL. */
char *arena_copy(struct arena *arena, const void *bytes, size_t len);
char *arena_string(struct arena *arena, const char *text);
char *arena_printf(struct arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
