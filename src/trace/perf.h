/*
 * perf: what the perf engine keeps of each thread, and its parts: events (perf_event.c), their rings
 * (perf_ring.c), the SIGTRAP disposition of the traced program (perf_trap.c). Private to the perf_*.c files
 * and engine_perf.c.
 *
 * One event per thread on raw_syscalls:sys_exit does everything: with sigtrap it stops the thread at the exit
 * of each call that the filter lets through, and its ring buffer has a record of that call. So a stop whose
 * record is there is that call's; a record without a stop is a call that was made while SIGTRAP was blocked,
 * and is not lost; and the kernel's own time of the exit is in it.
 */
#ifndef SOCKLINE_TRACE_PERF_H
#define SOCKLINE_TRACE_PERF_H

#include <linux/perf_event.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/user.h>

#include "base/error.h"
#include "base/text.h"
#include "engine.h"
#include "perf_filter.h"

struct call;
struct injection;
struct tracee;
struct tracer;
struct trap_guard;

/* The exit of a call. */
struct perf_sample {
	uint64_t time_ns;	      /* CLOCK_MONOTONIC */
	bool compat;		      /* by 32-bit code */
	struct user_regs_struct regs; /* as far as abi_perf_regs says */
};

enum perf_kind { PERF_NOTHING, PERF_SAMPLE, PERF_EXEC_MAP, PERF_LOST, PERF_BIRTH };

struct perf_record {
	enum perf_kind kind;
	struct perf_sample sample;
	uint64_t lost;
	pid_t pid, tid; /* PERF_BIRTH */
};

/* An open event and its ring. */
struct perf_event {
	int fd; /* -1: none */
	struct perf_event_mmap_page *ring;
	uint32_t size; /* bytes of data in the ring */
	bool wide;     /* its filter lets calls on any fd through */
	bool moved;    /* but reads and writes */
};

/* perf_exchange.c */
struct perf_exchange {
	bool active;		 /* a record may have a twin */
	bool both;		 /* both events are there */
	uint64_t begun_ns;	 /* when the new one had been enabled */
	uint64_t ending_ns;	 /* when the old one had not been disabled yet */
	uint64_t new_ns, old_ns; /* when the new one's first record was made, and the old one's last; or 0 */
	bool single, of_old;	 /* last has no twin so far, and is of the old event */
	struct perf_sample last; /* the last record of either */
};

enum { PERF_INSNS = 16 };

/* perf_waiting.c: what a thread was seen to sleep in */
struct perf_sleep {
	uint64_t since_ns; /* when it was seen first; 0: in nothing of interest */
	uint64_t look_ns;  /* when it is to be looked at again */
	uint64_t number, sp, pc;
	uint64_t exits; /* where its rings ended */
	bool told;
};

/* A thread's part. */
struct perf_task {
	struct perf_event event;
	struct perf_event old; /* while it is exchanged */
	struct perf_exchange exchange;
	bool in_time;		   /* the stop's SIGTRAP is of the call that the thread has just left */
	bool ours;		   /* the stop's SIGTRAP is of an event */
	bool signal_due;	   /* a record was taken whose SIGTRAP has not been seen since */
	bool fresh;		   /* the ring had a new record */
	struct perf_event files;   /* perf_files.c: without stops */
	struct perf_event entries; /* perf_entries.c */
	struct perf_sleep sleep;
	uint64_t entries_after; /* when the last call was left: entries of later ones are newer */
	bool begun_again;     /* the call was interrupted to attach: it was entered before its newest entry */
	uint64_t files_after; /* when that event began to be the only one for its calls */
	uint64_t files_until; /* when it ceased to be that */
	bool files_full;      /* that event lost records */
	uint64_t lost;	      /* what was told of, of the event that stops */
	bool file_waits;      /* file_last was interrupted */
	struct perf_sample file_last;
	bool waits; /* last is a record whose stop has not come, or another of the same call */
	struct perf_sample last;
	bool moving;		    /* blocks SIGTRAP: goes to the syscall engine at its next interruption */
	bool ended;		    /* the thread is gone: an interrupted call never finished */
	bool away;		    /* under the syscall engine until it unblocks SIGTRAP */
	bool mask_changes;	    /* away: it is in a call that may unblock it */
	bool stopless;		    /* the call before had no stop */
	uint64_t given_up;	    /* when that call was left whose stop was waited for in vain */
	pid_t born;		    /* a child of which the thread has not told so far, or 0 */
	bool mapped;		    /* code was mapped, and the owner does not know yet */
	uint64_t patrol_head;	    /* where the ring ended when it was looked at last */
	uint64_t quiet_from;	    /* perf_quiesce.c: its time on a processor when it was looked at first */
	bool is_past;		    /* and whether it got on since */
	bool looked;		    /* attaching: what it sleeps in is known */
	bool goes;		    /* letting go: nothing of ours is to come in it any more */
	uint64_t insns[PERF_INSNS]; /* behind which 64-bit calls' instructions are known to be */
	bool own_signal;	    /* a SIGTRAP of the program's own comes again, as own_info says */
	siginfo_t own_info;
};

