#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>

#include "sink_events.h"
#include "sink_fixture.h"

static struct sink_options json_options(void)
{
	struct sink_options options = plain_options(0);

	options.string_limit = 256;
	return options;
}

/* One line: valid JSON, no duplicate keys, no raw control byte. The caller holds the reference. */
static json_t *parsed(const char *line, size_t len)
{
	json_error_t error;
	json_t *object = json_loadb(line, len, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &error);

	if (!object)
		print_error("%s at %d: %.*s\n", error.text, error.position, (int)len, line);
	assert_non_null(object);
	for (size_t i = 0; i < len; i++)
		assert_true((unsigned char)line[i] >= 0x20 && line[i] != 0x7f);
	return object;
}

/* The object of the one event, which is used up. */
static json_t *one(const struct sink_options *options, struct events *events)
{
	char *text = written(&sink_json, options, events), *end = strchr(text, '\n');

	assert_non_null(end);
	assert_int_equal(end[1], 0);
	json_t *object = parsed(text, (size_t)(end - text));
	free(text);
	arena_done(&events->arena);
	memset(events, 0, sizeof(*events));
	return object;
}

/* The documentation's example, byte for byte. */
static void test_example(void **state)
{
	static const struct place place = { .function = "fetch",
					    .offset = 156,
					    .file = "/src/http.c",
					    .line = 118,
					    .module = "/usr/bin/demo" };
	static const struct file_view view = { .kind = FILE_SOCKET, .id = 1 };
	struct sink_options options = json_options();
	struct events events = { 0 };
	struct event *event = add_call(&events, "connect", 0, 214.113, 8812, &place, -EINPROGRESS);

	(void)state;
	event->pid = 8812;
	event->comm = "demo";
	event->fd = 5;
	event->file = &view;
	event->expected_error = true;
	arg(event, new_fd(&events.arena, "sockfd", 5, &view));
	arg(event, new_address(&events.arena, "addr", "127.0.0.1", 8000, NULL));
	arg(event, placed(value_uint(&events.arena, "addrlen", 16), PLACE_VERBOSE));
	char *text = written(&sink_json, &options, &events);
	assert_string_equal(
		text,
		"{\"kind\":\"call\",\"type\":\"connect\",\"timestamp_usec\":1795253417626920,\"duration_"
		"usec\":214.113,"
		"\"process_id\":8812,\"thread_id\":8812,\"comm\":\"demo\",\"fd\":5,\"socket\":\"s1\","
		"\"details\":{"
		"\"addr\":{\"sa_family\":\"AF_INET\",\"ip\":\"127.0.0.1\",\"port\":8000},\"addrlen\":16},"
		"\"return_value\":-1,\"success\":false,\"errno\":\"EINPROGRESS\",\"caller\":{\"function\":"
		"\"fetch\","
		"\"offset\":156,\"file\":\"/src/http.c\",\"line\":118,\"module\":\"/usr/bin/demo\"}}\n");
	free(text);
	arena_done(&events.arena);
}

static void test_screen_parses(void **state)
{
	struct sink_options options = json_options();
	struct events events = { 0 };
	unsigned count = 0;

	(void)state;
	add_screen(&events);
	char *text = written(&sink_json, &options, &events);
	for (char *line = text, *end; (end = strchr(line, '\n')); line = end + 1, count++) {
		json_t *object = parsed(line, (size_t)(end - line));
		const struct event *event = &events.list[count];
		assert_string_equal(json_string_value(json_object_get(object, "type")), event->type);
		if (event->kind == EVENT_CALL)
			assert_int_equal(json_integer_value(json_object_get(object, "return_value")),
					 event->failed ? -1 : event->result);
		json_decref(object);
	}
	assert_int_equal(count, events.count);
	free(text);
	arena_done(&events.arena);
}

/* The lines that docs/event.schema.json is held to; SOCKLINE_WRITE_FIXTURES=1 writes them anew. */
static void test_fixture(void **state)
{
	struct sink_options options = json_options();
	struct events events = { 0 };

	(void)state;
	add_others(&events);
	add_screen(&events);
	char *text = written(&sink_json, &options, &events);
	expect_fixture("json/events.jsonl", text);
	free(text);
	arena_done(&events.arena);
}

/* One value as the details hold it. */
struct value_case {
	struct value *(*make)(struct arena *arena);
	const char *json;
};

static struct value *make_pointer(struct arena *arena)
{
	return value_pointer(arena, "v", 0x10);
}

static struct value *make_null(struct arena *arena)
{
	return value_pointer(arena, "v", 0);
}

static struct value *make_unreadable(struct arena *arena)
{
	return value_unreadable(arena, "v", 1);
}

static struct value *make_big(struct arena *arena)
{
	return value_uint(arena, "v", INT64_MAX);
}

static struct value *make_flags(struct arena *arena)
{
	return new_flags(arena, "v", 0x80000003, 0x80000000, NULL, "A", "B");
}

static struct value *make_no_flags(struct arena *arena)
{
	return new_flags(arena, "v", 0, 0, NULL, NULL, NULL);
}

static struct value *make_unknown(struct arena *arena)
{
	return new_constant(arena, "v", 99, NULL);
}

