#include "gotab.h"

#include <string.h>

#include "internal.h"

enum {
	GO_1_16 = 0xfa,
	GO_1_18 = 0xf0,
	GO_1_20 = 0xf1,
	FUNCTIONS_MAX = 4 << 20,
	STEPS_MAX = 1 << 20,
	NAME_ROOM = 4096,
	PCDATA_INLINE_TREE = 2,
	FUNCDATA_INLINE_TREE = 3,
};

struct bytes {
	const uint8_t *data;
	size_t size;
};

struct gotab {
	struct bytes all; /* the section */
	uint8_t version, word, quantum;
	uint64_t functions;
	uint64_t text;					 /* address that entries count from */
	struct bytes names, units, files, values, table; /* tails of the section */
	struct bytes inline_trees; /* what FUNCDATA offsets count from; size 0: not found */
};

/* A function's record. */
struct record {
	uint64_t entry, end;
	uint64_t at; /* of its fields after the entry, in table */
};

/* A little-endian number, 0 beyond the end. */
static uint64_t number_at(struct bytes bytes, uint64_t at, unsigned size)
{
	uint64_t value = 0;

	if (at <= bytes.size && bytes.size - at >= size)
		memcpy(&value, bytes.data + at, size);
	return value;
}

static struct bytes tail(struct bytes bytes, uint64_t at)
{
	if (!bytes.data || at > bytes.size)
		return (struct bytes){ NULL, 0 };
	return (struct bytes){ bytes.data + at, bytes.size - at };
}

static const char *string_at(struct bytes bytes, uint64_t at)
{
	const struct bytes rest = tail(bytes, at);

	if (!rest.data)
		return NULL;
	const size_t len = strnlen((const char *)rest.data, rest.size < NAME_ROOM ? rest.size : NAME_ROOM);

	return len && len < rest.size && len < NAME_ROOM ? (const char *)rest.data : NULL;
}

static int32_t field(const struct gotab *tab, const struct record *record, unsigned index)
{
	return (int32_t)number_at(tab->table, record->at + 4 * (uint64_t)index, 4);
}

enum { F_NAME, F_ARGS, F_DEFER, F_PCSP, F_PCFILE, F_PCLN, F_NPCDATA, F_UNIT, F_FIXED };

/* Where the fields of variable number begin: in Go 1.20 a start line came before the last word. */
static unsigned variable_fields(const struct gotab *tab)
{
	return F_FIXED + (tab->version == GO_1_20) + 1;
}

/* The numbers of the header, each as wide as a pointer. */
static bool read_header(struct gotab *tab, struct module *module)
{
	const bool has_text = tab->version != GO_1_16;
	uint64_t header[8];
	GElf_Shdr text;

	for (unsigned i = 0; i < 8; i++)
		header[i] = number_at(tab->all, 8 + (uint64_t)i * tab->word, tab->word);
	const uint64_t *offsets = header + (has_text ? 3 : 2);
	tab->functions = header[0];
	if (has_text) {
		tab->text = header[2];
		if (!tab->text && elf_section(module->elf, ".text", &text))
			tab->text = text.sh_addr;
	}
	tab->names = tail(tab->all, offsets[0]);
	tab->units = tail(tab->all, offsets[1]);
	tab->files = tail(tab->all, offsets[2]);
	tab->values = tail(tab->all, offsets[3]);
	tab->table = tail(tab->all, offsets[4]);
	const unsigned entry = has_text ? 8 : 2U * tab->word;
	return tab->functions > 0 && tab->functions < FUNCTIONS_MAX &&
	       tab->functions * entry + entry <= tab->table.size;
}

/* File contents at an address of the module. */
static struct bytes mapped_bytes(struct module *module, uint64_t address)
{
	size_t size;
	const char *raw = elf_rawfile(module->elf, &size);

