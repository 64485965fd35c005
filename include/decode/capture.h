/*
 * capture: copying, while the thread is held, the bytes that an event needs; and reading them back
 * afterwards.
 *
 * Cheap by design: the caller puts the first-level spans of all arguments and of the stack into one
 * memory_read. No allocation but from the call's arena; never more than CAPTURE_LIMIT bytes per call and
 * phase.
 */
#ifndef SOCKLINE_DECODE_CAPTURE_H
#define SOCKLINE_DECODE_CAPTURE_H

#include "model/call.h"
#include "model/memory.h"

enum {
	CAPTURE_LIMIT = 256 * 1024,
	CAPTURE_SPANS = 8,
	CAPTURE_IOVECS = 1024,
	CAPTURE_MMSG = 1024,
	CAPTURE_CONTROL = 16384
};

/* Which arguments of a row are read, as bits: those with bytes at the entry, and those with bytes at the
 * exit. */
struct capture_args {
	uint8_t entry, exit;
};

struct capture_options {
	uint32_t data_limit; /* payload bytes per call (-s N, at least what JSON shows), default 256 */
	const struct capture_args *args; /* by row: capture_args_fill; NULL: worked out for each call */
};

/* Fills a list of CALL_COUNT, so that a pass looks at nothing but what it reads. */
void capture_args_fill(struct capture_args *args);

/*
 * Whether all that the call's arguments point to is to be read at its exit, and nothing at its entry; args as
 * capture_args_fill made them.
 */
bool capture_comes_late(const struct call *call, const struct capture_args *args);

/*
 * Writes the spans that the row's arguments point to at that phase (first level, lengths clipped) to spans,
 * which has room for CAPTURE_SPANS; memory comes from the call's arena. Returns how many. When the entry was
 * not seen, the exit phase includes what would have been read at entry.
 */
unsigned capture_plan(struct call *call, enum phase phase, const struct capture_options *options,
		      struct memory_span *spans);

/* Takes the filled spans over as blobs and reads what they point to in turn (iovecs, names, control data). */
void capture_follow(struct call *call, enum phase phase, const struct capture_options *options,
		    struct memory_span *spans, unsigned count, struct memory *memory);

/*
 * The captured bytes at address in that phase: *data points into the blob, returns how many of size are there
 * (0: not captured or unreadable). Falls back to the entry's capture when the exit's has none.
 */
uint32_t capture_find(const struct call *call, enum phase phase, uint64_t address, uint32_t size,
		      const uint8_t **data);

#endif
