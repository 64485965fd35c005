/* SOL_IP's, SOL_IPV6's, SOL_ICMPV6's and SOL_RAW's options: ip(7), ipv6(7), raw(7), linux/in.h, linux/in6.h,
 * linux/mroute.h. */
#include "option_rows.h"

#include <sys/socket.h>

enum { SOURCES_MAX = 64, PASSES_MAX = 32, STORAGE = 128 };

/* struct ip_mreq and, longer by the index, struct ip_mreqn */
static const struct shape_field shape_mreq[] = { F_IP_("imr_multiaddr", 4), F_IP_("imr_address", 4),
						 F_INT_("imr_ifindex", 4), F_END_ };
static const struct shape_field shape_mreq_source[] = { F_IP_("imr_multiaddr", 4), F_IP_("imr_interface", 4),
							F_IP_("imr_sourceaddr", 4), F_END_ };
static const struct shape_field shape_ipv6_mreq[] = { F_IP_("ipv6mr_multiaddr", 16),
						      F_INT_("ipv6mr_ifindex", 4), F_END_ };
/* struct vifctl, mfcctl, mif6ctl, mf6cctl */
static const struct shape_field shape_vif[] = { F_UINT_("vifc_vifi", 2),
						F_HEX_("vifc_flags", 1),
						F_UINT_("vifc_threshold", 1),
						F_UINT_("vifc_rate_limit", 4),
						F_IP_("vifc_lcl_addr", 4),
						F_IP_("vifc_rmt_addr", 4),
						F_END_ };
static const struct shape_field shape_mfc[] = { F_IP_("mfcc_origin", 4),
						F_IP_("mfcc_mcastgrp", 4),
						F_UINT_("mfcc_parent", 2),
						F_BYTES_("mfcc_ttls", 32),
						F_PAD_(2),
						F_UINT_("mfcc_pkt_cnt", 4),
						F_UINT_("mfcc_byte_cnt", 4),
						F_UINT_("mfcc_wrong_if", 4),
						F_INT_("mfcc_expire", 4),
						F_END_ };
static const struct shape_field shape_mif6[] = { F_UINT_("mif6c_mifi", 2),
						 F_HEX_("mif6c_flags", 1),
						 F_UINT_("vifc_threshold", 1),
						 F_UINT_("mif6c_pifi", 2),
						 F_PAD_(2),
						 F_UINT_("vifc_rate_limit", 4),
						 F_END_ };
static const struct shape_field shape_mf6c[] = {
	F_ADDRESS_("mf6cc_origin", 28), F_ADDRESS_("mf6cc_mcastgrp", 28),
	F_UINT_("mf6cc_parent", 2),	F_PAD_(2),
	F_BYTES_("mf6cc_ifset", 32),	F_END_
};
static const struct shape_field shape_mtuinfo[] = { F_ADDRESS_("ip6m_addr", 28), F_UINT_("ip6m_mtu", 4),
						    F_END_ };
static const struct shape_field shape_flowlabel[] = {
	F_IP_("flr_dst", 16),
	F_BE_("flr_label", 4),
	F_CONST_("flr_action", 1, flowlabel_action),
	F_CONST_("flr_share", 1, flowlabel_share),
	F_FLAGS_("flr_flags", 2, flowlabel_flags),
	F_UINT_("flr_expires", 2),
	F_UINT_("flr_linger", 2),
	F_PAD_(4),
	F_END_,
};

/* Where struct sockaddr_storage stands in group_req and its like: aligned as a long. */
static uint32_t storage_at(const struct decoder *decoder)
{
	return decoder->call->abi->layout.pointer;
}

/* struct group_req: gr_interface, gr_group; group_source_req: gsr_interface, gsr_group, gsr_source */
static struct value *make_group(const struct decoder *decoder, const struct typed *typed, const char *name,
				const uint8_t *bytes, uint32_t size)
{
	uint32_t at = storage_at(decoder);
	struct fields fields;

	if (size < at + STORAGE)
		return NULL;
	bool source = size >= at + 2 * STORAGE;

	fields_init(&fields, decoder->arena, value_struct(decoder->arena, name));
	fields_uint(&fields, source ? "gsr_interface" : "gr_interface", u32_get(bytes));
	fields_add(&fields,
		   typed_address(decoder, typed, source ? "gsr_group" : "gr_group", bytes + at, STORAGE));
	if (source)
		fields_add(&fields,
			   typed_address(decoder, typed, "gsr_source", bytes + at + STORAGE, STORAGE));
	return fields.of;
}

