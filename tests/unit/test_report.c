/* The fixtures' report: a thread that is killed while it begins a record has not made the call yet. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../programs/report.h"

/* What report_print writes. */
static void print(char *text, size_t size)
{
	int out = dup(1);
	FILE *file = tmpfile();

	fflush(stdout);
	dup2(fileno(file), 1);
	report_print();
	dup2(out, 1);
	close(out);
	rewind(file);
	text[fread(text, 1, size - 1, file)] = 0;
	fclose(file);
}

static void calls_never_made(void **state)
{
	char text[1024];

	(void)state;
	report_open(-1);
	DID("close", close(-1));
	atomic_fetch_add(&report->count, 1);					   /* killed here, */
	strcpy(report->entries[atomic_fetch_add(&report->count, 1)].call, "read"); /* or here */
	report_begin("write", __func__, __LINE__);				   /* in the call */
	print(text, sizeof(text));
	assert_non_null(strstr(text, "\"did\":\"close\""));
	assert_non_null(strstr(text, "\"did\":\"write\""));
	assert_null(strstr(text, "\"did\":\"read\""));
	assert_null(strstr(text, "\"tid\":0"));
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(calls_never_made) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
