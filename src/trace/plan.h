/*
 * plan: which system calls are to stop, and why, per ABI. Made once from the rows that are wanted; the
 * seccomp filter is generated from it, and every entry stop is looked up in it, so that the two cannot
 * differ.
 */
#ifndef SOCKLINE_TRACE_PLAN_H
#define SOCKLINE_TRACE_PLAN_H

#include <stdbool.h>
#include <stdint.h>

#include "arch/abi.h"
#include "calls/row.h"

enum trap {
	TRAP_NONE,
	TRAP_CALL,	 /* a row that is wanted */
	TRAP_SOCKETCALL, /* i386: the selector in args[0] tells the row */
	TRAP_EXEC_MAP,	 /* only with PROT_EXEC in args[2]: code appears in the address space */
	TRAP_OLD_MMAP,	 /* i386 mmap(90): its prot lies in memory */
	TRAP_CLONE,	 /* only with CLONE_UNTRACED in args[0] */
	TRAP_CLONE3,	 /* flags lie in memory */
	TRAP_RESTART,	 /* restart_syscall goes on with an interrupted call */
	TRAP_SECCOMP,	 /* seccomp(): the program gets a filter of its own */
	TRAP_PRCTL,	 /* only PR_SET_NAME and PR_SET_SECCOMP in args[0] */
	TRAP_SIGRETURN,	 /* never filtered; looked at while a call is interrupted */
	TRAP_WAIT,	 /* not shown, but may fail with EINTR for tracing's sake: mend.c */
	TRAP_MAY_WAIT,	 /* the same, never filtered: too many calls would stop for too rare a case */
	TRAP_KINDS,
};

enum { PLAN_NUMBERS = 512, PLAN_ABIS = 2 };

struct plan {
	const struct abi *abi;
	uint8_t traps[PLAN_NUMBERS]; /* enum trap */
};

struct plan_options {
	struct row_set wanted;
	bool any_fd;	/* calls on any fd too; false: the process is known to have no socket yet */
	bool exec_maps; /* callers are shown */
	bool follow;	/* children stay traced, whatever flags they are cloned with */
};

void plan_make(struct plan *plan, const struct abi *abi, const struct plan_options *options);

/* Leaves in plan only what without does not trap. */
void plan_subtract(struct plan *plan, const struct plan *without);

/* Whether a row matters only once a process has a socket, an epoll or a ring. */
bool plan_needs_socket(const struct row *row);

static inline enum trap plan_trap(const struct plan *plan, uint64_t number)
{
	return number < PLAN_NUMBERS ? (enum trap)plan->traps[number] : TRAP_NONE;
}

#endif
