/* Addresses: text and fields by family, at all lengths. */
#include "decode_world.h"

#include "decode/sockaddr.h"

#define BYTES(text) text, sizeof(text) - 1

static const struct {
	const char *bytes;
	uint32_t size;
	uint16_t protocol;
	const char *text, *fields;
} cases[] = {
	{ BYTES("\2\0\0\x50\x7f\0\0\1\0\0\0\0\0\0\0\0"), 0, "127.0.0.1:80",
	  "sa_family=AF_INET ip=\"127.0.0.1\" port=80" },
	{ BYTES("\2\0\xff\xff\xff\xff\xff\xff"), 0, "255.255.255.255:65535",
	  "sa_family=AF_INET ip=\"255.255.255.255\" port=65535" },
	{ BYTES("\2\0\0\x50\x7f"), 0, "AF_INET(5 bytes)", "sa_family=AF_INET sa_data=\"\\0P\\x7f\"" },
	{ BYTES("\n\0\1\xbb\0\0\0\0\xfe\x80\0\0\0\0\0\0\0\0\0\0\0\0\0\1\2\0\0\0"), 0, "[fe80::1%2]:443",
	  "sa_family=AF_INET6 ip=\"fe80::1\" port=443 sin6_flowinfo=0 sin6_scope_id=2" },
	{ BYTES("\n\0\1\xbb\0\0\0\7\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1"), 0, "[::1]:443",
	  "sa_family=AF_INET6 ip=\"::1\" port=443 sin6_flowinfo=7" },
	{ BYTES("\1\0/run/x.sock\0garbage"), 0, "unix:/run/x.sock",
	  "sa_family=AF_UNIX sun_path=\"/run/x.sock\"" },
	{ BYTES("\1\0\0abs\0tract"), 0, "unix:@abs@tract",
	  "sa_family=AF_UNIX sun_path=\"@abs\\0tract\" abstract=1" },
	{ BYTES("\1\0"), 0, "unix:(unnamed)", "sa_family=AF_UNIX" },
	{ BYTES("\x10\0\0\0\xd2\4\0\0\x11\0\0\0"), 0, "netlink:ROUTE:1234,groups=0x11",
	  "sa_family=AF_NETLINK nl_pid=1234 nl_groups=0x11" },
	{ BYTES("\x10\0\0\0\xd2\4\0\0\0\0\0\0"), UINT16_MAX, "netlink:1234",
	  "sa_family=AF_NETLINK nl_pid=1234 nl_groups=0x0" },
	{ BYTES("\x11\0\x08\0\2\0\0\0\1\0\0\6\2\0\0\0\0\1\0\0"), 0, "packet:2:IPv4",
	  "sa_family=AF_PACKET sll_protocol=ETH_P_IP sll_ifindex=2 sll_hatype=ARPHRD_ETHER "
	  "sll_pkttype=PACKET_HOST "
	  "sll_halen=6 sll_addr=\"02:00:00:00:00:01\"" },
	{ BYTES("\x28\0\0\0\xd2\4\0\0\2\0\0\0\0\0\0\0"), 0, "vsock:2:1234",
	  "sa_family=AF_VSOCK svm_cid=VMADDR_CID_HOST svm_port=1234 svm_flags=0x0" },
	{ BYTES("\x28\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff\0\0\0\0"), 0, "vsock:*:*",
	  "sa_family=AF_VSOCK svm_cid=VMADDR_CID_ANY svm_port=4294967295 svm_flags=0x0" },
	{ BYTES("\x1d\0\0\0\3\0\0\0\1\0\0\0\2\0\0\0"), 6, "can:3:0x1:0x2",
	  "sa_family=AF_CAN can_ifindex=3 rx_id=0x1 tx_id=0x2" },
	{ BYTES("\x1d\0\0\0\3\0\0\0"), 1, "can:3", "sa_family=AF_CAN can_ifindex=3" },
	{ BYTES("\x26\0hash\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0sha256\0"), 0, "alg:hash:sha256",
	  "sa_family=AF_ALG salg_type=\"hash\" salg_feat=0x0 salg_mask=0x0 salg_name=\"sha256\"" },
	{ BYTES("\x1f\0\1\0\0\0"), 1, "bluetooth:hci1", "sa_family=AF_BLUETOOTH hci_dev=1 hci_channel=0" },
	{ BYTES("\x1f\0\6\5\4\3\2\1\7\0"), 3, "bluetooth:rfcomm:01:02:03:04:05:06:7",
	  "sa_family=AF_BLUETOOTH rc_bdaddr=\"01:02:03:04:05:06\" rc_channel=7" },
	{ BYTES("\x2c\0\0\0\2\0\0\0\3\0\0\0\0\0\0\0"), 0, "xdp:2:3",
	  "sa_family=AF_XDP sxdp_flags=0x0 sxdp_ifindex=2 sxdp_queue_id=3 sxdp_shared_umem_fd=0" },
	{ BYTES("\0\0\0\0"), 0, "AF_UNSPEC", "sa_family=AF_UNSPEC sa_data=\"\\0\\0\"" },
	{ BYTES("\xfe\xff\1\2"), 0, "AF_65534(4 bytes)", "sa_family=0xfffe sa_data=\"\\x01\\x02\"" },
};

