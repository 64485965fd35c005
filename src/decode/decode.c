/* From a call's captured bytes to its event: walks the row's arguments through their kinds, and shows the
 * result. */
#include "decode/decode.h"

#include <errno.h>

#include "decode/sockaddr.h"
#include "decoder.h"
#include "kinds.h"

struct value *decoder_add(struct decoder *decoder, struct value *value)
{
	*decoder->tail = value;
	decoder->tail = &value->next;
	return value;
}

bool decoder_succeeded(const struct decoder *decoder)
{
	return decoder->done && !decoder->call->failed;
}

uint32_t decoder_bytes(const struct decoder *decoder, uint64_t address, uint32_t size, const uint8_t **data)
{
	return call_bytes(decoder->call, decoder->phase, address, size, data);
}

uint32_t decoder_bytes_before(const struct decoder *decoder, uint64_t address, uint32_t size,
			      const uint8_t **data)
{
	return blob_find(&decoder->call->in, address, size, data);
}

struct value *decoder_add_pointer(struct decoder *decoder, unsigned arg)
{
	const struct arg *row = &decoder->call->row->args[arg];
	struct value *value = value_pointer(decoder->arena, row->name, decoder->call->args[arg]);

	if (row->hidden || (row->hidden_zero && !value->unsigned_))
		value->place = PLACE_VERBOSE;
	return decoder_add(decoder, value);
}

struct value *decoder_missing(const struct decoder *decoder, const char *name, uint64_t address)
{
	if (!address || decoder->call->bytes_unread || !call_asked(decoder->call, address))
		return value_pointer(decoder->arena, name, address);
	return value_unreadable(decoder->arena, name, address);
}

struct value *decoder_add_missing(struct decoder *decoder, unsigned arg)
{
	uint64_t address = decoder->call->args[arg];

	if (!address)
		return decoder_add_pointer(decoder, arg);
	return decoder_add(decoder, decoder_missing(decoder, decoder->call->row->args[arg].name, address));
}

struct value *decoder_fd(const struct decoder *decoder, const char *name, int fd)
{
	struct value *value = value_new(decoder->arena, VALUE_FD, name);

	value->fd.number = fd;
	if (fd >= 0 && decoder->decode->file)
		value->fd.file = decoder->decode->file(decoder->decode->user, decoder->call, fd);
	return value;
}

int decoder_family(const struct decoder *decoder)
{
	return decoder->file && decoder->file->kind == FILE_SOCKET ? decoder->file->family : -1;
}

int decoder_protocol(const struct decoder *decoder)
{
	return decoder->file && decoder->file->kind == FILE_SOCKET ? decoder->file->protocol : -1;
}

struct value *decoder_address(const struct decoder *decoder, const char *name, const void *bytes,
			      uint32_t got, uint32_t length)
{
	const struct decode *decode = decoder->decode;
	int protocol = decoder_protocol(decoder);
	uint16_t known = protocol < 0 ? UINT16_MAX : (uint16_t)protocol;
	const struct sockaddr_look look = { &decode->interfaces, decode->addresses, !decode->no_fields };
	struct value *value = sockaddr_value_named(decoder->arena, name, bytes, got, length, known, &look);

	if (decode->host && got >= 2) {
		value->address.host = decode->host(decode->user, value->address.raw);
		if (decode->service && decoder->file)
			value->address.service =
				decode->service(decode->user, value->address.raw, decoder->file->type);
	}
	return value;
}

bool decoder_is_peer(const struct file_view *file, const struct value *address)
{
	return file && file->peer && (file->link == LINK_TO || file->link == LINK_FROM) &&
	       address->address.text && !strcmp(file->peer, address->address.text);
}

/* Which of the row's arguments is the one that stands for the event's fd; -1: none. */
static int main_fd_arg(const struct row *row)
{
	return row->fd_use == FD_SOCKET || row->fd_use == FD_ANY || row->fd_use == FD_EPOLL ? row->fd_arg
											    : -1;
}

/* The fd value that decode_entry made of that argument, as a copy; else a new one. */
static struct value *fd_value(struct decoder *decoder, const char *name, int fd)
{
	for (const struct value *value = decoder->views; value; value = value->next) {
		if (value->kind != VALUE_FD || value->name != name)
			continue;
		struct value *copy = value_new(decoder->arena, VALUE_FD, name);

		copy->fd = value->fd;
		return copy;
	}
	return decoder_fd(decoder, name, fd);
}

void values_fd(struct decoder *decoder, unsigned arg)
{
	const struct row *row = decoder->call->row;
	struct value *value = fd_value(decoder, row->args[arg].name, decoder_int(decoder, arg));

	if ((int)arg == main_fd_arg(row)) {
		value->place = PLACE_TEXT;
		decoder->event->fd = value->fd.number;
		decoder->event->file = decoder->file = value->fd.file;
	}
	decoder_add(decoder, value);
}

