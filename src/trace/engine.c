/* Choosing an engine: the first of the list that can, or the one that was asked for. */
#include "engine.h"

#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "tracee.h"

/* In the order of preference. */
static const struct engine *const engines[] = { &engine_seccomp, &engine_perf, &engine_syscall };

static const char *const choices[] = {
	[ENGINE_SECCOMP] = "seccomp",
	[ENGINE_PERF] = "perf",
	[ENGINE_SYSCALL] = "syscall",
};

static bool is_chosen(const struct tracer *tracer, const struct engine *engine)
{
	enum engine_choice choice = tracer->options.engine;

	return choice == ENGINE_AUTO || !strcmp(choices[choice], engine->name);
}

void engine_set(struct tracee *tracee, const struct engine *engine)
{
	tracee->engine = engine;
	tracee->task.exits_only = engine->exits_only;
}

void engine_change(struct tracee *tracee, const struct engine *engine)
{
	if (tracee->engine->forget)
		tracee->engine->forget(tracee);
	engine_set(tracee, engine);
	tracee->inside = tracee->want_exit = false;
	tracee->left_ns = 0;
}

const struct engine *engine_choose(struct tracer *tracer, bool attach, struct error *error)
{
	const char *what = attach ? "attaching" : "the command";

	error_set(error, ENOSYS, "this sockline has no such engine");
	for (unsigned i = 0; i < sizeof(engines) / sizeof(engines[0]); i++) {
		if (!is_chosen(tracer, engines[i]))
			continue;
		if (!engines[i]->available(tracer, attach, error)) {
			log_debug("engine %s for %s: %s", engines[i]->name, what, engines[i]->why);
			error->code = 0;
			return engines[i];
		}
		log_debug("not engine %s for %s: %s", engines[i]->name, what, error->text);
	}
	return NULL;
}
