/* AF_INET (ip(7)) and AF_INET6 (ipv6(7)). */
#include <sys/socket.h>

#include "family.h"
#include "ip_text.h"

static void add_port(struct text *text, const uint8_t *port)
{
	text_add_char(text, ':');
	text_add_uint(text, be16_get(port));
}

static void inet_text(const struct address *address, struct text *text)
{
	char ip[IP_TEXT_MAX];

	text_add_bytes(text, ip, ip_text(address->raw + 4, 4, ip));
	add_port(text, address->raw + 2);
}

static void inet_fields(const struct address *address, struct fields *fields)
{
	fields_add(fields, value_ip(fields->arena, "ip", address->raw + 4, 4));
	fields_uint(fields, "port", be16_get(address->raw + 2));
}

static uint32_t scope_id(const struct address *address)
{
	return address->length >= 28 ? u32_get(address->raw + 24) : 0;
}

static void inet6_named(const struct address *address, const char *interface, struct text *text)
{
	char ip[IP_TEXT_MAX];

	text_add_char(text, '[');
	text_add_bytes(text, ip, ip_text(address->raw + 8, 16, ip));
	if (scope_id(address)) {
		text_add_char(text, '%');
		text_add(text, interface);
	}
	text_add_char(text, ']');
	add_port(text, address->raw + 2);
}

static void inet6_fields(const struct address *address, struct fields *fields)
{
	fields_add(fields, value_ip(fields->arena, "ip", address->raw + 8, 16));
	fields_uint(fields, "port", be16_get(address->raw + 2));
	fields_uint(fields, "sin6_flowinfo", be32_get(address->raw + 4));
	if (address->length >= 28)
		fields_uint(fields, "sin6_scope_id", scope_id(address));
}

const struct family families_inet[] = {
	{ .number = AF_INET, .least = 8, .text = inet_text, .fields = inet_fields },
	/* without sin6_scope_id: SIN6_LEN_RFC2133, which the kernel takes too */
	{ .number = AF_INET6,
	  .least = 24,
	  .interface = scope_id,
	  .named = inet6_named,
	  .fields = inet6_fields },
	{ 0 },
};
