#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sink_events.h"

/* How a row changes the options. */
enum { PLAIN = 0, VERBOSE = 1, ASCII = 2, HEX = 4, HEX_ALL = 8, NARROW_DATA = 16 };

struct value_case {
	struct value *(*make)(struct arena *arena);
	unsigned options;
	const char *shown;
};

static struct value *make_uint(struct arena *arena)
{
	return value_uint(arena, "n", UINT64_MAX);
}

static struct value *make_hex(struct arena *arena)
{
	return value_hex(arena, "n", 0x5421);
}

static struct value *make_mode(struct arena *arena)
{
	struct value *value = value_uint(arena, "mode", 0644);

	value->kind = VALUE_OCTAL;
	return value;
}

static struct value *make_null(struct arena *arena)
{
	return value_pointer(arena, "p", 0);
}

static struct value *make_pointer(struct arena *arena)
{
	return value_pointer(arena, "p", 0x7ffe1234);
}

static struct value *make_unreadable(struct arena *arena)
{
	return value_unreadable(arena, "p", 1);
}

static struct value *make_unknown_constant(struct arena *arena)
{
	return new_constant(arena, "c", 77, NULL);
}

static struct value *make_wide_constant(struct arena *arena)
{
	return new_constant(arena, "c", 0x89011234, NULL);
}

static struct value *make_no_flags(struct arena *arena)
{
	return new_flags(arena, "f", 0, 0, NULL, NULL, NULL);
}

static struct value *make_rest_flags(struct arena *arena)
{
	return new_flags(arena, "f", 0x80000041, 0x80000000, NULL, "MSG_OOB", "MSG_DONTWAIT");
}

static struct value *make_only_rest(struct arena *arena)
{
	return new_flags(arena, "f", 0x80000000, 0x80000000, NULL, NULL, NULL);
}

static struct value *make_short_flags(struct arena *arena)
{
	return new_flags(arena, "f", 5, 0, "POLL", "POLLIN", "POLLOUT");
}

static struct value *make_peer(struct arena *arena)
{
	return new_fd(arena, "fd", 5, &http_view);
}

static struct value *make_accepted(struct arena *arena)
{
	static const struct file_view view = { .kind = FILE_SOCKET,
					       .link = LINK_FROM,
					       .peer = "[fe80::1%eth0]:41022" };

	return new_fd(arena, "fd", 6, &view);
}

static struct value *make_ambiguous(struct arena *arena)
{
	static const struct file_view view = {
		.kind = FILE_SOCKET, .link = LINK_TO, .id = 12, .ambiguous = true, .peer = "unix:@abstract"
	};

	return new_fd(arena, "fd", 6, &view);
}

static struct value *make_listening(struct arena *arena)
{
	static const struct file_view view = { .kind = FILE_SOCKET,
					       .link = LINK_LISTEN,
					       .local = "0.0.0.0:8000" };

	return new_fd(arena, "fd", 3, &view);
}

static struct value *make_listening6(struct arena *arena)
{
	static const struct file_view view = { .kind = FILE_SOCKET,
					       .link = LINK_LISTEN,
					       .local = "[::]:8000" };

	return new_fd(arena, "fd", 3, &view);
}

static struct value *make_bound(struct arena *arena)
{
	static const struct file_view view = { .kind = FILE_SOCKET,
					       .link = LINK_LISTEN,
					       .local = "127.0.0.1:53" };

	return new_fd(arena, "fd", 3, &view);
}

static struct value *make_pair(struct arena *arena)
{
	static const struct file_view view = { .kind = FILE_SOCKET, .id = 3, .pair = 7 };

	return new_fd(arena, "fd", 3, &view);
}

static struct value *make_unconnected(struct arena *arena)
{
	static const struct file_view view = { .kind = FILE_SOCKET, .id = 2 };

	return new_fd(arena, "fd", 3, &view);
}

static struct value *make_address(struct arena *arena)
{
	return new_address(arena, "addr", "10.0.0.7", 80, "example.test");
}

