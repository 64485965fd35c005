/*
 * The second stage of the seccomp engine. A program without sockets runs under a filter that traps only calls
 * which create or receive one. When a process gets its first socket, the filter for calls on any fd is
 * injected into it, at that very stop or the next exit of a call, for all its threads
 * (SECCOMP_FILTER_FLAG_TSYNC: seccomp(2)). Both stay, and a call that both trap stops once. Children have it
 * from their parents, and keep it through exec.
 *
 * Where it is refused (EACCES: the process gave up its rights without no_new_privs, as daemons do; a thread
 * with a filter of its own), the process goes on under the syscall engine.
 */
#include <errno.h>
#include <linux/seccomp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include "base/clock.h"
#include "base/log.h"
#include "inject.h"
#include "tracee.h"

enum { FILTER_BYTES = FILTER_MAX * sizeof(struct sock_filter), PROGRAM_ROOM = 16 };
enum { MAP_ROOM = (FILTER_BYTES + PROGRAM_ROOM + 4095) / 4096 * 4096 };
#define RECENTLY_NS 2000000000u

/* struct sock_fprog as the ABI lays it out, and the program behind it. */
static int write_program(struct injection *injection, uint64_t at, const struct filter *filter)
{
	const struct layout *layout = &injection->abi->layout;
	uint8_t head[PROGRAM_ROOM] = { 0 };
	uint16_t count = (uint16_t)filter->count;
	uint64_t code = at + PROGRAM_ROOM;

	memcpy(head, &count, sizeof(count));
	memcpy(head + layout->sock_fprog_filter, &code, layout->pointer);
	if (memory_write(injection->tracee, at, head, sizeof(head)) ||
	    memory_write(injection->tracee, code, filter->code, filter->count * sizeof(filter->code[0])))
		return -EFAULT;
	return 0;
}

static int install(struct injection *injection, uint64_t at)
{
	uint64_t flags = SECCOMP_FILTER_FLAG_TSYNC | SECCOMP_FILTER_FLAG_SPEC_ALLOW;
	uint64_t args[6] = { SECCOMP_SET_MODE_FILTER, flags, at };
	int64_t result = inject_call(injection, (uint64_t)injection->abi->nr.seccomp, args);

	return result > 0 ? -EBUSY : (int)result; /* positive: the thread that could not be synchronised */
}

/* The program needs a page or two of the tracee's memory for a moment: stacks may be too short (Go's are). */
static int map_and_install(struct injection *injection, const struct filter *filter)
{
	const struct abi *abi = injection->abi;
	uint64_t map[6] = {
		0, MAP_ROOM, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, (uint64_t)-1, 0
	};
	int64_t at = inject_call(injection, (uint64_t)abi->nr.mmap, map);

	if (at < 0 && at > -4096)
		return (int)at;
	uint64_t address = abi->bits == 32 ? (uint32_t)at : (uint64_t)at;
	uint64_t unmap[6] = { address, MAP_ROOM };
	int failed = write_program(injection, address, filter);

	if (!failed)
		failed = install(injection, address);
	inject_call(injection, (uint64_t)abi->nr.munmap, unmap);
	return failed;
}

static int inject_filter(struct tracee *tracee)
{
	struct injection injection;
	uint64_t start = clock_monotonic_ns();
	int failed = inject_begin(&injection, tracee, 0, NULL);

	if (failed)
		return failed;
	failed = map_and_install(&injection, &tracee->tracer->wider);
	inject_end(&injection);
	if (!failed)
		log_debug("%d: has a socket, so calls on any fd stop from now on (%u us)", tracee->task.tid,
			  (unsigned)((clock_monotonic_ns() - start) / 1000));
	return failed;
}

/* Its threads run without stopping at calls: each is woken, where that does no harm, else looked after. */
static void go_on_by_syscall(struct tracee *tracee, int why)
{
	struct map_slot *slot;

	log_debug("engine syscall for %d: a filter for calls on any fd was refused: %s",
		  tracee->task.process->pid, strerror(-why));
	for (size_t i = 0; (slot = map_next(&tracee->tracer->tracees, &i));) {
		struct tracee *other = slot->value;

		if (other->task.process != tracee->task.process)
			continue;
		other->engine = &engine_syscall;
		if (other->life == LIFE_TRACED && !other->stopped && !other->calls_stop)
			attach_wake(other);
	}
	bell_rest(tracee->tracer);
}

/* Stops at which the thread stands on its way back to its program. */
static bool may_inject(const struct tracee *tracee)
{
	if (tracee->life != LIFE_TRACED || tracee->request || tracee->deliver || tracee->inside)
		return false;
	if (tracee->kind == STOP_INTERRUPT)
		return true;
	return tracee->kind == STOP_SYSCALL && tracee->info_read &&
	       tracee->info.op == PTRACE_SYSCALL_INFO_EXIT && !restart_is_code(tracee->info.exit.rval) &&
	       !tracee->maybe_eintr;
}

void widen_resuming(struct tracee *tracee)
{
	struct trace_process *process = tracee->task.process ? process_of(tracee) : NULL;
	int failed;

	if (!process || !process->widen_due || tracee->engine != &engine_seccomp || !may_inject(tracee))
		return;
	process->widen_due = false;
	failed = inject_filter(tracee);
	process->widened_ns = clock_monotonic_ns();
	process->wide = !failed;
	if (failed && failed != -ESRCH)
		go_on_by_syscall(tracee, failed);
	else if (failed)
		process->widen_due = true; /* this thread died; the next one will do */
}

static long filters_of(pid_t tid)
{
	char text[4096];

	if (proc_read(text, sizeof(text), "/proc/%d/status", tid) < 0)
		return -1;
	const char *at = strstr(text, "\nSeccomp_filters:\t");

	return at ? strtol(at + 18, NULL, 10) : -1;
}

/*
 * A child that was forked by one thread just before another got the filter for all has it not. Processes that
 * share their fds without being threads of one are widened each.
 */
void widen_inherit(struct tracee *child, struct tracee *parent, bool shares_files)
{
	struct trace_process *mine = process_of(child), *old = process_of(parent);

	if (mine == old || child->engine != &engine_seccomp)
		return;
	if (old->wide && old->widened_ns && clock_monotonic_ns() - old->widened_ns < RECENTLY_NS &&
	    filters_of(child->task.tid) < filters_of(parent->task.tid))
		mine->wide = false;
	mine->widen_due = mine->any_fd && !mine->wide;
	if (shares_files) {
		trace_any_fd(&child->task);
		trace_any_fd(&parent->task);
	}
}
