/*
 * guard: runs code that reads foreign files through mappings, and survives the fault when a file shrinks
 * under it or a library trips over crafted contents. What was being read is lost (and leaked) then; the trace
 * goes on.
 */
#ifndef SOCKLINE_STACK_GUARD_H
#define SOCKLINE_STACK_GUARD_H

/* Runs fn(arg). 0, or -EFAULT after a SIGBUS or SIGSEGV in it. May be nested. Not for code that takes locks
 * or keeps state half-changed that others look at. */
int guard_run(void (*fn)(void *arg), void *arg);

#endif
