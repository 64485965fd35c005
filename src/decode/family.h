/*
 * family: one record per address family: its short text and its fields. A new family is one such record (in a
 * file of its own when it is large) and one line in the list of sockaddr.c.
 */
#ifndef SOCKLINE_DECODE_FAMILY_H
#define SOCKLINE_DECODE_FAMILY_H

#include "decode/sockaddr.h"
#include "fields.h"
#include "pass.h"

struct family {
	uint16_t number; /* AF_ */
	uint16_t least;	 /* bytes that text and fields need; shorter addresses are shown as bytes */
	/* address->raw is zeroed behind length. */
	void (*text)(const struct address *address, struct text *text);
	/* Everything behind sa_family. */
	void (*fields)(const struct address *address, struct fields *fields);
	/* Instead of text, for families with an interface in it: its index (0: none), and the text with its
	 * name, or its number where that is not known. */
	uint32_t (*interface)(const struct address *address);
	void (*named)(const struct address *address, const char *interface, struct text *text);
};

/* What each file has, up to a zeroed one. */
extern const struct family families_inet[], families_local[], families_packet[], families_other[],
	families_bluetooth[];

static inline uint16_t be16_get(const uint8_t *from)
{
	return (uint16_t)(from[0] << 8 | from[1]);
}

static inline uint32_t be32_get(const uint8_t *from)
{
	return (uint32_t)from[0] << 24 | (uint32_t)from[1] << 16 | (uint32_t)from[2] << 8 | from[3];
}

/* "aa:bb:cc:dd:ee:ff" for bytes in order; size at most 32. */
void text_add_mac(struct text *text, const uint8_t *bytes, unsigned size);
/* The same as a bare word. */
struct value *fields_mac(struct fields *fields, const char *name, const uint8_t *bytes, unsigned size);

#endif
