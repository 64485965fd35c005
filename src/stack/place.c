/* place: from a code to its names: function, line, inlined functions. Runs after the thread was let go. */
#include <dwarf.h>
#include <stdlib.h>
#include <string.h>

#include "debug.h"
#include "demangle.h"
#include "gotab.h"
#include "guard.h"
#include "internal.h"
#include "line.h"
#include "perfmap.h"
#include "symbols.h"

enum { INLINE_MAX = 64, DIES_MAX = 4 << 20, FILE_NAME_MAX = 4096 };

struct naming {
	struct stack *stack;
	struct code *code;
	struct judged_place *innermost;
	bool is_go;
	unsigned dies; /* looked at, against crafted trees */
	/* what covers the address: a function, then what was inlined into it, outermost first */
	Dwarf_Die functions[INLINE_MAX];
	unsigned count;
	Dwarf_Die unit, body; /* module_unit */
	bool has_table;
	struct line_table table;
};

static struct judged_place *new_place(const struct naming *naming)
{
	const struct code *code = naming->code;
	struct judged_place *judged = arena_zalloc(&naming->stack->arena, sizeof(*judged));
	struct place *place = &judged->place;

	place->module = module_shown(code->module);
	place->module_offset = code->address + !code->exact;
	place->address = code->pc;
	place->note = code->module->note;
	return judged;
}

/* Keeps a function's name: as it is to be shown, and as the policy wants it. */
static void set_name(const struct naming *naming, struct judged_place *judged, const char *name)
{
	struct arena *arena = &naming->stack->arena;

	judged->is_rust = is_rust_name(name);
	judged->is_go = naming->is_go;
	judged->plain = demangle(arena, name);
	judged->place.function = naming->stack->options.demangle ? judged->plain : arena_string(arena, name);
}

/* Collects what is inlined at the address, within a function or block that covers it. */
static void find_inlined(struct naming *naming, Dwarf_Die *parent)
{
	Dwarf_Die die, next = *parent;

	while (dwarf_child(&next, &die) == 0) {
		bool found = false;
		do {
			const int tag = dwarf_tag(&die);
			if (++naming->dies > DIES_MAX)
				return;
			found = (tag == DW_TAG_inlined_subroutine || tag == DW_TAG_lexical_block) &&
				dwarf_haspc(&die, naming->code->address) > 0;
		} while (!found && dwarf_siblingof(&die, &die) == 0);
		if (!found)
			return;
		if (dwarf_tag(&die) == DW_TAG_inlined_subroutine && naming->count < INLINE_MAX)
			naming->functions[naming->count++] = die;
		next = die;
	}
}

/* The name by which the linker knows a function, else its name. NULL: none. */
static const char *die_name(Dwarf_Die *die)
{
	Dwarf_Attribute attribute;
	const char *name = NULL;

	if (dwarf_attr_integrate(die, DW_AT_linkage_name, &attribute) ||
	    dwarf_attr_integrate(die, DW_AT_MIPS_linkage_name, &attribute))
		name = dwarf_formstring(&attribute);
	return name ? name : dwarf_diename(die);
}

/* Where a function's code begins; the address itself when its parts do not tell. */
static uint64_t die_start(Dwarf_Die *die, uint64_t address)
{
	Dwarf_Addr start;

	if (dwarf_entrypc(die, &start) || start > address)
		return address;
	return start;
}

static void set_line(const struct naming *naming, struct place *place, const char *file, int line, int column)
{
	if (!file || line <= 0 || strnlen(file, FILE_NAME_MAX) == FILE_NAME_MAX)
		return;
	place->file = arena_string(&naming->stack->arena, file);
	place->line = line;
	place->column = column > 0 ? column : 0;
}

static int number_attribute(Dwarf_Die *die, unsigned name)
{
	Dwarf_Attribute attribute;
	Dwarf_Word value;

	if (!dwarf_attr(die, name, &attribute) || dwarf_formudata(&attribute, &value) || value > INT32_MAX)
		return 0;
	return (int)value;
}

/* Sets the line by a file of the unit's own table, or as libdw reads it where the table is not one of ours.
 */
