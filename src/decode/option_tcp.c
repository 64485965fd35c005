/* Transport protocols' options: TCP (tcp(7), linux/tcp.h), UDP (udp(7), linux/udp.h), MPTCP (linux/mptcp.h),
 * TLS (linux/tls.h). */
#include "arch/abi.h"
#include "option_rows.h"

static const struct shape_field shape_tcp_info[] = {
	F_CONST_("tcpi_state", 1, tcp_state),
	F_CONST_("tcpi_ca_state", 1, tcp_ca_state),
	F_UINT_("tcpi_retransmits", 1),
	F_UINT_("tcpi_probes", 1),
	F_UINT_("tcpi_backoff", 1),
	F_FLAGS_("tcpi_options", 1, tcp_info_options),
	F_BITS_("tcpi_snd_wscale", 0, 4),
	F_BITS_("tcpi_rcv_wscale", 4, 4),
	F_BITS_("tcpi_delivery_rate_app_limited", 8, 1),
	F_BITS_CONST_("tcpi_fastopen_client_fail", 9, 2, tcp_fastopen_fail),
	F_PAD_(2),
	F_UINT_("tcpi_rto", 4),
	F_UINT_("tcpi_ato", 4),
	F_UINT_("tcpi_snd_mss", 4),
	F_UINT_("tcpi_rcv_mss", 4),
	F_UINT_("tcpi_unacked", 4),
	F_UINT_("tcpi_sacked", 4),
	F_UINT_("tcpi_lost", 4),
	F_UINT_("tcpi_retrans", 4),
	F_UINT_("tcpi_fackets", 4),
	F_UINT_("tcpi_last_data_sent", 4),
	F_UINT_("tcpi_last_ack_sent", 4),
	F_UINT_("tcpi_last_data_recv", 4),
	F_UINT_("tcpi_last_ack_recv", 4),
	F_UINT_("tcpi_pmtu", 4),
	F_UINT_("tcpi_rcv_ssthresh", 4),
	F_UINT_("tcpi_rtt", 4),
	F_UINT_("tcpi_rttvar", 4),
	F_UINT_("tcpi_snd_ssthresh", 4),
	F_UINT_("tcpi_snd_cwnd", 4),
	F_UINT_("tcpi_advmss", 4),
	F_UINT_("tcpi_reordering", 4),
	F_UINT_("tcpi_rcv_rtt", 4),
	F_UINT_("tcpi_rcv_space", 4),
	F_UINT_("tcpi_total_retrans", 4),
	F_UINT_("tcpi_pacing_rate", 8),
	F_UINT_("tcpi_max_pacing_rate", 8),
	F_UINT_("tcpi_bytes_acked", 8),
	F_UINT_("tcpi_bytes_received", 8),
	F_UINT_("tcpi_segs_out", 4),
	F_UINT_("tcpi_segs_in", 4),
	F_UINT_("tcpi_notsent_bytes", 4),
	F_UINT_("tcpi_min_rtt", 4),
	F_UINT_("tcpi_data_segs_in", 4),
	F_UINT_("tcpi_data_segs_out", 4),
	F_UINT_("tcpi_delivery_rate", 8),
	F_UINT_("tcpi_busy_time", 8),
	F_UINT_("tcpi_rwnd_limited", 8),
	F_UINT_("tcpi_sndbuf_limited", 8),
	F_UINT_("tcpi_delivered", 4),
	F_UINT_("tcpi_delivered_ce", 4),
	F_UINT_("tcpi_bytes_sent", 8),
	F_UINT_("tcpi_bytes_retrans", 8),
	F_UINT_("tcpi_dsack_dups", 4),
	F_UINT_("tcpi_reord_seen", 4),
	F_UINT_("tcpi_rcv_ooopack", 4),
	F_UINT_("tcpi_snd_wnd", 4),
	F_UINT_("tcpi_rcv_wnd", 4),
	F_UINT_("tcpi_rehash", 4),
	F_UINT_("tcpi_total_rto", 2),
	F_UINT_("tcpi_total_rto_recoveries", 2),
	F_UINT_("tcpi_total_rto_time", 4),
	F_UINT_("tcpi_received_ce", 4),
	F_UINT_("tcpi_delivered_e1_bytes", 4),
	F_UINT_("tcpi_delivered_e0_bytes", 4),
	F_UINT_("tcpi_delivered_ce_bytes", 4),
	F_UINT_("tcpi_received_e1_bytes", 4),
	F_UINT_("tcpi_received_e0_bytes", 4),
	F_UINT_("tcpi_received_ce_bytes", 4),
	F_BITS_CONST_("tcpi_ecn_mode", 0, 2, tcp_ecn_mode),
	F_BITS_("tcpi_accecn_opt_seen", 2, 2),
	F_BITS_("tcpi_accecn_fail_mode", 4, 4),
	F_BITS_("tcpi_options2", 8, 24),
	F_PAD_(4),
	F_END_,
};

