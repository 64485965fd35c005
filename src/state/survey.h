/*
 * survey: what /proc/TID/net says about all sockets of a network namespace, by inode: for threads that run,
 * where nothing may be fetched from. Reading it takes time with the number of sockets, so it is kept for a
 * second.
 */
#ifndef SOCKLINE_STATE_SURVEY_H
#define SOCKLINE_STATE_SURVEY_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/map.h"
#include "state/ask.h"

struct survey {
	struct map by_inode; /* to struct socket_facts */
	uint64_t netns;	     /* inode of the namespace that it is of; 0: none */
	uint64_t taken_ns;
};

void survey_done(struct survey *survey);
/* The facts of a socket in the thread's network namespace; false when there is no such, or it is of no IP
 * family. */
bool survey_find(struct survey *survey, pid_t tid, uint64_t inode, struct socket_facts *facts);

/* One line of /proc/net/tcp and its like; false when it is none. For tests. */
bool survey_line(const char *line, int family, int type, int protocol, struct socket_facts *facts);

#endif
