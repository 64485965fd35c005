/* private: what the parts of enrich share: learned names, flows, hosts files. */
#ifndef SOCKLINE_ENRICH_PRIVATE_H
#define SOCKLINE_ENRICH_PRIVATE_H

#include "base/map.h"
#include "dns.h"
#include "enrich/names.h"

enum {
	LEARNED_LIMIT = 8192, /* addresses with a name from DNS; the oldest give way */
	FILES_LIMIT = 16,     /* processes whose hosts file is kept */
	PENDING_LIMIT = 8,    /* questions of one socket that may still be answered */
	STREAM_LIMIT = 16384, /* of a DNS message over TCP that comes in pieces */
};

/* One address's name, for one process (or for all: pid 0). */
struct learned {
	uint64_t key;
	pid_t pid;
	struct dns_address address;
	char *name; /* NULL: unused */
};

struct hosts_line {
	struct dns_address address;
	char name[];
};

/* A hosts file as it was read; shared by the processes that see the same one. */
struct hosts_file {
	unsigned refs;
	uint64_t device, inode, size;
	int64_t changed_ns;    /* mtime */
	struct map by_address; /* to struct hosts_line, the first of each address */
};

/* Which hosts file a process sees, looked at again after a second. */
struct hosts_seen {
	pid_t pid; /* 0: unused */
	uint64_t checked_ns;
	struct hosts_file *file; /* NULL: none, or not readable */
};

struct question {
	uint16_t id;
	uint32_t hash; /* of name, in lower case, and type; 0: unused */
};

/* Bytes of a DNS stream that do not make a whole message yet. */
struct stream {
	uint8_t *data;
	uint32_t len;
	bool lost; /* bytes were not captured: nothing can be told any more */
};

struct flow_state {
	struct address peer; /* that name is of */
	char *name;	     /* NULL: none found yet */
	uint64_t looked_ns;  /* when none was found for peer, and how much had been learned by then */
	uint64_t learned;
	bool asked;	 /* questions were seen: answers must match one */
	bool proxy;	 /* names that are sent are not the peer's */
	unsigned looked; /* messages that were looked at for TLS and HTTP */
	unsigned next;	 /* of questions */
	struct question questions[PENDING_LIMIT];
	struct stream in, out;
};

struct hosts {
	struct learned learned[LEARNED_LIMIT];
	unsigned next;
	uint64_t learned_count; /* grows with every name that is learned */
	struct map by_key;	/* to struct learned */
	struct map flows;	/* by id, to struct flow_state */
	struct hosts_seen seen[FILES_LIMIT];
	unsigned next_seen;
	struct map services; /* by port and protocol, to strings */
	bool services_read;
};

void *enrich_zalloc(size_t size);
char *enrich_string(const char *text);

/* learned.c */
void learn(struct hosts *hosts, pid_t pid, const struct dns_address *address, const char *name);
const char *learned_name(struct hosts *hosts, pid_t pid, const struct dns_address *address);
uint64_t learned_key(pid_t pid, const struct dns_address *address);
bool ip_of(const struct address *address, struct dns_address *ip); /* false: no IP address */

/* hosts_file.c */
const char *hosts_file_name(struct hosts *hosts, pid_t pid, const struct dns_address *address);
void hosts_file_done(struct hosts *hosts);
/* Reads one line's address and first name; false when there is none. For tests and fuzzing. */
bool hosts_line_parse(char *line, struct dns_address *address, char **name);

/* words.c: what a line says about one call's DNS messages */
void words_question(struct arena *arena, char **words, const struct dns_message *message);
void words_answer(struct arena *arena, char **words, const struct dns_message *message);

#endif
