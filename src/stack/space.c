#include "space.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/ioctl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "internal.h"
#include "perfmap.h"

/* <linux/fs.h> since 6.11; older headers lack it. */
struct procmap_question {
	uint64_t size, flags, address;
	uint64_t start, end, vma_flags, page_size, offset, inode;
	uint32_t major, minor, name_size, build_id_size;
	uint64_t name, build_id;
};
#define PROCMAP_QUESTION _IOWR('f', 17, struct procmap_question)

enum { VMA_EXECUTABLE = 4, MAPS_MAX = 16 << 20, RANGES_MAX = 65536, SLOTS_MAX = 1 << 20, FIRST_SLOTS = 64 };

struct space *space_new(struct stack *stack, pid_t tid)
{
	struct space *space = calloc(1, sizeof(*space));

	if (!space)
		abort();
	*space = (struct space){ .stack = stack, .refs = 1, .tid = tid, .maps = -1, .generation = 1 };
	space->id = ++stack->last_space;
	return space;
}

struct space *space_ref(struct space *space)
{
	space->refs++;
	return space;
}

struct space *space_fork(struct space *space, pid_t child)
{
	struct space *forked = space_new(space->stack, child);

	program_copy(&forked->program, &space->program);
	return forked;
}

/* Gives back the descriptor that the space keeps. */
static void close_maps(struct space *space)
{
	if (space->maps < 0)
		return;
	close(space->maps);
	space->maps = -1;
	for (unsigned i = 0; i < OPEN_MAPS; i++)
		if (space->stack->open_maps[i] == space)
			space->stack->open_maps[i] = NULL;
}

void space_unref(struct space *space)
{
	if (!space || --space->refs > 0)
		return;
	close_maps(space);
	if (space->anonymous)
		perfmap_rest(space->anonymous->perfmap);
	program_done(&space->program);
	free(space->ranges);
	free(space->slots);
	free(space);
}

void space_changed(struct space *space)
{
	space->generation++;
}

void space_retarget(struct space *space, pid_t tid)
{
	space->tid = tid;
}

/* Opens /proc/TID/maps and keeps it, in place of the one that was opened longest ago. */
static int open_maps(struct space *space)
{
	struct stack *stack = space->stack;
	char path[64];

	if (space->maps >= 0)
		return space->maps;
	snprintf(path, sizeof(path), "/proc/%d/maps", space->tid);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	struct space **place = &stack->open_maps[stack->next_open_maps++ % OPEN_MAPS];
	if (*place)
		close_maps(*place);
	*place = space;
	space->maps = fd;
	return fd;
}

