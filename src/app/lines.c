/* lines: what is no call: processes and threads that come and go, exec, signals, notes. */
#include "pipeline_private.h"

#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "names/names.h"

/* clone(2): the flags that matter here. */
enum { CLONE_VM_ = 0x100, CLONE_THREAD_ = 0x10000 };

/* An event that happens now. */
static void line_init(struct pipeline *pipeline, struct event *event, enum event_kind kind, const char *type,
		      const struct task *task)
{
	arena_reset(&pipeline->arena);
	memset(event, 0, sizeof *event);
	event->kind = kind;
	event->type = type;
	event->time_ns = clock_monotonic_ns();
	event->duration_ns = -1;
	event->fd = -1;
	if (task) {
		event->pid = task->process->pid;
		event->tid = task->tid;
		event->comm = task->comm;
	}
}

/* Details common to process lines. */
static struct value *process_details(struct pipeline *pipeline, const struct process *process)
{
	struct value *details = value_struct(&pipeline->arena, NULL);

	if (process->executable)
		value_append(details, value_string(&pipeline->arena, "executable", process->executable,
						   (uint32_t)strlen(process->executable)));
	if (process->command_line)
		value_append(details, value_string(&pipeline->arena, "command_line", process->command_line,
						   (uint32_t)strlen(process->command_line)));
	return details;
}

/*
 * "+ process 4410 curl: curl -s http://..." for what we start, attach to, or see forked. It is told with the
 * first of its threads, which of one that is attached to is not the main thread.
 */
static void show_process(struct pipeline *pipeline, struct task *task, struct task *parent)
{
	struct process *process = task->process;
	struct event event;
	const char *line = process->command_line ? process->command_line : "", *comm = task->comm;

	process->introduced = true;
	line_init(pipeline, &event, EVENT_PROCESS, process->attached && !parent ? "attached" : "started",
		  task);
	if (task->tid != process->pid && *process->comm)
		event.comm = comm = process->comm;
	event.tid = process->pid;
	if (parent)
		event.text = arena_printf(&pipeline->arena, "process %d of %d %s", process->pid,
					  parent->process->pid, comm);
	else
		event.text = arena_printf(&pipeline->arena, "process %d %s%s%s", process->pid, comm,
					  *line ? ": " : "", line);
	struct value *details = process_details(pipeline, process);
	if (parent)
		value_append(details, value_int(&pipeline->arena, "parent_id", parent->process->pid));
	value_append(details, value_string(&pipeline->arena, "engine", trace_engine(task),
					   (uint32_t)strlen(trace_engine(task))));
	event.details = details;
	pipeline_emit(pipeline, &event);
}

/* "+ thread of 4410 curl" */
static void show_thread(struct pipeline *pipeline, struct task *task)
{
	struct event event;

	line_init(pipeline, &event, EVENT_PROCESS, "thread", task);
	event.text = arena_printf(&pipeline->arena, "thread of %d %s", task->process->pid, task->comm);
	pipeline_emit(pipeline, &event);
}

void pipeline_task_new(void *user, struct task *task, struct task *parent, uint64_t clone_flags)
{
	struct pipeline *pipeline = user;
	struct task *sibling = parent;

	map_put(&pipeline->tasks, (uint64_t)task->tid, task);
	state_task_new(pipeline->state, task, parent, clone_flags);
	if (state_matters(task))
		trace_any_fd(task);
	if (pipeline->stack) {
		if (sibling && sibling->space && (clone_flags & CLONE_VM_))
			task->space = space_ref(sibling->space);
		else if (sibling && sibling->space && !(clone_flags & TASK_UNTOLD))
			task->space = space_fork(sibling->space, task->tid);
		else
			task->space = space_new(pipeline->stack, task->tid);
	}
	const bool is_main = task->tid == task->process->pid;

	if (!task->process->introduced && (is_main || (task->process->attached && !parent)))
		show_process(pipeline, task, parent);
	if (!is_main)
		show_thread(pipeline, task);
}

void pipeline_exiting(void *user, struct task *task)
{
	state_task_exiting(((struct pipeline *)user)->state, task);
}

void pipeline_task_end(void *user, struct task *task, int status)
{
	struct pipeline *pipeline = user;

	(void)status;
	if (task->tid == task->process->pid || !*task->process->comm)
		memcpy(task->process->comm, task->comm, sizeof task->process->comm);
	state_task_end(pipeline->state, task);
	if (map_get(&pipeline->tasks, (uint64_t)task->tid) == task)
		map_take(&pipeline->tasks, (uint64_t)task->tid);
	if (task->space)
		space_unref(task->space);
	task->space = NULL;
}

/* "- exited 0", "- killed by SIGKILL", "- let go" */
void pipeline_process_end(void *user, struct process *process, int status)
{
	struct pipeline *pipeline = user;
	struct event event;

	line_init(pipeline, &event, EVENT_PROCESS, "detached", NULL);
	event.pid = event.tid = process->pid;
	event.comm = process->comm;
	struct value *details = value_struct(&pipeline->arena, NULL);
	if (status == -1) {
		event.text = "let go";
	} else if (WIFSIGNALED(status)) {
		const char *name = names_signal(WTERMSIG(status));
		event.type = "killed";
		event.text =
			arena_printf(&pipeline->arena, "killed by %s%s", name ? name : "an unknown signal",
				     WCOREDUMP(status) ? " (core dumped)" : "");
		value_append(details, value_string(&pipeline->arena, "signal", name ? name : "",
						   name ? (uint32_t)strlen(name) : 0));
	} else {
		event.type = "exited";
		event.text = arena_printf(&pipeline->arena, "exited %d", WEXITSTATUS(status));
		value_append(details, value_int(&pipeline->arena, "status", WEXITSTATUS(status)));
	}
	event.details = details;
	pipeline->ending = process;
	pipeline_emit(pipeline, &event);
	pipeline->ending = NULL;
}

