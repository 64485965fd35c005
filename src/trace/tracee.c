/* The tables of traced threads and their processes, and how the owner is told of them. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tracee.h"

void trace_note(struct tracer *tracer, struct task *task, const char *format, ...)
{
	char text[512];
	va_list args;

	if (!tracer->events.note)
		return;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	tracer->events.note(tracer->events.user, task, text);
}

struct tracee *tracee_find(struct tracer *tracer, pid_t tid)
{
	if (tracer->last && tracer->last->task.tid == tid)
		return tracer->last;
	struct tracee *tracee = map_get(&tracer->tracees, (uint64_t)tid);

	if (tracee)
		tracer->last = tracee;
	return tracee;
}

struct tracee *tracee_new(struct tracer *tracer, pid_t tid, enum tracee_life life)
{
	struct tracee *tracee = calloc(1, sizeof(*tracee));

	if (!tracee)
		abort();
	tracee->task.tid = tid;
	tracee->tracer = tracer;
	tracee->life = life;
	memory_init(tracee);
	tracee->perf.event.fd = tracee->perf.old.fd = tracee->perf.files.fd = tracee->perf.entries.fd = -1;
	map_put(&tracer->tracees, (uint64_t)tid, tracee);
	return tracee;
}

void tracee_join(struct tracee *tracee, pid_t pid, bool attached)
{
	struct tracer *tracer = tracee->tracer;
	struct trace_process *process = map_get(&tracer->processes, (uint64_t)pid);

	if (!process) {
		process = calloc(1, sizeof(*process));
		if (!process)
			abort();
		process->process.pid = pid;
		process->process.attached = attached;
		process->status = -1;
		map_put(&tracer->processes, (uint64_t)pid, process);
	}
	process->process.refs++;
	process->process.threads++;
	tracee->task.process = &process->process;
}

/* The arguments that /proc/PID/cmdline separates by NUL, separated by spaces; without what programs that
 * write their title there (nginx) leave behind it. */
static char *read_command_line(pid_t tid)
{
	char text[4096];
	int got = proc_read(text, sizeof(text), "/proc/%d/cmdline", tid);

	while (got > 0 && (!text[got - 1] || text[got - 1] == ' '))
		text[--got] = 0;
	if (got <= 0)
		return NULL;
	for (int i = 0; i < got; i++)
		if (!text[i])
			text[i] = ' ';
	return strdup(text);
}

static char *read_executable(pid_t tid)
{
	char link[32], path[4096];

	snprintf(link, sizeof(link), "/proc/%d/exe", tid);
	ssize_t got = readlink(link, path, sizeof(path) - 1);

	if (got < 0)
		return NULL;
	path[got] = 0;
	return strdup(path);
}

static void read_comm(pid_t tid, char comm[16])
{
	char text[32];
	int got = proc_read(text, sizeof(text), "/proc/%d/comm", tid);

	if (got <= 0)
		return;
	text[strcspn(text, "\n")] = 0;
	snprintf(comm, 16, "%.15s", text);
}

void tracee_describe(struct tracee *tracee)
{
	struct process *process = tracee->task.process;

	read_comm(tracee->task.tid, tracee->task.comm);
	if (tracee->task.tid != process->pid)
		read_comm(process->pid, process->comm);
	free(process->command_line);
	free(process->executable);
	process->command_line = read_command_line(tracee->task.tid);
	process->executable = read_executable(tracee->task.tid);
}

/* A child begins as its parent's copy. */
static void inherit(struct tracee *tracee, struct tracee *parent, uint64_t clone_flags)
{
	struct process *process = tracee->task.process, *old = parent->task.process;

	memcpy(tracee->task.comm, parent->task.comm, sizeof(tracee->task.comm));
	if (process == old)
		return;
	if (!process->command_line && old->command_line)
		process->command_line = strdup(old->command_line);
	if (!process->executable && old->executable)
		process->executable = strdup(old->executable);
	process_of(tracee)->any_fd = process_of(parent)->any_fd;
	process_of(tracee)->wide = process_of(parent)->wide;
	process_of(tracee)->own_filter = process_of(parent)->own_filter;
	trap_inherit(tracee, parent, clone_flags);
	widen_inherit(tracee, parent, clone_flags & CLONE_FILES);
}

void tracee_announce(struct tracee *tracee, struct tracee *parent, uint64_t clone_flags)
{
	const struct trace_events *events = &tracee->tracer->events;

	tracee->announced = true;
	if (parent)
		inherit(tracee, parent, clone_flags);
	else if (!tracee->task.process->command_line)
		tracee_describe(tracee);
	else
		read_comm(tracee->task.tid, tracee->task.comm);
	if (tracee->life != LIFE_ATTACHED)
		tracee->life = LIFE_TRACED;
	if (events->task_new)
		events->task_new(events->user, &tracee->task, parent ? &parent->task : NULL, clone_flags);
}

static void process_leave(struct tracee *tracee, int status, bool told)
{
	struct tracer *tracer = tracee->tracer;
	struct trace_process *process = process_of(tracee);

	if (tracee->task.tid == process->process.pid)
		process->status = status;
	process->process.refs--;
	if (--process->process.threads)
		return;
	if (told && tracer->events.process_end)
		tracer->events.process_end(tracer->events.user, &process->process, process->status);
	map_take(&tracer->processes, (uint64_t)process->process.pid);
	free(process->process.command_line);
	free(process->process.executable);
	trap_forget(process->guard);
	free(process);
}

void tracee_end(struct tracee *tracee, int status)
{
	struct tracer *tracer = tracee->tracer;
	bool told = tracee->announced && tracee->life != LIFE_STARTING;

	tracee->stopped = false;
	if (tracee->engine && tracee->engine->forget)
		tracee->engine->forget(tracee);
	calls_flush(tracee);
	calls_report(tracer);
	if (told && tracer->events.task_end)
		tracer->events.task_end(tracer->events.user, &tracee->task, status);
	if (tracer->last == tracee)
		tracer->last = NULL;
	map_take(&tracer->tracees, (uint64_t)tracee->task.tid);
	memory_done(tracee);
	if (tracee->task.process)
		process_leave(tracee, status, told);
	free(tracee);
}

void tracee_rename(struct tracee *tracee, pid_t tid)
{
	struct tracer *tracer = tracee->tracer;

	map_take(&tracer->tracees, (uint64_t)tracee->task.tid);
	tracee->task.tid = tid;
	map_put(&tracer->tracees, (uint64_t)tid, tracee);
	memory_done(tracee);
	tracer->last = NULL;
}

struct task *trace_task(struct tracer *tracer, pid_t tid)
{
	struct tracee *tracee = tracee_find(tracer, tid);

	return tracee && (tracee->life == LIFE_TRACED || tracee->life == LIFE_ATTACHED) ? &tracee->task
											: NULL;
}

const char *trace_engine(const struct task *task)
{
	const struct tracee *tracee = (const struct tracee *)task;

	return tracee->engine ? tracee->engine->name : "";
}

void trace_any_fd(struct task *task)
{
	struct tracee *tracee = tracee_of(task);

	process_of(tracee)->any_fd = true;
	if (!process_of(tracee)->wide && tracee->engine)
		tracee->engine->widen(tracee);
}