static void families(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct arena arena = { 0 };
		struct text text = { 0 };
		struct value *value = sockaddr_value(&arena, "addr", cases[i].bytes, cases[i].size,
						     cases[i].size, cases[i].protocol);

		assert_int_equal(value->kind, VALUE_ADDRESS);
		assert_string_equal(value->address.text, cases[i].text);
		world_render_list(&text, value->address.fields, false);
		assert_string_equal(text.data, cases[i].fields);
		text_done(&text);
		arena_done(&arena);
	}
}

/* No length reads beyond what there is; nothing is lost below two bytes. */
static void every_length_of_every_family(void **state)
{
	(void)state;
	for (unsigned family = 0; family < 64; family++) {
		for (uint32_t size = 0; size <= 128; size++) {
			struct arena arena = { 0 };
			uint8_t *bytes = test_malloc(size ? size : 1);

			memset(bytes, 0xff, size);
			if (size)
				bytes[0] = (uint8_t)family;
			if (size > 1)
				bytes[1] = 0;
			struct value *value = sockaddr_value(&arena, "addr", bytes, size, size, 3);

			assert_int_equal(value->kind, size < 2 ? VALUE_BYTES : VALUE_ADDRESS);
			test_free(bytes);
			arena_done(&arena);
		}
	}
}

/* sun_path needs no NUL when it fills its 108 bytes (unix(7)). */
static void unix_path_may_be_full(void **state)
{
	(void)state;
	struct arena arena = { 0 };
	char bytes[110];

	memset(bytes, 'x', sizeof(bytes));
	memcpy(bytes, "\1\0", 2);
	struct value *value = sockaddr_value(&arena, "addr", bytes, sizeof(bytes), sizeof(bytes), 0);

	assert_int_equal(strlen(value->address.text), 5 + 108);
	arena_done(&arena);
}

static const char *device(void *user, uint32_t index)
{
	(void)user;
	return index == 2 ? "eth0" : NULL;
}

static void interfaces_by_name(void **state)
{
	(void)state;
	const struct interfaces interfaces = { device, NULL };
	static const struct {
		const char *bytes;
		uint32_t size;
		const char *text;
	} named[] = {
		{ BYTES("\n\0\1\xbb\0\0\0\0\xfe\x80\0\0\0\0\0\0\0\0\0\0\0\0\0\1\2\0\0\0"),
		  "[fe80::1%eth0]:443" },
		{ BYTES("\n\0\1\xbb\0\0\0\0\xfe\x80\0\0\0\0\0\0\0\0\0\0\0\0\0\1\3\0\0\0"),
		  "[fe80::1%3]:443" },
		{ BYTES("\x11\0\x86\xdd\2\0\0\0\1\0\0\0"), "packet:eth0:IPv6" },
		{ BYTES("\x11\0\0\3\0\0\0\0\1\0\0\0"), "packet:0:ALL" },
		{ BYTES("\x1d\0\0\0\2\0\0\0"), "can:eth0" },
		{ BYTES("\x2c\0\0\0\2\0\0\0\3\0\0\0\0\0\0\0"), "xdp:eth0:3" },
	};
	for (size_t i = 0; i < sizeof(named) / sizeof(named[0]); i++) {
		struct address address = { 0 };
		struct text text = { 0 };

		address_set(&address, named[i].bytes, named[i].size, 0);
		sockaddr_text_named(&address, &interfaces, &text);
		assert_string_equal(text.data, named[i].text);
		text_done(&text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(families),
		cmocka_unit_test(every_length_of_every_family),
		cmocka_unit_test(unix_path_may_be_full),
		cmocka_unit_test(interfaces_by_name),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
