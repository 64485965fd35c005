/* Addresses of any family: the list of families, and what is shown of those that are not in it. */
#include "decode/sockaddr.h"

#include <netinet/in.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>

#include "coverage_parts.h"
#include "family.h"

/* A family is a record in its file's list; a new file is a line here. */
static const struct family *const files[] = {
	families_inet, families_local, families_packet, families_other, families_bluetooth,
};

static const struct family *find_family(const struct address *address)
{
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		for (const struct family *family = files[i]; family->number; family++)
			if (family->number == address->family)
				return address->length >= family->least ? family : NULL;
	return NULL;
}

/* AF_AX25 and how many bytes, for what has no better text. */
static void add_plain(const struct address *address, struct text *text)
{
	const char *name = names_find(&names_address_family, address->family);

	if (name) {
		text_add(text, name);
	} else {
		text_add(text, "AF_");
		text_add_uint(text, address->family);
	}
	if (address->length > 2 && address->family != AF_UNSPEC) {
		text_add(text, "(");
		text_add_uint(text, address->length);
		text_add(text, " bytes)");
	}
}

/* The first of the fields, by family. */
static struct value *make_fields(struct arena *arena, const struct address *address)
{
	const struct family *family = find_family(address);
	struct value *of = value_struct(arena, NULL);
	struct fields fields;

	fields_init(&fields, arena, of);
	fields_constant(&fields, "sa_family", &names_address_family, address->family);
	if (family)
		family->fields(address, &fields);
	else if (address->length > 2)
		fields_bytes(&fields, "sa_data", address->raw + 2, address->length - 2u);
	return of->list.first;
}

const struct value *sockaddr_fields(struct arena *arena, const struct address *address)
{
	return address && address_known(address) ? make_fields(arena, address) : NULL;
}

/* The text of a family with an interface: by name, else by number. */
static void add_with_interface(const struct family *family, const struct address *address,
			       const struct interfaces *interfaces, struct text *text)
{
	uint32_t index = family->interface(address);
	const char *name = NULL;
	struct text number = { 0 };

	if (index && interfaces && interfaces->name)
		name = interfaces->name(interfaces->user, index);
	if (!name)
		text_add_int(&number, (int32_t)index);
	family->named(address, name ? name : number.data, text);
	text_done(&number);
}

void sockaddr_text_named(const struct address *address, const struct interfaces *interfaces,
			 struct text *text)
{
	const struct family *family = find_family(address);

	if (address->length < 2)
		text_add(text, "?");
	else if (family && family->interface)
		add_with_interface(family, address, interfaces, text);
	else if (family)
		family->text(address, text);
	else
		add_plain(address, text);
}

void sockaddr_text(const struct address *address, struct text *text)
{
	sockaddr_text_named(address, NULL, text);
}

struct value *sockaddr_value(struct arena *arena, const char *name, const void *bytes, uint32_t got,
			     uint32_t length, uint16_t protocol)
{
	const struct sockaddr_look look = { .fields = true };

	return sockaddr_value_named(arena, name, bytes, got, length, protocol, &look);
}

/* Where the memo keeps such an address; NULL: nowhere, as its text is not a matter of its bytes alone. */
static struct sockaddr_text *memo_slot(struct sockaddr_memo *memo, const struct address *address)
{
	const bool inet = address->family == AF_INET && address->length == sizeof(struct sockaddr_in);
	const bool inet6 = address->family == AF_INET6 && address->length == sizeof(struct sockaddr_in6) &&
			   !u32_get(address->raw + offsetof(struct sockaddr_in6, sin6_scope_id));

	if (!memo || !(inet || inet6))
		return NULL;
	const uint8_t *host = inet ? address->raw + 7 : address->raw + 23;
	return &memo->texts[(address->raw[2] ^ address->raw[3] ^ *host) % 16U];
}

static const char *make_text(struct arena *arena, const struct address *address,
			     const struct sockaddr_look *look)
{
	struct sockaddr_text *kept = memo_slot(look->memo, address);
	struct text text = { 0 };

	if (kept && kept->length == address->length && !memcmp(kept->raw, address->raw, kept->length))
		return arena_copy(arena, kept->text, kept->text_len);
	sockaddr_text_named(address, look->interfaces, &text);
	if (kept && text.len < sizeof(kept->text)) {
		kept->length = (uint8_t)address->length;
		kept->text_len = (uint8_t)text.len;
		memcpy(kept->raw, address->raw, address->length);
		memcpy(kept->text, text.data, text.len);
	}
	const char *made = arena_copy(arena, text.data, text.len);
	text_done(&text);
	return made;
}

struct value *sockaddr_value_named(struct arena *arena, const char *name, const void *bytes, uint32_t got,
				   uint32_t length, uint16_t protocol, const struct sockaddr_look *look)
{
	if (got < 2)
		return value_bytes(arena, name, got ? bytes : "", got, length);

	struct value *value = value_new(arena, VALUE_ADDRESS, name);
	struct address *address = arena_alloc(arena, sizeof(*address));

	address_set(address, bytes, got, protocol);
	value->address.text = make_text(arena, address, look);
	value->address.fields = look->fields ? make_fields(arena, address) : NULL;
	value->address.raw = address;
	return value;
}

void text_add_mac(struct text *text, const uint8_t *bytes, unsigned size)
{
	static const char digits[] = "0123456789abcdef";

	for (unsigned i = 0; i < size; i++) {
		if (i)
			text_add_char(text, ':');
		text_add_char(text, digits[bytes[i] >> 4]);
		text_add_char(text, digits[bytes[i] & 15]);
	}
}

struct value *fields_mac(struct fields *fields, const char *name, const uint8_t *bytes, unsigned size)
{
	struct text text = { 0 };

	text_add_mac(&text, bytes, size);
	struct value *value = fields_add(fields, value_word(fields->arena, name, text.len ? text.data : ""));

	text_done(&text);
	return value;
}

/* The names of a family's fields, of an address whose bytes are all ones. */
static void coverage_family(struct text *text, const struct family *family)
{
	uint8_t bytes[sizeof(((struct address *)0)->raw)];
	struct arena arena = { 0 };
	struct text how = { 0 };

	memset(bytes, 1, sizeof(bytes));
	memcpy(bytes, &family->number, 2);
	bytes[sizeof(bytes) - 1] = 0;
	struct value *value = sockaddr_value(&arena, NULL, bytes, family->least + 14u, 0, UINT16_MAX);

	for (const struct value *field = value->address.fields; field; field = field->next) {
		text_add(&how, how.len ? ", " : "");
		text_add(&how, field->name);
	}
	coverage_row(text, names_find(&names_address_family, family->number), how.data);
	text_done(&how);
	arena_done(&arena);
}

void coverage_families(struct text *text)
{
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		for (const struct family *family = files[i]; family->number; family++)
			coverage_family(text, family);
}
