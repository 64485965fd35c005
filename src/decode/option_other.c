/*
 * Options of the families beside IP: packet(7), netlink(7), vsock(7), linux/if_xdp.h, linux/can/raw.h,
 * linux/if_alg.h, net/bluetooth/{bluetooth,l2cap,rfcomm,sco}.h, linux/tipc.h; and the list of all levels.
 */
#include <sys/socket.h>

#include "option_rows.h"

enum { LIST_MAX = 64 };

struct value *option_list(const struct decoder *decoder, const struct typed *typed, const char *name,
			  const uint8_t *bytes, uint32_t size)
{
	uint32_t one = shape_size(typed->shape);
	struct fields fields;

	if (size % one)
		return NULL;
	fields_init(&fields, decoder->arena, value_list(decoder->arena, name));
	for (uint32_t at = 0; at < size && fields.of->list.count < LIST_MAX; at += one)
		fields_add(&fields,
			   shape_value(decoder, decoder->arena, NULL, typed->shape, bytes + at, one));
	fields.of->list.total = size / one;
	return fields.of;
}

/* ---- packet ---- */

static const struct shape_field shape_packet_mreq[] = { F_INT_("mr_ifindex", 4),
							F_CONST_("mr_type", 2, packet_mr),
							F_UINT_("mr_alen", 2), F_MAC_("mr_address", 8),
							F_END_ };
static const struct shape_field shape_tpacket_req[] = {
	F_UINT_("tp_block_size", 4),	  F_UINT_("tp_block_nr", 4),
	F_UINT_("tp_frame_size", 4),	  F_UINT_("tp_frame_nr", 4),
	F_UINT_("tp_retire_blk_tov", 4),  F_UINT_("tp_sizeof_priv", 4),
	F_HEX_("tp_feature_req_word", 4), F_END_,
};
static const struct shape_field shape_tpacket_stats[] = { F_UINT_("tp_packets", 4), F_UINT_("tp_drops", 4),
							  F_UINT_("tp_freeze_q_cnt", 4), F_END_ };
static const struct shape_field shape_rollover[] = { F_UINT_("tp_all", 8), F_UINT_("tp_huge", 8),
						     F_UINT_("tp_failed", 8), F_END_ };

/* PACKET_FANOUT: id, type and flags in one int; struct fanout_args adds a number. */
static struct value *make_fanout(const struct decoder *decoder, const struct typed *typed, const char *name,
				 const uint8_t *bytes, uint32_t size)
{
	struct fields fields;

	(void)typed;
	if (size < 4)
		return NULL;
	fields_init(&fields, decoder->arena, value_struct(decoder->arena, name));
	fields_uint(&fields, "id", u16_get(bytes));
	fields_constant(&fields, "type", &names_packet_fanout, bytes[2]);
	fields_flags(&fields, "flags", &names_packet_fanout_flags, u16_get(bytes + 2) & 0xff00);
	if (size >= 8)
		fields_uint(&fields, "max_num_members", u32_get(bytes + 4));
	return fields.of;
}

static const struct typed packet_rows[] = {
	{ .name = "PACKET_ADD_MEMBERSHIP", .make = typed_shape, .shape = shape_packet_mreq },
	{ .name = "PACKET_DROP_MEMBERSHIP", .make = typed_shape, .shape = shape_packet_mreq },
	{ .name = "PACKET_RECV_OUTPUT", .make = typed_int },
	{ .name = "PACKET_RX_RING", .make = typed_shape, .shape = shape_tpacket_req, .least = 16 },
	{ .name = "PACKET_TX_RING", .make = typed_shape, .shape = shape_tpacket_req, .least = 16 },
	{ .name = "PACKET_STATISTICS", .make = typed_shape, .shape = shape_tpacket_stats, .least = 8 },
	{ .name = "PACKET_COPY_THRESH", .make = typed_int },
	{ .name = "PACKET_AUXDATA", .make = typed_int },
	{ .name = "PACKET_ORIGDEV", .make = typed_int },
	{ .name = "PACKET_VERSION", .make = typed_const, .names = &names_tpacket_version },
	{ .name = "PACKET_HDRLEN", .make = typed_const, .names = &names_tpacket_version, .input = true },
	{ .name = "PACKET_RESERVE", .make = typed_uint },
	{ .name = "PACKET_LOSS", .make = typed_int },
	{ .name = "PACKET_VNET_HDR", .make = typed_int },
	{ .name = "PACKET_VNET_HDR_SZ", .make = typed_int },
	{ .name = "PACKET_TX_TIMESTAMP", .make = typed_int },
	{ .name = "PACKET_TIMESTAMP", .make = typed_flags, .names = &names_timestamping_flags },
	{ .name = "PACKET_FANOUT", .make = make_fanout },
	{ .name = "PACKET_TX_HAS_OFF", .make = typed_int },
	{ .name = "PACKET_QDISC_BYPASS", .make = typed_int },
	{ .name = "PACKET_ROLLOVER_STATS", .make = typed_shape, .shape = shape_rollover },
	{ .name = "PACKET_FANOUT_DATA", .make = typed_bytes },
	{ .name = "PACKET_IGNORE_OUTGOING", .make = typed_int },
};
const struct level options_packet = LEVEL("SOL_PACKET", sockopt_level, -1, packet, packet_rows);

