/*
 * main: reads the options, opens the output, runs the tracing thread, and ends as the command did.
 *
 * Only this thread takes signals; the tracing thread takes stops. Exit status: the command's own, or death by
 * the same signal; 127 not found, 126 not executable, 125 sockline's own failures; with -p 0 when every pid
 * was attached, else 1.
 */
#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app/options.h"
#include "app/pipeline.h"
#include "base/clock.h"
#include "base/log.h"
#include "environment.h"
#include "sink/dir.h"
#include "sink/summary.h"

enum { EXIT_SELF = 125 };

/* One run of the program. */
struct run {
	struct options options;
	struct sink_options look;
	struct output *output;
	struct sink *sinks[2];
	unsigned sink_count;
	struct sink *totals; /* -c, -C: the one of sinks that counts */
	struct pipeline *pipeline;
	struct tracer *tracer;
	pthread_t main_thread;
	int failed; /* tracer_run's answer */
	int done;   /* atomic: the tracing thread has ended its work */
	struct error error;
	char **environment;	/* of the command, owned; NULL: ours */
	sigset_t mask, ignored; /* as we inherited them, for the command */
};

static int fail(const struct error *error)
{
	fprintf(stderr, "sockline: %s\n", error->text);
	return EXIT_SELF;
}

/* The output's failures are told on stderr, once each. */
static void complain(void *user, const char *message)
{
	(void)user;
	fprintf(stderr, "sockline: %s\n", message);
}

/* fds 0 to 2 that are closed must not become our own files; CLOEXEC keeps them closed for the command. */
static void fill_standard_fds(void)
{
	for (int fd = 0; fd <= 2; fd++)
		if (fcntl(fd, F_GETFD) < 0 && errno == EBADF && open("/dev/null", O_RDWR | O_CLOEXEC) < 0)
			_exit(EXIT_SELF);
}

/* Columns of the terminal behind fd, or COLUMNS; 0: not a terminal. */
static unsigned terminal_width(int fd)
{
	struct winsize size = { 0 };
	const char *columns = getenv("COLUMNS");

	if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col)
		return size.ws_col;
	if (columns && atoi(columns) >= 20)
		return (unsigned)atoi(columns);
	return 80;
}

/* Colour when the trace goes to a terminal; NO_COLOR loses only to "always". */
static bool wants_color(const struct options *options, bool terminal)
{
	const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");

	if (options->color != COLOR_AUTO)
		return options->color == COLOR_ALWAYS;
	return terminal && !(no_color && *no_color) && !(term && strcmp(term, "dumb") == 0);
}

/* Where the trace goes when it goes to a terminal. */
static int terminal_fd(const struct options *options)
{
	return options->output ? STDOUT_FILENO : STDERR_FILENO;
}

static void look_init(const struct options *options, const struct output *output, struct sink_options *look)
{
	bool terminal = output_is_terminal(output);

	*look = (struct sink_options){
		.start_ns = clock_monotonic_ns(),
		.start_wall_ns = clock_wall_ns(),
		.time = options->time,
		.path = options->path,
		.show_duration = options->show_duration,
		.verbose = options->verbose,
		.caller = options->caller,
		.stack = options->stack > 0,
		.stack_source = options->stack > 1,
		.hex_dump = options->hex_dump,
		.string_limit = options->string_limit,
		.hex_strings = options->hex_strings,
		.color = wants_color(options, terminal),
		.totals_only = options->totals == TOTALS_ONLY,
		.utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0,
		.width = terminal ? terminal_width(terminal_fd(options)) : 0,
	};
}

/* The sinks that the options ask for, on the one output; --dir has outputs of its own. */
static int open_sinks(struct run *run)
{
	const struct options *options = &run->options;
	struct sink *sink = NULL;

	if (options->dir) {
		sink = dir_open(options->dir, &run->look, complain, NULL, &run->error);
		if (!sink)
			return -EIO;
	} else if (options->totals != TOTALS_ONLY) {
		sink = sink_kinds[options->format]->open(run->output, &run->look);
	}
	if (sink)
		run->sinks[run->sink_count++] = sink;
	if (options->totals) {
		run->totals = sink_summary.open(run->output, &run->look);
		run->sinks[run->sink_count++] = run->totals;
	}
	return 0;
}

static int open_output(struct run *run)
{
	const struct options *options = &run->options;

	if (options->output)
		run->output = output_open(options->output, options->append, complain, NULL, &run->error);
	else
		run->output = output_fd(STDERR_FILENO, false, complain, NULL);
	if (!run->output)
		return -EIO;
	look_init(options, run->output, &run->look);
	return open_sinks(run);
}

