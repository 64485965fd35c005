/* Filters: what is parsed, and which events they show. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include "model/address.h"
#include "rules/filter.h"

typedef int add_fn(struct filter *, const char *, struct error *);

static void parses_or_says_why(void **state)
{
	static const struct {
		add_fn *add;
		const char *text, *why; /* why NULL: parses */
	} rows[] = {
		{ filter_add_ports, "80,443", NULL },
		{ filter_add_ports, "65536", "is no port" },
		{ filter_add_ports, "80,", "empty" },
		{ filter_add_ports, "-1", "is no port" },
		{ filter_add_peers, "127.0.0.1", NULL },
		{ filter_add_peers, "127.0.0.0/8:80", NULL },
		{ filter_add_peers, "[::1]:80", NULL },
		{ filter_add_peers, "[fe80::/10]", NULL },
		{ filter_add_peers, "::1", NULL },
		{ filter_add_peers, ":80", NULL },
		{ filter_add_peers, "127.0.0.1/33", "prefix" },
		{ filter_add_peers, "example.com", "is no address" },
		{ filter_add_peers, "[::1]80", "write [ADDR6]:PORT" },
		{ filter_add_peers, "127.0.0.1:http", "is no port" },
		{ filter_add_fds, "3", NULL },
		{ filter_add_fds, "x", "is no file descriptor" },
		{ filter_add_errors, "ECONNREFUSED,epipe", NULL },
		{ filter_add_errors, "ECONREFUSED", "did you mean ECONNREFUSED?" },
		{ filter_set_slower, "10ms", NULL },
		{ filter_set_slower, "1.5s", NULL },
		{ filter_set_slower, "10parsec", "is no duration" },
		{ filter_set_slower, "", "is no duration" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct filter filter = { 0 };
		struct error error = { 0 };
		int failed = rows[i].add(&filter, rows[i].text, &error);

		if (rows[i].why ? failed != -EINVAL || !strstr(error.text, rows[i].why) : failed)
			fail_msg("\"%s\": %d %s", rows[i].text, failed, error.text);
		filter_done(&filter);
	}
}

static void durations(void **state)
{
	int64_t ns = 0;

	(void)state;
	assert_int_equal(filter_duration("250us", &ns, NULL), 0);
	assert_int_equal(ns, 250000);
	assert_int_equal(filter_duration("2", &ns, NULL), 0);
	assert_int_equal(ns, 2000000000);
}

static struct address inet(const char *ip, int port)
{
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
	struct address address;

	inet_pton(AF_INET, ip, &in.sin_addr);
	address_set(&address, &in, sizeof(in), 0);
	return address;
}

static void shows_by_identity_and_outcome(void **state)
{
	struct address local = inet("10.0.0.1", 5000), peer = inet("10.9.8.7", 443);
	struct file_view socket = {
		.kind = FILE_SOCKET, .family = AF_INET, .local_address = &local, .peer_address = &peer
	};
	struct value watched = { .kind = VALUE_FD, .fd = { 5, &socket } };
	struct value list = { .kind = VALUE_LIST, .list = { &watched, 1, 1 } };
	struct place place = { .function = "fetch", .file = "/src/http.c", .module = "/usr/bin/demo" };
	struct event ready = { .kind = EVENT_CALL,
			       .fd = 4,
			       .args = &list,
			       .finished = true,
			       .duration_ns = 5000000,
			       .comm = "demo",
			       .caller = { &place, "libfetch.so.4" } };
	static const struct {
		add_fn *add;
		const char *text;
		bool shown;
	} rows[] = {
		{ filter_add_ports, "443", true },
		{ filter_add_ports, "5000", true },
		{ filter_add_ports, "80", false },
		{ filter_add_peers, "10.9.8.0/24", true },
		{ filter_add_peers, "10.9.8.0/24:80", false },
		{ filter_add_peers, "10.0.0.1", false },
		{ filter_add_fds, "5", true },
		{ filter_add_fds, "4", true },
		{ filter_add_fds, "6", false },
		{ filter_add_program, "de*", true },
		{ filter_add_program, "curl", false },
		{ filter_add_place, "http.c", true },
		{ filter_add_place, "fetch", true },
		{ filter_add_place, "/usr/bin/*", true },
		{ filter_add_place, "libc*", false },
		{ filter_add_place, "libfetch", true },
		{ filter_add_place, "libfetch.so.*", true },
		{ filter_add_place, "fetch.so*", false },
		{ filter_set_slower, "5ms", true },
		{ filter_set_slower, "6ms", false },
		{ filter_add_errors, "EPIPE", false },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct filter filter = { 0 };

		assert_int_equal(rows[i].add(&filter, rows[i].text, NULL), 0);
		if (filter_shows(&filter, &ready, NULL) != rows[i].shown)
			fail_msg("%s", rows[i].text);
		filter_done(&filter);
	}
}

/* What is no call: which conditions it has to meet. */
static void shows_other_events(void **state)
{
	struct address peer = inet("10.9.8.7", 443);
	struct file_view socket = { .kind = FILE_SOCKET, .family = AF_INET, .peer_address = &peer };
	struct value waited = { .kind = VALUE_FD, .fd = { 5, &socket } };
	const struct event process = { .kind = EVENT_PROCESS, .comm = "demo", .fd = -1 },
			   unknown = { .kind = EVENT_PROCESS, .fd = -1 },
			   signal = { .kind = EVENT_SIGNAL, .comm = "demo", .fd = -1 },
			   closed = { .kind = EVENT_SOCKET, .comm = "demo", .fd = -1, .file = &socket },
			   pending = { .kind = EVENT_NOTE, .comm = "demo", .fd = -1, .args = &waited },
			   note = { .kind = EVENT_NOTE, .comm = "demo", .fd = -1 };
	const struct {
		const struct event *event;
		const char *executable;
		add_fn *add;
		const char *text;
		bool shown;
	} rows[] = {
		{ &process, NULL, filter_add_program, "demo", true },
		{ &process, "/opt/other", filter_add_program, "other", true },
		{ &process, "/opt/other", filter_add_program, "curl", false },
		{ &process, NULL, filter_add_ports, "80", true },
		{ &unknown, NULL, filter_add_program, "curl", true },
		{ &signal, NULL, filter_add_program, "curl", false },
		{ &closed, NULL, filter_add_program, "curl", false },
		{ &closed, NULL, filter_add_ports, "443", true },
		{ &closed, NULL, filter_add_ports, "80", false },
		{ &closed, NULL, filter_add_fds, "4", true },
		{ &closed, NULL, filter_set_slower, "5ms", true },
		{ &pending, NULL, filter_add_ports, "443", true },
		{ &pending, NULL, filter_add_ports, "80", false },
		{ &pending, NULL, filter_add_errors, "EPIPE", true },
		{ &note, NULL, filter_add_program, "curl", true },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct filter filter = { 0 };

		assert_int_equal(rows[i].add(&filter, rows[i].text, NULL), 0);
		if (filter_shows(&filter, rows[i].event, rows[i].executable) != rows[i].shown)
			fail_msg("row %zu: %s", i, rows[i].text);
		filter_done(&filter);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parses_or_says_why),
		cmocka_unit_test(durations),
		cmocka_unit_test(shows_by_identity_and_outcome),
		cmocka_unit_test(shows_other_events),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