/* ---- netlink ---- */

/* struct nl_mmap_req */
static const struct shape_field shape_nl_mmap[] = { F_UINT_("nm_block_size", 4), F_UINT_("nm_block_nr", 4),
						    F_UINT_("nm_frame_size", 4), F_UINT_("nm_frame_nr", 4),
						    F_END_ };

/* Groups are named by the protocol that has them. */
static struct value *make_group(const struct decoder *decoder, const struct typed *typed, const char *name,
				const uint8_t *bytes, uint32_t size)
{
	const bool route = decoder_protocol(decoder) == 0 /* NETLINK_ROUTE */;

	(void)typed;
	if (size != 4)
		return NULL;
	return value_constant(decoder->arena, name, route ? &names_rtnl_group : NULL, u32_get(bytes));
}

static const struct typed netlink_rows[] = {
	{ .name = "NETLINK_ADD_MEMBERSHIP", .make = make_group },
	{ .name = "NETLINK_DROP_MEMBERSHIP", .make = make_group },
	{ .name = "NETLINK_PKTINFO", .make = typed_int },
	{ .name = "NETLINK_BROADCAST_ERROR", .make = typed_int },
	{ .name = "NETLINK_NO_ENOBUFS", .make = typed_int },
	{ .name = "NETLINK_RX_RING", .make = typed_shape, .shape = shape_nl_mmap },
	{ .name = "NETLINK_TX_RING", .make = typed_shape, .shape = shape_nl_mmap },
	{ .name = "NETLINK_LISTEN_ALL_NSID", .make = typed_int },
	{ .name = "NETLINK_LIST_MEMBERSHIPS", .make = typed_u32s },
	{ .name = "NETLINK_CAP_ACK", .make = typed_int },
	{ .name = "NETLINK_EXT_ACK", .make = typed_int },
	{ .name = "NETLINK_GET_STRICT_CHK", .make = typed_int },
};
const struct level options_netlink = LEVEL("SOL_NETLINK", sockopt_level, -1, netlink, netlink_rows);

/* ---- vsock: the level is the family's number ---- */

static const struct typed vsock_rows[] = {
	{ .name = "SO_VM_SOCKETS_BUFFER_SIZE", .make = typed_u64 },
	{ .name = "SO_VM_SOCKETS_BUFFER_MIN_SIZE", .make = typed_u64 },
	{ .name = "SO_VM_SOCKETS_BUFFER_MAX_SIZE", .make = typed_u64 },
	{ .name = "SO_VM_SOCKETS_PEER_HOST_VM_ID", .make = typed_int },
	{ .name = "SO_VM_SOCKETS_TRUSTED", .make = typed_int },
	{ .name = "SO_VM_SOCKETS_CONNECT_TIMEOUT", .make = typed_timeval_old },
	{ .name = "SO_VM_SOCKETS_CONNECT_TIMEOUT_NEW", .make = typed_timeval_new },
	{ .name = "SO_VM_SOCKETS_NONBLOCK_TXRX", .make = typed_int },
};
const struct level options_vsock = LEVEL("AF_VSOCK", address_family, AF_VSOCK, vsock, vsock_rows);
const struct level options_vsock_sol = LEVEL("SOL_VSOCK", sockopt_level, -1, vsock, vsock_rows);

/* ---- XDP ---- */

