/* Foreign bytes made safe for terminals and for JSON. */
#include "base/text.h"

#include "utf8.h"

static const char hex_digits[] = "0123456789abcdef";

struct range {
	uint32_t first, last;
};

/* Whether a character lies in one of the ranges, which are in ascending order. */
static int in_ranges(const struct range *ranges, size_t count, uint32_t character)
{
	size_t low = 0, high = count;

	while (low < high) {
		const size_t middle = (low + high) / 2;

		if (character > ranges[middle].last)
			low = middle + 1;
		else
			high = middle;
	}
	return low < count && character >= ranges[low].first;
}

#define IN(ranges, character) in_ranges(ranges, sizeof(ranges) / sizeof((ranges)[0]), character)

/* Invisible characters that could hide, reorder or break what stands in a line (Unicode's Cc, Cf, Zl, Zp, Cs,
 * Co). */
static int is_printable(uint32_t character)
{
	static const struct range hidden[] = {
		{ 0x80, 0x9f },	      { 0xad, 0xad },	    { 0x600, 0x605 },	  { 0x61c, 0x61c },
		{ 0x6dd, 0x6dd },     { 0x70f, 0x70f },	    { 0x890, 0x891 },	  { 0x8e2, 0x8e2 },
		{ 0x115f, 0x1160 },   { 0x180e, 0x180e },   { 0x200b, 0x200f },	  { 0x2028, 0x202e },
		{ 0x2060, 0x206f },   { 0x3164, 0x3164 },   { 0xd800, 0xf8ff },	  { 0xfeff, 0xfeff },
		{ 0xffa0, 0xffa0 },   { 0xfff0, 0xfffb },   { 0xfffe, 0xffff },	  { 0x13430, 0x1343f },
		{ 0x1bca0, 0x1bca3 }, { 0x1d173, 0x1d17a }, { 0xe0000, 0xe0fff }, { 0xf0000, 0x10ffff },
	};

	return character >= 0x20 && character != 0x7f && !IN(hidden, character);
}

/* How a byte stands in a line: 0 as it is, 'x' as \xHH, 'u' as part of UTF-8, any other as a backslash and
 * that letter. */
static const char escapes[256] = {
	'0', 'x', 'x', 'x', 'x', 'x',	      'x',	     'x',	   'x',
	't', 'n', 'x', 'x', 'r', 'x',	      'x',	     'x',	   'x',
	'x', 'x', 'x', 'x', 'x', 'x',	      'x',	     'x',	   'x',
	'x', 'x', 'x', 'x', 'x', ['"'] = '"', ['\\'] = '\\', [0x7f] = 'x', [0x80 ... 0xff] = 'u',
};

enum { ESCAPE_MAX = 4 };

/* Writes \xHH. Returns the end. */
static char *put_hex(char *out, unsigned char byte)
{
	out[0] = '\\';
	out[1] = 'x';
	out[2] = hex_digits[byte >> 4];
	out[3] = hex_digits[byte & 15];
	return out + 4;
}

/* Writes one character of UTF-8 as it is, when it is printable. Returns the bytes read; 0: it is not. */
static size_t put_character(char *out, const unsigned char *at, size_t len)
{
	uint32_t character = 0;
	size_t step = utf8_read(at, len, &character);

	if (!step || !is_printable(character))
		return 0;
	memcpy(out, at, step);
	return step;
}

/* Writes one character that does not stand as it is; *at moves past it. Returns the end. */
static char *put_odd(char *out, const unsigned char **at, const unsigned char *end, int utf8)
{
	const unsigned char byte = *(*at)++;
	const char letter = escapes[byte];

	if (letter == 'u') {
		const size_t more = utf8 ? put_character(out, *at - 1, (size_t)(end - *at) + 1) : 0;

		*at += more ? more - 1 : 0;
		return more ? out + more : put_hex(out, byte);
	}
	if (letter == 'x')
		return put_hex(out, byte);
	*out++ = '\\';
	*out++ = letter;
	return out;
}

/* True when all eight bytes are ASCII that stands as it is, quoted or not, in text and in JSON. */
static inline int are_plain(uint64_t eight)
{
	const uint64_t ones = 0x0101010101010101, high = 0x8080808080808080;
	const uint64_t quote = eight ^ 0x22 * ones, slash = eight ^ 0x5c * ones, delete = eight ^ 0x7f * ones;

	return !((eight | (eight - 0x20 * ones) | (quote - ones) | (slash - ones) | (delete - ones)) & high);
}

