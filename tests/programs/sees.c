/*
 * sees: prints what a program can see of being traced or of how it was started, one "name: value" per line:
 * signal mask and dispositions, environment, fds, umask, limits, groups, flags of the process, TracerPid.
 *
 * Must see: the same lines as without a tracer, but for TracerPid and what docs/GENTLE.md lists.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>

#include "report.h"

extern char **environ;

static void show_signals(void)
{
	sigset_t mask, pending;
	sigprocmask(SIG_BLOCK, NULL, &mask);
	sigpending(&pending);
	for (int i = 1; i < 65; i++) {
		struct sigaction action = { 0 };
		if (i == 32 || i == 33)
			continue; /* the C library's own */
		sigaction(i, NULL, &action);
		printf("signal %d: %s%s%s\n", i,
		       action.sa_handler == SIG_DFL   ? "default"
		       : action.sa_handler == SIG_IGN ? "ignored"
						      : "handled",
		       sigismember(&mask, i) == 1 ? " blocked" : "",
		       sigismember(&pending, i) == 1 ? " pending" : "");
	}
}

static void show_fds(void)
{
	char path[64], target[512];
	for (int i = 0; i < 1024; i++) {
		snprintf(path, sizeof path, "/proc/self/fd/%d", i);
		ssize_t len = readlink(path, target, sizeof target - 1);
		if (len < 0)
			continue;
		target[len] = '\0';
		char *number = strchr(target, '[');
		if (number)
			*number = '\0';
		printf("fd %d: %s, flags %x %x\n", i, strncmp(target, "/tmp", 4) ? target : "/tmp",
		       (unsigned)fcntl(i, F_GETFL), (unsigned)fcntl(i, F_GETFD));
	}
}

static void show_limits(void)
{
	for (int i = 0; i < RLIM_NLIMITS; i++) {
		struct rlimit limit;
		getrlimit((__rlimit_resource_t)i, &limit);
		printf("limit %d: %llu %llu\n", i, (unsigned long long)limit.rlim_cur,
		       (unsigned long long)limit.rlim_max);
	}
}

static void show_status(void)
{
	static const char *const fields[] = {
		"Name",	      "Umask",	 "TracerPid",	    "Uid",	    "Gid",     "Groups",
		"NoNewPrivs", "Seccomp", "Seccomp_filters", "CapInh",	    "CapPrm",  "CapEff",
		"CapBnd",     "CapAmb",	 "SigQ_",	    "Cpus_allowed", "Threads", "THP_enabled"
	};
	char line[4096];
	FILE *file = fopen("/proc/self/status", "r");
	while (file && fgets(line, sizeof line, file)) {
		size_t len = strcspn(line, ":");
		for (unsigned i = 0; i < sizeof fields / sizeof *fields; i++)
			if (strlen(fields[i]) == len && !strncmp(line, fields[i], len))
				fputs(line, stdout);
	}
	if (file)
		fclose(file);
}

static void show_rest(void)
{
	int subreaper = 0, death = 0;
	struct itimerval timer;
	prctl(PR_GET_CHILD_SUBREAPER, &subreaper);
	prctl(PR_GET_PDEATHSIG, &death);
	printf("dumpable: %d\nsubreaper: %d\ndeath signal: %d\nslack: %d\n", prctl(PR_GET_DUMPABLE),
	       subreaper, death, prctl(PR_GET_TIMERSLACK));
	printf("personality: %x\nsecure: %lu\nnice: %d\nscheduler: %d\n", (unsigned)personality(0xffffffff),
	       getauxval(AT_SECURE), getpriority(PRIO_PROCESS, 0), sched_getscheduler(0));
	getitimer(ITIMER_REAL, &timer);
	printf("timer: %ld %ld\n", (long)timer.it_value.tv_sec, (long)timer.it_value.tv_usec);
	printf("own group: %d\nown session: %d\nterminal: %d\n", getpgid(0) == getpid(),
	       getsid(0) == getpid(), open("/dev/tty", O_RDONLY | O_NOCTTY) >= 0);
	printf("alarm: %u\n", alarm(0));
}

int main(int argc, char **argv)
{
	char path[4096];
	for (int i = 0; i < argc; i++)
		printf("argument %d: %s\n", i, argv[i]);
	for (char **entry = environ; *entry; entry++)
		printf("environment: %s\n", *entry);
	printf("folder: %s\n", getcwd(path, sizeof path));
	show_fds();
	show_signals();
	show_limits();
	show_status();
	show_rest();
	return 0;
}
