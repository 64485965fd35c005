/* The filter expression of perf events: what it lets through, and how soon it decides. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../src/trace/perf_filter.h"

enum { SETS = 300, HOT = 1 };

/* Evaluates as the kernel does: a && or a || ends at the first part that decides (predicate_parse). */
struct evaluation {
	const char *at;
	long id;
	bool failed;
	unsigned compared;
};

static int eval_or(struct evaluation *evaluation, int live);

static int eval_part(struct evaluation *evaluation, int live)
{
	char how[3];
	long bound;
	int length = 0;

	if (*evaluation->at == '(') {
		evaluation->at++;
		int value = eval_or(evaluation, live);

		assert_int_equal(*evaluation->at, ')');
		evaluation->at++;
		return value;
	}
	if (!strncmp(evaluation->at, "ret < 0", 7)) {
		evaluation->at += 7;
		evaluation->compared += (unsigned)live;
		return evaluation->failed;
	}
	assert_int_equal(sscanf(evaluation->at, "id %2[<>=] %ld%n", how, &bound, &length), 2);
	evaluation->at += length;
	evaluation->compared += (unsigned)live;
	return !strcmp(how, "<")    ? evaluation->id < bound
	       : !strcmp(how, "==") ? evaluation->id == bound
				    : evaluation->id >= bound;
}

/* The expressions never mix && and || without parentheses. */
static int eval_or(struct evaluation *evaluation, int live)
{
	int value = eval_part(evaluation, live);

	while (!strncmp(evaluation->at, " || ", 4) || !strncmp(evaluation->at, " && ", 4)) {
		int is_or = evaluation->at[1] == '|';

		evaluation->at += 4;
		int next = eval_part(evaluation, live && value != is_or);

		value = is_or ? value | next : value & next;
	}
	return value;
}

static int evaluate(const char *text, long id, bool failed, unsigned *compared)
{
	struct evaluation evaluation = { text, id, failed, 0 };
	int value = eval_or(&evaluation, 1);

	assert_int_equal(*evaluation.at, 0);
	*compared = evaluation.compared;
	return value;
}

static void check_set(const struct number_set *set)
{
	struct perf_filter filter = { 0 };
	unsigned compared;

	perf_filter_make(&filter, set);
	for (long id = -1; id < PLAN_NUMBERS + 2; id++) {
		bool want = id >= 0 && id < PLAN_NUMBERS && set->has[id];
		bool success = want && !set->fails[id];

		if (evaluate(filter.entries.data, id, false, &compared) != want)
			fail_msg("%ld should give %d: %s", id, want, filter.entries.data);
		if (evaluate(filter.exits.data, id, false, &compared) != success ||
		    evaluate(filter.exits.data, id, true, &compared) != want)
			fail_msg("%ld should give %d, failed %d: %s", id, success, want, filter.exits.data);
	}
	perf_filter_done(&filter);
}

static void lets_exactly_the_set_through(void **state)
{
	(void)state;
	srand(1);
	for (int i = 0; i < SETS; i++) {
		struct number_set set = { 0 };
		int runs = rand() % 40, number = rand() % 50;

		for (int run = 0; run < runs && number < PLAN_NUMBERS; run++) {
			for (int length = 1 + rand() % 15; length && number < PLAN_NUMBERS; length--) {
				set.fails[number] = i % 2 && rand() % 8 == 0;
				set.has[number++] = 1;
			}
			number += 1 + rand() % 30;
		}
		check_set(&set);
	}
}

/* read's number is no farther than two comparisons away however the rest looks. */
static void decides_early_on_what_is_called_often(void **state)
{
	struct number_set set = { 0 };
	struct perf_filter filter = { 0 };
	unsigned compared;

	(void)state;
	for (int number = 13; number < 440; number += 7)
		set.has[number] = 1;
	set.often[0] = set.often[HOT] = 1;
	perf_filter_make(&filter, &set);
	for (long id = 0; id <= HOT; id++) {
		assert_false(evaluate(filter.exits.data, id, false, &compared));
		assert_true(compared <= 2);
	}
	perf_filter_done(&filter);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lets_exactly_the_set_through),
		cmocka_unit_test(decides_early_on_what_is_called_often),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
