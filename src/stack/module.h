/*
 * module: one per ELF file, whichever processes map it. Known by device and inode from a mapping, opened when
 * the first frame falls in it, while the thread that maps it is held: then /proc still leads to the very file
 * that is mapped.
 *
 * An opened file stays mapped here, so its inode cannot be given to another file; one that is rewritten in
 * place is seen by its modification time, and then by its size and build-id. Everything found in a file is
 * hostile.
 */
#ifndef SOCKLINE_STACK_MODULE_H
#define SOCKLINE_STACK_MODULE_H

#include <elfutils/libdw.h>
#include <gelf.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

#include "base/map.h"
#include "model/memory.h"

struct stack;
struct symbols;
struct debug;
struct perfmap;
struct gotab;

enum { SEGMENTS_MAX = 32, BUILD_ID_MAX = 64 };

enum module_kind {
	MODULE_FILE,
	MODULE_VDSO,
	MODULE_ANON, /* code in memory without a file: one module per address space */
};

enum module_state { MODULE_UNSEEN, MODULE_OPEN, MODULE_UNUSABLE };

struct segment {
	uint64_t offset, address, size; /* of PT_LOAD: p_offset, p_vaddr, p_filesz */
	bool executable;
};

struct module {
	struct module *next; /* of those with the same key */
	struct module *next_open;
	enum module_kind kind;
	enum module_state state;
	uint64_t device, inode;
	const char *path;    /* as the program sees it */
	const char *name;    /* its last part */
	const char *started; /* the path that the program was started by, where its name is another; NULL */
	const char *root;    /* /proc/TID/root of who mapped it first, for files that belong to it */
	const char *soname;  /* DT_SONAME, NULL: none */
	const char *note;    /* why no line is named, or NULL */

	int fd; /* -1: none is kept */
	struct timespec modified;
	off_t size;
	uint64_t contents; /* tells the file's contents from others; 0: nothing does */
	Elf *elf;
	uint8_t *image; /* what elf is read from when there is no file (image.h), else NULL */
	struct segment segments[SEGMENTS_MAX];
	unsigned segment_count;
	uint8_t build_id[BUILD_ID_MAX];
	unsigned build_id_len;
	bool is_static; /* a program without dynamic linker: holds its own C library */
	bool is_go;
	bool fallen_into; /* a caller was here: reported when it has no debug information */

	bool cfi_tried;
	Dwarf_CFI *eh_frame, *debug_frame;
	struct map codes; /* struct code by file offset, see code_key */

	struct symbols *symbols; /* NULL: not read yet */
	struct debug *debug;	 /* NULL: not looked for yet */
	struct gotab *gotab;	 /* NULL: not read yet, or none */
	bool gotab_tried;
	struct perfmap *perfmap; /* of MODULE_ANON */
};

/* What a mapping says about its file. */
struct mapping {
	uint64_t start, end, offset;
	uint64_t device, inode;
	const char *path; /* as in /proc/PID/maps; not NUL: may be empty */
};

/*
 * The module of a file mapping; made when it was not known. NULL for what is no code of ours ([stack],
 * [vsyscall]). started: program.h; a file that is started by several names is one module for each.
 */
struct module *module_get(struct stack *stack, const struct mapping *mapping, const char *started);
/* The path that places in it show. */
const char *module_shown(const struct module *module);
/* A module for code without a file, owned by the stack. */
struct module *module_anonymous(struct stack *stack, pid_t pid);

/* True while the file is still what it was when it was opened. Otherwise it is forgotten: module_get makes a
 * new one. */
bool module_is_current(struct stack *stack, struct module *module);
/* What was read of a file that is another one by now would lead to wrong lines: nothing more is named from
 * it, nor what was. */
void module_check(struct stack *stack, struct module *module);
/* All that was named in the module is to be named again. */
void module_name_anew(struct stack *stack, struct module *module);

/* Opens the file behind a mapping of a held thread. Afterwards state is MODULE_OPEN or MODULE_UNUSABLE. */
void module_open(struct stack *stack, struct module *module, const struct mapping *mapping, pid_t tid,
		 struct memory *memory);
/* The part of it after the file was found: fd stays the caller's. same_inode: it is surely what is mapped. */
void module_read(struct stack *stack, struct module *module, const struct mapping *mapping,
		 struct memory *memory, int fd, bool same_inode);
void module_close(struct module *module);

/* File offset to the address that the file's own tables use. False: in no segment. */
bool module_address(const struct module *module, uint64_t offset, uint64_t *address);

/* Contents of the first section with that name and their address. NULL: none, or empty. */
Elf_Data *elf_section(Elf *elf, const char *name, GElf_Shdr *header);
/* Copies the build-id of an ELF file; its length, 0: none. */
unsigned elf_build_id(Elf *elf, uint8_t id[BUILD_ID_MAX], uint64_t *address);

/* Opens a regular file for reading, never a device or pipe; path is taken inside root ("" or /proc/TID/root).
 * Returns a CLOEXEC descriptor or a negative errno. */
int file_open(const char *root, const char *path);

#endif
