/*
 * fdtravel: a socket goes by many numbers: dup, dup2 over another socket, dup3, F_DUPFD, fork, SCM_RIGHTS to
 * another process, a thread, an unshared fd table, pidfd_getfd, exec. Whoever uses it sends the socket's own
 * name ("alpha", "beta" ...), so a trace's payload says which socket an event must belong to. Prints the
 * report.
 *
 * Must see: all events with the same payload have the same socket id, no two payloads share one.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "report.h"

enum { PAIRS = 4 };
static const char *const names[PAIRS] = { "alpha", "beta", "gamma", "delta" };
static int ends[PAIRS], drains[PAIRS];

static void use(int fd, const char *name)
{
	if (DID("sendto", send(fd, name, strlen(name), 0)) < 0)
		give_up("send %s on %d", name, fd);
}

static void make(void)
{
	for (int i = 0; i < PAIRS; i++) {
		int fds[2];
		DID("socketpair", socketpair(AF_UNIX, SOCK_DGRAM, 0, fds));
		ends[i] = fds[0];
		drains[i] = fds[1];
		use(ends[i], names[i]);
	}
}

static void duplicates(void)
{
	int a = (int)DID("dup", dup(ends[0]));
	use(a, "alpha");
	int other;
	other = (int)DID("socket", socket(AF_UNIX, SOCK_DGRAM, 0));
	DID("dup2", dup2(ends[1], other));
	use(other, "beta");
	DID("dup3", dup3(ends[2], other, O_CLOEXEC));
	use(other, "gamma");
	DID("close", close(a));
	int again = (int)DID("fcntl", fcntl(ends[3], F_DUPFD_CLOEXEC, 0));
	use(again, "delta"); /* the number that was alpha's */
	DID("close", close(again));
	DID("close", close(other));
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
	DID("sendmsg", sendmsg(over, &message, 0));
}

static int taken(int over)
{
	int fd;
	char data, control[CMSG_SPACE(sizeof fd)];
	struct iovec vector = { &data, 1 };
	struct msghdr message = {
		.msg_iov = &vector, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control
	};
	DID("recvmsg", recvmsg(over, &message, 0));
	memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof fd);
	return fd;
}

/* The child closes its copies first, so the fd that arrives has a number that was another socket's. */
static void travel(void)
{
	int over[2];
	DID("socketpair", socketpair(AF_UNIX, SOCK_STREAM, 0, over));
	pid_t pid = fork();
	if (pid == 0) {
		use(ends[2], "gamma");
		for (int i = 0; i < PAIRS; i++)
			DID("close", close(ends[i]));
		for (int i = 1; i < PAIRS; i++)
			use(taken(over[1]), names[i]);
		_exit(0);
	}
	for (int i = 1; i < PAIRS; i++)
		pass(over[0], ends[i]);
	waitpid(pid, NULL, 0);
	DID("close", close(over[0]));
	DID("close", close(over[1]));
}

static void *thread(void *unused)
{
	int fd = (int)DID("dup", dup(ends[0]));
	use(fd, "alpha");
	unshare(CLONE_FILES);
	DID("close", close(ends[1])); /* in this thread's own table only */
	use(ends[2], "gamma");
	int reused = (int)DID("dup", dup(ends[3]));
	if (reused != ends[1])
		give_up("dup gave %d", reused);
	use(reused, "delta");
	(void)unused;
	return (void *)(long)fd;
}

static void threaded(void)
{
	pthread_t id;
	void *fd;
	pthread_create(&id, NULL, thread, NULL);
	pthread_join(id, &fd);
	use((int)(long)fd, "alpha"); /* made by the thread before it unshared */
	use(ends[1], "beta");
	DID("close", close((int)(long)fd));
}

static void borrow(void)
{
	int pidfd = (int)syscall(SYS_pidfd_open, getpid(), 0);
	int fd = (int)syscall(SYS_pidfd_getfd, pidfd, ends[3], 0);
	if (fd >= 0) {
		use(fd, "delta");
		DID("close", close(fd));
	}
	close(pidfd);
}

/* After exec: alpha is kept, beta was CLOEXEC and its number is reused by a new socket. */
static void after(char **argv)
{
	int alpha = atoi(argv[2]), beta = atoi(argv[3]), fds[2];
	report_start();
	use(alpha, "alpha");
	DID("socketpair", socketpair(AF_UNIX, SOCK_DGRAM, 0, fds));
	if (fds[0] != beta)
		DID("dup2", dup2(fds[0], beta));
	use(beta, "epsilon");
	report_print();
}

int main(int argc, char **argv)
{
	char alpha[16], beta[16];
	if (argc == 4) {
		after(argv);
		return 0;
	}
	report_start();
	make();
	duplicates();
	travel();
	threaded();
	borrow();
	snprintf(alpha, sizeof alpha, "%d", ends[0]);
	snprintf(beta, sizeof beta, "%d", ends[1]);
	DID("fcntl", fcntl(ends[1], F_SETFD, FD_CLOEXEC));
	report_print();
	execl(argv[0], argv[0], "after", alpha, beta, (char *)NULL);
	return 1;
}
