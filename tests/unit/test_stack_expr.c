/* DWARF expressions of call frame information, a row per expression. */
#include <dwarf.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "stack/expr.h"

enum { OPS = 12 };

struct row {
	const char *name;
	Dwarf_Op ops[OPS]; /* atom, number, number2, offset; the first atom 0 ends them */
	int error;
	uint64_t value;
};

static const struct row rows[] = {
	{ "constant", { { DW_OP_lit7, 0, 0, 0 } }, 0, 7 },
	{ "register", { { DW_OP_breg7, 16, 0, 0 } }, 0, 1016 },
	{ "negative offset", { { DW_OP_breg7, (Dwarf_Word)-8, 0, 0 } }, 0, 992 },
	{ "bregx", { { DW_OP_bregx, 6, 4, 0 } }, 0, 604 },
	{ "no such register", { { DW_OP_bregx, 99, 0, 0 } }, -EINVAL, 0 },
	{ "load", { { DW_OP_lit16, 0, 0, 0 }, { DW_OP_deref, 0, 0, 1 } }, 0, 160 },
	{ "load what is not there", { { DW_OP_const1u, 200, 0, 0 }, { DW_OP_deref, 0, 0, 2 } }, -EFAULT, 0 },
	{ "load nine bytes", { { DW_OP_lit1, 0, 0, 0 }, { DW_OP_deref_size, 9, 0, 1 } }, -EINVAL, 0 },
	{ "cfa", { { DW_OP_call_frame_cfa, 0, 0, 0 }, { DW_OP_plus_uconst, 2, 0, 1 } }, 0, 5002 },
	/* an entry of a procedure linkage table: rsp + 8 + ((rip & 15) >= 11) << 3 */
	{ "plt",
	  { { DW_OP_breg7, 8, 0, 0 },
	    { DW_OP_breg16, 0, 0, 2 },
	    { DW_OP_lit15, 0, 0, 4 },
	    { DW_OP_and, 0, 0, 5 },
	    { DW_OP_lit11, 0, 0, 6 },
	    { DW_OP_ge, 0, 0, 7 },
	    { DW_OP_lit3, 0, 0, 8 },
	    { DW_OP_shl, 0, 0, 9 },
	    { DW_OP_plus, 0, 0, 10 } },
	  0,
	  1016 },
	{ "rot", /* 1 2 3 becomes 3 1 2: 1 - 2 */
	  { { DW_OP_lit1, 0, 0, 0 },
	    { DW_OP_lit2, 0, 0, 1 },
	    { DW_OP_lit3, 0, 0, 2 },
	    { DW_OP_rot, 0, 0, 3 },
	    { DW_OP_minus, 0, 0, 4 } },
	  0,
	  (uint64_t)-1 },
	{ "branch",
	  { { DW_OP_lit1, 0, 0, 0 },
	    { DW_OP_lit1, 0, 0, 1 },
	    { DW_OP_bra, 1, 0, 2 },
	    { DW_OP_lit5, 0, 0, 5 },
	    { DW_OP_lit9, 0, 0, 6 } },
	  0,
	  9 },
	{ "branch nowhere",
	  { { DW_OP_lit1, 0, 0, 0 }, { DW_OP_skip, 77, 0, 1 }, { DW_OP_lit2, 0, 0, 4 } },
	  0,
	  1 },
	{ "endless", { { DW_OP_skip, (Dwarf_Word)-3, 0, 0 } }, -EINVAL, 0 },
	{ "nothing left", { { DW_OP_drop, 0, 0, 0 } }, -EINVAL, 0 },
	{ "too few", { { DW_OP_lit1, 0, 0, 0 }, { DW_OP_plus, 0, 0, 1 } }, -EINVAL, 0 },
	{ "divide by zero",
	  { { DW_OP_lit1, 0, 0, 0 }, { DW_OP_lit0, 0, 0, 1 }, { DW_OP_div, 0, 0, 2 } },
	  -EINVAL,
	  0 },
	{ "least by minus one",
	  { { DW_OP_const8u, 1ULL << 63, 0, 0 },
	    { DW_OP_const1s, (Dwarf_Word)-1, 0, 9 },
	    { DW_OP_div, 0, 0, 11 } },
	  -EINVAL,
	  0 },
	{ "wide shift",
	  { { DW_OP_lit1, 0, 0, 0 }, { DW_OP_const1u, 64, 0, 1 }, { DW_OP_shl, 0, 0, 3 } },
	  0,
	  0 },
	{ "pick too deep", { { DW_OP_lit1, 0, 0, 0 }, { DW_OP_pick, 1, 0, 1 } }, -EINVAL, 0 },
	{ "unknown", { { 0xff, 0, 0, 0 } }, -EINVAL, 0 },
	{ "a value", { { DW_OP_lit4, 0, 0, 0 }, { DW_OP_stack_value, 0, 0, 1 } }, 0, 4 },
	{ "a register's number", { { DW_OP_reg6, 0, 0, 0 } }, 0, 6 },
};

/* Memory holds ten times its address, up to 100. */
static bool load_tenfold(void *user, uint64_t address, unsigned size, uint64_t *value)
{
	(void)user;
	(void)size;
	*value = address * 10;
	return address < 100;
}

static void test_expressions(void **state)
{
	uint64_t regs[17] = { [6] = 600, [7] = 1000, [16] = 0x40000b };
	const struct expr_context context = { regs, 17, 5000, 8, load_tenfold, NULL };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct expr_result result = { 0 };
		size_t count = 0;
		while (count < OPS && rows[i].ops[count].atom)
			count++;
		const int error = expr_eval(rows[i].ops, count, &context, &result);
		if (error != rows[i].error || result.value != rows[i].value)
			print_error("%s\n", rows[i].name);
		assert_int_equal(error, rows[i].error);
		assert_int_equal(result.value, rows[i].value);
	}
}

/* More pushes than there is room for. */
static void test_overflow(void **state)
{
	const struct expr_context context = { NULL, 0, 0, 8, load_tenfold, NULL };
	struct expr_result result;
	Dwarf_Op ops[100];

	(void)state;
	for (size_t i = 0; i < 100; i++)
		ops[i] = (Dwarf_Op){ DW_OP_lit1, 0, 0, i };
	assert_int_equal(expr_eval(ops, 100, &context, &result), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_expressions),
		cmocka_unit_test(test_overflow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
