/* Go's own table, in the formats of Go 1.16, 1.18 and 1.20 on (tests/programs/gotab.S). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <fcntl.h>
#include <unistd.h>

#include "arch/abi.h"

#include "stack/gotab.h"
#include "stack/internal.h"

enum { SECOND = 14 }; /* where the second function begins */

static char path[] = "/tmp/sockline-gotab-XXXXXX";

static size_t read_nothing(struct memory *memory, struct memory_span *spans, size_t count)
{
	(void)memory;
	for (size_t i = 0; i < count; i++)
		spans[i].got = 0;
	return 0;
}

struct world {
	struct stack *stack;
	struct module *module;
	struct memory memory;
	uint64_t start; /* of the first function */
};

static void build(struct world *world, const char *flags)
{
	const struct stack_options options = { .demangle = true };
	const struct mapping mapping = { 0x10000, 0x20000, 0, 1, 1, path };
	char command[512];

	snprintf(command, sizeof(command), "cc -nostdlib -static %s %s/tests/programs/gotab.S -o %s", flags,
		 SOURCE_DIR, path);
	assert_int_equal(system(command), 0);
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	world->stack = stack_new(&options);
	world->memory = (struct memory){ .read = read_nothing };
	world->module = module_get(world->stack, &mapping, NULL);
	module_read(world->stack, world->module, &mapping, &world->memory, fd, true);
	assert_int_equal(world->module->state, MODULE_OPEN);
	world->module->fd = fd;
	GElf_Ehdr header;
	assert_non_null(gelf_getehdr(world->module->elf, &header));
	world->start = header.e_entry;
}

static void check_line(const struct gotab_line *line, const char *function, int number)
{
	assert_non_null(line->function);
	assert_string_equal(line->function, function);
	assert_int_equal(line->line, number);
	if (number)
		assert_string_equal(line->file, "/srv/main.go");
}

static enum row_kind row_at(struct world *world, uint64_t address, struct code *code)
{
	*code = (struct code){ .module = world->module, .pc = address + 1, .address = address };
	code_find_row(world->stack, code, abi_unwind(&abi_x86_64), &world->memory);
	return code->row;
}

static void check_rows(struct world *world)
{
	struct code code;

	assert_int_equal(row_at(world, world->start + 5, &code), ROW_PLAIN);
	assert_int_equal(code.cfa_reg, 7);
	assert_int_equal(code.cfa_offset, 24);
	assert_int_equal(code.return_offset, -8);
	assert_int_equal(row_at(world, world->start + SECOND + 2, &code), ROW_END);
}

static void test_formats(void **state)
{
	static const struct {
		const char *flags;
		bool has_trees;
	} formats[] = {
		{ "-DGO=16", false },
		{ "-DGO=18", true },
		{ "-DGO=20", true },
		/* was undefined behaviour: a tree at the beginning of no trees */
		{ "-DGO=20 -DNO_TREES", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(formats) / sizeof(*formats); i++) {
		struct gotab_place place;
		struct world world;
		build(&world, formats[i].flags);
		assert_true(gotab_find(world.stack, world.module, world.start + 1, &place));
		if (formats[i].has_trees) {
			assert_int_equal(place.count, 2);
			check_line(&place.lines[0], "net/http.inlined", 9);
			check_line(&place.lines[1], "main.main", 10);
		} else {
			/* What is inlined is not known: neither is the line of what it is inlined into. */
			assert_int_equal(place.count, 1);
			check_line(&place.lines[0], "main.main", 0);
		}
		assert_true(gotab_find(world.stack, world.module, world.start + 6, &place));
		assert_int_equal(place.count, 1);
		check_line(&place.lines[0], "main.main", 10);
		assert_true(gotab_find(world.stack, world.module, world.start + SECOND + 4, &place));
		check_line(&place.lines[0], "runtime.goexit", 10);
		assert_false(gotab_find(world.stack, world.module, world.start + SECOND + 6, &place));
		assert_false(gotab_find(world.stack, world.module, world.start - 1, &place));
		check_rows(&world);
		stack_free(world.stack);
	}
}

static int make_path(void **state)
{
	(void)state;
	const int fd = mkstemp(path);
	return fd < 0 ? -1 : close(fd);
}

static int remove_path(void **state)
{
	(void)state;
	return unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_formats) };

	return cmocka_run_group_tests(tests, make_path, remove_path);
}
