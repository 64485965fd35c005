/* Registers and call information of a stopped thread, read at most once per stop. */
#include <errno.h>

#include "tracee.h"

int tracee_regs(struct tracee *tracee)
{
	if (tracee->regs_read)
		return 0;
	if (!tracee->stopped || ptrace(PTRACE_GETREGS, tracee->task.tid, 0, &tracee->regs))
		return -ESRCH;
	tracee->regs_read = true;
	return 0;
}

/* PTRACE_GET_SYSCALL_INFO also tells the ABI where nothing else does: ptrace(2). */
int tracee_info(struct tracee *tracee)
{
	if (tracee->info_read)
		return 0;
	if (ptrace(PTRACE_GET_SYSCALL_INFO, tracee->task.tid, sizeof(tracee->info), &tracee->info) <= 0)
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
	return 0;
}

int trace_regs(struct task *task, struct regs *regs)
{
	struct tracee *tracee = tracee_of(task);
	int error = tracee_regs(tracee);

	if (!error)
		abi_regs(abi_of_code(&tracee->regs), &tracee->regs, regs);
	return error;
}
