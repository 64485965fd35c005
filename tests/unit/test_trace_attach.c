/* Attaching to running programs and letting them go: they must not notice. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/epoll.h>
#include <sys/sem.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>

#include "base/clock.h"
#include "trace_run.inc"

static void nap(long ms)
{
	struct timespec time = { ms / 1000, ms % 1000 * 1000000 };

	while (nanosleep(&time, &time))
		;
}

/* Shared with nobody: a scenario says what went wrong by its exit status. */
static atomic_int trouble;

static void expect(bool good, int code)
{
	if (!good)
		atomic_store(&trouble, code);
}

static void pair(int fds[2], int type)
{
	socketpair(AF_UNIX, type, 0, fds);
}

/* The sleepers: each blocks in one call until its peer acts, and says whether the call did what it does
 * untraced. */

static void *sleep_epoll(void *until)
{
	int fds[2], epoll = epoll_create1(0);
	struct epoll_event event = { .events = EPOLLIN };

	pair(fds, SOCK_STREAM);
	epoll_ctl(epoll, EPOLL_CTL_ADD, fds[0], &event);
	expect(epoll_wait(epoll, &event, 1, *(int *)until) == 0, 11);
	return NULL;
}

static void *sleep_recv_timeout(void *until)
{
	struct timeval timeout = { *(int *)until / 1000, *(int *)until % 1000 * 1000 };
	int fds[2];
	char byte;

	pair(fds, SOCK_STREAM);
	setsockopt(fds[0], SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout));
	expect(recv(fds[0], &byte, 1, 0) < 0 && errno == EAGAIN, 12);
	return NULL;
}

struct late {
	int fd;
	int ms;
	size_t size, first;
};

static void *write_late(void *user)
{
	struct late *late = user;
	char *data = calloc(1, late->size);

	if (send(late->fd, data, late->first, 0) < 0)
		return NULL;
	nap(late->ms);
	send(late->fd, data, late->size - late->first, 0);
	return NULL;
}

static void *sleep_waitall(void *until)
{
	struct late late = { .ms = *(int *)until, .size = 1000, .first = 300 };
	pthread_t thread;
	char data[1000];
	int fds[2];

	pair(fds, SOCK_STREAM);
	late.fd = fds[1];
	pthread_create(&thread, NULL, write_late, &late);
	expect(recv(fds[0], data, sizeof(data), MSG_WAITALL) == sizeof(data), 13);
	pthread_join(thread, NULL);
	return NULL;
}

static void *read_late(void *user)
{
	struct late *late = user;
	char data[65536];
	size_t got = 0;

	nap(late->ms);
	while (got < late->size) {
		ssize_t n = recv(late->fd, data, sizeof(data), 0);

		if (n <= 0)
			break;
		got += (size_t)n;
	}
	return NULL;
}

static void *sleep_big_send(void *until)
{
	struct late late = { .ms = *(int *)until, .size = 4 << 20 };
	pthread_t thread;
	char *data = calloc(1, late.size);
	int fds[2];

	pair(fds, SOCK_STREAM);
	late.fd = fds[1];
	pthread_create(&thread, NULL, read_late, &late);
	expect(send(fds[0], data, late.size, 0) == (ssize_t)late.size, 14);
	pthread_join(thread, NULL);
	return NULL;
}

static void *sleep_recvmmsg(void *until)
{
	struct late late = { .ms = *(int *)until, .size = 2, .first = 1 };
	char bytes[2];
	struct iovec iov[2] = { { bytes, 1 }, { bytes + 1, 1 } };
	struct mmsghdr msgs[2] = { { .msg_hdr = { .msg_iov = iov, .msg_iovlen = 1 } },
				   { .msg_hdr = { .msg_iov = iov + 1, .msg_iovlen = 1 } } };
	pthread_t thread;
	int fds[2];

	pair(fds, SOCK_DGRAM);
	late.fd = fds[1];
	pthread_create(&thread, NULL, write_late, &late);
	expect(recvmmsg(fds[0], msgs, 2, 0, NULL) == 2, 15);
	pthread_join(thread, NULL);
	return NULL;
}

