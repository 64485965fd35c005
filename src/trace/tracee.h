/*
 * tracee: what trace/ keeps of each traced thread, and the tracer itself. Private to this folder.
 *
 * A struct task is the public part of a struct tracee, a struct call that of a struct trace_call: both are
 * first in their structs, and only this folder makes them.
 */
#ifndef SOCKLINE_TRACE_TRACEE_H
#define SOCKLINE_TRACE_TRACEE_H

#include <setjmp.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <time.h>
#include <unistd.h>

#include "base/map.h"
#include "engine.h"
#include "filter.h"
#include "latency.h"
#include "mend.h"
#include "perf.h"
#include "plan.h"
#include "stop.h"
#include "trace/trace.h"

/* What is to happen next to an interrupted call, by the result that it left with (include/linux/errno.h). */
enum { RESTART_SYS = -512, RESTART_NOINTR = -513, RESTART_NOHAND = -514, RESTART_BLOCK = -516 };

struct trace_call {
	struct call call; /* first */
	struct tracee *tracee;
	struct trace_call *next; /* free list, interrupted list, done list */
	unsigned patience;	 /* interrupted: how long until it is given up */
	bool mended;		 /* restarted by us, for an EINTR that only tracing caused */
};

/* A process's private part. */
struct trace_process {
	struct process process;		 /* first */
	bool any_fd;			 /* has a socket: trace_any_fd */
	bool wide;			 /* its filter traps calls on any fd */
	bool widen_due;			 /* that filter is to be injected: widen.c */
	uint64_t widened_ns;		 /* when it was; 0: never, or with the command */
	bool own_filter;		 /* installed a seccomp filter itself */
	unsigned signals;		 /* that its threads have stopped for */
	uint64_t signal_ns;		 /* when one did last */
	uint64_t seized_ns;		 /* attached: when its last thread was, of those that it had */
	pid_t stopped_tid;		 /* the thread whose group stop was told; 0: it runs */
	int status;			 /* wait status of its leader */
	struct trap_guard *guard;	 /* perf_trap.c */
	uint8_t elf_class;		 /* of its program: elf(5); 0: not looked at */
	bool files_moved;		 /* perf: its reads and writes are recorded without stops */
	unsigned files_losses;		 /* how often that lost some, and weighs against doing it again */
	unsigned data_calls, file_calls; /* perf_files.c: since it was decided last */
	bool untraced_told;		 /* perf: that it makes children which are not traced */
	bool trap_queued;		 /* a SIGTRAP of ours may be queued in a thread that blocks it */
};

/* A call that only tracing cut short, and that goes on with the rest: partial.c */
struct partial {
	bool active;
	uint64_t number, args[6]; /* the program's own */
	int64_t done;
	uint64_t begun_ns;	      /* when it was cut short first */
	uint64_t step;		      /* the number of the call that does what is left, or some of it */
	uint64_t expected;	      /* and what it returns when it does all */
	bool raises;		      /* SIGPIPE, which the whole call would not have raised */
	struct user_regs_struct left; /* as it was left when it was cut short */
};

/* An error that was taken from a socket, and is to be told to the next call on it: 0: none. */
struct mend_error {
	uint64_t fd, inode; /* the socket's: another one may have that number by then */
	int number;
};

enum tracee_life {
	LIFE_EXPECTED, /* its parent said so, its first stop has not come */
	LIFE_ORPHAN,   /* its first stop came, its parent has not told; stays stopped */
	LIFE_STARTING, /* the command, before its exec */
	LIFE_ATTACHED, /* seized, told to the owner, not stopped yet */
	LIFE_TRACED,
};

struct tracee {
	struct task task; /* first */
	struct tracer *tracer;
	const struct engine *engine;
	struct memory memory;
	int memory_fd; /* /proc/TID/mem, -1: not needed so far */
	enum tracee_life life;

