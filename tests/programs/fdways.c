/*
 * fdways: one way in which a descriptor travels, named by the argument. Two sockets exist; whoever uses one
 * of them, by whatever number and in whatever process, sends a text that begins with its name, "alpha" or
 * "beta". At the end each is closed, and what was sent through each is printed.
 *
 * Must see: all events with a name have the same socket id, whichever process made them, and the socket's
 * totals are what was printed.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/close_range.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ALPHA, BETA };
static const char *const names[] = { "alpha", "beta" };
static int socks[2];
static unsigned long *totals; /* shared by all processes */
static char *self;

static void need(int good, const char *what)
{
	if (!good) {
		perror(what);
		_exit(99);
	}
}

static void use(int fd, int which)
{
	char text[64];
	int len = snprintf(text, sizeof(text), "%s by %d in %d", names[which], fd, (int)getpid());

	need(send(fd, text, (size_t)len, MSG_DONTWAIT) == len, "send");
	__atomic_fetch_add(&totals[which], (unsigned long)len, __ATOMIC_SEQ_CST);
}

static void use_both(void)
{
	use(socks[ALPHA], ALPHA);
	use(socks[BETA], BETA);
}

static void wait_child(pid_t pid)
{
	int status;

	need(pid > 0 && waitpid(pid, &status, __WALL) == pid && status == 0, "child");
}

static void way_dup(void)
{
	int fd = dup(socks[ALPHA]);

	use(fd, ALPHA);
	close(socks[ALPHA]);
	use(fd, ALPHA);
	socks[ALPHA] = fd;
}

static void way_dup2(void)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	need(dup2(socks[ALPHA], fd) == fd, "dup2");
	use(fd, ALPHA);
	need(dup2(socks[BETA], fd) == fd, "dup2");
	use(fd, BETA);
	need(dup2(fd, fd) == fd, "dup2");
	use(fd, BETA);
	use(socks[ALPHA], ALPHA);
	close(fd);
}

static void way_dup3(void)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	need(dup3(socks[BETA], fd, O_CLOEXEC) == fd, "dup3");
	use(fd, BETA);
	close(fd);
}

static void way_fcntl(void)
{
	int high = fcntl(socks[ALPHA], F_DUPFD, 200), again = fcntl(socks[BETA], F_DUPFD_CLOEXEC, 200);

	need(high == 200 && again == 201, "F_DUPFD");
	use(high, ALPHA);
	use(again, BETA);
	close(high);
	close(again);
}

/* The child's and the parent's numbers mean different things after the fork. */
static void way_fork(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		close(socks[ALPHA]);
		need(dup(socks[BETA]) == socks[ALPHA], "dup");
		use(socks[ALPHA], BETA);
		_exit(0);
	}
	use(socks[ALPHA], ALPHA);
	wait_child(pid);
}

static void way_vfork(void)
{
	pid_t pid = vfork();

	if (pid == 0) {
		use(socks[ALPHA], ALPHA);
		close(socks[BETA]);
		_exit(0);
	}
	wait_child(pid);
}

static int share_files(void *unused)
{
	(void)unused;
	use(socks[ALPHA], ALPHA);
	close(socks[ALPHA]);
	need(dup(socks[BETA]) == socks[ALPHA], "dup");
	return 0;
}

/* A process of its own that has the same table: what it closes and opens is so for its parent. */
static void way_clone_files(void)
{
	char *stack = mmap(NULL, 65536, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	wait_child(clone(share_files, stack + 65536, CLONE_FILES | SIGCHLD, NULL));
	use(socks[ALPHA], BETA);
	socks[ALPHA] = -1;
}

static void exec_again(const char *way)
{
	char alpha[16], beta[16], at[32];

	snprintf(alpha, sizeof(alpha), "%d", socks[ALPHA]);
	snprintf(beta, sizeof(beta), "%d", socks[BETA]);
	snprintf(at, sizeof(at), "%lu,%lu", totals[ALPHA], totals[BETA]);
	execl(self, self, way, alpha, beta, at, (char *)NULL);
	need(0, "exec");
}

static void way_exec(void)
{
	use_both();
	exec_again("exec-after");
}

/* alpha goes at exec, and its number is beta's afterwards. */
static void way_cloexec(void)
{
	use_both();
	need(fcntl(socks[ALPHA], F_SETFD, FD_CLOEXEC) == 0, "FD_CLOEXEC");
	exec_again("cloexec-after");
}

static void way_exec_after(void)
{
}

static void way_cloexec_after(void)
{
	need(fcntl(socks[BETA], F_DUPFD, socks[ALPHA]) == socks[ALPHA], "F_DUPFD");
	use(socks[ALPHA], BETA);
	socks[ALPHA] = -1;
}

static void pass(int over, int fd)
{
	char control[CMSG_SPACE(sizeof fd)] = { 0 };
	struct iovec vector = { "f", 1 };
	struct msghdr message = {
		.msg_iov = &vector, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control
	};
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);

	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof fd);
	memcpy(CMSG_DATA(header), &fd, sizeof fd);
	need(sendmsg(over, &message, 0) == 1, "sendmsg");
}

static int taken(int over)
{
	int fd;
	char data, control[CMSG_SPACE(sizeof fd)];
	struct iovec vector = { &data, 1 };
	struct msghdr message = {
		.msg_iov = &vector, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control
	};

	need(recvmsg(over, &message, 0) == 1, "recvmsg");
	memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof fd);
	return fd;
}

static void way_rights(void)
{
	int over[2];
	pid_t pid;

	need(socketpair(AF_UNIX, SOCK_STREAM, 0, over) == 0, "socketpair");
	pid = fork();
	if (pid == 0) {
		close(socks[ALPHA]);
		close(socks[BETA]);
		use(taken(over[1]), BETA);
		use(taken(over[1]), ALPHA);
		_exit(0);
	}
	pass(over[0], socks[BETA]);
	pass(over[0], socks[ALPHA]);
	wait_child(pid);
}

