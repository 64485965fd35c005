/* Addresses and their lengths as arguments. */
#include "decode/sockaddr.h"
#include "decoder.h"

/* The length behind a value-result argument, as the kernel left it; what was passed in when it has not yet.
 */
static bool length_behind(const struct decoder *decoder, unsigned arg, uint32_t *length)
{
	const uint8_t *data = NULL;

	if (decoder_bytes(decoder, decoder->call->args[arg], 4, &data) < 4)
		return false;
	*length = u32_get(data);
	return true;
}

void values_sockaddr(struct decoder *decoder, unsigned arg)
{
	const struct arg *row = &decoder->call->row->args[arg];
	uint64_t address = decoder->call->args[arg];
	uint32_t length = (uint32_t)decoder->call->args[row->len_arg];
	const uint8_t *data = NULL;

	if (!address) {
		decoder_add_pointer(decoder, arg);
		return;
	}
	if (row->len_kind == LEN_ARG_REF && !length_behind(decoder, row->len_arg, &length)) {
		decoder_add_missing(decoder, arg);
		return;
	}
	uint32_t got = decoder_bytes(decoder, address, (uint32_t)smaller(length, SOCKADDR_MAX), &data);

	if (!got && length) {
		decoder_add_missing(decoder, arg);
		return;
	}
	if (!length && row->when == AT_EXIT) {
		/* recvfrom on a connected socket: the kernel writes no address (net/socket.c) */
		decoder_add(decoder, value_pointer(decoder->arena, row->name, address))->place =
			PLACE_VERBOSE;
		return;
	}
	struct value *value = decoder_address(decoder, row->name, got ? data : NULL, got, length);

	if (row->when == AT_EXIT && decoder_is_peer(decoder->file, value))
		value->place = PLACE_VERBOSE;
	decoder_add(decoder, value);
}

void values_socklen(struct decoder *decoder, unsigned arg)
{
	const struct arg *row = &decoder->call->row->args[arg];
	uint64_t address = decoder->call->args[arg];
	const uint8_t *before = NULL, *after = NULL;

	if (!row->by_ref) {
		decoder_add(decoder, value_uint(decoder->arena, row->name, (uint32_t)address))->place =
			PLACE_VERBOSE;
		return;
	}
	if (!address || decoder_bytes(decoder, address, 4, &after) < 4) {
		decoder_add_missing(decoder, arg)->place = PLACE_VERBOSE;
		return;
	}
	struct value *value = value_uint(decoder->arena, row->name, u32_get(after));

	if (decoder_bytes_before(decoder, address, 4, &before) == 4 && u32_get(before) != u32_get(after)) {
		value = value_new(decoder->arena, VALUE_CHANGE, row->name);
		value->change.before = value_uint(decoder->arena, NULL, u32_get(before));
		value->change.after = value_uint(decoder->arena, NULL, u32_get(after));
	}
	value->place = PLACE_VERBOSE;
	/* the address or value was cut: there was more than room for it */
	if (before && u32_get(after) > u32_get(before))
		value->place = PLACE_ARGUMENT;
	decoder_add(decoder, value);
}

void values_fd_pair(struct decoder *decoder, unsigned arg)
{
	struct value *list = value_list(decoder->arena, decoder->call->row->args[arg].name);
	struct fields fields;
	const uint8_t *data = NULL;

	if (decoder_bytes(decoder, decoder->call->args[arg], 8, &data) < 8) {
		decoder_add_missing(decoder, arg);
		return;
	}
	fields_init(&fields, decoder->arena, list);
	fields_add(&fields, decoder_fd(decoder, NULL, (int)u32_get(data)));
	fields_add(&fields, decoder_fd(decoder, NULL, (int)u32_get(data + 4)));
	decoder_add(decoder, list);
}
