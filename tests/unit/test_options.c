/* Options from argv to fields, and what is said about wrong ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/options.h"
#include "app/select.h"

struct option_case {
	const char *line; /* arguments, with blanks between them; ~ stands for a blank inside one */
	const char *want; /* what differs from the defaults, see describe() */
};

/* Splits a line into argv, which points into words. */
static int split(const char *line, char *words, size_t size, char **argv)
{
	int argc = 1;

	argv[0] = (char *)"sockline";
	snprintf(words, size, "%s", line);
	for (char *word = strtok(words, " "); word; word = strtok(NULL, " ")) {
		for (char *c = word; *c; c++)
			if (*c == '~')
				*c = ' ';
		argv[argc++] = word;
	}
	argv[argc] = NULL;
	return argc;
}

/* Adds "name=number " when the number is not the default. */
static void add_number(struct text *text, const char *name, int number, int usual)
{
	if (number != usual)
		text_printf(text, "%s=%d ", name, number);
}

static void add_string(struct text *text, const char *name, const char *string)
{
	if (string)
		text_printf(text, "%s=%s ", name, string);
}

/* Writes what differs from the defaults. */
static void describe(const struct options *options, struct text *text)
{
	text_add(text, "");
	add_number(text, "action", options->action, ACTION_TRACE);
	for (unsigned i = 0; i < options->pid_count; i++)
		text_printf(text, "pid=%d ", options->pids[i]);
	add_string(text, "user", options->user);
	for (unsigned i = 0; i < options->environment_count; i++)
		text_printf(text, "env=%s ", options->environment[i]);
	add_number(text, "follow", options->follow, 1);
	if (options->filter.families)
		text_printf(text, "families=%llx ", (unsigned long long)options->filter.families);
	add_number(text, "time", options->time, 0);
	add_number(text, "path", options->path, 0);
	add_number(text, "duration", options->show_duration, 0);
	add_number(text, "verbose", options->verbose, 0);
	add_number(text, "caller", options->caller, 1);
	add_number(text, "demangle", options->demangle, 1);
	add_number(text, "stack", options->stack, 0);
	add_number(text, "hex", options->hex_strings, 0);
	add_number(text, "limit", (int)options->string_limit, options->format ? 256 : 64);
	add_number(text, "color", options->color, COLOR_AUTO);
	add_string(text, "output", options->output);
	add_number(text, "append", options->append, 0);
	add_number(text, "format", options->format, FORMAT_TEXT);
	add_number(text, "engine", options->engine, 0);
	add_number(text, "debug", options->debug, 0);
	add_string(text, "generate", options->generate);
	for (char **word = options->command; word && *word; word++)
		text_printf(text, "[%s]", *word);
}

static const struct option_case good_cases[] = {
	{ "curl -s http://x/", "[curl][-s][http://x/]" },
	{ "-- -odd name", "[-odd][name]" },
	{ "-f -tt -T -yy -s 200 -p 42", "pid=42 time=3 duration=1 limit=200 " },
	{ "-p 1,2,3", "pid=1 pid=2 pid=3 " },
	{ "-p 1~2 -p3 --attach=4,1", "pid=1 pid=2 pid=3 pid=4 " },
	{ "--attach 7", "pid=7 " },
	{ "-fp7", "pid=7 " },
	{ "-t x", "time=2 [x]" },
	{ "-t -t x", "time=3 [x]" },
	{ "-ttt x", "time=4 [x]" },
	{ "-tttt x", "time=4 [x]" },
	{ "-r x", "time=5 [x]" },
	{ "--time=none x", "time=1 [x]" },
	{ "--time none x", "time=1 [x]" },
	{ "--time=none --time=relative x", "[x]" },
	{ "-v -x x", "verbose=1 hex=1 [x]" },
	{ "-xx x", "hex=2 [x]" },
	{ "-xxx x", "hex=2 [x]" },
	{ "-k x", "stack=1 [x]" },
	{ "-kk x", "stack=2 [x]" },
	{ "-ofile x", "output=file [x]" },
	{ "-o file -A x", "output=file append=1 [x]" },
	{ "--output=a=b x", "output=a=b [x]" },
	{ "-o |jq~. x", "output=|jq . [x]" },
	{ "-j x", "format=1 [x]" },
	{ "--format=json -s 9 x", "limit=9 format=1 [x]" },
	{ "-s 0 x", "limit=0 [x]" },
	{ "-s 1048576 x", "limit=1048576 [x]" },
	{ "-u nobody -E A=1 -E B x", "user=nobody env=A=1 env=B [x]" },
	{ "--no-caller --no-follow --no-demangle x", "follow=0 caller=0 demangle=0 [x]" },
	{ "--source-path=full --color=never x", "path=2 color=2 [x]" },
	{ "--engine=syscall -d -d x", "engine=3 debug=2 [x]" },
	{ "-ff x", "[x]" },
	{ "-y --follow-forks --decode-fds=all x", "[x]" },
	{ "--decode-fds x", "[x]" },
	{ "--syscall-times --no-abbrev x", "duration=1 verbose=1 [x]" },
	{ "--family=inet,AF_INET6,unix x", "families=406 [x]" },
	{ "--family=!unix x", "families=fffffffffffffffd [x]" },
	{ "--family local x", "families=2 [x]" },
	{ "-h", "action=1 " },
	{ "--version", "action=2 " },
	{ "--generate=man", "action=3 generate=man " },
	{ "-", "[-]" },
};

