/* NETLINK_ROUTE: links, addresses, routes, neighbours, rules and their like (rtnetlink(7),
 * linux/rtnetlink.h). */
#include "coverage_parts.h"
#include "netlink.h"

#include <sys/socket.h>

/* ---- links: linux/if_link.h ---- */

static const struct shape_field shape_link[] = {
	F_CONST_("ifi_family", 1, address_family),
	F_PAD_(1),
	F_CONST_("ifi_type", 2, arp_hardware),
	F_INT_("ifi_index", 4),
	F_FLAGS_("ifi_flags", 4, interface_flags),
	F_HEX_("ifi_change", 4),
	F_END_,
};
#define STATISTICS(size)                                                                              \
	F_UINT_("rx_packets", size), F_UINT_("tx_packets", size), F_UINT_("rx_bytes", size),          \
		F_UINT_("tx_bytes", size), F_UINT_("rx_errors", size), F_UINT_("tx_errors", size),    \
		F_UINT_("rx_dropped", size), F_UINT_("tx_dropped", size), F_UINT_("multicast", size), \
		F_UINT_("collisions", size), F_UINT_("rx_length_errors", size),                       \
		F_UINT_("rx_over_errors", size), F_UINT_("rx_crc_errors", size),                      \
		F_UINT_("rx_frame_errors", size), F_UINT_("rx_fifo_errors", size),                    \
		F_UINT_("rx_missed_errors", size), F_UINT_("tx_aborted_errors", size),                \
		F_UINT_("tx_carrier_errors", size), F_UINT_("tx_fifo_errors", size),                  \
		F_UINT_("tx_heartbeat_errors", size), F_UINT_("tx_window_errors", size),              \
		F_UINT_("rx_compressed", size), F_UINT_("tx_compressed", size),                       \
		F_UINT_("rx_nohandler", size)
static const struct shape_field shape_stats[] = { STATISTICS(4), F_END_ };
static const struct shape_field shape_stats64[] = { STATISTICS(8), F_UINT_("rx_otherhost_dropped", 8),
						    F_END_ };
static const struct shape_field shape_map[] = { F_UINT_("mem_start", 8),
						F_UINT_("mem_end", 8),
						F_UINT_("base_addr", 8),
						F_UINT_("irq", 2),
						F_UINT_("dma", 1),
						F_UINT_("port", 1),
						F_END_ };
static const struct shape_field shape_inet6_cache[] = { F_UINT_("max_reasm_len", 4), F_UINT_("tstamp", 4),
							F_UINT_("reachable_time", 4),
							F_UINT_("retrans_time", 4), F_END_ };
static const struct shape_field shape_vlan_flags[] = { F_FLAGS_("flags", 4, bridge_vlan_flags),
						       F_HEX_("mask", 4), F_END_ };
static const struct shape_field shape_port_range[] = { F_BE_("low", 2), F_BE_("high", 2), F_END_ };

static const struct attr xdp_rows[] = {
	{ .name = "IFLA_XDP_FD", .as = N_INT },
	{ .name = "IFLA_XDP_ATTACHED", .as = N_CONST, .names = &names_xdp_attached },
	{ .name = "IFLA_XDP_FLAGS", .as = N_FLAGS, .names = &names_xdp_flags },
	{ .name = "IFLA_XDP_EXPECTED_FD", .as = N_INT },
};
static const struct attrs xdp_attrs = ATTRS_NUMBERS(ifla_xdp, xdp_rows);

