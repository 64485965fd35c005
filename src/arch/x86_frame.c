/* x86_frame: where the return address lies in code without unwind tables, by following the code from its
 * entry. */
#include <linux/audit.h>
#include <string.h>

#include "arch/abi.h"
#include "frame.h"
#include "x86_decode.h"

enum {
	CHUNK = 1024,
	VISITS = 4096,
	VISIT_SLOTS = 8192,
	PENDING = 128,
	REG_SP = 4,
	REG_FP = 5,
	X86_REGS = 16
};

/* What is known of the stack before an instruction; offsets are from the CFA, downwards. */
struct state {
	uint64_t address;
	int32_t depth;	  /* CFA - sp */
	int32_t fp_depth; /* CFA - fp, while has_fp */
	bool has_sp, has_fp;
	int32_t saved[X86_REGS]; /* CFA - slot of a saved register, by its number in code; 0: not saved */
};

struct explorer {
	const struct unwind_abi *unwind;
	struct memory *memory;
	unsigned bits, word;
	uint64_t entry, goal;
	struct state pending[PENDING];
	unsigned pending_count, visit_count;
	uint64_t visited[VISIT_SLOTS];
	uint64_t chunk_at;
	uint32_t chunk_len;
	uint8_t chunk[CHUNK];
};

/* Code at an address; its length, 0: not readable. */
static size_t code_at(struct explorer *explorer, uint64_t address, const uint8_t **code)
{
	uint64_t at = address - explorer->chunk_at;

	if (at >= explorer->chunk_len || explorer->chunk_len - at < 16) {
		explorer->chunk_at = address;
		explorer->chunk_len = (uint32_t)memory_get(explorer->memory, address, explorer->chunk, CHUNK);
		at = 0;
	}
	*code = explorer->chunk + at;
	return explorer->chunk_len - at;
}

/* False: the address was explored before, or there were too many. */
static bool visit(struct explorer *explorer, uint64_t address)
{
	size_t slot = (address * 0x9e3779b97f4a7c15U) >> 51;

	while (explorer->visited[slot] && explorer->visited[slot] != address)
		slot = (slot + 1) % VISIT_SLOTS;
	if (explorer->visited[slot] || explorer->visit_count >= VISITS)
		return false;
	explorer->visited[slot] = address;
	explorer->visit_count++;
	return true;
}

static void add_pending(struct explorer *explorer, const struct state *state, uint64_t address)
{
	if (explorer->pending_count == PENDING)
		return;
	explorer->pending[explorer->pending_count] = *state;
	explorer->pending[explorer->pending_count++].address = address;
}

static void push_register(struct state *state, unsigned reg, unsigned word)
{
	state->depth += (int32_t)word;
	if (!state->saved[reg] && state->has_sp)
		state->saved[reg] = state->depth;
}

static void pop_register(struct state *state, unsigned reg, unsigned word)
{
	if (state->saved[reg] == state->depth)
		state->saved[reg] = 0;
	if (reg == REG_FP)
		state->has_fp = false;
	if (reg == REG_SP)
		state->has_sp = false;
	state->depth -= (int32_t)word;
}

/* sp = fp, or to a place that is known relative to it. */
static void restore_sp(struct state *state, int32_t above_fp)
{
	state->has_sp = state->has_fp;
	state->depth = state->fp_depth - above_fp;
}

/* mov between sp and fp, and anything else that writes sp. */
static void move(struct state *state, unsigned to, unsigned from)
{
	if (to == REG_FP && from == REG_SP) {
		state->has_fp = state->has_sp;
		state->fp_depth = state->depth;
	} else if (to == REG_SP && from == REG_FP) {
		restore_sp(state, 0);
	} else if (to == REG_SP) {
		state->has_sp = false;
	} else if (to == REG_FP) {
		state->has_fp = false;
	}
}

/* lea: sp by a constant distance from sp or fp. */
static void load_address(struct state *state, const struct x86_insn *insn)
{
	const unsigned base = insn->has_sib ? (insn->sib & 7) | (insn->rex & 1) << 3 : insn->rm;
	const bool plain = (!insn->has_sib || (insn->sib >> 3 & 7) == 4) && insn->mod != 0;

	if (insn->reg == REG_FP) {
		state->has_fp = plain && base == REG_SP && state->has_sp;
		state->fp_depth = state->depth - insn->displacement;
	}
	if (insn->reg != REG_SP)
		return;
	if (plain && base == REG_SP)
		state->depth -= insn->displacement;
	else if (plain && base == REG_FP)
		restore_sp(state, insn->displacement);
	else
		state->has_sp = false;
}

