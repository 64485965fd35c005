/*
 * lists: one struct names per family of constants, the contents of src/names/. Made by tools/names
 * from the headers of Linux 7.3.0, 6.1.192: do not edit.
 */
#ifndef SOCKLINE_NAMES_LISTS_H
#define SOCKLINE_NAMES_LISTS_H

#include "names/names.h"

/* --- Sockets and what their calls take: lists_socket.c --- */

/* Address families: socket(2)'s domain, sa_family. */
extern const struct names names_address_family;
/* Socket types, without the flags that share their argument (socket_flags). */
extern const struct names names_socket_type;
/* Flags that socket(2), socketpair(2) and accept4(2) take beside the type. */
extern const struct names names_socket_flags;
/* The calls behind i386's socketcall(2). */
extern const struct names names_socketcall;
/* IP protocols: socket(2)'s protocol for AF_INET and AF_INET6. */
extern const struct names names_ip_protocol;
/* Flags of send(2), recv(2) and msg_flags. */
extern const struct names names_msg_flags;
/* How shutdown(2) shuts down. */
extern const struct names names_shutdown_how;
/* Levels of socket options and control messages. Bluetooth's sockets have their own: bluetooth_level. */
extern const struct names names_sockopt_level;
/* Netlink protocols: socket(2)'s protocol for AF_NETLINK. */
extern const struct names names_netlink_protocol;
/* Ethernet protocols, in host byte order (AF_PACKET has them in network order). */
extern const struct names names_ethernet_protocol;
/* sll_pkttype of AF_PACKET. */
extern const struct names names_packet_type;
/* Kinds of network device: sll_hatype, ifi_type, sa_family of a hardware address. */
extern const struct names names_arp_hardware;
/* Well-known context ids of AF_VSOCK. */
extern const struct names names_vsock_cid;
/* Error numbers; names_errno is the quick way to a name. */
extern const struct names names_error_number;
/* What each error number means in words, with the text in the place of the name. */
extern const struct names names_errno_text_list;
/* Signals; names_signal is the quick way to a name. */
extern const struct names names_signal_number;

/* --- Descriptors and readiness: lists_file.c --- */

/* poll(2)'s events and revents. */
extern const struct names names_poll_events;
/* epoll_ctl(2)'s and epoll_wait(2)'s events. */
extern const struct names names_epoll_events;
/* epoll_ctl(2)'s operations. */
extern const struct names names_epoll_op;
/* Flags of epoll_create1(2). */
extern const struct names names_epoll_create_flags;
/* fcntl(2)'s and i386's fcntl64(2)'s commands. */
extern const struct names names_fcntl_command;
/* Flags of open(2) and F_GETFL on x86. */
extern const struct names names_open_flags;
/* Flags of F_GETFD. */
extern const struct names names_fd_flags;
/* Flags of close_range(2). */
extern const struct names names_close_range_flags;
/* ioctl(2) requests that any socket may get. Protocols have more in ranges that they share. */
extern const struct names names_ioctl_socket;

/* --- Socket options by level: lists_option.c --- */