	/* the present stop; stale while it runs */
	bool stopped, hold; /* hold: stays stopped after dispatch */
	bool calls_stop;    /* it runs with PTRACE_SYSCALL */
	bool asleep;	    /* letting go: it slept in a call when it was looked at */
	bool exiting;	    /* the owner was told that it ends */
	bool freed;	    /* detached */
	bool has_children;  /* it made a process; letting go: or had made one before it was traced */
	bool adopted;	    /* its engine was told of it at a stop */
	bool announced;	    /* the owner was told of it */
	enum stop_kind kind;
	bool info_read, regs_read;
	bool regs_sampled; /* regs are those of an event's record: enough for a call and its stack */
	int request;	   /* ptrace request to go on with, 0: the engine's */
	int deliver;	   /* signal to go on with */
	const struct abi *abi;
	struct __ptrace_syscall_info info; /* of the last syscall or seccomp stop */
	struct user_regs_struct regs;

	/* the present call */
	bool gone;	   /* killed while it stood at a stop: nothing can be read any more */
	bool inside;	   /* its entry stop was seen, and its exit stop will be */
	bool want_exit;	   /* somebody waits for that exit */
	bool mapping;	   /* in mmap or mprotect with PROT_EXEC */
	bool returning;	   /* in rt_sigreturn while a call is interrupted */
	bool confining;	   /* in seccomp or prctl, which install a filter of its own */
	bool cleared;	   /* CLONE_UNTRACED was taken from the flags of a clone */
	uint64_t flags_at; /* cleared: where clone3's flags lie; 0: in the first argument */
	bool maybe_eintr;  /* the open call left with EINTR, which an ignored signal may have caused */
	bool eintr_stays;  /* until the next entry: an EINTR is the program's own, or was told of */
	bool mending;	   /* it left with EINTR, and the kernel was told to begin it again: mend.c */
	bool again;	   /* the present call is that one, begun again */
	bool reconnecting; /* and a connect, whose result may have to become another */
	uint64_t mended_number, mended_ip, mended_sp; /* mending: where */
	uint64_t left_ip, left_sp;		      /* of the last exit that was looked at */
	uint64_t entered_ns;			      /* when the present call began, if it may wait */
	unsigned signals;			      /* that its process had got when it was entered */
	struct trace_call *interrupted;		      /* innermost first */
	unsigned interrupted_count;

	struct perf_task perf;
	uint64_t left_ns;     /* when the call was left, 0: just now */
	uint64_t began_ns;    /* left_ns is not 0: when it was entered, 0: not known */
	uint64_t before_ns;   /* perf: when a call before it was left, 0: not known */
	uint64_t job_stop_ns; /* when it was last seen to stop with its process */

	/* attach */
	bool told;				    /* the owner was told of it, and of its sleep */
	bool woken;				    /* by PTRACE_INTERRUPT, and has not stopped for it */
	bool interrupt_due;			    /* sleeps in a call that must not be interrupted */
	uint64_t sleeping_number, sleeping_args[8]; /* the call that it slept in at attach, SP, PC */
	bool sleeping;
	unsigned runs;	   /* interrupt_due: how often it was seen running, in a row */
	uint64_t switches; /* of its proc_status, when it was first looked at; 0: it was not */
	struct partial partial;
	struct mend_error owed;
	bool drops_pipe; /* a SIGPIPE comes that is not the program's: partial.c */
	bool tells_owed; /* the present call is left out, and fails with it */

	/* birth: the parent is held until the child's first stop */
	struct tracee *parent, *child;
	uint64_t clone_flags;
	struct stop first; /* LIFE_ORPHAN: the stop that waits for its parent's word */
	pid_t orphan_tgid, orphan_ppid;
	uint64_t orphan_ns;
};

/* Something to tell the owner once the thread runs again. */
struct trace_signal {
	struct tracee *tracee; /* NULL: none */
	int signo;
	bool stops; /* it has stopped the process; no info */
	siginfo_t info;
};

struct queued_stop {
	pid_t tid;
	int status;
	uint64_t time_ns; /* collect_in_order */
	unsigned order;
};

struct stop_queue {
	struct queued_stop *stops;
	unsigned first, count, room;
};

enum { DEAD_KEPT = 64 };

/* Unknown tids that ended before their parent told of them: birth.c. Not for long, as tids are used again. */
struct dead_table {
	struct {
		pid_t tid;
		int status;
		uint64_t ns; /* when */
	} kept[DEAD_KEPT];
	unsigned at;
};

