/* What /proc says of a thread: proc(5). */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tracee.h"

/* Reads a whole small file; returns its size, NUL-terminated in the buffer. */
int proc_read(char *buffer, size_t size, const char *format, ...)
{
	char path[96];
	va_list args;
	size_t got = 0;
	ssize_t n = 0;

	va_start(args, format);
	vsnprintf(path, sizeof(path), format, args);
	va_end(args);
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	while (got < size - 1 &&
	       ((n = read(fd, buffer + got, size - 1 - got)) > 0 || (n < 0 && errno == EINTR)))
		got += n > 0 ? (size_t)n : 0;
	int error = n < 0 ? -errno : 0;

	close(fd);
	if (error)
		return error;
	buffer[got] = 0;
	return (int)got;
}

bool proc_is_ours(void)
{
	char link[32] = { 0 };

	return readlink("/proc/self", link, sizeof(link) - 1) > 0 && atoi(link) == (int)getpid();
}

/* The value after "\nname:\t", or NULL. */
static const char *field(const char *text, const char *name)
{
	const char *at = strstr(text, name);

	return at ? at + strlen(name) : NULL;
}

static long long field_number(const char *text, const char *name, int base)
{
	const char *at = field(text, name);

	return at ? (long long)strtoull(at, NULL, base) : 0;
}

int proc_status(pid_t tid, struct proc_status *status)
{
	char text[4096];
	int got = proc_read(text, sizeof(text), "/proc/%d/status", tid);

	if (got < 0)
		return got;
	const char *state = field(text, "\nState:\t");

	*status = (struct proc_status){
		.tgid = (pid_t)field_number(text, "\nTgid:\t", 10),
		.ppid = (pid_t)field_number(text, "\nPPid:\t", 10),
		.tracer = (pid_t)field_number(text, "\nTracerPid:\t", 10),
		.uid = (unsigned)field_number(text, "\nUid:\t", 10),
		.sig_ignored = (uint64_t)field_number(text, "\nSigIgn:\t", 16),
		.sig_caught = (uint64_t)field_number(text, "\nSigCgt:\t", 16),
		.sig_blocked = (uint64_t)field_number(text, "\nSigBlk:\t", 16),
		.sig_queued = (uint64_t)field_number(text, "\nSigPnd:\t", 16),
		.sig_pending = (uint64_t)field_number(text, "\nSigPnd:\t", 16) |
			       (uint64_t)field_number(text, "\nShdPnd:\t", 16),
		.threads = (int)field_number(text, "\nThreads:\t", 10),
		.seccomp = (int)field_number(text, "\nSeccomp:\t", 10),
		.state = state ? *state : '?',
		.switches = (uint64_t)field_number(text, "\nvoluntary_ctxt_switches:\t", 10),
	};
	return 0;
}

pid_t proc_own_tid(pid_t tid)
{
	char text[4096];
	int own = tid;

	if (proc_read(text, sizeof(text), "/proc/%d/status", tid) < 0)
		return tid;
	const char *at = field(text, "\nNSpid:");

	for (int length = 0; at && sscanf(at, "%*[ \t]%d%n", &own, &length) == 1; at += length)
		;
	return own;
}

int proc_syscall(pid_t pid, pid_t tid, uint64_t *number, uint64_t args[8])
{
	char text[256];
	int got = proc_read(text, sizeof(text), "/proc/%d/task/%d/syscall", pid, tid);

	if (got < 0)
		return got;
	/* "running", or "-1 SP PC" for a sleep outside of calls */
	return sscanf(text,
		      "%" SCNu64 " %" SCNx64 " %" SCNx64 " %" SCNx64 " %" SCNx64 " %" SCNx64 " %" SCNx64
		      " %" SCNx64 " %" SCNx64,
		      number, &args[0], &args[1], &args[2], &args[3], &args[4], &args[5], &args[6],
		      &args[7]) == 9 &&
	       text[0] != '-';
}

bool proc_has_children(pid_t pid, pid_t tid)
{
	char text[32];

	return proc_read(text, sizeof(text), "/proc/%d/task/%d/children", pid, tid) > 0;
}

bool proc_is_ending(pid_t tid)
{
	enum { EXITING = 0x4, SIGNALED = 0x400 }; /* PF_... of the kernel's include/linux/sched.h */
	unsigned long flags, pending;
	char text[1024];
	int got = proc_read(text, sizeof(text), "/proc/%d/stat", tid);
	const char *rest = got > 0 ? strrchr(text, ')') : NULL;

	if (!rest)
		return got == -ENOENT || got == -ESRCH;
	/* From the third field on: flags is the ninth, and the signals that wait for this thread alone the
	 * 31st. */
	return sscanf(rest,
		      ") %*c %*d %*d %*d %*d %*d %lu %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %*u %*u "
		      "%*d %*u %*u %*u %*u %*u %*u %lu",
		      &flags, &pending) == 2 &&
	       (flags & (EXITING | SIGNALED) || pending >> (SIGKILL - 1) & 1);
}
