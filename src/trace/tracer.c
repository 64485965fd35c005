/* The tracer: made, run, and asked how it went. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#if __has_include(<sys/rseq.h>)
#include <sys/rseq.h>
#endif

#include "tracee.h"

struct tracer *tracer_new(const struct trace_options *options, const struct trace_events *events)
{
	struct tracer *tracer = calloc(1, sizeof(*tracer));

	if (!tracer)
		abort();
	tracer->options = *options;
	tracer->events = *events;
	tracer->spawn_pipe = -1;
	latency_init(&tracer->latency, options->low_latency ? LATENCY_PATH : NULL);
	tracer->given = options->command != NULL;
	return tracer;
}

void tracer_free(struct tracer *tracer)
{
	bell_done(tracer);
	latency_done(&tracer->latency);
	perf_free(tracer);
	calls_free(tracer);
	map_done(&tracer->tracees);
	map_done(&tracer->processes);
	free(tracer);
}

void tracer_result(const struct tracer *tracer, struct trace_result *result)
{
	*result = tracer->result;
}

/*
 * Calls on any fd stop from a process's first socket on only. Not with -u: who is not root cannot get a
 * second filter without no_new_privs, which the first did not need.
 */
static int make_filters(struct tracer *tracer, struct error *error)
{
	struct plan more[PLAN_ABIS];

	memcpy(more, tracer->plans, sizeof(more));
	for (unsigned i = 0; i < PLAN_ABIS; i++)
		plan_subtract(&more[i], &tracer->narrow[i]);
	tracer->two_stages = !tracer->options.user;
	if (filter_make(&tracer->filter, tracer->two_stages ? tracer->narrow : tracer->plans, PLAN_ABIS) ||
	    filter_make(&tracer->wider, more, PLAN_ABIS))
		return error_set(error, E2BIG, "cannot make a seccomp filter: too many calls are wanted");
	return 0;
}

static int make_plans(struct tracer *tracer, struct error *error)
{
	struct plan_options options = {
		.wanted = tracer->options.wanted,
		.exec_maps = tracer->options.want_exec_maps,
		.follow = tracer->options.follow,
	};

	for (unsigned i = 0; i < PLAN_ABIS && abi_all[i]; i++) {
		options.any_fd = false;
		plan_make(&tracer->narrow[i], abi_all[i], &options);
		options.any_fd = true;
		plan_make(&tracer->plans[i], abi_all[i], &options);
	}
	return make_filters(tracer, error);
}

static int choose_engines(struct tracer *tracer, struct error *error)
{
	if (tracer->given && !(tracer->command_engine = engine_choose(tracer, false, error)))
		return -error->code;
	if (tracer->options.pid_count && !(tracer->attach_engine = engine_choose(tracer, true, error)))
		return -error->code;
	return 0;
}

static int tracer_begin(struct tracer *tracer, struct error *error)
{
	/* Names, fds and dispositions of other processes would be taken for the traced ones'. */
	if (!proc_is_ours())
		return error_set(
			error, EINVAL,
			"cannot trace: /proc is missing, or shows another pid namespace; mount one of "
			"its own (unshare --mount-proc, or mount -t proc proc /proc)");
	int failed = make_plans(tracer, error);

	tracer->unprivileged = !may_ptrace_all();
	if (!failed)
		failed = choose_engines(tracer, error);
	if (!failed && (failed = bell_make(tracer)))
		error_set(error, -failed, "cannot make a timer: %s", strerror(-failed));
	if (!failed && tracer->attach_engine && !tracer->attach_engine->seized)
		movers_watch(tracer);
	if (!failed && tracer->given)
		failed = spawn_command(tracer, error);
	for (unsigned i = 0; !failed && i < tracer->options.pid_count; i++)
		attach_pid(tracer, tracer->options.pids[i]);
	movers_done(&tracer->movers);
	return failed;
}

/*
 * The kernel writes to a thread's registered restartable sequence after every context switch, of which this
 * thread has two a stop (kernel/rseq.c, rseq_handle_notify_resume). glibc registers one for each thread, and
 * does without it where that fails: sched_getcpu(3).
 */
static void drop_rseq(void)
{
#ifdef RSEQ_SIG
	char *area = (char *)__builtin_thread_pointer() + __rseq_offset;

	if (__rseq_size)
		syscall(SYS_rseq, area, sizeof(struct rseq), RSEQ_FLAG_UNREGISTER, RSEQ_SIG);
#endif
}

int tracer_run(struct tracer *tracer, struct error *error)
{
	struct error ours = { 0 };
	struct stop stop;

	drop_rseq();
	int failed = tracer_begin(tracer, &ours);

	while (!failed && stop_next(tracer, &stop))
		dispatch(tracer, &stop);
	latency_done(&tracer->latency);
	letgo_all(tracer);
	if (!failed && tracer->given && !tracer->result.started)
		failed = spawn_error(tracer, &ours);
	bell_done(tracer);
	if (failed && error)
		*error = ours;
	return failed;
}
