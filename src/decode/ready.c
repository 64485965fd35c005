/* Waiting for readiness: poll's entries, select's sets, epoll's events, and the times that they may take. */
#include <poll.h>

#include "decoder.h"

/* ---- times ---- */

enum { NS_PER_SEC = 1000000000, NS_PER_MS = 1000000, NS_PER_US = 1000 };

void values_milliseconds(struct decoder *decoder, unsigned arg)
{
	int timeout = decoder_int(decoder, arg);
	int64_t ns = timeout < 0 ? DURATION_FOREVER : (int64_t)timeout * NS_PER_MS;

	decoder_add(decoder, value_duration(decoder->arena, decoder->call->row->args[arg].name, ns));
}

/* A time of two words as a duration; as its fields when it is none: negative, or beyond 64 bits of
 * nanoseconds. */
static struct value *time_value(struct decoder *decoder, const char *name, const uint8_t *data, unsigned size,
				int64_t unit, const char *fraction_name)
{
	unsigned word = size / 2;
	int64_t seconds = (int64_t)word_get(data, word), fraction = (int64_t)word_get(data + word, word);
	struct fields fields;

	if (word == 4) {
		seconds = (int32_t)seconds;
		fraction = (int32_t)fraction;
	}
	if (seconds >= 0 && seconds < INT64_MAX / NS_PER_SEC && fraction >= 0 && fraction < NS_PER_SEC / unit)
		return value_duration(decoder->arena, name, seconds * NS_PER_SEC + fraction * unit);
	fields_init(&fields, decoder->arena, value_struct(decoder->arena, name));
	fields_int(&fields, "tv_sec", seconds);
	fields_int(&fields, fraction_name, fraction);
	return fields.of;
}

/* What was passed in; and what is left of it, which the kernel writes back (select(2), ppoll(2)), for JSON.
 */
static void add_time(struct decoder *decoder, unsigned arg, uint32_t size, int64_t unit,
		     const char *fraction_name)
{
	const struct arg *row = &decoder->call->row->args[arg];
	uint64_t address = decoder->call->args[arg];
	const uint8_t *before = NULL, *after = NULL;

	if (!address) {
		struct value *value = value_duration(decoder->arena, row->name, DURATION_FOREVER);

		if (row->hidden_zero)
			value->place = PLACE_VERBOSE;
		decoder_add(decoder, value);
		return;
	}
	uint32_t got = decoder_bytes_before(decoder, address, size, &before);

	if (got < size && decoder_bytes(decoder, address, size, &before) < size) {
		decoder_add_missing(decoder, arg);
		return;
	}
	decoder_add(decoder, time_value(decoder, row->name, before, size, unit, fraction_name));
	if (got == size && blob_find(&decoder->call->out, address, size, &after) == size &&
	    memcmp(before, after, size))
		decoder_add(decoder, time_value(decoder, "timeout_left", after, size, unit, fraction_name))
			->place = PLACE_JSON;
}

void values_timeval(struct decoder *decoder, unsigned arg)
{
	const struct pass pass = { .call = decoder->call };

	add_time(decoder, arg, size_timeval(&pass, arg), NS_PER_US, "tv_usec");
}

void values_timespec(struct decoder *decoder, unsigned arg)
{
	const struct pass pass = { .call = decoder->call };

	add_time(decoder, arg, size_timespec(&pass, arg), 1, "tv_nsec");
}

void values_timespec64(struct decoder *decoder, unsigned arg)
{
	add_time(decoder, arg, 16, 1, "tv_nsec");
}

/* ---- poll ---- */

static struct value *poll_events(struct decoder *decoder, const char *name, uint16_t events)
{
	return value_short(value_flags(decoder->arena, name, &names_poll_events, events), &names_poll_events);
}

