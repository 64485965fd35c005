/*
 * ioctl(2) on sockets: requests by name and their arguments by a table (netdevice(7), sockios.h, if.h). A
 * request that is not in it shows its argument as a number.
 */
#include <sys/socket.h>

#include "coverage_parts.h"
#include "decode/sockaddr.h"
#include "decoder.h"
#include "family.h"
#include "shape.h"

enum { NAME_SIZE = 16 /* IFNAMSIZ */, IFCONF_MAX = 256 /* entries */, SOCKADDR_SIZE = 16 };

/* How an argument is laid out. */
enum layout_kind { L_NONE, L_INT, L_SHAPE, L_IFREQ, L_IFCONF, L_TIMEVAL_OLD, L_TIMESPEC_OLD };

/* Which member of struct ifreq's union counts. */
enum member { M_NONE, M_ADDRESS, M_HWADDR, M_FLAGS, M_INT, M_MAP, M_NEWNAME, M_SLAVE, M_DATA, M_ETHTOOL };

struct request {
	const char *name;
	uint8_t layout; /* enum layout_kind */
	uint8_t member; /* enum member */
	uint8_t gets;	/* the kernel fills it in */
	const char *field;
	const struct shape_field *shape;
};

static const struct shape_field shape_ifmap[] = { F_WORD_("mem_start"),
						  F_WORD_("mem_end"),
						  F_HEX_("base_addr", 2),
						  F_UINT_("irq", 1),
						  F_UINT_("dma", 1),
						  F_UINT_("port", 1),
						  F_END_ };
static const struct shape_field shape_arpreq[] = {
	F_ADDRESS_("arp_pa", 16),      F_ADDRESS_("arp_ha", 16), F_FLAGS_("arp_flags", 4, arp_flags),
	F_ADDRESS_("arp_netmask", 16), F_STRING_("arp_dev", 16), F_END_,
};
static const struct shape_field shape_rtentry[] = {
	F_WORD_(NULL),
	F_ADDRESS_("rt_dst", 16),
	F_ADDRESS_("rt_gateway", 16),
	F_ADDRESS_("rt_genmask", 16),
	F_FLAGS_("rt_flags", 2, rtentry_flags),
	F_PAD_(2),
	F_ALIGN_,
	F_WORD_(NULL),
	F_WORD_(NULL),
	F_INT_("rt_metric", 2),
	F_ALIGN_,
	F_POINTER_("rt_dev"),
	F_WORD_("rt_mtu"),
	F_WORD_("rt_window"),
	F_UINT_("rt_irtt", 2),
	F_END_,
};
static const struct shape_field shape_int[] = { F_INT_("value", 4), F_END_ };
static const struct shape_field shape_timeval64[] = { F_INT_("tv_sec", 8), F_INT_("tv_usec", 8), F_END_ };
static const struct shape_field shape_timespec64[] = { F_INT_("tv_sec", 8), F_INT_("tv_nsec", 8), F_END_ };

#define IFREQ_GET(n, m, f)                \
	{                                 \
		n, L_IFREQ, m, 1, f, NULL \
	}
#define IFREQ_SET(n, m, f)                \
	{                                 \
		n, L_IFREQ, m, 0, f, NULL \
	}
#define INT_GET(n)                              \
	{                                       \
		n, L_INT, 0, 1, NULL, shape_int \
	}
#define INT_SET(n)                              \
	{                                       \
		n, L_INT, 0, 0, NULL, shape_int \
	}
#define NO_ARGUMENT(n)                      \
	{                                   \
		n, L_NONE, 0, 0, NULL, NULL \
	}

