/* tcp: samples of struct tcp_info, when a connection closes, has carried so many bytes, or at ticks. */
#include <stdlib.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "private.h"

void state_tcp_options(struct state *state, const struct tcp_options *options)
{
	state->tcp = *options;
	state->ask->will_ask_running = options->at_ticks || options->at_close;
}

static bool is_tcp(const struct file *file)
{
	return file && file->history && file->type == SOCK_STREAM &&
	       (file->family == AF_INET || file->family == AF_INET6) && !file->listening &&
	       address_known(&file->peer);
}

/* Held. The sample waits in the file until it can be told. */
static void take(struct state *state, struct task *task, int fd, struct file *file, const char *why)
{
	struct tcp_sample *sample = file->sample ? file->sample : state_zalloc(sizeof(*sample));
	int size = state->ask->tcp_info(state->ask, task->tid, fd, sample->info, sizeof(sample->info));

	file->sample = sample;
	sample->why = why;
	sample->time_ns = state_now(state);
	sample->size = size > 0 ? (uint32_t)size : 0;
}

void tcp_enter_close(struct state *state, struct task *task, const struct call *call, struct file *file,
		     int fd)
{
	if (state->tcp.at_close && call->entry_seen && is_tcp(file) && file->refs == 1)
		take(state, task, fd, file, "close");
}

void tcp_enter_close_range(struct state *state, struct task *task, const struct call *call)
{
	const struct fdtable *table = task->files;
	uint64_t last = (uint32_t)call->args[1];

	if (!state->tcp.at_close || call->args[2])
		return;
	for (uint64_t fd = (uint32_t)call->args[0]; fd <= last && fd < table->size; fd++)
		tcp_enter_close(state, task, call, table->slots[fd].file, (int)fd);
}

/* References that the thread's own open call has: it will never end. */
static unsigned held_by_call(const struct task *task, const struct file *file)
{
	return task->call ? (task->call->file == file) + (task->call->file2 == file) : 0;
}

/*
 * Held: the last task of its fd table is about to end, and with it every file that nobody else refers to.
 * Each is met as often as it has numbers, so references are counted first.
 */
void tcp_exiting(struct state *state, struct task *task)
{
	const struct fdtable *table = task->files;

	if (!state->tcp.at_close)
		return;
	state->now = clock_monotonic_ns();
	for (unsigned fd = 0; fd < table->size; fd++)
		if (table->slots[fd].file)
			table->slots[fd].file->here++;
	for (unsigned fd = 0; fd < table->size; fd++) {
		struct file *file = table->slots[fd].file;

		if (file && is_tcp(file) && file->here + held_by_call(task, file) == file->refs &&
		    !file->sample)
			take(state, task, (int)fd, file, "close");
	}
	for (unsigned fd = 0; fd < table->size; fd++)
		if (table->slots[fd].file)
			table->slots[fd].file->here = 0;
}

/*
 * Where a close is seen only when it is over, the end that closes last is gone by then. What is known when it
 * hears of the other's end is kept for that case.
 */
static void keep_last(struct state *state, struct task *task, const struct call *call)
{
	const bool receives = call->row->effect == EFFECT_RECEIVE || call->row->effect == EFFECT_RECVMSG;

	if (call->entry_seen || !receives || !call_succeeded(call) || call->result || call->file->kept)
		return;
	take(state, task, call_fd(call, call->row->fd_arg), call->file, "close");
	call->file->kept = call->file->sample;
	call->file->sample = NULL;
}

void tcp_leave_data(struct state *state, struct task *task, struct call *call)
{
	const struct socket_history *history;
	uint64_t bytes;

	if (state->tcp.at_close && is_tcp(call->file) && !call->file->sample)
		keep_last(state, task, call);
	if (!state->tcp.every_bytes || !(call->row->classes & CLASS_DATA) || !call_succeeded(call) ||
	    call->result <= 0 || !is_tcp(call->file))
		return;
	history = call->file->history;
	bytes = history->sent.bytes + history->received.bytes + (uint64_t)call->result;
	if (bytes / state->tcp.every_bytes == call->file->sampled_bytes / state->tcp.every_bytes)
		return;
	call->file->sampled_bytes = bytes;
	take(state, task, call_fd(call, call->row->fd_arg), call->file, "bytes");
}

/* Tells of the sample in *slot, and frees it. */
static void tell(struct state *state, struct file *file, struct tcp_sample **slot)
{
	struct tcp_sample *sample = *slot;

	if (!sample)
		return;
	*slot = NULL;
	if (sample->size && state->tcp.sample)
		state->tcp.sample(state->tcp.user, file, sample);
	file->sampled_close |= sample->size && sample->why[0] == 'c';
	free(sample);
}

void tcp_tell(struct state *state, struct file *file)
{
	if (file)
		tell(state, file, &file->sample);
}

/* Asks without touching; false when the kernel does not know the connection any more, or we may not ask. */
static bool take_running(struct state *state, struct file *file, const char *why)
{
	struct socket_facts facts = {
		.cookie = file->cookie, .netns = file->netns, .local = file->local, .peer = file->peer
	};
	struct tcp_sample sample = { .why = why, .time_ns = clock_monotonic_ns() };
	int size = state->ask->tcp_running(state->ask, &facts, sample.info, sizeof(sample.info));

	if (size <= 0)
		return false;
	sample.size = (uint32_t)size;
	if (state->tcp.sample)
		state->tcp.sample(state->tcp.user, file, &sample);
	return true;
}

/* Closed by other ways than close(2): the kernel may still be sending what was left. */
void tcp_closed(struct state *state, struct file *file)
{
	tcp_tell(state, file);
	if (!state->tcp.at_close || file->sampled_close || !is_tcp(file))
		return;
	if (!file->cookie || !take_running(state, file, "close"))
		tell(state, file, &file->kept);
}

void state_tcp_tick(struct state *state)
{
	for (struct file *file = state->newest, *older; file; file = older) {
		older = file->older;
		if (is_tcp(file) && file->cookie && file->history->condition == SOCKET_CONNECTED)
			take_running(state, file, "interval");
	}
}
