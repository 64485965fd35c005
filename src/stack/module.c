#include "module.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/log.h"
#include "debug.h"
#include "guard.h"
#include "image.h"
#include "internal.h"
#include "perfmap.h"
#include "symbols.h"

enum { KEPT_FDS = 200, SONAME_MAX = 256, VDSO_MAX = 1 << 18, VDSO_32 = 1, VDSO_64 = 2 };

/* Opens what a descriptor without rights (O_PATH) stands for, when it is a regular file. */
static int reopen_regular(int handle)
{
	struct stat status;
	char self[64];

	if (handle < 0)
		return -errno;
	int fd = -EINVAL;
	if (fstat(handle, &status) == 0 && S_ISREG(status.st_mode)) {
		snprintf(self, sizeof(self), "/proc/self/fd/%d", handle);
		fd = open(self, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
		if (fd < 0)
			fd = -errno;
	}
	close(handle);
	return fd;
}

int file_open(const char *root, const char *path)
{
	const struct open_how how = { .flags = O_PATH | O_CLOEXEC, .resolve = RESOLVE_IN_ROOT };

	if (!*root)
		return reopen_regular(open(path, O_PATH | O_CLOEXEC));
	int directory = open(root, O_PATH | O_CLOEXEC | O_DIRECTORY);
	if (directory < 0)
		return -errno;
	/* Links inside a container's root must not lead out of it. */
	int handle = (int)syscall(SYS_openat2, directory, path, &how, sizeof(how));
	int fd = reopen_regular(handle);
	close(directory);
	return fd;
}

/* Hash of what identifies a file. */
static uint64_t file_key(uint64_t device, uint64_t inode)
{
	return device * 0x9e3779b97f4a7c15U ^ inode;
}

static struct module *new_module(struct stack *stack, enum module_kind kind, const char *path)
{
	struct module *module = arena_zalloc(&stack->arena, sizeof(*module));
	const char *slash = strrchr(path, '/');

	module->kind = kind;
	module->path = arena_string(&stack->arena, path);
	module->name = slash && slash[1] ? module->path + (slash + 1 - path) : module->path;
	module->fd = -1;
	module->next_open = stack->all;
	stack->all = module;
	return module;
}

/* A path of /proc/PID/maps as the program would say it. */
static const char *plain_path(struct stack *stack, const char *path)
{
	static const char deleted[] = " (deleted)";
	const size_t len = strlen(path), tail = sizeof(deleted) - 1;

	if (len > tail && !strcmp(path + len - tail, deleted))
		return arena_copy(&stack->arena, path, len - tail);
	return path;
}

const char *module_shown(const struct module *module)
{
	return module->started ? module->started : module->path;
}

static bool is_started_as(const struct module *module, const char *started)
{
	return started ? module->started && !strcmp(module->started, started) : !module->started;
}

struct module *module_get(struct stack *stack, const struct mapping *mapping, const char *started)
{
	const bool vdso = !mapping->inode;
	const uint64_t key =
		vdso ? (mapping->start >> 32 ? VDSO_64 : VDSO_32) : file_key(mapping->device, mapping->inode);
	struct module *first = map_get(&stack->modules, key), *module;

	for (module = first; module; module = module->next)
		if (module->device == mapping->device && module->inode == mapping->inode &&
		    is_started_as(module, started) && module_is_current(stack, module))
			return module;
	first = map_get(&stack->modules, key);
	module = new_module(stack, vdso ? MODULE_VDSO : MODULE_FILE, plain_path(stack, mapping->path));
	module->device = mapping->device;
	module->inode = mapping->inode;
	module->started = started ? arena_string(&stack->arena, started) : NULL;
	module->next = first;
	map_put(&stack->modules, key, module);
	return module;
}

struct module *module_anonymous(struct stack *stack, pid_t pid)
{
	struct module *module = new_module(stack, MODULE_ANON, "[anon]");

	module->state = MODULE_UNUSABLE;
	module->perfmap = perfmap_get(stack, pid);
	return module;
}

/* Takes a module out of the table: its file is another one now. Places and codes that point to it stay. */
static void forget_module(struct stack *stack, struct module *module)
{
	const uint64_t key = file_key(module->device, module->inode);
	struct module *first = map_take(&stack->modules, key);

	if (first == module)
		first = module->next;
	for (struct module *at = first; at; at = at->next)
		if (at->next == module)
			at->next = module->next;
	if (first)
		map_put(&stack->modules, key, first);
}

/* Keeps where the file's parts are mapped to. */
static void read_segments(struct module *module, Elf *elf, size_t count)
{
	GElf_Phdr header;

	module->is_static = true;
	for (size_t i = 0; i < count && gelf_getphdr(elf, (int)i, &header); i++) {
		if (header.p_type == PT_INTERP)
			module->is_static = false;
		if (header.p_type != PT_LOAD || module->segment_count == SEGMENTS_MAX)
			continue;
		module->segments[module->segment_count++] = (struct segment){
			header.p_offset,
			header.p_vaddr,
			header.p_filesz,
			header.p_flags & PF_X,
		};
	}
}

/* The name that the dynamic linker knows a library by, and whether the file is a position-independent
 * program. */
static bool read_dynamic(struct stack *stack, struct module *module, Elf *elf)
{
	GElf_Shdr header;
	Elf_Data *data = elf_section(elf, ".dynamic", &header);
	bool is_pie = false;
	GElf_Dyn entry;

	for (int i = 0; data && gelf_getdyn(data, i, &entry) && entry.d_tag != DT_NULL; i++) {
		if (entry.d_tag == DT_FLAGS_1)
			is_pie = entry.d_un.d_val & DF_1_PIE;
		if (entry.d_tag != DT_SONAME)
			continue;
		const char *name = elf_strptr(elf, header.sh_link, entry.d_un.d_val);
		if (name && *name && strlen(name) < SONAME_MAX)
			module->soname = arena_string(&stack->arena, name);
	}
	return is_pie;
}

/* The kernel maps whole pages: what lies around a segment in its first and last page is mapped with it. */
static bool is_in_pages(const struct segment *segment, uint64_t offset)
{
	const uint64_t first = segment->offset & ~0xfffULL;
	const uint64_t end = (segment->offset + segment->size + 0xfff) & ~0xfffULL;

	return offset >= first && offset < end;
}

bool module_address(const struct module *module, uint64_t offset, uint64_t *address)
{
	/* Two segments may share a page of the file, each mapped on its own; what is asked for is code. */
	for (int executable = 1; executable >= 0; executable--)
		for (unsigned i = 0; i < module->segment_count; i++) {
			const struct segment *segment = &module->segments[i];
			if (segment->executable != executable || !is_in_pages(segment, offset))
				continue;
			*address = offset - segment->offset + segment->address;
			return true;
		}
	return false;
}

Elf_Data *elf_section(Elf *elf, const char *name, GElf_Shdr *header)
{
	size_t names;

	if (elf_getshdrstrndx(elf, &names))
		return NULL;
	for (Elf_Scn *section = NULL; (section = elf_nextscn(elf, section));) {
		const char *found =
			gelf_getshdr(section, header) ? elf_strptr(elf, names, header->sh_name) : NULL;
		if (!found || strcmp(found, name) || header->sh_type == SHT_NOBITS)
			continue;
		Elf_Data *data = elf_getdata(section, NULL);
		return data && data->d_buf && data->d_size ? data : NULL;
	}
	return NULL;
}

/* Looks for the build-id among notes. */
static unsigned find_build_id(Elf_Data *data, uint8_t id[BUILD_ID_MAX], size_t *at)
{
	size_t offset = 0, name, description;
	GElf_Nhdr header;

	while (data && (offset = gelf_getnote(data, offset, &header, &name, &description)) > 0) {
		if (header.n_type != NT_GNU_BUILD_ID || header.n_namesz != 4 || !header.n_descsz ||
		    header.n_descsz > BUILD_ID_MAX || memcmp((char *)data->d_buf + name, "GNU", 4) != 0)
			continue;
		memcpy(id, (char *)data->d_buf + description, header.n_descsz);
		*at = description;
		return header.n_descsz;
	}
	return 0;
}

unsigned elf_build_id(Elf *elf, uint8_t id[BUILD_ID_MAX], uint64_t *address)
{
	size_t count = 0, at;
	GElf_Phdr program;
	GElf_Shdr header;
	unsigned len;

	*address = 0;
	elf_getphdrnum(elf, &count);
	for (size_t i = 0; i < count && i < 256 && gelf_getphdr(elf, (int)i, &program); i++) {
		if (program.p_type != PT_NOTE)
			continue;
		Elf_Data *data = elf_getdata_rawchunk(elf, (int64_t)program.p_offset, program.p_filesz,
						      program.p_align == 8 ? ELF_T_NHDR8 : ELF_T_NHDR);
		len = find_build_id(data, id, &at);
		if (len) {
			*address = program.p_vaddr + at;
			return len;
		}
	}
	for (Elf_Scn *section = NULL; (section = elf_nextscn(elf, section));) {
		if (!gelf_getshdr(section, &header) || header.sh_type != SHT_NOTE)
			continue;
		len = find_build_id(elf_getdata(section, NULL), id, &at);
		if (len)
			return len;
	}
	return 0;
}

/* FNV-1a, begun with a hash before it. */
static uint64_t hash_bytes(uint64_t hash, const void *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++)
		hash = (hash ^ ((const uint8_t *)bytes)[i]) * UINT64_C(0x100000001b3);
	return hash;
}