/* One entry among the arguments: its fd and what is waited for; what came of it in JSON and under -v. */
static void add_pollfd(struct decoder *decoder, struct fields *list, const uint8_t *data,
		       const uint8_t *after)
{
	struct fields fields;

	fields_init(&fields, decoder->arena, value_struct(decoder->arena, NULL));
	fields.of->style = STYLE_BARE;
	fields_add(&fields, decoder_fd(decoder, "fd", (int)u32_get(data)));
	fields_add(&fields, poll_events(decoder, "events", u16_get(data + 4)));
	if (after)
		fields_add(&fields, poll_events(decoder, "revents", u16_get(after + 6)))->place =
			PLACE_VERBOSE;
	fields_add(list, fields.of);
}

/* The same after the result: the fd's number and what it is ready for. */
static void add_ready(struct decoder *decoder, struct fields *list, const uint8_t *after)
{
	struct value *fd = value_new(decoder->arena, VALUE_FD, "fd");
	struct fields fields;

	fd->fd.number = (int)u32_get(after);
	fields_init(&fields, decoder->arena, value_struct(decoder->arena, NULL));
	fields.of->style = STYLE_BARE;
	fields_add(&fields, fd);
	fields_add(&fields, poll_events(decoder, "revents", u16_get(after + 6)));
	fields_add(list, fields.of);
}

/* Adds the list of what is ready, when something is. */
static void add_pollfds_ready(struct decoder *decoder, const uint8_t *after, uint32_t count)
{
	struct fields ready;

	fields_init(&ready, decoder->arena, value_list(decoder->arena, NULL));
	ready.of->place = PLACE_TEXT_RESULT;
	for (uint32_t i = 0; i < count; i++)
		if (u16_get(after + i * 8 + 6) && (int)u32_get(after + i * 8) >= 0)
			add_ready(decoder, &ready, after + i * 8);
	if (ready.of->list.count)
		decoder_add(decoder, ready.of);
}

void values_pollfds(struct decoder *decoder, unsigned arg)
{
	const struct arg *row = &decoder->call->row->args[arg];
	uint64_t address = decoder->call->args[arg];
	uint32_t total = (uint32_t)decoder->call->args[row->len_arg];
	uint32_t size = (uint32_t)smaller(total, POLL_MAX) * 8, count;
	const uint8_t *before = NULL, *after = NULL;
	struct fields fields;

	fields_init(&fields, decoder->arena, value_list(decoder->arena, row->name));
	count = decoder_bytes_before(decoder, address, size, &before) / 8;
	if (decoder_succeeded(decoder) && blob_find(&decoder->call->out, address, size, &after) < count * 8)
		after = NULL;
	if (!count && after)
		count = blob_find(&decoder->call->out, address, size, &before) / 8;
	if (!count && total) {
		decoder_add_missing(decoder, arg);
		return;
	}
	for (uint32_t i = 0; i < count; i++)
		add_pollfd(decoder, &fields, before + i * 8, after ? after + i * 8 : NULL);
	fields.of->list.total = total > count ? total : count;
	decoder_add(decoder, fields.of);
	if (after)
		add_pollfds_ready(decoder, after, count);
}

/* ---- select ---- */

/* Adds the fds whose bits are set. with_file: with what they refer to. */
static void add_set(struct decoder *decoder, struct fields *fields, const uint8_t *set, uint32_t fds,
		    bool with_file)
{
	for (uint32_t fd = 0; fd < fds; fd++) {
		if (!(set[fd / 8] >> (fd % 8) & 1))
			continue;
		struct value *value;

		if (with_file) {
			value = decoder_fd(decoder, NULL, (int)fd);
		} else {
			value = value_new(decoder->arena, VALUE_FD, NULL);
			value->fd.number = (int)fd;
		}
		fields_add(fields, value);
	}
}