/* The tracer's part. */
struct perf {
	int id;	    /* of the tracepoint */
	int keeper; /* an event of our own that keeps the tracepoint registered: closing the last waits for
		       RCU */
	int entry_id, entry_keeper; /* perf_entries.c: the same of the other tracepoint; -1: not wanted, or
				       not to be had */
	pid_t keeping;		    /* perf_keeper.c: that process, or none */
	bool entries_told;	    /* that some thread has no such event */
	struct perf_filter filters[2][2]; /* [64-bit program][with calls on any fd]; made when needed */
	struct perf_filter rest, files;	  /* of programs whose reads and writes are moved: what stops, and
					     these */
	unsigned tasks;			  /* open events that stop */
	unsigned recording;		  /* and that do not */
	bool wants_maps;
	bool counts_lost;
	bool guards;	 /* there are attached programs */
	bool leaders_go; /* letting go, at first: perf_leader.c */
	bool closing;	 /* letting go */
};

/* perf_event.c */
/* The tracepoint's number, from its path below tracefs; or a negative errno. */
int perf_find_id(const char *path);
/* A descriptor of such an event of a thread, or a negative errno. */
int perf_open_fd(const struct perf_event_attr *attr, pid_t tid);
int perf_open_tracepoint(struct perf *perf, struct error *error);
void perf_close_tracepoint(struct perf *perf);
/* Opens a thread's event with that filter, disabled; stops: it stops the thread, else it only records.
 * Returns 0 or a negative errno. */
int perf_event_open(const struct perf *perf, pid_t tid, const struct text *filter, bool stops,
		    struct perf_event *event);
/* How many records did not fit into its ring since it was opened; those of the end leave no record of it. */
uint64_t perf_event_lost(const struct perf_event *event);
void perf_event_enable(const struct perf_event *event);
void perf_event_disable(const struct perf_event *event);
void perf_event_close(struct perf_event *event);

/* engine_perf.c */
/* Opens the thread's event, disabled. Returns 0 or a negative errno. */
int perf_open(struct tracee *tracee);

/* Begins to record and to stop. */
void perf_enable(struct tracee *tracee);
bool perf_is_64_bit(struct tracee *tracee);

/* perf_exchange.c: other events in place of those that threads have */
/* Gives all threads of the process the events that it needs now. */
void perf_reopen(struct tracee *tracee);
/* Whether a record is of the same call as the one before it, of the other event. To be asked once of each
 * while the exchange is active. */
bool perf_is_twin(struct perf_exchange *exchange, const struct perf_sample *sample, bool of_old);

/* perf_files.c: reads and writes that are recorded, without stops */
/* Of the numbers that a wide filter stops: those that stop all the same, and those that may be moved. */
void perf_files_numbers(const struct number_set *wide, struct number_set *rest, struct number_set *files);
int perf_files_open(struct tracee *tracee);
void perf_files_close(struct tracee *tracee);
/* Tells of what was recorded. */
void perf_files_drain(struct tracee *tracee);
/* A call has been told of that stopped: may move all its process's reads and writes. Held. */
void perf_files_stopped(struct tracee *tracee, const struct call *call);
/* Now and then. */
void perf_files_patrol(struct tracee *tracee);

/* perf_keeper.c */
/* Both tracepoints stay registered until sockline has ended, from now on. */
void perf_keeper_begin(struct perf *perf);
void perf_keeper_end(struct perf *perf);

/* perf_entries.c: when calls were entered */
/* Entries can be recorded from now on. Returns 0 or a negative errno. */
int perf_entries_begin(struct perf *perf);
void perf_entries_end(struct perf *perf);
/* Opens the thread's event with that filter, disabled, where entries are wanted; in place of the one it has.
 */
void perf_entries_open(struct tracee *tracee, const struct perf_filter *filter);
void perf_entries_close(struct tracee *tracee);
/*
 * The thread is stopped where it left a call of that number, at that time: CLOCK_MONOTONIC when it entered
 * it. 0: not known, as it began before the event, or was recorded without a stop. To be called once per exit.
 */
uint64_t perf_entry_time(struct tracee *tracee, uint64_t number, uint64_t left_ns);

/* perf_calls.c */
/* The ABI of a record's call. */
const struct abi *perf_abi_of(struct tracee *tracee, const struct perf_sample *sample);
/* What a stop means that the engine was asked about. */
enum engine_stop perf_stopped(struct tracee *tracee, const struct stop *stop);
/* Reads the ring; afterwards the newest record waits for its stop. Returns whether the ring was as good as
 * full. */
