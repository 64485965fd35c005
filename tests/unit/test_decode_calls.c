/* Calls decoded from captured bytes, one case per kind of argument. */
#include "decode_world.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>

static const struct file_view connected = { .kind = FILE_SOCKET,
					    .link = LINK_TO,
					    .family = AF_INET,
					    .type = SOCK_STREAM,
					    .protocol = IPPROTO_TCP,
					    .peer = "10.0.0.53:53" };

static const struct file_view bluetooth = { .kind = FILE_SOCKET, .family = AF_BLUETOOTH, .type = SOCK_RAW };

static const struct file_view *view_of(void *user, const struct call *call, int fd)
{
	(void)user;
	(void)call;
	return fd == 7 ? &connected : fd == 8 ? &bluetooth : NULL;
}

static struct sockaddr_in inet(const char *ip, uint16_t port)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(port) };

	inet_pton(AF_INET, ip, &address.sin_addr);
	return address;
}

static void socket_names_its_type(void **state)
{
	(void)state;
	struct world world;

	world_init(&world, &abi_x86_64, CALL_socket);
	world_args(&world, AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0, 0, 0, 0);
	world_enter(&world);
	assert_string_equal(world_leave(&world, 7),
			    "domain=AF_INET type=SOCK_DGRAM|SOCK_NONBLOCK v:protocol=IPPROTO_IP");
	assert_int_equal(world.event.fd, 7);
	assert_int_equal(world.event.result_value->fd.number, 7);
	world_done(&world);
}

static void connect_shows_its_address(void **state)
{
	(void)state;
	struct sockaddr_in address = inet("127.0.0.1", 8000);
	struct world world;

	world_init(&world, &abi_x86_64, CALL_connect);
	world_put(&world, 0x1000, &address, sizeof(address));
	world_args(&world, 5, 0x1000, 16, 0, 0, 0);
	world_enter(&world);
	assert_string_equal(world_leave(&world, -EINPROGRESS),
			    "t:sockfd=#5 addr=<127.0.0.1:8000> v:addrlen=16");
	assert_int_equal(world.event.fd, 5);
	assert_true(world.event.expected_error);
	world_done(&world);

	world_init(&world, &abi_i386, CALL_connect);
	world_put(&world, 0x1000, &address, 4);
	world_args(&world, 5, 0x1000, 16, 0, 0, 0);
	world_enter(&world);
	assert_string_equal(world_leave(&world, -EFAULT), "t:sockfd=#5 addr=<AF_INET(4 bytes)> v:addrlen=16");
	world_done(&world);

	world_init(&world, &abi_x86_64, CALL_connect);
	world_args(&world, 5, 0xdead, (uint64_t)-1, 0, 0, 0);
	world_enter(&world);
	assert_string_equal(world_leave(&world, -EINVAL), "t:sockfd=#5 addr=?0xdead v:addrlen=4294967295");
	world_done(&world);
}

static void received_data_is_bounded_by_the_result(void **state)
{
	(void)state;
	static const char data[] = "HTTP/1.1 200 OK rest";
	struct sockaddr_in peer = inet("10.0.0.53", 53);
	uint32_t before = 128, after = 16;
	struct world world;

	world_init(&world, &abi_x86_64, CALL_recvfrom);
	world.decode.file = view_of;
	world_put(&world, 0x1000, data, sizeof(data));
	world_put(&world, 0x3000, &before, 4);
	world_args(&world, 7, 0x1000, 2048, 0, 0x2000, 0x3000);
	world_enter(&world);
	world_put(&world, 0x2000, &peer, sizeof(peer));
	world_put(&world, 0x3000, &after, 4);
	assert_string_equal(world_leave(&world, 15),
			    "t:sockfd=#7 buf=\"HTTP/1.1 200 OK\" len=2048 v:flags=0x0 "
			    "v:src_addr=<10.0.0.53:53> v:addrlen=128=>16");
	world_done(&world);

	world_init(&world, &abi_x86_64, CALL_recvfrom);
	world_args(&world, 7, 0x1000, 2048, MSG_DONTWAIT, 0, 0);
	world_enter(&world);
	assert_string_equal(
		world_leave(&world, -EAGAIN),
		"t:sockfd=#7 buf=@0x1000 len=2048 flags=MSG_DONTWAIT v:src_addr=@0x0 v:addrlen=@0x0");
	world_done(&world);
}

