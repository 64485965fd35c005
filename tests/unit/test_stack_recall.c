/* Stacks that were walked before: what makes one the same, and what another. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "arch/abi.h"
#include "stack/recall.h"
#include "stack/space.h"

enum { SP = 0x7ffe0000, PC = 0x401000, FP = 6 };

/* A stack of two frames: a return address at 8, a saved frame pointer at 16 that the second frame is found
 * by. */
struct scene {
	struct recall *recall;
	struct space space;
	struct regs regs;
	uint64_t words[8];
	struct memory memory;
	struct walk_frame frames[2];
};

static int other_registers(struct memory *memory, struct regs *regs)
{
	(void)memory;
	*regs = (struct regs){ .pc = PC, .sp = SP };
	regs->dwarf[FP] = 77;
	return 0;
}

static int set_up(void **state)
{
	struct scene *scene = calloc(1, sizeof(*scene));

	scene->recall = calloc(1, sizeof(*scene->recall));
	scene->space = (struct space){ .id = 1, .generation = 1 };
	scene->regs = (struct regs){ .pc = PC, .sp = SP };
	scene->memory.registers = other_registers;
	for (unsigned i = 0; i < 8; i++)
		scene->words[i] = 100 + i;
	*state = scene;
	return 0;
}

static int tear_down(void **state)
{
	struct scene *scene = *state;

	recall_done(scene->recall);
	free(scene->recall);
	free(scene);
	return 0;
}

static struct recall_start start_of(struct scene *scene, uint32_t got)
{
	return (struct recall_start){ &scene->space, abi_unwind(&abi_x86_64), &scene->regs,
				      (uint8_t *)scene->words, got };
}

static const struct recalled *find(struct scene *scene)
{
	const struct recall_start start = start_of(scene, sizeof(scene->words));

	return recall_find(scene->recall, &start, &scene->memory);
}

/* Keeps the scene's walk; first_register: its first frame is found by a register of the thread. */
static uint64_t keep(struct scene *scene, bool first_register, uint32_t got)
{
	struct recall_draft *draft = recall_begin(scene->recall);
	const struct recall_start start = start_of(scene, got);
	struct walk walk = { .frames = scene->frames, .count = 2 };

	if (first_register)
		recall_register(draft, FP, 77);
	recall_word(draft, 8, scene->words[1]);
	draft->from[FP] = 16 + 1;
	recall_register(draft, FP, scene->words[2]);
	recall_word(draft, 40, scene->words[5]);
	recall_keep(scene->recall, &start, &walk);
	return walk.id;
}

static void same_is_found(void **state)
{
	struct scene *scene = *state;
	uint64_t id = keep(scene, false, sizeof(scene->words));

	assert_true(id);
	scene->words[0] = scene->words[3] = 5; /* of no consequence */
	assert_non_null(find(scene));
	assert_int_equal(find(scene)->id, id);
	assert_int_equal(find(scene)->frame_count, 2);
	assert_ptr_equal(recall_by_id(scene->recall, id), find(scene));
}

static void other_words(void **state)
{
	struct scene *scene = *state;

	keep(scene, false, sizeof(scene->words));
	for (unsigned i = 0; i < 8; i++) {
		bool counts = i == 1 || i == 2 || i == 5;

		scene->words[i]++;
		assert_int_equal(!find(scene), counts);
		scene->words[i]--;
	}
}

static void other_beginnings(void **state)
{
	struct scene *scene = *state;

	keep(scene, false, sizeof(scene->words));
	scene->space.generation++; /* something was mapped */
	assert_null(find(scene));
	scene->space.generation--;
	scene->space.id++;
	assert_null(find(scene));
	scene->space.id--;
	scene->regs.pc++;
	assert_null(find(scene));
	scene->regs.pc--;
	scene->regs.sp += 8;
	assert_null(find(scene));
	scene->regs.sp -= 8;
	assert_non_null(find(scene));
}

