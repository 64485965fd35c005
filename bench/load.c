/*
 * load: programs to measure a tracer with; prints the cost of one call in microseconds, as "MODE FIGURE" on
 * stdout.
 *
 *   load [-w] [-s] [-n CALLS] [-f FIRST] [-d DEPTH] [-t THREADS] [-P PROCESSES] MODE
 *
 * MODE: socket (sendto and recvfrom of 64 bytes on one loopback UDP socket), mmap (the same, with an
 * anonymous mmap and munmap per pair of calls), mapping (the same; prints what mmap and munmap alone take,
 * the median), dlopen (the same, with dlopen and dlclose of a library per 20 calls), getppid, read
 * (/dev/zero, 64 bytes), write (/dev/null), switch (a byte to and fro between two threads by pipes: two
 * context switches a round). -s opens a socket first, so that a tracer has a reason to watch calls on fds. -w
 * waits for a line on stdin before it measures, so that a tracer can attach; "ready PID" is printed before.
 * -d calls from DEPTH nested frames. -f makes FIRST calls before those that are counted. -P shares the calls
 * out among so many processes, which all live at once.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <spawn.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { THREADS_MAX = 1024 };

struct job {
	const char *mode;
	long calls;
	int depth;
};

struct mode {
	const char *name;
	void (*run)(const struct job *job);
};

struct pipes {
	int there[2], back[2];
	long rounds;
};

static double now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec * 1e-3;
}

/* A UDP socket bound to a loopback port of its own; *self is its address. */
static int udp_socket(struct sockaddr_in *self)
{
	socklen_t len = sizeof *self;
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	*self = (struct sockaddr_in){ .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	if (bind(fd, (struct sockaddr *)self, len) || getsockname(fd, (struct sockaddr *)self, &len)) {
		perror("load: bind");
		exit(1);
	}
	return fd;
}

enum { MAPPINGS_MAX = 1 << 20 };

static struct {
	long count;
	float us[MAPPINGS_MAX];
} mappings;

static void map_and_unmap(void)
{
	double start = now_us();
	void *at = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	munmap(at, 4096);
	if (mappings.count < MAPPINGS_MAX)
		mappings.us[mappings.count++] = (float)(now_us() - start);
}

static int compare_floats(const void *a, const void *b)
{
	return (*(const float *)a > *(const float *)b) - (*(const float *)a < *(const float *)b);
}

/* The median, so that what interrupted some of them does not count. */
static double mapping_cost(void)
{
	qsort(mappings.us, (size_t)mappings.count, sizeof *mappings.us, compare_floats);
	return (double)mappings.us[mappings.count / 2];
}

/* What happens beside the socket calls in that mode. */
static void beside(const char *mode, long i)
{
	if (mode[0] == 'm') {
		map_and_unmap();
	} else if (mode[0] == 'd' && i % 10 == 0) {
		void *library = dlopen("libm.so.6", RTLD_NOW);
		if (library)
			dlclose(library);
	}
}

__attribute__((noinline)) static long pairs(const struct job *job, int depth, int fd, struct sockaddr_in *to)
{
	if (depth > 1) {
		volatile long done = pairs(job, depth - 1, fd, to); /* not a tail call */
		return done;
	}
	char data[64] = "load";
	for (long i = 0; i < job->calls / 2; i++) {
		sendto(fd, data, sizeof data, 0, (struct sockaddr *)to, sizeof *to);
		recvfrom(fd, data, sizeof data, 0, NULL, NULL);
		beside(job->mode, i);
	}
	return job->calls;
}

static void run_socket(const struct job *job)
{
	struct sockaddr_in self;
	int fd = udp_socket(&self);

	pairs(job, job->depth, fd, &self);
	close(fd);
}

static void run_getppid(const struct job *job)
{
	for (long i = 0; i < job->calls; i++)
		syscall(SYS_getppid);
}

static void run_read(const struct job *job)
{
	char data[64];
	int fd = open("/dev/zero", O_RDONLY);

	for (long i = 0; i < job->calls && read(fd, data, sizeof data) > 0; i++)
		continue;
	close(fd);
}

static void run_write(const struct job *job)
{
	char data[64] = "";
	int fd = open("/dev/null", O_WRONLY);

	for (long i = 0; i < job->calls && write(fd, data, sizeof data) > 0; i++)
		continue;
	close(fd);
}

static void *echo(void *user)
{
	struct pipes *pipes = user;
	char byte;

	for (long i = 0; i < pipes->rounds; i++)
		if (read(pipes->there[0], &byte, 1) != 1 || write(pipes->back[1], &byte, 1) != 1)
			break;
	return NULL;
}

static void run_switch(const struct job *job)
{
	struct pipes pipes = { .rounds = job->calls / 2 };
	pthread_t other;
	char byte = 'x';

	if (pipe(pipes.there) || pipe(pipes.back) || pthread_create(&other, NULL, echo, &pipes))
		exit(1);
	for (long i = 0; i < pipes.rounds; i++)
		if (write(pipes.there[1], &byte, 1) != 1 || read(pipes.back[0], &byte, 1) != 1)
			break;
	pthread_join(other, NULL);
}

static void run_spawn(const struct job *job)
{
	char *argv[] = { "/bin/true", NULL };
	pid_t pid;

	for (long i = 0; i < job->calls; i++)
		if (posix_spawn(&pid, argv[0], NULL, NULL, argv, environ) || waitpid(pid, NULL, 0) != pid)
			exit(1);
}

static struct {
	pthread_barrier_t start;
	atomic_long left;
	atomic_int threads;
	long done[THREADS_MAX];
} fair;

/* Takes calls of what is left for all, two at a time. */
static void run_fair(const struct job *job)
{
	struct job two = { .mode = job->mode, .calls = 2 };
	struct sockaddr_in self;
	int fd = udp_socket(&self);
	long *done = &fair.done[atomic_fetch_add(&fair.threads, 1)];

	pthread_barrier_wait(&fair.start);
	while (atomic_fetch_sub(&fair.left, 2) > 0)
		*done += pairs(&two, 1, fd, &self);
	close(fd);
}

static int compare_longs(const void *a, const void *b)
{
	return (*(const long *)a > *(const long *)b) - (*(const long *)a < *(const long *)b);
}

/* The slowest thread's calls as a part of the median's. */
static double fairness(int threads)
{
	qsort(fair.done, (size_t)threads, sizeof *fair.done, compare_longs);
	return fair.done[threads / 2] ? (double)fair.done[0] / (double)fair.done[threads / 2] : 0;
}

static const struct mode modes[] = {
	{ "socket", run_socket }, { "mmap", run_socket },     { "mapping", run_socket },
	{ "dlopen", run_socket }, { "getppid", run_getppid }, { "read", run_read },
	{ "write", run_write },	  { "switch", run_switch },   { "spawn", run_spawn },
	{ "fair", run_fair },
};

static void *run_job(void *user)
{
	const struct job *job = user;

	for (size_t i = 0; i < sizeof modes / sizeof *modes; i++)
		if (strcmp(job->mode, modes[i].name) == 0)
			modes[i].run(job);
	return NULL;
}

static void wait_for_start(void)
{
	char line[16];

	printf("ready %d\n", getpid());
	fflush(stdout);
	if (!fgets(line, sizeof line, stdin))
		exit(1);
}

/* Some calls of the kind before those that are counted: what a tracer does once is not a call's cost. */
static void warm_up(const struct job *job, long calls)
{
	struct job first = *job;

	first.calls = calls;
	if (calls)
		run_job(&first);
}

/* Runs the job in that many threads; with one, in the main thread. */
static double measure(struct job *job, int threads)
{
	static pthread_t ids[THREADS_MAX];
	long calls = job->calls;
	double start = now_us();

	job->calls /= threads;
	fair.left = calls;
	pthread_barrier_init(&fair.start, NULL, (unsigned)threads);
	for (int i = 1; i < threads; i++)
		if (pthread_create(&ids[i], NULL, run_job, job))
			exit(1);
	run_job(job);
	for (int i = 1; i < threads; i++)
		pthread_join(ids[i], NULL);
	return (now_us() - start) / (double)calls;
}

/* The job in a child, once all of them are there: when the pipe's writing end is closed. */
static pid_t start_child(const struct job *job, const int *gate)
{
	char byte;
	pid_t pid = fork();

	if (pid)
		return pid;
	close(gate[1]);
	_exit(read(gate[0], &byte, 1) || !run_job((void *)job) ? 0 : 1);
}

/* Runs the job in that many children. */
static double measure_processes(struct job *job, int processes)
{
	int gate[2], status, failed = pipe(gate);
	long calls = job->calls;

	job->calls /= processes;
	for (int i = 0; i < processes; i++)
		failed |= start_child(job, gate) < 0;
	double start = now_us();

	close(gate[1]);
	while (wait(&status) > 0)
		failed |= status;
	if (failed)
		exit(1);
	return (now_us() - start) / (double)calls;
}

int main(int argc, char **argv)
{
	struct job job = { .calls = 20000, .depth = 1 };
	long first = 0;
	int threads = 1, processes = 0, with_socket = 0, waits = 0, option;

	while ((option = getopt(argc, argv, "wsn:f:d:t:P:")) != -1) {
		if (option == 'w')
			waits = 1;
		else if (option == 's')
			with_socket = 1;
		else if (option == 'n')
			job.calls = atol(optarg);
		else if (option == 'f')
			first = atol(optarg);
		else if (option == 'd')
			job.depth = atoi(optarg);
		else if (option == 't')
			threads = atoi(optarg);
		else if (option == 'P')
			processes = atoi(optarg);
		else
			return 2;
	}
	if (optind + 1 != argc || threads < 1 || threads > THREADS_MAX || job.calls < threads)
		return 2;
	job.mode = argv[optind];

	struct sockaddr_in self;
	int keep = with_socket ? udp_socket(&self) : -1;
	if (waits)
		wait_for_start();
	warm_up(&job, first);
	double figure = processes > 0 ? measure_processes(&job, processes) : measure(&job, threads);
	if (strcmp(job.mode, "fair") == 0)
		figure = fairness(threads);
	else if (strcmp(job.mode, "mapping") == 0)
		figure = mapping_cost();
	printf("%s %.4f\n", job.mode, figure);
	if (keep >= 0)
		close(keep);
	return 0;
}
