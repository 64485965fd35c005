/*
 * Starting a command. The child waits until it has been seized, installs the filter, becomes the user, and
 * execs; nothing of that is shown. What it cannot do it says through a pipe that closes at its exec.
 *
 * The filter comes before the change of user, so that root needs no no_new_privs (which would take setuid
 * programs their rights: kernel/seccomp.c, seccomp_prepare_filter).
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/seccomp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tracee.h"

extern char **environ;

enum spawn_step { STEP_FILTER, STEP_USER, STEP_EXEC };

struct spawn_failure {
	enum spawn_step step;
	int error;
};

enum { GROUPS_MAX = 256 };

/* All that the child needs, made before the fork. */
struct spawn {
	struct tracer *tracer;
	int go[2], said[2];
	char **paths; /* NULL-terminated: what to try */
	char **shell; /* argv for a script without #!: "/bin/sh", "", ... */
	bool change_user;
	uid_t uid;
	gid_t gid, groups[GROUPS_MAX];
	int group_count;
};

/* Everything from here to the exec runs in the child: async-signal-safe calls only. */

static void say_and_exit(struct spawn *spawn, enum spawn_step step, int error)
{
	struct spawn_failure failure = { step, error };

	if (write(spawn->said[1], &failure, sizeof(failure)) < 0)
		_exit(125);
	_exit(step == STEP_EXEC ? (error == ENOENT ? 127 : 126) : 125);
}

/* Without CAP_SYS_ADMIN a filter needs no_new_privs: seccomp(2). */
static int install_filter(struct filter *filter)
{
	struct sock_fprog program = { (unsigned short)filter->count, filter->code };
	unsigned long flags = SECCOMP_FILTER_FLAG_SPEC_ALLOW;

	if (!syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program))
		return 0;
	if (errno == EACCES) {
		prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
		if (!syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program))
			return 0;
	}
	return -errno;
}

/* The command gets the dispositions and the mask that sockline was given. */
static void restore_signals(const struct trace_options *options)
{
	sigset_t none;

	sigemptyset(&none);
	for (int signo = 1; signo <= SIGRTMAX; signo++) {
		struct sigaction action = { .sa_handler = SIG_DFL };

		if (options->signals_ignored && sigismember(options->signals_ignored, signo) == 1)
			action.sa_handler = SIG_IGN;
		sigaction(signo, &action, NULL);
	}
	sigprocmask(SIG_SETMASK, options->signal_mask ? options->signal_mask : &none, NULL);
}

static int become_user(const struct spawn *spawn)
{
	if (!spawn->change_user)
		return 0;
	if (setgroups((size_t)spawn->group_count, spawn->groups) ||
	    setresgid(spawn->gid, spawn->gid, spawn->gid) || setresuid(spawn->uid, spawn->uid, spawn->uid))
		return -errno;
	return 0;
}

/* Whether the file is text that sh may run: it has no NUL at its start, which is what shells look at too. */
static bool is_script(const char *path)
{
	char start[64];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got = fd < 0 ? -1 : read(fd, start, sizeof(start));

	if (fd >= 0)
		close(fd);
	return got >= 0 && !memchr(start, 0, (size_t)got) && !(got >= 4 && memcmp(start, "\177ELF", 4) == 0);
}

/* As execvpe does: the most telling error of all paths. */
static int try_paths(struct spawn *spawn, char **argv, char **environment)
{
	int error = ENOENT;

	for (char **path = spawn->paths; *path; path++) {
		execve(*path, argv, environment);
		if (errno == ENOEXEC) {
			spawn->shell[1] = *path;
			if (is_script(*path))
				execve(spawn->shell[0], spawn->shell, environment);
			return ENOEXEC;
		}
		if (errno != ENOENT && (errno != ENOTDIR || !spawn->paths[1]))
			error = errno;
	}
	return error;
}

