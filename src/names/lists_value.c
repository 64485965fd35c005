/* Made by tools/names: do not edit. */
#include "names/names.h"

#define X(value, name) { value, name },
#define LIST(family, prefix) \
	const struct names names_##family = { prefix, family, sizeof(family) / sizeof(family[0]) }

static const struct name timestamping_flags[] = {
#include "timestamping_flags.def"
};
LIST(timestamping_flags, "SOF_TIMESTAMPING_");

static const struct name txtime_flags[] = {
#include "txtime_flags.def"
};
LIST(txtime_flags, "SOF_TXTIME_");

static const struct name buf_lock_flags[] = {
#include "buf_lock_flags.def"
};
LIST(buf_lock_flags, "SOCK_");

static const struct name txrehash[] = {
#include "txrehash.def"
};
LIST(txrehash, "SOCK_TXREHASH_");

static const struct name meminfo[] = {
#include "meminfo.def"
};
LIST(meminfo, "SK_MEMINFO_");

static const struct name ip_option[] = {
#include "ip_option.def"
};
LIST(ip_option, "IPOPT_");

static const struct name ip_pmtudisc[] = {
#include "ip_pmtudisc.def"
};
LIST(ip_pmtudisc, "IP_PMTUDISC_");

static const struct name ipv6_pmtudisc[] = {
#include "ipv6_pmtudisc.def"
};
LIST(ipv6_pmtudisc, "IPV6_PMTUDISC_");

static const struct name ip_tos[] = {
#include "ip_tos.def"
};
LIST(ip_tos, "IPTOS_");

static const struct name ip_precedence[] = {
#include "ip_precedence.def"
};
LIST(ip_precedence, "IPTOS_PREC_");

static const struct name mcast_mode[] = {
#include "mcast_mode.def"
};
LIST(mcast_mode, "MCAST_");

static const struct name ipv6_preferences[] = {
#include "ipv6_preferences.def"
};
LIST(ipv6_preferences, "IPV6_PREFER_SRC_");

static const struct name flowlabel_action[] = {
#include "flowlabel_action.def"
};
LIST(flowlabel_action, "IPV6_FL_A_");

static const struct name flowlabel_flags[] = {
#include "flowlabel_flags.def"
};
LIST(flowlabel_flags, "IPV6_FL_F_");

static const struct name flowlabel_share[] = {
#include "flowlabel_share.def"
};
LIST(flowlabel_share, "IPV6_FL_S_");

static const struct name ipv6_routing[] = {
#include "ipv6_routing.def"
};
LIST(ipv6_routing, "IPV6_SRCRT_TYPE_");

static const struct name tcp_state[] = {
#include "tcp_state.def"
};
LIST(tcp_state, "TCP_");

static const struct name tcp_state_flags[] = {
#include "tcp_state_flags.def"
};
LIST(tcp_state_flags, "TCPF_");

static const struct name tcp_ca_state[] = {
#include "tcp_ca_state.def"
};
LIST(tcp_ca_state, "TCP_CA_");

static const struct name tcp_info_options[] = {
#include "tcp_info_options.def"
};
LIST(tcp_info_options, "TCPI_OPT_");

static const struct name tcp_fastopen_fail[] = {
#include "tcp_fastopen_fail.def"
};
LIST(tcp_fastopen_fail, "TFO_");

static const struct name tcp_ecn_mode[] = {
#include "tcp_ecn_mode.def"
};
LIST(tcp_ecn_mode, "TCPI_ECN_MODE_");

static const struct name tcp_repair[] = {
#include "tcp_repair.def"
};
LIST(tcp_repair, "TCP_REPAIR_");

static const struct name tcp_repair_queue[] = {
#include "tcp_repair_queue.def"
};
LIST(tcp_repair_queue, "TCP_");

static const struct name tcp_md5sig_flags[] = {
#include "tcp_md5sig_flags.def"
};
LIST(tcp_md5sig_flags, "TCP_MD5SIG_FLAG_");

