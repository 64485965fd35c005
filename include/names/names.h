/*
 * names: constants to names and back. The lists are made from kernel headers by tools/names and checked in
 * (src/names/<family>.def), so nothing depends on the build machine's headers. It knows nothing of calls:
 * which list belongs to which argument is said where the argument is described.
 *
 * Lists are sorted by value; names_find is a binary search. Aliases: the list keeps the kernel's canonical
 * name first for value -> name; every alias is found by names_value.
 */
#ifndef SOCKLINE_NAMES_NAMES_H
#define SOCKLINE_NAMES_NAMES_H

#include <stddef.h>
#include <stdint.h>

struct name {
	uint64_t value;
	const char *name;
};

struct names {
	const char *prefix; /* "AF_", for a value that has no name: "AF_0x63" is not used, plain hex is */
	const struct name *list;
	size_t count;
};

/* Every list with its own name, sorted by it. */
struct names_list {
	const char *name; /* "address_family" */
	const struct names *names;
};

extern const struct names_list names_lists[];
extern const size_t names_lists_count;

/*
 * NULL when the value has no name. A constant that is negative in C (TCP_REPAIR_OFF_NO_WP) stands in its list
 * sign-extended to 64 bits, so an int has to be extended likewise to find it.
 */
const char *names_find(const struct names *names, uint64_t value);
/* 0 and *value, or -ENOENT. Case-insensitive; the prefix may be left out. */
int names_value(const struct names *names, const char *name, uint64_t *value);

/*
 * Splits flags: writes the names of known bits (single- and multi-bit values whose bits are all set, widest
 * first, output in ascending order of value) to out, at most max, returns how many; *rest gets the bits
 * without a name, and those of names for which out had no room. A list's name for 0 (O_RDONLY) is not among
 * them: ask names_find when nothing else was said.
 */
size_t names_split(const struct names *names, uint64_t flags, const char **out, size_t max, uint64_t *rest);

/*
 * "ECONNREFUSED" for 111; NULL when unknown. Linux numbers of x86, which aarch64 shares, and the kernel's own
 * from 512 on (ERESTARTSYS), which only a tracer sees.
 */
const char *names_errno(int error);
/* "Connection refused": our own stable table, not the locale's strerror. NULL when unknown. */
const char *names_errno_text(int error);
/* "SIGKILL"; real-time signals as "SIGRT_n", counted from the kernel's first, 32. NULL when not a signal. */
const char *names_signal(int signo);

#include "names/lists.h" /* extern const struct names names_<family>; */

#endif
