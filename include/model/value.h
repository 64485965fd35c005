/*
 * value: one decoded argument or field, as data. Decoders build values, only sinks write text.
 *
 * Values live in an event's arena. Strings in them are NUL-terminated and may hold any byte that the traced
 * program chose: sinks escape. Names are static strings (kernel's own field names).
 */
#ifndef SOCKLINE_MODEL_VALUE_H
#define SOCKLINE_MODEL_VALUE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"

struct address;
struct file_view;

enum value_kind {
	VALUE_INT,	  /* integer, decimal */
	VALUE_UINT,	  /* unsigned_, decimal */
	VALUE_HEX,	  /* unsigned_, 0x... (JSON: number) */
	VALUE_OCTAL,	  /* unsigned_, a mode */
	VALUE_BOOL,	  /* integer 0 or 1 */
	VALUE_POINTER,	  /* unsigned_; text 0x..., JSON {"pointer":"0x..."}; 0 is NULL / null */
	VALUE_UNREADABLE, /* unsigned_: the address; text 0x...(unreadable) */
	VALUE_CONSTANT,	  /* constant: name, or the number when text is NULL (text: hex if wide, else decimal)
			   */
	VALUE_FLAGS,	  /* flags */
	VALUE_FD,	  /* fd */
	VALUE_ADDRESS,	  /* address */
	VALUE_BYTES,	  /* bytes: data; text "..." with … when cut; JSON data / data_base64 */
	VALUE_STRING,	  /* bytes: a name, a path; text "..." or bare; JSON string (lossy UTF-8) */
	VALUE_DURATION,	  /* integer: nanoseconds, or one of the two below; text 250ms, forever, none */
	VALUE_LIST,	  /* list: unnamed items */
	VALUE_STRUCT,	  /* list: named fields */
	VALUE_CHANGE, /* change: value-result argument, text "before=>after", JSON {"before":..,"after":..} */
};

#define DURATION_FOREVER INT64_MIN

/* Where a sink shows a value. JSON always shows it under its name, unless TEXT_ONLY. */
enum value_place {
	PLACE_ARGUMENT, /* text: among the arguments, in order */
	PLACE_RESULT,	/* text: in brackets after the result:  getsockopt(5, SO_ERROR) = 0 [0] */
	PLACE_VERBOSE,	/* text: among the arguments, with -v only (defaults: NULL, flags 0, addrlen, nfds) */
	PLACE_JSON,	/* never in text */
	PLACE_TEXT, /* among the arguments in text, never in JSON; -v leaves it out for a PLACE_VERBOSE of its
		       name */
	PLACE_TEXT_RESULT, /* in brackets after the result in text, never in JSON */
};

enum value_style {
	STYLE_PLAIN,
	STYLE_BARE, /* struct in text: fields without names, separated by spaces: "5→example.test:80 OUT" */
	STYLE_NAMED,	   /* struct in text always with names: {fd=3, events=IN}; PLAIN does so too */
	STYLE_SHORT_FLAGS, /* flags/constants in text without their prefix, joined by '|' */
	STYLE_UNQUOTED,	   /* string in text without quotes */
};

struct value {
	uint8_t kind;	  /* enum value_kind */
	uint8_t place;	  /* enum value_place */
	uint8_t style;	  /* enum value_style */
	const char *name; /* field or argument name; NULL in lists */
	struct value *next;
	union {
		int64_t integer;
		uint64_t unsigned_;
		struct {
			uint64_t number;
			const char *text;   /* NULL: no name known */
			const char *prefix; /* for STYLE_SHORT_FLAGS: cut from text; may be NULL */
		} constant;
		struct {
			const char **names; /* count of them */
			const char *prefix; /* as above */
			uint64_t rest;	    /* bits without a name; shown in hex at the end */
			uint32_t count;
			uint64_t number; /* the whole */
		} flags;
		struct {
			int32_t number;
			const struct file_view *file; /* NULL: nothing known about it */
		} fd;
		struct {
			const char *text;     /* short form: 127.0.0.1:80, unix:/run/x.sock */
			const char *host;     /* host name known for it, or NULL; foreign bytes */
			const char *service;  /* name of its port, when it is wanted and known, or NULL */
			struct value *fields; /* sa_family first */
			const struct address *raw; /* for filters; NULL: not kept */
		} address;
		struct {
			const char *data; /* NUL-terminated after length */
			uint32_t length;  /* bytes that were captured */
			uint64_t total;	  /* bytes there were; > length: cut */
		} bytes;
		struct {
			struct value *first;
			uint32_t count;
			uint64_t total; /* > count: cut */
		} list;
		struct {
			struct value *before, *after;
		} change;
	};
};

/* Constructors: allocate in the arena, never fail. Strings are kept by pointer unless said otherwise. */
struct value *value_new(struct arena *arena, enum value_kind kind, const char *name);
struct value *value_bool(struct arena *arena, const char *name, bool is);
struct value *value_int(struct arena *arena, const char *name, int64_t number);
struct value *value_uint(struct arena *arena, const char *name, uint64_t number);
struct value *value_hex(struct arena *arena, const char *name, uint64_t number);
struct value *value_pointer(struct arena *arena, const char *name, uint64_t pointer);
struct value *value_unreadable(struct arena *arena, const char *name, uint64_t pointer);
struct value *value_duration(struct arena *arena, const char *name, int64_t ns);
/* Copies the bytes. */
struct value *value_bytes(struct arena *arena, const char *name, const void *data, uint32_t length,
			  uint64_t total);
struct value *value_string(struct arena *arena, const char *name, const char *data, uint32_t length);
struct value *value_list(struct arena *arena, const char *name);
struct value *value_struct(struct arena *arena, const char *name);
/* Appends to a list, struct (O(n) in its length unless *tail is kept by the caller). */
void value_append(struct value *parent, struct value *child);
/* The field of that name among the siblings from first on, or NULL. For effects, filters and tests. */
const struct value *value_find(const struct value *first, const char *name);

#endif
