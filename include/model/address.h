/*
 * address: a socket address as the kernel knows it: raw sockaddr bytes, and the short text made from them
 * once.
 *
 * Owns nothing but its text. Knows nothing about names of constants (decode/sockaddr.h makes texts and
 * fields).
 */
#ifndef SOCKLINE_MODEL_ADDRESS_H
#define SOCKLINE_MODEL_ADDRESS_H

#include <stdbool.h>
#include <stdint.h>

struct address {
	uint16_t length;   /* bytes of raw that count; 0: not known */
	uint16_t family;   /* raw's first two bytes, host order */
	uint16_t protocol; /* of the socket, for families whose text needs it (netlink); 0 if unknown */
	uint8_t raw[128];  /* struct sockaddr_storage */
};

/* Copies at most 128 bytes; length < 2 leaves an unknown address. */
void address_set(struct address *address, const void *sockaddr, uint32_t length, uint16_t protocol);
bool address_known(const struct address *address);
bool address_equal(const struct address *a, const struct address *b);
/* The IP's bytes for AF_INET (4) and AF_INET6 (16, IPv4-mapped gives 4 of them); returns 4, 16 or 0. */
unsigned address_ip(const struct address *address, const uint8_t **ip);
/* Port in host order, or -1 for families without one. */
int address_port(const struct address *address);

#endif
