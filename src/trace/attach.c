/*
 * Attaching: every thread of a process is seized, which stops nothing, until listing /proc/PID/task shows no
 * new one. Then each is interrupted, gently: threads that sleep in a call that waking would change are left
 * alone until they wake by themselves (mend.c says which), and the others' calls are restarted.
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "perf.h"
#include "tracee.h"

enum { PATROL_NS = 5000000, MEND_NS = 50000000, IDLE_PASSES = 50, RUNS_MAX = 10 };

static unsigned long attach_options(const struct tracer *tracer)
{
	unsigned long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEEXEC | PTRACE_O_TRACECLONE;

	if (tracer->options.follow)
		options |= PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK;
	if (tracer->options.want_exits || tracer->options.want_ends)
		options |= PTRACE_O_TRACEEXIT;
	return options;
}

/*
 * PTRACE_SEIZE waits while the process is in execve, which itself waits for its other threads to be reaped:
 * by the bell's handler, meanwhile. When another tracer has them, that may last for ever: -EINTR when
 * sockline is to end. (Should it just have been seized then, the tracing thread's end lets it go.)
 */
static int seize(struct tracer *tracer, pid_t tid)
{
	volatile int error = 0;

	if (sigsetjmp(tracer->escape, 1)) {
		error = -EINTR;
	} else {
		tracer->seizing = 1;
		if (ptrace(PTRACE_SEIZE, tid, 0, attach_options(tracer)))
			error = -errno;
	}
	tracer->seizing = 0;
	return error;
}

int attach_again(const struct tracee *tracee)
{
	return seize(tracee->tracer, tracee->task.tid);
}

static bool already_ours(pid_t tid)
{
	struct proc_status status;

	return !proc_status(tid, &status) && status.tracer == (pid_t)syscall(SYS_gettid);
}

/* Seized; told of later. */
static struct tracee *take_seized(struct tracer *tracer, pid_t pid, pid_t tid)
{
	struct tracee *tracee = tracee_new(tracer, tid, LIFE_ATTACHED);

	engine_set(tracee, tracer->attach_engine);
	tracee_join(tracee, pid, true);
	process_of(tracee)->seized_ns = clock_monotonic_ns();
	tracee->switches = movers_switches(&tracer->movers, tid);
	return tracee;
}

static bool is_zombie(pid_t tid)
{
	struct proc_status status;

	return proc_status(tid, &status) || status.state == 'Z' || status.state == 'X';
}

/* 1: seized; 0: gone, or ours already; else a negative errno. */
static int seize_thread(struct tracer *tracer, pid_t pid, pid_t tid)
{
	int error;

	if (map_get(&tracer->tracees, (uint64_t)tid))
		return 0;
	error = seize(tracer, tid);
	if (error && tid == pid && already_ours(tid)) {
		take_seized(tracer, pid, tid); /* a thread of ours has executed a program */
		return 1;
	}
	if (error == -ESRCH || (error && (already_ours(tid) || is_zombie(tid))))
		return 0;
	if (error)
		return error;
	struct tracee *tracee = take_seized(tracer, pid, tid);

	if (tracee->engine->seized) {
		tracee_announce(tracee, NULL, 0);
		if (tracee->engine->seized(tracee))
			engine_change(tracee, &engine_syscall);
	}
	return 1;
}

/* One pass over the threads, without the leader at first. Returns how many were new, or a negative errno when
 * all were refused. */
static int seize_listed(struct tracer *tracer, pid_t pid, bool leader, int *listed)
{
	char path[32];
	const struct dirent *entry;
	int seized = 0, error = 0, got;

	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	DIR *dir = opendir(path);

	if (!dir)
		return -errno;
	*listed = 0;
	while ((entry = readdir(dir))) {
		pid_t tid = (pid_t)atoi(entry->d_name);

		if (!isdigit((unsigned char)entry->d_name[0]))
			continue;
		++*listed;
		got = tid == pid && !leader ? 0 : seize_thread(tracer, pid, tid);
		if (got < 0)
			error = got;
		seized += got > 0;
	}
	closedir(dir);
	return seized ? seized : error;
}

/*
 * Lists until nothing new appears. A listing may end early when the thread that it stands at dies
 * (fs/proc/base.c, next_tid), so it only counts when it has as many threads as the process says it has.
 */
static int seize_threads(struct tracer *tracer, pid_t pid, bool leader)
{
	struct proc_status status;
	int seized, listed = 0, some = 0;

	for (unsigned idle = 0; idle < IDLE_PASSES; idle++) {
		seized = seize_listed(tracer, pid, leader, &listed);
		if (seized < 0 && !some)
			return seized;
		some += seized > 0 ? seized : 0;
		if (seized > 0)
			idle = 0;
		else if (proc_status(pid, &status) || listed >= status.threads)
			break;
		sched_yield();
	}
	return some;
}

