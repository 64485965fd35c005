/*
 * Generating the seccomp program. It reads like this, for each ABI:
 *
 *	if arch is this one:
 *		if number has the x32 bit: trace
 *		binary search for the number among ranges of equal traps:
 *			nothing wanted there: allow
 *			wanted: trace
 *			wanted for some arguments: load one argument word, test it, trace or allow
 *	trace (an ABI that is not known)
 *
 * Only arch, number and at most one argument word are loaded, and the paths to "allow" load no argument, so
 *that the kernel's cache of calls that are always allowed applies to them (kernel/seccomp.c,
 *seccomp_cache_prepare). No jump is longer than the 255 instructions that a conditional one reaches: parts
 *are laid out with leaves beside their tests.
 */
#include "filter.h"

#include <errno.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>

enum { X32_BIT = 0x40000000 };

/* Numbers [first, next range's first) have the same trap. */
struct range {
	uint32_t first;
	enum trap trap;
};

static unsigned emit(struct filter *filter, uint16_t code, uint32_t k)
{
	unsigned at = filter->count++;

	if (at < FILTER_MAX)
		filter->code[at] = (struct sock_filter){ .code = code, .k = k };
	return at;
}

static void emit_load(struct filter *filter, size_t offset)
{
	emit(filter, BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset);
}

static void emit_return(struct filter *filter, uint32_t action)
{
	emit(filter, BPF_RET | BPF_K, action);
}

/* Emits a test; when it fails, control goes to where else_here is called. */
static unsigned emit_if(struct filter *filter, uint16_t test, uint32_t k)
{
	return emit(filter, BPF_JMP | BPF_K | test, k);
}

static int else_here(struct filter *filter, unsigned test)
{
	unsigned distance = filter->count - test - 1;

	if (filter->count > FILTER_MAX || distance > 255)
		return -E2BIG;
	filter->code[test].jf = (uint8_t)distance;
	return 0;
}

/* if (test) trace; */
static void emit_trace_if(struct filter *filter, uint16_t test, uint32_t k)
{
	unsigned at = emit_if(filter, test, k);

	emit_return(filter, SECCOMP_RET_TRACE | FILTER_DATA);
	else_here(filter, at);
}

/* The low word of an argument: all that our tests need (x86 is little-endian). */
static void emit_load_argument(struct filter *filter, unsigned index)
{
	emit_load(filter, offsetof(struct seccomp_data, args) + index * sizeof(uint64_t));
}

/* What happens to the calls of a range. */
static void emit_verdict(struct filter *filter, enum trap trap)
{
	switch (trap) {
	case TRAP_NONE:
	case TRAP_SIGRETURN:
	case TRAP_MAY_WAIT:
		break;
	case TRAP_EXEC_MAP:
		emit_load_argument(filter, 2);
		emit_trace_if(filter, BPF_JSET, PROT_EXEC);
		break;
	case TRAP_CLONE:
		emit_load_argument(filter, 0);
		emit_trace_if(filter, BPF_JSET, CLONE_UNTRACED);
		break;
	case TRAP_PRCTL:
		emit_load_argument(filter, 0);
		emit_trace_if(filter, BPF_JEQ, PR_SET_NAME);
		emit_trace_if(filter, BPF_JEQ, PR_SET_SECCOMP);
		break;
	default:
		emit_return(filter, SECCOMP_RET_TRACE | FILTER_DATA);
		return;
	}
	emit_return(filter, SECCOMP_RET_ALLOW);
}

/* Binary search among sorted ranges for the number in the accumulator. Depth: log2 of the count. */
static int emit_search(struct filter *filter, const struct range *ranges, unsigned count)
{
	unsigned half = count / 2;

	if (count == 1) {
		emit_verdict(filter, ranges[0].trap);
		return 0;
	}
	unsigned test = emit_if(filter, BPF_JGE, ranges[half].first);
	int error = emit_search(filter, ranges + half, count - half);

	if (!error)
		error = else_here(filter, test);
	return error ? error : emit_search(filter, ranges, half);
}

/* What the filter sees of a trap: all that return TRACE alike make one range. */
static enum trap filter_trap(const struct plan *plan, unsigned number)
{
	enum trap trap = plan->traps[number];

	if (trap == TRAP_SIGRETURN || trap == TRAP_MAY_WAIT)
		return TRAP_NONE;
	if (trap == TRAP_EXEC_MAP || trap == TRAP_CLONE || trap == TRAP_PRCTL || trap == TRAP_NONE)
		return trap;
	return TRAP_CALL;
}

static unsigned plan_ranges(const struct plan *plan, struct range *ranges)
{
	unsigned count = 1;

	ranges[0] = (struct range){ 0, filter_trap(plan, 0) };
	for (unsigned number = 1; number < PLAN_NUMBERS; number++)
		if (filter_trap(plan, number) != ranges[count - 1].trap)
			ranges[count++] = (struct range){ number, filter_trap(plan, number) };
	if (ranges[count - 1].trap != TRAP_NONE)
		ranges[count++] = (struct range){ PLAN_NUMBERS, TRAP_NONE };
	return count;
}

static int emit_abi(struct filter *filter, const struct plan *plan)
{
	struct range ranges[PLAN_NUMBERS + 1];
	unsigned count = plan_ranges(plan, ranges);
	unsigned here = emit_if(filter, BPF_JEQ, plan->abi->audit_arch);
	unsigned over, body;

	/* The body may be longer than a conditional jump reaches. */
	filter->code[here].jt = 1;
	over = emit(filter, BPF_JMP | BPF_JA, 0);
	body = filter->count;
	emit_load(filter, offsetof(struct seccomp_data, nr));
	if (plan->abi->bits == 64)
		emit_trace_if(filter, BPF_JGE, X32_BIT);
	int error = emit_search(filter, ranges, count);

	if (error || filter->count > FILTER_MAX)
		return -E2BIG;
	filter->code[over].k = filter->count - body;
	return 0;
}

int filter_make(struct filter *filter, const struct plan *plans, unsigned plan_count)
{
	filter->count = 0;
	emit_load(filter, offsetof(struct seccomp_data, arch));
	for (unsigned i = 0; i < plan_count; i++) {
		int error = emit_abi(filter, &plans[i]);

		if (error)
			return error;
	}
	emit_return(filter, SECCOMP_RET_TRACE | FILTER_DATA);
	return filter->count > FILTER_MAX ? -E2BIG : 0;
}
