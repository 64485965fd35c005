/*
 * text: a growing string for building output, with the fast paths that a line per event needs (no printf
 * there).
 *
 * Owns its buffer. data is always NUL-terminated once anything was added. A text never fails: out of memory
 * aborts.
 */
#ifndef SOCKLINE_BASE_TEXT_H
#define SOCKLINE_BASE_TEXT_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct text {
	char *data;
	size_t len, cap;
};

void text_init(struct text *text); /* a zeroed text is valid too */
void text_done(struct text *text);
void text_reserve(struct text *text, size_t more);

static inline void text_clear(struct text *text)
{
	text->len = 0;
}

static inline void text_add_bytes(struct text *text, const char *bytes, size_t len)
{
	if (text->cap - text->len <= len)
		text_reserve(text, len + 1);
	memcpy(text->data + text->len, bytes, len);
	text->len += len;
	text->data[text->len] = 0;
}

static inline void text_add(struct text *text, const char *string)
{
	text_add_bytes(text, string, strlen(string));
}

static inline void text_add_char(struct text *text, char c)
{
	if (text->cap - text->len <= 1)
		text_reserve(text, 2);
	text->data[text->len++] = c;
	text->data[text->len] = 0;
}

/* "00" "01" ... "99", for writing two digits at a time. */
extern const char text_digits[200];

void text_add_int(struct text *text, int64_t number);
void text_add_uint(struct text *text, uint64_t number);
void text_add_hex(struct text *text, uint64_t number); /* with 0x */
void text_add_padding(struct text *text, size_t spaces);
/* Nanoseconds with three digits that count: 850ns 214us 20.3ms 1.24s. */
void text_add_span(struct text *text, uint64_t ns);
void text_printf(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

/*
 * Adds foreign bytes so that no byte can move a cursor, change a colour or break a line: printable characters
 * of valid UTF-8 as they are (when utf8; never U+0080-009F, U+2028/9, bidi controls U+202A-202E and
 * U+2066-2069, or other zero-width/format controls U+200B-U+200F, U+FEFF), all else as \n \t \r \0 \xHH. A
 * backslash is doubled;
 * '"' becomes \" when quoted is set.
 */
void text_add_escaped(struct text *text, const char *bytes, size_t len, int utf8, int quoted);

/*
 * The same for JSON strings, without the outer quotes (RFC 8259): what a terminal may act on becomes \uXXXX.
 * bytes must be valid UTF-8 (see text_is_utf8).
 */
void text_add_json(struct text *text, const char *bytes, size_t len);
/* JSON string with quotes from bytes that may be anything: invalid UTF-8 bytes become U+FFFD. */
void text_add_json_lossy(struct text *text, const char *bytes, size_t len);
int text_is_utf8(const void *bytes, size_t len);

/* Terminal columns that UTF-8 text takes (wide characters count 2, combining 0). */
size_t text_columns(const char *string, size_t len);

#endif