/* Whether a process's program is a 32-bit one: elf(5), EI_CLASS. */
static bool runs_32_bits(pid_t pid)
{
	enum { EI_CLASS = 4, ELFCLASS32 = 1 };
	unsigned char ident[EI_CLASS + 1] = { 0 };
	char path[32];

	snprintf(path, sizeof(path), "/proc/%d/exe", pid);
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return false;
	bool is = read(fd, ident, sizeof(ident)) == sizeof(ident) && ident[EI_CLASS] == ELFCLASS32;
	close(fd);
	return is;
}

/* /proc tells the number of a sleeper's call, but not of which ABI it is; 32-bit code lies and has its stack
 * low. */
static const struct abi *sleeping_abi(const struct tracee *tracee)
{
	bool low = !((tracee->sleeping_args[6] | tracee->sleeping_args[7]) >> 32);

	for (unsigned i = 1; low && abi_all[i]; i++)
		if (abi_all[i]->bits == 32 && runs_32_bits(tracee->task.process->pid))
			return abi_all[i];
	return abi_all[0];
}

/* The row of the call that a thread sleeps in, and its arguments. */
static const struct row *sleeping_row(struct tracee *tracee, struct call *call)
{
	memcpy(call->args, tracee->sleeping_args, sizeof(call->args));
	call->abi = sleeping_abi(tracee);
	call->number = tracee->sleeping_number;
	call->sp = tracee->sleeping_args[6];
	call->ip = tracee->sleeping_args[7];
	uint16_t row = call_number_row(tracee, call->abi, call->number, call->args, &call->args_known);

	return call->row = row == CALL_NONE ? NULL : &call_rows[row];
}

void attach_tell_blocked(struct tracee *tracee, const struct call *found)
{
	struct tracer *tracer = tracee->tracer;

	if (!tracer->events.blocked || !row_set_has(&tracer->options.wanted, found->row->id))
		return;
	struct trace_call *call = call_new(tracee);
	struct arena arena = call->call.arena;

	call->call = *found;
	call->call.arena = arena;
	tracer->events.blocked(tracer->events.user, &tracee->task, &call->call);
	call_free(tracer, call);
}

/*
 * A call that goes on after an interruption, as after a trace that was here before, is restart_syscall by
 * number, with its own arguments (restart_syscall(2)). Of those that go on so poll alone is of interest; what
 * the thread waits in tells, where the kernel shows it. epoll_wait, which waits in ep_poll, never goes on so.
 */
static void name_restarted(struct tracee *tracee)
{
	const struct abi *abi = sleeping_abi(tracee);
	char wait[64];

	if (tracee->sleeping_number != (uint64_t)abi->nr.restart_syscall ||
	    proc_read(wait, sizeof(wait), "/proc/%d/wchan", tracee->task.tid) <= 0 || !strstr(wait, "poll"))
		return;
	for (unsigned number = 0; number < abi->count; number++)
		if (abi_number(abi, number)->row == CALL_poll)
			tracee->sleeping_number = number;
}

const struct row *attach_look_asleep(struct tracee *tracee, struct call *call)
{
	tracee->sleeping = proc_syscall(tracee->task.process->pid, tracee->task.tid, &tracee->sleeping_number,
					tracee->sleeping_args) == 1;
	if (tracee->sleeping)
		name_restarted(tracee);
	return tracee->sleeping ? sleeping_row(tracee, call) : NULL;
}

/* What it slept in when it was looked at. */
static void tell_sleep(struct tracee *tracee)
{
	struct call call = { 0 };

	if (tracee->sleeping && sleeping_row(tracee, &call))
		attach_tell_blocked(tracee, &call);
}

/* One that was let go, and sleeps on. Of others whose calls are seen at their beginnings the open call is
 * told. */
void attach_tell_last(struct tracee *tracee)
{
	struct call call = { 0 };

	if (!tracee->announced || !tracee->task.process->attached || open_call(tracee) ||
	    tracee->interrupted || !attach_look_asleep(tracee, &call))
		return;
	call.exit_ns = clock_monotonic_ns();
	attach_tell_blocked(tracee, &call);
}

/* A connect to a Unix socket begins anew when it is restarted (net/unix/af_unix.c); others go on otherwise.
 */
static bool connects_to_unix(struct tracee *tracee, const struct call *call)
{
	uint16_t family;

	return call->row->id == CALL_connect && call->args_known &&
	       memory_get(&tracee->memory, call->args[1], &family, sizeof(family)) == sizeof(family) &&
	       family == AF_UNIX;
}

