/*
 * dns: one DNS message taken apart (RFC 1035), with the C library's parser; pure, for every kind of bytes.
 */
#ifndef SOCKLINE_ENRICH_DNS_H
#define SOCKLINE_ENRICH_DNS_H

#include <stdbool.h>
#include <stdint.h>

enum { DNS_NAME = 256, DNS_ADDRESSES = 16 };

struct dns_address {
	uint8_t size; /* 4 or 16 */
	uint8_t ip[16];
};

struct dns_message {
	uint16_t id;
	bool answer;
	int rcode;
	bool truncated;		 /* TC: the program will ask again over TCP */
	char question[DNS_NAME]; /* as presentation; "" when there is not exactly one question */
	int type;		 /* of the question */
	unsigned answers;	 /* records in the answer section */
	/* Addresses of the question's name, CNAMEs followed; count may exceed what is kept. */
	unsigned address_count;
	struct dns_address addresses[DNS_ADDRESSES];
};

/* 0, or -EBADMSG when it is no well-formed message. */
int dns_parse(const uint8_t *data, uint32_t len, struct dns_message *message);

/* Calls fn for each address record of a multicast answer (RFC 6762) whose name ends in .local. */
void dns_local(const uint8_t *data, uint32_t len,
	       void (*fn)(void *user, const char *name, const struct dns_address *address), void *user);

/* A name that may label an address: letters, digits, '-', '_' and dots, as host names are (RFC 952, 1123). */
bool dns_is_host(const char *name);

/* "AAAA" for 28; NULL: no name. */
const char *dns_type_name(int type);
/* "NXDOMAIN" for 3; NULL: no name. */
const char *dns_rcode_name(int rcode);

#endif
