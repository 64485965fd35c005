#include "guard.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stddef.h>

/* Room for the handler when the fault is that the stack is full. */
enum { HANDLER_STACK = 32768 };

/* Where to go on after a fault; a signal handler can find it in no other way. NULL: no guarded code runs
 * here. */
static _Thread_local sigjmp_buf *volatile escape;

/* Leaves the guarded code. A fault elsewhere is a bug of ours: returning with the default action set lets it
 * kill. */
static void on_fault(int signo)
{
	if (escape)
		siglongjmp(*escape, 1);
	signal(signo, SIG_DFL);
}

int guard_run(void (*fn)(void *arg), void *arg)
{
	static _Thread_local char handler_stack[HANDLER_STACK];
	const struct sigaction action = { .sa_handler = on_fault, .sa_flags = SA_NODEFER | SA_ONSTACK };
	const stack_t stack = { .ss_sp = handler_stack, .ss_size = sizeof(handler_stack) };
	sigjmp_buf *const outer = escape;
	struct sigaction bus, segv;
	stack_t old_stack;
	sigjmp_buf here;
	volatile int result = 0;

	if (!outer) {
		sigaltstack(&stack, &old_stack);
		sigaction(SIGBUS, &action, &bus);
		sigaction(SIGSEGV, &action, &segv);
	}
	if (sigsetjmp(here, 1) == 0) {
		escape = &here;
		fn(arg);
	} else {
		result = -EFAULT;
	}
	escape = outer;
	if (!outer) {
		sigaction(SIGBUS, &bus, NULL);
		sigaction(SIGSEGV, &segv, NULL);
		sigaltstack(&old_stack, NULL);
	}
	return result;
}
