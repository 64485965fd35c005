/* hello: the host that a client names in the first bytes that it sends: TLS's SNI (RFC 6066), HTTP/1's Host
 * (RFC 9112). */
#ifndef SOCKLINE_ENRICH_HELLO_H
#define SOCKLINE_ENRICH_HELLO_H

#include <stdbool.h>
#include <stdint.h>

enum { HELLO_NAME = 256 };

enum hello {
	HELLO_NONE,  /* neither, or without a usable name */
	HELLO_NAMED, /* name is the host of this connection */
	HELLO_PROXY, /* HTTP to a proxy: names in it are not the peer's */
};

enum hello hello_parse(const uint8_t *data, uint32_t len, char name[HELLO_NAME]);

#endif
