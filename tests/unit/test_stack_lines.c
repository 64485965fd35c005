/* Lines of the calls of real programs, built in many ways. Each call says in its argument which line it
 * stands in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "stack_tracee.h"

#include "stack/internal.h"

enum { CALLS_MIN = 13 };

enum expected {
	HAS_LINES,     /* each call's own line */
	HAS_FUNCTIONS, /* the function, and no line */
	HAS_MODULE,    /* neither, and nothing made up */
};

struct build {
	const char *name;
	const char *command; /* with OUT for the program and SRC for the folder of tests/programs */
	enum expected expected;
};

#define LINES  "SRC/stack_lines.c -o OUT -pthread "
#define NO_CFI "-fno-asynchronous-unwind-tables -fno-unwind-tables "

static const struct build builds[] = {
	{ "O0", "cc -g -O0 " LINES, HAS_LINES },
	{ "O2", "cc -g -O2 " LINES, HAS_LINES },
	{ "O3-lto", "cc -g -O3 -flto " LINES, HAS_LINES },
	{ "O2-omit-fp", "cc -g -O2 -fomit-frame-pointer " LINES, HAS_LINES },
	{ "O2-keep-fp", "cc -g -O2 -fno-omit-frame-pointer " LINES, HAS_LINES },
	{ "debug_frame", "cc -g -O2 " NO_CFI LINES, HAS_LINES },
	{ "no-cfi", "cc -O2 " NO_CFI LINES, HAS_FUNCTIONS },
	{ "no-cfi-O0", "cc -O0 " NO_CFI LINES, HAS_FUNCTIONS },
	{ "static", "cc -g -O2 -static " LINES, HAS_LINES },
	{ "static-pie", "cc -g -O2 -static-pie " LINES, HAS_LINES },
	{ "no-pie", "cc -g -O2 -no-pie " LINES, HAS_LINES },
	{ "dwarf4", "cc -g -gdwarf-4 -O2 " LINES, HAS_LINES },
	{ "compressed", "cc -g -gz -O2 " LINES, HAS_LINES },
	{ "m32", "cc -g -O2 -m32 " LINES, HAS_LINES },
	{ "m32-omit-fp", "cc -O2 -m32 -fomit-frame-pointer " NO_CFI LINES, HAS_FUNCTIONS },
	{ "m32-static", "cc -g -O2 -m32 -static " LINES, HAS_LINES },
	{ "musl", "musl-gcc -g -O2 " LINES, HAS_LINES },
	{ "musl-static", "musl-gcc -g -O2 -static " LINES, HAS_LINES },
	{ "musl-static-O0", "musl-gcc -g -O0 -static " LINES, HAS_LINES },
	{ "no-g", "cc -O2 " LINES, HAS_FUNCTIONS },
	{ "stripped", "cc -g -O2 " LINES "-s", HAS_MODULE },
	{ "separate",
	  "cc -g -O2 " LINES "&& objcopy --only-keep-debug OUT OUT.debug && strip OUT && "
	  "objcopy --add-gnu-debuglink=OUT.debug OUT",
	  HAS_LINES },
	{ "minidebug",
	  "cc -O2 " LINES "&& objcopy --only-keep-debug OUT OUT.syms && xz -k OUT.syms && strip OUT && "
	  "objcopy --add-section .gnu_debugdata=OUT.syms.xz OUT",
	  HAS_FUNCTIONS },
};

struct lines {
	struct stack *stack;
	const struct build *build;
	const char *source;
	unsigned calls, wrong;
	bool old_kernel; /* as before Linux 6.11: no PROCMAP_QUERY */
};

static char folder[64];

/* listen, by its number or by i386's socketcall; then the arguments are read from where they lie. */
static bool is_listen(void *user, const struct tracee_call *call)
{
	(void)user;
	return call->is_i386 ? call->number == 363 || (call->number == 102 && call->args[0] == 4)
			     : call->number == SYS_listen;
}

static int backlog(const struct tracee_call *call)
{
	uint32_t block[2] = { 0 };
	const struct iovec to = { block, sizeof(block) };
	const struct iovec from = { (void *)(uintptr_t)call->args[1], sizeof(block) };

	if (!call->is_i386 || call->number != 102)
		return (int)call->args[1];
	assert_int_equal(process_vm_readv(call->tid, &to, 1, &from, 1, 0), sizeof(block));
	return (int)block[1];
}

static bool ends_with(const char *text, const char *end)
{
	return text && strlen(text) >= strlen(end) && !strcmp(text + strlen(text) - strlen(end), end);
}

static bool is_right(const struct lines *lines, const struct place *place, int line)
{
	if (!place || place->note)
		return false;
	switch (lines->build->expected) {
	case HAS_LINES:
		return place->line == line && ends_with(place->file, lines->source) && place->function;
	case HAS_FUNCTIONS:
		return !place->file && !place->line && place->function &&
		       ends_with(place->module, lines->build->name);
	default:
		return !place->file && !place->function && ends_with(place->module, lines->build->name);
	}
}

static void check_line(void *user, const struct tracee_call *call)
{
	struct lines *lines = user;
	const struct place *place = stack_caller(lines->stack, call->walk).place;
	const int line = backlog(call);

	lines->calls++;
	if (is_right(lines, place, line))
		return;
	lines->wrong++;
	print_error("%s: line %d is shown as %s:%d (%s) in %s\n", lines->build->name, line,
		    place && place->file ? place->file : "?", place ? place->line : 0,
		    place && place->function ? place->function : "?", place ? place->module : "?");
	for (unsigned i = 0; i < call->walk->count; i++) {
		const struct place *frame = stack_place(lines->stack, call->walk, i);
		print_error("    %#lx %s %s\n", (unsigned long)call->walk->frames[i].pc,
			    frame && frame->function ? frame->function : "?", frame ? frame->module : "?");
	}
}

