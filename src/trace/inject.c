/*
 * Making a stopped thread do a system call: registers are set so that it stands at a system call instruction,
 * and PTRACE_SYSCALL runs just that. All signals are blocked meanwhile, else a handler would run on these
 * registers (PTRACE_SETSIGMASK: ptrace(2)). SIGSTOP cannot be blocked: it is let through at once, since only
 * the kernel knows what a SIGCONT that follows it makes of it; the stop itself is asked for again at the end.
 *
 * A tracer that is killed meanwhile gives nothing back. So, where a way back is known, a frame is written
 * first, and from then on the thread stands before an rt_sigreturn from it, or before a call that returns to
 * that; its signals are blocked after that, and unblocked before it gets its own registers.
 */
#include "inject.h"

#include <errno.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tracee.h"

enum { RED_ZONE = 128, STACK_ALIGN = 16, MASK_BYTES = 8, VDSO_PAGE = 4096 };
enum { AUX_VDSO = 33 }; /* AT_SYSINFO_EHDR of <linux/auxvec.h>, whose AT_ENTRY is a name of ours */

static bool is_instruction(struct tracee *tracee, const struct abi *abi, uint64_t address)
{
	uint8_t code[2];

	return address && memory_get(&tracee->memory, address, code, sizeof(code)) == sizeof(code) &&
	       !memcmp(code, abi->syscall_insn, sizeof(code));
}

/* The kernel's own code in every process has one: vdso(7). */
static uint64_t find_in_vdso(struct injection *injection)
{
	struct tracee *tracee = injection->tracee;
	uint8_t code[2 * VDSO_PAGE];
	char aux[1024];
	uint64_t vdso = 0;
	int got = proc_read(aux, sizeof(aux), "/proc/%d/auxv", tracee->task.tid);

	for (int at = 0; injection->abi->bits == 64 && at + 16 <= got; at += 16)
		if (aux[at] == AUX_VDSO && !aux[at + 1])
			memcpy(&vdso, aux + at + 8, sizeof(vdso));
	size_t size = vdso ? memory_get(&tracee->memory, vdso, code, sizeof(code)) : 0;
	const uint8_t *found = memmem(code, size, injection->abi->syscall_insn, 2);

	return found ? vdso + (uint64_t)(found - code) : 0;
}

/* The instruction that was just left, at the exit of a call; else one that was seen before. */
static int find_instruction(struct injection *injection, uint64_t hint)
{
	uint64_t places[] = { injection->before.rip - 2, hint, 0 };

	for (unsigned i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		if (i == 2)
			places[i] = find_in_vdso(injection);
		if (is_instruction(injection->tracee, injection->abi, places[i])) {
			injection->instruction = places[i];
			return 0;
		}
	}
	return -ENOENT;
}

static uint32_t borrowed(const struct injection *injection)
{
	return injection->back.leaves ? INJECT_KEPT : INJECT_SCRATCH;
}

static int borrow_memory(struct injection *injection)
{
	uint64_t at = injection->before.rsp - RED_ZONE - borrowed(injection);

	injection->scratch = at & ~(uint64_t)(STACK_ALIGN - 1);
	injection->frame = injection->scratch + INJECT_SCRATCH;
	if (memory_get(&injection->tracee->memory, injection->scratch, injection->kept, borrowed(injection)) <
	    borrowed(injection))
		return -EFAULT;
	return memory_write(injection->tracee, injection->scratch, injection->kept, borrowed(injection));
}

/* Let go from here on, the thread gives itself back what it had. */
static int prepare_back(struct injection *injection)
{
	struct user_regs_struct regs = injection->before;
	uint8_t frame[ABI_BACK_FRAME];

	if (!injection->back.leaves)
		return 0;
	abi_back_frame(&injection->before, injection->mask, &injection->back, frame);
	if (memory_write(injection->tracee, injection->frame, frame, sizeof(frame)))
		return -EFAULT;
	regs.rip = injection->back.leaves;
	regs.rsp = injection->frame + sizeof(uint64_t);
	regs.orig_rax = (unsigned long long)-1; /* no call to be restarted */
	return ptrace(PTRACE_SETREGS, injection->tracee->task.tid, 0, &regs) ? -ESRCH : 0;
}

