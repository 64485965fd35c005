/* System calls that a real process is made to do, while it is stopped and continued by others. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../src/trace/inject.h"
#include "../../src/trace/tracee.h"

static struct stop next_stop(pid_t pid)
{
	int status = 0;

	assert_int_equal(waitpid(pid, &status, __WALL), pid);
	return stop_classify(pid, status);
}

/* A child that stands at a signal, seized. */
static pid_t child_start(void)
{
	pid_t pid = fork();

	if (!pid)
		for (;;)
			raise(SIGURG);
	assert_int_equal(ptrace(PTRACE_SEIZE, pid, 0, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL), 0);
	while (next_stop(pid).kind != STOP_SIGNAL)
		ptrace(PTRACE_CONT, pid, 0, 0);
	return pid;
}

static void child_end(struct tracer *tracer, struct tracee *tracee)
{
	pid_t pid = tracee->task.tid;

	kill(pid, SIGKILL);
	while (next_stop(pid).kind != STOP_ENDED)
		;
	tracee_end(tracee, -1);
	free(tracer->queue.stops);
	map_done(&tracer->tracees);
	map_done(&tracer->processes);
}

/* Whether a process that gets SIGSTOP during an injection is stopped after it: not when SIGCONT came since.
 */
static void stopped_and_continued_meanwhile(void **state)
{
	static const uint64_t none[6] = { 0 };

	(void)state;
	for (int continued = 0; continued < 2; continued++) {
		struct tracer tracer = { 0 };
		struct injection injection;
		pid_t pid = child_start();
		struct tracee *tracee = tracee_new(&tracer, pid, LIFE_TRACED);

		tracee_join(tracee, pid, true);
		tracee->stopped = true;
		assert_int_equal(inject_begin(&injection, tracee, 0, NULL), 0);
		kill(pid, SIGSTOP);
		assert_int_equal(inject_call(&injection, SYS_getpid, none), pid);
		if (continued)
			kill(pid, SIGCONT);
		assert_int_equal(inject_call(&injection, SYS_getpid, none), pid);
		inject_end(&injection);
		ptrace(PTRACE_CONT, pid, 0, 0);
		struct stop stop = next_stop(pid);

		assert_int_equal(stop.kind, continued ? STOP_INTERRUPT : STOP_GROUP);
		ptrace(continued ? PTRACE_CONT : PTRACE_LISTEN, pid, 0, 0);
		if (!continued) {
			kill(pid, SIGCONT);
			assert_int_equal(next_stop(pid).kind, STOP_INTERRUPT);
			ptrace(PTRACE_CONT, pid, 0, 0);
		}
		while ((stop = next_stop(pid)).signo != SIGURG) {
			assert_int_equal(stop.signo, SIGCONT);
			ptrace(PTRACE_CONT, pid, 0, stop.signo);
		}
		child_end(&tracer, tracee);
	}
}

/* Makes calls until it is told to end; 0: none had another result, and no signal became blocked. */
static _Noreturn void call_on(const volatile int *over)
{
	while (!*over) {
		sigset_t now, none;

		if (syscall(SYS_tgkill, getpid(), getpid(), SIGURG))
			_exit(3);
		sigemptyset(&none);
		if (sigprocmask(SIG_BLOCK, NULL, &now) || memcmp(&now, &none, 8))
			_exit(4);
	}
	_exit(0);
}

enum { KILLED_AT_BEGIN, KILLED_AT_CALL, KILLED_AT_NEXT, KILLED_AT_END, KILLED };

/* What a tracer does that ends at that moment. */
static _Noreturn void trace_until(pid_t pid, int moment)
{
	static const uint64_t none[6] = { 0 };
	struct tracer tracer = { 0 };
	struct abi_back back = { 0 };
	struct injection injection;
	int status;

	if (ptrace(PTRACE_SEIZE, pid, 0, PTRACE_O_TRACESYSGOOD))
		_exit(1);
	do {
		if (waitpid(pid, &status, __WALL) != pid)
			_exit(2);
	} while (stop_classify(pid, status).kind != STOP_SIGNAL && !ptrace(PTRACE_CONT, pid, 0, 0));
	struct tracee *tracee = tracee_new(&tracer, pid, LIFE_TRACED);

	tracee_join(tracee, pid, true);
	tracee->stopped = true;
	inject_find_back(tracee, &back);
	if (!back.leaves || inject_begin(&injection, tracee, 0, &back))
		_exit(3);
	for (int i = 0; i < moment && i < 2; i++)
		if (inject_call(&injection, SYS_getpid, none) != pid)
			_exit(4);
	if (moment == KILLED_AT_END)
		inject_end(&injection);
	_exit(0);
}

/* The program goes on as if nothing had been, whenever its tracer ends. */
static void killed_meanwhile(void **state)
{
	volatile int *over =
		mmap(NULL, sizeof(*over), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	(void)state;
	for (int moment = 0; moment < KILLED; moment++) {
		int status;
		pid_t pid = fork();

		if (!pid)
			call_on(over);
		pid_t tracer = fork();

		if (!tracer)
			trace_until(pid, moment);
		assert_int_equal(waitpid(tracer, &status, 0), tracer);
		assert_int_equal(status, 0);
		*over = 1;
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_int_equal(status, 0);
		*over = 0;
	}
	munmap((void *)over, sizeof(*over));
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(stopped_and_continued_meanwhile),
					    cmocka_unit_test(killed_meanwhile) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
