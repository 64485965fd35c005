/* numbers: what the flags in the numbers_<abi>.def files, which tools/numbers writes, mean for struct
 * abi_number; and how an ABI says where its registers are. */
#ifndef SOCKLINE_ARCH_NUMBERS_H
#define SOCKLINE_ARCH_NUMBERS_H

enum { WIDE = 1, OLD_ARGS = 2, SOCKETCALL = 4 };

#define ABI_NUMBER_FLAGS(flags)                                             \
	.time64 = ((flags)&WIDE) != 0, .old_args = ((flags)&OLD_ARGS) != 0, \
	.socketcall = ((flags)&SOCKETCALL) != 0

/* Where a register stands in <sys/user.h>'s struct user_regs_struct. */
#define REGISTER(name) offsetof(struct user_regs_struct, name)

#endif
