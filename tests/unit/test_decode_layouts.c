/* Shapes against the structures of this machine's kernel headers: sizes, and where fields lie. */
#include "decode_world.h"

/* before the kernel's, which then leave out what it has */
#include <net/if.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <linux/can.h>
#include <linux/can/raw.h>
#include <linux/icmpv6.h>
#include <linux/if_arp.h>
#include <linux/if_packet.h>
#include <linux/if_xdp.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/mptcp.h>
#include <linux/mroute.h>
#include <linux/net_tstamp.h>
#include <linux/route.h>
#include <linux/sctp.h>
#include <linux/sockios.h>
#include <linux/tcp.h>
#include <linux/tipc.h>

#include "decode/pass.h"
#include "decode/typed.h"

static const struct typed *find(const char *level, const char *name)
{
	for (unsigned i = 0; i < option_level_count; i++)
		if (!strcmp(option_levels[i]->name, level))
			return typed_find(option_levels[i]->rows, option_levels[i]->count, name);
	return NULL;
}

/* size: of the structure as these headers have it; at_least: newer kernels have made it longer. */
static void shapes_have_the_size_of_their_structures(void **state)
{
	(void)state;
	static const struct {
		const char *level, *name;
		size_t size;
		bool at_least;
	} cases[] = {
		{ "SOL_TCP", "TCP_MD5SIG", sizeof(struct tcp_md5sig), false },
		{ "SOL_TCP", "TCP_REPAIR_WINDOW", sizeof(struct tcp_repair_window), false },
		{ "SOL_TCP", "TCP_REPAIR_OPTIONS", sizeof(struct tcp_repair_opt), false },
		{ "SOL_TCP", "TCP_ZEROCOPY_RECEIVE", sizeof(struct tcp_zerocopy_receive), false },
		{ "SOL_MPTCP", "MPTCP_INFO", sizeof(struct mptcp_info), true },
		{ "SOL_IP", "IP_ADD_MEMBERSHIP", sizeof(struct ip_mreqn), false },
		{ "SOL_IP", "IP_ADD_SOURCE_MEMBERSHIP", sizeof(struct ip_mreq_source), false },
		{ "SOL_IP", "MRT_ADD_VIF", sizeof(struct vifctl), false },
		{ "SOL_IPV6", "IPV6_ADD_MEMBERSHIP", sizeof(struct ipv6_mreq), false },
		{ "SOL_IPV6", "IPV6_FLOWLABEL_MGR", sizeof(struct in6_flowlabel_req), false },
		{ "SOL_ICMPV6", "ICMPV6_FILTER", sizeof(struct icmp6_filter), false },
		{ "SOL_PACKET", "PACKET_ADD_MEMBERSHIP", sizeof(struct packet_mreq), false },
		{ "SOL_PACKET", "PACKET_RX_RING", sizeof(struct tpacket_req3), false },
		{ "SOL_PACKET", "PACKET_STATISTICS", sizeof(struct tpacket_stats_v3), false },
		{ "SOL_PACKET", "PACKET_ROLLOVER_STATS", sizeof(struct tpacket_rollover_stats), false },
		{ "SOL_XDP", "XDP_UMEM_REG", sizeof(struct xdp_umem_reg), true },
		{ "SOL_XDP", "XDP_STATISTICS", sizeof(struct xdp_statistics), false },
		{ "SOL_XDP", "XDP_MMAP_OFFSETS", sizeof(struct xdp_mmap_offsets), false },
		{ "SOL_CAN_RAW", "CAN_RAW_FILTER", sizeof(struct can_filter), false },
		{ "SOL_TIPC", "TIPC_GROUP_JOIN", sizeof(struct tipc_group_req), false },
		{ "SOL_SOCKET", "SO_TXTIME", sizeof(struct sock_txtime), false },
		{ "SOL_SOCKET", "SO_TIMESTAMPING", sizeof(struct so_timestamping), false },
		{ "SOL_SCTP", "SCTP_RTOINFO", sizeof(struct sctp_rtoinfo), false },
		{ "SOL_SCTP", "SCTP_ASSOCINFO", sizeof(struct sctp_assocparams), false },
		{ "SOL_SCTP", "SCTP_INITMSG", sizeof(struct sctp_initmsg), false },
		{ "SOL_SCTP", "SCTP_PRIMARY_ADDR", sizeof(struct sctp_prim), false },
		{ "SOL_SCTP", "SCTP_DEFAULT_SEND_PARAM", sizeof(struct sctp_sndrcvinfo), false },
		{ "SOL_SCTP", "SCTP_EVENTS", sizeof(struct sctp_event_subscribe), false },
		{ "SOL_SCTP", "SCTP_STATUS", sizeof(struct sctp_status), false },
		{ "SOL_SCTP", "SCTP_GET_PEER_ADDR_INFO", sizeof(struct sctp_paddrinfo), false },
		{ "SOL_SCTP", "SCTP_DELAYED_ACK_TIME", sizeof(struct sctp_sack_info), false },
		{ "SOL_SCTP", "SCTP_GET_ASSOC_STATS", sizeof(struct sctp_assoc_stats), false },
		{ "SOL_SCTP", "SCTP_DEFAULT_SNDINFO", sizeof(struct sctp_sndinfo), false },
		{ "SOL_SCTP", "SCTP_PR_ASSOC_STATUS", sizeof(struct sctp_prstatus), false },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct typed *typed = find(cases[i].level, cases[i].name);

		assert_non_null(typed);
		assert_non_null(typed->shape);
		uint32_t size = shape_size(typed->shape);

		if (cases[i].at_least ? size < cases[i].size : size != cases[i].size)
			fail_msg("%s: %u bytes, the structure has %zu", cases[i].name, size, cases[i].size);
	}
}