void dead_put(struct dead_table *table, pid_t tid, int status, uint64_t now_ns);
/* An end that was kept: its wait status, once; or -1. */
int dead_take(struct dead_table *table, pid_t tid, uint64_t now_ns);

/* What was seen of threads before they were seized: movers.c */
struct movers {
	struct mover *list;
	unsigned count, room;
};

struct tracer {
	struct trace_options options;
	struct trace_events events;
	struct trace_result result;
	const struct engine *command_engine, *attach_engine;
	struct plan narrow[PLAN_ABIS], plans[PLAN_ABIS]; /* without and with calls on any fd */
	struct filter filter;				 /* the command's, from its start */
	struct filter wider;				 /* seccomp in two stages: what is injected later */
	bool two_stages;

	struct map tracees;   /* tid -> struct tracee */
	struct map processes; /* pid -> struct trace_process */
	struct tracee *last;  /* of the last stop: most stops are of one thread */
	struct trace_call *free_calls, *done_calls;
	struct trace_signal signal;

	pid_t command;		/* 0: none, or dead */
	bool quiet;		/* no call is reported any more */
	bool ending;		/* let go */
	bool freeing;		/* letting go: those that signals are sent to go first */
	bool freezing;		/* letting go: threads that stop stay stopped */
	bool releasing;		/* letting go: threads go on without stopping at calls */
	bool waits_told;	/* letting go: why it lasts */
	bool urgent;		/* urgent.c */
	bool cutting;		/* letting go: nor do they finish calls that were cut short */
	bool orphans, sleepers; /* somebody must be looked after while nothing stops */
	unsigned pending_stops; /* times that tracer_stop was heard after the command's death */

	struct perf *perf; /* NULL: not in use */
	struct latency latency;

	struct movers movers;
	struct stop_queue queue;
	bool crowded; /* several threads stop at once: bell.c */
	unsigned alone;
	struct dead_table dead;
	int spawn_pipe; /* what the command says when it cannot be run; -1: none */
	int spawn_step, spawn_errno;
	bool given;	   /* there was a command */
	bool unprivileged; /* without CAP_SYS_PTRACE: traced programs gain no rights by their files */

	/* waking the tracing thread: bell.c */
	timer_t timer;
	bool timer_made;
	atomic_bool running;		/* the timer may be set by others */
	_Atomic uint64_t stop_bits;	/* bit signo; bit 0: stop reporting */
	_Atomic uint64_t terminal_bits; /* those that the foreground process group has already */
	atomic_bool poked;
	volatile sig_atomic_t seizing; /* the handler may reap into the queue; how often it rang */
	sigjmp_buf escape;	       /* seizing: out of it, when sockline is to end */
};

/* For what is asked at every stop: the C library's ptrace sorts out the requests that return data first. */
static inline long trace_request(long request, pid_t tid, unsigned long address, const void *data)
{
	return syscall(SYS_ptrace, request, tid, address, data);
}

static inline struct tracee *tracee_of(struct task *task)
{
	return (struct tracee *)task;
}

static inline struct trace_process *process_of(const struct tracee *tracee)
{
	return (struct trace_process *)tracee->task.process;
}

/* The open call, or NULL. */
static inline struct trace_call *open_call(const struct tracee *tracee)
{
	return (struct trace_call *)tracee->task.call;
}

/* tracee.c: the tables of tracees and processes */
struct tracee *tracee_find(struct tracer *tracer, pid_t tid);
struct tracee *tracee_new(struct tracer *tracer, pid_t tid, enum tracee_life life);
/* The process of a new tracee: made when it is the first thread. */
void tracee_join(struct tracee *tracee, pid_t pid, bool attached);
/* Tells the owner of a new tracee, whose process is known. */
void tracee_announce(struct tracee *tracee, struct tracee *parent, uint64_t clone_flags);
/* Ends it: flushes its calls, tells the owner, frees it. */
void tracee_end(struct tracee *tracee, int status);
void tracee_rename(struct tracee *tracee, pid_t tid);
/* Reads comm, command line and executable anew. */
void tracee_describe(struct tracee *tracee);

