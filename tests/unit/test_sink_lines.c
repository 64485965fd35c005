#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sink_events.h"

#define C "\x1b["

/* Writes the events and compares; the events are used up. */
static void expect(const struct sink_options *options, struct events *events, const char *expected)
{
	char *text = written(&sink_text, options, events);

	assert_string_equal(text, expected);
	free(text);
	arena_done(&events->arena);
	memset(events, 0, sizeof(*events));
}

/* A terminal that shows neither times nor callers, so that a row is only what it is about. */
static struct sink_options bare_options(unsigned width)
{
	struct sink_options options = plain_options(width);

	options.time = TIME_NONE;
	options.caller = false;
	return options;
}

static void test_results(void **state)
{
	struct sink_options options = bare_options(100), verbose = bare_options(100);
	struct events events = { 0 };
	struct event *event;

	(void)state;
	verbose.verbose = true;
	add_call(&events, "connect", 1, 0, 7, NULL, -ECONNREFUSED);
	expect(&options, &events, "       connect() = -1 ECONNREFUSED (Connection refused)\n");
	add_call(&events, "connect", 1, 0, 7, NULL, -EINPROGRESS)->expected_error = true;
	expect(&options, &events, "       connect() = -1 EINPROGRESS\n");
	add_call(&events, "connect", 1, 0, 7, NULL, -4000);
	expect(&options, &events, "       connect() = -1 errno 4000\n");
	event = add_call(&events, "recvfrom", 1, 0, 7, NULL, 0);
	event->finished = false;
	expect(&options, &events, "       recvfrom() = ?\n");
	event = add_call(&events, "recvfrom", 1, 0, 7, NULL, 0);
	event->finished = false;
	event->restarted = true;
	expect(&options, &events, "       recvfrom() = ? (to be restarted)\n");
	event = add_call(&events, "recvfrom", 1, 0, 7, NULL, 3);
	event->restarted = event->abi32 = true;
	add_remark(&events, event, "a\x1b[2Jb");
	expect(&options, &events, "       recvfrom() = 3  a\\x1b[2Jb  restarted\n");
	event = add_call(&events, "recvfrom", 1, 0, 7, NULL, 3);
	event->abi32 = true;
	expect(&verbose, &events, "       recvfrom() = 3  i386\n");
	event = add_call(&events, "close", 1, 0, 7, NULL, 0);
	event->uncertain = true;
	expect(&options, &events, "       close() = 0  perhaps a file's\n");
	event = add_call(&events, "accept", 1, 0, 7, NULL, 6);
	event->result_value = new_fd(&events.arena, NULL, 6, &http_view);
	expect(&options, &events, "       accept() = 6→example.test:80\n");
	event = add_call(&events, "getsockopt", 1, 0, 7, NULL, 0);
	arg(event, placed(value_list(&events.arena, "none"), PLACE_RESULT));
	expect(&options, &events, "       getsockopt() = 0\n");
	event = add_call(&events, "getsockopt", 1, 0, 7, NULL, 0);
	arg(event, placed(value_int(&events.arena, "a", 1), PLACE_RESULT));
	arg(event, placed(value_int(&events.arena, "b", 2), PLACE_TEXT_RESULT));
	expect(&options, &events, "       getsockopt() = 0 [1, 2]\n");
	/* a summary gives way to the whole structure */
	event = add_call(&events, "sendmmsg", 1, 0, 7, NULL, 2);
	arg(event, new_text(&events.arena, PLACE_TEXT, "msgvec", "2 msgs"));
	arg(event, placed(value_int(&events.arena, "msgvec", 1), PLACE_VERBOSE));
	expect(&verbose, &events, "       sendmmsg(1) = 2\n");
}