/* What a linker made of the contents: the build-id, or Go's, and the file's header. 0: the file has neither
 * id. */
static uint64_t contents_id(Elf *elf)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325), unused;
	uint8_t id[BUILD_ID_MAX];
	const unsigned len = elf_build_id(elf, id, &unused);
	GElf_Ehdr ehdr;
	GElf_Shdr header;
	Elf_Data *go = elf_section(elf, ".note.go.buildid", &header);

	if ((!len && !go) || !gelf_getehdr(elf, &ehdr))
		return 0;
	hash = hash_bytes(hash_bytes(hash, &ehdr, sizeof(ehdr)), id, len);
	return go ? hash_bytes(hash, go->d_buf, go->d_size) : hash;
}

/* A second look at a file. */
struct look {
	int fd;
	uint64_t contents;
};

static void read_contents_id(void *arg)
{
	struct look *look = arg;
	Elf *elf = elf_begin(look->fd, ELF_C_READ_MMAP, NULL);

	if (elf && elf_kind(elf) == ELF_K_ELF)
		look->contents = contents_id(elf);
	elf_end(elf);
}

/* Whether a file that was written to, by its time, has the contents that it had: touched, or copied onto
 * itself. */
static bool has_same_contents(const struct module *module)
{
	struct look look = { .fd = module->fd };

	return module->contents && !guard_run(read_contents_id, &look) && look.contents == module->contents;
}