static const struct request requests[] = {
	INT_GET("FIONREAD"),
	INT_GET("SIOCOUTQ"),
	INT_GET("SIOCOUTQNSD"),
	INT_GET("SIOCATMARK"),
	INT_SET("FIONBIO"),
	INT_SET("FIOASYNC"),
	NO_ARGUMENT("FIOCLEX"),
	NO_ARGUMENT("FIONCLEX"),
	INT_SET("FIOSETOWN"),
	INT_GET("FIOGETOWN"),
	INT_SET("SIOCSPGRP"),
	INT_GET("SIOCGPGRP"),
	NO_ARGUMENT("SIOCGSKNS"),
	{ "SIOCGSTAMP", L_TIMEVAL_OLD, 0, 1, NULL, NULL },
	{ "SIOCGSTAMPNS", L_TIMESPEC_OLD, 0, 1, NULL, NULL },
	{ "SIOCGSTAMP_NEW", L_SHAPE, 0, 1, NULL, shape_timeval64 },
	{ "SIOCGSTAMPNS_NEW", L_SHAPE, 0, 1, NULL, shape_timespec64 },
	{ "SIOCGIFCONF", L_IFCONF, 0, 1, NULL, NULL },
	IFREQ_GET("SIOCGIFNAME", M_INT, "ifr_ifindex"),
	IFREQ_SET("SIOCSIFLINK", M_NONE, NULL),
	IFREQ_GET("SIOCGIFFLAGS", M_FLAGS, "ifr_flags"),
	IFREQ_SET("SIOCSIFFLAGS", M_FLAGS, "ifr_flags"),
	IFREQ_GET("SIOCGIFPFLAGS", M_FLAGS, "ifr_flags"),
	IFREQ_SET("SIOCSIFPFLAGS", M_FLAGS, "ifr_flags"),
	IFREQ_GET("SIOCGIFADDR", M_ADDRESS, "ifr_addr"),
	IFREQ_SET("SIOCSIFADDR", M_ADDRESS, "ifr_addr"),
	IFREQ_SET("SIOCDIFADDR", M_ADDRESS, "ifr_addr"),
	IFREQ_GET("SIOCGIFDSTADDR", M_ADDRESS, "ifr_dstaddr"),
	IFREQ_SET("SIOCSIFDSTADDR", M_ADDRESS, "ifr_dstaddr"),
	IFREQ_GET("SIOCGIFBRDADDR", M_ADDRESS, "ifr_broadaddr"),
	IFREQ_SET("SIOCSIFBRDADDR", M_ADDRESS, "ifr_broadaddr"),
	IFREQ_GET("SIOCGIFNETMASK", M_ADDRESS, "ifr_netmask"),
	IFREQ_SET("SIOCSIFNETMASK", M_ADDRESS, "ifr_netmask"),
	IFREQ_GET("SIOCGIFMETRIC", M_INT, "ifr_metric"),
	IFREQ_SET("SIOCSIFMETRIC", M_INT, "ifr_metric"),
	IFREQ_GET("SIOCGIFMTU", M_INT, "ifr_mtu"),
	IFREQ_SET("SIOCSIFMTU", M_INT, "ifr_mtu"),
	IFREQ_SET("SIOCSIFNAME", M_NEWNAME, "ifr_newname"),
	IFREQ_GET("SIOCGIFHWADDR", M_HWADDR, "ifr_hwaddr"),
	IFREQ_SET("SIOCSIFHWADDR", M_HWADDR, "ifr_hwaddr"),
	IFREQ_SET("SIOCSIFHWBROADCAST", M_HWADDR, "ifr_hwaddr"),
	IFREQ_SET("SIOCADDMULTI", M_HWADDR, "ifr_hwaddr"),
	IFREQ_SET("SIOCDELMULTI", M_HWADDR, "ifr_hwaddr"),
	IFREQ_GET("SIOCGIFSLAVE", M_SLAVE, "ifr_slave"),
	IFREQ_SET("SIOCSIFSLAVE", M_SLAVE, "ifr_slave"),
	IFREQ_GET("SIOCGIFINDEX", M_INT, "ifr_ifindex"),
	IFREQ_GET("SIOCGIFCOUNT", M_INT, "ifr_ivalue"),
	IFREQ_GET("SIOCGIFTXQLEN", M_INT, "ifr_qlen"),
	IFREQ_SET("SIOCSIFTXQLEN", M_INT, "ifr_qlen"),
	IFREQ_GET("SIOCGIFMAP", M_MAP, "ifr_map"),
	IFREQ_SET("SIOCSIFMAP", M_MAP, "ifr_map"),
	IFREQ_SET("SIOCETHTOOL", M_ETHTOOL, "ifr_data"),
	IFREQ_SET("SIOCGMIIPHY", M_DATA, "ifr_data"),
	IFREQ_SET("SIOCGMIIREG", M_DATA, "ifr_data"),
	IFREQ_SET("SIOCSMIIREG", M_DATA, "ifr_data"),
	IFREQ_SET("SIOCSHWTSTAMP", M_DATA, "ifr_data"),
	IFREQ_SET("SIOCGHWTSTAMP", M_DATA, "ifr_data"),
	IFREQ_SET("SIOCBONDENSLAVE", M_SLAVE, "ifr_slave"),
	IFREQ_SET("SIOCBONDRELEASE", M_SLAVE, "ifr_slave"),
	IFREQ_SET("SIOCBONDCHANGEACTIVE", M_SLAVE, "ifr_slave"),
	IFREQ_SET("SIOCBRADDIF", M_INT, "ifr_ifindex"),
	IFREQ_SET("SIOCBRDELIF", M_INT, "ifr_ifindex"),
	{ "SIOCGARP", L_SHAPE, 0, 1, NULL, shape_arpreq },
	{ "SIOCSARP", L_SHAPE, 0, 0, NULL, shape_arpreq },
	{ "SIOCDARP", L_SHAPE, 0, 0, NULL, shape_arpreq },
	{ "SIOCADDRT", L_SHAPE, 0, 0, NULL, shape_rtentry },
	{ "SIOCDELRT", L_SHAPE, 0, 0, NULL, shape_rtentry },
};