static void *sleep_poll(void *until)
{
	struct pollfd fd;
	int fds[2];

	pair(fds, SOCK_STREAM);
	fd = (struct pollfd){ fds[0], POLLIN, 0 };
	expect(poll(&fd, 1, *(int *)until) == 0, 16);
	return NULL;
}

static void *sleep_accept_timeout(void *until)
{
	struct timeval timeout = { *(int *)until / 1000, *(int *)until % 1000 * 1000 };
	struct sockaddr_in any = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	bind(fd, (struct sockaddr *)&any, sizeof(any));
	listen(fd, 1);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout));
	expect(accept(fd, NULL, NULL) < 0 && errno == EAGAIN, 17);
	return NULL;
}

static void *sleep_semop(void *until)
{
	int sem = semget(IPC_PRIVATE, 1, 0600 | IPC_CREAT);
	struct sembuf down = { 0, -1, 0 };
	struct timespec timeout = { *(int *)until / 1000, *(int *)until % 1000 * 1000000 };

	expect(semtimedop(sem, &down, 1, &timeout) < 0 && errno == EAGAIN, 18);
	semctl(sem, 0, IPC_RMID);
	return NULL;
}

static void *sleep_select(void *until)
{
	struct timeval timeout = { *(int *)until / 1000, *(int *)until % 1000 * 1000 };

	expect(select(0, NULL, NULL, NULL, &timeout) == 0, 19);
	return NULL;
}

static void *sleep_nanosleep(void *until)
{
	struct timespec time = { *(int *)until / 1000, *(int *)until % 1000 * 1000000 };

	expect(nanosleep(&time, NULL) == 0, 20);
	return NULL;
}

static void *(*const sleepers[])(void *) = {
	sleep_epoll, sleep_recv_timeout,   sleep_waitall, sleep_big_send, sleep_recvmmsg,
	sleep_poll,  sleep_accept_timeout, sleep_semop,	  sleep_select,	  sleep_nanosleep,
};

enum { SLEEPERS = sizeof(sleepers) / sizeof(sleepers[0]) };

static int scene_sleepers(void)
{
	pthread_t threads[SLEEPERS];
	int until = 4000;

	for (int i = 0; i < SLEEPERS; i++)
		pthread_create(&threads[i], NULL, sleepers[i], &until);
	nap(300);
	if (write(1, "", 1) != 1)
		return 99;
	for (int i = 0; i < SLEEPERS; i++)
		pthread_join(threads[i], NULL);
	return atomic_load(&trouble);
}

/* An echo server by epoll, and a client that counts what fails, until the output is closed. */
static void *serve(void *user)
{
	int *fds = user, epoll = epoll_create1(0);
	struct epoll_event event = { .events = EPOLLIN };
	char byte;

	epoll_ctl(epoll, EPOLL_CTL_ADD, fds[0], &event);
	for (;;) {
		int n = epoll_wait(epoll, &event, 1, 5000);

		expect(n == 1, n < 0 ? 100 + errno : 31);
		if (recv(fds[0], &byte, 1, 0) != 1 || byte == 'q')
			return NULL;
		expect(send(fds[0], &byte, 1, 0) == 1, 32);
	}
}

static volatile sig_atomic_t quit;

static void on_term(int signo)
{
	(void)signo;
	quit = 1;
}

static int scene_busy(void)
{
	pthread_t server;
	int fds[2];
	char byte = 'x';
	sigset_t term;

	signal(SIGTERM, on_term);
	pair(fds, SOCK_STREAM);
	sigemptyset(&term);
	sigaddset(&term, SIGTERM);
	pthread_sigmask(SIG_BLOCK, &term, NULL);
	pthread_create(&server, NULL, serve, fds);
	pthread_sigmask(SIG_UNBLOCK, &term, NULL);
	if (write(1, "", 1) != 1)
		return 99;
	while (!quit) {
		expect(send(fds[1], &byte, 1, 0) == 1, 33);
		ssize_t n = recv(fds[1], &byte, 1, 0);

		expect(n == 1 || quit, 34);
	}
	send(fds[1], "q", 1, 0);
	pthread_join(server, NULL);
	return atomic_load(&trouble);
}

