/* The call table: every row is well formed, is found by name, and has a number on some ABI. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "arch/abi.h"
#include "calls/row.h"

static void rows_are_well_formed(void **state)
{
	(void)state;
	for (unsigned i = 0; i < CALL_COUNT; i++) {
		const struct row *row = &call_rows[i];

		assert_int_equal(row->id, i);
		assert_ptr_equal(row_by_name(row->name), row);
		assert_true(row->classes != 0);
		if (row->fd_use == FD_SOCKET || row->fd_use == FD_ANY || row->fd_use == FD_EPOLL)
			assert_int_equal(row->args[row->fd_arg].as, A_FD);
		if (row->fd_arg2 >= 0)
			assert_int_equal(row->args[row->fd_arg2].as, A_FD);
		for (unsigned arg = 0; arg < row->arg_count; arg++) {
			assert_true(row->args[arg].name || row->args[arg].as == A_NONE);
			assert_true(row->args[arg].len_arg < row->arg_count);
		}
	}
	assert_null(row_by_name("open"));
}

static void every_row_has_a_number(void **state)
{
	(void)state;
	struct row_set seen = { 0 };
	unsigned args;

	for (const struct abi *const *abi = abi_all; *abi; abi++)
		for (unsigned number = 0; number < (*abi)->count; number++)
			if (abi_number(*abi, number)->row != CALL_NONE)
				row_set_add(&seen, abi_number(*abi, number)->row);
	for (unsigned selector = 0; selector < 32; selector++)
		if (abi_socketcall_row(selector, &args) != CALL_NONE)
			row_set_add(&seen, abi_socketcall_row(selector, &args));
	for (unsigned i = 0; i < CALL_COUNT; i++)
		assert_true(row_set_has(&seen, i));
}

static void words_select_calls(void **state)
{
	(void)state;
	static const struct {
		const char *word;
		size_t count;
		unsigned has, has_not;
	} cases[] = {
		{ "connect", 1, CALL_connect, CALL_bind },	{ "send*", 5, CALL_sendmsg, CALL_recvmsg },
		{ "epoll_*", 6, CALL_epoll_pwait2, CALL_poll }, { "%ready", 10, CALL_poll, CALL_connect },
		{ "nonsense", 0, CALL_NONE, CALL_connect },	{ "none", 1, CALL_NONE, CALL_connect },
		{ "%internal", 0, CALL_NONE, CALL_unshare },	{ "unshare", 1, CALL_unshare, CALL_connect },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct row_set set = { 0 };

		assert_int_equal(row_set_add_word(&set, cases[i].word), cases[i].count);
		if (cases[i].has != CALL_NONE)
			assert_true(row_set_has(&set, cases[i].has));
		assert_false(row_set_has(&set, cases[i].has_not));
	}
	struct row_set all = { 0 };

	row_set_add_word(&all, "%all");
	assert_true(row_set_has(&all, CALL_ioctl));
	assert_false(row_set_has(&all, CALL_unshare));
	assert_string_equal(row_nearest("conect"), "connect");
	assert_string_equal(row_nearest("%redy"), "%ready");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_are_well_formed),
		cmocka_unit_test(every_row_has_a_number),
		cmocka_unit_test(words_select_calls),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
