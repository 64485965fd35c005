#include "control.h"

#include <sys/socket.h>

#include "decode/sockaddr.h"
#include "netlink.h"
#include "typed.h"

enum { MESSAGES_MAX = 256, FDS_MAX = 253 /* SCM_MAX_FD of net/scm.h */ };

/* SCM_RIGHTS: fds, with what they refer to on this side. */
static struct value *make_rights(const struct decoder *decoder, const struct typed *typed, const char *name,
				 const uint8_t *bytes, uint32_t size)
{
	struct fields fields;

	(void)typed;
	fields_init(&fields, decoder->arena, value_list(decoder->arena, name));
	for (uint32_t i = 0; i < size / 4 && i < FDS_MAX; i++)
		fields_add(&fields, decoder_fd(decoder, NULL, (int)u32_get(bytes + i * 4)));
	fields.of->list.total = size / 4;
	return fields.of;
}

/* SCM_TIMESTAMPING: software, deprecated, hardware (Documentation/networking/timestamping.rst). */
static struct value *make_timestamping(const struct decoder *decoder, const struct typed *typed,
				       const char *name, const uint8_t *bytes, uint32_t size)
{
	struct fields fields;
	uint32_t one = size / 3;

	if (size % 3 || (one != 8 && one != 16))
		return NULL;
	fields_init(&fields, decoder->arena, value_list(decoder->arena, name));
	for (unsigned i = 0; i < 3; i++) {
		typed_make *make = one == 16 ? typed_timespec_new : typed_timespec_old;
		struct value *stamp = make(decoder, typed, NULL, bytes + i * one, one);

		if (!stamp)
			return NULL;
		fields_add(&fields, stamp);
	}
	return fields.of;
}

/* struct sock_extended_err of linux/errqueue.h, with the codes of its origin by name, and who sent it. */
enum {
	ORIGIN_ICMP = 2,
	ORIGIN_ICMP6 = 3,
	ORIGIN_TIMESTAMPING = 4,
	ORIGIN_ZEROCOPY = 5,
	ORIGIN_TXTIME = 6,
	ERROR_SIZE = 16
};

static const struct names *icmp_code_names(uint8_t origin, uint8_t type)
{
	if (origin == ORIGIN_ICMP)
		return type == 3    ? &names_icmp_unreach_code
		       : type == 5  ? &names_icmp_redirect_code
		       : type == 11 ? &names_icmp_time_code
				    : NULL;
	if (origin == ORIGIN_ICMP6)
		return type == 1   ? &names_icmpv6_unreach_code
		       : type == 3 ? &names_icmpv6_time_code
		       : type == 4 ? &names_icmpv6_param_code
				   : NULL;
	return origin == ORIGIN_ZEROCOPY ? &names_ee_code_zerocopy
	       : origin == ORIGIN_TXTIME ? &names_ee_code_txtime
					 : NULL;
}

static const struct names *icmp_type_names(uint8_t origin)
{
	return origin == ORIGIN_ICMP ? &names_icmp_type : origin == ORIGIN_ICMP6 ? &names_icmpv6_type : NULL;
}

static struct value *make_error(const struct decoder *decoder, const struct typed *typed, const char *name,
				const uint8_t *bytes, uint32_t size)
{
	struct fields fields;

	(void)typed;
	if (size < ERROR_SIZE)
		return NULL;
	uint8_t origin = bytes[4], type = bytes[5], code = bytes[6];

	fields_init(&fields, decoder->arena, value_struct(decoder->arena, name));
	fields_add(&fields, errno_value(decoder->arena, "ee_errno", (int)u32_get(bytes)));
	fields_constant(&fields, "ee_origin", &names_ee_origin, origin);
	fields_constant(&fields, "ee_type", icmp_type_names(origin), type);
	fields_constant(&fields, "ee_code", icmp_code_names(origin, type), code);
	if (origin == ORIGIN_TIMESTAMPING)
		fields_constant(&fields, "ee_info", &names_tstamp_type, u32_get(bytes + 8));
	else
		fields_uint(&fields, "ee_info", u32_get(bytes + 8));
	fields_uint(&fields, "ee_data", u32_get(bytes + 12));
	/* SO_EE_OFFENDER; its family is AF_UNSPEC when nobody is to blame */
	if (size >= ERROR_SIZE + 2 && u16_get(bytes + ERROR_SIZE))
		fields_add(&fields, sockaddr_value(decoder->arena, "offender", bytes + ERROR_SIZE,
						   size - ERROR_SIZE, size - ERROR_SIZE, UINT16_MAX));
	return fields.of;
}