static void test_tasks(void **state)
{
	struct sink_options options = bare_options(80), file = bare_options(0);
	struct events events = { 0 };

	(void)state;
	for (int i = 0; i < 2; i++) {
		add_call(&events, "a", 1, 0, 70, NULL, 0);
		add_call(&events, "b", 2, 0, 7123, NULL, 0);
		add_call(&events, "c", 3, 0, 70, NULL, 0);
		add_call(&events, "d", 4, 0, 7123, NULL, 0)->comm = "\x1b[31m\xe2\x80\xae";
		add_call(&events, "e", 5, 0, 70, NULL, 0);
		add_call(&events, "f", 6, 0, 70, NULL, 0)->comm = "renamed";
		add_event(&events, EVENT_NOTE, "note", 7, 0)->text = "no task";
		expect(i ? &options : &file, &events,
		       i ? "       a() = 0\n"
			   "       7123 b() = 0\n"
			   "       70   c() = 0\n"
			   "       \\x1b[31…:7123 d() = 0\n"
			   "       curl:70       e() = 0\n"
			   "       renamed:70    f() = 0\n"
			   "       ! no task\n"
			 : "       70 a() = 0\n"
			   "       7123 b() = 0\n"
			   "       70   c() = 0\n"
			   "       \\x1b[31m\\xe2\\x80\\xae:7123 d() = 0\n"
			   "       curl:70                   e() = 0\n"
			   "       renamed:70                f() = 0\n"
			   "                                 ! no task\n");
	}
}

static void test_other_lines(void **state)
{
	struct sink_options options = bare_options(60);
	struct events events = { 0 };
	struct event *event;

	(void)state;
	add_process(&events, "started", 1, 7,
		    "process 7 sh: sh -c 'a very long command line, longer than the terminal is wide'");
	add_process(&events, "thread", 1, 7, "thread of 7 sh");
	add_process(&events, "found", 1, 7, "process 7 sh, running");
	add_process(&events, "exec", 1, 7, "exec /bin/a\nb");
	add_process(&events, "exited", 1, 7, "exited 0");
	add_process(&events, "killed", 1, 7, "killed by SIGKILL");
	add_process(&events, "detached", 1, 7, "detached");
	add_event(&events, EVENT_NOTE, "note", 1, 7)->text =
		"operations of io_uring are not shown: the words of a note are never cut";
	add_event(&events, EVENT_SIGNAL, "SIGUSR1", 1, 7);
	add_event(&events, EVENT_TRACE, "trace", 1, 7)->text = "not for text";
	add_event(&events, EVENT_SOCKET, "closed", 1, 7);
	add_event(&events, EVENT_SOCKET, "found", 1, 7)->text = "found 5→10.0.0.7:80";
	event = add_event(&events, EVENT_SOCKET, "tcp_info", 1, 7);
	event->text = "tcp_info 5→10.0.0.7:80";
	struct value *first = value_uint(&events.arena, "tcpi_rtt", 24100), *at = first;
	for (int i = 0; i < 5; i++)
		at = at->next = value_uint(&events.arena, "tcpi_snd_cwnd", 10);
	event->details = first;
	expect(&options, &events,
	       "       + process 7 sh: sh -c 'a very long command line, lon…\n"
	       "       + thread of 7 sh\n"
	       "       + process 7 sh, running\n"
	       "       = exec /bin/a\\nb\n"
	       "       - exited 0\n"
	       "       - killed by SIGKILL\n"
	       "       - detached\n"
	       "       ! operations of io_uring are not shown: the words of a note are never cut\n"
	       "       ! SIGUSR1\n"
	       "       + found 5→10.0.0.7:80\n"
	       "       = tcp_info 5→10.0.0.7:80\n"
	       "        tcpi_rtt=24100  tcpi_snd_cwnd=10  tcpi_snd_cwnd=10\n"
	       "        tcpi_snd_cwnd=10  tcpi_snd_cwnd=10  tcpi_snd_cwnd=10\n");
}

/* A pending call stands in the columns of its task and line. */
static void test_pending(void **state)
{
	static const struct place place = {
		.function = "fetch", .offset = 3, .file = "/src/db.c", .line = 120
	};
	static const struct file_view view = { .kind = FILE_SOCKET,
					       .link = LINK_TO,
					       .peer = "10.0.0.5:5432" };
	struct sink_options options = plain_options(110);
	struct events events = { 0 };

	(void)state;
	for (int tid = 4410; tid <= 4411; tid++) {
		struct event *event = add_event(&events, EVENT_NOTE, "pending", 1500000, tid);
		event->text = "recvfrom";
		event->duration_ns = 1049999999;
		event->caller.place = &place;
		arg(event, new_fd(&events.arena, "sockfd", 7, &view));
	}
	expect(&options, &events,
	       "1.500000        db.c:120     ! recvfrom(7→10.0.0.5:5432) waiting for 1.0s\n"
	       "1.500000        4411 db.c:120     ! recvfrom(7→10.0.0.5:5432) waiting for 1.0s\n");
}

