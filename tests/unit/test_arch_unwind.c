/* Lengths of instructions, and frames worked out from code, a row per piece of code. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "arch/abi.h"
#include "arch/unwind.h"
#include "arch/x86_decode.h"

struct insn_row {
	const char *text;
	unsigned bits;
	uint8_t code[15];
	uint8_t len; /* 0: not decodable */
};

static const struct insn_row insns[] = {
	{ "push %rbp", 64, { 0x55 }, 1 },
	{ "push %r12", 64, { 0x41, 0x54 }, 2 },
	{ "sub $0x1234, %rsp", 64, { 0x48, 0x81, 0xec, 0x34, 0x12, 0, 0 }, 7 },
	{ "mov 0x10(%rsp,%rax,8), %rcx", 64, { 0x48, 0x8b, 0x4c, 0xc4, 0x10 }, 5 },
	{ "mov disp32(%rip), %rax", 64, { 0x48, 0x8b, 0x05, 1, 2, 3, 4 }, 7 },
	{ "mov disp32(,%rax,8), %rax", 64, { 0x48, 0x8b, 0x04, 0xc5, 1, 2, 3, 4 }, 8 },
	{ "movabs $imm64, %rax", 64, { 0x48, 0xb8, 1, 2, 3, 4, 5, 6, 7, 8 }, 10 },
	{ "mov $imm32, %eax", 64, { 0xb8, 1, 2, 3, 4 }, 5 },
	{ "movabs moffs64, %al", 64, { 0xa0, 1, 2, 3, 4, 5, 6, 7, 8 }, 9 },
	{ "testb $1, (%rax)", 64, { 0xf6, 0, 1 }, 3 },
	{ "notb (%rax)", 64, { 0xf6, 0x10 }, 2 },
	{ "testl $imm32, (%rax)", 64, { 0xf7, 0, 1, 2, 3, 4 }, 6 },
	{ "movw $imm16, (%rax)", 64, { 0x66, 0xc7, 0, 1, 2 }, 5 },
	{ "call rel32", 64, { 0xe8, 1, 2, 3, 4 }, 5 },
	{ "jne rel32", 64, { 0x0f, 0x85, 1, 2, 3, 4 }, 6 },
	{ "endbr64", 64, { 0xf3, 0x0f, 0x1e, 0xfa }, 4 },
	{ "syscall", 64, { 0x0f, 0x05 }, 2 },
	{ "lock cmpxchg %edx, (%rdi)", 64, { 0xf0, 0x0f, 0xb1, 0x17 }, 4 },
	{ "nopw 0x0(%rax,%rax,1)", 64, { 0x66, 0x0f, 0x1f, 0x84, 0, 0, 0, 0, 0 }, 9 },
	{ "pshufb (%rax), %xmm0", 64, { 0x66, 0x0f, 0x38, 0, 0 }, 5 },
	{ "pcmpistri $3, (%rax), %xmm0", 64, { 0x66, 0x0f, 0x3a, 0x63, 0, 3 }, 6 },
	{ "vmovdqu (%rax), %ymm0", 64, { 0xc5, 0xfe, 0x6f, 0 }, 4 },
	{ "vpalignr $1, %ymm1, %ymm0, %ymm0", 64, { 0xc4, 0xe3, 0x7d, 0x0f, 0xc1, 1 }, 6 },
	{ "vzeroupper", 64, { 0xc5, 0xf8, 0x77 }, 3 },
	{ "vmovdqu64 (%rax), %zmm0", 64, { 0x62, 0xf1, 0xfe, 0x48, 0x6f, 0 }, 6 },
	{ "mov %fs:0x28, %rax", 64, { 0x64, 0x48, 0x8b, 0x04, 0x25, 0x28, 0, 0, 0 }, 9 },
	{ "inc %eax", 32, { 0x40 }, 1 },
	{ "les (%eax), %eax", 32, { 0xc4, 0 }, 2 },
	{ "mov moffs32, %eax", 32, { 0xa1, 1, 2, 3, 4 }, 5 },
	{ "lcall", 32, { 0x9a, 1, 2, 3, 4, 5, 6 }, 7 },
	{ "only prefixes",
	  64,
	  { 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66 },
	  0 },
};

static void test_lengths(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(insns) / sizeof(*insns); i++) {
		struct x86_insn insn;
		const bool ok = x86_decode(insns[i].code, sizeof(insns[i].code), insns[i].bits, &insn);
		if (ok != (insns[i].len > 0) || (ok && insn.len != insns[i].len))
			print_error("%s: %u\n", insns[i].text, insn.len);
		assert_int_equal(ok, insns[i].len > 0);
		assert_true(!ok || insn.len == insns[i].len);
		/* Cut anywhere, it is not decoded. */
		for (size_t cut = 0; ok && cut < insn.len; cut++) {
			struct x86_insn part;
			assert_false(x86_decode(insns[i].code, cut, insns[i].bits, &part));
		}
	}
}

enum { CODE_AT = 0x1000, CODE_ROOM = 48 };

struct code_memory {
	struct memory memory;
	const uint8_t *code;
};

static size_t read_code(struct memory *memory, struct memory_span *spans, size_t count)
{
	const uint8_t *code = ((struct code_memory *)memory)->code;
	size_t all = 0;

	for (size_t i = 0; i < count; i++) {
		const uint64_t at = spans[i].address - CODE_AT;
		spans[i].got = at >= CODE_ROOM ? 0
					       : (uint32_t)(CODE_ROOM - at < spans[i].size ? CODE_ROOM - at
											   : spans[i].size);
		memcpy(spans[i].to, code + (spans[i].got ? at : 0), spans[i].got);
		all += spans[i].got;
	}
	return all;
}

