/*
 * select: the words of -e SET turned into a set of calls. Knows the names of strace's classes that mean one
 * of ours.
 */
#ifndef SOCKLINE_APP_SELECT_H
#define SOCKLINE_APP_SELECT_H

#include "base/error.h"
#include "calls/row.h"

/*
 * Parses "[trace=][!]word[,word...]" where a word is a call, a glob, %class, all or none; "?" before a word
 * lets it be unknown. Returns 0, or -EINVAL with error naming the word and the nearest valid one; set is
 * untouched then.
 */
int select_parse(struct row_set *set, const char *text, struct error *error);

/*
 * Parses "[!]name[,name...]", names of address families with or without AF_, in any case, into bits by AF_
 * number. Returns 0, or -EINVAL with error naming the nearest one; families is untouched then.
 */
int select_families(uint64_t *families, const char *text, struct error *error);

/* All calls that are shown when nothing is selected. */
void select_all(struct row_set *set);

#endif