static void make_tracer(struct run *run)
{
	const struct options *options = &run->options;
	const bool stacks = options->caller || options->stack > 0;
	struct trace_events events;
	struct trace_options trace = {
		.engine = options->engine,
		.follow = options->follow,
		.low_latency = options->low_latency,
		.want_exec_maps = stacks,
		.want_times =
			options->show_duration || options->filter.slower_ns || options->totals != TOTALS_NONE,
		.want_exits = options->tcp_at_close,
		.want_ends = options->command && stacks,
		.user = options->user,
		.environment = run->environment,
		.signal_mask = &run->mask,
		.signals_ignored = &run->ignored,
		.pids = options->pids,
		.pid_count = options->pid_count,
		.command = options->command,
	};

	run->pipeline = pipeline_new(options, &run->look, run->sinks, run->sink_count, run->totals);
	pipeline_wanted(run->pipeline, &trace.wanted);
	pipeline_events(run->pipeline, &events);
	run->tracer = tracer_new(&trace, &events);
	pipeline_attach(run->pipeline, run->tracer);
}

/* The tracing thread. Its end lets attached tasks go without waking them. */
static void *trace_thread(void *user)
{
	struct run *run = user;

	run->failed = tracer_run(run->tracer, &run->error);
	__atomic_store_n(&run->done, 1, __ATOMIC_SEQ_CST);
	pthread_kill(run->main_thread, SIGUSR2);
	return NULL;
}

/* Signals that sockline takes itself while it traces. */
static void signals_to_take(const struct run *run, sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGINT);
	sigaddset(set, SIGTERM);
	sigaddset(set, SIGHUP);
	sigaddset(set, SIGQUIT);
	sigaddset(set, SIGUSR1);
	sigaddset(set, SIGUSR2);
	if (run->look.width)
		sigaddset(set, SIGWINCH);
}

/* The moments that the main thread has to keep. */
struct clockwork {
	uint64_t end_ns;  /* --for; 0: none */
	int64_t interval; /* of ticks; 0: none */
	uint64_t tick_ns; /* the next */
};

/* How long to wait for a signal: until the next moment, at most a second. */
static struct timespec until_next(const struct clockwork *clockwork)
{
	const uint64_t now = clock_monotonic_ns();
	uint64_t next = now + 1000000000;

	if (clockwork->end_ns && clockwork->end_ns < next)
		next = clockwork->end_ns;
	if (clockwork->interval && clockwork->tick_ns < next)
		next = clockwork->tick_ns;
	const uint64_t wait = next > now ? next - now : 0;

	return (struct timespec){ (time_t)(wait / 1000000000), (long)(wait % 1000000000) };
}

/* Does what is due. */
static void keep_time(struct run *run, struct clockwork *clockwork)
{
	const uint64_t now = clock_monotonic_ns();

	if (clockwork->end_ns && now >= clockwork->end_ns) {
		clockwork->end_ns = 0;
		pipeline_stop(run->pipeline);
		tracer_poke(run->tracer);
		tracer_stop(run->tracer, 0);
	}
	if (clockwork->interval && now >= clockwork->tick_ns) {
		clockwork->tick_ns = now + (uint64_t)clockwork->interval;
		tracer_poke(run->tracer);
	}
}

/*
 * One signal. What the terminal sent (SI_KERNEL) has reached the command already, as one of the same
 * foreground process group; what the command left behind may be elsewhere. SIGUSR1 asks for the totals where
 * there are any, and else is the command's.
 */
static void take_signal(struct run *run, int signo, const siginfo_t *info)
{
	if (signo == SIGUSR2)
		return;
	if (signo == SIGWINCH) {
		pipeline_resize(run->pipeline, terminal_width(terminal_fd(&run->options)));
		tracer_poke(run->tracer);
	} else if (signo == SIGUSR1 && run->totals) {
		pipeline_totals(run->pipeline);
		tracer_poke(run->tracer);
	} else if (info->si_code == SI_KERNEL) {
		tracer_stop_by_terminal(run->tracer, signo);
	} else {
		tracer_stop(run->tracer, signo);
	}
}

/* Passes signals to the tracer, and keeps time for it, until it is done. */
static void take_signals(struct run *run, const sigset_t *set)
{
	struct clockwork clockwork = { .interval = pipeline_interval(run->pipeline) };
	siginfo_t info;

	if (run->options.for_ns)
		clockwork.end_ns = clock_monotonic_ns() + (uint64_t)run->options.for_ns;
	clockwork.tick_ns = clock_monotonic_ns() + (uint64_t)clockwork.interval;
	while (!__atomic_load_n(&run->done, __ATOMIC_SEQ_CST)) {
		const struct timespec wait = until_next(&clockwork);
		const int signo = sigtimedwait(set, &info, &wait);

		if (signo > 0)
			take_signal(run, signo, &info);
		keep_time(run, &clockwork);
	}
}