bool perf_drain(struct tracee *tracee);
/* Takes the ring's next record, if there is one. */
bool perf_take_record(struct tracee *tracee, struct perf_event *event, bool of_old);
/* When the first call was left that the thread's stops have not told of; UINT64_MAX: none. */
uint64_t perf_first_untold(const struct tracee *tracee);
/* Tells of calls whose records did not fit into the ring. */
void perf_tell_lost(struct tracee *tracee);
/* The call that the thread has just left was made to begin again: its record is not told of. Registers are
 * read. */
void perf_begins_again(struct tracee *tracee);
/* The thread was interrupted by us: a call that begins again for it, once we are gone or since it was mended,
 * did not end. */
void perf_was_woken(struct tracee *tracee, bool mended);
/* The same of a call that returned a part of what it was asked for: it goes on. */
void perf_was_cut(struct tracee *tracee);
/* Tells of the record that waits for a stop: none came, or comes. */
void perf_tell_last(struct tracee *tracee, bool finished);
/* The thread was killed before the stop of its last call: tells of what others of its process, killed with
 * it, did before that. */
void perf_tell_earlier(struct tracee *tracee);

/* perf_births.c: children that are not traced */
/* A record says that the thread made a child. */
void perf_born(struct tracee *tracee, pid_t pid, pid_t tid);
/* A record of something that it did later. */
void perf_birth_passed(struct tracee *tracee);

/* perf_mask.c: threads that block SIGTRAP */
/* The syscall engine traces the thread until it unblocks SIGTRAP. */
void perf_go_away(struct tracee *tracee, const char *why);
/* It has an event from now on, or none can be had. */
void perf_come(struct tracee *tracee);
bool perf_is_masked(const struct tracee *tracee);
/* It stands at a call's entry or exit under the syscall engine: it comes back when it has unblocked SIGTRAP.
 */
void perf_watch_mask(struct tracee *tracee);

/* perf_leader.c */
/* While signals come, lets go of the leaders of processes with more threads, before their events are taken
 * away. Dispatches stops meanwhile. Returns whether there were any. */
bool perf_leaders_letgo(struct tracer *tracer);
/* In tracee_resume, while that lasts. */
void perf_leader_resuming(struct tracee *tracee);
/* Traces them again where SIGTRAP is still ignored, since no other thread stops that could give its action
 * back. Returns whether there were any. */
bool perf_leaders_take_back(struct tracer *tracer);

/* perf_quiesce.c */
/* The events of the held tracee's process are disabled, or all events where none is held: waits until none of
 * the threads can be sent SIGTRAP. */
void perf_quiesce(const struct tracer *tracer, const struct tracee *held);
/*
 * Whether some thread may still be in the call in which it was preempted when this was asked first (begin):
 * it has not slept since, nor used the processor for as long as the rest of a call takes.
 */
bool perf_may_be_leaving(const struct tracer *tracer, bool begin);

/* perf_ring.c */
/* Takes the next record of the ring. PERF_NOTHING: none. */
enum perf_kind perf_ring_next(struct perf_event *event, struct perf_record *record);
bool perf_ring_empty(const struct perf_event *event);
/* When the call of the first record was left; UINT64_MAX: there is none. */
uint64_t perf_ring_time(const struct perf_event *event);

/* perf_trap.c: the SIGTRAP disposition of attached programs; the tracee is held at a stop */

/* Ignores SIGTRAP, so that a stop outlives a killed tracer. Nothing where that is so already. */
void trap_guard(struct tracee *tracee);
/* The program has just asked for or changed an action (rt_sigaction): it sees and keeps its own. */
void trap_asked(struct tracee *tracee, const uint64_t args[6]);
/* A SIGTRAP of the program's own. True: it comes once more, with the program's action restored. */
bool trap_own_signal(struct tracee *tracee, const siginfo_t *info);
/* Gives the disposition back, with no SIGTRAP of ours left over. Returns 0, or a negative errno: try another
 * stop. */
int trap_release(struct tracee *tracee);
/* Takes a SIGTRAP of ours that is queued in the thread out of its queue. */
void trap_flush(struct tracee *tracee);
void trap_inherit(struct tracee *child, struct tracee *parent, uint64_t clone_flags);
void trap_exec(struct tracee *tracee);
/* perf_own.c: SIGTRAPs of the program's own that wait */
enum { TRAP_KEPT = 64 };
struct trap_kept {
	bool any_shared, any_own; /* the process's, and the held thread's own */
	siginfo_t shared, own;
	unsigned count; /* other threads' own */
	pid_t tids[TRAP_KEPT];
};
/* The tracee is held, and SIGTRAP is about to be ignored. */
void trap_keep(struct tracee *tracee, struct trap_kept *kept);
/* It was ignored. */
void trap_put_back(struct injection *injection, const struct trap_kept *kept);
/* Whether a SIGTRAP of a perf event is in the held thread's own queue. */
bool trap_is_queued(const struct tracee *tracee);

/* Drops what a process has of it. */
void trap_forget(struct trap_guard *guard);
bool trap_is_guarded(const struct tracee *tracee);

#endif
