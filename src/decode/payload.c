#include "payload.h"

#include <sys/socket.h>

#include "netlink.h"

enum { MEANING_MAX = 32768 /* bytes of a payload that are looked into: netlink's usual buffer */ };

struct value *payload_value(const struct decoder *decoder, const char *name, uint64_t address,
			    uint64_t length)
{
	uint32_t limit = (uint32_t)smaller(length, decoder->decode->data_limit);
	const uint8_t *data = NULL;
	uint32_t got = limit ? decoder_bytes(decoder, address, limit, &data) : 0;

	if (limit && !got && (call_asked(decoder->call, address) || decoder->call->bytes_unread))
		return decoder_missing(decoder, name, address);
	return value_bytes(decoder->arena, name, got ? (const char *)data : "", got, length);
}

/* How much of a buffer counts: what the call moved, as far as that is known. */
void values_bytes(struct decoder *decoder, unsigned arg)
{
	const struct call *call = decoder->call;
	const struct arg *row = &call->row->args[arg];
	uint64_t length = call->args[row->len_arg];

	if (row->len_kind == LEN_RESULT)
		length = call->result > 0 ? smaller(length, (uint64_t)call->result) : 0;
	struct value *data = decoder_add(decoder, payload_value(decoder, row->name, call->args[arg], length));
	struct value *messages =
		payload_messages(decoder, call->args[arg], length, row->len_kind == LEN_RESULT);
	struct fields to = decoder_fields(decoder);

	if (!messages)
		return;
	data->place = PLACE_JSON;
	payload_add_messages(decoder, &to, messages);
	decoder_fields_done(decoder, &to);
}

struct value *payload_messages(const struct decoder *decoder, uint64_t address, uint64_t length,
			       bool received)
{
	const uint8_t *data = NULL;

	if (decoder_family(decoder) != AF_NETLINK)
		return NULL;
	uint32_t got = decoder_bytes(decoder, address, (uint32_t)smaller(length, MEANING_MAX), &data);

	return netlink_messages(decoder, "messages", data, got, length, received);
}

void payload_add_messages(const struct decoder *decoder, struct fields *to, struct value *messages)
{
	messages->place = PLACE_VERBOSE;
	fields_add(to, netlink_brief(decoder, messages->name, messages))->place = PLACE_TEXT;
	fields_add(to, messages);
}

/* An iovec array as captured; count is how many of its entries are there. */
struct vectors {
	const uint8_t *data;
	uint32_t count;
	unsigned word;
	uint64_t total; /* as the call said */
};

static struct vectors find_vectors(const struct decoder *decoder, uint64_t iov, uint64_t count)
{
	const struct layout *layout = &decoder->call->abi->layout;
	struct vectors vectors = { .word = layout->pointer, .total = count };
	uint32_t size = (uint32_t)smaller(count, CAPTURE_IOVECS) * layout->iovec;

	if (iov && size)
		vectors.count = decoder_bytes(decoder, iov, size, &vectors.data) / layout->iovec;
	return vectors;
}

static uint64_t vector_base(const struct vectors *vectors, uint32_t i)
{
	return word_get(vectors->data + i * vectors->word * 2, vectors->word);
}

static uint64_t vector_length(const struct vectors *vectors, uint32_t i)
{
	return word_get(vectors->data + (i * 2 + 1) * vectors->word, vectors->word);
}

/* Puts the vectors' data together, up to the limit and to the first that could not be read. */
struct value *payload_iovec_messages(const struct decoder *decoder, uint64_t iov, uint64_t count,
				     uint64_t moved, bool received)
{
	struct vectors vectors = { 0 };
	uint64_t total = 0;
	uint32_t got = 0;
	bool whole = true;

	if (decoder_family(decoder) != AF_NETLINK)
		return NULL;
	vectors = find_vectors(decoder, iov, count);
	uint8_t *joined = arena_alloc(decoder->arena, MEANING_MAX);

	for (uint32_t i = 0; i < vectors.count && moved; i++) {
		uint64_t length = smaller(vector_length(&vectors, i), moved);
		uint32_t wanted = (uint32_t)smaller(length, MEANING_MAX - got), there = 0;
		const uint8_t *data = NULL;

		if (moved != UINT64_MAX)
			moved -= length;
		total += length;
		if (whole && wanted)
			there = decoder_bytes(decoder, vector_base(&vectors, i), wanted, &data);
		if (there)
			memcpy(joined + got, data, there);
		got += there;
		whole = whole && there == length;
	}
	return netlink_messages(decoder, "messages", joined, got, total, received);
}

/* The data alone, in as many pieces as it has; what was not moved is left out. */
static void add_data(const struct decoder *decoder, struct fields *to, const char *name,
		     const struct vectors *vectors, uint64_t moved)
{
	struct fields list;

	fields_init(&list, decoder->arena, value_list(decoder->arena, name));
	list.of->place = PLACE_TEXT;
	for (uint32_t i = 0; i < vectors->count && (moved || !i); i++) {
		uint64_t length = smaller(vector_length(vectors, i), moved);

		if (moved != UINT64_MAX)
			moved -= length;
		if (length || !i)
			fields_add(&list, payload_value(decoder, NULL, vector_base(vectors, i), length));
	}
	fields_add(to, list.of);
}

void payload_iovec(const struct decoder *decoder, struct fields *to, const char *name, uint64_t iov,
		   uint64_t count, uint64_t moved)
{
	struct vectors vectors = find_vectors(decoder, iov, count);
	struct fields list, item;

	if (count && !vectors.count) {
		fields_add(to, decoder_missing(decoder, name, iov));
		return;
	}
	add_data(decoder, to, name, &vectors, moved);
	fields_init(&list, decoder->arena, value_list(decoder->arena, name));
	list.of->place = PLACE_VERBOSE;
	for (uint32_t i = 0; i < vectors.count; i++) {
		uint64_t whole = vector_length(&vectors, i), length = smaller(whole, moved);

		if (moved != UINT64_MAX)
			moved -= length;
		fields_init(&item, decoder->arena, value_struct(decoder->arena, NULL));
		fields_add(&item, payload_value(decoder, "iov_base", vector_base(&vectors, i), length));
		fields_uint(&item, "iov_len", whole);
		fields_add(&list, item.of);
	}
	if (list.of->list.total < count)
		list.of->list.total = count;
	fields_add(to, list.of);
}

struct fields decoder_fields(struct decoder *decoder)
{
	struct value *of = value_list(decoder->arena, NULL);

	return (struct fields){ decoder->arena, of, decoder->tail };
}

void decoder_fields_done(struct decoder *decoder, const struct fields *fields)
{
	decoder->tail = fields->tail;
}

void values_iovec(struct decoder *decoder, unsigned arg)
{
	const struct call *call = decoder->call;
	const struct arg *row = &call->row->args[arg];
	struct fields to = decoder_fields(decoder);
	uint64_t moved = UINT64_MAX;

	if (row->when != AT_ENTRY)
		moved = call->result > 0 ? (uint64_t)call->result : 0;
	struct value *messages = payload_iovec_messages(decoder, call->args[arg], call->args[row->len_arg],
							moved, row->when != AT_ENTRY);

	payload_iovec(decoder, &to, row->name, call->args[arg], call->args[row->len_arg], moved);
	if (messages)
		payload_add_messages(decoder, &to, messages);
	decoder_fields_done(decoder, &to);
}
