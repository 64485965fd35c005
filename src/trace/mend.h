/*
 * mend: which calls fail with EINTR, or end early, when tracing alone wakes them, and what can be done about
 * each. What is said of a row holds for every thread; what is done is in mend.c and partial.c.
 */
#ifndef SOCKLINE_TRACE_MEND_H
#define SOCKLINE_TRACE_MEND_H

#include <stdbool.h>
#include <stdint.h>

#include "calls/row.h"

struct abi;
struct proc_status;
struct tracee;

/* Whether a call that left with EINTR did nothing before, so that it can begin again. row: NULL for calls
 * outside of the table. */
bool mend_possible(const struct abi *abi, uint64_t number, const struct row *row);
/* sigtimedwait: waits for nothing but signals. */
bool mend_is_sigwait(const struct abi *abi, uint64_t number);
/* Whether waking a sleeper in this call would change what it does, in a way that cannot be mended. */
bool mend_forbids_waking(const struct row *row, const uint64_t args[6]);

/* At a stop: whether the registers look like a call that left with EINTR. Cheap. */
bool mend_wanted(struct tracee *tracee);
/* At a stop of a thread that left a call with EINTR: makes the kernel restart it. True when it did. */
bool mend_call(struct tracee *tracee);
/* At the exit stop of a call, before its result is looked at: the result may become another. */
void mend_left(struct tracee *tracee);
/* At a stop for a signal, which decides what becomes of an interrupted call. */
void mend_signal(struct tracee *tracee, int signo);
/* Whether the program ignores a signal, so that it does nothing to an untraced thread. */
bool mend_ignores(const struct tracee *tracee, int signo);
/* At a group stop: calls that fail with EINTR for it do so untraced too. */
void mend_stopped(struct tracee *tracee);
/* At the entry of a call. */
void mend_entered(struct tracee *tracee);
/* Whether a signal is pending that is not ignored: it may be what woke the thread, or will. */
bool mend_pending_is_own(const struct proc_status *status);
/* At an interrupt stop that we did not ask for: SIGCONT wakes all threads that are traced. */
void mend_interrupted(struct tracee *tracee);

/* partial.c: calls that return early with part of their data */

/* At a stop after a call that was woken for no reason of its own: makes it go on when it was cut short. True
 * when it did. */
bool partial_continue(struct tracee *tracee);
/* Whether such a call can go on, should it be cut short. */
bool partial_covers(const struct row *row, const uint64_t args[6]);
/* Whether the registers look like a call that was cut short. Cheap. */
bool partial_possible(struct tracee *tracee);
/* At an exit stop: the same, when the call was woken so. */
bool partial_cut(struct tracee *tracee, int64_t result);
/* The same where only exits stop, and the stop may be the SIGTRAP of an event. */
bool partial_cut_only(struct tracee *tracee);
/* At the exit of a call that went on: the whole result, or it goes on once more. */
void partial_left(struct tracee *tracee, int64_t result);
/* At a stop for a signal: whether only a call that went on has raised it, and it is not to be delivered. */
bool partial_raised(struct tracee *tracee, int signo);
/* At a stop before it began again: a signal ends it after all, with the part. */
void partial_undo(struct tracee *tracee);

/* owed.c: keeps what the next call on a socket is to be told; at the entry of a call, and at its exit
 */
void owed_keep(struct tracee *tracee, uint64_t fd, int borrowed, int error);
void owed_entered(struct tracee *tracee, uint64_t number, const uint64_t args[6]);
void owed_left(struct tracee *tracee);

/* borrow.c: an fd of the thread's, for questions at a stop; to be closed before it is resumed. -1: refused.
 */
int borrow_fd(const struct tracee *tracee, uint64_t fd);
/* SO_RCVTIMEO or SO_SNDTIMEO of a borrowed socket, in ns; UINT64_MAX: none. */
uint64_t borrow_timeout(int fd, int option);

#endif