/* Prepares for a call; the event's arguments are empty. */
static void decoder_init(struct decoder *decoder, const struct decode *decode, struct call *call,
			 struct event *event)
{
	*decoder = (struct decoder){ .decode = decode, .call = call, .event = event, .arena = &call->arena };
	event->args = NULL;
	decoder->tail = (struct value **)&event->args;
}

/* The values of the fd arguments alone: what they refer to changes when the call's effects are applied. */
static void add_views(struct decoder *decoder)
{
	const struct row *row = decoder->call->row;

	for (unsigned i = 0; i < row->arg_count; i++)
		if (row->args[i].as == A_FD)
			values_fd(decoder, i);
}

/* Whether the argument's bytes have a meaning yet, or ever will. */
static bool has_meaning(const struct decoder *decoder, const struct arg *arg)
{
	return arg->when != AT_EXIT || decoder_succeeded(decoder) || !decode_kinds[arg->as].size;
}

/* Whether an argument has nothing to say where only short text is shown: no value of it would be. */
static bool is_left_out(const struct decoder *decoder, unsigned i)
{
	const struct arg *arg = &decoder->call->row->args[i];

	if (!decoder->decode->no_fields || !(arg->hidden | arg->hidden_zero))
		return false;
	switch (arg->as) {
	case A_SIZE:
	case A_INT:
	case A_UINT:
		return arg->hidden;
	case A_SOCKLEN:
		return !arg->by_ref || !decoder->call->args[i];
	case A_SOCKADDR:
	case A_FLAGS:
	case A_POINTER:
		return !decoder->call->args[i];
	default:
		return false;
	}
}

static void add_arguments(struct decoder *decoder)
{
	const struct row *row = decoder->call->row;

	for (unsigned i = 0; i < row->arg_count; i++) {
		const struct arg *arg = &row->args[i];

		if (arg->as == A_NONE || is_left_out(decoder, i))
			continue;
		decoder->phase = decoder->done && (arg->when != AT_ENTRY || !decoder->call->entry_seen)
					 ? PHASE_EXIT
					 : PHASE_ENTRY;
		if (has_meaning(decoder, arg))
			decode_kinds[arg->as].values(decoder, i);
		else
			decoder_add_pointer(decoder, i);
	}
}

/* The arguments of a socketcall whose block could not be read are not known at all. */
static void add_unknown(struct decoder *decoder)
{
	decoder_add(decoder, value_unreadable(decoder->arena, "args", decoder->call->args[1]));
}

/* Whether what its fds refer to may look otherwise once its effects are applied. */
static bool changes_files(const struct row *row)
{
	return row->effect != EFFECT_SEND && row->effect != EFFECT_RECEIVE;
}

void decode_entry(const struct decode *decode, struct call *call, struct event *event)
{
	struct decoder decoder;

	decoder_init(&decoder, decode, call, event);
	event->fd = -1;
	event->file = NULL;
	if (!call->args_known)
		add_unknown(&decoder);
	else if (!call->finished)
		add_arguments(&decoder);
	else if (changes_files(call->row))
		add_views(&decoder);
}

/* Errors that are part of normal work: dim, without words. */
static bool is_expected(int64_t result)
{
	return result == -EINPROGRESS || result == -EAGAIN || result == -EINTR || result == -EALREADY;
}

/* A result that is an fd: the new file is the event's when the call has no other. */
static void add_new_fd(struct decoder *decoder)
{
	struct event *event = decoder->event;
	struct value *value = decoder_fd(decoder, NULL, (int)decoder->call->result);

	event->result_value = value;
	if (event->fd < 0 && main_fd_arg(decoder->call->row) < 0) {
		event->fd = value->fd.number;
		event->file = value->fd.file;
	}
}

/* accept's address says again what the new fd shows. */
static void hide_repeated_address(struct decoder *decoder)
{
	const struct value *result = decoder->event->result_value;

	for (struct value *value = (struct value *)decoder->event->args; value; value = value->next)
		if (value->kind == VALUE_ADDRESS && decoder_is_peer(result->fd.file, value))
			value->place = PLACE_VERBOSE;
}

static void add_result(struct decoder *decoder)
{
	const struct row *row = decoder->call->row;

	if (decoder->call->failed)
		return;
	if (row->result == RESULT_FD) {
		add_new_fd(decoder);
		hide_repeated_address(decoder);
	} else if (row->result == RESULT_FLAGS) {
		decoder->event->result_value = result_fcntl(decoder);
	}
}

void decode_exit(const struct decode *decode, struct call *call, struct event *event)
{
	struct decoder decoder;
	const struct value *views = event->args;

	decoder_init(&decoder, decode, call, event);
	decoder.done = true;
	event->expected_error = call->failed && is_expected(call->result);
	if (call->args_known) {
		decoder.views = views;
		add_arguments(&decoder);
	} else {
		add_unknown(&decoder);
	}
	add_result(&decoder);
}
