/* bench_stack: what a walk, and naming its caller, cost for each call: bench_stack COMMAND [ARG...] */
#include <stdio.h>

#include "stack_tracee.h"

#include "base/clock.h"

struct bench {
	struct stack *stack;
	uint64_t calls, frames, named_ns;
};

static bool is_send(void *user, const struct tracee_call *call)
{
	(void)user;
	return call->number == SYS_sendto;
}

static void name_caller(void *user, const struct tracee_call *call)
{
	struct bench *bench = user;
	const uint64_t start = clock_monotonic_ns();
	const struct caller caller = stack_caller(bench->stack, call->walk);

	bench->named_ns += clock_monotonic_ns() - start;
	bench->calls += caller.place != NULL;
	bench->frames += call->walk->count;
}

int main(int argc, char **argv)
{
	struct stack_options options = { .demangle = true, .max_frames = 64 };
	struct bench bench = { .stack = stack_new(&options) };
	struct tracee_run run = { .stack = bench.stack,
				  .all = getenv("ALL"),
				  .wanted = is_send,
				  .seen = name_caller,
				  .user = &bench };

	if (argc < 2)
		return 2;
	tracee_run(&run, argv + 1);
	stack_free(bench.stack);
	if (bench.calls)
		printf("%.1f frames, walk %.0f ns, caller %.0f ns (clock included in both)\n",
		       (double)bench.frames / (double)bench.calls, (double)run.walk_ns / (double)bench.calls,
		       (double)bench.named_ns / (double)bench.calls);
	return 0;
}