static void child_run(struct spawn *spawn)
{
	struct tracer *tracer = spawn->tracer;
	const struct trace_options *options = &tracer->options;
	char **environment = options->environment ? options->environment : environ;
	char go;
	int error = 0;

	restore_signals(options);
	close(spawn->go[1]);
	if (read(spawn->go[0], &go, 1) != 1)
		_exit(125);
	if (tracer->command_engine == &engine_seccomp)
		error = install_filter(&tracer->filter);
	if (error)
		say_and_exit(spawn, STEP_FILTER, -error);
	error = become_user(spawn);
	if (error)
		say_and_exit(spawn, STEP_USER, -error);
	say_and_exit(spawn, STEP_EXEC, try_paths(spawn, options->command, environment));
}

/* From here on: the tracing thread. */

static int find_user(struct spawn *spawn, const char *name, struct error *error)
{
	const struct passwd *user;

	if (!name)
		return 0;
	errno = 0;
	user = getpwnam(name);
	if (!user)
		return error_set(error, EINVAL, "cannot run as user %s: no such user", name);
	if (geteuid() != 0)
		return error_set(error, EPERM, "cannot run as user %s: only root can; use sudo", name);
	spawn->change_user = true;
	spawn->uid = user->pw_uid;
	spawn->gid = user->pw_gid;
	spawn->group_count = GROUPS_MAX;
	if (getgrouplist(name, user->pw_gid, spawn->groups, &spawn->group_count) < 0)
		spawn->group_count = GROUPS_MAX;
	return 0;
}

/* A path for each directory of PATH, or the name itself when it has a slash: execvp(3). */
static void find_paths(struct spawn *spawn, const char *name)
{
	const char *path = getenv("PATH");
	unsigned count = 0;

	path = path ? path : "/bin:/usr/bin";
	spawn->paths = calloc(strlen(path) + 2, sizeof(char *));
	if (!spawn->paths)
		abort();
	if (strchr(name, '/') || !*name) {
		spawn->paths[0] = strdup(name);
		return;
	}
	for (const char *at = path;; at++) {
		size_t len = strcspn(at, ":");
		char *whole = NULL;

		if (asprintf(&whole, "%.*s%s%s", (int)len, at, len ? "/" : "", name) < 0)
			abort();
		spawn->paths[count++] = whole;
		at += len;
		if (!*at)
			break;
	}
}

static void make_shell(struct spawn *spawn, char **argv)
{
	unsigned count = 0;

	while (argv[count])
		count++;
	spawn->shell = calloc(count + 2, sizeof(char *));
	if (!spawn->shell)
		abort();
	spawn->shell[0] = (char *)"/bin/sh";
	for (unsigned i = 1; i < count; i++)
		spawn->shell[i + 1] = argv[i];
}

static void spawn_done(struct spawn *spawn)
{
	for (char **path = spawn->paths; path && *path; path++)
		free(*path);
	free(spawn->paths);
	free(spawn->shell);
}

static unsigned long command_options(const struct tracer *tracer)
{
	unsigned long options =
		PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEEXEC | PTRACE_O_TRACECLONE | PTRACE_O_EXITKILL;

	if (tracer->options.follow)
		options |= PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK;
	if (tracer->options.want_exits || tracer->options.want_ends)
		options |= PTRACE_O_TRACEEXIT;
	if (tracer->command_engine == &engine_seccomp)
		options |= PTRACE_O_TRACESECCOMP;
	return options;
}

/* Parent's side: seizes the child and lets it go on. */
static int seize_child(struct spawn *spawn, pid_t pid, struct error *error)
{
	struct tracer *tracer = spawn->tracer;

	close(spawn->go[0]);
	close(spawn->said[1]);
	if (ptrace(PTRACE_SEIZE, pid, 0, command_options(tracer))) {
		int why = refuse_command(pid, errno, error);

		close(spawn->go[1]);
		close(spawn->said[0]);
		waitpid(pid, NULL, __WALL);
		return why;
	}
	struct tracee *tracee = tracee_new(tracer, pid, LIFE_STARTING);

	engine_set(tracee, tracer->command_engine);
	tracee_join(tracee, pid, false);
	tracer->command = pid;
	tracer->spawn_pipe = spawn->said[0];
	if (write(spawn->go[1], "", 1) < 0)
		kill(pid, SIGKILL);
	close(spawn->go[1]);
	return 0;
}

