/*
 * outcome: how a connect went. A blocking one says so itself; for a non-blocking one it is learned from the
 * first sign: readiness, SO_ERROR, data (connect(2), EINPROGRESS), and told once, on the next line about the
 * socket.
 */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include "model/blob.h"
#include "private.h"

static bool connecting(const struct file *file)
{
	return file && file->history && file->history->condition == SOCKET_CONNECTING;
}

static void succeeded(struct file *file, uint64_t when)
{
	file->history->condition = SOCKET_CONNECTED;
	file->history->connect_done = when;
	file->history->connect_error = 0;
}

static void went_wrong(struct file *file, uint64_t when, int error)
{
	file->history->condition = SOCKET_REFUSED;
	file->history->connect_done = when;
	file->history->connect_error = error;
}

/* connect(2) on a socket whose connect is under way: the second call tells about the first. */
static void connect_again(struct state *state, struct call *call)
{
	if (!call->failed || call->result == -EISCONN)
		succeeded(call->file, state_now(state));
	else if (call->result == -EALREADY || call->result == -EINPROGRESS || call->result == -EINTR)
		return;
	else
		went_wrong(call->file, state_now(state), (int)-call->result);
	call->file->untold = true;
}

void outcome_connect(struct state *state, struct call *call)
{
	struct socket_history *history = call->file ? call->file->history : NULL;

	if (!history || !call->finished)
		return;
	if (connecting(call->file)) {
		connect_again(state, call);
		return;
	}
	if (call->failed && (call->result == -EISCONN || call->result == -EALREADY))
		return;
	/* The call that fetches the result of one under way (inet_stream_connect), which poll told already.
	 */
	if (call->file->untold && !call->failed && history->condition == SOCKET_CONNECTED)
		return;
	history->connects++;
	history->connect_begun = call->entry_ns ? call->entry_ns : state_now(state);
	history->connect_done = 0;
	call->file->untold = call->file->may_be_ready = false;
	if (!call->failed)
		succeeded(call->file, state_now(state));
	else if (call->result == -EINPROGRESS || call->result == -EINTR)
		history->condition = SOCKET_CONNECTING;
	else
		went_wrong(call->file, state_now(state), (int)-call->result);
}

/* tcp_poll (net/ipv4/tcp.c): nothing but POLLOUT only once connected; POLLERR or POLLHUP when the attempt has
 * failed. */
void outcome_ready(struct state *state, struct file *file, unsigned events)
{
	if (!connecting(file))
		return;
	if (events & (POLLERR | POLLHUP))
		went_wrong(file, state_now(state), 0);
	else if (events & (POLLOUT | POLLIN))
		succeeded(file, state_now(state));
	else
		return;
	file->untold = true;
}

void outcome_writable(struct state *state, struct file *file)
{
	if (connecting(file) && !file->may_be_ready) {
		file->may_be_ready = true;
		file->history->connect_done = state_now(state);
	}
}

/* The value of getsockopt(SO_ERROR), or -1 when the call is none or could not be read. */
static int so_error(const struct call *call)
{
	const uint8_t *data = NULL;
	int32_t value;

	if (call->row->effect != EFFECT_GETSOCKOPT || !call_succeeded(call) ||
	    (int)call->args[1] != SOL_SOCKET || (int)call->args[2] != SO_ERROR ||
	    blob_find(&call->out, call->args[3], sizeof(value), &data) < sizeof(value))
		return -1;
	memcpy(&value, data, sizeof(value));
	return value < 0 ? -1 : value;
}

/* 0 from SO_ERROR may also mean that nothing has happened yet; a socket with a peer is connected. */
void outcome_leave_getsockopt(struct state *state, struct task *task, struct call *call)
{
	struct socket_facts facts = { .family = -1, .type = -1, .protocol = -1 };

	if (connecting(call->file) && !call->file->may_be_ready && so_error(call) == 0 && call->left &&
	    state->ask->socket(state->ask, task->tid, call_fd(call, 0), ASK_PEER, &facts) == 0 &&
	    address_known(&facts.peer))
		outcome_writable(state, call->file);
}

static void from_so_error(struct state *state, struct call *call, int error)
{
	struct file *file = call->file;
	uint64_t when = file->history->connect_done ? file->history->connect_done : state_now(state);

	if (error)
		history_error(file->history, error);
	if (connecting(file)) {
		if (error)
			went_wrong(file, when, error);
		else if (file->may_be_ready)
			succeeded(file, when);
		else
			return;
		file->untold = true;
	} else if (file->untold && file->history->condition == SOCKET_REFUSED && error) {
		file->history->connect_error = error;
	}
}

/* What data or its absence says about a connect under way; EAGAIN and ENOTCONN say nothing. */
static void from_data(struct state *state, struct call *call)
{
	bool asks_peer = call->row->effect == EFFECT_GETPEERNAME;

	if (!call->failed && (call->result > 0 || asks_peer))
		succeeded(call->file,
			  call->file->may_be_ready ? call->file->history->connect_done : state_now(state));
	else if (call->result == -ECONNREFUSED || call->result == -ETIMEDOUT || call->result == -ECONNRESET ||
		 call->result == -EHOSTUNREACH || call->result == -ENETUNREACH)
		went_wrong(call->file, state_now(state), (int)-call->result);
	else
		return;
	call->file->untold = true;
}

static bool is_data(unsigned effect)
{
	return effect == EFFECT_SEND || effect == EFFECT_RECEIVE || effect == EFFECT_SENDMSG ||
	       effect == EFFECT_RECVMSG || effect == EFFECT_SENDFILE || effect == EFFECT_GETPEERNAME;
}

static void tell(struct state *state, struct file *file)
{
	struct socket_history *history = file->history;
	struct socket_news *news;

	file->untold = false;
	news = news_add(state, history->condition == SOCKET_REFUSED ? NEWS_CONNECT_FAILED : NEWS_CONNECTED,
			file);
	news->error = history->connect_error;
	news->after_ns = history->connect_begun && history->connect_done > history->connect_begun
				 ? history->connect_done - history->connect_begun
				 : 0;
}

void outcome_call(struct state *state, struct call *call)
{
	int error;

	if (!call->file || !call->file->history || !call->finished)
		return;
	if ((error = so_error(call)) >= 0)
		from_so_error(state, call, error);
	else if (connecting(call->file) && is_data(call->row->effect))
		from_data(state, call);
	if (call->file->untold)
		tell(state, call->file);
}

/* The call's own references are the last ones. */
static void last_close(struct state *state, struct call *call, struct file *file)
{
	unsigned ours = (call->file == file) + (call->file2 == file);
	struct socket_news *news;

	if (!file || !file->history || file->refs > ours)
		return;
	if (connecting(file)) {
		news = news_add(state, NEWS_NO_ANSWER, file);
		news->after_ns =
			file->history->connect_begun && state_now(state) > file->history->connect_begun
				? state_now(state) - file->history->connect_begun
				: 0;
	}
	news = news_add(state, NEWS_LAST_CLOSE, file);
	if (file->history->created && state_now(state) > file->history->created)
		news->after_ns = state_now(state) - file->history->created;
}

void outcome_close(struct state *state, struct call *call)
{
	if (!call->finished || call->uncertain ||
	    (call->row->effect != EFFECT_CLOSE && call->row->effect != EFFECT_DUP2))
		return;
	last_close(state, call, call->row->effect == EFFECT_CLOSE ? call->file : call->file2);
}