/* SOL_SOCKET's options. */
extern const struct names names_so;
/* SOL_IP's options, and its control messages. */
extern const struct names names_ip;
/* SOL_IPV6's options, and its control messages. */
extern const struct names names_ipv6;
/* SOL_TCP's options, and its control message. */
extern const struct names names_tcp;
/* SOL_UDP's and SOL_UDPLITE's options, and SOL_UDP's control messages. */
extern const struct names names_udp;
/* SOL_RAW's options: AF_INET's and AF_INET6's. */
extern const struct names names_raw;
/* SOL_ICMPV6's options. */
extern const struct names names_icmpv6;
/* SOL_PACKET's options, and its control messages. */
extern const struct names names_packet;
/* SOL_NETLINK's options, and its control messages. */
extern const struct names names_netlink;
/* AF_VSOCK's options: their level is the address family, or SOL_VSOCK. */
extern const struct names names_vsock;
/* SOL_TLS's options. */
extern const struct names names_tls;
/* SOL_XDP's options. */
extern const struct names names_xdp;
/* SOL_MPTCP's options. */
extern const struct names names_mptcp;
/* SOL_SCTP's options. */
extern const struct names names_sctp;
/* SOL_CAN_RAW's options. */
extern const struct names names_can_raw;
/* SOL_ALG's options, and its control messages. */
extern const struct names names_alg;
/* SOL_BLUETOOTH's options. */
extern const struct names names_bluetooth;
/* SOL_DCCP's options. */
extern const struct names names_dccp;
/* SOL_CAN_ISOTP's options. */
extern const struct names names_can_isotp;
/* SOL_CAN_J1939's options. */
extern const struct names names_can_j1939;
/* SOL_L2CAP's options. */
extern const struct names names_l2cap;
/* SOL_RFCOMM's options. */
extern const struct names names_rfcomm;
/* SOL_SCO's options. */
extern const struct names names_sco;
/* SOL_HCI's options. */
extern const struct names names_hci;
/* SOL_TIPC's options. */
extern const struct names names_tipc;
/* SOL_LLC's options. */
extern const struct names names_llc;
/* SOL_PPPOL2TP's options. */
extern const struct names names_pppol2tp;
/* SOL_PNPIPE's options. */
extern const struct names names_pnpipe;
/* SOL_RDS's options. */
extern const struct names names_rds;
/* SOL_RXRPC's options. */
extern const struct names names_rxrpc;
/* SOL_CAIF's options. */
extern const struct names names_caif;
/* SOL_NFC's options. */
extern const struct names names_nfc_llcp;
/* SOL_KCM's options. */
extern const struct names names_kcm;
/* SOL_SMC's options. */
extern const struct names names_smc;
/* SOL_MCTP's options. */
extern const struct names names_mctp;
/* SOL_IUCV's options. */
extern const struct names names_iucv;
/* SOL_X25's options. */
extern const struct names names_x25;
/* SOL_AX25's options. */
extern const struct names names_ax25;
/* SOL_NETROM's options. */
extern const struct names names_netrom;
/* SOL_ROSE's options. */
extern const struct names names_rose;
/* What SOL_IP's getsockopt(2) knows more of: iptables, arptables and IPVS. */
extern const struct names names_ipt_get;
/* What SOL_IP's setsockopt(2) knows more of: iptables, arptables and IPVS. */
extern const struct names names_ipt_set;
/* What SOL_IPV6's getsockopt(2) knows more of: ip6tables. */
extern const struct names names_ip6t_get;
/* What SOL_IPV6's setsockopt(2) knows more of: ip6tables. */
extern const struct names names_ip6t_set;

/* --- Control messages by level, where they are not the options' names: lists_cmsg.c --- */

/* SOL_SOCKET's control messages. */
extern const struct names names_scm;
/* SOL_TLS's control messages. */
extern const struct names names_cmsg_tls;
/* SOL_SCTP's control messages. */
extern const struct names names_cmsg_sctp;
/* SOL_BLUETOOTH's control messages. */
extern const struct names names_cmsg_bluetooth;
/* SOL_HCI's control messages. */
extern const struct names names_cmsg_hci;
/* SOL_CAN_RAW's control messages. */
extern const struct names names_cmsg_can_raw;
/* SOL_CAN_J1939's control messages. */
extern const struct names names_cmsg_can_j1939;
/* SOL_RDS's control messages. */
extern const struct names names_cmsg_rds;
/* SOL_RXRPC's control messages. */
extern const struct names names_cmsg_rxrpc;
/* SOL_TIPC's control messages. */
extern const struct names names_cmsg_tipc;
/* SOL_IUCV's control messages. */
extern const struct names names_cmsg_iucv;
/* SOL_DCCP's control messages. */
extern const struct names names_cmsg_dccp;
/* ee_info of SO_EE_ORIGIN_TIMESTAMPING: which moment it was. */
extern const struct names names_tstamp_type;
/* sock_extended_err's ee_origin: who says so. */
extern const struct names names_ee_origin;
/* ee_code of SO_EE_ORIGIN_ZEROCOPY. */
extern const struct names names_ee_code_zerocopy;
/* ee_code of SO_EE_ORIGIN_TXTIME. */
extern const struct names names_ee_code_txtime;
/* ICMP types: ee_type of SO_EE_ORIGIN_ICMP, ICMP_FILTER's bits. */
extern const struct names names_icmp_type;
/* Codes of ICMP_DEST_UNREACH. */
extern const struct names names_icmp_unreach_code;
/* Codes of ICMP_REDIRECT. */
extern const struct names names_icmp_redirect_code;
/* Codes of ICMP_TIME_EXCEEDED. */
extern const struct names names_icmp_time_code;
/* ICMPv6 types: ee_type of SO_EE_ORIGIN_ICMP6, ICMPV6_FILTER's bits. */
extern const struct names names_icmpv6_type;
/* Codes of ICMPV6_DEST_UNREACH. */
extern const struct names names_icmpv6_unreach_code;
/* Codes of ICMPV6_TIME_EXCEED. */
extern const struct names names_icmpv6_time_code;
/* Codes of ICMPV6_PARAMPROB. */
extern const struct names names_icmpv6_param_code;

/* --- Values inside options, control messages and addresses: lists_value.c --- */

