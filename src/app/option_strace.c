/* What strace's options are in sockline, where they are none of ours: one line each. */
#include <string.h>

#include "option_table.h"

/* By letter, by long name, or both. */
static const struct {
	char letter;
	const char *name, *way;
} strace_options[] = {
	{ 'a', "columns", "columns fit themselves to what is shown" },
	{ 'b', "detach-on", "sockline stays with a process; --no-follow leaves children alone" },
	{ 'D', "daemonize", "sockline is always the command's parent; leave it out" },
	{ 'F', NULL, "children are followed always; leave it out" },
	{ 'i', "instruction-pointer",
	  "each line names the code that made the call; -k shows the whole stack" },
	{ 'I', "interruptible", "signals are passed on to the command; leave it out" },
	{ 'n', "syscall-number", "calls are shown by name only; leave it out" },
	{ 'N', "arg-names", "-v shows the names of fields" },
	{ 'O', "summary-syscall-overhead", "-c shows totals with all the time that calls took, waiting too" },
	{ 'P', "trace-path", "only calls on sockets are shown; choose among them with -e" },
	{ 'S', "summary-sort-by", "-c sorts by what costs most" },
	{ 'U', "summary-columns", "--time, -T and --no-caller choose the columns" },
	{ 'w', "summary-wall-clock", "-c counts all the time that calls took, waiting too; leave it out" },
	{ 'W', NULL, "sockline waits for everything that it traces; leave it out" },
	{ 'X', "const-print-style",
	  "constants are shown by name, and in hex where they have none; leave it out" },
	{ 'Y', "decode-pids", "threads are shown with their names as soon as there are two; leave it out" },
	{ 0, "always-show-pid",
	  "lines show their thread as soon as there are two, and always in files; leave it out" },
	{ 0, "kill-on-exit", "a command ends when sockline is killed, and others are let go; leave it out" },
	{ 0, "output-separately",
	  "one file holds all processes, each line with its thread's id; --dir=DIR writes one for each "
	  "socket" },
	{ 0, "pidns-translation", "process ids are sockline's own namespace's" },
	{ 0, "seccomp-bpf", "only calls that can touch a socket stop anyway; leave it out" },
	{ 0, "secontext", "security contexts are not shown; leave it out" },
	{ 0, "syscall-limit", "--max-events=N ends the trace after N calls" },
	{ 0, "timestamps", "-t, -tt and -ttt show the time of day" },
	{ 0, "tips", "sockline has none; leave it out" },
};

const char *option_strace_letter(char letter)
{
	for (size_t i = 0; letter && i < sizeof(strace_options) / sizeof(strace_options[0]); i++)
		if (strace_options[i].letter == letter)
			return strace_options[i].way;
	return NULL;
}

const char *option_strace_name(const char *name, size_t len)
{
	for (size_t i = 0; i < sizeof(strace_options) / sizeof(strace_options[0]); i++) {
		const char *known = strace_options[i].name;

		if (known && strlen(known) == len && memcmp(known, name, len) == 0)
			return strace_options[i].way;
	}
	return len > 2 ? option_strace_qualifier(name, len) : NULL; /* its long ones are long names too */
}

const char *option_strace_qualifier(const char *name, size_t len)
{
	static const struct {
		const char *name, *way;
	} ways[] = {
		{ "abbrev", "-v shows everything" },
		{ "v", "-v shows everything" },
		{ "verbose", "-v shows everything" },
		{ "raw", "values are shown by name, and in hex where they have none" },
		{ "x", "values are shown by name, and in hex where they have none" },
		{ "signal", "-q leaves them out, with all lines that are no calls" },
		{ "signals", "-q leaves them out, with all lines that are no calls" },
		{ "s", "-q leaves them out, with all lines that are no calls" },
		{ "read", "-s N shows N bytes of all data" },
		{ "reads", "-s N shows N bytes of all data" },
		{ "r", "-s N shows N bytes of all data" },
		{ "write", "-s N shows N bytes of all data" },
		{ "writes", "-s N shows N bytes of all data" },
		{ "w", "-s N shows N bytes of all data" },
		{ "fault", "faults are not built" },
		{ "inject", "faults are not built" },
		{ "status", "-z shows only calls that succeeded, -Z only those that failed" },
		{ "quiet", "-q leaves out lines that are no calls" },
		{ "silent", "-q leaves out lines that are no calls" },
		{ "silence", "-q leaves out lines that are no calls" },
		{ "q", "-q leaves out lines that are no calls" },
		{ "decode-fd", "what an fd refers to is shown always" },
		{ "decode-fds", "what an fd refers to is shown always" },
		{ "decode-pids", "threads are shown with their names as soon as there are two" },
		{ "kvm", "only calls on sockets are shown" },
		{ "namespace", "process ids are sockline's own namespace's" },
	};

	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
		if (strlen(ways[i].name) == len && memcmp(ways[i].name, name, len) == 0)
			return ways[i].way;
	return NULL;
}
