/* pipeline_private: what the files of the pipeline share. Not for others. */
#ifndef SOCKLINE_APP_PIPELINE_PRIVATE_H
#define SOCKLINE_APP_PIPELINE_PRIVATE_H

#include <signal.h>

#include "app/pipeline.h"
#include "base/map.h"
#include "decode/capture.h"
#include "decode/decode.h"
#include "genl.h"
#include "netdevs.h"
#include "stack/stack.h"
#include "state/state.h"

struct tcp_sample;

enum { PIPELINE_SINKS = 8 };

struct pipeline {
	const struct options *options;
	const struct sink_options *look;
	struct sink *sinks[PIPELINE_SINKS];
	unsigned sink_count;
	struct tracer *tracer;
	struct state *state;
	struct stack *stack; /* NULL: no callers are wanted */
	struct hosts *hosts;
	struct genl genl;
	struct netdevs netdevs;
	struct decode decode;
	struct sockaddr_memo addresses;
	struct capture_options capture;
	struct capture_args captured[CALL_COUNT];
	struct row_set shown;  /* calls that are shown */
	struct row_set wanted; /* calls that stop: shown, and those that the state needs */
	struct task *task;     /* whose call is being decoded */
	bool uncertain;	       /* and that is not said to have closed what it closes */
	struct arena arena;    /* of the line that is being made, for lines that are no calls */
	struct text scratch;
	bool ended;	    /* --for, --max-events: a command is no longer reported */
	int end_wanted;	    /* atomic: --for is over */
	bool quiet;	    /* no lines of processes and signals; the folder of --dir needs them */
	bool histories;	    /* some output tells where sockets were made and used */
	bool ended_in_time; /* of attached processes nothing more is shown but what they sleep in as they are
			       let go */
	bool last_words;    /* the sockets that are open at the end have been shown */
	uint64_t shown_calls;
	struct map tasks;	      /* by tid, those that are traced */
	const struct process *ending; /* whose last line is being made: no task of it is left */
	struct map noted;	      /* by thread and place: pending notes that were given */
	int64_t pending_ns;	      /* 0: no notes */
	uint64_t pending_checked_ns, tcp_asked_ns;
	int totals_wanted;   /* atomic: SIGUSR1 came */
	int width_wanted;    /* atomic: the terminal's columns, when they have changed; 0: they have not */
	struct sink *totals; /* NULL: none */
};

/* flow.c: one call's way. */
enum call_verdict pipeline_enter(void *user, struct task *task, struct call *call);
void pipeline_suspend(void *user, struct task *task, struct call *call);
void pipeline_leave(void *user, struct task *task, struct call *call);
void pipeline_finish(void *user, struct task *task, struct call *call);
/* What goes into the call of a thread that sleeps: it may be read without a stop. */
/* The stack of a thread that sleeps in the call, from what is known of its registers. */
void pipeline_walk_sleeper(struct pipeline *pipeline, struct task *task, struct call *call);
void pipeline_copy_sleeper(struct pipeline *pipeline, struct task *task, struct call *call);
void pipeline_decode_init(struct pipeline *pipeline);
/* Where the call came from: its caller, and for -k its stack. */
void pipeline_set_caller(struct pipeline *pipeline, struct call *call, struct event *event);
void pipeline_set_peer(const struct pipeline *pipeline, struct call *call, struct event *event);
/* The line of a call whose thread is in it, and stays there for all that the trace will see. */
void pipeline_show_unfinished(struct pipeline *pipeline, struct task *task, struct call *call);
/* Ends the trace before what is traced has ended, as that option says: the last lines. */
void pipeline_end_early(struct pipeline *pipeline, const char *option);
/* A snapshot of the file for an event. */
const struct file_view *pipeline_view(struct pipeline *pipeline, struct file *file, struct arena *arena);
/* Gives the event to every sink. */
void pipeline_emit(struct pipeline *pipeline, const struct event *event);

/* remarks.c: what a call made known about its connection, after its effects; and events about sockets. */
void pipeline_remarks(struct pipeline *pipeline, struct call *call, struct event *event, const char *words);
void pipeline_socket_found(void *user, struct task *task, int fd, struct file *file);
void pipeline_socket_closed(void *user, struct file *file);
/* The sockets that are open when the trace ends, whether or not their process goes on. */
void pipeline_last_words(void *user);
/* The tables of pipeline->totals as they are now, sockets that are open included. */
void pipeline_totals_so_far(struct pipeline *pipeline);

/* naming.c: bytes of data worth copying; what they taught (words for the line, or NULL); names of hosts. */
uint32_t pipeline_data_limit(const struct pipeline *pipeline, const struct call *call);
const char *pipeline_learn(struct pipeline *pipeline, struct call *call);
const char *pipeline_peer_host(struct pipeline *pipeline, const struct file *file);
const char *pipeline_host(void *user, const struct address *address);
/* The name of its port for that type of socket; NULL: none. */
const char *pipeline_service(void *user, const struct address *address, int type);

/* ticks.c: what is done at intervals: calls that still block, struct tcp_info, totals so far. */
void pipeline_ticks_init(struct pipeline *pipeline);
void pipeline_tick(void *user);
/* A call that still blocks; waiting_ns -1: not known since when. */
void pipeline_show_pending(struct pipeline *pipeline, struct task *task, struct call *call,
			   int64_t waiting_ns);
/* Whether such a call was not told of yet: once per thread and place in the code. */
bool pipeline_note_once(struct pipeline *pipeline, const struct task *task, const struct call *call);
/* signals.c: "SIGSEGV at 0x10 (SEGV_MAPERR)", for what a thread's own doing raised; details get the same.
 * NULL: it is no such signal. */
const char *pipeline_fault(const char *signal, const siginfo_t *info, struct arena *arena,
			   struct value *details);
/* tcp_info.c */
void pipeline_tcp_sample(void *user, struct file *file, const struct tcp_sample *sample);

/* lines.c: processes, signals, notes. */
void pipeline_task_new(void *user, struct task *task, struct task *parent, uint64_t clone_flags);
void pipeline_exiting(void *user, struct task *task);
void pipeline_task_end(void *user, struct task *task, int status);
void pipeline_process_end(void *user, struct process *process, int status);
void pipeline_exec(void *user, struct task *task, pid_t old_tid);
void pipeline_executable_map(void *user, struct task *task);
void pipeline_signal(void *user, struct task *task, int signo, const void *siginfo);
void pipeline_stopped(void *user, struct task *task, int signo);
void pipeline_note(void *user, struct task *task, const char *text);
void pipeline_refused(void *user, pid_t pid, const struct error *error);
void pipeline_blocked(void *user, struct task *task, struct call *call);

#endif