static void set_file_line(const struct naming *naming, struct place *place, uint64_t file, int line,
			  int column)
{
	struct text path = { 0 };
	Dwarf_Files *files;
	size_t count;

	if (naming->has_table && naming->unit.addr == naming->body.addr) {
		if (line_file(&naming->table, file, &path))
			set_line(naming, place, path.data, line, column);
		text_done(&path);
	} else if (dwarf_getsrcfiles((Dwarf_Die *)&naming->body, &files, &count) == 0 && file < count) {
		set_line(naming, place, dwarf_filesrc(files, file, NULL, NULL), line, column);
	}
}

/* The line from which an inlined function was called: it belongs to the function around it. */
static void set_call_line(const struct naming *naming, struct place *place, Dwarf_Die *inlined)
{
	set_file_line(naming, place, (uint64_t)number_attribute(inlined, DW_AT_call_file),
		      number_attribute(inlined, DW_AT_call_line),
		      number_attribute(inlined, DW_AT_call_column));
}

/* The line of the code itself, by the table of the unit, which stays in the program's file when the rest is
 * split off. */
static void set_own_line(struct naming *naming, struct place *place)
{
	const uint64_t address = naming->code->address;
	struct text path = { 0 };
	int line = 0, column = 0;
	struct line_row row;

	if (naming->has_table) {
		if (line_find(&naming->table, address, &row) && line_file(&naming->table, row.file, &path))
			set_line(naming, place, path.data, row.line, row.column);
		text_done(&path);
		return;
	}
	Dwarf_Line *found = dwarf_getsrc_die(&naming->unit, address);
	if (!found || dwarf_lineno(found, &line))
		return;
	dwarf_linecol(found, &column);
	set_line(naming, place, dwarf_linesrc(found, NULL, NULL), line, column);
}

/* "connect@@GLIBC_2.2.5" is connect: symbols of a whole table carry their version. */
static const char *without_version(const struct naming *naming, const char *name)
{
	const char *at = strchr(name, '@');

	return at && at > name ? arena_copy(&naming->stack->arena, name, (size_t)(at - name)) : name;
}

/* The function that the symbol names too: without the suffixes that compilers give to parts and clones of it.
 */
static bool is_clone_of(const char *symbol, const char *name)
{
	const size_t len = strlen(name);

	return !strncmp(symbol, name, len) && symbol[len] == '.';
}

/* Name and offset of the function that the address physically belongs to. */
static void set_function(struct naming *naming, struct judged_place *judged)
{
	Dwarf_Die *die = naming->count ? &naming->functions[0] : NULL;
	const char *name = die ? die_name(die) : NULL;
	const uint64_t address = naming->code->address;
	struct place *place = &judged->place;
	struct symbol symbol;

	if (symbol_find(naming->stack, naming->code->module, address, &symbol)) {
		set_name(naming, judged,
			 name && is_clone_of(symbol.name, name) ? name
								: without_version(naming, symbol.name));
		place->offset = place->module_offset - symbol.start;
	} else if (name) {
		set_name(naming, judged, name);
		place->offset = place->module_offset - die_start(die, address);
	}
}

/* Makes the chain of places from the functions that were found, innermost first. */
static void chain_places(struct naming *naming)
{
	struct judged_place *inner = naming->innermost;

	set_own_line(naming, &inner->place);
	for (unsigned i = naming->count; i-- > 1;) {
		Dwarf_Die *die = &naming->functions[i];
		const char *name = die_name(die);
		struct judged_place *outer = new_place(naming);
		if (name)
			set_name(naming, inner, name);
		inner->place.offset = inner->place.module_offset - die_start(die, naming->code->address);
		inner->place.inlined = true;
		inner->place.outer = &outer->place;
		set_call_line(naming, &outer->place, die);
		inner = outer;
	}
	set_function(naming, inner);
}

/* Names code by Go's own table. False: none covers it. */
static bool name_by_gotab(struct naming *naming)
{
	const struct code *code = naming->code;
	struct judged_place *judged = naming->innermost;
	struct gotab_place found;

	if (!gotab_find(naming->stack, code->module, code->address, &found))
		return false;
	for (unsigned i = 0; i < found.count; i++) {
		const struct gotab_line *line = &found.lines[i];
		if (line->function)
			set_name(naming, judged, line->function);
		judged->place.offset = judged->place.module_offset - found.entry;
		set_line(naming, &judged->place, line->file, line->line, 0);
		if (i + 1 == found.count)
			break;
		struct judged_place *outer = new_place(naming);
		judged->place.inlined = true;
		judged->place.outer = &outer->place;
		judged = outer;
	}
	return true;
}

