#include "line.h"

#include <dwarf.h>
#include <string.h>

#include "module.h"

enum { ENTRIES_MAX = 1 << 20, PATH_PART_MAX = 4096 };

/* Reading that cannot leave its bytes: after the first attempt everything is 0 and failed is set. */
struct reader {
	const uint8_t *at, *end;
	bool failed;
};

static struct reader reader_of(struct line_bytes bytes)
{
	return (struct reader){ bytes.data, bytes.data + bytes.size, false };
}

static bool skip(struct reader *reader, uint64_t size)
{
	if ((uint64_t)(reader->end - reader->at) < size) {
		reader->at = reader->end;
		reader->failed = true;
		return false;
	}
	reader->at += size;
	return true;
}

static uint64_t take(struct reader *reader, unsigned size)
{
	const uint8_t *const from = reader->at;
	uint64_t value = 0;

	if (size > sizeof(value) || !skip(reader, size))
		return 0;
	memcpy(&value, from, size);
	return value;
}

static inline uint64_t take_uleb(struct reader *reader)
{
	uint64_t value = 0;

	for (unsigned shift = 0;; shift += 7) {
		if (reader->at == reader->end) {
			reader->failed = true;
			return 0;
		}
		const uint8_t byte = *reader->at++;
		if (shift < 64)
			value |= (uint64_t)(byte & 0x7f) << shift;
		if (!(byte & 0x80))
			return value;
	}
}

static inline int64_t take_sleb(struct reader *reader)
{
	uint64_t value = 0;
	unsigned shift = 0;
	uint8_t byte;

	do {
		if (reader->at == reader->end) {
			reader->failed = true;
			return 0;
		}
		byte = *reader->at++;
		if (shift < 64)
			value |= (uint64_t)(byte & 0x7f) << shift;
		shift += 7;
	} while (byte & 0x80);
	if (shift < 64 && (byte & 0x40))
		value |= ~0ULL << shift;
	return (int64_t)value;
}

static const char *take_string(struct reader *reader)
{
	const char *const string = (const char *)reader->at;
	const size_t room = (size_t)(reader->end - reader->at), len = strnlen(string, room);

	return skip(reader, len + 1) ? string : NULL;
}

/* A section of the file that the unit is in, under the name that old compilers gave it when compressed, too.
 */
static struct line_bytes section(Elf *elf, const char *name, const char *old_name)
{
	GElf_Shdr header;
	const Elf_Data *data = elf_section(elf, name, &header);

	if (!data)
		data = elf_section(elf, old_name, &header);
	/* libdw has decompressed what it can. */
	if (!data || header.sh_flags & SHF_COMPRESSED)
		return (struct line_bytes){ NULL, 0 };
	return (struct line_bytes){ data->d_buf, data->d_size };
}

/* Section 6.2.4: the header, up to the lists of directories and files. */
static bool read_header(struct line_table *table, struct reader *reader)
{
	uint64_t length = take(reader, 4);

	table->wide = length == 0xffffffff;
	if (table->wide)
		length = take(reader, 8);
	if (length > (uint64_t)(reader->end - reader->at))
		return false;
	reader->end = reader->at + length;
	table->version = (uint16_t)take(reader, 2);
	if (table->version < 2 || table->version > 5)
		return false;
	table->address_size = 8;
	if (table->version == 5) {
		table->address_size = (uint8_t)take(reader, 1);
		take(reader, 1);
	}
	const uint64_t header = take(reader, table->wide ? 8 : 4);
	if (reader->failed || header > (uint64_t)(reader->end - reader->at))
		return false;
	table->program.data = reader->at + header;
	table->program.size = (uint64_t)(reader->end - table->program.data);
	reader->end = table->program.data;
	table->min_length = (uint8_t)take(reader, 1);
	const uint64_t operations = table->version >= 4 ? take(reader, 1) : 1;
	take(reader, 1);
	table->line_base = (int8_t)take(reader, 1);
	table->line_range = (uint8_t)take(reader, 1);
	table->opcode_base = (uint8_t)take(reader, 1);
	for (unsigned i = 1; i < table->opcode_base; i++)
		table->lengths[i] = (uint8_t)take(reader, 1);
	table->names.data = reader->at;
	table->names.size = (uint64_t)(reader->end - reader->at);
	return !reader->failed && operations == 1 && table->line_range && table->opcode_base > 9;
}

