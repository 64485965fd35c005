#include "typed.h"

#include <sys/socket.h>

#include "decode/sockaddr.h"

enum { LIST_MAX = 256, PROGRAM_SHOWN = 32 };

const struct shape_field shape_ucred[] = { F_INT_("pid", 4), F_UINT_("uid", 4), F_UINT_("gid", 4), F_END_ };
const struct shape_field shape_linger[] = { F_INT_("l_onoff", 4), F_INT_("l_linger", 4), F_END_ };
const struct shape_field shape_in_pktinfo[] = { F_INT_("ipi_ifindex", 4), F_IP_("ipi_spec_dst", 4),
						F_IP_("ipi_addr", 4), F_END_ };
const struct shape_field shape_in6_pktinfo[] = { F_IP_("ipi6_addr", 16), F_INT_("ipi6_ifindex", 4), F_END_ };

struct value *typed_int(const struct decoder *decoder, const struct typed *typed, const char *name,
			const uint8_t *bytes, uint32_t size)
{
	(void)typed;
	return size == 4 ? value_int(decoder->arena, name, (int32_t)u32_get(bytes)) : NULL;
}

struct value *typed_uint(const struct decoder *decoder, const struct typed *typed, const char *name,
			 const uint8_t *bytes, uint32_t size)
{
	(void)typed;
	return size == 4 ? value_uint(decoder->arena, name, u32_get(bytes)) : NULL;
}

struct value *typed_hex(const struct decoder *decoder, const struct typed *typed, const char *name,
			const uint8_t *bytes, uint32_t size)
{
	(void)typed;
	return size == 4 ? value_hex(decoder->arena, name, u32_get(bytes)) : NULL;
}

struct value *typed_u64(const struct decoder *decoder, const struct typed *typed, const char *name,
			const uint8_t *bytes, uint32_t size)
{
	(void)typed;
	return size == 8 ? value_uint(decoder->arena, name, u64_get(bytes)) : NULL;
}

struct value *typed_byte(const struct decoder *decoder, const struct typed *typed, const char *name,
			 const uint8_t *bytes, uint32_t size)
{
	(void)typed;
	return size == 1 ? value_uint(decoder->arena, name, bytes[0]) : NULL;
}

/* net/ipv4/ip_sockglue.c takes a single byte where it takes an int. */
struct value *typed_int_or_byte(const struct decoder *decoder, const struct typed *typed, const char *name,
				const uint8_t *bytes, uint32_t size)
{
	if (size == 1)
		return value_uint(decoder->arena, name, bytes[0]);
	return typed_int(decoder, typed, name, bytes, size);
}

struct value *typed_u16(const struct decoder *decoder, const struct typed *typed, const char *name,
			const uint8_t *bytes, uint32_t size)
{
	(void)typed;
	return size == 2 ? value_uint(decoder->arena, name, u16_get(bytes)) : NULL;
}

struct value *typed_be16(const struct decoder *decoder, const struct typed *typed, const char *name,
			 const uint8_t *bytes, uint32_t size)
{
	(void)typed;
	return size == 2 ? value_uint(decoder->arena, name, (unsigned)bytes[0] << 8 | bytes[1]) : NULL;
}

/* Lists hold negative constants as the wide numbers that they are: TCP_REPAIR_OFF_NO_WP. */
struct value *typed_const(const struct decoder *decoder, const struct typed *typed, const char *name,
			  const uint8_t *bytes, uint32_t size)
{
	if (size != 4)
		return NULL;
	uint64_t wide = (uint64_t)(int32_t)u32_get(bytes);

	return value_constant(decoder->arena, name, typed->names,
			      names_find(typed->names, wide) ? wide : u32_get(bytes));
}

struct value *typed_const_byte(const struct decoder *decoder, const struct typed *typed, const char *name,
			       const uint8_t *bytes, uint32_t size)
{
	if (size == 1)
		return value_constant(decoder->arena, name, typed->names, bytes[0]);
	return typed_const(decoder, typed, name, bytes, size);
}

struct value *typed_flags(const struct decoder *decoder, const struct typed *typed, const char *name,
			  const uint8_t *bytes, uint32_t size)
{
	return size == 4 ? value_flags(decoder->arena, name, typed->names, u32_get(bytes)) : NULL;
}

struct value *typed_bytes(const struct decoder *decoder, const struct typed *typed, const char *name,
			  const uint8_t *bytes, uint32_t size)
{
	(void)typed;
	return value_bytes(decoder->arena, name, bytes, size, size);
}

/* Options that take no value. */
struct value *typed_none(const struct decoder *decoder, const struct typed *typed, const char *name,
			 const uint8_t *bytes, uint32_t size)
{
	return typed_bytes(decoder, typed, name, bytes, size);
}