/* Requests that share numbers belong to the socket's family or protocol. */
static const struct {
	int family;
	const struct names *names;
} family_requests[] = {
	{ AF_VSOCK, &names_ioctl_vsock },      { AF_TIPC, &names_ioctl_tipc },
	{ AF_PPPOX, &names_ioctl_pppox },      { AF_PHONET, &names_ioctl_phonet },
	{ AF_RDS, &names_ioctl_rds },	       { AF_X25, &names_ioctl_x25 },
	{ AF_AX25, &names_ioctl_ax25 },	       { AF_BLUETOOTH, &names_ioctl_hci },
	{ 41 /* AF_KCM */, &names_ioctl_kcm }, { 45 /* AF_MCTP */, &names_ioctl_mctp },
};

static const char *request_name(uint32_t number, int family)
{
	const char *name;

	for (size_t i = 0; i < sizeof(family_requests) / sizeof(family_requests[0]); i++)
		if (family_requests[i].family == family &&
		    (name = names_find(family_requests[i].names, number)))
			return name;
	name = names_find(&names_ioctl_socket, number);
	return name ? name : names_find(&names_ioctl_wireless, number);
}

static const struct request *find_request(const struct call *call)
{
	const char *name = names_find(&names_ioctl_socket, (uint32_t)call->args[1]);

	for (size_t i = 0; name && i < sizeof(requests) / sizeof(requests[0]); i++)
		if (!strcmp(requests[i].name, name))
			return &requests[i];
	return NULL;
}

uint32_t size_ioctl(const struct pass *pass, unsigned arg)
{
	const struct request *request = find_request(pass->call);
	const struct layout *layout = &pass->call->abi->layout;

	(void)arg;
	switch (request ? (enum layout_kind)request->layout : L_NONE) {
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
	}
	return 0;
}

/* SIOCETHTOOL points to a structure that starts with its command. */
static void follow_ethtool(struct pass *pass, unsigned arg)
{
	const struct layout *layout = &pass->call->abi->layout;
	struct reads reads = { .pass = pass };
	const uint8_t *data = pass_struct(pass, pass->call->args[arg], layout->ifreq);

	if (!data)
		return;
	reads_add(&reads, word_get(data + NAME_SIZE, layout->pointer), 4);
	reads_run(&reads);
}

/* SIOCGIFCONF fills an array of struct ifreq. */
void follow_ioctl(struct pass *pass, unsigned arg)
{
	const struct request *request = find_request(pass->call);
	const struct layout *layout = &pass->call->abi->layout;
	struct reads reads = { .pass = pass };

	if (request && request->member == M_ETHTOOL)
		follow_ethtool(pass, arg);
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

/* The command behind ifr_data; the rest of its structure is the driver's business. */
static struct value *ethtool_value(const struct decoder *decoder, const char *name, const uint8_t *bytes)
{
	uint64_t address = word_get(bytes, decoder->call->abi->layout.pointer);
	struct fields fields;
	const uint8_t *data = NULL;

	if (!address || decoder_bytes(decoder, address, 4, &data) < 4)
		return decoder_missing(decoder, name, address);
	fields_init(&fields, decoder->arena, value_struct(decoder->arena, name));
	fields_constant(&fields, "cmd", &names_ethtool_command, u32_get(data));
	return fields.of;
}

static struct value *member_value(const struct decoder *decoder, const struct request *request,
				  const uint8_t *bytes)
{
	switch ((enum member)request->member) {
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
	case M_NEWNAME:
	case M_SLAVE:
		return value_string(decoder->arena, request->field, (const char *)bytes,
				    (uint32_t)strnlen((const char *)bytes, NAME_SIZE));
	case M_DATA:
		return value_pointer(decoder->arena, request->field,
				     word_get(bytes, decoder->call->abi->layout.pointer));
	case M_ETHTOOL:
		return ethtool_value(decoder, request->field, bytes);
	case M_NONE:
		break;
	}
	return NULL;
}

/* struct ifreq: the name and the member that counts; what the kernel has not filled in is left out. */
static void add_ifreq(struct decoder *decoder, unsigned arg, const struct request *request,
		      const uint8_t *bytes)
{
	bool by_index = !strcmp(request->name, "SIOCGIFNAME"), answered = decoder_succeeded(decoder);
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
	const struct request *request = find_request(decoder->call);
	const struct pass pass = { .call = decoder->call };
	uint64_t address = decoder->call->args[arg];
	const uint8_t *data = NULL;

	if (!request) {
		decoder_add(decoder, value_hex(decoder->arena, decoder->call->row->args[arg].name, address));
		return;
	}
	uint32_t size = size_ioctl(&pass, arg);

	if (request->layout == L_NONE)
		return;
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
	};

	for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
		struct text how = { 0 };

		text_add(&how, words[requests[i].layout]);
		if (requests[i].field) {
			text_add(&how, ": ifr_name, ");
			text_add(&how, requests[i].field);
		}
		coverage_row(text, requests[i].name, how.data);
		text_done(&how);
	}
	coverage_row(text, "other SIOC*, wireless extensions, requests of a family",
		     "name; argument as a number");
}
