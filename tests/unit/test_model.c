#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>
#include <sys/socket.h>

#include "model/address.h"
#include "model/value.h"

static void test_values(void **state)
{
	struct arena arena = { 0 };
	struct value *list = value_struct(&arena, "msg");
	char bytes[] = "ab\0cd";

	(void)state;
	value_append(list, value_int(&arena, "number", -5));
	value_append(list, value_hex(&arena, "bits", 0xff));
	value_append(list, value_bytes(&arena, "data", bytes, 5, 900));
	bytes[0] = 'X';
	assert_int_equal(list->list.count, 3);
	assert_int_equal(list->list.total, 3);
	assert_int_equal(value_find(list->list.first, "number")->integer, -5);
	assert_int_equal(value_find(list->list.first, "bits")->unsigned_, 0xff);
	const struct value *data = value_find(list->list.first, "data");

	assert_memory_equal(data->bytes.data, "ab\0cd", 6);
	assert_int_equal(data->bytes.total, 900);
	assert_null(value_find(list->list.first, "absent"));
	assert_int_equal(value_string(&arena, "path", "x", 1)->kind, VALUE_STRING);
	assert_int_equal(value_unreadable(&arena, NULL, 8)->kind, VALUE_UNREADABLE);
	assert_int_equal(value_pointer(&arena, NULL, 8)->kind, VALUE_POINTER);
	assert_int_equal(value_duration(&arena, NULL, DURATION_FOREVER)->integer, DURATION_FOREVER);
	arena_done(&arena);
}

struct address_case {
	const char *what;
	uint8_t raw[32];
	uint32_t length;
	bool known;
	unsigned ip_length;
	uint8_t ip_first;
	int port;
};

static void test_addresses(void **state)
{
	static const struct address_case cases[] = {
		{ "nothing", { 0 }, 0, false, 0, 0, -1 },
		{ "half a family", { AF_INET }, 1, false, 0, 0, -1 },
		{ "inet", { AF_INET, 0, 0x1f, 0x90, 10, 0, 0, 7 }, 16, true, 4, 10, 8080 },
		{ "inet cut after the port", { AF_INET, 0, 0, 80 }, 4, true, 0, 0, 80 },
		{ "inet6", { AF_INET6, 0, 1, 0xbb, 0, 0, 0, 0, 0x20, 1 }, 28, true, 16, 0x20, 443 },
		{ "inet6, IPv4-mapped",
		  { AF_INET6, 0, 0, 80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, 1 },
		  28,
		  true,
		  4,
		  192,
		  80 },
		{ "unix", { AF_UNIX, 0, '/', 'x' }, 4, true, 0, 0, -1 },
		{ "vsock", { AF_VSOCK, 0, 0, 0, 0xd2, 4, 0, 0, 2 }, 16, true, 0, 0, 1234 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct address_case *one = &cases[i];
		struct address address;
		const uint8_t *ip = NULL;

		address_set(&address, one->raw, one->length, 0);
		assert_int_equal(address_known(&address), one->known);
		assert_int_equal(address_ip(&address, &ip), one->ip_length);
		if (one->ip_length)
			assert_int_equal(ip[0], one->ip_first);
		assert_int_equal(address_port(&address), one->port);
	}
}

static void test_address_limits(void **state)
{
	uint8_t raw[200];
	struct address a, b;

	(void)state;
	memset(raw, 1, sizeof(raw));
	address_set(&a, raw, sizeof(raw), 6);
	assert_int_equal(a.length, 128);
	assert_int_equal(a.protocol, 6);
	address_set(&b, raw, 128, 0);
	assert_true(address_equal(&a, &b));
	raw[127] = 2;
	address_set(&b, raw, 128, 0);
	assert_false(address_equal(&a, &b));
	address_set(&b, raw, 16, 0);
	assert_false(address_equal(&a, &b));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_address_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
