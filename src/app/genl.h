/* genl: names of generic netlink families by their numbers. Asks the kernel, so it is no part of decoding. */
#ifndef SOCKLINE_APP_GENL_H
#define SOCKLINE_APP_GENL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/map.h"

struct genl {
	struct map names; /* owned strings by number */
	unsigned asked;
};

/* A zeroed one is valid. NULL: no such family. The name lives as long as genl does, unless the family got
 * another. */
const char *genl_name(struct genl *genl, uint16_t id);
void genl_done(struct genl *genl);

#endif
