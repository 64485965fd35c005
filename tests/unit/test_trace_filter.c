/* The seccomp filter and the classification of stops: rows of (arch, call, arguments, verdict), run in a
 * simulator. */
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>

#include <cmocka.h>

#include "../../src/trace/filter.h"
#include "../../src/trace/stop.h"
#include "../../src/trace/tracee.h"

enum { STEPS_MAX = 64, TRACE = 1, ALLOW = 0 };

/* Runs the few instructions that filters use. Counts steps: a search must stay short. */
static uint32_t simulate(const struct filter *filter, const struct seccomp_data *data, unsigned *steps)
{
	uint32_t a = 0;

	*steps = 0;
	for (unsigned pc = 0; pc < filter->count; pc++) {
		const struct sock_filter *in = &filter->code[pc];

		assert_true(++*steps < STEPS_MAX);
		switch (in->code) {
		case BPF_LD | BPF_W | BPF_ABS:
			memcpy(&a, (const char *)data + in->k, sizeof(a));
			break;
		case BPF_JMP | BPF_JA:
			pc += in->k;
			break;
		case BPF_JMP | BPF_K | BPF_JEQ:
			pc += a == in->k ? in->jt : in->jf;
			break;
		case BPF_JMP | BPF_K | BPF_JGE:
			pc += a >= in->k ? in->jt : in->jf;
			break;
		case BPF_JMP | BPF_K | BPF_JSET:
			pc += a & in->k ? in->jt : in->jf;
			break;
		case BPF_RET | BPF_K:
			return in->k;
		default:
			fail_msg("instruction %u has code %#x", pc, in->code);
		}
	}
	fail_msg("fell off the end");
	return 0;
}

struct verdict {
	bool any_fd, exec_maps, follow;
	uint32_t arch, number;
	uint64_t args[3];
	int verdict;
};

#define X64 AUDIT_ARCH_X86_64
#define X86 AUDIT_ARCH_I386

static const struct verdict verdicts[] = {
	{ 1, 1, 1, X64, SYS_socket, { 0 }, TRACE },
	{ 0, 1, 1, X64, SYS_socket, { 0 }, TRACE },
	{ 1, 1, 1, X64, SYS_getppid, { 0 }, ALLOW },
	{ 1, 1, 1, X64, SYS_read, { 0 }, TRACE },
	{ 0, 1, 1, X64, SYS_read, { 0 }, ALLOW },
	{ 0, 1, 1, X64, SYS_close, { 0 }, ALLOW },
	{ 0, 1, 1, X64, SYS_close_range, { 0 }, ALLOW },
	{ 1, 1, 1, X64, SYS_close_range, { 0 }, TRACE },
	{ 0, 1, 1, X64, SYS_pidfd_getfd, { 0 }, TRACE },
	{ 0, 1, 1, X64, SYS_io_uring_setup, { 0 }, TRACE },
	{ 0, 1, 1, X64, SYS_restart_syscall, { 0 }, TRACE },
	{ 0, 1, 1, X64, SYS_mmap, { 0, 4096, 4 }, TRACE },
	{ 0, 1, 1, X64, SYS_mmap, { 0, 4096, 3 }, ALLOW },
	{ 0, 0, 1, X64, SYS_mmap, { 0, 4096, 4 }, ALLOW },
	{ 0, 1, 1, X64, SYS_mprotect, { 0, 4096, 5 }, TRACE },
	{ 0, 1, 1, X64, SYS_mprotect, { 0, 4096, 1 }, ALLOW },
	{ 0, 1, 1, X64, SYS_clone, { 0x00800000 | 17 }, TRACE },
	{ 0, 1, 1, X64, SYS_clone, { 17 }, ALLOW },
	{ 0, 1, 0, X64, SYS_clone, { 0x00800000 | 17 }, ALLOW },
	{ 0, 1, 1, X64, SYS_clone3, { 0 }, TRACE },
	{ 0, 1, 1, X64, SYS_prctl, { 22 }, TRACE },
	{ 0, 1, 1, X64, SYS_prctl, { 15 }, TRACE },
	{ 0, 1, 1, X64, SYS_prctl, { 16 }, ALLOW },
	{ 0, 1, 1, X64, SYS_seccomp, { 0 }, TRACE },
	{ 0, 1, 1, X64, SYS_rt_sigreturn, { 0 }, ALLOW },
	{ 0, 1, 1, X64, SYS_rt_sigtimedwait, { 0 }, TRACE },
	{ 1, 1, 1, X64, SYS_semop, { 0 }, ALLOW },
	{ 1, 1, 1, X64, 0x40000000 | 39, { 0 }, TRACE },
	{ 1, 1, 1, X64, 5000, { 0 }, ALLOW },
	{ 0, 1, 1, X86, 102, { 0 }, TRACE }, /* socketcall */
	{ 0, 1, 1, X86, 359, { 0 }, TRACE }, /* socket */
	{ 0, 1, 1, X86, 362, { 0 }, TRACE }, /* connect */
	{ 0, 1, 1, X86, 3, { 0 }, ALLOW },   /* read */
	{ 1, 1, 1, X86, 3, { 0 }, TRACE },
	{ 1, 1, 1, X86, 82, { 0 }, TRACE }, /* select with its arguments in memory */
	{ 1, 1, 1, X86, 64, { 0 }, ALLOW }, /* getppid */
	{ 1, 1, 1, X86, 0, { 0 }, TRACE },  /* restart_syscall */
	{ 1, 1, 1, X86, 192, { 0, 1, 4 }, TRACE },
	{ 1, 1, 1, X86, 192, { 0, 1, 3 }, ALLOW },
	{ 1, 1, 1, X86, 0x40000000 | 20, { 0 }, ALLOW },
	{ 1, 1, 1, 0xc00000b7, 1, { 0 }, TRACE }, /* an ABI that is not known */
};