static const struct attr vlan_rows[] = {
	{ .name = "IFLA_VLAN_FLAGS", .as = N_SHAPE, .shape = shape_vlan_flags },
	{ .name = "IFLA_VLAN_PROTOCOL", .as = N_BE_CONST, .names = &names_ethernet_protocol },
	{ .name = "IFLA_VLAN_EGRESS_QOS", .as = N_BYTES },
	{ .name = "IFLA_VLAN_INGRESS_QOS", .as = N_BYTES },
};
static const struct attr bridge_rows[] = {
	{ .name = "IFLA_BR_ROOT_ID", .as = N_BYTES },
	{ .name = "IFLA_BR_BRIDGE_ID", .as = N_BYTES },
	{ .name = "IFLA_BR_GROUP_ADDR", .as = N_MAC },
	{ .name = "IFLA_BR_VLAN_PROTOCOL", .as = N_BE_CONST, .names = &names_ethernet_protocol },
	{ .name = "IFLA_BR_MULTI_BOOLOPT", .as = N_BYTES },
	{ .name = "IFLA_BR_MCAST_QUERIER_STATE", .as = N_BYTES },
};
static const struct attr bridge_port_rows[] = {
	{ .name = "IFLA_BRPORT_STATE", .as = N_CONST, .names = &names_bridge_state },
	{ .name = "IFLA_BRPORT_ROOT_ID", .as = N_BYTES },
	{ .name = "IFLA_BRPORT_BRIDGE_ID", .as = N_BYTES },
};
static const struct attr vxlan_rows[] = {
	{ .name = "IFLA_VXLAN_GROUP", .as = N_IP },
	{ .name = "IFLA_VXLAN_LOCAL", .as = N_IP },
	{ .name = "IFLA_VXLAN_GROUP6", .as = N_IP },
	{ .name = "IFLA_VXLAN_LOCAL6", .as = N_IP },
	{ .name = "IFLA_VXLAN_PORT", .as = N_BE },
	{ .name = "IFLA_VXLAN_LABEL", .as = N_BE },
	{ .name = "IFLA_VXLAN_PORT_RANGE", .as = N_SHAPE, .shape = shape_port_range },
};
static const struct attr macvlan_rows[] = {
	{ .name = "IFLA_MACVLAN_MODE", .as = N_CONST, .names = &names_macvlan_mode },
	{ .name = "IFLA_MACVLAN_MACADDR", .as = N_MAC },
	{ .name = "IFLA_MACVLAN_MACADDR_DATA", .as = N_BYTES },
};
static const struct attr bond_rows[] = {
	{ .name = "IFLA_BOND_ARP_IP_TARGET", .as = N_BYTES },
	{ .name = "IFLA_BOND_AD_INFO", .as = N_BYTES },
	{ .name = "IFLA_BOND_AD_ACTOR_SYSTEM", .as = N_MAC },
	{ .name = "IFLA_BOND_NS_IP6_TARGET", .as = N_BYTES },
};
static const struct attr ipvlan_rows[] = {
	{ .name = "IFLA_IPVLAN_MODE", .as = N_CONST, .names = &names_ipvlan_mode },
};
static const struct attrs vlan_attrs = ATTRS_NUMBERS(ifla_vlan, vlan_rows);
static const struct attrs bridge_attrs = ATTRS_NUMBERS(ifla_br, bridge_rows);
static const struct attrs bridge_port_attrs = ATTRS_NUMBERS(ifla_brport, bridge_port_rows);
static const struct attrs vxlan_attrs = ATTRS_NUMBERS(ifla_vxlan, vxlan_rows);
static const struct attrs macvlan_attrs = ATTRS_NUMBERS(ifla_macvlan, macvlan_rows);
static const struct attrs ipvlan_attrs = ATTRS_NUMBERS(ifla_ipvlan, ipvlan_rows);
static const struct attrs bond_attrs = ATTRS_NUMBERS(ifla_bond, bond_rows);
static const struct attrs tun_attrs = { &names_ifla_tun, NULL, 0, N_UINT };
static const struct attrs vrf_attrs = { &names_ifla_vrf, NULL, 0, N_UINT };
static const struct attrs link_attrs;

/* The other end of a pair: a message of its own, header and attributes. */
static struct value *make_veth_peer(struct attr_walk *walk, const struct attr *attr, const uint8_t *bytes,
				    uint32_t size)
{
	static const struct netlink_body body = { .shape = shape_link, .attrs = &link_attrs };
	const struct netlink_message inner = { .data = bytes, .size = size };
	struct fields fields;

	if (walk->depth >= NETLINK_DEPTH)
		return NULL;
	fields_init(&fields, walk->decoder->arena, value_struct(walk->decoder->arena, attr->name));
	walk->depth++;
	netlink_body(walk, &fields, &inner, &body);
	walk->depth--;
	return fields.of;
}
static const struct attr veth_rows[] = { { .name = "VETH_INFO_PEER", .as = N_MAKE, .make = make_veth_peer } };
static const struct attrs veth_attrs = ATTRS(veth_info, veth_rows);

