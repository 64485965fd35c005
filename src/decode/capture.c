/* Copying what an event needs while the thread is held: the plan of a pass, and the blobs that it leaves. */
#include "decode/capture.h"

#include "kinds.h"
#include "pass.h"

static struct capture_args args_of_row(const struct row *row)
{
	struct capture_args args = { 0, 0 };

	for (unsigned i = 0; i < row->arg_count; i++) {
		const struct arg *arg = &row->args[i];

		if (!kind_in(KINDS_READ, arg->as))
			continue;
		if (arg->when != AT_EXIT)
			args.entry |= (uint8_t)(1U << i);
		if (arg->when != AT_ENTRY)
			args.exit |= (uint8_t)(1U << i);
	}
	return args;
}

void capture_args_fill(struct capture_args *args)
{
	for (unsigned id = 0; id < CALL_COUNT; id++)
		args[id] = args_of_row(&call_rows[id]);
}

/* The arguments whose bytes are to be read in this pass, as bits. */
static inline unsigned wanted(const struct call *call, enum phase phase,
			      const struct capture_options *options)
{
	const struct capture_args args =
		options->args ? options->args[call->row->id] : args_of_row(call->row);

	if (phase == PHASE_ENTRY)
		return args.entry;
	return (call->entry_seen ? 0U : args.entry) | (call->failed ? 0U : args.exit);
}

bool capture_comes_late(const struct call *call, const struct capture_args *args)
{
	const struct capture_args of = args[call->row->id];

	for (unsigned entry = of.entry; entry; entry &= entry - 1)
		if (call->args[__builtin_ctz(entry)])
			return false;
	return of.exit && call->args_known;
}

static unsigned plan_args(struct call *call, enum phase phase, const struct capture_options *options,
			  unsigned args, struct memory_span *spans)
{
	struct pass pass = { .call = call, .phase = phase, .options = options, .left = CAPTURE_LIMIT };
	unsigned count = 0;

	for (; args && count < CAPTURE_SPANS; args &= args - 1) {
		const unsigned i = (unsigned)__builtin_ctz(args);

		if (!call->args[i])
			continue;
		uint32_t size =
			(uint32_t)smaller(decode_kinds[call->row->args[i].as].size(&pass, i), pass.left);

		if (!size)
			continue;
		pass.left -= size;
		spans[count++] =
			(struct memory_span){ call->args[i], arena_alloc(&call->arena, size), size, 0 };
	}
	return count;
}

unsigned capture_plan(struct call *call, enum phase phase, const struct capture_options *options,
		      struct memory_span *spans)
{
	const unsigned args = wanted(call, phase, options);

	if (!args || !call->args_known || call->bytes_unread)
		return 0;
	return plan_args(call, phase, options, args, spans);
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

	for (unsigned i = 0; i < count; i++)
		pass.left -= (uint32_t)smaller(spans[i].size, pass.left);
	keep_blobs(call, phase, spans, count);
	for (unsigned args = wanted(call, phase, options); args; args &= args - 1) {
		const unsigned i = (unsigned)__builtin_ctz(args), as = call->row->args[i].as;

		if (kind_in(KINDS_FOLLOWED, as) && call->args[i])
			decode_kinds[as].follow(&pass, i);
	}
}

uint32_t capture_find(const struct call *call, enum phase phase, uint64_t address, uint32_t size,
		      const uint8_t **data)
{
	return call_bytes(call, phase, address, size, data);
}
