/* nothing: debug information that has nothing in it, to stand for a file that is not there. */
#ifndef SOCKLINE_STACK_NOTHING_H
#define SOCKLINE_STACK_NOTHING_H

#include <elfutils/libdw.h>

#include "base/arena.h"

/* End both: first the Dwarf, then the Elf, before the arena goes. NULL: it cannot be made. */
Dwarf *nothing_open(struct arena *arena, Elf **elf);

#endif
