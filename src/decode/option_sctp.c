/* SCTP's options: sctp(7), linux/sctp.h, RFC 6458. */
#include "option_rows.h"

#define ASSOC(n) F_INT_(n, 4)

static const struct shape_field shape_rtoinfo[] = { ASSOC("srto_assoc_id"), F_UINT_("srto_initial", 4),
						    F_UINT_("srto_max", 4), F_UINT_("srto_min", 4), F_END_ };
static const struct shape_field shape_assocparams[] = {
	ASSOC("sasoc_assoc_id"),
	F_UINT_("sasoc_asocmaxrxt", 2),
	F_UINT_("sasoc_number_peer_destinations", 2),
	F_UINT_("sasoc_peer_rwnd", 4),
	F_UINT_("sasoc_local_rwnd", 4),
	F_UINT_("sasoc_cookie_life", 4),
	F_END_,
};
const struct shape_field shape_sctp_initmsg[] = { F_UINT_("sinit_num_ostreams", 2),
						  F_UINT_("sinit_max_instreams", 2),
						  F_UINT_("sinit_max_attempts", 2),
						  F_UINT_("sinit_max_init_timeo", 2), F_END_ };
static const struct shape_field shape_prim[] = { ASSOC("ssp_assoc_id"), F_ADDRESS_("ssp_addr", 128), F_END_ };
static const struct shape_field shape_setadaptation[] = { F_HEX_("ssb_adaptation_ind", 4), F_END_ };
static const struct shape_field shape_paddrparams[] = {
	ASSOC("spp_assoc_id"),
	F_ADDRESS_("spp_address", 128),
	F_UINT_("spp_hbinterval", 4),
	F_UINT_("spp_pathmaxrxt", 2),
	F_UINT_("spp_pathmtu", 4),
	F_UINT_("spp_sackdelay", 4),
	F_FLAGS_("spp_flags", 4, sctp_path_flags),
	F_UINT_("spp_ipv6_flowlabel", 4),
	F_UINT_("spp_dscp", 1),
	F_END_,
};
const struct shape_field shape_sctp_sndrcv[] = {
	F_UINT_("sinfo_stream", 2),
	F_UINT_("sinfo_ssn", 2),
	F_FLAGS_("sinfo_flags", 2, sctp_info_flags),
	F_PAD_(2),
	F_BE_("sinfo_ppid", 4),
	F_UINT_("sinfo_context", 4),
	F_UINT_("sinfo_timetolive", 4),
	F_UINT_("sinfo_tsn", 4),
	F_UINT_("sinfo_cumtsn", 4),
	ASSOC("sinfo_assoc_id"),
	F_END_,
};
const struct shape_field shape_sctp_snd[] = {
	F_UINT_("snd_sid", 2), F_FLAGS_("snd_flags", 2, sctp_info_flags),
	F_BE_("snd_ppid", 4),  F_UINT_("snd_context", 4),
	ASSOC("snd_assoc_id"), F_END_
};
static const struct shape_field shape_events[] = {
	F_UINT_("sctp_data_io_event", 1),
	F_UINT_("sctp_association_event", 1),
	F_UINT_("sctp_address_event", 1),
	F_UINT_("sctp_send_failure_event", 1),
	F_UINT_("sctp_peer_error_event", 1),
	F_UINT_("sctp_shutdown_event", 1),
	F_UINT_("sctp_partial_delivery_event", 1),
	F_UINT_("sctp_adaptation_layer_event", 1),
	F_UINT_("sctp_authentication_event", 1),
	F_UINT_("sctp_sender_dry_event", 1),
	F_UINT_("sctp_stream_reset_event", 1),
	F_UINT_("sctp_assoc_reset_event", 1),
	F_UINT_("sctp_stream_change_event", 1),
	F_UINT_("sctp_send_failure_event_event", 1),
	F_END_,
};
static const struct shape_field shape_assoc_value[] = { ASSOC("assoc_id"), F_UINT_("assoc_value", 4),
							F_END_ };
