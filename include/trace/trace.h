/*
 * trace: the ptrace side. Starts a command or attaches to processes, turns raw stops into entries and exits
 * of calls, and follows threads, forks, execs and signals. ptrace() is called here only, always from the one
 * tracing thread.
 *
 * Owns tasks, processes and calls (pool). Knows rows and ABIs; nothing of decoding, fds, symbols or output:
 * it tells its owner through struct trace_events.
 */
#ifndef SOCKLINE_TRACE_TRACE_H
#define SOCKLINE_TRACE_TRACE_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "arch/abi.h"
#include "base/error.h"
#include "calls/row.h"
#include "model/call.h"
#include "model/memory.h"
#include "model/task.h"

struct tracer;

enum engine_choice { ENGINE_AUTO, ENGINE_SECCOMP, ENGINE_PERF, ENGINE_SYSCALL };

enum call_verdict {
	CALL_SKIP,   /* not of interest: no exit stop is wanted, the call is dropped */
	CALL_FOLLOW, /* leave and finish will be called */
};

/*
 * Held: the thread is stopped, registers and memory may be read through trace_regs and trace_memory; be
 * quick. All others run after the thread was resumed (or is dead). Any may be NULL.
 */
struct trace_events {
	/* Held. entry_ns is 0 yet: the call begins when this has returned. */
	enum call_verdict (*enter)(void *user, struct task *task, struct call *call);
	/*
	 * Held. When call->entry_seen is false, no enter came before (exit-only engines, calls that attaching
	 * found half-way): the owner then decides here what interests it. finish comes in any case.
	 */
	void (*leave)(void *user, struct task *task, struct call *call);
	/*
	 * Held: an entered call goes on later or never, and what stands on its thread's stack may be gone
	 * then. Neither leave nor another of these may follow. The registers of a thread that was killed may
	 * not be readable any more; its memory is.
	 */
	void (*suspend)(void *user, struct task *task, struct call *call);
	/* The call is complete, or never will be (finished false). The call is freed when this returns. */
	void (*finish)(void *user, struct task *task, struct call *call);
	/*
	 * A thread sleeps in a call of interest, at attach, for long (entry_ns: when it was seen first), or
	 * after it was let go in a call whose beginning was not seen (exit_ns: when it was looked at): its
	 * number, arguments, ip and sp are known (from /proc), nothing else; its memory can be read. Not
	 * held. The call is a copy that is freed when this returns; should the sleeper be restarted, enter,
	 * leave and finish come later for a call of their own.
	 */
	void (*blocked)(void *user, struct task *task, struct call *call);
	/* A task is traced from now on; held at its first stop, except at attach. parent NULL: started or
	 * attached by us. */
	void (*task_new)(void *user, struct task *task, struct task *parent, uint64_t clone_flags);
	/* A pid could not be attached to; error says why and what to do. */
	void (*refused)(void *user, pid_t pid, const struct error *error);
	/* Before it is forgotten. status: wait status, or -1 when let go (detached) or vanished in another
	 * thread's exec. */
	void (*task_end)(void *user, struct task *task, int status);
	void (*process_end)(void *user, struct process *process, int status);
	/* All that is still traced will be let go now: task_end and process_end of it follow. */
	void (*let_go)(void *user);
	void (*exec)(void *user, struct task *task,
		     pid_t old_tid); /* held; ABI, space, comm, executable are new */
	/* Held: the thread is about to end, its process has all its descriptors still. Only with want_exits.
	 */
	void (*exiting)(void *user, struct task *task);
	void (*executable_map)(void *user,
			       struct task *task); /* held: mmap/mprotect with PROT_EXEC at its exit */
	void (*signal)(void *user, struct task *task, int signo, const void *siginfo);
	void (*stopped)(void *user, struct task *task, int signo); /* its process, by job control */
	void (*note)(void *user, struct task *task,
		     const char *text); /* something a person must know; task may be NULL */
	void (*tick)(void *user);	/* after trace_poke */
	void *user;
};

