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
	/* For families with an interface in their text: its index (0: none), and the same text with its name.
	 */
	uint32_t (*interface)(const struct address *address);
	void (*named)(const struct address *address, const char *interface, struct text *text);
};

extern const struct family family_inet, family_inet6, family_unix, family_netlink, family_packet,
	family_vsock;
extern const struct family family_alg, family_can, family_xdp, family_tipc, family_qipcrtr, family_llc,
	family_pppox, family_phonet, family_bluetooth;

static inline uint16_t be16_get(const uint8_t *from)
{
	return (uint16_t)(from[0] << 8 | from[1]);
}

static inline uint32_t be32_get(const uint8_t *from)
{
	return (uint32_t)from[0] << 24 | (uint32_t)from[1] << 16 | (uint32_t)from[2] << 8 | from[3];
}

/* The text of a family with an interface, by its number. */
void family_text_by_index(const struct family *family, const struct address *address, struct text *text);

/* "aa:bb:cc:dd:ee:ff" for bytes in order; size at most 32. */
void text_add_mac(struct text *text, const uint8_t *bytes, unsigned size);
/* The same as a bare word. */
struct value *fields_mac(struct fields *fields, const char *name, const uint8_t *bytes, unsigned size);

#endif