/* Copies a byte that stands as it is, or as many eights of them as there are; *at moves past them. Returns
 * the end. */
static inline char *put_plain(char *out, const unsigned char **at, const unsigned char *end)
{
	const unsigned char *from = *at;
	uint64_t eight;

	while (end - *at >= (ptrdiff_t)sizeof(eight) &&
	       (memcpy(&eight, *at, sizeof(eight)), are_plain(eight))) {
		memcpy(out, &eight, sizeof(eight));
		out += sizeof(eight);
		*at += sizeof(eight);
	}
	if (*at == from)
		*out++ = (char)*(*at)++;
	return out;
}

/* Escapes as they are copied, without an end. */
static const char nuls[] = { '\\', '0', '\\', '0', '\\', '0', '\\', '0',
			     '\\', '0', '\\', '0', '\\', '0', '\\', '0' };
static const char json_byte[] = { '\\', 'u', '0', '0' };

/* Writes a run of NULs as \0; *at moves past it. Returns the end. */
static char *put_nuls(char *out, const unsigned char **from, const unsigned char *end)
{
	const unsigned char *at = *from;
	uint64_t eight;

	for (; end - at >= 8 && (memcpy(&eight, at, sizeof(eight)), !eight); at += 8, out += 16)
		memcpy(out, nuls, sizeof(nuls));
	for (; at < end && !*at; at++, out += 2)
		memcpy(out, nuls, 2);
	*from = at;
	if (at < end && *at >= '0' && *at <= '9')
		return put_hex(out - 2, 0); /* "\0" would swallow the digit */
	return out;
}

void text_add_escaped(struct text *text, const char *bytes, size_t len, int utf8, int quoted)
{
	const unsigned char *at = (const unsigned char *)bytes, *end = at + len;

	if (text->cap - text->len <= len * ESCAPE_MAX)
		text_reserve(text, len * ESCAPE_MAX + 1);
	char *out = text->data + text->len;
	while (at < end) {
		if (!escapes[*at] || (*at == '"' && !quoted))
			out = put_plain(out, &at, end);
		else if (*at)
			out = put_odd(out, &at, end, utf8);
		else
			out = put_nuls(out, &at, end);
	}
	*out = 0;
	text->len = (size_t)(out - text->data);
}

/* Writes \uXXXX, a pair of them beyond U+FFFF (RFC 8259, section 7). Returns the end. */
static char *put_json_unicode(char *out, uint32_t character)
{
	const uint32_t units[2] = { 0xd7c0 + (character >> 10), 0xdc00 + (character & 0x3ff) };
	const size_t count = character > 0xffff ? 2 : 1;

	for (size_t i = 0; i < count; i++) {
		const uint32_t unit = count == 1 ? character : units[i];

		*out++ = '\\';
		*out++ = 'u';
		for (int shift = 12; shift >= 0; shift -= 4)
			*out++ = hex_digits[unit >> shift & 15];
	}
	return out;
}

/* How a byte stands in JSON: 0 as it is, 'u' as \u00XX, 'm' as part of UTF-8, any other as a backslash and
 * that letter. */
static const char json_escapes[256] = {
	'u', 'u', 'u', 'u', 'u', 'u',	      'u',	     'u',	   'b',
	't', 'n', 'u', 'f', 'r', 'u',	      'u',	     'u',	   'u',
	'u', 'u', 'u', 'u', 'u', 'u',	      'u',	     'u',	   'u',
	'u', 'u', 'u', 'u', 'u', ['"'] = '"', ['\\'] = '\\', [0x7f] = 'u', [0x80 ... 0xff] = 'm',
};

/* One byte never becomes more: \u00XX, and what takes two of these has four bytes. */
enum { JSON_MAX = 6 };

/* Writes a character beyond ASCII, escaped when a terminal may act on it. Bytes that are none are kept. */
static char *put_json_character(char *out, const unsigned char *at, size_t len, size_t *step)
{
	uint32_t character = 0;

	*step = utf8_read(at, len, &character);
	if (*step && !is_printable(character))
		return put_json_unicode(out, character);
	if (!*step)
		*step = 1;
	memcpy(out, at, *step);
	return out + *step;
}

