/*
 * json_writer: streaming JSON of events, shared by the sinks that write JSON lines. Made for one object per
 * event without building a tree: members are written in order, a member's comma before it.
 */
#ifndef SOCKLINE_SINK_JSON_WRITER_H
#define SOCKLINE_SINK_JSON_WRITER_H

#include "base/map.h"
#include "base/text.h"
#include "put.h"
#include "sink/sink.h"
#include "stack_cache.h"

struct json_writer {
	struct text line;  /* the object of the event written last, with its newline */
	struct map places; /* place -> its object's text without the closing brace, made once */
	struct stack_cache stacks;
	struct map comms; /* tid -> its name as a JSON string */
	struct sink_options options;
	unsigned depth;
};

void json_writer_done(struct json_writer *json);
/* Writes the event as one line to json->line. */
void json_event(struct json_writer *json, const struct event *event);

/* json_value.c: the members of an object, one per value, each with a comma before it unless it is the first.
 */
void json_members(struct json_writer *json, const struct value *first, const struct value *skip);
/* {"sa_family":...} or the like: one value without its name. */
void json_value(struct json_writer *json, const struct value *value);
void json_string(struct text *line, const char *string);

/* json_place.c */
void json_caller(struct json_writer *json, const struct caller *caller);
void json_stack(struct json_writer *json, const struct event *event);
void json_places_done(struct json_writer *json);

#endif