static struct value *make_data(struct arena *arena)
{
	return value_bytes(arena, "buf", "a\0\"\\\x1b\xc3\xa9", 7, 7);
}

static struct value *make_binary(struct arena *arena)
{
	return value_bytes(arena, "buf", "\xff\xfe\xfd\xfc", 4, 4);
}

static struct value *make_cut(struct arena *arena)
{
	return value_bytes(arena, "buf", "ab\xe2\x82", 4,
			   100); /* the euro sign was cut, the data is still text */
}

static struct value *make_long(struct arena *arena)
{
	static char data[300];

	memset(data, 'x', sizeof(data));
	return value_bytes(arena, "buf", data, sizeof(data), sizeof(data));
}

static struct value *make_option(struct arena *arena)
{
	return value_bytes(arena, "optval", "\x80", 1, 1);
}

static struct value *make_path(struct arena *arena)
{
	return value_string(arena, "v", "/\xff\n", 3);
}

static struct value *make_timeout(struct arena *arena)
{
	return value_duration(arena, "v", 5000000000);
}

static struct value *make_fine_timeout(struct arena *arena)
{
	return value_duration(arena, "v", 1001);
}

static struct value *make_forever(struct arena *arena)
{
	return value_duration(arena, "v", DURATION_FOREVER);
}

static struct value *make_fd(struct arena *arena)
{
	return new_fd(arena, "newfd", 9, &http_view);
}

static struct value *make_list(struct arena *arena)
{
	struct value *list = value_list(arena, "v");

	value_append(list, new_poll(arena, 5, &http_view, "events", "POLLIN", 1));
	value_append(list, placed(value_int(arena, NULL, 1), PLACE_TEXT));
	value_append(list, value_bytes(arena, NULL, "x", 1, 1));
	list->list.total = 9;
	return list;
}

static struct value *make_change(struct arena *arena)
{
	struct value *change = value_new(arena, VALUE_CHANGE, "v");

	change->change.before = value_uint(arena, NULL, 128);
	change->change.after = value_uint(arena, NULL, 16);
	return change;
}

static struct value *make_hidden(struct arena *arena)
{
	return new_text(arena, PLACE_TEXT, "v", "2 msgs");
}

static struct value *make_host(struct arena *arena)
{
	return new_address(arena, "v", "10.0.0.7", 80, "a\xff\x1b");
}

static struct value *make_bool(struct arena *arena)
{
	struct value *value = value_int(arena, "v", 1);

	value->kind = VALUE_BOOL;
	return value;
}

static const struct value_case value_cases[] = {
	{ make_pointer, "{\"v\":{\"pointer\":\"0x10\"}}" },
	{ make_null, "{\"v\":null}" },
	{ make_unreadable, "{\"v\":{\"pointer\":\"0x1\",\"unreadable\":true}}" },
	{ make_big, "{\"v\":9223372036854775807}" },
	{ make_flags, "{\"v\":[\"A\",\"B\",\"0x80000000\"]}" },
	{ make_no_flags, "{\"v\":[]}" },
	{ make_unknown, "{\"v\":99}" },
	{ make_data, "{\"buf\":{\"data\":\"a\\u0000\\\"\\\\\\u001b\xc3\xa9\"}}" },
	{ make_binary, "{\"buf\":{\"data_base64\":\"//79/A==\"}}" },
	{ make_cut, "{\"buf\":{\"data\":\"ab\",\"data_truncated\":true}}" },
	{ make_option, "{\"optval\":{\"data_base64\":\"gA==\"}}" },
	{ make_path, "{\"v\":\"/\xef\xbf\xbd\\n\"}" },
	{ make_timeout, "{\"v_usec\":5000000}" },
	{ make_fine_timeout, "{\"v_usec\":1.001}" },
	{ make_forever, "{\"v_usec\":\"forever\"}" },
	{ make_fd, "{\"newfd\":9,\"newfd_socket\":\"s4\"}" },
	{ make_list,
	  "{\"v\":[{\"fd\":5,\"socket\":\"s4\",\"events\":[\"POLLIN\"]},{\"data\":\"x\"}],\"v_total\":9}" },
	{ make_change, "{\"v\":{\"before\":128,\"after\":16}}" },
	{ make_hidden, "{}" },
	{ make_host, "{\"v\":{\"sa_family\":\"AF_INET\",\"ip\":\"10.0.0.7\",\"port\":80,\"host\":"
		     "\"a\xef\xbf\xbd\\u001b\"}}" },
	{ make_bool, "{\"v\":true}" },
};

static void test_values(void **state)
{
	struct sink_options options = json_options();

	(void)state;
	for (size_t i = 0; i < sizeof(value_cases) / sizeof(value_cases[0]); i++) {
		struct events events = { 0 };
		arg(add_call(&events, "f", 1, 1, 7, NULL, 0), value_cases[i].make(&events.arena));
		json_t *object = one(&options, &events);
		json_t *expected = json_loads(value_cases[i].json, JSON_ALLOW_NUL, NULL);
		assert_non_null(expected);
		if (!json_equal(json_object_get(object, "details"), expected))
			fail_msg("row %zu: %s", i, json_dumps(object, 0));
		json_decref(expected);
		json_decref(object);
	}
}

