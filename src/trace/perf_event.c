/*
 * Opening events: perf_event_open(2). What is needed and may be missing: CAP_PERFMON (or perf_event_paranoid
 * <= 1, for tracepoints of any system call), a kernel with sigtrap (5.13), the tracepoint's number from
 * tracefs, memory that may be locked for the rings, and a file descriptor per thread.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "arch/abi.h"
#include "perf.h"
#include "tracee.h"

#ifndef PERF_FORMAT_LOST
#define PERF_FORMAT_LOST (1U << 4)
#endif

enum { PAGE = 4096, PAGES_MOST = 16, PAGES_LEAST = 2, TASKS_ROOMY = 64, RECORDING_MORE = 16 };

static const char id_path[] = "events/raw_syscalls/sys_exit/id";

static int read_id(int dir, const char *path)
{
	char text[32] = { 0 };
	int fd = openat(dir, path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	ssize_t got = read(fd, text, sizeof(text) - 1);

	close(fd);
	return got > 0 ? atoi(text) : -EIO;
}

/* A mount of tracefs that has no place in any directory and that nobody else sees: fsmount(2). */
static int read_id_detached(const char *path)
{
	int fs = (int)syscall(SYS_fsopen, "tracefs", FSOPEN_CLOEXEC), mount = -1, id;

	if (fs < 0)
		return -errno;
	if (!syscall(SYS_fsconfig, fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0))
		mount = (int)syscall(SYS_fsmount, fs, FSMOUNT_CLOEXEC, 0);
	id = mount < 0 ? -errno : read_id(mount, path);
	if (mount >= 0)
		close(mount);
	close(fs);
	return id;
}

int perf_find_id(const char *path)
{
	static const char *const places[] = { "/sys/kernel/tracing/", "/sys/kernel/debug/tracing/" };
	char whole[96];
	int id = -ENOENT;

	for (unsigned i = 0; id < 0 && i < sizeof(places) / sizeof(places[0]); i++) {
		snprintf(whole, sizeof(whole), "%s%s", places[i], path);
		id = read_id(AT_FDCWD, whole);
	}
	return id < 0 ? read_id_detached(path) : id;
}

static struct perf_event_attr attributes(const struct perf *perf, bool stops)
{
	return (struct perf_event_attr){
		.type = PERF_TYPE_TRACEPOINT,
		.size = sizeof(struct perf_event_attr),
		.config = (unsigned)perf->id,
		.sample_period = 1,
		.sample_type = PERF_SAMPLE_TIME | PERF_SAMPLE_RAW | PERF_SAMPLE_REGS_USER,
		.sample_regs_user = abi_perf_regs,
		.read_format = perf->counts_lost ? PERF_FORMAT_LOST : 0,
		.use_clockid = 1,
		.clockid = CLOCK_MONOTONIC,
		.disabled = 1,
		.sigtrap = stops,
		.remove_on_exec = 1, /* the kernel insists, with sigtrap */
		.mmap = perf->wants_maps && stops,
		.mmap2 = perf->wants_maps && stops,
		.task = stops, /* perf_births.c */
		.watermark = 1,
	};
}

/* One descriptor per thread is more than the usual soft limit for many threads. */
static bool raise_file_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) || limit.rlim_cur == limit.rlim_max)
		return false;
	limit.rlim_cur = limit.rlim_max;
	return !setrlimit(RLIMIT_NOFILE, &limit);
}

static int open_event(const struct perf_event_attr *attr, pid_t tid)
{
	int fd = (int)syscall(SYS_perf_event_open, attr, tid, -1, -1, PERF_FLAG_FD_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

int perf_open_fd(const struct perf_event_attr *attr, pid_t tid)
{
	int fd = open_event(attr, tid);

	return fd == -EMFILE && raise_file_limit() ? open_event(attr, tid) : fd;
}

static int explain_open(int why, struct error *error)
{
	char paranoid[16] = "?";

	proc_read(paranoid, sizeof(paranoid), "%s", "/proc/sys/kernel/perf_event_paranoid");
	paranoid[strcspn(paranoid, "\n")] = 0;
	if (why == EACCES || why == EPERM)
		return error_set(
			error, why,
			"perf events are not permitted: perf_event_paranoid is %s and CAP_PERFMON is missing",
			paranoid);
	if (why == E2BIG || why == EINVAL)
		return error_set(error, why,
				 "this kernel's perf events cannot stop a thread (Linux 5.13 can)");
	return error_set(error, why, "perf events do not work here: %s", strerror(why));
}

int perf_open_tracepoint(struct perf *perf, struct error *error)
{
	perf->id = perf_find_id(id_path);
	perf->keeper = -1;
	if (perf->id < 0)
		return error_set(
			error, -perf->id,
			"the tracepoint's number cannot be read from tracefs: %s; be root, or mount it at "
			"/sys/kernel/tracing and make it readable",
			strerror(-perf->id));
	struct perf_event_attr attr = attributes(perf, true);

	/* Of the main thread, which sleeps: an event of the tracing thread's own, even a disabled one, is
	 * taken out and in at each of its switches. */
	perf->keeper = open_event(&attr, getpid());
	return perf->keeper < 0 ? explain_open(-perf->keeper, error) : 0;
}

void perf_close_tracepoint(struct perf *perf)
{
	if (perf->keeper >= 0)
		close(perf->keeper);
	perf->keeper = -1;
}

/* The fewer threads, the more room each gets for what it does while it blocks SIGTRAP. */
static int map_ring(const struct perf *perf, bool stops, struct perf_event *event)
{
	unsigned pages = perf->tasks < TASKS_ROOMY ? PAGES_MOST : PAGES_LEAST * 2;

	pages = stops ? pages : pages * RECORDING_MORE;
	void *ring = MAP_FAILED;

	for (; ring == MAP_FAILED && pages >= PAGES_LEAST; pages /= 2) {
		event->size = pages * PAGE;
		ring = mmap(NULL, event->size + PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, event->fd, 0);
	}
	if (ring == MAP_FAILED)
		return -errno;
	event->ring = ring;
	return 0;
}

int perf_event_open(const struct perf *perf, pid_t tid, const struct text *filter, bool stops,
		    struct perf_event *event)
{
	struct perf_event_attr attr = attributes(perf, stops);

	attr.wakeup_watermark = PAGES_MOST * PAGE / 2;
	*event = (struct perf_event){ .fd = perf_open_fd(&attr, tid) };
	if (event->fd < 0)
		return event->fd;
	int failed = map_ring(perf, stops, event);

	if (!failed && ioctl(event->fd, PERF_EVENT_IOC_SET_FILTER, filter->data))
		failed = -errno;
	if (failed)
		perf_event_close(event);
	return failed;
}

uint64_t perf_event_lost(const struct perf_event *event)
{
	uint64_t values[2] = { 0 }; /* the count, and the lost: perf_event_open(2), "Reading results" */

	return read(event->fd, values, sizeof(values)) == sizeof(values) ? values[1] : 0;
}

void perf_event_enable(const struct perf_event *event)
{
	ioctl(event->fd, PERF_EVENT_IOC_ENABLE, 0);
}

void perf_event_disable(const struct perf_event *event)
{
	ioctl(event->fd, PERF_EVENT_IOC_DISABLE, 0);
}

void perf_event_close(struct perf_event *event)
{
	if (event->ring)
		munmap(event->ring, event->size + PAGE);
	if (event->fd >= 0)
		close(event->fd);
	*event = (struct perf_event){ .fd = -1 };
}