static void data_is_cut_at_the_limit(void **state)
{
	(void)state;
	char data[1000];
	struct world world;

	memset(data, 'x', sizeof(data));
	world_init(&world, &abi_x86_64, CALL_write);
	world.options.data_limit = world.decode.data_limit = 8;
	world_put(&world, 0x1000, data, sizeof(data));
	world_args(&world, 5, 0x1000, 1000, 0, 0, 0);
	world_enter(&world);
	assert_string_equal(world_leave(&world, 1000), "t:fd=#5 buf=\"xxxxxxxx\"+ count=1000");
	world_done(&world);
}

static void vectors_are_gathered(void **state)
{
	(void)state;
	struct iovec iov[] = { { (void *)0x1000, 3 }, { (void *)0x2000, 4 }, { (void *)0xbad, 5 } };
	struct world world;

	world_init(&world, &abi_x86_64, CALL_writev);
	world_put(&world, 0x1000, "abc", 3);
	world_put(&world, 0x2000, "defg", 4);
	world_put(&world, 0x4000, iov, sizeof(iov));
	world_args(&world, 5, 0x4000, 3, 0, 0, 0);
	world_enter(&world);
	assert_string_equal(world_leave(&world, 7), "t:fd=#5 t:iov=[\"abc\" \"defg\" ?0xbad] "
						    "v:iov=[{iov_base=\"abc\" iov_len=3} {iov_base=\"defg\" "
						    "iov_len=4} {iov_base=?0xbad iov_len=5}] v:iovcnt=3");
	assert_int_equal(world.reads, 3);
	world_done(&world);
}

static void vectors_beyond_the_limit_are_cut(void **state)
{
	(void)state;
	struct iovec iov[] = { { (void *)0x1000, 3 }, { (void *)0x2000, 4 }, { (void *)0xbad, 5 } };
	struct world world;

	world_init(&world, &abi_x86_64, CALL_writev);
	world.options.data_limit = world.decode.data_limit = 5;
	world_put(&world, 0x1000, "abc", 3);
	world_put(&world, 0x2000, "defg", 4);
	world_put(&world, 0x4000, iov, sizeof(iov));
	world_args(&world, 5, 0x4000, 3, 0, 0, 0);
	world_enter(&world);
	assert_string_equal(world_leave(&world, 12), "t:fd=#5 t:iov=[\"abc\" \"de\"+ \"\"+] "
						     "v:iov=[{iov_base=\"abc\" iov_len=3} {iov_base=\"de\"+ "
						     "iov_len=4} {iov_base=\"\"+ iov_len=5}] v:iovcnt=3");
	world_done(&world);
}

