/*
 * inject: system calls that a stopped thread is made to do, unseen by its program. Owns the thread's
 * registers, signal mask and a little memory below its stack pointer for the time of the injection, and gives
 * them back.
 *
 * Knows nothing of what the calls are for. Only for calls that cannot sleep: the tracing thread waits for
 * them.
 */
#ifndef SOCKLINE_TRACE_INJECT_H
#define SOCKLINE_TRACE_INJECT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/user.h>

#include "arch/abi.h"

enum { INJECT_SCRATCH = 128, INJECT_KEPT = INJECT_SCRATCH + ABI_BACK_FRAME };

struct tracee;

struct injection {
	struct tracee *tracee;
	const struct abi *abi; /* of the code that the thread runs */
	struct user_regs_struct before;
	uint64_t mask;	      /* its signal mask before */
	uint64_t instruction; /* where a call can be made */
	uint64_t scratch;     /* INJECT_SCRATCH bytes that the calls may use */
	struct abi_back back; /* leaves is 0: none is known */
	uint64_t frame;	      /* back: behind scratch */
	uint8_t kept[INJECT_KEPT];
	bool stop_again; /* an interruption or a group stop came meanwhile, and is asked for again at the end
			  */
	bool gone;	 /* it died; its end is in the queue */
};

/*
 * Looks for a way back in the code that a stopped thread runs, unless the one that is known is there still.
 * Its leaves is 0 where none was found.
 */
void inject_find_back(struct tracee *tracee, struct abi_back *back);

/*
 * Takes over a stopped thread. hint: an address that a system call instruction is known to have had, or 0.
 * back: by which the thread gives itself everything back if the tracer is killed meanwhile, whenever that is;
 * NULL, or none: then it would go on with the registers and the signal mask of the injection. Returns 0;
 * -ENOENT: no such instruction found; -EFAULT: no memory below the stack; -ESRCH.
 */
int inject_begin(struct injection *injection, struct tracee *tracee, uint64_t hint,
		 const struct abi_back *back);
/* Returns the call's result (negative errno as the kernel gives it), or -ESRCH when the thread died. */
int64_t inject_call(struct injection *injection, uint64_t number, const uint64_t args[6]);
/*
 * Gives the thread back as it was, stopped. A call that was interrupted goes on as it would have: for that an
 * interruption is asked for, and its stop comes soon (kernel/signal.c restarts calls on the way out of a stop
 * only).
 */
void inject_end(struct injection *injection);

#endif