/* Writes one character that does not stand as it is in JSON; *at moves past it. Returns the end. */
static inline char *put_json_odd(char *out, const unsigned char **at, const unsigned char *end)
{
	const unsigned char byte = **at;
	const char letter = json_escapes[byte];
	size_t step = 1;

	if (letter == 'm') {
		out = put_json_character(out, *at, (size_t)(end - *at), &step);
	} else if (letter == 'u') {
		memcpy(out, json_byte, sizeof(json_byte));
		out[4] = hex_digits[byte >> 4];
		out[5] = hex_digits[byte & 15];
		out += JSON_MAX;
	} else {
		*out++ = '\\';
		*out++ = letter;
	}
	*at += step;
	return out;
}

/* Writes a run of NULs; *at moves past it. Returns the end. */
static char *put_json_nuls(char *out, const unsigned char **from, const unsigned char *end)
{
	static const char eight_nuls[8 * JSON_MAX + 1] = "\\u0000\\u0000\\u0000\\u0000"
							 "\\u0000\\u0000\\u0000\\u0000";
	const unsigned char *at = *from;
	uint64_t eight;

	for (; end - at >= 8 && (memcpy(&eight, at, sizeof(eight)), !eight); at += 8, out += 8 * JSON_MAX)
		memcpy(out, eight_nuls, (size_t)8 * JSON_MAX);
	for (; at < end && !*at; at++, out += JSON_MAX)
		memcpy(out, eight_nuls, JSON_MAX);
	*from = at;
	return out;
}

void text_add_json(struct text *text, const char *bytes, size_t len)
{
	const unsigned char *at = (const unsigned char *)bytes, *end = at + len;

	if (text->cap - text->len <= len * JSON_MAX)
		text_reserve(text, len * JSON_MAX + 1);
	char *out = text->data + text->len;
	while (at < end) {
		if (!json_escapes[*at]) {
			out = put_plain(out, &at, end);
		} else if (*at) {
			out = put_json_odd(out, &at, end);
		} else {
			out = put_json_nuls(out, &at, end);
		}
	}
	*out = 0;
	text->len = (size_t)(out - text->data);
}

void text_add_json_lossy(struct text *text, const char *bytes, size_t len)
{
	text_add_char(text, '"');
	while (len) {
		uint32_t character;
		size_t good = 0, step;

		while (good < len &&
		       (step = utf8_read((const unsigned char *)bytes + good, len - good, &character)))
			good += step;
		text_add_json(text, bytes, good);
		if (good == len)
			break;
		text_add(text, "\xef\xbf\xbd");
		bytes += good + 1;
		len -= good + 1;
	}
	text_add_char(text, '"');
}

int text_is_utf8(const void *bytes, size_t len)
{
	const unsigned char *at = bytes;

	while (len) {
		uint32_t character;
		uint64_t eight;

		if (len >= sizeof(eight) &&
		    !(memcpy(&eight, at, sizeof(eight)), eight & 0x8080808080808080U)) {
			at += sizeof(eight);
			len -= sizeof(eight);
			continue;
		}
		const size_t step = *at < 0x80 ? 1 : utf8_read(at, len, &character);

		if (!step)
			return 0;
		at += step;
		len -= step;
	}
	return 1;
}

