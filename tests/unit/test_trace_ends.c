/*
 * Threads that end, as their siblings and their parents see it: what is told of them, and in which order.
 * Most are made up, with ids that nobody can have, so that ptrace and /proc say of each that it is gone.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../src/trace/tracee.h"

enum { NOBODY = 0x40000000, CODE_64 = 0x33 };

struct scene {
	char told[256]; /* what the owner was told, in words */
	pid_t told_old_tid;
	struct tracer tracer;
	struct perf perf;
};

static void tell(void *user, const char *word, const struct task *task)
{
	char *told = ((struct scene *)user)->told;
	size_t length = strlen(told);

	snprintf(told + length, 256 - length, "%s%s %d", length ? ", " : "", word, task->tid - NOBODY);
}

static void told_left(void *user, struct task *task, struct call *call)
{
	(void)call;
	tell(user, "left", task);
}

static void told_call(void *user, struct task *task, struct call *call)
{
	tell(user, call->finished ? "finished" : call->unreturned ? "unreturned" : "unfinished", task);
}

static void told_exec(void *user, struct task *task, pid_t old_tid)
{
	tell(user, "exec", task);
	((struct scene *)user)->told_old_tid = old_tid;
}

static void told_end(void *user, struct task *task, int status)
{
	(void)status;
	tell(user, "end", task);
}

static void scene_begin(struct scene *scene)
{
	*scene = (struct scene){ 0 };
	scene->tracer.events = (struct trace_events){ .leave = told_left,
						      .finish = told_call,
						      .exec = told_exec,
						      .task_end = told_end,
						      .user = scene };
	scene->tracer.perf = &scene->perf;
	memset(&scene->tracer.options.wanted, 0xff, sizeof(scene->tracer.options.wanted));
}

/* A thread of a process; both are small numbers, added to what nobody has. */
static struct tracee *scene_add(struct scene *scene, const struct engine *engine, pid_t tid, pid_t pid)
{
	struct tracee *tracee = tracee_new(&scene->tracer, NOBODY + tid, LIFE_TRACED);

	engine_set(tracee, engine);
	tracee_join(tracee, NOBODY + pid, true);
	process_of(tracee)->any_fd = true;
	tracee->announced = tracee->adopted = true;
	return tracee;
}

/* Its last call had a record and no stop. */
static void left_a_call(struct tracee *tracee, uint64_t time_ns, uint64_t number)
{
	tracee->perf.event.fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	tracee->perf.waits = true;
	tracee->perf.last.time_ns = time_ns;
	tracee->perf.last.regs.orig_rax = number;
	tracee->perf.last.regs.cs = CODE_64;
}

static void scene_end(struct scene *scene)
{
	struct map_slot *slot;

	for (size_t i = 0; (slot = map_next(&scene->tracer.tracees, &i)); i = 0)
		tracee_end(slot->value, -1);
	calls_free(&scene->tracer);
	free(scene->tracer.queue.stops);
	map_done(&scene->tracer.tracees);
	map_done(&scene->tracer.processes);
}

/* Whichever of three killed threads ends first: what they did last is told in the order in which they did it.
 */
static void last_calls_are_told_in_order(void **state)
{
	(void)state;
	for (pid_t first = 1; first <= 3; first++) {
		struct scene scene;

		scene_begin(&scene);
		left_a_call(scene_add(&scene, &engine_perf, 1, 1), 2000, SYS_close);
		left_a_call(scene_add(&scene, &engine_perf, 2, 1), 3000, SYS_read);
		left_a_call(scene_add(&scene, &engine_perf, 3, 1), 1000, SYS_read);
		left_a_call(scene_add(&scene, &engine_perf, 9, 9), 500, SYS_read);
		tracee_end(tracee_find(&scene.tracer, NOBODY + first), 9);
		for (pid_t tid = 1; tid <= 3; tid++)
			if (tid != first)
				tracee_end(tracee_find(&scene.tracer, NOBODY + tid), 9);
		/* What the one before did to fds is done when the next one is looked at. */
		const char *at = strstr(scene.told, "left 3, unreturned 3");

		at = at ? strstr(at, "left 1, unreturned 1") : NULL;
		at = at ? strstr(at, "left 2, unreturned 2") : NULL;
		assert_non_null(at);
		assert_null(strstr(scene.told, "unreturned 9"));
		scene_end(&scene);
	}
}

/* The leader's id belongs to the thread by then whose exec killed both, and it lives. */
static void last_calls_before_an_exec(void **state)
{
	struct scene scene;
	pid_t self = getpid() - NOBODY;
	char expected[128];

	(void)state;
	scene_begin(&scene);
	left_a_call(scene_add(&scene, &engine_perf, self, self), 1000, SYS_close);
	left_a_call(scene_add(&scene, &engine_perf, 2, self), 2000, SYS_read);
	queue_put(&scene.tracer.queue, getpid(), (SIGTRAP | PTRACE_EVENT_EXEC << 8) << 8 | 0x7f);
	tracee_end(tracee_find(&scene.tracer, NOBODY + 2), 0);
	snprintf(expected, sizeof(expected), "left %d, unreturned %d, left 2, unreturned 2, end 2", self,
		 self);
	assert_string_equal(scene.told, expected);
	scene_end(&scene);
}