/* IFLA_INFO_DATA's attributes by the kind that stands before it. */
static const struct {
	const char *kind;
	const struct attrs *data, *slave;
} kinds[] = {
	{ "vlan", &vlan_attrs, NULL },	     { "bridge", &bridge_attrs, &bridge_port_attrs },
	{ "vxlan", &vxlan_attrs, NULL },     { "macvlan", &macvlan_attrs, NULL },
	{ "macvtap", &macvlan_attrs, NULL }, { "ipvlan", &ipvlan_attrs, NULL },
	{ "bond", &bond_attrs, NULL },	     { "tun", &tun_attrs, NULL },
	{ "vrf", &vrf_attrs, NULL },	     { "veth", &veth_attrs, NULL },
};

static struct value *make_kind(struct attr_walk *walk, const struct attr *attr, const uint8_t *bytes,
			       uint32_t size)
{
	uint32_t length = (uint32_t)strnlen((const char *)bytes, size);

	walk->kind = arena_copy(walk->decoder->arena, bytes, length);
	return value_string(walk->decoder->arena, attr->name, (const char *)bytes, length);
}

static struct value *make_kind_data(struct attr_walk *walk, const struct attr *attr, const uint8_t *bytes,
				    uint32_t size)
{
	bool slave = !strcmp(attr->name, "IFLA_INFO_SLAVE_DATA");

	for (size_t i = 0; walk->kind && i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		const struct attrs *attrs = slave ? kinds[i].slave : kinds[i].data;

		if (!strcmp(kinds[i].kind, walk->kind) && attrs)
			return netlink_nest(walk, attr->name, attrs, bytes, size);
	}
	return NULL;
}

static const struct attr info_rows[] = {
	{ .name = "IFLA_INFO_KIND", .as = N_MAKE, .make = make_kind },
	{ .name = "IFLA_INFO_SLAVE_KIND", .as = N_MAKE, .make = make_kind },
	{ .name = "IFLA_INFO_DATA", .as = N_MAKE, .make = make_kind_data },
	{ .name = "IFLA_INFO_SLAVE_DATA", .as = N_MAKE, .make = make_kind_data },
};
static const struct attrs info_attrs = ATTRS(ifla_info, info_rows);

static const struct attr inet_rows[] = {
	{ .name = "IFLA_INET_CONF", .as = N_U32S, .names = &names_ipv4_devconf, .first = 1 },
};
static const struct attrs inet_attrs = ATTRS(ifla_inet, inet_rows);
static const struct attr inet6_rows[] = {
	{ .name = "IFLA_INET6_FLAGS", .as = N_HEX },
	{ .name = "IFLA_INET6_CONF", .as = N_U32S, .names = &names_ipv6_devconf },
	/* without names: what stands where differs from kernel to kernel (linux/snmp.h) */
	{ .name = "IFLA_INET6_STATS", .as = N_U64S },
	{ .name = "IFLA_INET6_ICMP6STATS", .as = N_U64S, .names = &names_icmp6_mib },
	{ .name = "IFLA_INET6_TOKEN", .as = N_IP },
	{ .name = "IFLA_INET6_RA_MTU", .as = N_UINT },
	{ .name = "IFLA_INET6_CACHEINFO", .as = N_SHAPE, .shape = shape_inet6_cache },
	{ .name = "IFLA_INET6_ADDR_GEN_MODE", .as = N_CONST, .names = &names_in6_addr_gen_mode },
};
static const struct attrs inet6_attrs = ATTRS(ifla_inet6, inet6_rows);
static const struct attr af_spec_rows[] = {
	{ .name = "AF_INET", .as = N_NEST, .nest = &inet_attrs },
	{ .name = "AF_INET6", .as = N_NEST, .nest = &inet6_attrs },
};
static const struct attrs af_spec_attrs = ATTRS(address_family, af_spec_rows);

static const struct attr prop_rows[] = { { .name = "IFLA_ALT_IFNAME", .as = N_STRING } };
static const struct attrs prop_attrs = ATTRS(ifla, prop_rows);

