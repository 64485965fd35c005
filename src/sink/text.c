/* text: the sink for people: one line per event, in columns; details that need room follow indented in the
 * same write. */
#include <stdlib.h>
#include <unistd.h>

#include "text_sink.h"

const char *const text_paints[PAINTS] = {
	[PAINT_NONE] = "\033[m",      [PAINT_TIME] = "\033[2m",	    [PAINT_SLOW] = "\033[33m",
	[PAINT_BLOCKED] = "\033[31m", [PAINT_PLACE] = "\033[36m",   [PAINT_NAME] = "\033[1m",
	[PAINT_DATA] = "\033[32m",    [PAINT_EXPECTED] = "\033[2m", [PAINT_ERROR] = "\033[31m",
	[PAINT_REMARK] = "\033[35m",  [PAINT_FUNCTION] = "\033[2m", [PAINT_BEGIN] = "\033[32m",
	[PAINT_END] = "\033[2m",      [PAINT_NOTE] = "\033[33m",
};

enum { PLACE_WIDTH = 12, DETAIL_INDENT = 8 };

static struct sink *text_open(struct output *output, const struct sink_options *options)
{
	struct text_sink *sink = calloc(1, sizeof(*sink));

	if (!sink)
		return NULL;
	sink->base.kind = &sink_text;
	sink->output = output;
	sink->options = *options;
	sink->clock_second = INT64_MIN;
	sink->place_width = options->caller ? PLACE_WIDTH : 0;
	sink->fit = (struct fit){ .payload = UINT32_MAX, .host = true, .peer = true };
	if (options->path == PATH_RELATIVE)
		sink->directory = getcwd(NULL, 0);
	return &sink->base;
}

/* Time, waiting, task and line; returns the columns that they took. A note about the trace as a whole is
 * long, and no task's: it begins where tasks and lines stand. */
static unsigned put_left(struct text_sink *sink, const struct event *event, const struct place_text *place)
{
	unsigned columns = text_time(sink, event);

	columns += text_waiting(sink, event);
	if (event->kind == EVENT_NOTE && !event->tid && sink->options.width)
		return columns;
	columns += text_task(sink, event);
	if (sink->options.caller)
		columns += text_place_column(sink, place);
	return columns;
}

static void end_line(struct text_sink *sink)
{
	struct text *line = &sink->line;

	while (line->len && line->data[line->len - 1] == ' ')
		line->len--;
	text_add_char(line, '\n');
}

static void put_call_event(struct text_sink *sink, const struct event *event)
{
	const struct place_text *place = sink->options.caller ? text_place(sink, &event->caller) : NULL;
	unsigned left = put_left(sink, event, place);

	text_call_body(sink, event, place, left);
	end_line(sink);
	if (sink->options.stack)
		text_stack(sink, event);
	if (sink->options.hex_dump)
		text_dump(sink, event->args);
}

/* The sign before a line that is no call, and its colour. */
struct mark {
	const char *type, *sign;
	enum paint paint;
};

static const struct mark marks[] = {
	{ "started", "+ ", PAINT_BEGIN },  { "thread", "+ ", PAINT_BEGIN }, { "found", "+ ", PAINT_BEGIN },
	{ "attached", "+ ", PAINT_BEGIN }, { "exec", "= ", PAINT_BEGIN },   { "tcp_info", "= ", PAINT_NONE },
	{ "exited", "- ", PAINT_END },	   { "killed", "- ", PAINT_ERROR }, { "detached", "- ", PAINT_END },
	{ "closed", "- ", PAINT_END },	   { NULL, "! ", PAINT_NOTE },
};

static const struct mark *mark_of(const struct event *event)
{
	const struct mark *mark = marks;
	bool other = event->kind == EVENT_NOTE || event->kind == EVENT_SIGNAL || !event->type;

	while (mark->type && (other || strcmp(mark->type, event->type) != 0))
		mark++;
	return mark;
}

