#include "separate.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "internal.h"

enum { ID_HEX = 2 * BUILD_ID_MAX + 1 };

/* What a candidate must prove to be taken. */
struct wanted {
	const uint8_t *id;
	unsigned id_len;
	bool has_checksum;
	uint32_t checksum; /* of the whole file, where there is no build-id */
};

/* The checksum of debuglinks: CRC-32 as in zlib (GDB manual, "Separate Debug Files"). */
static uint32_t checksum_file(int fd)
{
	uint32_t table[256], crc = ~0U;
	uint8_t buffer[65536];
	ssize_t got;

	for (uint32_t i = 0; i < 256; i++) {
		table[i] = i;
		for (int bit = 0; bit < 8; bit++)
			table[i] = table[i] & 1 ? table[i] >> 1 ^ 0xedb88320U : table[i] >> 1;
	}
	for (off_t at = 0; (got = pread(fd, buffer, sizeof(buffer), at)) > 0; at += got)
		for (ssize_t i = 0; i < got; i++)
			crc = table[(crc ^ buffer[i]) & 0xff] ^ crc >> 8;
	return ~crc;
}

/* True when the file proves to be the one that is wanted. */
static bool is_wanted(Elf *elf, int fd, const struct wanted *wanted)
{
	uint8_t id[BUILD_ID_MAX];
	uint64_t address;
	const unsigned len = elf_build_id(elf, id, &address);

	if (wanted->id_len)
		return len == wanted->id_len && !memcmp(id, wanted->id, len);
	return wanted->has_checksum && checksum_file(fd) == wanted->checksum;
}

static bool try_fd(int fd, const struct wanted *wanted, struct separate *found)
{
	if (fd < 0)
		return false;
	Elf *elf = elf_begin(fd, ELF_C_READ_MMAP, NULL);
	if (elf && elf_kind(elf) == ELF_K_ELF && is_wanted(elf, fd, wanted)) {
		*found = (struct separate){ elf, fd, NULL };
		return true;
	}
	elf_end(elf);
	close(fd);
	return false;
}

/* A path within the program's root (a container's), then in ours. */
static bool try_path(struct stack *stack, const struct module *module, const char *path,
		     const struct wanted *wanted, struct separate *found)
{
	if (!(module->root && try_fd(file_open(module->root, path), wanted, found)) &&
	    !try_fd(file_open("", path), wanted, found))
		return false;
	log_debug("debug file %s", path);
	found->path = arena_string(&stack->arena, path);
	return true;
}

static void hex_id(const uint8_t *id, unsigned len, char hex[ID_HEX])
{
	for (unsigned i = 0; i < len; i++)
		sprintf(hex + 2 * (size_t)i, "%02x", id[i]);
	hex[2 * (size_t)len] = 0;
}

/* The n-th of the folders where debug files are kept; NULL: no more. */
static const char *debug_folder(const struct stack *stack, unsigned n)
{
	const char *const given = stack->options.debug_dir;

	if (given && n == 0)
		return given;
	return n == (given ? 1U : 0U) ? "/usr/lib/debug" : NULL;
}

static bool find_by_id(struct stack *stack, const struct module *module, const struct wanted *wanted,
		       struct separate *found)
{
	char hex[ID_HEX], path[PATH_ROOM];
	const char *folder;

	if (wanted->id_len < 2)
		return false;
	hex_id(wanted->id, wanted->id_len, hex);
	for (unsigned n = 0; (folder = debug_folder(stack, n)); n++) {
		snprintf(path, sizeof(path), "%s/.build-id/%.2s/%s.debug", folder, hex, hex + 2);
		if (try_path(stack, module, path, wanted, found))
			return true;
	}
	return false;
}

/* Reads .gnu_debuglink: a file name, padded to four bytes, and a checksum. NULL: none. */
static const char *debug_link(const struct module *module, uint32_t *checksum)
{
	GElf_Shdr header;
	const Elf_Data *data = elf_section(module->elf, ".gnu_debuglink", &header);

	if (!data)
		return NULL;
	const char *name = data->d_buf;
	const size_t len = strnlen(name, data->d_size), at = (len + 4) & ~(size_t)3;
	if (len == 0 || at + 4 > data->d_size || strchr(name, '/') || !strcmp(name, ".") ||
	    !strcmp(name, ".."))
		return NULL;
	memcpy(checksum, name + at, 4);
	return name;
}

static bool find_by_link(struct stack *stack, const struct module *module, struct wanted *wanted,
			 struct separate *found)
{
	const char *folder, *name = debug_link(module, &wanted->checksum);
	const int dir_len = (int)(module->name - module->path);
	char path[PATH_ROOM];

	if (!name || dir_len == 0)
		return false;
	wanted->has_checksum = true;
	snprintf(path, sizeof(path), "%.*s%s", dir_len, module->path, name);
	if (strcmp(name, module->name) != 0 && try_path(stack, module, path, wanted, found))
		return true;
	snprintf(path, sizeof(path), "%.*s.debug/%s", dir_len, module->path, name);
	if (try_path(stack, module, path, wanted, found))
		return true;
	for (unsigned n = 0; (folder = debug_folder(stack, n)); n++) {
		snprintf(path, sizeof(path), "%s%.*s%s", folder, dir_len, module->path, name);
		if (try_path(stack, module, path, wanted, found))
			return true;
		snprintf(path, sizeof(path), "%s/%s", folder, name);
		if (folder == stack->options.debug_dir && try_path(stack, module, path, wanted, found))
			return true;
	}
	return false;
}

bool separate_find(struct stack *stack, struct module *module, struct separate *found)
{
	struct wanted wanted = { module->build_id, module->build_id_len, false, 0 };

	return find_by_id(stack, module, &wanted, found) || find_by_link(stack, module, &wanted, found);
}

bool separate_take(const uint8_t *id, unsigned id_len, int fd, struct separate *found)
{
	const struct wanted wanted = { id, id_len, false, 0 };

	return try_fd(fd, &wanted, found);
}

/* By the name in .gnu_debugaltlink: a path, or one from the folder of the file that has it. Under --debug-dir
 * as well, where the standard folder's contents may be. */
static bool find_by_name(struct stack *stack, const struct module *module, const char *beside,
			 const char *name, const struct wanted *wanted, struct separate *found)
{
	static const char standard[] = "/usr/lib/debug/";
	const char *const slash = beside ? strrchr(beside, '/') : NULL;
	char path[PATH_ROOM];

	if (*name != '/') {
		snprintf(path, sizeof(path), "%.*s/%s", slash ? (int)(slash - beside) : 0,
			 beside ? beside : "", name);
		return slash && try_path(stack, module, path, wanted, found);
	}
	if (stack->options.debug_dir && !strncmp(name, standard, sizeof(standard) - 1)) {
		snprintf(path, sizeof(path), "%s/%s", stack->options.debug_dir, name + sizeof(standard) - 1);
		if (try_path(stack, module, path, wanted, found))
			return true;
	}
	return strlen(name) < PATH_ROOM && try_path(stack, module, name, wanted, found);
}

bool separate_shared(struct stack *stack, struct module *module, const char *beside, const char *name,
		     const uint8_t *id, unsigned id_len, struct separate *found)
{
	const struct wanted wanted = { id, id_len, false, 0 };

	return id_len <= BUILD_ID_MAX && (find_by_id(stack, module, &wanted, found) ||
					  find_by_name(stack, module, beside, name, &wanted, found));
}

void separate_close(struct separate *separate)
{
	if (!separate->elf)
		return;
	elf_end(separate->elf);
	close(separate->fd);
}
