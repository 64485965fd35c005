/*
 * report: what a fixture did, by its own account: one record per call, printed at its end as JSON lines
 * {"did":"connect","function":"dial","line":42,"tid":77,"result":-1,"errno":111}. A trace of the fixture must say the same.
 *
 * Records lie in shared memory, so forked children report through their parent. A record is written after the call
 * returned, so no call is a tail call; keep each DID on one source line, whose number is the call's.
 */
#ifndef SOCKLINE_TESTS_REPORT_H
#define SOCKLINE_TESTS_REPORT_H

#include <errno.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { REPORT_ROOM = 1 << 19 };

struct report_entry {
	const char *call, *function;
	int line, error;
	long result;
	int tid, pid;
};

struct report {
	atomic_uint count;
	struct report_entry entries[REPORT_ROOM];
};

static struct report *report;

/* Must be called before the first DID, and before the first fork. */
static inline void report_start(void)
{
	report = mmap(NULL, sizeof *report, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (report == MAP_FAILED) {
		perror("report");
		_exit(99);
	}
}

static inline long report_add(const char *call, const char *function, int line, long result)
{
	int error = errno;
	unsigned at = atomic_fetch_add(&report->count, 1);
	if (at >= REPORT_ROOM)
		abort();
	report->entries[at] = (struct report_entry){
		.call = call,
		.function = function,
		.line = line,
		.error = result == -1 ? error : 0,
		.result = result,
		.tid = (int)syscall(SYS_gettid),
		.pid = getpid(),
	};
	errno = error;
	return result;
}

#define DID(call, expression) report_add(call, __func__, __LINE__, (long)(expression))

static inline void report_print(void)
{
	for (unsigned i = 0; i < report->count; i++) {
		const struct report_entry *e = &report->entries[i];
		printf("{\"did\":\"%s\",\"function\":\"%s\",\"line\":%d,\"tid\":%d,\"pid\":%d,\"result\":%ld,\"errno\":%d}\n",
		       e->call, e->function, e->line, e->tid, e->pid, e->result, e->error);
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
