/*
 * engine: how calls are made to stop. One record of functions per way; a tracee has one engine at a time and
 * may change it. An engine knows how to turn a stop into "entered" or "left" and how to let the thread go on;
 * what calls mean is the business of calls.c.
 */
#ifndef SOCKLINE_TRACE_ENGINE_H
#define SOCKLINE_TRACE_ENGINE_H

#include <stdbool.h>

#include "base/error.h"
#include "stop.h"

struct tracee;
struct tracer;

enum engine_stop {
	ENGINE_NOTHING, /* nothing about a call of interest */
	ENGINE_ENTERED, /* at the entry of a call: tracee->info says which */
	ENGINE_LEFT,	/* at its exit */
};

struct engine {
	const char *name;
	const char *why; /* one sentence for -d: what it is good for */
	/* Whether it can be used here: 0 or a negative errno with the reason. */
	int (*available)(struct tracer *tracer, bool attach, struct error *error);
	/* Calls are seen at their exits only; their entries are not known. */
	bool exits_only;
	/* A thread is traced by this engine from now on; it is stopped. */
	void (*adopt)(struct tracee *tracee);
	/*
	 * NULL, or: a thread was seized at attach, and nothing stopped it. Returns 0 when the engine can
	 * trace it like that; begun is called when all threads of its process are seized.
	 */
	int (*seized)(struct tracee *tracee);
	void (*begun)(struct tracee *tracee);
	/* NULL, or: it has executed a program, and the owner knows. */
	void (*exec)(struct tracee *tracee);
	/* NULL, or: it ends, or another engine takes over. */
	void (*forget)(struct tracee *tracee);
	/* What a STOP_SYSCALL, STOP_SECCOMP (or STOP_SIGNAL of its own) means. */
	enum engine_stop (*stopped)(struct tracee *tracee, const struct stop *stop);
	/* The ptrace request that lets the thread go on; leaving: its open call's exit is wanted. */
	int (*resume)(struct tracee *tracee, bool leaving);
	/* Calls on any fd are of interest in this process from now on. The tracee is held. */
	void (*widen)(struct tracee *tracee);
};

extern const struct engine engine_seccomp, engine_perf, engine_syscall;

/* The engine to start a command with, or to attach with; error says why none. */
const struct engine *engine_choose(struct tracer *tracer, bool attach, struct error *error);
/* The engine that a new thread begins with. */
void engine_set(struct tracee *tracee, const struct engine *engine);
/* Another engine traces the thread from now on; adopt is not called. */
void engine_change(struct tracee *tracee, const struct engine *engine);

#endif
