/* Families whose other end is on this machine: AF_UNIX (unix(7)), AF_NETLINK (netlink(7)), AF_VSOCK
 * (vsock(7)). */
#include <sys/socket.h>
#include <sys/un.h>

#include "family.h"

enum { PATH_AT = 2, PATH_MAX_LENGTH = 108 };

/* Paths end at their NUL, or at the address's end (unix(7)); abstract names use all of their length. */
static uint32_t path_length(const struct address *address)
{
	uint32_t length = address->length - PATH_AT;

	if (length > PATH_MAX_LENGTH)
		length = PATH_MAX_LENGTH;
	if (length && address->raw[PATH_AT])
		length = (uint32_t)strnlen((const char *)address->raw + PATH_AT, length);
	return length;
}

/* NUL bytes of abstract names become @, as ss shows them. */
static void unix_text(const struct address *address, struct text *text)
{
	uint32_t length = path_length(address);

	text_add(text, "unix:");
	if (!length)
		text_add(text, "(unnamed)");
	for (uint32_t i = 0; i < length; i++)
		text_add_char(text, address->raw[PATH_AT + i] ? (char)address->raw[PATH_AT + i] : '@');
}

static void unix_fields(const struct address *address, struct fields *fields)
{
	const char *path = (const char *)address->raw + PATH_AT;
	uint32_t length = path_length(address);

	if (!length)
		return;
	if (path[0]) {
		fields_add(fields, value_string(fields->arena, "sun_path", path, length));
		return;
	}
	struct value *value = value_string(fields->arena, "sun_path", path, length);

	((char *)value->bytes.data)[0] = '@';
	fields_add(fields, value);
	fields_add(fields, value_bool(fields->arena, "abstract", true));
}

/* netlink:ROUTE:1234; the protocol is the socket's, UINT16_MAX when not known. */
static void netlink_text(const struct address *address, struct text *text)
{
	const char *name = names_find(&names_netlink_protocol, address->protocol);
	uint32_t groups = u32_get(address->raw + 8);

	text_add(text, "netlink:");
	if (name)
		text_add(text, name + sizeof("NETLINK_") - 1);
	else if (address->protocol != UINT16_MAX)
		text_add_uint(text, address->protocol);
	if (address->protocol != UINT16_MAX)
		text_add_char(text, ':');
	text_add_uint(text, u32_get(address->raw + 4));
	if (groups) {
		text_add(text, ",groups=");
		text_add_hex(text, groups);
	}
}

static void netlink_fields(const struct address *address, struct fields *fields)
{
	fields_uint(fields, "nl_pid", u32_get(address->raw + 4));
	fields_hex(fields, "nl_groups", u32_get(address->raw + 8));
}

static void vsock_text(const struct address *address, struct text *text)
{
	uint32_t cid = u32_get(address->raw + 8), port = u32_get(address->raw + 4);

	text_add(text, "vsock:");
	if (cid == UINT32_MAX)
		text_add_char(text, '*');
	else
		text_add_uint(text, cid);
	text_add_char(text, ':');
	if (port == UINT32_MAX)
		text_add_char(text, '*');
	else
		text_add_uint(text, port);
}

static void vsock_fields(const struct address *address, struct fields *fields)
{
	fields_constant(fields, "svm_cid", &names_vsock_cid, u32_get(address->raw + 8));
	fields_uint(fields, "svm_port", u32_get(address->raw + 4));
	fields_hex(fields, "svm_flags", address->raw[12]);
}

const struct family families_local[] = {
	{ .number = AF_UNIX, .least = 2, .text = unix_text, .fields = unix_fields },
	{ .number = AF_NETLINK, .least = 12, .text = netlink_text, .fields = netlink_fields },
	{ .number = AF_VSOCK, .least = 16, .text = vsock_text, .fields = vsock_fields },
	{ 0 },
};
