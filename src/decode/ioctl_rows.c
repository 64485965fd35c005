/*
 * The requests of ioctl(2) on sockets and what their arguments are: netdevice(7), linux/sockios.h,
 * linux/if.h, linux/if_arp.h, linux/route.h, linux/mii.h, linux/net_tstamp.h, linux/if_bonding.h,
 * linux/if_vlan.h, linux/wireless.h, linux/mroute.h.
 */
#include "ioctl.h"

#include <string.h>
#include <sys/socket.h>

#include "decoder.h"

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
/* struct mii_ioctl_data, in the place of ifr_data */
static const struct shape_field shape_mii[] = { F_UINT_("phy_id", 2), F_UINT_("reg_num", 2),
						F_HEX_("val_in", 2), F_HEX_("val_out", 2), F_END_ };
/* What ifr_data points to. Of ethtool's structures the rest is the driver's business. */
static const struct shape_field shape_ethtool[] = { F_CONST_("cmd", 4, ethtool_command), F_END_ };
static const struct shape_field shape_hwtstamp[] = { F_HEX_("flags", 4), F_CONST_("tx_type", 4, hwtstamp_tx),
						     F_CONST_("rx_filter", 4, hwtstamp_filter), F_END_ };
static const struct shape_field shape_ifbond[] = { F_INT_("bond_mode", 4), F_INT_("num_slaves", 4),
						   F_INT_("miimon", 4), F_END_ };
static const struct shape_field shape_ifslave[] = { F_INT_("slave_id", 4),
						    F_STRING_("slave_name", 16),
						    F_INT_("link", 1),
						    F_INT_("state", 1),
						    F_PAD_(2),
						    F_UINT_("link_failure_count", 4),
						    F_END_ };
static const struct shape_field shape_bridge[] = { F_STRING_("name", 16), F_END_ };
/* three longs: a command of br_ioctl.c and its arguments */
static const struct shape_field shape_bridge_command[] = { F_WORD_("command"), F_WORD_("argument1"),
							   F_WORD_("argument2"), F_END_ };
static const struct shape_field shape_vlan[] = { F_INT_("cmd", 4), F_STRING_("device1", 24),
						 F_BYTES_("u", 24), F_INT_("vlan_qos", 2), F_END_ };
static const struct shape_field shape_dlci[] = { F_STRING_("devname", 16), F_INT_("dlci", 2), F_END_ };
/* AF_INET6's own structures for requests that others have too: struct in6_ifreq, in6_rtmsg */
static const struct shape_field shape_in6_ifreq[] = { F_IP_("ifr6_addr", 16), F_UINT_("ifr6_prefixlen", 4),
						      F_INT_("ifr6_ifindex", 4), F_END_ };
static const struct shape_field shape_in6_rtmsg[] = {
	F_IP_("rtmsg_dst", 16),	     F_IP_("rtmsg_src", 16),
	F_IP_("rtmsg_gateway", 16),  F_UINT_("rtmsg_type", 4),
	F_UINT_("rtmsg_dst_len", 2), F_UINT_("rtmsg_src_len", 2),
	F_UINT_("rtmsg_metric", 4),  F_ALIGN_,
	F_WORD_("rtmsg_info"),	     F_FLAGS_("rtmsg_flags", 4, rtentry_flags),
	F_INT_("rtmsg_ifindex", 4),  F_END_,
};
/* struct sioc_vif_req, sioc_sg_req and their like for IPv6 */
static const struct shape_field shape_vif_req[] = {
	F_UINT_("vifi", 2), F_ALIGN_, F_WORD_("icount"), F_WORD_("ocount"), F_WORD_("ibytes"),
	F_WORD_("obytes"),  F_END_
};
static const struct shape_field shape_sg_req[] = { F_IP_("src", 4),    F_IP_("grp", 4),	    F_WORD_("pktcnt"),
						   F_WORD_("bytecnt"), F_WORD_("wrong_if"), F_END_ };
static const struct shape_field shape_sg_req6[] = { F_ADDRESS_("src", 28), F_ADDRESS_("grp", 28),
						    F_WORD_("pktcnt"),	   F_WORD_("bytecnt"),
						    F_WORD_("wrong_if"),   F_END_ };
static const struct shape_field shape_int[] = { F_INT_("value", 4), F_END_ };
static const struct shape_field shape_timeval64[] = { F_INT_("tv_sec", 8), F_INT_("tv_usec", 8), F_END_ };
static const struct shape_field shape_timespec64[] = { F_INT_("tv_sec", 8), F_INT_("tv_nsec", 8), F_END_ };
static const struct shape_field shape_size64[] = { F_INT_("size", 8), F_END_ };

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
#define IFREQ_BEHIND(n, of)                             \
	{                                               \
		n, L_IFREQ, M_BEHIND, 0, "ifr_data", of \
	}

