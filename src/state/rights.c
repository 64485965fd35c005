/*
 * rights: files that travel over SCM_RIGHTS. While one is under way the kernel holds a reference, and so do
 * we, so that it is the same socket when it comes out in another traced process, even if its sender closed
 * it.
 */
#include <string.h>
#include <sys/socket.h>

#include "arch/abi.h"
#include "model/blob.h"
#include "private.h"

/* The kernel's limit per message is SCM_MAX_FD (253, include/net/scm.h); control data is clipped by the
 * capture. */
enum { CONTROL_LIMIT = 16384, RIGHTS_LIMIT = 256 };

/* How long after an arrival the sender's call may end. What no traced process sent never meets its sender. */
static const uint64_t EARLY_NS = 1000000000;

struct control {
	const struct layout *layout;
	const uint8_t *data;
	uint32_t size, at;
};

/* An unsigned number of the ABI's pointer size. */
static uint64_t word(const uint8_t *data, unsigned size)
{
	uint64_t wide;
	uint32_t narrow;

	if (size == 8) {
		memcpy(&wide, data, sizeof(wide));
		return wide;
	}
	memcpy(&narrow, data, sizeof(narrow));
	return narrow;
}

/* The control data of a msghdr as captured at that phase; false when there is none. */
static bool control_of(const struct call *call, enum phase phase, uint64_t address, struct control *control)
{
	const struct layout *layout = &call->abi->layout;
	const uint8_t *header = NULL;
	uint64_t size, at;

	if (call_bytes(call, phase, address, layout->msghdr.size, &header) < layout->msghdr.size || !header)
		return false;
	at = word(header + layout->msghdr.control, layout->pointer);
	size = word(header + layout->msghdr.controllen, layout->pointer);
	if (!at || !size)
		return false;
	control->layout = layout;
	control->at = 0;
	control->size = call_bytes(call, phase, at, size > CONTROL_LIMIT ? CONTROL_LIMIT : (uint32_t)size,
				   &control->data);
	return control->size > 0;
}

/* The next SCM_RIGHTS record's fds; returns how many, -1 at the end. Lengths are the program's: every one is
 * checked. */
static int next_rights(struct control *control, int fds[RIGHTS_LIMIT])
{
	const struct layout *layout = control->layout;
	unsigned header = layout->cmsghdr.header, align = layout->cmsghdr.align;

	while (control->at + header <= control->size) {
		const uint8_t *record = control->data + control->at;
		uint64_t len = word(record, layout->pointer);
		uint32_t left = control->size - control->at;
		int32_t level, type;

		if (len < header)
			return -1;
		memcpy(&level, record + layout->cmsghdr.level, 4);
		memcpy(&type, record + layout->cmsghdr.type, 4);
		uint32_t have = len > left ? left : (uint32_t)len;
		uint32_t step = (have + align - 1) / align * align;

		control->at = step > left ? control->size : control->at + step;
		if (level != SOL_SOCKET || type != SCM_RIGHTS)
			continue;
		uint32_t count = (have - header) / 4;

		if (count > RIGHTS_LIMIT)
			count = RIGHTS_LIMIT;
		memcpy(fds, record + header, count * sizeof(int));
		return (int)count;
	}
	return -1;
}

/*
 * Keeps a reference while the message is under way; the oldest gives way (it was received where nobody saw
 * it). The receiver's call may be seen to end before the sender's: what arrived since that began is under way
 * no more.
 */
static void take_off(struct state *state, const struct call *call, struct file *file)
{
	struct file **slot;

	const uint64_t earliest = call->entry_seen		? call->entry_ns
				  : state_now(state) > EARLY_NS ? state_now(state) - EARLY_NS
								: 0;

	if (file->early && file->early_ns >= earliest) {
		file->early--;
		return;
	}
	file->early = 0;
	slot = &state->flight[state->flight_next++ % FLIGHT_LIMIT];
	if (*slot)
		file_unref(state, *slot);
	*slot = file_ref(file);
}

static void arrive(struct state *state, struct file *file)
{
	for (unsigned i = 0; i < FLIGHT_LIMIT; i++) {
		if (state->flight[i] == file) {
			state->flight[i] = NULL;
			file_unref(state, file);
			return;
		}
	}
	if (file->forever)
		return;
	file->early++;
	file->early_ns = state_now(state);
}

void rights_sent(struct state *state, struct task *task, struct call *call, uint64_t msghdr)
{
	struct control control;
	int fds[RIGHTS_LIMIT], count;

	if (!control_of(call, PHASE_ENTRY, msghdr, &control))
		return;
	while ((count = next_rights(&control, fds)) >= 0)
		for (int i = 0; i < count; i++) {
			struct file *file =
				call->left ? look(state, task, fds[i], false) : look_known(task, fds[i]);

			if (file && file_matters(file))
				take_off(state, call, file);
		}
}

void rights_received(struct state *state, struct task *task, struct call *call, uint64_t msghdr,
		     unsigned flags)
{
	unsigned slot_flags = SLOT_FLAGS_KNOWN | (flags & MSG_CMSG_CLOEXEC ? SLOT_CLOEXEC : 0);
	struct control control;
	int fds[RIGHTS_LIMIT], count;

	if (!control_of(call, PHASE_EXIT, msghdr, &control))
		return;
	while ((count = next_rights(&control, fds)) >= 0)
		for (int i = 0; i < count; i++) {
			if (call->left)
				arrive(state, look_new(state, task, fds[i], slot_flags));
			else
				fdtable_clear(state, task->files, fds[i]);
		}
}

void rights_done(struct state *state)
{
	for (unsigned i = 0; i < FLIGHT_LIMIT; i++)
		if (state->flight[i])
			file_unref(state, state->flight[i]);
}