struct value *typed_string(const struct decoder *decoder, const struct typed *typed, const char *name,
			   const uint8_t *bytes, uint32_t size)
{
	const char *text = (const char *)bytes;

	(void)typed;
	return value_string(decoder->arena, name, text, (uint32_t)strnlen(text, size));
}

struct value *typed_shape(const struct decoder *decoder, const struct typed *typed, const char *name,
			  const uint8_t *bytes, uint32_t size)
{
	unsigned word = decoder->call->abi->layout.pointer;
	uint32_t least = typed->least ? typed->least : shape_size_abi(typed->shape, word);

	if (size < least)
		return NULL;
	return shape_value(decoder, decoder->arena, name, typed->shape, bytes, size);
}

struct value *typed_errno(const struct decoder *decoder, const struct typed *typed, const char *name,
			  const uint8_t *bytes, uint32_t size)
{
	(void)typed;
	return size == 4 ? errno_value(decoder->arena, name, (int)u32_get(bytes)) : NULL;
}

struct value *typed_fd(const struct decoder *decoder, const struct typed *typed, const char *name,
		       const uint8_t *bytes, uint32_t size)
{
	(void)typed;
	return size == 4 ? decoder_fd(decoder, name, (int)u32_get(bytes)) : NULL;
}

struct value *typed_ip(const struct decoder *decoder, const struct typed *typed, const char *name,
		       const uint8_t *bytes, uint32_t size)
{
	(void)typed;
	return size == 4 || size == 16 ? value_ip(decoder->arena, name, bytes, size) : NULL;
}

struct value *typed_address(const struct decoder *decoder, const struct typed *typed, const char *name,
			    const uint8_t *bytes, uint32_t size)
{
	(void)typed;
	return size >= 2 ? sockaddr_value(decoder->arena, name, bytes, size, size, UINT16_MAX) : NULL;
}

struct value *typed_secret(const struct decoder *decoder, const struct typed *typed, const char *name,
			   const uint8_t *bytes, uint32_t size)
{
	(void)typed;
	return secret_value(decoder, decoder->arena, name, bytes, size);
}

/* A struct of seconds and a fraction, as its two fields: it is a point in time, or a duration with fields to
 * compare. */
static struct value *time_value(const struct decoder *decoder, const char *name, const uint8_t *bytes,
				unsigned word, const char *fraction)
{
	struct fields fields;

	fields_init(&fields, decoder->arena, value_struct(decoder->arena, name));
	fields_int(&fields, "tv_sec", word == 4 ? (int32_t)u32_get(bytes) : (int64_t)u64_get(bytes));
	fields_int(&fields, fraction, word == 4 ? (int32_t)u32_get(bytes + 4) : (int64_t)u64_get(bytes + 8));
	return fields.of;
}

struct value *typed_timeval_old(const struct decoder *decoder, const struct typed *typed, const char *name,
				const uint8_t *bytes, uint32_t size)
{
	(void)typed;
	if (size != decoder->call->abi->layout.timeval_old)
		return NULL;
	return time_value(decoder, name, bytes, size / 2, "tv_usec");
}

struct value *typed_timeval_new(const struct decoder *decoder, const struct typed *typed, const char *name,
				const uint8_t *bytes, uint32_t size)
{
	(void)typed;
	return size == 16 ? time_value(decoder, name, bytes, 8, "tv_usec") : NULL;
}

struct value *typed_timespec_old(const struct decoder *decoder, const struct typed *typed, const char *name,
				 const uint8_t *bytes, uint32_t size)
{
	(void)typed;
	if (size != decoder->call->abi->layout.timespec_old)
		return NULL;
	return time_value(decoder, name, bytes, size / 2, "tv_nsec");
}

struct value *typed_timespec_new(const struct decoder *decoder, const struct typed *typed, const char *name,
				 const uint8_t *bytes, uint32_t size)
{
	(void)typed;
	return size == 16 ? time_value(decoder, name, bytes, 8, "tv_nsec") : NULL;
}

struct value *typed_family(const struct decoder *decoder, const struct typed *typed, const char *name,
			   const uint8_t *bytes, uint32_t size)
{
	(void)typed;
	return size == 4 ? value_constant(decoder->arena, name, &names_address_family, u32_get(bytes)) : NULL;
}

struct value *typed_socktype(const struct decoder *decoder, const struct typed *typed, const char *name,
			     const uint8_t *bytes, uint32_t size)
{
	(void)typed;
	return size == 4 ? value_constant(decoder->arena, name, &names_socket_type, u32_get(bytes)) : NULL;
}

