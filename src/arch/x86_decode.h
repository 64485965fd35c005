/*
 * x86_decode: how long an instruction is and what its parts are, for code without unwind tables. Intel SDM,
 * volume 2, chapter 2 and appendix A. Knows lengths, not meanings: x86_frame.c looks at the few instructions
 * that matter.
 */
#ifndef SOCKLINE_ARCH_X86_DECODE_H
#define SOCKLINE_ARCH_X86_DECODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum x86_map { X86_ONE_BYTE, X86_0F, X86_0F38, X86_0F3A, X86_VECTOR };

struct x86_insn {
	uint8_t len;
	uint8_t map; /* enum x86_map */
	uint8_t opcode;
	uint8_t rex; /* 0: none */
	bool has_modrm;
	uint8_t mod, reg, rm; /* reg and rm with their REX bits */
	uint8_t sib;
	bool has_sib;
	bool short_operand; /* prefix 66 */
	int32_t displacement;
	int64_t immediate; /* sign-extended */
};

/* False: not decodable within len bytes. */
bool x86_decode(const uint8_t *code, size_t len, unsigned bits, struct x86_insn *insn);

#endif
