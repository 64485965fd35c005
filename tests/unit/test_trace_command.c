/* Commands under the tracer, with both engines that can start one: what they do is counted, and must be all
 * of it. */
#include <ctype.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>

#include "trace_run.inc"

static int some_socket(void)
{
	return socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
}

static void *make_sockets(void *count)
{
	for (long i = 0; i < (long)count; i++)
		close(some_socket());
	return NULL;
}

static int scene_plain(void)
{
	make_sockets((void *)10L);
	return 7;
}

static int scene_forks(void)
{
	for (int i = 0; i < 500; i++) {
		pid_t pid = fork();

		if (pid == 0) {
			make_sockets((void *)1L);
			_exit(3);
		}
		if (i % 2)
			waitpid(pid, NULL, 0);
	}
	while (wait(NULL) > 0)
		;
	return 0;
}

static int scene_threads(void)
{
	pthread_t threads[64];

	for (int i = 0; i < 64; i++)
		pthread_create(&threads[i], NULL, make_sockets, (void *)50L);
	for (int i = 0; i < 64; i++)
		pthread_join(threads[i], NULL);
	return 0;
}

static int scene_vforks(void)
{
	for (volatile int i = 0; i < 20; i++) {
		pid_t pid = vfork();

		if (pid == 0) {
			execl("/bin/true", "true", NULL);
			_exit(1);
		}
		waitpid(pid, NULL, 0);
	}
	make_sockets((void *)3L);
	return 0;
}

static void *sleep_in_recv(void *unused)
{
	int fd = some_socket();
	char byte;

	(void)unused;
	recv(fd, &byte, 1, 0);
	return NULL;
}

static void *exec_self(void *unused)
{
	(void)unused;
	usleep(20000);
	execl("/proc/self/exe", "test", "--scenario", "plain", NULL);
	return NULL;
}

static int scene_thread_exec(void)
{
	pthread_t thread;

	for (int i = 0; i < 4; i++)
		pthread_create(&thread, NULL, sleep_in_recv, NULL);
	pthread_create(&thread, NULL, exec_self, NULL);
	sleep_in_recv(NULL);
	return 1;
}

static int scene_killed(void)
{
	make_sockets((void *)1L);
	raise(SIGKILL);
	return 0;
}

static int scene_stopped(void)
{
	pid_t pid = fork();
	int status, stops = 0;

	if (pid == 0) {
		for (int i = 0; i < 5; i++) {
			make_sockets((void *)1L);
			raise(SIGSTOP);
		}
		_exit(4);
	}
	while (waitpid(pid, &status, WUNTRACED) == pid && WIFSTOPPED(status)) {
		struct timespec pause = { 0, 5000000 };

		/* it must stay stopped */
		nanosleep(&pause, NULL);
		if (waitpid(pid, NULL, WNOHANG | WUNTRACED | WCONTINUED) != 0)
			return 90;
		stops++;
		kill(pid, SIGCONT);
	}
	return WIFEXITED(status) && WEXITSTATUS(status) == 4 ? stops : 91;
}

static volatile int handled;

static void handle(int signo)
{
	(void)signo;
	handled++;
}

static void every_ms(int flags)
{
	struct sigaction action = { .sa_handler = handle, .sa_flags = flags };
	struct itimerval timer = { { 0, 1000 }, { 0, 1000 } };

	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &timer, NULL);
}

/* 100 polls that each end in EINTR, in the program's own count. */
static int scene_eintr(void)
{
	struct pollfd fd = { .fd = some_socket(), .events = POLLIN };
	int eintr = 0;

	every_ms(0);
	for (int i = 0; i < 100; i++)
		eintr += poll(&fd, 1, 1000) < 0 && errno == EINTR;
	return eintr;
}

static bool first_line(const char *file, pid_t tid, char *text, int size)
{
	char path[40];

	snprintf(path, sizeof(path), "/proc/%d/%s", tid, file);
	FILE *from = fopen(path, "r");
	const bool got = from && fgets(text, size, from);

	if (from)
		fclose(from);
	return got;
}

