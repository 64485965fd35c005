#include "debug.h"

#include <dwarf.h>
#include <elfutils/libdwelf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "functions.h"
#include "internal.h"
#include "minidebug.h"
#include "separate.h"

enum { TRIM_MIN = 4 << 20, UNITS_MAX = 1 << 20, UNIT_RANGES_MAX = 1 << 16 };

/* Code of one unit. */
struct unit_range {
	uint64_t start, end;
	uint64_t reach; /* greatest end of this and all before it */
	Dwarf_Off unit;
};

struct debug {
	Elf *elf; /* the separate file, NULL: none */
	int fd;
	Dwarf *dwarf;
	Dwarf *shared; /* dwz's common file */
	Elf *shared_elf;
	int shared_fd;
	Elf *small_elf; /* in .gnu_debugdata */
	uint8_t *small_image;
	bool small_tried;
	bool scanned; /* ranges are complete */
	struct unit_range *ranges;
	size_t count, room;
	struct map functions; /* functions.h */
};

static bool has_section(Elf *elf, const char *name)
{
	GElf_Shdr header;

	return elf_section(elf, name, &header) != NULL;
}

static bool has_dwarf(Elf *elf)
{
	return has_section(elf, ".debug_info") || has_section(elf, ".zdebug_info");
}

/* Finds the file that dwz moved common parts to, where libdw's own search (by path) does not. */
static void find_shared(struct stack *stack, struct module *module, struct debug *debug)
{
	const char *name;
	const void *id;
	const ssize_t len = dwelf_dwarf_gnu_debugaltlink(debug->dwarf, &name, &id);

	if (len <= 0 || dwarf_getalt(debug->dwarf))
		return;
	debug->shared_elf = separate_shared(stack, module, id, (unsigned)len, &debug->shared_fd);
	if (debug->shared_elf)
		debug->shared = dwarf_begin_elf(debug->shared_elf, DWARF_C_READ, NULL);
	if (debug->shared)
		dwarf_setalt(debug->dwarf, debug->shared);
}

/* Looks for a module's debug information, once. */
static struct debug *get_debug(struct stack *stack, struct module *module)
{
	struct debug *debug = module->debug;

	if (debug || !module->elf)
		return debug;
	module->debug = debug = calloc(1, sizeof(*debug));
	if (!debug)
		abort();
	debug->fd = debug->shared_fd = -1;
	Elf *elf = module->elf;
	if (!has_dwarf(elf)) {
		debug->elf = separate_find(stack, module, &debug->fd);
		elf = debug->elf && has_dwarf(debug->elf) ? debug->elf : NULL;
	}
	if (elf)
		debug->dwarf = dwarf_begin_elf(elf, DWARF_C_READ, NULL);
	if (debug->dwarf)
		find_shared(stack, module, debug);
	return debug;
}

Dwarf *module_dwarf(struct stack *stack, struct module *module)
{
	const struct debug *debug = get_debug(stack, module);

	return debug ? debug->dwarf : NULL;
}

Elf *module_debug_elf(struct stack *stack, struct module *module)
{
	const struct debug *debug = get_debug(stack, module);

	return debug ? debug->elf : NULL;
}

Elf *module_minidebug(struct stack *stack, struct module *module)
{
	struct debug *debug = get_debug(stack, module);

	if (debug && !debug->small_tried) {
		debug->small_tried = true;
		debug->small_elf = minidebug_open(module->elf, &debug->small_image);
	}
	return debug ? debug->small_elf : NULL;
}

Dwarf_CFI *module_debug_frame(struct stack *stack, struct module *module)
{
	if (!module->debug_frame && module->elf) {
		Dwarf *dwarf = module_dwarf(stack, module);
		module->debug_frame = dwarf ? dwarf_getcfi(dwarf) : NULL;
	}
	return module->debug_frame;
}

static void add_range(struct debug *debug, uint64_t start, uint64_t end, Dwarf_Off unit)
{
	if (start >= end || start == 0)
		return;
	if (debug->count == debug->room) {
		debug->room = debug->room ? debug->room * 2 : 64;
		debug->ranges = reallocarray(debug->ranges, debug->room, sizeof(*debug->ranges));
		if (!debug->ranges)
			abort();
	}
	debug->ranges[debug->count++] = (struct unit_range){ start, end, end, unit };
}

