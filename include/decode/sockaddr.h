/* sockaddr: socket addresses to short text and to fields. Families are a list of records, one file or so
 * each. */
#ifndef SOCKLINE_DECODE_SOCKADDR_H
#define SOCKLINE_DECODE_SOCKADDR_H

#include "base/text.h"
#include "model/address.h"
#include "model/value.h"

/* Names of network interfaces, in the traced program's network namespace. */
struct interfaces {
	const char *(*name)(void *user, uint32_t index); /* NULL: not known; may be NULL itself */
	void *user;
};

/* 127.0.0.1:80, [::1]:80, unix:/run/x.sock, netlink:ROUTE:1234 ... Foreign bytes (paths) unescaped: sinks
 * escape. */
void sockaddr_text(const struct address *address, struct text *text);
/* The same with interfaces by name where they are known: [fe80::1%eth0]:80, packet:eth0:IPv4. interfaces may
 * be NULL. */
void sockaddr_text_named(const struct address *address, const struct interfaces *interfaces,
			 struct text *text);
/* VALUE_ADDRESS with text and fields, in the arena. length is what the caller claimed, got what could be
 * read. */
struct value *sockaddr_value(struct arena *arena, const char *name, const void *bytes, uint32_t got,
			     uint32_t length, uint16_t protocol);
/* The fields alone, for JSON; NULL when the address is not known. */
const struct value *sockaddr_fields(struct arena *arena, const struct address *address);

/*
 * The texts of internet addresses that were shown lately: a program sends to the same few. Zeroed it is valid
 * and empty; it owns nothing.
 */
struct sockaddr_memo {
	struct sockaddr_text {
		uint8_t raw[28]; /* struct sockaddr_in6 */
		uint8_t length, text_len;
		char text[56];
	} texts[16];
};

/* How sockaddr_value_named shows an address. */
struct sockaddr_look {
	const struct interfaces *interfaces; /* may be NULL */
	struct sockaddr_memo *memo;	     /* may be NULL */
	bool fields;			     /* not the text alone */
};

struct value *sockaddr_value_named(struct arena *arena, const char *name, const void *bytes, uint32_t got,
				   uint32_t length, uint16_t protocol, const struct sockaddr_look *look);

#endif
