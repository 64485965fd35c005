/* json: the sink for programs: one object per line, as docs/event.schema.json describes it. */
#include <stdlib.h>

#include "json_writer.h"
#include "names/names.h"

static const char *const kind_names[] = {
	[EVENT_TRACE] = "trace",   [EVENT_CALL] = "call",     [EVENT_PROCESS] = "process",
	[EVENT_SIGNAL] = "signal", [EVENT_SOCKET] = "socket", [EVENT_NOTE] = "note",
};

struct comm {
	char name[16];
	char json[112]; /* 15 bytes, each at most \u00XX, and two quotes */
	unsigned len;
};

/* The thread's name as a JSON string; made anew only when the thread changed it. */
static void add_comm(struct json_writer *json, const struct event *event)
{
	uint64_t key = (uint32_t)event->tid % 256;
	struct comm *comm = map_get(&json->comms, key);

	if (!comm) {
		comm = calloc(1, sizeof(*comm));
		if (!comm)
			abort();
		map_put(&json->comms, key, comm);
	}
	if (!comm->len || strncmp(comm->name, event->comm, sizeof(comm->name) - 1) != 0) {
		struct text text = { 0 };
		strncpy(comm->name, event->comm, sizeof(comm->name) - 1);
		json_string(&text, comm->name);
		comm->len = text.len < sizeof(comm->json) ? (unsigned)text.len : 0;
		memcpy(comm->json, text.data, comm->len);
		text_done(&text);
	}
	text_add_bytes(&json->line, comm->json, comm->len);
}

/* Kind, type, times and task: what every object begins with. */
static void add_head(struct json_writer *json, const struct event *event)
{
	struct text *line = &json->line;
	uint64_t wall = json->options.start_wall_ns + (event->time_ns - json->options.start_ns);

	PUT(line, "{\"kind\":\"");
	text_add(line, kind_names[event->kind]);
	text_add_char(line, '"');
	if (event->type) {
		PUT(line, ",\"type\":");
		json_string(line, event->type);
	}
	PUT(line, ",\"timestamp_usec\":");
	text_add_uint(line, wall / 1000);
	if (event->duration_ns >= 0 && (event->kind == EVENT_CALL || event->kind == EVENT_NOTE)) {
		PUT(line, ",\"duration_usec\":");
		text_add_uint(line, (uint64_t)event->duration_ns / 1000);
		text_add_char(line, '.');
		put_digits(line, (uint32_t)((uint64_t)event->duration_ns % 1000), 3);
	}
	if (event->pid) {
		PUT(line, ",\"process_id\":");
		text_add_int(line, event->pid);
	}
	if (event->tid) {
		PUT(line, ",\"thread_id\":");
		text_add_int(line, event->tid);
	}
	if (event->comm) {
		PUT(line, ",\"comm\":");
		add_comm(json, event);
	}
}

/* An end of the socket: its fields, and the host's name. */
static void add_end(struct json_writer *json, const char *name, const struct value *fields, const char *host,
		    const char *service)
{
	struct text *line = &json->line;

	if (!fields)
		return;
	text_add(line, name);
	json_value(json, &(struct value){ .kind = VALUE_ADDRESS,
					  .address = { .host = host,
						       .service = service,
						       .fields = (struct value *)fields } });
}

static void add_file(struct json_writer *json, const struct event *event)
{
	struct text *line = &json->line;
	const struct file_view *file = event->file;

	if (event->fd >= 0) {
		PUT(line, ",\"fd\":");
		text_add_int(line, event->fd);
	}
	if (!file)
		return;
	if (file->id) {
		PUT(line, ",\"socket\":\"s");
		text_add_uint(line, file->id);
		text_add_char(line, '"');
	}
	if (file->pair) {
		PUT(line, ",\"pair\":\"s");
		text_add_uint(line, file->pair);
		text_add_char(line, '"');
	}
	add_end(json, ",\"local\":", file->local_fields, NULL, NULL);
	add_end(json, ",\"peer\":", file->peer_fields, file->host,
		file->link == LINK_LISTEN ? NULL : file->service);
}

