/* latency: held from the second fast burst on, released after 100 ms without a stop, and one refusal is
 * enough. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "trace/latency.h"

enum { MS = 1000000 };

/* What happens, and whether it is held afterwards. */
struct step {
	const char *what; /* "burst": 32 stops, "stop": one, "tick" */
	unsigned at_ms;
	bool held;
};

static void play(struct latency *latency, const struct step *steps)
{
	for (const struct step *step = steps; step->what; step++) {
		unsigned stops = step->what[0] == 'b' ? LATENCY_BURST : step->what[0] == 's';

		for (unsigned i = 0; i < stops; i++)
			if (latency_stop(latency))
				latency_burst(latency, (uint64_t)step->at_ms * MS);
		if (!stops)
			latency_tick(latency, (uint64_t)step->at_ms * MS);
		if ((latency->fd >= 0) != step->held)
			fail_msg("step %d, %s at %u ms: held %d", (int)(step - steps), step->what,
				 step->at_ms, latency->fd >= 0);
	}
}

/* A file that can be held, with what was written to it. */
static void hold_file(void **state)
{
	char path[] = "/tmp/sockline-latency.XXXXXX";
	int fd = mkstemp(path);
	struct latency latency;
	int32_t written = -1;
	const struct step steps[] = {
		{ "burst", 1000, false }, /* nothing to compare with */
		{ "burst", 1060, false }, /* 60 ms for 32 stops */
		{ "burst", 1100, true },  { "tick", 1150, true },  { "tick", 1190, true },
		{ "stop", 1195, true },	  { "tick", 1205, true }, /* a stop since the last tick */
		{ "tick", 1300, true },	  { "tick", 1305, false }, { "tick", 1400, false },
		{ "burst", 1410, false }, /* what was before the rest does not count */
		{ "burst", 1420, true },  { NULL, 0, false },
	};

	(void)state;
	assert_true(fd >= 0);
	latency_init(&latency, path);
	play(&latency, steps);
	assert_int_equal(read(fd, &written, sizeof(written)), sizeof(written));
	assert_int_equal(written, 0);
	assert_int_equal(latency.holds, 2);
	int held = latency.fd;
	latency_done(&latency);
	assert_int_equal(close(held), -1);
	close(fd);
	unlink(path);
}

static void never(void **state)
{
	struct latency latency;
	const struct step steps[] = {
		{ "burst", 1000, false },
		{ "burst", 1001, false },
		{ "burst", 1002, false },
		{ NULL, 0, false },
	};

	(void)state;
	latency_init(&latency, "/nonexistent/cpu_dma_latency");
	play(&latency, steps);
	assert_null(latency.path);
	latency_done(&latency);
	latency_init(&latency, NULL);
	play(&latency, steps);
	latency_done(&latency);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hold_file),
		cmocka_unit_test(never),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