bool module_is_current(struct stack *stack, struct module *module)
{
	struct stat status;

	if (module->fd < 0 || fstat(module->fd, &status))
		return true;
	if (status.st_size == module->size && status.st_mtim.tv_sec == module->modified.tv_sec &&
	    status.st_mtim.tv_nsec == module->modified.tv_nsec)
		return true;
	if (status.st_size == module->size && has_same_contents(module)) {
		module->modified = status.st_mtim;
		return true;
	}
	log_debug("%s was rewritten while it was mapped", module->path);
	module->note = "module was rewritten since it was mapped";
	close(module->fd);
	module->fd = -1;
	stack->module_fds--;
	forget_module(stack, module);
	return false;
}

/* What opening a module goes through. */
struct opening {
	struct stack *stack;
	struct module *module;
	const struct mapping *mapping;
	struct memory *memory;
	bool same_inode;
	int fd;
};

/* True unless the program's memory has another build-id than the file, or nothing says that they are the
 * same. */
static bool is_mapped_file(const struct opening *opening, uint64_t id_address)
{
	const struct module *module = opening->module;
	const struct mapping *mapping = opening->mapping;
	uint8_t mapped[BUILD_ID_MAX];
	uint64_t address;

	if (!id_address || !module_address(module, mapping->offset, &address))
		return opening->same_inode;
	size_t got = memory_get(opening->memory, mapping->start - address + id_address, mapped,
				module->build_id_len);
	if (got < module->build_id_len)
		return opening->same_inode;
	return !memcmp(mapped, module->build_id, got);
}

