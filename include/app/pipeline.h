/*
 * pipeline: wires the parts together: what happens to a call from its entry stop to the sinks. The only place
 * that does.
 *
 * While a thread is held it copies bytes and walks the stack; effects, decoding, names and output happen
 * after the thread runs again. Everything runs on the tracing thread.
 */
#ifndef SOCKLINE_APP_PIPELINE_H
#define SOCKLINE_APP_PIPELINE_H

#include "app/options.h"
#include "sink/sink.h"
#include "trace/trace.h"

struct pipeline;

/* sinks: count of them, opened by the caller, who closes them before pipeline_free, as they hold its places.
 * Keeps the pointers to options and look; totals is the one of them that counts (-c, -C), or NULL. */
struct pipeline *pipeline_new(const struct options *options, const struct sink_options *look,
			      struct sink **sinks, unsigned count, struct sink *totals);
void pipeline_free(struct pipeline *pipeline);

/* The callbacks for tracer_new, and which calls have to stop for this pipeline. */
void pipeline_events(struct pipeline *pipeline, struct trace_events *events);
void pipeline_wanted(const struct pipeline *pipeline, struct row_set *wanted);
/* Callbacks need the tracer for lookups; set before tracer_run. */
void pipeline_attach(struct pipeline *pipeline, struct tracer *tracer);

/* How often tracer_poke must be called, in ns; 0: never. */
int64_t pipeline_interval(const struct pipeline *pipeline);
/* From another thread or a signal handler: totals so far are to be written at the next tick to that sink
 * (sink_summary). */
void pipeline_totals(struct pipeline *pipeline);
/* From any thread: the terminal has that many columns; followed at the next tick. */
void pipeline_resize(struct pipeline *pipeline, unsigned width);
/* From any thread, before tracer_poke: from the next tick on nothing more is reported of a command. */
void pipeline_stop(struct pipeline *pipeline);

/* The first line (command or pids, host, kernel); and what is said at the end (modules without debug
 * information). */
void pipeline_begin(struct pipeline *pipeline);
void pipeline_end(struct pipeline *pipeline);

#endif