static const struct attr link_rows[] = {
	{ .name = "IFLA_ADDRESS", .as = N_MAC },
	{ .name = "IFLA_BROADCAST", .as = N_MAC },
	{ .name = "IFLA_PERM_ADDRESS", .as = N_MAC },
	{ .name = "IFLA_IFNAME", .as = N_STRING },
	{ .name = "IFLA_ALT_IFNAME", .as = N_STRING },
	{ .name = "IFLA_IFALIAS", .as = N_STRING },
	{ .name = "IFLA_QDISC", .as = N_STRING },
	{ .name = "IFLA_PHYS_PORT_NAME", .as = N_STRING },
	{ .name = "IFLA_PARENT_DEV_NAME", .as = N_STRING },
	{ .name = "IFLA_PARENT_DEV_BUS_NAME", .as = N_STRING },
	{ .name = "IFLA_STATS", .as = N_SHAPE, .shape = shape_stats },
	{ .name = "IFLA_STATS64", .as = N_SHAPE, .shape = shape_stats64 },
	{ .name = "IFLA_MAP", .as = N_SHAPE, .shape = shape_map },
	{ .name = "IFLA_OPERSTATE", .as = N_CONST, .names = &names_link_oper_state },
	{ .name = "IFLA_LINKMODE", .as = N_CONST, .names = &names_link_mode },
	{ .name = "IFLA_LINKINFO", .as = N_NEST, .nest = &info_attrs },
	{ .name = "IFLA_AF_SPEC", .as = N_NEST, .nest = &af_spec_attrs },
	{ .name = "IFLA_PROP_LIST", .as = N_NEST, .nest = &prop_attrs },
	{ .name = "IFLA_XDP", .as = N_NEST, .nest = &xdp_attrs },
	{ .name = "IFLA_EXT_MASK", .as = N_FLAGS, .names = &names_rtext_filter },
	{ .name = "IFLA_PROTINFO", .as = N_NEST, .nest = &bridge_port_attrs },
	{ .name = "IFLA_NET_NS_FD", .as = N_INT },
	{ .name = "IFLA_LINK_NETNSID", .as = N_INT },
	{ .name = "IFLA_NEW_NETNSID", .as = N_INT },
	{ .name = "IFLA_IF_NETNSID", .as = N_INT },
	{ .name = "IFLA_WIRELESS", .as = N_BYTES },
	{ .name = "IFLA_PHYS_PORT_ID", .as = N_BYTES },
	{ .name = "IFLA_PHYS_SWITCH_ID", .as = N_BYTES },
	{ .name = "IFLA_VFINFO_LIST", .as = N_BYTES },
	{ .name = "IFLA_VF_PORTS", .as = N_BYTES },
	{ .name = "IFLA_PORT_SELF", .as = N_BYTES },
	{ .name = "IFLA_PROTO_DOWN_REASON", .as = N_BYTES },
	{ .name = "IFLA_DEVLINK_PORT", .as = N_BYTES },
	{ .name = "IFLA_DPLL_PIN", .as = N_BYTES },
};
static const struct attrs link_attrs = ATTRS_NUMBERS(ifla, link_rows);

/* ---- addresses: linux/if_addr.h ---- */

static const struct shape_field shape_addr[] = {
	F_CONST_("ifa_family", 1, address_family),
	F_UINT_("ifa_prefixlen", 1),
	F_FLAGS_("ifa_flags", 1, ifa_flags),
	F_CONST_("ifa_scope", 1, route_scope),
	F_UINT_("ifa_index", 4),
	F_END_,
};
static const struct shape_field shape_addr_cache[] = { F_UINT_("ifa_prefered", 4), F_UINT_("ifa_valid", 4),
						       F_UINT_("cstamp", 4), F_UINT_("tstamp", 4), F_END_ };
static const struct attr addr_rows[] = {
	{ .name = "IFA_ADDRESS", .as = N_IP },
	{ .name = "IFA_LOCAL", .as = N_IP },
	{ .name = "IFA_BROADCAST", .as = N_IP },
	{ .name = "IFA_ANYCAST", .as = N_IP },
	{ .name = "IFA_MULTICAST", .as = N_IP },
	{ .name = "IFA_LABEL", .as = N_STRING },
	{ .name = "IFA_CACHEINFO", .as = N_SHAPE, .shape = shape_addr_cache },
	{ .name = "IFA_FLAGS", .as = N_FLAGS, .names = &names_ifa_flags },
	{ .name = "IFA_PROTO", .as = N_CONST, .names = &names_ifa_protocol },
};
static const struct attrs addr_attrs = ATTRS_NUMBERS(ifa, addr_rows);

/* ---- routes: linux/rtnetlink.h ---- */