/* struct ip_msfilter */
static struct value *make_ip_msfilter(const struct decoder *decoder, const struct typed *typed,
				      const char *name, const uint8_t *bytes, uint32_t size)
{
	struct fields fields, list;

	(void)typed;
	if (size < 16)
		return NULL;
	uint32_t count = u32_get(bytes + 12);

	fields_init(&fields, decoder->arena, value_struct(decoder->arena, name));
	fields_add(&fields, value_ip(decoder->arena, "imsf_multiaddr", bytes, 4));
	fields_add(&fields, value_ip(decoder->arena, "imsf_interface", bytes + 4, 4));
	fields_constant(&fields, "imsf_fmode", &names_mcast_mode, u32_get(bytes + 8));
	fields_uint(&fields, "imsf_numsrc", count);
	fields_init(&list, decoder->arena, value_list(decoder->arena, "imsf_slist"));
	for (uint32_t i = 0; i < count && i < SOURCES_MAX && 16 + i * 4 + 4 <= size; i++)
		fields_add(&list, value_ip(decoder->arena, NULL, bytes + 16 + i * 4, 4));
	list.of->list.total = count;
	fields_add(&fields, list.of);
	return fields.of;
}

/* struct group_filter */
static struct value *make_group_filter(const struct decoder *decoder, const struct typed *typed,
				       const char *name, const uint8_t *bytes, uint32_t size)
{
	uint32_t at = storage_at(decoder), head = at + STORAGE + 8;
	struct fields fields, list;

	if (size < head)
		return NULL;
	uint32_t count = u32_get(bytes + at + STORAGE + 4);

	fields_init(&fields, decoder->arena, value_struct(decoder->arena, name));
	fields_uint(&fields, "gf_interface", u32_get(bytes));
	fields_add(&fields, typed_address(decoder, typed, "gf_group", bytes + at, STORAGE));
	fields_constant(&fields, "gf_fmode", &names_mcast_mode, u32_get(bytes + at + STORAGE));
	fields_uint(&fields, "gf_numsrc", count);
	fields_init(&list, decoder->arena, value_list(decoder->arena, "gf_slist"));
	for (uint32_t i = 0; i < count && i < SOURCES_MAX && head + (i + 1) * STORAGE <= size; i++)
		fields_add(&list, typed_address(decoder, typed, NULL, bytes + head + i * STORAGE, STORAGE));
	list.of->list.total = count;
	fields_add(&fields, list.of);
	return fields.of;
}

/* IP_LOCAL_PORT_RANGE: low port in the low half, high port in the high half (ip(7)). */
static struct value *make_port_range(const struct decoder *decoder, const struct typed *typed,
				     const char *name, const uint8_t *bytes, uint32_t size)
{
	struct fields fields;

	(void)typed;
	if (size != 4)
		return NULL;
	fields_init(&fields, decoder->arena, value_struct(decoder->arena, name));
	fields_uint(&fields, "low", u16_get(bytes));
	fields_uint(&fields, "high", u16_get(bytes + 2));
	return fields.of;
}

