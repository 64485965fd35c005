#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sink/summary.h"
#include "sink_events.h"
#include "sink_fixture.h"

static struct value *add_struct(struct arena *arena, struct value *details, const char *name)
{
	struct value *fields = value_struct(arena, name);

	value_append(details, fields);
	return fields;
}

/* A socket's closing event, as the pipeline makes it from the socket's history. */
static void add_closed(struct events *events, const struct file_view *file, uint64_t sent, uint64_t received,
		       int64_t connect_ns, uint64_t blocked_usec, uint64_t failed)
{
	struct arena *arena = &events->arena;
	struct event *event = add_event(events, EVENT_SOCKET, "closed", 90000, 4410);
	struct value *details = value_struct(arena, NULL), *fields;

	event->file = file;
	event->details = details;
	fields = add_struct(arena, details, "sent");
	value_append(fields, value_uint(arena, "bytes", sent));
	value_append(fields, value_uint(arena, "calls", sent != 0));
	fields = add_struct(arena, details, "received");
	value_append(fields, value_uint(arena, "bytes", received));
	value_append(fields, value_uint(arena, "calls", received != 0));
	if (connect_ns >= 0)
		value_append(details, value_duration(arena, "connect", connect_ns));
	fields = add_struct(arena, details, "blocked");
	value_append(fields, value_uint(arena, "send_usec", blocked_usec / 2));
	value_append(fields, value_uint(arena, "receive_usec", blocked_usec - blocked_usec / 2));
	fields = add_struct(arena, details, "errors");
	value_append(fields, value_uint(arena, "EINPROGRESS", 1));
	if (failed)
		value_append(fields, value_uint(arena, "EPIPE", failed));
}

static void test_tables(void **state)
{
	static const struct file_view unused = { .kind = FILE_SOCKET, .id = 7 };
	static const struct file_view odd = {
		.kind = FILE_SOCKET, .id = 8, .link = LINK_TO, .peer = "unix:\x1b[2J"
	};
	struct sink_options options = plain_options(0);
	struct events events = { 0 };

	(void)state;
	add_screen(&events);
	add_closed(&events, &dns_view, 60, 76, -1, 20300, 0);
	add_closed(&events, &http_view, 76, 587, 24200000, 24100, 1);
	add_closed(&events, &unused, 0, 0, -1, 0, 0);
	add_closed(&events, &odd, 0, 0, -1, 0, 2);
	char *text = written(&sink_summary, &options, &events);
	expect_fixture("text/summary.txt", text);
	free(text);
	arena_done(&events.arena);
}

/* So far, and again at the end; nothing counted is a table of nothing. */
static void test_twice(void **state)
{
	struct sink_options options = plain_options(0);
	struct memory_output memory = memory_output_open();
	struct sink *sink = sink_summary.open(memory.output, &options);
	struct events events = { 0 };

	(void)state;
	summary_write(sink);
	struct event *event = add_call(&events, "recvmmsg", 1, 5, 7, NULL, 2);
	struct value *list = arg(event, value_list(&events.arena, "msgvec"));
	for (int i = 0; i < 2; i++)
		value_append(list, value_uint(&events.arena, "msg_len", 10));
	sink_summary.event(sink, &events.list[0]);
	sink_summary.close(sink);
	char *text = memory_output_close(&memory);
	assert_string_equal(text, "% time     seconds  usecs/call     calls    errors syscall\n"
				  "------ ----------- ----------- --------- --------- ----------------\n"
				  "------ ----------- ----------- --------- --------- ----------------\n"
				  "100.00    0.000000           0         0           total\n"
				  "% time     seconds  usecs/call     calls    errors syscall\n"
				  "------ ----------- ----------- --------- --------- ----------------\n"
				  "100.00    0.000005           5         1           recvmmsg\n"
				  "------ ----------- ----------- --------- --------- ----------------\n"
				  "100.00    0.000005           5         1           total\n");
	free(text);
	arena_done(&events.arena);
}

/* Times that are not known are no zeros. */
static void test_unknown_times(void **state)
{
	struct sink_options options = plain_options(0);
	struct events events = { 0 };

	(void)state;
	add_call(&events, "recv", 1, 5, 7, NULL, 2)->duration_ns = -1;
	char *text = written(&sink_summary, &options, &events);
	assert_string_equal(text, "% time     seconds  usecs/call     calls    errors syscall\n"
				  "------ ----------- ----------- --------- --------- ----------------\n"
				  "     -           -           -         1           recv\n"
				  "------ ----------- ----------- --------- --------- ----------------\n"
				  "     -           -           -         1           total\n");
	free(text);
	arena_done(&events.arena);
}