/* SO_PROTOCOL: named by the socket's own family. */
struct value *typed_protocol(const struct decoder *decoder, const struct typed *typed, const char *name,
			     const uint8_t *bytes, uint32_t size)
{
	uint32_t number;

	(void)typed;
	if (size != 4)
		return NULL;
	number = u32_get(bytes);
	const struct names *names = protocol_names(decoder_family(decoder), &number);

	return value_constant(decoder->arena, name, names, number);
}

/* Numbers of 32 bits, each by the name of its place when the row has a list of them. */
static struct value *numbers(const struct decoder *decoder, const struct typed *typed, const char *name,
			     const uint8_t *bytes, uint32_t size)
{
	struct value *of =
		typed->names ? value_struct(decoder->arena, name) : value_list(decoder->arena, name);
	struct fields fields;

	if (size % 4)
		return NULL;
	fields_init(&fields, decoder->arena, of);
	for (uint32_t i = 0; i < size / 4 && i < LIST_MAX; i++) {
		const char *label = typed->names ? names_find(typed->names, i) : NULL;

		if (typed->names && !label)
			break;
		fields_uint(&fields, label, u32_get(bytes + i * 4));
	}
	if (!typed->names)
		of->list.total = size / 4;
	return of;
}

struct value *typed_u32s(const struct decoder *decoder, const struct typed *typed, const char *name,
			 const uint8_t *bytes, uint32_t size)
{
	return numbers(decoder, typed, name, bytes, size);
}

struct value *typed_named_u32s(const struct decoder *decoder, const struct typed *typed, const char *name,
			       const uint8_t *bytes, uint32_t size)
{
	return numbers(decoder, typed, name, bytes, size);
}

/* IP_MULTICAST_IF takes an address, struct ip_mreq or struct ip_mreqn (ip(7)). */
struct value *typed_index_or_ip(const struct decoder *decoder, const struct typed *typed, const char *name,
				const uint8_t *bytes, uint32_t size)
{
	if (size == 4)
		return value_ip(decoder->arena, name, bytes, 4);
	return size >= 8 ? shape_value(decoder, decoder->arena, name, typed->shape, bytes, size) : NULL;
}

/* The type-of-service byte: one of four flags (linux/ip.h), else a number. */
struct value *typed_tos(const struct decoder *decoder, const struct typed *typed, const char *name,
			const uint8_t *bytes, uint32_t size)
{
	uint32_t number = size == 1 ? bytes[0] : size == 4 ? u32_get(bytes) : 0;

	if (size != 1 && size != 4)
		return NULL;
	if (!names_find(typed->names, number))
		return value_hex(decoder->arena, name, number);
	return value_constant(decoder->arena, name, typed->names, number);
}

/* An option of an IP header that is longer than its type: a list of addresses behind a pointer, or bytes. */
static void add_ip_option(struct fields *to, const uint8_t *bytes, uint32_t size)
{
	const char *name = names_find(&names_ip_option, bytes[0]);
	struct fields option, addresses;

	fields_init(&option, to->arena, value_struct(to->arena, NULL));
	fields_constant(&option, "type", &names_ip_option, bytes[0]);
	fields_uint(&option, "len", size);
	/* record route, loose and strict source route: IPOPT_RR, LSRR, SSRR */
	if (name && size >= 3 && !strcmp(name + strlen(name) - 2, "RR")) {
		fields_uint(&option, "ptr", bytes[2]);
		fields_init(&addresses, to->arena, value_list(to->arena, "addresses"));
		for (uint32_t at = 3; at + 4 <= size; at += 4)
			fields_add(&addresses, value_ip(to->arena, NULL, bytes + at, 4));
		fields_add(&option, addresses.of);
	} else {
		fields_bytes(&option, "data", bytes + 2, size - 2);
	}
	fields_add(to, option.of);
}

/* Bytes of the option at bytes, of which left are there; 0: none. */
static uint32_t ip_option_size(const uint8_t *bytes, uint32_t left)
{
	if (bytes[0] == 1 /* IPOPT_NOOP */)
		return 1;
	return left >= 2 && bytes[1] >= 2 && bytes[1] <= left ? bytes[1] : 0;
}

/* RFC 791: single bytes that end the list or fill it up, others with their length. */
struct value *typed_ip_options(const struct decoder *decoder, const struct typed *typed, const char *name,
			       const uint8_t *bytes, uint32_t size)
{
	uint32_t at = 0, length;
	struct fields list;

	(void)typed;
	fields_init(&list, decoder->arena, value_list(decoder->arena, name));
	while (at < size && bytes[at] && (length = ip_option_size(bytes + at, size - at))) {
		if (length == 1)
			fields_constant(&list, NULL, &names_ip_option, bytes[at]);
		else
			add_ip_option(&list, bytes + at, length);
		at += length;
	}
	if (at < size && bytes[at])
		fields_bytes(&list, NULL, bytes + at, size - at);
	return list.of;
}

