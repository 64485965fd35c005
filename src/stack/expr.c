#include "expr.h"

#include <dwarf.h>
#include <errno.h>

enum { STACK_ROOM = 64, STEPS_MAX = 1000 };

struct machine {
	const struct expr_context *context;
	uint64_t stack[STACK_ROOM];
	unsigned depth;
	struct expr_result result;
};

/* Pops that would go below the stack's end and pushes beyond its room set depth to an impossible one: an
 * error. */
static uint64_t pop(struct machine *machine)
{
	if (machine->depth == 0 || machine->depth > STACK_ROOM) {
		machine->depth = STACK_ROOM + 1;
		return 0;
	}
	return machine->stack[--machine->depth];
}

static void push(struct machine *machine, uint64_t value)
{
	if (machine->depth >= STACK_ROOM)
		machine->depth = STACK_ROOM + 1;
	else
		machine->stack[machine->depth++] = value;
}

static int push_register(struct machine *machine, uint64_t reg, uint64_t offset)
{
	if (reg >= machine->context->reg_count)
		return -EINVAL;
	push(machine, machine->context->regs[reg] + offset);
	return 0;
}

static int push_loaded(struct machine *machine, unsigned size)
{
	const struct expr_context *context = machine->context;
	uint64_t value;

	if (size == 0 || size > 8)
		return -EINVAL;
	if (!context->load(context->user, pop(machine), size, &value))
		return -EFAULT;
	push(machine, value);
	return 0;
}

static int push_picked(struct machine *machine, uint64_t index)
{
	if (machine->depth > STACK_ROOM || index >= machine->depth)
		return -EINVAL;
	push(machine, machine->stack[machine->depth - 1 - index]);
	return 0;
}

/* Operations on the two topmost entries. */
static int binary(struct machine *machine, uint8_t atom)
{
	const uint64_t b = pop(machine), a = pop(machine);
	const int64_t sb = (int64_t)b, sa = (int64_t)a;
	const unsigned shift = b > 63 ? 63 : (unsigned)b;

	switch (atom) {
	case DW_OP_and:
		return push(machine, a & b), 0;
	case DW_OP_or:
		return push(machine, a | b), 0;
	case DW_OP_xor:
		return push(machine, a ^ b), 0;
	case DW_OP_plus:
		return push(machine, a + b), 0;
	case DW_OP_minus:
		return push(machine, a - b), 0;
	case DW_OP_mul:
		return push(machine, a * b), 0;
	case DW_OP_div:
		return b && !(sb == -1 && sa == INT64_MIN) ? (push(machine, (uint64_t)(sa / sb)), 0)
							   : -EINVAL;
	case DW_OP_mod:
		return b ? (push(machine, a % b), 0) : -EINVAL;
	case DW_OP_shl:
		return push(machine, b > 63 ? 0 : a << shift), 0;
	case DW_OP_shr:
		return push(machine, b > 63 ? 0 : a >> shift), 0;
	case DW_OP_shra:
		return push(machine, (uint64_t)(sa >> shift)), 0;
	case DW_OP_eq:
		return push(machine, a == b), 0;
	case DW_OP_ne:
		return push(machine, a != b), 0;
	case DW_OP_lt:
		return push(machine, sa < sb), 0;
	case DW_OP_le:
		return push(machine, sa <= sb), 0;
	case DW_OP_gt:
		return push(machine, sa > sb), 0;
	case DW_OP_ge:
		return push(machine, sa >= sb), 0;
	default:
		return -EINVAL;
	}
}

static void rotate(struct machine *machine)
{
	const uint64_t top = pop(machine), second = pop(machine), third = pop(machine);

	push(machine, top);
	push(machine, third);
	push(machine, second);
}

static void swap(struct machine *machine)
{
	const uint64_t top = pop(machine), second = pop(machine);

	push(machine, top);
	push(machine, second);
}