static const struct shape_field shape_umem[] = {
	F_HEX_("addr", 8),
	F_UINT_("len", 8),
	F_UINT_("chunk_size", 4),
	F_UINT_("headroom", 4),
	F_FLAGS_("flags", 4, xdp_umem_flags),
	F_UINT_("tx_metadata_len", 4),
	F_END_,
};
static const struct shape_field shape_xdp_statistics[] = {
	F_UINT_("rx_dropped", 8),
	F_UINT_("rx_invalid_descs", 8),
	F_UINT_("tx_invalid_descs", 8),
	F_UINT_("rx_ring_full", 8),
	F_UINT_("rx_fill_ring_empty_descs", 8),
	F_UINT_("tx_ring_empty_descs", 8),
	F_END_,
};
static const struct shape_field shape_ring_offset[] = { F_UINT_("producer", 8), F_UINT_("consumer", 8),
							F_UINT_("desc", 8), F_UINT_("flags", 8), F_END_ };
static const struct shape_field shape_xdp_offsets[] = {
	F_SHAPE_("rx", 32, shape_ring_offset),
	F_SHAPE_("tx", 32, shape_ring_offset),
	F_SHAPE_("fr", 32, shape_ring_offset),
	F_SHAPE_("cr", 32, shape_ring_offset),
	F_END_,
};
static const struct typed xdp_rows[] = {
	{ .name = "XDP_MMAP_OFFSETS", .make = typed_shape, .shape = shape_xdp_offsets },
	{ .name = "XDP_RX_RING", .make = typed_int },
	{ .name = "XDP_TX_RING", .make = typed_int },
	{ .name = "XDP_UMEM_REG", .make = typed_shape, .shape = shape_umem, .least = 24 },
	{ .name = "XDP_UMEM_FILL_RING", .make = typed_int },
	{ .name = "XDP_UMEM_COMPLETION_RING", .make = typed_int },
	{ .name = "XDP_STATISTICS", .make = typed_shape, .shape = shape_xdp_statistics, .least = 24 },
	{ .name = "XDP_OPTIONS", .make = typed_flags, .names = &names_xdp_option_flags },
	{ .name = "XDP_MAX_TX_SKB_BUDGET", .make = typed_uint },
};
const struct level options_xdp = LEVEL("SOL_XDP", sockopt_level, -1, xdp, xdp_rows);

/* ---- CAN ---- */

static const struct shape_field shape_can_filter[] = { F_HEX_("can_id", 4), F_HEX_("can_mask", 4), F_END_ };
static const struct shape_field shape_can_vcid[] = { F_HEX_("flags", 1), F_UINT_("tx_vcid", 1),
						     F_UINT_("rx_vcid", 1), F_HEX_("rx_vcid_mask", 1),
						     F_END_ };
static const struct typed can_raw_rows[] = {
	{ .name = "CAN_RAW_FILTER", .make = option_list, .shape = shape_can_filter },
	{ .name = "CAN_RAW_ERR_FILTER", .make = typed_flags, .names = &names_can_error },
	{ .name = "CAN_RAW_LOOPBACK", .make = typed_int },
	{ .name = "CAN_RAW_RECV_OWN_MSGS", .make = typed_int },
	{ .name = "CAN_RAW_FD_FRAMES", .make = typed_int },
	{ .name = "CAN_RAW_JOIN_FILTERS", .make = typed_int },
	{ .name = "CAN_RAW_XL_FRAMES", .make = typed_int },
	{ .name = "CAN_RAW_XL_VCID_OPTS", .make = typed_shape, .shape = shape_can_vcid },
};
const struct level options_can_raw = LEVEL("SOL_CAN_RAW", sockopt_level, -1, can_raw, can_raw_rows);

/* ---- crypto ---- */

static const struct typed alg_rows[] = {
	{ .name = "ALG_SET_KEY", .make = typed_secret },
	{ .name = "ALG_SET_AEAD_AUTHSIZE", .make = typed_none }, /* the size is optlen */
	{ .name = "ALG_SET_DRBG_ENTROPY", .make = typed_secret },
	{ .name = "ALG_SET_KEY_BY_KEY_SERIAL", .make = typed_int },
};
const struct level options_alg = LEVEL("SOL_ALG", sockopt_level, -1, alg, alg_rows);

/* ---- Bluetooth: its protocols' levels have the numbers of others, so they count on its sockets only ---- */

static const struct shape_field shape_bt_security[] = { F_CONST_("level", 1, bluetooth_security),
							F_UINT_("key_size", 1), F_END_ };
