/* Registers and call information of a stopped thread, read at most once per stop. */
#include <errno.h>
#include <linux/audit.h>

#include "tracee.h"

int tracee_regs(struct tracee *tracee)
{
	if (tracee->regs_read)
		return 0;
	if (!tracee->stopped)
		return -ESRCH;
	if (ptrace(PTRACE_GETREGS, tracee->task.tid, 0, &tracee->regs)) {
		tracee->gone = true;
		return -ESRCH;
	}
	tracee->regs_read = true;
	tracee->regs_sampled = false;
	return 0;
}

int tracee_call_regs(struct tracee *tracee)
{
	return tracee->regs_sampled ? 0 : tracee_regs(tracee);
}

/* PTRACE_GET_SYSCALL_INFO also tells the ABI where nothing else does: ptrace(2). */
int tracee_info(struct tracee *tracee)
{
	if (tracee->info_read)
		return 0;
	if (trace_request(PTRACE_GET_SYSCALL_INFO, tracee->task.tid, sizeof(tracee->info), &tracee->info) <=
	    0)
		return -ESRCH;
	tracee->info_read = true;
	tracee->abi = abi_by_audit(tracee->info.arch);
	return 0;
}

int tracee_set_regs(struct tracee *tracee, const struct user_regs_struct *regs)
{
	if (ptrace(PTRACE_SETREGS, tracee->task.tid, 0, regs))
		return -errno;
	tracee->regs = *regs;
	tracee->regs_read = true;
	tracee->regs_sampled = false;
	return 0;
}

/*
 * What PTRACE_GET_SYSCALL_INFO has told suffices for most walks, and spares a call. Not of 32-bit calls,
 * which 64-bit code can make.
 */
static bool info_has_regs(const struct tracee *tracee)
{
	return tracee->info_read && tracee->info.arch == AUDIT_ARCH_X86_64 &&
	       tracee->info.op != PTRACE_SYSCALL_INFO_NONE;
}

int trace_regs(struct task *task, struct regs *regs)
{
	struct tracee *tracee = tracee_of(task);

	if (tracee->regs_read || tracee->regs_sampled) {
		abi_position(abi_of_code(&tracee->regs), &tracee->regs, regs);
		return 0;
	}
	if (!info_has_regs(tracee))
		return trace_all_regs(task, regs);
	regs->pc = tracee->info.instruction_pointer;
	regs->sp = tracee->info.stack_pointer;
	regs->partial = true;
	regs->abi = tracee->abi;
	return 0;
}

int trace_all_regs(struct task *task, struct regs *regs)
{
	struct tracee *tracee = tracee_of(task);
	int error = tracee_call_regs(tracee);

	if (!error)
		abi_regs(abi_of_code(&tracee->regs), &tracee->regs, regs);
	return error;
}
