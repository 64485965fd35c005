/* fields: filling a struct or list value field by field, and values with names of constants. Never fails. */
#ifndef SOCKLINE_DECODE_FIELDS_H
#define SOCKLINE_DECODE_FIELDS_H

#include <stdint.h>

#include "model/value.h"
#include "names/names.h"

/* Appends to a struct or list value in constant time. */
struct fields {
	struct arena *arena;
	struct value *of;
	struct value **tail;
};

/* of is an empty list or struct. */
void fields_init(struct fields *fields, struct arena *arena, struct value *of);
/* Returns child. */
struct value *fields_add(struct fields *fields, struct value *child);
struct value *fields_int(struct fields *fields, const char *name, int64_t number);
struct value *fields_uint(struct fields *fields, const char *name, uint64_t number);
struct value *fields_hex(struct fields *fields, const char *name, uint64_t number);
struct value *fields_constant(struct fields *fields, const char *name, const struct names *names,
			      uint64_t number);
struct value *fields_flags(struct fields *fields, const char *name, const struct names *names,
			   uint64_t flags);
/* A string in a field of a fixed size: up to its NUL, if it has one. */
struct value *fields_string(struct fields *fields, const char *name, const void *bytes, uint32_t size);
struct value *fields_bytes(struct fields *fields, const char *name, const void *bytes, uint32_t size);

/* names may be NULL: a plain number. */
struct value *value_constant(struct arena *arena, const char *name, const struct names *names,
			     uint64_t number);
struct value *value_flags(struct arena *arena, const char *name, const struct names *names, uint64_t flags);
/* Text without the list's prefix. */
struct value *value_short(struct value *value, const struct names *names);
/* A bare word in text, a string in JSON. text is kept by pointer length and copied. */
struct value *value_word(struct arena *arena, const char *name, const char *text);
/* IPv4 or IPv6 address as a bare word: 4 or 16 bytes. */
struct value *value_ip(struct arena *arena, const char *name, const uint8_t *ip, unsigned size);

#endif
