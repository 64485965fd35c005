/* The reader of line tables against libdw's, on this very program and on what other compilers made. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <elfutils/libdw.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "stack/line.h"

enum { PER_UNIT = 40 };

struct counts {
	unsigned units, asked, wrong;
};

/* libdw leaves a path relative where a directory of the table is; the unit's own folder comes before it. */
static bool same_path(const char *whole, const char *path)
{
	const size_t len = strlen(whole), part = path ? strlen(path) : 0;

	if (!part || len < part || strcmp(whole + len - part, path) != 0)
		return false;
	return len == part || (*path != '/' && *whole == '/' && whole[len - part - 1] == '/');
}

/* One address: file, line and column as libdw tells them. */
static void compare(const struct line_table *table, Dwarf_Die *unit, Dwarf_Addr address,
		    struct counts *counts)
{
	Dwarf_Line *line = dwarf_getsrc_die(unit, address);
	struct text path = { 0 };
	struct line_row row = { 0 };
	int number = 0, column = 0;

	counts->asked++;
	const bool found = line_find(table, address, &row) && line_file(table, row.file, &path);
	if (line) {
		dwarf_lineno(line, &number);
		dwarf_linecol(line, &column);
	}
	const char *expected = line ? dwarf_linesrc(line, NULL, NULL) : NULL;
	if (found != (line != NULL) ||
	    (found && (row.line != number || row.column != column || !same_path(path.data, expected)))) {
		counts->wrong++;
		print_error("%#lx: %s:%d:%d, libdw %s:%d:%d\n", (unsigned long)address,
			    found ? path.data : "?", row.line, row.column, expected ? expected : "?", number,
			    column);
	}
	text_done(&path);
}

/* Addresses of rows all over the unit's table, and those before and after them. */
static void compare_unit(Dwarf_Die *unit, struct counts *counts)
{
	struct line_table table;
	Dwarf_Lines *lines;
	size_t count;

	if (dwarf_getsrclines(unit, &lines, &count) || count == 0)
		return;
	counts->units++;
	if (!line_table_open(&table, unit)) {
		counts->wrong++;
		return;
	}
	for (size_t i = 0; i < count; i += count / PER_UNIT + 1) {
		Dwarf_Addr address;
		if (dwarf_lineaddr(dwarf_onesrcline(lines, i), &address) || address < 16)
			continue;
		/* Between a unit's parts libdw tells the last line of the part before. */
		for (Dwarf_Addr at = address - 1; at <= address + 1; at++)
			if (dwarf_haspc(unit, at) > 0)
				compare(&table, unit, at, counts);
	}
}

/* At most so many units of a file. */
static struct counts compare_file(const char *path, unsigned most)
{
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct counts counts = { 0 };
	Dwarf_CU *unit = NULL;
	Dwarf_Die die;

	assert_true(fd >= 0);
	Dwarf *dwarf = dwarf_begin(fd, DWARF_C_READ);
	assert_non_null(dwarf);
	while (counts.units < most && dwarf_get_units(dwarf, unit, &unit, NULL, NULL, &die, NULL) == 0)
		compare_unit(&die, &counts);
	dwarf_end(dwarf);
	close(fd);
	return counts;
}

static void test_this_program(void **state)
{
	const struct counts counts = compare_file("/proc/self/exe", 60);

	(void)state;
	assert_true(counts.units > 5);
	assert_true(counts.asked > 400);
	assert_int_equal(counts.wrong, 0);
}

/* What compilers write differently: versions, 64-bit DWARF, code in sections of its own, other compilers. */
static void test_compilers(void **state)
{
	static const char *const builds[] = {
		"cc -g -O2 -gdwarf-2",
		"cc -g -O2 -gdwarf-3",
		"cc -g -O2 -gdwarf-4",
		"cc -g -O2 -gdwarf-5",
		"cc -g -O2 -gdwarf64",
		"cc -g -O3 -ffunction-sections -Wl,--gc-sections",
		"cc -g -O2 -gz",
		"cc -g -O2 -m32",
		"cc -g -O2 -gno-as-loc-support",
		"clang -g -O2",
		"clang -g -O2 -gdwarf-4",
		"clang -g -O2 -gdwarf64",
	};
	char path[] = "/tmp/sockline-table-XXXXXX", command[512];
	unsigned compared = 0;

	(void)state;
	const int fd = mkstemp(path);
	assert_true(fd >= 0);
	close(fd);
	for (size_t i = 0; i < sizeof(builds) / sizeof(*builds); i++) {
		snprintf(command, sizeof(command),
			 "%s %s/tests/programs/stack_lines.c -o %s -pthread 2>/dev/null", builds[i],
			 SOURCE_DIR, path);
		if (system(command))
			continue; /* a compiler that is not here, or does not know the option */
		const struct counts counts = compare_file(path, 8);
		if (counts.wrong || counts.asked < 60)
			print_error("%s: %u units, %u asked, %u wrong\n", builds[i], counts.units,
				    counts.asked, counts.wrong);
		assert_int_equal(counts.wrong, 0);
		assert_true(counts.asked >= 60);
		compared++;
	}
	unlink(path);
	assert_true(compared >= 6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_this_program),
		cmocka_unit_test(test_compilers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