/* SO_TIMESTAMPING's flags. */
extern const struct names names_timestamping_flags;
/* SO_TXTIME's flags. */
extern const struct names names_txtime_flags;
/* SO_BUF_LOCK's flags. */
extern const struct names names_buf_lock_flags;
/* SO_TXREHASH's values. */
extern const struct names names_txrehash;
/* The places of SO_MEMINFO's array. */
extern const struct names names_meminfo;
/* Options of an IP header: IP_OPTIONS, IP_RETOPTS. */
extern const struct names names_ip_option;
/* IP_MTU_DISCOVER's values. */
extern const struct names names_ip_pmtudisc;
/* IPV6_MTU_DISCOVER's values. */
extern const struct names names_ipv6_pmtudisc;
/* IP_TOS's low bits. */
extern const struct names names_ip_tos;
/* IP_TOS's high three bits. */
extern const struct names names_ip_precedence;
/* ip_msfilter's and group_filter's mode. */
extern const struct names names_mcast_mode;
/* IPV6_ADDR_PREFERENCES's flags. */
extern const struct names names_ipv6_preferences;
/* in6_flowlabel_req's flr_action. */
extern const struct names names_flowlabel_action;
/* in6_flowlabel_req's flr_flags. */
extern const struct names names_flowlabel_flags;
/* in6_flowlabel_req's flr_share. */
extern const struct names names_flowlabel_share;
/* ipv6_rt_hdr's type. */
extern const struct names names_ipv6_routing;
/* TCP's states: tcpi_state, idiag_state. */
extern const struct names names_tcp_state;
/* TCP's states as bits: idiag_states. */
extern const struct names names_tcp_state_flags;
/* tcpi_ca_state. */
extern const struct names names_tcp_ca_state;
/* tcpi_options. */
extern const struct names names_tcp_info_options;
/* tcpi_fastopen_client_fail. */
extern const struct names names_tcp_fastopen_fail;
/* tcpi_ecn_mode. */
extern const struct names names_tcp_ecn_mode;
/* TCP_REPAIR's values. */
extern const struct names names_tcp_repair;
/* TCP_REPAIR_QUEUE's values. */
extern const struct names names_tcp_repair_queue;
/* tcp_md5sig's tcpm_flags. */
extern const struct names names_tcp_md5sig_flags;
/* Key flags of TCP_AO_ADD_KEY. */
extern const struct names names_tcp_ao_keyflags;
/* tcp_zerocopy_receive's flags. */
extern const struct names names_tcp_zerocopy_flags;
/* Attributes of SCM_TIMESTAMPING_OPT_STATS. */
extern const struct names names_tcp_stats;
/* UDP_ENCAP's values. */
extern const struct names names_udp_encap;
/* mptcpi_flags. */
extern const struct names names_mptcp_info_flags;
/* MPTCP_SUBFLOW_ATTR_FLAGS's value. */
extern const struct names names_mptcp_subflow_flags;
/* tls_crypto_info's version. */
extern const struct names names_tls_version;
/* tls_crypto_info's cipher_type. */
extern const struct names names_tls_cipher;
/* What TLS_GET_RECORD_TYPE and TLS_SET_RECORD_TYPE say. */
extern const struct names names_tls_record_type;
/* The first byte of a TLS alert. */
extern const struct names names_tls_alert_level;
/* The second byte of a TLS alert. */
extern const struct names names_tls_alert;
/* packet_mreq's mr_type. */
extern const struct names names_packet_mr;
/* PACKET_FANOUT's kinds, in the second half of its value's low bits. */
extern const struct names names_packet_fanout;
/* PACKET_FANOUT's flags, among its kind's bits. */
extern const struct names names_packet_fanout_flags;
/* PACKET_VERSION's values. */
extern const struct names names_tpacket_version;
/* tp_status of rings and of PACKET_AUXDATA. */
extern const struct names names_tp_status;
/* sxdp_flags. */
extern const struct names names_xdp_bind_flags;
/* xdp_umem_reg's flags. */
extern const struct names names_xdp_umem_flags;
/* XDP_OPTIONS's flags. */
extern const struct names names_xdp_option_flags;
/* ALG_SET_OP's values. */
extern const struct names names_alg_op;
/* svm_flags. */
extern const struct names names_vsock_flags;
/* CAN's protocols. */
extern const struct names names_can_protocol;
/* Flags in can_id, and in a filter's can_id. */
extern const struct names names_can_id_flags;
/* CAN_RAW_ERR_FILTER's classes. */
extern const struct names names_can_error;
/* can_isotp_options' flags. */
extern const struct names names_can_isotp_flags;
/* bcm_msg_head's opcode. */
extern const struct names names_can_bcm_op;
/* bcm_msg_head's flags. */
extern const struct names names_can_bcm_flags;
/* Bluetooth's protocols: socket(2)'s protocol for AF_BLUETOOTH. */
extern const struct names names_bluetooth_protocol;
/* Levels that mean Bluetooth's own on its sockets. */
extern const struct names names_bluetooth_level;
/* bdaddr types: l2_bdaddr_type. */
extern const struct names names_bluetooth_address;
/* BT_SECURITY's level. */
extern const struct names names_bluetooth_security;
/* BT_MODE's values. */
extern const struct names names_bluetooth_mode;
/* BT_CHANNEL_POLICY's values. */
extern const struct names names_bluetooth_channel_policy;
/* BT_VOICE's values. */
extern const struct names names_bluetooth_voice;
/* BT_PHY's flags. */
extern const struct names names_bluetooth_phy;
/* L2CAP_LM's flags. */
extern const struct names names_l2cap_lm;
/* RFCOMM_LM's flags. */
extern const struct names names_rfcomm_lm;
/* hci_channel. */
extern const struct names names_hci_channel;
/* sockaddr_tipc's addrtype. */
extern const struct names names_tipc_address;
/* sockaddr_tipc's scope. */
extern const struct names names_tipc_scope;
/* TIPC_IMPORTANCE's values. */
extern const struct names names_tipc_importance;
/* qrtr_ctrl_pkt's cmd. */
extern const struct names names_qrtr_type;
/* sllc_sap. */
extern const struct names names_llc_sap;
/* PPPoX' protocols: socket(2)'s protocol for AF_PPPOX, sa_protocol. */
extern const struct names names_pppox_protocol;
/* Phonet's protocols: socket(2)'s protocol for AF_PHONET. */
extern const struct names names_phonet_protocol;
/* NFC's protocols: socket(2)'s protocol for AF_NFC. */
extern const struct names names_nfc_protocol;
/* CAIF's protocols: socket(2)'s protocol for AF_CAIF. */
extern const struct names names_caif_protocol;
/* KCM's protocols: socket(2)'s protocol for AF_KCM. */
extern const struct names names_kcm_protocol;
/* SO_RDS_TRANSPORT's values. */
extern const struct names names_rds_transport;
/* sinfo_flags, snd_flags, rcv_flags. */
extern const struct names names_sctp_info_flags;
/* sstat_state. */
extern const struct names names_sctp_state;
/* spinfo_state. */
extern const struct names names_sctp_path_state;
/* spp_flags. */
extern const struct names names_sctp_path_flags;
/* sn_type: which notification a message with MSG_NOTIFICATION is. */
extern const struct names names_sctp_notification;
/* SCTP_STREAM_SCHEDULER's values. */
extern const struct names names_sctp_scheduler;
/* Partial reliability's policies, in sinfo_flags. */
extern const struct names names_sctp_pr_policy;