/* Waits until a thread sleeps in a call, or in what goes on with it. Between the two looks it may have left
 * it, but then it would not be asleep. */
static void await_sleep(pid_t tid, long number)
{
	char call[256], stat[256];

	for (int tries = 0; tries < 20000; tries++, usleep(1000))
		if (first_line("syscall", tid, call, sizeof(call)) && isdigit(call[0]) &&
		    (atol(call) == number || atol(call) == SYS_restart_syscall) &&
		    first_line("stat", tid, stat, sizeof(stat)) && strstr(stat, ") S "))
			return;
}

/* Where a thread receives, and which. */
struct receiver {
	struct sockaddr_in at;
	pthread_t thread;
	pid_t tid;
};

/* A byte for each of ten receives, after a handler has interrupted it three times. */
static void *send_late(void *to)
{
	struct receiver *receiver = to;
	int fd = some_socket();

	for (int i = 0; i < 10; i++) {
		for (int before = handled; handled < before + 3;) {
			int now = handled;

			await_sleep(receiver->tid, SYS_recvfrom);
			pthread_kill(receiver->thread, SIGALRM);
			while (handled == now)
				usleep(1000);
		}
		await_sleep(receiver->tid, SYS_recvfrom);
		sendto(fd, "x", 1, 0, (struct sockaddr *)&receiver->at, sizeof(receiver->at));
	}
	return NULL;
}

static int bound_socket(struct sockaddr_in *at)
{
	socklen_t len = sizeof(*at);
	int fd = some_socket();

	*at = (struct sockaddr_in){ .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	bind(fd, (struct sockaddr *)at, len);
	getsockname(fd, (struct sockaddr *)at, &len);
	return fd;
}

/* Ten receives, each interrupted by a handler that lets it be restarted. */
static int scene_restart(void)
{
	struct sigaction action = { .sa_handler = handle, .sa_flags = SA_RESTART };
	struct receiver receiver = { .thread = pthread_self(), .tid = (pid_t)syscall(SYS_gettid) };
	int fd = bound_socket(&receiver.at), got = 0;
	pthread_t thread;
	char byte;

	sigaction(SIGALRM, &action, NULL);
	pthread_create(&thread, NULL, send_late, &receiver);
	for (int i = 0; i < 10; i++)
		got += recv(fd, &byte, 1, 0) == 1;
	return got;
}

/* poll is continued by restart_syscall after a stop; a datagram ends it. */
static int scene_poll_stopped(void)
{
	struct sockaddr_in at;
	struct pollfd set = { .fd = bound_socket(&at), .events = POLLIN };
	pid_t pid = fork();
	int status;

	if (pid == 0)
		_exit(poll(&set, 1, 60000) == 1 ? 5 : 6);
	for (int i = 0; i < 3; i++) {
		await_sleep(pid, SYS_poll);
		kill(pid, SIGSTOP);
		waitpid(pid, &status, WUNTRACED);
		kill(pid, SIGCONT);
	}
	await_sleep(pid, SYS_poll);
	sendto(set.fd, "x", 1, 0, (struct sockaddr *)&at, sizeof(at));
	waitpid(pid, &status, 0);
	return WEXITSTATUS(status);
}

/* Signals that are ignored must not end epoll_wait, nor recv with a timeout. Returns how often they did. */
static int scene_ignored(void)
{
	int epoll = epoll_create1(0), fd = some_socket(), eintr = 0;
	struct timeval timeout = { .tv_usec = 200000 };
	struct epoll_event event;
	pid_t pid = fork(), parent = getppid();
	char byte;

	(void)parent;
	if (pid == 0) {
		for (int i = 0; i < 40; i++) {
			usleep(5000);
			kill(getppid(), i % 2 ? SIGWINCH : SIGUSR2);
		}
		_exit(0);
	}
	signal(SIGUSR2, SIG_IGN);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout));
	for (int i = 0; i < 2; i++)
		eintr += epoll_wait(epoll, &event, 1, 60) < 0;
	eintr += recv(fd, &byte, 1, 0) < 0 && errno == EINTR;
	waitpid(pid, NULL, 0);
	return eintr;
}

