/* Socket options as arguments: level and name by number, values by the tables of option_*.c. */
#include <sys/socket.h>

#include "typed.h"

#ifndef SO_ATTACH_REUSEPORT_CBPF
#define SO_ATTACH_REUSEPORT_CBPF 51
#endif

enum { ARG_LEVEL = 1, ARG_NAME = 2, ARG_LENGTH = 4, PROGRAM_MAX = 32 /* instructions that are shown */ };

/* struct sock_fprog points to its instructions. */
void follow_option(struct pass *pass, unsigned arg)
{
	const struct layout *layout = &pass->call->abi->layout;
	int level = (int)pass->call->args[ARG_LEVEL], name = (int)pass->call->args[ARG_NAME];
	struct reads reads = { .pass = pass };

	if (pass->call->row->id != CALL_setsockopt || level != SOL_SOCKET ||
	    (name != SO_ATTACH_FILTER && name != SO_ATTACH_REUSEPORT_CBPF))
		return;
	const uint8_t *data = pass_struct(pass, pass->call->args[arg], layout->sock_fprog);
	if (!data)
		return;
	reads_add(&reads, word_get(data + layout->sock_fprog_filter, layout->pointer),
		  smaller(u16_get(data), PROGRAM_MAX) * 8);
	reads_run(&reads);
}

static const struct level *level_of(const struct decoder *decoder)
{
	return level_find(option_levels, option_level_count, (uint32_t)decoder->call->args[ARG_LEVEL],
			  decoder_family(decoder));
}

/* The option's canonical name, or NULL. */
static const char *name_of(const struct decoder *decoder, const struct level *level)
{
	uint32_t number = (uint32_t)decoder->call->args[ARG_NAME];
	const struct names *more;
	const char *name;

	if (!level)
		return NULL;
	name = names_find(level->types, number);
	more = decoder->call->row->id == CALL_setsockopt ? level->set_types : level->get_types;
	return name || !more ? name : names_find(more, number);
}

void values_opt_level(struct decoder *decoder, unsigned arg)
{
	const struct level *level = level_of(decoder);
	struct value *value = value_constant(decoder->arena, decoder->call->row->args[arg].name,
					     level ? level->levels : &names_sockopt_level,
					     (uint32_t)decoder->call->args[arg]);

	/* SO_ names say whose they are */
	if (level && decoder_int(decoder, arg) == SOL_SOCKET && name_of(decoder, level))
		value->place = PLACE_VERBOSE;
	decoder_add(decoder, value);
}

void values_opt_name(struct decoder *decoder, unsigned arg)
{
	struct value *value = value_constant(decoder->arena, decoder->call->row->args[arg].name, NULL,
					     (uint32_t)decoder->call->args[arg]);

	value->constant.text = name_of(decoder, level_of(decoder));
	decoder_add(decoder, value);
}

/* The value's bytes: total is how many there were. */
static struct value *option_value(struct decoder *decoder, unsigned arg, const uint8_t *bytes, uint32_t size,
				  uint32_t total)
{
	const struct level *level = level_of(decoder);
	const struct typed *typed =
		level ? typed_find(level->rows, level->count, name_of(decoder, level)) : NULL;

	return typed_value(decoder, typed, decoder->call->row->args[arg].name, bytes, size, total);
}

static void add_set(struct decoder *decoder, unsigned arg)
{
	uint64_t address = decoder->call->args[arg];
	uint32_t length = (uint32_t)decoder->call->args[ARG_LENGTH];
	const uint8_t *data = NULL;
	uint32_t got =
		address ? decoder_bytes(decoder, address, (uint32_t)smaller(length, OPTION_MAX), &data) : 0;

	if (!got)
		decoder_add_missing(decoder, arg);
	else
		decoder_add(decoder, option_value(decoder, arg, data, got, length));
}

/* A get that has no answer: what it was passed, where that has a meaning. */
static void add_input(struct decoder *decoder, unsigned arg)
{
	const struct level *level = level_of(decoder);
	const struct typed *typed =
		level ? typed_find(level->rows, level->count, name_of(decoder, level)) : NULL;
	const uint8_t *data = NULL, *length = NULL;
	uint64_t address = decoder->call->args[arg];

	if (typed && typed->input &&
	    decoder_bytes_before(decoder, decoder->call->args[ARG_LENGTH], 4, &length) == 4) {
		uint32_t size = (uint32_t)smaller(u32_get(length), OPTION_INPUT);
		uint32_t got = size ? decoder_bytes_before(decoder, address, size, &data) : 0;

		if (got) {
			decoder_add(decoder, option_value(decoder, arg, data, got, u32_get(length)));
			return;
		}
	}
	/* what comes out stands behind the result: without one there is nothing to show */
	decoder_add(decoder, value_pointer(decoder->arena, decoder->call->row->args[arg].name, address))
		->place = PLACE_VERBOSE;
}

static void add_get(struct decoder *decoder, unsigned arg)
{
	uint64_t address = decoder->call->args[arg];
	const uint8_t *data = NULL, *length = NULL;

	if (decoder_bytes(decoder, decoder->call->args[ARG_LENGTH], 4, &length) < 4) {
		decoder_add_missing(decoder, arg);
		return;
	}
	uint32_t total = u32_get(length), before = total;
	const uint8_t *passed = NULL;

	/* some options say how long they would have been */
	if (decoder_bytes_before(decoder, decoder->call->args[ARG_LENGTH], 4, &passed) == 4)
		before = u32_get(passed);
	uint32_t size = (uint32_t)smaller(smaller(total, before), OPTION_MAX);
	uint32_t got = size ? decoder_bytes(decoder, address, size, &data) : 0;
	struct value *value;

	if (size && !got)
		value = decoder_missing(decoder, decoder->call->row->args[arg].name, address);
	else
		value = option_value(decoder, arg, got ? data : (const uint8_t *)"", got, total);
	value->place = PLACE_RESULT;
	decoder_add(decoder, value);
}

void values_option(struct decoder *decoder, unsigned arg)
{
	if (decoder->call->row->id == CALL_setsockopt)
		add_set(decoder, arg);
	else if (decoder_succeeded(decoder))
		add_get(decoder, arg);
	else
		add_input(decoder, arg);
}
