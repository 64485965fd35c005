/*
 * perfmap: names of code that is in no file, from /tmp/perf-PID.map, which JIT compilers write for perf(1):
 * one line "start size name" (hex) each (linux/tools/perf/Documentation/jit-interface.txt).
 */
#ifndef SOCKLINE_STACK_PERFMAP_H
#define SOCKLINE_STACK_PERFMAP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct perfmap;
struct stack;

/* The map of a thread's process, read when first asked. Owned by the stack. Never NULL. */
struct perfmap *perfmap_get(struct stack *stack, pid_t tid);
/* NULL: no line covers the address. The name lives as long as the stack. start: where it begins. */
const char *perfmap_find(struct stack *stack, struct perfmap *map, uint64_t address, uint64_t *start);
/*
 * Code is replaced, and its compiler adds a line for what came in its place. perfmap_news: whether lines were
 * added that perfmap_told did not follow yet (one fstat); perfmap_is_news: whether one of these covers the
 * address.
 */
bool perfmap_news(struct stack *stack, struct perfmap *map);
bool perfmap_is_news(const struct perfmap *map, uint64_t address);
void perfmap_told(struct perfmap *map);
/* Gives back the descriptor, when no code of the process is asked for any more. */
void perfmap_rest(struct perfmap *map);
void perfmap_free(struct perfmap *map);

#endif
