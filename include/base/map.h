/* map: open-addressing hash map from 64-bit keys to pointers. Key 0 is allowed. Not thread-safe. */
#ifndef SOCKLINE_BASE_MAP_H
#define SOCKLINE_BASE_MAP_H

#include <stddef.h>
#include <stdint.h>

struct map_slot {
	uint64_t key;
	void *value; /* NULL: empty */
};

struct map {
	struct map_slot *slots;
	size_t count, size; /* size is 0 or a power of two */
};

void map_done(struct map *map);			    /* frees the slots, not the values */
void *map_get(const struct map *map, uint64_t key); /* NULL: none */
/* value must not be NULL; returns the value that was there before, or NULL. */
void *map_put(struct map *map, uint64_t key, void *value);
void *map_take(struct map *map, uint64_t key); /* removes; returns what was there */
/* for (size_t i = 0; (slot = map_next(map, &i)); ) ... the map must not change meanwhile. */
struct map_slot *map_next(const struct map *map, size_t *at);

#endif
