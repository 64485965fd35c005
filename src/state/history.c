/* history: what each call adds to its socket: bytes and calls each way, time, errors, callers. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "arch/abi.h"
#include "model/blob.h"
#include "private.h"

const struct socket_history *socket_history(const struct file *file)
{
	return file ? file->history : NULL;
}

const struct address *socket_local(const struct file *file)
{
	return &file->local;
}

const struct address *socket_peer(const struct file *file)
{
	return &file->peer;
}

uint32_t socket_id(const struct file *file)
{
	return file->id;
}

uint64_t socket_cookie(const struct file *file)
{
	return file->cookie;
}

int socket_family(const struct file *file)
{
	return file->family;
}

int socket_type(const struct file *file)
{
	return file->type;
}

struct file *socket_pair(const struct file *file)
{
	return file->pair;
}

void socket_used_by(struct file *file, const struct place *place, bool created)
{
	struct socket_history *history = file ? file->history : NULL;

	if (!history || !place)
		return;
	if (created)
		history->created_by = place;
	for (unsigned i = 0; i < SOCKET_CALLERS; i++) {
		if (history->used_by[i] == place)
			return;
		if (!history->used_by[i]) {
			history->used_by[i] = place;
			return;
		}
	}
	history->more_callers = true;
}

void history_blocked(struct state *state, struct file *file, const struct call *call,
		     enum socket_blocked blocked)
{
	(void)state;
	if (file->history && call->entry_ns && call->exit_ns > call->entry_ns)
		file->history->blocked_ns[blocked] += call->exit_ns - call->entry_ns;
}

void history_error(struct socket_history *history, int error)
{
	for (unsigned i = 0; i < SOCKET_ERRORS; i++) {
		struct socket_error *one = &history->errors[i];

		if (one->error && one->error != error)
			continue;
		one->error = error;
		one->count++;
		return;
	}
	history->other_errors++;
}

static void add(struct socket_traffic *traffic, uint64_t bytes)
{
	traffic->bytes += bytes;
	traffic->calls++;
}

static void sent(struct state *state, struct file *file, uint64_t bytes)
{
	if (!file || !file->history)
		return;
	if (!file->history->first_sent)
		file->history->first_sent = state_now(state);
	add(&file->history->sent, bytes);
}

static void received(struct state *state, struct file *file, uint64_t bytes)
{
	if (!file || !file->history)
		return;
	if (!file->history->first_received && bytes)
		file->history->first_received = state_now(state);
	add(&file->history->received, bytes);
}

/* The flags argument of calls that receive; peeked data comes again, and an error queue's data went out
 * before. */
static bool takes_data(const struct call *call)
{
	uint64_t flags;

	switch (call->row->id) {
	case CALL_recvfrom:
	case CALL_recv:
	case CALL_recvmmsg:
		flags = call->args[3];
		break;
	case CALL_recvmsg:
		flags = call->args[2];
		break;
	default:
		return true;
	}
	return !(flags & (MSG_PEEK | MSG_ERRQUEUE));
}

/* The sum of msg_len over the messages of a vector that the kernel handled. */
static uint64_t vector_bytes(const struct call *call)
{
	const struct layout *layout = &call->abi->layout;
	uint64_t sum = 0;

	for (int64_t i = 0; i < call->result; i++) {
		uint64_t at = call->args[1] + (uint64_t)i * layout->mmsghdr.size + layout->mmsghdr.len;
		const uint8_t *data = NULL;
		uint32_t len;

		if (blob_find(&call->out, at, sizeof(len), &data) < sizeof(len))
			break;
		memcpy(&len, data, sizeof(len));
		sum += len;
	}
	return sum;
}

static void traffic(struct state *state, struct call *call)
{
	uint64_t bytes = (uint64_t)call->result;

	switch (call->row->effect) {
	case EFFECT_SENDMMSG:
		bytes = vector_bytes(call);
		/* fall through */
	case EFFECT_SEND:
	case EFFECT_SENDMSG:
	case EFFECT_SENDFILE:
		sent(state, call->file, bytes);
		break;
	case EFFECT_RECVMMSG:
		bytes = vector_bytes(call);
		/* fall through */
	case EFFECT_RECEIVE:
	case EFFECT_RECVMSG:
		if (takes_data(call))
			received(state, call->file, bytes);
		break;
	case EFFECT_SPLICE:
		received(state, call->file, bytes);
		sent(state, call->file2, bytes);
		break;
	case EFFECT_ACCEPT:
		if (call->file && call->file->history)
			call->file->history->accepted++;
		break;
	}
}

/* In what a call of that effect blocks. */
static enum socket_blocked blocked_in(unsigned effect)
{
	switch (effect) {
	case EFFECT_CONNECT:
		return BLOCKED_CONNECT;
	case EFFECT_SEND:
	case EFFECT_SENDMSG:
	case EFFECT_SENDMMSG:
	case EFFECT_SENDFILE:
		return BLOCKED_SEND;
	case EFFECT_RECEIVE:
	case EFFECT_RECVMSG:
	case EFFECT_RECVMMSG:
	case EFFECT_SPLICE:
		return BLOCKED_RECEIVE;
	case EFFECT_ACCEPT:
		return BLOCKED_WAIT;
	}
	return BLOCKED_KINDS;
}

void history_call(struct state *state, struct call *call)
{
	struct file *file = call->file && call->file->history ? call->file : NULL;
	enum socket_blocked blocked = blocked_in(call->row->effect);

	if (!call->finished)
		return;
	if (file) {
		file->history->last_used = state_now(state);
		if (blocked != BLOCKED_KINDS)
			history_blocked(state, file, call, blocked);
	}
	if (!call->failed)
		traffic(state, call);
	if (call->failed && file) {
		file->history->failed++;
		history_error(file->history, (int)-call->result);
	}
}