/* One instruction of classic BPF as its kernel structure. */
static const struct shape_field shape_sock_filter[] = { F_HEX_("code", 2), F_UINT_("jt", 1), F_UINT_("jf", 1),
							F_HEX_("k", 4), F_END_ };

/* struct sock_fprog: its length and first instructions, which the capture has followed. */
struct value *typed_program(const struct decoder *decoder, const struct typed *typed, const char *name,
			    const uint8_t *bytes, uint32_t size)
{
	const struct layout *layout = &decoder->call->abi->layout;
	struct fields fields, list;
	const uint8_t *data = NULL;

	(void)typed;
	if (size < layout->sock_fprog)
		return NULL;
	uint16_t length = u16_get(bytes);
	uint64_t filter = word_get(bytes + layout->sock_fprog_filter, layout->pointer);
	uint32_t shown = length < PROGRAM_SHOWN ? length : PROGRAM_SHOWN;

	fields_init(&fields, decoder->arena, value_struct(decoder->arena, name));
	fields_uint(&fields, "len", length);
	shown = shown && filter ? decoder_bytes(decoder, filter, shown * 8, &data) / 8 : 0;
	if (!shown) {
		fields_add(&fields, decoder_missing(decoder, "filter", filter));
		return fields.of;
	}
	fields_init(&list, decoder->arena, value_list(decoder->arena, "filter"));
	for (uint32_t i = 0; i < shown; i++)
		fields_add(&list,
			   shape_value(decoder, decoder->arena, NULL, shape_sock_filter, data + i * 8, 8));
	list.of->list.total = length;
	fields_add(&fields, list.of);
	return fields.of;
}

const struct typed *typed_find(const struct typed *rows, unsigned count, const char *name)
{
	for (unsigned i = 0; name && i < count; i++)
		if (!strcmp(rows[i].name, name))
			return &rows[i];
	return NULL;
}

struct value *typed_value(const struct decoder *decoder, const struct typed *typed, const char *name,
			  const uint8_t *bytes, uint32_t size, uint32_t total)
{
	struct value *value = NULL;

	if (typed)
		value = typed->make(decoder, typed, name, bytes, size);
	return value ? value : value_bytes(decoder->arena, name, bytes, size, total);
}

const struct level *level_find(const struct level *const *levels, unsigned count, uint32_t number, int family)
{
	const struct names *asked = NULL;
	const char *name = NULL;

	for (unsigned i = 0; i < count; i++) {
		if (levels[i]->levels != asked)
			name = names_find(levels[i]->levels, number);
		asked = levels[i]->levels;
		if (name && !strcmp(name, levels[i]->name) &&
		    (levels[i]->family < 0 || levels[i]->family == family))
			return levels[i];
	}
	return NULL;
}

const char *typed_about(const struct typed *typed)
{
	static const struct {
		typed_make *make;
		const char *about;
	} makers[] = {
		{ typed_int, "number" },
		{ typed_uint, "number" },
		{ typed_hex, "number, hex" },
		{ typed_u64, "64-bit number" },
		{ typed_byte, "number of one byte" },
		{ typed_int_or_byte, "number" },
		{ typed_u16, "number of 16 bits" },
		{ typed_be16, "port" },
		{ typed_const, "constant by name" },
		{ typed_const_byte, "constant by name" },
		{ typed_flags, "flags by name" },
		{ typed_bytes, "bytes" },
		{ typed_string, "string" },
		{ typed_shape, "structure by field" },
		{ typed_errno, "errno by name" },
		{ typed_fd, "fd and what it refers to" },
		{ typed_ip, "IP address" },
		{ typed_address, "socket address" },
		{ typed_secret, "hidden without --show-secrets" },
		{ typed_timeval_old, "timeval of the ABI" },
		{ typed_timeval_new, "timeval, 64-bit" },
		{ typed_timespec_old, "timespec of the ABI" },
		{ typed_timespec_new, "timespec, 64-bit" },
		{ typed_family, "address family by name" },
		{ typed_socktype, "socket type by name" },
		{ typed_protocol, "protocol by name" },
		{ typed_program, "BPF program: length and first instructions" },
		{ typed_u32s, "list of numbers" },
		{ typed_named_u32s, "numbers by name" },
		{ typed_none, "no value" },
		{ typed_tos, "constant by name" },
		{ typed_ip_options, "options of the IP header" },
		{ typed_index_or_ip, "address, or structure by field" },
	};
	for (size_t i = 0; i < sizeof(makers) / sizeof(makers[0]); i++)
		if (makers[i].make == typed->make)
			return makers[i].about;
	return "structure by field";
}