/* --- Flags and commands of other calls that sockets pass through: lists_call.c --- */

/* Flags of splice(2), tee(2) and vmsplice(2). */
extern const struct names names_splice_flags;
/* Flags of preadv2(2) and pwritev2(2). */
extern const struct names names_rwf_flags;
/* Flags of clone(2), clone3(2), unshare(2) and setns(2); the low byte is a signal. */
extern const struct names names_clone_flags;
/* Flags of clone3(2), unshare(2) and setns(2) that are a part of the signal in clone(2). */
extern const struct names names_clone_low_flags;
/* Flags of pidfd_open(2). */
extern const struct names names_pidfd_flags;
/* F_ADD_SEALS's and F_GET_SEALS's flags. */
extern const struct names names_seal_flags;
/* f_owner_ex's type. */
extern const struct names names_owner_type;
/* flock's l_type; a lease's type. */
extern const struct names names_lock_type;
/* Values of F_SET_RW_HINT. */
extern const struct names names_rw_hint;
/* F_NOTIFY's flags. */
extern const struct names names_notify_flags;
/* io_uring's operations. */
extern const struct names names_uring_op;
/* Flags of io_uring_setup(2). */
extern const struct names names_uring_setup_flags;
/* Flags of io_uring_enter(2). */
extern const struct names names_uring_enter_flags;
/* io_uring_register(2)'s opcodes. */
extern const struct names names_uring_register;
/* What io_uring_setup(2) says that the kernel can do. */
extern const struct names names_uring_features;
/* An io_uring submission's flags. */
extern const struct names names_uring_sqe_flags;
/* An io_uring completion's flags. */
extern const struct names names_uring_cqe_flags;
/* A classic BPF instruction's class: code & 0x07. */
extern const struct names names_bpf_class;
/* A load's width: code & 0x18. */
extern const struct names names_bpf_size;
/* A load's mode: code & 0xe0. */
extern const struct names names_bpf_mode;
/* An arithmetic operation: code & 0xf0. */
extern const struct names names_bpf_alu;
/* A jump's condition: code & 0xf0. */
extern const struct names names_bpf_jump;
/* An operand's source: code & 0x08. */
extern const struct names names_bpf_source;
/* What BPF_RET returns: code & 0x18, beside BPF_K and BPF_X. */
extern const struct names names_bpf_return;
/* A BPF_MISC operation: code & 0xf8. */
extern const struct names names_bpf_misc;
/* What a load from SKF_AD_OFF on reads. */
extern const struct names names_bpf_ancillary;

