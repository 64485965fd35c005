/*
 * pair: the two ends of one conversation, when both are traced: socketpair, unix streams by the kernel's own
 * word, TCP by swapped addresses in one network namespace. What cannot be told for sure is no pair.
 */
#include <string.h>
#include <sys/socket.h>

#include "private.h"

void pair_join(struct state *state, struct file *one, struct file *other)
{
	if (one == other || one->pair || other->pair)
		return;
	pair_single(state, one, false);
	pair_single(state, other, false);
	one->pair = other;
	other->pair = one;
	one->pair_id = other->id;
	other->pair_id = one->id;
	news_add(state, NEWS_PAIRED, one)->other = other;
}

/* Counts a unix stream socket that was made by socket(2) until it is known what became of it. */
void pair_single(struct state *state, struct file *file, bool single)
{
	if (single == file->single || (single && (file->family != AF_UNIX || file->type == SOCK_DGRAM)))
		return;
	file->single = single;
	state->unix_single += single ? 1 : -1U;
}

static uint64_t mix(uint64_t hash, const void *bytes, size_t size)
{
	const uint8_t *byte = bytes;

	for (size_t i = 0; i < size; i++)
		hash = (hash ^ byte[i]) * UINT64_C(0x100000001b3); /* FNV-1a */
	return hash;
}

static uint64_t mix_end(uint64_t hash, const struct address *address)
{
	const uint8_t *ip = NULL;
	unsigned size = address_ip(address, &ip);
	int port = address_port(address);

	return mix(mix(hash, ip, size), &port, sizeof(port));
}

static uint64_t ends_key(uint64_t netns, const struct address *from, const struct address *to)
{
	uint64_t hash = mix(UINT64_C(0xcbf29ce484222325), &netns, sizeof(netns));

	hash = mix_end(mix_end(hash, from), to);
	return hash ? hash : 1;
}

static bool same_end(const struct address *a, const struct address *b)
{
	const uint8_t *ip_a = NULL, *ip_b = NULL;
	unsigned size_a = address_ip(a, &ip_a), size_b = address_ip(b, &ip_b);

	return size_a && size_a == size_b && !memcmp(ip_a, ip_b, size_a) &&
	       address_port(a) == address_port(b);
}

static void leave_ends(struct state *state, struct file *file)
{
	if (file->ends && map_get(&state->by_ends, file->ends) == file)
		map_take(&state->by_ends, file->ends);
	file->ends = 0;
}

/* Called when an address of the file has become known or changed. */
void pair_ends(struct state *state, struct file *file)
{
	struct file *other;

	if (file->type != SOCK_STREAM || (file->family != AF_INET && file->family != AF_INET6))
		return;
	leave_ends(state, file);
	if (!file->netns || file->listening || address_port(&file->local) <= 0 ||
	    address_port(&file->peer) <= 0)
		return;
	file->ends = ends_key(file->netns, &file->local, &file->peer);
	map_put(&state->by_ends, file->ends, file);
	other = map_get(&state->by_ends, ends_key(file->netns, &file->peer, &file->local));
	if (other && other != file && other->netns == file->netns && same_end(&other->local, &file->peer) &&
	    same_end(&other->peer, &file->local))
		pair_join(state, file, other);
}

/* The kernel is asked only when a traced socket could be the other end. */
void pair_unix(struct state *state, struct task *task, int fd, struct file *accepted)
{
	uint64_t inode;

	if (!accepted->inode || !state->unix_single || !state->ask->unix_peer)
		return;
	inode = state->ask->unix_peer(state->ask, task->tid, fd, accepted->inode);
	struct file *other = inode ? map_get(&state->by_inode, inode) : NULL;

	if (other && other->family == AF_UNIX)
		pair_join(state, accepted, other);
}

/* Of those found when attaching only inodes are known: the kernel says that they are unix sockets. */
static void join_found(void *user, int type, uint64_t inode, uint64_t peer)
{
	struct state *state = user;
	struct file *one = map_get(&state->by_inode, inode), *other = map_get(&state->by_inode, peer);

	if (!one || !other || (!one->history->found && !other->history->found))
		return;
	one->to_inode = peer;
	/* many datagram sockets may send to one, which has none of them as its peer */
	if (type != SOCK_DGRAM || other->to_inode == inode)
		pair_join(state, one, other);
}

void pair_unix_found(struct state *state)
{
	if (state->unix_found && state->ask->unix_peers)
		state->ask->unix_peers(state->ask, join_found, state);
	state->unix_found = false;
}

void pair_part(struct file *file)
{
	if (file->pair)
		file->pair->pair = NULL;
	file->pair = NULL;
	file->pair_id = 0;
}

void pair_forget(struct state *state, struct file *file)
{
	leave_ends(state, file);
	pair_single(state, file, false);
	if (file->pair)
		file->pair->pair = NULL;
	file->pair = NULL;
}
