/* SOL_SOCKET's options: net/core/sock.c, socket(7). */
#include "option_rows.h"

static const struct shape_field shape_txtime[] = { F_INT_("clockid", 4), F_FLAGS_("flags", 4, txtime_flags),
						   F_END_ };
static const struct shape_field shape_timestamping[] = { F_FLAGS_("flags", 4, timestamping_flags),
							 F_INT_("bind_phc", 4), F_END_ };
static const struct shape_field shape_devmem_token[] = { F_UINT_("token_start", 4), F_UINT_("token_count", 4),
							 F_END_ };

/* An int of flags; struct so_timestamping since Linux 5.14. */
static struct value *make_timestamping(const struct decoder *decoder, const struct typed *typed,
				       const char *name, const uint8_t *bytes, uint32_t size)
{
	return size == 4 ? typed_flags(decoder, typed, name, bytes, size)
			 : typed_shape(decoder, typed, name, bytes, size);
}

static const struct typed rows[] = {
	{ .name = "SO_DEBUG", .make = typed_int },
	{ .name = "SO_REUSEADDR", .make = typed_int },
	{ .name = "SO_TYPE", .make = typed_socktype },
	{ .name = "SO_ERROR", .make = typed_errno },
	{ .name = "SO_DONTROUTE", .make = typed_int },
	{ .name = "SO_BROADCAST", .make = typed_int },
	{ .name = "SO_SNDBUF", .make = typed_int },
	{ .name = "SO_RCVBUF", .make = typed_int },
	{ .name = "SO_SNDBUFFORCE", .make = typed_int },
	{ .name = "SO_RCVBUFFORCE", .make = typed_int },
	{ .name = "SO_KEEPALIVE", .make = typed_int },
	{ .name = "SO_OOBINLINE", .make = typed_int },
	{ .name = "SO_NO_CHECK", .make = typed_int },
	{ .name = "SO_PRIORITY", .make = typed_int },
	{ .name = "SO_LINGER", .make = typed_shape, .shape = shape_linger },
	{ .name = "SO_BSDCOMPAT", .make = typed_int },
	{ .name = "SO_REUSEPORT", .make = typed_int },
	{ .name = "SO_PASSCRED", .make = typed_int },
	{ .name = "SO_PEERCRED", .make = typed_shape, .shape = shape_ucred },
	{ .name = "SO_RCVLOWAT", .make = typed_int },
	{ .name = "SO_SNDLOWAT", .make = typed_int },
	{ .name = "SO_RCVTIMEO", .make = typed_timeval_old },
	{ .name = "SO_SNDTIMEO", .make = typed_timeval_old },
	{ .name = "SO_RCVTIMEO_NEW", .make = typed_timeval_new },
	{ .name = "SO_SNDTIMEO_NEW", .make = typed_timeval_new },
	{ .name = "SO_BINDTODEVICE", .make = typed_string },
	{ .name = "SO_ATTACH_FILTER", .make = typed_program },
	{ .name = "SO_ATTACH_REUSEPORT_CBPF", .make = typed_program },
	{ .name = "SO_ATTACH_BPF", .make = typed_fd },
	{ .name = "SO_ATTACH_REUSEPORT_EBPF", .make = typed_fd },
	{ .name = "SO_DETACH_FILTER", .make = typed_none },
	{ .name = "SO_DETACH_REUSEPORT_BPF", .make = typed_none },
	{ .name = "SO_LOCK_FILTER", .make = typed_int },
	{ .name = "SO_PEERNAME", .make = typed_address },
	{ .name = "SO_TIMESTAMP", .make = typed_int },
	{ .name = "SO_TIMESTAMPNS", .make = typed_int },
	{ .name = "SO_TIMESTAMP_NEW", .make = typed_int },
	{ .name = "SO_TIMESTAMPNS_NEW", .make = typed_int },
	{ .name = "SO_TIMESTAMPING",
	  .make = make_timestamping,
	  .names = &names_timestamping_flags,
	  .shape = shape_timestamping },
	{ .name = "SO_TIMESTAMPING_NEW",
	  .make = make_timestamping,
	  .names = &names_timestamping_flags,
	  .shape = shape_timestamping },
	{ .name = "SO_ACCEPTCONN", .make = typed_int },
	{ .name = "SO_PEERSEC", .make = typed_string },
	{ .name = "SO_PASSSEC", .make = typed_int },
	{ .name = "SO_MARK", .make = typed_hex },
	{ .name = "SO_RCVMARK", .make = typed_int },
	{ .name = "SO_PROTOCOL", .make = typed_protocol },
	{ .name = "SO_DOMAIN", .make = typed_family },
	{ .name = "SO_RXQ_OVFL", .make = typed_int },
	{ .name = "SO_WIFI_STATUS", .make = typed_int },
	{ .name = "SO_PEEK_OFF", .make = typed_int },
	{ .name = "SO_NOFCS", .make = typed_int },
	{ .name = "SO_SELECT_ERR_QUEUE", .make = typed_int },
	{ .name = "SO_BUSY_POLL", .make = typed_int },
	{ .name = "SO_PREFER_BUSY_POLL", .make = typed_int },
	{ .name = "SO_BUSY_POLL_BUDGET", .make = typed_int },
	{ .name = "SO_MAX_PACING_RATE", .make = option_rate },
	{ .name = "SO_BPF_EXTENSIONS", .make = typed_int },
	{ .name = "SO_INCOMING_CPU", .make = typed_int },
	{ .name = "SO_INCOMING_NAPI_ID", .make = typed_uint },
	{ .name = "SO_CNX_ADVICE", .make = typed_int },
	{ .name = "SO_MEMINFO", .make = typed_named_u32s, .names = &names_meminfo },
	{ .name = "SO_COOKIE", .make = typed_u64 },
	{ .name = "SO_NETNS_COOKIE", .make = typed_u64 },
	{ .name = "SO_PEERGROUPS", .make = typed_u32s },
	{ .name = "SO_ZEROCOPY", .make = typed_int },
	{ .name = "SO_TXTIME", .make = typed_shape, .shape = shape_txtime },
	{ .name = "SO_BINDTOIFINDEX", .make = typed_int },
	{ .name = "SO_BUF_LOCK", .make = typed_flags, .names = &names_buf_lock_flags },
	{ .name = "SO_RESERVE_MEM", .make = typed_int },
	{ .name = "SO_TXREHASH", .make = option_small_const, .names = &names_txrehash },
	{ .name = "SO_PASSPIDFD", .make = typed_int },
	{ .name = "SO_PEERPIDFD", .make = typed_fd },
	{ .name = "SO_DEVMEM_DONTNEED", .make = typed_shape, .shape = shape_devmem_token },
	{ .name = "SO_RCVPRIORITY", .make = typed_int },
	{ .name = "SO_PASSRIGHTS", .make = typed_int },
	{ .name = "SO_INQ", .make = typed_int },
	{ .name = "SO_RIGHTS_NOTRUNC", .make = typed_int },
};
const struct level options_socket = LEVEL("SOL_SOCKET", sockopt_level, -1, so, rows);

struct value *option_rate(const struct decoder *decoder, const struct typed *typed, const char *name,
			  const uint8_t *bytes, uint32_t size)
{
	if (size == 8)
		return typed_u64(decoder, typed, name, bytes, size);
	return typed_uint(decoder, typed, name, bytes, size);
}

struct value *option_small_const(const struct decoder *decoder, const struct typed *typed, const char *name,
				 const uint8_t *bytes, uint32_t size)
{
	uint32_t number = size == 4 ? u32_get(bytes) : 0;

	if (size != 4)
		return NULL;
	/* lists of 8-bit values: -1 is 255 there */
	return value_constant(decoder->arena, name, typed->names,
			      names_find(typed->names, number) ? number : (uint8_t)number);
}
