/* Choosing calls by name: -e trace=SET's words, and the nearest word to a mistyped one. */
#include <stdbool.h>
#include <string.h>

#include "base/glob.h"
#include "calls/row.h"

/* %network and %desc's bare forms are what older strace versions took. */
static const struct {
	const char *word;
	unsigned classes; /* any of these; 0: every call */
} class_words[] = {
	{ "%lifecycle", CLASS_LIFECYCLE }, { "%data", CLASS_DATA }, { "%ready", CLASS_READY },
	{ "%options", CLASS_OPTIONS },	   { "%net", CLASS_NET },   { "%network", CLASS_NET },
	{ "network", CLASS_NET },	   { "%all", 0 },	    { "all", 0 },
};

enum { CLASS_WORDS = sizeof(class_words) / sizeof(class_words[0]) };

const struct row *row_by_name(const char *name)
{
	for (unsigned i = 0; i < CALL_COUNT; i++)
		if (!strcmp(call_rows[i].name, name))
			return &call_rows[i];
	return NULL;
}

/* Adds the calls of any of the classes; those of CLASS_INTERNAL only when named. */
static size_t add_classes(struct row_set *set, unsigned classes)
{
	size_t count = 0;

	for (unsigned i = 0; i < CALL_COUNT; i++) {
		unsigned has = call_rows[i].classes;

		if (has & CLASS_INTERNAL || (classes && !(has & classes)))
			continue;
		row_set_add(set, i);
		count++;
	}
	return count;
}

size_t row_set_add_word(struct row_set *set, const char *word)
{
	const bool pattern = glob_is_pattern(word);
	size_t count = 0;

	if (!strcmp(word, "none"))
		return 1;
	for (unsigned i = 0; i < CLASS_WORDS; i++)
		if (!strcmp(class_words[i].word, word))
			return add_classes(set, class_words[i].classes);
	for (unsigned i = 0; i < CALL_COUNT; i++) {
		const char *name = call_rows[i].name;

		if (pattern ? glob_match(word, name) : !strcmp(word, name)) {
			row_set_add(set, i);
			count++;
		}
	}
	return count;
}

const char *row_nearest(const char *word)
{
	const char *best = call_rows[0].name;
	size_t distance = SIZE_MAX;

	for (unsigned i = 0; i < CALL_COUNT + CLASS_WORDS; i++) {
		const char *name = i < CALL_COUNT ? call_rows[i].name : class_words[i - CALL_COUNT].word;
		size_t here = word_distance(word, name);

		if (here < distance) {
			distance = here;
			best = name;
		}
	}
	return best;
}
