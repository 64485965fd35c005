/*
 * The perf engine: one stop per wanted call, at its exit, and none for any other, in programs that already
 * run. See perf.h for how; here is when a thread has an event, and which.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/utsname.h>

#include "base/log.h"
#include "perf.h"
#include "perf_filter.h"
#include "tracee.h"

enum { KERNEL_MAJOR = 6, KERNEL_MINOR = 11 };
enum { ELF_CLASS_AT = 4, ELF_64 = 2 }; /* EI_CLASS, ELFCLASS64 of <elf.h>, which cannot be included here */

/* Before 6.11 the signal was sent from an interrupt and could disturb the next blocking call. */
static bool kernel_is_new(void)
{
	struct utsname name;
	int major = 0, minor = 0;

	if (uname(&name) || sscanf(name.release, "%d.%d", &major, &minor) != 2)
		return false;
	return major > KERNEL_MAJOR || (major == KERNEL_MAJOR && minor >= KERNEL_MINOR);
}

/*
 * i386 numbers are other calls in 64-bit code, which can make both: a few of those stop without need. Not
 * restart_syscall, whose number is that of read there: it only goes on with a call that is followed anyway.
 */
static void add_numbers(struct number_set *set, const struct plan *plan, const struct perf *perf, bool is_64)
{
	for (unsigned number = 0; number < PLAN_NUMBERS; number++) {
		enum trap trap = plan_trap(plan, number);

		set->has[number] |= trap == TRAP_CALL || trap == TRAP_SOCKETCALL || trap == TRAP_PRCTL ||
				    trap == TRAP_WAIT ||
				    (trap == TRAP_RESTART && (plan->abi->bits == 64 || !is_64));
	}
	if (perf->guards)
		set->has[plan->abi->nr.rt_sigaction] = 1;
}

/* Sockets have no offset, so on them these fail (fs/read_write.c: FMODE_PREAD, FMODE_PWRITE). By number they
 * are known only where it is no other call that is wanted. */
static void add_failing(struct number_set *set, const struct plan *plans)
{
	static const uint16_t numbers[] = { SYS_pread64, SYS_pwrite64, SYS_preadv, SYS_pwritev };

	for (unsigned i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		bool is_other = false;

		for (unsigned at = 0; at < PLAN_ABIS && plans[at].abi; at++)
			is_other |=
				plans[at].abi->bits != 64 && plan_trap(&plans[at], numbers[i]) != TRAP_NONE;
		set->fails[numbers[i]] = !is_other;
	}
}

static void make_set(const struct perf *perf, const struct plan *plans, bool is_64, struct number_set *set)
{
	/* Those that are made by the million, and those that do so little that the filter counts. */
	static const uint16_t often[] = { SYS_read,    SYS_write,  SYS_pread64,	     SYS_pwrite64,
					  SYS_mmap,    SYS_futex,  SYS_munmap,	     SYS_madvise,
					  SYS_lseek,   SYS_fstat,  SYS_close,	     SYS_clock_nanosleep,
					  SYS_getpid,  SYS_gettid, SYS_getppid,	     SYS_getuid,
					  SYS_geteuid, SYS_getgid, SYS_sched_yield,  SYS_gettimeofday,
					  SYS_getegid, SYS_brk,	   SYS_clock_gettime };

	*set = (struct number_set){ 0 };
	for (unsigned i = 0; i < sizeof(often) / sizeof(often[0]); i++)
		set->often[often[i]] = 1;
	for (unsigned i = 0; i < PLAN_ABIS && plans[i].abi; i++)
		add_numbers(set, &plans[i], perf, is_64);
	if (is_64)
		add_failing(set, plans);
}

/* What is to stop of that process. moved: 64-bit, with calls on any fd, of which reads and writes are moved.
 */
static const struct perf_filter *filter_of(const struct tracer *tracer, bool is_64, bool wide, bool moved)
{
	struct perf *perf = tracer->perf;
	struct perf_filter *filter = moved ? &perf->rest : &perf->filters[is_64][wide];
	struct number_set set, files;

	if (filter->exits.len)
		return filter;
	make_set(perf, wide ? tracer->plans : tracer->narrow, is_64, &set);
	if (moved) {
		struct number_set all = set;

		perf_files_numbers(&all, &set, &files);
		perf_filter_make(&perf->files, &files);
	}
	perf_filter_make(filter, &set);
	return filter;
}

/* What calls took is known with a second event only. */
static int begin_entries(struct tracer *tracer, struct perf *perf, struct error *error)
{
	perf->entry_keeper = -1;
	if (!tracer->options.want_times)
		return 0;
	int failed = perf_entries_begin(perf);

	if (failed && tracer->options.engine != ENGINE_PERF)
		return error_set(error, -failed, "it cannot tell how long calls take: %s", strerror(-failed));
	if (failed)
		trace_note(tracer, NULL, "how long calls take is not known (%s); --engine=syscall can tell",
			   strerror(-failed));
	return 0;
}

static int perf_available(struct tracer *tracer, bool attach, struct error *error)
{
	struct perf *perf = tracer->perf;

	if (!attach)
		return error_set(
			error, EOPNOTSUPP,
			"the perf engine is for running processes (-p): at the start of a command it could "
			"miss calls, which the seccomp engine does not");
	if (tracer->options.engine != ENGINE_PERF && !kernel_is_new())
		return error_set(error, ENOSYS,
				 "perf events disturb blocking calls before Linux 6.11; --engine=perf takes "
				 "them anyway");
	if (perf)
		return 0;
	perf = calloc(1, sizeof(*perf));
	if (!perf)
		abort();
	perf->wants_maps = tracer->options.want_exec_maps;
	perf->counts_lost = kernel_is_new();
	perf->guards = tracer->options.pid_count > 0;
	int failed = perf_open_tracepoint(perf, error);

	if (!failed && (failed = begin_entries(tracer, perf, error)))
		perf_close_tracepoint(perf);
	if (failed) {
		free(perf);
		return failed;
	}
	perf_keeper_begin(perf);
	tracer->perf = perf;
	return 0;
}