/* Arithmetic on sp with a constant (80 to 83) or a register. */
static void arithmetic(struct state *state, const struct x86_insn *insn)
{
	if (insn->mod != 3 || insn->rm != REG_SP)
		return;
	if ((insn->opcode == 0x81 || insn->opcode == 0x83) && (insn->reg & 7) == 0)
		state->depth -= (int32_t)insn->immediate;
	else if ((insn->opcode == 0x81 || insn->opcode == 0x83) && (insn->reg & 7) == 5)
		state->depth += (int32_t)insn->immediate;
	else if ((insn->reg & 7) != 7)
		state->has_sp = false; /* and: aligned to what is not known */
}

/* What one instruction that does not jump does to the stack. */
static void apply(const struct explorer *explorer, struct state *state, const struct x86_insn *insn)
{
	const uint8_t op = insn->opcode;
	const unsigned word = explorer->word, reg = (op & 7U) | (insn->rex & 1U) << 3;

	if (insn->map != X86_ONE_BYTE)
		return;
	if (op >= 0x50 && op <= 0x57)
		push_register(state, reg, word);
	else if (op >= 0x58 && op <= 0x5f)
		pop_register(state, reg, word);
	else if (op == 0x68 || op == 0x6a || op == 0x9c || (op == 0xff && (insn->reg & 7) == 6))
		state->depth += (int32_t)word;
	else if (op == 0x9d || op == 0x8f)
		state->depth -= (int32_t)word;
	else if (op == 0x80 || op == 0x81 || op == 0x83)
		arithmetic(state, insn);
	else if (op == 0x89 && insn->mod == 3)
		move(state, insn->rm, insn->reg);
	else if (op == 0x8b)
		move(state, insn->reg, insn->mod == 3 ? insn->rm : X86_REGS);
	else if (op == 0x8d)
		load_address(state, insn);
	else if ((op == 0x29 || op == 0x01 || op == 0x21) && insn->mod == 3 && insn->rm == REG_SP)
		state->has_sp = false;
	else if ((op == 0x2b || op == 0x03) && insn->reg == REG_SP)
		state->has_sp = false;
	else if (op == 0x87 && insn->mod == 3 && (insn->rm == REG_SP || insn->reg == REG_SP))
		state->has_sp = false;
	else if (op == 0xc9) {
		restore_sp(state, 0);
		pop_register(state, REG_FP, word);
	} else if (op == 0xe8 && insn->immediate == 0) {
		state->depth += (int32_t)word; /* i386: call next; pop */
	}
}

/* Where "jmp *slot" at a procedure linkage table's entry leads; 0: not known. */
static uint64_t indirect_target(struct explorer *explorer, const struct x86_insn *insn, uint64_t next)
{
	uint64_t target = 0;

	if (insn->mod != 0 || (insn->rm & 7) != 5 || insn->has_sib)
		return 0;
	const uint64_t slot = explorer->bits == 64 ? next + (uint64_t)(int64_t)insn->displacement
						   : (uint32_t)insn->displacement;
	return memory_get(explorer->memory, slot, &target, explorer->word) == explorer->word ? target : 0;
}

/* True when the path ends here, or goes on elsewhere: the branches that are taken are put aside. */
static bool follow(struct explorer *explorer, const struct state *state, const struct x86_insn *insn)
{
	const uint64_t next = state->address + insn->len;
	const uint64_t target = next + (uint64_t)insn->immediate;
	const uint8_t op = insn->opcode;

	if (insn->map == X86_0F) {
		if (op >= 0x80 && op <= 0x8f)
			add_pending(explorer, state, target);
		return op == 0x0b;
	}
	if (insn->map != X86_ONE_BYTE)
		return false;
	if ((op >= 0x70 && op <= 0x7f) || (op >= 0xe0 && op <= 0xe3)) {
		add_pending(explorer, state, target);
		return false;
	}
	if (op == 0xe9 || op == 0xeb) {
		add_pending(explorer, state, target);
		return true;
	}
	if (op == 0xff && (insn->reg & 7) == 4) {
		const uint64_t far = indirect_target(explorer, insn, next);
		if (far)
			add_pending(explorer, state, far);
		return true;
	}
	return op == 0xc3 || op == 0xc2 || op == 0xcc || op == 0xf4 || op == 0xcb;
}

