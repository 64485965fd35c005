/*
 * decode_world: a call without a process: memory made of regions, capture at entry and exit, and the event's
 * values rendered compactly.
 *
 * Rendering: NAME=VALUE, separated by spaces; a letter and a colon before the name tells the place (v
 * verbose, r result, j JSON only, t text only, R text behind the result); structs {..}, lists [..], addresses
 * <text>, fds #N, cut data "..."+.
 */
#ifndef SOCKLINE_TESTS_DECODE_WORLD_H
#define SOCKLINE_TESTS_DECODE_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "arch/abi.h"
#include "base/text.h"
#include "decode/capture.h"
#include "decode/decode.h"

enum { WORLD_REGIONS = 32 };

struct world {
	struct memory memory; /* first: the reader gets it */
	struct {
		uint64_t address;
		const void *bytes;
		uint32_t size;
	} regions[WORLD_REGIONS];
	unsigned count, reads;
	struct call call;
	struct event event;
	struct text text;
	struct decode decode;
	struct capture_options options;
};

static size_t world_read(struct memory *memory, struct memory_span *spans, size_t count)
{
	struct world *world = (struct world *)memory;
	size_t total = 0;

	world->reads++;
	for (size_t i = 0; i < count; i++) {
		spans[i].got = 0;
		for (unsigned r = world->count; r-- > 0;) {
			uint64_t offset = spans[i].address - world->regions[r].address;

			if (spans[i].address < world->regions[r].address || offset >= world->regions[r].size)
				continue;
			uint64_t there = world->regions[r].size - offset;

			spans[i].got = there < spans[i].size ? (uint32_t)there : spans[i].size;
			memcpy(spans[i].to, (const char *)world->regions[r].bytes + offset, spans[i].got);
			break;
		}
		total += spans[i].got;
	}
	return total;
}

static inline void world_init(struct world *world, const struct abi *abi, enum call_id row)
{
	memset(world, 0, sizeof(*world));
	world->memory.read = world_read;
	world->call.abi = abi;
	world->call.row = &call_rows[row];
	world->call.args_known = true;
	world->options.data_limit = 256;
	world->decode.data_limit = 256;
	for (unsigned number = 0; number < abi->count; number++)
		if (abi->numbers[number].row == row && !abi->numbers[number].old_args)
			world->call.number = number;
}

static inline void world_done(struct world *world)
{
	arena_done(&world->call.arena);
	text_done(&world->text);
}

/* Later regions win over earlier ones. */
static inline void world_put(struct world *world, uint64_t address, const void *bytes, uint32_t size)
{
	assert_true(world->count < WORLD_REGIONS);
	world->regions[world->count].address = address;
	world->regions[world->count].bytes = bytes;
	world->regions[world->count++].size = size;
}

static inline void world_args(struct world *world, uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e,
			      uint64_t f)
{
	const uint64_t args[6] = { a, b, c, d, e, f };

	for (unsigned i = 0; i < 6; i++)
		world->call.args[i] = world->call.abi->bits == 32 ? (uint32_t)args[i] : args[i];
}

static inline void world_capture(struct world *world, enum phase phase)
{
	struct memory_span spans[CAPTURE_SPANS];
	unsigned count = capture_plan(&world->call, phase, &world->options, spans);

	memory_read(&world->memory, spans, count);
	capture_follow(&world->call, phase, &world->options, spans, count, &world->memory);
}

static inline void world_enter(struct world *world)
{
	world->call.entry_seen = true;
	world_capture(world, PHASE_ENTRY);
}

static void world_render_value(struct text *text, const struct value *value);

static inline void world_render_list(struct text *text, const struct value *first, bool places)
{
	static const char *const marks[] = { "", "r:", "v:", "j:", "t:", "R:" };

	for (const struct value *value = first; value; value = value->next) {
		if (value != first)
			text_add(text, " ");
		if (places || value->place)
			text_add(text, marks[value->place]);
		if (value->name) {
			text_add(text, value->name);
			text_add(text, "=");
		}
		world_render_value(text, value);
	}
}

static inline void world_render_bytes(struct text *text, const struct value *value)
{
	text_add(text, "\"");
	text_add_escaped(text, value->bytes.data, value->bytes.length, 1, 1);
	text_add(text, value->bytes.total > value->bytes.length ? "\"+" : "\"");
}

static inline void world_render_names(struct text *text, const struct value *value)
{
	for (uint32_t i = 0; i < value->flags.count; i++) {
		text_add(text, i ? "|" : "");
		text_add(text, value->flags.names[i]);
	}
	if (value->flags.rest || !value->flags.count) {
		text_add(text, value->flags.count ? "|" : "");
		text_add_hex(text, value->flags.rest);
	}
}

static void world_render_value(struct text *text, const struct value *value)
{
	switch ((enum value_kind)value->kind) {
	case VALUE_INT:
	case VALUE_BOOL:
		text_add_int(text, value->integer);
		return;
	case VALUE_UINT:
		text_add_uint(text, value->unsigned_);
		return;
	case VALUE_HEX:
	case VALUE_OCTAL:
		text_add_hex(text, value->unsigned_);
		return;
	case VALUE_POINTER:
		text_add(text, "@");
		text_add_hex(text, value->unsigned_);
		return;
	case VALUE_UNREADABLE:
		text_add(text, "?");
		text_add_hex(text, value->unsigned_);
		return;
	case VALUE_CONSTANT:
		if (value->constant.text)
			text_add(text, value->constant.text);
		else
			text_add_hex(text, value->constant.number);
		return;
	case VALUE_FLAGS:
		world_render_names(text, value);
		return;
	case VALUE_FD:
		text_add(text, "#");
		text_add_int(text, value->fd.number);
		return;
	case VALUE_ADDRESS:
		text_add(text, "<");
		text_add(text, value->address.text);
		text_add(text, ">");
		return;
	case VALUE_BYTES:
	case VALUE_STRING:
		world_render_bytes(text, value);
		return;
	case VALUE_DURATION:
		if (value->integer == DURATION_FOREVER)
			text_add(text, "forever");
		else
			text_add_int(text, value->integer);
		return;
	case VALUE_LIST:
	case VALUE_STRUCT:
		text_add(text, value->kind == VALUE_LIST ? "[" : "{");
		world_render_list(text, value->list.first, false);
		if (value->list.total > value->list.count)
			text_add(text, " +");
		text_add(text, value->kind == VALUE_LIST ? "]" : "}");
		return;
	case VALUE_CHANGE:
		world_render_value(text, value->change.before);
		text_add(text, "=>");
		world_render_value(text, value->change.after);
	}
}

/* The exit with that result (-errno: failed), captured and decoded. */
static inline const char *world_leave(struct world *world, int64_t result)
{
	world->call.finished = true;
	world->call.result = result;
	world->call.failed = result < 0 && result > -4096;
	world_capture(world, PHASE_EXIT);
	decode_entry(&world->decode, &world->call, &world->event);
	decode_exit(&world->decode, &world->call, &world->event);
	text_clear(&world->text);
	text_add(&world->text, "");
	world_render_list(&world->text, world->event.args, true);
	return world->text.data;
}

/* The call as it stands when it never returned. */
static inline const char *world_unfinished(struct world *world)
{
	decode_entry(&world->decode, &world->call, &world->event);
	text_clear(&world->text);
	text_add(&world->text, "");
	world_render_list(&world->text, world->event.args, true);
	return world->text.data;
}

#endif
