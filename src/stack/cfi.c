/* cfi: from call frame information (.eh_frame, .debug_frame) to the row that a code keeps. */
#include <dwarf.h>
#include <stdlib.h>
#include <string.h>

#include "debug.h"
#include "gotab.h"
#include "guard.h"
#include "internal.h"

struct finding {
	struct stack *stack;
	struct code *code;
	const struct unwind_abi *unwind;
	struct memory *memory;
};

/* "Register plus offset", the form of nearly all CFAs. */
static bool plain_cfa(Dwarf_Frame *frame, const struct unwind_abi *unwind, struct code *code)
{
	Dwarf_Op *ops;
	size_t count;
	uint64_t reg;
	int64_t offset;

	if (dwarf_frame_cfa(frame, &ops, &count) || count != 1)
		return false;
	if (ops[0].atom == DW_OP_bregx) {
		reg = ops[0].number;
		offset = (int64_t)ops[0].number2;
	} else if (ops[0].atom >= DW_OP_breg0 && ops[0].atom <= DW_OP_breg31) {
		reg = ops[0].atom - DW_OP_breg0;
		offset = (int64_t)ops[0].number;
	} else {
		return false;
	}
	if (reg >= unwind->regs || offset != (int32_t)offset)
		return false;
	code->cfa_reg = (uint8_t)reg;
	code->cfa_offset = (int32_t)offset;
	return true;
}

enum rule { RULE_SAME, RULE_UNDEFINED, RULE_SAVED, RULE_CFA, RULE_OTHER };

/* How the caller's value of a register is found; offset is from the CFA for RULE_SAVED. */
static enum rule register_rule(Dwarf_Frame *frame, int reg, int64_t *offset)
{
	Dwarf_Op scratch[3], *ops;
	size_t count;

	*offset = 0;
	if (dwarf_frame_register(frame, reg, scratch, &ops, &count))
		return RULE_OTHER;
	if (count == 0)
		return ops == scratch ? RULE_UNDEFINED : RULE_SAME;
	if (ops[0].atom != DW_OP_call_frame_cfa || count > 2)
		return RULE_OTHER;
	if (count == 2) {
		if (ops[1].atom == DW_OP_stack_value)
			return RULE_CFA;
		if (ops[1].atom != DW_OP_plus_uconst)
			return RULE_OTHER;
		*offset = (int64_t)ops[1].number;
	}
	return RULE_SAVED;
}

/* Fits the frame's rules into the small row. False: there are others among them. */
static bool fill_plain_row(Dwarf_Frame *frame, const struct unwind_abi *unwind, struct code *code)
{
	int64_t offset;

	if (!plain_cfa(frame, unwind, code))
		return false;
	const enum rule back = register_rule(frame, unwind->pc, &offset);
	if ((back != RULE_SAVED && !(back == RULE_SAME && unwind->link)) || offset != (int32_t)offset)
		return false;
	code->row = back == RULE_SAVED ? ROW_PLAIN : ROW_LEAF;
	code->return_offset = (int32_t)offset;
	code->saved_count = 0;
	for (int reg = 0; reg < unwind->regs; reg++) {
		if (reg == unwind->pc)
			continue;
		const enum rule rule = register_rule(frame, reg, &offset);
		if (rule == RULE_OTHER || (rule == RULE_CFA) != (reg == unwind->sp))
			return false;
		if (rule != RULE_SAVED)
			continue;
		if (code->saved_count == ROW_SAVED || offset != (int16_t)offset)
			return false;
		code->saved[code->saved_count++] = (struct row_saved){ (int16_t)offset, (uint8_t)reg };
	}
	return true;
}

/* Takes what one table of CFI says about the code. False: nothing. */
static bool use_cfi(Dwarf_CFI *cfi, const struct finding *finding)
{
	struct code *code = finding->code;
	Dwarf_Frame *frame = NULL;
	int64_t offset;

	if (!cfi || dwarf_cfi_addrframe(cfi, code->address, &frame))
		return false;
	if (dwarf_frame_info(frame, NULL, NULL, &code->signal) != finding->unwind->pc) {
		free(frame);
		return false;
	}
	if (register_rule(frame, finding->unwind->pc, &offset) == RULE_UNDEFINED) {
		code->row = ROW_END;
	} else if (code->signal || !fill_plain_row(frame, finding->unwind, code)) {
		code->row = ROW_CFI;
		code->frame = frame;
		return true;
	}
	free(frame);
	return true;
}

/* Tries the tables in the order of their cost: .eh_frame, Go's own, .debug_frame. */
static void find_in_tables(void *arg)
{
	struct finding *finding = arg;
	struct module *module = finding->code->module;

	if (!module->cfi_tried && module->elf)
		module->eh_frame = dwarf_getcfi_elf(module->elf);
	module->cfi_tried = true;
	if (use_cfi(module->eh_frame, finding))
		return;
	if (gotab_row(finding->stack, module, finding->code, finding->unwind))
		return;
	use_cfi(module_debug_frame(finding->stack, module), finding);
}

/* True when the kernel's way back from a signal handler begins exactly at the code's pc. */
static bool is_sigreturn(const struct finding *finding, uint64_t pc)
{
	const struct unwind_abi *unwind = finding->unwind;
	uint8_t bytes[SIGRETURN_BYTES];
	const size_t got = memory_get(finding->memory, pc, bytes, sizeof(bytes));

	for (unsigned i = 0; i < unwind->sigreturn_count; i++) {
		const struct unwind_sigreturn *sigreturn = &unwind->sigreturns[i];
		if (got < sigreturn->len || memcmp(bytes, sigreturn->code, sigreturn->len) != 0)
			continue;
		finding->code->row = ROW_SIGNAL;
		finding->code->signal = true;
		finding->code->sigreturn = sigreturn;
		return true;
	}
	return false;
}

void code_find_row(struct stack *stack, struct code *code, const struct unwind_abi *unwind,
		   struct memory *memory)
{
	struct finding finding = { stack, code, unwind, memory };
	struct module *module = code->module;

	if (is_sigreturn(&finding, code->pc)) {
		/* Nobody called it: its own first instruction is what stands for it. */
		code->address += !code->exact;
		code->exact = true;
		return;
	}
	if (module->state == MODULE_OPEN && guard_run(find_in_tables, &finding)) {
		module->state = MODULE_UNUSABLE;
		module->note = "module cannot be read";
		code->row = ROW_NONE;
	}
}
