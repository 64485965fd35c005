/* option_rows: the tables of options by level, and makers that only options use. */
#ifndef SOCKLINE_DECODE_OPTION_ROWS_H
#define SOCKLINE_DECODE_OPTION_ROWS_H

#include "typed.h"

extern const struct level options_socket, options_ip, options_ipv6, options_icmpv6, options_raw, options_tcp,
	options_udp, options_udplite, options_mptcp, options_tls, options_packet, options_netlink,
	options_vsock, options_vsock_sol, options_xdp, options_sctp, options_can_raw, options_alg,
	options_bluetooth, options_hci, options_l2cap, options_sco, options_rfcomm, options_tipc;

/* 32 or 64 bits. */
typed_make option_rate;
typed_make option_small_const;
/* As many of the row's shape as there are. */
typed_make option_list;
/* A plain number, or the structure that newer programs pass. */
typed_make option_int_or_shape;

#endif