static int untraced_child(void *unused)
{
	(void)unused;
	_exit(some_socket() >= 0 ? 8 : 9);
}

static int scene_untraced(void)
{
	static char stack[65536];
	int status, flags = CLONE_UNTRACED | SIGCHLD;
	pid_t pid = clone(untraced_child, stack + sizeof(stack), flags, NULL);

	waitpid(pid, &status, 0);
	if (WEXITSTATUS(status) != 8)
		return 1;
	struct {
		uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls;
	} args = { .flags = CLONE_UNTRACED, .exit_signal = SIGCHLD };

	pid = (pid_t)syscall(SYS_clone3, &args, sizeof(args));
	if (pid == 0)
		untraced_child(NULL);
	waitpid(pid, &status, 0);
	return args.flags == CLONE_UNTRACED && WEXITSTATUS(status) == 8 ? 0 : 2;
}

/* int 0x80 from 64-bit code: socketcall and a direct call, with i386 numbers. */
static int scene_int80(void)
{
	static uint32_t block[3] = { AF_INET, SOCK_DGRAM, 0 };
	uint32_t *low = NULL;
	long fd = -1, fd2 = -1;

	low = (uint32_t *)syscall(SYS_mmap, 0, 4096, 3, 0x22 | 0x40 /* MAP_32BIT */, -1, 0);
	memcpy(low, block, sizeof(block));
	__asm__ volatile("int $0x80"
			 : "=a"(fd)
			 : "a"(102), "b"(1), "c"((uint32_t)(uintptr_t)low)
			 : "memory", "r8", "r9", "r10", "r11");
	__asm__ volatile("int $0x80"
			 : "=a"(fd2)
			 : "a"(359), "b"(2), "c"(2), "d"(0)
			 : "memory", "r8", "r9", "r10", "r11");
	return fd >= 0 && fd2 > fd ? 0 : 1;
}

static int scene_inherited(void)
{
	sigset_t mask;
	struct sigaction action;

	sigprocmask(SIG_BLOCK, NULL, &mask);
	sigaction(SIGCHLD, NULL, &action);
	if (action.sa_handler != SIG_DFL || sigismember(&mask, SIGUSR1) || sigismember(&mask, SIGRTMIN))
		return 1;
	for (int fd = 3; fd < 100; fd++)
		if (fcntl(fd, F_GETFD) >= 0)
			return fd;
	return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) ? 200 : 0;
}

static int scene_named(void)
{
	prctl(PR_SET_NAME, "renamed");
	make_sockets((void *)1L);
	return 0;
}

static int zero;
static pthread_barrier_t barrier;

static void read_zero(int times)
{
	char byte;

	for (int i = 0; i < times; i++)
		if (read(zero, &byte, 1) != 1)
			abort();
}

static void *read_later(void *unused)
{
	(void)unused;
	read_zero(1000);
	pthread_barrier_wait(&barrier);
	pthread_barrier_wait(&barrier);
	read_zero(7);
	return NULL;
}

static void in_child(void (*run)(int), int times)
{
	pid_t pid = fork();

	if (pid == 0) {
		run(times);
		_exit(0);
	}
	waitpid(pid, NULL, 0);
}

static void exec_reader(int times)
{
	(void)times;
	execl("/proc/self/exe", "test", "--scenario", "read_three", NULL);
}

static int scene_read_three(void)
{
	zero = open("/dev/zero", O_RDONLY);
	read_zero(3);
	return 0;
}

/* Reads on a file are seen from the first socket on: in this thread, in one that was there before, in
 * children. */
static int scene_stages(void)
{
	pthread_t thread;

	zero = open("/dev/zero", O_RDONLY);
	pthread_barrier_init(&barrier, NULL, 2);
	pthread_create(&thread, NULL, read_later, NULL);
	read_zero(1000);
	in_child(read_zero, 1000);
	pthread_barrier_wait(&barrier);
	some_socket();
	pthread_barrier_wait(&barrier);
	pthread_join(thread, NULL);
	read_zero(5);
	in_child(read_zero, 11);
	in_child(exec_reader, 0);
	return 0;
}

