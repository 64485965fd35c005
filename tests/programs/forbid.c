/*
 * forbid CALLS COMMAND...: runs a command in which some system calls fail with EPERM, as in a container:
 * CALLS are names of the table below, separated by commas. "seccomp" forbids filters by either call, but the
 * one that does it.
 *
 * Must see, with sockline as the command: the next best way, or one line that says what is forbidden.
 */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static const struct {
	const char *name;
	unsigned number;
} calls[] = {
	{ "seccomp", SYS_seccomp },	    { "perf_event_open", SYS_perf_event_open },
	{ "ptrace", SYS_ptrace },	    { "process_vm_readv", SYS_process_vm_readv },
	{ "pidfd_getfd", SYS_pidfd_getfd }, { "timer_create", SYS_timer_create },
};

enum { COUNT = sizeof calls / sizeof *calls, ROOM = 4 * COUNT + 8 };

static unsigned short fill(struct sock_filter filter[ROOM], const char *names)
{
	const struct sock_filter load = BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
	const struct sock_filter second =
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[0]));
	const struct sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	const struct sock_filter deny = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM);
	unsigned short at = 0;
	filter[at++] = load;
	for (int i = 0; i < COUNT; i++) {
		if (!strstr(names, calls[i].name))
			continue;
		filter[at++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, calls[i].number, 0, 1);
		filter[at++] = deny;
	}
	if (strstr(names, "seccomp")) {
		filter[at++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_prctl, 0, 3);
		filter[at++] = second;
		filter[at++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, PR_SET_SECCOMP, 0, 1);
		filter[at++] = deny;
	}
	filter[at++] = allow;
	return at;
}

int main(int argc, char **argv)
{
	struct sock_filter filter[ROOM];
	struct sock_fprog program = { .filter = filter };
	if (argc < 3)
		return 98;
	program.len = fill(filter, argv[1]);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program)) {
		perror("forbid");
		return 99;
	}
	execvp(argv[2], argv + 2);
	perror(argv[2]);
	return 97;
}
