/*
 * torture: processes and threads that do random things with sockets, as a seed says (first argument), until a
 * number of steps (second argument, 400 by default) is used up: socket calls of most kinds, dup, close, fork,
 * threads, vfork+exec, exec from any thread, exit from any thread, signals with and without SA_RESTART,
 * SIGSTOP and SIGCONT, SIGKILL. Prints the seed and, at the end, the report of all of them.
 *
 * Must see: for each thread the report's calls, results and lines, in its order, none twice. A call that the
 * report does not finish (its thread was killed in it) may be missing, unfinished or finished.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include "../programs/report.h"

enum { FDS = 12, CHILDREN = 4, REPORT_FD = 900, STATE_FD = 901 };

/* Shared by all processes. */
static struct shared {
	atomic_long budget;
	atomic_int living, threads;
	atomic_uint born;
} * shared;

/* One thread's own things. */
struct worker {
	uint64_t random;
	int fds[FDS], count;
	int depth;
	pid_t children[CHILDREN];
	int child_count;
	pthread_t joins[CHILDREN];
	int join_count;
};

static const char *self;
static uint64_t seed;

static uint32_t dice(struct worker *w, uint32_t sides)
{
	w->random ^= w->random << 13;
	w->random ^= w->random >> 7;
	w->random ^= w->random << 17;
	return (uint32_t)(w->random >> 20) % sides;
}

static struct worker worker_make(int depth)
{
	unsigned number = atomic_fetch_add(&shared->born, 1);
	return (struct worker){ .random = seed * 0x9e3779b97f4a7c15ull + number * 0xbf58476d1ce4e5b9ull + 1,
				.depth = depth };
}

static int any(struct worker *w)
{
	return w->count ? w->fds[dice(w, (uint32_t)w->count)] : -1;
}

static void keep(struct worker *w, int fd)
{
	if (fd < 0)
		return;
	if (w->count == FDS)
		DID_CLOSE(w->fds[--w->count]);
	w->fds[w->count++] = fd;
}

static void make_pair(struct worker *w)
{
	int fds[2], type = dice(w, 2) ? SOCK_STREAM : SOCK_DGRAM;
	type |= SOCK_NONBLOCK | (dice(w, 2) ? SOCK_CLOEXEC : 0);
	if (DID("socketpair", socketpair(AF_UNIX, type, 0, fds)) == 0) {
		keep(w, fds[0]);
		keep(w, fds[1]);
	}
}

static void make_udp(struct worker *w)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof at;
	int fd = (int)DID("socket", socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0));
	DID("bind", bind(fd, (struct sockaddr *)&at, sizeof at));
	DID("getsockname", getsockname(fd, (struct sockaddr *)&at, &len));
	DID("connect", connect(fd, (struct sockaddr *)&at, sizeof at));
	keep(w, fd);
}

static void make_tcp(struct worker *w)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof at;
	int listener = (int)DID("socket", socket(AF_INET, SOCK_STREAM, 0));
	DID("listen", listen(listener, 1));
	DID("getsockname", getsockname(listener, (struct sockaddr *)&at, &len));
	int client = (int)DID("socket", socket(AF_INET, SOCK_STREAM, 0));
	if (DID("connect", connect(client, (struct sockaddr *)&at, sizeof at)) == 0)
		keep(w, (int)DID("accept4", accept4(listener, NULL, NULL, SOCK_NONBLOCK)));
	DID_CLOSE(listener);
	DID("fcntl", fcntl(client, F_SETFL, O_RDWR | O_NONBLOCK));
	keep(w, client);
}

static void put(struct worker *w)
{
	char data[256] = "data";
	struct iovec vector = { data, dice(w, sizeof data) };
	struct msghdr message = { .msg_iov = &vector, .msg_iovlen = 1 };
	int fd = any(w);
	if (fd < 0)
		return;
	switch (dice(w, 4)) {
	case 0:
		DID("sendto", send(fd, data, dice(w, sizeof data), MSG_NOSIGNAL));
		break;
	case 1:
		DID("write", write(fd, data, dice(w, sizeof data)));
		break;
	case 2:
		DID("sendmsg", sendmsg(fd, &message, MSG_NOSIGNAL));
		break;
	default:
		DID("writev", writev(fd, &vector, 1));
		break;
	}
}

