/* Two events of a thread for a moment: which of their records are of one call. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "../../src/trace/perf.h"

enum { BEGUN_NS = 100000, MOST = 12 };

/* Records in the order of time: o and n of the old and the new event with one result, O and N with another;
 * the digit after it says at which us. What is expected of each: '.' told, 't' the twin of the one before. */
struct sequence {
	const char *what, *records, *expected;
};

static const struct sequence rows[] = {
	{ "no call in the moment", "o097 o098 n130 n131", "...." },
	{ "a call before and one behind, a little apart", "o099 n101", ".." },
	{ "all of it, the newest first", "o098 n100 o101 n102 o103 n104", "..t.t." },
	{ "pairs that lie nearer to their neighbours", "n110 o111 n112 o113 n114 n115", ".t.t.." },
	{ "the oldest first", "o097 o110 n111 o112 n113 n114", "..t.t." },
	{ "a handler that was held up", "n110 o190 n191", ".t." },
	{ "another result is another call", "n110 O111 n112", "..." },
	{ "only the last of the old one's has no partner yet", "o110 n111 n112 n113", ".t.." },
};

static struct perf_sample sample_of(const char *record)
{
	struct perf_sample sample = { 0 };
	unsigned us = 0;

	sscanf(record + 1, "%3u", &us);
	sample.time_ns = us * 1000;
	sample.regs.rip = 0x1000;
	sample.regs.rax = record[0] == 'O' || record[0] == 'N';
	return sample;
}

static void test_twins(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct perf_exchange exchange = { .active = true, .both = true, .begun_ns = BEGUN_NS };
		char seen[MOST] = "";
		size_t count = 0;

		for (const char *at = rows[i].records; at; at = strchr(at, ' ')) {
			at += *at == ' ';
			struct perf_sample sample = sample_of(at);
			bool of_old = at[0] == 'o' || at[0] == 'O';

			seen[count++] = perf_is_twin(&exchange, &sample, of_old) ? 't' : '.';
		}
		if (strncmp(seen, rows[i].expected, strlen(seen)) != 0)
			fail_msg("%s: %s is %s", rows[i].what, rows[i].records, seen);
	}
}

/* Afterwards no record is compared any more. */
static void test_end(void **state)
{
	struct perf_exchange exchange = { .active = true, .both = true, .begun_ns = BEGUN_NS };
	struct perf_sample old = sample_of("o110"), new = sample_of("n111");

	(void)state;
	assert_false(perf_is_twin(&exchange, &old, true));
	exchange.both = false;
	assert_true(exchange.active);
	assert_true(perf_is_twin(&exchange, &new, false));
	assert_false(exchange.active);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_twins),
		cmocka_unit_test(test_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
