/*
 * output: where lines go: a file, a pipe to a command, stderr. Buffered, whole lines only, written by a
 * thread of its own within 50 ms (terminal, pipe) or 100 ms (file). A full disk, closed pipe or dead reader
 * ends the output with one message, never the trace; a stalled reader makes it drop events beyond a bounded
 * buffer, with a count, never stall the tracee for good.
 */
#ifndef SOCKLINE_SINK_OUTPUT_H
#define SOCKLINE_SINK_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"

struct output;

enum { OUTPUT_BUFFER = 64 << 20 };

/*
 * fd stays the caller's unless own. complain is called once, from the writer's thread or from output_close,
 * when writing fails or events were dropped. NULL and errno when no thread can be started.
 */
struct output *output_fd(int fd, bool own, void (*complain)(void *user, const char *message), void *user);
/* path "-" is standard output; "|command" runs sh -c command with our pipe as its stdin (not traced, CLOEXEC
 * elsewhere). */
struct output *output_open(const char *path, bool append, void (*complain)(void *user, const char *message),
			   void *user, struct error *error);
/* Takes whole lines (ending in \n; several allowed, they stay together). Never blocks for longer than a
 * second in all. */
void output_write(struct output *output, const char *lines, size_t len);
void output_flush(struct output *output); /* writes everything out now; bounded to a few seconds */
/*
 * Flushes, closes, waits for a "|command" to end. Returns 0, or -errno of the first failed write; -ETIMEDOUT
 * when a reader other than a "|command" took nothing for three seconds. NULL is allowed.
 */
int output_close(struct output *output);
bool output_is_terminal(const struct output *output);
bool output_failed(const struct output *output);
/* Calls of output_write whose lines were lost because the reader stalled. */
uint64_t output_dropped(const struct output *output);
/* The pid of "|command", which may turn up in wait4(-1) (output_close does not mind who reaps it); 0: none.
 */
pid_t output_child(const struct output *output);

#endif