static void make(struct filter *filter, const struct verdict *verdict, const struct row_set *wanted)
{
	struct plan_options options = { *wanted, verdict->any_fd, verdict->exec_maps, verdict->follow };
	static struct plan plans[PLAN_ABIS];

	plan_make(&plans[0], &abi_x86_64, &options);
	plan_make(&plans[1], &abi_i386, &options);
	assert_int_equal(filter_make(filter, plans, PLAN_ABIS), 0);
}

static void verdicts_hold(void **state)
{
	static struct filter filter;
	struct row_set all = { { ~0ull, ~0ull, ~0ull, ~0ull } };

	(void)state;
	for (size_t i = 0; i < sizeof(verdicts) / sizeof(verdicts[0]); i++) {
		const struct verdict *row = &verdicts[i];
		struct seccomp_data data = { .arch = row->arch, .nr = (int)row->number };
		unsigned steps;

		memcpy(data.args, row->args, sizeof(row->args));
		make(&filter, row, &all);
		uint32_t got = simulate(&filter, &data, &steps);

		if (got != (row->verdict ? SECCOMP_RET_TRACE | FILTER_DATA : SECCOMP_RET_ALLOW))
			fail_msg("row %zu: arch %#x call %u: %#x", i, row->arch, row->number, got);
		assert_true(steps < 24);
	}
}

/* With nothing wanted, nothing but what following needs stops. */
static void nothing_wanted(void **state)
{
	static struct filter filter;
	struct row_set none = { { 0 } };
	struct verdict options = { .any_fd = true };
	unsigned steps;

	(void)state;
	make(&filter, &options, &none);
	for (int number = 0; number < 500; number++) {
		struct seccomp_data data = { .arch = X64, .nr = number };
		bool must = number == SYS_restart_syscall || number == SYS_seccomp ||
			    number == SYS_rt_sigtimedwait;

		assert_int_equal(simulate(&filter, &data, &steps),
				 must ? SECCOMP_RET_TRACE | FILTER_DATA : SECCOMP_RET_ALLOW);
		data = (struct seccomp_data){ .arch = X86, .nr = 102 };
		assert_int_equal(simulate(&filter, &data, &steps), SECCOMP_RET_ALLOW);
	}
}

static void stops_are_classified(void **state)
{
	static const struct {
		int status;
		enum stop_kind kind;
	} rows[] = {
		{ 0, STOP_ENDED },
		{ 3 << 8, STOP_ENDED },
		{ SIGKILL, STOP_ENDED },
		{ (SIGTRAP | 0x80) << 8 | 0x7f, STOP_SYSCALL },
		{ SIGTRAP << 8 | 0x7f, STOP_SIGNAL },
		{ SIGUSR1 << 8 | 0x7f, STOP_SIGNAL },
		{ SIGSTOP << 8 | 0x7f, STOP_SIGNAL },
		{ PTRACE_EVENT_SECCOMP << 16 | SIGTRAP << 8 | 0x7f, STOP_SECCOMP },
		{ PTRACE_EVENT_EXEC << 16 | SIGTRAP << 8 | 0x7f, STOP_EXEC },
		{ PTRACE_EVENT_FORK << 16 | SIGTRAP << 8 | 0x7f, STOP_FORK },
		{ PTRACE_EVENT_VFORK << 16 | SIGTRAP << 8 | 0x7f, STOP_FORK },
		{ PTRACE_EVENT_CLONE << 16 | SIGTRAP << 8 | 0x7f, STOP_FORK },
		{ PTRACE_EVENT_STOP << 16 | SIGTRAP << 8 | 0x7f, STOP_INTERRUPT },
		{ PTRACE_EVENT_STOP << 16 | SIGSTOP << 8 | 0x7f, STOP_GROUP },
		{ PTRACE_EVENT_STOP << 16 | SIGTTIN << 8 | 0x7f, STOP_GROUP },
		{ PTRACE_EVENT_EXIT << 16 | SIGTRAP << 8 | 0x7f, STOP_EXITING },
		{ PTRACE_EVENT_VFORK_DONE << 16 | SIGTRAP << 8 | 0x7f, STOP_OTHER },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(stop_classify(1, rows[i].status).kind, rows[i].kind);
}

/* A tid that is used again is not taken for the one that died. */
static void dead_are_forgotten(void **state)
{
	const uint64_t second = 1000000000u;
	struct dead_table dead = { 0 };

	(void)state;
	dead_put(&dead, 10, 7, second);
	dead_put(&dead, 11, 8, second);
	assert_int_equal(dead_take(&dead, 12, second), -1);
	assert_int_equal(dead_take(&dead, 10, second + second / 2), 7);
	assert_int_equal(dead_take(&dead, 10, second + second / 2), -1);
	assert_int_equal(dead_take(&dead, 11, second * 60), -1);
	dead_put(&dead, 11, 9, second * 60);
	assert_int_equal(dead_take(&dead, 11, second * 60), 9);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(verdicts_hold),
		cmocka_unit_test(nothing_wanted),
		cmocka_unit_test(stops_are_classified),
		cmocka_unit_test(dead_are_forgotten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