static const struct shape_field shape_md5sig[] = {
	F_ADDRESS_("tcpm_addr", 128),
	F_FLAGS_("tcpm_flags", 1, tcp_md5sig_flags),
	F_UINT_("tcpm_prefixlen", 1),
	F_UINT_("tcpm_keylen", 2),
	F_INT_("tcpm_ifindex", 4),
	F_SECRET_("tcpm_key", 80),
	F_END_,
};
static const struct shape_field shape_ao_add[] = {
	F_ADDRESS_("addr", 128),
	F_STRING_("alg_name", 64),
	F_INT_("ifindex", 4),
	F_BITS_("set_current", 0, 1),
	F_BITS_("set_rnext", 1, 1),
	F_PAD_(4),
	F_PAD_(2),
	F_UINT_("prefix", 1),
	F_UINT_("sndid", 1),
	F_UINT_("rcvid", 1),
	F_UINT_("maclen", 1),
	F_FLAGS_("keyflags", 1, tcp_ao_keyflags),
	F_UINT_("keylen", 1),
	F_SECRET_("key", 80),
	F_END_,
};
static const struct shape_field shape_ao_del[] = {
	F_ADDRESS_("addr", 128),
	F_INT_("ifindex", 4),
	F_BITS_("set_current", 0, 1),
	F_BITS_("set_rnext", 1, 1),
	F_BITS_("del_async", 2, 1),
	F_PAD_(4),
	F_PAD_(2),
	F_UINT_("prefix", 1),
	F_UINT_("sndid", 1),
	F_UINT_("rcvid", 1),
	F_UINT_("current_key", 1),
	F_UINT_("rnext", 1),
	F_FLAGS_("keyflags", 1, tcp_ao_keyflags),
	F_END_,
};
static const struct shape_field shape_ao_info[] = {
	F_BITS_("set_current", 0, 1),
	F_BITS_("set_rnext", 1, 1),
	F_BITS_("ao_required", 2, 1),
	F_BITS_("set_counters", 3, 1),
	F_BITS_("accept_icmps", 4, 1),
	F_PAD_(4),
	F_PAD_(2),
	F_UINT_("current_key", 1),
	F_UINT_("rnext", 1),
	F_UINT_("pkt_good", 8),
	F_UINT_("pkt_bad", 8),
	F_UINT_("pkt_key_not_found", 8),
	F_UINT_("pkt_ao_required", 8),
	F_UINT_("pkt_dropped_icmp", 8),
	F_END_,
};
static const struct shape_field shape_ao_keys[] = {
	F_ADDRESS_("addr", 128),
	F_STRING_("alg_name", 64),
	F_SECRET_("key", 80),
	F_UINT_("nkeys", 4),
	F_BITS_("is_current", 0, 1),
	F_BITS_("is_rnext", 1, 1),
	F_BITS_("get_all", 2, 1),
	F_PAD_(2),
	F_UINT_("sndid", 1),
	F_UINT_("rcvid", 1),
	F_UINT_("prefix", 1),
	F_UINT_("maclen", 1),
	F_FLAGS_("keyflags", 1, tcp_ao_keyflags),
	F_UINT_("keylen", 1),
	F_INT_("ifindex", 4),
	F_UINT_("pkt_good", 8),
	F_UINT_("pkt_bad", 8),
	F_END_,
};
static const struct shape_field shape_ao_repair[] = { F_BE_("snt_isn", 4), F_BE_("rcv_isn", 4),
						      F_UINT_("snd_sne", 4), F_UINT_("rcv_sne", 4), F_END_ };