static void trace_lines(struct lines *lines, char *const *argv)
{
	const struct stack_options options = { .demangle = true };
	struct tracee_run run = { .wanted = is_listen, .seen = check_line, .user = lines };

	lines->stack = run.stack = stack_new(&options);
	lines->stack->no_query = lines->old_kernel;
	const int status = tracee_run(&run, argv);
	stack_free(lines->stack);
	if (status || lines->wrong || lines->calls < CALLS_MIN)
		print_error("%s: status %#x, %u calls\n", lines->build->name, (unsigned)status, lines->calls);
	assert_int_equal(status, 0);
	assert_int_equal(lines->wrong, 0);
	assert_true(lines->calls >= CALLS_MIN);
}

/* Replaces OUT and SRC in a command. */
static void expand(FILE *script, const char *command, const char *name)
{
	while (*command) {
		if (!strncmp(command, "OUT", 3)) {
			fprintf(script, "%s/%s", folder, name);
			command += 3;
		} else if (!strncmp(command, "SRC", 3)) {
			fprintf(script, "%s/tests/programs", SOURCE_DIR);
			command += 3;
		} else {
			fputc(*command++, script);
		}
	}
}

/* Builds all programs, side by side. */
static int build_programs(void **state)
{
	(void)state;
	strcpy(folder, "/tmp/sockline-lines-XXXXXX");
	if (!mkdtemp(folder))
		return -1;
	FILE *script = popen("sh -e", "w");
	if (!script)
		return -1;
	for (size_t i = 0; i < sizeof(builds) / sizeof(*builds); i++) {
		fputs("(", script);
		expand(script, builds[i].command, builds[i].name);
		fprintf(script, ") & p%zu=$!\n", i);
		if (i % 4 == 3)
			fputs("wait\n", script);
	}
	expand(script, "cc -g -O2 -DPLUGINS SRC/stack_lines.c -o OUT -pthread -ldl\n", "loader");
	expand(script, "cc -g -O2 -shared -fPIC SRC/stack_plugin.c -o OUT\n", "a.so");
	expand(script, "cc -g -O2 -shared -fPIC -DPADDING SRC/stack_plugin.c -o OUT\n", "b.so");
	fputs("wait\n", script);
	return pclose(script);
}

static int remove_programs(void **state)
{
	char command[128];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", folder);
	return system(command);
}

static void test_builds(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(builds) / sizeof(*builds); i++) {
		struct lines lines = { .build = &builds[i], .source = "stack_lines.c" };
		char path[128];
		char *const argv[] = { path, NULL };
		snprintf(path, sizeof(path), "%s/%s", folder, builds[i].name);
		trace_lines(&lines, argv);
	}
}

/* Mappings by reading all of /proc/PID/maps. */
static void test_old_kernel(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(builds) / sizeof(*builds); i += 3) {
		struct lines lines = { .build = &builds[i], .source = "stack_lines.c", .old_kernel = true };
		char path[128];
		char *const argv[] = { path, NULL };
		snprintf(path, sizeof(path), "%s/%s", folder, builds[i].name);
		trace_lines(&lines, argv);
	}
}

struct plugin_lines {
	struct lines lines;
	unsigned from_plugins;
};

/* The caller's own line, whichever of the libraries is loaded at that address now. */
static void check_plugin(void *user, const struct tracee_call *call)
{
	struct plugin_lines *plugins = user;
	const struct place *place = stack_caller(plugins->lines.stack, call->walk).place;

	plugins->from_plugins += place && ends_with(place->file, "stack_plugin.c");
	plugins->lines.source =
		place && ends_with(place->file, "stack_plugin.c") ? "stack_plugin.c" : "stack_lines.c";
	check_line(&plugins->lines, call);
}

/* Libraries that come and go at one address. */
static void trace_plugins(bool old_kernel)
{
	static const struct build build = { "loader", NULL, HAS_LINES };
	struct plugin_lines plugins = { .lines = { .build = &build } };
	const struct stack_options options = { .demangle = true };
	struct tracee_run run = { .wanted = is_listen, .seen = check_plugin, .user = &plugins };
	char loader[128], a[128], b[128];
	char *const argv[] = { loader, a, b, a, b, b, a, NULL };

	snprintf(loader, sizeof(loader), "%s/loader", folder);
	snprintf(a, sizeof(a), "%s/a.so", folder);
	snprintf(b, sizeof(b), "%s/b.so", folder);
	plugins.lines.stack = run.stack = stack_new(&options);
	run.stack->no_query = old_kernel;
	assert_int_equal(tracee_run(&run, argv), 0);
	stack_free(run.stack);
	assert_int_equal(plugins.lines.wrong, 0);
	assert_int_equal(plugins.from_plugins, 6);
}

static void test_plugins(void **state)
{
	(void)state;
	trace_plugins(false);
	trace_plugins(true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_builds),
		cmocka_unit_test(test_old_kernel),
		cmocka_unit_test(test_plugins),
	};

	return cmocka_run_group_tests(tests, build_programs, remove_programs);
}