/* calls.c: from entries and exits to calls */
void call_entered(struct tracee *tracee);
void call_left(struct tracee *tracee);
/* A stop that is neither: decides calls whose fate it settles. */
void call_settle(struct tracee *tracee);
/* The thread is gone: open and interrupted calls never finish. */
void call_suspend(struct tracee *tracee, struct trace_call *call);
void calls_flush(struct tracee *tracee);
/* Tells the owner of finished calls and signals; nothing is held. */
void calls_report(struct tracer *tracer);
void calls_free(struct tracer *tracer);
struct trace_call *call_new(struct tracee *tracee);
void call_free(struct tracer *tracer, struct trace_call *call);
/* Finds the row of tracee's call at an entry, and the arguments as the row counts them. NULL: not wanted. */
const struct row *call_row(struct tracee *tracee, const struct plan *plan, uint64_t number, uint64_t args[6],
			   bool *args_known);
/* The row of any call, wanted or not (CALL_NONE: it has none), and its arguments. */
uint16_t call_number_row(struct tracee *tracee, const struct abi *abi, uint64_t number, uint64_t args[6],
			 bool *args_known);
/* Opens a call of interest at its entry. */
void call_open(struct tracee *tracee, uint64_t number, uint64_t args[6]);
/* It ended with that result; held. */
void call_complete(struct tracee *tracee, struct trace_call *call, int64_t result);
/* To be reported; finished or not. */
void call_done(struct tracee *tracee, struct trace_call *call);
/* A call whose exit is seen but whose entry was not: number and arguments come from the registers. */
void call_left_only(struct tracee *tracee);
/* A call that a record tells of, not a stop; it may be over for long. Returns whether it is of interest. */
bool call_recorded(struct tracee *tracee, const struct perf_sample *sample, const struct abi *abi,
		   bool finished);
const struct plan *call_plan(const struct tracee *tracee, const struct abi *abi);

/* restart.c: calls that the kernel restarts, and those that a handler ended */
bool restart_is_code(int64_t result);
void restart_interrupt(struct tracee *tracee);
/* At an entry: an interrupted call begins again. */
bool restart_joins(struct tracee *tracee);
void restart_entry_passed(struct tracee *tracee);
void restart_sigreturn(struct tracee *tracee);
/* The call that was left last, and told to begin again by us, has ended with this instead. */
void restart_ends(struct tracee *tracee, int64_t result);

/* regs.c */
int tracee_regs(struct tracee *tracee);
/* What a call and its stack need of them; never to be set again. */
int tracee_call_regs(struct tracee *tracee);
int tracee_info(struct tracee *tracee);
int tracee_set_regs(struct tracee *tracee, const struct user_regs_struct *regs);

/* memory.c */
void memory_init(struct tracee *tracee);
void memory_done(struct tracee *tracee);
int memory_write(struct tracee *tracee, uint64_t address, const void *from, size_t size);

/* dispatch.c: what happens at each kind of stop */
void dispatch(struct tracer *tracer, const struct stop *stop);
void tracee_resume(struct tracee *tracee);

/* birth.c: children and their parents find each other */
void birth_told(struct tracee *parent, pid_t child, uint64_t flags);
/* A stop of a thread that is not traced yet. True: it is now, and the stop is to be handled. */
bool birth_stopped(struct tracee *child, const struct stop *stop);
struct tracee *birth_unknown(struct tracer *tracer, const struct stop *stop);
/* A thread ended: children that wait for its word, and orphans that may be its own. */
void birth_parent_ended(struct tracee *parent);
void birth_child_ended(struct tracee *child);
void birth_unknown_ended(struct tracer *tracer, const struct stop *stop);
void birth_adopt_orphans(struct tracer *tracer);

/* bell.c: waiting for stops, and being woken */
int bell_make(struct tracer *tracer);
void bell_done(struct tracer *tracer);
void bell_set(struct tracer *tracer, long first_ns, long interval_ns);
/* Rings as often as those need it that must be looked after although nothing stops. */
void bell_rest(struct tracer *tracer);
/* The next stop; its tid is 0 when a signal came first. False: nobody is left. */
bool stop_wait(struct tracer *tracer, struct stop *stop);
bool stop_next(struct tracer *tracer, struct stop *stop);
void stop_collect(struct tracer *tracer);
/*
 * Waits for the next stop of one thread, and queues those of others meanwhile; 0 or -errno. Not by waiting
 * for it alone: the end of a thread group's leader is told only when all other threads were reaped.
 */