static const struct shape_field shape_zerocopy[] = {
	F_HEX_("address", 8),
	F_UINT_("length", 4),
	F_UINT_("recv_skip_hint", 4),
	F_UINT_("inq", 4),
	F_INT_("err", 4),
	F_HEX_("copybuf_address", 8),
	F_INT_("copybuf_len", 4),
	F_FLAGS_("flags", 4, tcp_zerocopy_flags),
	F_HEX_("msg_control", 8),
	F_UINT_("msg_controllen", 8),
	F_FLAGS_("msg_flags", 4, msg_flags),
	F_PAD_(4),
	F_END_,
};
static const struct shape_field shape_repair_window[] = { F_UINT_("snd_wl1", 4),    F_UINT_("snd_wnd", 4),
							  F_UINT_("max_window", 4), F_UINT_("rcv_wnd", 4),
							  F_UINT_("rcv_wup", 4),    F_END_ };

/* A list of struct tcp_repair_opt. */
static const struct shape_field shape_repair_option[] = { F_UINT_("opt_code", 4), F_UINT_("opt_val", 4),
							  F_END_ };

static const struct typed tcp_rows[] = {
	{ .name = "TCP_NODELAY", .make = typed_int },
	{ .name = "TCP_MAXSEG", .make = typed_int },
	{ .name = "TCP_CORK", .make = typed_int },
	{ .name = "TCP_KEEPIDLE", .make = typed_int },
	{ .name = "TCP_KEEPINTVL", .make = typed_int },
	{ .name = "TCP_KEEPCNT", .make = typed_int },
	{ .name = "TCP_SYNCNT", .make = typed_int },
	{ .name = "TCP_LINGER2", .make = typed_int },
	{ .name = "TCP_DEFER_ACCEPT", .make = typed_int },
	{ .name = "TCP_WINDOW_CLAMP", .make = typed_int },
	/* older kernels and programs have it shorter */
	{ .name = "TCP_INFO", .make = typed_shape, .shape = shape_tcp_info, .least = 1 },
	{ .name = "TCP_QUICKACK", .make = typed_int },
	{ .name = "TCP_CONGESTION", .make = typed_string },
	{ .name = "TCP_MD5SIG", .make = typed_shape, .shape = shape_md5sig },
	{ .name = "TCP_MD5SIG_EXT", .make = typed_shape, .shape = shape_md5sig },
	{ .name = "TCP_THIN_LINEAR_TIMEOUTS", .make = typed_int },
	{ .name = "TCP_THIN_DUPACK", .make = typed_int },
	{ .name = "TCP_USER_TIMEOUT", .make = typed_uint },
	{ .name = "TCP_REPAIR", .make = typed_const, .names = &names_tcp_repair },
	{ .name = "TCP_REPAIR_QUEUE", .make = typed_const, .names = &names_tcp_repair_queue },
	{ .name = "TCP_QUEUE_SEQ", .make = typed_uint },
	{ .name = "TCP_REPAIR_OPTIONS", .make = option_list, .shape = shape_repair_option },
	{ .name = "TCP_REPAIR_WINDOW", .make = typed_shape, .shape = shape_repair_window },
	{ .name = "TCP_FASTOPEN", .make = typed_int },
	{ .name = "TCP_FASTOPEN_CONNECT", .make = typed_int },
	{ .name = "TCP_FASTOPEN_KEY", .make = typed_secret },
	{ .name = "TCP_FASTOPEN_NO_COOKIE", .make = typed_int },
	{ .name = "TCP_TIMESTAMP", .make = typed_uint },
	{ .name = "TCP_NOTSENT_LOWAT", .make = typed_uint },
	{ .name = "TCP_CC_INFO", .make = typed_bytes },
	{ .name = "TCP_SAVE_SYN", .make = typed_int },
	{ .name = "TCP_SAVED_SYN", .make = typed_bytes },
	{ .name = "TCP_ULP", .make = typed_string },
	{ .name = "TCP_ZEROCOPY_RECEIVE",
	  .make = typed_shape,
	  .shape = shape_zerocopy,
	  .least = 12,
	  .input = true },
	{ .name = "TCP_INQ", .make = typed_int },
	{ .name = "TCP_TX_DELAY", .make = typed_int },
	{ .name = "TCP_AO_ADD_KEY", .make = typed_shape, .shape = shape_ao_add },
	{ .name = "TCP_AO_DEL_KEY", .make = typed_shape, .shape = shape_ao_del },
	{ .name = "TCP_AO_INFO", .make = typed_shape, .shape = shape_ao_info, .least = 8, .input = true },
	{ .name = "TCP_AO_GET_KEYS", .make = typed_shape, .shape = shape_ao_keys, .input = true },
	{ .name = "TCP_AO_REPAIR", .make = typed_shape, .shape = shape_ao_repair },
	{ .name = "TCP_IS_MPTCP", .make = typed_int },
	{ .name = "TCP_RTO_MAX_MS", .make = typed_int },
	{ .name = "TCP_RTO_MIN_US", .make = typed_int },
	{ .name = "TCP_DELACK_MAX_US", .make = typed_int },
};
const struct level options_tcp = LEVEL("SOL_TCP", sockopt_level, -1, tcp, tcp_rows);

