/* The man page, in troff with the man macros (groff_man(7)). */
#include <ctype.h>
#include <string.h>

#include "app/version.h"
#include "generate.h"
#include "option_table.h"

static const char before_options[] =
	".SH NAME\n"
	"sockline \\- show a program's socket calls, each with the line of code that made it\n"
	".SH SYNOPSIS\n"
	".B sockline\n"
	"[\\fIOPTIONS\\fR] \\fICOMMAND\\fR [\\fIARG\\fR...]\n"
	".br\n"
	".B sockline\n"
	"[\\fIOPTIONS\\fR] \\fB\\-p\\fR \\fIPID\\fR[,\\fIPID\\fR...]\n"
	".SH DESCRIPTION\n"
	"sockline runs a command, or attaches to running processes, and prints each call that touches a "
	"socket: its\n"
	"arguments by name, its result, how long it took, which connection it belongs to, and the source "
	"line that made it.\n"
	"Children and threads are followed. It works from outside, with\n"
	".BR ptrace (2),\n"
	"so that static binaries and programs in any language are covered. What cannot touch a socket does "
	"not stop, but for the syscall engine of\n"
	".BR \\-\\-engine .\n"
	".PP\n"
	"A line has the time since the start, how long the call took when that was a millisecond or more, "
	"the thread (on a\n"
	"terminal when there are several), the line of code, and the call:\n"
	".PP\n"
	".nf\n"
	"0.058790        4410 connect.c:702     getsockopt(5, SO_ERROR) = 0 [0]\n"
	"0.083641 24.1ms 4410 sendf.c:461       recvfrom(5\\(->example.test:80, \"HTTP/1.1 200\"..., 102400) "
	"= 587\n"
	".fi\n"
	".PP\n"
	"The line of code is that of the innermost frame that is the program's own rather than the C "
	"library's or a\n"
	"runtime's. Without line information it is function+offset, without symbols module+offset; never a "
	"guess. An fd\n"
	"carries its peer: 5\\(->10.0.0.7:80 is connected to, 6\\(<-10.0.0.9:41022 was accepted from, "
	"3@:8000 listens.\n"
	".PP\n"
	"A line stands where its call ended, and its time is that at which the call began, or ended where "
	"that was not\n"
	"seen: of calls that were under way when sockline attached, and of all with the perf engine, unless "
	"one of\n"
	".BR \\-T ,\n"
	".BR \\-\\-slower ,\n"
	".B \\-c\n"
	"and\n"
	".B \\-C\n"
	"is given. Where the code lies in a library\n"
	"that the program called, \\fIvia LIBRARY\\fR stands behind the line of the program. On a terminal "
	"the function's name stands at the\n"
	"right edge, and what is too long for the line is cut.\n"
	".PP\n"
	"Remarks at the end of a line say what the call made known about its connection:\n"
	".TP\n"
	".B connected after 24.1ms, connect failed after 2ms: ECONNREFUSED, not connected after 300ms\n"
	"how a connect without waiting went, on the first line that shows it\n"
	".TP\n"
	".B out 76 in 587, 49.4ms\n"
	"bytes sent and received, and how long the socket lived, when its last descriptor is closed\n"
	".TP\n"
	".B s3 <\\-> s7\n"
	"the socket at the other end, where that is traced as well; \\-v shows these ids on every line\n"
	".TP\n"
	".B ? A example.test, example.test=10.0.0.7, NXDOMAIN\n"
	"the question or the answer in a DNS message\n"
	".PP\n"
	"Lines that are no calls begin with + (a process or thread starts), = (it executes a program; what "
	"the "
	"kernel knows of a connection), - (a process or a\n"
	"connection ended) or ! (something to know). \\-q leaves out those of processes and signals.\n"
	".SH OPTIONS\n"
	"Options end at the first word that is none: what follows belongs to the command. Where\n"
	".BR strace (1)\n"
	"has an option for a thing, the letter is the same; \\-f, \\-y and \\-yy are taken and change "
	"nothing.\n";