static void test_data_limit(void **state)
{
	struct sink_options options = json_options();
	struct events events = { 0 };

	(void)state;
	arg(add_call(&events, "f", 1, 1, 7, NULL, 0), make_long(&events.arena));
	json_t *object = one(&options, &events);
	json_t *details = json_object_get(json_object_get(object, "details"), "buf");
	assert_int_equal(json_string_length(json_object_get(details, "data")), 256);
	assert_true(json_is_true(json_object_get(details, "data_truncated")));
	json_decref(object);
}

static void test_absent_is_absent(void **state)
{
	struct sink_options options = json_options();
	struct events events = { 0 };
	struct event *event = add_call(&events, "recvfrom", 1, -0.001, 7, NULL, 0);

	(void)state;
	event->finished = false;
	event->comm = NULL;
	json_t *object = one(&options, &events);
	static const char *const absent[] = { "return_value", "success", "errno",     "duration_usec",
					      "fd",	      "socket",	 "comm",      "caller",
					      "details",      "stack",	 "restarted", "uncertain" };
	for (size_t i = 0; i < sizeof(absent) / sizeof(absent[0]); i++)
		assert_null(json_object_get(object, absent[i]));
	json_decref(object);
}

static void test_uncertain(void **state)
{
	struct sink_options options = json_options();
	struct events events = { 0 };

	(void)state;
	add_call(&events, "close", 1, 0, 7, NULL, 0)->uncertain = true;
	json_t *object = one(&options, &events);
	assert_true(json_is_true(json_object_get(object, "uncertain")));
	assert_null(json_object_get(object, "socket"));
	json_decref(object);
}

static void test_stack(void **state)
{
	static const struct place outer = {
		.function = "main", .offset = 1, .file = "/a.c", .line = 3, .column = 4
	};
	static const struct place inlined = {
		.function = "get", .file = "/a.c", .line = 2, .inlined = true, .outer = &outer
	};
	static const struct place stripped = { .module = "/lib/x\n.so",
					       .module_offset = 18,
					       .guessed = true };
	static const struct place unknown = { .address = 0x1234 };
	static const struct place *const frames[] = { &stripped, &inlined, &unknown };
	struct sink_options options = json_options();
	struct events events = { 0 };
	struct event *event = add_call(&events, "f", 1, 1, 7, NULL, 0);

	(void)state;
	options.stack = true;
	event->stack = frames;
	event->stack_count = 3;
	event->stack_cut = true;
	event->caller = (struct caller){ &inlined, "libx.so.1" };
	json_t *object = one(&options, &events);
	json_t *expected =
		json_loads("{\"caller\":{\"function\":\"get\",\"file\":\"/"
			   "a.c\",\"line\":2,\"inlined\":true,\"via\":\"libx.so.1\"},"
			   "\"stack\":[{\"module\":\"/lib/x\\n.so\",\"module_offset\":18,\"guessed\":true},"
			   "{\"function\":\"get\",\"file\":\"/a.c\",\"line\":2,\"inlined\":true},"
			   "{\"function\":\"main\",\"offset\":1,\"file\":\"/a.c\",\"line\":3,\"column\":4},"
			   "{\"address\":\"0x1234\"}],\"stack_cut\":true}",
			   0, NULL);
	const char *key;
	json_t *value;
	json_object_foreach(expected, key, value)
		assert_true(json_equal(json_object_get(object, key), value));
	json_decref(expected);
	json_decref(object);
}

static void test_other_kinds(void **state)
{
	static const struct {
		enum event_kind kind;
		const char *type, *name;
	} kinds[] = {
		{ EVENT_TRACE, "start", "trace" },     { EVENT_PROCESS, "exited", "process" },
		{ EVENT_SIGNAL, "SIGTERM", "signal" }, { EVENT_SOCKET, "closed", "socket" },
		{ EVENT_NOTE, "warning", "note" },
	};
	struct sink_options options = json_options();

	(void)state;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct events events = { 0 };
		struct event *event = add_event(&events, kinds[i].kind, kinds[i].type, 1, 7);
		event->text = "words\x1b\xff";
		event->details = value_struct(&events.arena, NULL);
		value_append((struct value *)event->details, value_int(&events.arena, "status", 3));
		json_t *object = one(&options, &events);
		assert_string_equal(json_string_value(json_object_get(object, "kind")), kinds[i].name);
		assert_string_equal(json_string_value(json_object_get(object, "text")),
				    "words\x1b\xef\xbf\xbd");
		json_t *details = json_object_get(object, "details");
		assert_int_equal(json_integer_value(json_object_get(details, "status")), 3);
		json_decref(object);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_example),	    cmocka_unit_test(test_screen_parses),
		cmocka_unit_test(test_fixture),	    cmocka_unit_test(test_values),
		cmocka_unit_test(test_data_limit),  cmocka_unit_test(test_absent_is_absent),
		cmocka_unit_test(test_uncertain),   cmocka_unit_test(test_stack),
		cmocka_unit_test(test_other_kinds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
