#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/glob.h"
#include "base/map.h"

static void test_error(void **state)
{
	struct error error = { 0 };
	char long_text[1000];

	(void)state;
	assert_int_equal(error_set(&error, ENOENT, "open %s", "x"), -ENOENT);
	assert_int_equal(error.code, ENOENT);
	assert_string_equal(error.text, "open x");
	assert_int_equal(error_set(NULL, EPERM, "nobody reads this"), -EPERM);
	assert_int_equal(error_set(&error, 0, "no code"), -EIO);
	assert_int_equal(error.code, EIO);
	memset(long_text, 'x', sizeof(long_text) - 1);
	long_text[sizeof(long_text) - 1] = 0;
	error_set(&error, EIO, "%s", long_text);
	assert_int_equal(strlen(error.text), sizeof(error.text) - 1);
}

static void test_arena(void **state)
{
	struct arena arena = { 0 };

	(void)state;
	for (int round = 0; round < 3; round++) {
		char *texts[1000];

		for (int i = 0; i < 1000; i++) {
			texts[i] = arena_printf(&arena, "text %d of round %d", i, round);
			assert_int_equal((uintptr_t)texts[i] % 8, 0);
		}
		char *large = arena_alloc(&arena, 100000);

		memset(large, 1, 100000);
		char *after = arena_string(&arena, "after");

		assert_string_equal(texts[999], round == 0   ? "text 999 of round 0"
						: round == 1 ? "text 999 of round 1"
							     : "text 999 of round 2");
		assert_string_equal(after, "after");
		arena_reset(&arena);
	}
	const char *zeroes = arena_zalloc(&arena, 64);

	for (int i = 0; i < 64; i++)
		assert_int_equal(zeroes[i], 0);
	assert_memory_equal(arena_copy(&arena, "a\0b", 3), "a\0b", 4);
	assert_string_equal(arena_copy(&arena, NULL, 0), "");
	arena_done(&arena);
}

/* A steady load gets the same memory back after every reset. */
static void test_arena_keeps(void **state)
{
	struct arena arena = { 0 };
	const void *first = arena_alloc(&arena, 100);
	const void *beyond = arena_alloc(&arena, 8192);

	(void)state;
	arena_reset(&arena);
	assert_ptr_equal(arena_alloc(&arena, 100), first);
	assert_ptr_equal(arena_alloc(&arena, 8192), beyond);
	arena_done(&arena);
}

static void test_map(void **state)
{
	enum { KEYS = 5000 };
	static int values[KEYS];
	struct map map = { 0 };

	(void)state;
	assert_null(map_get(&map, 0));
	assert_null(map_take(&map, 0));
	for (uint64_t i = 0; i < KEYS; i++)
		assert_null(map_put(&map, i * 4096, &values[i]));
	assert_int_equal(map.count, KEYS);
	for (uint64_t i = 0; i < KEYS; i += 2)
		assert_ptr_equal(map_take(&map, i * 4096), &values[i]);
	assert_int_equal(map.count, KEYS / 2);
	for (uint64_t i = 0; i < KEYS; i++)
		assert_ptr_equal(map_get(&map, i * 4096), i % 2 ? &values[i] : NULL);
	assert_ptr_equal(map_put(&map, 4096, &values[0]), &values[1]);

	size_t seen = 0, at = 0;

	for (struct map_slot *slot; (slot = map_next(&map, &at));)
		seen += slot->value != NULL;
	assert_int_equal(seen, map.count);
	map_done(&map);
	assert_null(map_get(&map, 4096));
}

struct distance_case {
	const char *a, *b;
	size_t distance;
};

static void test_distance(void **state)
{
	static const struct distance_case cases[] = {
		{ "", "", 0 },
		{ "connect", "connect", 0 },
		{ "CONNECT", "connect", 0 },
		{ "conect", "connect", 1 },
		{ "connetc", "connect", 1 },
		{ "", "abc", 3 },
		{ "recv", "recvmsg", 3 },
		{ "sitting", "kitten", 3 },
		{ "ca", "abc", 3 },
		{ "sendot", "sendto", 1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(word_distance(cases[i].a, cases[i].b), cases[i].distance);
		assert_int_equal(word_distance(cases[i].b, cases[i].a), cases[i].distance);
	}
}

static void test_glob(void **state)
{
	(void)state;
	assert_true(glob_match("send*", "sendmsg"));
	assert_true(glob_match("*/lib*", "/usr/lib/x/y"));
	assert_true(glob_match("accept?", "accept4"));
	assert_false(glob_match("accept?", "accept"));
	assert_false(glob_match("send", "sendto"));
	assert_true(glob_is_pattern("a[bc]"));
	assert_false(glob_is_pattern("plain.name"));
}

static void test_clock(void **state)
{
	const uint64_t before = clock_monotonic_ns();

	(void)state;
	assert_true(clock_monotonic_ns() >= before);
	assert_true(clock_wall_ns() > 1700000000ULL * 1000000000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_error),	    cmocka_unit_test(test_arena),
		cmocka_unit_test(test_arena_keeps), cmocka_unit_test(test_map),
		cmocka_unit_test(test_distance),    cmocka_unit_test(test_glob),
		cmocka_unit_test(test_clock),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
