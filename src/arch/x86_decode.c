#include "x86_decode.h"

#include <string.h>

enum { INSN_MAX = 15 };

struct input {
	const uint8_t *code;
	size_t at, len;
	bool failed;
};

static uint8_t take(struct input *input)
{
	if (input->at >= input->len) {
		input->failed = true;
		return 0;
	}
	return input->code[input->at++];
}

/* A little-endian signed number of 0, 1, 2, 4 or 8 bytes. */
static int64_t take_signed(struct input *input, unsigned size)
{
	uint64_t value = 0;

	for (unsigned i = 0; i < size; i++)
		value |= (uint64_t)take(input) << (8 * i);
	if (size == 0 || size == 8)
		return (int64_t)value;
	const unsigned unused = 64 - 8 * size;
	return (int64_t)(value << unused) >> unused;
}

static bool in(uint8_t value, uint8_t low, uint8_t high)
{
	return value >= low && value <= high;
}

/* Appendix A, table A-2. */
static bool one_byte_has_modrm(uint8_t op)
{
	if (op < 0x40)
		return (op & 7) < 4;
	return op == 0x62 || op == 0x63 || op == 0x69 || op == 0x6b || in(op, 0x80, 0x8f) ||
	       in(op, 0xc0, 0xc1) || in(op, 0xc4, 0xc7) || in(op, 0xd0, 0xd3) || in(op, 0xd8, 0xdf) ||
	       in(op, 0xf6, 0xf7) || op >= 0xfe;
}

/* Bytes of immediate of a one-byte opcode; word: 2 or 4 by the operand's size. */
static unsigned one_byte_immediate(const struct x86_insn *insn, unsigned bits, unsigned word)
{
	const uint8_t op = insn->opcode;

	if (op < 0x40)
		return (op & 7) == 4 ? 1 : (op & 7) == 5 ? word : 0;
	if (op == 0x6a || op == 0x6b || in(op, 0x70, 0x80) || in(op, 0x82, 0x83) || op == 0xa8 ||
	    in(op, 0xb0, 0xb7) || in(op, 0xc0, 0xc1) || op == 0xc6 || op == 0xcd || in(op, 0xd4, 0xd5) ||
	    in(op, 0xe0, 0xe7) || op == 0xeb || (op == 0xf6 && (insn->reg & 7) < 2))
		return 1;
	if (op == 0xe8 || op == 0xe9)
		return bits == 64 ? 4 : word;
	if (op == 0x68 || op == 0x69 || op == 0x81 || op == 0xa9 || op == 0xc7 ||
	    (op == 0xf7 && (insn->reg & 7) < 2))
		return word;
	if (in(op, 0xb8, 0xbf))
		return insn->rex & 8 ? 8 : word;
	if (in(op, 0xa0, 0xa3))
		return bits == 64 ? 8 : 4;
	if (op == 0xc2 || op == 0xca)
		return 2;
	if (op == 0xc8)
		return 3;
	return op == 0x9a || op == 0xea ? word + 2 : 0;
}

/* Table A-3. */
static bool two_byte_has_modrm(uint8_t op)
{
	return !(in(op, 0x05, 0x0b) || op == 0x0e || in(op, 0x30, 0x37) || op == 0x77 || in(op, 0x80, 0x8f) ||
		 in(op, 0xa0, 0xa2) || in(op, 0xa8, 0xaa) || in(op, 0xc8, 0xcf));
}

static unsigned two_byte_immediate(uint8_t op, unsigned word)
{
	if (in(op, 0x80, 0x8f))
		return word;
	return in(op, 0x70, 0x73) || op == 0xa4 || op == 0xac || op == 0xba || op == 0xc2 ||
	       in(op, 0xc4, 0xc6);
}

