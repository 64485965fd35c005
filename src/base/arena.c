#include "base/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	BLOCK_SIZE = 8192, /* a typical event fits in one */
	KEEP_SIZE = 65536, /* what a reset keeps */
};

struct arena_block {
	struct arena_block *next;
	size_t size; /* of data */
	char data[] __attribute__((aligned(16)));
};

void arena_init(struct arena *arena)
{
	*arena = (struct arena){ 0 };
}

/* Frees a chain of blocks. */
static void free_blocks(struct arena_block *block)
{
	while (block) {
		struct arena_block *next = block->next;

		free(block);
		block = next;
	}
}

void arena_done(struct arena *arena)
{
	free_blocks(arena->first);
	arena_init(arena);
}

size_t arena_size(const struct arena *arena)
{
	size_t size = 0;

	for (const struct arena_block *block = arena->first; block; block = block->next)
		size += block->size;
	return size;
}

/* Makes a block the one that is being filled. */
static void use_block(struct arena *arena, struct arena_block *block)
{
	arena->current = block;
	arena->next = block->data;
	arena->end = block->data + block->size;
}

void arena_reset(struct arena *arena)
{
	if (!arena->first)
		return;
	size_t kept = arena->first->size;
	struct arena_block *last = arena->first;

	while (last->next && kept + last->next->size <= KEEP_SIZE) {
		last = last->next;
		kept += last->size;
	}
	free_blocks(last->next);
	last->next = NULL;
	use_block(arena, arena->first);
}

/* Takes memory for a block of that many bytes and puts it behind the current one. */
static struct arena_block *block_new(struct arena *arena, size_t size)
{
	struct arena_block *block = size > SIZE_MAX - sizeof(*block) ? NULL : malloc(sizeof(*block) + size);

	if (!block) {
		fprintf(stderr, "sockline: out of memory\n");
		abort();
	}
	block->size = size;
	if (arena->current) {
		block->next = arena->current->next;
		arena->current->next = block;
	} else {
		block->next = arena->first;
		arena->first = block;
	}
	return block;
}

/* The slow path of arena_alloc: goes on to the next block that is large enough, or to a new one. */
void *arena_grow(struct arena *arena, size_t size)
{
	struct arena_block *next = arena->current ? arena->current->next : arena->first;

	if (!next || next->size < size)
		next = block_new(arena, size > BLOCK_SIZE ? size : BLOCK_SIZE);
	use_block(arena, next);
	arena->next += size;
	return next->data;
}

char *arena_copy(struct arena *arena, const void *bytes, size_t len)
{
	char *copy = arena_alloc(arena, len + 1);

	if (len)
		memcpy(copy, bytes, len);
	copy[len] = 0;
	return copy;
}

char *arena_string(struct arena *arena, const char *text)
{
	return arena_copy(arena, text, strlen(text));
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
	va_list args, again;

	va_start(args, format);
	va_copy(again, args);
	const int len = vsnprintf(NULL, 0, format, args);

	va_end(args);
	char *text = arena_alloc(arena, len < 0 ? 1 : (size_t)len + 1);

	*text = 0;
	if (len > 0)
		vsnprintf(text, (size_t)len + 1, format, again);
	va_end(again);
	return text;
}
