/* Netlink messages: headers, bodies, attributes, errors; and lengths that lie. */
#include "decode_world.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/genetlink.h>
#include <linux/if_link.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <net/if.h>
#include <sys/socket.h>

static struct file_view view = { .kind = FILE_SOCKET, .family = AF_NETLINK, .type = SOCK_RAW };

static const struct file_view *view_of(void *user, const struct call *call, int fd)
{
	(void)user;
	(void)call;
	return fd == 3 ? &view : NULL;
}

/* A message that is put together piece by piece. */
struct builder {
	char bytes[512];
	uint32_t size;
};

static void put(struct builder *builder, const void *bytes, uint32_t size)
{
	assert_true(builder->size + size + 4 <= sizeof(builder->bytes));
	memcpy(builder->bytes + builder->size, bytes, size);
	builder->size += size;
	while (builder->size % 4)
		builder->bytes[builder->size++] = 0;
}

static void put_attr(struct builder *builder, uint16_t type, const void *bytes, uint16_t size)
{
	struct nlattr header = { (uint16_t)(sizeof(header) + size), type };

	put(builder, &header, sizeof(header));
	put(builder, bytes, size);
}

static void put_header(struct builder *builder, uint16_t type, uint16_t flags)
{
	struct nlmsghdr header = { .nlmsg_type = type, .nlmsg_flags = flags, .nlmsg_seq = 1, .nlmsg_pid = 2 };

	put(builder, &header, sizeof(header));
}

/* Sets the length of the message that began at from. */
static void end(struct builder *builder, uint32_t from)
{
	uint32_t length = builder->size - from;

	memcpy(builder->bytes + from, &length, 4);
}

/* What the messages are, sent or received; from "messages=" on. */
static const char *decoded(struct world *world, const struct builder *builder, int protocol, bool received)
{
	view.protocol = protocol;
	world_init(world, &abi_x86_64, received ? CALL_read : CALL_write);
	world->decode.file = view_of;
	world->options.data_limit = 32768;
	world_put(world, 0x1000, builder->bytes, builder->size);
	world_args(world, 3, 0x1000, builder->size, 0, 0, 0);
	world_enter(world);
	const char *all = world_leave(world, builder->size), *from = strstr(all, "v:messages=");

	assert_non_null(from);
	return from + strlen("v:messages=");
}

static void link_request(void **state)
{
	(void)state;
	struct builder builder = { .size = 0 };
	struct ifinfomsg link = { .ifi_family = AF_UNSPEC };
	struct world world;

	put_header(&builder, RTM_GETLINK, NLM_F_REQUEST | NLM_F_DUMP);
	put(&builder, &link, sizeof(link));
	end(&builder, 0);
	assert_string_equal(
		decoded(&world, &builder, NETLINK_ROUTE, false),
		"[{nlmsg_len=32 nlmsg_type=RTM_GETLINK nlmsg_flags=NLM_F_REQUEST|NLM_F_DUMP nlmsg_seq=1 "
		"nlmsg_pid=2 "
		"ifi_family=AF_UNSPEC ifi_type=ARPHRD_NETROM ifi_index=0 ifi_flags=0x0 ifi_change=0x0 "
		"R:brief={RTM_GETLINK NLM_F_REQUEST|NLM_F_DUMP}}] count=32");
	world_done(&world);
}

