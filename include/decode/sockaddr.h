/* sockaddr: socket addresses to short text and to fields. Families are a list of records, one file or so
 * each. */
#ifndef SOCKLINE_DECODE_SOCKADDR_H
#define SOCKLINE_DECODE_SOCKADDR_H

#include "base/text.h"
#include "model/address.h"
#include "model/value.h"

/* 127.0.0.1:80, [::1]:80, unix:/run/x.sock, netlink:ROUTE:1234 ... Foreign bytes (paths) unescaped: sinks
 * escape. */
void sockaddr_text(const struct address *address, struct text *text);
/* VALUE_ADDRESS with text and fields, in the arena. length is what the caller claimed, got what could be
 * read. */
struct value *sockaddr_value(struct arena *arena, const char *name, const void *bytes, uint32_t got,
			     uint32_t length, uint16_t protocol);
/* The fields alone, for JSON; NULL when the address is not known. */
const struct value *sockaddr_fields(struct arena *arena, const struct address *address);

#endif
