/* ready: what poll, select and epoll_wait say about sockets: time waited for them, and how connects went. */
#include <poll.h>
#include <string.h>

#include "arch/abi.h"
#include "model/blob.h"
#include "private.h"

/* Sets larger than this are looked at for what became ready only, not for who was waited for. */
enum { WAIT_LIMIT = 1024, READY_LIMIT = 1 << 20 };

static void waited(struct state *state, struct file *file, const struct call *call, unsigned events)
{
	if (!file || !file->history)
		return;
	history_blocked(state, file, call, BLOCKED_WAIT);
	if (events)
		outcome_ready(state, file, events);
}

static void apply_poll(struct state *state, struct task *task, struct call *call)
{
	uint32_t count = (uint32_t)call->args[1], size;
	const uint8_t *data = NULL;

	if (count > READY_LIMIT)
		count = READY_LIMIT;
	size = call_bytes(call, PHASE_EXIT, call->args[0], count * (uint32_t)sizeof(struct pollfd), &data);
	for (uint32_t at = 0; at + sizeof(struct pollfd) <= size; at += sizeof(struct pollfd)) {
		struct pollfd one;

		memcpy(&one, data + at, sizeof(one));
		if (call->result <= 0)
			one.revents = 0; /* not written */
		if (one.revents || count <= WAIT_LIMIT)
			waited(state, look_known(task, one.fd), call, (unsigned short)one.revents);
	}
}

static bool in_set(const struct capture *capture, uint64_t address, unsigned fd)
{
	const uint8_t *byte = NULL;

	return address && blob_find(capture, address + fd / 8, 1, &byte) && (*byte >> fd % 8 & 1);
}

/* Bit n of a set is in byte n / 8: the kernel's longs are little-endian on the machines that we trace. */
static void apply_select(struct state *state, struct task *task, struct call *call)
{
	unsigned count = (uint32_t)call->args[0] > WAIT_LIMIT ? WAIT_LIMIT : (uint32_t)call->args[0];

	for (unsigned fd = 0; fd < count; fd++) {
		struct file *file = look_known(task, (int)fd);
		bool named = false;

		if (!file || !file->history)
			continue;
		for (unsigned arg = 1; arg <= 3 && !named; arg++)
			named = in_set(call->entry_seen ? &call->in : &call->out, call->args[arg], fd);
		if (!named)
			continue;
		history_blocked(state, file, call, BLOCKED_WAIT);
		if (call->result > 0 && in_set(&call->out, call->args[2], fd))
			outcome_writable(state, file);
	}
}

static void apply_epoll(struct state *state, struct call *call)
{
	const struct layout *layout = &call->abi->layout;
	const uint8_t *data = NULL;
	uint32_t size, count = call->result > READY_LIMIT ? READY_LIMIT : (uint32_t)call->result;

	if (!call->file || call->file->kind != FILE_EPOLL)
		return;
	size = blob_find(&call->out, call->args[1], count * layout->epoll_event, &data);
	if (!data)
		return;
	for (uint32_t at = 0; at + layout->epoll_event <= size; at += layout->epoll_event) {
		uint32_t events;
		uint64_t word;

		memcpy(&events, data + at, sizeof(events));
		memcpy(&word, data + at + layout->epoll_data, sizeof(word));
		waited(state, epoll_file(call->file, word), call, events & 0xffff);
	}
}

void ready_apply(struct state *state, struct task *task, struct call *call)
{
	if (!call->finished)
		return;
	switch (call->row->id) {
	case CALL_poll:
	case CALL_ppoll:
		apply_poll(state, task, call);
		break;
	case CALL_select:
	case CALL_pselect6:
		apply_select(state, task, call);
		break;
	case CALL_epoll_wait:
	case CALL_epoll_pwait:
	case CALL_epoll_pwait2:
		if (call_succeeded(call))
			apply_epoll(state, call);
		break;
	}
}
