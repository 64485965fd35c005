#include "fields.h"

#include <string.h>

#include "ip_text.h"

/* No list has more flags than this in one value. */
enum { FLAGS_MAX = 64 };

void fields_init(struct fields *fields, struct arena *arena, struct value *of)
{
	*fields = (struct fields){ arena, of, &of->list.first };
}

struct value *fields_add(struct fields *fields, struct value *child)
{
	*fields->tail = child;
	fields->tail = &child->next;
	fields->of->list.count++;
	if (fields->of->list.total < fields->of->list.count)
		fields->of->list.total = fields->of->list.count;
	return child;
}

struct value *fields_int(struct fields *fields, const char *name, int64_t number)
{
	return fields_add(fields, value_int(fields->arena, name, number));
}

struct value *fields_uint(struct fields *fields, const char *name, uint64_t number)
{
	return fields_add(fields, value_uint(fields->arena, name, number));
}

struct value *fields_hex(struct fields *fields, const char *name, uint64_t number)
{
	return fields_add(fields, value_hex(fields->arena, name, number));
}

struct value *fields_constant(struct fields *fields, const char *name, const struct names *names,
			      uint64_t number)
{
	return fields_add(fields, value_constant(fields->arena, name, names, number));
}

struct value *fields_flags(struct fields *fields, const char *name, const struct names *names, uint64_t flags)
{
	return fields_add(fields, value_flags(fields->arena, name, names, flags));
}

struct value *fields_string(struct fields *fields, const char *name, const void *bytes, uint32_t size)
{
	return fields_add(fields, value_string(fields->arena, name, bytes, (uint32_t)strnlen(bytes, size)));
}

struct value *fields_bytes(struct fields *fields, const char *name, const void *bytes, uint32_t size)
{
	return fields_add(fields, value_bytes(fields->arena, name, bytes, size, size));
}

struct value *value_constant(struct arena *arena, const char *name, const struct names *names,
			     uint64_t number)
{
	struct value *value = value_new(arena, VALUE_CONSTANT, name);

	value->constant.number = number;
	value->constant.text = names ? names_find(names, number) : NULL;
	return value;
}

struct value *value_flags(struct arena *arena, const char *name, const struct names *names, uint64_t flags)
{
	struct value *value = value_new(arena, VALUE_FLAGS, name);
	const char *found[FLAGS_MAX];
	uint64_t rest = flags;
	size_t count = 0;

	/* one bit is the usual case, and splitting takes a while */
	if (names && flags && !(flags & (flags - 1)) && (found[0] = names_find(names, flags))) {
		count = 1;
		rest = 0;
	} else if (names && flags) {
		count = names_split(names, flags, found, FLAGS_MAX, &rest);
	}

	value->flags.number = flags;
	value->flags.rest = rest;
	value->flags.count = (uint32_t)count;
	if (count) {
		value->flags.names = arena_alloc(arena, count * sizeof(*found));
		memcpy(value->flags.names, found, count * sizeof(*found));
	}
	return value;
}

struct value *value_short(struct value *value, const struct names *names)
{
	value->style = STYLE_SHORT_FLAGS;
	if (value->kind == VALUE_FLAGS)
		value->flags.prefix = names->prefix;
	else if (value->kind == VALUE_CONSTANT)
		value->constant.prefix = names->prefix;
	return value;
}

struct value *value_word(struct arena *arena, const char *name, const char *text)
{
	struct value *value = value_string(arena, name, text, (uint32_t)strlen(text));

	value->style = STYLE_UNQUOTED;
	return value;
}

struct value *value_ip(struct arena *arena, const char *name, const uint8_t *ip, unsigned size)
{
	char text[IP_TEXT_MAX];

	ip_text(ip, size, text);
	return value_word(arena, name, text);
}