static int run_trace(struct run *run)
{
	pthread_t thread;
	sigset_t set;

	signals_to_take(run, &set);
	pipeline_begin(run->pipeline);
	run->main_thread = pthread_self();
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	int failed = pthread_create(&thread, NULL, trace_thread, run);
	if (failed)
		return error_set(&run->error, failed, "cannot start the tracing thread: %s",
				 strerror(failed));
	take_signals(run, &set);
	pthread_join(thread, NULL);
	tracer_finish(run->tracer);
	pipeline_end(run->pipeline);
	return run->failed;
}

/* Dies as the command did: by the same signal, without a core of our own. */
static void die_by(int signo)
{
	struct rlimit none = { 0, 0 };
	sigset_t set;

	setrlimit(RLIMIT_CORE, &none);
	signal(signo, SIG_DFL);
	sigemptyset(&set);
	sigaddset(&set, signo);
	pthread_sigmask(SIG_UNBLOCK, &set, NULL);
	raise(signo);
}

static int exit_status(const struct run *run, const struct trace_result *result)
{
	if (!run->options.command)
		return result->refused ? 1 : 0;
	if (result->exec_errno)
		return result->exec_errno == ENOENT ? 127 : 126;
	if (WIFSIGNALED(result->status)) {
		die_by(WTERMSIG(result->status));
		return 128 + WTERMSIG(result->status);
	}
	return WEXITSTATUS(result->status);
}

/* Debug files that are looked for where nothing can be would be missed in silence. */
static int look_for_debug_dir(struct run *run)
{
	const char *dir = run->options.debug_dir;
	struct stat st;

	if (!dir || (stat(dir, &st) == 0 && S_ISDIR(st.st_mode)))
		return 0;
	return error_set(&run->error, ENOTDIR, "--debug-dir %s is no folder", dir);
}

static int trace(struct run *run)
{
	struct trace_result result = { 0 };

	signal(SIGPIPE, SIG_IGN); /* a message that nobody reads must not end the trace, and the command */
	if (!run->options.command)
		signal(SIGTSTP, SIG_IGN); /* a stopped tracer holds whoever is at a stop */
	if (look_for_debug_dir(run) != 0 || open_output(run) != 0)
		return fail(&run->error);
	make_tracer(run);
	int failed = run_trace(run);
	tracer_result(run->tracer, &result);
	for (unsigned i = 0; i < run->sink_count; i++)
		run->sinks[i]->kind->close(run->sinks[i]);
	pipeline_free(run->pipeline);
	output_close(run->output);
	tracer_free(run->tracer);
	if (failed) {
		fail(&run->error);
		if (!result.exec_errno && !result.refused)
			return EXIT_SELF;
	}
	return exit_status(run, &result);
}

/* Notes the signal mask and dispositions that the command is to inherit, before any of ours. */
static void note_signals(struct run *run)
{
	struct sigaction action;

	pthread_sigmask(SIG_BLOCK, NULL, &run->mask);
	sigemptyset(&run->ignored);
	for (int signo = 1; signo < NSIG; signo++)
		if (sigaction(signo, NULL, &action) == 0 && action.sa_handler == SIG_IGN)
			sigaddset(&run->ignored, signo);
}

/* Help, version, man page, completions: to standard output. */
static int print(struct run *run)
{
	struct text text = { 0 };
	int failed = 0;

	if (run->options.action == ACTION_HELP)
		options_help(&text);
	else if (run->options.action == ACTION_VERSION)
		options_version(&text);
	else
		failed = options_generate(&text, run->options.generate, &run->error);
	if (!failed && (fwrite(text.data, 1, text.len, stdout) != text.len || fflush(stdout) != 0))
		failed =
			error_set(&run->error, errno, "cannot write to standard output: %s", strerror(errno));
	text_done(&text);
	return failed ? fail(&run->error) : 0;
}

int main(int argc, char **argv)
{
	static struct run run;
	int status;

	fill_standard_fds();
	note_signals(&run);
	setlocale(LC_CTYPE, "");
	if (options_parse(&run.options, argc, argv, &run.error) != 0)
		return fail(&run.error);
	log_level = run.options.debug;
	run.environment = environment_changed(run.options.environment, run.options.environment_count);
	if (run.options.action == ACTION_TRACE)
		status = trace(&run);
	else
		status = print(&run);
	free(run.environment);
	options_done(&run.options);
	return status;
}
