/*
 * abi: one descriptor per system-call ABI: audit arch, numbers, argument registers, result, layouts of the
 * structures that differ between ABIs, and how to inject a call. No ABI detail leaves arch/ but through this
 * record.
 */
#ifndef SOCKLINE_ARCH_ABI_H
#define SOCKLINE_ARCH_ABI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "arch/regs.h"
#include "calls/row.h"

struct call;

/* Offsets and sizes of structures that the ABI lays out in its own way; all sizes in bytes. */
struct layout {
	uint8_t pointer; /* size of a pointer, size_t, long */
	uint8_t iovec;	 /* whole; base at 0, len at pointer */
	struct {
		uint8_t size, name, namelen, iov, iovlen, control, controllen, flags;
	} msghdr;
	struct {
		uint8_t size, len; /* mmsghdr: size of one, offset of msg_len */
	} mmsghdr;
	struct {
		uint8_t header, level, type, align; /* cmsghdr: CMSG_LEN(0); len at 0 has pointer's size */
	} cmsghdr;
	uint8_t timeval_old, timespec_old; /* whole; both fields are half */
	uint8_t epoll_event, epoll_data;   /* whole (12 on x86), offset of data */
	uint8_t fdset_word;
	uint8_t ifreq, ifconf, ifconf_buf, sock_fprog, sock_fprog_filter;
};

/* Where a struct user_regs_struct of the tracer has what: byte offsets. */
struct abi_registers {
	uint8_t number_read; /* the call's number at a stop; it is written to result's register */
	uint8_t result, args[6], pc, sp;
	uint8_t dwarf[REGS_MAX], dwarf_count; /* by DWARF number */
};

/* A number of the ABI's table: which row it is, and its peculiarities. */
struct abi_number {
	uint16_t row;	    /* enum call_id; CALL_NONE: none of ours */
	uint8_t time64;	    /* times and offsets behind pointers are 64-bit whatever the ABI (ppoll_time64,
			       sendfile64) */
	uint8_t old_args;   /* arguments are in a block at args[0] (i386 select(82)) */
	uint8_t socketcall; /* args[0] selects, args[1] points to the block (i386 102) */
};

struct abi {
	const char *name;    /* "x86_64", "i386" */
	uint32_t audit_arch; /* AUDIT_ARCH_ of <linux/audit.h>, as PTRACE_GET_SYSCALL_INFO says */
	unsigned bits;	     /* 32 or 64 */
	unsigned count;	     /* of numbers */
	const struct abi_number *numbers;
	uint8_t syscall_insn[2]; /* the instruction that makes a call, for injecting one */
	struct layout layout;
	struct abi_registers registers;
	/* numbers of the calls that the tracer itself traps or injects; -1: the ABI has none */
	struct {
		int execve, execveat, mmap, mprotect, clone, clone3, fork, vfork, seccomp, prctl,
			restart_syscall, rt_sigaction, rt_sigprocmask, rt_sigtimedwait, rt_sigreturn,
			sigreturn, munmap, pkey_mprotect, exit_group, kill, tgkill, rt_sigqueueinfo,
			rt_tgsigqueueinfo;
		int old_mmap; /* i386's first mmap, whose arguments lie in memory; 0: none */
	} nr;
};

extern const struct abi abi_x86_64, abi_i386;
/* Its stacks can be walked; its programs cannot be traced: it has no numbers, layouts or registers. */
extern const struct abi abi_aarch64;
/* NULL-terminated list of all that this build can trace. */
extern const struct abi *const abi_all[];

/* NULL: no such ABI. x32 numbers (bit 30) have no row. */
const struct abi *abi_by_audit(uint32_t audit_arch);

/* The record of a number; a static one with row CALL_NONE when out of range. */
const struct abi_number *abi_number(const struct abi *abi, uint64_t number);

/* How many bytes behind args[1] the i386 socketcall with that selector has, and its row (CALL_NONE: no such).
 */
uint16_t abi_socketcall_row(uint32_t selector, unsigned *arg_count);

/*
 * From a struct user_regs_struct of <sys/user.h>, as a 64-bit tracer's PTRACE_GETREGS fills it for tracees of
 * either bitness, to DWARF numbers.
 */
void abi_regs(const struct abi *abi, const void *user_regs, struct regs *regs);
/* Only pc and sp of them: partial. */
void abi_position(const struct abi *abi, const void *user_regs, struct regs *regs);

/*
 * The ABI of the code that the thread runs, by its code segment: what the stack is to be walked as. It
 * differs from the call's ABI when 64-bit code uses int 0x80.
 */
const struct abi *abi_of_code(const void *user_regs);

/* Number, arguments and result as the registers hold them (at an exit the arguments are still there). */
void abi_get_call(const struct abi *abi, const void *user_regs, uint64_t *number, uint64_t args[6],
		  int64_t *result);
/* Sets number and arguments for a call that is to be injected: pc must then stand at an instruction like
 * syscall_insn. */
void abi_set_call(const struct abi *abi, void *user_regs, uint64_t number, const uint64_t args[6]);

/* The result register and one argument's, for a call that is to be restarted or was changed at its entry. */
void abi_set_result(void *user_regs, int64_t result);
/* Back to the instruction that made the call, which is made again when the thread goes on. */
void abi_rewind(const struct abi *abi, void *user_regs);
void abi_set_argument(const struct abi *abi, void *user_regs, unsigned index, uint64_t value);

/*
 * A way back from a call that a thread is made to do, which needs nobody: the call's instruction returns to
 * one that does rt_sigreturn (sigreturn(2)), which gives the thread its registers and signal mask back from a
 * frame.
 */
struct abi_back {
	uint64_t call;	 /* makes a call and returns to where the stack pointer points */
	uint64_t leaves; /* does rt_sigreturn; 0: there is no way back */
};
enum { ABI_BACK_FRAME = 312, ABI_BACK_CODE = 9 };
/* Looks for such instructions in code that lies at that address, and notes what it finds. */
void abi_back_find(const struct abi *abi, uint64_t address, const uint8_t *code, size_t size,
		   struct abi_back *back);
/*
 * The frame, which the stack pointer is to point to at the call, as the first word is where that returns to;
 * it points behind that word when the thread stands at leaves already. A call that was interrupted begins
 * again. What it does not hold are floating-point registers: they become what they are at a program's start.
 */
void abi_back_frame(const void *user_regs, uint64_t mask, const struct abi_back *back,
		    uint8_t frame[ABI_BACK_FRAME]);

/*
 * The registers that a perf event is to record (attr.sample_regs_user): those of a call's arguments, and
 * those that its stack is walked with. From its values (lowest bit first; Linux: asm/perf_regs.h) to a struct
 * user_regs_struct, whose other fields become 0.
 */
extern const uint64_t abi_perf_regs;
enum { ABI_PERF_REGS = 15 };
void abi_perf_get(const uint64_t values[ABI_PERF_REGS], bool compat, int64_t number, int64_t result,
		  void *user_regs);

#endif
