/*
 * Families that a program meets rarely, each after the structure in its UAPI header (linux/if_alg.h,
 * linux/can.h, linux/if_xdp.h, linux/tipc.h, linux/qrtr.h, linux/llc.h, linux/if_pppox.h, linux/phonet.h).
 */
#include <sys/socket.h>

#include "family.h"
#include "ip_text.h"

/* A NUL-terminated name in a field of size bytes. */
static void add_name(struct text *text, const uint8_t *name, size_t size)
{
	text_add_bytes(text, (const char *)name, strnlen((const char *)name, size));
}

/* struct sockaddr_alg_new: salg_type[14], salg_feat, salg_mask, salg_name[] */
static void alg_text(const struct address *address, struct text *text)
{
	text_add(text, "alg:");
	add_name(text, address->raw + 2, 14);
	text_add_char(text, ':');
	add_name(text, address->raw + 24, sizeof(address->raw) - 24);
}

static void alg_fields(const struct address *address, struct fields *fields)
{
	fields_string(fields, "salg_type", address->raw + 2, 14);
	fields_hex(fields, "salg_feat", u32_get(address->raw + 16));
	fields_hex(fields, "salg_mask", u32_get(address->raw + 20));
	fields_string(fields, "salg_name", address->raw + 24, address->length - 24u);
}

/* struct sockaddr_can: can_ifindex, then by protocol: tp { rx_id, tx_id } or j1939 { name, pgn, addr } */
enum { CAN_PROTOCOL_ISOTP = 6, CAN_PROTOCOL_J1939 = 7 };

static void can_named(const struct address *address, const char *interface, struct text *text)
{
	text_add(text, "can:");
	text_add(text, interface);
	if (address->protocol == CAN_PROTOCOL_ISOTP) {
		text_add_char(text, ':');
		text_add_hex(text, u32_get(address->raw + 8));
		text_add_char(text, ':');
		text_add_hex(text, u32_get(address->raw + 12));
	} else if (address->protocol == CAN_PROTOCOL_J1939) {
		text_add_char(text, ':');
		text_add_hex(text, u32_get(address->raw + 16));
		text_add_char(text, ':');
		text_add_hex(text, address->raw[20]);
	}
}

/* can_ifindex and sxdp_ifindex. */
static uint32_t interface_at_4(const struct address *address)
{
	return u32_get(address->raw + 4);
}

static void can_fields(const struct address *address, struct fields *fields)
{
	fields_int(fields, "can_ifindex", (int32_t)u32_get(address->raw + 4));
	if (address->protocol == CAN_PROTOCOL_J1939 && address->length >= 21) {
		fields_hex(fields, "name", u64_get(address->raw + 8));
		fields_hex(fields, "pgn", u32_get(address->raw + 16));
		fields_hex(fields, "addr", address->raw[20]);
	} else if (address->length >= 16) {
		fields_hex(fields, "rx_id", u32_get(address->raw + 8));
		fields_hex(fields, "tx_id", u32_get(address->raw + 12));
	}
}

/* struct sockaddr_xdp */
static void xdp_named(const struct address *address, const char *interface, struct text *text)
{
	text_add(text, "xdp:");
	text_add(text, interface);
	text_add_char(text, ':');
	text_add_uint(text, u32_get(address->raw + 8));
}

static void xdp_fields(const struct address *address, struct fields *fields)
{
	fields_flags(fields, "sxdp_flags", &names_xdp_bind_flags, u16_get(address->raw + 2));
	fields_uint(fields, "sxdp_ifindex", u32_get(address->raw + 4));
	fields_uint(fields, "sxdp_queue_id", u32_get(address->raw + 8));
	fields_uint(fields, "sxdp_shared_umem_fd", u32_get(address->raw + 12));
}

/* struct sockaddr_tipc: addrtype, signed scope, and one of id, name, nameseq */
enum { TIPC_RANGE = 1, TIPC_NAME = 2, TIPC_ID = 3 };

static void tipc_text(const struct address *address, struct text *text)
{
	const char *kinds[] = { "tipc:", "tipc:range:", "tipc:name:", "tipc:id:" };

	text_add(text, kinds[address->raw[2] <= TIPC_ID ? address->raw[2] : 0]);
	text_add_uint(text, u32_get(address->raw + 4));
	text_add_char(text, ':');
	text_add_uint(text, u32_get(address->raw + 8));
	if (address->raw[2] == TIPC_RANGE) {
		text_add_char(text, '-');
		text_add_uint(text, u32_get(address->raw + 12));
	}
}

static void tipc_fields(const struct address *address, struct fields *fields)
{
	static const char *const kinds[3][3] = { { "type", "lower", "upper" },
						 { "type", "instance", "domain" },
						 { "ref", "node", NULL } };
	unsigned kind = address->raw[2];

	fields_constant(fields, "addrtype", &names_tipc_address, kind);
	fields_constant(fields, "scope", &names_tipc_scope, (uint8_t)address->raw[3]);
	if (kind < TIPC_RANGE || kind > TIPC_ID) {
		fields_bytes(fields, "addr", address->raw + 4, 12);
		return;
	}
	for (unsigned i = 0; i < 3 && kinds[kind - 1][i]; i++)
		fields_uint(fields, kinds[kind - 1][i], u32_get(address->raw + 4 + 4 * i));
}