static void *spin(void *unused)
{
	(void)unused;
	while (!quit)
		close(socket(AF_INET, SOCK_DGRAM, 0));
	return NULL;
}

/* 64 threads that make sockets, and others that are born and die all the time. */
static int scene_many(void)
{
	static int forever = 60000, moment = 1;
	pthread_t threads[64], brief;

	signal(SIGTERM, on_term);
	for (int i = 0; i < 64; i++)
		pthread_create(&threads[i], NULL, i < 8 ? spin : sleep_select, &forever);
	if (write(1, "", 1) != 1)
		return 99;
	while (!quit) {
		pthread_create(&brief, NULL, sleep_nanosleep, &moment);
		pthread_join(brief, NULL);
	}
	return atomic_load(&trouble);
}

static int scene_idle(void)
{
	signal(SIGTERM, on_term);
	if (write(1, "", 1) != 1)
		return 99;
	while (!quit)
		nap(10);
	return 0;
}

static const struct {
	const char *name;
	int (*run)(void);
} scenes[] = {
	{ "sleepers", scene_sleepers },
	{ "busy", scene_busy },
	{ "many", scene_many },
	{ "idle", scene_idle },
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

/* One field of every thread's status, for comparing before and after: TracerPid, seccomp, masks. */
static void read_threads(pid_t pid, const char *field, char *text, size_t size);

/* Waits, at most ten seconds, for one of these states; several letters for one process's threads may do. */
static bool await_state(pid_t pid, const char *states)
{
	char text[64] = "";

	for (int i = 0; i < 2000; i++) {
		read_threads(pid, "^State", text, sizeof(text));
		if (text[0] && strchr(states, text[7]))
			return true;
		nap(5);
	}
	return false;
}

static void read_threads(pid_t pid, const char *field, char *text, size_t size)
{
	char command[256];

	snprintf(command, sizeof(command),
		 "cat /proc/%d/task/*/status 2>/dev/null | grep -E '%s' | sort | uniq", pid, field);
	FILE *pipe = popen(command, "r");
	size_t got = fread(text, 1, size - 1, pipe);

	text[got] = 0;
	pclose(pipe);
}

/* The kernel lets go when the tracing thread is gone for good, a moment after its join. */
static void assert_untraced(pid_t pid)
{
	char text[4096] = "";

	for (int i = 0; i < 200; i++) {
		read_threads(pid, "^TracerPid", text, sizeof(text));
		if (!strcmp(text, "TracerPid:\t0\n"))
			return;
		nap(5);
	}
	fail_msg("still traced: %s", text);
}

static int end_scene(pid_t pid, int output)
{
	siginfo_t info = { 0 };

	kill(pid, SIGTERM);
	waitid(P_PID, (id_t)pid, &info,
	       WEXITED); /* its end only: a stop's status belongs to the tracing thread */
	close(output);
	return info.si_code == CLD_EXITED ? info.si_status : -info.si_status;
}

/* All threads sleep: one that is on its way into a call, but runs, can be disturbed (docs/GENTLE.md). */
static void await_sleep(pid_t pid)
{
	char text[4096];

	for (int i = 0; i < 1000; i++) {
		read_threads(pid, "^State", text, sizeof(text));
		if (!strcmp(text, "State:\tS (sleeping)\n"))
			return;
		nap(5);
	}
	fail_msg("never asleep: %s", text);
}

static void sleepers_sleep_on(void **state)
{
	const enum engine_choice *engine = *state;

	struct run run;
	int output;
	pid_t pid = scenario_start("sleepers", &output);
	uint64_t start = clock_monotonic_ns();

	await_sleep(pid);
	/* they sleep for four seconds */
	for (int i = 0; i < 8 && (i == 0 || clock_monotonic_ns() - start < 2500000000u); i++) {
		run_attach(&run, *engine, &pid, 1);
		run_await(&run.counts.tasks, SLEEPERS);
		nap(40);
		run_end(&run);
		assert_int_equal(run.result.attached, 1);
		assert_untraced(pid);
		if (i == 0) {
			assert_int_equal(run.counts.blocked[CALL_epoll_wait], 1);
			/* with and without MSG_WAITALL */
			assert_true(run.counts.blocked[CALL_recvfrom] >= 1);
			assert_int_equal(run.counts.blocked[CALL_accept], 1);
			if (*engine == ENGINE_PERF)
				assert_int_equal(run.counts.left_in[CALL_accept], 1);
		}
	}
	/* its end is seen by the tracing thread, which is of the same process as its parent */
	run_attach(&run, *engine, &pid, 1);
	run_finish(&run);
	close(output);
	assert_int_equal(run.counts.last_process_status, 0);
}

/*
 * Looks only, and takes no status away: a stop's belongs to the tracing thread. Stops are told of even so, as
 * this is a thread of the tracer's process (kernel/exit.c, wait_task_stopped: ptrace needs no WSTOPPED).
 */
static void assert_alive(pid_t pid, int round)
{
	siginfo_t info = { 0 };

	if (waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) || info.si_pid != pid)
		return;
	if (info.si_code == CLD_EXITED || info.si_code == CLD_KILLED || info.si_code == CLD_DUMPED)
		fail_msg("the program ended in round %d: code %d, status %d", round, info.si_code,
			 info.si_status);
}