/* Reads the headers of a file that was just opened. Guarded: the file may be crafted, or shrink. */
static void read_headers(void *arg)
{
	const struct opening *opening = arg;
	struct module *module = opening->module;
	uint64_t id_address;
	size_t count = 0;
	GElf_Shdr header;
	GElf_Ehdr ehdr;

	Elf *elf = elf_begin(opening->fd, ELF_C_READ_MMAP, NULL);
	if (!elf || elf_kind(elf) != ELF_K_ELF || !gelf_getehdr(elf, &ehdr) ||
	    ehdr.e_ident[EI_DATA] != ELFDATA2LSB || elf_getphdrnum(elf, &count) || count > 4096) {
		elf_end(elf);
		return;
	}
	read_segments(module, elf, count);
	module->build_id_len = elf_build_id(elf, module->build_id, &id_address);
	if (!is_mapped_file(opening, id_address)) {
		module->note = "module was replaced since it was mapped";
		module->segment_count = 0;
		elf_end(elf);
		return;
	}
	module->contents = contents_id(elf);
	const bool is_pie = read_dynamic(opening->stack, module, elf);
	if (ehdr.e_type == ET_DYN)
		module->is_static = module->is_static && is_pie;
	module->is_go = elf_section(elf, ".gopclntab", &header) ||
			elf_section(elf, ".data.rel.ro.gopclntab", &header);
	module->elf = elf;
	module->state = MODULE_OPEN;
}

/* Takes the name of the process's root off a path: /proc/PID/maps tells paths as we see them (proc(5)). */
static void strip_root(struct module *module)
{
	char root[PATH_ROOM];
	const ssize_t len = readlink(module->root, root, sizeof(root));

	if (len <= 1 || len == sizeof(root) || strncmp(module->path, root, (size_t)len) != 0 ||
	    module->path[len] != '/')
		return;
	module->path += len;
}

/*
 * The program's own file, when it is what is mapped: its link leads to it even when it was deleted or never
 * had a name, and needs no more rights than ptrace (proc(5)). A negative errno: it is another one. The inode
 * alone does not tell, as other file systems have the same, nor does the device, which some show differently.
 */
static int open_program(struct stack *stack, const struct mapping *mapping, const char *name, pid_t tid)
{
	char path[64], link[PATH_ROOM];
	struct stat status;

	snprintf(path, sizeof(path), "/proc/%d/exe", tid);
	const ssize_t len = readlink(path, link, sizeof(link) - 1);
	link[len > 0 ? len : 0] = 0;
	if (strcmp(plain_path(stack, link), name) != 0)
		return -ENOENT;
	const int fd = file_open("", path);
	if (fd < 0 || (fstat(fd, &status) == 0 && status.st_ino == mapping->inode))
		return fd;
	close(fd);
	return -ENOENT;
}

/* Opens the file that is mapped: by the mapping itself when we may, as the program, else by its name. A
 * negative errno: nothing leads to it. */
static int open_mapped_file(struct stack *stack, struct module *module, const struct mapping *mapping,
			    pid_t tid, bool *same_inode)
{
	char path[96];

	module->root = arena_printf(&stack->arena, "/proc/%d/root", tid);
	snprintf(path, sizeof(path), "/proc/%d/map_files/%llx-%llx", tid, (unsigned long long)mapping->start,
		 (unsigned long long)mapping->end);
	const char *const outside = module->path;
	strip_root(module);
	int fd = file_open("", path);
	if (fd < 0)
		fd = open_program(stack, mapping, outside, tid);
	*same_inode = fd >= 0;
	if (fd < 0)
		fd = file_open(module->root, module->path);
	return fd >= 0 ? fd : file_open("", outside);
}