/* SCM_TIMESTAMPING_OPT_STATS: netlink attributes, all of them numbers (linux/tcp.h: TCP_NLA_). */
static struct value *make_tcp_stats(const struct decoder *decoder, const struct typed *typed,
				    const char *name, const uint8_t *bytes, uint32_t size)
{
	static const struct attrs attrs = { &names_tcp_stats, NULL, 0, N_UINT };
	struct attr_walk walk = { .decoder = decoder, .left = NETLINK_ATTRIBUTES };

	(void)typed;
	return netlink_nest(&walk, name, &attrs, bytes, size);
}

/* struct af_alg_iv: length, then the bytes. */
static struct value *make_alg_iv(const struct decoder *decoder, const struct typed *typed, const char *name,
				 const uint8_t *bytes, uint32_t size)
{
	struct fields fields;

	(void)typed;
	if (size < 4)
		return NULL;
	fields_init(&fields, decoder->arena, value_struct(decoder->arena, name));
	fields_uint(&fields, "ivlen", u32_get(bytes));
	fields_bytes(&fields, "iv", bytes + 4, (uint32_t)smaller(size - 4, u32_get(bytes)));
	return fields.of;
}

static const struct shape_field shape_auxdata[] = {
	F_FLAGS_("tp_status", 4, tp_status),
	F_UINT_("tp_len", 4),
	F_UINT_("tp_snaplen", 4),
	F_UINT_("tp_mac", 2),
	F_UINT_("tp_net", 2),
	F_UINT_("tp_vlan_tci", 2),
	F_BE_CONST_("tp_vlan_tpid", 2, ethernet_protocol),
	F_END_,
};

static const struct shape_field shape_ts_pktinfo[] = { F_UINT_("if_index", 4), F_UINT_("pkt_length", 4),
						       F_PAD_(8), F_END_ };
static const struct shape_field shape_dmabuf[] = { F_UINT_("frag_offset", 8), F_UINT_("frag_size", 4),
						   F_UINT_("frag_token", 4),  F_UINT_("dmabuf_id", 4),
						   F_HEX_("flags", 4),	      F_END_ };
static const struct shape_field shape_nl_pktinfo[] = { F_UINT_("group", 4), F_END_ };
static const struct shape_field shape_rcvinfo[] = {
	F_UINT_("rcv_sid", 2),
	F_UINT_("rcv_ssn", 2),
	F_FLAGS_("rcv_flags", 2, sctp_info_flags),
	F_PAD_(2),
	F_BE_("rcv_ppid", 4),
	F_UINT_("rcv_tsn", 4),
	F_UINT_("rcv_cumtsn", 4),
	F_UINT_("rcv_context", 4),
	F_INT_("rcv_assoc_id", 4),
	F_END_,
};
static const struct shape_field shape_nxtinfo[] = {
	F_UINT_("nxt_sid", 2),	   F_FLAGS_("nxt_flags", 2, sctp_info_flags),
	F_BE_("nxt_ppid", 4),	   F_UINT_("nxt_length", 4),
	F_INT_("nxt_assoc_id", 4), F_END_
};
static const struct shape_field shape_prinfo[] = { F_CONST_("pr_policy", 2, sctp_pr_policy), F_PAD_(2),
						   F_UINT_("pr_value", 4), F_END_ };
static const struct shape_field shape_authinfo[] = { F_UINT_("auth_keynumber", 2), F_END_ };

static const struct typed socket_messages[] = {
	{ .name = "SCM_RIGHTS", .make = make_rights },
	{ .name = "SCM_CREDENTIALS", .make = typed_shape, .shape = shape_ucred },
	{ .name = "SCM_PIDFD", .make = typed_fd },
	{ .name = "SCM_SECURITY", .make = typed_string },
	{ .name = "SCM_TIMESTAMP", .make = typed_timeval_old },
	{ .name = "SCM_TIMESTAMPNS", .make = typed_timespec_old },
	{ .name = "SCM_TIMESTAMPING", .make = make_timestamping },
	{ .name = "SO_TIMESTAMP_NEW", .make = typed_timeval_new },
	{ .name = "SO_TIMESTAMPNS_NEW", .make = typed_timespec_new },
	{ .name = "SO_TIMESTAMPING_NEW", .make = make_timestamping },
	{ .name = "SCM_TIMESTAMPING_OPT_STATS", .make = make_tcp_stats },
	{ .name = "SCM_TIMESTAMPING_PKTINFO", .make = typed_shape, .shape = shape_ts_pktinfo },
	{ .name = "SCM_TXTIME", .make = typed_u64 },
	{ .name = "SCM_WIFI_STATUS", .make = typed_int },
	{ .name = "SCM_TS_OPT_ID", .make = typed_uint },
	{ .name = "SCM_INQ", .make = typed_int },
	{ .name = "SCM_DEVMEM_LINEAR", .make = typed_shape, .shape = shape_dmabuf },
	{ .name = "SCM_DEVMEM_DMABUF", .make = typed_shape, .shape = shape_dmabuf },
	{ .name = "SO_RXQ_OVFL", .make = typed_uint },
	{ .name = "SO_MARK", .make = typed_hex },
	{ .name = "SO_PRIORITY", .make = typed_uint },
};

