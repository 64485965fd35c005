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
LIST(alg, "ALG_SET_");

static const struct name bluetooth[] = {
#include "bluetooth.def"
};
LIST(bluetooth, "BT_");

static const struct name dccp[] = {
#include "dccp.def"
};
LIST(dccp, "DCCP_SOCKOPT_");

static const struct name can_isotp[] = {
#include "can_isotp.def"
};
LIST(can_isotp, "CAN_ISOTP_");

static const struct name can_j1939[] = {
#include "can_j1939.def"
};
LIST(can_j1939, "SO_J1939_");

static const struct name l2cap[] = {
#include "l2cap.def"
};
LIST(l2cap, "L2CAP_");

static const struct name rfcomm[] = {
#include "rfcomm.def"
};
LIST(rfcomm, "RFCOMM_");

static const struct name sco[] = {
#include "sco.def"
};
LIST(sco, "SCO_");

static const struct name hci[] = {
#include "hci.def"
};
LIST(hci, "HCI_");

static const struct name tipc[] = {
#include "tipc.def"
};
LIST(tipc, "TIPC_");

static const struct name llc[] = {
#include "llc.def"
};
LIST(llc, "LLC_OPT_");

static const struct name pppol2tp[] = {
#include "pppol2tp.def"
};
LIST(pppol2tp, "PPPOL2TP_SO_");

static const struct name pnpipe[] = {
#include "pnpipe.def"
};
LIST(pnpipe, "PNPIPE_");

static const struct name rds[] = {
#include "rds.def"
};
LIST(rds, "RDS_");

static const struct name rxrpc[] = {
#include "rxrpc.def"
};
LIST(rxrpc, "RXRPC_");

static const struct name caif[] = {
#include "caif.def"
};
LIST(caif, "CAIFSO_");

static const struct name nfc_llcp[] = {
#include "nfc_llcp.def"
};
LIST(nfc_llcp, "NFC_LLCP_");

static const struct name kcm[] = {
#include "kcm.def"
};
LIST(kcm, "KCM_RECV_");

static const struct name smc[] = {
#include "smc.def"
};
LIST(smc, "SMC_LIMIT_");

static const struct name mctp[] = {
#include "mctp.def"
};
LIST(mctp, "MCTP_OPT_ADDR_");

static const struct name iucv[] = {
#include "iucv.def"
};
LIST(iucv, "SO_");

static const struct name x25[] = {
#include "x25.def"
};
LIST(x25, "X25_");

static const struct name ax25[] = {
#include "ax25.def"
};
LIST(ax25, "AX25_");

static const struct name netrom[] = {
#include "netrom.def"
};
LIST(netrom, "NETROM_");

static const struct name rose[] = {
#include "rose.def"
};
LIST(rose, "ROSE_");

static const struct name ipt_get[] = {
#include "ipt_get.def"
};
LIST(ipt_get, "");

static const struct name ipt_set[] = {
#include "ipt_set.def"
};
LIST(ipt_set, "");

static const struct name ip6t_get[] = {
#include "ip6t_get.def"
};
LIST(ip6t_get, "IP6T_SO_");

static const struct name ip6t_set[] = {
#include "ip6t_set.def"
};
LIST(ip6t_set, "IP6T_SO_SET_");