static struct value *make_data(struct arena *arena)
{
	return value_bytes(arena, "buf", "a\"b\\c\r\n\t\0\x1b[31m\x80", 15, 15);
}

static struct value *make_accents(struct arena *arena)
{
	return value_bytes(arena, "buf", "h\xc3\xa9\xe2\x82\xac", 6, 6);
}

static struct value *make_cut_data(struct arena *arena)
{
	return value_bytes(arena, "buf", "abc", 3, 4096);
}

static struct value *make_long_data(struct arena *arena)
{
	/* 63 letters and a character of three bytes across the limit of 64 */
	return value_bytes(arena, "buf",
			   "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijk\xe2\x82\xac.", 67,
			   67);
}

static struct value *make_empty_data(struct arena *arena)
{
	return value_bytes(arena, "buf", "", 0, 0);
}

static struct value *make_unread_data(struct arena *arena)
{
	return value_bytes(arena, "buf", "", 0, 100);
}

static struct value *make_string(struct arena *arena)
{
	return value_string(arena, "path", "/run/\033]0;x\a", 11);
}

static struct value *make_bare_string(struct arena *arena)
{
	return new_text(arena, PLACE_ARGUMENT, "path", "two words\n");
}

static struct value *make_forever(struct arena *arena)
{
	return value_duration(arena, "timeout", DURATION_FOREVER);
}

static struct value *make_no_time(struct arena *arena)
{
	return value_duration(arena, "timeout", 0);
}

static struct value *make_time(struct arena *arena)
{
	return value_duration(arena, "timeout", 1500000000);
}

static struct value *make_exact_time(struct arena *arena)
{
	return value_duration(arena, "timeout", 1000000001);
}

static struct value *make_list(struct arena *arena)
{
	struct value *list = value_list(arena, "list");

	value_append(list, value_int(arena, NULL, 1));
	value_append(list, value_int(arena, NULL, -2));
	list->list.total = 9;
	return list;
}

static struct value *make_struct(struct arena *arena)
{
	struct value *linger = value_struct(arena, "linger");

	value_append(linger, value_int(arena, "l_onoff", 1));
	value_append(linger, value_int(arena, "l_linger", 5));
	value_append(linger, placed(value_int(arena, "hidden", 0), PLACE_JSON));
	value_append(linger, placed(value_int(arena, "pad", 0), PLACE_VERBOSE));
	return linger;
}

static struct value *make_poll(struct arena *arena)
{
	return new_poll(arena, 5, &http_view, "events", "POLLIN", 1);
}

static struct value *make_change(struct arena *arena)
{
	struct value *change = value_new(arena, VALUE_CHANGE, "addrlen");

	change->change.before = value_uint(arena, NULL, 128);
	change->change.after = value_uint(arena, NULL, 16);
	return change;
}

static struct value *make_deep(struct arena *arena)
{
	struct value *inner = value_int(arena, NULL, 1);

	for (int i = 0; i < 40; i++) {
		struct value *list = value_list(arena, NULL);
		value_append(list, inner);
		inner = list;
	}
	return inner;
}

