/* Why a process may not be traced: ptrace(2), "Ptrace access mode checking", and
 * Documentation/admin-guide/LSM/Yama.rst. */
#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tracee.h"

enum { CAP_PTRACE_BIT = 19 /* CAP_SYS_PTRACE */ };

bool may_ptrace_all(void)
{
	char text[4096];

	if (proc_read(text, sizeof(text), "/proc/%s/status", "self") < 0)
		return false;
	const char *at = strstr(text, "\nCapEff:\t");

	return at && (strtoull(at + 9, NULL, 16) >> CAP_PTRACE_BIT & 1);
}

static int yama_scope(void)
{
	char text[16];

	return proc_read(text, sizeof(text), "%s", "/proc/sys/kernel/yama/ptrace_scope") > 0 ? atoi(text) : 0;
}

static int explain_yama(pid_t pid, int scope, struct error *error)
{
	if (scope == 1)
		return error_set(error, EPERM,
				 "cannot attach to %d: Yama's ptrace_scope is 1, only children may be "
				 "traced; run as root, "
				 "or sysctl kernel.yama.ptrace_scope=0",
				 pid);
	if (scope == 2)
		return error_set(
			error, EPERM,
			"cannot attach to %d: Yama's ptrace_scope is 2, only root may trace; run as root",
			pid);
	return error_set(
		error, EPERM,
		"cannot attach to %d: Yama's ptrace_scope is 3, nobody may trace until the next boot", pid);
}

static int explain_user(pid_t pid, unsigned uid, struct error *error)
{
	const struct passwd *user = getpwuid(uid);

	if (user && uid)
		return error_set(error, EPERM,
				 "cannot attach to %d: it belongs to user %s; run as root or as %s", pid,
				 user->pw_name, user->pw_name);
	return error_set(error, EPERM, "cannot attach to %d: it belongs to user %u; run as root", pid, uid);
}

/* Another tracer's number and name, for the person to know which. */
static void name_tracer(char text[64], pid_t tracer)
{
	char comm[32];

	if (proc_read(comm, sizeof(comm), "/proc/%d/comm", tracer) <= 0)
		comm[0] = 0;
	comm[strcspn(comm, "\n")] = 0;
	snprintf(text, 64, "process %d%s%s%s", tracer, *comm ? " (" : "", comm, *comm ? ")" : "");
}

static int explain_tracer(pid_t pid, pid_t tracer, struct error *error)
{
	char name[64];

	name_tracer(name, tracer);
	return error_set(error, EPERM, "cannot attach to %d: it is already traced, by %s; end that first",
			 pid, name);
}

int refuse_command(pid_t pid, int why, struct error *error)
{
	struct proc_status status;
	char name[64];

	if (why != EPERM || proc_status(pid, &status) || !status.tracer)
		return error_set(error, why,
				 "cannot trace the command: %s; ptrace is forbidden here (a container needs "
				 "--cap-add=SYS_PTRACE or a seccomp profile that allows it)",
				 strerror(why));
	name_tracer(name, status.tracer);
	return error_set(error, why,
			 "cannot trace the command: it is already traced, by %s, which traces sockline too; "
			 "start sockline without it",
			 name);
}

/* A filter over sockline itself, as container engines set one up. */
static bool is_filtered(void)
{
	struct proc_status status;

	return !proc_status(getpid(), &status) && status.seccomp;
}

void refuse_explain(pid_t pid, int why, struct error *error)
{
	struct proc_status status;
	bool mighty = may_ptrace_all();

	if (why == ESRCH || why == ENOENT || proc_status(pid, &status))
		error_set(error, ESRCH, "cannot attach to %d: no such process, or it ended just now", pid);
	else if (why == EINTR)
		error_set(error, why,
			  "cannot attach to %d: it is in execve, and another tracer keeps it there; ended "
			  "while waiting for it",
			  pid);
	else if (why != EPERM)
		error_set(error, why, "cannot attach to %d: %s", pid, strerror(why));
	else if (status.tracer)
		explain_tracer(pid, status.tracer, error);
	else if (status.state == 'Z')
		error_set(error, EPERM, "cannot attach to %d: it has ended and waits for its parent (zombie)",
			  pid);
	else if (yama_scope() == 3 || (yama_scope() && !mighty && (!status.uid || status.uid == geteuid())))
		explain_yama(pid, yama_scope(), error);
	else if (!mighty && geteuid() == 0)
		error_set(error, EPERM,
			  "cannot attach to %d: root here lacks CAP_SYS_PTRACE; give the container "
			  "--cap-add=SYS_PTRACE",
			  pid);
	else if (!mighty && status.uid != geteuid())
		explain_user(pid, status.uid, error);
	else if (!mighty)
		error_set(error, EPERM,
			  "cannot attach to %d: it has protected itself (not dumpable), or runs with rights "
			  "that "
			  "you lack; run as root",
			  pid);
	else if (is_filtered() && status.ppid != 2 && pid != 2)
		error_set(error, EPERM,
			  "cannot attach to %d: ptrace is forbidden here by a seccomp filter (a container "
			  "needs a "
			  "profile that allows it), or by a security module or a user namespace",
			  pid);
	else
		error_set(error, EPERM, "cannot attach to %d: %s", pid,
			  status.ppid == 2 || pid == 2 ? "it is a kernel thread"
						       : "a security module or a user namespace forbids it");
}
