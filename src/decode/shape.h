/*
 * shape: structures as tables of fields in the order in which the kernel lays them out, and the one function
 * that turns bytes into a struct value by them. Padding is a field of its own, so that no offset is ever
 * written down.
 *
 * Used for option values, control messages, ioctl arguments and netlink. Bytes beyond what the table knows
 * are ignored; fields beyond the bytes that are there are left out: the kernel's structures grow at their
 * end.
 */
#ifndef SOCKLINE_DECODE_SHAPE_H
#define SOCKLINE_DECODE_SHAPE_H

#include "fields.h"

struct decoder;

enum shape_as {
	S_END,
	S_PAD,
	S_INT, /* signed, of its size */
	S_UINT,
	S_HEX,
	S_BE,	 /* unsigned, network byte order */
	S_CONST, /* names */
	S_BE_CONST,
	S_FLAGS, /* names */
	S_BOOL,
	S_IP,	  /* 4 or 16 bytes */
	S_MAC,	  /* link-layer address */
	S_STRING, /* up to its NUL */
	S_BYTES,
	S_SECRET,  /* bytes that only --show-secrets shows */
	S_ADDRESS, /* struct sockaddr of some family */
	S_ERRNO,   /* positive errno */
	S_SIGNAL,
	S_FD,
	S_SHAPE, /* another shape in place */
	S_REST,	 /* all bytes that are left */
	S_WORD,	 /* unsigned, as wide as the ABI's long */
	S_LONG,	 /* signed, the same */
	S_POINTER,
	S_ALIGN,  /* padding up to a multiple of the ABI's long */
	S_BITS,	  /* a bit field of what follows, which a padding then skips; names perhaps */
	S_PLACES, /* flags: bit n stands for the constant n + 1 of names */
};

struct shape_field {
	const char *name;
	uint16_t size;
	uint8_t as; /* enum shape_as */
	const struct names *names;
	const struct shape_field *shape; /* S_SHAPE */
};

#define F_PAD_(bytes)                          \
	{                                      \
		NULL, bytes, S_PAD, NULL, NULL \
	}
#define F_INT_(n, bytes)                    \
	{                                   \
		n, bytes, S_INT, NULL, NULL \
	}
#define F_UINT_(n, bytes)                    \
	{                                    \
		n, bytes, S_UINT, NULL, NULL \
	}
#define F_HEX_(n, bytes)                    \
	{                                   \
		n, bytes, S_HEX, NULL, NULL \
	}
#define F_BE_(n, bytes)                    \
	{                                  \
		n, bytes, S_BE, NULL, NULL \
	}
#define F_CONST_(n, bytes, list)                       \
	{                                              \
		n, bytes, S_CONST, &names_##list, NULL \
	}
#define F_BE_CONST_(n, bytes, list)                       \
	{                                                 \
		n, bytes, S_BE_CONST, &names_##list, NULL \
	}
#define F_FLAGS_(n, bytes, list)                       \
	{                                              \
		n, bytes, S_FLAGS, &names_##list, NULL \
	}
#define F_BOOL_(n, bytes)                    \
	{                                    \
		n, bytes, S_BOOL, NULL, NULL \
	}
#define F_IP_(n, bytes)                    \
	{                                  \
		n, bytes, S_IP, NULL, NULL \
	}
#define F_MAC_(n, bytes)                    \
	{                                   \
		n, bytes, S_MAC, NULL, NULL \
	}
#define F_STRING_(n, bytes)                    \
	{                                      \
		n, bytes, S_STRING, NULL, NULL \
	}
#define F_BYTES_(n, bytes)                    \
	{                                     \
		n, bytes, S_BYTES, NULL, NULL \
	}
#define F_SECRET_(n, bytes)                    \
	{                                      \
		n, bytes, S_SECRET, NULL, NULL \
	}
#define F_ADDRESS_(n, bytes)                    \
	{                                       \
		n, bytes, S_ADDRESS, NULL, NULL \
	}
#define F_ERRNO_(n, bytes)                    \
	{                                     \
		n, bytes, S_ERRNO, NULL, NULL \
	}
#define F_FD_(n)                       \
	{                              \
		n, 4, S_FD, NULL, NULL \
	}
#define F_SHAPE_(n, bytes, of)              \
	{                                   \
		n, bytes, S_SHAPE, NULL, of \
	}
#define F_REST_(n)                       \
	{                                \
		n, 0, S_REST, NULL, NULL \
	}
#define F_WORD_(n)                       \
	{                                \
		n, 0, S_WORD, NULL, NULL \
	}
#define F_LONG_(n)                       \
	{                                \
		n, 0, S_LONG, NULL, NULL \
	}
#define F_POINTER_(n)                       \
	{                                   \
		n, 0, S_POINTER, NULL, NULL \
	}
#define F_ALIGN_                             \
	{                                    \
		NULL, 0, S_ALIGN, NULL, NULL \
	}
/* wide bits from bit first on of the bytes that come next: a field that takes no room */
#define F_BITS_(n, first, wide)                              \
	{                                                    \
		n, (first) << 8 | (wide), S_BITS, NULL, NULL \
	}
#define F_BITS_CONST_(n, first, wide, list)                           \
	{                                                             \
		n, (first) << 8 | (wide), S_BITS, &names_##list, NULL \
	}
#define F_PLACES_(n, bytes, list)                       \
	{                                               \
		n, bytes, S_PLACES, &names_##list, NULL \
	}
#define F_END_                             \
	{                                  \
		NULL, 0, S_END, NULL, NULL \
	}

/* Bytes that all fields take (an S_REST counts 0); word: size of the ABI's long. */
uint32_t shape_size_abi(const struct shape_field *shape, unsigned word);
/* The same for shapes that are alike on all ABIs. */
uint32_t shape_size(const struct shape_field *shape);
/* Adds the fields that are there. decoder may be NULL: then fds have no files, and secrets are hidden. */
void shape_fields(const struct decoder *decoder, struct fields *to, const struct shape_field *shape,
		  const uint8_t *bytes, uint32_t size);
/* The same as a struct value. */
struct value *shape_value(const struct decoder *decoder, struct arena *arena, const char *name,
			  const struct shape_field *shape, const uint8_t *bytes, uint32_t size);
/* One field, from exactly its size of bytes. NULL: padding. */
struct value *shape_field_value(const struct decoder *decoder, struct arena *arena,
				const struct shape_field *field, const uint8_t *bytes);
/* "(16 bytes hidden)", or the bytes with --show-secrets. */
struct value *secret_value(const struct decoder *decoder, struct arena *arena, const char *name,
			   const uint8_t *bytes, uint32_t size);
/* An errno by its name; 0 as a number. */
struct value *errno_value(struct arena *arena, const char *name, int error);

#endif