static const struct option_case bad_cases[] = {
	{ "", "there is nothing to trace: give a command, or -p PID (--help shows how)" },
	{ "-f", "there is nothing to trace: give a command, or -p PID (--help shows how)" },
	{ "-p 1 x", "both -p and the command x are given: sockline traces one or the other" },
	{ "-p 0", "\"0\" is no process id: -p takes numbers from 1" },
	{ "-p -5", "\"-5\" is no process id: -p takes numbers from 1" },
	{ "-p 12x", "\"12x\" is no process id: -p takes numbers from 1" },
	{ "-p 1,+2", "\"+2\" is no process id: -p takes numbers from 1" },
	{ "-p 99999999999999999999", "\"99999999999999999999\" is no process id: -p takes numbers from 1" },
	{ "-p ~", "-p needs a process id, and got none: \" \"" },
	{ "-p", "-p needs an argument: PID" },
	{ "--attach", "--attach needs an argument: PID" },
	{ "--attach=", "-p needs a process id, and got none: \"\"" },
	{ "-s -1 x", "\"-1\" is no length: -s takes a number of bytes from 0 to 1048576" },
	{ "-s 10k x", "\"10k\" is no length: -s takes a number of bytes from 0 to 1048576" },
	{ "-s 1048577 x", "\"1048577\" is no length: -s takes a number of bytes from 0 to 1048576" },
	{ "--colour=never x", "unknown option --colour: did you mean --color?" },
	{ "--ouput f x", "unknown option --ouput: did you mean --output?" },
	{ "--verbos x", "unknown option --verbos: did you mean --verbose?" },
	{ "--color=allways x", "--color knows no \"allways\": did you mean always?" },
	{ "--engine=perv x", "--engine knows no \"perv\": did you mean perf?" },
	{ "--engine=sycall x", "--engine knows no \"sycall\": did you mean syscall?" },
	{ "--format=jsn x", "--format knows no \"jsn\": did you mean json?" },
	{ "--format", "--format needs an argument: FORMAT" },
	{ "--verbose=2 x", "--verbose takes no argument: leave out =2" },
	{ "--output= x", "--output needs FILE, which is empty" },
	{ "-K x", "unknown option -K: did you mean -k, --stack-trace?" },
	{ "-R x", "unknown option -R: did you mean -r, --relative-time?" },
	{ "-7 x", "unknown option -7: --help lists all options" },
	{ "-fnp 1", "-n is strace's: calls are shown by name only; leave it out" },
	{ "--syscall-number x", "--syscall-number is strace's: calls are shown by name only; leave it out" },
	{ "--seccomp-bpf x",
	  "--seccomp-bpf is strace's: only calls that can touch a socket stop anyway; leave it out" },
	{ "--daemonize=pgroup x",
	  "--daemonize is strace's: sockline is always the command's parent; leave it out" },
	{ "--summary-wall-clock x",
	  "--summary-wall-clock is strace's: -c counts all the time that calls took, waiting too; leave it "
	  "out" },
	{ "--summary-sort-by=name x", "--summary-sort-by is strace's: -c sorts by what costs most" },
	{ "--interruptible=2 x",
	  "--interruptible is strace's: signals are passed on to the command; leave it out" },
	{ "--status=failed x",
	  "--status is strace's: -z shows only calls that succeeded, -Z only those that failed" },
	{ "-E =1 x", "-E needs the name of a variable: VAR=VAL sets it, VAR removes it" },
	{ "-p 1 -u root", "-u goes with a command, not with -p" },
	{ "-p 1 -E A=1", "-E goes with a command, not with -p" },
	{ "-A x", "-A appends to the file of -o: give -o FILE too" },
	{ "-ff -o file x",
	  "-ff with -o is strace's: one file holds all processes, each line with its thread's id; use -f" },
	{ "-e conect x", "-e knows no call or class conect: did you mean connect?" },
	{ "-e trace=%netw x", "-e knows no call or class %netw: did you mean %net?" },
	{ "-e %lifecicle,read x", "-e knows no call or class %lifecicle: did you mean %lifecycle?" },
	{ "-e recv,, x", "-e has an empty word: give calls with commas between them, such as connect,%data" },
	{ "-e ! x", "-e has an empty word: give calls with commas between them, such as connect,%data" },
	{ "-e signal=none x",
	  "-e signal= is strace's: -q leaves them out, with all lines that are no calls" },
	{ "-e status=failed x",
	  "-e status= is strace's: -z shows only calls that succeeded, -Z only those that failed" },
	{ "-e tracee=all x", "-e knows no tracee=: did you mean -e trace=SET?" },
	{ "-e /^recv x", "-e takes no regular expressions such as /^recv: use a glob, such as 'recv*'" },
	{ "--family=inte x", "--family knows no \"inte\": did you mean inet?" },
	{ "--family=unix,AF_UNX x", "--family knows no \"AF_UNX\": did you mean unix?" },
	{ "--family= x",
	  "--family has an empty word: give families with commas between them, such as inet,inet6" },
	{ "--generate=html", "--generate knows no \"html\": it takes man, bash, zsh, fish, coverage" },
	{ "--nosuch x", "unknown option --nosuch: --help lists all options" },
	{ "--errno=EXYZ x", "unknown error \"EXYZ\": give errno(3)'s names, such as ECONNREFUSED" },
	{ "--family=nosuch x",
	  "--family knows no \"nosuch\": it takes socket(2)'s families, such as inet,inet6,unix" },
	{ "-e nosuch x",
	  "-e knows no call or class nosuch: it takes calls that can touch sockets, globs, and "
	  "%lifecycle %data %ready %options %net %all" },
	{ "--for=0 x", "--for needs more than no time: 0" },
	{ "-c -j x",
	  "-c and -C write tables, -j writes JSON: give one of them (JSON has each connection's totals in "
	  "its \"closed\" and \"open\" events)" },
	{ "--dir=d -o f x", "--dir writes files of its own: leave out -o" },
	{ "-z -Z x", "-z and -Z together leave no call: give one of them" },
};