static void take(struct worker *w)
{
	char data[256];
	struct iovec vector = { data, 1 + dice(w, sizeof data - 1) };
	struct msghdr message = { .msg_iov = &vector, .msg_iovlen = 1 };
	int fd = any(w);
	if (fd < 0)
		return;
	switch (dice(w, 4)) {
	case 0:
		DID("recvfrom", recv(fd, data, sizeof data, 0));
		break;
	case 1:
		DID("read", read(fd, data, sizeof data));
		break;
	case 2:
		DID("recvmsg", recvmsg(fd, &message, 0));
		break;
	default:
		DID("readv", readv(fd, &vector, 1));
		break;
	}
}

static void copy(struct worker *w)
{
	int fd = any(w), over = any(w);
	if (fd < 0)
		return;
	if (dice(w, 2))
		keep(w, (int)DID("dup", dup(fd)));
	else
		DID("dup2", dup2(fd, over));
}

static void drop(struct worker *w)
{
	if (w->count == 0)
		return;
	uint32_t at = dice(w, (uint32_t)w->count);
	DID_CLOSE(w->fds[at]);
	w->fds[at] = w->fds[--w->count];
}

static void wait_ready(struct worker *w)
{
	struct pollfd set = { .fd = any(w), .events = POLLPRI };
	struct epoll_event event = { .events = EPOLLPRI };
	if (set.fd < 0)
		return;
	if (dice(w, 2)) {
		DID("poll", poll(&set, 1, (int)dice(w, 4)));
		return;
	}
	int ep = (int)DID("epoll_create1", epoll_create1(EPOLL_CLOEXEC));
	DID("epoll_ctl", epoll_ctl(ep, EPOLL_CTL_ADD, set.fd, &event));
	DID("epoll_wait", epoll_wait(ep, &event, 1, (int)dice(w, 4)));
	DID_CLOSE(ep);
}

/* A receive that sleeps for a few milliseconds on a fresh socket. */
static void sleep_receiving(struct worker *w)
{
	struct timeval limit = { 0, 1000 + dice(w, 4000) };
	char data;
	int fds[2];
	if (DID("socketpair", socketpair(AF_UNIX, SOCK_STREAM, 0, fds)))
		return;
	DID("setsockopt", setsockopt(fds[0], SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit));
	DID("recvfrom", recv(fds[0], &data, 1, 0));
	DID_CLOSE(fds[0]);
	DID_CLOSE(fds[1]);
}

static void noise(struct worker *w)
{
	char data[512];
	int fd = open("/dev/zero", O_RDWR);
	long got = DID_FILE("read", fd, read(fd, data, dice(w, sizeof data)));
	long put = DID_FILE("write", fd, write(fd, data, 10));
	if (got < 0 || put < 0)
		abort();
	DID_FILE("close", fd, close(fd));
}

static void handler(int signo)
{
	(void)signo;
}

static void timer(struct worker *w)
{
	struct sigaction action = { .sa_handler = handler, .sa_flags = dice(w, 2) ? SA_RESTART : 0 };
	struct itimerval every = { { 0, 700 + dice(w, 3000) }, { 0, 500 } };
	if (dice(w, 3) == 0)
		every = (struct itimerval){ 0 };
	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &every, NULL);
}

static void work(struct worker *w);

/*
 * One that stays stopped although it was continued goes on. When an exec by another thread kills the thread
 * that stands at the traced delivery of SIGSTOP, the kernel sends that signal once more, to the new program,
 * whether or not SIGCONT has come since: kernel/signal.c, ptrace_signal.
 */
static void reap(struct worker *w, int at)
{
	int status;
	pid_t pid;
	while (((pid = waitpid(w->children[at], &status, WUNTRACED)) < 0 && errno == EINTR) ||
	       (pid > 0 && WIFSTOPPED(status)))
		if (pid > 0)
			kill(pid, SIGCONT);
	w->children[at] = w->children[--w->child_count];
}

static void run_self(struct worker *w)
{
	char text[24], depth[12];
	snprintf(text, sizeof text, "%llu", (unsigned long long)seed);
	snprintf(depth, sizeof depth, "%d", w->depth);
	execl(self, self, text, "exec", depth, (char *)NULL);
	_exit(97);
}