struct trace_options {
	enum engine_choice engine;
	bool follow;	       /* children of followed processes */
	struct row_set wanted; /* rows that are to stop (shown ones and those the state needs) */
	bool low_latency;      /* hold /dev/cpu_dma_latency while stops come fast, where permitted */
	bool want_exec_maps;   /* callers are shown: trap executable mappings */
	bool want_times;       /* when a call was entered is asked for: what it took is shown */
	bool want_exits;       /* exiting is to be called: one stop more for each thread */
	bool want_ends;	       /* a call that ends with its thread is suspended before: the same stop */
	const char *user;      /* -u, NULL: ours */
	char **environment;    /* for the command; NULL: ours */
	/* What sockline inherited, for the command to inherit (main notes both before it changes any). NULL:
	 * none. */
	const sigset_t *signal_mask, *signals_ignored;
	const int *pids; /* -p, pid_count of them */
	unsigned pid_count;
	char **command; /* argv, NULL: none */
};

/*
 * Runs the whole trace on the calling thread, which becomes the tracing thread and ends when this returns
 * (ending the thread is what lets attached tasks go without waking them). Returns 0, or a negative errno with
 * error set when nothing could be traced. tracer_result tells how the command ended.
 *
 * Its thread must have every signal blocked that the program handles elsewhere; it takes one real-time signal
 * (SIGRTMIN) and SIGCHLD's default disposition for itself. All descriptors of the program must be CLOEXEC:
 * the command inherits the others.
 */
struct tracer *tracer_new(const struct trace_options *options, const struct trace_events *events);
int tracer_run(struct tracer *tracer, struct error *error);
/*
 * After the thread that called tracer_run has ended: tells of what was still traced then (let_go, finish,
 * task_end, process_end). Not before, as a process that is let go must not wait for what is written of it.
 */
void tracer_finish(struct tracer *tracer);
void tracer_free(struct tracer *tracer);

/*
 * From other threads or a signal handler; async-signal-safe, never lost.
 * tracer_stop: a signal came. Attached processes are let go. A command gets the signal (signo 0: it only is
 * no longer reported, --for and --max-events) and tracing waits for its end; once the command itself is dead,
 * what it left behind gets the first signal, and the second ends the trace, and with it them.
 * tracer_stop_by_terminal: the same for a signal that the terminal sent to the whole foreground process group
 * (si_code SI_KERNEL): who is in that group has it already. tracer_poke: tick is to be called soon.
 */
void tracer_stop(struct tracer *tracer, int signo);
void tracer_stop_by_terminal(struct tracer *tracer, int signo);
void tracer_poke(struct tracer *tracer);
/*
 * In tick: tells (blocked, with entry_ns) of calls that last for so long already and whose entries are not
 * seen: each once, at most a quarter of that time late and two seconds.
 */
void tracer_tell_waiting(struct tracer *tracer, uint64_t least_ns);

/* How it went, after tracer_run. */
struct trace_result {
	bool started;		    /* the command's exec succeeded */
	int status;		    /* wait status of the command */
	int exec_errno;		    /* why it could not be executed; 0: it was */
	unsigned attached, refused; /* pids */
	bool interrupted;	    /* ended by tracer_stop */
};
void tracer_result(const struct tracer *tracer, struct trace_result *result);

/* At a stop of the task (inside a held callback). Returns 0 or -ESRCH. Registers are read once per stop and
 * kept. */
int trace_regs(struct task *task, struct regs *regs); /* may be partial */
int trace_all_regs(struct task *task, struct regs *regs);
struct memory *trace_memory(struct task *task);
/*
 * The task's process has a socket, an epoll or a ring from now on: calls on any fd (FD_ANY, FD_SETS) are of
 * interest. Held (enter, leave, task_new, exec). Until it is called they need not be reported; children
 * inherit it. Cheap when repeated.
 */
void trace_any_fd(struct task *task);
/* All tasks that are traced, for totals and lookups. */
struct task *trace_task(struct tracer *tracer, pid_t tid);
/* "seccomp", "perf", "syscall": which one traces the task. */
const char *trace_engine(const struct task *task);

#endif
