/* Arguments that are numbers: plain, by name, or combined of flags. */
#include <arpa/inet.h>
#include <sys/socket.h>

#include "decoder.h"

static const struct arg *row_arg(const struct decoder *decoder, unsigned arg)
{
	return &decoder->call->row->args[arg];
}

/* Adds a value and leaves it out of text when the row says that it tells nothing. */
static void add(struct decoder *decoder, unsigned arg, struct value *value)
{
	const struct arg *row = row_arg(decoder, arg);

	if (row->hidden || (row->hidden_zero && !decoder->call->args[arg]))
		value->place = PLACE_VERBOSE;
	decoder_add(decoder, value);
}

void values_int(struct decoder *decoder, unsigned arg)
{
	add(decoder, arg, value_int(decoder->arena, row_arg(decoder, arg)->name, decoder_int(decoder, arg)));
}

void values_uint(struct decoder *decoder, unsigned arg)
{
	add(decoder, arg,
	    value_uint(decoder->arena, row_arg(decoder, arg)->name, (uint32_t)decoder->call->args[arg]));
}

void values_size(struct decoder *decoder, unsigned arg)
{
	add(decoder, arg, value_uint(decoder->arena, row_arg(decoder, arg)->name, decoder->call->args[arg]));
}

void values_hex(struct decoder *decoder, unsigned arg)
{
	add(decoder, arg, value_hex(decoder->arena, row_arg(decoder, arg)->name, decoder->call->args[arg]));
}

void values_pointer(struct decoder *decoder, unsigned arg)
{
	add(decoder, arg,
	    value_pointer(decoder->arena, row_arg(decoder, arg)->name, decoder->call->args[arg]));
}

void values_octal(struct decoder *decoder, unsigned arg)
{
	struct value *value = value_new(decoder->arena, VALUE_OCTAL, row_arg(decoder, arg)->name);

	value->unsigned_ = (uint32_t)decoder->call->args[arg];
	add(decoder, arg, value);
}

void values_enum(struct decoder *decoder, unsigned arg)
{
	const struct arg *row = row_arg(decoder, arg);

	add(decoder, arg,
	    value_constant(decoder->arena, row->name, row->names, (uint32_t)decoder->call->args[arg]));
}

void values_flags(struct decoder *decoder, unsigned arg)
{
	const struct arg *row = row_arg(decoder, arg);

	add(decoder, arg,
	    value_flags(decoder->arena, row->name, row->names, (uint32_t)decoder->call->args[arg]));
}

/* socket(2): the type in the low four bits (linux/net.h: SOCK_TYPE_MASK), flags above. */
void values_socktype(struct decoder *decoder, unsigned arg)
{
	uint32_t number = (uint32_t)decoder->call->args[arg], type = number & 0xf;
	const char *type_name = names_find(&names_socket_type, type);
	struct value *flags =
		value_flags(decoder->arena, row_arg(decoder, arg)->name, &names_socket_flags, number & ~0xfu);
	const char **names = arena_alloc(decoder->arena, (flags->flags.count + 1) * sizeof(*names));
	uint32_t count = 0;

	if (type_name)
		names[count++] = type_name;
	else
		flags->flags.rest |= type;
	for (uint32_t i = 0; i < flags->flags.count; i++)
		names[count++] = flags->flags.names[i];
	flags->flags.names = names;
	flags->flags.count = count;
	flags->flags.number = number;
	add(decoder, arg, flags);
}

/* AF_PACKET's protocols are in network order (packet(7)). */
const struct names *protocol_names(int family, uint32_t *protocol)
{
	switch (family) {
	case AF_INET:
	case AF_INET6:
		return &names_ip_protocol;
	case AF_NETLINK:
		return &names_netlink_protocol;
	case AF_PACKET:
		*protocol = ntohs((uint16_t)*protocol);
		return &names_ethernet_protocol;
	case AF_BLUETOOTH:
		return &names_bluetooth_protocol;
	case AF_CAN:
		return &names_can_protocol;
	case AF_PPPOX:
		return &names_pppox_protocol;
	default:
		return NULL;
	}
}

void values_protocol(struct decoder *decoder, unsigned arg)
{
	uint32_t protocol = (uint32_t)decoder->call->args[arg];
	int family = decoder_int(decoder, 0);
	const struct names *names = protocol_names(family, &protocol);
	struct value *value = value_constant(decoder->arena, row_arg(decoder, arg)->name, names, protocol);

	if (!protocol && (!names || family == AF_INET || family == AF_INET6 || family == AF_PACKET))
		value->place = PLACE_VERBOSE;
	decoder_add(decoder, value);
}

/* Low half first, then high half: arch/x86/kernel/sys_ia32.c, fs/read_write.c. */
void values_offset(struct decoder *decoder, unsigned arg)
{
	uint64_t offset = decoder->call->args[arg];

	if (decoder->call->abi->bits == 32 && arg + 1 < 6)
		offset = (uint32_t)offset | decoder->call->args[arg + 1] << 32;
	decoder_add(decoder, value_int(decoder->arena, row_arg(decoder, arg)->name, (int64_t)offset));
}

void values_offset_ref(struct decoder *decoder, unsigned arg)
{
	const struct pass pass = { .call = decoder->call };
	const char *name = row_arg(decoder, arg)->name;
	uint64_t address = decoder->call->args[arg];
	uint32_t size = size_offset_ref(&pass, arg);
	const uint8_t *before = NULL, *after = NULL;
	bool has_before = decoder_bytes_before(decoder, address, size, &before) == size;

	if (!address || decoder_bytes(decoder, address, size, &after) < size) {
		decoder_add_missing(decoder, arg);
		return;
	}
	if (!has_before || !memcmp(before, after, size)) {
		decoder_add(decoder, value_uint(decoder->arena, name, word_get(after, size)));
		return;
	}
	struct value *change = value_new(decoder->arena, VALUE_CHANGE, name);

	change->change.before = value_uint(decoder->arena, NULL, word_get(before, size));
	change->change.after = value_uint(decoder->arena, NULL, word_get(after, size));
	decoder_add(decoder, change);
}
