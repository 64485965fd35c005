/*
 * Threads that sleep in calls which waking could change, looked at before their process is attached to. A
 * thread that is traced, and has not come to its first stop yet, can be woken by a signal that the program
 * ignores and another thread takes, and nobody sees what that does to its call. So it must not be long in
 * that state. Those that wake and sleep in such calls all the time are told from those that sleep for long:
 * the first are woken at once when they are seized, as their call can go on and ends soon; the others are
 * left alone until they wake by themselves (attach.c).
 */
#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "tracee.h"

enum { TICK_NS = 1000000, WATCH_NS = 60000000 };

/* A thread, and how often it had fallen asleep when it was looked at first. */
struct mover {
	pid_t tid;
	uint64_t switches;
	bool awaited; /* it slept in such a call, and has not moved since */
};

/* By the numbers of our own ABI: of a 32-bit program it may be another call, which costs some time at most.
 */
static bool sleeps_badly(pid_t pid, pid_t tid)
{
	uint64_t number, args[8];

	if (proc_syscall(pid, tid, &number, args) != 1)
		return false;
	const uint16_t row = abi_number(abi_all[0], number)->row;

	return row != CALL_NONE && mend_forbids_waking(&call_rows[row], args);
}

static void add(struct movers *movers, pid_t pid, pid_t tid)
{
	const bool awaited = sleeps_badly(pid, tid);
	struct proc_status status;

	if (proc_status(tid, &status))
		return;
	if (movers->count == movers->room) {
		movers->room = movers->room * 2 + 16;
		movers->list = reallocarray(movers->list, movers->room, sizeof(*movers->list));
		if (!movers->list)
			abort();
	}
	movers->list[movers->count++] =
		(struct mover){ .tid = tid, .switches = status.switches, .awaited = awaited };
}

/* Adds a process's threads; whether one of them has children. */
static bool add_threads(struct movers *movers, pid_t pid)
{
	const struct dirent *entry;
	bool parental = false;
	char path[32];

	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	DIR *dir = opendir(path);

	while (dir && (entry = readdir(dir))) {
		const pid_t tid = (pid_t)atoi(entry->d_name);

		if (!isdigit((unsigned char)entry->d_name[0]))
			continue;
		parental |= proc_has_children(pid, tid);
		add(movers, pid, tid);
	}
	if (dir)
		closedir(dir);
	return parental;
}

/* One thread that is alone takes its signals itself, and stops for them. */
static void add_process(struct movers *movers, pid_t pid)
{
	const unsigned before = movers->count;

	if (!add_threads(movers, pid) || movers->count == before + 1)
		movers->count = before;
}

static bool some_are_awaited(struct movers *movers)
{
	struct proc_status status;
	bool some = false;

	for (unsigned i = 0; i < movers->count; i++) {
		struct mover *mover = &movers->list[i];

		mover->awaited = mover->awaited && !proc_status(mover->tid, &status) &&
				 status.switches == mover->switches;
		some |= mover->awaited;
	}
	return some;
}

void movers_watch(struct tracer *tracer)
{
	const struct timespec tick = { .tv_nsec = TICK_NS };
	const uint64_t start = clock_monotonic_ns();

	for (unsigned i = 0; i < tracer->options.pid_count; i++)
		add_process(&tracer->movers, tracer->options.pids[i]);
	while (some_are_awaited(&tracer->movers) && clock_monotonic_ns() - start < WATCH_NS)
		nanosleep(&tick, NULL);
}

uint64_t movers_switches(const struct movers *movers, pid_t tid)
{
	for (unsigned i = 0; i < movers->count; i++)
		if (movers->list[i].tid == tid)
			return movers->list[i].switches;
	return 0;
}

void movers_done(struct movers *movers)
{
	free(movers->list);
	*movers = (struct movers){ 0 };
}
