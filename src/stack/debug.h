/*
 * debug: a module's debug information: in its own file, or in a separate one found by build-id or debuglink
 * (the layout of /usr/lib/debug: GDB manual, "Separate Debug Files"), or from debuginfod when DEBUGINFOD_URLS
 * is set.
 *
 * A separate file is used only when its build-id is the module's, or, without build-ids, its checksum the
 * debuglink's.
 */
#ifndef SOCKLINE_STACK_DEBUG_H
#define SOCKLINE_STACK_DEBUG_H

#include <elfutils/libdw.h>
#include <stdbool.h>
#include <stdint.h>

struct debug;
struct module;
struct stack;

/* NULL: the module has none. */
Dwarf *module_dwarf(struct stack *stack, struct module *module);
/* The separate file's ELF, for its symbols. NULL: none. */
Elf *module_debug_elf(struct stack *stack, struct module *module);
/* The ELF file inside .gnu_debugdata (MiniDebugInfo), which has only symbols. NULL: none. */
Elf *module_minidebug(struct stack *stack, struct module *module);
/* .debug_frame of the module or its debug file. */
Dwarf_CFI *module_debug_frame(struct stack *stack, struct module *module);
/* The unit (DIE) whose code covers the address, and the one that has its functions: another one where DWARF
 * is split off into a .dwo file. False: none does. */
bool module_unit(struct stack *stack, struct module *module, uint64_t address, Dwarf_Die *unit,
		 Dwarf_Die *body);
/* The function of that body which covers the address. */
bool module_function(struct module *module, Dwarf_Die *body, uint64_t address, Dwarf_Die *function);
/* Takes in what debuginfod servers sent meanwhile: afterwards codes of such modules are to be named anew. To
 * be called while stack->fetching is set. */
void debug_poll(struct stack *stack);
/* Why there is no debug information of a module for which it was looked, in a few words. NULL: nobody has it.
 */
const char *debug_trouble(const struct module *module);
/* Gives back the memory that large files were read into; it is read again when it is needed. */
void module_trim(const struct module *module);
void debug_free(struct debug *debug);

#endif