/* Whether waking would change what its call does. */
static bool must_sleep_on(struct tracee *tracee, struct call *call)
{
	const struct row *row = attach_look_asleep(tracee, call);

	return row && mend_forbids_waking(row, call->args) && !connects_to_unix(tracee, call);
}

bool attach_may_wake(struct tracee *tracee)
{
	struct call call = { 0 };

	return !must_sleep_on(tracee, &call);
}

/* Whether it has woken and fallen asleep again since it was first looked at. */
static bool has_moved(struct tracee *tracee)
{
	struct proc_status status;

	if (proc_status(tracee->task.tid, &status))
		return false;
	if (!tracee->interrupt_due && !tracee->switches)
		tracee->switches = status.switches;
	return status.switches != tracee->switches;
}

/*
 * Wakes a thread, unless its call forbids that; then it is looked at again. One that wakes and sleeps in such
 * calls all the time is woken when its call can go on: it will end soon.
 */
static void wake_gently(struct tracee *tracee)
{
	struct call call = { 0 };
	bool forbidden = must_sleep_on(tracee, &call);

	/* One that runs may still be in the call that it slept in: it is given time to leave. */
	if (tracee->interrupt_due && !tracee->sleeping && ++tracee->runs < RUNS_MAX) {
		tracee->tracer->sleepers = true;
		return;
	}
	if (forbidden && has_moved(tracee) &&
	    (call.row->id == CALL_connect || partial_covers(call.row, call.args)))
		forbidden = false;
	tracee->runs = 0;
	tracee->interrupt_due = forbidden;
	if (tracee->interrupt_due)
		tracee->tracer->sleepers = true;
	else
		tracee->woken = !ptrace(PTRACE_INTERRUPT, tracee->task.tid, 0, 0);
}

/*
 * An engine that needs no stop has the thread at once; what the thread sleeps in is told of later, which
 * takes time in which its calls are not to be missed.
 */
static void begin_seized(struct tracee *tracee)
{
	struct call call = { 0 };

	if (!tracee->perf.looked)
		attach_look_asleep(tracee, &call);
	tracee->life = LIFE_TRACED;
	tracee->adopted = true;
	tracee->engine->begun(tracee);
}

void attach_wake(struct tracee *tracee)
{
	wake_gently(tracee);
}

static bool is_new(const struct tracee *tracee, pid_t pid)
{
	return tracee->life == LIFE_ATTACHED && tracee->task.process->pid == pid;
}

static unsigned count_woken(struct tracer *tracer, pid_t pid)
{
	struct map_slot *slot;
	unsigned woken = 0;

	for (size_t i = 0; (slot = map_next(&tracer->tracees, &i));)
		woken += is_new(slot->value, pid) && ((struct tracee *)slot->value)->woken;
	return woken;
}

/* Makes a woken sleeper's call begin again; its stop is handled later. */
static void mend_quickly(struct tracee *tracee, const struct stop *stop)
{
	if (stop->kind != STOP_INTERRUPT && !(stop->kind == STOP_SIGNAL && mend_ignores(tracee, stop->signo)))
		return;
	tracee->stopped = true;
	tracee->info_read = tracee->regs_read = false;
	tracee->kind = stop->kind;
	if (mend_wanted(tracee))
		mend_call(tracee);
	tracee->stopped = false;
}

/*
 * A woken sleeper stands with EINTR in its registers until its stop is looked at; were sockline killed
 * meanwhile, its call would fail. So this is mended in all of them before anything that takes time (files,
 * names) is done. There they stay: killed then, sockline leaves them to begin their calls again, while one
 * that stands at the entry of a call would fail it with EINTR.
 */
static void mend_woken(struct tracer *tracer, pid_t pid)
{
	uint64_t start = clock_monotonic_ns();
	unsigned woken = count_woken(tracer, pid);
	struct stop_queue aside = { 0 };
	struct stop stop;

	bell_set(tracer, PATROL_NS, PATROL_NS);
	while (woken && clock_monotonic_ns() - start < MEND_NS && stop_wait(tracer, &stop)) {
		struct tracee *tracee = map_get(&tracer->tracees, (uint64_t)stop.tid);

		if (!stop.tid)
			continue;
		if (tracee && tracee->woken && is_new(tracee, pid)) {
			mend_quickly(tracee, &stop);
			woken--;
		}
		queue_put(&aside, stop.tid, stop.status);
	}
	while (queue_take(&tracer->queue, &stop))
		queue_put(&aside, stop.tid, stop.status);
	while (queue_take(&aside, &stop))
		queue_put(&tracer->queue, stop.tid, stop.status);
	free(aside.stops);
}

