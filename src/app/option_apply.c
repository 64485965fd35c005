/* Options whose argument is more than a word of a list. */
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "app/select.h"
#include "option_table.h"
#include "sink/sink.h"

/* Adds a pid unless it is there already. */
static int add_pid(struct options *options, int pid, struct error *error)
{
	for (unsigned i = 0; i < options->pid_count; i++)
		if (options->pids[i] == pid)
			return 0;
	int *pids = realloc(options->pids, (options->pid_count + 1) * sizeof(*pids));

	if (!pids)
		return error_set(error, ENOMEM, "out of memory");
	options->pids = pids;
	options->pids[options->pid_count++] = pid;
	return 0;
}

/* One or more process ids with commas or white space between them, as `pidof` and `pgrep -d,` print them. */
int option_apply_pids(struct options *options, const char *argument, struct error *error)
{
	static const char between[] = ", \t\n";
	const char *at = argument + strspn(argument, between);

	if (!*at)
		return error_set(error, EINVAL, "-p needs a process id, and got none: \"%s\"", argument);
	while (*at) {
		const size_t len = strcspn(at, between);
		char *end;

		errno = 0;
		const long pid = strtol(at, &end, 10);

		if (end != at + len || !isdigit((unsigned char)*at) || errno || pid <= 0 || pid > INT_MAX)
			return error_set(error, EINVAL, "\"%.*s\" is no process id: -p takes numbers from 1",
					 (int)len, at);
		const int status = add_pid(options, (int)pid, error);

		if (status)
			return status;
		at += len;
		at += strspn(at, between);
	}
	return 0;
}

/* VAR=VAL sets, VAR removes; how it is applied is the tracer's. */
int option_apply_environment(struct options *options, const char *argument, struct error *error)
{
	if (!*argument || *argument == '=')
		return error_set(error, EINVAL,
				 "-E needs the name of a variable: VAR=VAL sets it, VAR removes it");
	char **list = realloc(options->environment, (options->environment_count + 1) * sizeof(*list));

	if (!list)
		return error_set(error, ENOMEM, "out of memory");
	options->environment = list;
	options->environment[options->environment_count++] = (char *)argument;
	return 0;
}

int option_apply_calls(struct options *options, const char *argument, struct error *error)
{
	return select_parse(&options->calls, argument, error);
}

int option_apply_families(struct options *options, const char *argument, struct error *error)
{
	return select_families(&options->filter.families, argument, error);
}

/* Each further t asks for more, as in strace. */
int option_apply_clock(struct options *options, const char *argument, struct error *error)
{
	(void)argument;
	(void)error;
	if (options->time == TIME_CLOCK)
		options->time = TIME_CLOCK_US;
	else if (options->time == TIME_CLOCK_US || options->time == TIME_EPOCH)
		options->time = TIME_EPOCH;
	else
		options->time = TIME_CLOCK;
	return 0;
}

int option_apply_string_limit(struct options *options, const char *argument, struct error *error)
{
	char *end;

	errno = 0;
	const long limit = strtol(argument, &end, 10);

	if (!isdigit((unsigned char)*argument) || *end || errno || limit > STRING_LIMIT_MOST)
		return error_set(error, EINVAL,
				 "\"%s\" is no length: -s takes a number of bytes from 0 to %d", argument,
				 STRING_LIMIT_MOST);
	options->string_limit = (unsigned)limit;
	options->string_limit_set = 1;
	return 0;
}

int option_apply_peers(struct options *options, const char *argument, struct error *error)
{
	return filter_add_peers(&options->filter, argument, error);
}

int option_apply_ports(struct options *options, const char *argument, struct error *error)
{
	return filter_add_ports(&options->filter, argument, error);
}

int option_apply_fds(struct options *options, const char *argument, struct error *error)
{
	return filter_add_fds(&options->filter, argument, error);
}

int option_apply_errors(struct options *options, const char *argument, struct error *error)
{
	return filter_add_errors(&options->filter, argument, error);
}

int option_apply_program(struct options *options, const char *argument, struct error *error)
{
	return filter_add_program(&options->filter, argument, error);
}

int option_apply_place(struct options *options, const char *argument, struct error *error)
{
	return filter_add_place(&options->filter, argument, error);
}

int option_apply_slower(struct options *options, const char *argument, struct error *error)
{
	return filter_set_slower(&options->filter, argument, error);
}
