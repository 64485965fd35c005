#include "names/names.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

/* Each name of a split takes at least one bit of the 64. */
enum { MOST_FLAGS = 64 };

/* The first entry whose value is not below the one sought: of aliases, the canonical name. */
static size_t lower_bound(const struct names *names, uint64_t value)
{
	size_t low = 0, high = names->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (names->list[middle].value < value)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const char *names_find(const struct names *names, uint64_t value)
{
	size_t at = lower_bound(names, value);

	return at < names->count && names->list[at].value == value ? names->list[at].name : NULL;
}

/* Whole names are tried before shortened ones, so that a name never means another one's rest. */
int names_value(const struct names *names, const char *name, uint64_t *value)
{
	size_t prefix = strlen(names->prefix);

	for (size_t i = 0; i < names->count; i++) {
		if (strcasecmp(names->list[i].name, name) == 0) {
			*value = names->list[i].value;
			return 0;
		}
	}
	for (size_t i = 0; prefix != 0 && i < names->count; i++) {
		const char *full = names->list[i].name;

		if (strncmp(full, names->prefix, prefix) == 0 && strcasecmp(full + prefix, name) == 0) {
			*value = names->list[i].value;
			return 0;
		}
	}
	return -ENOENT;
}

/* The most bits that a value of the list has, among those with fewer than limit. */
static int width_below(const struct names *names, int limit)
{
	int widest = 0;

	for (size_t i = 0; i < names->count; i++) {
		int width = __builtin_popcountll(names->list[i].value);

		if (width < limit && width > widest)
			widest = width;
	}
	return widest;
}

/* Collects in found the entries of that width whose bits are all left in *flags, and takes these bits away.
 */
static size_t take(const struct names *names, int width, uint64_t *flags, uint16_t *found, size_t count)
{
	for (size_t i = 0; i < names->count && *flags != 0 && count < MOST_FLAGS; i++) {
		uint64_t value = names->list[i].value;

		if ((value & ~*flags) != 0 || __builtin_popcountll(value) != width)
			continue;
		*flags &= ~value;
		found[count++] = (uint16_t)i;
	}
	return count;
}

/* Orders the indexes, which is ordering by value; there are few, and nearly in order. */
static void sort(uint16_t *found, size_t count)
{
	for (size_t i = 1; i < count; i++) {
		uint16_t moved = found[i];
		size_t at = i;

		for (; at > 0 && found[at - 1] > moved; at--)
			found[at] = found[at - 1];
		found[at] = moved;
	}
}

size_t names_split(const struct names *names, uint64_t flags, const char **out, size_t max, uint64_t *rest)
{
	uint16_t found[MOST_FLAGS];
	size_t count = 0;

	for (int width = width_below(names, 65); width > 0 && flags != 0; width = width_below(names, width))
		count = take(names, width, &flags, found, count);
	sort(found, count);
	while (count > max)
		flags |= names->list[found[--count]].value;
	for (size_t i = 0; i < count; i++)
		out[i] = names->list[found[i]].name;
	*rest = flags;
	return count;
}

const char *names_errno(int error)
{
	return error > 0 ? names_find(&names_error_number, (uint64_t)error) : NULL;
}

const char *names_errno_text(int error)
{
	return error > 0 ? names_find(&names_errno_text_list, (uint64_t)error) : NULL;
}

const char *names_signal(int signo)
{
	return signo > 0 ? names_find(&names_signal_number, (uint64_t)signo) : NULL;
}