/* --- ioctl(2) on sockets: requests of one protocol, and values: lists_ioctl.c --- */

/* Requests of AF_VSOCK. */
extern const struct names names_ioctl_vsock;
/* Wireless extensions. */
extern const struct names names_ioctl_wireless;
/* Requests of Bluetooth's HCI sockets. */
extern const struct names names_ioctl_hci;
/* Requests of an IPv4 multicast routing socket. */
extern const struct names names_ioctl_mroute;
/* Requests of an IPv6 multicast routing socket. */
extern const struct names names_ioctl_mroute6;
/* Requests to tunnel devices. */
extern const struct names names_ioctl_tunnel;
/* Requests of AF_TIPC. */
extern const struct names names_ioctl_tipc;
/* Requests of AF_KCM. */
extern const struct names names_ioctl_kcm;
/* Requests of AF_PHONET. */
extern const struct names names_ioctl_phonet;
/* Requests of AF_RDS. */
extern const struct names names_ioctl_rds;
/* Requests of AF_MCTP. */
extern const struct names names_ioctl_mctp;
/* Requests of AF_X25. */
extern const struct names names_ioctl_x25;
/* Requests of AF_AX25. */
extern const struct names names_ioctl_ax25;
/* Requests of AF_PPPOX. */
extern const struct names names_ioctl_pppox;
/* SIOCETHTOOL's commands. */
extern const struct names names_ethtool_command;
/* hwtstamp_config's tx_type. */
extern const struct names names_hwtstamp_tx;
/* hwtstamp_config's rx_filter. */
extern const struct names names_hwtstamp_filter;
/* arpreq's arp_flags. */
extern const struct names names_arp_flags;
/* rtentry's rt_flags. */
extern const struct names names_rtentry_flags;
/* ifr_flags, ifi_flags. */
extern const struct names names_interface_flags;

/* --- Netlink: headers, errors, generic netlink, other protocols: lists_netlink.c --- */

/* nlmsg_type below NLMSG_MIN_TYPE: every protocol's. */
extern const struct names names_nlmsg_type;
/* nlmsg_flags that every message may have. */
extern const struct names names_nlm_flags;
/* nlmsg_flags of a request to get. */
extern const struct names names_nlm_flags_get;
/* nlmsg_flags of a request to make. */
extern const struct names names_nlm_flags_new;
/* nlmsg_flags of a request to delete. */
extern const struct names names_nlm_flags_del;
/* nlmsg_flags of NLMSG_ERROR and of NLMSG_DONE. */
extern const struct names names_nlm_flags_ack;
/* Flags in an attribute's type. */
extern const struct names names_nla_flags;
/* Attributes of NLMSG_ERROR and NLMSG_DONE. */
extern const struct names names_nlmsgerr_attr;
/* NLMSGERR_ATTR_POLICY's attributes. */
extern const struct names names_nl_policy_attr;
/* NL_POLICY_TYPE_ATTR_TYPE's values. */
extern const struct names names_nl_attr_type;
/* nlmsg_type of NETLINK_GENERIC: its fixed families. */
extern const struct names names_genl_id;
/* Commands of generic netlink's controller. */
extern const struct names names_ctrl_cmd;
/* Attributes of generic netlink's controller. */
extern const struct names names_ctrl_attr;
/* CTRL_ATTR_OPS's attributes. */
extern const struct names names_ctrl_attr_op;
/* CTRL_ATTR_MCAST_GROUPS's attributes. */
extern const struct names names_ctrl_attr_mcast_grp;
/* CTRL_ATTR_OP_POLICY's attributes. */
extern const struct names names_ctrl_attr_policy;
/* CTRL_ATTR_OP_FLAGS's value. */
extern const struct names names_genl_op_flags;
/* nlmsg_type of NETLINK_AUDIT. */
extern const struct names names_audit_type;
/* nlmsg_type of NETLINK_XFRM. */
extern const struct names names_xfrm_type;
/* NETLINK_XFRM's attributes. */
extern const struct names names_xfrm_attr;
/* NETLINK_XFRM's multicast groups. */
extern const struct names names_xfrm_group;
/* nlmsg_type of NETLINK_SELINUX. */
extern const struct names names_selinux_type;
/* nlmsg_type of NETLINK_CRYPTO. */
extern const struct names names_crypto_type;
/* nlmsg_type's high byte of NETLINK_NETFILTER. */
extern const struct names names_nfnl_subsys;
/* nlmsg_type of NETLINK_NETFILTER's batches. */
extern const struct names names_nfnl_batch;
/* NETLINK_NETFILTER's multicast groups. */
extern const struct names names_nfnl_group;
/* nlmsg_type's low byte of NFNL_SUBSYS_NFTABLES. */
extern const struct names names_nft_type;
/* nlmsg_type's low byte of NFNL_SUBSYS_CTNETLINK. */
extern const struct names names_ct_type;
/* nlmsg_type's low byte of NFNL_SUBSYS_CTNETLINK_EXP. */
extern const struct names names_ct_exp_type;
/* nlmsg_type's low byte of NFNL_SUBSYS_QUEUE. */
extern const struct names names_nfqueue_type;
/* nlmsg_type's low byte of NFNL_SUBSYS_ULOG. */
extern const struct names names_nflog_type;
/* nlmsg_type's low byte of NFNL_SUBSYS_ACCT. */
extern const struct names names_nfacct_type;
/* nlmsg_type's low byte of NFNL_SUBSYS_CTNETLINK_TIMEOUT. */
extern const struct names names_ct_timeout_type;
/* nlmsg_type's low byte of NFNL_SUBSYS_CTHELPER. */
extern const struct names names_ct_helper_type;
/* nlmsg_type's low byte of NFNL_SUBSYS_NFT_COMPAT. */
extern const struct names names_nft_compat_type;
/* nlmsg_type's low byte of NFNL_SUBSYS_HOOK. */
extern const struct names names_nf_hook_type;
/* nlmsg_type's low byte of NFNL_SUBSYS_OSF. */
extern const struct names names_nf_osf_type;
/* nlmsg_type's low byte of NFNL_SUBSYS_IPSET. */
extern const struct names names_ipset_type;
/* nfgenmsg's nfgen_family. */
extern const struct names names_nfproto;

