/* Stacks of aarch64 code: an object of tests/fixtures/aarch64 is mapped here, where nothing of it runs, and
 * stacks as its functions leave them are laid out by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Before <elf.h>: that has macros named like rows' constants. */
#include "arch/abi.h"
#include "arch/unwind.h"

#include <fcntl.h>
#include <gelf.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#include "stack/stack.h"

/* Words of the stack by index from sp; behind them registers. SIGNED: with a signature. */
enum {
	WORDS = 160,
	X0 = 1000,
	SP = X0 + 31,
	IMAGE_MAX = 8192,
	FRAMES = 8,
	SIGNED = 1 << 16,
	SIGNATURE = 0xa5c3
};

struct word {
	unsigned at;
	const char *symbol; /* value: symbol + value; NULL: the address of the stack's word of that index */
	uint64_t value;
};

struct stack_row {
	const char *name;
	const char *symbol; /* where the thread stands */
	uint64_t offset;
	struct word words[12];
	const char *frames[FRAMES]; /* "~": found by a guess */
	bool cut;
};

static const struct stack_row rows[] = {
	{ "leaf",
	  "leaf",
	  4,
	  { { X0 + 30, "framed", 16 }, { 1, "outer", 4 } },
	  { "leaf", "framed", "outer" },
	  false },
	{ "leaf whose return address is no code",
	  "leaf",
	  4,
	  { { X0 + 30, NULL, 5 } },
	  { "leaf", "?" },
	  true },
	{ "saved return address",
	  "framed",
	  16,
	  { { X0 + 30, "leaf", 0 }, { 1, "outer", 4 } },
	  { "framed", "outer" },
	  false },
	{ "signed and saved",
	  "leaf",
	  4,
	  { { X0 + 30, "framed", 16 }, { 1, "signed", 16 }, { SIGNED | (5), "outer", 4 } },
	  { "leaf", "framed", "signed", "outer" },
	  false },
	{ "signed in the link register",
	  "signed_leaf",
	  8,
	  { { SIGNED | (X0 + 30), "framed", 16 }, { 1, "outer", 4 } },
	  { "signed_leaf", "framed", "outer" },
	  false },
	{ "a frame pointer among many registers",
	  "leaf",
	  4,
	  { { X0 + 30, "many", 28 }, { 0, NULL, 20 }, { 1, "by_pointer", 16 }, { 21, "outer", 4 } },
	  { "leaf", "many", "by_pointer", "outer" },
	  false },
	{ "an expression for the CFA",
	  "odd_leaf",
	  4,
	  { { X0 + 30, "odd", 8 }, { 1, "outer", 4 } },
	  { "odd_leaf", "odd", "outer" },
	  false },
	{ "no CFI: the frame record",
	  "bare_caller",
	  16,
	  { { X0 + 30, "bare_caller", 12 }, { X0 + 29, NULL, 2 }, { 3, "outer", 12 } },
	  { "bare_caller", "~outer" },
	  false },
	{ "no CFI: the link register, then the frame record",
	  "bare_leaf",
	  8,
	  { { X0 + 30, "bare", 12 }, { X0 + 29, NULL, 0 }, { 1, "outer", 8 } },
	  { "bare_leaf", "~bare", "~outer" },
	  false },
	{ "no CFI: a signed frame record",
	  "bare",
	  16,
	  { { X0 + 29, NULL, 0 }, { SIGNED | (1), "outer", 8 } },
	  { "bare", "~outer" },
	  false },
	{ "a row by the frame pointer after one without CFI",
	  "bare",
	  16,
	  { { X0 + 29, NULL, 0 },
	    { 0, NULL, 20 },
	    { 1, "by_pointer", 16 },
	    { 21, "framed", 16 },
	    { 23, "outer", 4 } },
	  { "bare", "~by_pointer", "framed", "outer" },
	  false },
	{ "a row by sp after one without CFI: its frame record",
	  "bare",
	  16,
	  { { X0 + 29, NULL, 0 }, { 0, NULL, 30 }, { 1, "framed", 16 }, { 31, "outer", 4 } },
	  { "bare", "~framed", "~outer" },
	  false },
	{ "signal",
	  "leaf",
	  4,
	  { { X0 + 30, "framed", 16 },
	    { 1, "restorer", 0 },
	    { 4 + 39 + 30, "many", 28 },
	    { 4 + 39 + 31, NULL, 100 },
	    { 4 + 39 + 32, "leaf", 0 },
	    { 101, "outer", 4 } },
	  { "leaf", "framed", "restorer", "leaf", "many", "outer" },
	  false },
	{ "frame that leads back",
	  "bare",
	  16,
	  { { X0 + 29, NULL, 2 }, { 2, NULL, 2 }, { 3, "framed", 16 } },
	  { "bare", "~framed" },
	  true },
	{ "nothing to go by", "bare", 16, { { X0 + 29, NULL, 1 } }, { "bare" }, true },
};

