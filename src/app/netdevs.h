/* netdevs: names of network interfaces by their index, for programs in our own network namespace; others' are
 * not known. */
#ifndef SOCKLINE_APP_NETDEVS_H
#define SOCKLINE_APP_NETDEVS_H

#include <stdint.h>
#include <sys/types.h>

#include "base/map.h"

struct netdevs {
	struct map names;   /* owned strings by index */
	uint64_t own_netns; /* inode; 0: not asked yet */
};

/* A zeroed one is valid. NULL: not known. The name lives as long as netdevs. */
const char *netdevs_name(struct netdevs *netdevs, pid_t tid, uint32_t index);
void netdevs_done(struct netdevs *netdevs);

#endif