/* Where the arguments of a killed thread's socketcall lie can be told, if not what they are. */
static void arguments_that_cannot_be_read(void **state)
{
	struct scene scene;
	uint64_t args[6] = { 1 /* SYS_SOCKET */, 0x1234, 3, 4, 5, 6 };
	bool known = true;

	(void)state;
	scene_begin(&scene);
	struct tracee *tracee = scene_add(&scene, &engine_perf, 1, 1);

	assert_int_equal(call_number_row(tracee, abi_all[1], 102 /* socketcall */, args, &known),
			 CALL_socket);
	assert_false(known);
	assert_int_equal(args[1], 0x1234);
	scene_end(&scene);
}

static enum engine_stop never_asked(struct tracee *tracee, const struct stop *stop)
{
	(void)stop;
	fail_msg("%d was asked about", tracee->task.tid);
	return ENGINE_NOTHING;
}

static int goes_on(struct tracee *tracee, bool leaving)
{
	(void)tracee;
	(void)leaving;
	return PTRACE_CONT;
}

/*
 * SIGKILL at another thread's PTRACE_EVENT_EXEC, which comes under the leader's id: the exec's thread cannot
 * be asked, and no new program runs. What the leader did last is not finished after an exec, but never.
 */
static void killed_at_the_stop_of_an_exec(void **state)
{
	static const struct engine engine = { .name = "made up", .stopped = never_asked, .resume = goes_on };
	struct scene scene;
	struct stop stop = { .tid = NOBODY + 1, .kind = STOP_EXEC };

	(void)state;
	scene_begin(&scene);
	scene_add(&scene, &engine, 1, 1);
	scene_add(&scene, &engine, 2, 1);
	struct trace_call *call = call_new(tracee_find(&scene.tracer, NOBODY + 1));

	call->tracee->task.call = &call->call;
	dispatch(&scene.tracer, &stop);
	assert_string_equal(scene.told, "end 2, unfinished 1");
	stop.kind = STOP_ENDED;
	dispatch(&scene.tracer, &stop);
	assert_string_equal(scene.told, "end 2, unfinished 1, end 1");
	assert_int_equal(scene.tracer.processes.count, 0);
	scene_end(&scene);
}

/*
 * Killed after its stop came and before its stack was read: there is but the place of the call, or a frame in
 * no module that is known. That tells of the end, as reading nothing does not.
 */
