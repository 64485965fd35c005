/*
 * summary: totals of a trace as tables: per call as strace -c has it, per connection, per place in the code.
 * A sink that writes nothing until its end, or until it is asked.
 *
 * Counts what it is given: filtered events are not in it. Memory is bounded: beyond a number of rows the
 * cheapest ones are folded into one.
 */
#ifndef SOCKLINE_SINK_SUMMARY_H
#define SOCKLINE_SINK_SUMMARY_H

#include "sink/sink.h"

/* -c, -C. close writes the tables; options.width 0 or more only decides about escaping and colour. */
extern const struct sink_kind sink_summary;

/* Writes what was counted so far (SIGUSR1) and goes on counting. sink is one that sink_summary opened.
 * Sockets that are open must have been told of by "open" events since the last time: their totals are not
 * final. */
void summary_write(struct sink *sink);

#endif
