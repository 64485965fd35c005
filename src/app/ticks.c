/* ticks: what is done at intervals: notes about calls that still block, struct tcp_info, totals so far. */
#include "pipeline_private.h"

#include <string.h>

#include "base/clock.h"
#include "state/socket.h"

/* Pending calls are looked for this often; a note may come so much late. */
static const int64_t PENDING_CHECK = 100000000;
static const int64_t PENDING_DEFAULT = 1000000000;
enum { NOTED_LIMIT = 65536 };

void pipeline_show_pending(struct pipeline *pipeline, struct task *task, struct call *call,
			   int64_t waiting_ns)
{
	struct event event = { .kind = EVENT_NOTE, .type = "pending", .duration_ns = waiting_ns, .fd = -1 };

	event.time_ns = clock_monotonic_ns();
	event.pid = task->process->pid;
	event.tid = task->tid;
	event.comm = task->comm;
	event.text = call->row->name;
	pipeline->task = task;
	decode_entry(&pipeline->decode, call, &event);
	pipeline->task = NULL;
	pipeline_set_caller(pipeline, call, &event);
	pipeline_set_peer(pipeline, call, &event);
	pipeline_emit(pipeline, &event);
}

bool pipeline_note_once(struct pipeline *pipeline, const struct task *task, const struct call *call)
{
	const struct place *place = NULL;

	if (pipeline->stack && call->walk.count)
		place = stack_caller(pipeline->stack, &call->walk).place;
	uint64_t key =
		((uint64_t)task->tid << 40) ^ (uint64_t)(uintptr_t)place ^ ((uint64_t)call->row->id << 56);

	if (map_get(&pipeline->noted, key) || pipeline->noted.count >= NOTED_LIMIT)
		return false;
	map_put(&pipeline->noted, key, pipeline);
	return true;
}

/* Notes the calls that have blocked for too long by now. */
static void check_pending(struct pipeline *pipeline, uint64_t now)
{
	struct map_slot *slot;

	for (size_t at = 0; (slot = map_next(&pipeline->tasks, &at));) {
		struct task *task = slot->value;
		struct call *call = task->call;

		if (!call || !call->entry_ns || (int64_t)(now - call->entry_ns) < pipeline->pending_ns ||
		    !row_set_has(&pipeline->shown, call->row->id))
			continue;
		if (pipeline_note_once(pipeline, task, call))
			pipeline_show_pending(pipeline, task, call, (int64_t)(now - call->entry_ns));
	}
	tracer_tell_waiting(pipeline->tracer, (uint64_t)pipeline->pending_ns);
}

/* Calls that threads are in when the trace ends before the program: each has its line, "= ?". */
static void show_unfinished(struct pipeline *pipeline)
{
	struct map_slot *slot;

	for (size_t at = 0; (slot = map_next(&pipeline->tasks, &at));) {
		struct task *task = slot->value;

		if (task->call && task->call->entry_ns)
			pipeline_show_unfinished(pipeline, task, task->call);
	}
}

void pipeline_end_early(struct pipeline *pipeline, const char *option)
{
	struct text words = { 0 };

	text_add(&words, "the trace ends here, as ");
	text_add(&words, option);
	text_add(&words,
		 pipeline->options->command ? " says: the command runs on, and is not reported" : " says");
	pipeline_note(pipeline, NULL, words.data);
	text_done(&words);
	pipeline_last_words(pipeline);
}

/* The time of --for is over. */
static void end_in_time(struct pipeline *pipeline)
{
	struct text option = { 0 };

	if (pipeline->options->command)
		show_unfinished(pipeline);
	text_add(&option, "--for=");
	text_add_span(&option, (uint64_t)pipeline->options->for_ns);
	pipeline_end_early(pipeline, option.data);
	text_done(&option);
	pipeline->ended = pipeline->options->command;
	pipeline->ended_in_time = true;
}

static void follow_width(struct pipeline *pipeline)
{
	const int width = __atomic_exchange_n(&pipeline->width_wanted, 0, __ATOMIC_SEQ_CST);

	for (unsigned i = 0; width > 0 && i < pipeline->sink_count; i++)
		if (pipeline->sinks[i]->kind->resize)
			pipeline->sinks[i]->kind->resize(pipeline->sinks[i], (unsigned)width);
}

void pipeline_tick(void *user)
{
	struct pipeline *pipeline = user;
	const uint64_t now = clock_monotonic_ns();

	follow_width(pipeline);
	if (__atomic_exchange_n(&pipeline->totals_wanted, 0, __ATOMIC_SEQ_CST) && pipeline->totals)
		pipeline_totals_so_far(pipeline);
	if (__atomic_exchange_n(&pipeline->end_wanted, 0, __ATOMIC_SEQ_CST)) {
		end_in_time(pipeline);
	}
	if (pipeline->ended)
		return;
	if (pipeline->pending_ns && (int64_t)(now - pipeline->pending_checked_ns) >= PENDING_CHECK) {
		pipeline->pending_checked_ns = now;
		check_pending(pipeline, now);
	}
	if (pipeline->options->tcp_ns &&
	    (int64_t)(now - pipeline->tcp_asked_ns) >= pipeline->options->tcp_ns) {
		pipeline->tcp_asked_ns = now;
		state_tcp_tick(pipeline->state);
	}
}

int64_t pipeline_interval(const struct pipeline *pipeline)
{
	int64_t interval = pipeline->pending_ns ? PENDING_CHECK : 0;

	if (pipeline->options->tcp_ns && (!interval || pipeline->options->tcp_ns < interval))
		interval = pipeline->options->tcp_ns;
	return interval;
}

void pipeline_totals(struct pipeline *pipeline)
{
	__atomic_store_n(&pipeline->totals_wanted, 1, __ATOMIC_SEQ_CST);
}

void pipeline_resize(struct pipeline *pipeline, unsigned width)
{
	__atomic_store_n(&pipeline->width_wanted, (int)width, __ATOMIC_SEQ_CST);
}

void pipeline_stop(struct pipeline *pipeline)
{
	__atomic_store_n(&pipeline->end_wanted, 1, __ATOMIC_SEQ_CST);
}

void pipeline_ticks_init(struct pipeline *pipeline)
{
	const struct options *options = pipeline->options;
	const struct tcp_options tcp = {
		.at_close = options->tcp_at_close,
		.every_bytes = options->tcp_bytes,
		.at_ticks = options->tcp_ns > 0,
		.sample = pipeline_tcp_sample,
		.user = pipeline,
	};

	pipeline->pending_ns = options->pending_ns;
	if (options->pending_ns < 0)
		pipeline->pending_ns = pipeline->look->width ? PENDING_DEFAULT : 0;
	pipeline->pending_checked_ns = pipeline->tcp_asked_ns = clock_monotonic_ns();
	if (tcp.at_close || tcp.every_bytes || tcp.at_ticks)
		state_tcp_options(pipeline->state, &tcp);
}