static const struct shape_field shape_route[] = {
	F_CONST_("rtm_family", 1, address_family),
	F_UINT_("rtm_dst_len", 1),
	F_UINT_("rtm_src_len", 1),
	F_UINT_("rtm_tos", 1),
	F_CONST_("rtm_table", 1, route_table),
	F_CONST_("rtm_protocol", 1, route_protocol),
	F_CONST_("rtm_scope", 1, route_scope),
	F_CONST_("rtm_type", 1, route_type),
	F_FLAGS_("rtm_flags", 4, route_flags),
	F_END_,
};
static const struct shape_field shape_route_cache[] = {
	F_UINT_("rta_clntref", 4), F_UINT_("rta_lastuse", 4), F_INT_("rta_expires", 4),
	F_UINT_("rta_error", 4),   F_UINT_("rta_used", 4),    F_UINT_("rta_id", 4),
	F_UINT_("rta_ts", 4),	   F_UINT_("rta_tsage", 4),   F_END_,
};
static const struct attr metric_rows[] = {
	{ .name = "RTAX_CC_ALGO", .as = N_STRING },
	{ .name = "RTAX_FEATURES", .as = N_FLAGS, .names = &names_rtax_features },
};
static const struct attrs metric_attrs = ATTRS_NUMBERS(rtax, metric_rows);
static const struct attrs route_attrs;

enum { NEXTHOP = 8 /* struct rtnexthop */, NEXTHOPS_MAX = 256 };

/* RTA_MULTIPATH: structures with attributes of their own, each as long as it says. */
static struct value *make_multipath(struct attr_walk *walk, const struct attr *attr, const uint8_t *bytes,
				    uint32_t size)
{
	struct arena *arena = walk->decoder->arena;
	struct fields list, hop;

	if (walk->depth >= NETLINK_DEPTH)
		return NULL;
	fields_init(&list, arena, value_list(arena, attr->name));
	while (size >= NEXTHOP && list.of->list.count < NEXTHOPS_MAX) {
		uint32_t length = u16_get(bytes), next = (length + 3) & ~3u;

		if (length < NEXTHOP || length > size)
			break;
		fields_init(&hop, arena, value_struct(arena, NULL));
		fields_flags(&hop, "rtnh_flags", &names_nexthop_flags, bytes[2]);
		fields_uint(&hop, "rtnh_hops", bytes[3]);
		fields_int(&hop, "rtnh_ifindex", (int)u32_get(bytes + 4));
		walk->depth++;
		netlink_attrs(walk, &hop, &route_attrs, bytes + NEXTHOP, length - NEXTHOP);
		walk->depth--;
		fields_add(&list, hop.of);
		if (next >= size)
			return list.of;
		bytes += next;
		size -= next;
	}
	if (size)
		fields_bytes(&list, NULL, bytes, size);
	return list.of;
}

/* struct rtvia */
static struct value *make_via(struct attr_walk *walk, const struct attr *attr, const uint8_t *bytes,
			      uint32_t size)
{
	struct arena *arena = walk->decoder->arena;
	struct fields fields;

	if (size != 6 && size != 18)
		return NULL;
	fields_init(&fields, arena, value_struct(arena, attr->name));
	fields_constant(&fields, "rtvia_family", &names_address_family, u16_get(bytes));
	fields_add(&fields, value_ip(arena, "rtvia_addr", bytes + 2, size - 2));
	return fields.of;
}

static const struct attr route_rows[] = {
	{ .name = "RTA_DST", .as = N_IP },
	{ .name = "RTA_SRC", .as = N_IP },
	{ .name = "RTA_GATEWAY", .as = N_IP },
	{ .name = "RTA_PREFSRC", .as = N_IP },
	{ .name = "RTA_NEWDST", .as = N_BYTES },
	{ .name = "RTA_METRICS", .as = N_NEST, .nest = &metric_attrs },
	{ .name = "RTA_MULTIPATH", .as = N_MAKE, .make = make_multipath },
	{ .name = "RTA_VIA", .as = N_MAKE, .make = make_via },
	{ .name = "RTA_CACHEINFO", .as = N_SHAPE, .shape = shape_route_cache },
	{ .name = "RTA_TABLE", .as = N_CONST, .names = &names_route_table },
	{ .name = "RTA_PREF", .as = N_CONST, .names = &names_route_preference },
	{ .name = "RTA_ENCAP_TYPE", .as = N_CONST, .names = &names_lwtunnel_encap },
	{ .name = "RTA_ENCAP", .as = N_BYTES },
	{ .name = "RTA_IP_PROTO", .as = N_CONST, .names = &names_ip_protocol },
	{ .name = "RTA_SPORT", .as = N_BE },
	{ .name = "RTA_DPORT", .as = N_BE },
	{ .name = "RTA_MARK", .as = N_HEX },
	{ .name = "RTA_MFC_STATS", .as = N_U64S },
};
static const struct attrs route_attrs = ATTRS_NUMBERS(rta, route_rows);

