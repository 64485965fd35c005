/* fuzz_options: a command line, one word per line of the input, through the parser of options; nothing is
 * carried out. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "app/options.h"

enum { WORDS = 64 };

/* Each word is an allocation of its own, so that reading beyond its end is seen. Returns how many there are.
 */
static int words_of(const uint8_t *data, size_t size, char **argv)
{
	int argc = 1;

	argv[0] = strdup("sockline");
	while (size && argc < WORDS) {
		const uint8_t *end = memchr(data, '\n', size);
		size_t len = end ? (size_t)(end - data) : size;

		argv[argc++] = strndup((const char *)data, len);
		data += len;
		size -= len;
		if (size) {
			data++;
			size--;
		}
	}
	argv[argc] = NULL;
	return argc;
}

/* A refusal says why, and what was allowed is what the header promises. */
static void check(const struct options *options, int failed, const struct error *error)
{
	if (failed && !error->text[0])
		abort();
	if (failed || options->action != ACTION_TRACE)
		return;
	if (!options->command == !options->pid_count || options->string_limit > STRING_LIMIT_MOST ||
	    options->for_ns < 0 || options->tcp_ns < 0)
		abort();
	for (unsigned i = 0; i < options->pid_count; i++)
		if (options->pids[i] <= 0)
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *argv[WORDS + 1];
	struct error error = { 0 };
	struct options options;
	int argc = words_of(data, size, argv);
	int failed = options_parse(&options, argc, argv, &error);

	check(&options, failed, &error);
	if (!failed)
		options_done(&options);
	for (int i = 0; i < argc; i++)
		free(argv[i]);
	return 0;
}