static int by_start(const void *a, const void *b)
{
	const struct unit_range *left = a, *right = b;

	return (left->start > right->start) - (left->start < right->start);
}

/*
 * Which unit covers which code, from the units' own headers: no compiler leaves those out, as clang and Go do
 * with .debug_aranges. Reads a few bytes of each unit.
 */
static void scan_units(struct debug *debug)
{
	Dwarf_Die die;
	Dwarf_CU *unit = NULL;
	uint8_t type;

	for (unsigned n = 0;
	     n < UNITS_MAX && dwarf_get_units(debug->dwarf, unit, &unit, NULL, &type, &die, NULL) == 0; n++) {
		Dwarf_Addr base, start, end;
		ptrdiff_t at = 0;
		if (type == DW_UT_type || type == DW_UT_partial || dwarf_tag(&die) == DW_TAG_partial_unit)
			continue;
		for (unsigned i = 0;
		     i < UNIT_RANGES_MAX && (at = dwarf_ranges(&die, at, &base, &start, &end)) > 0; i++)
			add_range(debug, start, end, dwarf_dieoffset(&die));
	}
	if (debug->count)
		qsort(debug->ranges, debug->count, sizeof(*debug->ranges), by_start);
	for (size_t i = 1; i < debug->count; i++)
		if (debug->ranges[i].reach < debug->ranges[i - 1].reach)
			debug->ranges[i].reach = debug->ranges[i - 1].reach;
}

/* The innermost of the ranges that hold the address. */
static const struct unit_range *find_range(const struct debug *debug, uint64_t address)
{
	size_t low = 0, high = debug->count;

	while (low < high) {
		const size_t middle = (low + high) / 2;
		if (debug->ranges[middle].start <= address)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low > 0 && debug->ranges[low - 1].reach > address; low--)
		if (debug->ranges[low - 1].end > address)
			return &debug->ranges[low - 1];
	return NULL;
}

static bool find_unit(const struct debug *debug, uint64_t address, Dwarf_Die *unit)
{
	const struct unit_range *range = find_range(debug, address);

	if (range)
		return dwarf_offdie(debug->dwarf, range->unit, unit) != NULL;
	return dwarf_addrdie(debug->dwarf, address, unit) != NULL;
}

bool module_unit(struct stack *stack, struct module *module, uint64_t address, Dwarf_Die *unit,
		 Dwarf_Die *body)
{
	struct debug *debug = get_debug(stack, module);
	Dwarf_Die split;
	uint8_t type;

	if (!debug || !debug->dwarf)
		return false;
	if (!debug->scanned) {
		debug->scanned = true;
		scan_units(debug);
	}
	if (!find_unit(debug, address, unit))
		return false;
	*body = *unit;
	if (dwarf_cu_info(unit->cu, NULL, &type, NULL, &split, NULL, NULL, NULL) == 0 &&
	    type == DW_UT_skeleton && split.addr)
		*body = split;
	return true;
}

bool module_function(struct module *module, Dwarf_Die *body, uint64_t address, Dwarf_Die *function)
{
	return function_find(&module->debug->functions, body, address, function);
}

/* Lets go of the pages of a file's mapping. What is not one (libelf read it into the heap) never begins on a
 * page. */
static void trim(Elf *elf)
{
	size_t size = 0;
	char *raw = elf ? elf_rawfile(elf, &size) : NULL;

	if (raw && size >= TRIM_MIN && ((uintptr_t)raw & 0xfff) == 0)
		madvise(raw, size, MADV_DONTNEED);
}

void module_trim(const struct module *module)
{
	if (module->kind != MODULE_FILE)
		return;
	trim(module->elf);
	if (module->debug) {
		trim(module->debug->elf);
		trim(module->debug->shared_elf);
	}
}

void debug_free(struct debug *debug)
{
	if (!debug)
		return;
	dwarf_end(debug->dwarf);
	dwarf_end(debug->shared);
	elf_end(debug->shared_elf);
	elf_end(debug->elf);
	elf_end(debug->small_elf);
	free(debug->small_image);
	if (debug->fd >= 0)
		close(debug->fd);
	if (debug->shared_fd >= 0)
		close(debug->shared_fd);
	functions_free(&debug->functions);
	free(debug->ranges);
	free(debug);
}