/* --- NETLINK_ROUTE: links and what depends on their kind: lists_link.c --- */

/* Attributes of a link. */
extern const struct names names_ifla;
/* IFLA_LINKINFO's attributes. */
extern const struct names names_ifla_info;
/* IFLA_XDP's attributes. */
extern const struct names names_ifla_xdp;
/* IFLA_AF_SPEC's attributes of AF_INET. */
extern const struct names names_ifla_inet;
/* IFLA_AF_SPEC's and IFLA_PROTINFO's attributes of AF_INET6. */
extern const struct names names_ifla_inet6;
/* The places of IFLA_INET_CONF's array, from 1. */
extern const struct names names_ipv4_devconf;
/* The places of IFLA_INET6_CONF's array. */
extern const struct names names_ipv6_devconf;
/* The places of IFLA_INET6_ICMP6STATS's array. */
extern const struct names names_icmp6_mib;
/* IFLA_AF_SPEC's attributes of AF_MCTP. */
extern const struct names names_ifla_mctp;
/* IFLA_AF_SPEC's attributes of AF_BRIDGE. */
extern const struct names names_ifla_bridge;
/* IFLA_PROTO_DOWN_REASON's attributes. */
extern const struct names names_ifla_proto_down_reason;
/* IFLA_VFINFO_LIST's attributes. */
extern const struct names names_ifla_vfinfo;
/* IFLA_VF_INFO's attributes. */
extern const struct names names_ifla_vf;
/* IFLA_VF_STATS's attributes. */
extern const struct names names_ifla_vf_stats;
/* IFLA_VF_PORTS's attributes. */
extern const struct names names_ifla_vf_port;
/* IFLA_PORT_SELF's and IFLA_VF_PORT's attributes. */
extern const struct names names_ifla_port;
/* Attributes of RTM_NEWSTATS. */
extern const struct names names_ifla_stats;
/* Bridge's attributes: IFLA_INFO_DATA. */
extern const struct names names_ifla_br;
/* A bridge port's attributes: IFLA_INFO_SLAVE_DATA, IFLA_PROTINFO of AF_BRIDGE. */
extern const struct names names_ifla_brport;
/* Vlan's attributes: IFLA_INFO_DATA. */
extern const struct names names_ifla_vlan;
/* IFLA_VLAN_EGRESS_QOS's and IFLA_VLAN_INGRESS_QOS's attributes. */
extern const struct names names_ifla_vlan_qos;
/* Macvlan's and macvtap's attributes: IFLA_INFO_DATA. */
extern const struct names names_ifla_macvlan;
/* Ipvlan's attributes: IFLA_INFO_DATA. */
extern const struct names names_ifla_ipvlan;
/* Vrf's attributes: IFLA_INFO_DATA. */
extern const struct names names_ifla_vrf;
/* A vrf port's attributes. */
extern const struct names names_ifla_vrf_port;
/* Macsec's attributes: IFLA_INFO_DATA. */
extern const struct names names_ifla_macsec;
/* Xfrm's attributes: IFLA_INFO_DATA. */
extern const struct names names_ifla_xfrm;
/* Netkit's attributes: IFLA_INFO_DATA. */
extern const struct names names_ifla_netkit;
/* Vxlan's attributes: IFLA_INFO_DATA. */
extern const struct names names_ifla_vxlan;
/* Geneve's attributes: IFLA_INFO_DATA. */
extern const struct names names_ifla_geneve;
/* Bareudp's attributes: IFLA_INFO_DATA. */
extern const struct names names_ifla_bareudp;
/* Ppp's attributes: IFLA_INFO_DATA. */
extern const struct names names_ifla_ppp;
/* Gtp's attributes: IFLA_INFO_DATA. */
extern const struct names names_ifla_gtp;
/* Bond's attributes: IFLA_INFO_DATA. */
extern const struct names names_ifla_bond;
/* IFLA_BOND_AD_INFO's attributes. */
extern const struct names names_ifla_bond_ad_info;
/* A bond slave's attributes. */
extern const struct names names_ifla_bond_slave;
/* Ipoib's attributes: IFLA_INFO_DATA. */
extern const struct names names_ifla_ipoib;
/* Hsr's attributes: IFLA_INFO_DATA. */
extern const struct names names_ifla_hsr;
/* Tun's attributes: IFLA_INFO_DATA. */
extern const struct names names_ifla_tun;
/* Rmnet's attributes: IFLA_INFO_DATA. */
extern const struct names names_ifla_rmnet;
/* Dsa's attributes: IFLA_INFO_DATA. */
extern const struct names names_ifla_dsa;
/* Ovpn's attributes: IFLA_INFO_DATA. */
extern const struct names names_ifla_ovpn;
/* Attributes of ipip, sit and ip6tnl: IFLA_INFO_DATA. */
extern const struct names names_ifla_iptun;
/* Attributes of gre and its kin: IFLA_INFO_DATA. */
extern const struct names names_ifla_gre;
/* Attributes of vti and vti6: IFLA_INFO_DATA. */
extern const struct names names_ifla_vti;
/* Can's attributes: IFLA_INFO_DATA. */
extern const struct names names_ifla_can;
/* Veth's attributes: IFLA_INFO_DATA. */
extern const struct names names_veth_info;
/* IFLA_MACVLAN_MODE's values. */
extern const struct names names_macvlan_mode;
/* IFLA_IPVLAN_MODE's values. */
extern const struct names names_ipvlan_mode;
/* IFLA_INET6_ADDR_GEN_MODE's values. */
extern const struct names names_in6_addr_gen_mode;
/* IFLA_OPERSTATE's values. */
extern const struct names names_link_oper_state;
/* IFLA_LINKMODE's values. */
extern const struct names names_link_mode;
/* IFLA_BRPORT_STATE's values. */
extern const struct names names_bridge_state;
/* bridge_vlan_info's flags. */
extern const struct names names_bridge_vlan_flags;
/* IFLA_XDP_ATTACHED's values. */
extern const struct names names_xdp_attached;
/* IFLA_XDP_FLAGS's value. */
extern const struct names names_xdp_flags;
/* Attributes of RTM_NEWMDB and RTM_GETMDB. */
extern const struct names names_mdba;
/* MDBA_MDB's attributes. */
extern const struct names names_mdba_mdb;
/* MDBA_ROUTER's attributes. */
extern const struct names names_mdba_router;
/* Attributes of a request for RTM_NEWMDB. */
extern const struct names names_mdba_set;

