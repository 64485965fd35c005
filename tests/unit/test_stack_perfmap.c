/* Names of code that compilers made at run time: of many definitions of an address the newest holds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sys/stat.h>
#include <unistd.h>

#include "stack/perfmap.h"
#include "stack/spans.h"
#include "stack/stack.h"

enum { SPACE = 400, DEFINITIONS = 120, ROUNDS = 200 };

struct overlap_row {
	const char *name;
	struct span added[4];
	unsigned count;
	uint64_t address;
	int index; /* -1: none */
};

static const struct overlap_row overlaps[] = {
	{ "before the first", { { 10, 19, 0 } }, 1, 9, -1 },
	{ "its first", { { 10, 19, 0 } }, 1, 10, 0 },
	{ "its last", { { 10, 19, 0 } }, 1, 19, 0 },
	{ "behind it", { { 10, 19, 0 } }, 1, 20, -1 },
	{ "replaced", { { 10, 19, 0 }, { 10, 19, 1 } }, 2, 15, 1 },
	{ "left before a newer one", { { 10, 29, 0 }, { 15, 19, 1 } }, 2, 14, 0 },
	{ "covered by it", { { 10, 29, 0 }, { 15, 19, 1 } }, 2, 15, 1 },
	{ "left behind it", { { 10, 29, 0 }, { 15, 19, 1 } }, 2, 20, 0 },
	{ "between two newer ones", { { 10, 29, 0 }, { 12, 13, 1 }, { 16, 18, 2 } }, 3, 15, 0 },
	{ "newest of three", { { 10, 29, 0 }, { 12, 18, 1 }, { 14, 15, 2 } }, 3, 14, 2 },
	{ "up to the last address", { { 10, 29, 0 }, { 20, UINT64_MAX, 1 } }, 2, UINT64_MAX, 1 },
	{ "from the first address", { { 0, UINT64_MAX, 0 }, { 0, 5, 1 } }, 2, 6, 0 },
};

static void rows_of_overlaps(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(overlaps) / sizeof(*overlaps); i++) {
		const struct overlap_row *row = &overlaps[i];
		struct spans spans = { 0 };

		spans_add(&spans, row->added, row->count);
		const struct span *found = spans_find(&spans, row->address);
		if ((found ? (int)found->index : -1) != row->index)
			print_error("%s\n", row->name);
		assert_int_equal(found ? (int)found->index : -1, row->index);
		spans_done(&spans);
	}
}

/* Against the plainest way to say it: an array of who wrote last, added to in pieces. */
static void any_order(void **state)
{
	(void)state;
	srand(5);
	for (unsigned round = 0; round < ROUNDS; round++) {
		struct span added[DEFINITIONS];
		struct spans spans = { 0 };
		int owner[SPACE];
		size_t done = 0;

		memset(owner, 0xff, sizeof(owner));
		for (size_t i = 0; i < DEFINITIONS; i++) {
			const uint64_t first = (uint64_t)rand() % SPACE, len = (uint64_t)rand() % 30;
			added[i] = (struct span){ first, first + len, i };
			for (uint64_t at = first; at <= first + len && at < SPACE; at++)
				owner[at] = (int)i;
		}
		while (done < DEFINITIONS) {
			size_t piece = 1 + (size_t)rand() % 50;
			if (piece > DEFINITIONS - done)
				piece = DEFINITIONS - done;
			spans_add(&spans, added + done, piece);
			done += piece;
		}
		for (uint64_t at = 0; at < SPACE; at++) {
			const struct span *found = spans_find(&spans, at);
			assert_int_equal(found ? (int)found->index : -1, owner[at]);
		}
		spans_done(&spans);
	}
}

static void expect(struct stack *stack, struct perfmap *map, uint64_t address, const char *name,
		   uint64_t starts)
{
	uint64_t start = 0;
	const char *found = perfmap_find(stack, map, address, &start);

	if (!name) {
		assert_null(found);
		return;
	}
	assert_non_null(found);
	assert_string_equal(found, name);
	assert_int_equal(start, starts);
}

/* A map as large as node's, which grows while it is in use. */
static void large_map(void **state)
{
	enum { LINES = 50000, FIRST = 0x100000, SIZE = 64 };
	const struct stack_options options = { 0 };
	struct stack *stack = stack_new(&options);
	char path[64], name[32];

	(void)state;
	snprintf(path, sizeof(path), "/tmp/perf-%d.map", getpid());
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	for (unsigned i = LINES; i-- > 0;)
		fprintf(file, "%x %x f%u\n", FIRST + i * SIZE, SIZE, i);
	fprintf(file, "%x 8 of two\n%llx ffff last\nno line\n", FIRST + 100 * SIZE + 4, ~0xffULL);
	fflush(file);
	struct perfmap *map = perfmap_get(stack, getpid());
	for (unsigned i = 0; i < LINES; i += 501) {
		snprintf(name, sizeof(name), "f%u", i);
		expect(stack, map, FIRST + i * SIZE + SIZE - 1, name, FIRST + i * SIZE);
	}
	expect(stack, map, FIRST - 1, NULL, 0);
	expect(stack, map, FIRST + 100 * SIZE + 4, "of two", FIRST + 100 * SIZE + 4);
	expect(stack, map, FIRST + 100 * SIZE + 12, "f100", FIRST + 100 * SIZE);
	expect(stack, map, UINT64_MAX, "last", ~0xffULL);
	fprintf(file, "%x %x replaced\n", FIRST, SIZE);
	fflush(file);
	assert_true(perfmap_news(stack, map));
	expect(stack, map, FIRST + 5, "replaced", FIRST);
	fclose(file);
	unlink(path);
	perfmap_free(map);
	stack_free(stack);
}

/* A file that an earlier process of this pid left behind names nothing, until this one writes it. */
static void stale_map(void **state)
{
	const struct stack_options options = { 0 };
	const struct timespec long_ago[2] = { { .tv_sec = 1000000000 }, { .tv_sec = 1000000000 } };
	struct stack *stack = stack_new(&options);
	char path[64];

	(void)state;
	snprintf(path, sizeof(path), "/tmp/perf-%d.map", getpid());
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	fprintf(file, "1000 100 old\n");
	fflush(file);
	assert_int_equal(futimens(fileno(file), long_ago), 0);
	struct perfmap *map = perfmap_get(stack, getpid());
	expect(stack, map, 0x1010, NULL, 0);
	rewind(file);
	fprintf(file, "1000 100 new\n");
	fflush(file);
	expect(stack, map, 0x1010, "new", 0x1000);
	fclose(file);
	unlink(path);
	perfmap_free(map);
	stack_free(stack);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_of_overlaps),
		cmocka_unit_test(any_order),
		cmocka_unit_test(large_map),
		cmocka_unit_test(stale_map),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