static void test_good(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(good_cases) / sizeof(good_cases[0]); i++) {
		char words[200], *argv[20];
		const int argc = split(good_cases[i].line, words, sizeof(words), argv);
		struct options options;
		struct error error = { 0 };
		struct text text = { 0 };

		if (options_parse(&options, argc, argv, &error))
			fail_msg("\"%s\": %s", good_cases[i].line, error.text);
		describe(&options, &text);
		if (strcmp(text.data, good_cases[i].want) != 0)
			fail_msg("\"%s\" gives \"%s\", not \"%s\"", good_cases[i].line, text.data,
				 good_cases[i].want);
		text_done(&text);
		options_done(&options);
	}
}

static void test_bad(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(bad_cases) / sizeof(bad_cases[0]); i++) {
		char words[200], *argv[20];
		const int argc = split(bad_cases[i].line, words, sizeof(words), argv);
		struct options options;
		struct error error = { 0 };

		if (options_parse(&options, argc, argv, &error) == 0)
			fail_msg("\"%s\" is taken", bad_cases[i].line);
		if (strcmp(error.text, bad_cases[i].want) != 0)
			fail_msg("\"%s\" says \"%s\", not \"%s\"", bad_cases[i].line, error.text,
				 bad_cases[i].want);
		assert_null(options.pids);
	}
}

