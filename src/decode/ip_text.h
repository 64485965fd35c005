/* ip_text: IPv4 and IPv6 addresses as text (RFC 5952), without printf: they are on nearly every line. */
#ifndef SOCKLINE_DECODE_IP_TEXT_H
#define SOCKLINE_DECODE_IP_TEXT_H

#include <stdint.h>

enum { IP_TEXT_MAX = 48 };

/* size 4 or 16; writes a NUL-terminated text; returns its length. */
unsigned ip_text(const uint8_t *ip, unsigned size, char text[IP_TEXT_MAX]);

#endif
