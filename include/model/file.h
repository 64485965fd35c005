/*
 * file: how an event sees what a fd referred to at the moment of the call: a copied snapshot, never live
 * state.
 */
#ifndef SOCKLINE_MODEL_FILE_H
#define SOCKLINE_MODEL_FILE_H

#include <stdbool.h>
#include <stdint.h>

struct address;
struct value;

enum file_kind {
	FILE_UNKNOWN, /* not looked at, or could not be */
	FILE_OTHER,   /* known to be neither of the others */
	FILE_SOCKET,
	FILE_EPOLL,
	FILE_IO_URING,
};

/* How a socket came to its peer: text shows → ← @ between fd and address. */
enum file_link {
	LINK_NONE,
	LINK_TO,     /* connected: 5→10.0.0.7:80 */
	LINK_FROM,   /* accepted: 6←10.0.0.9:41022 */
	LINK_LISTEN, /* listening or bound: 3@:8000 */
};

struct file_view {
	uint8_t kind;	/* enum file_kind */
	uint8_t link;	/* enum file_link */
	bool ambiguous; /* text must show the id */
	uint32_t id;	/* s12 is 12; 0: none. Sockets, epolls and rings share one count */
	uint32_t pair;	/* id of the other end of the same conversation when that is traced too; 0: none */
	int family, type, protocol; /* -1: unknown */
	const char *local, *peer;   /* short texts (decode/sockaddr.h), NULL: unknown */
	const char *host;	    /* peer's host name, NULL: none */
	const char *service; /* name of the peer's port, listening: of its own; NULL: not wanted or none */
	const struct value *local_fields, *peer_fields;	    /* for JSON; may be NULL */
	const struct address *local_address, *peer_address; /* for filters; NULL: unknown */
};

#endif
