/*
 * hostile: a tracee that does what makes tracers fall over. Modes (first argument):
 *   names     thread names, socket names, payload and arguments full of escape sequences, newlines and broken
 * UTF-8 unmap     buffers that another thread unmaps and rewrites during the calls trap      all signals
 * blocked, SIGTRAP among them, in every thread; a SIGTRAP of its own that is pending at the end stack calls
 * made on a stack of its own, on a signal stack, and with a stack pointer that points nowhere strict strict
 * seccomp mode: only read, write and exit filter    a seccomp filter of its own: some calls fail with EPERM,
 * one raises SIGSYS untraced  a child made with CLONE_UNTRACED nested    a program that wants to trace its
 * own child many N    N sockets at once ring      io_uring_setup Each prints its report and ends with status
 * 0.
 *
 * Must see: the calls of the report with their results; no raw control byte in any text output.
 */
#define _GNU_SOURCE
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <ucontext.h>

#include "report.h"

static int fds[2];

static void pair(void)
{
	DID("socketpair", socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, fds));
}

static void exchange(void)
{
	char data[16];
	DID("sendto", send(fds[0], "exchange", 8, 0));
	DID("recvfrom", recv(fds[1], data, sizeof data, 0));
}

static const char *const evil[] = {
	"\033[2J\033[31mred",	  "a\nb\rc\td",	      "\xff\xfe\x80 not utf8",
	"\302\233 31m C1",	  "\007\010\177",     "\"quotes\\ and \\\"",
	"\xed\xa0\x80 surrogate", "\xf4\x90\x80\x80", "%s%n%x",
	"\xe2\x80\xae reversed",
};

static void names(char **argv)
{
	int fd = (int)DID("socket", socket(AF_UNIX, SOCK_DGRAM, 0));
	pair();
	for (unsigned i = 0; i < sizeof evil / sizeof *evil; i++) {
		struct sockaddr_un at = { .sun_family = AF_UNIX };
		size_t len = strlen(evil[i]);
		prctl(PR_SET_NAME, evil[i]);
		memcpy(at.sun_path + 1, evil[i], len);
		DID("connect", connect(fd, (struct sockaddr *)&at,
				       (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + len)));
		memcpy(at.sun_path, evil[i], len);
		DID("connect", connect(fd, (struct sockaddr *)&at, sizeof at));
		DID("sendto", send(fds[0], evil[i], len, 0));
	}
	if (fork() == 0) {
		execl("/proc/self/exe", evil[0], "again", evil[1], evil[2], evil[3], (char *)NULL);
		_exit(1);
	}
	wait(NULL);
	(void)argv;
}

static char *shaky;
static atomic_bool over;

static void *shake(void *unused)
{
	while (!over) {
		mmap(shaky, 4096, PROT_NONE, MAP_FIXED | MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		mmap(shaky, 4096, PROT_READ | PROT_WRITE, MAP_FIXED | MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	}
	return unused;
}

static void *rewrite(void *argument)
{
	struct msghdr *message = argument;
	while (!over) {
		message->msg_iovlen = 1;
		message->msg_namelen = 1u << 31;
		message->msg_iovlen = (size_t)-1;
		message->msg_controllen = (size_t)-1;
		message->msg_namelen = 0;
		message->msg_iovlen = 1;
		message->msg_controllen = 0;
	}
	return NULL;
}

static void unmap(void)
{
	static char plain[64];
	static struct iovec vector = { plain, sizeof plain };
	static struct msghdr message = { .msg_iov = &vector, .msg_iovlen = 1 };
	pthread_t threads[2];
	pair();
	shaky = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	pthread_create(&threads[0], NULL, shake, NULL);
	pthread_create(&threads[1], NULL, rewrite, &message);
	for (int i = 0; i < 300; i++) {
		DID("sendto", send(fds[0], shaky, 100, 0));
		DID("recvfrom", recv(fds[1], shaky, 100, 0));
		DID("connect", connect(fds[0], (struct sockaddr *)shaky, 100));
		DID("sendmsg", sendmsg(fds[0], &message, 0));
		DID("recvmsg", recvmsg(fds[1], &message, 0));
	}
	over = true;
	pthread_join(threads[0], NULL);
	pthread_join(threads[1], NULL);
}

static void *trapped_thread(void *unused)
{
	sigset_t all;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, NULL);
	for (int i = 0; i < 20; i++)
		exchange();
	return unused;
}

static void trap(void)
{
	pthread_t threads[4];
	sigset_t all, pending;
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	pair();
	exchange();
	kill(getpid(), SIGTRAP);
	for (int i = 0; i < 4; i++) {
		pthread_create(&threads[i], NULL, trapped_thread, NULL);
		pthread_join(threads[i], NULL);
	}
	sigpending(&pending);
	fprintf(stderr, "SIGTRAP pending: %d, waited for: %d\n", sigismember(&pending, SIGTRAP),
		sigwaitinfo(&all, NULL));
}

static ucontext_t main_context, own_context;

static void handler(int signo)
{
	(void)signo;
	exchange();
}

static void with_stack_at(unsigned long stack)
{
	long result;
	struct report_entry *entry = report_begin("getsockname", __func__, __LINE__);
#ifdef __x86_64__
	__asm__ volatile("mov %%rsp, %%r12\n\tmov %[stack], %%rsp\n\tsyscall\n\tmov %%r12, %%rsp"
			 : "=a"(result)
			 : "a"((long)SYS_getsockname), "D"((long)fds[0]), "S"(0L), "d"(0L), [stack] "r"(stack)
			 : "rcx", "r11", "r12", "memory");
#else
	(void)stack;
	result = syscall(SYS_getsockname, fds[0], NULL, NULL);
	result = result == -1 ? -errno : result;
#endif
	errno = result < 0 ? (int)-result : 0;
	report_end(entry, result < 0 ? -1 : result);
}

static void stack(void)
{
	static char area[65536] __attribute__((aligned(16))), signal_area[65536];
	stack_t alternative = { .ss_sp = signal_area, .ss_size = sizeof signal_area };
	struct sigaction action = { .sa_handler = handler, .sa_flags = SA_ONSTACK };
	pair();
	getcontext(&own_context);
	own_context.uc_stack = (stack_t){ .ss_sp = area, .ss_size = sizeof area };
	own_context.uc_link = &main_context;
	makecontext(&own_context, exchange, 0);
	swapcontext(&main_context, &own_context);
	sigaltstack(&alternative, NULL);
	sigaction(SIGUSR1, &action, NULL);
	raise(SIGUSR1);
	const unsigned long places[] = {
		0, 8, 0xdeadbeef000, 0x7ffffffff000, 0xffffffffffff0000, (unsigned long)area + sizeof area
	};
	for (unsigned i = 0; i < sizeof places / sizeof *places; i++)
		with_stack_at(places[i]);
}

/* Nothing but write is allowed from then on, so the report goes out by hand. */
static void strict(void)
{
	pair();
	exchange();
	fflush(stdout);
	pid_t pid = fork();
	if (pid == 0) {
		prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT);
		for (int i = 0; i < 3; i++) {
			long done = write(fds[0], "strict", 6);
			if (done != 6)
				syscall(SYS_exit, 1);
		}
		syscall(SYS_exit, 5);
	}
	int status;
	waitpid(pid, &status, 0);
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 5)
		give_up("strict child: %x", (unsigned)status);
}

