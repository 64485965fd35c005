/* filter_parse: the words of --family, --peer, --port, --fd, --errno and --slower. */
#include "rules/filter.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/glob.h"
#include "names/names.h"

enum { WORD_MAX = 128 };

/* Grows a list by one and returns the new item's address; memory running out ends the program, as everywhere.
 */
static void *grow(void *list, unsigned *count, size_t size)
{
	char **at = list;

	*at = realloc(*at, (*count + 1) * size);
	if (!*at)
		abort();
	return *at + size * (*count)++;
}

void filter_done(struct filter *filter)
{
	free(filter->ports);
	free(filter->fds);
	free(filter->errors);
	free(filter->peers);
	free(filter->programs);
	free(filter->places);
	memset(filter, 0, sizeof(*filter));
}

/* Calls add for each word between commas. */
static int each_word(struct filter *filter, const char *list, const char *option,
		     int (*add)(struct filter *, const char *, struct error *), struct error *error)
{
	char word[WORD_MAX];

	for (const char *at = list;; at++) {
		size_t len = strcspn(at, ",");
		if (!len || len >= sizeof(word))
			return error_set(error, EINVAL, "%s: \"%.40s\" has an empty or overlong word", option,
					 list);
		memcpy(word, at, len);
		word[len] = 0;
		int failed = add(filter, word, error);
		if (failed)
			return failed;
		at += len;
		if (!*at)
			return 0;
	}
}

/* A number from least to most. */
static int parse_number(const char *word, long least, long most, long *number)
{
	char *end;

	errno = 0;
	*number = strtol(word, &end, 10);
	return isdigit((unsigned char)*word) && !*end && !errno && *number >= least && *number <= most
		       ? 0
		       : -EINVAL;
}

static int add_port(struct filter *filter, const char *word, struct error *error)
{
	long port;

	if (parse_number(word, 0, 65535, &port) != 0)
		return error_set(error, EINVAL, "\"%s\" is no port: --port takes numbers from 0 to 65535",
				 word);
	*(int *)grow(&filter->ports, &filter->port_count, sizeof(int)) = (int)port;
	return 0;
}

int filter_add_ports(struct filter *filter, const char *list, struct error *error)
{
	return each_word(filter, list, "--port", add_port, error);
}

static int add_fd(struct filter *filter, const char *word, struct error *error)
{
	long fd;

	if (parse_number(word, 0, INT32_MAX, &fd) != 0)
		return error_set(error, EINVAL, "\"%s\" is no file descriptor: --fd takes numbers from 0",
				 word);
	*(int *)grow(&filter->fds, &filter->fd_count, sizeof(int)) = (int)fd;
	return 0;
}

int filter_add_fds(struct filter *filter, const char *list, struct error *error)
{
	return each_word(filter, list, "--fd", add_fd, error);
}

static int add_error(struct filter *filter, const char *word, struct error *error)
{
	for (int number = 1; number < 4096; number++) {
		const char *name = names_errno(number);
		if (name && strcasecmp(name, word) == 0) {
			*(int *)grow(&filter->errors, &filter->error_count, sizeof(int)) = number;
			return 0;
		}
	}
	const char *best = "EPERM";
	for (int number = 1; number < 4096; number++) {
		const char *name = names_errno(number);
		if (name && word_distance(name, word) < word_distance(best, word))
			best = name;
	}
	if (!word_is_near(best, word))
		return error_set(error, EINVAL,
				 "unknown error \"%s\": give errno(3)'s names, such as ECONNREFUSED", word);
	return error_set(error, EINVAL, "unknown error \"%s\": did you mean %s?", word, best);
}

int filter_add_errors(struct filter *filter, const char *list, struct error *error)
{
	return each_word(filter, list, "--errno", add_error, error);
}

