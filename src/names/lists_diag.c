/* Made by tools/names: do not edit. */
#include "names/names.h"

#define X(value, name) { value, name },
#define LIST(family, prefix) \
	const struct names names_##family = { prefix, family, sizeof(family) / sizeof(family[0]) }

static const struct name diag_type[] = {
#include "diag_type.def"
};
LIST(diag_type, "");

static const struct name inet_diag[] = {
#include "inet_diag.def"
};
LIST(inet_diag, "INET_DIAG_");

static const struct name inet_diag_req[] = {
#include "inet_diag_req.def"
};
LIST(inet_diag_req, "INET_DIAG_REQ_");

static const struct name inet_diag_bc[] = {
#include "inet_diag_bc.def"
};
LIST(inet_diag_bc, "INET_DIAG_BC_");

static const struct name inet_diag_timer[] = {
#include "inet_diag_timer.def"
};
LIST(inet_diag_timer, "IDIAG_TIMER_");

static const struct name inet_ulp_info[] = {
#include "inet_ulp_info.def"
};
LIST(inet_ulp_info, "INET_ULP_INFO_");

static const struct name tls_info[] = {
#include "tls_info.def"
};
LIST(tls_info, "TLS_INFO_");

static const struct name tls_conf[] = {
#include "tls_conf.def"
};
LIST(tls_conf, "TLS_CONF_");

static const struct name mptcp_subflow_attr[] = {
#include "mptcp_subflow_attr.def"
};
LIST(mptcp_subflow_attr, "MPTCP_SUBFLOW_ATTR_");

static const struct name diag_group[] = {
#include "diag_group.def"
};
LIST(diag_group, "SKNLGRP_");

static const struct name unix_diag[] = {
#include "unix_diag.def"
};
LIST(unix_diag, "UNIX_DIAG_");

static const struct name unix_diag_show[] = {
#include "unix_diag_show.def"
};
LIST(unix_diag_show, "UDIAG_SHOW_");

static const struct name netlink_diag[] = {
#include "netlink_diag.def"
};
LIST(netlink_diag, "NETLINK_DIAG_");

static const struct name netlink_diag_show[] = {
#include "netlink_diag_show.def"
};
LIST(netlink_diag_show, "NDIAG_SHOW_");

static const struct name netlink_diag_flags[] = {
#include "netlink_diag_flags.def"
};
LIST(netlink_diag_flags, "NDIAG_FLAG_");

static const struct name packet_diag[] = {
#include "packet_diag.def"
};
LIST(packet_diag, "PACKET_DIAG_");

static const struct name packet_diag_show[] = {
#include "packet_diag_show.def"
};
LIST(packet_diag_show, "PACKET_SHOW_");

static const struct name packet_diag_flags[] = {
#include "packet_diag_flags.def"
};
LIST(packet_diag_flags, "PDI_");

static const struct name xdp_diag[] = {
#include "xdp_diag.def"
};
LIST(xdp_diag, "XDP_DIAG_");

static const struct name xdp_diag_show[] = {
#include "xdp_diag_show.def"
};
LIST(xdp_diag_show, "XDP_SHOW_");

static const struct name smc_diag[] = {
#include "smc_diag.def"
};
LIST(smc_diag, "SMC_DIAG_");
