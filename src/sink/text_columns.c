/* text_columns: the fixed columns at a line's left: time, waiting, task; and durations as people read them.
 */
#include <limits.h>
#include <time.h>

#include "text_sink.h"

enum { NARROW = 100, WAITING_WIDTH = 6, LEAST_TASK = 12 };

static const uint64_t SECOND = 1000000000, MILLISECOND = 1000000;

/* Ends a column of width that starts at from: pads on the left, so that figures stand under figures. */
static unsigned pad_left(struct text_sink *sink, size_t from, unsigned *width)
{
	struct text *line = &sink->line;
	unsigned len = (unsigned)(line->len - from);

	if (len > *width)
		*width = len;
	unsigned pad = *width - len;
	if (pad) {
		text_add_padding(line, pad);
		memmove(line->data + from + pad, line->data + from, len);
		memset(line->data + from, ' ', pad);
	}
	return *width;
}

/* Seconds with a fraction; negative for what began before. On narrow terminals milliseconds, rounded. */
static void add_seconds(struct text_sink *sink, int64_t ns)
{
	bool narrow = sink->options.width && sink->options.width < NARROW;
	uint64_t size = ns < 0 ? -(uint64_t)ns : (uint64_t)ns;

	if (narrow)
		size += MILLISECOND / 2;
	if (ns < 0)
		text_add_char(&sink->line, '-');
	text_add_uint(&sink->line, size / SECOND);
	text_add_char(&sink->line, '.');
	if (narrow)
		put_digits(&sink->line, (uint32_t)(size % SECOND / MILLISECOND), 3);
	else
		put_digits(&sink->line, (uint32_t)(size % SECOND / 1000), 6);
}

/* HH:MM:SS in local time; the conversion is made once per second. */
static void add_clock(struct text_sink *sink, uint64_t wall_ns, bool micro)
{
	int64_t second = (int64_t)(wall_ns / SECOND);

	if (second != sink->clock_second) {
		time_t at = second;
		struct tm tm;
		if (!localtime_r(&at, &tm))
			memset(&tm, 0, sizeof(tm));
		const int parts[3] = { tm.tm_hour, tm.tm_min, tm.tm_sec };
		for (int i = 0; i < 3; i++) {
			sink->clock_text[3 * i] = (char)('0' + parts[i] / 10);
			sink->clock_text[3 * i + 1] = (char)('0' + parts[i] % 10);
			if (i < 2)
				sink->clock_text[3 * i + 2] = ':';
		}
		sink->clock_second = second;
	}
	text_add_bytes(&sink->line, sink->clock_text, sizeof(sink->clock_text));
	if (micro) {
		text_add_char(&sink->line, '.');
		put_digits(&sink->line, (uint32_t)(wall_ns % SECOND / 1000), 6);
	}
}

unsigned text_time(struct text_sink *sink, const struct event *event)
{
	size_t from = sink->line.len;
	int64_t since_start = (int64_t)(event->time_ns - sink->options.start_ns);
	uint64_t wall = sink->options.start_wall_ns + (uint64_t)since_start;

	if (sink->options.time == TIME_NONE)
		return 0;
	paint(sink, PAINT_TIME);
	size_t digits = sink->line.len;
	switch (sink->options.time) {
	case TIME_CLOCK:
	case TIME_CLOCK_US:
		add_clock(sink, wall, sink->options.time == TIME_CLOCK_US);
		break;
	case TIME_EPOCH:
		text_add_uint(&sink->line, wall / SECOND);
		text_add_char(&sink->line, '.');
		put_digits(&sink->line, (uint32_t)(wall % SECOND / 1000), 6);
		break;
	case TIME_DELTA:
		add_seconds(sink, sink->previous_ns ? (int64_t)(event->time_ns - sink->previous_ns) : 0);
		break;
	default:
		add_seconds(sink, since_start);
	}
	sink->previous_ns = event->time_ns;
	unsigned columns = pad_left(sink, digits, &sink->time_width);
	if (digits != from)
		paint(sink, PAINT_NONE);
	text_add_char(&sink->line, ' ');
	return columns + 1;
}

void text_add_timeout(struct text *text, uint64_t ns)
{
	uint64_t unit = ns >= SECOND ? SECOND : ns >= MILLISECOND ? MILLISECOND : ns >= 1000 ? 1000 : 1;
	uint64_t rest = ns % unit;

	text_add_uint(text, ns / unit);
	if (rest) {
		text_add_char(text, '.');
		for (uint64_t place = unit / 10; rest; place /= 10) {
			text_add_char(text, (char)('0' + rest / place));
			rest %= place;
		}
	}
	text_add(text, unit == SECOND ? "s" : unit == MILLISECOND ? "ms" : unit == 1000 ? "us" : "ns");
}

