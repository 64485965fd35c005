#include "stack_cache.h"

#include <stdlib.h>

bool stack_cache_add(struct stack_cache *cache, uint64_t id, struct text *line)
{
	const struct stack_cached *cached = &cache->slots[id % STACK_CACHE];

	if (!id || cached->id != id || !cached->text)
		return false;
	text_add_bytes(line, cached->text, cached->len);
	return true;
}

void stack_cache_keep(struct stack_cache *cache, uint64_t id, const struct text *line, size_t from)
{
	struct stack_cached *cached = &cache->slots[id % STACK_CACHE];

	if (!id)
		return;
	if (cached->id != id) {
		free(cached->text);
		*cached = (struct stack_cached){ .id = id };
		return;
	}
	cached->len = line->len - from;
	cached->text = malloc(cached->len + 1);
	if (cached->text)
		memcpy(cached->text, line->data + from, cached->len);
}

void stack_cache_done(struct stack_cache *cache)
{
	for (unsigned i = 0; i < STACK_CACHE; i++)
		free(cache->slots[i].text);
}
