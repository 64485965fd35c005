/* Made by tools/names: do not edit. */
#include "names/names.h"

#define X(value, name) { value, name },
#define LIST(family, prefix) \
	const struct names names_##family = { prefix, family, sizeof(family) / sizeof(family[0]) }

static const struct name address_family[] = {
#include "address_family.def"
};
LIST(address_family, "AF_");

static const struct name socket_type[] = {
#include "socket_type.def"
};
LIST(socket_type, "SOCK_");

static const struct name socket_flags[] = {
#include "socket_flags.def"
};
LIST(socket_flags, "SOCK_");

static const struct name socketcall[] = {
#include "socketcall.def"
};
LIST(socketcall, "SYS_");

static const struct name ip_protocol[] = {
#include "ip_protocol.def"
};
LIST(ip_protocol, "IPPROTO_");

static const struct name msg_flags[] = {
#include "msg_flags.def"
};
LIST(msg_flags, "MSG_");

static const struct name shutdown_how[] = {
#include "shutdown_how.def"
};
LIST(shutdown_how, "SHUT_");

static const struct name sockopt_level[] = {
#include "sockopt_level.def"
};
LIST(sockopt_level, "SOL_");

static const struct name netlink_protocol[] = {
#include "netlink_protocol.def"
};
LIST(netlink_protocol, "NETLINK_");

static const struct name ethernet_protocol[] = {
#include "ethernet_protocol.def"
};
LIST(ethernet_protocol, "ETH_P_");

static const struct name packet_type[] = {
#include "packet_type.def"
};
LIST(packet_type, "PACKET_");

static const struct name arp_hardware[] = {
#include "arp_hardware.def"
};
LIST(arp_hardware, "ARPHRD_");

static const struct name vsock_cid[] = {
#include "vsock_cid.def"
};
LIST(vsock_cid, "VMADDR_CID_");

static const struct name error_number[] = {
#include "error_number.def"
};
LIST(error_number, "E");

static const struct name errno_text_list[] = {
#include "errno_text_list.def"
};
LIST(errno_text_list, "");

static const struct name signal_number[] = {
#include "signal_number.def"
};
LIST(signal_number, "SIG");
