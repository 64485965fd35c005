/* walk: from registers and stack of a held thread to a list of codes, one row after the other. */
#include <string.h>

#include "expr.h"
#include "internal.h"
#include "perfmap.h"
#include "symbols.h"

enum {
	SIGNALS_MAX = 16,
	SCAN_BYTES = 4096,
	SCAN_TRIES = 32,
	MISSES_MAX = 3,
	BARE_WALKS = 16,
	BARE_FRAMES = 4
};

/* Everything that one walk carries from frame to frame. */
struct walker {
	struct walk_context context;
	struct stack *stack;
	const struct unwind_abi *unwind;
	uint64_t mask; /* of an address */
	uint64_t pc;
	bool exact;   /* pc was interrupted, it is no return address */
	bool guessed; /* pc was found without CFI */
	bool end;
	bool linked; /* nothing was called from this frame: the link register is its own */
	bool loose;  /* sp is only a lower bound */
	bool lined;  /* a frame with a line was met */
	unsigned signals;
	uint64_t regs[UNWIND_REGS];
	bool partial;	/* registers are still to be asked for, but those of */
	uint32_t known; /* by number */
	/* copies of the program's memory: what was read at the stop, and one window beyond it */
	const uint8_t *snapshot;
	uint64_t snapshot_at, window_at;
	uint32_t snapshot_len, window_len;
	struct recall_draft *draft; /* what the walk depends on is noted there; NULL: it is not to be kept */
};

/* Reads what no copy holds yet into the window. */
static bool load_beyond(struct walker *walker, uint64_t address, unsigned size, uint64_t *value)
{
	if (address - walker->window_at >= walker->window_len ||
	    walker->window_len - (address - walker->window_at) < size) {
		const uint64_t from = address & ~7ULL;
		walker->window_at = from;
		walker->window_len =
			(uint32_t)memory_get(walker->context.memory, from, walker->stack->window, WINDOW);
		if (address - from + size > walker->window_len)
			return false;
	}
	*value = 0;
	memcpy(value, walker->stack->window + (address - walker->window_at), size);
	return true;
}

/* A word of the program's memory, nearly always of the snapshot. */
static inline bool load_word(struct walker *walker, uint64_t address, uint64_t *value)
{
	const uint64_t at = address - walker->snapshot_at;
	const unsigned word = walker->unwind->word;

	if (__builtin_expect(at >= walker->snapshot_len || walker->snapshot_len - at < word, 0))
		return load_beyond(walker, address, word, value);
	if (word == 8) {
		memcpy(value, walker->snapshot + at, 8);
	} else {
		uint32_t half;
		memcpy(&half, walker->snapshot + at, 4);
		*value = half;
	}
	return true;
}

/* For expressions: any size. */
static bool load_any(void *user, uint64_t address, unsigned size, uint64_t *value)
{
	struct walker *walker = user;
	const uint64_t at = address - walker->snapshot_at;

	if (at >= walker->snapshot_len || walker->snapshot_len - at < size)
		return load_beyond(walker, address, size, value);
	*value = 0;
	memcpy(value, walker->snapshot + at, size);
	return true;
}

/* A frame lies above the one that it called: what does not is a loop, or made up. */
static inline bool grows(const struct walker *walker, uint64_t cfa)
{
	return cfa > walker->regs[walker->unwind->sp];
}

/* Asks for the registers that no frame until now has given. False: the thread died. */
static __attribute__((noinline)) bool load_registers(struct walker *walker)
{
	struct memory *memory = walker->context.memory;
	const unsigned count = walker->unwind->regs;
	struct regs regs;

	if (!memory->registers || memory->registers(memory, &regs))
		return false;
	for (unsigned reg = 0; reg < count; reg++)
		if (!(walker->known >> reg & 1))
			walker->regs[reg] = regs.dwarf[reg];
	walker->partial = false;
	return true;
}

/* Before a row is followed: a register that it starts from counts. */
static void note_register(const struct walker *walker, const struct code *code)
{
	if (code->cfa_reg != walker->unwind->sp)
		recall_register(walker->draft, code->cfa_reg, walker->regs[code->cfa_reg]);
}

