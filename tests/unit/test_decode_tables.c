/* The tables of decoding: names that the kernel has, and docs/COVERAGE.md as they say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "decode/capture.h"
#include "decode/coverage.h"
#include "decode/kinds.h"
#include "decode/typed.h"

/* Each row's name stands in a list of its level and is what that number is called. */
static void check_levels(const struct level *const *levels, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		const struct level *level = levels[i];
		uint64_t number;

		assert_int_equal(names_value(level->levels, level->name, &number), 0);
		assert_ptr_equal(level_find(levels, count, (uint32_t)number, level->family), level);
		for (unsigned row = 0; row < level->count; row++) {
			const char *name = level->rows[row].name, *known = NULL;
			const struct names *lists[] = { level->types, level->get_types, level->set_types };

			for (unsigned list = 0; list < 3 && !known; list++)
				if (lists[list] && !names_value(lists[list], name, &number))
					known = names_find(lists[list], number);
			if (!known || strcmp(known, name) != 0)
				fail_msg("%s: %s is known as %s", level->name, name,
					 known ? known : "nothing");
		}
	}
}

static void rows_have_the_kernels_names(void **state)
{
	(void)state;
	check_levels(option_levels, option_level_count);
	check_levels(control_levels, control_level_count);
}

static void coverage_is_true(void **state)
{
	(void)state;
	FILE *file = fopen(SOURCE_DIR "/docs/COVERAGE.md", "r");
	struct text now = { 0 }, then = { 0 };
	char piece[4096];
	size_t got;

	assert_non_null(file);
	text_add(&then, "");
	while ((got = fread(piece, 1, sizeof(piece), file)) > 0)
		text_add_bytes(&then, piece, got);
	(void)fclose(file);
	coverage_write(&now);
	if (strcmp(now.data, then.data) != 0)
		fail_msg("docs/COVERAGE.md is not what the tables say: run ./dev generate");
	text_done(&now);
	text_done(&then);
}

/* What a pass skips has nothing to read. */
static void kinds_are_told_apart(void **state)
{
	struct capture_args args[CALL_COUNT];

	(void)state;
	for (unsigned as = 0; as < A_KINDS; as++) {
		assert_int_equal(kind_in(KINDS_READ, as), decode_kinds[as].size != NULL);
		assert_int_equal(kind_in(KINDS_FOLLOWED, as), decode_kinds[as].follow != NULL);
	}
	capture_args_fill(args);
	for (unsigned id = 0; id < CALL_COUNT; id++) {
		const struct row *row = &call_rows[id];

		for (unsigned i = 0; i < row->arg_count; i++) {
			const struct arg *arg = &row->args[i];
			bool read = decode_kinds[arg->as].size != NULL;

			assert_int_equal(args[id].entry >> i & 1, read && arg->when != AT_EXIT);
			assert_int_equal(args[id].exit >> i & 1, read && arg->when != AT_ENTRY);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_have_the_kernels_names),
		cmocka_unit_test(coverage_is_true),
		cmocka_unit_test(kinds_are_told_apart),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
