/*
 * bench_sink: what an event costs in a sink: nanoseconds of the calling thread's CPU time, text and JSON, to
 * a file. Not a test: build target bench_sink, then run tests/bench_sink [ROUNDS].
 */
#include <fcntl.h>
#include <time.h>

#include "sink_events.h"

static uint64_t thread_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static void bench(const char *name, const struct sink_kind *kind, const struct sink_options *options,
		  const struct events *events, unsigned rounds)
{
	struct output *output = output_fd(open("/dev/null", O_WRONLY | O_CLOEXEC), true, NULL, NULL);
	struct sink *sink = kind->open(output, options);
	uint64_t best = UINT64_MAX;

	for (int run = 0; run < 5; run++) {
		uint64_t start = thread_ns();
		for (unsigned round = 0; round < rounds; round++) {
			for (unsigned i = 0; i < events->count; i++)
				kind->event(sink, &events->list[i]);
		}
		uint64_t took = thread_ns() - start;
		best = took < best ? took : best;
	}
	kind->close(sink);
	output_close(output);
	printf("%-24s %6.0f ns per event\n", name, (double)best / rounds / events->count);
}

int main(int argc, char **argv)
{
	unsigned rounds = argc > 1 ? (unsigned)atoi(argv[1]) : 5000;
	struct events events = { 0 };
	struct sink_options file = plain_options(0), terminal = plain_options(110), json = plain_options(0);

	terminal.color = true;
	json.string_limit = 256;
	add_screen(&events);
	bench("text, file", &sink_text, &file, &events, rounds);
	bench("text, terminal", &sink_text, &terminal, &events, rounds);
	bench("json", &sink_json, &json, &events, rounds);
	arena_done(&events.arena);
	return 0;
}