/* Names code of an ELF file. Guarded. */
static void name_in_module(void *arg)
{
	struct naming *naming = arg;
	struct code *code = naming->code;

	naming->is_go = code->module->is_go && gotab_has(naming->stack, code->module, code->address);
	if (!module_unit(naming->stack, code->module, code->address, &naming->unit, &naming->body)) {
		if (name_by_gotab(naming))
			return;
		set_function(naming, naming->innermost);
		return;
	}
	naming->has_table = line_table_open(&naming->table, &naming->unit);
	if (module_function(code->module, &naming->body, code->address, &naming->functions[0])) {
		naming->count = 1;
		find_inlined(naming, &naming->functions[0]);
	}
	chain_places(naming);
}

/* Names code that a JIT compiler told perf about. */
static void name_in_memory(struct naming *naming)
{
	struct place *place = &naming->innermost->place;
	uint64_t start;
	const char *name =
		perfmap_find(naming->stack, naming->code->module->perfmap, naming->code->address, &start);

	if (!name)
		return;
	place->function = naming->innermost->plain = name;
	place->offset = place->module_offset - start;
}

/* Judges each place of the chain; the first that is best stands for the code. */
static void judge(struct naming *naming)
{
	struct code *code = naming->code;
	enum verdict best = VERDICT_SKIP;

	code->shown = &naming->innermost->place;
	for (struct judged_place *judged = naming->innermost; judged;
	     judged = (struct judged_place *)judged->place.outer) {
		const enum verdict verdict = policy_judge(naming->stack, code->module, judged);
		judged->place.skipped = verdict == VERDICT_SKIP;
		if (verdict <= best)
			continue;
		best = verdict;
		code->shown = &judged->place;
	}
	code->verdict = (uint8_t)best;
}

void module_name_anew(struct stack *stack, struct module *module)
{
	struct map_slot *slot;

	recall_forget(&stack->recall);
	for (size_t at = 0; (slot = map_next(&module->codes, &at));)
		code_name_anew(slot->value);
}

void module_check(struct stack *stack, struct module *module)
{
	if (module->state != MODULE_OPEN || module_is_current(stack, module))
		return;
	module->state = MODULE_UNUSABLE;
	module_name_anew(stack, module);
}

/* The work of code_name, done once: it keeps much on its stack. */
static __attribute__((noinline)) void name_now(struct stack *stack, struct code *code)
{
	struct naming naming = { .stack = stack, .code = code };

	module_check(stack, code->module);
	naming.innermost = new_place(&naming);
	if (code->module->state == MODULE_OPEN && guard_run(name_in_module, &naming)) {
		code->module->state = MODULE_UNUSABLE;
		code->module->note = "module cannot be read";
		naming.innermost = new_place(&naming);
	}
	if (code->module->kind == MODULE_ANON)
		name_in_memory(&naming);
	judge(&naming);
	module_trim(code->module);
	code->place = &naming.innermost->place;
	code->named = code->judged = true;
}

void code_name(struct stack *stack, struct code *code)
{
	if (!code->named)
		name_now(stack, code);
}

void code_name_anew(struct code *code)
{
	code->named = code->judged = false;
	code->guessed_place = NULL;
}

void code_name_guessed(struct stack *stack, struct code *code)
{
	const struct place **link = &code->guessed_place;

	if (code->guessed_place)
		return;
	for (const struct place *place = code->place; place; place = place->outer) {
		struct judged_place *copy = arena_zalloc(&stack->arena, sizeof(*copy));
		*copy = *(const struct judged_place *)place;
		copy->place.guessed = true;
		if (place == code->shown)
			code->guessed_shown = &copy->place;
		*link = &copy->place;
		link = &copy->place.outer;
	}
}

void code_judge(struct stack *stack, struct code *code)
{
	enum verdict verdict;

	if (code->judged)
		return;
	if (policy_judge_module(stack, code->module, &verdict)) {
		code->verdict = (uint8_t)verdict;
		code->judged = true;
	} else {
		code_name(stack, code);
	}
}
