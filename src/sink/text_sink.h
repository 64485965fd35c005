/*
 * text_sink: what the parts of the text sink share: text.c (lines), text_columns.c (time, waiting, task),
 * text_place.c (line column, frames), text_value.c (arguments and results), text_fit.c (fitting a call to the
 * terminal).
 */
#ifndef SOCKLINE_SINK_TEXT_SINK_H
#define SOCKLINE_SINK_TEXT_SINK_H

#include "base/map.h"
#include "base/text.h"
#include "put.h"
#include "sink/sink.h"
#include "stack_cache.h"

/* What a piece of a line is, for its colour. */
enum paint {
	PAINT_NONE,
	PAINT_TIME,
	PAINT_SLOW,
	PAINT_BLOCKED,
	PAINT_PLACE,
	PAINT_NAME,
	PAINT_DATA,
	PAINT_EXPECTED,
	PAINT_ERROR,
	PAINT_REMARK,
	PAINT_FUNCTION,
	PAINT_BEGIN,
	PAINT_END,
	PAINT_NOTE,
	PAINTS,
};

/* How far a call's line has been shrunk to fit. */
struct fit {
	unsigned payload;	 /* columns of data between its quotes; 0: only an ellipsis */
	bool host, peer;	 /* show host names, peer addresses (else only the port) */
	unsigned items, results; /* of lists among the arguments and the results; 0: all */
};

/* What text is made from a place, once: foreign bytes escaped, columns counted. */
struct place_text {
	const struct place *place;
	const char *via;
	struct place_text *next; /* same place with another via */
	char *line;		 /* the line column */
	unsigned line_len, line_columns;
	char *function[2]; /* for the right edge: full, and without scope and arguments; NULL: none */
	unsigned function_len[2], function_columns[2];
	char *frame; /* -k: its own indented lines; NULL until asked for */
	unsigned frame_len;
};

struct task_text {
	pid_t tid;
	bool named;
	char comm[16];
	char text[96];
	unsigned len, columns;
};

enum { TASK_CACHE = 64, VALUE_DEPTH = 12 };

struct text_sink {
	struct sink base;
	struct output *output;
	struct sink_options options;
	char *directory; /* where we were started, for PATH_RELATIVE; NULL: unknown */
	struct text line;
	struct text scratch;

	/* columns follow what was seen */
	unsigned time_width, task_width, place_width;
	pid_t first_tid;
	bool many_tasks, many_comms, comm_seen;
	char first_comm[16];
	struct task_text tasks[TASK_CACHE];
	uint64_t previous_ns;
	int64_t clock_second; /* of clock_text */
	char clock_text[8];

	struct map places;
	struct stack_cache stacks;
	struct fit fit;
	unsigned payloads, payload_longest; /* of the call written last: how many, columns of the longest */
	unsigned depth;			    /* of the value being written */
	bool in_result;			    /* it is part of the result */
};

extern const char *const text_paints[PAINTS];

static inline void paint(struct text_sink *sink, enum paint which)
{
	if (sink->options.color)
		text_add(&sink->line, text_paints[which]);
}

/* Columns on the terminal of a piece of the line that may hold colours. */
unsigned text_sink_columns(const char *from, size_t len);

/* text_columns.c */
/* How many columns the tasks may take: with the callers a third of the terminal, UINT_MAX where there is
 * none. */
unsigned text_task_limit(const struct text_sink *sink);
/* Adds text in at most limit columns: the end of what stands before its last mark gives way to an ellipsis.
 * What the mark begins (a line, an offset, a thread's id) stays whole. Returns the columns. */
unsigned text_add_cut(struct text *to, const char *text, size_t len, char mark, unsigned limit, bool utf8);

/* text_columns.c: each writes one column with its padding and a space, and returns how many columns that
 * took. */
unsigned text_time(struct text_sink *sink, const struct event *event);
unsigned text_waiting(struct text_sink *sink, const struct event *event);
unsigned text_task(struct text_sink *sink, const struct event *event);
/* 187ms, 1.5s, 10ns: all digits, as a program set it. */
void text_add_timeout(struct text *text, uint64_t ns);

/* text_place.c */
const struct place_text *text_place(struct text_sink *sink, const struct caller *caller);
unsigned text_place_column(struct text_sink *sink, const struct place_text *place);
void text_stack(struct text_sink *sink, const struct event *event);
void text_places_done(struct text_sink *sink);

/* text_value.c */
void text_value(struct text_sink *sink, const struct value *value);
void text_arguments(struct text_sink *sink, const struct value *first);
void text_result_values(struct text_sink *sink, const struct value *first);
/* The name=value fields of a list, indented, as many to a line as there is room for. */
void text_fields(struct text_sink *sink, const struct value *first, unsigned indent);
void text_dump(struct text_sink *sink, const struct value *first);

/* text_fit.c: writes name(arguments) = result and the function at the right edge; left columns are taken
 * already. */
void text_call_body(struct text_sink *sink, const struct event *event, const struct place_text *place,
		    unsigned left);

/* source.c: the line of a source file, without its newline, in at most size bytes. -errno when there is none.
 */
int source_line(const char *path, int line, char *to, size_t size);

static inline void text_foreign(struct text_sink *sink, const char *string)
{
	put_foreign(&sink->line, string, strlen(string), sink->options.utf8, false);
}

static inline void text_ellipsis(struct text_sink *sink)
{
	text_add(&sink->line, sink->options.utf8 ? "…" : "...");
}

#endif