static const char *get_tcp(struct world *world, const void *bytes, uint32_t size)
{
	static uint32_t length;

	length = size;
	world_init(world, &abi_x86_64, CALL_getsockopt);
	world_put(world, 0x1000, bytes, size);
	world_put(world, 0x9000, &length, 4);
	world_args(world, 5, IPPROTO_TCP, TCP_INFO, 0x1000, 0x9000, 0);
	world_enter(world);
	return world_leave(world, 0);
}

static void tcp_info_by_field(void **state)
{
	(void)state;
	struct tcp_info info = { .tcpi_state = 1,
				 .tcpi_snd_wscale = 7,
				 .tcpi_rcv_wscale = 9,
				 .tcpi_delivery_rate_app_limited = 1,
				 .tcpi_rto = 10,
				 .tcpi_rtt = 11,
				 .tcpi_snd_cwnd = 12,
				 .tcpi_total_retrans = 13,
				 .tcpi_pacing_rate = 14,
				 .tcpi_bytes_acked = 15,
				 .tcpi_segs_out = 16,
				 .tcpi_min_rtt = 17,
				 .tcpi_delivery_rate = 18,
				 .tcpi_sndbuf_limited = 19,
				 .tcpi_delivered_ce = 20,
				 .tcpi_bytes_sent = 21,
				 .tcpi_rcv_ooopack = 22,
				 .tcpi_snd_wnd = 23 };
	static const char *const fields[] = {
		"tcpi_state=TCP_ESTABLISHED",
		"tcpi_snd_wscale=7",
		"tcpi_rcv_wscale=9",
		"tcpi_delivery_rate_app_limited=1",
		"tcpi_rto=10",
		"tcpi_rtt=11",
		"tcpi_snd_cwnd=12",
		"tcpi_total_retrans=13",
		"tcpi_pacing_rate=14",
		"tcpi_bytes_acked=15",
		"tcpi_segs_out=16",
		"tcpi_min_rtt=17",
		"tcpi_delivery_rate=18",
		"tcpi_sndbuf_limited=19",
		"tcpi_delivered_ce=20",
		"tcpi_bytes_sent=21",
		"tcpi_rcv_ooopack=22",
		"tcpi_snd_wnd=23",
	};
	struct world world;
	const char *text = get_tcp(&world, &info, sizeof(info));

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (!strstr(text, fields[i]))
			fail_msg("no %s in %s", fields[i], text);
	world_done(&world);

	/* shorter, as old programs ask for it: what is there, and nothing made up */
	text = get_tcp(&world, &info, offsetof(struct tcp_info, tcpi_rtt));
	assert_non_null(strstr(text, "tcpi_rto=10"));
	assert_null(strstr(text, "tcpi_rtt="));
	world_done(&world);
}

static void ioctl_arguments_have_their_size(void **state)
{
	(void)state;
	static const struct {
		uint32_t request;
		size_t size, least;
	} cases[] = {
		{ SIOCGARP, sizeof(struct arpreq), sizeof(struct arpreq) },
		{ SIOCADDRT, sizeof(struct rtentry), offsetof(struct rtentry, rt_irtt) + 2 },
		{ SIOCGIFADDR, sizeof(struct ifreq), sizeof(struct ifreq) },
		{ SIOCGIFCONF, sizeof(struct ifconf), sizeof(struct ifconf) },
		{ FIONREAD, sizeof(int), sizeof(int) },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct call call = { .abi = &abi_x86_64,
				     .row = &call_rows[CALL_ioctl],
				     .args = { 3, cases[i].request, 8 } };
		const struct pass pass = { .call = &call };

		assert_true(size_ioctl(&pass, 2) <= cases[i].size && size_ioctl(&pass, 2) >= cases[i].least);
	}
}

/* 32-bit programs' time32 and time64 calls, and the fields of struct rtentry that depend on the ABI. */
static void times_of_both_widths(void **state)
{
	(void)state;
	static const int32_t narrow[2] = { 2, 5 };
	static const int64_t wide[2] = { 2, 5 };
	static const struct {
		unsigned number;
		const void *bytes;
		uint32_t size;
	} cases[] = {
		{ 309 /* ppoll */, narrow, sizeof(narrow) },
		{ 414 /* ppoll_time64 */, wide, sizeof(wide) },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct world world;

		world_init(&world, &abi_i386, CALL_ppoll);
		world.call.number = cases[i].number;
		world_put(&world, 0x1000, cases[i].bytes, cases[i].size);
		world_args(&world, 0, 0, 0x1000, 0, 0, 0);
		world_enter(&world);
		assert_non_null(strstr(world_leave(&world, 0), "tmo_p=2000000005"));
		world_done(&world);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shapes_have_the_size_of_their_structures),
		cmocka_unit_test(tcp_info_by_field),
		cmocka_unit_test(ioctl_arguments_have_their_size),
		cmocka_unit_test(times_of_both_widths),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
