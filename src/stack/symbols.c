#include "symbols.h"

#include <stdlib.h>
#include <string.h>

#include "debug.h"
#include "internal.h"

enum { TABLES_MAX = 4, NAME_MAX_LEN = 16384 };

struct table {
	const void *entries; /* Elf64_Sym or Elf32_Sym */
	size_t count;
	const char *names;
	size_t names_size;
	bool wide;
};

struct symbols {
	struct table tables[TABLES_MAX];
	unsigned count;
	bool complete; /* the module's own table has all its symbols */
	bool searched; /* other files were looked for */
};

/* Keeps a section of symbols when it is sound. */
static void add_table(struct symbols *symbols, Elf *elf, Elf_Scn *section, const GElf_Shdr *header)
{
	Elf_Data *entries = elf_getdata(section, NULL);
	Elf_Scn *strings = elf_getscn(elf, header->sh_link);
	Elf_Data *names = strings ? elf_getdata(strings, NULL) : NULL;
	const bool wide = gelf_getclass(elf) == ELFCLASS64;
	const size_t size = wide ? sizeof(Elf64_Sym) : sizeof(Elf32_Sym);

	if (!entries || !entries->d_buf || !names || !names->d_buf || !names->d_size ||
	    symbols->count == TABLES_MAX)
		return;
	symbols->tables[symbols->count++] =
		(struct table){ entries->d_buf, entries->d_size / size, names->d_buf, names->d_size, wide };
}

/* Adds the first table of that type. True: there is one. */
static bool add_tables(struct symbols *symbols, Elf *elf, unsigned type)
{
	const unsigned before = symbols->count;
	GElf_Shdr header;

	for (Elf_Scn *section = NULL; elf && (section = elf_nextscn(elf, section));)
		if (gelf_getshdr(section, &header) && header.sh_type == type && symbols->count == before)
			add_table(symbols, elf, section, &header);
	return symbols->count > before;
}

/* The module's own tables: the whole one when there is one, else what the dynamic linker needs. */
static struct symbols *own_tables(struct module *module)
{
	struct symbols *symbols = module->symbols;

	if (symbols)
		return symbols;
	module->symbols = symbols = calloc(1, sizeof(*symbols));
	if (!symbols)
		abort();
	symbols->complete = add_tables(symbols, module->elf, SHT_SYMTAB);
	if (!symbols->complete)
		add_tables(symbols, module->elf, SHT_DYNSYM);
	return symbols;
}

/* Where the own file was stripped: the debug file's table, or the small one that distributions leave in. */
static void add_other_tables(struct stack *stack, struct module *module, struct symbols *symbols)
{
	if (symbols->complete || symbols->searched)
		return;
	symbols->searched = true;
	if (!add_tables(symbols, module_debug_elf(stack, module), SHT_SYMTAB))
		add_tables(symbols, module_minidebug(stack, module), SHT_SYMTAB);
}

/* What matters of a symbol, whatever its class. */
static inline void get_symbol(const struct table *table, size_t at, Elf64_Sym *symbol)
{
	if (table->wide) {
		*symbol = ((const Elf64_Sym *)table->entries)[at];
	} else {
		const Elf32_Sym *narrow = &((const Elf32_Sym *)table->entries)[at];
		*symbol = (Elf64_Sym){
			.st_name = narrow->st_name,
			.st_info = narrow->st_info,
			.st_shndx = narrow->st_shndx,
			.st_value = narrow->st_value,
			.st_size = narrow->st_size,
		};
	}
}

/* Names code. NOTYPE with a size: hand-written assembly. */
static inline bool is_code(const Elf64_Sym *symbol)
{
	const unsigned type = ELF64_ST_TYPE(symbol->st_info);

	return symbol->st_shndx != SHN_UNDEF &&
	       (type == STT_FUNC || type == STT_GNU_IFUNC || type == STT_NOTYPE);
}

static const char *symbol_name(const struct table *table, uint32_t at)
{
	if (at == 0 || at >= table->names_size)
		return NULL;
	const size_t room = table->names_size - at, len = strnlen(table->names + at, room);
	return len && len < room && len < NAME_MAX_LEN ? table->names + at : NULL;
}

static unsigned leading_underscores(const char *name)
{
	return (unsigned)strspn(name, "_");
}

/* Of several symbols for one address: the innermost, then the name that a person would use, then the global
 * one. */
static bool is_better(const Elf64_Sym *a, const char *a_name, const Elf64_Sym *b, const char *b_name)
{
	static const uint8_t rank[16] = { [STB_GLOBAL] = 2, [STB_WEAK] = 1 };

	if (a->st_value != b->st_value)
		return a->st_value > b->st_value;
	const unsigned a_under = leading_underscores(a_name), b_under = leading_underscores(b_name);
	if (a_under != b_under)
		return a_under < b_under;
	const unsigned a_rank = rank[ELF64_ST_BIND(a->st_info)], b_rank = rank[ELF64_ST_BIND(b->st_info)];
	if (a_rank != b_rank)
		return a_rank > b_rank;
	return strcmp(a_name, b_name) < 0;
}

static bool find_in_table(const struct table *table, uint64_t address, struct symbol *found)
{
	Elf64_Sym symbol, best = { 0 };
	const char *best_name = NULL;

	for (size_t i = 0; i < table->count; i++) {
		get_symbol(table, i, &symbol);
		if (address - symbol.st_value >= symbol.st_size || !is_code(&symbol))
			continue;
		const char *name = symbol_name(table, symbol.st_name);
		if (!name || (best_name && !is_better(&symbol, name, &best, best_name)))
			continue;
		best = symbol;
		best_name = name;
	}
	if (best_name)
		*found = (struct symbol){ best_name, best.st_value, best.st_size };
	return best_name;
}

/* Later tables are fuller than earlier ones. */
static bool find_in_tables(const struct symbols *symbols, uint64_t address, struct symbol *symbol)
{
	for (unsigned i = symbols->count; i-- > 0;)
		if (find_in_table(&symbols->tables[i], address, symbol))
			return true;
	return false;
}

bool symbol_find_own(struct module *module, uint64_t address, struct symbol *symbol)
{
	return module->elf && find_in_tables(own_tables(module), address, symbol);
}

bool symbol_find(struct stack *stack, struct module *module, uint64_t address, struct symbol *symbol)
{
	if (!module->elf)
		return false;
	struct symbols *symbols = own_tables(module);
	add_other_tables(stack, module, symbols);
	return find_in_tables(symbols, address, symbol);
}

void symbols_search_again(struct symbols *symbols)
{
	symbols->searched = false;
}

void symbols_free(struct symbols *symbols)
{
	free(symbols);
}
