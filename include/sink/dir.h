/*
 * dir: --dir=DIR: a folder per process with one JSON-lines file per socket, and meta.json about the run.
 *
 *	DIR/meta.json           the trace's first line: command or pids, host, kernel, versions, options
 *	DIR/trace.jsonl         what belongs to no process
 *	DIR/4410/process.jsonl  the process's own events, and its calls on no socket that is known
 *	DIR/4410/s12.jsonl      its calls on socket (or epoll) s12; the same id in another process's folder is
 *the same socket DIR/4410.2/             another process that got the same pid later
 *
 * A call that names several sockets (poll, accept's two) stands in the file of each.
 */
#ifndef SOCKLINE_SINK_DIR_H
#define SOCKLINE_SINK_DIR_H

#include "base/error.h"
#include "sink/sink.h"

/*
 * Makes the folder unless it is there; one that holds a trace already is refused. The sink owns its output,
 * with the promises of sink/output.h (complain as there). NULL with error set; else events and the end go
 * through sink->kind.
 */
struct sink *dir_open(const char *path, const struct sink_options *options,
		      void (*complain)(void *user, const char *message), void *user, struct error *error);

#endif
