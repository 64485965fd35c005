#include "state/state.h"

#include <errno.h>
#include <stdlib.h>

#include "calls/row.h"
#include "private.h"

struct state *state_new_asking(const struct state_events *events, struct ask *ask)
{
	struct state *state = state_zalloc(sizeof(*state));

	if (events)
		state->events = *events;
	state->ask = ask;
	state->unknown = (struct file){ .refs = 1, .forever = true, .kind = FILE_UNKNOWN };
	state->other = (struct file){ .refs = 1, .forever = true, .kind = FILE_OTHER };
	state->unknown.family = state->unknown.type = state->unknown.protocol = -1;
	state->other.family = state->other.type = state->other.protocol = -1;
	return state;
}

struct state *state_new(const struct state_events *events)
{
	return state_new_asking(events, ask_kernel_new());
}

void state_free(struct state *state)
{
	if (!state)
		return;
	state->events = (struct state_events){ 0 };
	state->tcp = (struct tcp_options){ 0 };
	rights_done(state);
	while (state->newest) {
		state->newest->refs = 1;
		file_unref(state, state->newest);
	}
	file_tell_closed(state);
	map_done(&state->by_cookie);
	map_done(&state->by_inode);
	map_done(&state->by_ends);
	free(state->found);
	state->ask->free(state->ask);
	free(state);
}

enum { SHARE_FILES = 0x400 /* CLONE_FILES, <linux/sched.h> */ };

/* A thread that was there before: threads of a process share its table, unless the kernel says otherwise. */
static struct fdtable *table_of_process(struct state *state, struct task *task)
{
	struct task *other = task->process ? task->process->state_task : NULL;

	if (!other || other == task || !other->files)
		return NULL;
	if (state->ask->same_table(state->ask, task->tid, other->tid) == 0)
		return NULL;
	return other->files;
}

void state_task_new(struct state *state, struct task *task, struct task *parent, uint64_t clone_flags)
{
	struct fdtable *table = NULL;
	bool told = parent && !(clone_flags & TASK_UNTOLD);

	if (parent && parent->files && (told || clone_flags & SHARE_FILES))
		table = clone_flags & SHARE_FILES ? parent->files : NULL;
	else
		table = table_of_process(state, task);
	if (table) {
		table->refs++;
		table->shared = true;
		task->files = table;
	} else if (told && parent->files) {
		task->files = fdtable_copy(parent->files);
	} else {
		task->files = fdtable_new();
		task->files->attached = parent || (task->process && task->process->attached);
	}
	if (task->process && !task->process->state_task)
		task->process->state_task = task;
	if (parent) {
		task->left_ns = parent->left_ns; /* it was made later than that */
		late_settle(state, task);
	}
	if (table || told)
		return;
	if (!parent && task->files->attached)
		look_running(state, task);
	else
		look_list(state, task); /* now: where only exits are seen, its first call has made its fd
					   already, and without a socket calls on any fd do not stop */
}

void state_task_exiting(struct state *state, struct task *task)
{
	struct fdtable *table = task->files;

	if (!table || task->ending)
		return;
	task->ending = true;
	if (++table->exiting == table->refs)
		tcp_exiting(state, task);
}

void state_task_end(struct state *state, struct task *task)
{
	file_tell_found(state);
	state->ask->forget(state->ask, task->tid);
	if (task->files && task->ending)
		task->files->exiting--;
	task->ending = false;
	fdtable_unref(state, task->files);
	task->files = NULL;
	if (task->process && task->process->state_task == task)
		task->process->state_task = NULL;
	file_tell_closed(state);
}

/* Whether a slot goes at exec: what its flag says, or what the kernel has there now when the flag was never
 * seen. */
static bool goes_at_exec(struct state *state, struct task *task, int fd, const struct slot *slot)
{
	if (!file_matters(slot->file))
		return true; /* asked again when used */
	if (slot->flags & SLOT_FLAGS_KNOWN)
		return slot->flags & SLOT_CLOEXEC;
	return state->ask->cloexec(state->ask, task->tid, fd) == -EBADF;
}

