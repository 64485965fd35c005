/* NETLINK_SOCK_DIAG: what ss(8) asks and is told (sock_diag(7), linux/inet_diag.h, unix_diag.h and their
 * like). */
#include "netlink.h"

#include <sys/socket.h>

#include "coverage_parts.h"
#include "family.h"
#include "typed.h"

/* ---- inet ---- */

enum { SOCKID = 48, REQUEST_ID = 8, REPLY_ID = 4, SOURCE = 4, DESTINATION = 20 };

/* struct inet_diag_sockid: four words per address, of which IPv4 uses one. */
static void add_sockid(const struct attr_walk *walk, struct fields *to, const uint8_t *bytes)
{
	unsigned size = walk->family == AF_INET6 ? 16 : 4;
	struct fields id;

	fields_init(&id, to->arena, value_struct(to->arena, "id"));
	fields_uint(&id, "idiag_sport", be16_get(bytes));
	fields_uint(&id, "idiag_dport", be16_get(bytes + 2));
	fields_add(&id, value_ip(to->arena, "idiag_src", bytes + SOURCE, size));
	fields_add(&id, value_ip(to->arena, "idiag_dst", bytes + DESTINATION, size));
	fields_uint(&id, "idiag_if", u32_get(bytes + 36));
	fields_hex(&id, "idiag_cookie", u64_get(bytes + 40));
	fields_add(to, id.of);
}

static const struct shape_field shape_inet_request[] = {
	F_CONST_("sdiag_family", 1, address_family),  F_CONST_("sdiag_protocol", 1, ip_protocol),
	F_PLACES_("idiag_ext", 1, inet_diag),	      F_PAD_(1),
	F_FLAGS_("idiag_states", 4, tcp_state_flags), F_END_,
};
static const struct shape_field shape_inet_reply[] = {
	F_CONST_("idiag_family", 1, address_family),
	F_CONST_("idiag_state", 1, tcp_state),
	F_CONST_("idiag_timer", 1, inet_diag_timer),
	F_UINT_("idiag_retrans", 1),
	F_END_,
};
static const struct shape_field shape_inet_tail[] = { F_UINT_("idiag_expires", 4), F_UINT_("idiag_rqueue", 4),
						      F_UINT_("idiag_wqueue", 4),  F_UINT_("idiag_uid", 4),
						      F_UINT_("idiag_inode", 4),   F_END_ };
static const struct shape_field shape_meminfo[] = { F_UINT_("idiag_rmem", 4), F_UINT_("idiag_wmem", 4),
						    F_UINT_("idiag_fmem", 4), F_UINT_("idiag_tmem", 4),
						    F_END_ };

/* A value that is also a socket option's: the same table says how. */
static struct value *make_tcp_info(struct attr_walk *walk, const struct attr *attr, const uint8_t *bytes,
				   uint32_t size)
{
	const struct level *level = level_find(option_levels, option_level_count, 6 /* SOL_TCP */, -1);
	const struct typed *typed = level ? typed_find(level->rows, level->count, "TCP_INFO") : NULL;

	return typed_value(walk->decoder, typed, attr->name, bytes, size, size);
}

static const struct attrs ulp_tls_attrs = { &names_tls_info, NULL, 0, N_UINT };
static const struct attr ulp_rows[] = {
	{ .name = "INET_ULP_INFO_NAME", .as = N_STRING },
	{ .name = "INET_ULP_INFO_TLS", .as = N_NEST, .nest = &ulp_tls_attrs },
};
static const struct attrs ulp_attrs = ATTRS(inet_ulp_info, ulp_rows);

static const struct shape_field shape_sockopt[] = {
	F_BITS_("recverr", 0, 1),
	F_BITS_("is_icsk", 1, 1),
	F_BITS_("freebind", 2, 1),
	F_BITS_("hdrincl", 3, 1),
	F_BITS_("mc_loop", 4, 1),
	F_BITS_("transparent", 5, 1),
	F_BITS_("mc_all", 6, 1),
	F_BITS_("nodefrag", 7, 1),
	F_BITS_("bind_address_no_port", 8, 1),
	F_BITS_("recverr_rfc4884", 9, 1),
	F_BITS_("defer_connect", 10, 1),
	F_PAD_(2),
	F_END_,
};
/* struct tcpvegas_info, tcp_dctcp_info, tcp_bbr_info */
static const struct shape_field shape_vegas[] = { F_UINT_("tcpv_enabled", 4), F_UINT_("tcpv_rttcnt", 4),
						  F_UINT_("tcpv_rtt", 4), F_UINT_("tcpv_minrtt", 4), F_END_ };