static const struct shape_field shape_paddrinfo[] = {
	ASSOC("spinfo_assoc_id"),
	F_ADDRESS_("spinfo_address", 128),
	F_CONST_("spinfo_state", 4, sctp_path_state),
	F_UINT_("spinfo_cwnd", 4),
	F_UINT_("spinfo_srtt", 4),
	F_UINT_("spinfo_rto", 4),
	F_UINT_("spinfo_mtu", 4),
	F_END_,
};
static const struct shape_field shape_status[] = {
	ASSOC("sstat_assoc_id"),
	F_CONST_("sstat_state", 4, sctp_state),
	F_UINT_("sstat_rwnd", 4),
	F_UINT_("sstat_unackdata", 2),
	F_UINT_("sstat_penddata", 2),
	F_UINT_("sstat_instrms", 2),
	F_UINT_("sstat_outstrms", 2),
	F_UINT_("sstat_fragmentation_point", 4),
	F_SHAPE_("sstat_primary", 152, shape_paddrinfo),
	F_END_,
};
static const struct shape_field shape_sack[] = { ASSOC("sack_assoc_id"), F_UINT_("sack_delay", 4),
						 F_UINT_("sack_freq", 4), F_END_ };
static const struct shape_field shape_authkey[] = { ASSOC("sca_assoc_id"), F_UINT_("sca_keynumber", 2),
						    F_UINT_("sca_keylength", 2), F_END_ };
static const struct shape_field shape_hmacalgo[] = { F_UINT_("shmac_num_idents", 4), F_REST_("shmac_idents"),
						     F_END_ };
static const struct shape_field shape_authkeyid[] = { ASSOC("scact_assoc_id"), F_UINT_("scact_keynumber", 2),
						      F_END_ };
static const struct shape_field shape_authchunks[] = { ASSOC("gauth_assoc_id"),
						       F_UINT_("gauth_number_of_chunks", 4),
						       F_REST_("gauth_chunks"), F_END_ };
static const struct shape_field shape_default_prinfo[] = { ASSOC("pr_assoc_id"), F_UINT_("pr_value", 4),
							   F_CONST_("pr_policy", 2, sctp_pr_policy), F_END_ };
static const struct shape_field shape_prstatus[] = {
	ASSOC("sprstat_assoc_id"),
	F_UINT_("sprstat_sid", 2),
	F_CONST_("sprstat_policy", 2, sctp_pr_policy),
	F_UINT_("sprstat_abandoned_unsent", 8),
	F_UINT_("sprstat_abandoned_sent", 8),
	F_END_,
};
static const struct shape_field shape_add_streams[] = { ASSOC("sas_assoc_id"), F_UINT_("sas_instrms", 2),
							F_UINT_("sas_outstrms", 2), F_END_ };
static const struct shape_field shape_event[] = { ASSOC("se_assoc_id"),
						  F_CONST_("se_type", 2, sctp_notification),
						  F_UINT_("se_on", 1), F_END_ };
static const struct shape_field shape_stream_value[] = { ASSOC("assoc_id"), F_UINT_("stream_id", 2),
							 F_UINT_("stream_value", 2), F_END_ };

/* Not packed: the address is aligned as a long. */
#define THRESHOLDS                                                                                     \
	ASSOC("spt_assoc_id"), F_ALIGN_, F_ADDRESS_("spt_address", 128), F_UINT_("spt_pathmaxrxt", 2), \
		F_UINT_("spt_pathpfthld", 2)
static const struct shape_field shape_thresholds[] = { THRESHOLDS, F_END_ };
static const struct shape_field shape_thresholds_v2[] = { THRESHOLDS, F_UINT_("spt_pathcpthld", 2), F_END_ };
static const struct shape_field shape_udpencaps[] = { ASSOC("sue_assoc_id"), F_ALIGN_,
						      F_ADDRESS_("sue_address", 128), F_BE_("sue_port", 2),
						      F_END_ };
