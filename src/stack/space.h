/*
 * space: an address space: which module's code lies at an address. Mappings are asked from the kernel one by
 * one as frames fall into them (PROCMAP_QUERY, Linux 6.11), or all at once from /proc/TID/maps; asked again,
 * once each, after an executable mapping appeared.
 */
#ifndef SOCKLINE_STACK_SPACE_H
#define SOCKLINE_STACK_SPACE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "arch/unwind.h"
#include "model/memory.h"
#include "program.h"

struct code;
struct module;
struct stack;

struct range {
	uint64_t start, end, offset; /* offset of start in the file */
	struct module *module;
	uint32_t generation; /* of the space when this was last known to be so */
};

/* A program counter that was seen before. */
struct pc_slot {
	uint64_t key; /* code_key; 0: empty */
	struct code *code;
	uint32_t generation;
};

struct space {
	struct stack *stack;
	uint64_t id; /* never used again */
	unsigned refs;
	pid_t tid;
	int maps; /* /proc/TID/maps, -1: not open */
	uint32_t generation;
	struct range *ranges; /* executable ones, sorted, without overlaps */
	unsigned range_count, range_room;
	struct pc_slot *slots;
	uint32_t slot_count, slot_size; /* size is 0 or a power of two */
	struct program program;
	struct module *anonymous; /* NULL until code without a file is met */
};

/* What a walk needs to make a new code. */
struct walk_context {
	struct space *space;
	const struct unwind_abi *unwind;
	struct memory *memory;
};

/* Return addresses are looked up one byte before, in the call itself; exact ones as they are. Never 0. */
static inline uint64_t code_key(uint64_t pc, bool exact)
{
	return (pc << 1 | exact) + 2;
}

static inline uint32_t pc_slot_of(uint64_t key)
{
	return (uint32_t)(key * 0x9e3779b97f4a7c15U >> 32);
}

struct code *space_code_slow(const struct walk_context *context, uint64_t pc, bool exact);

/* The code at a program counter; NULL: it lies in no executable mapping. */
static inline struct code *space_code(const struct walk_context *context, uint64_t pc, bool exact)
{
	const struct space *space = context->space;
	const uint64_t key = code_key(pc, exact);

	for (uint32_t at = pc_slot_of(key); space->slot_size; at++) {
		const struct pc_slot *slot = &space->slots[at & (space->slot_size - 1)];
		if (slot->key == key && slot->generation == space->generation)
			return slot->code;
		if (slot->key == key || !slot->key)
			break;
	}
	return space_code_slow(context, pc, exact);
}

/* True: an executable mapping covers the address. Asks the kernel when it is not known. */
bool space_is_code(const struct walk_context *context, uint64_t address);

#endif