static const struct typed udp_rows[] = {
	{ .name = "UDP_CORK", .make = typed_int },
	{ .name = "UDP_ENCAP", .make = typed_const, .names = &names_udp_encap },
	{ .name = "UDP_NO_CHECK6_TX", .make = typed_int },
	{ .name = "UDP_NO_CHECK6_RX", .make = typed_int },
	{ .name = "UDP_SEGMENT", .make = typed_int },
	{ .name = "UDP_GRO", .make = typed_int },
	{ .name = "UDPLITE_SEND_CSCOV", .make = typed_int },
	{ .name = "UDPLITE_RECV_CSCOV", .make = typed_int },
};
const struct level options_udp = LEVEL("SOL_UDP", sockopt_level, -1, udp, udp_rows);
const struct level options_udplite = LEVEL("SOL_UDPLITE", sockopt_level, -1, udp, udp_rows);

static const struct shape_field shape_mptcp_info[] = {
	F_UINT_("mptcpi_subflows", 1),
	F_UINT_("mptcpi_add_addr_signal", 1),
	F_UINT_("mptcpi_add_addr_accepted", 1),
	F_UINT_("mptcpi_subflows_max", 1),
	F_UINT_("mptcpi_add_addr_signal_max", 1),
	F_UINT_("mptcpi_add_addr_accepted_max", 1),
	F_PAD_(2),
	F_FLAGS_("mptcpi_flags", 4, mptcp_info_flags),
	F_HEX_("mptcpi_token", 4),
	F_UINT_("mptcpi_write_seq", 8),
	F_UINT_("mptcpi_snd_una", 8),
	F_UINT_("mptcpi_rcv_nxt", 8),
	F_UINT_("mptcpi_local_addr_used", 1),
	F_UINT_("mptcpi_local_addr_max", 1),
	F_UINT_("mptcpi_csum_enabled", 1),
	F_PAD_(1),
	F_UINT_("mptcpi_retransmits", 4),
	F_UINT_("mptcpi_bytes_retrans", 8),
	F_UINT_("mptcpi_bytes_sent", 8),
	F_UINT_("mptcpi_bytes_received", 8),
	F_UINT_("mptcpi_bytes_acked", 8),
	F_UINT_("mptcpi_subflows_total", 1),
	F_UINT_("mptcpi_endp_laminar_max", 1),
	F_UINT_("mptcpi_endp_fullmesh_max", 1),
	F_PAD_(1),
	F_UINT_("mptcpi_last_data_sent", 4),
	F_UINT_("mptcpi_last_data_recv", 4),
	F_UINT_("mptcpi_last_ack_recv", 4),
	F_END_,
};
static const struct shape_field shape_subflow_data[] = { F_UINT_("size_subflow_data", 4),
							 F_UINT_("num_subflows", 4),
							 F_UINT_("size_kernel", 4),
							 F_UINT_("size_user", 4),
							 F_REST_("data"),
							 F_END_ };