struct frame_row {
	const char *name;
	uint8_t code[CODE_ROOM];
	uint8_t goal; /* offset of the instruction that is asked about */
	bool found;
	uint8_t cfa_reg;			  /* DWARF: 7 rsp, 6 rbp */
	int32_t cfa_offset, saved_rbp, saved_rbx; /* 0: not saved */
};

static const struct frame_row frames[] = {
	{ "leaf", { 0x90, 0x90, 0xc3 }, 2, true, 7, 8, 0, 0 },
	{ "frame pointer", { 0x55, 0x48, 0x89, 0xe5, 0x48, 0x83, 0xec, 0x20, 0x90 }, 8, true, 7, 48, -16, 0 },
	{ "pushes", { 0x55, 0x53, 0x48, 0x83, 0xec, 0x08, 0x90 }, 6, true, 7, 32, -16, -24 },
	{ "popped again", { 0x53, 0x5b, 0x90 }, 2, true, 7, 8, 0, 0 },
	{ "aligned, by frame pointer",
	  { 0x55, 0x48, 0x89, 0xe5, 0x48, 0x83, 0xe4, 0xc0, 0x48, 0x83, 0xec, 0x40, 0x90 },
	  12,
	  true,
	  6,
	  16,
	  -16,
	  0 },
	{ "aligned without one", { 0x48, 0x83, 0xe4, 0xc0, 0x90 }, 4, false, 0, 0, 0, 0 },
	/* jne over an early return: add $8, %rsp; ret */
	{ "after an early return",
	  { 0x48, 0x83, 0xec, 0x08, 0x75, 0x05, 0x48, 0x83, 0xc4, 0x08, 0xc3, 0x90 },
	  11,
	  true,
	  7,
	  16,
	  0,
	  0 },
	{ "tail call", { 0xeb, 0x03, 0xcc, 0xcc, 0xcc, 0x53, 0x90 }, 6, true, 7, 16, 0, -16 },
	{ "lea", { 0x48, 0x8d, 0x64, 0x24, 0xe0, 0x90 }, 5, true, 7, 40, 0, 0 },
	{ "leave", { 0x55, 0x48, 0x89, 0xe5, 0x48, 0x83, 0xec, 0x20, 0xc9, 0x90 }, 9, true, 7, 8, 0, 0 },
	{ "endless loop", { 0xeb, 0xfe }, 20, false, 0, 0, 0, 0 },
	{ "within an instruction", { 0x48, 0x83, 0xec, 0x08, 0xc3 }, 2, false, 0, 0, 0, 0 },
	{ "unreachable", { 0xc3, 0x90 }, 1, false, 0, 0, 0, 0 },
};

static int32_t saved_at(const struct unwind_frame *frame, uint8_t reg)
{
	for (unsigned i = 0; i < frame->saved_count; i++)
		if (frame->saved[i].reg == reg)
			return frame->saved[i].offset;
	return 0;
}

static void test_frames(void **state)
{
	const struct unwind_abi *unwind = abi_unwind(&abi_x86_64);

	(void)state;
	for (size_t i = 0; i < sizeof(frames) / sizeof(*frames); i++) {
		const struct frame_row *row = &frames[i];
		struct code_memory memory = { { .read = read_code }, row->code };
		struct unwind_frame frame = { 0 };
		const bool found =
			unwind_explore(unwind, &memory.memory, CODE_AT, CODE_AT + row->goal, &frame);
		if (found != row->found || frame.cfa_offset != row->cfa_offset)
			print_error("%s: %d\n", row->name, frame.cfa_offset);
		assert_int_equal(found, row->found);
		assert_int_equal(frame.cfa_reg, row->cfa_reg);
		assert_int_equal(frame.cfa_offset, row->cfa_offset);
		assert_int_equal(saved_at(&frame, 6), row->saved_rbp);
		assert_int_equal(saved_at(&frame, 3), row->saved_rbx);
	}
}

struct call_row {
	const char *text;
	uint8_t code[8]; /* ends where the return address is */
	bool is_call;
	uint64_t target;
};

static const struct call_row calls[] = {
	{ "call rel32", { 0, 0, 0, 0xe8, 0xf8, 0xff, 0xff, 0xff }, true, CODE_AT },
	{ "call *%rax", { 0, 0, 0, 0, 0, 0, 0xff, 0xd0 }, true, 0 },
	{ "call *8(%rax)", { 0, 0, 0, 0, 0, 0xff, 0x50, 8 }, true, 0 },
	{ "call *%r11", { 0, 0, 0, 0, 0, 0x41, 0xff, 0xd3 }, true, 0 },
	{ "jmp *%rax", { 0, 0, 0, 0, 0, 0, 0xff, 0xe0 }, false, 0 },
	{ "nothing", { 0 }, false, 0 },
};

static void test_calls(void **state)
{
	const struct unwind_abi *unwind = abi_unwind(&abi_x86_64);

	(void)state;
	for (size_t i = 0; i < sizeof(calls) / sizeof(*calls); i++) {
		uint8_t code[CODE_ROOM] = { 0 };
		struct code_memory memory = { { .read = read_code }, code };
		uint64_t target;
		memcpy(code, calls[i].code, 8);
		const bool is_call = unwind_call_before(unwind, &memory.memory, CODE_AT + 8, &target);
		if (is_call != calls[i].is_call)
			print_error("%s\n", calls[i].text);
		assert_int_equal(is_call, calls[i].is_call);
		assert_int_equal(target, calls[i].target);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_frames),
		cmocka_unit_test(test_calls),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
