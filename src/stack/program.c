#include "program.h"

#include <elf.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "internal.h"
#include "module.h"

enum { PAIRS_MAX = 64 };

/* One word of the vector, of 4 or 8 bytes. */
static uint64_t word_at(const uint8_t *bytes, size_t index, size_t size)
{
	uint64_t word = 0;

	memcpy(&word, bytes + index * size, size);
	return word;
}

/* What the vector says of that type; 0: nothing. */
static uint64_t find_pair(const uint8_t *bytes, size_t len, size_t size, uint64_t type)
{
	for (size_t at = 0; (at + 2) * size <= len && word_at(bytes, at, size) != AT_NULL; at += 2)
		if (word_at(bytes, at, size) == type)
			return word_at(bytes, at + 1, size);
	return 0;
}

/* The program's own memory, which may say anything by now: what the path leads to is looked at before it is
 * believed. */
static char *read_path(struct memory *memory, uint64_t address)
{
	char path[PATH_ROOM];
	const size_t got = address ? memory_get(memory, address, path, sizeof(path)) : 0;

	return got && *path && memchr(path, 0, got) ? strdup(path) : NULL;
}

void program_ask(struct program *program, pid_t tid, struct memory *memory)
{
	uint8_t vector[PAIRS_MAX * 2 * sizeof(uint64_t)];
	char name[64];
	size_t size;

	if (program->asked)
		return;
	program->asked = true;
	snprintf(name, sizeof(name), "/proc/%d/auxv", tid);
	const int fd = open(name, O_RDONLY | O_CLOEXEC);
	const ssize_t got = fd >= 0 ? read(fd, vector, sizeof(vector)) : -1;

	if (fd >= 0)
		close(fd);
	if (got <= 0)
		return;
	/* Words are as wide as the program's; only read so, they name the size of a page. */
	size = find_pair(vector, (size_t)got, 8, AT_PAGESZ) == 4096 ? 8 : 4;
	program->entry = find_pair(vector, (size_t)got, size, AT_ENTRY);
	program->path = read_path(memory, find_pair(vector, (size_t)got, size, AT_EXECFN));
}

void program_copy(struct program *program, const struct program *from)
{
	*program = *from;
	program->path = from->path ? strdup(from->path) : NULL;
}

void program_done(struct program *program)
{
	free(program->path);
	program->path = NULL;
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* Whether the path, taken in the process's root, leads to the file that is mapped. */
static bool leads_to(const char *path, const struct mapping *mapping, pid_t tid)
{
	struct stat status;
	char root[64];

	snprintf(root, sizeof(root), "/proc/%d/root", tid);
	const int fd = file_open(root, path);
	const bool same = fd >= 0 && fstat(fd, &status) == 0 && status.st_ino == mapping->inode;

	if (fd >= 0)
		close(fd);
	return same;
}

/* A relative path was one from where the process stood then: the name beside the file is tried. */
static char *beside(const char *file, const char *name)
{
	char *path = NULL;

	return asprintf(&path, "%.*s%s", (int)(base_name(file) - file), file, name) < 0 ? NULL : path;
}

const char *program_path(struct program *program, const struct mapping *mapping, pid_t tid)
{
	char *path = program->path;

	if (!path || program->entry < mapping->start || program->entry >= mapping->end)
		return NULL;
	if (strcmp(base_name(path), base_name(mapping->path)) != 0 && *path != '/') {
		program->path = beside(mapping->path, base_name(path));
		free(path);
		path = program->path;
	}
	if (path && (!strcmp(base_name(path), base_name(mapping->path)) || !leads_to(path, mapping, tid))) {
		free(path);
		program->path = path = NULL;
	}
	return path;
}
