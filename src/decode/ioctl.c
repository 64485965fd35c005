/* ioctl(2) on sockets: requests by name and their arguments by the table in ioctl_rows.c. A request that is
 * not in it shows its argument as a number. */
#include <sys/socket.h>

#include "coverage_parts.h"
#include "decode/sockaddr.h"
#include "decoder.h"
#include "family.h"
#include "ioctl.h"
#include "shape.h"

enum {
	NAME_SIZE = 16,	   /* IFNAMSIZ */
	IFCONF_MAX = 256,  /* entries */
	IWREQ_DATA = 16,   /* sizeof(union iwreq_data) */
	PRIVATE_SIZE = 88, /* struct sioc_sg_req6 is the longest that we know */
	SOCKADDR_SIZE = 16
};

static const struct shape_field shape_ifmap[] = { F_WORD_("mem_start"),
						  F_WORD_("mem_end"),
						  F_HEX_("base_addr", 2),
						  F_UINT_("irq", 1),
						  F_UINT_("dma", 1),
						  F_UINT_("port", 1),
						  F_END_ };

/* Bytes that the argument points to. */
static uint32_t request_size(const struct request *request, const struct layout *layout)
{
	switch ((enum ioctl_layout)request->layout) {
	case L_NONE:
		return 0;
	case L_INT:
	case L_SHAPE:
		return shape_size_abi(request->shape, layout->pointer);
	case L_IFREQ:
		return layout->ifreq;
	case L_IFCONF:
		return layout->ifconf;
	case L_TIMEVAL_OLD:
		return layout->timeval_old;
	case L_TIMESPEC_OLD:
		return layout->timespec_old;
	case L_PRIVATE:
		return PRIVATE_SIZE;
	}
	return 0;
}

uint32_t size_ioctl(const struct pass *pass, unsigned arg)
{
	const struct request *request = request_find((uint32_t)pass->call->args[1]);

	(void)arg;
	return request ? request_size(request, &pass->call->abi->layout) : 0;
}

/* ifr_data points to a structure. */
static void follow_data(struct pass *pass, unsigned arg, const struct request *request)
{
	const struct layout *layout = &pass->call->abi->layout;
	struct reads reads = { .pass = pass };
	const uint8_t *data = pass_struct(pass, pass->call->args[arg], layout->ifreq);

	if (!data)
		return;
	reads_add(&reads, word_get(data + NAME_SIZE, layout->pointer), shape_size(request->shape));
	reads_run(&reads);
}

/* SIOCGIFCONF fills an array of struct ifreq. */
void follow_ioctl(struct pass *pass, unsigned arg)
{
	const struct request *request = request_find((uint32_t)pass->call->args[1]);
	const struct layout *layout = &pass->call->abi->layout;
	struct reads reads = { .pass = pass };

	if (request && request->member == M_BEHIND)
		follow_data(pass, arg, request);
	if (!request || request->layout != L_IFCONF || !pass_is_exit(pass) || pass->call->failed)
		return;
	const uint8_t *data = pass_struct(pass, pass->call->args[arg], layout->ifconf);
	if (!data)
		return;
	reads_add(&reads, word_get(data + layout->ifconf_buf, layout->pointer),
		  smaller(u32_get(data), IFCONF_MAX * layout->ifreq));
	reads_run(&reads);
}

void values_ioctl_command(struct decoder *decoder, unsigned arg)
{
	uint32_t number = (uint32_t)decoder->call->args[arg];
	struct value *value =
		value_constant(decoder->arena, decoder->call->row->args[arg].name, NULL, number);

	value->constant.text = request_name(number, decoder_family(decoder));
	decoder_add(decoder, value);
}

/* A hardware address in a sockaddr: its kind of device, and six bytes of address (netdevice(7)). */
static struct value *hwaddr_value(const struct decoder *decoder, const char *name, const uint8_t *bytes)
{
	struct fields fields;

	fields_init(&fields, decoder->arena, value_struct(decoder->arena, name));
	fields_constant(&fields, "sa_family", &names_arp_hardware, u16_get(bytes));
	fields_mac(&fields, "sa_data", bytes + 2, 6);
	return fields.of;
}

