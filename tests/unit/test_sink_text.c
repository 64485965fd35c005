#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sink_events.h"
#include "sink_fixture.h"

/* A terminal's width, 0: a file. */
struct screen {
	const char *fixture;
	unsigned width;
	bool color, verbose;
};

static void test_screen(void **state)
{
	static const struct screen screens[] = {
		{ "text/80.txt", 80, false, false },	    { "text/110.txt", 110, false, false },
		{ "text/200.txt", 200, false, false },	    { "text/file.txt", 0, false, false },
		{ "text/110-color.txt", 110, true, false }, { "text/file-verbose.txt", 0, false, true },
	};
	struct events events = { 0 };

	(void)state;
	add_screen(&events);
	for (size_t i = 0; i < sizeof(screens) / sizeof(screens[0]); i++) {
		struct sink_options options = plain_options(screens[i].width);
		options.color = screens[i].color;
		options.verbose = screens[i].verbose;
		char *text = written(&sink_text, &options, &events);
		expect_fixture(screens[i].fixture, text);
		free(text);
	}
	arena_done(&events.arena);
}

/* One event, one sink, one expectation: what stands between the columns at the left and the end. */
static void expect_line(const struct sink_options *options, struct events *events, const char *expected)
{
	char *text = written(&sink_text, options, events);

	assert_string_equal(text, expected);
	free(text);
	arena_done(&events->arena);
	memset(events, 0, sizeof(*events));
}

struct span_case {
	int64_t ns;
	const char *shown;
};

static void test_waiting(void **state)
{
	static const struct span_case cases[] = {
		{ 0, "   0ns" },
		{ 999, " 999ns" },
		{ 1000, "1.00us" },
		{ 9994, "9.99us" },
		{ 9996, "10.0us" },
		{ 214113, " 214us" },
		{ 999499, " 999us" },
		{ 999500, "1.00ms" },
		{ 20300000, "20.3ms" },
		{ 1240000000, " 1.24s" },
		{ 12400000000, " 12.4s" },
		{ 59990000000, " 60.0s" },
		{ 3600000000000, " 3600s" },
		{ 86400000000000, "86400s" },
	};
	struct sink_options options = plain_options(0);
	struct events events = { 0 };

	(void)state;
	options.time = TIME_NONE;
	options.show_duration = true;
	options.caller = false;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char expected[64];
		add_call(&events, "close", 10, 0, 7, NULL, 0)->duration_ns = cases[i].ns;
		snprintf(expected, sizeof(expected), "%s 7 close() = 0\n", cases[i].shown);
		expect_line(&options, &events, expected);
	}
}

struct time_case {
	enum time_style style;
	const char *shown[5];
};

static void test_times(void **state)
{
	static const struct time_case cases[] = {
		{ TIME_RELATIVE, { "0.000000 ", "0.100000 ", "0.040000 ", "12.345678 ", "-0.500000 " } },
		{ TIME_NONE, { "", "", "", "", "" } },
		{ TIME_CLOCK, { "09:30:17 ", "09:30:17 ", "09:30:17 ", "09:30:29 ", "09:30:17 " } },
		{ TIME_CLOCK_US,
		  { "09:30:17.626920 ", "09:30:17.726920 ", "09:30:17.666920 ", "09:30:29.972598 ",
		    "09:30:17.126920 " } },
		{ TIME_EPOCH,
		  { "1795253417.626920 ", "1795253417.726920 ", "1795253417.666920 ", "1795253429.972598 ",
		    "1795253417.126920 " } },
		{ TIME_DELTA, { "0.000000 ", "0.100000 ", "-0.060000 ", "12.305678 ", "-12.845678 " } },
	};
	static const int64_t usec[] = { 0, 100000, 40000, 12345678, -500000 };

	(void)state;
	setenv("TZ", "UTC", 1);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct sink_options options = plain_options(0);
		struct events events = { 0 };
		char expected[512] = "";
		options.time = cases[i].style;
		options.caller = false;
		for (size_t j = 0; j < 5; j++) {
			add_call(&events, "close", (uint64_t)usec[j], -0.001, 7, NULL, 0);
			snprintf(expected + strlen(expected), 64, "%s       7 close() = 0\n",
				 cases[i].shown[j]);
		}
		expect_line(&options, &events, expected);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_screen),
		cmocka_unit_test(test_waiting),
		cmocka_unit_test(test_times),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
