#include "perfmap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "internal.h"
#include "spans.h"

enum { MAP_FILE_MAX = 64 << 20, READ_CHUNK = 65536, NAME_ROOM = 1024, UNSORTED_MAX = 256 };

struct entry {
	uint64_t start, size;
	const char *name;
};

struct perfmap {
	pid_t pid;	  /* of the process, in our namespace */
	const char *path; /* within the process's root */
	const char *root;
	time_t started;	       /* when the process began, 0: not known */
	int fd;		       /* of the file, -1: not open */
	off_t read;	       /* bytes that were taken in, up to a line's end */
	off_t seen;	       /* its size when it was looked at last */
	struct entry *entries; /* in the file's order: later ones replace earlier ones */
	size_t count, room;
	struct spans sorted; /* of the first sorted_count entries */
	size_t sorted_count;
	size_t news; /* the first entry that perfmap_news has not told of */
};

/* The process of a thread, in our pid namespace and in its own: Tgid and NStgid of /proc/TID/status
 * (proc(5)). */
static void find_pids(pid_t tid, pid_t *pid, pid_t *inner)
{
	char path[64], line[256];

	*pid = *inner = tid;
	snprintf(path, sizeof(path), "/proc/%d/status", tid);
	FILE *file = fopen(path, "re");
	while (file && fgets(line, sizeof(line), file)) {
		if (!strncmp(line, "Tgid:", 5)) {
			*pid = *inner = atoi(line + 5);
		} else if (!strncmp(line, "NStgid:", 7)) {
			const char *last = strrchr(line, '\t');
			*inner = last ? atoi(last) : *inner;
		}
	}
	if (file)
		fclose(file);
}

/* When a process began, by the wall clock, to a second: starttime of /proc/PID/stat, in ticks since the
 * boot (proc_pid_stat(5)). 0: not known. */
static time_t find_start(pid_t pid)
{
	char path[64], text[1024] = "";
	unsigned long long ticks = 0;
	struct timespec boot;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	FILE *file = fopen(path, "re");
	const size_t got = file ? fread(text, 1, sizeof(text) - 1, file) : 0;
	if (file)
		fclose(file);
	const char *rest = got ? strrchr(text, ')') : NULL;
	if (!rest ||
	    sscanf(rest, ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %llu",
		   &ticks) != 1 ||
	    clock_gettime(CLOCK_BOOTTIME, &boot))
		return 0;
	return time(NULL) - boot.tv_sec + (time_t)(ticks / (unsigned long long)sysconf(_SC_CLK_TCK));
}

struct perfmap *perfmap_get(struct stack *stack, pid_t tid)
{
	pid_t pid, inner;

	find_pids(tid, &pid, &inner);
	struct perfmap *map = calloc(1, sizeof(*map));
	if (!map)
		abort();
	map->pid = pid;
	map->started = find_start(pid);
	map->fd = -1;
	map->root = arena_printf(&stack->arena, "/proc/%d/root", pid);
	map->path = arena_printf(&stack->arena, "/tmp/perf-%d.map", inner);
	return map;
}

/* One line; what does not look like one is left out. */
static void add_line(struct stack *stack, struct perfmap *map, const char *line, size_t len)
{
	char text[NAME_ROOM];
	unsigned long long start, size;
	int name = 0;

	if (len >= sizeof(text))
		len = sizeof(text) - 1;
	memcpy(text, line, len);
	text[len] = 0;
	if (sscanf(text, "%llx %llx %n", &start, &size, &name) < 2 || !name || !text[name] || !size)
		return;
	if (!map->entries || map->count == map->room) {
		map->room = map->room ? map->room * 2 : 256;
		map->entries = reallocarray(map->entries, map->room, sizeof(*map->entries));
		if (!map->entries)
			abort();
	}
	map->entries[map->count++] = (struct entry){ start, size, arena_string(&stack->arena, text + name) };
}

/* Opens the file, unless an earlier process of that pid has left it behind. */
static int open_map(const struct perfmap *map)
{
	const int fd = file_open(map->root, map->path);
	struct stat status;

	if (fd < 0 || (fstat(fd, &status) == 0 && status.st_mtime >= map->started - 2))
		return fd;
	close(fd);
	return -1;
}

/* Takes in the whole lines that were added since the last time. */
static void read_more(struct stack *stack, struct perfmap *map)
{
	char *chunk = NULL;
	struct stat status;
	ssize_t got;

	if (map->fd < 0)
		map->fd = open_map(map);
	if (map->fd < 0 || fstat(map->fd, &status))
		return;
	map->seen = status.st_size;
	if (status.st_size > map->read && status.st_size <= MAP_FILE_MAX)
		chunk = malloc(READ_CHUNK);
	while (chunk && (got = pread(map->fd, chunk, READ_CHUNK, map->read)) > 0) {
		char *line = chunk, *end;
		while ((end = memchr(line, '\n', (size_t)(chunk + got - line)))) {
			add_line(stack, map, line, (size_t)(end - line));
			line = end + 1;
		}
		if (line == chunk)
			break;
		map->read += line - chunk;
	}
	free(chunk);
}

bool perfmap_news(struct stack *stack, struct perfmap *map)
{
	struct stat status;

	if (map->fd >= 0 && fstat(map->fd, &status) == 0 && status.st_size != map->seen)
		read_more(stack, map);
	return map->news < map->count;
}

bool perfmap_is_news(const struct perfmap *map, uint64_t address)
{
	for (size_t i = map->news; i < map->count; i++)
		if (address - map->entries[i].start < map->entries[i].size)
			return true;
	return false;
}

void perfmap_told(struct perfmap *map)
{
	map->news = map->count;
}

void perfmap_rest(struct perfmap *map)
{
	if (map->fd >= 0)
		close(map->fd);
	map->fd = -1;
}

/* Sorts the entries in that came since the last time; few at once are not worth it. */
static void sort_entries(struct perfmap *map)
{
	const size_t count = map->count - map->sorted_count;
	struct span *added;

	if (count <= UNSORTED_MAX)
		return;
	added = reallocarray(NULL, count, sizeof(*added));
	if (!added)
		abort();
	for (size_t i = 0; i < count; i++) {
		const struct entry *entry = &map->entries[map->sorted_count + i];
		const uint64_t room = UINT64_MAX - entry->start;
		const uint64_t behind = entry->size - 1 < room ? entry->size - 1 : room;
		added[i] = (struct span){ entry->start, entry->start + behind, map->sorted_count + i };
	}
	spans_add(&map->sorted, added, count);
	map->sorted_count = map->count;
	free(added);
}

/* The newest entry that covers the address. NULL: none. */
static const struct entry *find_entry(struct perfmap *map, uint64_t address)
{
	sort_entries(map);
	for (size_t i = map->count; i-- > map->sorted_count;)
		if (address - map->entries[i].start < map->entries[i].size)
			return &map->entries[i];
	const struct span *span = spans_find(&map->sorted, address);
	return span ? &map->entries[span->index] : NULL;
}

const char *perfmap_find(struct stack *stack, struct perfmap *map, uint64_t address, uint64_t *start)
{
	for (int again = 0; again < 2; again++) {
		const struct entry *entry = find_entry(map, address);
		if (entry) {
			*start = entry->start;
			return entry->name;
		}
		if (!again)
			read_more(stack, map);
	}
	return NULL;
}

void perfmap_free(struct perfmap *map)
{
	if (!map)
		return;
	perfmap_rest(map);
	spans_done(&map->sorted);
	free(map->entries);
	free(map);
}