/* struct sockaddr_qrtr */
static void qipcrtr_text(const struct address *address, struct text *text)
{
	text_add(text, "qipcrtr:");
	text_add_uint(text, u32_get(address->raw + 4));
	text_add_char(text, ':');
	text_add_uint(text, u32_get(address->raw + 8));
}

static void qipcrtr_fields(const struct address *address, struct fields *fields)
{
	fields_uint(fields, "sq_node", u32_get(address->raw + 4));
	fields_uint(fields, "sq_port", u32_get(address->raw + 8));
}

/* struct sockaddr_llc: arphrd, test, xid, ua, sap, mac[6] */
static void llc_text(const struct address *address, struct text *text)
{
	text_add(text, "llc:");
	text_add_mac(text, address->raw + 8, 6);
	text_add_char(text, ':');
	text_add_hex(text, address->raw[7]);
}

static void llc_fields(const struct address *address, struct fields *fields)
{
	fields_constant(fields, "sllc_arphrd", &names_arp_hardware, u16_get(address->raw + 2));
	fields_uint(fields, "sllc_test", address->raw[4]);
	fields_uint(fields, "sllc_xid", address->raw[5]);
	fields_uint(fields, "sllc_ua", address->raw[6]);
	fields_hex(fields, "sllc_sap", address->raw[7]);
	fields_mac(fields, "sllc_mac", address->raw + 8, 6);
}

/* struct sockaddr_pppox, packed: sa_protocol at 2, then by protocol pppoe { sid, remote[6], dev[16] }, pptp,
 * l2tp */
enum { PPPOX_OE = 0, PPPOX_OL2TP = 1, PPPOX_PPTP = 2 };

static void pppox_text(const struct address *address, struct text *text)
{
	uint32_t protocol = u32_get(address->raw + 2);
	char ip[IP_TEXT_MAX];

	if (protocol == PPPOX_OE) {
		text_add(text, "pppoe:");
		text_add_uint(text, be16_get(address->raw + 6));
		text_add_char(text, ':');
		text_add_mac(text, address->raw + 8, 6);
		text_add_char(text, ':');
		add_name(text, address->raw + 14, 16);
	} else if (protocol == PPPOX_PPTP) {
		text_add(text, "pptp:");
		text_add_bytes(text, ip, ip_text(address->raw + 8, 4, ip));
		text_add_char(text, ':');
		text_add_uint(text, u16_get(address->raw + 6));
	} else {
		text_add(text, "pppol2tp");
	}
}

static void pppox_fields(const struct address *address, struct fields *fields)
{
	uint32_t protocol = u32_get(address->raw + 2);

	fields_constant(fields, "sa_protocol", &names_pppox_protocol, protocol);
	if (protocol == PPPOX_OE) {
		fields_uint(fields, "sid", be16_get(address->raw + 6));
		fields_mac(fields, "remote", address->raw + 8, 6);
		fields_string(fields, "dev", address->raw + 14, 16);
	} else if (protocol == PPPOX_PPTP) {
		fields_uint(fields, "call_id", u16_get(address->raw + 6));
		fields_add(fields, value_ip(fields->arena, "sin_addr", address->raw + 8, 4));
	} else {
		fields_bytes(fields, "sa_addr", address->raw + 6, address->length - 6u);
	}
}

/* struct sockaddr_pn: spn_obj, spn_dev, spn_resource */
static void phonet_text(const struct address *address, struct text *text)
{
	text_add(text, "phonet:");
	text_add_uint(text, address->raw[3]);
	text_add_char(text, ':');
	text_add_uint(text, address->raw[2]);
	text_add_char(text, ':');
	text_add_uint(text, address->raw[4]);
}

static void phonet_fields(const struct address *address, struct fields *fields)
{
	fields_uint(fields, "spn_obj", address->raw[2]);
	fields_uint(fields, "spn_dev", address->raw[3]);
	fields_uint(fields, "spn_resource", address->raw[4]);
}

const struct family families_other[] = {
	{ .number = AF_ALG, .least = 25, .text = alg_text, .fields = alg_fields },
	{ .number = AF_CAN,
	  .least = 8,
	  .interface = interface_at_4,
	  .named = can_named,
	  .fields = can_fields },
	{ .number = AF_XDP,
	  .least = 16,
	  .interface = interface_at_4,
	  .named = xdp_named,
	  .fields = xdp_fields },
	{ .number = AF_TIPC, .least = 16, .text = tipc_text, .fields = tipc_fields },
	{ .number = 42 /* AF_QIPCRTR */, .least = 12, .text = qipcrtr_text, .fields = qipcrtr_fields },
	{ .number = AF_LLC, .least = 14, .text = llc_text, .fields = llc_fields },
	{ .number = AF_PPPOX, .least = 12, .text = pppox_text, .fields = pppox_fields },
	{ .number = 35 /* AF_PHONET */, .least = 5, .text = phonet_text, .fields = phonet_fields },
	{ 0 },
};
