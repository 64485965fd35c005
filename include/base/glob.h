/* glob: shell-like patterns (fnmatch(3), without FNM_PATHNAME) and the nearest known word for a mistyped one.
 */
#ifndef SOCKLINE_BASE_GLOB_H
#define SOCKLINE_BASE_GLOB_H

#include <stdbool.h>
#include <stddef.h>

int glob_match(const char *pattern, const char *text); /* 1 or 0 */
int glob_is_pattern(const char *text);		       /* has one of * ? [ */

/* Damerau-Levenshtein distance, case-insensitive. */
size_t word_distance(const char *a, const char *b);
/* Whether typed may be meant as word: at most one slip in each three letters. */
bool word_is_near(const char *word, const char *typed);

#endif
