/*
 * Reads and writes on files. A filter cannot know an fd, so in a program that holds a socket they stop as
 * well, and a program may make millions of them. Where nearly all stops are such ones, all reads and writes
 * of that process are moved to a second event of each thread, which stops nothing and only records: a record
 * has no bytes and no line, but says whether the call was on a socket. When many of them were, they are moved
 * back.
 */
#include <errno.h>
#include <string.h>
#include <sys/syscall.h>

#include "perf.h"
#include "tracee.h"

enum { LOSSES_MOST = 12 };

#define SAMPLE_CALLS 2048u

/* Of 64-bit programs only: in 64-bit code the numbers of i386's reads and writes are those of close and stat.
 */
static const uint16_t numbers[] = { SYS_read,	SYS_write,  SYS_pread64, SYS_pwrite64, SYS_readv,
				    SYS_writev, SYS_preadv, SYS_pwritev, SYS_preadv2,  SYS_pwritev2 };

void perf_files_numbers(const struct number_set *wide, struct number_set *rest, struct number_set *files)
{
	*rest = *files = *wide;
	memset(files->has, 0, sizeof(files->has));
	for (unsigned i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		files->has[numbers[i]] = wide->has[numbers[i]];
		rest->has[numbers[i]] = 0;
	}
}

static bool is_moved(uint64_t number)
{
	for (unsigned i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (number == numbers[i])
			return true;
	return false;
}

static bool same_call(const struct user_regs_struct *a, const struct user_regs_struct *b)
{
	return a->rip == b->rip && a->rsp == b->rsp && a->orig_rax == b->orig_rax;
}

static void tell(struct tracee *tracee, const struct perf_sample *sample)
{
	struct trace_process *process = process_of(tracee);
	bool matters = call_recorded(tracee, sample, abi_all[0], true);

	process->data_calls++;
	process->file_calls += !matters;
	calls_report(tracee->tracer);
}

/* A call that was interrupted: it began again, or a handler ended it. */
static void tell_interrupted(struct tracee *tracee, const struct perf_sample *next)
{
	struct perf_task *task = &tracee->perf;

	if (!task->file_waits)
		return;
	task->file_waits = false;
	if (next && same_call(&task->file_last.regs, &next->regs))
		return;
	task->file_last.regs.rax = (unsigned long long)-EINTR;
	tell(tracee, &task->file_last);
}

static void take(struct tracee *tracee, const struct perf_sample *sample)
{
	struct perf_task *task = &tracee->perf;

	if (sample->time_ns < task->files_after || sample->time_ns > task->files_until)
		return; /* the other event has it */
	if (perf_abi_of(tracee, sample) != abi_all[0])
		return; /* another call altogether, by int 0x80 */
	tell_interrupted(tracee, sample);
	if (restart_is_code((int64_t)sample->regs.rax)) {
		task->file_last = *sample;
		task->file_waits = true;
	} else {
		tell(tracee, sample);
	}
}

void perf_files_drain(struct tracee *tracee)
{
	struct perf_record record;

	while (perf_ring_next(&tracee->perf.files, &record) != PERF_NOTHING) {
		if (record.kind == PERF_SAMPLE)
			take(tracee, &record.sample);
		else if (record.kind == PERF_LOST)
			tracee->perf.files_full = true;
	}
}

int perf_files_open(struct tracee *tracee)
{
	struct perf *perf = tracee->tracer->perf;
	int failed = perf_event_open(perf, tracee->task.tid, &perf->files.exits, false, &tracee->perf.files);

	tracee->perf.files_until = UINT64_MAX;
	perf->recording += !failed;
	return failed;
}

static void tell_lost(struct tracee *tracee)
{
	uint64_t lost = perf_event_lost(&tracee->perf.files);

	if (lost)
		trace_note(
			tracee->tracer, &tracee->task,
			"%llu reads and writes of thread %d were not seen, as it made them faster than they "
			"could be looked at",
			(unsigned long long)lost, tracee->task.tid);
	tracee->perf.files_full = false;
}

void perf_files_close(struct tracee *tracee)
{
	struct perf_task *task = &tracee->perf;

	if (task->files.fd < 0)
		return;
	perf_event_disable(&task->files);
	perf_files_drain(tracee);
	tell_interrupted(tracee, NULL);
	tell_lost(tracee);
	perf_event_close(&task->files);
	tracee->tracer->perf->recording--;
}

static void move(struct tracee *tracee, bool moved)
{
	struct trace_process *process = process_of(tracee);
	pid_t pid = process->process.pid;

	process->files_moved = moved;
	perf_reopen(tracee);
	bell_rest(tracee->tracer);
	trace_note(
		tracee->tracer, &tracee->task,
		moved ? "process %d reads and writes files nearly all the time: from now on its reads and "
			"writes are seen without stopping it, so those on sockets are shown without data and "
			"line"
		      : "process %d: from now on its reads and writes are shown with data and line again",
		pid);
}

/* Decides anew after each so many calls. When records were lost, a program is moved less readily the next
 * time. */
static void decide(struct tracee *tracee)
{
	struct trace_process *process = process_of(tracee);
	unsigned calls = process->data_calls, files = process->file_calls;
	bool full = tracee->perf.files_full;

	if (calls >> process->files_losses < SAMPLE_CALLS && !full)
		return;
	process->data_calls = process->file_calls = 0;
	if (full && process->files_losses < LOSSES_MOST)
		process->files_losses += 2;
	if (!process->files_moved && files >= calls - calls / 16)
		move(tracee, true);
	else if (process->files_moved && (full || files < calls - calls / 4))
		move(tracee, false);
}

void perf_files_stopped(struct tracee *tracee, const struct call *call)
{
	struct trace_process *process = process_of(tracee);

	if (process->files_moved || call->abi != abi_all[0] || !perf_is_64_bit(tracee))
		return;
	process->data_calls++;
	process->file_calls += call->dropped && is_moved(call->number);
	decide(tracee);
}

void perf_files_patrol(struct tracee *tracee)
{
	if (tracee->perf.files.fd < 0)
		return;
	perf_files_drain(tracee);
	decide(tracee);
}
