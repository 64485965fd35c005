/*
 * netdevs: names of network interfaces by their index, in the network namespace of the program that uses
 * them.
 *
 * Another namespace is entered by a thread of its own, which asks and ends: no socket is kept there, as one
 * would keep the namespace and its interfaces alive. It needs CAP_SYS_ADMIN; without it the names of other
 * namespaces are not known. A name is asked for once: what is renamed later keeps the name that it had.
 */
#ifndef SOCKLINE_APP_NETDEVS_H
#define SOCKLINE_APP_NETDEVS_H

#include <stdint.h>
#include <sys/types.h>

#include "base/map.h"

struct netdevs {
	struct map names;   /* owned strings by namespace and index */
	struct map missing; /* when it was asked in vain, in milliseconds, by the same */
	uint64_t own_netns; /* inode; 0: not asked yet */
};

/* A zeroed one is valid. NULL: not known. The name lives as long as netdevs. */
const char *netdevs_name(struct netdevs *netdevs, pid_t tid, uint32_t index);
void netdevs_done(struct netdevs *netdevs);

#endif