static void server_serves_on(void **state)
{
	const enum engine_choice *engine = *state;

	char before[4096], after[4096];
	struct run run;
	int output;
	pid_t pid = scenario_start("busy", &output);
	unsigned seen = 0;

	nap(300);
	read_threads(pid, "^(SigBlk|SigIgn|SigCgt|SigPnd|Seccomp:)", before, sizeof(before));
	for (int i = 0; i < 50; i++) {
		run_attach(&run, *engine, &pid, 1);
		nap(i % 7);
		run_await(&run.counts.finished[CALL_recvfrom], 1 + (unsigned)i);
		run_end(&run);
		seen += run.counts.finished[CALL_recvfrom];
		assert_alive(pid, i);
		assert_true(run.counts.notes == 0);
	}
	assert_untraced(pid);
	nap(10);
	read_threads(pid, "^(SigBlk|SigIgn|SigCgt|SigPnd|Seccomp:)", after, sizeof(after));
	assert_int_equal(end_scene(pid, output), 0);
	assert_true(seen > 200);
	assert_string_equal(before, after);
}

static void many_threads(void **state)
{
	const enum engine_choice *engine = *state;

	struct run run;
	int output;
	pid_t pid = scenario_start("many", &output);

	for (int i = 0; i < 10; i++) {
		run_attach(&run, *engine, &pid, 1);
		run_await(&run.counts.finished[CALL_socket], 1);
		run_end(&run);
		if (run.counts.tasks < 65 || !run.counts.finished[CALL_socket])
			fail_msg("%u tasks, attached %u, refused %u (%s), sockets %u", run.counts.tasks,
				 run.result.attached, run.result.refused, run.counts.refusal,
				 run.counts.finished[CALL_socket]);
		assert_true(run.counts.finished[CALL_socket] > 0);
		assert_untraced(pid);
	}
	assert_int_equal(end_scene(pid, output), 0);
}

/* A process that job control has stopped stays stopped, traced and afterwards. */
static void stopped_stays_stopped(void **state)
{
	const enum engine_choice *engine = *state;

	struct run run;
	int output;
	pid_t pid = scenario_start("idle", &output);

	kill(pid, SIGSTOP);
	assert_true(await_state(pid, "T"));
	run_attach(&run, *engine, &pid, 1);
	run_await(&run.counts.tasks, 1);
	nap(100);
	assert_true(await_state(pid, "tT"));
	kill(pid, SIGCONT);
	assert_true(await_state(pid, "S"));
	kill(pid, SIGSTOP);
	assert_true(await_state(pid, "tT"));
	run_end(&run);
	assert_untraced(pid);
	assert_true(await_state(pid, "T"));
	nap(50);
	assert_true(await_state(pid, "T"));
	kill(pid, SIGCONT);
	assert_true(await_state(pid, "S"));
	assert_int_equal(end_scene(pid, output), 0);
}