/* After the result: what of the set is ready, as "7 IN"; in JSON as NAME_ready. */
static void add_set_ready(struct decoder *decoder, const char *name, const uint8_t *set, uint32_t fds)
{
	static const struct {
		const char *set, *ready, *event;
	} words[] = {
		{ "readfds", "readfds_ready", "IN" },
		{ "writefds", "writefds_ready", "OUT" },
		{ "exceptfds", "exceptfds_ready", "PRI" },
	};
	unsigned which = name[0] == 'r' ? 0 : name[0] == 'w' ? 1 : 2;
	struct fields json, text, item;

	fields_init(&json, decoder->arena, value_list(decoder->arena, words[which].ready));
	json.of->place = PLACE_JSON;
	add_set(decoder, &json, set, fds, false);
	decoder_add(decoder, json.of);
	if (!json.of->list.count)
		return;
	fields_init(&text, decoder->arena, value_list(decoder->arena, NULL));
	text.of->place = PLACE_TEXT_RESULT;
	for (const struct value *fd = json.of->list.first; fd; fd = fd->next) {
		fields_init(&item, decoder->arena, value_struct(decoder->arena, NULL));
		item.of->style = STYLE_BARE;
		fields_int(&item, NULL, fd->fd.number);
		fields_add(&item, value_word(decoder->arena, NULL, words[which].event));
		fields_add(&text, item.of);
	}
	decoder_add(decoder, text.of);
}

void values_fdset(struct decoder *decoder, unsigned arg)
{
	const struct arg *row = &decoder->call->row->args[arg];
	const struct pass pass = { .call = decoder->call };
	uint64_t address = decoder->call->args[arg];
	int count = decoder_int(decoder, row->len_arg);
	uint32_t fds = count > 0 ? (uint32_t)count : 0, size = size_fdset(&pass, arg);
	const uint8_t *before = NULL, *after = NULL;
	struct fields fields;
	uint32_t got = address && size ? decoder_bytes_before(decoder, address, size, &before) : 0;

	if (!address || (size && !got && decoder->call->entry_seen)) {
		decoder_add_missing(decoder, arg);
		return;
	}
	fields_init(&fields, decoder->arena, value_list(decoder->arena, row->name));
	if (got)
		add_set(decoder, &fields, before, (uint32_t)smaller(fds, got * 8ul), true);
	if (got || decoder->call->entry_seen)
		decoder_add(decoder, fields.of);
	else /* overwritten before it could be read */
		decoder_add_pointer(decoder, arg)->place = PLACE_TEXT;
	if (decoder_succeeded(decoder) && size &&
	    blob_find(&decoder->call->out, address, size, &after) == size)
		add_set_ready(decoder, row->name, after, (uint32_t)smaller(fds, size * 8ul));
}

/* ---- signal masks ---- */

static void add_sigset(struct decoder *decoder, const char *name, const uint8_t *set, uint32_t size)
{
	uint64_t bits = word_get(set, size);
	struct fields fields;

	fields_init(&fields, decoder->arena, value_list(decoder->arena, name));
	for (int signo = 1; signo <= 64; signo++) {
		const char *signal = bits >> (signo - 1) & 1 ? names_signal(signo) : NULL;

		if (signal)
			fields_add(&fields, value_word(decoder->arena, NULL, signal));
	}
	decoder_add(decoder, fields.of);
}

void values_sigset(struct decoder *decoder, unsigned arg)
{
	const struct pass pass = { .call = decoder->call };
	uint64_t address = decoder->call->args[arg];
	uint32_t size = size_sigset(&pass, arg);
	const uint8_t *data = NULL;

	if (!address || !size || decoder_bytes(decoder, address, size, &data) < size)
		decoder_add_missing(decoder, arg);
	else
		add_sigset(decoder, decoder->call->row->args[arg].name, data, size);
}

void values_sigset_select(struct decoder *decoder, unsigned arg)
{
	unsigned word = decoder->call->abi->layout.pointer;
	uint64_t address = decoder->call->args[arg];
	const uint8_t *data = NULL;

	if (!address || decoder_bytes(decoder, address, word * 2, &data) < word * 2) {
		decoder_add_missing(decoder, arg);
		return;
	}
	uint64_t set = word_get(data, word);
	uint32_t size = (uint32_t)smaller(word_get(data + word, word), 8);

	if (!set)
		decoder_add(decoder, value_pointer(decoder->arena, decoder->call->row->args[arg].name, 0))
			->place = PLACE_VERBOSE;
	else if (!size || decoder_bytes(decoder, set, size, &data) < size)
		decoder_add(decoder, decoder_missing(decoder, decoder->call->row->args[arg].name, set));
	else
		add_sigset(decoder, decoder->call->row->args[arg].name, data, size);
}
