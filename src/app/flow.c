/* flow: one call's way from its entry stop to the sinks. */
#include "pipeline_private.h"

#include <string.h>

#include "base/clock.h"
#include "decode/sockaddr.h"
#include "state/socket.h"

/* Whether all of the span lies within the stack's copy. */
static bool lies_within(const struct memory_span *span, const struct memory_span *stack)
{
	const uint64_t at = span->address - stack->address;

	return at < stack->size && span->size <= stack->size - at;
}

/*
 * Reads spans and the top of the stack. What lies on the stack anyway, as addresses and small buffers often
 * do, is taken from its copy: each span more costs process_vm_readv 0.15 us.
 */
static void read_with_stack(struct memory *memory, struct memory_span *spans, unsigned count,
			    struct memory_span *stack)
{
	struct memory_span asked[CAPTURE_SPANS + 1];
	unsigned asked_at[CAPTURE_SPANS], more = 0;

	for (unsigned i = 0; i < count; i++) {
		if (!lies_within(&spans[i], stack)) {
			asked_at[more] = i;
			asked[more++] = spans[i];
		}
	}
	asked[more] = *stack;
	memory_read(memory, asked, more + 1);
	stack->got = asked[more].got;
	for (unsigned i = 0; i < more; i++)
		spans[asked_at[i]].got = asked[i].got;
	for (unsigned i = 0; i < count; i++) {
		const uint64_t at = spans[i].address - stack->address;

		if (!lies_within(&spans[i], stack))
			continue;
		if (at + spans[i].size <= stack->got) {
			memcpy(spans[i].to, (const char *)stack->to + at, spans[i].size);
			spans[i].got = spans[i].size;
		} else {
			memory_read(memory, &spans[i], 1);
		}
	}
}

/* Reads what the row's arguments point to at that phase, together with the top of the stack when wanted. */
static void copy_bytes(struct pipeline *pipeline, struct task *task, struct call *call, enum phase phase,
		       struct memory_span *stack)
{
	struct memory_span spans[CAPTURE_SPANS];
	struct memory *memory = trace_memory(task);
	const struct capture_options options = { pipeline_data_limit(pipeline, call),
						 pipeline->capture.args };
	unsigned count = capture_plan(call, phase, &options, spans);

	if (stack)
		read_with_stack(memory, spans, count, stack);
	else if (count)
		memory_read(memory, spans, count);
	if (count)
		capture_follow(call, phase, &options, spans, count, memory);
}

void pipeline_copy_sleeper(struct pipeline *pipeline, struct task *task, struct call *call)
{
	copy_bytes(pipeline, task, call, PHASE_ENTRY, NULL);
}

/* The top of the stack, to be read. False: nothing is known of it. */
static bool plan_stack(struct pipeline *pipeline, struct task *task, struct call *call, struct regs *regs,
		       struct memory_span *top)
{
	if (!pipeline->stack || !task->space)
		return false;
	if (trace_regs(task, regs) != 0)
		*regs = (struct regs){ .abi = call->abi, .pc = call->ip, .sp = call->sp, .partial = true };
	const uint32_t size = stack_snapshot(pipeline->stack);
	*top = (struct memory_span){ regs->sp, arena_alloc(&call->arena, size), size, 0 };
	return true;
}

static void walk_stack(struct pipeline *pipeline, struct task *task, struct call *call,
		       const struct regs *regs, const struct memory_span *top)
{
	/* The thread that the space was made with may have ended; this one is held. */
	space_retarget(task->space, task->tid);
	stack_walk(pipeline->stack, task->space, regs->abi, regs, top->to, top->got, trace_memory(task),
		   pipeline->look->stack, &call->arena, &call->walk);
}

/* Copies the bytes and walks the stack, in as few reads as possible. */
static void copy_with_stack(struct pipeline *pipeline, struct task *task, struct call *call, enum phase phase)
{
	struct memory_span top;
	struct regs regs;

	if (plan_stack(pipeline, task, call, &regs, &top)) {
		copy_bytes(pipeline, task, call, phase, &top);
		walk_stack(pipeline, task, call, &regs, &top);
	} else {
		copy_bytes(pipeline, task, call, phase, NULL);
	}
}

/*
 * Whether the stack may wait for the call's exit, where it comes along with the bytes that came in: a read of
 * the thread's memory less, of 0.4 us. Not when somebody may ask for the caller of a call that still waits.
 */
static bool may_walk_later(const struct pipeline *pipeline, const struct call *call)
{
	return call->end_sure && !pipeline->pending_ns && capture_comes_late(call, pipeline->capture.args);
}

/*
 * Whether its caller is of use: shown calls have one, and others where it is told by whom a socket was used.
 * A recorded call's thread has gone on since.
 */