/* Cuts a line at the terminal's edge: command lines may be very long. */
static void cut_line(struct text_sink *sink, size_t from, unsigned room)
{
	struct text *line = &sink->line;

	if (room < 8 || text_columns(line->data + from, line->len - from) <= room)
		return;
	unsigned dots = sink->options.utf8 ? 1 : 3;
	size_t keep = line->len - from < 4 * (size_t)room ? line->len - from : 4 * (size_t)room;
	while (keep && ((line->data[from + keep] & 0xc0) == 0x80 ||
			text_columns(line->data + from, keep) > room - dots))
		keep--;
	line->len = from + keep;
	text_ellipsis(sink);
}

/* A line that is no call: its sign and its words. */
static void put_words(struct text_sink *sink, const struct event *event, unsigned left)
{
	const struct mark *mark = mark_of(event);
	unsigned width = sink->options.width;

	paint(sink, mark->paint);
	size_t from = sink->line.len;
	text_add(&sink->line, mark->sign);
	text_foreign(sink, event->text ? event->text : event->type ? event->type : "");
	if (event->kind == EVENT_PROCESS && width)
		cut_line(sink, from, width > left ? width - left : 0);
	if (mark->paint != PAINT_NONE)
		paint(sink, PAINT_NONE);
	end_line(sink);
}

/* A call that still blocks, in its columns: "4410 db.c:120 ! recvfrom(7→10.0.0.5:5432) waiting for 1.0s". */
static void put_pending(struct text_sink *sink, const struct event *event)
{
	const struct place_text *place = sink->options.caller ? text_place(sink, &event->caller) : NULL;
	struct text *line = &sink->line;
	int64_t tenths = event->duration_ns / 100000000;

	put_left(sink, event, place);
	paint(sink, PAINT_NOTE);
	PUT(line, "! ");
	text_foreign(sink, event->text);
	text_add_char(line, '(');
	sink->fit = (struct fit){ .payload = 32, .host = true, .peer = true };
	text_arguments(sink, event->args);
	PUT(line, ") waiting");
	if (event->duration_ns >= 0) {
		PUT(line, " for ");
		text_add_int(line, tenths / 10);
		text_add_char(line, '.');
		text_add_int(line, tenths % 10);
		text_add_char(line, 's');
	}
	paint(sink, PAINT_NONE);
	end_line(sink);
	if (sink->options.stack)
		text_stack(sink, event);
}

static void put_other_event(struct text_sink *sink, const struct event *event)
{
	if (event->kind == EVENT_NOTE && event->type && !strcmp(event->type, "pending") && event->text) {
		put_pending(sink, event);
		return;
	}
	put_words(sink, event, put_left(sink, event, NULL));
	/* A socket's history is for programs; the kernel's view of it was asked for. */
	const struct value *details =
		event->kind == EVENT_SOCKET && !strcmp(event->type, "tcp_info") ? event->details : NULL;
	if (details && details->kind == VALUE_STRUCT && !details->name)
		details = details->list.first;
	text_fields(sink, details, DETAIL_INDENT);
}

static void text_event(struct sink *base, const struct event *event)
{
	struct text_sink *sink = (struct text_sink *)base;

	/* A socket's end without words stands on its close line already; the trace's own data is for
	 * programs. */
	if (event->kind == EVENT_TRACE || (event->kind == EVENT_SOCKET && !event->text))
		return;
	text_clear(&sink->line);
	if (event->kind == EVENT_CALL)
		put_call_event(sink, event);
	else
		put_other_event(sink, event);
	output_write(sink->output, sink->line.data, sink->line.len);
}

static void text_close(struct sink *base)
{
	struct text_sink *sink = (struct text_sink *)base;

	output_flush(sink->output);
	text_places_done(sink);
	text_done(&sink->line);
	text_done(&sink->scratch);
	free(sink->directory);
	free(sink);
}

/* A file has no width, and gets none. */
static void text_resize(struct sink *base, unsigned width)
{
	struct text_sink *sink = (struct text_sink *)base;

	if (!sink->options.width || !width)
		return;
	sink->options.width = width;
	memset(sink->tasks, 0, sizeof(sink->tasks));
}

const struct sink_kind sink_text = { "text", text_open, text_event, text_close, text_resize };