static void killed_before_its_stack_was_read(void **state)
{
	const struct code *code = (const struct code *)state;
	const struct {
		unsigned frames;
		const struct code *outermost;
		bool cut;
		const char *told;
	} rows[] = {
		{ 2, code, true, "left 1, finished 1" },   { 1, code, false, "left 1, finished 1" },
		{ 0, NULL, true, "left 1, finished 1" },   { 1, code, true, "left 1, unreturned 1" },
		{ 1, NULL, true, "left 1, unreturned 1" }, { 2, NULL, true, "left 1, unreturned 1" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct walk_frame frames[2] = { { .code = code }, { .code = code } };
		struct scene scene;

		scene_begin(&scene);
		struct tracee *tracee = scene_add(&scene, &engine_perf, 1, 1);
		struct trace_call *call = call_new(tracee);

		if (rows[i].frames)
			frames[rows[i].frames - 1].code = rows[i].outermost;
		tracee->stopped = true;
		tracee->kind = STOP_SIGNAL;
		call->call.walk = (struct walk){ frames, rows[i].frames, rows[i].cut, 0 };
		call_complete(tracee, call, 0);
		calls_report(&scene.tracer);
		assert_string_equal(scene.told, rows[i].told);
		scene_end(&scene);
	}
}

/* A new thread whose maker has not told of it yet is not a thread of the process that made its process. */
static void orphans_are_their_own_process_s(void **state)
{
	static const struct {
		pid_t tgid, ppid, adopter;
	} rows[] = {
		{ 20, 10, 20 }, /* a thread: its PPid is whose child its process is */
		{ 21, 10, 10 }, /* a process */
		{ 21, 20, 20 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		static const struct engine engine = {
			.name = "made up", .stopped = never_asked, .resume = goes_on, .adopt = tracee_resume
		};
		struct scene scene;
		struct stop first = { .tid = NOBODY + 21, .kind = STOP_OTHER };

		scene_begin(&scene);
		struct tracee *parents[] = { scene_add(&scene, &engine, 10, 10),
					     scene_add(&scene, &engine, 20, 20) };
		struct tracee *orphan = tracee_new(&scene.tracer, NOBODY + 21, LIFE_ORPHAN);

		orphan->orphan_tgid = NOBODY + rows[i].tgid;
		orphan->orphan_ppid = NOBODY + rows[i].ppid;
		orphan->first = first;
		scene.tracer.orphans = true;
		for (unsigned at = 0; at < 2; at++) {
			bool mine = parents[at]->task.tid == NOBODY + rows[i].adopter;

			if (orphan->life == LIFE_ORPHAN)
				birth_parent_ended(parents[at]);
			if (orphan->life != (mine ? LIFE_TRACED : orphan->life) ||
			    (!mine && orphan->task.process == parents[at]->task.process))
				fail_msg("row %zu: at the end of %d", i, parents[at]->task.tid - NOBODY);
		}
		assert_int_equal(orphan->task.process->pid, orphan->orphan_tgid);
		scene_end(&scene);
	}
}

/* Shared with the traced child. */
static struct stage {
	atomic_int second, exec;
} * stage;

static void *second_thread(void *unused)
{
	stage->second = (int)syscall(SYS_gettid);
	while (!stage->exec)
		usleep(1000);
	execl("/bin/true", "true", (char *)NULL);
	return unused;
}

/* The leader goes on to a signal when the second thread is there. */
static pid_t child_start(void)
{
	pthread_t thread;
	pid_t pid = fork();

	if (pid)
		return pid;
	if (pthread_create(&thread, NULL, second_thread, NULL))
		_exit(99);
	while (!stage->exec)
		raise(SIGURG);
	for (;;)
		pause();
}

/* Goes on when the leader's id stands at the exec, and that stop has been collected. */
static void second_makes_exec(struct tracer *tracer, pid_t leader)
{
	siginfo_t info = { 0 };

	stage->exec = 1;
	for (unsigned i = 0; i < 10000 && info.si_status != (SIGTRAP | PTRACE_EVENT_EXEC << 8); i++) {
		usleep(1000);
		/* The old leader is nobody's child for a moment (fs/exec.c: de_thread). */
		if (waitid(P_PID, (id_t)leader, &info, WSTOPPED | WNOHANG | WNOWAIT | __WALL))
			assert_int_equal(errno, ECHILD);
	}
	stop_collect(tracer);
	assert_int_equal(tracer->queue.count, 1);
}

static enum engine_stop asked_for_long(struct tracee *tracee, const struct stop *stop)
{
	(void)stop;
	second_makes_exec(tracee->tracer, tracee->task.tid);
	return ENGINE_NOTHING;
}

/* The child's next stop. */
static struct stop wait_for_stop(pid_t leader)
{
	int status = 0;

	assert_int_equal(waitpid(leader, &status, __WALL), leader);
	return stop_classify(leader, status);
}

/*
 * Another thread's exec replaces the leader that stands at a stop: while that stop waits to be handled, or
 * while it is. The exec is heard of all the same.
 */
static void exec_while_the_leader_is_stopped(void **state)
{
	static const struct engine engine = { .name = "made up",
					      .stopped = asked_for_long,
					      .resume = goes_on };

	(void)state;
	/* Valgrind waits, before an exec, until the other threads are gone; one of them stands at a stop. */
	if (strstr(getenv("LD_PRELOAD") ?: "", "vgpreload"))
		skip();
	for (int waits = 0; waits < 2; waits++) {
		struct scene scene;

		stage = mmap(NULL, sizeof(*stage), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
		pid_t leader = child_start();

		while (!stage->second)
			usleep(1000);
		assert_int_equal(ptrace(PTRACE_SEIZE, leader, 0, PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL), 0);
		assert_int_equal(
			ptrace(PTRACE_SEIZE, stage->second, 0, PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL), 0);
		scene_begin(&scene);
		scene.tracer.perf = NULL;
		scene_add(&scene, &engine, leader - NOBODY, leader - NOBODY);
		scene_add(&scene, &engine, stage->second - NOBODY, leader - NOBODY);
		struct stop stop = wait_for_stop(leader);

		assert_int_equal(stop.kind, STOP_SIGNAL);
		if (waits)
			second_makes_exec(&scene.tracer, leader);
		else
			stop.kind = STOP_SYSCALL; /* one that the engine is asked about */
		dispatch(&scene.tracer, &stop);
		assert_true(queue_take(&scene.tracer.queue, &stop));
		assert_int_equal(stop.kind, STOP_EXEC);
		dispatch(&scene.tracer, &stop);
		assert_non_null(strstr(scene.told, "exec "));
		assert_int_equal(scene.told_old_tid, stage->second);
		assert_int_equal(scene.tracer.tracees.count, 1);
		stop = wait_for_stop(leader);
		assert_int_equal(stop.status, 0);
		dispatch(&scene.tracer, &stop);
		scene_end(&scene);
		munmap(stage, sizeof(*stage));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(arguments_that_cannot_be_read),
		cmocka_unit_test(exec_while_the_leader_is_stopped),
		cmocka_unit_test(last_calls_are_told_in_order),
		cmocka_unit_test(last_calls_before_an_exec),
		cmocka_unit_test(killed_at_the_stop_of_an_exec),
		cmocka_unit_test(killed_before_its_stack_was_read),
		cmocka_unit_test(orphans_are_their_own_process_s),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