static const struct typed mptcp_rows[] = {
	{ .name = "MPTCP_INFO", .make = typed_shape, .shape = shape_mptcp_info, .least = 1 },
	{ .name = "MPTCP_TCPINFO", .make = typed_shape, .shape = shape_subflow_data, .input = true },
	{ .name = "MPTCP_SUBFLOW_ADDRS", .make = typed_shape, .shape = shape_subflow_data, .input = true },
	{ .name = "MPTCP_FULL_INFO", .make = typed_bytes, .input = true },
};
const struct level options_mptcp = LEVEL("SOL_MPTCP", sockopt_level, -1, mptcp, mptcp_rows);

/* struct tls12_crypto_info_*: lengths by cipher. The salt and the key are secret; the IV is on the wire in
 * TLS 1.2 only. */
struct tls_cipher_sizes {
	const char *cipher;
	uint8_t iv, key, salt, seq;
};

static const struct tls_cipher_sizes tls_ciphers[] = {
	{ "TLS_CIPHER_AES_GCM_128", 8, 16, 4, 8 },  { "TLS_CIPHER_AES_GCM_256", 8, 32, 4, 8 },
	{ "TLS_CIPHER_AES_CCM_128", 8, 16, 4, 8 },  { "TLS_CIPHER_CHACHA20_POLY1305", 12, 32, 0, 8 },
	{ "TLS_CIPHER_SM4_GCM", 8, 16, 4, 8 },	    { "TLS_CIPHER_SM4_CCM", 8, 16, 4, 8 },
	{ "TLS_CIPHER_ARIA_GCM_128", 8, 16, 4, 8 }, { "TLS_CIPHER_ARIA_GCM_256", 8, 32, 4, 8 },
};

static const struct tls_cipher_sizes *find_cipher(uint16_t number)
{
	const char *name = names_find(&names_tls_cipher, number);

	for (size_t i = 0; name && i < sizeof(tls_ciphers) / sizeof(tls_ciphers[0]); i++)
		if (!strcmp(tls_ciphers[i].cipher, name))
			return &tls_ciphers[i];
	return NULL;
}

static struct value *make_crypto_info(const struct decoder *decoder, const struct typed *typed,
				      const char *name, const uint8_t *bytes, uint32_t size)
{
	struct fields fields;

	(void)typed;
	if (size < 4)
		return NULL;
	const struct tls_cipher_sizes *sizes = find_cipher(u16_get(bytes + 2));

	fields_init(&fields, decoder->arena, value_struct(decoder->arena, name));
	fields_constant(&fields, "version", &names_tls_version, u16_get(bytes));
	fields_constant(&fields, "cipher_type", &names_tls_cipher, u16_get(bytes + 2));
	if (!sizes || size < 4u + sizes->iv + sizes->key + sizes->salt + sizes->seq) {
		if (size > 4)
			fields_add(&fields,
				   secret_value(decoder, decoder->arena, "crypto", bytes + 4, size - 4));
		return fields.of;
	}
	bytes += 4;
	fields_add(&fields, secret_value(decoder, decoder->arena, "iv", bytes, sizes->iv));
	bytes += sizes->iv;
	fields_add(&fields, secret_value(decoder, decoder->arena, "key", bytes, sizes->key));
	bytes += sizes->key;
	fields_add(&fields, secret_value(decoder, decoder->arena, "salt", bytes, sizes->salt));
	bytes += sizes->salt;
	fields_bytes(&fields, "rec_seq", bytes, sizes->seq);
	return fields.of;
}

static const struct typed tls_rows[] = {
	{ .name = "TLS_TX", .make = make_crypto_info },
	{ .name = "TLS_RX", .make = make_crypto_info },
	{ .name = "TLS_TX_ZEROCOPY_RO", .make = typed_int },
	{ .name = "TLS_RX_EXPECT_NO_PAD", .make = typed_int },
	{ .name = "TLS_TX_MAX_PAYLOAD_LEN", .make = typed_u16 },
};
const struct level options_tls = LEVEL("SOL_TLS", sockopt_level, -1, tls, tls_rows);

struct value *decode_tcp_info(struct arena *arena, const void *info, uint32_t size)
{
	const struct typed typed = { .name = "TCP_INFO", .shape = shape_tcp_info, .least = 1 };
	struct call call = { .abi = &abi_x86_64 }; /* our own kernel's layout */
	const struct decoder decoder = { .arena = arena, .call = &call };

	return typed_shape(&decoder, &typed, NULL, info, size);
}