static const struct shape_field shape_probeinterval[] = { ASSOC("spi_assoc_id"), F_ALIGN_,
							  F_ADDRESS_("spi_address", 128),
							  F_UINT_("spi_interval", 4), F_END_ };
static const struct shape_field shape_assoc_stats[] = {
	ASSOC("sas_assoc_id"),
	F_ALIGN_,
	F_ADDRESS_("sas_obs_rto_ipaddr", 128),
	F_UINT_("sas_maxrto", 8),
	F_UINT_("sas_isacks", 8),
	F_UINT_("sas_osacks", 8),
	F_UINT_("sas_opackets", 8),
	F_UINT_("sas_ipackets", 8),
	F_UINT_("sas_rtxchunks", 8),
	F_UINT_("sas_outofseqtsns", 8),
	F_UINT_("sas_idupchunks", 8),
	F_UINT_("sas_gapcnt", 8),
	F_UINT_("sas_ouodchunks", 8),
	F_UINT_("sas_iuodchunks", 8),
	F_UINT_("sas_oodchunks", 8),
	F_UINT_("sas_iodchunks", 8),
	F_UINT_("sas_octrlchunks", 8),
	F_UINT_("sas_ictrlchunks", 8),
	F_END_,
};
static const struct shape_field shape_reset_streams[] = { ASSOC("srs_assoc_id"), F_HEX_("srs_flags", 2),
							  F_UINT_("srs_number_streams", 2),
							  F_REST_("srs_stream_list"), F_END_ };
static const struct shape_field shape_peeloff[] = { ASSOC("associd"), F_FD_("sd"), F_END_ };
static const struct shape_field shape_peeloff_flags[] = { ASSOC("associd"), F_FD_("sd"),
							  F_FLAGS_("flags", 4, socket_flags), F_END_ };
static const struct shape_field shape_getaddrs[] = { ASSOC("assoc_id"), F_UINT_("addr_num", 4),
						     F_REST_("addrs"), F_END_ };
static const struct shape_field shape_connectx3[] = { ASSOC("assoc_id"), F_INT_("addr_num", 4),
						      F_POINTER_("addrs"), F_END_ };

/* Keys: what comes behind the header of struct sctp_authkey stays hidden. */
static struct value *make_authkey(const struct decoder *decoder, const struct typed *typed, const char *name,
				  const uint8_t *bytes, uint32_t size)
{
	struct fields fields;

	if (size < 8)
		return NULL;
	fields_init(&fields, decoder->arena, value_struct(decoder->arena, name));
	shape_fields(decoder, &fields, typed->shape, bytes, size);
	fields_add(&fields, secret_value(decoder, decoder->arena, "sca_key", bytes + 8, size - 8));
	return fields.of;
}

