/*
 * Reading a ring buffer: perf_event_open(2), "MMAP layout". The layout of a sample follows from the
 * attributes that perf_event.c sets: time, the tracepoint's fields, user registers.
 */
#include <linux/perf_event.h>
#include <string.h>

#include "arch/abi.h"
#include "perf.h"

enum { PAGE = 4096, RECORD_MAX = 512 };

/* raw_syscalls:sys_exit: eight common bytes, then id and ret (include/trace/events/syscalls.h). */
struct exit_fields {
	uint64_t common;
	int64_t id, ret;
} __attribute__((packed));

struct reader {
	const uint8_t *at, *end;
};

static bool take(struct reader *reader, void *to, size_t size)
{
	if ((size_t)(reader->end - reader->at) < size)
		return false;
	if (to)
		memcpy(to, reader->at, size);
	reader->at += size;
	return true;
}

static bool read_sample(struct reader *reader, struct perf_sample *sample)
{
	static const uint64_t none[ABI_PERF_REGS];
	uint64_t abi, regs[ABI_PERF_REGS];
	struct exit_fields fields;
	uint32_t size;

	if (!take(reader, &sample->time_ns, sizeof(sample->time_ns)) || !take(reader, &size, sizeof(size)) ||
	    size < sizeof(fields) || !take(reader, &fields, sizeof(fields)) ||
	    !take(reader, NULL, size - sizeof(fields)) || !take(reader, &abi, sizeof(abi)))
		return false;
	if (abi != PERF_SAMPLE_REGS_ABI_NONE && !take(reader, regs, sizeof(regs)))
		return false;
	sample->compat = abi == PERF_SAMPLE_REGS_ABI_32;
	abi_perf_get(abi == PERF_SAMPLE_REGS_ABI_NONE ? none : regs, sample->compat, fields.id, fields.ret,
		     &sample->regs);
	return true;
}

static bool read_birth(struct reader *reader, struct perf_record *record)
{
	uint32_t ids[3]; /* pid, ppid, tid */

	if (!take(reader, ids, sizeof(ids)))
		return false;
	record->pid = (pid_t)ids[0];
	record->tid = (pid_t)ids[2];
	return true;
}

/* Copies out of the ring, whose end continues at its beginning. */
static void copy_out(const struct perf_event *event, uint64_t from, void *to, size_t size)
{
	const char *data = (const char *)event->ring + PAGE;
	size_t at = from & (event->size - 1), first = event->size - at;

	if (first > size)
		first = size;
	memcpy(to, data + at, first);
	memcpy((char *)to + first, data, size - first);
}

static enum perf_kind read_record(const struct perf_event_header *header, const uint8_t *bytes,
				  struct perf_record *record)
{
	struct reader reader = { bytes + sizeof(*header), bytes + header->size };
	uint64_t id;

	switch (header->type) {
	case PERF_RECORD_SAMPLE:
		return read_sample(&reader, &record->sample) ? PERF_SAMPLE : PERF_NOTHING;
	case PERF_RECORD_MMAP2:
		return PERF_EXEC_MAP;
	case PERF_RECORD_FORK:
		return read_birth(&reader, record) ? PERF_BIRTH : PERF_NOTHING;
	case PERF_RECORD_LOST:
		return take(&reader, &id, sizeof(id)) && take(&reader, &record->lost, sizeof(record->lost))
			       ? PERF_LOST
			       : PERF_NOTHING;
	default: /* PERF_RECORD_THROTTLE and the like */
		return PERF_NOTHING;
	}
}

bool perf_ring_empty(const struct perf_event *event)
{
	return !event->ring ||
	       __atomic_load_n(&event->ring->data_head, __ATOMIC_ACQUIRE) == event->ring->data_tail;
}

uint64_t perf_ring_time(const struct perf_event *event)
{
	struct {
		struct perf_event_header header;
		uint64_t time_ns;
	} record;

	if (perf_ring_empty(event))
		return UINT64_MAX;
	const uint64_t head = __atomic_load_n(&event->ring->data_head, __ATOMIC_ACQUIRE);

	for (uint64_t at = event->ring->data_tail; at < head; at += record.header.size) {
		copy_out(event, at, &record, sizeof(record));
		if (record.header.type == PERF_RECORD_SAMPLE)
			return record.time_ns;
		if (record.header.size < sizeof(record.header))
			break;
	}
	return UINT64_MAX;
}

/* The record at the ring's tail: in its place, or copied together when it goes on at the ring's beginning. */
static const uint8_t *record_at(const struct perf_event *event, uint64_t tail, uint8_t copy[RECORD_MAX],
				struct perf_event_header *header)
{
	const size_t at = tail & (event->size - 1);

	copy_out(event, tail, header, sizeof(*header));
	if (header->size < sizeof(*header) || header->size > event->size)
		header->size = (uint16_t)sizeof(*header);
	if (at + header->size <= event->size)
		return (const uint8_t *)event->ring + PAGE + at;
	copy_out(event, tail, copy, header->size < RECORD_MAX ? header->size : RECORD_MAX);
	return copy;
}

enum perf_kind perf_ring_next(struct perf_event *event, struct perf_record *record)
{
	struct perf_event_header header;
	uint8_t copy[RECORD_MAX];

	record->kind = PERF_NOTHING;
	while (record->kind == PERF_NOTHING && !perf_ring_empty(event)) {
		uint64_t tail = event->ring->data_tail;
		const uint8_t *bytes = record_at(event, tail, copy, &header);
		const uint64_t next = tail + header.size;

		if (header.size > RECORD_MAX)
			header.size = RECORD_MAX;
		record->kind = read_record(&header, bytes, record);
		__atomic_store_n(&event->ring->data_tail, next, __ATOMIC_RELEASE);
	}
	return record->kind;
}
