/*
 * fuzz_module: an ELF file of the program's choice, as a module whose code is on the stack: rows, the walk
 * along them, symbols, lines, functions, .gnu_debugdata, Go's table.
 *
 * The first four bytes choose addresses and the ABI; the rest is the file, which is what the stack holds,
 * too. Seeds: tests/fuzz/module_seeds.sh makes small ones.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "arch/abi.h" /* before <elf.h>, which has macros named like rows' constants */

#include "stack/image.h"
#include "stack/internal.h"

enum { MAPPED = 0x10000, STACK_AT = 0x40000000, NARROW = 1U << 31, WHOLE = 1U << 30 };

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

/* Names of a walk's frames, and its caller: no line without a file, no file without a line. */
static void name_frames(struct stack *stack, const struct walk *walk)
{
	stack_caller(stack, walk);
	for (unsigned i = 0; i < walk->count; i++)
		for (const struct place *place = stack_place(stack, walk, i); place; place = place->outer)
			if (place->file ? place->line <= 0 : place->line != 0)
				__builtin_trap();
}

/* One address as the module's tables count: its row and its names. */
static void look_at(struct stack *stack, struct module *module, struct memory *memory,
		    const struct unwind_abi *unwind, uint64_t address)
{
	if (map_get(&module->codes, code_key(address, true)))
		return;
	struct code *code = arena_zalloc(&stack->arena, sizeof(*code));
	struct walk_frame frame = { address + 1, code, false };
	const struct walk walk = { .frames = &frame, .count = 1 };

	code->module = module;
	code->pc = address + 1;
	code->address = address;
	map_put(&module->codes, code_key(address, true), code);
	code_find_row(stack, code, unwind, memory);
	name_frames(stack, &walk);
}

/* A stack whose bytes are the file's, walked from an address of the mapped file. */
static void walk_from(struct stack *stack, struct module *module, struct picture *picture, uint32_t choice)
{
	const struct abi *abi = choice & NARROW ? &abi_i386 : &abi_x86_64;
	const uint64_t pc = MAPPED + (choice & 0xffffff) % picture->size;
	struct regs regs = { .pc = pc, .sp = STACK_AT };
	struct space *space = space_new(stack, 0);
	uint8_t snapshot[STACK_SNAPSHOT];
	struct arena arena = { 0 };
	struct walk walk;

	/* Two mappings of the file, so that frames have somewhere to lead to. Nothing else is known of pid 0.
	 */
	space->ranges = calloc(2, sizeof(*space->ranges));
	space->ranges[0] = (struct range){ MAPPED, MAPPED + picture->size, 0, module, space->generation };
	space->ranges[1] = (struct range){ 0x400000, 0x400000 + picture->size, 0, module, space->generation };
	space->range_count = space->range_room = 2;
	for (unsigned reg = 0; reg < 17; reg++)
		regs.dwarf[reg] = STACK_AT + 64 * reg;
	regs.dwarf[abi_unwind(abi)->sp] = regs.sp;
	memory_get(&picture->memory, regs.sp, snapshot, sizeof(snapshot));
	stack_walk(stack, space, abi, &regs, snapshot, sizeof(snapshot), &picture->memory, choice & WHOLE,
		   &arena, &walk);
	name_frames(stack, &walk);
	arena_done(&arena);
	space_unref(space);
}

/* The file as it lies in memory, where it cannot be opened. */
static void look_at_image(const struct mapping *mapping, struct memory *memory)
{
	uint8_t id[BUILD_ID_MAX], *image;
	Elf *elf = image_open(mapping, memory, &image);
	uint64_t address;

	if (!elf)
		return;
	Dwarf_CFI *cfi = dwarf_getcfi_elf(elf);
	elf_build_id(elf, id, &address);
	if (cfi)
		dwarf_cfi_end(cfi);
	elf_end(elf);
	free(image);
}

static void count_module(void *user, const char *module, const char *started, const char *build_id,
			 const char *why)
{
	(void)started;
	(void)build_id;
	(void)why;
	*(size_t *)user += strlen(module);
}

/* The file as one that a program has mapped. */
static void look_into(const uint8_t *data, size_t size, uint32_t choice)
{
	const struct stack_options options = { .demangle = true };
	const int fd = memfd_create("module", MFD_CLOEXEC);
	struct picture picture = { { .read = read_picture }, data, size };
	struct stack *stack = stack_new(&options);
	size_t named = 0;

	if (write(fd, data, size) != (ssize_t)size)
		__builtin_trap();
	const struct mapping mapping = { MAPPED, MAPPED + size, 0, 1, 1, "/nowhere/module" };
	struct module *module = module_get(stack, &mapping, NULL);
	module->root = "/nowhere";
	module->state = MODULE_UNUSABLE;
	module_read(stack, module, &mapping, &picture.memory, fd, true);
	const struct unwind_abi *unwind = abi_unwind(choice & NARROW ? &abi_i386 : &abi_x86_64);
	const uint32_t at = choice & 0xffffff;
	look_at(stack, module, &picture.memory, unwind, at % (size + 16));
	for (unsigned i = 0; i < module->segment_count && i < 3; i++)
		look_at(stack, module, &picture.memory, unwind,
			module->segments[i].address + at % (size + 1));
	walk_from(stack, module, &picture, choice);
	const struct mapping page = { MAPPED, MAPPED + size, choice & 0xfff000, 1, 1, "/nowhere/module" };
	look_at_image(choice & WHOLE ? &mapping : &page, &picture.memory);
	stack_without_debug(stack, count_module, &named);
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