static const struct typed sctp_rows[] = {
	{ .name = "SCTP_RTOINFO", .make = typed_shape, .shape = shape_rtoinfo, .input = true },
	{ .name = "SCTP_ASSOCINFO", .make = typed_shape, .shape = shape_assocparams, .input = true },
	{ .name = "SCTP_INITMSG", .make = typed_shape, .shape = shape_sctp_initmsg },
	{ .name = "SCTP_NODELAY", .make = typed_int },
	{ .name = "SCTP_AUTOCLOSE", .make = typed_int },
	{ .name = "SCTP_SET_PEER_PRIMARY_ADDR", .make = typed_shape, .shape = shape_prim },
	{ .name = "SCTP_PRIMARY_ADDR", .make = typed_shape, .shape = shape_prim, .input = true },
	{ .name = "SCTP_ADAPTATION_LAYER", .make = typed_shape, .shape = shape_setadaptation },
	{ .name = "SCTP_DISABLE_FRAGMENTS", .make = typed_int },
	{ .name = "SCTP_PEER_ADDR_PARAMS",
	  .make = typed_shape,
	  .shape = shape_paddrparams,
	  .least = 150,
	  .input = true },
	{ .name = "SCTP_DEFAULT_SEND_PARAM", .make = typed_shape, .shape = shape_sctp_sndrcv, .input = true },
	{ .name = "SCTP_EVENTS", .make = typed_shape, .shape = shape_events, .least = 1 },
	{ .name = "SCTP_I_WANT_MAPPED_V4_ADDR", .make = typed_int },
	{ .name = "SCTP_MAXSEG", .make = option_int_or_shape, .shape = shape_assoc_value, .input = true },
	{ .name = "SCTP_STATUS", .make = typed_shape, .shape = shape_status, .input = true },
	{ .name = "SCTP_GET_PEER_ADDR_INFO", .make = typed_shape, .shape = shape_paddrinfo, .input = true },
	{ .name = "SCTP_DELAYED_ACK_TIME",
	  .make = typed_shape,
	  .shape = shape_sack,
	  .least = 8,
	  .input = true },
	{ .name = "SCTP_CONTEXT", .make = typed_shape, .shape = shape_assoc_value, .input = true },
	{ .name = "SCTP_FRAGMENT_INTERLEAVE", .make = typed_int },
	{ .name = "SCTP_PARTIAL_DELIVERY_POINT", .make = typed_uint },
	{ .name = "SCTP_MAX_BURST", .make = option_int_or_shape, .shape = shape_assoc_value, .input = true },
	{ .name = "SCTP_AUTH_CHUNK", .make = typed_byte },
	{ .name = "SCTP_HMAC_IDENT", .make = typed_shape, .shape = shape_hmacalgo },
	{ .name = "SCTP_AUTH_KEY", .make = make_authkey, .shape = shape_authkey },
	{ .name = "SCTP_AUTH_ACTIVE_KEY", .make = typed_shape, .shape = shape_authkeyid, .input = true },
	{ .name = "SCTP_AUTH_DELETE_KEY", .make = typed_shape, .shape = shape_authkeyid },
	{ .name = "SCTP_AUTH_DEACTIVATE_KEY", .make = typed_shape, .shape = shape_authkeyid },
	{ .name = "SCTP_PEER_AUTH_CHUNKS", .make = typed_shape, .shape = shape_authchunks, .input = true },
	{ .name = "SCTP_LOCAL_AUTH_CHUNKS", .make = typed_shape, .shape = shape_authchunks, .input = true },
	{ .name = "SCTP_PEER_ADDR_THLDS", .make = typed_shape, .shape = shape_thresholds, .input = true },
	{ .name = "SCTP_PEER_ADDR_THLDS_V2",
	  .make = typed_shape,
	  .shape = shape_thresholds_v2,
	  .input = true },
	{ .name = "SCTP_REMOTE_UDP_ENCAPS_PORT",
	  .make = typed_shape,
	  .shape = shape_udpencaps,
	  .input = true },
	{ .name = "SCTP_PLPMTUD_PROBE_INTERVAL",
	  .make = typed_shape,
	  .shape = shape_probeinterval,
	  .input = true },
	{ .name = "SCTP_GET_ASSOC_STATS", .make = typed_shape, .shape = shape_assoc_stats, .input = true },
	{ .name = "SCTP_RESET_STREAMS", .make = typed_shape, .shape = shape_reset_streams },
	{ .name = "SCTP_SOCKOPT_PEELOFF", .make = typed_shape, .shape = shape_peeloff, .input = true },
	{ .name = "SCTP_SOCKOPT_PEELOFF_FLAGS",
	  .make = typed_shape,
	  .shape = shape_peeloff_flags,
	  .input = true },
	{ .name = "SCTP_GET_PEER_ADDRS", .make = typed_shape, .shape = shape_getaddrs, .input = true },
	{ .name = "SCTP_GET_LOCAL_ADDRS", .make = typed_shape, .shape = shape_getaddrs, .input = true },
	{ .name = "SCTP_SOCKOPT_CONNECTX3", .make = typed_shape, .shape = shape_connectx3, .input = true },
	{ .name = "SCTP_SENDMSG_CONNECT", .make = typed_address },
	{ .name = "SCTP_GET_ASSOC_NUMBER", .make = typed_uint },
	{ .name = "SCTP_GET_ASSOC_ID_LIST", .make = typed_u32s },
	{ .name = "SCTP_AUTO_ASCONF", .make = typed_int },
	{ .name = "SCTP_RECVRCVINFO", .make = typed_int },
	{ .name = "SCTP_RECVNXTINFO", .make = typed_int },
	{ .name = "SCTP_DEFAULT_SNDINFO", .make = typed_shape, .shape = shape_sctp_snd, .input = true },
	{ .name = "SCTP_REUSE_PORT", .make = typed_int },
	{ .name = "SCTP_SOCKOPT_BINDX_ADD", .make = typed_address },
	{ .name = "SCTP_SOCKOPT_BINDX_REM", .make = typed_address },
	{ .name = "SCTP_SOCKOPT_CONNECTX_OLD", .make = typed_address },
	{ .name = "SCTP_SOCKOPT_CONNECTX", .make = typed_address },
	{ .name = "SCTP_PR_SUPPORTED", .make = typed_shape, .shape = shape_assoc_value, .input = true },
	{ .name = "SCTP_DEFAULT_PRINFO", .make = typed_shape, .shape = shape_default_prinfo, .input = true },
	{ .name = "SCTP_PR_ASSOC_STATUS", .make = typed_shape, .shape = shape_prstatus, .input = true },
	{ .name = "SCTP_PR_STREAM_STATUS", .make = typed_shape, .shape = shape_prstatus, .input = true },
	{ .name = "SCTP_RECONFIG_SUPPORTED", .make = typed_shape, .shape = shape_assoc_value, .input = true },
	{ .name = "SCTP_ENABLE_STREAM_RESET",
	  .make = typed_shape,
	  .shape = shape_assoc_value,
	  .input = true },
	{ .name = "SCTP_RESET_ASSOC", .make = typed_int },
	{ .name = "SCTP_ADD_STREAMS", .make = typed_shape, .shape = shape_add_streams },
	{ .name = "SCTP_STREAM_SCHEDULER", .make = typed_shape, .shape = shape_assoc_value, .input = true },
	{ .name = "SCTP_STREAM_SCHEDULER_VALUE",
	  .make = typed_shape,
	  .shape = shape_stream_value,
	  .input = true },
	{ .name = "SCTP_INTERLEAVING_SUPPORTED",
	  .make = typed_shape,
	  .shape = shape_assoc_value,
	  .input = true },
	{ .name = "SCTP_EVENT", .make = typed_shape, .shape = shape_event, .least = 7, .input = true },
	{ .name = "SCTP_ASCONF_SUPPORTED", .make = typed_shape, .shape = shape_assoc_value, .input = true },
	{ .name = "SCTP_AUTH_SUPPORTED", .make = typed_shape, .shape = shape_assoc_value, .input = true },
	{ .name = "SCTP_ECN_SUPPORTED", .make = typed_shape, .shape = shape_assoc_value, .input = true },
	{ .name = "SCTP_EXPOSE_POTENTIALLY_FAILED_STATE",
	  .make = typed_shape,
	  .shape = shape_assoc_value,
	  .input = true },
};
const struct level options_sctp = LEVEL("SOL_SCTP", sockopt_level, -1, sctp, sctp_rows);

struct value *option_int_or_shape(const struct decoder *decoder, const struct typed *typed, const char *name,
				  const uint8_t *bytes, uint32_t size)
{
	return size == 4 ? typed_int(decoder, typed, name, bytes, size)
			 : typed_shape(decoder, typed, name, bytes, size);
}