/* Takes "/LEN" off the address and checks it. */
static int parse_prefix(char *address, struct filter_peer *peer, const char *word, struct error *error)
{
	char *slash = strchr(address, '/');
	long prefix;

	if (slash)
		*slash = 0;
	peer->bytes = inet_pton(AF_INET, address, peer->ip) == 1    ? 4
		      : inet_pton(AF_INET6, address, peer->ip) == 1 ? 16
								    : 0;
	if (!peer->bytes)
		return error_set(
			error, EINVAL,
			"\"%s\" is no address: --peer takes ADDR[/LEN][:PORT], IPv6 with a port in brackets",
			word);
	peer->prefix = peer->bytes * 8;
	if (!slash)
		return 0;
	if (parse_number(slash + 1, 0, (long)peer->bytes * 8, &prefix) != 0)
		return error_set(error, EINVAL, "\"%s\": the prefix goes from 0 to %u", word,
				 peer->bytes * 8);
	peer->prefix = (unsigned)prefix;
	return 0;
}

/* ADDR, ADDR/LEN, ADDR:PORT, ADDR/LEN:PORT, [ADDR6], [ADDR6/LEN]:PORT, :PORT, ADDR6. */
static int add_peer(struct filter *filter, const char *word, struct error *error)
{
	struct filter_peer peer = { .port = -1 };
	char address[WORD_MAX], *port = NULL, *at = address;
	long number;

	memcpy(address, word, strnlen(word, WORD_MAX - 1) + 1); /* both WORD_MAX */
	if (*at == '[') {
		char *close = strchr(++at, ']');
		if (!close || (close[1] && close[1] != ':'))
			return error_set(error, EINVAL, "\"%s\": write [ADDR6]:PORT", word);
		port = close[1] ? close + 2 : NULL;
		*close = 0;
	} else if (strchr(at, ':') && strchr(at, ':') == strrchr(at, ':')) {
		port = strchr(at, ':') + 1;
		port[-1] = 0;
	}
	if (port && parse_number(port, 0, 65535, &number) != 0)
		return error_set(error, EINVAL, "\"%s\": \"%s\" is no port", word, port);
	if (port)
		peer.port = (int)number;
	if (*at || !port) {
		int failed = parse_prefix(at, &peer, word, error);
		if (failed)
			return failed;
	}
	*(struct filter_peer *)grow(&filter->peers, &filter->peer_count, sizeof(peer)) = peer;
	return 0;
}

int filter_add_peers(struct filter *filter, const char *list, struct error *error)
{
	return each_word(filter, list, "--peer", add_peer, error);
}

static int add_glob(const char ***list, unsigned *count, const char *glob, const char *option,
		    struct error *error)
{
	if (!*glob)
		return error_set(error, EINVAL, "%s needs a name or a glob", option);
	*(const char **)grow(list, count, sizeof(*list)) = glob;
	return 0;
}

int filter_add_program(struct filter *filter, const char *glob, struct error *error)
{
	return add_glob(&filter->programs, &filter->program_count, glob, "--program", error);
}

int filter_add_place(struct filter *filter, const char *glob, struct error *error)
{
	return add_glob(&filter->places, &filter->place_count, glob, "--at", error);
}

int filter_duration(const char *text, int64_t *ns, struct error *error)
{
	static const struct {
		const char *unit;
		double ns;
	} units[] = { { "", 1e9 }, { "s", 1e9 },  { "ms", 1e6 },  { "us", 1e3 },
		      { "ns", 1 }, { "m", 60e9 }, { "h", 3600e9 } };
	char *end;
	double number = strtod(text, &end);

	for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++) {
		if (strcmp(end, units[i].unit) != 0 || !isdigit((unsigned char)*text) ||
		    !(number * units[i].ns < 9e18))
			continue;
		*ns = (int64_t)(number * units[i].ns);
		return 0;
	}
	return error_set(error, EINVAL, "\"%s\" is no duration: write 10ms, 1.5s, 200us or 2m", text);
}

int filter_set_slower(struct filter *filter, const char *duration, struct error *error)
{
	return filter_duration(duration, &filter->slower_ns, error);
}