/* Terminal columns of one character: the East Asian Width property W and F (UAX 11), and combining marks. */
static size_t character_columns(uint32_t character)
{
	static const struct range wide[] = {
		{ 0x1100, 0x115f },   { 0x231a, 0x231b },   { 0x2329, 0x232a },	  { 0x23e9, 0x23ec },
		{ 0x23f0, 0x23f0 },   { 0x23f3, 0x23f3 },   { 0x25fd, 0x25fe },	  { 0x2614, 0x2615 },
		{ 0x2648, 0x2653 },   { 0x267f, 0x267f },   { 0x2693, 0x2693 },	  { 0x26a1, 0x26a1 },
		{ 0x26aa, 0x26ab },   { 0x26bd, 0x26be },   { 0x26c4, 0x26c5 },	  { 0x26ce, 0x26ce },
		{ 0x26d4, 0x26d4 },   { 0x26ea, 0x26ea },   { 0x26f2, 0x26f3 },	  { 0x26f5, 0x26f5 },
		{ 0x26fa, 0x26fa },   { 0x26fd, 0x26fd },   { 0x2705, 0x2705 },	  { 0x270a, 0x270b },
		{ 0x2728, 0x2728 },   { 0x274c, 0x274c },   { 0x274e, 0x274e },	  { 0x2753, 0x2755 },
		{ 0x2757, 0x2757 },   { 0x2795, 0x2797 },   { 0x27b0, 0x27b0 },	  { 0x27bf, 0x27bf },
		{ 0x2b1b, 0x2b1c },   { 0x2b50, 0x2b50 },   { 0x2b55, 0x2b55 },	  { 0x2e80, 0x303e },
		{ 0x3041, 0x3247 },   { 0x3250, 0x4dbf },   { 0x4e00, 0xa4cf },	  { 0xa960, 0xa97c },
		{ 0xac00, 0xd7a3 },   { 0xf900, 0xfaff },   { 0xfe10, 0xfe19 },	  { 0xfe30, 0xfe6b },
		{ 0xff01, 0xff60 },   { 0xffe0, 0xffe6 },   { 0x16fe0, 0x18cff }, { 0x1b000, 0x1b2ff },
		{ 0x1f004, 0x1f004 }, { 0x1f0cf, 0x1f0cf }, { 0x1f18e, 0x1f18e }, { 0x1f191, 0x1f19a },
		{ 0x1f200, 0x1f320 }, { 0x1f32d, 0x1f335 }, { 0x1f337, 0x1f37c }, { 0x1f37e, 0x1f393 },
		{ 0x1f3a0, 0x1f3ca }, { 0x1f3cf, 0x1f3d3 }, { 0x1f3e0, 0x1f3f0 }, { 0x1f3f4, 0x1f3f4 },
		{ 0x1f3f8, 0x1f43e }, { 0x1f440, 0x1f440 }, { 0x1f442, 0x1f4fc }, { 0x1f4ff, 0x1f53d },
		{ 0x1f54b, 0x1f54e }, { 0x1f550, 0x1f567 }, { 0x1f57a, 0x1f57a }, { 0x1f595, 0x1f596 },
		{ 0x1f5a4, 0x1f5a4 }, { 0x1f5fb, 0x1f64f }, { 0x1f680, 0x1f6c5 }, { 0x1f6cc, 0x1f6cc },
		{ 0x1f6d0, 0x1f6d2 }, { 0x1f6d5, 0x1f6d7 }, { 0x1f6dc, 0x1f6df }, { 0x1f6eb, 0x1f6ec },
		{ 0x1f6f4, 0x1f6fc }, { 0x1f7e0, 0x1f7eb }, { 0x1f90c, 0x1f93a }, { 0x1f93c, 0x1f945 },
		{ 0x1f947, 0x1f9ff }, { 0x1fa70, 0x1faff }, { 0x20000, 0x3fffd },
	};
	static const struct range combining[] = {
		{ 0x300, 0x36f },     { 0x483, 0x489 },	  { 0x591, 0x5bd },   { 0x5bf, 0x5bf },
		{ 0x5c1, 0x5c2 },     { 0x5c4, 0x5c5 },	  { 0x5c7, 0x5c7 },   { 0x610, 0x61a },
		{ 0x64b, 0x65f },     { 0x670, 0x670 },	  { 0x6d6, 0x6dc },   { 0x6df, 0x6e4 },
		{ 0x6e7, 0x6e8 },     { 0x6ea, 0x6ed },	  { 0x93c, 0x93c },   { 0x941, 0x948 },
		{ 0x94d, 0x94d },     { 0xe31, 0xe31 },	  { 0xe34, 0xe3a },   { 0xe47, 0xe4e },
		{ 0x1ab0, 0x1ace },   { 0x1dc0, 0x1dff }, { 0x200b, 0x200f }, { 0x20d0, 0x20f0 },
		{ 0x302a, 0x302d },   { 0x3099, 0x309a }, { 0xfe00, 0xfe0f }, { 0xfe20, 0xfe2f },
		{ 0xe0100, 0xe01ef },
	};

	if (character < 0x300)
		return 1;
	if (IN(combining, character))
		return 0;
	return IN(wide, character) ? 2 : 1;
}

size_t text_columns(const char *string, size_t len)
{
	const unsigned char *at = (const unsigned char *)string;
	size_t columns = 0;

	while (len) {
		uint32_t character = 0;
		const size_t step = *at < 0x80 ? 1 : utf8_read(at, len, &character);

		columns += step > 1 ? character_columns(character) : 1;
		at += step ? step : 1;
		len -= step ? step : 1;
	}
	return columns;
}