static const struct shape_field shape_bt_power[] = { F_UINT_("force_active", 1), F_END_ };
static const struct shape_field shape_bt_voice[] = { F_CONST_("setting", 2, bluetooth_voice), F_END_ };
static const struct typed bluetooth_rows[] = {
	{ .name = "BT_SECURITY", .make = typed_shape, .shape = shape_bt_security, .least = 1 },
	{ .name = "BT_DEFER_SETUP", .make = typed_int },
	{ .name = "BT_FLUSHABLE", .make = typed_int },
	{ .name = "BT_POWER", .make = typed_shape, .shape = shape_bt_power },
	{ .name = "BT_CHANNEL_POLICY", .make = typed_const, .names = &names_bluetooth_channel_policy },
	{ .name = "BT_VOICE", .make = typed_shape, .shape = shape_bt_voice },
	{ .name = "BT_SNDMTU", .make = typed_u16 },
	{ .name = "BT_RCVMTU", .make = typed_u16 },
	{ .name = "BT_PHY", .make = typed_flags, .names = &names_bluetooth_phy },
	{ .name = "BT_MODE", .make = typed_const_byte, .names = &names_bluetooth_mode },
	{ .name = "BT_PKT_STATUS", .make = typed_int },
	{ .name = "BT_PKT_SEQNUM", .make = typed_int },
	{ .name = "BT_ISO_QOS", .make = typed_bytes },
	{ .name = "BT_CODEC", .make = typed_bytes },
	{ .name = "BT_ISO_BASE", .make = typed_bytes },
};
const struct level options_bluetooth = LEVEL("SOL_BLUETOOTH", sockopt_level, -1, bluetooth, bluetooth_rows);

static const struct shape_field shape_conninfo[] = { F_UINT_("hci_handle", 2), F_BYTES_("dev_class", 3),
						     F_END_ };
static const struct shape_field shape_l2cap_options[] = {
	F_UINT_("omtu", 2),
	F_UINT_("imtu", 2),
	F_UINT_("flush_to", 2),
	F_CONST_("mode", 1, bluetooth_mode),
	F_UINT_("fcs", 1),
	F_UINT_("max_tx", 1),
	F_PAD_(1),
	F_UINT_("txwin_size", 2),
	F_END_,
};
static const struct shape_field shape_sco_options[] = { F_UINT_("mtu", 2), F_END_ };
static const struct shape_field shape_hci_filter[] = { F_HEX_("type_mask", 4), F_HEX_("event_mask", 8),
						       F_HEX_("opcode", 2), F_END_ };
static const struct typed hci_rows[] = {
	{ .name = "HCI_DATA_DIR", .make = typed_int },
	{ .name = "HCI_TIME_STAMP", .make = typed_int },
	{ .name = "HCI_FILTER", .make = typed_shape, .shape = shape_hci_filter, .least = 12 },
};
static const struct typed l2cap_rows[] = {
	{ .name = "L2CAP_OPTIONS", .make = typed_shape, .shape = shape_l2cap_options, .least = 7 },
	{ .name = "L2CAP_CONNINFO", .make = typed_shape, .shape = shape_conninfo },
	{ .name = "L2CAP_LM", .make = typed_flags, .names = &names_l2cap_lm },
};
static const struct typed sco_rows[] = {
	{ .name = "SCO_OPTIONS", .make = typed_shape, .shape = shape_sco_options },
	{ .name = "SCO_CONNINFO", .make = typed_shape, .shape = shape_conninfo },
};
static const struct typed rfcomm_rows[] = {
	{ .name = "RFCOMM_CONNINFO", .make = typed_shape, .shape = shape_conninfo },
	{ .name = "RFCOMM_LM", .make = typed_flags, .names = &names_rfcomm_lm },
};
const struct level options_hci = LEVEL("SOL_HCI", bluetooth_level, AF_BLUETOOTH, hci, hci_rows);
const struct level options_l2cap = LEVEL("SOL_L2CAP", bluetooth_level, AF_BLUETOOTH, l2cap, l2cap_rows);
const struct level options_sco = LEVEL("SOL_SCO", bluetooth_level, AF_BLUETOOTH, sco, sco_rows);
const struct level options_rfcomm = LEVEL("SOL_RFCOMM", bluetooth_level, AF_BLUETOOTH, rfcomm, rfcomm_rows);

/* ---- TIPC ---- */

