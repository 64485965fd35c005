/*
 * split: whether the files that a skeleton unit's functions are in (.dwo, .dwp) may be opened. libdw opens
 * them by the names that a program's file says, which may be those of pipes and devices.
 */
#ifndef SOCKLINE_STACK_SPLIT_H
#define SOCKLINE_STACK_SPLIT_H

#include <elfutils/libdw.h>
#include <stdbool.h>

/* The path of an open file, which libdw takes relative names from. Empty: unknown. */
void split_base(int fd, char *path, size_t size);
/* True: all that libdw would try to open for this unit is a regular file, or not there. base: split_base of
 * the file that the unit is in. */
bool split_is_safe(Dwarf_Die *unit, const char *base);

#endif