bool line_table_open(struct line_table *table, Dwarf_Die *unit)
{
	Elf *elf = dwarf_getelf(dwarf_cu_getdwarf(unit->cu));
	Dwarf_Attribute attribute;
	Dwarf_Word offset;

	memset(table, 0, sizeof(*table));
	if (!elf || !dwarf_attr(unit, DW_AT_stmt_list, &attribute) || dwarf_formudata(&attribute, &offset))
		return false;
	const struct line_bytes lines = section(elf, ".debug_line", ".zdebug_line");
	if (offset >= lines.size)
		return false;
	table->strings = section(elf, ".debug_str", ".zdebug_str");
	table->line_strings = section(elf, ".debug_line_str", ".zdebug_line_str");
	if (dwarf_attr(unit, DW_AT_comp_dir, &attribute))
		table->folder = dwarf_formstring(&attribute);
	struct reader reader = { lines.data + offset, lines.data + lines.size, false };
	return read_header(table, &reader);
}

/* The registers of the program that runs (section 6.2.2), and what was found with them. */
struct machine {
	const struct line_table *table;
	uint64_t wanted;
	uint64_t address, file;
	uint64_t line, column;
	bool has_last, found;
	bool dead; /* the sequence is of code that the linker left out */
	uint64_t last_address;
	struct line_row last, result;
};

/* A row begins here: the one before ends, which may have been the one that is wanted. */
static inline void emit(struct machine *machine, bool ends_sequence)
{
	if (machine->has_last && !machine->dead && machine->last_address <= machine->wanted &&
	    machine->wanted < machine->address) {
		machine->found = true;
		machine->result = machine->last;
	}
	machine->has_last = !ends_sequence;
	machine->last_address = machine->address;
	machine->last.file = machine->file;
	machine->last.line = machine->line <= INT32_MAX ? (int)machine->line : 0;
	machine->last.column = machine->column <= INT32_MAX ? (int)machine->column : 0;
}

static void reset(struct machine *machine)
{
	machine->address = machine->column = 0;
	machine->file = machine->line = 1;
	machine->dead = false;
}

/* Section 6.2.5.3. */
static void run_extended(struct machine *machine, struct reader *reader)
{
	const uint64_t len = take_uleb(reader);
	const uint8_t *const start = reader->at;

	if (!skip(reader, len) || len == 0)
		return;
	if (*start == DW_LNE_end_sequence) {
		emit(machine, true);
		reset(machine);
	} else if (*start == DW_LNE_set_address) {
		struct reader operand = { start + 1, start + len, false };
		machine->address = take(&operand, (unsigned)(len - 1 <= 8 ? len - 1 : 8));
		machine->dead = machine->address == 0;
	}
}

/* Section 6.2.5.2. */
static void run_standard(struct machine *machine, struct reader *reader, uint8_t opcode)
{
	const struct line_table *table = machine->table;

	switch (opcode) {
	case DW_LNS_copy:
		emit(machine, false);
		break;
	case DW_LNS_advance_pc:
		machine->address += take_uleb(reader) * table->min_length;
		break;
	case DW_LNS_advance_line:
		machine->line += (uint64_t)take_sleb(reader);
		break;
	case DW_LNS_set_file:
		machine->file = take_uleb(reader);
		break;
	case DW_LNS_set_column:
		machine->column = take_uleb(reader);
		break;
	case DW_LNS_const_add_pc:
		machine->address +=
			(uint64_t)((255 - table->opcode_base) / table->line_range) * table->min_length;
		break;
	case DW_LNS_fixed_advance_pc:
		machine->address += take(reader, 2);
		break;
	default:
		for (unsigned i = 0; i < table->lengths[opcode]; i++)
			take_uleb(reader);
	}
}

bool line_find(const struct line_table *table, uint64_t address, struct line_row *row)
{
	struct machine machine = { .table = table, .wanted = address };
	struct reader reader = reader_of(table->program);

	reset(&machine);
	while (reader.at < reader.end && !reader.failed && !machine.found) {
		const uint8_t opcode = *reader.at++;
		if (opcode >= table->opcode_base) {
			const unsigned step = opcode - table->opcode_base;
			machine.address += (uint64_t)(step / table->line_range) * table->min_length;
			machine.line +=
				(uint64_t)(int64_t)(table->line_base + (int)(step % table->line_range));
			emit(&machine, false);
		} else if (opcode == 0) {
			run_extended(&machine, &reader);
		} else {
			run_standard(&machine, &reader, opcode);
		}
	}
	if (machine.found)
		*row = machine.result;
	return machine.found;
}

/* What each entry of a list has: a kind of contents and its form (section 6.2.4.1). */
struct formats {
	unsigned count;
	uint64_t kinds[LINE_FORMATS], forms[LINE_FORMATS];
};

static bool take_formats(struct reader *reader, struct formats *formats)
{
	formats->count = (unsigned)take(reader, 1);
	if (formats->count > LINE_FORMATS)
		return false;
	for (unsigned i = 0; i < formats->count; i++) {
		formats->kinds[i] = take_uleb(reader);
		formats->forms[i] = take_uleb(reader);
	}
	return !reader->failed;
}

static const char *string_of(struct line_bytes strings, uint64_t offset)
{
	if (offset >= strings.size || !memchr(strings.data + offset, 0, strings.size - offset))
		return NULL;
	return (const char *)strings.data + offset;
}