/* ---- neighbours: linux/neighbour.h ---- */

static const struct shape_field shape_neigh[] = {
	F_CONST_("ndm_family", 1, address_family),
	F_PAD_(3),
	F_INT_("ndm_ifindex", 4),
	F_FLAGS_("ndm_state", 2, nud_state),
	F_FLAGS_("ndm_flags", 1, ntf_flags),
	F_CONST_("ndm_type", 1, route_type),
	F_END_,
};
static const struct shape_field shape_neigh_cache[] = { F_UINT_("ndm_confirmed", 4), F_UINT_("ndm_used", 4),
							F_UINT_("ndm_updated", 4), F_UINT_("ndm_refcnt", 4),
							F_END_ };
static const struct attr neigh_rows[] = {
	{ .name = "NDA_DST", .as = N_IP },
	{ .name = "NDA_LLADDR", .as = N_MAC },
	{ .name = "NDA_CACHEINFO", .as = N_SHAPE, .shape = shape_neigh_cache },
	{ .name = "NDA_PORT", .as = N_BE },
	{ .name = "NDA_PROTOCOL", .as = N_CONST, .names = &names_route_protocol },
	{ .name = "NDA_FLAGS_EXT", .as = N_FLAGS, .names = &names_ntf_ext_flags },
	{ .name = "NDA_FDB_EXT_ATTRS", .as = N_BYTES },
};
static const struct attrs neigh_attrs = ATTRS_NUMBERS(nda, neigh_rows);

/* ---- rules: linux/fib_rules.h ---- */

static const struct shape_field shape_rule[] = {
	F_CONST_("family", 1, address_family),
	F_UINT_("dst_len", 1),
	F_UINT_("src_len", 1),
	F_UINT_("tos", 1),
	F_CONST_("table", 1, route_table),
	F_PAD_(2),
	F_CONST_("action", 1, rule_action),
	F_FLAGS_("flags", 4, rule_flags),
	F_END_,
};
static const struct shape_field shape_uid_range[] = { F_UINT_("start", 4), F_UINT_("end", 4), F_END_ };
static const struct shape_field shape_rule_ports[] = { F_UINT_("start", 2), F_UINT_("end", 2), F_END_ };
static const struct attr rule_rows[] = {
	{ .name = "FRA_DST", .as = N_IP },
	{ .name = "FRA_SRC", .as = N_IP },
	{ .name = "FRA_IIFNAME", .as = N_STRING },
	{ .name = "FRA_OIFNAME", .as = N_STRING },
	{ .name = "FRA_FWMARK", .as = N_HEX },
	{ .name = "FRA_FWMASK", .as = N_HEX },
	{ .name = "FRA_TUN_ID", .as = N_BE },
	{ .name = "FRA_TABLE", .as = N_CONST, .names = &names_route_table },
	{ .name = "FRA_SUPPRESS_PREFIXLEN", .as = N_INT },
	{ .name = "FRA_SUPPRESS_IFGROUP", .as = N_INT },
	{ .name = "FRA_PROTOCOL", .as = N_CONST, .names = &names_route_protocol },
	{ .name = "FRA_IP_PROTO", .as = N_CONST, .names = &names_ip_protocol },
	{ .name = "FRA_UID_RANGE", .as = N_SHAPE, .shape = shape_uid_range },
	{ .name = "FRA_SPORT_RANGE", .as = N_SHAPE, .shape = shape_rule_ports },
	{ .name = "FRA_DPORT_RANGE", .as = N_SHAPE, .shape = shape_rule_ports },
};
static const struct attrs rule_attrs = ATTRS_NUMBERS(fra, rule_rows);

/* ---- the rest: names, and numbers where all attributes are numbers ---- */