const struct request ioctl_requests[] = {
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
	{ "FIOQSIZE", L_SHAPE, 0, 1, NULL, shape_size64 },
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
	IFREQ_SET("SIOCSIFNAME", M_STRING, "ifr_newname"),
	IFREQ_GET("SIOCGIFHWADDR", M_HWADDR, "ifr_hwaddr"),
	IFREQ_SET("SIOCSIFHWADDR", M_HWADDR, "ifr_hwaddr"),
	IFREQ_SET("SIOCSIFHWBROADCAST", M_HWADDR, "ifr_hwaddr"),
	IFREQ_SET("SIOCADDMULTI", M_HWADDR, "ifr_hwaddr"),
	IFREQ_SET("SIOCDELMULTI", M_HWADDR, "ifr_hwaddr"),
	IFREQ_GET("SIOCGIFSLAVE", M_STRING, "ifr_slave"),
	IFREQ_SET("SIOCSIFSLAVE", M_STRING, "ifr_slave"),
	IFREQ_GET("SIOCGIFINDEX", M_INT, "ifr_ifindex"),
	IFREQ_GET("SIOCGIFCOUNT", M_INT, "ifr_ivalue"),
	IFREQ_GET("SIOCGIFTXQLEN", M_INT, "ifr_qlen"),
	IFREQ_SET("SIOCSIFTXQLEN", M_INT, "ifr_qlen"),
	IFREQ_GET("SIOCGIFMAP", M_MAP, "ifr_map"),
	IFREQ_SET("SIOCSIFMAP", M_MAP, "ifr_map"),
	IFREQ_BEHIND("SIOCETHTOOL", shape_ethtool),
	{ "SIOCGMIIPHY", L_IFREQ, M_SHAPE, 1, "ifr_data", shape_mii },
	{ "SIOCGMIIREG", L_IFREQ, M_SHAPE, 0, "ifr_data", shape_mii },
	{ "SIOCSMIIREG", L_IFREQ, M_SHAPE, 0, "ifr_data", shape_mii },
	IFREQ_BEHIND("SIOCSHWTSTAMP", shape_hwtstamp),
	IFREQ_BEHIND("SIOCGHWTSTAMP", shape_hwtstamp),
	IFREQ_SET("SIOCBONDENSLAVE", M_STRING, "ifr_slave"),
	IFREQ_SET("SIOCBONDRELEASE", M_STRING, "ifr_slave"),
	IFREQ_SET("SIOCBONDCHANGEACTIVE", M_STRING, "ifr_slave"),
	IFREQ_SET("SIOCBONDSETHWADDR", M_HWADDR, "ifr_hwaddr"),
	IFREQ_BEHIND("SIOCBONDSLAVEINFOQUERY", shape_ifslave),
	IFREQ_BEHIND("SIOCBONDINFOQUERY", shape_ifbond),
	{ "SIOCBRADDBR", L_SHAPE, 0, 0, NULL, shape_bridge },
	{ "SIOCBRDELBR", L_SHAPE, 0, 0, NULL, shape_bridge },
	IFREQ_SET("SIOCBRADDIF", M_INT, "ifr_ifindex"),
	IFREQ_SET("SIOCBRDELIF", M_INT, "ifr_ifindex"),
	IFREQ_GET("SIOCGIFMEM", M_NONE, NULL),
	IFREQ_SET("SIOCSIFMEM", M_NONE, NULL),
	IFREQ_GET("SIOCGIFENCAP", M_NONE, NULL),
	IFREQ_SET("SIOCSIFENCAP", M_NONE, NULL),
	IFREQ_SET("SIOCWANDEV", M_POINTER, "ifr_settings"),
	{ "SIOCGIFVLAN", L_SHAPE, 0, 0, NULL, shape_vlan },
	{ "SIOCSIFVLAN", L_SHAPE, 0, 0, NULL, shape_vlan },
	{ "SIOCGIFBR", L_SHAPE, 0, 0, NULL, shape_bridge_command },
	{ "SIOCSIFBR", L_SHAPE, 0, 0, NULL, shape_bridge_command },
	{ "SIOCADDDLCI", L_SHAPE, 0, 0, NULL, shape_dlci },
	{ "SIOCDELDLCI", L_SHAPE, 0, 0, NULL, shape_dlci },
	{ "SIOCGARP", L_SHAPE, 0, 1, NULL, shape_arpreq },
	{ "SIOCSARP", L_SHAPE, 0, 0, NULL, shape_arpreq },
	{ "SIOCDARP", L_SHAPE, 0, 0, NULL, shape_arpreq },
	{ "SIOCADDRT", L_SHAPE, 0, 0, NULL, shape_rtentry },
	{ "SIOCDELRT", L_SHAPE, 0, 0, NULL, shape_rtentry },
	{ "SIOCDRARP", L_SHAPE, 0, 0, NULL, shape_arpreq },
	{ "SIOCGRARP", L_SHAPE, 0, 1, NULL, shape_arpreq },
	{ "SIOCSRARP", L_SHAPE, 0, 0, NULL, shape_arpreq },
	NO_ARGUMENT("SIOCRTMSG"),
};
const unsigned ioctl_request_count = sizeof(ioctl_requests) / sizeof(ioctl_requests[0]);

