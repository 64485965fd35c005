/* Copying what an event needs while the thread is held: the plan of a pass, and the blobs that it leaves. */
#include "decode/capture.h"

#include "kinds.h"
#include "pass.h"

/* Whether the argument's bytes are to be read in this pass. */
static bool wanted(const struct call *call, const struct arg *arg, enum phase phase)
{
	if (phase == PHASE_ENTRY)
		return arg->when != AT_EXIT;
	if (!call->entry_seen && arg->when != AT_EXIT)
		return true;
	return arg->when != AT_ENTRY && !call->failed;
}

unsigned capture_plan(struct call *call, enum phase phase, const struct capture_options *options,
		      struct memory_span *spans)
{
	struct pass pass = { .call = call, .phase = phase, .options = options, .left = CAPTURE_LIMIT };
	const struct row *row = call->row;
	const unsigned arg_count = row->arg_count;
	unsigned count = 0;

	if (!call->args_known || call->bytes_unread)
		return 0;
	for (unsigned i = 0; i < arg_count && count < CAPTURE_SPANS; i++) {
		const struct arg *arg = &row->args[i];

		if (!kind_in(KINDS_READ, arg->as) || !call->args[i] || !wanted(call, arg, phase))
			continue;
		uint32_t size = (uint32_t)smaller(decode_kinds[arg->as].size(&pass, i), pass.left);

		if (!size)
			continue;
		pass.left -= size;
		spans[count++] =
			(struct memory_span){ call->args[i], arena_alloc(&call->arena, size), size, 0 };
	}
	return count;
}

/* Keeps read spans as blobs of the phase. */
static void keep_blobs(struct call *call, enum phase phase, const struct memory_span *spans, unsigned count)
{
	struct capture *capture = phase == PHASE_ENTRY ? &call->in : &call->out;

	if (capture->count + count > capture->room) {
		uint32_t room = capture->room * 2 > capture->count + count ? capture->room * 2
									   : capture->count + count;
		struct blob *blobs = arena_alloc(&call->arena, room * sizeof(*blobs));

		if (capture->count)
			memcpy(blobs, capture->blobs, capture->count * sizeof(*blobs));
		capture->blobs = blobs;
		capture->room = room;
	}
	for (unsigned i = 0; i < count; i++)
		capture->blobs[capture->count++] =
			(struct blob){ spans[i].address, spans[i].size, spans[i].got, spans[i].to };
}

void reads_add(struct reads *reads, uint64_t address, uint64_t size)
{
	struct pass *pass = reads->pass;
	uint32_t bytes = (uint32_t)smaller(size, pass->left);

	if (!address || !bytes)
		return;
	if (reads->count == reads->room) {
		unsigned room = reads->room ? reads->room * 2 : 8;
		struct memory_span *spans = arena_alloc(&pass->call->arena, room * sizeof(*spans));

		if (reads->count)
			memcpy(spans, reads->spans, reads->count * sizeof(*spans));
		reads->spans = spans;
		reads->room = room;
	}
	pass->left -= bytes;
	reads->spans[reads->count++] =
		(struct memory_span){ address, arena_alloc(&pass->call->arena, bytes), bytes, 0 };
}

void reads_run(struct reads *reads)
{
	if (!reads->count)
		return;
	memory_read(reads->pass->memory, reads->spans, reads->count);
	keep_blobs(reads->pass->call, reads->pass->phase, reads->spans, reads->count);
	reads->count = 0;
}

void capture_follow(struct call *call, enum phase phase, const struct capture_options *options,
		    struct memory_span *spans, unsigned count, struct memory *memory)
{
	struct pass pass = { call, phase, options, memory, CAPTURE_LIMIT };
	const struct row *row = call->row;
	const unsigned arg_count = row->arg_count;

	for (unsigned i = 0; i < count; i++)
		pass.left -= (uint32_t)smaller(spans[i].size, pass.left);
	keep_blobs(call, phase, spans, count);
	for (unsigned i = 0; i < arg_count; i++) {
		const struct arg *arg = &row->args[i];

		if (kind_in(KINDS_FOLLOWED, arg->as) && call->args[i] && wanted(call, arg, phase))
			decode_kinds[arg->as].follow(&pass, i);
	}
}

uint32_t capture_find(const struct call *call, enum phase phase, uint64_t address, uint32_t size,
		      const uint8_t **data)
{
	return call_bytes(call, phase, address, size, data);
}