static void spawn(struct worker *w)
{
	if (w->child_count == CHILDREN)
		reap(w, 0);
	if (shared->living > 24 || w->depth > 6)
		return;
	shared->living++;
	bool vforked = dice(w, 3) == 0;
	struct worker next = worker_make(w->depth + 1);
	pid_t pid = vforked ? vfork() : fork();
	if (pid == 0 && vforked)
		run_self(&next);
	if (pid == 0) {
		setitimer(ITIMER_REAL, &(struct itimerval){ 0 }, NULL);
		memcpy(next.fds, w->fds, sizeof next.fds);
		next.count = w->count;
		work(&next);
		_exit(0);
	}
	if (pid > 0)
		w->children[w->child_count++] = pid;
}

static void *thread(void *argument)
{
	struct worker *w = argument;
	work(w);
	for (int i = 0; i < w->count; i++)
		DID_CLOSE(w->fds[i]);
	free(w);
	shared->threads--;
	return NULL;
}

static void spawn_thread(struct worker *w)
{
	if (w->join_count == CHILDREN || shared->threads > 40)
		return;
	struct worker *next = malloc(sizeof *next);
	*next = worker_make(w->depth + 1);
	shared->threads++;
	if (pthread_create(&w->joins[w->join_count], NULL, thread, next) == 0)
		w->join_count++;
}

static void harm(struct worker *w)
{
	if (w->child_count == 0)
		return;
	int at = (int)dice(w, (uint32_t)w->child_count);
	pid_t pid = w->children[at];
	if (dice(w, 2)) {
		kill(pid, SIGSTOP);
		usleep(dice(w, 2000));
		kill(pid, SIGCONT);
	} else {
		kill(pid, dice(w, 2) ? SIGKILL : SIGTERM);
		reap(w, at);
	}
}

/* The end of a whole process, or its replacement, from whatever thread this is; rarely. */
static void leave(struct worker *w)
{
	if (w->depth < 2 || dice(w, 6))
		return;
	if (dice(w, 2))
		run_self(w);
	_exit(0);
}

static void work(struct worker *w)
{
	static void (*const steps[])(struct worker *) = {
		make_pair, make_pair, make_udp, make_tcp,   put,
		put,	   put,	      take,	take,	    take,
		copy,	   drop,      drop,	wait_ready, sleep_receiving,
		noise,	   timer,     spawn,	spawn,	    spawn_thread,
		harm,	   leave,
	};
	while (atomic_fetch_sub(&shared->budget, 1) > 0)
		steps[dice(w, sizeof steps / sizeof *steps)](w);
	for (int i = 0; i < w->join_count; i++)
		pthread_join(w->joins[i], NULL);
	while (w->child_count)
		reap(w, 0);
}

/* Makes a file in memory under a fixed number, so that exec'd processes find it. */
static void make_shared(int fd, const char *name, size_t size)
{
	int made = memfd_create(name, 0);
	if (ftruncate(made, (off_t)size) || dup2(made, fd) != fd)
		give_up("memfd");
	close(made);
}

static void open_shared(void)
{
	report_open(REPORT_FD);
	shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED, STATE_FD, 0);
	if (shared == MAP_FAILED)
		give_up("mmap");
}

/* A child whose parent died between stopping and continuing it is ours to continue. */
static void wait_all(void)
{
	int status;
	pid_t pid;
	while ((pid = waitpid(-1, &status, WUNTRACED)) > 0 || errno == EINTR)
		if (pid > 0 && WIFSTOPPED(status))
			kill(pid, SIGCONT);
}

static void root(long steps)
{
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	make_shared(REPORT_FD, "report", sizeof *report);
	make_shared(STATE_FD, "state", sizeof *shared);
	open_shared();
	shared->budget = steps;
	while (shared->budget > 0) {
		struct worker w = worker_make(0);
		shared->living = 0;
		shared->threads = 0;
		if (fork() == 0) {
			work(&w);
			_exit(0);
		}
		wait_all();
	}
	report_print();
}

int main(int argc, char **argv)
{
	self = "/proc/self/exe";
	if (argc < 2)
		return 99;
	signal(SIGPIPE, SIG_IGN);
	seed = strtoull(argv[1], NULL, 10);
	if (argc == 4) {
		open_shared();
		struct worker w = worker_make(atoi(argv[3]));
		work(&w);
		return 0;
	}
	report_wait();
	printf("seed %llu\n", (unsigned long long)seed);
	fflush(stdout);
	root(argc > 2 ? atol(argv[2]) : 400);
	return 0;
}