/* The argument that "fd" shows already. */
static const struct value *main_fd(const struct event *event)
{
	const struct value *value = event->args;

	while (value && !(value->kind == VALUE_FD && event->fd >= 0 && value->fd.number == event->fd))
		value = value->next;
	return value;
}

static void add_details(struct json_writer *json, const struct value *first, const struct value *skip)
{
	if (first && first->kind == VALUE_STRUCT && !first->name)
		first = first->list.first;
	if (!first)
		return;
	PUT(&json->line, ",\"details\":{");
	json_members(json, first, skip);
	text_add_char(&json->line, '}');
}

static void add_result(struct json_writer *json, const struct event *event)
{
	struct text *line = &json->line;

	if (event->finished) {
		PUT(line, ",\"return_value\":");
		text_add_int(line, event->failed ? -1 : event->result);
		text_add(line, event->failed ? ",\"success\":false" : ",\"success\":true");
	}
	if (event->finished && event->failed) {
		const char *name = names_errno(event->error);
		PUT(line, ",\"errno\":\"");
		if (name)
			text_add(line, name);
		else
			text_add_int(line, event->error);
		text_add_char(line, '"');
	}
	if (event->restarted)
		PUT(line, ",\"restarted\":true");
	if (event->uncertain)
		PUT(line, ",\"uncertain\":true");
	if (event->abi32)
		PUT(line, ",\"abi\":\"i386\"");
}

static void add_remarks(struct json_writer *json, const struct event *event)
{
	struct text *line = &json->line;

	if (!event->remarks)
		return;
	PUT(line, ",\"remarks\":[");
	for (const struct remark *remark = event->remarks; remark; remark = remark->next) {
		json_string(line, remark->text);
		if (remark->next)
			text_add_char(line, ',');
	}
	text_add_char(line, ']');
}

void json_event(struct json_writer *json, const struct event *event)
{
	struct text *line = &json->line;

	text_clear(line);
	add_head(json, event);
	if (event->kind == EVENT_CALL || event->kind == EVENT_SOCKET || event->kind == EVENT_NOTE)
		add_file(json, event);
	if (event->kind != EVENT_CALL && event->text) {
		PUT(line, ",\"text\":");
		json_string(line, event->text);
	}
	if (event->args)
		add_details(json, event->args, main_fd(event));
	else
		add_details(json, event->details, NULL);
	if (event->kind == EVENT_CALL)
		add_result(json, event);
	add_remarks(json, event);
	if (event->caller.place && json->options.caller) {
		PUT(line, ",\"caller\":");
		json_caller(json, &event->caller);
	}
	if (json->options.stack && event->stack_count)
		json_stack(json, event);
	PUT(line, "}\n");
}

void json_writer_done(struct json_writer *json)
{
	size_t at = 0;
	struct map_slot *slot;

	while ((slot = map_next(&json->comms, &at)))
		free(slot->value);
	map_done(&json->comms);
	json_places_done(json);
	text_done(&json->line);
}

struct json_sink {
	struct sink base;
	struct output *output;
	struct json_writer json;
};

static struct sink *json_open(struct output *output, const struct sink_options *options)
{
	struct json_sink *sink = calloc(1, sizeof(*sink));

	if (!sink)
		return NULL;
	sink->base.kind = &sink_json;
	sink->output = output;
	sink->json.options = *options;
	return &sink->base;
}

static void json_sink_event(struct sink *base, const struct event *event)
{
	struct json_sink *sink = (struct json_sink *)base;

	json_event(&sink->json, event);
	output_write(sink->output, sink->json.line.data, sink->json.line.len);
}

static void json_close(struct sink *base)
{
	struct json_sink *sink = (struct json_sink *)base;

	output_flush(sink->output);
	json_writer_done(&sink->json);
	free(sink);
}

const struct sink_kind sink_json = { "json", json_open, json_sink_event, json_close, NULL };
