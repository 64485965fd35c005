#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void text_init(struct text *text)
{
	*text = (struct text){ 0 };
}

void text_done(struct text *text)
{
	free(text->data);
	text_init(text);
}

/* Makes room for that many more bytes, at least doubling so that adding stays cheap. */
void text_reserve(struct text *text, size_t more)
{
	if (text->cap - text->len >= more)
		return;
	size_t cap = text->cap ? text->cap * 2 : 256;

	if (cap - text->len < more)
		cap = text->len + more;
	char *data = more < SIZE_MAX / 4 ? realloc(text->data, cap) : NULL;

	if (!data) {
		fprintf(stderr, "sockline: out of memory\n");
		abort();
	}
	if (!text->data)
		data[0] = 0;
	text->data = data;
	text->cap = cap;
}

const char text_digits[200] = "00010203040506070809"
			      "10111213141516171819"
			      "20212223242526272829"
			      "30313233343536373839"
			      "40414243444546474849"
			      "50515253545556575859"
			      "60616263646566676869"
			      "70717273747576777879"
			      "80818283848586878889"
			      "90919293949596979899";

static unsigned digits_of(uint64_t number)
{
	unsigned digits = 1;

	for (; number >= 10000; number /= 10000)
		digits += 4;
	return digits + (number >= 10) + (number >= 100) + (number >= 1000);
}

void text_add_uint(struct text *text, uint64_t number)
{
	if (number < 10) {
		text_add_char(text, (char)('0' + number));
		return;
	}
	const unsigned digits = digits_of(number);

	if (text->cap - text->len <= digits)
		text_reserve(text, digits + 1);
	text->len += digits;

	char *at = text->data + text->len;

	*at = 0;
	for (; number > UINT32_MAX; number /= 100)
		memcpy(at -= 2, text_digits + 2 * (number % 100), 2);
	uint32_t rest = (uint32_t)number;

	for (; rest >= 100; rest /= 100)
		memcpy(at -= 2, text_digits + (size_t)2 * (rest % 100), 2);
	if (rest >= 10)
		memcpy(at - 2, text_digits + (size_t)2 * rest, 2);
	else
		at[-1] = (char)('0' + rest);
}

void text_add_int(struct text *text, int64_t number)
{
	if (number < 0)
		text_add_char(text, '-');
	text_add_uint(text, number < 0 ? -(uint64_t)number : (uint64_t)number);
}

void text_add_hex(struct text *text, uint64_t number)
{
	char digits[18];
	char *at = digits + sizeof(digits);

	do
		*--at = "0123456789abcdef"[number & 15];
	while (number >>= 4);
	*--at = 'x';
	*--at = '0';
	text_add_bytes(text, at, (size_t)(digits + sizeof(digits) - at));
}

void text_add_padding(struct text *text, size_t spaces)
{
	if (!spaces)
		return;
	text_reserve(text, spaces + 1);
	memset(text->data + text->len, ' ', spaces);
	text->len += spaces;
	text->data[text->len] = 0;
}

void text_printf(struct text *text, const char *format, ...)
{
	va_list args, again;

	va_start(args, format);
	va_copy(again, args);
	text_reserve(text, 1);
	const size_t room = text->cap - text->len;
	const int len = vsnprintf(text->data + text->len, room, format, args);

	va_end(args);
	if (len > 0 && (size_t)len >= room) {
		text_reserve(text, (size_t)len + 1);
		vsnprintf(text->data + text->len, (size_t)len + 1, format, again);
	}
	va_end(again);
	if (len > 0)
		text->len += (size_t)len;
}
