/*
 * stack_tracee: runs a program and walks its stack at each of its calls of one number, as tests of stack/
 * need it. A small tracer of its own, so that stack/ is tested without trace/.
 */
#ifndef SOCKLINE_TESTS_STACK_TRACEE_H
#define SOCKLINE_TESTS_STACK_TRACEE_H

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include "stack/stack.h"

#include "arch/abi.h"
#include "base/clock.h"

struct tracee_memory {
	struct memory memory;
	pid_t tid;
};

/* Reads with process_vm_readv, span by span; what reaches into an unmapped page is read in part. */
static size_t tracee_read(struct memory *memory, struct memory_span *spans, size_t count)
{
	const pid_t tid = ((struct tracee_memory *)memory)->tid;
	size_t all = 0;

	for (size_t i = 0; i < count; i++) {
		const uint64_t address = spans[i].address;
		const size_t first = 4096 - address % 4096;
		const struct iovec to = { spans[i].to, spans[i].size };
		struct iovec from[16];
		size_t at = 0, parts = 0;
		/* One part per page: the kernel stops at the first that is not there. */
		for (size_t len = first; at < spans[i].size && parts < 16;
		     at += from[parts++].iov_len, len = 4096)
			from[parts] = (struct iovec){ (void *)(uintptr_t)(address + at),
						      len < spans[i].size - at ? len : spans[i].size - at };
		const ssize_t got = process_vm_readv(tid, &to, 1, from, parts, 0);
		spans[i].got = got > 0 ? (uint32_t)got : 0;
		all += spans[i].got;
	}
	return all;
}

/* The registers of x86-64 and i386 programs, in DWARF's order. */
static const struct abi *tracee_regs(pid_t tid, struct regs *regs)
{
	union {
		struct user_regs_struct wide;
		uint32_t narrow[17];
	} user;
	struct iovec to = { &user, sizeof(user) };

	if (ptrace(PTRACE_GETREGSET, tid, 1 /* NT_PRSTATUS */, &to))
		return NULL;
	memset(regs, 0, sizeof(*regs));
	if (to.iov_len == sizeof(user.narrow)) {
		/* bx cx dx si di bp ax ds es fs gs orig_ax ip cs flags sp ss */
		static const uint8_t order[] = { 6, 1, 2, 0, 15, 5, 3, 4, 12 };
		for (unsigned i = 0; i < sizeof(order); i++)
			regs->dwarf[i] = user.narrow[order[i]];
		regs->pc = regs->dwarf[8];
		regs->sp = regs->dwarf[4];
		return &abi_i386;
	}
	const struct user_regs_struct *u = &user.wide;
	const uint64_t wide[] = { u->rax, u->rdx, u->rcx, u->rbx, u->rsi, u->rdi, u->rbp, u->rsp, u->r8,
				  u->r9,  u->r10, u->r11, u->r12, u->r13, u->r14, u->r15, u->rip };
	memcpy(regs->dwarf, wide, sizeof(wide));
	regs->pc = u->rip;
	regs->sp = u->rsp;
	return &abi_x86_64;
}

struct tracee_call {
	pid_t tid;
	uint64_t number;
	bool is_i386;
	uint64_t args[6];
	const struct walk *walk;
};

struct tracee_run {
	struct stack *stack;
	bool all;
	/* Called at the entry of each call, with the stack walked. True: this call is of interest. */
	bool (*wanted)(void *user, const struct tracee_call *call);
	void (*seen)(void *user, const struct tracee_call *call);
	void *user;
	struct space *space;
	uint64_t walk_ns;
};

static void tracee_entry(struct tracee_run *run, pid_t tid, const struct __ptrace_syscall_info *info)
{
	struct tracee_call call = { .tid = tid,
				    .number = info->entry.nr,
				    .is_i386 = info->arch == 0x40000003 };
	struct tracee_memory memory = { { .read = tracee_read }, tid };
	uint8_t snapshot[STACK_SNAPSHOT];
	struct arena arena = { 0 };
	struct walk walk;
	struct regs regs;

	memcpy(call.args, info->entry.args, sizeof(call.args));
	if (call.is_i386 ? call.number == 192 || call.number == 125
			 : call.number == SYS_mmap || call.number == SYS_mprotect)
		space_changed(run->space);
	if (!run->wanted(run->user, &call))
		return;
	const struct abi *abi = tracee_regs(tid, &regs);
	if (!abi)
		return;
	const uint32_t got = (uint32_t)memory_get(&memory.memory, regs.sp, snapshot, sizeof(snapshot));
	const uint64_t start = clock_monotonic_ns();
	stack_walk(run->stack, run->space, abi, &regs, snapshot, got, &memory.memory, run->all, &arena,
		   &walk);
	run->walk_ns += clock_monotonic_ns() - start;
	call.walk = &walk;
	run->seen(run->user, &call);
	arena_done(&arena);
}

/* Runs argv to its end. Returns its wait status, or -1. */
static int tracee_run(struct tracee_run *run, char *const *argv)
{
	const pid_t child = fork();
	int status, result = -1;
	pid_t tid;

	if (child == 0) {
		ptrace(PTRACE_TRACEME, 0, 0, 0);
		raise(SIGSTOP);
		execvp(argv[0], argv);
		_exit(127);
	}
	waitpid(child, &status, 0);
	ptrace(PTRACE_SETOPTIONS, child, 0,
	       PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEEXEC | PTRACE_O_TRACECLONE | PTRACE_O_EXITKILL);
	run->space = space_new(run->stack, child);
	ptrace(PTRACE_SYSCALL, child, 0, 0);
	while ((tid = wait4(-1, &status, __WALL, NULL)) > 0) {
		int signo = 0;
		if (!WIFSTOPPED(status)) {
			if (tid == child)
				result = status;
			continue;
		}
		if (status >> 16 == PTRACE_EVENT_EXEC) {
			space_unref(run->space);
			run->space = space_new(run->stack, child);
		} else if (WSTOPSIG(status) == (SIGTRAP | 0x80)) {
			struct __ptrace_syscall_info info;
			ptrace(PTRACE_GET_SYSCALL_INFO, tid, sizeof(info), &info);
			if (info.op == PTRACE_SYSCALL_INFO_ENTRY)
				tracee_entry(run, tid, &info);
		} else if (!(status >> 16) && WSTOPSIG(status) != SIGSTOP) {
			signo = WSTOPSIG(status);
		}
		ptrace(PTRACE_SYSCALL, tid, 0, signo);
	}
	space_unref(run->space);
	return result;
}

#endif