static void link_reply_with_nests(void **state)
{
	(void)state;
	struct builder builder = { .size = 0 }, nest = { .size = 0 }, inner = { .size = 0 };
	struct ifinfomsg link = { .ifi_type = 1, .ifi_index = 2, .ifi_flags = IFF_UP };
	uint32_t mtu = 1500;
	uint16_t id = 7;
	struct world world;

	put_attr(&inner, 1 /* IFLA_VLAN_ID */, &id, 2);
	put_attr(&nest, IFLA_INFO_KIND, "vlan", 5);
	put_attr(&nest, IFLA_INFO_DATA, inner.bytes, (uint16_t)inner.size);
	put_header(&builder, RTM_NEWLINK, NLM_F_MULTI);
	put(&builder, &link, sizeof(link));
	put_attr(&builder, IFLA_IFNAME, "eth0.7", 7);
	put_attr(&builder, IFLA_MTU, &mtu, 4);
	put_attr(&builder, IFLA_ADDRESS, "\2\0\0\0\0\1", 6);
	put_attr(&builder, IFLA_LINKINFO | NLA_F_NESTED, nest.bytes, (uint16_t)nest.size);
	put_attr(&builder, 999, "x", 1);
	end(&builder, 0);
	assert_string_equal(
		decoded(&world, &builder, NETLINK_ROUTE, true),
		"[{nlmsg_len=100 nlmsg_type=RTM_NEWLINK nlmsg_flags=NLM_F_MULTI nlmsg_seq=1 nlmsg_pid=2 "
		"ifi_family=AF_UNSPEC ifi_type=ARPHRD_ETHER ifi_index=2 ifi_flags=IFF_UP ifi_change=0x0 "
		"IFLA_IFNAME=\"eth0.7\" IFLA_MTU=1500 IFLA_ADDRESS=\"02:00:00:00:00:01\" "
		"IFLA_LINKINFO={IFLA_INFO_KIND=\"vlan\" IFLA_INFO_DATA={IFLA_VLAN_ID=7}} attr_999=\"x\" "
		"R:brief={RTM_NEWLINK \"eth0.7\"}}] count=100");
	world_done(&world);
}

static void error_with_extended_ack(void **state)
{
	(void)state;
	struct builder builder = { .size = 0 };
	struct nlmsgerr error = { .error = -ENOENT,
				  .msg = { .nlmsg_len = 32,
					   .nlmsg_type = RTM_NEWROUTE,
					   .nlmsg_flags = NLM_F_REQUEST | NLM_F_CREATE,
					   .nlmsg_seq = 9 } };
	struct world world;

	put_header(&builder, NLMSG_ERROR, NLM_F_CAPPED | NLM_F_ACK_TLVS);
	put(&builder, &error, sizeof(error));
	put_attr(&builder, NLMSGERR_ATTR_MSG, "no such device", 15);
	end(&builder, 0);
	assert_string_equal(decoded(&world, &builder, NETLINK_ROUTE, true),
			    "[{nlmsg_len=56 nlmsg_type=NLMSG_ERROR nlmsg_flags=NLM_F_CAPPED|NLM_F_ACK_TLVS "
			    "nlmsg_seq=1 nlmsg_pid=2 "
			    "error=ENOENT msg={nlmsg_len=32 nlmsg_type=RTM_NEWROUTE "
			    "nlmsg_flags=NLM_F_REQUEST|NLM_F_CREATE "
			    "nlmsg_seq=9 nlmsg_pid=0} NLMSGERR_ATTR_MSG=\"no such device\" "
			    "R:brief={NLMSG_ERROR ENOENT \"no such device\"}}] count=56");
	world_done(&world);
}

static void diag_request_and_reply(void **state)
{
	(void)state;
	struct builder builder = { .size = 0 };
	struct inet_diag_req_v2 request = { .sdiag_family = AF_INET,
					    .sdiag_protocol = IPPROTO_TCP,
					    .idiag_states = 1 << 1 };
	struct inet_diag_msg reply = { .idiag_family = AF_INET, .idiag_state = 1, .idiag_inode = 77 };
	struct world world;

	put_header(&builder, SOCK_DIAG_BY_FAMILY, NLM_F_REQUEST | NLM_F_DUMP);
	put(&builder, &request, sizeof(request));
	end(&builder, 0);
	assert_non_null(strstr(decoded(&world, &builder, NETLINK_SOCK_DIAG, false),
			       "sdiag_family=AF_INET sdiag_protocol=IPPROTO_TCP idiag_ext=0x0 "
			       "idiag_states=TCPF_ESTABLISHED id={idiag_sport=0 idiag_dport=0"));
	world_done(&world);

	reply.id.idiag_sport = htons(22);
	reply.id.idiag_dport = htons(40000);
	inet_pton(AF_INET, "10.0.0.1", reply.id.idiag_src);
	inet_pton(AF_INET, "10.0.0.2", reply.id.idiag_dst);
	builder.size = 0;
	put_header(&builder, SOCK_DIAG_BY_FAMILY, NLM_F_MULTI);
	put(&builder, &reply, sizeof(reply));
	put_attr(&builder, INET_DIAG_CONG, "cubic", 6);
	end(&builder, 0);
	const char *text = decoded(&world, &builder, NETLINK_SOCK_DIAG, true);

	assert_non_null(strstr(text, "idiag_state=TCP_ESTABLISHED"));
	assert_non_null(strstr(text, "idiag_inode=77 INET_DIAG_CONG=\"cubic\""));
	assert_non_null(strstr(
		text, "R:brief={SOCK_DIAG_BY_FAMILY TCP_ESTABLISHED \"10.0.0.1:22\" \"10.0.0.2:40000\"}"));
	world_done(&world);
}