static const struct name tcp_ao_keyflags[] = {
#include "tcp_ao_keyflags.def"
};
LIST(tcp_ao_keyflags, "TCP_AO_KEYF_");

static const struct name tcp_zerocopy_flags[] = {
#include "tcp_zerocopy_flags.def"
};
LIST(tcp_zerocopy_flags, "TCP_RECEIVE_ZEROCOPY_FLAG_TLB_CLEAN_");

static const struct name tcp_stats[] = {
#include "tcp_stats.def"
};
LIST(tcp_stats, "TCP_NLA_");

static const struct name udp_encap[] = {
#include "udp_encap.def"
};
LIST(udp_encap, "UDP_ENCAP_");

static const struct name mptcp_info_flags[] = {
#include "mptcp_info_flags.def"
};
LIST(mptcp_info_flags, "MPTCP_INFO_FLAG_");

static const struct name mptcp_subflow_flags[] = {
#include "mptcp_subflow_flags.def"
};
LIST(mptcp_subflow_flags, "MPTCP_SUBFLOW_FLAG_");

static const struct name tls_version[] = {
#include "tls_version.def"
};
LIST(tls_version, "TLS_");

static const struct name tls_cipher[] = {
#include "tls_cipher.def"
};
LIST(tls_cipher, "TLS_CIPHER_");

static const struct name tls_record_type[] = {
#include "tls_record_type.def"
};
LIST(tls_record_type, "TLS_RECORD_TYPE_");

static const struct name tls_alert_level[] = {
#include "tls_alert_level.def"
};
LIST(tls_alert_level, "TLS_ALERT_LEVEL_");

static const struct name tls_alert[] = {
#include "tls_alert.def"
};
LIST(tls_alert, "TLS_ALERT_DESC_");

static const struct name packet_mr[] = {
#include "packet_mr.def"
};
LIST(packet_mr, "PACKET_MR_");

static const struct name packet_fanout[] = {
#include "packet_fanout.def"
};
LIST(packet_fanout, "PACKET_FANOUT_");

static const struct name packet_fanout_flags[] = {
#include "packet_fanout_flags.def"
};
LIST(packet_fanout_flags, "PACKET_FANOUT_FLAG_");

static const struct name tpacket_version[] = {
#include "tpacket_version.def"
};
LIST(tpacket_version, "TPACKET_");

static const struct name tp_status[] = {
#include "tp_status.def"
};
LIST(tp_status, "TP_STATUS_");

static const struct name xdp_bind_flags[] = {
#include "xdp_bind_flags.def"
};
LIST(xdp_bind_flags, "XDP_");

static const struct name xdp_umem_flags[] = {
#include "xdp_umem_flags.def"
};
LIST(xdp_umem_flags, "XDP_UMEM_");

static const struct name xdp_option_flags[] = {
#include "xdp_option_flags.def"
};
LIST(xdp_option_flags, "XDP_OPTIONS_");

static const struct name alg_op[] = {
#include "alg_op.def"
};
LIST(alg_op, "ALG_OP_");

static const struct name vsock_flags[] = {
#include "vsock_flags.def"
};
LIST(vsock_flags, "VMADDR_FLAG_TO_");

static const struct name can_protocol[] = {
#include "can_protocol.def"
};
LIST(can_protocol, "CAN_");

static const struct name can_id_flags[] = {
#include "can_id_flags.def"
};
LIST(can_id_flags, "CAN_");

static const struct name can_error[] = {
#include "can_error.def"
};
LIST(can_error, "CAN_ERR_");

static const struct name can_isotp_flags[] = {
#include "can_isotp_flags.def"
};
LIST(can_isotp_flags, "CAN_ISOTP_");

static const struct name can_bcm_op[] = {
#include "can_bcm_op.def"
};
LIST(can_bcm_op, "");

static const struct name can_bcm_flags[] = {
#include "can_bcm_flags.def"
};
LIST(can_bcm_flags, "");

static const struct name bluetooth_protocol[] = {
#include "bluetooth_protocol.def"
};
LIST(bluetooth_protocol, "BTPROTO_");

