/*
 * task: a traced thread and its process, as far as every part needs to know them. Made and freed by trace/;
 * the opaque pointers belong to the part that is named, which sets them when told of a new task and clears
 * them at its end.
 */
#ifndef SOCKLINE_MODEL_TASK_H
#define SOCKLINE_MODEL_TASK_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct process {
	pid_t pid; /* thread group, in the tracer's pid namespace */
	unsigned refs;
	unsigned threads;   /* living traced threads */
	bool attached;	    /* by -p, not started by us */
	char *command_line; /* for "+ process" lines; owned; NULL: unknown */
	char *executable;   /* owned; NULL: unknown */
	char comm[16]; /* of its main thread as it was described or ended, else of another; trace/ and app/ */
	bool introduced;	 /* its line was shown; app/ */
	struct task *state_task; /* state/: a living thread by which others find the fd table, or NULL */
};

/*
 * Beside clone's own flags for a new task (which end at bit 34): the parent's event was never seen (another
 * thread's exec or exit_group killed it first), so what the parent has now is not what the child got. Threads
 * still share what they share.
 */
#define TASK_UNTOLD ((uint64_t)1 << 63)

struct task {
	pid_t tid;
	struct process *process;
	char comm[16];
	bool ending;	       /* state_task_exiting told of it; state/ */
	bool exits_only;       /* its calls are seen at their exits only; trace/ */
	uint64_t left_ns;      /* CLOCK_MONOTONIC: its later calls began after that; 0: not known; state/ */
	struct fdtable *files; /* state/ */
	struct space *space;   /* stack/ */
	struct call *call;     /* the open call of interest, or NULL; trace/ */
};

#endif