static void recvmsg_stops_at_the_result(void **state)
{
	(void)state;
	struct sockaddr_in peer = inet("10.1.2.3", 99);
	struct iovec iov[] = { { (void *)0x1000, 4 }, { (void *)0x2000, 100 } };
	struct msghdr before = { .msg_name = (void *)0x3000,
				 .msg_namelen = 128,
				 .msg_iov = (void *)0x4000,
				 .msg_iovlen = 2,
				 .msg_control = (void *)0x6000,
				 .msg_controllen = 64 };
	struct msghdr after = before;
	/* struct cmsghdr and its data */
	struct {
		size_t len;
		int level, type, fds[2];
	} control = { CMSG_LEN(8), SOL_SOCKET, SCM_RIGHTS, { 8, 9 } };
	struct world world;

	after.msg_namelen = 16;
	after.msg_controllen = sizeof(control);
	after.msg_flags = MSG_TRUNC;
	world_init(&world, &abi_x86_64, CALL_recvmsg);
	world_put(&world, 0x5000, &before, sizeof(before));
	world_put(&world, 0x4000, iov, sizeof(iov));
	world_args(&world, 5, 0x5000, 0, 0, 0, 0);
	world_enter(&world);
	world_put(&world, 0x5000, &after, sizeof(after));
	world_put(&world, 0x1000, "abcd", 4);
	world_put(&world, 0x2000, "efghijk", 7);
	world_put(&world, 0x3000, &peer, sizeof(peer));
	world_put(&world, 0x6000, &control, sizeof(control));
	assert_string_equal(
		world_leave(&world, 6),
		"t:sockfd=#5 t:msg=[\"abcd\" \"ef\"] t:msg=<10.1.2.3:99> t:msg=[{v:cmsg_len=24 "
		"v:cmsg_level=SOL_SOCKET "
		"cmsg_type=SCM_RIGHTS cmsg_data=[#8 #9]}] v:msg={msg_name=<10.1.2.3:99> msg_namelen=128=>16 "
		"t:msg_iov=[\"abcd\" \"ef\"] v:msg_iov=[{iov_base=\"abcd\" iov_len=4} {iov_base=\"ef\" "
		"iov_len=100}] "
		"msg_iovlen=2 msg_control=[{v:cmsg_len=24 v:cmsg_level=SOL_SOCKET cmsg_type=SCM_RIGHTS "
		"cmsg_data=[#8 #9]}] "
		"msg_controllen=64=>24 msg_flags=MSG_TRUNC} R:MSG_TRUNC v:flags=0x0");
	world_done(&world);
}

static void message_vectors_are_counted(void **state)
{
	(void)state;
	struct iovec iov = { (void *)0x1000, 3 };
	struct mmsghdr messages[2] = { { .msg_hdr = { .msg_iov = (void *)0x4000, .msg_iovlen = 1 } },
				       { .msg_hdr = { .msg_iov = (void *)0x4000, .msg_iovlen = 1 } } };
	struct mmsghdr sent[2];
	struct world world;

	memcpy(sent, messages, sizeof(sent));
	sent[0].msg_len = sent[1].msg_len = 3;
	world_init(&world, &abi_x86_64, CALL_sendmmsg);
	world_put(&world, 0x1000, "abc", 3);
	world_put(&world, 0x4000, &iov, sizeof(iov));
	world_put(&world, 0x5000, messages, sizeof(messages));
	world_args(&world, 5, 0x5000, 2, MSG_NOSIGNAL, 0, 0);
	world_enter(&world);
	world_put(&world, 0x5000, sent, sizeof(sent));
	assert_string_equal(
		world_leave(&world, 2),
		"t:sockfd=#5 t:msgvec=\"2 msgs\" v:msgvec=[{msg_hdr={msg_namelen=0 t:msg_iov=[\"abc\"] "
		"v:msg_iov=[{iov_base=\"abc\" iov_len=3}] msg_iovlen=1 msg_controllen=0 msg_flags=0x0} "
		"msg_len=3} "
		"{msg_hdr={msg_namelen=0 t:msg_iov=[\"abc\"] v:msg_iov=[{iov_base=\"abc\" iov_len=3}] "
		"msg_iovlen=1 "
		"msg_controllen=0 msg_flags=0x0} msg_len=3}] v:vlen=2 flags=MSG_NOSIGNAL");
	world_done(&world);
}

