/* pipeline: making it, and the trace's first and last lines. */
#include "pipeline_private.h"

#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "app/version.h"
#include "base/clock.h"
#include "enrich/names.h"

/* JSON shows up to this many bytes of data, and DNS messages are read whole, whatever -s says. */
enum { DATA_LEAST = 256 };

/* Calls that the state must see, shown or not, so that what is shown is right. */
static void add_followed(struct row_set *wanted)
{
	for (unsigned id = 0; id < CALL_COUNT; id++)
		if (call_rows[id].effect != EFFECT_NONE)
			row_set_add(wanted, id);
}

static void options_to_stack(const struct options *options, struct stack_options *stack)
{
	*stack = (struct stack_options){
		.demangle = options->demangle,
		.max_frames = options->stack_frames ? options->stack_frames : STACK_MAX,
		.debug_dir = options->debug_dir,
		.skip_code = options->skip_code,
		.user_code = options->user_code,
	};
}

struct pipeline *pipeline_new(const struct options *options, const struct sink_options *look,
			      struct sink **sinks, unsigned count, struct sink *totals)
{
	struct pipeline *pipeline = calloc(1, sizeof *pipeline);
	const struct state_events events = { pipeline_socket_found, pipeline_socket_closed, pipeline };
	struct stack_options stack;

	if (!pipeline || count > PIPELINE_SINKS)
		abort();
	pipeline->options = options;
	pipeline->look = look;
	memcpy(pipeline->sinks, sinks, count * sizeof(*sinks));
	pipeline->sink_count = count;
	pipeline->totals = totals;
	pipeline->quiet = options->quiet && !options->dir;
	pipeline->shown = options->calls;
	pipeline->wanted = options->calls;
	add_followed(&pipeline->wanted);
	pipeline->histories = options->dir || options->format == FORMAT_JSON;
	pipeline->capture.data_limit =
		options->string_limit > DATA_LEAST ? options->string_limit : DATA_LEAST;
	capture_args_fill(pipeline->captured);
	pipeline->capture.args = pipeline->captured;
	arena_init(&pipeline->arena);
	pipeline->state = state_new(&events);
	pipeline->hosts = hosts_new();
	options_to_stack(options, &stack);
	if (options->caller || look->stack)
		pipeline->stack = stack_new(&stack);
	pipeline_decode_init(pipeline);
	pipeline_ticks_init(pipeline);
	return pipeline;
}

void pipeline_free(struct pipeline *pipeline)
{
	state_free(pipeline->state);
	hosts_free(pipeline->hosts);
	genl_done(&pipeline->genl);
	netdevs_done(&pipeline->netdevs);
	if (pipeline->stack)
		stack_free(pipeline->stack);
	map_done(&pipeline->tasks);
	map_done(&pipeline->noted);
	arena_done(&pipeline->arena);
	text_done(&pipeline->scratch);
	free(pipeline);
}

void pipeline_events(struct pipeline *pipeline, struct trace_events *events)
{
	*events = (struct trace_events){
		.enter = pipeline_enter,
		.leave = pipeline_leave,
		.suspend = pipeline_suspend,
		.finish = pipeline_finish,
		.blocked = pipeline_blocked,
		.task_new = pipeline_task_new,
		.exiting = pipeline_exiting,
		.task_end = pipeline_task_end,
		.process_end = pipeline_process_end,
		.let_go = pipeline_last_words,
		.exec = pipeline_exec,
		.executable_map = pipeline_executable_map,
		.signal = pipeline_signal,
		.stopped = pipeline_stopped,
		.note = pipeline_note,
		.tick = pipeline_tick,
		.refused = pipeline_refused,
		.user = pipeline,
	};
}

void pipeline_wanted(const struct pipeline *pipeline, struct row_set *wanted)
{
	*wanted = pipeline->wanted;
}

void pipeline_attach(struct pipeline *pipeline, struct tracer *tracer)
{
	pipeline->tracer = tracer;
}