/* "= exec /usr/bin/curl: curl -s ..." */
static void show_exec(struct pipeline *pipeline, struct task *task)
{
	const struct process *process = task->process;
	struct event event;

	line_init(pipeline, &event, EVENT_PROCESS, "exec", task);
	event.text = arena_printf(
		&pipeline->arena, "exec %s%s%s", process->executable ? process->executable : task->comm,
		process->command_line ? ": " : "", process->command_line ? process->command_line : "");
	event.details = process_details(pipeline, process);
	pipeline_emit(pipeline, &event);
}

void pipeline_exec(void *user, struct task *task, pid_t old_tid)
{
	struct pipeline *pipeline = user;

	(void)old_tid;
	state_exec(pipeline->state, task);
	if (state_matters(task))
		trace_any_fd(task);
	if (pipeline->stack) {
		if (task->space)
			space_unref(task->space);
		task->space = space_new(pipeline->stack, task->tid);
	}
	show_exec(pipeline, task);
}

void pipeline_executable_map(void *user, struct task *task)
{
	(void)user;
	if (task->space)
		space_changed(task->space);
}

/* Who sent a signal, or which address is at fault, as far as siginfo tells. */
void pipeline_signal(void *user, struct task *task, int signo, const void *siginfo)
{
	struct pipeline *pipeline = user;
	const siginfo_t *info = siginfo;
	const char *name = names_signal(signo);
	struct event event;

	line_init(pipeline, &event, EVENT_SIGNAL, name ? name : "SIG?", task);
	struct value *details = value_struct(&pipeline->arena, NULL);
	value_append(details, value_int(&pipeline->arena, "signo", signo));
	const char *fault = info ? pipeline_fault(event.type, info, &pipeline->arena, details) : NULL;
	if (fault) {
		event.text = fault;
	} else if (info &&
		   (info->si_code == SI_USER || info->si_code == SI_QUEUE || info->si_code == SI_TKILL)) {
		value_append(details, value_int(&pipeline->arena, "sender", info->si_pid));
		event.text = arena_printf(&pipeline->arena, "%s from %d", event.type, info->si_pid);
	} else {
		event.text = event.type;
	}
	event.details = details;
	pipeline_emit(pipeline, &event);
}

/* "! stopped by SIGTSTP": the whole process, until its SIGCONT. */
void pipeline_stopped(void *user, struct task *task, int signo)
{
	struct pipeline *pipeline = user;
	const char *name = names_signal(signo);
	struct event event;

	line_init(pipeline, &event, EVENT_PROCESS, "stopped", task);
	event.text = arena_printf(&pipeline->arena, "stopped by %s", name ? name : "an unknown signal");
	struct value *details = value_struct(&pipeline->arena, NULL);
	value_append(details, value_string(&pipeline->arena, "signal", name ? name : "",
					   name ? (uint32_t)strlen(name) : 0));
	event.details = details;
	pipeline_emit(pipeline, &event);
}

void pipeline_note(void *user, struct task *task, const char *text)
{
	struct pipeline *pipeline = user;
	struct event event;

	line_init(pipeline, &event, EVENT_NOTE, "note", task);
	event.text = text;
	pipeline_emit(pipeline, &event);
}

/*
 * The stack of a thread that sleeps: of its registers only the program counter and the stack pointer are
 * known, which is enough where frames are found from the stack pointer; where not, the walk ends there.
 */
void pipeline_walk_sleeper(struct pipeline *pipeline, struct task *task, struct call *call)
{
	enum { RSP = 7, RIP = 16, ESP = 4, EIP = 8 };
	struct regs regs = { .pc = call->ip, .sp = call->sp };
	uint8_t *top = arena_alloc(&call->arena, STACK_SNAPSHOT);

	if (!pipeline->stack || !task->space || !call->sp)
		return;
	regs.dwarf[call->abi->bits == 64 ? RSP : ESP] = call->sp;
	regs.dwarf[call->abi->bits == 64 ? RIP : EIP] = call->ip;
	uint32_t got = (uint32_t)memory_get(trace_memory(task), call->sp, top, STACK_SNAPSHOT);

	stack_walk(pipeline->stack, task->space, call->abi, &regs, top, got, trace_memory(task), true,
		   &call->arena, &call->walk);
}

/* A thread that blocks in a call, at attach, for long, or when it is let go: what it waits for. */
void pipeline_blocked(void *user, struct task *task, struct call *call)
{
	struct pipeline *pipeline = user;
	int64_t waiting_ns = call->entry_ns ? (int64_t)(clock_monotonic_ns() - call->entry_ns) : -1;

	if (row_set_has(&pipeline->shown, call->row->id) && state_enter(pipeline->state, task, call)) {
		pipeline_copy_sleeper(pipeline, task, call);
		pipeline_walk_sleeper(pipeline, task, call);
		if (call->exit_ns)
			pipeline_show_unfinished(pipeline, task, call);
		else if (waiting_ns < 0 || pipeline_note_once(pipeline, task, call))
			pipeline_show_pending(pipeline, task, call, waiting_ns);
	}
	state_drop(pipeline->state, call);
}

/* A pid could not be attached to: the trace goes on without it, stderr says why. */
void pipeline_refused(void *user, pid_t pid, const struct error *error)
{
	(void)user;
	(void)pid;
	fprintf(stderr, "sockline: %s\n", error->text);
}
