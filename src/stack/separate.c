#include "separate.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
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

static Elf *try_fd(int fd, const char *path, const struct wanted *wanted, int *kept)
{
	if (fd < 0)
		return NULL;
	Elf *elf = elf_begin(fd, ELF_C_READ_MMAP, NULL);
	if (elf && elf_kind(elf) == ELF_K_ELF && is_wanted(elf, fd, wanted)) {
		log_debug("debug file %s", path);
		*kept = fd;
		return elf;
	}
	elf_end(elf);
	close(fd);
	return NULL;
}

/* A path within the program's root (a container's), then in ours. */
static Elf *try_path(const struct module *module, const char *path, const struct wanted *wanted, int *kept)
{
	Elf *elf = NULL;

	if (module->root)
		elf = try_fd(file_open(module->root, path), path, wanted, kept);
	return elf ? elf : try_fd(file_open("", path), path, wanted, kept);
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

static Elf *find_by_id(struct stack *stack, const struct module *module, const struct wanted *wanted,
		       int *kept)
{
	char hex[ID_HEX], path[PATH_ROOM];
	const char *folder;

	if (wanted->id_len < 2)
		return NULL;
	hex_id(wanted->id, wanted->id_len, hex);
	for (unsigned n = 0; (folder = debug_folder(stack, n)); n++) {
		snprintf(path, sizeof(path), "%s/.build-id/%.2s/%s.debug", folder, hex, hex + 2);
		Elf *elf = try_path(module, path, wanted, kept);
		if (elf)
			return elf;
	}
	return NULL;
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

static Elf *find_by_link(struct stack *stack, const struct module *module, struct wanted *wanted, int *kept)
{
	const char *folder, *name = debug_link(module, &wanted->checksum);
	const int dir_len = (int)(module->name - module->path);
	char path[PATH_ROOM];
	Elf *elf;

	if (!name || dir_len == 0)
		return NULL;
	wanted->has_checksum = true;
	if (strcmp(name, module->name) != 0) {
		snprintf(path, sizeof(path), "%.*s%s", dir_len, module->path, name);
		elf = try_path(module, path, wanted, kept);
		if (elf)
			return elf;
	}
	snprintf(path, sizeof(path), "%.*s.debug/%s", dir_len, module->path, name);
	elf = try_path(module, path, wanted, kept);
	for (unsigned n = 0; !elf && (folder = debug_folder(stack, n)); n++) {
		snprintf(path, sizeof(path), "%s%.*s%s", folder, dir_len, module->path, name);
		elf = try_path(module, path, wanted, kept);
		if (elf || folder != stack->options.debug_dir)
			continue;
		snprintf(path, sizeof(path), "%s/%s", folder, name);
		elf = try_path(module, path, wanted, kept);
	}
	return elf;
}

/* Asks debuginfod servers, only when the user named some; its library is loaded only then. */
static Elf *find_by_server(const struct wanted *wanted, int *kept)
{
	const char *const urls = getenv("DEBUGINFOD_URLS");
	void *library;

	if (!urls || !*urls || !wanted->id_len ||
	    !(library = dlopen("libdebuginfod.so.1", RTLD_NOW | RTLD_LOCAL)))
		return NULL;
	void *(*begin)(void) = (void *(*)(void))dlsym(library, "debuginfod_begin");
	int (*find)(void *, const unsigned char *, int, char **) =
		(int (*)(void *, const unsigned char *, int, char **))dlsym(library,
									    "debuginfod_find_debuginfo");
	void (*end)(void *) = (void (*)(void *))dlsym(library, "debuginfod_end");
	void *client = begin && find && end ? begin() : NULL;
	int fd = -1;
	if (client) {
		fd = find(client, wanted->id, (int)wanted->id_len, NULL);
		end(client);
	}
	return try_fd(fd, "from debuginfod", wanted, kept);
}

Elf *separate_find(struct stack *stack, struct module *module, int *fd)
{
	struct wanted wanted = { module->build_id, module->build_id_len, false, 0 };
	Elf *elf = find_by_id(stack, module, &wanted, fd);

	if (!elf)
		elf = find_by_link(stack, module, &wanted, fd);
	if (!elf)
		elf = find_by_server(&wanted, fd);
	return elf;
}

Elf *separate_shared(struct stack *stack, struct module *module, const uint8_t *id, unsigned id_len, int *fd)
{
	const struct wanted wanted = { id, id_len, false, 0 };

	return id_len <= BUILD_ID_MAX ? find_by_id(stack, module, &wanted, fd) : NULL;
}
