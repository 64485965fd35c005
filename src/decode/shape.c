#include "shape.h"

#include "decode/sockaddr.h"
#include "decoder.h"
#include "family.h"

static uint64_t unsigned_get(const uint8_t *bytes, uint32_t size)
{
	return word_get(bytes, size > 8 ? 8 : size);
}

static int64_t signed_get(const uint8_t *bytes, uint32_t size)
{
	uint64_t number = unsigned_get(bytes, size);
	unsigned unused = size < 8 ? 64 - size * 8 : 0;

	return (int64_t)(number << unused) >> unused;
}

static uint64_t big_endian_get(const uint8_t *bytes, uint32_t size)
{
	uint64_t number = 0;

	for (uint32_t i = 0; i < size && i < 8; i++)
		number = number << 8 | bytes[i];
	return number;
}

struct value *errno_value(struct arena *arena, const char *name, int error)
{
	const char *text = names_errno(error);

	if (!text)
		return value_int(arena, name, error);
	struct value *value = value_new(arena, VALUE_CONSTANT, name);

	value->constant.number = (uint64_t)error;
	value->constant.text = text;
	return value;
}

static struct value *signal_value(struct arena *arena, const char *name, int signo)
{
	struct value *value = value_new(arena, VALUE_CONSTANT, name);

	value->constant.number = (uint64_t)signo;
	value->constant.text = names_signal(signo);
	return value;
}

struct value *secret_value(const struct decoder *decoder, struct arena *arena, const char *name,
			   const uint8_t *bytes, uint32_t size)
{
	if (decoder && decoder->decode->show_secrets)
		return value_bytes(arena, name, bytes, size, size);
	return value_word(arena, name, "(hidden)");
}

static struct value *mac_value(struct arena *arena, const char *name, const uint8_t *bytes, uint32_t size)
{
	struct value *parent = value_struct(arena, NULL);
	struct fields fields;

	fields_init(&fields, arena, parent);
	return fields_mac(&fields, name, bytes, size);
}

/* Flags whose bits are numbered by the constants of a list, from 1. */
static struct value *places_value(struct arena *arena, const struct shape_field *field, uint64_t flags)
{
	struct value *value = value_new(arena, VALUE_FLAGS, field->name);
	const char *names[64];
	uint32_t count = 0;

	value->flags.number = value->flags.rest = flags;
	for (unsigned bit = 0; bit < 64; bit++) {
		const char *name = flags >> bit & 1 ? names_find(field->names, bit + 1) : NULL;

		if (!name)
			continue;
		names[count++] = name;
		value->flags.rest &= ~((uint64_t)1 << bit);
	}
	value->flags.count = count;
	value->flags.names = arena_alloc(arena, (count + 1) * sizeof(*names));
	memcpy(value->flags.names, names, count * sizeof(*names));
	return value;
}

struct value *shape_field_value(const struct decoder *decoder, struct arena *arena,
				const struct shape_field *field, const uint8_t *bytes)
{
	const char *name = field->name;
	uint32_t size = field->size;

	switch ((enum shape_as)field->as) {
	case S_INT:
		return value_int(arena, name, signed_get(bytes, size));
	case S_UINT:
		return value_uint(arena, name, unsigned_get(bytes, size));
	case S_HEX:
		return value_hex(arena, name, unsigned_get(bytes, size));
	case S_BE:
		return value_uint(arena, name, big_endian_get(bytes, size));
	case S_CONST:
		return value_constant(arena, name, field->names, unsigned_get(bytes, size));
	case S_BE_CONST:
		return value_constant(arena, name, field->names, big_endian_get(bytes, size));
	case S_FLAGS:
		return value_flags(arena, name, field->names, unsigned_get(bytes, size));
	case S_BOOL:
		return value_bool(arena, name, unsigned_get(bytes, size) != 0);
	case S_IP:
		return value_ip(arena, name, bytes, size);
	case S_MAC:
		return mac_value(arena, name, bytes, size);
	case S_STRING:
		return value_string(arena, name, (const char *)bytes,
				    (uint32_t)strnlen((const char *)bytes, size));
	case S_BYTES:
	case S_REST:
		return value_bytes(arena, name, bytes, size, size);
	case S_SECRET:
		return secret_value(decoder, arena, name, bytes, size);
	case S_ADDRESS:
		return sockaddr_value(arena, name, bytes, size, size, UINT16_MAX);
	case S_ERRNO:
		return errno_value(arena, name, (int)signed_get(bytes, size));
	case S_SIGNAL:
		return signal_value(arena, name, (int)signed_get(bytes, size));
	case S_FD:
		return decoder ? decoder_fd(decoder, name, (int)u32_get(bytes))
			       : value_int(arena, name, (int)u32_get(bytes));
	case S_SHAPE:
		return shape_value(decoder, arena, name, field->shape, bytes, size);
	case S_PLACES:
		return places_value(arena, field, unsigned_get(bytes, size));
	case S_END:
	case S_PAD:
	case S_BITS:
	case S_WORD:
	case S_LONG:
	case S_POINTER:
	case S_ALIGN:
		break;
	}
	return NULL;
}

