/* The program's entry. */
#include <stdio.h>

#include "app/options.h"

/* Status when sockline itself fails, as env(1), timeout(1) and the like have it. */
enum { STATUS_FAILED = 125 };

/* Prints what was asked for in place of a trace. */
static int print_text(const struct options *options)
{
	struct text text = { 0 };
	struct error error = { 0 };
	int status = 0;

	if (options->action == ACTION_HELP)
		options_help(&text);
	else if (options->action == ACTION_VERSION)
		options_version(&text);
	else
		status = options_generate(&text, options->generate, &error);
	if (status)
		fprintf(stderr, "sockline: %s\n", error.text);
	else if (fwrite(text.data, 1, text.len, stdout) != text.len || fflush(stdout))
		status = -1;
	text_done(&text);
	return status ? STATUS_FAILED : 0;
}

int main(int argc, char **argv)
{
	struct options options;
	struct error error = { 0 };
	int status = STATUS_FAILED;

	if (options_parse(&options, argc, argv, &error)) {
		fprintf(stderr, "sockline: %s\n", error.text);
		return STATUS_FAILED;
	}
	if (options.action != ACTION_TRACE)
		status = print_text(&options);
	options_done(&options);
	return status;
}
