/*
 * Reading a stopped thread's memory: one process_vm_readv for all spans while all goes well, /proc/TID/mem
 * where that call is refused (containers), PTRACE_PEEKDATA where even that is.
 *
 * A read that meets an unmapped page gives what lies before it (mm/process_vm_access.c copies page by page);
 * reading then goes on with the next span.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "tracee.h"

enum { SPANS_AT_ONCE = 64, PAGE = 4096 };

static struct tracee *memory_tracee(struct memory *memory)
{
	return (struct tracee *)((char *)memory - offsetof(struct tracee, memory));
}

static size_t peek_span(struct tracee *tracee, struct memory_span *span)
{
	while (span->got < span->size) {
		uint64_t address = span->address + span->got;
		uint64_t skip = address % sizeof(long);
		size_t size = sizeof(long) - skip;

		errno = 0;
		long word = ptrace(PTRACE_PEEKDATA, tracee->task.tid, address - skip, 0);

		if (errno)
			break;
		if (size > span->size - span->got)
			size = span->size - span->got;
		memcpy((char *)span->to + span->got, (char *)&word + skip, size);
		span->got += (uint32_t)size;
	}
	return span->got;
}

static int memory_open(struct tracee *tracee)
{
	char path[32];

	if (tracee->memory_fd < 0) {
		snprintf(path, sizeof(path), "/proc/%d/mem", tracee->task.tid);
		tracee->memory_fd = open(path, O_RDWR | O_CLOEXEC);
	}
	return tracee->memory_fd;
}

/* Page by page, so that what lies before an unmapped page is there. */
static size_t pread_span(struct tracee *tracee, struct memory_span *span)
{
	int fd = memory_open(tracee);

	if (fd < 0)
		return peek_span(tracee, span);
	while (span->got < span->size) {
		uint64_t address = span->address + span->got;
		size_t size = PAGE - address % PAGE;

		if (size > span->size - span->got)
			size = span->size - span->got;
		ssize_t n = address > INT64_MAX
				    ? -1
				    : pread(fd, (char *)span->to + span->got, size, (off_t)address);

		if (n <= 0)
			break;
		span->got += (uint32_t)n;
	}
	return span->got;
}

/* Reads count spans with one call. Returns bytes, or a negative errno. */
static ssize_t read_spans(pid_t tid, struct memory_span *spans, size_t count)
{
	struct iovec ours[SPANS_AT_ONCE], theirs[SPANS_AT_ONCE];

	for (size_t i = 0; i < count; i++) {
		ours[i] = (struct iovec){ spans[i].to, spans[i].size };
		theirs[i] = (struct iovec){ (void *)(uintptr_t)spans[i].address, spans[i].size };
	}
	ssize_t got = process_vm_readv(tid, ours, count, theirs, count, 0);

	return got < 0 ? -errno : got;
}

/* Hands got bytes out to the spans. Returns how many are settled: full, or cut short by an unmapped page. */
static size_t settle_spans(struct memory_span *spans, size_t count, ssize_t got)
{
	for (size_t i = 0; i < count; i++) {
		uint32_t part = (size_t)got < spans[i].size ? (uint32_t)got : spans[i].size;

		spans[i].got = part;
		got -= part;
		if (part < spans[i].size)
			return i + 1;
	}
	return count;
}

static void read_refused(struct tracee *tracee, struct memory_span *spans, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		spans[i].got = 0;
		pread_span(tracee, &spans[i]);
	}
}

static void read_all(struct tracee *tracee, struct memory_span *spans, size_t count)
{
	for (size_t i = 0; i < count;) {
		size_t some = count - i < SPANS_AT_ONCE ? count - i : SPANS_AT_ONCE;
		ssize_t got = read_spans(tracee->task.tid, spans + i, some);

		if (got == -ENOSYS || got == -EPERM) {
			read_refused(tracee, spans + i, count - i);
			return;
		}
		tracee->gone |= got == -ESRCH;
		i += settle_spans(spans + i, some, got < 0 ? 0 : got);
	}
}

static size_t tracee_read(struct memory *memory, struct memory_span *spans, size_t count)
{
	size_t total = 0;

	read_all(memory_tracee(memory), spans, count);
	for (size_t i = 0; i < count; i++)
		total += spans[i].got;
	return total;
}

static int tracee_registers(struct memory *memory, struct regs *regs)
{
	return trace_all_regs(&memory_tracee(memory)->task, regs);
}

void memory_init(struct tracee *tracee)
{
	tracee->memory.read = tracee_read;
	tracee->memory.registers = tracee_registers;
	tracee->memory_fd = -1;
}

void memory_done(struct tracee *tracee)
{
	if (tracee->memory_fd >= 0)
		close(tracee->memory_fd);
	tracee->memory_fd = -1;
}

struct memory *trace_memory(struct task *task)
{
	return &tracee_of(task)->memory;
}

/* Writes are rare: a flag taken from clone3's arguments, an injected call's block. */
int memory_write(struct tracee *tracee, uint64_t address, const void *from, size_t size)
{
	struct iovec ours = { (void *)(uintptr_t)from, size };
	struct iovec theirs = { (void *)(uintptr_t)address, size };

	if (process_vm_writev(tracee->task.tid, &ours, 1, &theirs, 1, 0) == (ssize_t)size)
		return 0;
	if (memory_open(tracee) >= 0 &&
	    pwrite(tracee->memory_fd, from, size, (off_t)address) == (ssize_t)size)
		return 0;
	return -EFAULT;
}