static bool wants_caller(const struct pipeline *pipeline, const struct call *call)
{
	return pipeline->stack && !call->bytes_unread &&
	       (pipeline->histories || row_set_has(&pipeline->shown, call->row->id));
}

/* Held, at the entry: is the call of interest, and what goes in. */
enum call_verdict pipeline_enter(void *user, struct task *task, struct call *call)
{
	struct pipeline *pipeline = user;

	if (!state_enter(pipeline->state, task, call))
		return CALL_SKIP;
	if (state_matters(task))
		trace_any_fd(task);
	if (!wants_caller(pipeline, call))
		copy_bytes(pipeline, task, call, PHASE_ENTRY, NULL);
	else if (may_walk_later(pipeline, call))
		call->walk_later = true;
	else
		copy_with_stack(pipeline, task, call, PHASE_ENTRY);
	if (call->row->fd_use == FD_SETS && !state_sets_matter(pipeline->state, task, call)) {
		state_drop(pipeline->state, call);
		return CALL_SKIP;
	}
	task->call = call;
	return CALL_FOLLOW;
}

/* Held, at the exit of a call whose entry was not seen: what pipeline_enter would have done. */
static void leave_unentered(struct pipeline *pipeline, struct task *task, struct call *call)
{
	call->dropped = !state_enter(pipeline->state, task, call);
	if (call->dropped)
		return;
	if (wants_caller(pipeline, call))
		copy_with_stack(pipeline, task, call, PHASE_EXIT);
	else
		copy_bytes(pipeline, task, call, PHASE_EXIT, NULL);
	if (call->row->fd_use == FD_SETS)
		call->dropped = !state_sets_matter(pipeline->state, task, call);
}

/* Held, at the exit: what came out, and what the kernel knows about new sockets. */
void pipeline_leave(void *user, struct task *task, struct call *call)
{
	struct pipeline *pipeline = user;

	if (!call->entry_seen)
		leave_unentered(pipeline, task, call);
	else if (call->walk_later)
		copy_with_stack(pipeline, task, call, PHASE_EXIT);
	else
		copy_bytes(pipeline, task, call, PHASE_EXIT, NULL);
	call->walk_later = false;
	if (call->dropped)
		return;
	state_leave(pipeline->state, task, call);
	if (state_matters(task) || (!call->failed && call->row->result == RESULT_FD))
		trace_any_fd(task);
}

/* Held, at an exit or its thread's end: its stack stands as at the entry, for the last time perhaps. */
void pipeline_suspend(void *user, struct task *task, struct call *call)
{
	struct pipeline *pipeline = user;
	struct memory_span top;
	struct regs regs;

	if (!call->walk_later)
		return;
	call->walk_later = false;
	if (!plan_stack(pipeline, task, call, &regs, &top))
		return;
	memory_read(trace_memory(task), &top, 1);
	walk_stack(pipeline, task, call, &regs, &top);
}

/* Makes the short text of an address for a view. */
static const char *address_text(void *user, const struct address *address, struct arena *arena)
{
	struct pipeline *pipeline = user;

	text_clear(&pipeline->scratch);
	sockaddr_text_named(address, &pipeline->decode.interfaces, &pipeline->scratch);
	return arena_copy(arena, pipeline->scratch.data, pipeline->scratch.len);
}

const struct file_view *pipeline_view(struct pipeline *pipeline, struct file *file, struct arena *arena)
{
	const struct file_view *view = state_view(pipeline->state, file, arena, address_text, pipeline);

	if (view && view->peer) {
		const char *host = pipeline_peer_host(pipeline, file);
		if (host)
			((struct file_view *)view)->host = arena_string(arena, host);
	}
	if (view && pipeline->decode.service) {
		const struct address *end =
			view->link == LINK_LISTEN ? view->local_address : view->peer_address;
		if (end)
			((struct file_view *)view)->service = pipeline_service(pipeline, end, view->type);
	}
	return view;
}

/* What an fd of the call refers to: the main fd as it was at the entry, others as they are known now. */
static const struct file_view *file_of(void *user, const struct call *call, int fd)
{
	struct pipeline *pipeline = user;
	struct file *file = NULL;

	if (call->file && call->row->fd_use != FD_NONE && (int)call->args[call->row->fd_arg] == fd)
		file = call->uncertain ? NULL : call->file;
	else if (pipeline->task && pipeline->task->files)
		file = state_file_known(pipeline->state, pipeline->task, fd);
	if (!file)
		return NULL;
	return pipeline_view(pipeline, file, (struct arena *)&call->arena);
}

/* Which fd was registered with that data word. */
static int epoll_fd(void *user, const struct call *call, int epfd, uint64_t data)
{
	struct pipeline *pipeline = user;

	(void)epfd;
	return call->file ? state_epoll_fd(pipeline->state, call->file, data) : -1;
}