/* After it: so does the return address; saved registers may come to. */
static void note_frame(const struct walker *walker, const struct code *code, uint64_t cfa)
{
	const uint64_t at = cfa - walker->snapshot_at;

	if (code->row == ROW_LEAF)
		recall_register(walker->draft, walker->unwind->pc, walker->pc);
	else
		recall_word(walker->draft, at + (uint64_t)(int64_t)code->return_offset, walker->pc);
	for (unsigned i = 0; i < code->saved_count; i++)
		walker->draft->from[code->saved[i].reg] =
			(uint32_t)(at + (uint64_t)(int64_t)code->saved[i].offset + 1);
}

/* One of the caller's registers. */
static inline bool load_saved(struct walker *walker, const struct code *code, unsigned index, uint64_t cfa)
{
	const struct row_saved *saved = &code->saved[index];

	if (!load_word(walker, cfa + (uint64_t)(int64_t)saved->offset, &walker->regs[saved->reg]))
		return false;
	walker->known |= 1U << saved->reg;
	return true;
}

static inline bool step_plain(struct walker *walker, const struct code *code)
{
	if (__builtin_expect(walker->partial, 0) && !(walker->known >> code->cfa_reg & 1) &&
	    !load_registers(walker))
		return false;
	const uint64_t cfa =
		(walker->regs[code->cfa_reg] + (uint64_t)(int64_t)code->cfa_offset) & walker->mask;
	uint64_t pc;

	if (walker->draft)
		note_register(walker, code);
	if (!grows(walker, cfa) || !load_word(walker, cfa + (uint64_t)(int64_t)code->return_offset, &pc))
		return false;
	for (unsigned i = 0; i < code->saved_count; i++)
		if (!load_saved(walker, code, i, cfa))
			return false;
	walker->regs[walker->unwind->sp] = cfa;
	walker->pc = pc;
	if (walker->draft)
		note_frame(walker, code, cfa);
	return true;
}

/* The same for a frame that has not stored its return address. It may have no stack of its own. */
static bool step_leaf(struct walker *walker, const struct code *code)
{
	const unsigned link = walker->unwind->pc;
	const uint32_t needed = 1U << code->cfa_reg | 1U << link;

	if (!walker->linked ||
	    (walker->partial && (walker->known & needed) != needed && !load_registers(walker)))
		return false;
	const uint64_t cfa = walker->regs[code->cfa_reg] + (uint64_t)(int64_t)code->cfa_offset;
	if (walker->draft)
		note_register(walker, code);
	if (cfa < walker->regs[walker->unwind->sp])
		return false;
	walker->pc = walker->regs[link];
	if (walker->draft)
		note_frame(walker, code, cfa);
	for (unsigned i = 0; i < code->saved_count; i++)
		if (!load_saved(walker, code, i, cfa))
			return false;
	walker->regs[walker->unwind->sp] = cfa;
	return true;
}

/* The caller's value of one register by a rule of any form. False: it cannot be known. */
static bool eval_register(struct walker *walker, Dwarf_Frame *frame, const struct expr_context *context,
			  int reg, uint64_t *value)
{
	struct expr_result result;
	Dwarf_Op scratch[3], *ops;
	size_t count;

	if (dwarf_frame_register(frame, reg, scratch, &ops, &count))
		return false;
	if (count == 0) {
		*value = reg == walker->unwind->sp ? context->cfa : walker->regs[reg];
		return ops != scratch || reg == walker->unwind->sp;
	}
	if (expr_eval(ops, count, context, &result))
		return false;
	if (result.is_register)
		*value = walker->regs[result.value];
	else if (result.is_value)
		*value = result.value & walker->mask;
	else
		return load_word(walker, result.value & walker->mask, value);
	return true;
}

/* The return address by a rule of any form. That it is where the call left it holds for the innermost frame
 * only. */
static bool eval_return(struct walker *walker, Dwarf_Frame *frame, const struct expr_context *context,
			uint64_t *pc)
{
	const int column = walker->unwind->pc;
	Dwarf_Op scratch[3], *ops;
	size_t count;

	if (walker->unwind->link && !walker->linked &&
	    (dwarf_frame_register(frame, column, scratch, &ops, &count) || count == 0))
		return false;
	return eval_register(walker, frame, context, column, pc);
}