/* A process that gave up root's rights before its first socket cannot get a second filter. */
static int scene_dropped(void)
{
	zero = open("/dev/zero", O_RDONLY);
	read_zero(1000);
	if (setresuid(65534, 65534, 65534))
		return 1;
	some_socket();
	read_zero(9);
	return 0;
}

/* A signal that is pending when the second filter is injected is handled once, afterwards. */
static int scene_signalled(void)
{
	signal(SIGALRM, handle);
	pid_t pid = fork();

	if (pid == 0) {
		for (int i = 0; i < 200; i++) {
			kill(getppid(), SIGALRM);
			usleep(100);
		}
		_exit(0);
	}
	zero = open("/dev/zero", O_RDONLY);
	for (int i = 0; i < 100; i++) {
		pid_t child = fork();

		if (child == 0) {
			struct itimerval timer = { { 0, 50 }, { 0, 50 } };

			setitimer(ITIMER_REAL, &timer, NULL);
			int fd = some_socket();

			read_zero(2);
			_exit(fd > 2 && fd < 10 ? 0 : 1);
		}
		int status;

		while (waitpid(child, &status, 0) < 0)
			;
		if (status)
			return 2;
	}
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	return 0;
}

enum { FAIR_THREADS = 200, FAIR_CALLS = 300 * FAIR_THREADS, FAIR_SECONDS = 10, FAIR_PATIENCE = 40 };
static volatile long fair_counts[FAIR_THREADS];
static volatile int fair_end;

static void *call_on(void *count)
{
	struct sockaddr_in address;
	socklen_t len = sizeof(address);

	for (; !fair_end; ++*(volatile long *)count)
		getsockname(zero, (struct sockaddr *)&address, &len);
	return NULL;
}

static int by_size(const void *a, const void *b)
{
	return *(const long *)a < *(const long *)b ? -1 : *(const long *)a > *(const long *)b;
}

/* How much the slowest has done since, in percent of the median; calls: what all have done. */
static int fair_share(const long before[FAIR_THREADS], long *calls)
{
	long counts[FAIR_THREADS];

	*calls = 0;
	for (int i = 0; i < FAIR_THREADS; i++)
		*calls += counts[i] = fair_counts[i] - before[i];
	qsort(counts, FAIR_THREADS, sizeof(counts[0]), by_size);
	if (getenv("FAIR"))
		dprintf(2, "least %ld median %ld most %ld\n", counts[0], counts[FAIR_THREADS / 2],
			counts[FAIR_THREADS - 1]);
	return (int)(100 * counts[0] / (counts[FAIR_THREADS / 2] + 1));
}

/*
 * All threads call as fast as they can: how much the slowest does, in percent of the median. So many calls,
 * not so much time: of a few that a busy machine leaves, one more or less would count for much. All on one
 * CPU, as another may be busier. And on until the slowest has its share: a thread that the machine's own
 * scheduler kept waiting catches up, one that the tracer starves never does.
 */
static int scene_fair(void)
{
	const time_t start = time(NULL);
	pthread_t threads[FAIR_THREADS];
	long before[FAIR_THREADS], calls = 0;
	cpu_set_t one;
	int share = 0;

	zero = some_socket();
	CPU_ZERO(&one);
	CPU_SET(sched_getcpu(), &one);
	sched_setaffinity(0, sizeof(one), &one);
	for (int i = 0; i < FAIR_THREADS; i++)
		pthread_create(&threads[i], NULL, call_on, (void *)&fair_counts[i]);
	for (int i = 0; i < FAIR_THREADS; i++)
		before[i] = fair_counts[i];
	for (time_t passed = 0; passed < FAIR_PATIENCE; passed = time(NULL) - start) {
		usleep(10000);
		share = fair_share(before, &calls);
		if ((calls >= FAIR_CALLS || passed >= FAIR_SECONDS) && share >= 50)
			break;
	}
	fair_end = 1;
	for (int i = 0; i < FAIR_THREADS; i++)
		pthread_join(threads[i], NULL);
	return share;
}