/* Many connections: the cheapest are folded into one row, and nothing is lost from the sums. */
static void test_many_connections(void **state)
{
	struct sink_options options = plain_options(0);
	struct memory_output memory = memory_output_open();
	struct sink *sink = sink_summary.open(memory.output, &options);
	unsigned rows = 0, others = 0;
	uint64_t sum = 0;

	(void)state;
	for (uint32_t i = 1; i <= 10000; i++) {
		struct events events = { 0 };
		struct file_view view = {
			.kind = FILE_SOCKET, .id = i, .link = LINK_TO, .peer = "10.0.0.7:80"
		};
		add_closed(&events, &view, i, 0, -1, i, 0);
		sink_summary.event(sink, &events.list[0]);
		arena_done(&events.arena);
	}
	sink_summary.close(sink);
	char *text = memory_output_close(&memory);
	for (char *line = strtok(strstr(text, "connection\n"), "\n"); (line = strtok(NULL, "\n"));) {
		char blocked[16];
		unsigned long long bytes;
		if (sscanf(line, "%15s %llu", blocked, &bytes) == 2) {
			rows++;
			sum += bytes;
		}
		if (strstr(line, " others"))
			sscanf(strstr(line, " others") - 5, "%u", &others);
	}
	assert_int_equal(sum, 10000 * 10001 / 2);
	assert_true(rows <= 4097);
	assert_int_equal(rows - 1 + others, 10000);
	free(text);
}

/* Sockets that are open when totals are asked for are in them, and are counted once at the end. */
static void test_open(void **state)
{
	static const struct file_view web = {
		.kind = FILE_SOCKET, .id = 3, .link = LINK_TO, .peer = "10.0.0.7:80"
	};
	struct sink_options options = plain_options(0);
	struct memory_output memory = memory_output_open();
	struct sink *sink = sink_summary.open(memory.output, &options);
	unsigned found = 0;

	(void)state;
	for (unsigned time = 0; time < 3; time++) {
		struct events events = { 0 };
		add_closed(&events, &web, 10 + time, 0, -1, 0, 0);
		events.list[0].type = time < 2 ? "open" : "closed";
		value_append((struct value *)events.list[0].details,
			     value_string(&events.arena, time < 2 ? "state" : "connect_error",
					  time < 2 ? "connecting" : "ETIMEDOUT", time < 2 ? 10 : 9));
		sink_summary.event(sink, &events.list[0]);
		if (time < 2)
			summary_write(sink);
		arena_done(&events.arena);
	}
	sink_summary.close(sink);
	char *text = memory_output_close(&memory);
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
		char rest[64] = "";
		unsigned bytes = 0;
		if (sscanf(line, " %u 1 0 0 %63[^\n]", &bytes, rest) != 2)
			continue;
		assert_int_equal(bytes, 10 + found);
		assert_non_null(strstr(rest, found < 2 ? "no answer" : "ETIMEDOUT"));
		assert_non_null(strstr(rest, "s3 10.0.0.7:80"));
		found++;
	}
	assert_int_equal(found, 3);
	free(text);
}

/* Two calls of one line are one row; with -c alone notes stand below the tables. */
static void test_lines_and_notes(void **state)
{
	static const struct place places[] = {
		{ .function = "f", .file = "/src/a.c", .line = 7, .offset = 4 },
		{ .function = "f", .file = "/src/a.c", .line = 7, .offset = 9 },
	};
	struct sink_options options = plain_options(0);
	struct memory_output memory = memory_output_open();
	struct events events = { 0 };

	(void)state;
	options.totals_only = true;
	struct sink *sink = sink_summary.open(memory.output, &options);
	for (unsigned i = 0; i < 2; i++)
		add_call(&events, "sendto", 1, 5, 7, NULL, 2)->caller.place = &places[i];
	add_event(&events, EVENT_NOTE, "note", 1, 0)->text = "no lines for \033demo";
	for (unsigned i = 0; i < 3; i++)
		sink_summary.event(sink, &events.list[i]);
	sink_summary.close(sink);
	char *text = memory_output_close(&memory);
	assert_non_null(strstr(text, "     2     4        a.c:7 (f)\n! no lines for \\x1bdemo\n"));
	assert_null(strstr(strstr(text, "a.c:7") + 1, "a.c:7"));
	free(text);
	arena_done(&events.arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tables),	      cmocka_unit_test(test_twice),
		cmocka_unit_test(test_unknown_times), cmocka_unit_test(test_many_connections),
		cmocka_unit_test(test_open),	      cmocka_unit_test(test_lines_and_notes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