static const char *genl_family(void *user, uint16_t id)
{
	return genl_name(&((struct pipeline *)user)->genl, id);
}

static const char *interface_name(void *user, uint32_t index)
{
	struct pipeline *pipeline = user;

	return pipeline->task ? netdevs_name(&pipeline->netdevs, pipeline->task->tid, index) : NULL;
}

/* Whether nobody wants the fields of an address: short text says all that is shown. */
static bool text_suffices(const struct pipeline *pipeline)
{
	for (unsigned i = 0; i < pipeline->sink_count; i++)
		if (pipeline->sinks[i]->kind != &sink_text)
			return false;
	return !pipeline->look->verbose;
}

/* Prepares the decoder's view of this pipeline. */
void pipeline_decode_init(struct pipeline *pipeline)
{
	pipeline->decode = (struct decode){
		.file = file_of,
		.host = pipeline_host,
		.service = pipeline->options->verbose ? pipeline_service : NULL,
		.epoll_fd = epoll_fd,
		.genl_family = genl_family,
		.interfaces = { interface_name, pipeline },
		.addresses = &pipeline->addresses,
		.user = pipeline,
		.data_limit = pipeline->capture.data_limit,
		.show_secrets = pipeline->options->show_secrets,
		.no_fields = text_suffices(pipeline),
	};
}

/* The program that an event which is no call is of; NULL: not known. */
static const char *executable_of(const struct pipeline *pipeline, const struct event *event)
{
	const struct task *task = event->tid ? map_get(&pipeline->tasks, (uint64_t)event->tid) : NULL;

	if (pipeline->ending)
		return pipeline->ending->executable;
	return task ? task->process->executable : NULL;
}

void pipeline_emit(struct pipeline *pipeline, const struct event *event)
{
	if (pipeline->quiet && (event->kind == EVENT_PROCESS || event->kind == EVENT_SIGNAL))
		return;
	if (pipeline->ended && pipeline->options->command && event->kind != EVENT_NOTE)
		return;
	if (event->kind != EVENT_CALL &&
	    !filter_shows(&pipeline->options->filter, event, executable_of(pipeline, event)))
		return;
	for (unsigned i = 0; i < pipeline->sink_count; i++)
		pipeline->sinks[i]->kind->event(pipeline->sinks[i], event);
}

/* The frames for -k, as many as --stack allows; the walk may have gone further to find the caller. */
static void set_stack(struct pipeline *pipeline, struct call *call, struct event *event)
{
	unsigned most = pipeline->options->stack_frames, walked = call->walk.count;
	unsigned count = most && most < walked ? most : walked;

	event->stack = stack_places(pipeline->stack, &call->walk, count, &call->arena, &event->stack_count);
	event->stack_cut = call->walk.cut || count < walked;
	event->stack_id = stack_kept_id(pipeline->stack, &call->walk);
}

/* The two sockets of a socketpair were made there. */
static void note_pair(struct pipeline *pipeline, const struct event *event, const struct place *place)
{
	for (const struct value *arg = event->args; arg; arg = arg->next) {
		if (arg->kind != VALUE_LIST)
			continue;
		for (const struct value *fd = arg->list.first; fd; fd = fd->next)
			if (fd->kind == VALUE_FD)
				socket_used_by(
					state_file_known(pipeline->state, pipeline->task, fd->fd.number),
					place, true);
	}
}

/* The place belongs to the history of the socket that the call used, and of those that it made. */
static void note_user(struct pipeline *pipeline, const struct call *call, const struct event *event)
{
	const struct place *place = event->caller.place;
	unsigned effect = call->row->effect;

	if (call->file && !call->uncertain)
		socket_used_by(call->file, place, false);
	if (!call->finished || call->failed || !pipeline->task)
		return;
	if (effect == EFFECT_SOCKETPAIR)
		note_pair(pipeline, event, place);
	if (effect == EFFECT_SOCKET || effect == EFFECT_ACCEPT)
		socket_used_by(state_file_known(pipeline->state, pipeline->task, (int)call->result), place,
			       true);
}

void pipeline_set_caller(struct pipeline *pipeline, struct call *call, struct event *event)
{
	if (!pipeline->stack || !call->walk.count)
		return;
	event->caller = stack_caller(pipeline->stack, &call->walk);
	if (event->caller.place)
		note_user(pipeline, call, event);
	if (pipeline->look->stack)
		set_stack(pipeline, call, event);
}