/* A thread that exits while others go on, and a leader that is the first to go. */
static int scene_dead_leader(void)
{
	pthread_t thread;

	pthread_create(&thread, NULL, make_sockets, (void *)500L);
	syscall(SYS_exit, 0);
	return 0;
}

static const struct {
	const char *name;
	int (*run)(void);
} scenes[] = {
	{ "plain", scene_plain },
	{ "forks", scene_forks },
	{ "threads", scene_threads },
	{ "vforks", scene_vforks },
	{ "thread_exec", scene_thread_exec },
	{ "killed", scene_killed },
	{ "stopped", scene_stopped },
	{ "eintr", scene_eintr },
	{ "restart", scene_restart },
	{ "poll_stopped", scene_poll_stopped },
	{ "ignored", scene_ignored },
	{ "untraced", scene_untraced },
	{ "int80", scene_int80 },
	{ "inherited", scene_inherited },
	{ "named", scene_named },
	{ "stages", scene_stages },
	{ "read_three", scene_read_three },
	{ "fair", scene_fair },
	{ "dropped", scene_dropped },
	{ "signalled", scene_signalled },
	{ "dead_leader", scene_dead_leader },
};

void scenario_main(int argc, char **argv)
{
	if (argc < 3 || strcmp(argv[1], "--scenario"))
		return;
	for (size_t i = 0; i < sizeof(scenes) / sizeof(scenes[0]); i++)
		if (!strcmp(scenes[i].name, argv[2]))
			exit(scenes[i].run());
	exit(98);
}

static const enum engine_choice both[] = { ENGINE_SECCOMP, ENGINE_SYSCALL };

/* What each scenario must give, under each engine. 0 in calls: not looked at. */
static const struct expected {
	const char *scene;
	int status; /* exit status; -1: killed by SIGKILL */
	unsigned tasks, sockets, execs, unfinished_recv, eintr_poll;
} expected[] = {
	{ "plain", 7, 1, 10, 0, 0, 0 },	       { "forks", 0, 501, 500, 0, 0, 0 },
	{ "threads", 0, 65, 3200, 0, 0, 0 },   { "vforks", 0, 21, 3, 20, 0, 0 },
	{ "thread_exec", 7, 6, 15, 1, 5, 0 },  { "killed", -1, 1, 1, 0, 0, 0 },
	{ "stopped", 5, 2, 5, 0, 0, 0 },       { "eintr", 100, 1, 1, 0, 0, 100 },
	{ "restart", 10, 2, 2, 0, 0, 0 },      { "poll_stopped", 5, 2, 1, 0, 0, 0 },
	{ "ignored", 0, 2, 1, 0, 0, 0 },       { "untraced", 0, 3, 2, 0, 0, 0 },
	{ "int80", 0, 1, 2, 0, 0, 0 },	       { "inherited", 0, 1, 0, 0, 0, 0 },
	{ "named", 0, 1, 1, 0, 0, 0 },	       { "dead_leader", 0, 2, 500, 0, 0, 0 },
	{ "stages", 0, 5, 1, 1, 0, 0 },	       { "dropped", 0, 1, 1, 0, 0, 0 },
	{ "signalled", 0, 102, 100, 0, 0, 0 },
};

static void check(const struct expected *row, const struct run *run, enum engine_choice engine)
{
	const struct counts *counts = &run->counts;
	int status = run->result.status;
	int got = WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status) == SIGKILL ? -1 : -2;

	if (run->failed || !run->result.started)
		fail_msg("%s: %s", row->scene, run->error.text);
	if (got != row->status || counts->tasks != row->tasks ||
	    counts->finished[CALL_socket] != row->sockets || counts->execs != row->execs ||
	    counts->unfinished[CALL_recvfrom] != row->unfinished_recv ||
	    counts->eintr[CALL_poll] != row->eintr_poll || counts->notes ||
	    counts->last_process_status != status)
		fail_msg("%s, engine %d: status %d tasks %u sockets %u execs %u unfinished %u eintr %u notes "
			 "%u (%s) last %#x/%#x",
			 row->scene, engine, got, counts->tasks, counts->finished[CALL_socket], counts->execs,
			 counts->unfinished[CALL_recvfrom], counts->eintr[CALL_poll], counts->notes,
			 counts->note, counts->last_process_status, status);
}

