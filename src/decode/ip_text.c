#include "ip_text.h"

#include <arpa/inet.h>
#include <string.h>

static char *put_decimal(char *to, unsigned number)
{
	if (number >= 100)
		*to++ = (char)('0' + number / 100);
	if (number >= 10)
		*to++ = (char)('0' + number / 10 % 10);
	*to++ = (char)('0' + number % 10);
	return to;
}

unsigned ip_text(const uint8_t *ip, unsigned size, char text[IP_TEXT_MAX])
{
	char *to = text;

	if (size == 16) {
		inet_ntop(AF_INET6, ip, text, IP_TEXT_MAX);
		return (unsigned)strlen(text);
	}
	for (unsigned i = 0; i < 4; i++) {
		if (i)
			*to++ = '.';
		to = put_decimal(to, ip[i]);
	}
	*to = 0;
	return (unsigned)(to - text);
}
