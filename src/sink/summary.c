/* summary: counts events per call, connection and place, and writes the counts as tables, the costliest
 * first. */
#include "sink/summary.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/map.h"
#include "put.h"
#include "table.h"

enum { ROWS_MAX = 4096, NOTES_MAX = 32 };

/* What is counted of calls of one name, or made from one place. */
struct call_row {
	const char *name; /* borrowed: static */
	char *where;	  /* place's text, owned */
	bool moves_bytes;
	uint64_t calls, errors, bytes, ns;
	uint64_t timed; /* calls whose time is known, which ns is of */
};

/* A connection's totals, as its closing event tells them. */
struct connection_row {
	uint32_t id;
	char *peer, *host; /* owned, escaped; "" when unknown */
	char outcome[24];  /* of a connect that failed, or has none; "" else */
	uint64_t sent_bytes, sent_calls, received_bytes, received_calls, blocked_ns, failed;
	int64_t connect_ns, first_byte_ns; /* -1: unknown */
};

struct summary {
	struct sink base;
	struct output *output;
	struct sink_options options;
	struct map calls, places;	    /* struct call_row by name and by place pointer */
	struct connection_row *connections; /* closed */
	size_t connection_count, folded;
	struct connection_row others; /* the folded ones */
	struct connection_row *open;  /* as they are just before the tables are written; forgotten then */
	size_t open_count, open_room;
	uint64_t other_place_calls;
	struct text notes; /* lines to be written after the tables */
	unsigned note_count;
};

static const char *const byte_calls[] = {
	"read",	    "write", "readv",  "writev",  "pread64", "pwrite64", "preadv",  "pwritev",	"preadv2",
	"pwritev2", "send",  "sendto", "sendmsg", "recv",    "recvfrom", "recvmsg", "sendfile", "splice",
};

/* Whether the call's result is a number of bytes. */
static bool moves_bytes(const char *name)
{
	for (size_t i = 0; i < sizeof(byte_calls) / sizeof(byte_calls[0]); i++) {
		if (!strcmp(byte_calls[i], name))
			return true;
	}
	return false;
}

/* The sum of the messages' lengths of sendmmsg and recvmmsg. */
static uint64_t message_bytes(const struct value *values, unsigned depth)
{
	uint64_t sum = 0;

	for (; values && depth < 8; values = values->next) {
		if (values->kind == VALUE_LIST || values->kind == VALUE_STRUCT)
			sum += message_bytes(values->list.first, depth + 1);
		else if (values->kind == VALUE_UINT && values->name && !strcmp(values->name, "msg_len"))
			sum += values->unsigned_;
	}
	return sum;
}

static uint64_t event_bytes(const struct event *event, bool result_is_bytes)
{
	if (event->failed || !event->finished)
		return 0;
	if (result_is_bytes)
		return event->result > 0 ? (uint64_t)event->result : 0;
	if (!strcmp(event->type, "sendmmsg") || !strcmp(event->type, "recvmmsg"))
		return message_bytes(event->args, 0);
	return 0;
}

static void *new_row(size_t size)
{
	void *row = calloc(1, size);

	if (!row)
		abort();
	return row;
}

/* A copy of foreign text that is safe to print. */
static char *escaped(const struct summary *summary, const char *string)
{
	struct text text = { 0 };

	put_foreign(&text, string ? string : "", string ? strlen(string) : 0, summary->options.utf8, false);
	return text.data;
}

/* file:line (function), else function+0xoff, else module+0xoff. */
static char *place_name(const struct summary *summary, const struct place *place)
{
	struct text text = { 0 }, raw = { 0 };
	const char *file = place->file, *module = place->module;

	if (file) {
		const char *slash = summary->options.path == PATH_SHORT ? strrchr(file, '/') : NULL;
		text_add(&raw, slash && slash[1] ? slash + 1 : file);
		text_add_char(&raw, ':');
		text_add_int(&raw, place->line);
		if (place->function) {
			PUT(&raw, " (");
			text_add(&raw, place->function);
			text_add_char(&raw, ')');
		}
	} else if (place->function) {
		text_add(&raw, place->function);
		text_add_char(&raw, '+');
		text_add_hex(&raw, place->offset);
	} else {
		const char *slash = module ? strrchr(module, '/') : NULL;
		text_add(&raw, slash && slash[1] ? slash + 1 : module ? module : "?");
		text_add_char(&raw, '+');
		text_add_hex(&raw, module ? place->module_offset : place->address);
	}
	put_foreign(&text, raw.data, raw.len, summary->options.utf8, false);
	text_done(&raw);
	return text.data;
}