struct world {
	struct stack *stack;
	struct space *space;
	uint8_t *image;
	size_t size;
	Elf *elf;
	uint64_t words[WORDS];
	struct regs regs;
	struct arena arena;
	struct walk walk;
};

static size_t read_own(struct memory *memory, struct memory_span *spans, size_t count)
{
	size_t all = 0;

	(void)memory;
	for (size_t i = 0; i < count; i++) {
		const struct iovec to = { spans[i].to, spans[i].size },
				   from = { (void *)(uintptr_t)spans[i].address, spans[i].size };
		const ssize_t got = process_vm_readv(getpid(), &to, 1, &from, 1, 0);
		spans[i].got = got > 0 ? (uint32_t)got : 0;
		all += spans[i].got;
	}
	return all;
}

static uint64_t symbol_address(const struct world *world, const char *name)
{
	Elf_Scn *section = NULL;
	GElf_Shdr header;
	GElf_Sym symbol;

	while ((section = elf_nextscn(world->elf, section)))
		if (gelf_getshdr(section, &header) && header.sh_type == SHT_SYMTAB)
			break;
	assert_non_null(section);
	for (int i = 0; gelf_getsym(elf_getdata(section, NULL), i, &symbol); i++)
		if (!strcmp(elf_strptr(world->elf, header.sh_link, symbol.st_name), name))
			return (uintptr_t)world->image + symbol.st_value;
	fail_msg("no symbol %s", name);
	return 0;
}

/* Writes the image that the fixture has in hexadecimal to a file, and maps it as code. */
static void map_image(struct world *world)
{
	char path[] = "/tmp/aarch64-XXXXXX";
	static char bytes[IMAGE_MAX];
	FILE *hex = fopen(SOURCE_DIR "/tests/fixtures/aarch64/frames.hex", "r");
	const int fd = mkstemp(path);
	unsigned byte;
	size_t size = 0;

	assert_non_null(hex);
	assert_true(fd >= 0);
	while (size < sizeof(bytes) && fscanf(hex, "%2x", &byte) == 1)
		bytes[size++] = (char)byte;
	fclose(hex);
	assert_int_equal(write(fd, bytes, size), size);
	world->image = mmap(NULL, size, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0);
	assert_ptr_not_equal(world->image, MAP_FAILED);
	world->size = size;
	world->elf = elf_memory(bytes, size);
	assert_non_null(world->elf);
	close(fd);
	unlink(path);
}

static int set_up(void **state)
{
	static const struct stack_options options = { .max_frames = 64 };
	struct world *world = calloc(1, sizeof(*world));

	world->stack = stack_new(&options);
	world->space = space_new(world->stack, getpid());
	map_image(world);
	*state = world;
	return 0;
}

static int tear_down(void **state)
{
	struct world *world = *state;

	elf_end(world->elf);
	arena_done(&world->arena);
	space_unref(world->space);
	stack_free(world->stack);
	munmap(world->image, world->size);
	free(world);
	return 0;
}

static void lay_out(struct world *world, const struct stack_row *row)
{
	memset(world->words, 0, sizeof(world->words));
	world->regs = (struct regs){ .abi = &abi_aarch64,
				     .pc = symbol_address(world, row->symbol) + row->offset,
				     .sp = (uintptr_t)world->words };
	for (const struct word *word = row->words; word->at || word->symbol || word->value; word++) {
		uint64_t value = word->symbol ? symbol_address(world, word->symbol) + word->value
					      : (uintptr_t)&world->words[word->value];
		const unsigned at = word->at & ~(unsigned)SIGNED;
		if (word->at & SIGNED)
			value |= (uint64_t)SIGNATURE << 48;
		if (at >= X0)
			world->regs.dwarf[at - X0] = value;
		else
			world->words[at] = value;
	}
	world->regs.dwarf[SP - X0] = world->regs.sp;
}

