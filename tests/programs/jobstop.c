/*
 * jobstop: the second thread of a child sleeps in a call, as the argument says: recv of four bytes with
 * MSG_WAITALL, of which two are there ("recv"), recvmsg into two buffers ("recvmsg"), or epoll_wait
 * ("epoll_wait"). The child is stopped as a shell stops a job, and goes on; then the rest comes. Prints what
 * the call returned, and errno's name.
 *
 * Must see: "2 none" or, of epoll_wait, "-1 EINTR", with and without a tracer: signal(7), "Interruption of
 * system calls by stop signals"; net/unix/af_unix.c.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *call;
static int ends[2];
static _Atomic pid_t *sleeper;

static long wait_ready(void)
{
	struct epoll_event event = { .events = EPOLLIN };
	char byte[2];
	int ep = epoll_create1(0);

	if (recv(ends[0], byte, 2, 0) != 2 || epoll_ctl(ep, EPOLL_CTL_ADD, ends[0], &event))
		return -2;
	*sleeper = (pid_t)syscall(SYS_gettid);
	return epoll_wait(ep, &event, 1, -1);
}

static long wait_all(void)
{
	char data[4];
	struct iovec pieces[] = { { data, 3 }, { data + 3, 1 } };
	struct msghdr message = { .msg_iov = pieces, .msg_iovlen = 2 };

	*sleeper = (pid_t)syscall(SYS_gettid);
	return strcmp(call, "recv") ? recvmsg(ends[0], &message, MSG_WAITALL)
				    : recv(ends[0], data, 4, MSG_WAITALL);
}

static void *sleeps(void *unused)
{
	long result = strcmp(call, "epoll_wait") ? wait_all() : wait_ready();

	printf("%ld %s\n", result, result < 0 ? strerrorname_np(errno) : "none");
	fflush(stdout);
	return unused;
}

/* Until the thread sleeps after it has said that it is about to. */
static void await_sleep(pid_t pid)
{
	char path[64], line[256], *state = NULL;

	do {
		usleep(1000);
		snprintf(path, sizeof(path), "/proc/%d/task/%d/stat", pid, *sleeper);
		FILE *stat = *sleeper ? fopen(path, "r") : NULL;

		state = stat && fgets(line, sizeof(line), stat) ? strstr(line, ") ") : NULL;
		if (stat)
			fclose(stat);
	} while (!state || state[2] != 'S');
}

int main(int argc, char **argv)
{
	pthread_t thread;
	int status;

	if (argc < 2 || socketpair(AF_UNIX, SOCK_STREAM, 0, ends) || send(ends[1], "ab", 2, 0) != 2)
		return 2;
	call = argv[1];
	sleeper = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t pid = fork();

	if (!pid) {
		pthread_create(&thread, NULL, sleeps, NULL);
		pthread_join(thread, NULL);
		_exit(0);
	}
	await_sleep(pid);
	kill(pid, SIGSTOP);
	waitpid(pid, &status, WUNTRACED);
	kill(pid, SIGCONT);
	send(ends[1], "cd", 2, 0);
	waitpid(pid, &status, 0);
	return WEXITSTATUS(status);
}