static void way_pidfd(void)
{
	pid_t parent = getpid(), pid = fork();

	if (pid == 0) {
		close(socks[ALPHA]);
		close(socks[BETA]);
		int pidfd = (int)syscall(SYS_pidfd_open, parent, 0);
		use((int)syscall(SYS_pidfd_getfd, pidfd, socks[BETA], 0), BETA);
		use((int)syscall(SYS_pidfd_getfd, pidfd, socks[ALPHA], 0), ALPHA);
		_exit(0);
	}
	wait_child(pid);
}

/* Both sockets become ends of one TCP connection, the accepted one in another process. */
static void way_accept(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(address);
	int server = socket(AF_INET, SOCK_STREAM, 0);
	pid_t pid;

	close(socks[ALPHA]);
	close(socks[BETA]);
	need(bind(server, (void *)&address, len) == 0 && listen(server, 1) == 0 &&
		     getsockname(server, (void *)&address, &len) == 0,
	     "listen");
	pid = fork();
	if (pid == 0) {
		use(accept(server, NULL, NULL), BETA);
		_exit(0);
	}
	socks[ALPHA] = socket(AF_INET, SOCK_STREAM, 0);
	need(connect(socks[ALPHA], (void *)&address, len) == 0, "connect");
	use(socks[ALPHA], ALPHA);
	wait_child(pid);
	close(server);
	close(socks[ALPHA]);
	socks[ALPHA] = socks[BETA] = -1;
}

static void way_close_range(void)
{
	int low = socks[ALPHA], high = fcntl(socks[ALPHA], F_DUPFD, 300);

	use(high, ALPHA);
	need(syscall(SYS_close_range, low, low, 0) == 0, "close_range");
	need(dup(socks[BETA]) == low, "dup");
	use(low, BETA);
	use(high, ALPHA);
	socks[ALPHA] = high;
	close(low);
}

/* The new table is the thread's own: its parent still has what it closed. */
static int close_own(void *unused)
{
	(void)unused;
	need(syscall(SYS_close_range, socks[ALPHA], socks[ALPHA], CLOSE_RANGE_UNSHARE) == 0, "close_range");
	need(dup(socks[BETA]) == socks[ALPHA], "dup");
	use(socks[ALPHA], BETA);
	return 0;
}

static int unshare_own(void *unused)
{
	(void)unused;
	need(unshare(CLONE_FILES) == 0, "unshare");
	close(socks[ALPHA]);
	need(dup(socks[BETA]) == socks[ALPHA], "dup");
	use(socks[ALPHA], BETA);
	return 0;
}

static void way_close_range_unshare(void)
{
	char *stack = mmap(NULL, 65536, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	wait_child(clone(close_own, stack + 65536, CLONE_FILES | SIGCHLD, NULL));
	use(socks[ALPHA], ALPHA);
}

static void way_unshare(void)
{
	char *stack = mmap(NULL, 65536, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	wait_child(clone(unshare_own, stack + 65536, CLONE_FILES | SIGCHLD, NULL));
	use(socks[ALPHA], ALPHA);
}

/* close_range(CLOEXEC): beta goes at exec, alpha stays. */
static void way_close_range_cloexec(void)
{
	int swap = socks[ALPHA];

	use_both();
	need(syscall(SYS_close_range, socks[ALPHA], socks[ALPHA], CLOSE_RANGE_CLOEXEC) == 0, "close_range");
	socks[ALPHA] = swap;
	exec_again("cloexec-after");
}

static const struct {
	const char *name;
	void (*run)(void);
} ways[] = {
	{ "dup", way_dup },
	{ "dup2", way_dup2 },
	{ "dup3", way_dup3 },
	{ "F_DUPFD", way_fcntl },
	{ "fork", way_fork },
	{ "vfork", way_vfork },
	{ "CLONE_FILES", way_clone_files },
	{ "exec", way_exec },
	{ "exec-after", way_exec_after },
	{ "cloexec", way_cloexec },
	{ "cloexec-after", way_cloexec_after },
	{ "SCM_RIGHTS", way_rights },
	{ "pidfd_getfd", way_pidfd },
	{ "accept", way_accept },
	{ "close_range", way_close_range },
	{ "close_range-unshare", way_close_range_unshare },
	{ "close_range-cloexec", way_close_range_cloexec },
	{ "unshare", way_unshare },
};

static void begin(int argc, char **argv)
{
	totals = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (argc == 5) {
		socks[ALPHA] = atoi(argv[2]);
		socks[BETA] = atoi(argv[3]);
		need(sscanf(argv[4], "%lu,%lu", &totals[ALPHA], &totals[BETA]) == 2, "totals");
		return;
	}
	for (int which = ALPHA; which <= BETA; which++) {
		int pair[2];
		need(socketpair(AF_UNIX, SOCK_DGRAM, 0, pair) == 0, "socketpair");
		socks[which] = pair[0];
		fcntl(pair[1], F_DUPFD, 400);
		close(pair[1]);
	}
}

int main(int argc, char **argv)
{
	self = argv[0];
	begin(argc, argv);
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		if (strcmp(ways[i].name, argv[1]) != 0)
			continue;
		ways[i].run();
		for (int which = ALPHA; which <= BETA; which++) {
			if (socks[which] < 0)
				continue;
			use(socks[which], which);
			close(socks[which]);
		}
		printf("{\"alpha\": %lu, \"beta\": %lu}\n", totals[ALPHA], totals[BETA]);
		return 0;
	}
	return 98;
}