static void count(struct call_row *row, const struct event *event, uint64_t bytes)
{
	row->calls++;
	row->errors += event->finished && event->failed;
	row->bytes += bytes;
	row->timed += event->duration_ns >= 0;
	row->ns += event->duration_ns > 0 ? (uint64_t)event->duration_ns : 0;
}

static void count_call(struct summary *summary, const struct event *event)
{
	uint64_t key = (uint64_t)(uintptr_t)event->type;
	struct call_row *row = map_get(&summary->calls, key);

	if (!row) {
		row = new_row(sizeof(*row));
		row->name = event->type;
		row->moves_bytes = moves_bytes(event->type);
		map_put(&summary->calls, key, row);
	}
	uint64_t bytes = event_bytes(event, row->moves_bytes);
	count(row, event, bytes);
	const struct place *place = event->caller.place;
	if (!place)
		return;
	key = (uint64_t)(uintptr_t)place;
	row = map_get(&summary->places, key);
	if (!row) {
		if (summary->places.count >= ROWS_MAX) {
			summary->other_place_calls++;
			return;
		}
		row = new_row(sizeof(*row));
		row->where = place_name(summary, place);
		map_put(&summary->places, key, row);
	}
	count(row, event, bytes);
}

static uint64_t number(const struct value *value)
{
	return value && (value->kind == VALUE_UINT || value->kind == VALUE_INT) ? value->unsigned_ : 0;
}

/* The fields of the struct of that name; NULL: there is none. */
static const struct value *fields_of(const struct value *first, const char *name)
{
	const struct value *value = value_find(first, name);

	return value && value->kind == VALUE_STRUCT ? value->list.first : NULL;
}

/* Errors that non-blocking programs get all the time say nothing about a connection. */
static bool is_expected(const char *name)
{
	static const char *const names[] = { "EINPROGRESS", "EALREADY", "EAGAIN", "EINTR" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!strcmp(names[i], name))
			return true;
	}
	return false;
}

/* The sum of a struct's numbers, but for errors that are expected. */
static uint64_t sum_of(const struct value *first, const char *name)
{
	uint64_t sum = 0;

	for (const struct value *value = fields_of(first, name); value; value = value->next)
		sum += value->name && is_expected(value->name) ? 0 : number(value);
	return sum;
}

static int64_t time_of(const struct value *first, const char *name)
{
	const struct value *value = value_find(first, name);

	return value && value->kind == VALUE_DURATION ? value->integer : -1;
}

/* Bytes moved and time blocked decide what a connection costs. */
static int by_cost(const void *a, const void *b)
{
	const struct connection_row *one = a, *other = b;
	uint64_t mine = one->blocked_ns, its = other->blocked_ns;

	if (mine == its) {
		mine = one->sent_bytes + one->received_bytes;
		its = other->sent_bytes + other->received_bytes;
	}
	return mine == its ? (one->id > other->id) - (one->id < other->id) : mine < its ? 1 : -1;
}

static void add_totals(struct connection_row *to, const struct connection_row *row)
{
	to->sent_bytes += row->sent_bytes;
	to->sent_calls += row->sent_calls;
	to->received_bytes += row->received_bytes;
	to->received_calls += row->received_calls;
	to->blocked_ns += row->blocked_ns;
	to->failed += row->failed;
}

/* Makes room: the cheaper half of the connections becomes part of one row. */
static void fold_connections(struct summary *summary)
{
	size_t keep = summary->connection_count / 2;

	qsort(summary->connections, summary->connection_count, sizeof(*summary->connections), by_cost);
	for (size_t i = keep; i < summary->connection_count; i++) {
		struct connection_row *row = &summary->connections[i];
		add_totals(&summary->others, row);
		free(row->peer);
		free(row->host);
		summary->folded++;
	}
	summary->connection_count = keep;
}

static bool is_word(const struct value *value, const char *word)
{
	return value && value->kind == VALUE_STRING && !strcmp(value->bytes.data, word);
}

