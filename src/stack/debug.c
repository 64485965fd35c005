#include "debug.h"

#include <dwarf.h>
#include <elfutils/libdwelf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/log.h"
#include "fetch.h"
#include "functions.h"
#include "guard.h"
#include "internal.h"
#include "minidebug.h"
#include "nothing.h"
#include "separate.h"
#include "split.h"
#include "symbols.h"

enum { TRIM_MIN = 4 << 20, UNITS_MAX = 1 << 20, UNIT_RANGES_MAX = 1 << 16, FETCHES_MAX = 8 };

/* Code of one unit. */
struct unit_range {
	uint64_t start, end;
	uint64_t reach; /* greatest end of this and all before it */
	Dwarf_Off unit;
};

/* What debuginfod servers are asked for. */
enum fetching { FETCH_NOTHING, FETCH_FILE, FETCH_SHARED };

struct debug {
	struct separate file; /* elf NULL: none */
	Dwarf *dwarf;
	struct separate common; /* what dwz moved to a file of its own */
	Dwarf *shared;		/* its contents, or nothing.h's */
	Elf *nothing;
	char base[PATH_ROOM]; /* split_base of where dwarf is from */
	enum fetching fetching;
	struct fetch *fetch; /* NULL while others are asked for first */
	Elf *small_elf;	     /* in .gnu_debugdata */
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

/* Asks the servers, unless they are busy enough; debug_poll goes on. */
static void ask_servers(struct stack *stack, struct debug *debug, enum fetching what, const uint8_t *id,
			unsigned id_len)
{
	debug->fetching = FETCH_NOTHING;
	if (!fetch_possible())
		return;
	if (stack->fetches < FETCHES_MAX) {
		debug->fetch = fetch_start(id, id_len);
		if (!debug->fetch)
			return;
		stack->fetches++;
	}
	debug->fetching = what;
	stack->fetching = true;
}

static bool find_by_server(struct stack *stack, struct debug *debug, enum fetching what, const uint8_t *id,
			   unsigned id_len, struct separate *found)
{
	if (id_len < 2 || id_len > BUILD_ID_MAX)
		return false;
	if (separate_take(id, id_len, fetch_cached(id, id_len), found))
		return true;
	ask_servers(stack, debug, what, id, id_len);
	return false;
}

/*
 * Finds the file that dwz moved common parts to, and proves it by its build-id. libdw's own search, which
 * opens what the file names, whatever it is, must never begin: nothing.h's stands for what is not found.
 */
static void find_shared(struct stack *stack, struct module *module, struct debug *debug)
{
	const char *name, *beside = debug->file.elf ? debug->file.path : module->path;
	const void *id;
	const ssize_t len = dwelf_dwarf_gnu_debugaltlink(debug->dwarf, &name, &id);

	if (len <= 0)
		return;
	if (len <= BUILD_ID_MAX && !debug->common.elf &&
	    !separate_shared(stack, module, beside, name, id, (unsigned)len, &debug->common))
		find_by_server(stack, debug, FETCH_SHARED, id, (unsigned)len, &debug->common);
	if (debug->common.elf)
		debug->shared = dwarf_begin_elf(debug->common.elf, DWARF_C_READ, NULL);
	if (!debug->shared)
		debug->shared = nothing_open(&stack->arena, &debug->nothing);
	if (debug->shared) {
		dwarf_setalt(debug->dwarf, debug->shared);
	} else {
		dwarf_end(debug->dwarf);
		debug->dwarf = NULL;
	}
}

/* Reads the debug information of a file. */
static void open_dwarf(struct stack *stack, struct module *module, struct debug *debug, Elf *elf, int fd)
{
	debug->dwarf = dwarf_begin_elf(elf, DWARF_C_READ, NULL);
	if (!debug->dwarf)
		return;
	split_base(fd, debug->base, sizeof(debug->base));
	find_shared(stack, module, debug);
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
	if (has_dwarf(module->elf)) {
		open_dwarf(stack, module, debug, module->elf, module->fd);
		return debug;
	}
	if ((separate_find(stack, module, &debug->file) ||
	     find_by_server(stack, debug, FETCH_FILE, module->build_id, module->build_id_len,
			    &debug->file)) &&
	    has_dwarf(debug->file.elf))
		open_dwarf(stack, module, debug, debug->file.elf, debug->file.fd);
	return debug;
}

/* Guarded: a server may send anything. */
struct arrival {
	struct stack *stack;
	struct module *module;
	int fd;
};

static void take_arrival(void *arg)
{
	const struct arrival *arrival = arg;
	struct module *module = arrival->module;
	struct debug *debug = module->debug;
	const void *id;
	const char *name;

	if (debug->fetching == FETCH_FILE) {
		debug->fetching = FETCH_NOTHING;
		if (separate_take(module->build_id, module->build_id_len, arrival->fd, &debug->file) &&
		    has_dwarf(debug->file.elf))
			open_dwarf(arrival->stack, module, debug, debug->file.elf, debug->file.fd);
	} else {
		const ssize_t len = dwelf_dwarf_gnu_debugaltlink(debug->dwarf, &name, &id);
		debug->fetching = FETCH_NOTHING;
		if (len <= 0 || !separate_take(id, (unsigned)len, arrival->fd, &debug->common))
			return;
		dwarf_end(debug->shared);
		elf_end(debug->nothing);
		debug->shared = NULL;
		debug->nothing = NULL;
		find_shared(arrival->stack, module, debug);
	}
	/* What was named without the file is named anew. */
	if (module->symbols)
		symbols_search_again(module->symbols);
	module_name_anew(arrival->stack, module);
}

/* The id that a server is to be asked for. */
static unsigned wanted_id(struct module *module, const uint8_t **id)
{
	const struct debug *debug = module->debug;
	const void *shared = NULL;
	const char *name;
	ssize_t len;

	if (debug->fetching == FETCH_FILE) {
		*id = module->build_id;
		return module->build_id_len;
	}
	len = dwelf_dwarf_gnu_debugaltlink(debug->dwarf, &name, &shared);
	*id = shared;
	return len > 0 && len <= BUILD_ID_MAX ? (unsigned)len : 0;
}

/* Goes on with what one module asks servers for. True: it still waits. */
static bool poll_module(struct stack *stack, struct module *module)
{
	struct debug *debug = module->debug;
	const uint8_t *id;

	if (!debug->fetch) {
		const unsigned len = wanted_id(module, &id);
		ask_servers(stack, debug, debug->fetching, id, len);
		return debug->fetching != FETCH_NOTHING;
	}
	struct arrival arrival = { stack, module, fetch_take(debug->fetch) };
	if (arrival.fd == -EAGAIN)
		return true;
	log_debug("debuginfod, for %s: %s", module->path, arrival.fd >= 0 ? "sent" : strerror(-arrival.fd));
	fetch_free(debug->fetch);
	debug->fetch = NULL;
	stack->fetches--;
	if (arrival.fd < 0)
		debug->fetching = FETCH_NOTHING;
	else if (guard_run(take_arrival, &arrival))
		debug->fetching = FETCH_NOTHING;
	return debug->fetching != FETCH_NOTHING;
}

void debug_poll(struct stack *stack)
{
	bool waits = false;

	for (struct module *module = stack->all; module; module = module->next_open)
		if (module->debug && module->debug->fetching != FETCH_NOTHING)
			waits |= poll_module(stack, module);
	stack->fetching = waits;
}

/* It has sections that libdw made nothing of. */
static const char *unreadable(Elf *elf)
{
	GElf_Shdr header;

	if (!elf || !elf_section(elf, ".debug_info", &header))
		return NULL;
	return header.sh_flags & SHF_COMPRESSED
		       ? "its debug information is compressed in a way that libelf cannot "
			 "read here (zstd: from libelf 0.189 on)"
		       : "its debug information cannot be read";
}

const char *debug_trouble(const struct module *module)
{
	const struct debug *debug = module->debug;
	const char *trouble;

	if (!debug || debug->dwarf)
		return NULL;
	if (debug->fetching != FETCH_NOTHING)
		return "debuginfod had not sent its debug information yet";
	trouble = unreadable(module->elf);
	return trouble ? trouble : unreadable(debug->file.elf);
}

Dwarf *module_dwarf(struct stack *stack, struct module *module)
{
	const struct debug *debug = get_debug(stack, module);

	return debug ? debug->dwarf : NULL;
}

Elf *module_debug_elf(struct stack *stack, struct module *module)
{
	const struct debug *debug = get_debug(stack, module);

	return debug ? debug->file.elf : NULL;
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
		if (type == DW_UT_type || type == DW_UT_partial || dwarf_tag(&die) == DW_TAG_partial_unit ||
		    !split_is_safe(&die, debug->base))
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
	return dwarf_addrdie(debug->dwarf, address, unit) && split_is_safe(unit, debug->base);
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
	if (!module->image)
		trim(module->elf);
	if (module->debug) {
		trim(module->debug->file.elf);
		trim(module->debug->common.elf);
	}
}

void debug_free(struct debug *debug)
{
	if (!debug)
		return;
	fetch_free(debug->fetch);
	dwarf_end(debug->dwarf);
	dwarf_end(debug->shared);
	elf_end(debug->nothing);
	separate_close(&debug->common);
	separate_close(&debug->file);
	elf_end(debug->small_elf);
	free(debug->small_image);
	functions_free(&debug->functions);
	free(debug->ranges);
	free(debug);
}
