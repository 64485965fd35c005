#include "app/select.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/glob.h"
#include "names/names.h"
#include "option_table.h"

enum { WORD_MOST = 64 };

/* strace's other names for what has one of ours. */
static const char *own_name(const char *word)
{
	if (strcmp(word, "network") == 0 || strcmp(word, "%network") == 0)
		return "%net";
	return word;
}

void select_all(struct row_set *set)
{
	*set = (struct row_set){ 0 };
	row_set_add_word(set, "all");
}

/* Removes from all calls those in set. */
static void negate(struct row_set *set)
{
	struct row_set all;

	select_all(&all);
	for (size_t i = 0; i < sizeof(set->bits) / sizeof(set->bits[0]); i++)
		set->bits[i] = all.bits[i] & ~set->bits[i];
}

/* Adds what one word names; len bytes of it count. */
static int add_word(struct row_set *set, const char *text, size_t len, struct error *error)
{
	const int optional = len && *text == '?';
	char word[WORD_MOST];

	text += optional;
	len -= (size_t)optional;
	if (!len)
		return error_set(
			error, EINVAL,
			"-e has an empty word: give calls with commas between them, such as connect,%%data");
	if (len < sizeof(word)) {
		memcpy(word, text, len);
		word[len] = 0;
		if (strcmp(word, "none") == 0 || row_set_add_word(set, own_name(word)) || optional)
			return 0;
	} else {
		len = sizeof(word) - 1;
		memcpy(word, text, len);
		word[len] = 0;
	}
	if (*word == '/')
		return error_set(error, EINVAL,
				 "-e takes no regular expressions such as %s: use a glob, such as 'recv*'",
				 word);
	if (!word_is_near(row_nearest(word), word))
		return error_set(
			error, EINVAL,
			"-e knows no call or class %s: it takes calls that can touch sockets, globs, and "
			"%%lifecycle %%data %%ready %%options %%net %%all",
			word);
	return error_set(error, EINVAL, "-e knows no call or class %s: did you mean %s?", word,
			 row_nearest(word));
}

/* The family whose name, without AF_ and in lower case, is nearest to word. */
static void nearest_family(const char *word, char *nearest, size_t size)
{
	const size_t prefix = strlen(names_address_family.prefix);
	size_t least = SIZE_MAX;

	for (size_t i = 0; i < names_address_family.count; i++) {
		const char *name = names_address_family.list[i].name + prefix;
		const size_t distance = word_distance(name, word);

		if (distance >= least)
			continue;
		least = distance;
		snprintf(nearest, size, "%s", name);
	}
	for (char *c = nearest; *c; c++)
		*c = (char)tolower((unsigned char)*c);
}

/* Adds one family's bit; len bytes of text count. */
static int add_family(uint64_t *families, const char *text, size_t len, struct error *error)
{
	char word[WORD_MOST], nearest[WORD_MOST] = "";
	uint64_t family;

	snprintf(word, sizeof(word), "%.*s", (int)(len < sizeof(word) ? len : sizeof(word) - 1), text);
	if (!*word)
		return error_set(error, EINVAL,
				 "--family has an empty word: give families with commas between them, such "
				 "as inet,inet6");
	if (names_value(&names_address_family, word, &family) == 0 && family < 64) {
		*families |= (uint64_t)1 << family;
		return 0;
	}
	const char *typed = word + (strncasecmp(word, "AF_", 3) == 0 ? 3 : 0);

	nearest_family(typed, nearest, sizeof(nearest));
	if (!word_is_near(nearest, typed))
		return error_set(
			error, EINVAL,
			"--family knows no \"%s\": it takes socket(2)'s families, such as inet,inet6,unix",
			word);
	return error_set(error, EINVAL, "--family knows no \"%s\": did you mean %s?", word, nearest);
}

int select_families(uint64_t *families, const char *text, struct error *error)
{
	const int negated = *text == '!';
	uint64_t chosen = 0;

	text += negated;
	for (;;) {
		const size_t len = strcspn(text, ",");
		const int status = add_family(&chosen, text, len, error);

		if (status)
			return status;
		if (!text[len])
			break;
		text += len + 1;
	}
	*families = negated ? ~chosen : chosen;
	return 0;
}

/* Takes "trace=" off, and refuses what else strace allows there. */
static int skip_qualifier(const char **text, struct error *error)
{
	const char *equals = strchr(*text, '=');
	const size_t len = equals ? (size_t)(equals - *text) : 0;

	if (!equals)
		return 0;
	if ((len == 5 && memcmp(*text, "trace", 5) == 0) || (len == 1 && **text == 't')) {
		*text = equals + 1;
		return 0;
	}
	const char *way = option_strace_qualifier(*text, len);

	if (way)
		return error_set(error, EINVAL, "-e %.*s= is strace's: %s", (int)len, *text, way);
	return error_set(error, EINVAL, "-e knows no %.*s=: did you mean -e trace=SET?",
			 (int)(len < 64 ? len : 64), *text);
}

int select_parse(struct row_set *set, const char *text, struct error *error)
{
	struct row_set chosen = { 0 };
	int status = skip_qualifier(&text, error);

	if (status)
		return status;
	const int negated = *text == '!';

	text += negated;
	for (;;) {
		const size_t len = strcspn(text, ",");

		status = add_word(&chosen, text, len, error);
		if (status)
			return status;
		if (!text[len])
			break;
		text += len + 1;
	}
	if (negated)
		negate(&chosen);
	*set = chosen;
	return 0;
}
