/*
 * trace_run: runs one of the scenarios of trace_scenarios.c under the tracer, with callbacks that count, for
 * the tests of trace/. The test program starts itself anew as the traced command.
 */
#ifndef SOCKLINE_TRACE_RUN_H
#define SOCKLINE_TRACE_RUN_H

#include <pthread.h>
#include <semaphore.h>
#include <signal.h>

#include "trace/trace.h"

struct counts {
	unsigned entered[CALL_COUNT], finished[CALL_COUNT], unfinished[CALL_COUNT], failed[CALL_COUNT];
	unsigned eintr[CALL_COUNT], restarted[CALL_COUNT], blocked[CALL_COUNT], left_in[CALL_COUNT],
		entry_unknown[CALL_COUNT];
	unsigned tasks, tasks_ended, vanished, processes_ended, execs, maps, signals[65], notes, refused;
	unsigned i386_calls;
	int last_process_status;
	char refusal[512], note[512], comm[64];
};

struct run {
	struct trace_options options;
	struct counts counts;
	struct trace_result result;
	struct error error;
	struct tracer *tracer;
	pthread_t thread;
	sem_t ready;
	int failed;
	bool skip_all; /* enter says CALL_SKIP */
};

/* Traces "scenario" as a command, to its end. */
void run_command(struct run *run, enum engine_choice engine, const char *scenario);
/* Attaches to pids; run_end lets them go. run_wait_attached waits until every thread of the first was seen
 * stopped. */
void run_attach(struct run *run, enum engine_choice engine, const int *pids, unsigned count);
void run_end(struct run *run);
/* Waits, at most ten seconds, until a counter has got there. */
void run_await(const unsigned *counter, unsigned least);

/* Starts a scenario untraced; it writes a byte to its stdout when it is ready. */
pid_t scenario_start(const char *name, int *output);
/* Runs the scenario and does not return, when argv asks for one. */
void scenario_main(int argc, char **argv);

#endif