/* Bytes that a field takes when it starts at that offset. */
static uint32_t field_size(const struct shape_field *field, uint32_t at, unsigned word)
{
	switch ((enum shape_as)field->as) {
	case S_WORD:
	case S_LONG:
	case S_POINTER:
		return word;
	case S_ALIGN:
		return (word - at % word) % word;
	case S_BITS:
		return 0;
	default:
		return field->size;
	}
}

uint32_t shape_size_abi(const struct shape_field *shape, unsigned word)
{
	uint32_t size = 0;

	for (; shape->as != S_END; shape++)
		size += field_size(shape, size, word);
	return size;
}

uint32_t shape_size(const struct shape_field *shape)
{
	return shape_size_abi(shape, 8);
}

/* A field as wide as the ABI says, by the field of that width that it stands for. */
static struct value *word_value(const struct decoder *decoder, struct arena *arena,
				const struct shape_field *field, unsigned word, const uint8_t *bytes)
{
	struct shape_field fixed = { .name = field->name, .size = (uint16_t)word };

	if (!field->name)
		return NULL;

	if (field->as == S_POINTER)
		return value_pointer(arena, field->name, word_get(bytes, word));
	fixed.as = field->as == S_LONG ? S_INT : S_UINT;
	return shape_field_value(decoder, arena, &fixed, bytes);
}

/* Bytes that must be there for a bit field. */
static uint32_t bits_size(const struct shape_field *field)
{
	return ((field->size >> 8) + (field->size & 0xff) + 7u) / 8;
}

/* A bit field of little-endian bytes. */
static struct value *bits_value(struct arena *arena, const struct shape_field *field, const uint8_t *bytes)
{
	const unsigned first = field->size >> 8, wide = field->size & 0xff;
	const uint64_t number = unsigned_get(bytes, bits_size(field)) >> first & (((uint64_t)1 << wide) - 1);

	return field->names ? value_constant(arena, field->name, field->names, number)
			    : value_uint(arena, field->name, number);
}

static bool is_word(const struct shape_field *field)
{
	return field->as == S_WORD || field->as == S_LONG || field->as == S_POINTER;
}

/* A field of any kind but those that only take room. */
static struct value *one_value(const struct decoder *decoder, struct arena *arena,
			       const struct shape_field *field, unsigned word, const uint8_t *bytes)
{
	if (field->as == S_BITS)
		return bits_value(arena, field, bytes);
	if (is_word(field))
		return word_value(decoder, arena, field, word, bytes);
	return shape_field_value(decoder, arena, field, bytes);
}

void shape_fields(const struct decoder *decoder, struct fields *to, const struct shape_field *shape,
		  const uint8_t *bytes, uint32_t size)
{
	unsigned word = decoder ? decoder->call->abi->layout.pointer : 8;
	uint32_t at = 0;

	for (; shape->as != S_END; shape++) {
		uint32_t wide = field_size(shape, at, word);

		if (shape->as == S_REST) {
			if (at < size)
				fields_bytes(to, shape->name, bytes + at, size - at);
			return;
		}
		if (at + (shape->as == S_BITS ? bits_size(shape) : wide) > size)
			return;
		struct value *value = one_value(decoder, to->arena, shape, word, bytes + at);

		if (value)
			fields_add(to, value);
		at += wide;
	}
}

struct value *shape_value(const struct decoder *decoder, struct arena *arena, const char *name,
			  const struct shape_field *shape, const uint8_t *bytes, uint32_t size)
{
	struct fields fields;

	fields_init(&fields, arena, value_struct(arena, name));
	shape_fields(decoder, &fields, shape, bytes, size);
	return fields.of;
}
