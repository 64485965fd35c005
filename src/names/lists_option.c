/* Made by tools/names: do not edit. */
#include "names/names.h"

#define X(value, name) { value, name },
#define LIST(family, prefix) \
	const struct names names_##family = { prefix, family, sizeof(family) / sizeof(family[0]) }

static const struct name so[] = {
#include "so.def"
};
LIST(so, "SO_");

static const struct name ip[] = {
#include "ip.def"
};
LIST(ip, "IP_");

static const struct name ipv6[] = {
#include "ipv6.def"
};
LIST(ipv6, "IPV6_");

static const struct name tcp[] = {
#include "tcp.def"
};
LIST(tcp, "TCP_");

static const struct name udp[] = {
#include "udp.def"
};
LIST(udp, "UDP_");

static const struct name raw[] = {
#include "raw.def"
};
LIST(raw, "");

static const struct name icmpv6[] = {
#include "icmpv6.def"
};
LIST(icmpv6, "ICMPV6_");

static const struct name packet[] = {
#include "packet.def"
};
LIST(packet, "PACKET_");

static const struct name netlink[] = {
#include "netlink.def"
};
LIST(netlink, "NETLINK_");

static const struct name vsock[] = {
#include "vsock.def"
};
LIST(vsock, "SO_VM_SOCKETS_");

static const struct name tls[] = {
#include "tls.def"
};
LIST(tls, "TLS_");

static const struct name xdp[] = {
#include "xdp.def"
};
LIST(xdp, "XDP_");

static const struct name mptcp[] = {
#include "mptcp.def"
};
LIST(mptcp, "MPTCP_");

static const struct name sctp[] = {
#include "sctp.def"
};
LIST(sctp, "SCTP_");

static const struct name can_raw[] = {
#include "can_raw.def"
};
LIST(can_raw, "CAN_RAW_");

static const struct name alg[] = {
#include "alg.def"
};
LIST(alg, "ALG_");

static const struct name bluetooth[] = {
#include "bluetooth.def"
};
LIST(bluetooth, "BT_");

static const struct name scm[] = {
#include "scm.def"
};
LIST(scm, "SCM_");