/* The error of a connect that failed; or that nobody answered it until the end. */
static void set_outcome(struct connection_row *row, const struct value *first)
{
	const struct value *error = value_find(first, "connect_error"), *state = value_find(first, "state");

	if (error && error->kind == VALUE_STRING)
		snprintf(row->outcome, sizeof(row->outcome), "%s", error->bytes.data);
	else if (is_word(state, "connecting"))
		snprintf(row->outcome, sizeof(row->outcome), "no answer");
	else if (is_word(state, "failed"))
		snprintf(row->outcome, sizeof(row->outcome), "failed");
}

static void add_open(struct summary *summary, const struct connection_row *row)
{
	if (summary->open_count == summary->open_room) {
		summary->open_room = summary->open_room ? summary->open_room * 2 : 64;
		summary->open = realloc(summary->open, summary->open_room * sizeof(*summary->open));
		if (!summary->open)
			abort();
	}
	summary->open[summary->open_count++] = *row;
}

/* A socket's totals at its end, or as they are now when it is open; those that never had a peer nor traffic
 * are no connections. */
static void count_connection(struct summary *summary, const struct event *event)
{
	const struct file_view *file = event->file;
	const struct value *first = event->details;

	const bool open = event->type && !strcmp(event->type, "open");

	if (!event->type || (!open && strcmp(event->type, "closed") != 0) || !file || !first)
		return;
	if (first->kind == VALUE_STRUCT && !first->name)
		first = first->list.first;
	const struct value *sent = fields_of(first, "sent"), *received = fields_of(first, "received");
	struct connection_row row = { .id = file->id,
				      .sent_bytes = number(value_find(sent, "bytes")),
				      .sent_calls = number(value_find(sent, "calls")),
				      .received_bytes = number(value_find(received, "bytes")),
				      .received_calls = number(value_find(received, "calls")),
				      .failed = sum_of(first, "errors"),
				      .blocked_ns = sum_of(first, "blocked") * 1000,
				      .connect_ns = time_of(first, "connect"),
				      .first_byte_ns = time_of(first, "first_byte") };
	if (!file->peer && !row.sent_calls && !row.received_calls && !row.failed)
		return;
	set_outcome(&row, first);
	row.peer = escaped(summary, file->peer ? file->peer : file->local);
	row.host = escaped(summary, file->host);
	if (open) {
		add_open(summary, &row);
		return;
	}
	if (summary->connection_count == ROWS_MAX)
		fold_connections(summary);
	summary->connections[summary->connection_count++] = row;
}

/* What must be known about the whole, such as what could not be shown; where no trace says it. */
static void keep_note(struct summary *summary, const struct event *event)
{
	if (!summary->options.totals_only || !event->text || event->args || summary->note_count >= NOTES_MAX)
		return;
	summary->note_count++;
	PUT(&summary->notes, "! ");
	put_foreign(&summary->notes, event->text, strlen(event->text), summary->options.utf8, false);
	text_add_char(&summary->notes, '\n');
}

static struct sink *summary_open(struct output *output, const struct sink_options *options)
{
	struct summary *summary = calloc(1, sizeof(*summary));

	if (!summary)
		return NULL;
	summary->connections = calloc(ROWS_MAX, sizeof(*summary->connections));
	if (!summary->connections) {
		free(summary);
		return NULL;
	}
	summary->base.kind = &sink_summary;
	summary->output = output;
	summary->options = *options;
	summary->others.connect_ns = summary->others.first_byte_ns = -1;
	return &summary->base;
}

static void summary_event(struct sink *base, const struct event *event)
{
	struct summary *summary = (struct summary *)base;

	if (event->kind == EVENT_CALL)
		count_call(summary, event);
	else if (event->kind == EVENT_SOCKET)
		count_connection(summary, event);
	else if (event->kind == EVENT_NOTE)
		keep_note(summary, event);
}

static int by_time(const void *a, const void *b)
{
	const struct call_row *one = *(struct call_row *const *)a, *other = *(struct call_row *const *)b;

	if (one->ns != other->ns)
		return one->ns < other->ns ? 1 : -1;
	if (one->calls != other->calls)
		return one->calls < other->calls ? 1 : -1;
	return strcmp(one->name ? one->name : one->where, other->name ? other->name : other->where);
}