static const struct shape_field shape_tipc_group[] = { F_UINT_("type", 4), F_UINT_("instance", 4),
						       F_CONST_("scope", 4, tipc_scope), F_HEX_("flags", 4),
						       F_END_ };
static const struct typed tipc_rows[] = {
	{ .name = "TIPC_IMPORTANCE", .make = typed_const, .names = &names_tipc_importance },
	{ .name = "TIPC_SRC_DROPPABLE", .make = typed_int },
	{ .name = "TIPC_DEST_DROPPABLE", .make = typed_int },
	{ .name = "TIPC_CONN_TIMEOUT", .make = typed_uint },
	{ .name = "TIPC_NODE_RECVQ_DEPTH", .make = typed_uint },
	{ .name = "TIPC_SOCK_RECVQ_DEPTH", .make = typed_uint },
	{ .name = "TIPC_MCAST_BROADCAST", .make = typed_none },
	{ .name = "TIPC_MCAST_REPLICAST", .make = typed_none },
	{ .name = "TIPC_GROUP_JOIN", .make = typed_shape, .shape = shape_tipc_group },
	{ .name = "TIPC_GROUP_LEAVE", .make = typed_none },
	{ .name = "TIPC_SOCK_RECVQ_USED", .make = typed_uint },
	{ .name = "TIPC_GROUP_LOOPBACK", .make = typed_none },
	{ .name = "TIPC_GROUP_MEMBER_EVTS", .make = typed_none },
	{ .name = "TIPC_NODELAY", .make = typed_int },
};
const struct level options_tipc = LEVEL("SOL_TIPC", sockopt_level, -1, tipc, tipc_rows);

/* Family-bound levels first: their numbers mean something else on other sockets. */
const struct level *const option_levels[] = {
	&options_hci,
	&options_l2cap,
	&options_sco,
	&options_rfcomm,
	&options_vsock,
	&options_socket,
	&options_ip,
	&options_ipv6,
	&options_icmpv6,
	&options_raw,
	&options_tcp,
	&options_udp,
	&options_udplite,
	&options_mptcp,
	&options_tls,
	&options_packet,
	&options_netlink,
	&options_vsock_sol,
	&options_xdp,
	&options_sctp,
	&options_can_raw,
	&options_alg,
	&options_bluetooth,
	&options_tipc,
	&(const struct level)LEVEL_NAMES("SOL_CAN_ISOTP", sockopt_level, -1, can_isotp),
	&(const struct level)LEVEL_NAMES("SOL_CAN_J1939", sockopt_level, -1, can_j1939),
	&(const struct level)LEVEL_NAMES("SOL_DCCP", sockopt_level, -1, dccp),
	&(const struct level)LEVEL_NAMES("SOL_LLC", sockopt_level, -1, llc),
	&(const struct level)LEVEL_NAMES("SOL_PPPOL2TP", sockopt_level, -1, pppol2tp),
	&(const struct level)LEVEL_NAMES("SOL_PNPIPE", sockopt_level, -1, pnpipe),
	&(const struct level)LEVEL_NAMES("SOL_RDS", sockopt_level, -1, rds),
	&(const struct level)LEVEL_NAMES("SOL_RXRPC", sockopt_level, -1, rxrpc),
	&(const struct level)LEVEL_NAMES("SOL_CAIF", sockopt_level, -1, caif),
	&(const struct level)LEVEL_NAMES("SOL_NFC", sockopt_level, -1, nfc_llcp),
	&(const struct level)LEVEL_NAMES("SOL_KCM", sockopt_level, -1, kcm),
	&(const struct level)LEVEL_NAMES("SOL_SMC", sockopt_level, -1, smc),
	&(const struct level)LEVEL_NAMES("SOL_MCTP", sockopt_level, -1, mctp),
	&(const struct level)LEVEL_NAMES("SOL_IUCV", sockopt_level, -1, iucv),
	&(const struct level)LEVEL_NAMES("SOL_X25", sockopt_level, -1, x25),
	&(const struct level)LEVEL_NAMES("SOL_AX25", sockopt_level, -1, ax25),
	&(const struct level)LEVEL_NAMES("SOL_NETROM", sockopt_level, -1, netrom),
	&(const struct level)LEVEL_NAMES("SOL_ROSE", sockopt_level, -1, rose),
};
const unsigned option_level_count = sizeof(option_levels) / sizeof(option_levels[0]);
