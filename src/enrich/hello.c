#include "hello.h"

#include <arpa/inet.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "dns.h"

/* What is left to read; a read beyond the end gives 0 and empties it. */
struct reader {
	const uint8_t *at;
	uint32_t left;
};

static uint32_t number(struct reader *reader, unsigned bytes)
{
	uint32_t value = 0;

	if (reader->left < bytes) {
		reader->left = 0;
		return 0;
	}
	for (unsigned i = 0; i < bytes; i++)
		value = value << 8 | *reader->at++;
	reader->left -= bytes;
	return value;
}

static void skip(struct reader *reader, uint32_t bytes)
{
	if (bytes > reader->left)
		bytes = reader->left;
	reader->at += bytes;
	reader->left -= bytes;
}

/* A part with its length before it; shorter when it was not captured whole. */
static struct reader part(struct reader *reader, unsigned length_bytes)
{
	uint32_t len = number(reader, length_bytes);
	struct reader inner = { reader->at, len < reader->left ? len : reader->left };

	skip(reader, len);
	return inner;
}

/* A host, never an address, of len bytes; copied to name. */
static bool take_host(const uint8_t *bytes, uint32_t len, char name[HELLO_NAME])
{
	uint8_t ip[16];

	if (!len || len >= HELLO_NAME || memchr(bytes, 0, len))
		return false;
	memcpy(name, bytes, len);
	name[len] = 0;
	return dns_is_host(name) && inet_pton(AF_INET, name, ip) != 1;
}

/* The server_name extension: a list of names, of which type 0 is a host; whole, or it is not taken. */
static bool server_name(struct reader extension, char name[HELLO_NAME])
{
	struct reader list = part(&extension, 2);

	while (list.left) {
		uint32_t type = number(&list, 1), len = number(&list, 2);

		if (len > list.left)
			return false;
		if (type == 0)
			return take_host(list.at, len, name);
		skip(&list, len);
	}
	return false;
}

/* ClientHello, RFC 8446 4.1.2: version, random, session id, cipher suites, compression, extensions. */
static enum hello parse_tls(struct reader record, char name[HELLO_NAME])
{
	struct reader extensions;

	skip(&record, 3); /* content type and version */
	number(&record, 2);
	if (number(&record, 1) != 1) /* client_hello */
		return HELLO_NONE;
	skip(&record, 3 + 2 + 32);
	part(&record, 1);
	part(&record, 2);
	part(&record, 1);
	extensions = part(&record, 2);
	while (extensions.left >= 4) {
		uint32_t type = number(&extensions, 2);
		struct reader extension = part(&extensions, 2);

		if (type == 0)
			return server_name(extension, name) ? HELLO_NAMED : HELLO_NONE;
	}
	return HELLO_NONE;
}

static bool begins(const uint8_t *data, uint32_t len, const char *word)
{
	size_t size = strlen(word);

	return len >= size && !memcmp(data, word, size);
}

static bool is_method(const uint8_t *data, uint32_t len)
{
	static const char *const methods[] = { "GET ",	  "POST ",    "HEAD ",	"PUT ",
					       "DELETE ", "OPTIONS ", "PATCH ", "TRACE " };

	for (size_t i = 0; i < sizeof(methods) / sizeof(*methods); i++)
		if (begins(data, len, methods[i]))
			return true;
	return false;
}

/* The value of a Host line without its port; only a whole line counts. */
static bool host_line(const uint8_t *line, const uint8_t *end, char name[HELLO_NAME])
{
	const uint8_t *colon;

	line += 5;
	while (line < end && (*line == ' ' || *line == '\t'))
		line++;
	while (end > line && (end[-1] == '\r' || end[-1] == ' ' || end[-1] == '\t'))
		end--;
	colon = memchr(line, ':', (size_t)(end - line));
	return take_host(line, (uint32_t)((colon ? colon : end) - line), name);
}

/* Origin form names the host in its header; absolute form and CONNECT go to a proxy (RFC 9112 3.2). */
static enum hello parse_http(const uint8_t *data, uint32_t len, char name[HELLO_NAME])
{
	const uint8_t *end = data + len, *target = memchr(data, ' ', len);

	if (!target || ++target >= end)
		return HELLO_NONE;
	if (*target != '/' && *target != '*')
		return HELLO_PROXY;
	for (const uint8_t *line = data, *next; (next = memchr(line, '\n', (size_t)(end - line)));
	     line = next + 1) {
		if (next - line > 5 && !strncasecmp((const char *)line, "Host:", 5))
			return host_line(line, next, name) ? HELLO_NAMED : HELLO_NONE;
		if (next - line <= 1)
			break; /* the header's end */
	}
	return HELLO_NONE;
}

enum hello hello_parse(const uint8_t *data, uint32_t len, char name[HELLO_NAME])
{
	if (len >= 6 && data[0] == 22 && data[1] == 3) /* handshake record of SSL 3.0 or later */
		return parse_tls((struct reader){ data, len }, name);
	if (begins(data, len, "CONNECT "))
		return HELLO_PROXY;
	return is_method(data, len) ? parse_http(data, len, name) : HELLO_NONE;
}