static void generic_control(void **state)
{
	(void)state;
	struct builder builder = { .size = 0 };
	struct genlmsghdr header = { .cmd = CTRL_CMD_GETFAMILY, .version = 1 };
	struct world world;

	put_header(&builder, GENL_ID_CTRL, NLM_F_REQUEST);
	put(&builder, &header, sizeof(header));
	put_attr(&builder, CTRL_ATTR_FAMILY_NAME, "ethtool", 8);
	end(&builder, 0);
	assert_string_equal(
		decoded(&world, &builder, NETLINK_GENERIC, false),
		"[{nlmsg_len=32 nlmsg_type=GENL_ID_CTRL nlmsg_flags=NLM_F_REQUEST nlmsg_seq=1 nlmsg_pid=2 "
		"cmd=CTRL_CMD_GETFAMILY version=1 CTRL_ATTR_FAMILY_NAME=\"ethtool\" "
		"R:brief={GENL_ID_CTRL NLM_F_REQUEST CTRL_CMD_GETFAMILY \"ethtool\"}}] count=32");
	world_done(&world);
}

/* Attributes nested in attributes of the same kind, as deep as they fit. */
static void nesting_ends(void **state)
{
	(void)state;
	struct builder builder = { .size = 0 };
	struct ifinfomsg link = { .ifi_index = 1 };
	struct world world;

	put_header(&builder, RTM_NEWLINK, 0);
	put(&builder, &link, sizeof(link));
	for (uint16_t left = 400; left >= 8; left = (uint16_t)(left - 4)) {
		struct nlattr header = { left, left % 8 ? IFLA_LINKINFO : IFLA_AF_SPEC };

		put(&builder, &header, sizeof(header));
	}
	end(&builder, 0);
	decoded(&world, &builder, NETLINK_ROUTE, true);
	world_done(&world);
}

static void lengths_that_lie(void **state)
{
	(void)state;
	static const struct {
		uint32_t length;
		uint16_t attr_length;
		bool shown;
	} cases[] = {
		{ 0, 8, false },  { 15, 8, false },	    { 16, 8, true },	      { 17, 8, true },
		{ 40, 0, true },  { 40, 3, true },	    { 40, 4, true },	      { 40, 0xffff, true },
		{ 41, 8, false }, { UINT32_MAX, 8, false }, { 0x80000000, 8, false },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct builder builder = { .size = 0 };
		struct ifinfomsg link = { .ifi_index = 1 };
		struct nlattr attr = { cases[i].attr_length, IFLA_MTU };
		struct world world;

		put_header(&builder, RTM_NEWLINK, 0);
		put(&builder, &link, sizeof(link));
		put(&builder, &attr, sizeof(attr));
		put(&builder, "\1\0\0\0", 4);
		memcpy(builder.bytes, &cases[i].length, 4);
		view.protocol = NETLINK_ROUTE;
		world_init(&world, &abi_x86_64, CALL_write);
		world.decode.file = view_of;
		world_put(&world, 0x1000, builder.bytes, builder.size);
		world_args(&world, 3, 0x1000, builder.size, 0, 0, 0);
		world_enter(&world);
		assert_int_equal(strstr(world_leave(&world, builder.size), "v:messages=") != NULL,
				 cases[i].shown);
		world_done(&world);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(link_request),
		cmocka_unit_test(link_reply_with_nests),
		cmocka_unit_test(error_with_extended_ack),
		cmocka_unit_test(diag_request_and_reply),
		cmocka_unit_test(generic_control),
		cmocka_unit_test(nesting_ends),
		cmocka_unit_test(lengths_that_lie),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
