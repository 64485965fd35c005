/*
 * memory: the one interface through which bytes of a traced program are read.
 *
 * The tracer's implementation reads a stopped thread (trace/memory.c); captures and tests implement it over
 * copies. Unreadable memory is a value, never an error: each span says how much of it was there.
 */
#ifndef SOCKLINE_MODEL_MEMORY_H
#define SOCKLINE_MODEL_MEMORY_H

#include <stddef.h>
#include <stdint.h>

struct memory_span {
	uint64_t address; /* in the tracee */
	void *to;	  /* size bytes of ours */
	uint32_t size;
	uint32_t got; /* bytes that could be read from the start; set by memory_read */
};

struct regs;

struct memory {
	/* Fills got of each span. Reads all spans with as few system calls as it can. Returns bytes read in
	 * all. */
	size_t (*read)(struct memory *memory, struct memory_span *spans, size_t count);
	/* All registers of the held thread, for walks that prove to need more than pc and sp; a negative
	 * errno when it died. NULL where regs are never partial. */
	int (*registers)(struct memory *memory, struct regs *regs);
};

static inline size_t memory_read(struct memory *memory, struct memory_span *spans, size_t count)
{
	return memory->read(memory, spans, count);
}

/* Reads size bytes; returns how many could be read, from the start. */
static inline size_t memory_get(struct memory *memory, uint64_t address, void *to, uint32_t size)
{
	struct memory_span span = { address, to, size, 0 };
	memory->read(memory, &span, 1);
	return span.got;
}

#endif