static const struct shape_field shape_dctcp[] = { F_UINT_("dctcp_enabled", 2), F_UINT_("dctcp_ce_state", 2),
						  F_UINT_("dctcp_alpha", 4),   F_UINT_("dctcp_ab_ecn", 4),
						  F_UINT_("dctcp_ab_tot", 4),  F_END_ };
static const struct shape_field shape_bbr[] = { F_UINT_("bbr_bw_lo", 4),     F_UINT_("bbr_bw_hi", 4),
						F_UINT_("bbr_min_rtt", 4),   F_UINT_("bbr_pacing_gain", 4),
						F_UINT_("bbr_cwnd_gain", 4), F_END_ };

static const struct attr inet_rows[] = {
	{ .name = "INET_DIAG_MEMINFO", .as = N_SHAPE, .shape = shape_meminfo },
	{ .name = "INET_DIAG_INFO", .as = N_MAKE, .make = make_tcp_info },
	{ .name = "INET_DIAG_CONG", .as = N_STRING },
	{ .name = "INET_DIAG_TOS", .as = N_HEX },
	{ .name = "INET_DIAG_TCLASS", .as = N_HEX },
	{ .name = "INET_DIAG_SKMEMINFO", .as = N_U32S, .names = &names_meminfo },
	{ .name = "INET_DIAG_SHUTDOWN", .as = N_UINT },
	{ .name = "INET_DIAG_PROTOCOL", .as = N_CONST, .names = &names_ip_protocol },
	{ .name = "INET_DIAG_SKV6ONLY", .as = N_UINT },
	{ .name = "INET_DIAG_MARK", .as = N_HEX },
	{ .name = "INET_DIAG_CLASS_ID", .as = N_HEX },
	{ .name = "INET_DIAG_CGROUP_ID", .as = N_UINT },
	{ .name = "INET_DIAG_ULP_INFO", .as = N_NEST, .nest = &ulp_attrs },
	{ .name = "INET_DIAG_SOCKOPT", .as = N_SHAPE, .shape = shape_sockopt },
	{ .name = "INET_DIAG_VEGASINFO", .as = N_SHAPE, .shape = shape_vegas },
	{ .name = "INET_DIAG_DCTCPINFO", .as = N_SHAPE, .shape = shape_dctcp },
	{ .name = "INET_DIAG_BBRINFO", .as = N_SHAPE, .shape = shape_bbr },
};
static const struct attrs inet_attrs = ATTRS(inet_diag, inet_rows);
static const struct attr inet_request_rows[] = {
	{ .name = "INET_DIAG_REQ_PROTOCOL", .as = N_CONST, .names = &names_ip_protocol },
};
static const struct attrs inet_request_attrs = ATTRS(inet_diag_req, inet_request_rows);

static const char *const brief_inet_request[] = { "sdiag_family", "sdiag_protocol", NULL };
static const char *const brief_inet[] = { "idiag_state", "src", "dst", NULL };

/* An end as address and port, for the one-line form. */
static void add_end(struct fields *to, const struct attr_walk *walk, const char *name, const uint8_t *ip,
		    const uint8_t *port)
{
	struct address address = { .length = walk->family == AF_INET6 ? 28 : 16, .family = walk->family };
	struct text text = { 0 };

	memcpy(address.raw, &address.family, 2);
	memcpy(address.raw + 2, port, 2);
	if (walk->family == AF_INET6)
		memcpy(address.raw + 8, ip, 16);
	else
		memcpy(address.raw + 4, ip, 4);
	sockaddr_text(&address, &text);
	fields_add(to, value_word(to->arena, name, text.data))->place = PLACE_TEXT_RESULT;
	text_done(&text);
}

static const char *const *inet_body(struct attr_walk *walk, struct fields *to,
				    const struct netlink_message *message)
{
	uint32_t id = message->received ? REPLY_ID : REQUEST_ID, end = id + SOCKID;
	const uint8_t *data = message->data;

	shape_fields(walk->decoder, to, message->received ? shape_inet_reply : shape_inet_request, data,
		     (uint32_t)smaller(id, message->size));
	if (message->size < end)
		return NULL;
	add_sockid(walk, to, data + id);
	if (!message->received) {
		netlink_attrs(walk, to, &inet_request_attrs, data + end, message->size - end);
		return brief_inet_request;
	}
	add_end(to, walk, "src", data + id + SOURCE, data + id);
	add_end(to, walk, "dst", data + id + DESTINATION, data + id + 2);
	shape_fields(walk->decoder, to, shape_inet_tail, data + end, message->size - end);
	end += shape_size(shape_inet_tail);
	if (message->size > end)
		netlink_attrs(walk, to, &inet_attrs, data + end, message->size - end);
	return brief_inet;
}