/* The rows of a map, the most time first. The caller frees the array. */
static struct call_row **sorted_rows(const struct map *map, size_t *count)
{
	struct call_row **rows = new_row((map->count + 1) * sizeof(*rows));
	size_t at = 0, n = 0;
	struct map_slot *slot;

	while ((slot = map_next(map, &at)))
		rows[n++] = slot->value;
	qsort(rows, n, sizeof(*rows), by_time);
	*count = n;
	return rows;
}

/* The share of the time, the seconds, and microseconds per call; "-" where no call's time is known. */
static void put_time(struct text *text, const struct call_row *row, double percent)
{
	if (row->timed || !row->calls)
		text_printf(text, "%6.2f %11.6f %11llu", percent, (double)row->ns / 1e9,
			    row->timed ? (unsigned long long)(row->ns / 1000 / row->timed) : 0);
	else
		text_printf(text, "%6s %11s %11s", "-", "-", "-");
}

/* strace -c's table. Seconds are the time from a call's entry to its exit, as with strace -w. */
static void write_calls(const struct summary *summary, struct text *text)
{
	size_t count;
	struct call_row **rows = sorted_rows(&summary->calls, &count);
	struct call_row total = { .name = "total" };

	for (size_t i = 0; i < count; i++) {
		total.ns += rows[i]->ns;
		total.timed += rows[i]->timed;
		total.calls += rows[i]->calls;
		total.errors += rows[i]->errors;
	}
	PUT(text, "% time     seconds  usecs/call     calls    errors syscall\n"
		  "------ ----------- ----------- --------- --------- ----------------\n");
	rows[count] = &total; /* sorted_rows left room for it */
	for (size_t i = 0; i <= count; i++) {
		const struct call_row *row = rows[i];
		double percent = total.ns ? 100.0 * (double)row->ns / (double)total.ns : i < count ? 0 : 100;
		char errors[24] = "";
		if (i == count)
			PUT(text, "------ ----------- ----------- --------- --------- ----------------\n");
		if (row->errors)
			snprintf(errors, sizeof(errors), "%llu", (unsigned long long)row->errors);
		put_time(text, row, percent);
		text_printf(text, " %9llu %9s %s\n", (unsigned long long)row->calls, errors, row->name);
	}
	free(rows);
}

static void add_connection(struct table *table, const struct connection_row *row)
{
	table_time(table, row->blocked_ns ? (int64_t)row->blocked_ns : -1);
	table_number(table, row->sent_bytes);
	table_number(table, row->sent_calls);
	table_number(table, row->received_bytes);
	table_number(table, row->received_calls);
	if (*row->outcome)
		table_word(table, row->outcome);
	else
		table_time(table, row->connect_ns);
	table_time(table, row->first_byte_ns);
	table_count(table, row->failed);
}

/* "s3 10.0.0.7:80 example.com" */
static void add_name(struct table *table, const struct connection_row *row)
{
	struct text name = { 0 };

	text_add_char(&name, 's');
	text_add_uint(&name, row->id);
	text_add_char(&name, ' ');
	text_add(&name, *row->peer ? row->peer : "?");
	if (*row->host) {
		text_add_char(&name, ' ');
		text_add(&name, row->host);
	}
	table_word(table, name.data);
	text_done(&name);
}

/* All connections, closed and open, the costliest first. The caller frees the array, not what rows own. */
static struct connection_row *sorted_connections(const struct summary *summary, size_t *count)
{
	struct connection_row *rows =
		new_row((summary->connection_count + summary->open_count + 1) * sizeof(*rows));

	memcpy(rows, summary->connections, summary->connection_count * sizeof(*rows));
	if (summary->open_count)
		memcpy(rows + summary->connection_count, summary->open, summary->open_count * sizeof(*rows));
	*count = summary->connection_count + summary->open_count;
	qsort(rows, *count, sizeof(*rows), by_cost);
	return rows;
}