static void test_places(void **state)
{
	static const struct place file = { .function = "fetch",
					   .offset = 0x9c,
					   .file = "/src/net/http.c",
					   .line = 118,
					   .module = "/usr/bin/demo" };
	static const struct place no_line = { .function = "net::socket<int>::send(char const*)",
					      .offset = 0x10,
					      .module = "/usr/bin/demo" };
	static const struct place stripped = { .module = "/usr/bin/de\nmo", .module_offset = 0x1234 };
	static const struct place library = { .module = "/usr/lib/libcurl.so.4.8.0",
					      .module_offset = 0x4b48f };
	static const struct place unmapped = { .address = 0x7f0012 };
	static const struct place templated = { .function = "net::conn<a::b>::send(char const*, std::size_t)",
						.offset = 4,
						.file = "/x/c.cc",
						.line = 5 };
	struct sink_options options = plain_options(72), full = plain_options(0);
	struct events events = { 0 };
	struct event *event;

	(void)state;
	options.time = full.time = TIME_NONE;
	full.path = PATH_FULL;
	event = add_call(&events, "a", 1, 0, 7, &file, 0);
	event = add_call(&events, "b", 1, 0, 7, &file, 0);
	event->caller.via = "libcurl.so.4";
	add_call(&events, "c", 1, 0, 7, &no_line, 0);
	add_call(&events, "d", 1, 0, 7, &stripped, 0);
	add_call(&events, "e", 1, 0, 7, &unmapped, 0);
	add_call(&events, "f", 1, 0, 7, NULL, 0);
	add_call(&events, "g", 1, 0, 7, &templated, 0);
	add_call(&events, "h", 1, 0, 7, &library, 0);
	expect(&options, &events,
	       "       http.c:118   a() = 0                                        fetch\n"
	       "       http.c:118   b() = 0                                        fetch\n"
	       "       send+0x10    c() = 0\n"
	       "       de\\nmo+0x1234 d() = 0\n"
	       "       0x7f0012      e() = 0\n"
	       "                     f() = 0\n"
	       "       c.cc:5        g() = 0                                        send\n"
	       "       libcurl.so.4+0x4b48f h() = 0\n");
	options.width = 110;
	event = add_call(&events, "b", 1, 0, 7, &file, 0);
	event->caller.via = "libcurl.so.4";
	expect(&options, &events,
	       "       http.c:118 via libcurl.so.4 b() = 0                                                   "
	       "            "
	       "fetch\n");
	event = add_call(&events, "a", 1, 0, 7, &file, 0);
	event->caller.via = "libcurl.so.4";
	add_call(&events, "c", 1, 0, 7, &no_line, 0);
	add_call(&events, "d", 1, 0, 7, &stripped, 0);
	add_call(&events, "h", 1, 0, 7, &library, 0);
	expect(&full, &events,
	       "       7 /src/net/http.c:118 (fetch+0x9c) via libcurl.so.4 a() = 0\n"
	       "       7 net::socket<int>::send(char const*)+0x10 c() = 0\n"
	       "       7 /usr/bin/de\\nmo+0x1234                   d() = 0\n"
	       "       7 /usr/lib/libcurl.so.4.8.0+0x4b48f        h() = 0\n");
}

