/* payload: bytes of data as values: plain, gathered over iovecs, and (for sockets whose data has structure)
 * decoded. */
#ifndef SOCKLINE_DECODE_PAYLOAD_H
#define SOCKLINE_DECODE_PAYLOAD_H

#include "decoder.h"

/*
 * Data at address: length bytes of which as many as the limit allows are shown. A pointer that could not be
 * read is a value that says so.
 */
struct value *payload_value(const struct decoder *decoder, const char *name, uint64_t address,
			    uint64_t length);

/* Adds iovecs: for text a list of data, for JSON and -v each with its base and length. moved: bytes that
 * count. */
void payload_iovec(const struct decoder *decoder, struct fields *to, const char *name, uint64_t iov,
		   uint64_t count, uint64_t moved);

/* Adds what the data means when the socket's protocol is known to give it structure (netlink); for JSON and
 * -v. */
void payload_meaning(const struct decoder *decoder, struct fields *to, uint64_t address, uint64_t length);

/* Fields that go to the event's arguments. */
struct fields decoder_fields(struct decoder *decoder);
void decoder_fields_done(struct decoder *decoder, const struct fields *fields);

#endif