static void write_connections(const struct summary *summary, struct text *text)
{
	static const char *const heads[] = { "blocked", "bytes out", "calls",  "bytes in",  "calls",
					     "connect", "1st byte",  "errors", "connection" };
	struct connection_row others = summary->others;
	struct table table = { 0 };
	size_t count, folded = summary->folded;
	struct connection_row *rows = sorted_connections(summary, &count);

	table_begin(&table, heads, sizeof(heads) / sizeof(heads[0]));
	for (size_t i = 0; i < count && i < ROWS_MAX; i++) {
		add_connection(&table, &rows[i]);
		add_name(&table, &rows[i]);
	}
	for (size_t i = ROWS_MAX; i < count; i++, folded++)
		add_totals(&others, &rows[i]);
	if (folded) {
		char words[64];
		snprintf(words, sizeof(words), "%zu others", folded);
		add_connection(&table, &others);
		table_word(&table, words);
	}
	if (count)
		text_add_char(text, '\n');
	if (count)
		table_end(&table, text);
	free(rows);
}

static int by_where(const void *a, const void *b)
{
	const struct call_row *one = *(struct call_row *const *)a, *other = *(struct call_row *const *)b;

	return strcmp(one->where, other->where);
}

/* One line of code is one row, however many calls the compiler made of it. The caller frees the rows as well.
 */
static struct call_row **sorted_places(const struct map *places, size_t *count)
{
	size_t all, kept = 0;
	struct call_row **rows = sorted_rows(places, &all);

	qsort(rows, all, sizeof(*rows), by_where);
	for (size_t i = 0; i < all; i++) {
		if (kept && !strcmp(rows[kept - 1]->where, rows[i]->where)) {
			rows[kept - 1]->calls += rows[i]->calls;
			rows[kept - 1]->errors += rows[i]->errors;
			rows[kept - 1]->bytes += rows[i]->bytes;
			rows[kept - 1]->ns += rows[i]->ns;
			rows[kept - 1]->timed += rows[i]->timed;
			continue;
		}
		struct call_row *row = new_row(sizeof(*row));
		*row = *rows[i];
		rows[kept++] = row;
	}
	qsort(rows, kept, sizeof(*rows), by_time);
	*count = kept;
	return rows;
}

static void write_places(const struct summary *summary, struct text *text)
{
	static const char *const heads[] = { "blocked", "calls", "bytes", "errors", "called from" };
	struct table table = { 0 };
	size_t count;
	struct call_row **rows = sorted_places(&summary->places, &count);

	if (count) {
		table_begin(&table, heads, sizeof(heads) / sizeof(heads[0]));
		for (size_t i = 0; i < count; i++) {
			table_time(&table, rows[i]->timed ? (int64_t)rows[i]->ns : -1);
			table_number(&table, rows[i]->calls);
			table_number(&table, rows[i]->bytes);
			table_count(&table, rows[i]->errors);
			table_word(&table, rows[i]->where);
		}
		text_add_char(text, '\n');
		table_end(&table, text);
	}
	if (summary->other_place_calls)
		text_printf(text, "%llu calls from other places\n",
			    (unsigned long long)summary->other_place_calls);
	for (size_t i = 0; i < count; i++)
		free(rows[i]);
	free(rows);
}

static void free_connections(struct connection_row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		free(rows[i].peer);
		free(rows[i].host);
	}
}

void summary_write(struct sink *sink)
{
	struct summary *summary = (struct summary *)sink;
	struct text text = { 0 };

	write_calls(summary, &text);
	write_connections(summary, &text);
	write_places(summary, &text);
	if (summary->notes.len)
		text_add_bytes(&text, summary->notes.data, summary->notes.len);
	output_write(summary->output, text.data, text.len);
	output_flush(summary->output);
	text_done(&text);
	free_connections(summary->open, summary->open_count);
	summary->open_count = 0;
}

static void free_rows(struct map *map)
{
	size_t at = 0;
	struct map_slot *slot;

	while ((slot = map_next(map, &at))) {
		struct call_row *row = slot->value;
		free(row->where);
		free(row);
	}
	map_done(map);
}

static void summary_close(struct sink *base)
{
	struct summary *summary = (struct summary *)base;

	summary_write(base);
	free_rows(&summary->calls);
	free_rows(&summary->places);
	free_connections(summary->connections, summary->connection_count);
	free(summary->connections);
	free(summary->open);
	text_done(&summary->notes);
	free(summary);
}

const struct sink_kind sink_summary = { "summary", summary_open, summary_event, summary_close, NULL };
