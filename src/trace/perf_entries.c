/*
 * When calls were entered. Only where that is asked for, each thread has one event more, on
 * raw_syscalls:sys_enter, that stops nothing and writes to a ring of one page, newest first, over what is
 * oldest: perf_event_open(2), write_backward. At a call's exit stop the newest record is that call's entry
 * or, when its entry was not recorded, one of a call before it, which the times of that call's exit tell
 * apart.
 *
 * Its filter is that of the event that stops, and is exchanged with it: the call that a thread is in then has
 * no entry.
 */
#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>

#include "base/log.h"
#include "perf.h"
#include "tracee.h"

enum { PAGE = 4096 };

static const char id_path[] = "events/raw_syscalls/sys_enter/id";

/* PERF_SAMPLE_TIME | PERF_SAMPLE_RAW: include/trace/events/syscalls.h, sys_enter. */
struct entry_record {
	struct perf_event_header header;
	uint64_t time_ns;
	uint32_t size;
	uint64_t common;
	int64_t number;
} __attribute__((packed));

static struct perf_event_attr attributes(const struct perf *perf)
{
	return (struct perf_event_attr){
		.type = PERF_TYPE_TRACEPOINT,
		.size = sizeof(struct perf_event_attr),
		.config = (unsigned)perf->entry_id,
		.sample_period = 1,
		.sample_type = PERF_SAMPLE_TIME | PERF_SAMPLE_RAW,
		.use_clockid = 1,
		.clockid = CLOCK_MONOTONIC,
		.disabled = 1,
		.remove_on_exec = 1,
		.write_backward = 1,
	};
}

int perf_entries_begin(struct perf *perf)
{
	perf->entry_id = perf_find_id(id_path);
	if (perf->entry_id < 0)
		return perf->entry_id;
	struct perf_event_attr attr = attributes(perf);

	perf->entry_keeper = perf_open_fd(&attr, getpid()); /* as the other's: perf_open_tracepoint */
	return perf->entry_keeper < 0 ? perf->entry_keeper : 0;
}

void perf_entries_end(struct perf *perf)
{
	if (perf->entry_keeper >= 0)
		close(perf->entry_keeper);
	perf->entry_keeper = -1;
}

static int open_entries(const struct perf *perf, pid_t tid, const struct perf_filter *filter,
			struct perf_event *event)
{
	struct perf_event_attr attr = attributes(perf);

	*event = (struct perf_event){ .fd = perf_open_fd(&attr, tid), .size = PAGE };
	if (event->fd < 0)
		return event->fd;
	/* Not writable: the kernel then never waits for a reader. */
	void *ring = mmap(NULL, event->size + PAGE, PROT_READ, MAP_SHARED, event->fd, 0);

	if (ring == MAP_FAILED)
		return -errno;
	event->ring = ring;
	return ioctl(event->fd, PERF_EVENT_IOC_SET_FILTER, filter->entries.data) ? -errno : 0;
}

void perf_entries_open(struct tracee *tracee, const struct perf_filter *filter)
{
	struct perf *perf = tracee->tracer->perf;
	struct perf_task *task = &tracee->perf;

	if (perf->entry_keeper < 0)
		return;
	perf_entries_close(tracee);
	int failed = open_entries(perf, tracee->task.tid, filter, &task->entries);

	if (!failed)
		return;
	log_debug("%d: no perf event for entries: %s", tracee->task.tid, strerror(-failed));
	perf_event_close(&task->entries);
	if (!perf->entries_told)
		trace_note(tracee->tracer, &tracee->task,
			   "how long calls of thread %d take, and maybe of others, is not known: %s",
			   tracee->task.tid, strerror(-failed));
	perf->entries_told = true;
}

void perf_entries_close(struct tracee *tracee)
{
	if (tracee->perf.entries.fd >= 0)
		perf_event_close(&tracee->perf.entries);
}

/* The newest record lies at the head, and may go on at the ring's beginning. */
static bool newest(const struct perf_event *event, struct entry_record *record)
{
	uint64_t head = __atomic_load_n(&event->ring->data_head, __ATOMIC_ACQUIRE);
	const char *data = (const char *)event->ring + PAGE;
	size_t at = head & (event->size - 1), first = event->size - at;

	if (!head)
		return false;
	if (first > sizeof(*record))
		first = sizeof(*record);
	memcpy(record, data + at, first);
	memcpy((char *)record + first, data, sizeof(*record) - first);
	return record->header.type == PERF_RECORD_SAMPLE && record->header.size >= sizeof(*record);
}

uint64_t perf_entry_time(struct tracee *tracee, uint64_t number, uint64_t left_ns)
{
	struct perf_task *task = &tracee->perf;
	struct entry_record record;

	if (!left_ns)
		return 0;
	uint64_t after = tracee->before_ns = task->entries_after;

	task->entries_after = left_ns;
	if (task->begun_again) {
		task->begun_again = false;
		return 0;
	}
	if (!task->entries.ring || !newest(&task->entries, &record) ||
	    (uint32_t)record.number != (uint32_t)number || record.time_ns <= after ||
	    record.time_ns > left_ns)
		return 0;
	return record.time_ns;
}