/* A string field, when there is a string. */
static void add_string(struct arena *arena, struct value *details, const char *name, const char *string)
{
	value_append(details, value_string(arena, name, string, (uint32_t)strlen(string)));
}

/* The command's words, or the pids; and how sockline was called. */
static void add_target(struct pipeline *pipeline, struct value *details)
{
	const struct options *options = pipeline->options;
	struct arena *arena = &pipeline->arena;
	struct value *list = value_list(arena, options->command ? "command" : "pids");

	for (char **word = options->command; word && *word; word++)
		value_append(list, value_string(arena, NULL, *word, (uint32_t)strlen(*word)));
	for (unsigned i = 0; !options->command && i < options->pid_count; i++)
		value_append(list, value_int(arena, NULL, options->pids[i]));
	value_append(details, list);
	list = value_list(arena, "options");
	for (unsigned i = 0; i < options->given_count; i++)
		value_append(list, value_string(arena, NULL, options->given[i],
						(uint32_t)strlen(options->given[i])));
	value_append(details, list);
}

void pipeline_begin(struct pipeline *pipeline)
{
	struct arena *arena = &pipeline->arena;
	struct utsname host = { 0 };
	struct event event = { .kind = EVENT_TRACE, .type = "trace", .duration_ns = -1, .fd = -1 };

	arena_reset(arena);
	uname(&host);
	event.time_ns = pipeline->look->start_ns;
	event.pid = event.tid = getpid();
	struct value *details = value_struct(arena, NULL);
	add_string(arena, details, "version", SOCKLINE_VERSION);
	value_append(details, value_int(arena, "schema", SOCKLINE_SCHEMA));
	add_target(pipeline, details);
	add_string(arena, details, "host", host.nodename);
	add_string(arena, details, "kernel", host.release);
	add_string(arena, details, "machine", host.machine);
	event.details = details;
	pipeline_emit(pipeline, &event);
}

/* What is said at the end of modules without lines. */
struct lineless {
	struct pipeline *pipeline;
	struct text installable;
};

static const char *last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash && slash[1] ? slash + 1 : path;
}

/* The file's own name, by which its package is found; and the one that lines show, where that is another. */
static void add_module_name(struct text *text, const char *module, const char *started)
{
	text_add(text, last_part(module));
	if (!started)
		return;
	text_add(text, " (");
	text_add(text, last_part(started));
	text_add(text, ")");
}

/* Says why a module has no lines, or collects its name for one line about all that could be installed. */
static void add_module(void *user, const char *module, const char *started, const char *build_id,
		       const char *why)
{
	struct lineless *lineless = user;
	struct text line = { 0 };

	(void)build_id;
	if (!why) {
		if (lineless->installable.len)
			text_add(&lineless->installable, ", ");
		add_module_name(&lineless->installable, module, started);
		return;
	}
	text_add(&line, "no lines for ");
	add_module_name(&line, module, started);
	text_add(&line, ": ");
	text_add(&line, why);
	pipeline_note(lineless->pipeline, NULL, line.data);
	text_done(&line);
}

void pipeline_end(struct pipeline *pipeline)
{
	struct lineless lineless = { .pipeline = pipeline };
	const char *const servers = getenv("DEBUGINFOD_URLS");
	struct text line = { 0 };

	pipeline_last_words(pipeline);
	if (pipeline->stack)
		stack_without_debug(pipeline->stack, add_module, &lineless);
	if (lineless.installable.len) {
		text_add(&line, "no lines for ");
		text_add_bytes(&line, lineless.installable.data, lineless.installable.len);
		text_add(&line, ": install its -dbgsym package");
		text_add(&line, servers && *servers ? "" : ", or set DEBUGINFOD_URLS");
		pipeline_note(pipeline, NULL, line.data);
	}
	text_done(&lineless.installable);
	text_done(&line);
}