static const struct typed ip_messages[] = {
	{ .name = "IP_PKTINFO", .make = typed_shape, .shape = shape_in_pktinfo },
	{ .name = "IP_TTL", .make = typed_int_or_byte },
	{ .name = "IP_TOS", .make = typed_tos, .names = &names_ip_tos },
	{ .name = "IP_RECVERR", .make = make_error },
	{ .name = "IP_ORIGDSTADDR", .make = typed_address },
	{ .name = "IP_RETOPTS", .make = typed_ip_options },
	{ .name = "IP_RECVOPTS", .make = typed_ip_options },
	{ .name = "IP_CHECKSUM", .make = typed_hex },
	{ .name = "IP_RECVFRAGSIZE", .make = typed_int },
	{ .name = "IP_PASSSEC", .make = typed_string },
	{ .name = "IP_PROTOCOL", .make = typed_const, .names = &names_ip_protocol },
};

static const struct typed ipv6_messages[] = {
	{ .name = "IPV6_PKTINFO", .make = typed_shape, .shape = shape_in6_pktinfo },
	{ .name = "IPV6_2292PKTINFO", .make = typed_shape, .shape = shape_in6_pktinfo },
	{ .name = "IPV6_HOPLIMIT", .make = typed_int },
	{ .name = "IPV6_2292HOPLIMIT", .make = typed_int },
	{ .name = "IPV6_TCLASS", .make = typed_int },
	{ .name = "IPV6_RECVERR", .make = make_error },
	{ .name = "IPV6_ORIGDSTADDR", .make = typed_address },
	{ .name = "IPV6_FLOWINFO", .make = typed_hex },
	{ .name = "IPV6_HOPOPTS", .make = typed_bytes },
	{ .name = "IPV6_DSTOPTS", .make = typed_bytes },
	{ .name = "IPV6_RTHDR", .make = typed_bytes },
	{ .name = "IPV6_RTHDRDSTOPTS", .make = typed_bytes },
	{ .name = "IPV6_DONTFRAG", .make = typed_int },
	{ .name = "IPV6_RECVFRAGSIZE", .make = typed_int },
};

static const struct typed udp_messages[] = {
	{ .name = "UDP_SEGMENT", .make = typed_u16 },
	{ .name = "UDP_GRO", .make = typed_int },
};
static const struct typed tcp_messages[] = { { .name = "TCP_INQ", .make = typed_int } };
static const struct typed tls_messages[] = {
	{ .name = "TLS_SET_RECORD_TYPE", .make = typed_const_byte, .names = &names_tls_record_type },
	{ .name = "TLS_GET_RECORD_TYPE", .make = typed_const_byte, .names = &names_tls_record_type },
};
static const struct typed packet_messages[] = {
	{ .name = "PACKET_AUXDATA", .make = typed_shape, .shape = shape_auxdata },
	{ .name = "PACKET_TX_TIMESTAMP", .make = make_error },
};
static const struct typed netlink_infos[] = {
	{ .name = "NETLINK_PKTINFO", .make = typed_shape, .shape = shape_nl_pktinfo },
	{ .name = "NETLINK_LISTEN_ALL_NSID", .make = typed_int },
};
static const struct typed alg_messages[] = {
	{ .name = "ALG_SET_IV", .make = make_alg_iv },
	{ .name = "ALG_SET_OP", .make = typed_const, .names = &names_alg_op },
	{ .name = "ALG_SET_AEAD_ASSOCLEN", .make = typed_uint },
};
static const struct typed sctp_messages[] = {
	{ .name = "SCTP_INIT", .make = typed_shape, .shape = shape_sctp_initmsg },
	{ .name = "SCTP_SNDRCV", .make = typed_shape, .shape = shape_sctp_sndrcv },
	{ .name = "SCTP_SNDINFO", .make = typed_shape, .shape = shape_sctp_snd },
	{ .name = "SCTP_RCVINFO", .make = typed_shape, .shape = shape_rcvinfo },
	{ .name = "SCTP_NXTINFO", .make = typed_shape, .shape = shape_nxtinfo },
	{ .name = "SCTP_PRINFO", .make = typed_shape, .shape = shape_prinfo },
	{ .name = "SCTP_AUTHINFO", .make = typed_shape, .shape = shape_authinfo },
	{ .name = "SCTP_DSTADDRV4", .make = typed_ip },
	{ .name = "SCTP_DSTADDRV6", .make = typed_ip },
};