/* ---- the others: a request and a reply each ---- */

/* What all requests have in common; the rest is what stands before the inode. */
#define REQUEST(prefix, protocol, show, ...)                                                             \
	{                                                                                                \
		F_CONST_("sdiag_family", 1, address_family), protocol, F_PAD_(2),                        \
			__VA_ARGS__ F_UINT_(prefix "_ino", 4), show, F_HEX_(prefix "_cookie", 8), F_END_ \
	}
#define NO_PROTOCOL	   F_UINT_("sdiag_protocol", 1)
#define SHOW(prefix, list) F_FLAGS_(prefix "_show", 4, list)
#define STATES(prefix)	   F_FLAGS_(prefix "_states", 4, tcp_state_flags),

static const struct shape_field shape_unix_request[] =
	REQUEST("udiag", NO_PROTOCOL, SHOW("udiag", unix_diag_show), STATES("udiag"));
static const struct shape_field shape_netlink_request[] =
	REQUEST("ndiag", F_CONST_("sdiag_protocol", 1, netlink_protocol), SHOW("ndiag", netlink_diag_show));
static const struct shape_field shape_packet_request[] =
	REQUEST("pdiag", NO_PROTOCOL, SHOW("pdiag", packet_diag_show));
static const struct shape_field shape_vsock_request[] =
	REQUEST("vdiag", NO_PROTOCOL, F_HEX_("vdiag_show", 4), STATES("vdiag"));
static const struct shape_field shape_xdp_request[] =
	REQUEST("xdiag", NO_PROTOCOL, SHOW("xdiag", xdp_diag_show));

static const struct shape_field shape_unix_reply[] = {
	F_CONST_("udiag_family", 1, address_family),
	F_CONST_("udiag_type", 1, socket_type),
	F_CONST_("udiag_state", 1, tcp_state),
	F_PAD_(1),
	F_UINT_("udiag_ino", 4),
	F_HEX_("udiag_cookie", 8),
	F_END_,
};
static const struct shape_field shape_unix_vfs[] = { F_UINT_("udiag_vfs_ino", 4), F_HEX_("udiag_vfs_dev", 4),
						     F_END_ };
static const struct shape_field shape_unix_rqlen[] = { F_UINT_("udiag_rqueue", 4), F_UINT_("udiag_wqueue", 4),
						       F_END_ };
/* A path, or an abstract name, whose first byte is NUL: as the address has it. */
static struct value *make_unix_name(struct attr_walk *walk, const struct attr *attr, const uint8_t *bytes,
				    uint32_t size)
{
	struct value *value = value_string(walk->decoder->arena, attr->name, (const char *)bytes, size);

	if (size && !bytes[0])
		((char *)value->bytes.data)[0] = '@';
	return value;
}

static const struct attr unix_rows[] = {
	{ .name = "UNIX_DIAG_NAME", .as = N_MAKE, .make = make_unix_name },
	{ .name = "UNIX_DIAG_VFS", .as = N_SHAPE, .shape = shape_unix_vfs },
	{ .name = "UNIX_DIAG_PEER", .as = N_UINT },
	{ .name = "UNIX_DIAG_ICONS", .as = N_U32S },
	{ .name = "UNIX_DIAG_RQLEN", .as = N_SHAPE, .shape = shape_unix_rqlen },
	{ .name = "UNIX_DIAG_MEMINFO", .as = N_U32S, .names = &names_meminfo },
	{ .name = "UNIX_DIAG_SHUTDOWN", .as = N_UINT },
	{ .name = "UNIX_DIAG_UID", .as = N_UINT },
};
static const struct attrs unix_attrs = ATTRS(unix_diag, unix_rows);

static const struct shape_field shape_netlink_reply[] = {
	F_CONST_("ndiag_family", 1, address_family),
	F_CONST_("ndiag_type", 1, socket_type),
	F_CONST_("ndiag_protocol", 1, netlink_protocol),
	F_UINT_("ndiag_state", 1),
	F_UINT_("ndiag_portid", 4),
	F_UINT_("ndiag_dst_portid", 4),
	F_UINT_("ndiag_dst_group", 4),
	F_UINT_("ndiag_ino", 4),
	F_HEX_("ndiag_cookie", 8),
	F_END_,
};
static const struct attr netlink_rows[] = {
	{ .name = "NETLINK_DIAG_MEMINFO", .as = N_U32S, .names = &names_meminfo },
	{ .name = "NETLINK_DIAG_GROUPS", .as = N_U64S },
	{ .name = "NETLINK_DIAG_FLAGS", .as = N_FLAGS, .names = &names_netlink_diag_flags },
};
static const struct attrs netlink_attrs_table = ATTRS(netlink_diag, netlink_rows);