static void test_stack(void **state)
{
	static char source[] = "/tmp/sockline-source-XXXXXX";
	static struct place outer = {
		.function = "main", .offset = 0x7b, .line = 3, .module = "/usr/bin/demo"
	};
	static struct place inlined = { .function = "get", .line = 2, .inlined = true, .outer = &outer };
	static const struct place library = { .function = "recv",
					      .offset = 0x1d,
					      .module = "/usr/lib/libc.so.6",
					      .guessed = true,
					      .note = "replaced since" };
	static const struct place *const frames[] = { &library, &inlined, NULL };
	struct sink_options options = bare_options(0);
	struct events events = { 0 };
	int fd = mkstemp(source);

	(void)state;
	assert_true(fd >= 0);
	dprintf(fd, "int a;\n\tget(\"x\\n\");\033[2J\n    return 0;");
	close(fd);
	outer.file = inlined.file = source;
	options.stack = options.stack_source = true;
	for (int i = 0; i < 2; i++) { /* the second from the cache */
		struct event *event = add_call(&events, "a", 1, 0, 7, NULL, 0);
		event->stack = frames;
		event->stack_count = 3;
		event->stack_cut = i;
	}
	char expected[2048];
	const char *name = source + strlen("/tmp/");
	snprintf(expected, sizeof(expected),
		 "       7 a() = 0\n"
		 "        > libc.so.6(recv+0x1d) (by frame pointer) (replaced since)\n"
		 "        > (get) %s:2 inlined\n"
		 "            2 | get(\"x\\n\");\\x1b[2J\n"
		 "        > demo(main+0x7b) %s:3\n"
		 "            3 | return 0;\n"
		 "        > ?\n",
		 name, name);
	size_t once = strlen(expected);
	memcpy(expected + once, expected, once);
	expected[2 * once] = 0;
	strcat(expected, "        > …\n");
	expect(&options, &events, expected);
	unlink(source);
}

static void test_dump(void **state)
{
	struct sink_options options = bare_options(0);
	struct events events = { 0 };
	struct event *event = add_call(&events, "writev", 1, 0, 7, NULL, 20);
	struct value *list = arg(event, value_list(&events.arena, "iov"));

	(void)state;
	options.hex_dump = true;
	value_append(list, value_bytes(&events.arena, NULL, "GET / HTTP/1.1\r\n\x1b\xff", 18, 18));
	value_append(list, value_bytes(&events.arena, NULL, "ab", 2, 2));
	expect(&options, &events,
	       "       7 writev([\"GET / HTTP/1.1\\r\\n\\x1b\\xff\", \"ab\"]) = 20\n"
	       " | 00000  47 45 54 20 2f 20 48 54  54 50 2f 31 2e 31 0d 0a  GET / HTTP/1.1.. |\n"
	       " | 00010  1b ff                                             ..               |\n"
	       " | 00000  61 62                                             ab               |\n");
}

static void test_colour(void **state)
{
	struct sink_options options = plain_options(60);
	struct events events = { 0 };
	struct event *event;

	(void)state;
	options.color = true;
	event = add_call(&events, "send", 1000, 5, 7, &place_recv, 3);
	arg(event, value_bytes(&events.arena, "buf", "abc", 3, 3));
	add_remark(&events, event, "r");
	add_call(&events, "poll", 1000, 10000, 7, &place_recv, -EAGAIN)->expected_error = true;
	add_call(&events, "poll", 1000, 1000000, 7, &place_recv, -EPIPE);
	add_process(&events, "exited", 2000, 7, "exited 0");
	expect(&options, &events,
	       C "2m0.001" C "m        " C "36msendf.c:461" C "m  " C "1msend" C "m(" C "32m\"abc\"" C
		 "m) = 3" C "35m  r" C "m      " C "2mrecv_plain" C "m\n" C "2m0.001" C "m " C "33m10.0ms" C
		 "m " C "36msendf.c:461" C "m  " C "1mpoll" C "m() = " C "2m-1 EAGAIN" C "m      " C
		 "2mrecv_plain" C "m\n" C "2m0.001" C "m " C "31m 1.00s" C "m " C "36msendf.c:461" C "m  " C
		 "1mpoll" C "m() = " C "31m-1 EPIPE (Broken pipe)" C "m\n" C "2m0.002" C
		 "m                     " C "2m- exited 0" C "m\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_results),	    cmocka_unit_test(test_tasks),
		cmocka_unit_test(test_other_lines), cmocka_unit_test(test_pending),
		cmocka_unit_test(test_places),	    cmocka_unit_test(test_stack),
		cmocka_unit_test(test_dump),	    cmocka_unit_test(test_colour),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
