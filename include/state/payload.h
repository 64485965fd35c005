/*
 * payload: the data that a call sent or received, message by message, as far as it was captured.
 *
 * For those who look into data (names in DNS answers, TLS and HTTP names, files of what was transferred):
 * they need not know buffers, vectors and msghdrs of the calls. Knows rows and layouts; not what the bytes
 * mean.
 */
#ifndef SOCKLINE_STATE_PAYLOAD_H
#define SOCKLINE_STATE_PAYLOAD_H

#include <stdbool.h>
#include <stdint.h>

#include "model/address.h"
#include "model/call.h"

struct payload {
	const uint8_t *data; /* in the call's captures or its arena */
	uint32_t len;	     /* captured from the start of the message */
	uint64_t size;	     /* of the whole message, as the kernel said */
	bool received;	     /* else sent */
	struct address
		peer; /* that the message was sent to or came from by name; length 0: the connected peer */
};

/* How much of a message with several buffers is put together. */
enum { PAYLOAD_LIMIT = 16384, PAYLOAD_IOVECS = 64 };

/* Fills payloads of a finished call, at most max; returns how many, 0 for failed calls and those that move no
 * data. */
unsigned call_payloads(struct call *call, struct payload *payloads, unsigned max);

/*
 * How many bytes of data are worth copying at this stop because somebody can read more in them than is shown:
 * netlink's and DNS messages, and the first that a program sends on a stream. 0: nothing beyond what is
 * shown. call->file must be set (state_enter).
 */
uint32_t state_data_wanted(const struct call *call);

#endif