/* Follows one path. True: it led to the goal, and state is what holds there. */
static bool explore_path(struct explorer *explorer, struct state *state)
{
	while (state->address != explorer->goal) {
		struct x86_insn insn;
		const uint8_t *code;
		if (!visit(explorer, state->address))
			return false;
		const size_t len = code_at(explorer, state->address, &code);
		if (!x86_decode(code, len, explorer->bits, &insn) || follow(explorer, state, &insn))
			return false;
		apply(explorer, state, &insn);
		state->address += insn.len;
	}
	return true;
}

/* From register numbers as instructions have them to DWARF's. */
static unsigned dwarf_register(unsigned bits, unsigned reg)
{
	static const uint8_t wide[] = { 0, 2, 1, 3, 7, 6, 4, 5 };

	return bits == 64 && reg < 8 ? wide[reg] : reg;
}

/* Registers that a function gives back as it found them: System V ABI for x86-64, 3.2.1, and i386, 2.2.3. */
static bool is_callee_saved(unsigned bits, unsigned reg)
{
	return reg == 3 || reg == REG_FP || (bits == 64 ? reg >= 12 : reg == 6 || reg == 7);
}

static bool give_frame(const struct explorer *explorer, const struct state *state, struct unwind_frame *frame)
{
	const struct unwind_abi *unwind = explorer->unwind;

	if (!state->has_sp && !state->has_fp)
		return false;
	*frame = (struct unwind_frame){
		.cfa_reg = state->has_sp ? unwind->sp : unwind->fp,
		.cfa_offset = state->has_sp ? state->depth : state->fp_depth,
	};
	for (unsigned reg = 0; reg < X86_REGS; reg++)
		if (state->saved[reg] && is_callee_saved(explorer->bits, reg) &&
		    frame->saved_count < UNWIND_SAVED) {
			frame->saved[frame->saved_count].reg = (uint8_t)dwarf_register(explorer->bits, reg);
			frame->saved[frame->saved_count++].offset = -state->saved[reg];
		}
	return frame->cfa_offset >= (int32_t)explorer->word || !state->has_sp;
}

bool x86_explore(const struct unwind_abi *unwind, struct memory *memory, uint64_t entry, uint64_t goal,
		 struct unwind_frame *frame)
{
	struct explorer explorer;

	explorer.unwind = unwind;
	explorer.memory = memory;
	explorer.word = unwind->word;
	explorer.bits = unwind->word * 8U;
	explorer.goal = goal;
	explorer.pending_count = explorer.visit_count = 0;
	explorer.chunk_at = explorer.chunk_len = 0;
	memset(explorer.visited, 0, sizeof(explorer.visited));
	const struct state first = { .depth = (int32_t)explorer.word, .has_sp = true };
	add_pending(&explorer, &first, entry);
	while (explorer.pending_count) {
		struct state state = explorer.pending[--explorer.pending_count];
		if (explore_path(&explorer, &state))
			return give_frame(&explorer, &state, frame);
	}
	return false;
}

/* The forms of call that end at the address: e8 rel32, and ff /2 of two to seven bytes. */
bool x86_call_before(const struct unwind_abi *unwind, struct memory *memory, uint64_t address,
		     uint64_t *target)
{
	uint8_t bytes[7];
	struct x86_insn insn;

	*target = 0;
	if (address < sizeof(bytes) ||
	    memory_get(memory, address - sizeof(bytes), bytes, sizeof(bytes)) < sizeof(bytes))
		return false;
	if (bytes[2] == 0xe8) {
		int32_t distance;
		memcpy(&distance, bytes + 3, 4);
		*target =
			(address + (uint64_t)(int64_t)distance) & (unwind->word == 8 ? ~0ULL : 0xffffffffULL);
		return true;
	}
	for (unsigned len = 2; len <= 7; len++) {
		const uint8_t *code = bytes + sizeof(bytes) - len;
		if (!x86_decode(code, len, unwind->word * 8U, &insn) || insn.len != len ||
		    insn.map != X86_ONE_BYTE || insn.opcode != 0xff || (insn.reg & 7) != 2)
			continue;
		if (insn.mod == 0 && (insn.rm & 7) == 5) {
			const uint64_t slot = unwind->word == 8
						      ? address + (uint64_t)(int64_t)insn.displacement
						      : (uint32_t)insn.displacement;
			memory_get(memory, slot, target, unwind->word);
		}
		return true;
	}
	return false;
}