const struct level *const control_levels[] = {
	&(const struct level)LEVEL("SOL_SOCKET", sockopt_level, -1, scm, socket_messages),
	&(const struct level)LEVEL("SOL_IP", sockopt_level, -1, ip, ip_messages),
	&(const struct level)LEVEL("SOL_IPV6", sockopt_level, -1, ipv6, ipv6_messages),
	&(const struct level)LEVEL("SOL_UDP", sockopt_level, -1, udp, udp_messages),
	&(const struct level)LEVEL("SOL_TCP", sockopt_level, -1, tcp, tcp_messages),
	&(const struct level)LEVEL("SOL_TLS", sockopt_level, -1, cmsg_tls, tls_messages),
	&(const struct level)LEVEL("SOL_PACKET", sockopt_level, -1, packet, packet_messages),
	&(const struct level)LEVEL("SOL_NETLINK", sockopt_level, -1, netlink, netlink_infos),
	&(const struct level)LEVEL("SOL_ALG", sockopt_level, -1, alg, alg_messages),
	&(const struct level)LEVEL("SOL_SCTP", sockopt_level, -1, cmsg_sctp, sctp_messages),
	&(const struct level)LEVEL_NAMES("SOL_BLUETOOTH", sockopt_level, -1, cmsg_bluetooth),
	&(const struct level)LEVEL_NAMES("SOL_CAN_RAW", sockopt_level, -1, cmsg_can_raw),
	&(const struct level)LEVEL_NAMES("SOL_CAN_J1939", sockopt_level, -1, cmsg_can_j1939),
	&(const struct level)LEVEL_NAMES("SOL_RDS", sockopt_level, -1, cmsg_rds),
	&(const struct level)LEVEL_NAMES("SOL_RXRPC", sockopt_level, -1, cmsg_rxrpc),
	&(const struct level)LEVEL_NAMES("SOL_TIPC", sockopt_level, -1, cmsg_tipc),
	&(const struct level)LEVEL_NAMES("SOL_IUCV", sockopt_level, -1, cmsg_iucv),
	&(const struct level)LEVEL_NAMES("SOL_DCCP", sockopt_level, -1, cmsg_dccp),
};
const unsigned control_level_count = sizeof(control_levels) / sizeof(control_levels[0]);

/* A message's header. */
struct header {
	uint64_t length; /* with the header */
	uint32_t level, type;
};

static struct header read_header(const struct layout *layout, const uint8_t *bytes)
{
	return (struct header){ word_get(bytes, layout->pointer), u32_get(bytes + layout->cmsghdr.level),
				u32_get(bytes + layout->cmsghdr.type) };
}

/* One message; text shows its type and data: SCM_RIGHTS [7]. */
static struct value *message_value(const struct decoder *decoder, const struct header *header,
				   const uint8_t *data, uint32_t size, uint32_t total)
{
	const struct level *level =
		level_find(control_levels, control_level_count, header->level, decoder_family(decoder));
	const char *type = level ? names_find(level->types, header->type) : NULL;
	const struct typed *typed = level ? typed_find(level->rows, level->count, type) : NULL;
	struct fields fields;

	fields_init(&fields, decoder->arena, value_struct(decoder->arena, NULL));
	fields.of->style = STYLE_BARE;
	fields_uint(&fields, "cmsg_len", header->length)->place = PLACE_VERBOSE;
	struct value *shown = fields_constant(&fields, "cmsg_level", &names_sockopt_level, header->level);

	if (type)
		shown->place = PLACE_VERBOSE;
	fields_constant(&fields, "cmsg_type", level ? level->types : NULL, header->type);
	if (total)
		fields_add(&fields, typed_value(decoder, typed, "cmsg_data", data, size, total));
	return fields.of;
}

void control_list(const struct decoder *decoder, struct fields *to, const char *name, const uint8_t *bytes,
		  uint32_t size, uint64_t total)
{
	const struct layout *layout = &decoder->call->abi->layout;
	uint32_t at = 0, head = layout->cmsghdr.header, align = layout->cmsghdr.align;
	struct fields list;
	unsigned count = 0;

	fields_init(&list, decoder->arena, value_list(decoder->arena, name));
	while (at + head <= size && count++ < MESSAGES_MAX) {
		struct header header = read_header(layout, bytes + at);
		uint64_t room = total - at; /* what the caller says is there */
		uint64_t data = header.length - head;

		/* net/socket.h: CMSG_OK */
		if (header.length < head || header.length > room)
			break;
		fields_add(&list, message_value(decoder, &header, bytes + at + head,
						(uint32_t)smaller(data, size - at - head),
						(uint32_t)smaller(data, UINT32_MAX)));
		if (header.length >= size - at) {
			at = size;
			break;
		}
		at += (uint32_t)((header.length + align - 1) & ~(uint64_t)(align - 1));
	}
	if (at < size && at + head <= size)
		fields_bytes(&list, NULL, bytes + at, size - at);
	fields_add(to, list.of);
	if (total > size)
		list.of->list.total = list.of->list.count + 1;
}
