/*
 * typed: values whose type depends on what they are called: socket options and control messages. A table row
 * names the thing and says how its bytes become a value; the number behind the name comes from names/.
 */
#ifndef SOCKLINE_DECODE_TYPED_H
#define SOCKLINE_DECODE_TYPED_H

#include "decoder.h"
#include "shape.h"

struct typed;

/*
 * Makes the value from size bytes; NULL when they cannot be one (unexpected length): they are then shown as
 * bytes.
 */
typedef struct value *typed_make(const struct decoder *decoder, const struct typed *typed, const char *name,
				 const uint8_t *bytes, uint32_t size);

struct typed {
	const char *name; /* the kernel's canonical name: "SO_LINGER" */
	typed_make *make;
	const struct names *names;
	const struct shape_field *shape;
	uint32_t least; /* of a shape: bytes without which it is none; 0: all of it */
	bool input;	/* getsockopt looks at what it is passed: shown when it fails */
};

typed_make typed_int, typed_uint, typed_hex, typed_u64, typed_byte, typed_int_or_byte, typed_u16, typed_const,
	typed_const_byte, typed_flags, typed_bytes, typed_string, typed_shape, typed_errno, typed_fd,
	typed_ip, typed_address, typed_secret, typed_timeval_old, typed_timeval_new, typed_timespec_old,
	typed_timespec_new, typed_family, typed_socktype, typed_protocol, typed_program, typed_u32s,
	typed_named_u32s, typed_be16, typed_none, typed_index_or_ip, typed_tos, typed_ip_options;

/* How a maker's values are described in COVERAGE.md. */
const char *typed_about(const struct typed *typed);

/* The row of that name among count, or NULL. */
const struct typed *typed_find(const struct typed *rows, unsigned count, const char *name);

/* The value by its row, or as bytes when there is no row or the length does not fit it. total: how many bytes
 * there were. */
struct value *typed_value(const struct decoder *decoder, const struct typed *typed, const char *name,
			  const uint8_t *bytes, uint32_t size, uint32_t total);

/* One level of options or control messages. */
struct level {
	const char *name;	    /* "SOL_TCP" */
	const struct names *levels; /* the list that has the name */
	int family;		    /* only on sockets of that family; -1: on all */
	const struct names *types;  /* names of options or message types */
	const struct names *get_types,
		*set_types; /* more names, for options that are named otherwise by direction */
	const struct typed *rows;
	unsigned count;
};

/* The level with that number on a socket of that family (-1: unknown), or NULL. */
const struct level *level_find(const struct level *const *levels, unsigned count, uint32_t number,
			       int family);

extern const struct level *const option_levels[], *const control_levels[];
extern const unsigned option_level_count, control_level_count;

#define LEVEL(label, list, fam, type_list, type_rows)                                 \
	{                                                                             \
		label, &names_##list, fam, &names_##type_list, NULL, NULL, type_rows, \
			sizeof(type_rows) / sizeof(type_rows[0])                      \
	}
#define LEVEL_NAMES(label, list, fam, type_list)                                   \
	{                                                                          \
		label, &names_##list, fam, &names_##type_list, NULL, NULL, NULL, 0 \
	}

/* Shapes that options and control messages share. */
extern const struct shape_field shape_ucred[], shape_in_pktinfo[], shape_in6_pktinfo[], shape_linger[],
	shape_sctp_initmsg[], shape_sctp_sndrcv[], shape_sctp_snd[];

#endif
