/* System calls that a real process is made to do, while it is stopped and continued by others. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
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
		assert_int_equal(inject_begin(&injection, tracee, 0), 0);
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

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(stopped_and_continued_meanwhile) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