int stop_wait_for(struct tracer *tracer, pid_t tid, int *status);
bool queue_take(struct stop_queue *queue, struct stop *stop);
void queue_put(struct stop_queue *queue, pid_t tid, int status);
/* Whether the stop of an exec under that id waits in it. */
bool queue_has_exec(const struct stop_queue *queue, pid_t tid);

/* widen.c */
/* In tracee_resume: installs the filter for calls on any fd, when it is due and the thread stands well. */
void widen_resuming(struct tracee *tracee);
/* A new process, under the seccomp engine; its parent's state was copied. */
void widen_inherit(struct tracee *child, struct tracee *parent, bool shares_files);

/* own_filter.c */
/* Whether the call that is entered installs a seccomp filter. */
bool own_filter_entered(enum trap trap, const uint64_t args[6]);
/* At its exit, when it did. */
void own_filter_left(struct tracee *tracee);
/* At a call's exit: whether the program's own filter turned the call into a SIGSYS: it has no result then. */
bool own_filter_trapped(struct tracee *tracee);
/* At a STOP_SECCOMP: whether it is the program's own filter that stops it, so that the call fails. */
bool own_filter_refused(struct tracee *tracee);

/* spawn.c, attach.c, refuse.c, letgo.c */
int spawn_command(struct tracer *tracer, struct error *error);
/* Its first exec succeeded. */
void spawn_started(struct tracee *tracee);
/* It ended before that. */
void spawn_failed(struct tracer *tracer);
int spawn_error(struct tracer *tracer, struct error *error);
void attach_pid(struct tracer *tracer, pid_t pid);
/* Interrupts those that slept in a call that must not be interrupted, once they have woken. */
void attach_patrol(struct tracer *tracer);
/* Interrupts a thread when that does no harm, at once or when it has woken by itself. */
void attach_wake(struct tracee *tracee);
/* Looks whether a thread sleeps in a call: its row, and what is known of the call. NULL: in none that is
 * known. */
const struct row *attach_look_asleep(struct tracee *tracee, struct call *call);
/* Tells of a call in which a thread sleeps, if it is wanted. */
void attach_tell_blocked(struct tracee *tracee, const struct call *found);
/* The call that a thread which was let go sleeps in, where nothing of it was seen. */
void attach_tell_last(struct tracee *tracee);
/* Traces a thread anew that was let go. Returns 0 or a negative errno. */
int attach_again(const struct tracee *tracee);
/* Whether it does harm now. */
bool attach_may_wake(struct tracee *tracee);
/* The first stop of an attached thread. */
void attach_stopped(struct tracee *tracee);
/* The stop that PTRACE_INTERRUPT caused: whatever that did to the thread's call is mended. */
void attach_interrupted(struct tracee *tracee);
/* Whether this process has CAP_SYS_PTRACE. */
bool may_ptrace_all(void);
void refuse_explain(pid_t pid, int why, struct error *error);
/* Why the command could not be seized; returns a negative errno. */
int refuse_command(pid_t pid, int why, struct error *error);
void letgo_all(struct tracer *tracer);
/* Whether signals may come to its process now, as far as is known. */
bool letgo_had_signals(const struct tracee *tracee);
bool letgo_is_leader(const struct tracee *tracee);
/* Whether a stopped thread stands where it can be let go. */
bool letgo_owes_nothing(const struct tracee *tracee);
/* Whether a thread that has stopped stays so until all are let go. */
bool letgo_holds(const struct tracee *tracee);
/* Whether it is let go at once. A call that is to begin again does so: the kernel is told to look at a thread
 * that is detached (__ptrace_unlink). */
bool letgo_frees(const struct tracee *tracee);
/* It is detached. */
void letgo_freeing(struct tracee *tracee);
bool letgo_is_gathered(const struct tracee *tracee);

