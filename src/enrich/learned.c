/* learned: addresses that DNS answers have named, per process and for all; as many as fit, the oldest give
 * way. */
#include <stdlib.h>
#include <string.h>

#include "private.h"

void *enrich_zalloc(size_t size)
{
	void *memory = calloc(1, size);

	if (!memory)
		abort();
	return memory;
}

char *enrich_string(const char *text)
{
	char *copy = strdup(text);

	if (!copy)
		abort();
	return copy;
}

bool ip_of(const struct address *address, struct dns_address *ip)
{
	const uint8_t *bytes = NULL;
	unsigned size = address ? address_ip(address, &bytes) : 0;

	if (!size)
		return false;
	*ip = (struct dns_address){ .size = (uint8_t)size };
	memcpy(ip->ip, bytes, size);
	return true;
}

uint64_t learned_key(pid_t pid, const struct dns_address *address)
{
	uint64_t hash = 0xcbf29ce484222325 ^ (uint64_t)(uint32_t)pid << 32 ^ address->size;

	for (unsigned i = 0; i < address->size; i++)
		hash = (hash ^ address->ip[i]) * 0x100000001b3; /* FNV-1a */
	return hash;
}

static bool is_that(const struct learned *learned, pid_t pid, const struct dns_address *address)
{
	return learned->pid == pid && learned->address.size == address->size &&
	       !memcmp(learned->address.ip, address->ip, address->size);
}

static void learn_for(struct hosts *hosts, pid_t pid, const struct dns_address *address, const char *name)
{
	uint64_t key = learned_key(pid, address);
	struct learned *learned = map_get(&hosts->by_key, key);

	if (learned && is_that(learned, pid, address)) {
		if (!strcmp(learned->name, name))
			return;
		free(learned->name);
		learned->name = enrich_string(name);
		return;
	}
	learned = &hosts->learned[hosts->next++ % LEARNED_LIMIT];
	if (learned->name) {
		if (map_get(&hosts->by_key, learned->key) == learned)
			map_take(&hosts->by_key, learned->key);
		free(learned->name);
	}
	*learned = (struct learned){ key, pid, *address, enrich_string(name) };
	map_put(&hosts->by_key, key, learned);
}

void learn(struct hosts *hosts, pid_t pid, const struct dns_address *address, const char *name)
{
	if (!dns_is_host(name))
		return;
	hosts->learned_count++;
	learn_for(hosts, 0, address, name);
	if (pid)
		learn_for(hosts, pid, address, name);
}

const char *learned_name(struct hosts *hosts, pid_t pid, const struct dns_address *address)
{
	const struct learned *learned = map_get(&hosts->by_key, learned_key(pid, address));

	if (learned && is_that(learned, pid, address))
		return learned->name;
	if (!pid)
		return NULL;
	learned = map_get(&hosts->by_key, learned_key(0, address));
	return learned && is_that(learned, 0, address) ? learned->name : NULL;
}
