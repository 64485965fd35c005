/* What strace's options are in sockline, where they are none of ours: one line each. */
#include <string.h>

#include "option_table.h"

const char *option_strace_letter(char letter)
{
	static const char *const ways[128] = {
		['a'] = "columns fit themselves to what is shown",
		['b'] = "sockline stays with a process; --no-follow leaves children alone",
		['D'] = "sockline is always the command's parent; leave it out",
		['F'] = "children are followed always; leave it out",
		['i'] = "each line names the code that made the call; -k shows the whole stack",
		['I'] = "signals are passed on to the command; leave it out",
		['n'] = "calls are shown by name only; leave it out",
		['N'] = "-v shows the names of fields",
		['O'] = "-c shows totals with all the time that calls took, waiting too",
		['P'] = "only calls on sockets are shown; choose among them with -e",
		['S'] = "-c sorts by what costs most",
		['U'] = "--time, -T and --no-caller choose the columns",
		['w'] = "-c counts all the time that calls took, waiting too; leave it out",
		['W'] = "sockline waits for everything that it traces; leave it out",
		['X'] = "constants are shown by name, and in hex where they have none; leave it out",
		['Y'] = "threads are shown with their names as soon as there are two; leave it out",
	};

	return (unsigned char)letter < sizeof(ways) / sizeof(ways[0]) ? ways[(unsigned char)letter] : NULL;
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
