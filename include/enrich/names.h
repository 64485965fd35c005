/*
 * names: which host an address is, learned from what the program itself was told: DNS answers that it
 * received, the hosts file of its mount namespace, and for one connection the name that it sent in TLS or
 * HTTP; and the names of services.
 *
 * Owns what it learned, bounded. Knows bytes, addresses and ids of sockets; nothing of calls, files or
 * output. Every byte is hostile: what does not follow the rules names nothing. Nothing is ever asked of the
 * network.
 */
#ifndef SOCKLINE_ENRICH_NAMES_H
#define SOCKLINE_ENRICH_NAMES_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/arena.h"
#include "model/address.h"

struct hosts;

struct hosts *hosts_new(void);
void hosts_free(struct hosts *hosts);

/* The socket that bytes went through, as far as names go. */
struct flow {
	uint32_t id; /* the socket's; 0: none, nothing is kept between calls */
	pid_t pid;   /* process that uses it */
	bool stream;
	bool client; /* it connected, or sends without having been connected: it may name its peer */
	const struct address *peer; /* of the socket; length 0: none */
};

struct message {
	const uint8_t *data;
	uint32_t len;  /* what was captured, from the start */
	uint64_t size; /* of the whole */
	bool received;
	const struct address *peer; /* when the message was addressed by itself, else NULL */
};

/*
 * Looks at what one call sent or received and learns names from it. Returns words for the line, in the arena
 * ("? A AAAA example.com", "example.com=93.184.216.34", "example.com NXDOMAIN"), or NULL. They may hold
 * foreign bytes. Cheap for sockets that carry neither DNS nor their first bytes.
 */
const char *hosts_messages(struct hosts *hosts, const struct flow *flow, const struct message *messages,
			   unsigned count, struct arena *arena);

/*
 * The name of an address for that process: what the last answer that it received says, else what any
 * process's did, else its hosts file. NULL: none. Borrowed until the next call of a function here. IPv4 and
 * IPv6 only.
 */
const char *hosts_name(struct hosts *hosts, pid_t pid, const struct address *address);
/* The name of the flow's peer: as above, kept for the flow once found; else from TLS or HTTP. */
const char *hosts_peer(struct hosts *hosts, const struct flow *flow);

/* The socket is closed: its flow is forgotten. */
void hosts_flow_end(struct hosts *hosts, uint32_t id);

/* "https" for 443 and SOCK_STREAM, from /etc/services; NULL: none. */
const char *hosts_service(struct hosts *hosts, int port, int type);

#endif