/* Index of the first range that ends after the address. */
static unsigned range_after(const struct space *space, uint64_t address)
{
	unsigned low = 0, high = space->range_count;

	while (low < high) {
		unsigned middle = (low + high) / 2;
		if (space->ranges[middle].end <= address)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Forgets all ranges that overlap [start, end); returns where one that starts there belongs. */
static unsigned remove_ranges(struct space *space, uint64_t start, uint64_t end)
{
	unsigned first = range_after(space, start), last = first;

	while (last < space->range_count && space->ranges[last].start < end)
		last++;
	if (last > first)
		memmove(space->ranges + first, space->ranges + last,
			(space->range_count - last) * sizeof(*space->ranges));
	space->range_count -= last - first;
	return first;
}

/* The module of a mapping, as a range of this space would have it. */
static struct module *mapping_module(struct space *space, const struct mapping *mapping)
{
	struct stack *stack = space->stack;

	if (mapping->inode || !strcmp(mapping->path, "[vdso]"))
		return module_get(stack, mapping, program_path(&space->program, mapping, space->tid));
	if (!strcmp(mapping->path, "[vsyscall]"))
		return NULL;
	if (!space->anonymous)
		space->anonymous = module_anonymous(stack, space->tid);
	return space->anonymous;
}

/* Enters what the kernel said about a mapping into the ranges. NULL: it is no code. */
static struct range *enter_range(struct space *space, const struct mapping *mapping)
{
	const unsigned near = range_after(space, mapping->start);
	struct range *old = near < space->range_count ? &space->ranges[near] : NULL;
	struct module *module = NULL;

	/* The same as before: no need to look the module up, but its file may have been rewritten. */
	if (old && old->start == mapping->start && old->end == mapping->end &&
	    old->offset == mapping->offset && old->module->device == mapping->device &&
	    old->module->inode == mapping->inode && (mapping->inode || old->module == space->anonymous) &&
	    module_is_current(space->stack, old->module)) {
		old->generation = space->generation;
		return old;
	}
	if (mapping->start < mapping->end)
		module = mapping_module(space, mapping);
	unsigned at = remove_ranges(space, mapping->start, mapping->end);
	if (!module || space->range_count >= RANGES_MAX)
		return NULL;
	if (space->range_count == space->range_room) {
		space->range_room = space->range_room ? space->range_room * 2 : 8;
		space->ranges = reallocarray(space->ranges, space->range_room, sizeof(*space->ranges));
		if (!space->ranges)
			abort();
	}
	struct range *range = &space->ranges[at];
	memmove(range + 1, range, (space->range_count++ - at) * sizeof(*range));
	*range = (struct range){ mapping->start, mapping->end, mapping->offset, module, space->generation };
	return range;
}

/* Asks the kernel which mapping covers the address. NULL: none, or no code; then what was known there is
 * forgotten. */
static struct range *query_range(struct space *space, uint64_t address)
{
	struct stack *stack = space->stack;
	struct procmap_question question = {
		.size = sizeof(question),
		.address = address,
		.name_size = sizeof(stack->path),
		.name = (uintptr_t)stack->path,
	};
	int fd = open_maps(space);

	if (fd < 0)
		return NULL;
	stack->path[0] = 0;
	if (ioctl(fd, PROCMAP_QUESTION, &question) < 0) {
		if (errno == ENOTTY || errno == EINVAL)
			stack->no_query = true;
		else if (errno == ENOENT || errno == ESRCH)
			remove_ranges(space, address, address + 1);
		return NULL;
	}
	stack->path[sizeof(stack->path) - 1] = 0;
	if (!question.name_size)
		stack->path[0] = 0;
	if (!(question.vma_flags & VMA_EXECUTABLE)) {
		remove_ranges(space, question.start, question.end);
		return NULL;
	}
	struct mapping mapping = { question.start,  question.end,
				   question.offset, (uint64_t)question.major << 32 | question.minor,
				   question.inode,  stack->path };
	return enter_range(space, &mapping);
}

/* Reads a whole file of /proc into the scratch text, NUL-terminated. */
static int read_maps(struct stack *stack, int fd)
{
	size_t len = 0;

	for (;;) {
		if (stack->maps_room - len < 2) {
			size_t room = stack->maps_room ? stack->maps_room * 2 : 16384;
			char *text = room <= MAPS_MAX ? realloc(stack->maps_text, room) : NULL;
			if (!text)
				return -ENOMEM;
			stack->maps_text = text;
			stack->maps_room = room;
		}
		ssize_t got = pread(fd, stack->maps_text + len, stack->maps_room - len - 1, (off_t)len);
		if (got < 0)
			return -errno;
		len += (size_t)got;
		stack->maps_text[len] = 0;
		if (!got)
			return 0;
	}
}

/* One line of /proc/PID/maps (proc_pid_maps(5)). False: not executable, or no such line. */
static bool parse_line(char *line, struct mapping *mapping)
{
	unsigned long long start, end, offset, inode;
	unsigned major, minor;
	char rights[5];
	int name = 0;

	if (sscanf(line, "%llx-%llx %4s %llx %x:%x %llu %n", &start, &end, rights, &offset, &major, &minor,
		   &inode, &name) < 7 ||
	    rights[2] != 'x')
		return false;
	*mapping = (struct mapping){ start, end, offset, (uint64_t)major << 32 | minor, inode, line + name };
	return true;
}

/* Reads all executable mappings anew: what is not among them is gone. */
static void read_ranges(struct space *space)
{
	char *next = NULL;
	int fd = open_maps(space);

	if (fd < 0 || read_maps(space->stack, fd))
		return;
	for (char *line = space->stack->maps_text; *line; line = next) {
		struct mapping mapping;
		next = strchrnul(line, '\n');
		if (*next)
			*next++ = 0;
		if (parse_line(line, &mapping))
			enter_range(space, &mapping);
	}
	unsigned kept = 0;
	for (unsigned i = 0; i < space->range_count; i++)
		if (space->ranges[i].generation == space->generation)
			space->ranges[kept++] = space->ranges[i];
	space->range_count = kept;
}

/* The executable range at an address, known to be true of the space as it is now. */
static struct range *find_range(struct space *space, uint64_t address)
{
	for (int again = 0; again < 2; again++) {
		unsigned at = range_after(space, address);
		if (at < space->range_count && space->ranges[at].start <= address &&
		    space->ranges[at].generation == space->generation)
			return &space->ranges[at];
		if (again)
			break;
		if (!space->stack->no_query) {
			struct range *range = query_range(space, address);
			if (!space->stack->no_query)
				return range;
		}
		read_ranges(space);
	}
	return NULL;
}

bool space_is_code(const struct walk_context *context, uint64_t address)
{
	return find_range(context->space, address) != NULL;
}

/* Where the key is, or belongs. */
static struct pc_slot *find_slot(struct space *space, uint64_t key)
{
	uint32_t at = pc_slot_of(key) & (space->slot_size - 1);

	while (space->slots[at].key && space->slots[at].key != key)
		at = (at + 1) & (space->slot_size - 1);
	return &space->slots[at];
}

/* Makes room for more program counters; a program with too many (or hostile) ones starts afresh. */
static void grow_slots(struct space *space)
{
	struct pc_slot *old = space->slots;
	uint32_t size = space->slot_size;

	if (size && space->slot_count < size / 2)
		return;
	if (size >= SLOTS_MAX) {
		memset(old, 0, size * sizeof(*old));
		space->slot_count = 0;
		return;
	}
	space->slot_size = size ? size * 2 : FIRST_SLOTS;
	space->slots = calloc(space->slot_size, sizeof(*space->slots));
	if (!space->slots)
		abort();
	for (uint32_t i = 0; i < size; i++)
		if (old[i].key)
			*find_slot(space, old[i].key) = old[i];
	free(old);
}

/* A code of the module at that address, made when it is new. */
static struct code *module_code(const struct walk_context *context, const struct range *range, uint64_t pc,
				bool exact)
{
	struct stack *stack = context->space->stack;
	struct module *module = range->module;
	const uint64_t lookup = exact ? pc : pc - 1;
	const uint64_t offset = lookup - range->start + range->offset;
	const uint64_t key = code_key(module->kind == MODULE_ANON ? pc : offset, exact);
	struct code *code = map_get(&module->codes, key);

	if (code)
		return code;
	const struct mapping mapping = { range->start,	 range->end,	range->offset,
					 module->device, module->inode, module->path };
	if (module->state == MODULE_UNSEEN)
		module_open(stack, module, &mapping, context->space->tid, context->memory);
	code = arena_zalloc(&stack->arena, sizeof(*code));
	code->module = module;
	code->pc = pc;
	code->exact = exact;
	code->address = lookup;
	if (module->kind != MODULE_ANON && !module_address(module, offset, &code->address))
		code->address = offset;
	code_find_row(stack, code, context->unwind, context->memory);
	map_put(&module->codes, key, code);
	return code;
}

struct code *space_code_slow(const struct walk_context *context, uint64_t pc, bool exact)
{
	struct space *space = context->space;

	program_ask(&space->program, space->tid, context->memory);
	const struct range *range = find_range(space, exact ? pc : pc - 1);

	if (!range)
		return NULL;
	struct code *code = module_code(context, range, pc, exact);
	grow_slots(space);
	struct pc_slot *slot = find_slot(space, code_key(pc, exact));
	if (!slot->key)
		space->slot_count++;
	*slot = (struct pc_slot){ code_key(pc, exact), code, space->generation };
	return code;
}
