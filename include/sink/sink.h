/*
 * sink: writes events out. Kinds of sinks are records of functions in a list; a new one is one file and one
 * line.
 *
 * A sink never asks a process or the state, and never sees an event twice. Used from the tracing thread only;
 * the output behind it has a thread of its own, so a slow reader holds nobody.
 */
#ifndef SOCKLINE_SINK_SINK_H
#define SOCKLINE_SINK_SINK_H

#include <stdbool.h>
#include <stdint.h>

#include "model/event.h"
#include "sink/output.h"

struct sink;

enum time_style {
	TIME_RELATIVE,
	TIME_NONE,
	TIME_CLOCK /* -t */,
	TIME_CLOCK_US /* -tt */,
	TIME_EPOCH /* -ttt */,
	TIME_DELTA /* -r */
};
enum path_style { PATH_SHORT, PATH_RELATIVE, PATH_FULL };

struct sink_options {
	uint64_t start_ns;	/* CLOCK_MONOTONIC at the trace's start */
	uint64_t start_wall_ns; /* CLOCK_REALTIME at the same moment */
	enum time_style time;
	enum path_style path;
	bool show_duration;    /* -T */
	bool verbose;	       /* -v */
	bool caller;	       /* false: --no-caller */
	bool stack;	       /* -k */
	bool stack_source;     /* -kk: the source line under each frame */
	unsigned string_limit; /* -s */
	int hex_strings;       /* 0, 1: -x, 2: -xx */
	bool hex_dump;	       /* --hex */
	bool color, utf8;
	unsigned width;	  /* terminal columns; 0: a file or pipe, everything is shown */
	bool totals_only; /* -c: no other sink says what must be said */
};

struct sink_kind {
	const char *name; /* --format=NAME */
	struct sink *(*open)(struct output *output, const struct sink_options *options);
	void (*event)(struct sink *sink, const struct event *event);
	void (*close)(struct sink *sink); /* flushes and frees; the output stays the caller's */
	void (*resize)(struct sink *sink,
		       unsigned width); /* the terminal's columns have changed; may be NULL */
};

extern const struct sink_kind sink_text, sink_json;
extern const struct sink_kind *const sink_kinds[]; /* NULL-terminated */

/* Every sink's first member. */
struct sink {
	const struct sink_kind *kind;
};

#endif
