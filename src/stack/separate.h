/* separate: finds the debug file that belongs to a module without debug information of its own. */
#ifndef SOCKLINE_STACK_SEPARATE_H
#define SOCKLINE_STACK_SEPARATE_H

#include <gelf.h>
#include <stdbool.h>
#include <stdint.h>

struct module;
struct stack;

/* A file that proved to be the one that was wanted. elf NULL: none. */
struct separate {
	Elf *elf;
	int fd;
	const char *path; /* lives as long as the stack; NULL: it has none */
};

/* False: there is none on this machine. */
bool separate_find(struct stack *stack, struct module *module, struct separate *found);
/* Takes a file that came from elsewhere, and its descriptor; false (and closed) when it is not the module's.
 */
bool separate_take(const uint8_t *id, unsigned id_len, int fd, struct separate *found);
/* The file that several debug files of a package share (dwz), by its build-id or by the name that the file at
 * beside (NULL: unknown) gives it. */
bool separate_shared(struct stack *stack, struct module *module, const char *beside, const char *name,
		     const uint8_t *id, unsigned id_len, struct separate *found);
void separate_close(struct separate *separate);

#endif