void module_read(struct stack *stack, struct module *module, const struct mapping *mapping,
		 struct memory *memory, int fd, bool same_inode)
{
	struct opening opening = { stack, module, mapping, memory, same_inode, fd };
	struct stat status;

	if (fstat(fd, &status))
		return;
	opening.same_inode = same_inode || status.st_ino == mapping->inode;
	module->modified = status.st_mtim;
	module->size = status.st_size;
	if (guard_run(read_headers, &opening))
		module->state = MODULE_UNUSABLE;
	if (module->state != MODULE_OPEN && !opening.same_inode)
		module->note = "module was replaced since it was mapped";
}

/* The vDSO has no file: its image is copied from memory. */
static void open_vdso(struct stack *stack, struct module *module, const struct mapping *mapping,
		      struct memory *memory)
{
	const uint64_t size = mapping->end - mapping->start;
	size_t count = 0;

	if (size > VDSO_MAX)
		return;
	char *image = arena_zalloc(&stack->arena, size);
	if (memory_get(memory, mapping->start, image, (uint32_t)size) < size)
		return;
	Elf *elf = elf_memory(image, size);
	if (!elf || elf_kind(elf) != ELF_K_ELF || elf_getphdrnum(elf, &count)) {
		elf_end(elf);
		return;
	}
	read_segments(module, elf, count);
	module->is_static = false;
	module->elf = elf;
	module->state = MODULE_OPEN;
}

/* Keeps the descriptor, to see when the file is rewritten, as long as there are not too many. */
static void keep_fd(struct stack *stack, struct module *module, int fd)
{
	if (module->state == MODULE_OPEN && stack->module_fds < KEPT_FDS) {
		module->fd = fd;
		stack->module_fds++;
		return;
	}
	if (module->state == MODULE_OPEN)
		elf_cntl(module->elf, ELF_C_FDDONE);
	close(fd);
}

/* What opening a module by its memory goes through. */
static void open_image(void *arg)
{
	const struct opening *opening = arg;
	struct module *module = opening->module;
	uint64_t unused;
	size_t count = 0;

	module->segment_count = module->build_id_len = 0;
	module->is_static = false;
	Elf *elf = image_open(opening->mapping, opening->memory, &module->image);
	if (!elf)
		return;
	if (elf_getphdrnum(elf, &count) || count > 4096) {
		elf_end(elf);
		return;
	}
	read_segments(module, elf, count);
	module->build_id_len = elf_build_id(elf, module->build_id, &unused);
	module->elf = elf;
	module->state = MODULE_OPEN;
}

void module_open(struct stack *stack, struct module *module, const struct mapping *mapping, pid_t tid,
		 struct memory *memory)
{
	bool same_inode;

	module->state = MODULE_UNUSABLE;
	if (module->kind == MODULE_VDSO) {
		open_vdso(stack, module, mapping, memory);
		return;
	}
	const int fd = open_mapped_file(stack, module, mapping, tid, &same_inode);
	if (fd >= 0) {
		module_read(stack, module, mapping, memory, fd, same_inode);
		keep_fd(stack, module, fd);
	} else {
		module->note =
			fd == -ENOENT ? "module was deleted since it was mapped" : "module cannot be read";
	}
	struct opening opening = { stack, module, mapping, memory, false, -1 };
	if (module->state != MODULE_OPEN && module->note && guard_run(open_image, &opening))
		module->state = MODULE_UNUSABLE;
	log_debug("module %s: %s", module->path,
		  module->note			 ? module->note
		  : module->state == MODULE_OPEN ? "opened"
						 : "not usable");
}

void module_close(struct module *module)
{
	struct map_slot *slot;

	for (size_t at = 0; (slot = map_next(&module->codes, &at));) {
		const struct code *code = slot->value;
		if (code->row == ROW_CFI)
			free(code->frame);
	}
	debug_free(module->debug);
	symbols_free(module->symbols);
	if (module->eh_frame)
		dwarf_cfi_end(module->eh_frame);
	elf_end(module->elf);
	free(module->image);
	if (module->fd >= 0)
		close(module->fd);
	map_done(&module->codes);
}
