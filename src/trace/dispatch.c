/* What happens at each kind of stop: a table of functions, and the one place where threads are resumed. */
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "tracee.h"

/*
 * A thread that was killed at this stop stands at its end by now, or is on its way there. The request that is
 * meant for this stop would resume it from that one, and nobody would hear of it: what its call is to be told
 * with there would be lost.
 */
static void leave_to_its_end(struct tracee *tracee)
{
	const struct trace_call *call = open_call(tracee);

	if (call && call->call.end_sure &&
	    (tracee_info(tracee) || tracee->info.op == PTRACE_SYSCALL_INFO_NONE))
		tracee->stopped = false;
}

static struct tracee *on_call(struct tracee *tracee, const struct stop *stop)
{
	if (stop->kind == STOP_SECCOMP && own_filter_refused(tracee))
		return tracee;
	switch (tracee->engine->stopped(tracee, stop)) {
	case ENGINE_ENTERED:
		call_entered(tracee);
		break;
	case ENGINE_LEFT:
		call_left(tracee);
		break;
	case ENGINE_NOTHING:
		leave_to_its_end(tracee);
		break;
	}
	return tracee;
}

/* Whether a thread stands at the stop of that event: one that was killed there may stand at its end by now.
 */
static bool stands_at(pid_t tid, int event)
{
	siginfo_t at;

	return !ptrace(PTRACE_GETSIGINFO, tid, 0, &at) && at.si_code == (SIGTRAP | event << 8);
}

/*
 * What the event that a thread stopped for says. False: it was killed at that stop; where it stands at its
 * end by now, the message is its exit status (ptrace(2), PTRACE_EVENT_EXIT). Asked in this order: who still
 * stands there has not moved before.
 */
static bool event_message(const struct stop *stop, unsigned long *message)
{
	return !ptrace(PTRACE_GETEVENTMSG, stop->tid, 0, message) && stands_at(stop->tid, stop->event);
}

/* A child that its killed parent cannot name any more comes as an orphan: birth.c. */
static struct tracee *on_fork(struct tracee *tracee, const struct stop *stop)
{
	unsigned long child;

	if (event_message(stop, &child))
		birth_told(tracee, (pid_t)child, clone_flags_of(tracee, stop->event));
	return tracee;
}

/* The other threads of an exec'ing process vanished without a word, the old leader first. */
static void forget_siblings(struct tracee *tracee)
{
	struct map_slot *slot;
	bool again = true;

	while (again) {
		again = false;
		for (size_t i = 0; (slot = map_next(&tracee->tracer->tracees, &i));) {
			struct tracee *other = slot->value;

			if (other == tracee || other->task.process != tracee->task.process)
				continue;
			birth_parent_ended(other);
			tracee_end(other, -1);
			again = true;
			break;
		}
	}
}

/* execve by a thread that is no leader: it takes the leader's tid (ptrace(2), "execve(2) under ptrace"). */
static struct tracee *take_leader_tid(struct tracee *leader, pid_t old_tid)
{
	struct tracer *tracer = leader->tracer;
	struct tracee *tracee = tracee_find(tracer, old_tid);
	pid_t tid = leader->task.tid;

	if (!tracee || tracee == leader)
		return leader;
	birth_parent_ended(leader);
	tracee_end(leader, -1);
	tracee_rename(tracee, tid);
	tracee->stopped = true;
	tracee->kind = STOP_EXEC;
	tracee->info_read = tracee->regs_read = tracee->regs_sampled = false;
	tracee->request = tracee->deliver = 0;
	return tracee;
}

/* A program that would gain rights by its file's mode gains none while it is traced without CAP_SYS_PTRACE.
 */
static void note_setuid(struct tracee *tracee)
{
	struct stat st;
	char path[32];

	snprintf(path, sizeof(path), "/proc/%d/exe", tracee->task.tid);
	if (!tracee->tracer->unprivileged || stat(path, &st) || !(st.st_mode & (S_ISUID | S_ISGID)))
		return;
	trace_note(
		tracee->tracer, &tracee->task,
		"%s is a setuid program and runs without its extra rights while it is traced; to keep them, "
		"trace as root with -u USER",
		tracee->task.process->executable ? tracee->task.process->executable : "this");
}

/* Which thread made the exec cannot be asked any more, nor does the new program ever run. */
static struct tracee *killed_in_exec(struct tracee *tracee)
{
	forget_siblings(tracee);
	calls_flush(tracee);
	return tracee;
}

static struct tracee *on_exec(struct tracee *tracee, const struct stop *stop)
{
	const struct trace_events *events = &tracee->tracer->events;
	unsigned long old_tid = (unsigned long)stop->tid;

	if (!event_message(stop, &old_tid) && tracee->life != LIFE_STARTING)
		return killed_in_exec(tracee);
	tracee = take_leader_tid(tracee, (pid_t)old_tid);
	if (tracee->life == LIFE_STARTING) {
		spawn_started(tracee);
	} else {
		bool inside = tracee->inside;

		forget_siblings(tracee);
		calls_flush(tracee);
		tracee->inside = inside; /* execve's own exit stop is still to come */
		memory_done(tracee);
		tracee_describe(tracee);
		if (events->exec)
			events->exec(events->user, &tracee->task, (pid_t)old_tid);
	}
	if (tracee->engine->exec)
		tracee->engine->exec(tracee);
	note_setuid(tracee);
	return tracee;
}