static void poll_shows_what_is_ready(void **state)
{
	(void)state;
	struct pollfd before[] = { { 7, POLLIN, 0 }, { 3, POLLIN | POLLOUT, 0 } }, after[2];
	struct world world;

	memcpy(after, before, sizeof(after));
	after[0].revents = POLLIN;
	world_init(&world, &abi_x86_64, CALL_poll);
	world_put(&world, 0x1000, before, sizeof(before));
	world_args(&world, 0x1000, 2, 5000, 0, 0, 0);
	world_enter(&world);
	world_put(&world, 0x1000, after, sizeof(after));
	assert_string_equal(
		world_leave(&world, 1),
		"fds=[{fd=#7 events=POLLIN v:revents=POLLIN} {fd=#3 events=POLLIN|POLLOUT v:revents=0x0}] "
		"R:[{fd=#7 revents=POLLIN}] v:nfds=2 timeout=5000000000");
	assert_int_equal(world.event.fd, -1);
	world_done(&world);

	world_init(&world, &abi_x86_64, CALL_poll);
	world_put(&world, 0x1000, before, sizeof(before));
	world_args(&world, 0x1000, 1, (uint64_t)-1, 0, 0, 0);
	world_enter(&world);
	assert_string_equal(world_unfinished(&world), "fds=[{fd=#7 events=POLLIN}] v:nfds=1 timeout=forever");
	world_done(&world);
}

static void select_shows_the_fds_that_are_set(void **state)
{
	(void)state;
	uint64_t in[1] = { 1u << 3 | 1u << 7 }, out[1] = { 1u << 7 };
	int32_t timeout[2] = { 1, 500000 };
	struct world world;

	world_init(&world, &abi_i386, CALL_select);
	world_put(&world, 0x1000, in, 4);
	world_put(&world, 0x2000, timeout, 8);
	world_args(&world, 8, 0x1000, 0, 0, 0x2000, 0);
	world_enter(&world);
	world_put(&world, 0x1000, out, 4);
	assert_string_equal(
		world_leave(&world, 1),
		"v:nfds=8 readfds=[#3 #7] j:readfds_ready=[#7] R:[{7 \"IN\"}] writefds=@0x0 exceptfds=@0x0 "
		"timeout=1500000000");
	world_done(&world);
}

static int registered(void *user, const struct call *call, int epfd, uint64_t data)
{
	(void)user;
	(void)call;
	assert_int_equal(epfd, 4);
	return data == 0x5555 ? 7 : -1;
}

static void epoll_names_the_fd_behind_the_data(void **state)
{
	(void)state;
	struct epoll_event events[2] = { { EPOLLIN, { .u64 = 0x5555 } }, { EPOLLOUT, { .u64 = 0x66 } } };
	struct world world;

	world_init(&world, &abi_x86_64, CALL_epoll_wait);
	world.decode.epoll_fd = registered;
	world_args(&world, 4, 0x1000, 16, 0, 0, 0);
	world_enter(&world);
	world_put(&world, 0x1000, events, sizeof(events));
	assert_string_equal(
		world_leave(&world, 2),
		"t:epfd=#4 j:events=[{fd=#7 events=EPOLLIN v:data=0x5555} {data=0x66 events=EPOLLOUT}] "
		"R:[{fd=#7 events=EPOLLIN v:data=0x5555} {data=0x66 events=EPOLLOUT}] v:maxevents=16 "
		"timeout=0");
	world_done(&world);
}

