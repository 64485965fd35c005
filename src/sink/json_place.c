/* json_place: callers and stack frames as JSON. Places are immutable, so each is written once and then
 * copied. */
#include <stdlib.h>

#include "json_writer.h"

enum { INLINE_DEPTH = 64 };

static void add_string_member(struct text *text, const char *name, const char *string)
{
	if (!string)
		return;
	text_add_char(text, ',');
	text_add(text, name);
	json_string(text, string);
}

static void add_number_member(struct text *text, const char *name, uint64_t number)
{
	text_add_char(text, ',');
	text_add(text, name);
	text_add_uint(text, number);
}

/* The members of a place, with an opening and without a closing brace. */
static void add_place(struct text *text, const struct place *place)
{
	size_t from = text->len;

	if (place->function) {
		add_string_member(text, "\"function\":", place->function);
		if (!place->inlined || place->offset)
			add_number_member(text, "\"offset\":", place->offset);
	}
	add_string_member(text, "\"file\":", place->file);
	if (place->file && place->line > 0)
		add_number_member(text, "\"line\":", (uint64_t)place->line);
	if (place->file && place->column > 0)
		add_number_member(text, "\"column\":", (uint64_t)place->column);
	add_string_member(text, "\"module\":", place->module);
	if (place->module && !place->function)
		add_number_member(text, "\"module_offset\":", place->module_offset);
	if (!place->module && place->address) {
		PUT(text, ",\"address\":\"");
		text_add_hex(text, place->address);
		text_add_char(text, '"');
	}
	if (place->inlined)
		PUT(text, ",\"inlined\":true");
	if (place->guessed)
		PUT(text, ",\"guessed\":true");
	add_string_member(text, "\"note\":", place->note);
	if (text->len == from)
		text_add_char(text, '{');
	else
		text->data[from] = '{';
}

static const struct text *place_object(struct json_writer *json, const struct place *place)
{
	uint64_t key = (uint64_t)(uintptr_t)place;
	struct text *made = map_get(&json->places, key);

	if (made)
		return made;
	made = calloc(1, sizeof(*made));
	if (!made)
		abort();
	add_place(made, place);
	map_put(&json->places, key, made);
	return made;
}

void json_caller(struct json_writer *json, const struct caller *caller)
{
	const struct text *place = place_object(json, caller->place);

	text_add_bytes(&json->line, place->data, place->len);
	if (caller->via) {
		if (place->len > 1)
			text_add_char(&json->line, ',');
		PUT(&json->line, "\"via\":");
		json_string(&json->line, caller->via);
	}
	text_add_char(&json->line, '}');
}

static void put_stack(struct json_writer *json, const struct event *event)
{
	struct text *line = &json->line;
	bool some = false;

	PUT(line, ",\"stack\":[");
	for (unsigned i = 0; i < event->stack_count; i++) {
		unsigned depth = 0;
		for (const struct place *place = event->stack[i]; place && depth < INLINE_DEPTH; depth++) {
			if (some)
				text_add_char(line, ',');
			some = true;
			json_caller(json, &(struct caller){ .place = place });
			place = place->outer;
		}
	}
	text_add_char(line, ']');
	if (event->stack_cut)
		PUT(line, ",\"stack_cut\":true");
}

void json_stack(struct json_writer *json, const struct event *event)
{
	const size_t from = json->line.len;

	if (stack_cache_add(&json->stacks, event->stack_id, &json->line))
		return;
	put_stack(json, event);
	stack_cache_keep(&json->stacks, event->stack_id, &json->line, from);
}

void json_places_done(struct json_writer *json)
{
	size_t at = 0;
	struct map_slot *slot;

	while ((slot = map_next(&json->places, &at))) {
		text_done(slot->value);
		free(slot->value);
	}
	map_done(&json->places);
	stack_cache_done(&json->stacks);
}
