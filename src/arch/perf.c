/* Registers as perf events record them. */
#include <asm/perf_regs.h>
#include <string.h>
#include <sys/user.h>

#include "arch/abi.h"

enum { CODE_64 = 0x33, CODE_32 = 0x23 }; /* code segments: arch/x86/include/asm/segment.h */

#define BIT(name) ((uint64_t)1 << PERF_REG_X86_##name)

const uint64_t abi_perf_regs = BIT(BX) | BIT(CX) | BIT(DX) | BIT(SI) | BIT(DI) | BIT(BP) | BIT(SP) | BIT(IP) |
			       BIT(R8) | BIT(R9) | BIT(R10) | BIT(R12) | BIT(R13) | BIT(R14) | BIT(R15);

void abi_perf_get(const uint64_t values[ABI_PERF_REGS], bool compat, int64_t number, int64_t result,
		  void *user_regs)
{
	struct user_regs_struct *user = user_regs;

	memset(user, 0, sizeof(*user));
	user->orig_rax = (unsigned long long)number;
	user->rax = (unsigned long long)result;
	user->cs = compat ? CODE_32 : CODE_64;
	user->rbx = values[0];
	user->rcx = values[1];
	user->rdx = values[2];
	user->rsi = values[3];
	user->rdi = values[4];
	user->rbp = values[5];
	user->rsp = values[6];
	user->rip = values[7];
	user->r8 = values[8];
	user->r9 = values[9];
	user->r10 = values[10];
	user->r12 = values[11];
	user->r13 = values[12];
	user->r14 = values[13];
	user->r15 = values[14];
}
