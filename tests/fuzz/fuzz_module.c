/*
 * fuzz_module: an ELF file of the program's choice, as a module whose code is on the stack: rows, symbols,
 * lines, Go's table.
 *
 * The first four bytes choose addresses; the rest is the file. Seeds: tests/fuzz/module_seeds.sh makes small
 * ones.
 */
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "stack/internal.h"

#include "stack/gotab.h"

enum { MAPPED = 0x10000 };

struct picture {
	struct memory memory;
	const uint8_t *data;
	size_t size;
};

/* The program's memory: the file, again and again. */
static size_t read_picture(struct memory *memory, struct memory_span *spans, size_t count)
{
	const struct picture *picture = (struct picture *)memory;
	size_t all = 0;

	for (size_t i = 0; i < count; i++) {
		uint8_t *to = spans[i].to;
		for (uint32_t at = 0; at < spans[i].size; at++)
			to[at] = picture->data[(spans[i].address - MAPPED + at) % picture->size];
		spans[i].got = spans[i].size;
		all += spans[i].got;
	}
	return all;
}

/* One address: its row, its names, and whether the caller policy can be asked about them. */
static void look_at(struct stack *stack, struct module *module, struct memory *memory,
		    const struct unwind_abi *unwind, uint64_t address)
{
	if (map_get(&module->codes, code_key(address, true)))
		return;
	struct code *code = arena_zalloc(&stack->arena, sizeof(*code));
	struct walk_frame frame = { address + 1, code, false };
	struct walk walk = { .frames = &frame, .count = 1 };

	code->module = module;
	code->pc = address + 1;
	code->address = address;
	map_put(&module->codes, code_key(address, true), code);
	code_find_row(stack, code, unwind, memory);
	stack_caller(stack, &walk);
	for (const struct place *place = stack_place(stack, &walk, 0); place; place = place->outer)
		if (place->file && place->line <= 0)
			__builtin_trap();
}

/* The file as one that a program has mapped. */
static void look_into(const uint8_t *data, size_t size, uint32_t choice)
{
	const struct stack_options options = { .demangle = true };
	const int fd = memfd_create("module", MFD_CLOEXEC);
	struct picture picture = { { read_picture }, data, size };
	struct stack *stack = stack_new(&options);

	if (write(fd, data, size) != (ssize_t)size)
		__builtin_trap();
	const struct mapping mapping = { MAPPED, MAPPED + size, 0, 1, 1, "/nowhere/module" };
	struct module *module = module_get(stack, &mapping);
	module->root = "/nowhere";
	module_read(stack, module, &mapping, &picture.memory, fd, true);
	const struct unwind_abi unwind = { .word = 8, .sp = 7, .fp = 6, .pc = 16, .regs = 17 };
	look_at(stack, module, &picture.memory, &unwind, choice % (size + 16));
	for (unsigned i = 0; i < module->segment_count && i < 3; i++)
		look_at(stack, module, &picture.memory, &unwind,
			module->segments[i].address + choice % (size + 1));
	stack_free(stack);
	close(fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint32_t choice;

	if (size < 4 + 64 || size > 1 << 18)
		return 0;
	memcpy(&choice, data, sizeof(choice));
	look_into(data + 4, size - 4, choice);
	return 0;
}