/* One operation without control flow. */
static int step(struct machine *machine, const Dwarf_Op *op)
{
	const uint8_t atom = op->atom;

	if (atom >= DW_OP_lit0 && atom <= DW_OP_lit31)
		return push(machine, atom - DW_OP_lit0), 0;
	if (atom >= DW_OP_breg0 && atom <= DW_OP_breg31)
		return push_register(machine, atom - DW_OP_breg0, op->number);
	switch (atom) {
	case DW_OP_nop:
		return 0;
	case DW_OP_addr:
	case DW_OP_const1u:
	case DW_OP_const1s:
	case DW_OP_const2u:
	case DW_OP_const2s:
	case DW_OP_const4u:
	case DW_OP_const4s:
	case DW_OP_const8u:
	case DW_OP_const8s:
	case DW_OP_constu:
	case DW_OP_consts:
		return push(machine, op->number), 0;
	case DW_OP_bregx:
		return push_register(machine, op->number, op->number2);
	case DW_OP_call_frame_cfa:
		return push(machine, machine->context->cfa), 0;
	case DW_OP_plus_uconst:
		return push(machine, pop(machine) + op->number), 0;
	case DW_OP_deref:
		return push_loaded(machine, machine->context->word);
	case DW_OP_deref_size:
		return push_loaded(machine, (unsigned)op->number);
	case DW_OP_dup:
		return push_picked(machine, 0);
	case DW_OP_over:
		return push_picked(machine, 1);
	case DW_OP_pick:
		return push_picked(machine, op->number);
	case DW_OP_drop:
		return pop(machine), 0;
	case DW_OP_swap:
		return swap(machine), 0;
	case DW_OP_rot:
		return rotate(machine), 0;
	case DW_OP_neg:
		return push(machine, -pop(machine)), 0;
	case DW_OP_not:
		return push(machine, ~pop(machine)), 0;
	case DW_OP_abs: {
		const uint64_t value = pop(machine);
		return push(machine, (int64_t)value < 0 ? -value : value), 0;
	}
	default:
		return binary(machine, atom);
	}
}

/* The operation that a branch goes to, by its offset in bytes; count: the end. */
static size_t branch_target(const Dwarf_Op *ops, size_t count, size_t at)
{
	const uint64_t target = ops[at].offset + 3 + (uint64_t)(int64_t)(int16_t)ops[at].number;
	size_t i = 0;

	while (i < count && ops[i].offset != target)
		i++;
	return i;
}

/* DW_OP_regN, alone: the value stands in a register. */
static bool names_register(const Dwarf_Op *ops, size_t count, struct expr_result *result)
{
	if (count != 1)
		return false;
	if (ops[0].atom >= DW_OP_reg0 && ops[0].atom <= DW_OP_reg31)
		result->value = ops[0].atom - DW_OP_reg0;
	else if (ops[0].atom == DW_OP_regx)
		result->value = ops[0].number;
	else
		return false;
	result->is_register = true;
	return true;
}

int expr_eval(const Dwarf_Op *ops, size_t count, const struct expr_context *context,
	      struct expr_result *result)
{
	struct machine machine;
	unsigned steps = 0;
	size_t at = 0;

	machine.context = context;
	machine.depth = 0;
	machine.result = (struct expr_result){ 0 };
	if (names_register(ops, count, &machine.result)) {
		*result = machine.result;
		return machine.result.value < context->reg_count ? 0 : -EINVAL;
	}
	while (at < count) {
		if (++steps > STEPS_MAX)
			return -EINVAL;
		if (ops[at].atom == DW_OP_stack_value) {
			machine.result.is_value = true;
			break;
		}
		if (ops[at].atom == DW_OP_skip || (ops[at].atom == DW_OP_bra && pop(&machine))) {
			at = branch_target(ops, count, at);
			continue;
		}
		const int error = ops[at].atom == DW_OP_bra ? 0 : step(&machine, &ops[at]);
		if (error || machine.depth > STACK_ROOM)
			return error ? error : -EINVAL;
		at++;
	}
	if (machine.depth == 0 || machine.depth > STACK_ROOM)
		return -EINVAL;
	machine.result.value = machine.stack[machine.depth - 1];
	*result = machine.result;
	return 0;
}