/* Section 2.1.5: ModR/M, SIB and displacement. */
static void take_modrm(struct input *input, struct x86_insn *insn)
{
	const uint8_t modrm = take(input);
	unsigned size = 0;

	insn->has_modrm = true;
	insn->mod = modrm >> 6;
	insn->reg = (modrm >> 3 & 7) | (insn->rex & 4) << 1;
	insn->rm = modrm & 7;
	if (insn->mod != 3 && insn->rm == 4) {
		insn->has_sib = true;
		insn->sib = take(input);
	}
	if (insn->mod == 1)
		size = 1;
	else if (insn->mod == 2 ||
		 (insn->mod == 0 && (insn->rm == 5 || (insn->has_sib && (insn->sib & 7) == 5))))
		size = 4;
	insn->displacement = (int32_t)take_signed(input, size);
	insn->rm |= (insn->rex & 1) << 3;
}

/* VEX and EVEX (sections 2.3 and 2.7): the map tells whether an immediate follows. */
static bool take_vector(struct input *input, struct x86_insn *insn, uint8_t first)
{
	unsigned map = 1;

	insn->map = X86_VECTOR;
	const uint8_t second = take(input);
	if (first != 0xc5) {
		map = second & (first == 0x62 ? 7 : 0x1f);
		take(input);
	}
	if (first == 0x62)
		take(input);
	insn->opcode = take(input);
	if (map != 1 || insn->opcode != 0x77)
		take_modrm(input, insn);
	if (map == 3 || (map == 1 && two_byte_immediate(insn->opcode, 0)))
		take(input);
	return map >= 1 && map <= 6;
}

static bool is_prefix(uint8_t byte)
{
	static const uint8_t prefixes[] = {
		0x66, 0x67, 0xf0, 0xf2, 0xf3, 0x2e, 0x36, 0x3e, 0x26, 0x64, 0x65
	};

	return memchr(prefixes, byte, sizeof(prefixes));
}

/* Takes opcode, ModR/M and immediate, after the prefixes. */
static void take_opcode(struct input *input, struct x86_insn *insn, unsigned bits, uint8_t byte)
{
	const unsigned word = insn->short_operand ? 2 : 4;

	insn->opcode = byte;
	if (byte != 0x0f) {
		if (one_byte_has_modrm(byte))
			take_modrm(input, insn);
		insn->immediate = take_signed(input, one_byte_immediate(insn, bits, word));
		return;
	}
	insn->map = X86_0F;
	insn->opcode = take(input);
	if (insn->opcode == 0x38 || insn->opcode == 0x3a) {
		insn->map = insn->opcode == 0x38 ? X86_0F38 : X86_0F3A;
		insn->opcode = take(input);
		take_modrm(input, insn);
		insn->immediate = take_signed(input, insn->map == X86_0F3A);
		return;
	}
	if (two_byte_has_modrm(insn->opcode))
		take_modrm(input, insn);
	insn->immediate = take_signed(input, two_byte_immediate(insn->opcode, bits == 64 ? 4 : word));
}

bool x86_decode(const uint8_t *code, size_t len, unsigned bits, struct x86_insn *insn)
{
	struct input input = { code, 0, len < INSN_MAX ? len : INSN_MAX, false };
	uint8_t byte = take(&input);

	memset(insn, 0, sizeof(*insn));
	while (is_prefix(byte) && !input.failed) {
		insn->short_operand |= byte == 0x66;
		if (byte == 0x67 && bits == 32)
			return false; /* 16-bit addressing: no compiler makes it */
		byte = take(&input);
	}
	if (bits == 64 && (byte & 0xf0) == 0x40) {
		insn->rex = byte;
		byte = take(&input);
	}
	const bool vector = byte == 0xc4 || byte == 0xc5 || byte == 0x62;
	if (vector && !input.failed &&
	    (bits == 64 || (input.at < input.len && input.code[input.at] >= 0xc0))) {
		if (!take_vector(&input, insn, byte))
			return false;
	} else {
		take_opcode(&input, insn, bits, byte);
	}
	insn->len = (uint8_t)input.at;
	return !input.failed;
}