/* Rules that do not fit a row: PLT entries, realigned stacks, signal frames with CFI. */
static bool step_cfi(struct walker *walker, const struct code *code)
{
	const struct unwind_abi *unwind = walker->unwind;
	struct expr_context context = { walker->regs, unwind->regs, 0, unwind->word, load_any, walker };
	uint64_t next[UNWIND_REGS], pc;
	struct expr_result cfa;
	Dwarf_Op *ops;
	size_t count;

	if (!unwind->link)
		walker->regs[unwind->pc] = walker->pc;
	if (dwarf_frame_cfa(code->frame, &ops, &count) || count == 0 || expr_eval(ops, count, &context, &cfa))
		return false;
	context.cfa = cfa.value & walker->mask;
	if (!code->signal && !grows(walker, context.cfa) &&
	    !(unwind->link && walker->linked && context.cfa == walker->regs[unwind->sp]))
		return false;
	if (!eval_return(walker, code->frame, &context, &pc))
		return false;
	for (int reg = 0; reg < unwind->regs; reg++)
		if (!eval_register(walker, code->frame, &context, reg, &next[reg]))
			next[reg] = 0;
	memcpy(walker->regs, next, sizeof(next));
	walker->pc = pc;
	return true;
}

/* The kernel saved all registers before it called the handler. */
static bool step_signal(struct walker *walker, const struct code *code)
{
	const struct unwind_abi *unwind = walker->unwind;
	const struct unwind_sigreturn *sigreturn = code->sigreturn;
	uint64_t at = walker->regs[unwind->sp], next[UNWIND_REGS] = { 0 }, pc;

	if (sigreturn->pointer >= 0 && !load_word(walker, at + (uint64_t)sigreturn->pointer, &at))
		return false;
	at += (uint64_t)sigreturn->context;
	for (unsigned reg = 0; reg < unwind->regs; reg++)
		if (unwind->saved[reg] >= 0 &&
		    !load_word(walker, at + (uint64_t)unwind->saved[reg], &next[reg]))
			return false;
	if (!load_word(walker, at + (uint64_t)unwind->saved_pc, &pc))
		return false;
	memcpy(walker->regs, next, sizeof(next));
	walker->partial = false;
	walker->pc = pc;
	return true;
}

/*
 * Go's asmcgocall runs C on the thread's own stack. Before the call it leaves there the goroutine's g, whose
 * stack's top is its second word, and how far below that top its caller's stack ends; or 0, and where that is
 * (src/runtime/asm_amd64.s). Where these lie differs between versions: the return address tells, as it must
 * follow a call of asmcgocall.
 */
static bool step_cgo(struct walker *walker, const struct code *code)
{
	static const uint8_t saved[][2] = { { 48, 40 }, { 8, 0 } }; /* of g, and of the depth */
	const struct unwind_abi *unwind = walker->unwind;
	const uint64_t sp = walker->regs[unwind->sp];

	for (unsigned i = 0; i < sizeof(saved) / sizeof(*saved); i++) {
		uint64_t g, depth, top = 0, pc, target;
		if (!load_word(walker, sp + saved[i][0], &g) ||
		    !load_word(walker, sp + saved[i][1], &depth) || (g && !load_word(walker, g + 8, &top)))
			continue;
		const uint64_t at = g ? top - depth : depth;
		if (!load_word(walker, at, &pc) || !space_is_code(&walker->context, pc - 1) ||
		    !unwind_call_before(unwind, walker->context.memory, pc, &target) || target != code->entry)
			continue;
		walker->regs[unwind->sp] = at + unwind->word;
		walker->pc = pc;
		return true;
	}
	return false;
}

/* True for an address of code that follows a call. */
static bool is_return(struct walker *walker, uint64_t pc, uint64_t *target)
{
	return space_is_code(&walker->context, pc - 1) &&
	       unwind_call_before(walker->unwind, walker->context.memory, pc, target);
}

/* No CFI: the link register, while nothing was called. How large the frame is, nothing tells. */
static bool step_link(struct walker *walker)
{
	const struct unwind_abi *unwind = walker->unwind;
	const uint64_t pc = walker->regs[unwind->pc] & unwind->code_mask;
	uint64_t target;

	if (!walker->linked || !unwind->link || !is_return(walker, pc, &target) || !target ||
	    !unwind_in_link(unwind, walker->context.memory, target, walker->pc))
		return false;
	walker->pc = pc;
	walker->guessed = walker->loose = true;
	return true;
}

