/* separate: finds the debug file that belongs to a module without debug information of its own. */
#ifndef SOCKLINE_STACK_SEPARATE_H
#define SOCKLINE_STACK_SEPARATE_H

#include <gelf.h>
#include <stdint.h>

struct module;
struct stack;

/* The ELF file, read through *fd, which the caller closes after elf_end. NULL: none. */
Elf *separate_find(struct stack *stack, struct module *module, int *fd);
/* The file that several debug files of a package share (dwz), by its build-id. */
Elf *separate_shared(struct stack *stack, struct module *module, const uint8_t *id, unsigned id_len, int *fd);

#endif
