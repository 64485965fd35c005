#include "base/map.h"

#include <stdio.h>
#include <stdlib.h>

enum { FIRST_SIZE = 16 };

/* Spreads a key over all bits (the finisher of MurmurHash3); keys are often small numbers or aligned
 * pointers. */
static uint64_t mix(uint64_t key)
{
	key ^= key >> 33;
	key *= 0xff51afd7ed558ccdU;
	key ^= key >> 33;
	key *= 0xc4ceb9fe1a85ec53U;
	return key ^ (key >> 33);
}

/* The slot that holds the key, or the empty one where it belongs. */
static struct map_slot *find_slot(const struct map *map, uint64_t key)
{
	const size_t mask = map->size - 1;
	size_t at = mix(key) & mask;

	while (map->slots[at].value && map->slots[at].key != key)
		at = (at + 1) & mask;
	return &map->slots[at];
}

/* Doubles the table and puts every key into its new place. */
static void grow(struct map *map)
{
	const struct map old = *map;

	map->size = old.size ? old.size * 2 : FIRST_SIZE;
	map->slots = calloc(map->size, sizeof(*map->slots));
	if (!map->slots) {
		fprintf(stderr, "sockline: out of memory\n");
		abort();
	}
	for (size_t i = 0; i < old.size; i++)
		if (old.slots[i].value)
			*find_slot(map, old.slots[i].key) = old.slots[i];
	free(old.slots);
}

void map_done(struct map *map)
{
	free(map->slots);
	*map = (struct map){ 0 };
}

void *map_get(const struct map *map, uint64_t key)
{
	return map->size ? find_slot(map, key)->value : NULL;
}

void *map_put(struct map *map, uint64_t key, void *value)
{
	if (map->count >= map->size - map->size / 4)
		grow(map);
	struct map_slot *slot = find_slot(map, key);
	void *before = slot->value;

	slot->key = key;
	slot->value = value;
	map->count += !before;
	return before;
}

/* Removes without tombstones: later slots of the same run move up into the gap. */
void *map_take(struct map *map, uint64_t key)
{
	if (!map->size)
		return NULL;
	struct map_slot *slot = find_slot(map, key);
	void *taken = slot->value;
	const size_t mask = map->size - 1;
	size_t gap = (size_t)(slot - map->slots);

	if (!taken)
		return NULL;
	for (size_t at = (gap + 1) & mask; map->slots[at].value; at = (at + 1) & mask) {
		const size_t home = mix(map->slots[at].key) & mask;

		if (((at - home) & mask) >= ((at - gap) & mask)) {
			map->slots[gap] = map->slots[at];
			gap = at;
		}
	}
	map->slots[gap] = (struct map_slot){ 0 };
	map->count--;
	return taken;
}

struct map_slot *map_next(const struct map *map, size_t *at)
{
	while (*at < map->size) {
		struct map_slot *slot = &map->slots[(*at)++];

		if (slot->value)
			return slot;
	}
	return NULL;
}
