#include "internal.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "debug.h"
#include "guard.h"
#include "perfmap.h"

static const uint64_t CHECK_NS = 250000000;

struct stack *stack_new(const struct stack_options *options)
{
	struct stack *stack = calloc(1, sizeof(*stack));

	if (!stack)
		abort();
	stack->options = *options;
	stack->snapshot = STACK_SNAPSHOT;
	elf_version(EV_CURRENT);
	return stack;
}

void stack_free(struct stack *stack)
{
	if (!stack)
		return;
	for (struct module *module = stack->all; module; module = module->next_open) {
		perfmap_free(module->perfmap);
		module_close(module);
	}
	map_done(&stack->modules);
	recall_done(&stack->recall);
	arena_done(&stack->arena);
	free(stack->maps_text);
	free(stack);
}

/* The code of a frame. Walks point to codes that this folder made; it may write to them. */
static struct code *frame_code(const struct walk *walk, unsigned index)
{
	return index < walk->count ? (struct code *)walk->frames[index].code : NULL;
}

/* The place of a frame, or the one that stands for it: another copy where the frame was found by a guess. */
static const struct place *frame_place(struct stack *stack, const struct walk *walk, unsigned index,
				       bool shown)
{
	struct code *code = frame_code(walk, index);

	if (!code)
		return NULL;
	code_name(stack, code);
	if (walk->frames[index].guessed) {
		code_name_guessed(stack, code);
		return shown ? code->guessed_shown : code->guessed_place;
	}
	return shown ? code->shown : code->place;
}

const struct place *stack_place(struct stack *stack, const struct walk *walk, unsigned index)
{
	return frame_place(stack, walk, index, false);
}

static unsigned name_frames(struct stack *stack, const struct walk *walk, unsigned most,
			    const struct place **places)
{
	unsigned count = 0;

	for (unsigned i = 0; i < walk->count && i < most; i++) {
		const struct place *place = stack_place(stack, walk, i);

		if (place)
			places[count++] = place;
	}
	return count;
}

const struct place *const *stack_places(struct stack *stack, const struct walk *walk, unsigned most,
					struct arena *arena, unsigned *count)
{
	struct recalled *kept = recall_by_id(&stack->recall, walk->id);
	const size_t size = walk->count * sizeof(const struct place *);
	const struct place **places;

	if (!kept) {
		places = arena_alloc(arena, size);
		*count = name_frames(stack, walk, most, places);
		return places;
	}
	if (!kept->places) {
		places = malloc(size ? size : 1);
		if (!places)
			abort();
		kept->place_count = name_frames(stack, walk, most, places);
		kept->places = places;
	}
	*count = kept->place_count;
	return kept->places;
}

uint64_t stack_kept_id(struct stack *stack, const struct walk *walk)
{
	return recall_by_id(&stack->recall, walk->id) ? walk->id : 0;
}

static const char *via_name(const struct module *module, const struct place *place)
{
	if (module_shown(module) == place->module)
		return NULL;
	return module->soname ? module->soname : module->name;
}

static struct caller find_caller(struct stack *stack, const struct walk *walk)
{
	enum { NONE = UINT32_MAX };
	uint32_t best[VERDICT_LINE + 1] = { NONE, NONE, NONE, NONE };

	for (unsigned i = 0; i < walk->count; i++) {
		struct code *code = frame_code(walk, i);
		if (!code)
			continue;
		code_judge(stack, code);
		if (best[code->verdict] == NONE)
			best[code->verdict] = i;
		if (code->verdict == VERDICT_LINE)
			break;
	}
	const uint32_t bare = best[VERDICT_USER] != NONE ? best[VERDICT_USER] : best[VERDICT_WEAK];
	struct module *const without = bare != NONE ? frame_code(walk, bare)->module : NULL;
	if (without)
		without->fallen_into = true;
	if (best[VERDICT_LINE] != NONE) {
		const struct place *place = frame_place(stack, walk, best[VERDICT_LINE], true);
		return (struct caller){ place, without ? via_name(without, place) : NULL };
	}
	return (struct caller){ frame_place(stack, walk, bare != NONE ? bare : best[VERDICT_SKIP], true),
				NULL };
}

/* Now and then: a file may be rewritten in place while programs have it mapped, and no call says so. */
static void check_files(struct stack *stack)
{
	const uint64_t now = clock_coarse_ns();

	if (now - stack->files_checked_ns < CHECK_NS)
		return;
	stack->files_checked_ns = now;
	for (struct module *module = stack->all; module; module = module->next_open)
		module_check(stack, module);
}

struct caller stack_caller(struct stack *stack, const struct walk *walk)
{
	check_files(stack);
	if (__builtin_expect(stack->fetching, false))
		debug_poll(stack);
	struct recalled *kept = recall_by_id(&stack->recall, walk->id);

	if (!kept)
		return find_caller(stack, walk);
	if (!kept->called)
		kept->caller = find_caller(stack, walk);
	kept->called = true;
	return kept->caller;
}

/* Whether a module has debug information; what is not known yet is looked for. */
struct having {
	struct stack *stack;
	struct module *module;
	bool has;
	const char *why; /* it has none */
};

/* Guarded. */
static void look_for_debug(void *arg)
{
	struct having *having = arg;

	having->has = module_dwarf(having->stack, having->module);
	having->why = debug_trouble(having->module);
}

static bool has_debug(struct stack *stack, struct module *module, const char **why)
{
	struct having having = { stack, module, false, NULL };

	if (module->gotab)
		return true;
	const bool has = guard_run(look_for_debug, &having) == 0 && having.has;
	*why = module->note ? module->note : having.why;
	return has;
}

void stack_without_debug(struct stack *stack,
			 void (*fn)(void *user, const char *module, const char *started, const char *build_id,
				    const char *why),
			 void *user)
{
	char hex[2 * BUILD_ID_MAX + 1];
	const char *why = NULL;

	for (struct module *module = stack->all; module; module = module->next_open) {
		if (!module->fallen_into || module->kind != MODULE_FILE || has_debug(stack, module, &why))
			continue;
		hex[0] = 0;
		for (unsigned i = 0; i < module->build_id_len; i++)
			sprintf(hex + 2 * (size_t)i, "%02x", module->build_id[i]);
		fn(user, module->path, module->started, hex[0] ? hex : NULL, why);
	}
}
