/*
 * put: the fast paths of base/text that every line goes through: literals, small numbers, foreign text that
 * is nearly always plain ASCII.
 */
#ifndef SOCKLINE_SINK_PUT_H
#define SOCKLINE_SINK_PUT_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/text.h"

#define PUT(text, literal) text_add_bytes(text, "" literal, sizeof(literal) - 1)

/* True when all eight bytes are printable ASCII other than '"' and '\\' (may say false for some that are). */
static inline bool put_clean8(uint64_t bytes)
{
	const uint64_t ones = 0x0101010101010101, high = 0x8080808080808080;
	uint64_t control = bytes - 0x20 * ones;
	uint64_t quote = bytes ^ 0x22 * ones, slash = bytes ^ 0x5c * ones, del = bytes ^ 0x7f * ones;

	return !((bytes | control | (quote - ones) | (slash - ones) | (del - ones)) & high);
}

/* How many bytes at the start are surely clean, in steps of eight and then one. */
static inline size_t put_clean_run(const char *bytes, size_t len)
{
	size_t run = 0;
	uint64_t word;

	for (; run + 8 <= len; run += 8) {
		memcpy(&word, bytes + run, 8);
		if (!put_clean8(word))
			break;
	}
	/* The last seven at once, with some that are known to be clean. */
	if (run + 8 > len && run) {
		memcpy(&word, bytes + len - 8, 8);
		if (put_clean8(word))
			return len;
	}
	while (run < len && bytes[run] >= 0x20 && bytes[run] != 0x7f && bytes[run] != '"' &&
	       bytes[run] != '\\')
		run++;
	return run;
}

/* text_add_escaped with a short way for what needs no escaping. */
static inline void put_foreign(struct text *text, const char *bytes, size_t len, bool utf8, bool quoted)
{
	size_t clean = put_clean_run(bytes, len);

	text_add_bytes(text, bytes, clean);
	if (clean < len)
		text_add_escaped(text, bytes + clean, len - clean, utf8, quoted);
}

/* Exactly digits decimal digits of number, which has no more. */
static inline void put_digits(struct text *text, uint32_t number, unsigned digits)
{
	char buffer[10];
	unsigned at = digits;

	for (; at >= 2; number /= 100)
		memcpy(buffer + (at -= 2), text_digits + 2 * (number % 100), 2);
	if (at)
		buffer[0] = (char)('0' + number);
	text_add_bytes(text, buffer, digits);
}

#endif