static void walk(struct world *world, bool all)
{
	struct memory memory = { .read = read_own };

	stack_walk(world->stack, world->space, &abi_aarch64, &world->regs, (const uint8_t *)world->words,
		   sizeof(world->words), &memory, all, &world->arena, &world->walk);
}

static void expect_frames(struct world *world, const struct stack_row *row)
{
	for (unsigned i = 0; i < world->walk.count; i++) {
		const struct place *place = stack_place(world->stack, &world->walk, i);
		const bool guessed = row->frames[i] && *row->frames[i] == '~';
		const char *found = place && place->function ? place->function : "?";
		if (!row->frames[i] || strcmp(row->frames[i] + guessed, found) != 0)
			fail_msg("%s: frame %u is %s", row->name, i, found);
		if (world->walk.frames[i].guessed != guessed)
			fail_msg("%s: %s is%s guessed", row->name, found, guessed ? " not" : "");
	}
	if (row->frames[world->walk.count])
		fail_msg("%s: no frame %s", row->name, row->frames[world->walk.count]);
	if (world->walk.cut != row->cut)
		fail_msg("%s: cut is %d", row->name, world->walk.cut);
}

/* Twice: the second time codes, and whole stacks, are known. */
static void walks(void **state)
{
	struct world *world = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		for (unsigned again = 0; again < 2; again++) {
			lay_out(world, &rows[i]);
			walk(world, true);
			expect_frames(world, &rows[i]);
		}
}

/* A leaf's stack is kept, and the link register belongs to what it depends on. */
static void kept_walks(void **state)
{
	struct world *world = *state;

	lay_out(world, &rows[0]);
	walk(world, true);
	const uint64_t id = world->walk.id;
	assert_true(id);
	walk(world, true);
	assert_int_equal(world->walk.id, id);
	world->regs.dwarf[30] = symbol_address(world, "outer") + 4;
	walk(world, true);
	assert_int_not_equal(world->walk.id, id);
	assert_int_equal(world->walk.count, 2);
}

/* The signature, which differs from process to process, is no part of an address. */
static void addresses(void **state)
{
	struct world *world = *state;

	lay_out(world, &rows[3]);
	walk(world, true);
	assert_int_equal(world->walk.frames[3].pc, symbol_address(world, "outer") + 4);
}

struct call_row {
	uint32_t insn;
	bool is_call;
	int64_t distance; /* from the instruction to what is called; 0: not known */
};

static const struct call_row calls[] = {
	{ 0x94000002, true, 8 },  { 0x97ffffff, true, -4 }, { 0x96000000, true, -0x8000000 },
	{ 0xd63f0200, true, 0 },  { 0xd63f081f, true, 0 },  { 0xd63f0e1f, true, 0 },
	{ 0xd73f0a11, true, 0 },  { 0xd73f0e11, true, 0 },  { 0x14000002, false, 0 },
	{ 0xd65f03c0, false, 0 }, { 0xd61f0200, false, 0 }, { 0xd503201f, false, 0 },
};

/* BL forwards and backwards; BLR, BLRAAZ, BLRABZ, BLRAA, BLRAB; B, RET, BR, NOP. */
static void call_instructions(void **state)
{
	struct memory memory = { .read = read_own };

	(void)state;
	for (size_t i = 0; i < sizeof(calls) / sizeof(*calls); i++) {
		const uint64_t at = (uintptr_t)&calls[i].insn;
		uint64_t target;
		const bool is_call =
			unwind_call_before(abi_unwind(&abi_aarch64), &memory, at + sizeof(uint32_t), &target);
		if (is_call != calls[i].is_call)
			print_error("%08x\n", calls[i].insn);
		assert_int_equal(is_call, calls[i].is_call);
		assert_int_equal(target, calls[i].distance ? at + (uint64_t)calls[i].distance : 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(walks, set_up, tear_down),
		cmocka_unit_test_setup_teardown(kept_walks, set_up, tear_down),
		cmocka_unit_test_setup_teardown(addresses, set_up, tear_down),
		cmocka_unit_test(call_instructions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