/* All threads of a process come to the group stop: it is told of once, until the thread that it was told of
 * has gone on. */
static void tell_stopped(struct tracee *tracee, int signo)
{
	struct tracer *tracer = tracee->tracer;
	struct trace_process *process = process_of(tracee);

	if (!tracer->events.stopped || tracee->life != LIFE_TRACED || tracer->quiet || process->stopped_tid)
		return;
	process->stopped_tid = tracee->task.tid;
	tracer->signal.tracee = tracee;
	tracer->signal.signo = signo;
	tracer->signal.stops = true;
}

/* A thread in a group stop goes on with one of these stops: ptrace(2). */
static void tell_continued(struct tracee *tracee)
{
	struct trace_process *process = process_of(tracee);

	if (process->stopped_tid == tracee->task.tid)
		process->stopped_tid = 0;
}

static struct tracee *on_group(struct tracee *tracee, const struct stop *stop)
{
	tell_stopped(tracee, stop->signo);
	call_settle(tracee);
	mend_stopped(tracee);
	tracee->woken = false;
	tracee->request = PTRACE_LISTEN;
	return tracee;
}

static struct tracee *on_interrupt(struct tracee *tracee, const struct stop *stop)
{
	(void)stop;
	tell_continued(tracee);
	call_settle(tracee);
	if (tracee->woken)
		attach_interrupted(tracee);
	else
		mend_interrupted(tracee);
	return tracee;
}

static struct tracee *on_signal(struct tracee *tracee, const struct stop *stop)
{
	struct tracer *tracer = tracee->tracer;

	tracee->deliver = stop->signo;
	tell_continued(tracee);
	if (stop->signo == SIGTRAP && tracer->perf) {
		bool ours = perf_took_signal(tracee);

		if (ours)
			tracee->deliver = 0;
		if (tracee->engine == &engine_perf)
			on_call(tracee, stop);
		if (ours)
			return tracee;
	}
	tracee->woken = false;
	if (tracee->drops_pipe && partial_raised(tracee, stop->signo)) {
		tracee->deliver = 0;
		return tracee;
	}
	mend_signal(tracee, stop->signo);
	call_settle(tracee);
	if (tracer->events.signal && tracee->life == LIFE_TRACED && !tracer->quiet &&
	    !ptrace(PTRACE_GETSIGINFO, tracee->task.tid, 0, &tracer->signal.info)) {
		tracer->signal.tracee = tracee;
		tracer->signal.signo = stop->signo;
		tracer->signal.stops = false;
	}
	return tracee;
}

/* Tells of a thread that it ends, once. */
static void tell_exiting(struct tracee *tracee)
{
	const struct trace_events *events = &tracee->tracer->events;

	if (events->exiting && !tracee->exiting)
		events->exiting(events->user, &tracee->task);
	tracee->exiting = true;
}

/* Its call never ends; its memory stands still. */
static void end_call(struct tracee *tracee)
{
	if (open_call(tracee))
		call_suspend(tracee, open_call(tracee));
	calls_flush(tracee);
}

static bool is_sibling(const struct tracee *tracee, const struct tracee *other)
{
	return other != tracee && other->task.process == tracee->task.process &&
	       (other->life == LIFE_TRACED || other->life == LIFE_ATTACHED);
}

/* Whether it makes no call any more. It may stand at its end already, and be met at an older stop of it. */
static bool is_ending(const struct tracee *tracee)
{
	return tracee->exiting || proc_is_ending(tracee->task.tid) ||
	       stands_at(tracee->task.tid, PTRACE_EVENT_EXIT);
}

/*
 * When the last thread that was not killed ends, the others end too, whatever they were about. One that was
 * killed at a stop may leave without another: what resumed it from the one resumes it from the next as well.
 */
static void tell_killed_siblings(struct tracee *tracee)
{
	struct map *tracees = &tracee->tracer->tracees;
	struct map_slot *slot;

	for (size_t i = 0; (slot = map_next(tracees, &i));) {
		const struct tracee *other = slot->value;

		if (is_sibling(tracee, other) && !is_ending(other))
			return;
	}
	for (size_t i = 0; (slot = map_next(tracees, &i));)
		if (is_sibling(tracee, slot->value))
			end_call(slot->value);
	calls_report(tracee->tracer);
	for (size_t i = 0; (slot = map_next(tracees, &i));)
		if (is_sibling(tracee, slot->value))
			tell_exiting(slot->value);
}

/* No call of it will end any more: what they hold of files is given back before its siblings end. */
static struct tracee *on_exiting(struct tracee *tracee, const struct stop *stop)
{
	(void)stop;
	if (tracee->life != LIFE_TRACED && tracee->life != LIFE_ATTACHED)
		return tracee;
	if (tracee->tracer->options.want_exits) {
		if (tracee->task.process->threads > 1)
			tell_killed_siblings(tracee);
		tell_exiting(tracee);
	}
	end_call(tracee);
	return tracee;
}