/* --- NETLINK_ROUTE: messages, addresses, routes, neighbours, rules: lists_route.c --- */

/* nlmsg_type of NETLINK_ROUTE. */
extern const struct names names_rtm_type;
/* NETLINK_ROUTE's multicast groups. */
extern const struct names names_rtnl_group;
/* NETLINK_ROUTE's multicast groups as bits: nl_groups. */
extern const struct names names_rtnl_group_flags;
/* rtgen_family beyond the address families. */
extern const struct names names_rtnl_family;
/* IFLA_EXT_MASK's flags. */
extern const struct names names_rtext_filter;
/* Attributes of a route. */
extern const struct names names_rta;
/* RTA_METRICS's attributes. */
extern const struct names names_rtax;
/* RTAX_FEATURES's flags. */
extern const struct names names_rtax_features;
/* rtm_type. */
extern const struct names names_route_type;
/* rtm_scope, ifa_scope. */
extern const struct names names_route_scope;
/* rtm_table, RTA_TABLE. */
extern const struct names names_route_table;
/* rtm_protocol. */
extern const struct names names_route_protocol;
/* rtm_flags. */
extern const struct names names_route_flags;
/* rtnh_flags, nh_flags, and rtm_flags' low byte. */
extern const struct names names_nexthop_flags;
/* RTA_PREF's values. */
extern const struct names names_route_preference;
/* RTA_ENCAP_TYPE's values. */
extern const struct names names_lwtunnel_encap;
/* RTA_ENCAP's attributes of LWTUNNEL_ENCAP_IP. */
extern const struct names names_lwtunnel_ip;
/* RTA_ENCAP's attributes of LWTUNNEL_ENCAP_IP6. */
extern const struct names names_lwtunnel_ip6;
/* RTA_ENCAP's attributes of LWTUNNEL_ENCAP_MPLS. */
extern const struct names names_mpls_iptunnel;
/* RTA_ENCAP's attributes of LWTUNNEL_ENCAP_SEG6. */
extern const struct names names_seg6_iptunnel;
/* Attributes of an address. */
extern const struct names names_ifa;
/* ifa_flags, IFA_FLAGS. */
extern const struct names names_ifa_flags;
/* IFA_PROTO's values. */
extern const struct names names_ifa_protocol;
/* Attributes of an address label. */
extern const struct names names_ifal;
/* Attributes of a neighbour. */
extern const struct names names_nda;
/* ndm_state. */
extern const struct names names_nud_state;
/* ndm_flags. */
extern const struct names names_ntf_flags;
/* NDA_FLAGS_EXT's value. */
extern const struct names names_ntf_ext_flags;
/* Attributes of a neighbour table. */
extern const struct names names_ndta;
/* NDTA_PARMS's attributes. */
extern const struct names names_ndtpa;
/* NDA_FDB_EXT_ATTRS's attributes. */
extern const struct names names_nfea;
/* Attributes of a rule. */
extern const struct names names_fra;
/* A rule's action. */
extern const struct names names_rule_action;
/* A rule's flags. */
extern const struct names names_rule_flags;
/* Attributes of a next hop object. */
extern const struct names names_nha;
/* NHA_GROUP_TYPE's values. */
extern const struct names names_nha_group_type;
/* Attributes of RTM_NEWNETCONF. */
extern const struct names names_netconfa;
/* Attributes of RTM_NEWNSID. */
extern const struct names names_netnsa;
/* Attributes of traffic control. */
extern const struct names names_tca;
/* Attributes of RTM_NEWPREFIX. */
extern const struct names names_prefix_attr;
/* Attributes of RTM_NEWNDUSEROPT. */
extern const struct names names_nduseropt;