static const struct shape_field shape_packet_reply[] = {
	F_CONST_("pdiag_family", 1, address_family),
	F_CONST_("pdiag_type", 1, socket_type),
	F_BE_CONST_("pdiag_num", 2, ethernet_protocol),
	F_UINT_("pdiag_ino", 4),
	F_HEX_("pdiag_cookie", 8),
	F_END_,
};
static const struct shape_field shape_packet_info[] = {
	F_UINT_("pdi_index", 4),
	F_CONST_("pdi_version", 4, tpacket_version),
	F_UINT_("pdi_reserve", 4),
	F_UINT_("pdi_copy_thresh", 4),
	F_UINT_("pdi_tstamp", 4),
	F_FLAGS_("pdi_flags", 4, packet_diag_flags),
	F_END_,
};
static const struct attr packet_rows[] = {
	{ .name = "PACKET_DIAG_INFO", .as = N_SHAPE, .shape = shape_packet_info },
	{ .name = "PACKET_DIAG_FANOUT", .as = N_HEX },
	{ .name = "PACKET_DIAG_UID", .as = N_UINT },
	{ .name = "PACKET_DIAG_MEMINFO", .as = N_U32S, .names = &names_meminfo },
};
static const struct attrs packet_attrs = ATTRS(packet_diag, packet_rows);

static const struct shape_field shape_vsock_reply[] = {
	F_CONST_("vdiag_family", 1, address_family),
	F_CONST_("vdiag_type", 1, socket_type),
	F_CONST_("vdiag_state", 1, tcp_state),
	F_UINT_("vdiag_shutdown", 1),
	F_CONST_("vdiag_src_cid", 4, vsock_cid),
	F_UINT_("vdiag_src_port", 4),
	F_CONST_("vdiag_dst_cid", 4, vsock_cid),
	F_UINT_("vdiag_dst_port", 4),
	F_UINT_("vdiag_ino", 4),
	F_HEX_("vdiag_cookie", 8),
	F_END_,
};
static const struct shape_field shape_xdp_reply[] = {
	F_CONST_("xdiag_family", 1, address_family),
	F_CONST_("xdiag_type", 1, socket_type),
	F_PAD_(2),
	F_UINT_("xdiag_ino", 4),
	F_HEX_("xdiag_cookie", 8),
	F_END_,
};
static const struct attrs xdp_attrs = ATTRS_NAMES(xdp_diag);

static const char *const brief_family[] = { "sdiag_family", NULL };
static const char *const brief_type[] = { "udiag_type", "UNIX_DIAG_NAME", "udiag_ino", NULL };

static const struct {
	uint8_t family;
	struct netlink_body request, reply;
} families[] = {
	{ AF_UNIX,
	  { shape_unix_request, NULL, brief_family },
	  { shape_unix_reply, &unix_attrs, brief_type } },
	{ AF_NETLINK,
	  { shape_netlink_request, NULL, brief_family },
	  { shape_netlink_reply, &netlink_attrs_table, NULL } },
	{ AF_PACKET,
	  { shape_packet_request, NULL, brief_family },
	  { shape_packet_reply, &packet_attrs, NULL } },
	{ AF_VSOCK, { shape_vsock_request, NULL, brief_family }, { shape_vsock_reply, NULL, NULL } },
	{ AF_XDP, { shape_xdp_request, NULL, brief_family }, { shape_xdp_reply, &xdp_attrs, NULL } },
};

/* The first byte of every body is the family. */
static const char *const *diag_body(struct attr_walk *walk, struct fields *to,
				    const struct netlink_message *message)
{
	if (!message->size)
		return NULL;
	walk->family = message->data[0];
	if (walk->family == AF_INET || walk->family == AF_INET6)
		return inet_body(walk, to, message);
	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++)
		if (families[i].family == walk->family)
			return netlink_body(walk, to, message,
					    message->received ? &families[i].reply : &families[i].request);
	fields_bytes(to, "data", message->data, message->size);
	return NULL;
}

/* All requests are dumps or questions. */
static const struct names *diag_flags(const struct netlink_message *message)
{
	return message->received ? &names_nlm_flags : &names_nlm_flags_get;
}

const struct netlink_protocol netlink_diag = {
	.number = 4, .types = &names_diag_type, .body = diag_body, .flags = diag_flags
};

void coverage_diag(struct text *text)
{
	coverage_attrs(text, "AF_INET, AF_INET6", &inet_attrs);
	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++)
		coverage_attrs(text, names_find(&names_address_family, families[i].family),
			       families[i].reply.attrs);
}