static const struct value_case cases[] = {
	{ make_uint, PLAIN, "18446744073709551615" },
	{ make_hex, PLAIN, "0x5421" },
	{ make_mode, PLAIN, "0644" },
	{ make_null, PLAIN, "NULL" },
	{ make_pointer, PLAIN, "0x7ffe1234" },
	{ make_unreadable, PLAIN, "0x1(unreadable)" },
	{ make_unknown_constant, PLAIN, "77" },
	{ make_wide_constant, PLAIN, "0x89011234" },
	{ make_no_flags, PLAIN, "0" },
	{ make_rest_flags, PLAIN, "MSG_OOB|MSG_DONTWAIT|0x80000000" },
	{ make_only_rest, PLAIN, "0x80000000" },
	{ make_short_flags, PLAIN, "IN|OUT" },
	{ make_short_flags, VERBOSE, "POLLIN|POLLOUT" },
	{ make_peer, PLAIN, "5→example.test:80" },
	{ make_peer, ASCII, "5->example.test:80" },
	{ make_peer, VERBOSE, "5#s4↔s9→example.test:80" },
	{ make_accepted, PLAIN, "6←[fe80::1%eth0]:41022" },
	{ make_accepted, ASCII, "6<-[fe80::1%eth0]:41022" },
	{ make_ambiguous, PLAIN, "6#s12→unix:@abstract" },
	{ make_listening, PLAIN, "3@:8000" },
	{ make_listening6, PLAIN, "3@:8000" },
	{ make_bound, PLAIN, "3@127.0.0.1:53" },
	{ make_pair, PLAIN, "3" },
	{ make_pair, VERBOSE, "3#s3↔s7" },
	{ make_pair, VERBOSE | ASCII, "3#s3<->s7" },
	{ make_unconnected, PLAIN, "3" },
	{ make_unconnected, VERBOSE, "3#s2" },
	{ make_address, PLAIN, "10.0.0.7:80 example.test" },
	{ make_address, VERBOSE, "{sa_family=AF_INET, ip=\"10.0.0.7\", port=80} example.test" },
	{ make_data, PLAIN, "\"a\\\"b\\\\c\\r\\n\\t\\0\\x1b[31m\\x80\"" },
	{ make_data, HEX, "\"\\x61\\x22\\x62\\x5c\\x63\\x0d\\x0a\\x09\\x00\\x1b\\x5b\\x33\\x31\\x6d\\x80\"" },
	{ make_accents, PLAIN, "\"hé€\"" },
	{ make_accents, ASCII, "\"h\\xc3\\xa9\\xe2\\x82\\xac\"" },
	{ make_cut_data, PLAIN, "\"abc\"…" },
	{ make_cut_data, ASCII, "\"abc\"..." },
	{ make_cut_data, HEX, "\"abc\"…" },
	{ make_cut_data, HEX_ALL, "\"\\x61\\x62\\x63\"…" },
	{ make_long_data, PLAIN, "\"abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijk\"…" },
	{ make_long_data, NARROW_DATA, "\"abcd\"…" },
	{ make_empty_data, PLAIN, "\"\"" },
	{ make_unread_data, PLAIN, "\"\"…" },
	{ make_string, PLAIN, "\"/run/\\x1b]0;x\\x07\"" },
	{ make_bare_string, PLAIN, "two words\\n" },
	{ make_forever, PLAIN, "forever" },
	{ make_no_time, PLAIN, "0" },
	{ make_time, PLAIN, "1.5s" },
	{ make_exact_time, PLAIN, "1.000000001s" },
	{ make_list, PLAIN, "[1, -2, …]" },
	{ make_struct, PLAIN, "{l_onoff=1, l_linger=5}" },
	{ make_struct, VERBOSE, "{l_onoff=1, l_linger=5, pad=0}" },
	{ make_poll, PLAIN, "5→example.test:80 IN" },
	{ make_poll, VERBOSE, "{fd=5#s4↔s9→example.test:80, events=POLLIN}" },
	{ make_change, PLAIN, "128=>16" },
	{ make_deep, PLAIN, "[[[[[[[[[[[[…]]]]]]]]]]]]" },
};

static void test_values(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct events events = { 0 };
		struct sink_options options = plain_options(0);
		char expected[512];
		unsigned set = cases[i].options;

		options.time = TIME_NONE;
		options.caller = false;
		options.verbose = set & VERBOSE;
		options.utf8 = !(set & ASCII);
		options.hex_strings = set & HEX ? 1 : set & HEX_ALL ? 2 : 0;
		options.string_limit = set & NARROW_DATA ? 4 : 64;
		arg(add_call(&events, "f", 1, -0.001, 7, NULL, 0), cases[i].make(&events.arena));
		char *text = written(&sink_text, &options, &events);
		snprintf(expected, sizeof(expected), "       7 f(%s) = 0\n", cases[i].shown);
		assert_string_equal(text, expected);
		free(text);
		arena_done(&events.arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