/* What ifr_data points to. */
static struct value *behind_value(const struct decoder *decoder, const struct request *request,
				  const uint8_t *bytes)
{
	uint64_t address = word_get(bytes, decoder->call->abi->layout.pointer);
	uint32_t size = shape_size(request->shape);
	const uint8_t *data = NULL;

	if (!address || decoder_bytes(decoder, address, size, &data) < size)
		return decoder_missing(decoder, request->field, address);
	return shape_value(decoder, decoder->arena, request->field, request->shape, data, size);
}

static struct value *member_value(const struct decoder *decoder, const struct request *request,
				  const uint8_t *bytes)
{
	switch ((enum ioctl_member)request->member) {
	case M_ADDRESS:
		return sockaddr_value(decoder->arena, request->field, bytes, SOCKADDR_SIZE, SOCKADDR_SIZE,
				      UINT16_MAX);
	case M_HWADDR:
		return hwaddr_value(decoder, request->field, bytes);
	case M_FLAGS:
		return value_flags(decoder->arena, request->field, &names_interface_flags, u16_get(bytes));
	case M_INT:
		return value_int(decoder->arena, request->field, (int)u32_get(bytes));
	case M_MAP:
		return shape_value(decoder, decoder->arena, request->field, shape_ifmap, bytes,
				   decoder->call->abi->layout.ifreq - NAME_SIZE);
	case M_STRING:
		return value_string(decoder->arena, request->field, (const char *)bytes,
				    (uint32_t)strnlen((const char *)bytes, NAME_SIZE));
	case M_POINTER:
		return value_pointer(decoder->arena, request->field,
				     word_get(bytes, decoder->call->abi->layout.pointer));
	case M_SHAPE:
		return shape_value(decoder, decoder->arena, request->field, request->shape, bytes,
				   shape_size(request->shape));
	case M_BEHIND:
		return behind_value(decoder, request, bytes);
	case M_BYTES:
		return value_bytes(decoder->arena, request->field, bytes, IWREQ_DATA, IWREQ_DATA);
	case M_NONE:
		break;
	}
	return NULL;
}

/* struct ifreq: the name and the member that counts; what the kernel has not filled in is left out. */
static void add_ifreq(struct decoder *decoder, unsigned arg, const struct request *request,
		      const uint8_t *bytes)
{
	bool by_index = request->name && !strcmp(request->name, "SIOCGIFNAME"),
	     answered = decoder_succeeded(decoder);
	struct fields fields;

	fields_init(&fields, decoder->arena,
		    value_struct(decoder->arena, decoder->call->row->args[arg].name));
	if (!by_index || answered)
		fields_string(&fields, "ifr_name", bytes, NAME_SIZE);
	if (!request->gets || answered || by_index) {
		struct value *member = member_value(decoder, request, bytes + NAME_SIZE);

		if (member)
			fields_add(&fields, member);
	}
	decoder_add(decoder, fields.of);
}

/* struct ifconf: its length and, once filled, one name and address per interface. */
static void add_ifconf(struct decoder *decoder, unsigned arg, const uint8_t *bytes)
{
	const struct layout *layout = &decoder->call->abi->layout;
	uint64_t buffer = word_get(bytes + layout->ifconf_buf, layout->pointer);
	uint32_t length = u32_get(bytes), size = (uint32_t)smaller(length, IFCONF_MAX * layout->ifreq);
	struct fields fields, list, item;
	const uint8_t *data = NULL;

	fields_init(&fields, decoder->arena,
		    value_struct(decoder->arena, decoder->call->row->args[arg].name));
	fields_uint(&fields, "ifc_len", length);
	decoder_add(decoder, fields.of);
	if (!buffer || !decoder_succeeded(decoder)) {
		fields_add(&fields, value_pointer(decoder->arena, "ifc_buf", buffer));
		return;
	}
	uint32_t got = size ? decoder_bytes(decoder, buffer, size, &data) : 0;

	fields_init(&list, decoder->arena, value_list(decoder->arena, "ifc_buf"));
	for (uint32_t at = 0; at + layout->ifreq <= got; at += layout->ifreq) {
		fields_init(&item, decoder->arena, value_struct(decoder->arena, NULL));
		fields_string(&item, "ifr_name", data + at, NAME_SIZE);
		fields_add(&item, sockaddr_value(decoder->arena, "ifr_addr", data + at + NAME_SIZE,
						 SOCKADDR_SIZE, SOCKADDR_SIZE, UINT16_MAX));
		fields_add(&list, item.of);
	}
	fields_add(&fields, list.of);
}

