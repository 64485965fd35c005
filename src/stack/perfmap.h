/*
 * perfmap: names of code that is in no file, from /tmp/perf-PID.map, which JIT compilers write for perf(1):
 * one line "start size name" (hex) each (linux/tools/perf/Documentation/jit-interface.txt).
 */
#ifndef SOCKLINE_STACK_PERFMAP_H
#define SOCKLINE_STACK_PERFMAP_H

#include <stdint.h>
#include <sys/types.h>

struct perfmap;
struct stack;

/* The map of a thread's process, read when first asked. Owned by the stack. Never NULL. */
struct perfmap *perfmap_get(struct stack *stack, pid_t tid);
/* Takes in what was added to the file, unless it was looked at a moment ago. How many lines there are. */
size_t perfmap_renew(struct stack *stack, struct perfmap *map);
/* NULL: no line covers the address. The name lives as long as the stack. start: where it begins. */
const char *perfmap_find(struct stack *stack, struct perfmap *map, uint64_t address, uint64_t *start);
void perfmap_free(struct perfmap *map);

#endif
