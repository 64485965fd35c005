#include "option_table.h"

#include "sink/sink.h"
#include "trace/trace.h"

static const struct choice time_words[] = {
	{ "relative", TIME_RELATIVE },
	{ "none", TIME_NONE },
	{ "clock", TIME_CLOCK },
	{ "clock-us", TIME_CLOCK_US },
	{ "epoch", TIME_EPOCH },
	{ "delta", TIME_DELTA },
	{ NULL, 0 },
};
static const struct choice path_words[] = {
	{ "short", PATH_SHORT },
	{ "relative", PATH_RELATIVE },
	{ "full", PATH_FULL },
	{ NULL, 0 },
};
static const struct choice color_words[] = {
	{ "auto", COLOR_AUTO },
	{ "always", COLOR_ALWAYS },
	{ "never", COLOR_NEVER },
	{ NULL, 0 },
};
static const struct choice format_words[] = {
	{ "text", FORMAT_TEXT },
	{ "json", FORMAT_JSON },
	{ NULL, 0 },
};
static const struct choice engine_words[] = {
	{ "auto", ENGINE_AUTO },
	{ "seccomp", ENGINE_SECCOMP },
	{ "perf", ENGINE_PERF },
	{ "syscall", ENGINE_SYSCALL },
	{ NULL, 0 },
};
static const struct choice generate_words[] = {
	{ "man", ACTION_GENERATE },  { "bash", ACTION_GENERATE },     { "zsh", ACTION_GENERATE },
	{ "fish", ACTION_GENERATE }, { "coverage", ACTION_GENERATE }, { NULL, 0 },
};

const char *const option_groups[] = {
	[GROUP_RUN] = "What to run",	    [GROUP_CALLS] = "Which calls",
	[GROUP_LINE] = "What a line shows", [GROUP_OUTPUT] = "Where it goes",
	[GROUP_ENGINE] = "How it traces",   [GROUP_HELP] = "Help",
};

#define FIELD(name) .field = offsetof(struct options, name)

const struct option option_table[] = {
#include "options.def"
};

const size_t option_count = sizeof(option_table) / sizeof(option_table[0]);
