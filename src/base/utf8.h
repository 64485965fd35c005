/* utf8: reading one character of bytes that anybody may have written (RFC 3629). */
#ifndef SOCKLINE_BASE_UTF8_PRIVATE_H
#define SOCKLINE_BASE_UTF8_PRIVATE_H

#include <stddef.h>
#include <stdint.h>

/*
 * Decodes the character at the start of bytes. Returns how many bytes it takes and sets *character; 0 when
 * there is no valid one (overlong, surrogate, beyond U+10FFFF, cut short).
 */
static inline size_t utf8_read(const unsigned char *bytes, size_t len, uint32_t *character)
{
	static const uint32_t least[5] = { 0, 0, 0x80, 0x800, 0x10000 };
	const unsigned char first = bytes[0];
	const size_t size = first < 0x80		    ? 1
			    : first >= 0xc2 && first < 0xe0 ? 2
			    : first >= 0xe0 && first < 0xf0 ? 3
			    : first >= 0xf0 && first < 0xf5 ? 4
							    : 0;

	if (!size || size > len)
		return 0;
	uint32_t value = size == 1 ? first : first & (0x7fU >> size);

	for (size_t i = 1; i < size; i++) {
		if ((bytes[i] & 0xc0) != 0x80)
			return 0;
		value = value << 6 | (bytes[i] & 0x3f);
	}
	if (value < least[size] || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff))
		return 0;
	*character = value;
	return size;
}

#endif