	for (unsigned i = 0; raw && i < module->segment_count; i++) {
		const struct segment *segment = &module->segments[i];
		if (address - segment->address >= segment->size || segment->offset > size)
			continue;
		const uint64_t at = segment->offset + (address - segment->address);
		const uint64_t rest = segment->size - (address - segment->address);
		if (at < size)
			return (struct bytes){ (const uint8_t *)raw + at,
					       rest < size - at ? rest : size - at };
	}
	return (struct bytes){ NULL, 0 };
}

/*
 * Inline trees lie at offsets from a place that only the runtime's moduledata tells (its field gofunc): a
 * record in a data section that begins with the table's own address. Absent in position-independent programs,
 * whose pointers the file has not.
 */
static void find_inline_trees(struct gotab *tab, struct module *module, uint64_t tab_address)
{
	static const char *const sections[] = { ".go.module", ".noptrdata", ".data" };
	const unsigned index = tab->version == GO_1_20 ? 40 : 38;
	GElf_Shdr header;

	for (unsigned i = 0; tab->version != GO_1_16 && tab->word == 8 && i < 3 && !tab->inline_trees.size;
	     i++) {
		const Elf_Data *data = elf_section(module->elf, sections[i], &header);
		const struct bytes bytes = { data ? data->d_buf : NULL, data ? data->d_size : 0 };
		for (uint64_t at = 0; at + (index + 1) * 8U <= bytes.size; at += 8) {
			if (number_at(bytes, at, 8) != tab_address ||
			    number_at(bytes, at + 22 * 8, 8) != tab->text)
				continue;
			tab->inline_trees = mapped_bytes(module, number_at(bytes, at + index * 8U, 8));
			break;
		}
	}
}

static struct gotab *get_gotab(struct stack *stack, struct module *module)
{
	GElf_Shdr header;

	if (module->gotab_tried || !module->elf)
		return module->gotab;
	module->gotab_tried = true;
	const Elf_Data *data = elf_section(module->elf, ".gopclntab", &header);
	if (!data)
		data = elf_section(module->elf, ".data.rel.ro.gopclntab", &header);
	if (!data || data->d_size < 80)
		return NULL;
	struct gotab *tab = arena_zalloc(&stack->arena, sizeof(*tab));
	tab->all = (struct bytes){ data->d_buf, data->d_size };
	tab->version = tab->all.data[0];
	tab->quantum = tab->all.data[6];
	tab->word = tab->all.data[7];
	if (number_at(tab->all, 1, 3) != 0xffffff || (tab->word != 4 && tab->word != 8) ||
	    (tab->version != GO_1_16 && tab->version != GO_1_18 && tab->version != GO_1_20) ||
	    !read_header(tab, module))
		return NULL;
	find_inline_trees(tab, module, header.sh_addr);
	module->gotab = tab;
	return tab;
}

/* The n-th entry of the functions' table: a function's first address, and where its record is. */
static void get_entry(const struct gotab *tab, uint64_t n, uint64_t *entry, uint64_t *offset)
{
	const unsigned size = tab->version == GO_1_16 ? tab->word : 4;

	*entry = number_at(tab->table, n * 2 * size, size) + tab->text;
	*offset = number_at(tab->table, n * 2 * size + size, size);
}

/* Binary search; the last entry is the end of the last function. */
static bool find_record(const struct gotab *tab, uint64_t address, struct record *record)
{
	uint64_t low = 0, high = tab->functions, offset, unused;

	while (high - low > 1) {
		const uint64_t middle = (low + high) / 2;
		uint64_t entry;
		get_entry(tab, middle, &entry, &unused);
		if (entry <= address)
			low = middle;
		else
			high = middle;
	}
	get_entry(tab, low, &record->entry, &offset);
	get_entry(tab, low + 1, &record->end, &unused);
	record->at = offset + (tab->version == GO_1_16 ? tab->word : 4);
	return record->entry <= address && address < record->end;
}

