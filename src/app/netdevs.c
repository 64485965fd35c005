#include "netdevs.h"

#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* The inode of a thread's network namespace (namespaces(7)), 0 when it cannot be seen. */
static uint64_t netns_of(const char *path)
{
	struct stat status;

	return stat(path, &status) == 0 ? status.st_ino : 0;
}

const char *netdevs_name(struct netdevs *netdevs, pid_t tid, uint32_t index)
{
	char path[64], name[IF_NAMESIZE];

	if (!netdevs->own_netns)
		netdevs->own_netns = netns_of("/proc/self/ns/net");
	(void)snprintf(path, sizeof(path), "/proc/%d/ns/net", (int)tid);
	if (!netdevs->own_netns || netns_of(path) != netdevs->own_netns)
		return NULL;
	const char *known = map_get(&netdevs->names, index);

	if (known || !if_indextoname(index, name))
		return known;
	char *copy = strdup(name);

	if (copy)
		map_put(&netdevs->names, index, copy);
	return copy;
}

void netdevs_done(struct netdevs *netdevs)
{
	struct map_slot *slot;

	for (size_t i = 0; (slot = map_next(&netdevs->names, &i));)
		free(slot->value);
	map_done(&netdevs->names);
}