/* Adds a structure or number, behind the result when that is what came out. */
static void add_plain(struct decoder *decoder, unsigned arg, const struct request *request,
		      const uint8_t *bytes, uint32_t size)
{
	static const struct shape_field timeval[] = { F_LONG_("tv_sec"), F_LONG_("tv_usec"), F_END_ };
	static const struct shape_field timespec[] = { F_LONG_("tv_sec"), F_LONG_("tv_nsec"), F_END_ };
	const char *name = decoder->call->row->args[arg].name;
	const struct shape_field *shape = request->layout == L_TIMEVAL_OLD    ? timeval
					  : request->layout == L_TIMESPEC_OLD ? timespec
									      : request->shape;
	struct value *value = request->layout == L_INT
				      ? value_int(decoder->arena, name, (int)u32_get(bytes))
				      : shape_value(decoder, decoder->arena, name, shape, bytes, size);

	if (request->gets)
		value->place = PLACE_RESULT;
	decoder_add(decoder, value);
}

void values_ioctl(struct decoder *decoder, unsigned arg)
{
	const struct request *request =
		request_of_family((uint32_t)decoder->call->args[1], decoder_family(decoder));
	uint64_t address = decoder->call->args[arg];
	const uint8_t *data = NULL;

	if (!request) {
		decoder_add(decoder, value_hex(decoder->arena, decoder->call->row->args[arg].name, address));
		return;
	}
	uint32_t size = request_size(request, &decoder->call->abi->layout);

	if (request->layout == L_NONE)
		return;
	if (request->layout == L_PRIVATE) {
		decoder_add(decoder,
			    value_pointer(decoder->arena, decoder->call->row->args[arg].name, address));
		return;
	}
	if (!address || decoder_bytes(decoder, address, size, &data) < size)
		decoder_add_missing(decoder, arg);
	else if (request->layout == L_IFREQ)
		add_ifreq(decoder, arg, request, data);
	else if (request->layout == L_IFCONF)
		add_ifconf(decoder, arg, data);
	else if (request->gets && !decoder_succeeded(decoder))
		decoder_add(decoder,
			    value_pointer(decoder->arena, decoder->call->row->args[arg].name, address))
			->place = PLACE_VERBOSE;
	else
		add_plain(decoder, arg, request, data, size);
}

void coverage_ioctl(struct text *text)
{
	static const char *const words[] = {
		[L_NONE] = "none",
		[L_INT] = "number",
		[L_SHAPE] = "structure by field",
		[L_IFREQ] = "struct ifreq",
		[L_IFCONF] = "struct ifconf with its interfaces",
		[L_TIMEVAL_OLD] = "timeval of the ABI",
		[L_TIMESPEC_OLD] = "timespec of the ABI",
		[L_PRIVATE] = "",
	};

	for (size_t i = 0; i < ioctl_request_count; i++) {
		struct text how = { 0 };

		text_add(&how, words[ioctl_requests[i].layout]);
		if (ioctl_requests[i].field) {
			text_add(&how, ": ifr_name, ");
			text_add(&how, ioctl_requests[i].field);
		}
		coverage_row(text, ioctl_requests[i].name, how.data);
		text_done(&how);
	}
	coverage_row(text, "SIOCDEVPRIVATE and the 15 after it", "struct ifreq: ifr_name, ifr_data");
	coverage_row(text, "SIOCSIW*, SIOCGIW*", "struct iwreq: ifr_name, bytes");
	coverage_row(text, "on AF_INET6: SIOCSIFADDR, SIOCDIFADDR, SIOCSIFDSTADDR, SIOCADDRT, SIOCDELRT",
		     "structure by field: struct in6_ifreq, in6_rtmsg");
	coverage_row(text,
		     "on AF_INET, AF_INET6: SIOCGETVIFCNT, SIOCGETSGCNT, SIOCGETMIFCNT_IN6, SIOCGETSGCNT_IN6",
		     "structure by field");
	coverage_row(text, "SIOCPROTOPRIVATE and the 15 after it, other requests of a family",
		     "name; argument as a pointer");
}