static int block_signals(struct injection *injection)
{
	pid_t tid = injection->tracee->task.tid;
	uint64_t all = ~(uint64_t)0;

	if (ptrace(PTRACE_GETSIGMASK, tid, MASK_BYTES, &injection->mask))
		return -errno;
	int failed = prepare_back(injection);

	if (!failed && ptrace(PTRACE_SETSIGMASK, tid, MASK_BYTES, &all))
		failed = -errno;
	return failed;
}

int inject_begin(struct injection *injection, struct tracee *tracee, uint64_t hint,
		 const struct abi_back *back)
{
	*injection = (struct injection){ .tracee = tracee };
	if (tracee_regs(tracee) || tracee_info(tracee))
		return -ESRCH;
	injection->before = tracee->regs;
	injection->abi = abi_of_code(&tracee->regs);
	if (back && injection->abi->bits == 64)
		injection->back = *back;
	int failed = find_instruction(injection, hint);

	if (!failed)
		failed = borrow_memory(injection);
	return failed ? failed : block_signals(injection);
}

/* Goes on to the next entry or exit stop of a call. The call does not sleep, so this wait is short. */
static int run_to_syscall_stop(struct injection *injection)
{
	struct tracer *tracer = injection->tracee->tracer;
	pid_t tid = injection->tracee->task.tid;
	int status, deliver = 0;

	for (;;) {
		if (ptrace(PTRACE_SYSCALL, tid, 0, deliver))
			return -ESRCH;
		if (stop_wait_for(tracer, tid, &status))
			return -ESRCH;
		struct stop stop = stop_classify(tid, status);

		if (stop.kind == STOP_SYSCALL)
			return 0;
		deliver = 0;
		if (stop.kind == STOP_SECCOMP) /* our own filter traps what we inject */
			continue;
		/* Another thread's exec or exit ends this one; an exec's own stop comes under the leader's
		 * tid. */
		if (stop.kind == STOP_ENDED || stop.kind == STOP_EXEC || stop.kind == STOP_EXITING) {
			injection->gone = true;
			queue_put(&tracer->queue, tid, status);
			return -ESRCH;
		}
		if (stop.kind == STOP_SIGNAL)
			deliver = stop.signo == SIGSTOP ? SIGSTOP : 0;
		else
			injection->stop_again = true;
	}
}

int64_t inject_call(struct injection *injection, uint64_t number, const uint64_t args[6])
{
	pid_t tid = injection->tracee->task.tid;
	struct user_regs_struct regs = injection->before;

	abi_set_call(injection->abi, &regs, number, args);
	regs.rip = injection->instruction;
	if (injection->back.leaves) {
		regs.rip = injection->back.call;
		regs.rsp = injection->frame;
	}
	regs.orig_rax = (unsigned long long)-1; /* no call to be restarted */
	if (injection->gone || ptrace(PTRACE_SETREGS, tid, 0, &regs) || run_to_syscall_stop(injection) ||
	    run_to_syscall_stop(injection) || ptrace(PTRACE_GETREGS, tid, 0, &regs))
		return -ESRCH;
	return injection->abi->bits == 32 ? (int32_t)regs.rax : (int64_t)regs.rax;
}

static bool waits_for_restart(const struct user_regs_struct *regs)
{
	return (int64_t)regs->orig_rax >= 0 && restart_is_code((int32_t)regs->rax);
}

void inject_end(struct injection *injection)
{
	struct tracee *tracee = injection->tracee;
	pid_t tid = tracee->task.tid;

	if (injection->gone)
		return;
	ptrace(PTRACE_SETSIGMASK, tid, MASK_BYTES, &injection->mask);
	ptrace(PTRACE_SETREGS, tid, 0, &injection->before);
	memory_write(tracee, injection->scratch, injection->kept, borrowed(injection));
	if (injection->stop_again || waits_for_restart(&injection->before))
		ptrace(PTRACE_INTERRUPT, tid, 0, 0);
}