static void options_have_their_types(void **state)
{
	(void)state;
	static const struct {
		const struct abi *abi;
		int level, name;
		const void *bytes;
		uint32_t size;
		const char *set;
	} cases[] = {
		{ &abi_x86_64, SOL_SOCKET, SO_REUSEADDR, "\1\0\0\0", 4,
		  "t:sockfd=#5 v:level=SOL_SOCKET optname=SO_REUSEADDR optval=1 v:optlen=4" },
		{ &abi_x86_64, SOL_SOCKET, SO_REUSEADDR, "\1\0", 2,
		  "t:sockfd=#5 v:level=SOL_SOCKET optname=SO_REUSEADDR optval=\"\\x01\\0\" v:optlen=2" },
		{ &abi_x86_64, SOL_SOCKET, SO_LINGER, "\1\0\0\0\5\0\0\0", 8,
		  "t:sockfd=#5 v:level=SOL_SOCKET optname=SO_LINGER optval={l_onoff=1 l_linger=5} "
		  "v:optlen=8" },
		{ &abi_i386, SOL_SOCKET, SO_RCVTIMEO, "\2\0\0\0\x10\0\0\0", 8,
		  "t:sockfd=#5 v:level=SOL_SOCKET optname=SO_RCVTIMEO optval={tv_sec=2 tv_usec=16} "
		  "v:optlen=8" },
		{ &abi_x86_64, SOL_SOCKET, SO_BINDTODEVICE, "eth0", 4,
		  "t:sockfd=#5 v:level=SOL_SOCKET optname=SO_BINDTODEVICE optval=\"eth0\" v:optlen=4" },
		{ &abi_x86_64, IPPROTO_TCP, 13, "cubi", 4,
		  "t:sockfd=#5 level=SOL_TCP optname=TCP_CONGESTION optval=\"cubi\" v:optlen=4" },
		{ &abi_x86_64, IPPROTO_IP, IP_MULTICAST_IF, "\177\0\0\1", 4,
		  "t:sockfd=#5 level=SOL_IP optname=IP_MULTICAST_IF optval=\"127.0.0.1\" v:optlen=4" },
		{ &abi_x86_64, IPPROTO_IP, IP_ADD_MEMBERSHIP, "\340\0\0\1\177\0\0\1\2\0\0\0", 12,
		  "t:sockfd=#5 level=SOL_IP optname=IP_ADD_MEMBERSHIP optval={imr_multiaddr=\"224.0.0.1\" "
		  "imr_address=\"127.0.0.1\" imr_ifindex=2} v:optlen=12" },
		{ &abi_x86_64, 999, 3, "ab", 2,
		  "t:sockfd=#5 level=0x3e7 optname=0x3 optval=\"ab\" v:optlen=2" },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct world world;

		world_init(&world, cases[i].abi, CALL_setsockopt);
		world_put(&world, 0x1000, cases[i].bytes, cases[i].size);
		world_args(&world, 5, (uint64_t)cases[i].level, (uint64_t)cases[i].name, 0x1000,
			   cases[i].size, 0);
		world_enter(&world);
		assert_string_equal(world_leave(&world, 0), cases[i].set);
		world_done(&world);
	}
}

static void getsockopt_shows_the_answer(void **state)
{
	(void)state;
	uint32_t length = 4, zero = 0, refused = ECONNREFUSED;
	struct world world;

	for (int i = 0; i < 2; i++) {
		world_init(&world, &abi_x86_64, CALL_getsockopt);
		world_put(&world, 0x1000, i ? &refused : &zero, 4);
		world_put(&world, 0x2000, &length, 4);
		world_args(&world, 5, SOL_SOCKET, SO_ERROR, 0x1000, 0x2000, 0);
		world_enter(&world);
		assert_string_equal(
			world_leave(&world, 0),
			i ? "t:sockfd=#5 v:level=SOL_SOCKET optname=SO_ERROR r:optval=ECONNREFUSED v:optlen=4"
			  : "t:sockfd=#5 v:level=SOL_SOCKET optname=SO_ERROR r:optval=0 v:optlen=4");
		world_done(&world);
	}
	world_init(&world, &abi_x86_64, CALL_getsockopt);
	world_put(&world, 0x2000, &length, 4);
	world_args(&world, 5, SOL_SOCKET, SO_ERROR, 0x1000, 0x2000, 0);
	world_enter(&world);
	assert_string_equal(world_leave(&world, -ENOTSOCK),
			    "t:sockfd=#5 v:level=SOL_SOCKET optname=SO_ERROR v:optval=@0x1000 v:optlen=4");
	world_done(&world);
}

static void exit_only_reads_what_the_entry_would_have(void **state)
{
	(void)state;
	struct sockaddr_in address = inet("127.0.0.1", 8000);
	struct world world;

	world_init(&world, &abi_x86_64, CALL_connect);
	world_put(&world, 0x1000, &address, sizeof(address));
	world_args(&world, 5, 0x1000, 16, 0, 0, 0);
	assert_string_equal(world_leave(&world, -ECONNREFUSED),
			    "t:sockfd=#5 addr=<127.0.0.1:8000> v:addrlen=16");
	world_done(&world);
}