static void other_registers_count(void **state)
{
	struct scene *scene = *state;

	keep(scene, true, sizeof(scene->words));
	assert_null(find(scene));
	scene->regs.dwarf[FP] = 77;
	assert_non_null(find(scene));
	scene->regs.dwarf[FP] = 0;
	scene->regs.partial = true; /* the thread is asked, and has 77 */
	assert_non_null(find(scene));
	scene->memory.registers = NULL;
	assert_null(find(scene));
}

/* What lay beyond the copy cannot be compared with the next one. */
static void short_copies(void **state)
{
	struct scene *scene = *state;
	struct recall_start start;

	assert_int_equal(keep(scene, false, 40), 0);
	assert_null(find(scene));
	assert_true(keep(scene, false, 48));
	assert_non_null(find(scene));
	start = start_of(scene, 40);
	assert_null(recall_find(scene->recall, &start, &scene->memory));
}

static void too_deep(void **state)
{
	struct scene *scene = *state;
	const struct recall_start start = start_of(scene, sizeof(scene->words));
	struct recall_draft *draft = recall_begin(scene->recall);
	struct walk walk = { .frames = scene->frames, .count = 2 };

	for (unsigned i = 0; i <= RECALL_WORDS; i++)
		recall_word(draft, 8, scene->words[1]);
	recall_keep(scene->recall, &start, &walk);
	assert_int_equal(walk.id, 0);
}

/* Several ways to one call are all kept, one more takes the place of the oldest. */
static void ways_to_one_call(void **state)
{
	struct scene *scene = *state;
	uint64_t ids[RECALL_WAYS + 1];

	for (unsigned way = 0; way <= RECALL_WAYS; way++) {
		scene->words[1] = way;
		ids[way] = keep(scene, false, sizeof(scene->words));
	}
	assert_null(recall_by_id(scene->recall, ids[0]));
	for (unsigned way = 0; way <= RECALL_WAYS; way++) {
		scene->words[1] = way;
		assert_int_equal(!find(scene), way == 0);
	}
}

/* What was kept under an old id is not found, nor is the id used again. */
static void forgotten(void **state)
{
	struct scene *scene = *state;
	uint64_t old = keep(scene, false, sizeof(scene->words)), new;

	recall_forget(scene->recall);
	assert_null(find(scene));
	assert_null(recall_by_id(scene->recall, old));
	new = keep(scene, false, sizeof(scene->words));
	assert_int_not_equal(new, old);
	assert_int_equal(find(scene)->id, new);
}

/* Walks that are never found again are soon kept now and then only; those that are, again always. */
static void keeping_must_pay(void **state)
{
	struct scene *scene = *state;
	unsigned paid = 0;

	for (unsigned i = 0; i < 10000; i++) {
		scene->regs.sp += 8;
		if (recall_pays(scene->recall)) {
			keep(scene, false, sizeof(scene->words));
			paid++;
		}
	}
	assert_in_range(paid, 100, 1000);
	keep(scene, false, sizeof(scene->words));
	for (unsigned i = 0; i < 100; i++)
		assert_non_null(find(scene));
	for (unsigned i = 0; i < 50; i++)
		assert_true(recall_pays(scene->recall));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(same_is_found, set_up, tear_down),
		cmocka_unit_test_setup_teardown(other_words, set_up, tear_down),
		cmocka_unit_test_setup_teardown(other_beginnings, set_up, tear_down),
		cmocka_unit_test_setup_teardown(other_registers_count, set_up, tear_down),
		cmocka_unit_test_setup_teardown(short_copies, set_up, tear_down),
		cmocka_unit_test_setup_teardown(too_deep, set_up, tear_down),
		cmocka_unit_test_setup_teardown(ways_to_one_call, set_up, tear_down),
		cmocka_unit_test_setup_teardown(forgotten, set_up, tear_down),
		cmocka_unit_test_setup_teardown(keeping_must_pay, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