/* An interface's index in network order: IP_UNICAST_IF, IPV6_UNICAST_IF. */
static struct value *make_index_be(const struct decoder *decoder, const struct typed *typed, const char *name,
				   const uint8_t *bytes, uint32_t size)
{
	(void)typed;
	if (size != 4)
		return NULL;
	return value_uint(decoder->arena, name,
			  (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 |
				  bytes[3]);
}

/* Options that IP and IPv6 share, with their numbers. */
#define GROUP_ROWS                                                                 \
	{ .name = "MCAST_JOIN_GROUP", .make = make_group },                        \
		{ .name = "MCAST_LEAVE_GROUP", .make = make_group },               \
		{ .name = "MCAST_BLOCK_SOURCE", .make = make_group },              \
		{ .name = "MCAST_UNBLOCK_SOURCE", .make = make_group },            \
		{ .name = "MCAST_JOIN_SOURCE_GROUP", .make = make_group },         \
		{ .name = "MCAST_LEAVE_SOURCE_GROUP", .make = make_group },        \
	{                                                                          \
		.name = "MCAST_MSFILTER", .make = make_group_filter, .input = true \
	}

static const struct typed ip_rows[] = {
	{ .name = "IP_TOS", .make = typed_tos, .names = &names_ip_tos },
	{ .name = "IP_TTL", .make = typed_int_or_byte },
	{ .name = "IP_HDRINCL", .make = typed_int_or_byte },
	{ .name = "IP_OPTIONS", .make = typed_ip_options },
	{ .name = "IP_ROUTER_ALERT", .make = typed_int_or_byte },
	{ .name = "IP_RECVOPTS", .make = typed_int_or_byte },
	{ .name = "IP_RETOPTS", .make = typed_int_or_byte },
	{ .name = "IP_PKTINFO", .make = typed_int_or_byte },
	{ .name = "IP_PKTOPTIONS", .make = typed_bytes },
	{ .name = "IP_MTU_DISCOVER", .make = typed_const_byte, .names = &names_ip_pmtudisc },
	{ .name = "IP_RECVERR", .make = typed_int_or_byte },
	{ .name = "IP_RECVERR_RFC4884", .make = typed_int_or_byte },
	{ .name = "IP_RECVTTL", .make = typed_int_or_byte },
	{ .name = "IP_RECVTOS", .make = typed_int_or_byte },
	{ .name = "IP_MTU", .make = typed_int_or_byte },
	{ .name = "IP_FREEBIND", .make = typed_int_or_byte },
	{ .name = "IP_IPSEC_POLICY", .make = typed_bytes },
	{ .name = "IP_XFRM_POLICY", .make = typed_bytes },
	{ .name = "IP_PASSSEC", .make = typed_int_or_byte },
	{ .name = "IP_TRANSPARENT", .make = typed_int_or_byte },
	{ .name = "IP_ORIGDSTADDR", .make = typed_int_or_byte },
	{ .name = "IP_MINTTL", .make = typed_int_or_byte },
	{ .name = "IP_NODEFRAG", .make = typed_int_or_byte },
	{ .name = "IP_CHECKSUM", .make = typed_int_or_byte },
	{ .name = "IP_BIND_ADDRESS_NO_PORT", .make = typed_int_or_byte },
	{ .name = "IP_RECVFRAGSIZE", .make = typed_int_or_byte },
	{ .name = "IP_MULTICAST_IF", .make = typed_index_or_ip, .shape = shape_mreq },
	{ .name = "IP_MULTICAST_TTL", .make = typed_int_or_byte },
	{ .name = "IP_MULTICAST_LOOP", .make = typed_int_or_byte },
	{ .name = "IP_ADD_MEMBERSHIP", .make = typed_shape, .shape = shape_mreq, .least = 8 },
	{ .name = "IP_DROP_MEMBERSHIP", .make = typed_shape, .shape = shape_mreq, .least = 8 },
	{ .name = "IP_UNBLOCK_SOURCE", .make = typed_shape, .shape = shape_mreq_source },
	{ .name = "IP_BLOCK_SOURCE", .make = typed_shape, .shape = shape_mreq_source },
	{ .name = "IP_ADD_SOURCE_MEMBERSHIP", .make = typed_shape, .shape = shape_mreq_source },
	{ .name = "IP_DROP_SOURCE_MEMBERSHIP", .make = typed_shape, .shape = shape_mreq_source },
	{ .name = "IP_MSFILTER", .make = make_ip_msfilter, .input = true },
	{ .name = "IP_MULTICAST_ALL", .make = typed_int_or_byte },
	{ .name = "IP_UNICAST_IF", .make = make_index_be },
	{ .name = "IP_LOCAL_PORT_RANGE", .make = make_port_range },
	{ .name = "IP_PROTOCOL", .make = typed_const, .names = &names_ip_protocol },
	GROUP_ROWS,
	{ .name = "MRT_INIT", .make = typed_int },
	{ .name = "MRT_DONE", .make = typed_none },
	{ .name = "MRT_ADD_VIF", .make = typed_shape, .shape = shape_vif },
	{ .name = "MRT_DEL_VIF", .make = typed_shape, .shape = shape_vif },
	{ .name = "MRT_ADD_MFC", .make = typed_shape, .shape = shape_mfc },
	{ .name = "MRT_DEL_MFC", .make = typed_shape, .shape = shape_mfc },
	{ .name = "MRT_ADD_MFC_PROXY", .make = typed_shape, .shape = shape_mfc },
	{ .name = "MRT_DEL_MFC_PROXY", .make = typed_shape, .shape = shape_mfc },
	{ .name = "MRT_VERSION", .make = typed_hex },
	{ .name = "MRT_ASSERT", .make = typed_int },
	{ .name = "MRT_PIM", .make = typed_int },
	{ .name = "MRT_TABLE", .make = typed_uint },
	{ .name = "MRT_FLUSH", .make = typed_hex },
	/* netfilter's (linux/netfilter_ipv4.h) */
	{ .name = "SO_ORIGINAL_DST", .make = typed_address },
};

const struct level options_ip = {
	"SOL_IP",	&names_sockopt_level, -1,      &names_ip,
	&names_ipt_get, &names_ipt_set,	      ip_rows, sizeof(ip_rows) / sizeof(ip_rows[0]),
};

static const struct typed ipv6_rows[] = {
	{ .name = "IPV6_ADDRFORM", .make = typed_family },
	{ .name = "IPV6_2292PKTINFO", .make = typed_int },
	{ .name = "IPV6_2292HOPOPTS", .make = typed_int },
	{ .name = "IPV6_2292DSTOPTS", .make = typed_int },
	{ .name = "IPV6_2292RTHDR", .make = typed_int },
	{ .name = "IPV6_2292PKTOPTIONS", .make = typed_bytes },
	{ .name = "IPV6_2292HOPLIMIT", .make = typed_int },
	{ .name = "IPV6_CHECKSUM", .make = typed_int },
	{ .name = "IPV6_NEXTHOP", .make = typed_address },
	{ .name = "IPV6_AUTHHDR", .make = typed_bytes },
	{ .name = "IPV6_FLOWINFO", .make = typed_int },
	{ .name = "IPV6_UNICAST_HOPS", .make = typed_int },
	{ .name = "IPV6_MULTICAST_IF", .make = typed_int },
	{ .name = "IPV6_MULTICAST_HOPS", .make = typed_int },
	{ .name = "IPV6_MULTICAST_LOOP", .make = typed_int },
	{ .name = "IPV6_MULTICAST_ALL", .make = typed_int },
	{ .name = "IPV6_ADD_MEMBERSHIP", .make = typed_shape, .shape = shape_ipv6_mreq },
	{ .name = "IPV6_DROP_MEMBERSHIP", .make = typed_shape, .shape = shape_ipv6_mreq },
	{ .name = "IPV6_JOIN_ANYCAST", .make = typed_shape, .shape = shape_ipv6_mreq },
	{ .name = "IPV6_LEAVE_ANYCAST", .make = typed_shape, .shape = shape_ipv6_mreq },
	{ .name = "IPV6_ROUTER_ALERT", .make = typed_int },
	{ .name = "IPV6_ROUTER_ALERT_ISOLATE", .make = typed_int },
	{ .name = "IPV6_MTU_DISCOVER", .make = typed_const, .names = &names_ipv6_pmtudisc },
	{ .name = "IPV6_MTU", .make = typed_int },
	{ .name = "IPV6_RECVERR", .make = typed_int },
	{ .name = "IPV6_RECVERR_RFC4884", .make = typed_int },
	{ .name = "IPV6_V6ONLY", .make = typed_int },
	{ .name = "IPV6_FLOWLABEL_MGR", .make = typed_shape, .shape = shape_flowlabel, .input = true },
	{ .name = "IPV6_FLOWINFO_SEND", .make = typed_int },
	{ .name = "IPV6_IPSEC_POLICY", .make = typed_bytes },
	{ .name = "IPV6_XFRM_POLICY", .make = typed_bytes },
	{ .name = "IPV6_HDRINCL", .make = typed_int },
	GROUP_ROWS,
	{ .name = "IPV6_RECVPKTINFO", .make = typed_int },
	{ .name = "IPV6_PKTINFO", .make = typed_shape, .shape = shape_in6_pktinfo },
	{ .name = "IPV6_RECVHOPLIMIT", .make = typed_int },
	{ .name = "IPV6_HOPLIMIT", .make = typed_int },
	{ .name = "IPV6_RECVHOPOPTS", .make = typed_int },
	{ .name = "IPV6_HOPOPTS", .make = typed_bytes },
	{ .name = "IPV6_RTHDRDSTOPTS", .make = typed_bytes },
	{ .name = "IPV6_RECVRTHDR", .make = typed_int },
	{ .name = "IPV6_RTHDR", .make = typed_bytes },
	{ .name = "IPV6_RECVDSTOPTS", .make = typed_int },
	{ .name = "IPV6_DSTOPTS", .make = typed_bytes },
	{ .name = "IPV6_RECVPATHMTU", .make = typed_int },
	{ .name = "IPV6_PATHMTU", .make = typed_shape, .shape = shape_mtuinfo },
	{ .name = "IPV6_DONTFRAG", .make = typed_int },
	{ .name = "IPV6_RECVTCLASS", .make = typed_int },
	{ .name = "IPV6_TCLASS", .make = typed_int },
	{ .name = "IPV6_AUTOFLOWLABEL", .make = typed_int },
	{ .name = "IPV6_ADDR_PREFERENCES", .make = typed_flags, .names = &names_ipv6_preferences },
	{ .name = "IPV6_MINHOPCOUNT", .make = typed_int },
	{ .name = "IPV6_ORIGDSTADDR", .make = typed_int },
	{ .name = "IPV6_TRANSPARENT", .make = typed_int },
	{ .name = "IPV6_UNICAST_IF", .make = make_index_be },
	{ .name = "IPV6_RECVFRAGSIZE", .make = typed_int },
	{ .name = "IPV6_FREEBIND", .make = typed_int },
	{ .name = "MRT6_INIT", .make = typed_int },
	{ .name = "MRT6_DONE", .make = typed_none },
	{ .name = "MRT6_ADD_MIF", .make = typed_shape, .shape = shape_mif6 },
	{ .name = "MRT6_DEL_MIF", .make = typed_u16 },
	{ .name = "MRT6_ADD_MFC", .make = typed_shape, .shape = shape_mf6c },
	{ .name = "MRT6_DEL_MFC", .make = typed_shape, .shape = shape_mf6c },
	{ .name = "MRT6_ADD_MFC_PROXY", .make = typed_shape, .shape = shape_mf6c },
	{ .name = "MRT6_DEL_MFC_PROXY", .make = typed_shape, .shape = shape_mf6c },
	{ .name = "MRT6_VERSION", .make = typed_hex },
	{ .name = "MRT6_ASSERT", .make = typed_int },
	{ .name = "MRT6_PIM", .make = typed_int },
	{ .name = "MRT6_TABLE", .make = typed_uint },
	{ .name = "MRT6_FLUSH", .make = typed_hex },
	{ .name = "IP6T_SO_ORIGINAL_DST", .make = typed_address },
};

const struct level options_ipv6 = {
	"SOL_IPV6",	 &names_sockopt_level, -1,	  &names_ipv6,
	&names_ip6t_get, &names_ip6t_set,      ipv6_rows, sizeof(ipv6_rows) / sizeof(ipv6_rows[0]),
};

/*
 * struct icmp_filter and icmp6_filter: a bit per type that is blocked (linux/icmp.h, linux/icmpv6.h). What is
 * of interest are the few types that pass; unknown ones by number.
 */
static void add_passing(struct fields *to, const struct names *names, const uint8_t *bytes, uint32_t size)
{
	struct fields list;

	fields_init(&list, to->arena, value_list(to->arena, "passes"));
	for (uint32_t type = 0; type < size * 8; type++) {
		if (bytes[type / 8] >> type % 8 & 1)
			continue;
		list.of->list.total++;
		if (list.of->list.count < PASSES_MAX)
			fields_constant(&list, NULL, names, type);
	}
	fields_add(to, list.of);
}

static struct value *make_icmp_filter(const struct decoder *decoder, const struct typed *typed,
				      const char *name, const uint8_t *bytes, uint32_t size)
{
	struct fields fields;

	if (size < shape_size(typed->shape))
		return NULL;
	fields_init(&fields, decoder->arena, value_struct(decoder->arena, name));
	shape_fields(decoder, &fields, typed->shape, bytes, size);
	for (struct value *word = fields.of->list.first; word; word = word->next)
		word->place = PLACE_VERBOSE;
	add_passing(&fields, typed->names, bytes, shape_size(typed->shape));
	return fields.of;
}

static const struct shape_field shape_icmp_filter[] = { F_HEX_("data", 4), F_END_ };
static const struct shape_field shape_icmp6_filter[] = { F_HEX_("data0", 8), F_HEX_("data64", 8),
							 F_HEX_("data128", 8), F_HEX_("data192", 8), F_END_ };
static const struct typed icmpv6_rows[] = {
	{ .name = "ICMPV6_FILTER",
	  .make = make_icmp_filter,
	  .names = &names_icmpv6_type,
	  .shape = shape_icmp6_filter },
};
const struct level options_icmpv6 = LEVEL("SOL_ICMPV6", sockopt_level, -1, icmpv6, icmpv6_rows);

static const struct typed raw_rows[] = {
	{ .name = "ICMP_FILTER",
	  .make = make_icmp_filter,
	  .names = &names_icmp_type,
	  .shape = shape_icmp_filter },
	{ .name = "IPV6_CHECKSUM", .make = typed_int },
	{ .name = "IPV6_HDRINCL", .make = typed_int },
};
const struct level options_raw = LEVEL("SOL_RAW", sockopt_level, -1, raw, raw_rows);
