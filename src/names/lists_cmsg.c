/* Made by tools/names: do not edit. */
#include "names/names.h"

#define X(value, name) { value, name },
#define LIST(family, prefix) \
	const struct names names_##family = { prefix, family, sizeof(family) / sizeof(family[0]) }

static const struct name scm[] = {
#include "scm.def"
};
LIST(scm, "SCM_");

static const struct name cmsg_tls[] = {
#include "cmsg_tls.def"
};
LIST(cmsg_tls, "TLS_");

static const struct name cmsg_sctp[] = {
#include "cmsg_sctp.def"
};
LIST(cmsg_sctp, "SCTP_");

static const struct name cmsg_bluetooth[] = {
#include "cmsg_bluetooth.def"
};
LIST(cmsg_bluetooth, "BT_SCM_");

static const struct name cmsg_hci[] = {
#include "cmsg_hci.def"
};
LIST(cmsg_hci, "HCI_CMSG_");

static const struct name cmsg_can_raw[] = {
#include "cmsg_can_raw.def"
};
LIST(cmsg_can_raw, "SCM_CAN_RAW_");

static const struct name cmsg_can_j1939[] = {
#include "cmsg_can_j1939.def"
};
LIST(cmsg_can_j1939, "SCM_J1939_");

static const struct name cmsg_rds[] = {
#include "cmsg_rds.def"
};
LIST(cmsg_rds, "RDS_CMSG_");

static const struct name cmsg_rxrpc[] = {
#include "cmsg_rxrpc.def"
};
LIST(cmsg_rxrpc, "RXRPC_");

static const struct name cmsg_tipc[] = {
#include "cmsg_tipc.def"
};
LIST(cmsg_tipc, "TIPC_");

static const struct name cmsg_iucv[] = {
#include "cmsg_iucv.def"
};
LIST(cmsg_iucv, "SCM_IUCV_");

static const struct name cmsg_dccp[] = {
#include "cmsg_dccp.def"
};
LIST(cmsg_dccp, "DCCP_SCM_");

static const struct name tstamp_type[] = {
#include "tstamp_type.def"
};
LIST(tstamp_type, "SCM_TSTAMP_");

static const struct name ee_origin[] = {
#include "ee_origin.def"
};
LIST(ee_origin, "SO_EE_ORIGIN_");

static const struct name ee_code_zerocopy[] = {
#include "ee_code_zerocopy.def"
};
LIST(ee_code_zerocopy, "SO_EE_CODE_");

static const struct name ee_code_txtime[] = {
#include "ee_code_txtime.def"
};
LIST(ee_code_txtime, "SO_EE_CODE_TXTIME_");

static const struct name icmp_type[] = {
#include "icmp_type.def"
};
LIST(icmp_type, "ICMP_");

static const struct name icmp_unreach_code[] = {
#include "icmp_unreach_code.def"
};
LIST(icmp_unreach_code, "ICMP_");

static const struct name icmp_redirect_code[] = {
#include "icmp_redirect_code.def"
};
LIST(icmp_redirect_code, "ICMP_REDIR_");

static const struct name icmp_time_code[] = {
#include "icmp_time_code.def"
};
LIST(icmp_time_code, "ICMP_EXC_");

static const struct name icmpv6_type[] = {
#include "icmpv6_type.def"
};
LIST(icmpv6_type, "");

static const struct name icmpv6_unreach_code[] = {
#include "icmpv6_unreach_code.def"
};
LIST(icmpv6_unreach_code, "ICMPV6_");

static const struct name icmpv6_time_code[] = {
#include "icmpv6_time_code.def"
};
LIST(icmpv6_time_code, "ICMPV6_EXC_");

static const struct name icmpv6_param_code[] = {
#include "icmpv6_param_code.def"
};
LIST(icmpv6_param_code, "ICMPV6_");