static const struct shape_field shape_tc[] = {
	F_CONST_("tcm_family", 1, address_family),
	F_PAD_(3),
	F_INT_("tcm_ifindex", 4),
	F_HEX_("tcm_handle", 4),
	F_HEX_("tcm_parent", 4),
	F_HEX_("tcm_info", 4),
	F_END_,
};
static const struct attr tc_rows[] = {
	{ .name = "TCA_KIND", .as = N_STRING },		{ .name = "TCA_OPTIONS", .as = N_BYTES },
	{ .name = "TCA_HW_OFFLOAD", .as = N_UINT },	{ .name = "TCA_CHAIN", .as = N_UINT },
	{ .name = "TCA_INGRESS_BLOCK", .as = N_UINT },	{ .name = "TCA_EGRESS_BLOCK", .as = N_UINT },
	{ .name = "TCA_DUMP_INVISIBLE", .as = N_FLAG }, { .name = "TCA_EXT_WARN_MSG", .as = N_STRING },
};
static const struct attrs tc_attrs = ATTRS(tca, tc_rows);

static const struct shape_field shape_family[] = { F_CONST_("family", 1, address_family), F_END_ };
static const struct shape_field shape_neightbl[] = { F_CONST_("ndtm_family", 1, address_family), F_PAD_(3),
						     F_END_ };
static const struct shape_field shape_neightbl_config[] = {
	F_UINT_("ndtc_key_len", 2),    F_UINT_("ndtc_entry_size", 2),
	F_UINT_("ndtc_entries", 4),    F_UINT_("ndtc_last_flush", 4),
	F_UINT_("ndtc_last_rand", 4),  F_HEX_("ndtc_hash_rnd", 4),
	F_HEX_("ndtc_hash_mask", 4),   F_UINT_("ndtc_hash_chain_gc", 4),
	F_UINT_("ndtc_proxy_qlen", 4), F_END_,
};
static const struct attrs neightbl_parameters = { &names_ndtpa, NULL, 0, N_UINT };
static const struct attr neightbl_rows[] = {
	{ .name = "NDTA_NAME", .as = N_STRING },
	{ .name = "NDTA_CONFIG", .as = N_SHAPE, .shape = shape_neightbl_config },
	{ .name = "NDTA_PARMS", .as = N_NEST, .nest = &neightbl_parameters },
	{ .name = "NDTA_STATS", .as = N_U64S },
};
static const struct attrs neightbl_attrs = ATTRS_NUMBERS(ndta, neightbl_rows);

static const struct attr netconf_rows[] = {
	{ .name = "NETCONFA_IFINDEX", .as = N_INT },
};
static const struct attrs netconf_attrs = ATTRS_NUMBERS(netconfa, netconf_rows);
static const struct attr nsid_rows[] = {
	{ .name = "NETNSA_NSID", .as = N_INT },
	{ .name = "NETNSA_FD", .as = N_INT },
	{ .name = "NETNSA_TARGET_NSID", .as = N_INT },
	{ .name = "NETNSA_CURRENT_NSID", .as = N_INT },
};
static const struct attrs nsid_attrs = ATTRS_NUMBERS(netnsa, nsid_rows);

static const struct shape_field shape_nexthop[] = {
	F_CONST_("nh_family", 1, address_family),   F_CONST_("nh_scope", 1, route_scope),
	F_CONST_("nh_protocol", 1, route_protocol), F_PAD_(1),
	F_FLAGS_("nh_flags", 4, nexthop_flags),	    F_END_,
};
static const struct attr nexthop_rows[] = {
	{ .name = "NHA_GATEWAY", .as = N_IP },
	{ .name = "NHA_BLACKHOLE", .as = N_FLAG },
	{ .name = "NHA_GROUPS", .as = N_FLAG },
	{ .name = "NHA_FDB", .as = N_FLAG },
	{ .name = "NHA_ENCAP", .as = N_BYTES },
	{ .name = "NHA_GROUP", .as = N_BYTES },
	{ .name = "NHA_RES_GROUP", .as = N_BYTES },
	{ .name = "NHA_RES_BUCKET", .as = N_BYTES },
	{ .name = "NHA_GROUP_STATS", .as = N_BYTES },
	{ .name = "NHA_ENCAP_TYPE", .as = N_CONST, .names = &names_lwtunnel_encap },
	{ .name = "NHA_GROUP_TYPE", .as = N_CONST, .names = &names_nha_group_type },
};
static const struct attrs nexthop_attrs = ATTRS_NUMBERS(nha, nexthop_rows);

