/*
 * blob: looking up captured bytes by their address in the tracee. What is not there was not copied or not
 * readable.
 *
 * Shared by decode/ (values) and state/ (effects), which may not know each other.
 */
#ifndef SOCKLINE_MODEL_BLOB_H
#define SOCKLINE_MODEL_BLOB_H

#include <stdint.h>

#include "model/call.h"

/*
 * The bytes that one capture holds at address: *data points into the blob that has most of them; returns how
 * many of size there are, 0 (and *data untouched) when none. Latest blob first, so that a second read wins
 * over a first.
 */
static inline uint32_t blob_find(const struct capture *capture, uint64_t address, uint32_t size,
				 const uint8_t **data)
{
	uint32_t best = 0;

	for (uint32_t i = capture->count; i-- > 0 && best < size;) {
		const struct blob *blob = &capture->blobs[i];
		uint64_t offset = address - blob->address;

		if (address < blob->address || offset >= blob->got)
			continue;
		uint32_t there = blob->got - (uint32_t)offset;

		if (there > size)
			there = size;
		if (there > best) {
			best = there;
			*data = blob->data + offset;
		}
	}
	return best;
}

/*
 * The same for a phase of a call: the exit's capture falls back to the entry's when it has nothing at
 * address. Where only the exit was seen, its capture has what went in, too.
 */
static inline uint32_t call_bytes(const struct call *call, enum phase phase, uint64_t address, uint32_t size,
				  const uint8_t **data)
{
	if (phase == PHASE_EXIT || !call->entry_seen) {
		uint32_t got = blob_find(&call->out, address, size, data);

		if (got)
			return got;
	}
	return blob_find(&call->in, address, size, data);
}

/* Whether a read of the call was to copy the byte at address: what was not asked for is not unreadable. */
static inline bool call_asked(const struct call *call, uint64_t address)
{
	const struct capture *const captures[] = { &call->in, &call->out };

	for (unsigned which = 0; which < 2; which++)
		for (uint32_t i = 0; i < captures[which]->count; i++)
			if (address - captures[which]->blobs[i].address < captures[which]->blobs[i].size)
				return true;
	return false;
}

#endif