static volatile int trapped_calls;

static void on_sys(int signo)
{
	(void)signo;
	trapped_calls++;
}

static void filter(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_socket, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getpeername, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRAP),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_listen, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE | 7),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getsockname, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { .len = sizeof code / sizeof *code, .filter = code };
	signal(SIGSYS, on_sys);
	pair();
	exchange();
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program))
		give_up("seccomp");
	for (int i = 0; i < 3; i++) {
		DID("socket", socket(AF_INET, SOCK_STREAM, 0));
		exchange();
		DID("listen", listen(fds[0], 1));
		DID("getsockname", getsockname(fds[0], NULL, NULL));
	}
	getpeername(fds[0], NULL, NULL);
	exchange();
	if (fork() == 0) {
		DID("socket", socket(AF_INET, SOCK_DGRAM, 0));
		exchange();
		_exit(0);
	}
	wait(NULL);
	fprintf(stderr, "trapped: %d\n", trapped_calls);
}

static int untraced_child(void *unused)
{
	(void)unused;
	pair();
	exchange();
	return 0;
}

static void untraced(void)
{
	static char area[65536];
	int status;
	pid_t pid = clone(untraced_child, area + sizeof area, CLONE_UNTRACED | SIGCHLD, NULL);
	if (pid < 0 || waitpid(pid, &status, 0) != pid || status)
		give_up("untraced child");
}

/* Under a tracer PTRACE_TRACEME fails, and everything must go on. */
static void nested(void)
{
	int status;
	pid_t pid = fork();
	if (pid == 0) {
		long refused = ptrace(PTRACE_TRACEME, 0, 0, 0);
		if (!refused)
			raise(SIGSTOP);
		pair();
		exchange();
		_exit(0);
	}
	while (waitpid(pid, &status, 0) == pid && WIFSTOPPED(status))
		ptrace(PTRACE_CONT, pid, 0, 0);
	if (status)
		give_up("nested child: %x", (unsigned)status);
}

static void many(int count)
{
	struct rlimit limit = { (rlim_t)count + 100, (rlim_t)count + 100 };
	int *all = calloc((size_t)count, sizeof *all);
	if (setrlimit(RLIMIT_NOFILE, &limit))
		give_up("setrlimit");
	for (int i = 0; i + 1 < count; i += 2)
		DID("socketpair", socketpair(AF_UNIX, SOCK_DGRAM, 0, all + i));
	for (int i = 0; i < count; i++)
		DID("sendto", send(all[i], "x", 1, MSG_DONTWAIT));
	for (int i = 0; i < count; i += 2)
		DID("close", close(all[i]));
	free(all);
}

int main(int argc, char **argv)
{
	const char *mode = argc > 1 ? argv[1] : "";
	report_start();
	if (!strcmp(mode, "names"))
		names(argv);
	else if (!strcmp(mode, "unmap"))
		unmap();
	else if (!strcmp(mode, "trap"))
		trap();
	else if (!strcmp(mode, "stack"))
		stack();
	else if (!strcmp(mode, "strict"))
		strict();
	else if (!strcmp(mode, "filter"))
		filter();
	else if (!strcmp(mode, "untraced"))
		untraced();
	else if (!strcmp(mode, "nested"))
		nested();
	else if (!strcmp(mode, "many") && argc == 3)
		many(atoi(argv[2]));
	else if (!strcmp(mode, "ring"))
		DID("io_uring_setup", syscall(425, 4, (char[120]){ 0 }));
	else if (strcmp(mode, "again"))
		return 99;
	report_print();
	return 0;
}