/* --- NETLINK_SOCK_DIAG: lists_diag.c --- */

/* nlmsg_type of NETLINK_SOCK_DIAG. */
extern const struct names names_diag_type;
/* Attributes of an answer about an inet socket; bit n-1 of idiag_ext asks for n. */
extern const struct names names_inet_diag;
/* Attributes of a request about inet sockets. */
extern const struct names names_inet_diag_req;
/* INET_DIAG_REQ_BYTECODE's operations. */
extern const struct names names_inet_diag_bc;
/* idiag_timer. */
extern const struct names names_inet_diag_timer;
/* INET_DIAG_ULP_INFO's attributes. */
extern const struct names names_inet_ulp_info;
/* INET_ULP_INFO_TLS's attributes. */
extern const struct names names_tls_info;
/* TLS_INFO_TXCONF's and TLS_INFO_RXCONF's values. */
extern const struct names names_tls_conf;
/* INET_ULP_INFO_MPTCP's attributes. */
extern const struct names names_mptcp_subflow_attr;
/* NETLINK_SOCK_DIAG's multicast groups. */
extern const struct names names_diag_group;
/* Attributes of an answer about a UNIX socket. */
extern const struct names names_unix_diag;
/* udiag_show. */
extern const struct names names_unix_diag_show;
/* Attributes of an answer about a netlink socket. */
extern const struct names names_netlink_diag;
/* ndiag_show. */
extern const struct names names_netlink_diag_show;
/* NETLINK_DIAG_FLAGS's value. */
extern const struct names names_netlink_diag_flags;
/* Attributes of an answer about a packet socket. */
extern const struct names names_packet_diag;
/* pdiag_show. */
extern const struct names names_packet_diag_show;
/* packet_diag_info's pdi_flags. */
extern const struct names names_packet_diag_flags;
/* Attributes of an answer about an XDP socket. */
extern const struct names names_xdp_diag;
/* xdiag_show. */
extern const struct names names_xdp_diag_show;
/* Attributes of an answer about an SMC socket. */
extern const struct names names_smc_diag;

#endif