/* Everything of the event that the call's numbers say. */
static void set_numbers(struct task *task, const struct call *call, struct event *event)
{
	event->kind = EVENT_CALL;
	event->type = call->row->name;
	event->time_ns = call->entry_ns ? call->entry_ns : call->exit_ns;
	event->duration_ns =
		call->entry_ns && call->finished ? (int64_t)(call->exit_ns - call->entry_ns) : -1;
	event->pid = task->process->pid;
	event->tid = task->tid;
	event->comm = task->comm;
	event->finished = call->finished;
	event->failed = call->failed;
	event->restarted = call->restarted;
	event->uncertain = call->uncertain;
	event->result = call->result;
	event->error = call->failed ? (int)-call->result : 0;
	event->fd = -1;
	event->abi32 = call->abi->bits == 32;
}

/* The other end of the call's socket as fields, which JSON alone shows. */
void pipeline_set_peer(const struct pipeline *pipeline, struct call *call, struct event *event)
{
	struct file_view *view = (struct file_view *)event->file;

	if (pipeline->options->format == FORMAT_JSON && view && view->peer_address)
		view->peer_fields = sockaddr_fields(&call->arena, view->peer_address);
}

/* io_uring's operations pass no system call: say so whenever a ring is made. */
static void note_ring(struct pipeline *pipeline, struct task *task, const struct call *call)
{
	if (call->row->id == CALL_io_uring_setup && call->finished && !call->failed)
		pipeline_note(pipeline, task, "io_uring is used: its operations are not shown");
}

/* Shows a call, and ends the trace after the last one that was asked for. */
static void show_call(struct pipeline *pipeline, const struct event *event)
{
	const uint64_t most = pipeline->options->max_events;

	if (pipeline->ended)
		return;
	if (pipeline->ended_in_time && event->finished)
		return;
	pipeline_emit(pipeline, event);
	if (most && ++pipeline->shown_calls >= most) {
		struct text option = { 0 };

		text_add(&option, "--max-events=");
		text_add_uint(&option, most);
		pipeline_end_early(pipeline, option.data);
		text_done(&option);
		pipeline->ended = true;
		tracer_stop(pipeline->tracer, 0);
	}
}

/* A call that is not shown was made somewhere too, for the histories of its sockets. */
static void note_hidden(struct pipeline *pipeline, struct call *call)
{
	const bool pair = call->row->effect == EFFECT_SOCKETPAIR && call->finished;
	struct event event = { 0 };

	if (!pipeline->histories || !pipeline->stack || !call->walk.count)
		return;
	if (pair) {
		decode_entry(&pipeline->decode, call, &event);
		decode_exit(&pipeline->decode, call, &event);
	}
	event.caller = stack_caller(pipeline->stack, &call->walk);
	if (event.caller.place)
		note_user(pipeline, call, &event);
}

void pipeline_show_unfinished(struct pipeline *pipeline, struct task *task, struct call *call)
{
	struct event event = { 0 };

	if (pipeline->ended || !row_set_has(&pipeline->shown, call->row->id))
		return;
	if (call->walk_later)
		pipeline_walk_sleeper(pipeline, task, call);
	set_numbers(task, call, &event);
	pipeline->task = task;
	decode_entry(&pipeline->decode, call, &event);
	pipeline->task = NULL;
	pipeline_set_caller(pipeline, call, &event);
	pipeline_set_peer(pipeline, call, &event);
	if (filter_shows(&pipeline->options->filter, &event, task->process->executable))
		pipeline_emit(pipeline, &event);
}

/* The thread runs again: effects, values, names, output. */
void pipeline_finish(void *user, struct task *task, struct call *call)
{
	struct pipeline *pipeline = user;
	bool shown = row_set_has(&pipeline->shown, call->row->id);
	struct event event;

	if (task->call == call)
		task->call = NULL;
	if (call->dropped) {
		state_drop(pipeline->state, call);
		return;
	}
	pipeline->task = task;
	pipeline->uncertain = call->uncertain;
	memset(&event, 0, sizeof event);
	if (shown) {
		set_numbers(task, call, &event);
		decode_entry(&pipeline->decode, call, &event);
	}
	const char *words = NULL;
	if (call->finished)
		words = pipeline_learn(pipeline, call);
	state_apply(pipeline->state, task, call);
	if (shown) {
		if (call->finished)
			decode_exit(&pipeline->decode, call, &event);
		pipeline_set_caller(pipeline, call, &event);
		pipeline_set_peer(pipeline, call, &event);
		pipeline_remarks(pipeline, call, &event, words);
		if (filter_shows(&pipeline->options->filter, &event, task->process->executable))
			show_call(pipeline, &event);
	} else {
		note_hidden(pipeline, call);
	}
	note_ring(pipeline, task, call);
	state_drop(pipeline->state, call);
	pipeline->task = NULL;
	pipeline->uncertain = false;
}
