/*
 * fetch: asks debuginfod servers for debug information by build-id, when the user named servers in
 * DEBUGINFOD_URLS. The asking is done in a thread of its own, so that no server can hold up what is traced;
 * what the client library cached before is there at once. The library is loaded only then.
 */
#ifndef SOCKLINE_STACK_FETCH_H
#define SOCKLINE_STACK_FETCH_H

#include <stdbool.h>
#include <stdint.h>

struct fetch;

/* The user named servers. */
bool fetch_possible(void);
/* A descriptor of the client's cached copy, the caller's; a negative errno: none, or no servers are named. */
int fetch_cached(const uint8_t *id, unsigned id_len);
/* Begins to ask. NULL: that is not possible. */
struct fetch *fetch_start(const uint8_t *id, unsigned id_len);
/* -EAGAIN: still on its way. Else how it ended, once: a descriptor, the caller's, or a negative errno. */
int fetch_take(struct fetch *fetch);
/* Gives it up when it has not ended: waits a moment for the library to notice. */
void fetch_free(struct fetch *fetch);

#endif
