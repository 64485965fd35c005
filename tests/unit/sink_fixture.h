/* sink_fixture: what a sink wrote, compared with a file of expected text. */
#ifndef SOCKLINE_TESTS_SINK_FIXTURE_H
#define SOCKLINE_TESTS_SINK_FIXTURE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Compares with tests/fixtures/name; SOCKLINE_WRITE_FIXTURES=1 writes that file instead. */
static inline void expect_fixture(const char *name, const char *text)
{
	char path[512], expected[65536];

	snprintf(path, sizeof(path), "%s/tests/fixtures/%s", SOURCE_DIR, name);
	const char *write_wanted = getenv("SOCKLINE_WRITE_FIXTURES");
	FILE *file = fopen(path, write_wanted ? "w" : "r");
	assert_non_null(file);
	if (write_wanted) {
		assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
	} else {
		size_t len = fread(expected, 1, sizeof(expected) - 1, file);
		expected[len] = 0;
		assert_string_equal(text, expected);
	}
	fclose(file);
}

#endif