/* No CFI: the frame pointer, when it leads to something that looks like a frame. */
static bool step_frame_pointer(struct walker *walker)
{
	const struct unwind_abi *unwind = walker->unwind;
	const uint64_t frame = walker->regs[unwind->fp];
	uint64_t pc, outer, target;

	if (frame < walker->regs[unwind->sp] || (frame & (unwind->word - 1)) != 0 ||
	    !load_word(walker, frame, &outer) || !load_word(walker, frame + unwind->word, &pc) ||
	    !is_return(walker, pc & unwind->code_mask, &target))
		return false;
	walker->regs[unwind->fp] = outer;
	walker->regs[unwind->sp] = frame + 2U * unwind->word;
	walker->pc = pc;
	walker->guessed = true;
	/* Where calls push the return address, it ends the frame; else its record may lie anywhere in it. */
	walker->loose = unwind->link;
	return true;
}

/* Keeps a row that was worked out, when it leads to a return address from where it should be. */
static bool keep_frame(struct walker *walker, struct code *code, const struct unwind_frame *frame,
		       uint64_t slot)
{
	const struct unwind_abi *unwind = walker->unwind;
	const uint64_t cfa =
		(walker->regs[frame->cfa_reg] + (uint64_t)(int64_t)frame->cfa_offset) & walker->mask;
	uint64_t pc, target;

	if (slot && cfa - unwind->word != slot)
		return false;
	if (!grows(walker, cfa) || !load_word(walker, cfa - unwind->word, &pc) ||
	    !is_return(walker, pc, &target))
		return false;
	code->row = ROW_PLAIN;
	code->guessed = true;
	code->cfa_reg = frame->cfa_reg;
	code->cfa_offset = frame->cfa_offset;
	code->return_offset = -(int32_t)unwind->word;
	code->saved_count = 0;
	for (unsigned i = 0; i < frame->saved_count; i++)
		code->saved[code->saved_count++] =
			(struct row_saved){ (int16_t)frame->saved[i].offset, frame->saved[i].reg };
	return true;
}

/* How far behind its function's first instruction the code is: by its symbol, or by what a JIT compiler said.
 */
static bool find_start(struct walker *walker, const struct code *code, uint64_t *behind)
{
	struct symbol symbol;
	uint64_t start;

	if (code->module->kind == MODULE_ANON) {
		if (!perfmap_find(walker->stack, code->module->perfmap, code->address, &start))
			return false;
		*behind = code->address - start;
		return true;
	}
	if (!symbol_find_own(code->module, code->address, &symbol))
		return false;
	*behind = code->address - symbol.start;
	return true;
}

/* A known beginning tells where to begin. */
static bool explore_from_symbol(struct walker *walker, struct code *code)
{
	struct unwind_frame frame;
	uint64_t behind;

	if (!find_start(walker, code, &behind))
		return false;
	const uint64_t entry = walker->pc - !code->exact - behind;
	return unwind_explore(walker->unwind, walker->context.memory, entry, walker->pc, &frame) &&
	       keep_frame(walker, code, &frame, 0);
}

/*
 * Without one: every word of the stack that follows a call may be the return address. It is, when the way
 * from what that call calls to here leaves the stack exactly so deep.
 */
static bool explore_from_calls(struct walker *walker, struct code *code)
{
	const struct unwind_abi *unwind = walker->unwind;
	const uint64_t sp = walker->regs[unwind->sp];
	struct unwind_frame frame;
	unsigned tries = 0;

	for (uint64_t slot = sp; slot < sp + SCAN_BYTES && tries < SCAN_TRIES; slot += unwind->word) {
		uint64_t pc, target;
		if (!load_word(walker, slot, &pc))
			return false;
		if (pc < 4096 || pc - sp < SCAN_BYTES || !space_is_code(&walker->context, pc - 1) ||
		    !unwind_call_before(unwind, walker->context.memory, pc, &target) || !target)
			continue;
		tries++;
		if (unwind_explore(unwind, walker->context.memory, target, walker->pc, &frame) &&
		    keep_frame(walker, code, &frame, slot))
			return true;
	}
	return false;
}