/* Bluetooth's levels have the numbers of others: 0 is SOL_IP elsewhere, 6 SOL_TCP, 17 SOL_UDP. */
static void bluetooth_has_levels_of_its_own(void **state)
{
	(void)state;
	static const struct {
		int level, name;
		const char *bytes;
		uint32_t size;
		const char *set;
	} cases[] = {
		{ 0, 1, "\1\0\0\0", 4, "level=SOL_HCI optname=HCI_DATA_DIR optval=1 v:optlen=4" },
		{ 0, 3, "\2\0\0\0", 4, "level=SOL_HCI optname=HCI_TIME_STAMP optval=2 v:optlen=4" },
		{ 0, 2, "\1\0\0\0\2\0\0\0\0\0\0\0\3\0", 14,
		  "level=SOL_HCI optname=HCI_FILTER optval={type_mask=0x1 event_mask=0x2 opcode=0x3} "
		  "v:optlen=14" },
		{ 6, 1, "\1\0\2\0\3\0\1\4\5\0\6\0", 12,
		  "level=SOL_L2CAP optname=L2CAP_OPTIONS optval={omtu=1 imtu=2 flush_to=3 mode=BT_MODE_ERTM "
		  "fcs=4 "
		  "max_tx=5 txwin_size=6} v:optlen=12" },
		{ 6, 2, "\7\0abc", 5,
		  "level=SOL_L2CAP optname=L2CAP_CONNINFO optval={hci_handle=7 dev_class=\"abc\"} "
		  "v:optlen=5" },
		{ 6, 3, "\1\0\0\0", 4, "level=SOL_L2CAP optname=L2CAP_LM optval=L2CAP_LM_MASTER v:optlen=4" },
		{ 17, 1, "\7\0", 2, "level=SOL_SCO optname=SCO_OPTIONS optval={mtu=7} v:optlen=2" },
		{ 17, 2, "\7\0abc", 5,
		  "level=SOL_SCO optname=SCO_CONNINFO optval={hci_handle=7 dev_class=\"abc\"} v:optlen=5" },
		{ 18, 2, "\7\0abc", 5,
		  "level=SOL_RFCOMM optname=RFCOMM_CONNINFO optval={hci_handle=7 dev_class=\"abc\"} "
		  "v:optlen=5" },
		{ 18, 3, "\1\0\0\0", 4,
		  "level=SOL_RFCOMM optname=RFCOMM_LM optval=RFCOMM_LM_MASTER v:optlen=4" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct world world;

		world_init(&world, &abi_x86_64, CALL_setsockopt);
		world.decode.file = view_of;
		world_put(&world, 0x1000, cases[i].bytes, cases[i].size);
		world_args(&world, 8, (uint64_t)cases[i].level, (uint64_t)cases[i].name, 0x1000,
			   cases[i].size, 0);
		world_enter(&world);
		assert_non_null(strstr(world_leave(&world, 0), cases[i].set));
		world_done(&world);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(socket_names_its_type),
		cmocka_unit_test(connect_shows_its_address),
		cmocka_unit_test(received_data_is_bounded_by_the_result),
		cmocka_unit_test(data_is_cut_at_the_limit),
		cmocka_unit_test(vectors_are_gathered),
		cmocka_unit_test(vectors_beyond_the_limit_are_cut),
		cmocka_unit_test(recvmsg_stops_at_the_result),
		cmocka_unit_test(message_vectors_are_counted),
		cmocka_unit_test(poll_shows_what_is_ready),
		cmocka_unit_test(select_shows_the_fds_that_are_set),
		cmocka_unit_test(epoll_names_the_fd_behind_the_data),
		cmocka_unit_test(options_have_their_types),
		cmocka_unit_test(bluetooth_has_levels_of_its_own),
		cmocka_unit_test(getsockopt_shows_the_answer),
		cmocka_unit_test(exit_only_reads_what_the_entry_would_have),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