static const struct shape_field shape_label[] = { F_CONST_("ifal_family", 1, address_family),
						  F_PAD_(1),
						  F_UINT_("ifal_prefixlen", 1),
						  F_HEX_("ifal_flags", 1),
						  F_UINT_("ifal_index", 4),
						  F_UINT_("ifal_seq", 4),
						  F_END_ };
static const struct attr label_rows[] = { { .name = "IFAL_ADDRESS", .as = N_IP },
					  { .name = "IFAL_LABEL", .as = N_UINT } };
static const struct attrs label_attrs = ATTRS(ifal, label_rows);

static const struct shape_field shape_port[] = { F_CONST_("family", 1, address_family), F_PAD_(3),
						 F_UINT_("ifindex", 4), F_END_ };
static const struct attrs mdb_attrs = ATTRS_NAMES(mdba);
static const struct shape_field shape_stats_request[] = { F_CONST_("family", 1, address_family), F_PAD_(3),
							  F_UINT_("ifindex", 4), F_HEX_("filter_mask", 4),
							  F_END_ };

static const char *const brief_link[] = { "IFLA_IFNAME", NULL };
static const char *const brief_addr[] = { "IFA_LABEL", "IFA_ADDRESS/ifa_prefixlen", NULL };
static const char *const brief_route[] = { "RTA_DST/rtm_dst_len", "RTA_GATEWAY", NULL };
static const char *const brief_neigh[] = { "NDA_DST", "NDA_LLADDR", NULL };
static const char *const brief_rule[] = { "FRA_PRIORITY", "action", NULL };
static const char *const brief_tc[] = { "TCA_KIND", NULL };

/* Bodies by what stands behind RTM_NEW, RTM_DEL, RTM_GET and RTM_SET. */
static const struct {
	const char *object;
	struct netlink_body body;
} bodies[] = {
	{ "LINK", { shape_link, &link_attrs, brief_link } },
	{ "LINKPROP", { shape_link, &link_attrs, brief_link } },
	{ "ADDR", { shape_addr, &addr_attrs, brief_addr } },
	{ "MULTICAST", { shape_addr, &addr_attrs, brief_addr } },
	{ "ANYCAST", { shape_addr, &addr_attrs, brief_addr } },
	{ "ROUTE", { shape_route, &route_attrs, brief_route } },
	{ "NEIGH", { shape_neigh, &neigh_attrs, brief_neigh } },
	{ "RULE", { shape_rule, &rule_attrs, brief_rule } },
	{ "QDISC", { shape_tc, &tc_attrs, brief_tc } },
	{ "TCLASS", { shape_tc, &tc_attrs, brief_tc } },
	{ "TFILTER", { shape_tc, &tc_attrs, brief_tc } },
	{ "CHAIN", { shape_tc, &tc_attrs, brief_tc } },
	{ "NEIGHTBL", { shape_neightbl, &neightbl_attrs, NULL } },
	{ "NETCONF", { shape_family, &netconf_attrs, NULL } },
	{ "NSID", { shape_family, &nsid_attrs, NULL } },
	{ "NEXTHOP", { shape_nexthop, &nexthop_attrs, NULL } },
	{ "ADDRLABEL", { shape_label, &label_attrs, NULL } },
	{ "MDB", { shape_port, &mdb_attrs, NULL } },
	{ "STATS", { shape_stats_request, NULL, NULL } },
};

static const char *const *route_body(struct attr_walk *walk, struct fields *to,
				     const struct netlink_message *message)
{
	const char *type = names_find(&names_rtm_type, message->type);

	for (size_t i = 0; type && i < sizeof(bodies) / sizeof(bodies[0]); i++)
		if (!strcmp(bodies[i].object, type + sizeof("RTM_NEW") - 1))
			return netlink_body(walk, to, message, &bodies[i].body);
	if (message->size)
		fields_bytes(to, "data", message->data, message->size);
	return NULL;
}

const struct netlink_protocol netlink_route = { .number = 0, .types = &names_rtm_type, .body = route_body };

void coverage_route(struct text *text)
{
	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		struct text name = { 0 };

		text_add(&name, "RTM_*");
		text_add(&name, bodies[i].object);
		coverage_attrs(text, name.data, bodies[i].body.attrs);
		text_done(&name);
	}
}