static bool take_varint(struct bytes bytes, uint64_t *at, uint32_t *value)
{
	*value = 0;
	for (unsigned shift = 0; shift < 35 && *at < bytes.size; shift += 7) {
		const uint8_t byte = bytes.data[(*at)++];
		*value |= (uint32_t)(byte & 0x7f) << (shift < 32 ? shift : 31);
		if (!(byte & 0x80))
			return true;
	}
	return false;
}

/* What a table of values, coded as differences, has for an address. -1: nothing. */
static int32_t value_at(const struct gotab *tab, const struct record *record, uint32_t table,
			uint64_t address)
{
	uint64_t at = table, pc = record->entry;
	uint32_t value_step, pc_step;
	uint32_t value = UINT32_MAX;

	if (!table)
		return -1;
	for (unsigned step = 0; step < STEPS_MAX; step++) {
		if (!take_varint(tab->values, &at, &value_step) || (value_step == 0 && step > 0) ||
		    !take_varint(tab->values, &at, &pc_step))
			return -1;
		value += value_step & 1 ? ~(value_step >> 1) : value_step >> 1;
		pc += (uint64_t)pc_step * tab->quantum;
		if (address < pc)
			return (int32_t)value;
	}
	return -1;
}

static const char *function_name(const struct gotab *tab, const struct record *record)
{
	return string_at(tab->names, (uint32_t)field(tab, record, F_NAME));
}

static void get_line(const struct gotab *tab, const struct record *record, uint64_t address,
		     struct gotab_line *line)
{
	const int32_t file = value_at(tab, record, (uint32_t)field(tab, record, F_PCFILE), address);
	const int32_t number = value_at(tab, record, (uint32_t)field(tab, record, F_PCLN), address);

	line->file = NULL;
	line->line = 0;
	if (file < 0 || number <= 0)
		return;
	if (tab->version == GO_1_16 || tab->units.size) {
		const uint64_t at = (uint64_t)(uint32_t)field(tab, record, F_UNIT) + (uint32_t)file;
		const uint32_t offset = (uint32_t)number_at(tab->units, at * 4, 4);
		line->file = offset == UINT32_MAX ? NULL : string_at(tab->files, offset);
	}
	line->line = line->file ? number : 0;
}

/* The function's tree of what was inlined into it; size 0: none, or not found. */
static struct bytes inline_tree(const struct gotab *tab, const struct record *record)
{
	const unsigned first = variable_fields(tab);
	const uint32_t pcdata = (uint32_t)field(tab, record, F_NPCDATA);
	const uint8_t funcdata = (uint8_t)((uint32_t)field(tab, record, first - 1) >> 24);

	if (pcdata > 64 || funcdata <= FUNCDATA_INLINE_TREE)
		return (struct bytes){ NULL, 0 };
	const uint32_t offset = (uint32_t)field(tab, record, first + pcdata + FUNCDATA_INLINE_TREE);
	return offset == UINT32_MAX ? (struct bytes){ NULL, 0 } : tail(tab->inline_trees, offset);
}

/* Index in the tree of the innermost function inlined at the address; -1: none. */
static int32_t inline_index(const struct gotab *tab, const struct record *record, uint64_t address)
{
	const uint32_t pcdata = (uint32_t)field(tab, record, F_NPCDATA);

	if (pcdata <= PCDATA_INLINE_TREE || pcdata > 64)
		return -1;
	const unsigned index = variable_fields(tab) + PCDATA_INLINE_TREE;
	return value_at(tab, record, (uint32_t)field(tab, record, index), address);
}

/* Fills the chain from the innermost inlined function outwards. */
static void get_lines(const struct gotab *tab, const struct record *record, uint64_t address,
		      struct gotab_place *place)
{
	const struct bytes tree = inline_tree(tab, record);
	const bool compact = tab->version == GO_1_20;
	const unsigned size = compact ? 16 : 20;
	int32_t index;

