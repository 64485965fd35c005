/*
 * report: what a fixture did, by its own account: one record per call, printed at its end as JSON lines
 * {"did":"connect","function":"dial","line":42,"tid":77,"pid":77,"result":-1,"errno":111}. A trace of the
 * fixture must say the same. A call that never returned (the thread was killed, another exec'd) has
 * "result":null. A record may have the call's "fd", and "of_file":true, see DID_CLOSE and DID_FILE.
 *
 * Records lie in shared memory, so forked children report through their parent. The record is finished after
 * the call, so no call is a tail call; keep each DID on one source line, whose number is the call's.
 */
#ifndef SOCKLINE_TESTS_REPORT_H
#define SOCKLINE_TESTS_REPORT_H

#include <errno.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { REPORT_ROOM = 1 << 19, REPORT_NO_FD = -2 };

struct report_entry {
	char call[16], function[24];
	int line, error, pid, fd;
	bool of_file;
	long result;
	_Atomic int tid, done;
};

struct report {
	atomic_uint count;
	struct report_entry entries[REPORT_ROOM];
};

static struct report *report;

/* Must be called before the first DID, and before the first fork. fd: a file to keep the records in, or -1.
 */
static inline void report_open(int fd)
{
	int flags = MAP_SHARED | MAP_NORESERVE | (fd < 0 ? MAP_ANONYMOUS : 0);
	report = mmap(NULL, sizeof *report, PROT_READ | PROT_WRITE, flags, fd, 0);
	if (report == MAP_FAILED) {
		perror("report");
		_exit(99);
	}
}

/* With REPORT_WAIT in the environment: until a byte comes, so that a tracer can attach before anything is
 * done. */
static inline void report_wait(void)
{
	char c;
	if (getenv("REPORT_WAIT") && read(0, &c, 1) < 0)
		_exit(99);
	unsetenv("REPORT_WAIT");
}

static inline void report_start(void)
{
	report_wait();
	report_open(-1);
}

/* The thread's id is written last: a record without it is of a thread that was killed before it made the
 * call. */
static inline struct report_entry *report_begin(const char *call, const char *function, int line)
{
	int tid = (int)syscall(SYS_gettid), pid = getpid();
	unsigned at = atomic_fetch_add(&report->count, 1);
	if (at >= REPORT_ROOM)
		abort();
	struct report_entry *entry = &report->entries[at];
	snprintf(entry->call, sizeof entry->call, "%s", call);
	snprintf(entry->function, sizeof entry->function, "%s", function);
	entry->line = line;
	entry->pid = pid;
	entry->fd = REPORT_NO_FD;
	atomic_store(&entry->tid, tid);
	return entry;
}

static inline long report_end(struct report_entry *entry, long result)
{
	entry->error = result == -1 ? errno : 0;
	entry->result = result;
	entry->done = 1;
	return result;
}

#define DID(call, expression)                                                         \
	({                                                                            \
		struct report_entry *entry_ = report_begin(call, __func__, __LINE__); \
		report_end(entry_, (long)(expression));                               \
	})

#define DID_AT(call, number, file, expression)                                        \
	({                                                                            \
		struct report_entry *entry_ = report_begin(call, __func__, __LINE__); \
		entry_->fd = (number);                                                \
		entry_->of_file = (file);                                             \
		report_end(entry_, (long)(expression));                               \
	})

/* A close with its number, which the trace must have right. */
#define DID_CLOSE(number)                                \
	({                                               \
		int fd_ = (number);                      \
		DID_AT("close", fd_, false, close(fd_)); \
	})
/* A call on a file: where it cannot be known that it was on no socket, a trace may tell of it, as uncertain.
 */
#define DID_FILE(call, fd, expression) DID_AT(call, fd, true, expression)

static inline void report_print(void)
{
	for (unsigned i = 0; i < report->count; i++) {
		const struct report_entry *e = &report->entries[i];
		char result[24] = "null";
		if (!e->tid)
			continue;
		if (e->done)
			snprintf(result, sizeof result, "%ld", e->result);
		printf("{\"did\":\"%s\",\"function\":\"%s\",\"line\":%d,\"tid\":%d,\"pid\":%d,\"result\":%s,"
		       "\"errno\":%d",
		       e->call, e->function, e->line, e->tid, e->pid, result, e->error);
		if (e->fd != REPORT_NO_FD)
			printf(",\"fd\":%d", e->fd);
		printf("%s}\n", e->of_file ? ",\"of_file\":true" : "");
	}
	fflush(stdout);
}

/* Ends the fixture with a word when what must work does not. */
__attribute__((noreturn, format(printf, 1, 2), unused)) static void give_up(const char *format, ...)
{
	int error = errno;
	va_list list;
	va_start(list, format);
	vfprintf(stderr, format, list);
	va_end(list);
	fprintf(stderr, " (errno %d)\n", error);
	_exit(99);
}

#endif
