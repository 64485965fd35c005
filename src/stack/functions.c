#include "functions.h"

#include <dwarf.h>
#include <stdlib.h>

#include "base/map.h"

enum { DEPTH_MAX = 32, DIES_MAX = 4 << 20, RANGES_MAX = 1 << 12 };

struct function {
	uint64_t start, end;
	Dwarf_Off die;
};

/* How far a unit was searched: functions stand at its top and in namespaces, more rarely in types and other
 * functions. */
enum depth { NOWHERE, OUTSIDE, EVERYWHERE };

struct function_index {
	enum depth searched;
	unsigned dies; /* looked at, against crafted trees */
	struct function *functions;
	size_t count, room;
};

static void add_function(struct function_index *index, uint64_t start, uint64_t end, Dwarf_Off die)
{
	if (start >= end || start == 0)
		return;
	if (index->count == index->room) {
		index->room = index->room ? index->room * 2 : 32;
		index->functions = reallocarray(index->functions, index->room, sizeof(*index->functions));
		if (!index->functions)
			abort();
	}
	index->functions[index->count++] = (struct function){ start, end, die };
}

static void add_ranges(struct function_index *index, Dwarf_Die *die)
{
	Dwarf_Addr base, start, end;
	ptrdiff_t at = 0;

	for (unsigned i = 0; i < RANGES_MAX && (at = dwarf_ranges(die, at, &base, &start, &end)) > 0; i++)
		add_function(index, start, end, dwarf_dieoffset(die));
}

/* Tags below which there may be functions. */
static bool is_container(int tag, enum depth depth)
{
	switch (tag) {
	case DW_TAG_namespace:
	case DW_TAG_module:
		return true;
	case DW_TAG_structure_type:
	case DW_TAG_class_type:
	case DW_TAG_union_type:
	case DW_TAG_enumeration_type:
	case DW_TAG_subprogram:
	case DW_TAG_lexical_block:
		return depth == EVERYWHERE;
	default:
		return false;
	}
}

static void search(struct function_index *index, Dwarf_Die *parent, enum depth depth, unsigned level)
{
	Dwarf_Die die;

	if (level > DEPTH_MAX || dwarf_child(parent, &die) != 0)
		return;
	do {
		const int tag = dwarf_tag(&die);
		if (++index->dies > DIES_MAX)
			return;
		if (tag == DW_TAG_subprogram)
			add_ranges(index, &die);
		if (is_container(tag, depth))
			search(index, &die, depth, level + 1);
	} while (dwarf_siblingof(&die, &die) == 0);
}

static int by_start(const void *a, const void *b)
{
	const struct function *left = a, *right = b;

	return (left->start > right->start) - (left->start < right->start);
}

/* The last that begins at or before the address, if it does not end before it. */
static const struct function *find(const struct function_index *index, uint64_t address)
{
	size_t low = 0, high = index->count;

	while (low < high) {
		const size_t middle = (low + high) / 2;
		if (index->functions[middle].start <= address)
			low = middle + 1;
		else
			high = middle;
	}
	return low && address < index->functions[low - 1].end ? &index->functions[low - 1] : NULL;
}

bool function_find(struct map *indexes, Dwarf_Die *unit, uint64_t address, Dwarf_Die *function)
{
	const uint64_t key = (uintptr_t)unit->addr;
	struct function_index *index = map_get(indexes, key);
	const struct function *found = NULL;

	if (!index) {
		index = calloc(1, sizeof(*index));
		if (!index)
			abort();
		map_put(indexes, key, index);
	}
	for (enum depth depth = OUTSIDE; !found && depth <= EVERYWHERE; depth++) {
		if (index->searched < depth) {
			index->searched = depth;
			index->count = index->dies = 0;
			search(index, unit, depth, 0);
			if (index->count)
				qsort(index->functions, index->count, sizeof(*index->functions), by_start);
		}
		found = find(index, address);
	}
	return found && dwarf_offdie(dwarf_cu_getdwarf(unit->cu), found->die, function);
}

void functions_free(struct map *indexes)
{
	struct map_slot *slot;

	for (size_t at = 0; (slot = map_next(indexes, &at));) {
		struct function_index *index = slot->value;
		free(index->functions);
		free(index);
	}
	map_done(indexes);
}
