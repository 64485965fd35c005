#include "model/value.h"

#include <string.h>

struct value *value_new(struct arena *arena, enum value_kind kind, const char *name)
{
	struct value *value = arena_zalloc(arena, sizeof(*value));

	value->kind = (uint8_t)kind;
	value->name = name;
	return value;
}

struct value *value_bool(struct arena *arena, const char *name, bool is)
{
	struct value *value = value_new(arena, VALUE_BOOL, name);

	value->integer = is;
	return value;
}

struct value *value_int(struct arena *arena, const char *name, int64_t number)
{
	struct value *value = value_new(arena, VALUE_INT, name);

	value->integer = number;
	return value;
}

/* Makes a value of one of the kinds that hold an unsigned number. */
static struct value *value_unsigned(struct arena *arena, enum value_kind kind, const char *name,
				    uint64_t number)
{
	struct value *value = value_new(arena, kind, name);

	value->unsigned_ = number;
	return value;
}

struct value *value_uint(struct arena *arena, const char *name, uint64_t number)
{
	return value_unsigned(arena, VALUE_UINT, name, number);
}

struct value *value_hex(struct arena *arena, const char *name, uint64_t number)
{
	return value_unsigned(arena, VALUE_HEX, name, number);
}

struct value *value_pointer(struct arena *arena, const char *name, uint64_t pointer)
{
	return value_unsigned(arena, VALUE_POINTER, name, pointer);
}

struct value *value_unreadable(struct arena *arena, const char *name, uint64_t pointer)
{
	return value_unsigned(arena, VALUE_UNREADABLE, name, pointer);
}

struct value *value_duration(struct arena *arena, const char *name, int64_t ns)
{
	struct value *value = value_new(arena, VALUE_DURATION, name);

	value->integer = ns;
	return value;
}

struct value *value_bytes(struct arena *arena, const char *name, const void *data, uint32_t length,
			  uint64_t total)
{
	struct value *value = value_new(arena, VALUE_BYTES, name);

	value->bytes.data = arena_copy(arena, data, length);
	value->bytes.length = length;
	value->bytes.total = total;
	return value;
}

struct value *value_string(struct arena *arena, const char *name, const char *data, uint32_t length)
{
	struct value *value = value_bytes(arena, name, data, length, length);

	value->kind = VALUE_STRING;
	return value;
}

struct value *value_list(struct arena *arena, const char *name)
{
	return value_new(arena, VALUE_LIST, name);
}

struct value *value_struct(struct arena *arena, const char *name)
{
	return value_new(arena, VALUE_STRUCT, name);
}

void value_append(struct value *parent, struct value *child)
{
	struct value **end = &parent->list.first;

	while (*end)
		end = &(*end)->next;
	*end = child;
	parent->list.count++;
	if (parent->list.total < parent->list.count)
		parent->list.total = parent->list.count;
}

const struct value *value_find(const struct value *first, const char *name)
{
	for (const struct value *value = first; value; value = value->next)
		if (value->name && strcmp(value->name, name) == 0)
			return value;
	return NULL;
}