/* One field of an entry: a text, or a number. False: a form that none of these lists should have. */
static bool take_field(const struct line_table *table, struct reader *reader, uint64_t form,
		       const char **text, uint64_t *number)
{
	switch (form) {
	case DW_FORM_string:
		*text = take_string(reader);
		return true;
	case DW_FORM_line_strp:
		*text = string_of(table->line_strings, take(reader, table->wide ? 8 : 4));
		return true;
	case DW_FORM_strp:
		*text = string_of(table->strings, take(reader, table->wide ? 8 : 4));
		return true;
	case DW_FORM_udata:
		*number = take_uleb(reader);
		return true;
	case DW_FORM_data1:
		*number = take(reader, 1);
		return true;
	case DW_FORM_data2:
		*number = take(reader, 2);
		return true;
	case DW_FORM_data4:
		*number = take(reader, 4);
		return true;
	case DW_FORM_data8:
		*number = take(reader, 8);
		return true;
	case DW_FORM_data16:
		return skip(reader, 16);
	case DW_FORM_block:
		return skip(reader, take_uleb(reader));
	default:
		return false;
	}
}

/* A name, and the number of its directory. */
struct entry {
	const char *name;
	uint64_t directory;
};

/* Goes through a whole list of version 5; keeps the entry with that number. False: the list cannot be read.
 */
static bool take_list(const struct line_table *table, struct reader *reader, uint64_t index,
		      struct entry *kept)
{
	struct formats formats;

	if (!take_formats(reader, &formats))
		return false;
	const uint64_t count = take_uleb(reader);
	if (count > ENTRIES_MAX)
		return false;
	for (uint64_t i = 0; i < count && !reader->failed; i++) {
		struct entry entry = { NULL, 0 };
		for (unsigned f = 0; f < formats.count; f++) {
			const char *text = NULL;
			uint64_t number = 0;
			if (!take_field(table, reader, formats.forms[f], &text, &number))
				return false;
			if (formats.kinds[f] == DW_LNCT_path)
				entry.name = text;
			else if (formats.kinds[f] == DW_LNCT_directory_index)
				entry.directory = number;
		}
		if (i == index)
			*kept = entry;
	}
	return !reader->failed;
}

/* The n-th string of a list that an empty one ends; numbers begin at 1. The reader is left behind the list.
 */
static const char *take_directories(struct reader *reader, uint64_t index)
{
	const char *found = NULL, *name;

	for (uint64_t i = 1; (name = take_string(reader)) && *name; i++)
		if (i == index)
			found = name;
	return found;
}

/* Versions 2 to 4: file and directory numbers begin at 1, directory 0 is the unit's own. */
static bool find_file_old(const struct line_table *table, uint64_t index, struct entry *file,
			  const char **directory)
{
	struct reader reader = reader_of(table->names);
	const char *name;

	take_directories(&reader, 0);
	for (uint64_t i = 1; (name = take_string(&reader)) && *name; i++) {
		const uint64_t in = take_uleb(&reader);
		take_uleb(&reader);
		take_uleb(&reader);
		if (i != index || reader.failed)
			continue;
		*file = (struct entry){ name, in };
		reader = reader_of(table->names);
		*directory = take_directories(&reader, in);
		return in == 0 || *directory;
	}
	return false;
}

static bool find_file_new(const struct line_table *table, uint64_t index, struct entry *file,
			  const char **directory)
{
	struct entry unused = { NULL, 0 }, found = { NULL, 0 };
	struct reader reader = reader_of(table->names);

	if (!take_list(table, &reader, UINT64_MAX, &unused) || !take_list(table, &reader, index, file))
		return false;
	reader = reader_of(table->names);
	take_list(table, &reader, file->directory, &found);
	*directory = found.name;
	return file->name && found.name;
}

bool line_file(const struct line_table *table, uint64_t index, struct text *path)
{
	const char *directory = NULL;
	struct entry file = { NULL, 0 };
	const bool found = table->version == 5 ? find_file_new(table, index, &file, &directory)
					       : find_file_old(table, index, &file, &directory);

	if (!found || !*file.name || strnlen(file.name, PATH_PART_MAX) == PATH_PART_MAX)
		return false;
	if (*file.name != '/') {
		const bool whole = directory && *directory == '/';
		if (!whole && table->folder && *table->folder && strlen(table->folder) < PATH_PART_MAX) {
			text_add(path, table->folder);
			text_add_char(path, '/');
		}
		if (directory && *directory && strnlen(directory, PATH_PART_MAX) < PATH_PART_MAX &&
		    (!table->folder || strcmp(directory, table->folder) != 0 || whole)) {
			text_add(path, directory);
			text_add_char(path, '/');
		}
	}
	text_add(path, file.name);
	return true;
}
