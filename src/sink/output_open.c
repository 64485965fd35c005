/* output_open: opens the file or starts the command that an output goes to, and waits for the command's end.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "names/names.h"
#include "output_private.h"
#include "sink/output.h"

extern char **environ;

/* A descriptor among 0 to 2 (closed when we were started) would be taken for a standard stream: moves it
 * above. */
static int above_standard(int fd)
{
	if (fd < 0 || fd > STDERR_FILENO)
		return fd;
	int above = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	int saved = errno;
	close(fd);
	errno = saved;
	return above;
}

/*
 * Starts sh -c command with in as its standard input, signals as a fresh program has them, but for SIGINT and
 * SIGQUIT: the terminal sends those to it too, and the end of the trace is still to come. 0 or positive
 * errno.
 */
static int spawn_shell(const char *command, int in, pid_t *pid)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attributes;
	sigset_t none, all;
	const struct sigaction ignore = { .sa_handler = SIG_IGN };
	struct sigaction interrupt, quit;
	char *argv[] = { "sh", "-c", (char *)command, NULL };

	sigemptyset(&none);
	sigfillset(&all);
	sigdelset(&all, SIGINT);
	sigdelset(&all, SIGQUIT);
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_adddup2(&files, in, STDIN_FILENO);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setsigdefault(&attributes, &all);
	sigaction(SIGINT, &ignore, &interrupt);
	sigaction(SIGQUIT, &ignore, &quit);
	int error = posix_spawn(pid, "/bin/sh", &files, &attributes, argv, environ);
	sigaction(SIGINT, &interrupt, NULL);
	sigaction(SIGQUIT, &quit, NULL);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&files);
	return error;
}

/* Connects a new output to the command's standard input. */
static struct output *open_command(const char *command, void (*complain)(void *, const char *), void *user,
				   struct error *error)
{
	int ends[2];
	pid_t pid;

	if (!command[strspn(command, " \t\n")]) {
		error_set(error, EINVAL, "-o '|' names no command: put one behind the |");
		return NULL;
	}
	if (pipe2(ends, O_CLOEXEC)) {
		error_set(error, errno, "cannot make a pipe to '%s': %s", command, names_errno_text(errno));
		return NULL;
	}
	ends[0] = above_standard(ends[0]);
	ends[1] = above_standard(ends[1]);
	int code = ends[0] < 0 || ends[1] < 0 ? EMFILE : spawn_shell(command, ends[0], &pid);
	close(ends[0]);
	if (code) {
		close(ends[1]);
		error_set(error, code, "cannot run '%s' for the output: %s", command, names_errno_text(code));
		return NULL;
	}
	struct output *output = output_fd(ends[1], true, complain, user);
	if (!output) {
		error_set(error, errno, "cannot start the output's thread: %s", names_errno_text(errno));
		close(ends[1]);
		return NULL;
	}
	output->child = pid;
	output->child_pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	return output;
}

/* What a person can do about a file that cannot be opened. */
static const char *open_advice(int error)
{
	switch (error) {
	case ENOENT:
		return ": make its folder first";
	case EACCES:
	case EPERM:
	case EROFS:
		return ": choose a place where you may write";
	case EISDIR:
		return ": name a file, or use --dir for a folder";
	default:
		return "";
	}
}

/* Opens a file for writing. */
static struct output *open_file(const char *path, bool append, void (*complain)(void *, const char *),
				void *user, struct error *error)
{
	int flags = O_WRONLY | O_CREAT | O_CLOEXEC | O_NOCTTY | (append ? O_APPEND : O_TRUNC);
	int fd = above_standard(open(path, flags, 0666));

	if (fd < 0) {
		const char *why = names_errno_text(errno);
		error_set(error, errno, "cannot write the trace to '%s': %s%s", path,
			  why ? why : "unknown error", open_advice(errno));
		return NULL;
	}
	struct output *output = output_fd(fd, true, complain, user);
	if (!output) {
		error_set(error, errno, "cannot start the output's thread: %s", names_errno_text(errno));
		close(fd);
	}
	return output;
}

struct output *output_open(const char *path, bool append, void (*complain)(void *, const char *), void *user,
			   struct error *error)
{
	struct output *output;
	const char *shown = path;

	if (strcmp(path, "-") == 0) {
		output = output_fd(STDOUT_FILENO, false, complain, user);
		shown = "standard output";
		if (!output)
			error_set(error, errno, "cannot start the output's thread: %s",
				  names_errno_text(errno));
	} else if (path[0] == '|') {
		output = open_command(path + 1 + strspn(path + 1, " \t"), complain, user, error);
	} else {
		output = open_file(path, append, complain, user, error);
	}
	char *copy = output ? strdup(shown) : NULL;
	if (copy) {
		pthread_mutex_lock(&output->lock);
		free(output->path);
		output->path = copy;
		pthread_mutex_unlock(&output->lock);
	}
	return output;
}

/* Other threads' children are not the tracer's to reap (__WNOTHREAD in trace/bell.c), so it is there. */
int output_child_status(const struct output *output, int patience_ms)
{
	struct pollfd ended = { .fd = output->child_pidfd, .events = POLLIN };
	siginfo_t info = { 0 };

	if (ended.fd < 0)
		return -1;
	while (poll(&ended, 1, patience_ms) < 0 && errno == EINTR)
		;
	if (waitid(P_PID, (id_t)output->child, &info, WEXITED | WNOWAIT | WNOHANG) < 0 || !info.si_pid)
		return -1;
	return info.si_code == CLD_EXITED ? W_EXITCODE(info.si_status, 0) : W_EXITCODE(0, info.si_status);
}

int output_wait_child(struct output *output)
{
	int status = output_child_status(output, -1), reaped;

	while (waitpid(output->child, &reaped, 0) < 0 && errno == EINTR)
		;
	if (output->child_pidfd >= 0)
		close(output->child_pidfd);
	return status;
}
