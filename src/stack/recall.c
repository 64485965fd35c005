#include "recall.h"

#include <stdlib.h>
#include <string.h>

#include "space.h"

enum { VAIN_MOST = 2 * RECALL_SLOTS, TRY_EVERY = 32 };

/* So many slots may hold walks that begin alike: the same call, come to on several ways. */
static struct recalled *slots_of(struct recall *recall, const struct recall_start *start)
{
	const uint64_t key = start->regs->pc ^ start->regs->sp << 20 ^ start->space->id << 44;

	return &recall->slots[(key * 0x9e3779b97f4a7c15U >> 56) & (RECALL_SLOTS - RECALL_WAYS)];
}

static inline uint64_t word_at(const struct recall_start *start, uint32_t at)
{
	uint64_t wide;
	uint32_t half;

	if (start->unwind->word == 8) {
		memcpy(&wide, start->snapshot + at, sizeof(wide));
		return wide;
	}
	memcpy(&half, start->snapshot + at, sizeof(half));
	return half;
}

static bool same_words(const struct recalled *kept, const struct recall_start *start)
{
	if (kept->reach > start->got)
		return false;
	for (uint32_t i = 0; i < kept->count; i++)
		if (word_at(start, kept->words[i].at) != kept->words[i].value)
			return false;
	return true;
}

static bool same_registers(const struct recalled *kept, const struct recall_start *start,
			   struct memory *memory)
{
	const struct regs *regs = start->regs;
	struct regs all;

	if (!kept->used)
		return true;
	if (regs->partial) {
		if (!memory->registers || memory->registers(memory, &all))
			return false;
		regs = &all;
	}
	for (unsigned reg = 0; reg < start->unwind->regs; reg++)
		if ((kept->used >> reg & 1) && regs->dwarf[reg] != kept->first[reg])
			return false;
	return true;
}

const struct recalled *recall_find(struct recall *recall, const struct recall_start *start,
				   struct memory *memory)
{
	struct recalled *slots = slots_of(recall, start);

	for (unsigned i = 0; i < RECALL_WAYS; i++) {
		const struct recalled *kept = &slots[i];

		if (kept->id && kept->pc == start->regs->pc && kept->sp == start->regs->sp &&
		    kept->space == start->space->id && kept->generation == start->space->generation &&
		    kept->unwind == start->unwind && same_words(kept, start) &&
		    same_registers(kept, start, memory)) {
			recall->vain -= recall->vain > 0;
			return kept;
		}
	}
	return NULL;
}

bool recall_pays(struct recall *recall)
{
	return recall->vain < VAIN_MOST || ++recall->tries % TRY_EVERY == 0;
}

struct recall_draft *recall_begin(struct recall *recall)
{
	struct recall_draft *draft = &recall->draft;

	draft->lost = false;
	draft->used = draft->count = 0;
	memset(draft->from, 0, sizeof(draft->from));
	return draft;
}

void recall_word(struct recall_draft *draft, uint64_t at, uint64_t value)
{
	if (draft->count == RECALL_WORDS || at >= INT32_MAX)
		draft->lost = true;
	else
		draft->words[draft->count++] = (struct recall_word){ value, (uint32_t)at };
}

void recall_register(struct recall_draft *draft, unsigned reg, uint64_t value)
{
	if (draft->from[reg]) {
		recall_word(draft, draft->from[reg] - 1, value);
	} else if (!(draft->used >> reg & 1)) {
		draft->used |= 1U << reg;
		draft->first[reg] = value;
	}
}

static void *copy_of(const void *from, size_t size)
{
	void *copy = malloc(size ? size : 1);

	if (!copy)
		abort();
	return memcpy(copy, from, size);
}

static void empty(struct recalled *kept)
{
	free(kept->words);
	free(kept->frames);
	free(kept->places);
	*kept = (struct recalled){ 0 };
}

static uint32_t reach_of(const struct recall_draft *draft, unsigned word)
{
	uint32_t reach = 0;

	for (uint32_t i = 0; i < draft->count; i++)
		if (draft->words[i].at + word > reach)
			reach = draft->words[i].at + word;
	return reach;
}

void recall_keep(struct recall *recall, const struct recall_start *start, struct walk *walk)
{
	const struct recall_draft *draft = &recall->draft;
	struct recalled *slots = slots_of(recall, start), *kept = slots; /* the oldest */
	const uint32_t reach = reach_of(draft, start->unwind->word);

	if (draft->lost || reach > start->got)
		return;
	for (unsigned i = 1; i < RECALL_WAYS; i++)
		if (slots[i].id < kept->id)
			kept = &slots[i];
	empty(kept);
	recall->vain += recall->vain < VAIN_MOST;
	kept->reach = reach;
	kept->id = ++recall->serial * RECALL_SLOTS + (uint64_t)(kept - recall->slots);
	kept->space = start->space->id;
	kept->generation = start->space->generation;
	kept->pc = start->regs->pc;
	kept->sp = start->regs->sp;
	kept->unwind = start->unwind;
	kept->used = draft->used;
	memcpy(kept->first, draft->first, sizeof(kept->first));
	kept->count = draft->count;
	kept->words = copy_of(draft->words, draft->count * sizeof(*draft->words));
	kept->frame_count = walk->count;
	kept->frames = copy_of(walk->frames, walk->count * sizeof(*walk->frames));
	kept->cut = walk->cut;
	walk->id = kept->id;
}

struct recalled *recall_by_id(struct recall *recall, uint64_t id)
{
	struct recalled *kept = &recall->slots[id % RECALL_SLOTS];

	return id && kept->id == id ? kept : NULL;
}

void recall_forget(struct recall *recall)
{
	for (unsigned i = 0; i < RECALL_SLOTS; i++)
		recall->slots[i].id = 0;
}

void recall_done(struct recall *recall)
{
	for (unsigned i = 0; i < RECALL_SLOTS; i++)
		empty(&recall->slots[i]);
}