void perf_free(struct tracer *tracer)
{
	if (!tracer->perf)
		return;
	perf_keeper_end(tracer->perf);
	perf_close_tracepoint(tracer->perf);
	perf_entries_end(tracer->perf);
	for (int i = 0; i < 4; i++)
		perf_filter_done(&tracer->perf->filters[i / 2][i % 2]);
	perf_filter_done(&tracer->perf->rest);
	perf_filter_done(&tracer->perf->files);
	free(tracer->perf);
	tracer->perf = NULL;
}

/* Whether the program's file is a 64-bit one: elf(5). */
bool perf_is_64_bit(struct tracee *tracee)
{
	struct trace_process *process = process_of(tracee);
	char head[ELF_CLASS_AT + 2];

	if (!process->elf_class &&
	    proc_read(head, sizeof(head), "/proc/%d/exe", tracee->task.tid) > ELF_CLASS_AT)
		process->elf_class = (uint8_t)head[ELF_CLASS_AT];
	return process->elf_class == ELF_64;
}

int perf_open(struct tracee *tracee)
{
	struct tracer *tracer = tracee->tracer;
	bool wide = process_of(tracee)->any_fd, moved = wide && process_of(tracee)->files_moved;
	const struct perf_filter *filter = filter_of(tracer, moved || perf_is_64_bit(tracee), wide, moved);
	int failed =
		perf_event_open(tracer->perf, tracee->task.tid, &filter->exits, true, &tracee->perf.event);

	if (!failed && moved && tracee->perf.files.fd < 0 && (failed = perf_files_open(tracee)))
		perf_event_close(&tracee->perf.event);
	if (failed) {
		log_debug("%d: no perf event (%s), so engine syscall", tracee->task.tid, strerror(-failed));
		return failed;
	}
	perf_entries_open(tracee, filter);
	tracee->perf.event.wide = wide;
	tracee->perf.event.moved = moved;
	process_of(tracee)->wide = wide;
	if (tracer->perf->tasks++ == 0 && !tracer->seizing)
		bell_rest(tracer);
	return 0;
}

static void perf_forget(struct tracee *tracee)
{
	struct perf_task *task = &tracee->perf;

	task->ended = !tracee->stopped;
	if (task->event.fd < 0)
		return;
	perf_event_disable(&task->event);
	perf_entries_close(tracee);
	perf_files_close(tracee);
	perf_drain(tracee);
	perf_tell_lost(tracee);
	if (task->ended && task->waits && !task->stopless)
		perf_tell_earlier(tracee);
	/* Killed before its stop, the thread never came back from the call; one that blocks SIGTRAP did. */
	perf_tell_last(tracee, !task->ended || task->stopless);
	perf_event_close(&task->event);
	task->lost = 0;
	tracee->tracer->perf->tasks--;
}

/* Threads are born with all signals blocked by most C libraries, for a moment; some programs keep it so. */
static void perf_adopt(struct tracee *tracee)
{
	if (tracee->life != LIFE_TRACED || tracee->tracer->perf->closing)
		return;
	trap_guard(tracee);
	if (perf_is_masked(tracee))
		perf_go_away(tracee, "blocks SIGTRAP");
	else
		perf_come(tracee);
}

/* A thread that blocks SIGTRAP is not stopped by it. */
static int perf_seized(struct tracee *tracee)
{
	struct proc_status status;

	if (!proc_status(tracee->task.tid, &status) && (status.sig_blocked >> (SIGTRAP - 1) & 1)) {
		tracee->perf.away = true;
		return -EBUSY;
	}
	return perf_open(tracee);
}

void perf_enable(struct tracee *tracee)
{
	if (tracee->perf.files.fd >= 0)
		perf_event_enable(&tracee->perf.files);
	if (tracee->perf.entries.fd >= 0)
		perf_event_enable(&tracee->perf.entries);
	perf_event_enable(&tracee->perf.event);
}

/* The event went with the old program: perf_event_open(2), remove_on_exec. */
static void perf_exec(struct tracee *tracee)
{
	perf_forget(tracee);
	process_of(tracee)->elf_class = 0;
	process_of(tracee)->files_moved = false;
	memset(tracee->perf.insns, 0, sizeof(tracee->perf.insns));
	trap_exec(tracee);
	perf_adopt(tracee);
	tracee->adopted = true;
}

static void perf_widen(struct tracee *tracee)
{
	process_of(tracee)->wide = true;
	perf_reopen(tracee);
}

static int perf_resume(struct tracee *tracee, bool leaving)
{
	(void)tracee;
	return leaving ? PTRACE_SYSCALL : PTRACE_CONT;
}

const struct engine engine_perf = {
	.name = "perf",
	.why = "only the calls that are wanted stop, once; hardly a thread is woken to attach or let go",
	.exits_only = true,
	.available = perf_available,
	.adopt = perf_adopt,
	.seized = perf_seized,
	.begun = perf_enable,
	.exec = perf_exec,
	.forget = perf_forget,
	.stopped = perf_stopped,
	.resume = perf_resume,
	.widen = perf_widen,
};