/* Code without CFI: what its instructions do to the stack is worked out once, and kept as a row. */
static bool step_without_cfi(struct walker *walker, struct code *code)
{
	if (walker->unwind->explore && code->misses < MISSES_MAX) {
		if (explore_from_symbol(walker, code) || explore_from_calls(walker, code)) {
			walker->guessed = true;
			return step_plain(walker, code);
		}
		code->misses++;
	}
	return step_link(walker) || step_frame_pointer(walker);
}

/* From a frame whose end is not known: a row that does not begin there makes all exact again. */
static bool step_loose(struct walker *walker, const struct code *code)
{
	if (code->row != ROW_PLAIN || code->cfa_reg == walker->unwind->sp)
		return step_frame_pointer(walker);
	walker->loose = false;
	return step_plain(walker, code);
}

/* Goes to the caller of the frame whose code this is. False: the walk ends here. */
static inline bool step(struct walker *walker, struct code *code)
{
	const bool interrupted = code->signal && !walker->loose;
	bool went = false;

	walker->guessed = code->guessed;
	if (code->row != ROW_PLAIN && code->row != ROW_END && code->row != ROW_LEAF)
		walker->draft = NULL;
	if (walker->partial && (code->row == ROW_CFI || code->row == ROW_NONE) && !load_registers(walker))
		return false;
	switch (walker->loose && code->row != ROW_END ? ROW_LOOSE : code->row) {
	case ROW_PLAIN:
		went = step_plain(walker, code);
		break;
	case ROW_LEAF:
		went = step_leaf(walker, code);
		break;
	case ROW_LOOSE:
		went = step_loose(walker, code);
		break;
	case ROW_CFI:
		went = step_cfi(walker, code);
		break;
	case ROW_SIGNAL:
		went = step_signal(walker, code);
		break;
	case ROW_NONE:
		went = step_without_cfi(walker, code);
		break;
	case ROW_CGO:
		went = step_cgo(walker, code);
		break;
	case ROW_STOP:
		break;
	case ROW_END:
		walker->end = true;
		break;
	}
	/* What may lead to any other stack may lead in circles. */
	if ((code->signal || code->row == ROW_CGO) && ++walker->signals > SIGNALS_MAX)
		return false;
	walker->exact = walker->linked = interrupted;
	walker->pc &= walker->unwind->code_mask;
	return went;
}

/*
 * Walks into the scratch frames, until there are as many as wanted and one of them has a line: how many are
 * shown does not change who the caller is. Returns how many there are.
 */
static unsigned walk_frames(struct walker *walker, struct walk_frame *frames, unsigned wanted)
{
	unsigned count = 0;

	while (count < STACK_MAX) {
		if (!walker->pc) {
			walker->end = true;
			break;
		}
		struct code *code = space_code(&walker->context, walker->pc, walker->exact);
		if (!code)
			walker->draft = NULL;
		/* What a guess leads to must at least be code. */
		if (!code && walker->guessed)
			break;
		frames[count++] = (struct walk_frame){ walker->pc, code, walker->guessed };
		walker->lined |= code && code->verdict == VERDICT_LINE;
		if (walker->lined && count >= wanted)
			break;
		if (!code || !step(walker, code)) {
			if (!walker->end)
				walker->draft = NULL;
			break;
		}
	}
	return count;
}

/*
 * Learns how much of the stack is worth copying: what the deepest of the last walks needed, as each page more
 * costs the thread that is held.
 */
static void learn_depth(struct stack *stack, uint64_t needed)
{
	enum { STEP = 256, WALKS = 256 };
	const uint32_t bytes = needed < STACK_SNAPSHOT_MAX ? (uint32_t)needed : STACK_SNAPSHOT_MAX;

	if (bytes > stack->deepest)
		stack->deepest = bytes;
	if (bytes <= stack->snapshot && ++stack->walks < WALKS)
		return;
	stack->snapshot = (stack->deepest + STEP) / STEP * STEP;
	if (stack->snapshot > STACK_SNAPSHOT_MAX)
		stack->snapshot = STACK_SNAPSHOT_MAX;
	stack->deepest = stack->walks = 0;
}