/* A socket of that family takes something else. */
static const struct {
	int family;
	struct request request;
} family_rows[] = {
	{ AF_INET6, { "SIOCSIFADDR", L_SHAPE, 0, 0, NULL, shape_in6_ifreq } },
	{ AF_INET6, { "SIOCDIFADDR", L_SHAPE, 0, 0, NULL, shape_in6_ifreq } },
	{ AF_INET6, { "SIOCSIFDSTADDR", L_SHAPE, 0, 0, NULL, shape_in6_ifreq } },
	{ AF_INET6, { "SIOCADDRT", L_SHAPE, 0, 0, NULL, shape_in6_rtmsg } },
	{ AF_INET6, { "SIOCDELRT", L_SHAPE, 0, 0, NULL, shape_in6_rtmsg } },
	{ AF_INET, { "SIOCGETVIFCNT", L_SHAPE, 0, 0, NULL, shape_vif_req } },
	{ AF_INET, { "SIOCGETSGCNT", L_SHAPE, 0, 0, NULL, shape_sg_req } },
	{ AF_INET6, { "SIOCGETMIFCNT_IN6", L_SHAPE, 0, 0, NULL, shape_vif_req } },
	{ AF_INET6, { "SIOCGETSGCNT_IN6", L_SHAPE, 0, 0, NULL, shape_sg_req6 } },
};

/* Numbers that a protocol, a driver or the wireless extensions give a meaning. */
static const struct request protocol_private = { NULL, L_PRIVATE, 0, 0, NULL, NULL };
static const struct request device_private = { NULL, L_IFREQ, M_POINTER, 0, "ifr_data", NULL };
static const struct request wireless = { NULL, L_IFREQ, M_BYTES, 0, "u", NULL };

enum {
	PROTOCOL_PRIVATE = 0x89e0, /* SIOCPROTOPRIVATE */
	DEVICE_PRIVATE = 0x89f0,   /* SIOCDEVPRIVATE */
	PRIVATE_COUNT = 16,
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
	{ AF_INET, &names_ioctl_mroute },      { AF_INET6, &names_ioctl_mroute6 },
};

/* SIOCDEVPRIVATE+3, as everybody writes them. */
static const char *private_name(uint32_t number)
{
#define NAMES_OF(n)                                                                                          \
	{                                                                                                    \
		n, n "+1", n "+2", n "+3", n "+4", n "+5", n "+6", n "+7", n "+8", n "+9", n "+10", n "+11", \
			n "+12", n "+13", n "+14", n "+15"                                                   \
	}
	static const char *const names[2][PRIVATE_COUNT] = { NAMES_OF("SIOCPROTOPRIVATE"),
							     NAMES_OF("SIOCDEVPRIVATE") };

	if (number < PROTOCOL_PRIVATE || number >= DEVICE_PRIVATE + PRIVATE_COUNT)
		return NULL;
	return names[(number - PROTOCOL_PRIVATE) / PRIVATE_COUNT]
		    [(number - PROTOCOL_PRIVATE) % PRIVATE_COUNT];
}

const char *request_name(uint32_t number, int family)
{
	const char *name;

	for (size_t i = 0; i < sizeof(family_requests) / sizeof(family_requests[0]); i++)
		if (family_requests[i].family == family &&
		    (name = names_find(family_requests[i].names, number)))
			return name;
	name = names_find(&names_ioctl_socket, number);
	if (!name)
		name = names_find(&names_ioctl_wireless, number);
	return name ? name : private_name(number);
}

const struct request *request_find(uint32_t number)
{
	const char *name = names_find(&names_ioctl_socket, number);

	if (number >= PROTOCOL_PRIVATE && number < DEVICE_PRIVATE)
		return &protocol_private;
	if (number >= DEVICE_PRIVATE && number < DEVICE_PRIVATE + PRIVATE_COUNT)
		return &device_private;
	for (size_t i = 0; name && i < ioctl_request_count; i++)
		if (!strcmp(ioctl_requests[i].name, name))
			return &ioctl_requests[i];
	return !name && names_find(&names_ioctl_wireless, number) ? &wireless : NULL;
}

const struct request *request_of_family(uint32_t number, int family)
{
	const char *name = request_name(number, family);

	for (size_t i = 0; name && i < sizeof(family_rows) / sizeof(family_rows[0]); i++)
		if (family_rows[i].family == family && !strcmp(family_rows[i].request.name, name))
			return &family_rows[i].request;
	return request_find(number);
}