/*
 * urgent.c: the tracing thread is not to wait for a processor, for some milliseconds, where that is
 * permitted: no thread that it wakes takes its place. Ends with the thread.
 */
void urgent_begin(struct tracer *tracer);
void urgent_end(struct tracer *tracer);

/* engine_perf.c, perf_calls.c, perf_mask.c, perf_letgo.c */
/* At a stop for SIGTRAP: true when it is ours alone and is not to be delivered. */
bool perf_took_signal(struct tracee *tracee);
/* Whether stops are to be handled in the order of their times, and when the call that a stop is of was left:
 * UINT64_MAX: unknown. */
bool perf_needs_order(const struct tracer *tracer);
uint64_t perf_stop_time(struct tracer *tracer, pid_t tid, int status);
/* Whether threads other than this one may have left calls that they were not handled for yet. */
bool perf_others_left(const struct tracer *tracer, pid_t tid);
/* A thread that left a call before that time, and whose stop has not come; NULL: none. */
struct tracee *perf_on_its_way(const struct tracer *tracer, uint64_t before_ns);
/* Looks after threads that block SIGTRAP, now and then. */
void perf_patrol(struct tracer *tracer);
/* At the stop that tells of a child, which is traced: perf_births.c. */
void perf_birth_told(struct tracee *tracee, pid_t child);
/* How often, 0: not needed. */
long perf_patrol_ns(const struct tracer *tracer);
/* Takes all events away and gives programs their SIGTRAP back; dispatches stops meanwhile. */
void perf_letgo(struct tracer *tracer);
/* In tracee_resume: what is to be done in the thread before it runs again. */
void perf_resuming(struct tracee *tracee);
/* All events are disabled: whether nothing of ours is to come any more in a thread that has stopped. */
bool perf_is_past(const struct tracee *tracee);
void perf_free(struct tracer *tracer);
/* A program was seized whose events have not begun: ignores SIGTRAP in it. */
void perf_guard_first(struct tracer *tracer, pid_t pid);

/* movers.c: sleepers that must not be woken, before they are seized */
/* Looks at those of the processes that are to be attached to, for some 60 ms where there are any. */
void movers_watch(struct tracer *tracer);
/* How often a thread had fallen asleep when it was first looked at; 0: it was not. */
uint64_t movers_switches(const struct movers *movers, pid_t tid);
void movers_done(struct movers *movers);

/* clone.c */
void clone_entered(struct tracee *tracee, enum trap trap);
void clone_left(struct tracee *tracee);
/* The flags of the clone that a STOP_FORK told of. */
uint64_t clone_flags_of(struct tracee *tracee, int event);

/* proc.c: what /proc says of a thread; all return 0 or a negative errno */
struct proc_status {
	pid_t tgid, ppid, tracer;
	unsigned uid;
	uint64_t sig_ignored, sig_caught, sig_blocked;
	uint64_t sig_pending; /* the thread's and its process's */
	uint64_t sig_queued;  /* the thread's alone */
	char state;
	int seccomp, threads;
	uint64_t switches; /* voluntary context switches: how often it fell asleep */
};
int proc_status(pid_t tid, struct proc_status *status);
/* What a thread's id is in its own pid namespace: pid_namespaces(7). */
pid_t proc_own_tid(pid_t tid);
/* Whether /proc is there, and of our own pid namespace: pid_namespaces(7), "/proc and PID namespaces". */
bool proc_is_ours(void);
/* Whether the thread makes no call any more: it is killed, on its way out, or gone. proc_pid_stat(5) */
bool proc_is_ending(pid_t tid);
/* Whether a thread has made processes that are still there: proc_tid_children(5). */
bool proc_has_children(pid_t pid, pid_t tid);
/* The call that a thread sleeps in. 1: sleeps in a call; 0: runs, or sleeps elsewhere. */
int proc_syscall(pid_t pid, pid_t tid, uint64_t *number, uint64_t args[8]);
int proc_read(char *buffer, size_t size, const char *format, ...) __attribute__((format(printf, 3, 4)));

void trace_note(struct tracer *tracer, struct task *task, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