unsigned text_waiting(struct text_sink *sink, const struct event *event)
{
	unsigned width = WAITING_WIDTH;
	int64_t ns = event->kind == EVENT_CALL ? event->duration_ns : -1;

	if (ns < 0 || (ns < (int64_t)MILLISECOND && !sink->options.show_duration)) {
		text_add_padding(&sink->line, width + 1);
		return width + 1;
	}
	bool slow = ns >= 10 * (int64_t)MILLISECOND;
	if (slow)
		paint(sink, ns >= (int64_t)SECOND ? PAINT_BLOCKED : PAINT_SLOW);
	size_t from = sink->line.len;
	text_add_span(&sink->line, (uint64_t)ns);
	unsigned columns = pad_left(sink, from, &width);
	if (slow)
		paint(sink, PAINT_NONE);
	text_add_char(&sink->line, ' ');
	return columns + 1;
}

/* Notices a second task and a second name, which bring their columns. */
static void notice_task(struct text_sink *sink, const struct event *event)
{
	if (!event->tid)
		return;
	if (!sink->first_tid)
		sink->first_tid = event->tid;
	else if (event->tid != sink->first_tid)
		sink->many_tasks = true;
	if (!event->comm || sink->many_comms)
		return;
	if (!sink->comm_seen) {
		sink->comm_seen = true;
		strncpy(sink->first_comm, event->comm, sizeof(sink->first_comm) - 1);
	} else if (strncmp(event->comm, sink->first_comm, sizeof(sink->first_comm) - 1) != 0) {
		sink->many_comms = true;
	}
}

unsigned text_task_limit(const struct text_sink *sink)
{
	const unsigned sixth = sink->options.width / 6;

	return !sink->options.width ? UINT_MAX : sixth < LEAST_TASK ? LEAST_TASK : sixth;
}

unsigned text_add_cut(struct text *to, const char *text, size_t len, char mark, unsigned limit, bool utf8)
{
	const unsigned columns = (unsigned)text_columns(text, len), dots = utf8 ? 1 : 3;
	size_t tail = len, keep;

	while (tail && text[tail - 1] != mark)
		tail--;
	const unsigned rest = dots + (tail ? (unsigned)text_columns(text + tail - 1, len - tail + 1) : 0);
	if (columns <= limit || !tail || rest >= limit) {
		text_add_bytes(to, text, len);
		return columns;
	}
	for (keep = tail - 1; keep; keep--)
		if ((text[keep] & 0xc0) != 0x80 && text_columns(text, keep) <= limit - rest)
			break;
	text_add_bytes(to, text, keep);
	text_add(to, utf8 ? "…" : "...");
	text_add_bytes(to, text + tail - 1, len - tail + 1);
	return (unsigned)text_columns(text, keep) + rest;
}

/* Makes the text of a task: its id, behind its name once there are two names. */
static void make_task(struct text_sink *sink, struct task_text *task, const struct event *event, bool named)
{
	struct text *text = &sink->scratch;
	size_t from;

	text_clear(text);
	memset(task->comm, 0, sizeof(task->comm));
	if (named) {
		strncpy(task->comm, event->comm, sizeof(task->comm) - 1);
		put_foreign(text, task->comm, strlen(task->comm), sink->options.utf8, false);
		text_add_char(text, ':');
	}
	text_add_int(text, event->tid);
	task->tid = event->tid;
	task->named = named;
	from = text->len;
	text_reserve(text, from + 8); /* what is cut lies in the same text */
	task->columns = text_add_cut(text, text->data, from, ':', text_task_limit(sink), sink->options.utf8);
	task->len = (unsigned)(text->len - from);
	memcpy(task->text, text->data + from, task->len);
}

/* The task's text, from a small cache that follows changes of its name. */
static const struct task_text *task_text(struct text_sink *sink, const struct event *event)
{
	struct task_text *task = &sink->tasks[(unsigned)event->tid % TASK_CACHE];
	bool named = sink->many_comms && event->comm;

	if (task->tid != event->tid || task->named != named ||
	    (named && strncmp(task->comm, event->comm, sizeof(task->comm) - 1) != 0))
		make_task(sink, task, event, named);
	return task;
}

unsigned text_task(struct text_sink *sink, const struct event *event)
{
	unsigned columns = 0;

	notice_task(sink, event);
	if (!sink->many_tasks && sink->options.width)
		return 0;
	if (event->tid) {
		const struct task_text *task = task_text(sink, event);
		text_add_bytes(&sink->line, task->text, task->len);
		columns = task->columns;
	}
	if (columns > sink->task_width)
		sink->task_width = columns;
	text_add_padding(&sink->line, sink->task_width - columns + 1);
	return sink->task_width + 1;
}
