/* option_limits: options that say how long, how much and when. */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "option_table.h"

/* A whole number from least on. */
static int parse_count(const char *argument, unsigned long least, unsigned long most, unsigned long *count)
{
	char *end;

	errno = 0;
	*count = strtoul(argument, &end, 10);
	return isdigit((unsigned char)*argument) && !*end && !errno && *count >= least && *count <= most
		       ? 0
		       : -EINVAL;
}

int option_apply_stack(struct options *options, const char *argument, struct error *error)
{
	unsigned long frames;

	if (parse_count(argument, 1, 256, &frames) != 0)
		return error_set(error, EINVAL, "\"%s\" is no number of frames: --stack takes 1 to 256",
				 argument);
	options->stack_frames = (unsigned)frames;
	if (!options->stack)
		options->stack = 1;
	return 0;
}

int option_apply_max_events(struct options *options, const char *argument, struct error *error)
{
	unsigned long count;

	if (parse_count(argument, 1, ~0UL, &count) != 0)
		return error_set(error, EINVAL,
				 "\"%s\" is no number of calls: --max-events takes numbers from 1", argument);
	options->max_events = count;
	return 0;
}

int option_apply_for(struct options *options, const char *argument, struct error *error)
{
	const int failed = filter_duration(argument, &options->for_ns, error);

	if (!failed && options->for_ns <= 0)
		return error_set(error, EINVAL, "--for needs more than no time: %s", argument);
	return failed;
}

int option_apply_pending(struct options *options, const char *argument, struct error *error)
{
	int64_t ns = 1000000000;
	const int failed = argument && *argument ? filter_duration(argument, &ns, error) : 0;

	if (failed)
		return failed;
	if (ns <= 0)
		return error_set(error, EINVAL, "--pending needs more than no time: %s", argument);
	options->pending_ns = ns;
	return 0;
}

/* "64K", "1M", "512" (bytes); 0 when it is none of these. */
static uint64_t parse_bytes(const char *word)
{
	char *end;

	errno = 0;
	const uint64_t number = strtoull(word, &end, 10);
	const char *units = "KMG", *unit = *end ? strchr(units, toupper((unsigned char)*end)) : NULL;

	if (errno || !isdigit((unsigned char)*word) || (*end && (!unit || end[1])))
		return 0;
	return unit ? number << 10 * (unit - units + 1) : number;
}

/* One of the words of --tcp-info. */
static int apply_tcp_word(struct options *options, const char *word, struct error *error)
{
	const uint64_t bytes = parse_bytes(word);

	if (strcmp(word, "close") == 0)
		options->tcp_at_close = true;
	else if (bytes)
		options->tcp_bytes = bytes;
	else if (filter_duration(word, &options->tcp_ns, NULL) != 0 || options->tcp_ns <= 0)
		return error_set(
			error, EINVAL,
			"\"%s\": --tcp-info takes close, an amount such as 64K, or an interval such as 100ms",
			word);
	return 0;
}

int option_apply_tcp_info(struct options *options, const char *argument, struct error *error)
{
	char word[32];

	for (const char *at = argument;; at++) {
		const size_t len = strcspn(at, ",");

		if (len >= sizeof(word))
			return error_set(error, EINVAL, "--tcp-info: \"%.40s\" is too long a word", at);
		memcpy(word, at, len);
		word[len] = 0;
		const int failed = apply_tcp_word(options, word, error);

		if (failed)
			return failed;
		at += len;
		if (!*at)
			return 0;
	}
}

/* Appends to a NULL-terminated list of globs. */
static int add_glob(const char ***list, unsigned *count, const char *glob, struct error *error)
{
	const char **longer = *glob ? realloc(*list, (*count + 2) * sizeof(*longer)) : NULL;

	if (!longer)
		return error_set(error, EINVAL,
				 "--skip-code and --user-code need a function, a module or a glob");
	longer[(*count)++] = glob;
	longer[*count] = NULL;
	*list = longer;
	return 0;
}

int option_apply_skip_code(struct options *options, const char *argument, struct error *error)
{
	return add_glob(&options->skip_code, &options->skip_count, argument, error);
}

int option_apply_user_code(struct options *options, const char *argument, struct error *error)
{
	return add_glob(&options->user_code, &options->user_count, argument, error);
}