struct select_case {
	const char *set;
	const char *has[4], *lacks[4];
};

static void test_select(void **state)
{
	static const struct select_case cases[] = {
		{ "connect", { "connect" }, { "socket", "read" } },
		{ "trace=connect,read", { "connect", "read" }, { "write" } },
		{ "t=connect", { "connect" }, { "read" } },
		{ "recv*", { "recvfrom", "recvmsg", "recvmmsg" }, { "read", "sendto" } },
		{ "%lifecycle", { "socket", "connect", "close", "accept4" }, { "read", "poll" } },
		{ "%data", { "read", "sendto", "recvmsg" }, { "connect" } },
		{ "%ready", { "poll", "epoll_wait", "select" }, { "read" } },
		{ "%options", { "setsockopt", "ioctl", "fcntl" }, { "read" } },
		{ "%net", { "socket", "connect", "recvfrom" }, { "read", "close" } },
		{ "%network", { "socket", "connect", "recvfrom" }, { "read", "close" } },
		{ "!%data", { "connect", "close", "poll" }, { "read", "write", "sendto" } },
		{ "trace=!close,connect", { "read" }, { "close", "connect" } },
		{ "%all", { "read", "connect", "epoll_ctl" }, { NULL } },
		{ "none", { NULL }, { "read", "connect", "epoll_ctl" } },
		{ "?no_such_call,connect", { "connect" }, { "read" } },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct row_set set = { .bits = { UINT64_MAX } };
		struct error error = { 0 };

		if (select_parse(&set, cases[i].set, &error))
			fail_msg("\"%s\": %s", cases[i].set, error.text);
		for (size_t j = 0; j < 4; j++) {
			if (cases[i].has[j] && !row_set_has(&set, row_by_name(cases[i].has[j])->id))
				fail_msg("\"%s\" lacks %s", cases[i].set, cases[i].has[j]);
			if (cases[i].lacks[j] && row_set_has(&set, row_by_name(cases[i].lacks[j])->id))
				fail_msg("\"%s\" has %s", cases[i].set, cases[i].lacks[j]);
		}
	}
}

/* A set that cannot be parsed leaves the one before in place. */
static void test_select_untouched(void **state)
{
	struct row_set set = { .bits = { 5 } };
	struct error error = { 0 };

	(void)state;
	assert_int_not_equal(select_parse(&set, "connect,nothing", &error), 0);
	assert_int_equal(set.bits[0], 5);
}

static void test_help_fits(void **state)
{
	struct text text = { 0 };

	(void)state;
	options_help(&text);
	for (char *line = strtok(text.data, "\n"); line; line = strtok(NULL, "\n"))
		if (text_columns(line, strlen(line)) > 80)
			fail_msg("wider than 80 columns: %s", line);
	text_done(&text);
}

/* The man page and completions that are checked in are what the program writes now. */
static void test_generated(void **state)
{
	static const struct {
		const char *kind, *path;
	} files[] = {
		{ "man", SOURCE_DIR "/man/sockline.1" },
		{ "bash", SOURCE_DIR "/completions/sockline.bash" },
		{ "zsh", SOURCE_DIR "/completions/_sockline" },
		{ "fish", SOURCE_DIR "/completions/sockline.fish" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		static char there[1 << 17];
		struct text text = { 0 };
		FILE *file = fopen(files[i].path, "r");

		assert_int_equal(options_generate(&text, files[i].kind, NULL), 0);
		if (!file)
			fail_msg("%s cannot be read", files[i].path);
		const size_t len = fread(there, 1, sizeof(there), file);

		fclose(file);
		if (len != text.len || memcmp(there, text.data, len) != 0)
			fail_msg("%s is not up to date: ./dev generate", files[i].path);
		text_done(&text);
	}
	assert_int_not_equal(options_generate(&(struct text){ 0 }, "html", NULL), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),	  cmocka_unit_test(test_bad),
		cmocka_unit_test(test_select),	  cmocka_unit_test(test_select_untouched),
		cmocka_unit_test(test_help_fits), cmocka_unit_test(test_generated),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
