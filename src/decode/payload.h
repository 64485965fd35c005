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

/*
 * What the data means where the socket's protocol gives it structure (netlink): a list of messages, or NULL.
 * Data in one piece, or gathered over iovecs.
 */
struct value *payload_messages(const struct decoder *decoder, uint64_t address, uint64_t length,
			       bool received);
struct value *payload_iovec_messages(const struct decoder *decoder, uint64_t iov, uint64_t count,
				     uint64_t moved, bool received);
/* Adds such a list, and its one-line form for text under label. */
void payload_add_messages(const struct decoder *decoder, struct fields *to, struct value *messages);

/* Fields that go to the event's arguments. */
struct fields decoder_fields(struct decoder *decoder);
void decoder_fields_done(struct decoder *decoder, const struct fields *fields);

#endif