static const struct name bluetooth_level[] = {
#include "bluetooth_level.def"
};
LIST(bluetooth_level, "SOL_");

static const struct name bluetooth_address[] = {
#include "bluetooth_address.def"
};
LIST(bluetooth_address, "BDADDR_");

static const struct name bluetooth_security[] = {
#include "bluetooth_security.def"
};
LIST(bluetooth_security, "BT_SECURITY_");

static const struct name bluetooth_mode[] = {
#include "bluetooth_mode.def"
};
LIST(bluetooth_mode, "BT_MODE_");

static const struct name bluetooth_channel_policy[] = {
#include "bluetooth_channel_policy.def"
};
LIST(bluetooth_channel_policy, "BT_CHANNEL_POLICY_");

static const struct name bluetooth_voice[] = {
#include "bluetooth_voice.def"
};
LIST(bluetooth_voice, "BT_VOICE_");

static const struct name bluetooth_phy[] = {
#include "bluetooth_phy.def"
};
LIST(bluetooth_phy, "BT_PHY_");

static const struct name l2cap_lm[] = {
#include "l2cap_lm.def"
};
LIST(l2cap_lm, "L2CAP_LM_");

static const struct name rfcomm_lm[] = {
#include "rfcomm_lm.def"
};
LIST(rfcomm_lm, "RFCOMM_LM_");

static const struct name hci_channel[] = {
#include "hci_channel.def"
};
LIST(hci_channel, "HCI_CHANNEL_");

static const struct name tipc_address[] = {
#include "tipc_address.def"
};
LIST(tipc_address, "TIPC_");

static const struct name tipc_scope[] = {
#include "tipc_scope.def"
};
LIST(tipc_scope, "TIPC_");

static const struct name tipc_importance[] = {
#include "tipc_importance.def"
};
LIST(tipc_importance, "TIPC_");

static const struct name qrtr_type[] = {
#include "qrtr_type.def"
};
LIST(qrtr_type, "QRTR_TYPE_");

static const struct name llc_sap[] = {
#include "llc_sap.def"
};
LIST(llc_sap, "LLC_SAP_");

static const struct name pppox_protocol[] = {
#include "pppox_protocol.def"
};
LIST(pppox_protocol, "PX_PROTO_");

static const struct name phonet_protocol[] = {
#include "phonet_protocol.def"
};
LIST(phonet_protocol, "PN_PROTO_");

static const struct name nfc_protocol[] = {
#include "nfc_protocol.def"
};
LIST(nfc_protocol, "NFC_SOCKPROTO_");

static const struct name caif_protocol[] = {
#include "caif_protocol.def"
};
LIST(caif_protocol, "CAIFPROTO_");

static const struct name kcm_protocol[] = {
#include "kcm_protocol.def"
};
LIST(kcm_protocol, "KCMPROTO_");

static const struct name rds_transport[] = {
#include "rds_transport.def"
};
LIST(rds_transport, "RDS_TRANS_");

static const struct name sctp_info_flags[] = {
#include "sctp_info_flags.def"
};
LIST(sctp_info_flags, "SCTP_");

static const struct name sctp_state[] = {
#include "sctp_state.def"
};
LIST(sctp_state, "SCTP_");

static const struct name sctp_path_state[] = {
#include "sctp_path_state.def"
};
LIST(sctp_path_state, "SCTP_");

static const struct name sctp_path_flags[] = {
#include "sctp_path_flags.def"
};
LIST(sctp_path_flags, "SPP_");

static const struct name sctp_notification[] = {
#include "sctp_notification.def"
};
LIST(sctp_notification, "SCTP_");

static const struct name sctp_scheduler[] = {
#include "sctp_scheduler.def"
};
LIST(sctp_scheduler, "SCTP_SS_");

static const struct name sctp_pr_policy[] = {
#include "sctp_pr_policy.def"
};
LIST(sctp_pr_policy, "SCTP_PR_SCTP_");
