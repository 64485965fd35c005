/*
 * filter: which events are shown: by the connection, the program, the place in the code, the outcome.
 *
 * Matches finished events as data. Every condition is a set of alternatives; an event has to meet each
 * condition that was given. What is not shown is still followed: filters come last, just before the sinks.
 */
#ifndef SOCKLINE_RULES_FILTER_H
#define SOCKLINE_RULES_FILTER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "model/event.h"

/* An address or network, and a port. */
struct filter_peer {
	uint8_t ip[16];
	unsigned bytes;	 /* of ip: 4, 16; 0: any address */
	unsigned prefix; /* bits that count */
	int port;	 /* -1: any */
};

/* Each list may be empty: no condition. Lists are owned, strings borrowed. */
struct filter {
	uint64_t families; /* bit AF_x for each; 0: no condition */
	int *ports, *fds, *errors;
	unsigned port_count, fd_count, error_count;
	struct filter_peer *peers;
	unsigned peer_count;
	const char **programs, **places; /* globs */
	unsigned program_count, place_count;
	bool only_succeeded, only_failed;
	int64_t slower_ns; /* 0: no condition */
};

void filter_done(struct filter *filter);

/* Each adds what a comma-separated list names. 0, or -EINVAL with error naming the word and what would be
 * right. */
int filter_add_peers(struct filter *filter, const char *list, struct error *error);
int filter_add_ports(struct filter *filter, const char *list, struct error *error);
int filter_add_fds(struct filter *filter, const char *list, struct error *error);
int filter_add_errors(struct filter *filter, const char *list, struct error *error);
/* One glob each. */
int filter_add_program(struct filter *filter, const char *glob, struct error *error);
int filter_add_place(struct filter *filter, const char *glob, struct error *error);
/* "10ms", "1.5s", "200us", "2m"; a bare number is in seconds. */
int filter_set_slower(struct filter *filter, const char *duration, struct error *error);
/* Nanoseconds of such a duration. 0, or -EINVAL with error. */
int filter_duration(const char *text, int64_t *ns, struct error *error);

/*
 * executable: of the event's process, may be NULL. Calls have to meet every condition; sockets and calls that
 * still block those that do not ask for an outcome, processes and signals those on the program. Other notes
 * are never left out, nor what is of no known program.
 */
bool filter_shows(const struct filter *filter, const struct event *event, const char *executable);

#endif
