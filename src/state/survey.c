#include "survey.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "private.h"

#define KEPT_NS UINT64_C(1000000000)

/* TCP_SYN_SENT and TCP_LISTEN, net/tcp_states.h */
enum { TCP_CONNECTING = 2, TCP_LISTENING = 10 };

static const struct {
	const char *name;
	int family, type, protocol;
} files[] = {
	{ "tcp", AF_INET, SOCK_STREAM, IPPROTO_TCP },
	{ "tcp6", AF_INET6, SOCK_STREAM, IPPROTO_TCP },
	{ "udp", AF_INET, SOCK_DGRAM, IPPROTO_UDP },
	{ "udp6", AF_INET6, SOCK_DGRAM, IPPROTO_UDP },
};

/* "0100007F:1F90": the address as words of the machine's own order, as proc_pid_net(5) says of all of them.
 */
static bool read_end(const char *text, int family, struct address *address)
{
	struct sockaddr_in in = { .sin_family = AF_INET };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };
	uint32_t word[4];
	unsigned port;

	if (family == AF_INET) {
		if (sscanf(text, "%8x:%4x", &word[0], &port) != 2)
			return false;
		memcpy(&in.sin_addr, word, 4);
		in.sin_port = htons((uint16_t)port);
		address_set(address, &in, sizeof(in), 0);
		return true;
	}
	if (sscanf(text, "%8x%8x%8x%8x:%4x", &word[0], &word[1], &word[2], &word[3], &port) != 5)
		return false;
	memcpy(&in6.sin6_addr, word, sizeof(word));
	in6.sin6_port = htons((uint16_t)port);
	address_set(address, &in6, sizeof(in6), 0);
	return true;
}

bool survey_line(const char *line, int family, int type, int protocol, struct socket_facts *facts)
{
	char local[64], peer[64];
	unsigned long long inode;
	unsigned condition;

	*facts = (struct socket_facts){ .family = family, .type = type, .protocol = protocol };
	if (sscanf(line, " %*u: %63s %63s %x %*s %*s %*s %*u %*u %llu", local, peer, &condition, &inode) !=
		    4 ||
	    !inode || !read_end(local, family, &facts->local) || !read_end(peer, family, &facts->peer))
		return false;
	facts->inode = inode;
	facts->listening = type == SOCK_STREAM && condition == TCP_LISTENING;
	facts->connecting = type == SOCK_STREAM && condition == TCP_CONNECTING;
	if (address_port(&facts->peer) <= 0)
		facts->peer = (struct address){ 0 };
	return true;
}

static void read_file(struct survey *survey, pid_t tid, unsigned which)
{
	char path[64], line[512];
	struct socket_facts facts;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/net/%s", (int)tid, files[which].name);
	file = fopen(path, "re");
	if (!file)
		return;
	while (fgets(line, sizeof(line), file)) {
		if (!survey_line(line, files[which].family, files[which].type, files[which].protocol, &facts))
			continue;
		struct socket_facts *kept = state_zalloc(sizeof(*kept));

		*kept = facts;
		free(map_put(&survey->by_inode, facts.inode, kept));
	}
	fclose(file);
}

void survey_done(struct survey *survey)
{
	struct map_slot *slot;

	for (size_t at = 0; (slot = map_next(&survey->by_inode, &at));)
		free(slot->value);
	map_done(&survey->by_inode);
	survey->netns = 0;
}

/* The network namespace of a thread as /proc numbers it; 0: not allowed to know. */
static uint64_t netns_of(pid_t tid)
{
	char path[64];
	struct stat stat_;

	snprintf(path, sizeof(path), "/proc/%d/ns/net", (int)tid);
	return stat(path, &stat_) == 0 ? stat_.st_ino : 0;
}

bool survey_find(struct survey *survey, pid_t tid, uint64_t inode, struct socket_facts *facts)
{
	uint64_t netns = netns_of(tid), now = clock_monotonic_ns();
	const struct socket_facts *found;

	if (!netns)
		return false;
	if (survey->netns != netns || now - survey->taken_ns > KEPT_NS) {
		survey_done(survey);
		for (unsigned i = 0; i < sizeof(files) / sizeof(*files); i++)
			read_file(survey, tid, i);
		survey->netns = netns;
		survey->taken_ns = clock_monotonic_ns();
	}
	found = map_get(&survey->by_inode, inode);
	if (found)
		*facts = *found;
	return found != NULL;
}