static int spawn_fork(struct spawn *spawn, struct error *error)
{
	if (pipe2(spawn->go, O_CLOEXEC))
		return error_set(error, errno, "cannot start the command: %s", strerror(errno));
	if (pipe2(spawn->said, O_CLOEXEC)) {
		int why = errno;

		close(spawn->go[0]);
		close(spawn->go[1]);
		return error_set(error, why, "cannot start the command: %s", strerror(why));
	}
	pid_t pid = fork();

	if (pid == 0)
		child_run(spawn);
	if (pid < 0)
		return error_set(error, errno, "cannot start the command: %s", strerror(errno));
	return seize_child(spawn, pid, error);
}

int spawn_command(struct tracer *tracer, struct error *error)
{
	struct spawn spawn = { .tracer = tracer };
	int failed = find_user(&spawn, tracer->options.user, error);

	if (failed)
		return failed;
	find_paths(&spawn, tracer->options.command[0]);
	make_shell(&spawn, tracer->options.command);
	failed = spawn_fork(&spawn, error);
	spawn_done(&spawn);
	return failed;
}

void spawn_started(struct tracee *tracee)
{
	struct tracer *tracer = tracee->tracer;

	close(tracer->spawn_pipe);
	tracer->spawn_pipe = -1;
	tracer->result.started = true;
	tracee_announce(tracee, NULL, 0);
	tracee->inside = false;
}

/* What the child said before it ended. */
void spawn_failed(struct tracer *tracer)
{
	struct spawn_failure failure = { STEP_EXEC, 0 };

	if (read(tracer->spawn_pipe, &failure, sizeof(failure)) != (ssize_t)sizeof(failure))
		failure = (struct spawn_failure){ STEP_EXEC, 0 };
	close(tracer->spawn_pipe);
	tracer->spawn_pipe = -1;
	tracer->spawn_step = failure.step;
	tracer->spawn_errno = failure.error;
	if (failure.step == STEP_EXEC)
		tracer->result.exec_errno = failure.error;
}

/* execve(2): ENOENT for a file that is there means its interpreter, whose name a script has in its first
 * line. */
static int no_interpreter(const char *name, struct error *error)
{
	char line[128] = "";
	const int fd = open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	const ssize_t got = fd < 0 ? 0 : read(fd, line, sizeof(line) - 1);

	if (fd >= 0)
		close(fd);
	if (got < 3 || line[0] != '#' || line[1] != '!')
		return error_set(error, ENOENT, "cannot run %s: its ELF interpreter (ld.so) is not there",
				 name);
	const char *interpreter = line + 2 + strspn(line + 2, " \t");

	return error_set(error, ENOENT, "cannot run %s: its interpreter %.*s is not there", name,
			 (int)strcspn(interpreter, " \t\n"), interpreter);
}

int spawn_error(struct tracer *tracer, struct error *error)
{
	const char *name = tracer->options.command[0];
	int why = tracer->spawn_errno;

	if (tracer->spawn_step == STEP_FILTER)
		return error_set(error, why, "cannot install a seccomp filter: %s; try --engine=syscall",
				 strerror(why));
	if (tracer->spawn_step == STEP_USER)
		return error_set(error, why, "cannot run as user %s: %s", tracer->options.user,
				 strerror(why));
	if (!why)
		return error_set(error, ECHILD, "cannot run %s: it was killed before it started", name);
	if (why == ENOENT && !strchr(name, '/'))
		return error_set(error, why, "cannot run %s: command not found in PATH", name);
	if (why == ENOENT && access(name, F_OK) == 0)
		return no_interpreter(name, error);
	return error_set(error, why, "cannot run %s: %s", name, strerror(why));
}
