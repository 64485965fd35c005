/*
 * text_fit: a call's line from its name on. In files everything is shown; on a terminal it is written,
 * measured and, when too wide, written again with less: the function goes first, then data, host names, peer
 * addresses, items of lists. The call's name, result and error always stay; a line that is still too long
 * wraps.
 */
#include <limits.h>

#include "names/names.h"
#include "text_sink.h"

enum {
	GAP = 3,	 /* columns between a call and its function */
	LEAST_DATA = 12, /* data is not shrunk below this, but left out */
	ITEMS_MOST = 16,
};

/* Columns of one piece without colours: skips ESC [ ... m, which only this sink writes. */
unsigned text_sink_columns(const char *from, size_t len)
{
	const char *end = from + len;
	unsigned columns = 0;

	while (from < end) {
		const char *escape = memchr(from, '\033', (size_t)(end - from));
		const char *stop = escape ? escape : end;
		columns += (unsigned)text_columns(from, (size_t)(stop - from));
		from = stop;
		if (escape) {
			const char *m = memchr(escape, 'm', (size_t)(end - escape));
			from = m ? m + 1 : end;
		}
	}
	return columns;
}

/* -1 and the error's name; others than the expected ones in words. */
static void put_error(struct text_sink *sink, const struct event *event)
{
	struct text *line = &sink->line;
	const char *name = names_errno(event->error), *words = names_errno_text(event->error);

	PUT(line, " = ");
	paint(sink, event->expected_error ? PAINT_EXPECTED : PAINT_ERROR);
	PUT(line, "-1 ");
	if (name) {
		text_add(line, name);
	} else {
		PUT(line, "errno ");
		text_add_int(line, event->error);
	}
	if (!event->expected_error && words) {
		PUT(line, " (");
		text_add(line, words);
		text_add_char(line, ')');
	}
	paint(sink, PAINT_NONE);
}

static void put_result(struct text_sink *sink, const struct event *event)
{
	if (!event->finished) {
		text_add(&sink->line, event->restarted ? " = ? (to be restarted)" : " = ?");
		return;
	}
	if (event->failed) {
		put_error(sink, event);
	} else {
		PUT(&sink->line, " = ");
		if (event->result_value)
			text_value(sink, event->result_value);
		else
			text_add_int(&sink->line, event->result);
	}
	text_result_values(sink, event->args);
}

static void put_remarks(struct text_sink *sink, const struct event *event)
{
	bool was_restarted = event->restarted && event->finished, abi = event->abi32 && sink->options.verbose;

	if (!event->remarks && !event->uncertain && !was_restarted && !abi)
		return;
	paint(sink, PAINT_REMARK);
	if (event->uncertain)
		PUT(&sink->line, "  perhaps a file's");
	for (const struct remark *remark = event->remarks; remark; remark = remark->next) {
		PUT(&sink->line, "  ");
		text_foreign(sink, remark->text);
	}
	if (was_restarted)
		PUT(&sink->line, "  restarted");
	if (abi)
		PUT(&sink->line, "  i386");
	paint(sink, PAINT_NONE);
}

/* Writes the call, as sink->fit says. */
static void put_call(struct text_sink *sink, const struct event *event)
{
	sink->payloads = sink->payload_longest = 0;
	paint(sink, PAINT_NAME);
	text_add(&sink->line, event->type);
	paint(sink, PAINT_NONE);
	text_add_char(&sink->line, '(');
	text_arguments(sink, event->args);
	text_add_char(&sink->line, ')');
	put_result(sink, event);
	put_remarks(sink, event);
}

/* A call that is being fitted: where it starts in the line, and what it took when written last. */
struct fitting {
	const struct event *event;
	const struct place_text *place;
	size_t from;
	unsigned room, columns;
};

/* Writes the call anew in place of what was written before. */
static unsigned rewrite(struct text_sink *sink, struct fitting *fitting)
{
	sink->line.len = fitting->from;
	put_call(sink, fitting->event);
	fitting->columns = text_sink_columns(sink->line.data + fitting->from, sink->line.len - fitting->from);
	return fitting->columns;
}

/* Shrinks the data by what is too much for room columns. False: that would leave less than is worth showing.
 */
static bool shrink_data(struct text_sink *sink, struct fitting *fitting, unsigned room)
{
	if (fitting->columns <= room)
		return true;
	unsigned each =
		sink->payloads ? (fitting->columns - room + sink->payloads - 1) / sink->payloads : UINT_MAX;

	if (sink->payload_longest < LEAST_DATA || sink->payload_longest - LEAST_DATA < each)
		return false;
	sink->fit.payload = sink->payload_longest - each;
	return rewrite(sink, fitting) <= room || shrink_data(sink, fitting, room);
}

/* Adds the function at the right edge when there is room, which data makes. False: not without shrinking
 * more. */
static bool place_function(struct text_sink *sink, struct fitting *fitting)
{
	struct fit full = sink->fit;

	for (int which = 0; fitting->place && which < 2; which++) {
		unsigned columns = fitting->place->function_columns[which];
		if (!columns || columns + GAP >= fitting->room)
			continue;
		if (shrink_data(sink, fitting, fitting->room - GAP - columns)) {
			text_add_padding(&sink->line, fitting->room - fitting->columns - columns);
			paint(sink, PAINT_FUNCTION);
			text_add_bytes(&sink->line, fitting->place->function[which],
				       fitting->place->function_len[which]);
			paint(sink, PAINT_NONE);
			return true;
		}
		if (sink->fit.payload != full.payload) {
			sink->fit = full;
			rewrite(sink, fitting);
		}
	}
	return false;
}

/* Fewer of the fds that a poll waits for, then of those that it reports. */
static void shrink_lists(struct text_sink *sink, struct fitting *fitting)
{
	unsigned *const limits[] = { &sink->fit.items, &sink->fit.results };

	for (size_t i = 0; i < sizeof(limits) / sizeof(*limits); i++) {
		for (unsigned most = ITEMS_MOST; most; most /= 2) {
			*limits[i] = most;
			if (rewrite(sink, fitting) <= fitting->room)
				return;
		}
	}
}

/* Leaves out, in the order of the interface, until the call fits. */
static void shrink(struct text_sink *sink, struct fitting *fitting)
{
	if (shrink_data(sink, fitting, fitting->room))
		return;
	if (sink->payloads) {
		sink->fit.payload = 0;
		if (rewrite(sink, fitting) <= fitting->room)
			return;
	}
	sink->fit.host = false;
	if (rewrite(sink, fitting) <= fitting->room)
		return;
	sink->fit.peer = false;
	if (rewrite(sink, fitting) > fitting->room)
		shrink_lists(sink, fitting);
}

void text_call_body(struct text_sink *sink, const struct event *event, const struct place_text *place,
		    unsigned left)
{
	unsigned width = sink->options.width;
	unsigned quarter = width / 4 > LEAST_DATA + 2 ? width / 4 - 2 : LEAST_DATA;

	sink->fit = (struct fit){ .payload = width ? quarter : UINT_MAX, .host = true, .peer = true };
	if (!width) {
		put_call(sink, event);
		return;
	}
	struct fitting fitting = { event, place, sink->line.len, width > left ? width - left : 0, 0 };
	rewrite(sink, &fitting);
	if (!place_function(sink, &fitting) && fitting.columns > fitting.room)
		shrink(sink, &fitting);
}