void state_exec(struct state *state, struct task *task)
{
	struct fdtable *table;

	if (!task->files)
		return;
	/* Of threads that the exec killed, the last calls may not be known. */
	bool doubtful = task->exits_only && task->files->shared;

	table = fdtable_unshare(state, task);
	late_done(state, table); /* whose closes were under way is gone, or has another table */
	task->left_ns = state->ask->now(state->ask);
	for (unsigned fd = 0; fd < table->size; fd++) {
		struct slot *slot = fdtable_slot(table, (int)fd);

		if (slot && (goes_at_exec(state, task, (int)fd, slot) ||
			     (doubtful && !look_again(state, task, (int)fd))))
			fdtable_clear(state, table, (int)fd);
	}
	look_list(state, task);
	late_settle(state, task);
}

bool state_matters(const struct task *task)
{
	return task->files && task->files->matters;
}

void state_flush(struct state *state)
{
	file_tell_closed(state);
}

/*
 * A call that only sockets have succeeded on an fd that nobody was allowed to ask about: it is a socket, of
 * unknown ends.
 */
static void promote(struct state *state, struct task *task, struct call *call)
{
	int fd = call_fd(call, call->row->fd_arg);
	struct file *file;

	if (call->row->fd_use != FD_SOCKET || call->file != &state->unknown || !call_succeeded(call) ||
	    fdtable_slot(task->files, fd))
		return;
	file = file_new(state, FILE_SOCKET);
	file->history->found = true;
	file->history->created = 0;
	fdtable_set(state, task, fd, file, 0, 0);
	call->file = file;
	file_find_later(state, task, fd, file);
}

/* What was news of another call is old. */
static void news_begin(struct state *state, const struct call *call)
{
	state->news_count = 0;
	state->news_call = call;
}

void state_leave(struct state *state, struct task *task, struct call *call)
{
	const struct effect_functions *functions = &effect_functions[call->row->effect];

	call->left = true;
	state->now = call->exit_ns;
	news_begin(state, call);
	if (!task->files || !call->args_known)
		return;
	promote(state, task, call);
	tcp_leave_data(state, task, call);
	if (functions->leave)
		functions->leave(state, task, call);
}

static void apply(struct state *state, struct task *task, struct call *call)
{
	const struct effect_functions *functions = &effect_functions[call->row->effect];

	if (state->found_count)
		file_tell_found(state);
	state->now = call->exit_ns ? call->exit_ns : call->entry_ns;
	if (!call->left)
		news_begin(state, call);
	if (!task->files || !call->args_known)
		return;
	if (!call->left && functions->leave)
		functions->leave(state, task, call);
	if (functions->apply)
		functions->apply(state, task, call);
	if (!call->uncertain)
		history_call(state, call);
	outcome_call(state, call);
	outcome_close(state, call);
}

void state_apply(struct state *state, struct task *task, struct call *call)
{
	/* The kernel did what was asked for, whoever did not live to hear of it. */
	if (call->unreturned) {
		call->finished = true;
		call->failed = call->result < 0 && call->result >= -4095;
	}
	if (call->finished)
		apply(state, task, call);
	if (call->unreturned)
		call->finished = call->failed = false;
}

/* An outcome that nobody asked for, as its call is not shown, waits for the next call on its socket. */
static void news_keep(struct state *state)
{
	for (unsigned i = 0; i < state->news_count; i++)
		if (state->news[i].kind == NEWS_CONNECTED || state->news[i].kind == NEWS_CONNECT_FAILED)
			state->news[i].file->untold = true;
	state->news_count = 0;
	state->news_call = NULL;
}

unsigned state_news(struct state *state, const struct call *call, struct socket_news *news)
{
	unsigned count = state->news_call == call ? state->news_count : 0;

	for (unsigned i = 0; i < count; i++)
		news[i] = state->news[i];
	state->news_count = 0;
	return count;
}

void state_drop(struct state *state, struct call *call)
{
	if (state->news_call == call)
		news_keep(state);
	tcp_tell(state, call->file);
	if (call->file)
		file_unref(state, call->file);
	if (call->file2)
		file_unref(state, call->file2);
	call->file = call->file2 = NULL;
	if (state->dying)
		file_tell_closed(state);
}

void state_each(struct state *state, void (*fn)(void *user, struct file *file), void *user)
{
	struct file *file = state->newest;

	while (file && file->older)
		file = file->older;
	for (; file; file = file->newer)
		fn(user, file);
}