	while ((index = inline_index(tab, record, address)) >= 0 && place->count < GOTAB_INLINE_MAX - 1) {
		const uint64_t at = (uint64_t)index * size;
		struct gotab_line *line = &place->lines[place->count];
		if (at + size > tree.size)
			break;
		line->function = string_at(tab->names, (uint32_t)number_at(tree, at + (compact ? 4 : 12), 4));
		get_line(tab, record, address, line);
		place->count++;
		address = record->entry + (uint32_t)number_at(tree, at + (compact ? 8 : 16), 4);
	}
	struct gotab_line *outer = &place->lines[place->count++];
	*outer = (struct gotab_line){ function_name(tab, record), NULL, 0 };
	if (index < 0)
		get_line(tab, record, address, outer);
}

bool gotab_find(struct stack *stack, struct module *module, uint64_t address, struct gotab_place *place)
{
	const struct gotab *tab = get_gotab(stack, module);
	struct record record;

	if (!tab || !find_record(tab, address, &record) || !function_name(tab, &record))
		return false;
	place->entry = record.entry;
	place->count = 0;
	get_lines(tab, &record, address, place);
	return true;
}

static bool is_named(const char *name, const char *const *names)
{
	for (; *names; names++) {
		const size_t len = strlen(*names);
		if (!strncmp(name, *names, len) && (!name[len] || !strcmp(name + len, ".abi0")))
			return true;
	}
	return false;
}

/* Rows of functions whose callers the table of stack depths does not lead to. ROW_NONE: it does. */
static enum row_kind special_row(const char *name)
{
	static const char *const bottoms[] = { "runtime.goexit", "runtime.mstart", "runtime.rt0_go", NULL };
	/* They change to another stack. */
	static const char *const changes[] = { "runtime.mcall",
					       "runtime.systemstack",
					       "runtime.morestack",
					       "runtime.cgocallback",
					       "runtime.asmcgocall",
					       "runtime.systemstack_switch",
					       NULL };

	if (is_named(name, bottoms) || !strncmp(name, "_rt0_", 5))
		return ROW_END;
	return is_named(name, changes) ? ROW_STOP : ROW_NONE;
}

/* True: the code is asmcgocall's own, not a wrapper's with its name; its frame has no size. */
static bool is_way_to_c(const char *name, int32_t depth, const struct unwind_abi *unwind)
{
	static const char *const names[] = { "runtime.asmcgocall", NULL };

	return is_named(name, names) && depth == 0 && unwind->word == 8;
}

bool gotab_has(struct stack *stack, struct module *module, uint64_t address)
{
	const struct gotab *tab = get_gotab(stack, module);
	struct record record;

	return !tab || find_record(tab, address, &record);
}

bool gotab_row(struct stack *stack, struct module *module, struct code *code, const struct unwind_abi *unwind)
{
	const struct gotab *tab = get_gotab(stack, module);
	struct record record;

	/* Where there is a link register, frames look otherwise. */
	if (!tab || unwind->link || tab->word != unwind->word || !find_record(tab, code->address, &record))
		return false;
	const char *name = function_name(tab, &record);
	const int32_t depth = value_at(tab, &record, (uint32_t)field(tab, &record, F_PCSP), code->address);
	const enum row_kind special = name ? special_row(name) : ROW_NONE;
	if (special != ROW_NONE) {
		code->row = special;
		if (is_way_to_c(name, depth, unwind)) {
			code->row = ROW_CGO;
			code->entry = code->pc - !code->exact - (code->address - record.entry);
		}
		return true;
	}
	if (depth < 0 || depth % unwind->word)
		return false;
	code->row = ROW_PLAIN;
	code->cfa_reg = unwind->sp;
	code->cfa_offset = depth + unwind->word;
	code->return_offset = -(int32_t)unwind->word;
	/* Frames on amd64 keep their caller's frame pointer below the return address. */
	code->saved_count = unwind->word == 8 && depth > 0;
	code->saved[0] = (struct row_saved){ -16, unwind->fp };
	return true;
}
