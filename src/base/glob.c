#include "base/glob.h"

#include <ctype.h>
#include <fnmatch.h>
#include <string.h>

int glob_match(const char *pattern, const char *text)
{
	return fnmatch(pattern, text, 0) == 0;
}

int glob_is_pattern(const char *text)
{
	return strpbrk(text, "*?[") != NULL;
}

/* Letters are compared as a person would. */
static int same(char a, char b)
{
	return tolower((unsigned char)a) == tolower((unsigned char)b);
}

static size_t smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

/*
 * Insertions, deletions, substitutions and swaps of neighbours (the restricted form, "optimal string
 * alignment"). Words beyond 63 letters are measured by their first 63.
 */
size_t word_distance(const char *a, const char *b)
{
	enum { MOST = 63 };
	size_t rows[3][MOST + 1];
	size_t *before = rows[0], *above = rows[1], *row = rows[2];
	const size_t a_len = strnlen(a, MOST), b_len = strnlen(b, MOST);

	for (size_t j = 0; j <= b_len; j++)
		above[j] = before[j] = j;
	for (size_t i = 1; i <= a_len; i++) {
		row[0] = i;
		for (size_t j = 1; j <= b_len; j++) {
			const size_t swap_in = smaller(above[j], row[j - 1]) + 1;

			row[j] = smaller(swap_in, above[j - 1] + !same(a[i - 1], b[j - 1]));
			if (i > 1 && j > 1 && same(a[i - 1], b[j - 2]) && same(a[i - 2], b[j - 1]))
				row[j] = smaller(row[j], before[j - 2] + 1);
		}
		size_t *oldest = before;

		before = above;
		above = row;
		row = oldest;
	}
	return above[b_len];
}

bool word_is_near(const char *word, const char *typed)
{
	return word_distance(word, typed) <= (strlen(typed) + 1) / 3;
}
