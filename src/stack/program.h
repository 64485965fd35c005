/*
 * program: by which name a process was started. A file that does several things (busybox, redis-check-rdb,
 * which is redis-server too) tells by its name which one is meant, so that name is shown for the program's
 * own code.
 */
#ifndef SOCKLINE_STACK_PROGRAM_H
#define SOCKLINE_STACK_PROGRAM_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "model/memory.h"

struct mapping;

/* What the kernel told the program when it was executed (getauxval(3)). */
struct program {
	bool asked;
	uint64_t entry; /* AT_ENTRY, in the program's own file; 0: unknown */
	char *path;	/* AT_EXECFN, as execve(2) was given it; NULL: unknown, or of no use */
};

/* Asks, once; the thread is held. */
void program_ask(struct program *program, pid_t tid, struct memory *memory);
void program_copy(struct program *program, const struct program *from);
void program_done(struct program *program);
/*
 * The path that the process was started by, where this is the mapping of the program and its file has another
 * name there; the path leads to the same file still. Else NULL. The program's, until program_done.
 */
const char *program_path(struct program *program, const struct mapping *mapping, pid_t tid);

#endif
