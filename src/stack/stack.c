#include "internal.h"

#include <stdio.h>
#include <stdlib.h>

#include "debug.h"
#include "perfmap.h"

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
	arena_done(&stack->arena);
	free(stack->maps_text);
	free(stack);
}

/* The code of a frame. Walks point to codes that this folder made; it may write to them. */
static struct code *frame_code(const struct walk *walk, unsigned index)
{
	return index < walk->count ? (struct code *)walk->frames[index].code : NULL;
}

const struct place *stack_place(struct stack *stack, const struct walk *walk, unsigned index)
{
	struct code *code = frame_code(walk, index);

	if (!code)
		return NULL;
	code_name(stack, code);
	return code->place;
}

static const char *via_name(const struct code *code, const struct place *place)
{
	if (!code || code->module->path == place->module)
		return NULL;
	return code->module->soname ? code->module->soname : code->module->name;
}

struct caller stack_caller(struct stack *stack, const struct walk *walk)
{
	struct code *best[VERDICT_LINE + 1] = { NULL };

	for (unsigned i = 0; i < walk->count; i++) {
		struct code *code = frame_code(walk, i);
		if (!code)
			continue;
		code_judge(stack, code);
		if (!best[code->verdict])
			best[code->verdict] = code;
		if (code->verdict == VERDICT_LINE)
			break;
	}
	struct code *const bare = best[VERDICT_USER] ? best[VERDICT_USER] : best[VERDICT_WEAK];
	if (bare)
		bare->module->fallen_into = true;
	if (best[VERDICT_LINE])
		return (struct caller){ best[VERDICT_LINE]->shown,
					via_name(bare, best[VERDICT_LINE]->shown) };
	struct code *const shown = bare ? bare : best[VERDICT_SKIP];
	if (!shown)
		return (struct caller){ NULL, NULL };
	code_name(stack, shown);
	return (struct caller){ shown->shown, NULL };
}

void stack_without_debug(struct stack *stack,
			 void (*fn)(void *user, const char *module, const char *build_id), void *user)
{
	char hex[2 * BUILD_ID_MAX + 1];

	for (struct module *module = stack->all; module; module = module->next_open) {
		if (!module->fallen_into || module->kind != MODULE_FILE || module->gotab ||
		    module_dwarf(stack, module))
			continue;
		hex[0] = 0;
		for (unsigned i = 0; i < module->build_id_len; i++)
			sprintf(hex + 2 * (size_t)i, "%02x", module->build_id[i]);
		fn(user, module->path, hex[0] ? hex : NULL);
	}
}