static void refusals_are_explained(void **state)
{
	const enum engine_choice *engine = *state;

	struct run run, other;
	int output, pids[] = { getpid(), 1 << 22, 2, getppid() };
	static const char *const words[] = { "sockline itself", "no such process", "kernel thread",
					     "parent" };
	pid_t pid = scenario_start("idle", &output);

	for (int i = 0; i < 4; i++) {
		run_attach(&run, *engine, &pids[i], 1);
		run_end(&run);
		assert_int_equal(run.result.refused, 1);
		if (!strstr(run.counts.refusal, words[i]))
			fail_msg("%s", run.counts.refusal);
	}
	run_attach(&other, *engine, &pid, 1);
	run_await(&other.counts.tasks, 1);
	run_attach(&run, *engine, &pid, 1);
	run_end(&run);
	run_end(&other);
	assert_int_equal(run.result.refused, 1);
	assert_non_null(strstr(run.counts.refusal, "already traced"));
	assert_int_equal(end_scene(pid, output), 0);
}

/* A signal sent while attached, and around letting go, arrives once. */
static void killed_while_attached(void **state)
{
	const enum engine_choice *engine = *state;

	struct run run;
	int output;
	pid_t pid = scenario_start("many", &output);

	run_attach(&run, *engine, &pid, 1);
	run_await(&run.counts.finished[CALL_socket], 100);
	kill(pid, SIGKILL);
	run_finish(&run);
	close(output);
	if (run.counts.last_process_status != SIGKILL)
		fail_msg("status %#x, %u tasks, %u vanished, %u processes, refused %s",
			 run.counts.last_process_status, run.counts.tasks, run.counts.vanished,
			 run.counts.processes_ended, run.counts.refusal);
	assert_false(run.result.interrupted);
}

/* The engines that can attach here. perf needs a right and a kernel that not every machine has. */
static bool is_permitted(enum engine_choice engine)
{
	struct run run;
	int output;
	pid_t pid = scenario_start("idle", &output);

	run_attach(&run, engine, &pid, 1);
	run_end(&run);
	end_scene(pid, output);
	if (run.failed)
		fprintf(stderr, "not tested: engine %d: %s\n", engine, run.error.text);
	return !run.failed;
}

#define TEST(function, engine) cmocka_unit_test_prestate(function, (void *)&(engine))

int main(int argc, char **argv)
{
	static const enum engine_choice by_syscall = ENGINE_SYSCALL, by_perf = ENGINE_PERF;
	const struct CMUnitTest tests[] = {
		TEST(sleepers_sleep_on, by_syscall),	  TEST(server_serves_on, by_syscall),
		TEST(many_threads, by_syscall),		  TEST(stopped_stays_stopped, by_syscall),
		TEST(refusals_are_explained, by_syscall), TEST(killed_while_attached, by_syscall),
	};
	const struct CMUnitTest perf_tests[] = {
		TEST(sleepers_sleep_on, by_perf),      TEST(server_serves_on, by_perf),
		TEST(many_threads, by_perf),	       TEST(stopped_stays_stopped, by_perf),
		TEST(refusals_are_explained, by_perf), TEST(killed_while_attached, by_perf),
	};

	scenario_main(argc, argv);
	/* the leak checker of a sanitized scenario would want to trace it */
	setenv("ASAN_OPTIONS", "detect_leaks=0", 1);
	int failed = cmocka_run_group_tests_name("syscall", tests, NULL, NULL);

	if (is_permitted(ENGINE_PERF))
		failed += cmocka_run_group_tests_name("perf", perf_tests, NULL, NULL);
	return failed;
}
