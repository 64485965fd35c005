/*
 * floor: the cheapest tracer that still sees both ends of every socket call; what sockline costs is counted
 * against it.
 *
 * Runs COMMAND under a seccomp filter that traps the socket calls of x86-64 (41 to 55), asks
 * PTRACE_GET_SYSCALL_INFO at the entry (seccomp stop) and at the exit (syscall stop), and does nothing else:
 * no memory read, no stack, no output. Follows threads and children.  Usage: floor COMMAND [ARG...]
 *
 * floor -p PID: the cheapest tracer without filters, of a process with one thread: stops at both ends of
 * every call with PTRACE_SYSCALL, and asks at the entry which one it is. Lets go at SIGINT.
 */
#define _GNU_SOURCE
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

static void become_tracee(char **argv)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 41, 0, 2),
		BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, 55, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { sizeof filter / sizeof *filter, filter };

	raise(SIGSTOP); /* until the parent has seized us */
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program))
		_exit(125);
	execvp(argv[0], argv);
	_exit(127);
}

/* Answers one stop. */
static void dispatch(pid_t tid, int status)
{
	struct __ptrace_syscall_info info;
	int event = status >> 16, signo = WSTOPSIG(status);

	if (event == PTRACE_EVENT_SECCOMP) {
		ptrace(PTRACE_GET_SYSCALL_INFO, tid, sizeof info, &info);
		ptrace(PTRACE_SYSCALL, tid, 0, 0);
	} else if (signo == (SIGTRAP | 0x80)) {
		ptrace(PTRACE_GET_SYSCALL_INFO, tid, sizeof info, &info);
		ptrace(PTRACE_CONT, tid, 0, 0);
	} else {
		ptrace(PTRACE_CONT, tid, 0, event ? 0 : signo);
	}
}

static volatile sig_atomic_t ending;

static void end(int signo)
{
	ending = signo;
}

/* Every call of a running process, until it ends or SIGINT comes. */
static int attach(pid_t pid)
{
	const struct sigaction on_end = { .sa_handler = end }; /* without SA_RESTART: wait4 ends */
	struct __ptrace_syscall_info info;
	int status, inside = 0;

	sigaction(SIGINT, &on_end, NULL);
	if (ptrace(PTRACE_SEIZE, pid, 0, PTRACE_O_TRACESYSGOOD) || ptrace(PTRACE_INTERRUPT, pid, 0, 0)) {
		perror("floor: PTRACE_SEIZE");
		return 1;
	}
	while (!ending && wait4(-1, &status, __WALL, NULL) > 0 && WIFSTOPPED(status)) {
		const int call = WSTOPSIG(status) == (SIGTRAP | 0x80);

		inside ^= call;
		if (call && inside)
			ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof info, &info);
		ptrace(PTRACE_SYSCALL, pid, 0, call || status >> 16 ? 0 : WSTOPSIG(status));
	}
	return 0;
}

int main(int argc, char **argv)
{
	int status, result = 1;
	pid_t tid;

	if (argc < 2) {
		fprintf(stderr, "usage: floor COMMAND [ARG...]\n       floor -p PID\n");
		return 2;
	}
	if (argc == 3 && !strcmp(argv[1], "-p"))
		return attach((pid_t)atoi(argv[2]));
	pid_t child = fork();
	if (child == 0)
		become_tracee(argv + 1);
	waitpid(child, &status, WUNTRACED);
	if (ptrace(PTRACE_SEIZE, child, 0,
		   PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACESECCOMP | PTRACE_O_TRACEEXEC | PTRACE_O_TRACECLONE |
			   PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_EXITKILL)) {
		perror("floor: PTRACE_SEIZE");
		return 1;
	}
	kill(child, SIGCONT);
	while ((tid = wait4(-1, &status, __WALL, NULL)) > 0) {
		if (WIFSTOPPED(status))
			dispatch(tid, status);
		else if (tid == child)
			result = WIFEXITED(status) ? WEXITSTATUS(status) : 1;
	}
	return result;
}