/* Threads are woken, or begun with, at once after they were seized. */
static void wake_threads(struct tracer *tracer, pid_t pid)
{
	struct map_slot *slot;

	perf_guard_first(tracer, pid);
	for (size_t i = 0; (slot = map_next(&tracer->tracees, &i));) {
		struct tracee *tracee = slot->value;

		if (is_new(tracee, pid) && tracee->engine->seized)
			begin_seized(tracee);
		else if (is_new(tracee, pid) && !tracee->woken && !tracee->interrupt_due)
			wake_gently(tracee);
	}
	mend_woken(tracer, pid);
}

/* Threads, and what they sleep in, are told of. */
static void tell_threads(struct tracer *tracer, pid_t pid)
{
	struct map_slot *slot;

	for (size_t i = 0; (slot = map_next(&tracer->tracees, &i));) {
		struct tracee *tracee = slot->value;

		if (!tracee->task.process || tracee->task.process->pid != pid || tracee->told)
			continue;
		tracee->told = true;
		if (!tracee->announced)
			tracee_announce(tracee, NULL, 0);
		tell_sleep(tracee);
		if (tracee->life == LIFE_TRACED) /* no stop is going to come of it */
			tracee->sleeping = false;
	}
}

static int seize_some(struct tracer *tracer, pid_t pid, bool leader)
{
	urgent_begin(tracer);
	int seized = seize_threads(tracer, pid, leader);

	wake_threads(tracer, pid);
	urgent_end(tracer);
	tell_threads(tracer, pid);
	return seized;
}

/*
 * The leader comes last. A signal for the process that the program ignores is dropped as long as its leader
 * is not traced (kernel/signal.c, sig_ignored); from then on it wakes threads, and these stop at their calls
 * then, where what it does to them is mended, or almost.
 */
static int seize_process(struct tracer *tracer, pid_t pid)
{
	int others = seize_some(tracer, pid, false);
	int leader = others < 0 ? others : seize_some(tracer, pid, true);

	return others > 0 ? others + (leader > 0 ? leader : 0) : leader;
}

void attach_patrol(struct tracer *tracer)
{
	struct map_slot *slot;

	tracer->sleepers = false;
	for (size_t i = 0; (slot = map_next(&tracer->tracees, &i));) {
		struct tracee *tracee = slot->value;

		if (tracee->interrupt_due && !tracee->stopped)
			wake_gently(tracee);
	}
}

void attach_stopped(struct tracee *tracee)
{
	tracee->life = LIFE_TRACED;
	tracee->interrupt_due = false;
	tracee->engine->adopt(tracee);
	tracee->adopted = true;
}

/* The call that was interrupted begins again, goes on, or has ended just then and is told of. */
void attach_interrupted(struct tracee *tracee)
{
	tracee->woken = false;
	if (!tracee->entered_ns)
		tracee->entered_ns = clock_monotonic_ns(); /* its time begins again: GENTLE.md */
	bool again = mend_wanted(tracee) && mend_call(tracee);

	perf_was_woken(tracee, again);
	if (again)
		log_debug("%d: its call is restarted instead of failing with EINTR", tracee->task.tid);
	else if (tracee->engine->exits_only)
		perf_was_cut(tracee);
	else if (!partial_continue(tracee) && !tracee_info(tracee))
		call_left_only(tracee);
}

static bool is_ourselves(pid_t pid, const struct proc_status *status)
{
	return pid == getpid() || status->tgid == getpid() || pid == getppid();
}

static void refuse(struct tracer *tracer, pid_t pid, const struct error *error)
{
	tracer->result.refused++;
	if (tracer->events.refused)
		tracer->events.refused(tracer->events.user, pid, error);
}

void attach_pid(struct tracer *tracer, pid_t pid)
{
	struct proc_status status;
	struct error error = { 0 };

	if (proc_status(pid, &status)) {
		error_set(&error, ESRCH, "cannot attach to %d: no such process", pid);
	} else if (is_ourselves(pid, &status)) {
		error_set(&error, EINVAL, "cannot attach to %d: it is sockline %s", pid,
			  pid == getppid() ? "'s own parent, which waits for it" : "itself");
	} else {
		bell_set(tracer, PATROL_NS, PATROL_NS);
		int seized = seize_process(tracer, status.tgid);

		if (seized <= 0)
			refuse_explain(pid, seized ? -seized : ESRCH, &error);
	}
	if (error.code) {
		bell_set(tracer, 0, 0);
		refuse(tracer, pid, &error);
		return;
	}
	tracer->result.attached++;
	bell_rest(tracer);
}