static struct tracee *on_other(struct tracee *tracee, const struct stop *stop)
{
	(void)stop;
	return tracee;
}

/* Each handles one kind of stop and returns the tracee that is to go on: another one after an exec. */
static struct tracee *(*const handlers[STOP_KINDS])(struct tracee *tracee, const struct stop *stop) = {
	[STOP_SYSCALL] = on_call,	 [STOP_SECCOMP] = on_call, [STOP_FORK] = on_fork,
	[STOP_EXEC] = on_exec,		 [STOP_GROUP] = on_group,  [STOP_SIGNAL] = on_signal,
	[STOP_INTERRUPT] = on_interrupt, [STOP_OTHER] = on_other,  [STOP_EXITING] = on_exiting,
};

static void on_end(struct tracer *tracer, const struct stop *stop)
{
	struct tracee *tracee = tracee_find(tracer, stop->tid);

	if (!tracee) {
		birth_unknown_ended(tracer, stop);
		return;
	}
	if (stop->tid == tracer->command) {
		tracer->command = 0;
		tracer->result.status = stop->status;
		if (!tracer->result.started)
			spawn_failed(tracer);
	}
	birth_child_ended(tracee);
	birth_parent_ended(tracee);
	tracee_end(tracee, stop->status);
}

/*
 * While letting go, only what must be given back at a call's exit keeps a thread stopping. One that does not
 * stand in a call is let go at once (ptrace(2): a signal that it stands at is delivered), so that no ignored
 * signal reaches it any more.
 */
static int releasing_request(const struct tracee *tracee)
{
	if (tracee->partial.active || tracee->cleared || tracee->woken)
		return PTRACE_SYSCALL;
	return tracee->inside || !letgo_is_gathered(tracee) ? PTRACE_CONT : PTRACE_DETACH;
}

static int next_request(struct tracee *tracee)
{
	bool leaving = tracee->want_exit || tracee->interrupted || tracee->maybe_eintr ||
		       tracee->partial.active || (tracee->owed.number && tracee->engine->exits_only);

	if (tracee->request)
		return tracee->request;
	if (letgo_frees(tracee))
		return PTRACE_DETACH;
	if (tracee->tracer->releasing && tracee->engine != &engine_seccomp)
		return releasing_request(tracee);
	return tracee->engine->resume(tracee, leaving);
}

static __attribute__((noinline)) bool has_new_program(const struct tracee *tracee)
{
	const struct process *process = tracee->task.process;

	return process && process->threads > 1 && process->pid == tracee->task.tid &&
	       queue_has_exec(&tracee->tracer->queue, tracee->task.tid);
}

/*
 * An exec by another thread kills the leader, even at a stop, and comes to its own stop under the leader's id
 * (ptrace(2), "execve(2) under ptrace"). Once that one has been collected, a request that is meant for the
 * older stop would resume the new program from it (before that the kernel refuses: ptrace_freeze_traced), and
 * calls that it makes until the exec is handled would not be seen.
 */
static bool is_replaced(const struct tracee *tracee)
{
	return __builtin_expect(tracee->tracer->queue.count != 0, false) && has_new_program(tracee);
}

void tracee_resume(struct tracee *tracee)
{
	int request;

	if (!tracee->stopped)
		return;
	if (!is_replaced(tracee)) {
		perf_resuming(tracee);
		widen_resuming(tracee);
	}
	tracee->stopped = false;
	if (is_replaced(tracee))
		return;
	request = next_request(tracee);
	tracee->calls_stop = request == PTRACE_SYSCALL;
	if (request == PTRACE_DETACH)
		letgo_freeing(tracee);
	if (request == PTRACE_CONT)
		tracee->inside = false;
	/* ESRCH: it was killed meanwhile, and its end is on its way. */
	trace_request(request, tracee->task.tid, 0, (void *)(long)tracee->deliver);
}

void dispatch(struct tracer *tracer, const struct stop *stop)
{
	struct tracee *tracee;

	if (stop->kind == STOP_ENDED) {
		on_end(tracer, stop);
		return;
	}
	tracee = tracee_find(tracer, stop->tid);
	if (!tracee)
		tracee = birth_unknown(tracer, stop);
	if (is_replaced(tracee))
		return;
	tracee->stopped = true;
	tracee->asleep = false;
	tracee->kind = stop->kind;
	tracee->info_read = tracee->regs_read = tracee->regs_sampled = tracee->hold = false;
	tracee->request = tracee->deliver = 0;
	if ((tracee->life == LIFE_EXPECTED || tracee->life == LIFE_ORPHAN) && !birth_stopped(tracee, stop))
		return;
	if (tracee->life == LIFE_ATTACHED)
		attach_stopped(tracee);
	else if (!tracee->adopted)
		tracee->engine->adopt(tracee);
	tracee->adopted = true;
	tracee = handlers[stop->kind](tracee, stop);
	if (!tracee->hold && !letgo_holds(tracee))
		tracee_resume(tracee);
	calls_report(tracer);
}