/* Of code that was replaced, neither the name nor what its instructions did holds any more. */
static void follow_compiler(struct stack *stack, const struct module *module)
{
	bool any = false;
	struct map_slot *slot;

	for (size_t at = 0; (slot = map_next(&module->codes, &at));) {
		struct code *code = slot->value;

		if (!perfmap_is_news(module->perfmap, code->address))
			continue;
		code_name_anew(code);
		if (code->guessed)
			code->row = ROW_NONE;
		code->guessed = false;
		code->misses = 0;
		any = true;
	}
	perfmap_told(module->perfmap);
	if (any)
		recall_forget(&stack->recall);
}

/* Takes over a walk that was kept. */
static void recall_walk(struct stack *stack, const struct recalled *kept, struct arena *arena,
			struct walk *walk)
{
	const size_t size = kept->frame_count * sizeof(*kept->frames);

	walk->frames = memcpy(arena_alloc(arena, size), kept->frames, size);
	walk->count = kept->frame_count;
	walk->cut = kept->cut;
	walk->id = kept->id;
	learn_depth(stack, kept->reach);
}

/*
 * Whether the next walk is to be kept although no stacks are shown: in programs without lines each goes to
 * the outermost frame.
 */
static bool is_bare(struct stack *stack)
{
	return stack->bare >= BARE_WALKS && recall_pays(&stack->recall);
}

static void note_lines(struct stack *stack, const struct walker *walker, const struct walk *walk)
{
	if (walker->lined || walk->count < BARE_FRAMES)
		stack->bare = 0;
	else
		stack->bare++;
}

/* Walks from scratch. */
static void walk_anew(struct stack *stack, const struct recall_start *start, struct memory *memory, bool all,
		      struct arena *arena, struct walk *walk)
{
	const struct unwind_abi *unwind = start->unwind;
	const struct regs *regs = start->regs;
	struct walker walker = {
		.context = { start->space, unwind, memory },
		.stack = stack,
		.unwind = unwind,
		.mask = unwind->word == 8 ? ~0ULL : 0xffffffffULL,
		.pc = regs->pc,
		.snapshot = start->snapshot,
		.snapshot_at = regs->sp,
		.snapshot_len = start->got,
		.partial = regs->partial,
		.linked = true,
		.known = 1U << unwind->sp,
		.draft = all || is_bare(stack) ? recall_begin(&stack->recall) : NULL,
	};
	unsigned max = stack->options.max_frames;

	if (max == 0 || max > STACK_MAX)
		max = STACK_MAX;
	if (!regs->partial)
		memcpy(walker.regs, regs->dwarf, unwind->regs * sizeof(*walker.regs));
	walker.regs[unwind->sp] = regs->sp;
	walk->count = walk_frames(&walker, stack->frames, all ? max : 0);
	walk->cut = !walker.end;
	learn_depth(stack, walker.regs[unwind->sp] - regs->sp);
	walk->frames = arena_alloc(arena, walk->count * sizeof(*walk->frames));
	memcpy(walk->frames, stack->frames, walk->count * sizeof(*walk->frames));
	note_lines(stack, &walker, walk);
	if (walker.draft && (all || !walker.lined))
		recall_keep(&stack->recall, start, walk);
}

void stack_walk(struct stack *stack, struct space *space, const struct abi *abi, const struct regs *regs,
		const uint8_t *snapshot, uint32_t got, struct memory *memory, bool all, struct arena *arena,
		struct walk *walk)
{
	const struct recall_start start = { space, abi_unwind(abi), regs, snapshot, got };
	const struct recalled *kept;

	*walk = (struct walk){ .cut = true };
	if (!start.unwind || !space)
		return;
	if (space->anonymous && perfmap_news(stack, space->anonymous->perfmap))
		follow_compiler(stack, space->anonymous);
	kept = all || stack->recall.serial ? recall_find(&stack->recall, &start, memory) : NULL;
	if (kept)
		recall_walk(stack, kept, arena, walk);
	else
		walk_anew(stack, &start, memory, all, arena, walk);
}

uint32_t stack_snapshot(const struct stack *stack)
{
	return stack->snapshot;
}
