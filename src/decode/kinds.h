/* kinds: one record per kind of argument: what to capture, and how it becomes values. A new kind is one line
 * in kinds.c. */
#ifndef SOCKLINE_DECODE_KINDS_H
#define SOCKLINE_DECODE_KINDS_H

#include <stdint.h>

#include "calls/row.h"

struct pass;
struct decoder;

struct kind {
	/* Bytes to read at the argument in this pass; NULL: the argument points to nothing. */
	uint32_t (*size)(const struct pass *pass, unsigned arg);
	/* Reads what these bytes point to; NULL: nothing. */
	void (*follow)(struct pass *pass, unsigned arg);
	/* Adds the argument's values to the event's. */
	void (*values)(struct decoder *decoder, unsigned arg);
};

extern const struct kind decode_kinds[A_KINDS];

#endif