static void scenes_are_whole(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
		for (size_t e = 0; e < 2; e++) {
			struct run run;

			run_command(&run, both[e], expected[i].scene);
			check(&expected[i], &run, both[e]);
		}
	}
}

/* A restarted call is one call, with its last result. */
static void restarts_are_joined(void **state)
{
	(void)state;
	for (size_t e = 0; e < 2; e++) {
		struct run run;

		run_command(&run, both[e], "restart");
		assert_int_equal(run.counts.finished[CALL_recvfrom], 10);
		assert_int_equal(run.counts.failed[CALL_recvfrom], 0);
		assert_int_equal(run.counts.restarted[CALL_recvfrom], 10);
		run_command(&run, both[e], "poll_stopped");
		assert_int_equal(run.counts.finished[CALL_poll], 1);
		assert_int_equal(run.counts.restarted[CALL_poll], 1);
		run_command(&run, both[e], "eintr");
		assert_int_equal(run.counts.finished[CALL_poll], 100);
		assert_int_equal(run.counts.restarted[CALL_poll], 0);
		run_command(&run, both[e], "ignored");
		assert_int_equal(run.counts.finished[CALL_epoll_wait], 2);
		assert_int_equal(run.counts.finished[CALL_recvfrom], 1);
	}
}

/* Calls on any fd are reported from the first socket on, and only then, whichever way. */
static void second_stage(void **state)
{
	struct run run;

	(void)state;
	for (size_t e = 0; e < 2; e++) {
		run_command(&run, both[e], "stages");
		/* and what the loader reads after the exec; 3,000 before the socket must not be among them */
		assert_in_range(run.counts.finished[CALL_read], 7 + 5 + 11 + 3, 900);
		run_command(&run, both[e], "dropped");
		assert_int_equal(run.counts.finished[CALL_read], geteuid() ? 0 : 9);
		run_command(&run, both[e], "signalled");
		assert_int_equal(run.counts.finished[CALL_read], 200);
	}
}

/* No thread starves: the slowest gets at least half the median's calls. */
static void fairness(void **state)
{
	struct run run;

	(void)state;
	for (size_t e = 0; e < 2; e++) {
		run_command(&run, both[e], "fair");
		assert_in_range(WEXITSTATUS(run.result.status), 50, 100);
	}
}

static void names_follow(void **state)
{
	struct run run;

	(void)state;
	for (size_t e = 0; e < 2; e++) {
		run_command(&run, both[e], "named");
		assert_string_equal(run.counts.comm, "renamed");
		run_command(&run, both[e], "int80");
		assert_int_equal(run.counts.i386_calls, 2);
	}
}

static void cannot_run(void **state)
{
	static const struct {
		const char *name;
		int error;
	} rows[] = { { "/nonexistent/program", ENOENT },
		     { "no-such-command-here", ENOENT },
		     { "/etc/passwd", EACCES },
		     { "/", EACCES } };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *argv[] = { (char *)rows[i].name, NULL };
		struct run run = { .options = { .command = argv } };

		run_start(&run);
		run_finish(&run);
		assert_int_equal(run.failed, -rows[i].error);
		assert_int_equal(run.result.exec_errno, rows[i].error);
		assert_false(run.result.started);
		assert_int_equal(run.counts.tasks, 0);
		assert_non_null(strstr(run.error.text, rows[i].name));
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(scenes_are_whole), cmocka_unit_test(restarts_are_joined),
		cmocka_unit_test(second_stage),	    cmocka_unit_test(fairness),
		cmocka_unit_test(names_follow),	    cmocka_unit_test(cannot_run),
	};

	scenario_main(argc, argv);
	/* the leak checker of a sanitized scenario would want to trace it */
	setenv("ASAN_OPTIONS", "detect_leaks=0", 1);
	/* what this test inherited is not the tracer's doing */
	for (int fd = 3; fd < 100; fd++)
		fcntl(fd, F_SETFD, FD_CLOEXEC);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