static const char after_options[] =
	".SH EXIT STATUS\n"
	"That of the command; when a signal killed it, sockline ends by the same signal. With \\fB\\-p\\fR 0 "
	"when all\n"
	"processes were attached and let go or ended, 1 when any could not be attached.\n"
	".TP\n"
	".B 125\n"
	"sockline itself failed, or was used wrongly\n"
	".TP\n"
	".B 126\n"
	"the command cannot be executed\n"
	".TP\n"
	".B 127\n"
	"the command was not found\n"
	".SH ENVIRONMENT\n"
	".TP\n"
	".B NO_COLOR\n"
	"when set and not empty, lines are not coloured, unless \\fB\\-\\-color=always\\fR is given\n"
	".SH EXAMPLES\n"
	".TP\n"
	".B sockline curl \\-s http://example.org/\n"
	"every socket call of curl\n"
	".TP\n"
	".B sockline \\-e %lifecycle \\-o trace.txt make fetch\n"
	"where a build connects to, into a file\n"
	".TP\n"
	".B sockline \\-p \\(dq$(pidof nginx)\\(dq\n"
	"what a running server does; Ctrl\\-C lets it go\n"
	".TP\n"
	".B sockline \\-j \\-o '|jq .caller.line' ./program\n"
	"the trace as JSON into another program\n"
	".SH NOTES\n"
	"Another user's process can be traced by root only; the setting kernel.yama.ptrace_scope may forbid "
	"more. Memory of\n"
	"the traced program is copied while it is held, but another of its threads may change a buffer "
	"between that moment\n"
	"and the kernel's own copy. Operations of io_uring are not shown.\n"
	".SH SEE ALSO\n"
	".BR strace (1),\n"
	".BR ss (8),\n"
	".BR tcpdump (8),\n"
	".BR ptrace (2),\n"
	".BR socket (7)\n";

/* Adds plain text as troff: minus signs stay minus signs, backslashes and leading dots mean nothing. */
static void add_troff(struct text *text, const char *words)
{
	for (; *words; words++) {
		if (*words == '-')
			text_add(text, "\\-");
		else if (*words == '\\')
			text_add(text, "\\e");
		else if (*words == '\'')
			text_add(text, "\\(aq");
		else
			text_add_char(text, *words);
	}
}

/* Adds "-o, --output=FILE" as a tag: what is typed bold, what stands for something italic. */
static void add_tag(struct text *text, const struct option *option)
{
	text_add(text, ".TP\n\\fB");
	if (option->letters) {
		add_troff(text, option->letters);
		if (option->argument)
			text_printf(text, "\\fR \\fI%s\\fR", option->argument);
		text_add(text, "\\fR, \\fB");
	}
	text_add(text, "\\-\\-");
	add_troff(text, option->name);
	if (option->argument)
		text_printf(text, "\\fR=\\fI%s", option->argument);
	text_add(text, "\\fR\n");
}

/* Adds the paragraph; the help's words serve as one where they say everything. */
static void add_paragraph(struct text *text, const struct option *option)
{
	if (option->man) {
		add_troff(text, option->man);
	} else {
		text_add_char(text, (char)toupper((unsigned char)option->help[0]));
		add_troff(text, option->help + 1);
		text_add_char(text, '.');
	}
	text_add_char(text, '\n');
}

void generate_man(struct text *text)
{
	text_add(text, ".\\\" Made by sockline --generate=man from src/app/options.def: change it there.\n"
		       ".TH SOCKLINE 1 \"\" \"sockline " SOCKLINE_VERSION "\" \"User Commands\"\n");
	text_add(text, before_options);
	for (unsigned group = 0; group < GROUP_HIDDEN; group++) {
		text_printf(text, ".SS %s\n", option_groups[group]);
		for (size_t i = 0; i < option_count; i++) {
			if (option_table[i].group != group)
				continue;
			add_tag(text, &option_table[i]);
			add_paragraph(text, &option_table[i]);
		}
	}
	text_add(text, after_options);
}
