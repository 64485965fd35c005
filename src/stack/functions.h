/* functions: which function's DIE of a unit covers an address. Each unit is gone through once, then searched.
 */
#ifndef SOCKLINE_STACK_FUNCTIONS_H
#define SOCKLINE_STACK_FUNCTIONS_H

#include <elfutils/libdw.h>
#include <stdbool.h>
#include <stdint.h>

struct map;

/* indexes: those of a module's units, made as they are asked for; give them back with functions_free. */
bool function_find(struct map *indexes, Dwarf_Die *unit, uint64_t address, Dwarf_Die *function);
void functions_free(struct map *indexes);

#endif
