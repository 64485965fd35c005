#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <pty.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "sink/output.h"
#include "sink/output_private.h"

/* What complain said, and how often. */
struct complaint {
	char text[512];
	int times;
};

static void complain(void *user, const char *message)
{
	struct complaint *complaint = user;

	snprintf(complaint->text, sizeof(complaint->text), "%s", message);
	complaint->times++;
}

static size_t read_all(int fd, char *to, size_t size)
{
	size_t len = 0;
	ssize_t n;

	while (len < size && (n = read(fd, to + len, size - len)) > 0)
		len += (size_t)n;
	return len;
}

static void test_file_gets_all_lines(void **state)
{
	int fd = memfd_create("trace", MFD_CLOEXEC);
	struct output *output = output_fd(fd, false, NULL, NULL);
	char line[64];
	size_t expected = 0;

	(void)state;
	assert_false(output_is_terminal(output));
	for (int i = 0; i < 200000; i++) {
		int len = snprintf(line, sizeof(line), "line %d\n", i);
		output_write(output, line, (size_t)len);
		expected += (size_t)len;
	}
	output_flush(output);
	assert_int_equal(lseek(fd, 0, SEEK_END), expected);
	output_write(output, "last\n", 5);
	assert_int_equal(output_close(output), 0);
	assert_int_equal(lseek(fd, 0, SEEK_END), expected + 5);
	char *all = malloc(expected + 5), *at = all;
	assert_int_equal(pread(fd, all, expected + 5, 0), expected + 5);
	for (int i = 0; i < 200000; i++) {
		int len = snprintf(line, sizeof(line), "line %d\n", i);
		assert_memory_equal(at, line, (size_t)len);
		at += len;
	}
	free(all);
	close(fd);
}

/* Milliseconds until a line that is written now can be read from fd: a pipe, or a file at whose end it
 * appears. */
static int line_takes_ms(struct output *output, int fd, bool piped)
{
	struct pollfd readable = { .fd = fd, .events = POLLIN };
	uint64_t start = clock_monotonic_ns();
	off_t end = piped ? 0 : lseek(fd, 0, SEEK_END);
	char line[8];

	output_write(output, "a\n", 2);
	if (piped) {
		assert_int_equal(poll(&readable, 1, 10000), 1);
		assert_int_equal(read(fd, line, sizeof(line)), 2);
	}
	for (int i = 0; !piped && lseek(fd, 0, SEEK_END) == end; i++) {
		assert_true(i < 10000);
		usleep(1000);
	}
	return (int)((clock_monotonic_ns() - start) / 1000000);
}

/* The best of some lines: a machine that is busy delays one or the other, a wrong timer all. */
static int best_ms(struct output *output, int fd, bool piped)
{
	int best = 10000;

	for (int i = 0; i < 20 && (i < 3 || best > 50); i++) {
		int took = line_takes_ms(output, fd, piped);

		best = took < best ? took : best;
	}
	return best;
}

/* A pipe sees a line within 50 ms, a file within 100 ms. */
static void test_lines_come_in_time(void **state)
{
	int ends[2], fd = memfd_create("trace", MFD_CLOEXEC);

	(void)state;
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	struct output *to_pipe = output_fd(ends[1], true, NULL, NULL),
		      *to_file = output_fd(fd, false, NULL, NULL);
	assert_in_range(best_ms(to_pipe, ends[0], true), 0, 50);
	assert_in_range(best_ms(to_file, fd, false), 0, 110);
	assert_int_equal(output_close(to_pipe), 0);
	assert_int_equal(output_close(to_file), 0);
	close(ends[0]);
	close(fd);
}

static void *burn(void *enough)
{
	while (!atomic_load((atomic_bool *)enough))
		;
	return NULL;
}

/* On a terminal a line stands before what is printed next, even where the writer gets no time at all. */
static void test_terminal_keeps_order(void **state)
{
	enum { LINES = 20 };
	const struct sched_param idle = { 0 };
	atomic_bool enough = false;
	cpu_set_t before, one;
	char text[1024], wanted[1024], *end = wanted;
	pthread_t burner;
	int master, slave;

	(void)state;
	assert_int_equal(openpty(&master, &slave, NULL, NULL, NULL), 0);
	assert_int_equal(sched_getaffinity(0, sizeof(before), &before), 0);
	CPU_ZERO(&one);
	CPU_SET(sched_getcpu(), &one);
	assert_int_equal(sched_setaffinity(0, sizeof(one), &one), 0);
	struct output *output = output_fd(slave, false, NULL, NULL);
	assert_true(output_is_terminal(output));
	assert_int_equal(pthread_setschedparam(output->thread, SCHED_IDLE, &idle), 0);
	assert_int_equal(pthread_create(&burner, NULL, burn, &enough), 0);
	for (int i = 0; i < LINES; i++) {
		char line[16];
		int len = snprintf(line, sizeof(line), "call %d\n", i);

		output_write(output, line, (size_t)len);
		assert_true(dprintf(slave, "after %d\n", i) > 0);
		end += sprintf(end, "call %d\r\nafter %d\r\n", i, i);
	}
	atomic_store(&enough, true);
	pthread_join(burner, NULL);
	assert_int_equal(sched_setaffinity(0, sizeof(before), &before), 0);
	assert_int_equal(output_close(output), 0);
	assert_int_equal(read_all(master, text, (size_t)(end - wanted)), end - wanted);
	assert_memory_equal(text, wanted, (size_t)(end - wanted));
	close(slave);
	close(master);
}

/* A terminal that takes nothing holds nobody up for long, and gets all lines once it goes on. */
static void test_terminal_stands_still(void **state)
{
	enum { LINES = 2000, EACH = 33 };
	static char text[LINES * EACH];
	uint64_t start;
	int master, slave;
	struct termios raw;

	(void)state;
	assert_int_equal(openpty(&master, &slave, NULL, NULL, NULL), 0);
	assert_int_equal(tcgetattr(slave, &raw), 0);
	cfmakeraw(&raw);
	assert_int_equal(tcsetattr(slave, TCSANOW, &raw), 0);
	struct output *output = output_fd(slave, false, NULL, NULL);
	start = clock_monotonic_ns();
	for (int i = 0; i < LINES; i++) {
		char line[EACH + 1];

		snprintf(line, sizeof(line), "%032d\n", i);
		output_write(output, line, EACH);
	}
	assert_true(clock_monotonic_ns() - start < 2000000000);
	assert_int_equal(read_all(master, text, sizeof(text)), sizeof(text));
	for (int i = 0; i < LINES; i++)
		assert_int_equal(atoi(text + (size_t)i * EACH), i);
	assert_int_equal(output_close(output), 0);
	close(slave);
	close(master);
}

/* Under load lines are written in batches, never one by one: a packet pipe shows each write(). */
static void test_writes_are_batches(void **state)
{
	int ends[2], batches = 0, lines = 0;
	static char batch[1 << 16];

	(void)state;
	assert_int_equal(pipe2(ends, O_CLOEXEC | O_DIRECT), 0);
	struct output *output = output_fd(ends[1], true, NULL, NULL);
	for (int i = 0; i < 300; i++)
		output_write(output, "0123456789 0123456789 0123456789\n", 33);
	assert_int_equal(output_close(output), 0);
	for (ssize_t n; (n = read(ends[0], batch, sizeof(batch))) > 0; batches++) {
		assert_int_equal(batch[n - 1], '\n');
		assert_int_equal(n % 33, 0);
		lines += (int)(n / 33);
	}
	assert_int_equal(lines, 300);
	assert_true(batches < 20);
	close(ends[0]);
}

static void test_dead_reader(void **state)
{
	struct complaint complaint = { 0 };
	int ends[2];

	(void)state;
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	close(ends[0]);
	struct output *output = output_fd(ends[1], true, complain, &complaint);
	for (int i = 0; i < 10; i++) {
		output_write(output, "lost\n", 5);
		output_flush(output);
	}
	assert_true(output_failed(output));
	assert_int_equal(output_close(output), -EPIPE);
	assert_int_equal(complaint.times, 1);
	assert_non_null(strstr(complaint.text, "is gone"));
}

/* A full disk, played by a file size limit: whole lines stay, the trace goes on, one message. */
static void test_full_disk(void **state)
{
	struct complaint complaint = { 0 };
	char path[] = "/tmp/sockline-output-XXXXXX", text[4096];
	int fd = mkstemp(path);
	pid_t pid = fork();

	(void)state;
	if (pid == 0) {
		struct rlimit limit = { 1000, 1000 };
		setrlimit(RLIMIT_FSIZE, &limit);
		struct output *output = output_fd(fd, false, complain, &complaint);
		for (int i = 0; i < 100; i++)
			output_write(output, "0123456789 0123456789 0123456789\n", 33);
		int error = output_close(output);
		_exit(error == -EFBIG && complaint.times == 1 && strstr(complaint.text, "File too large")
			      ? 0
			      : 1);
	}
	int status;
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	size_t len = (size_t)pread(fd, text, sizeof(text), 0);
	assert_int_equal(len, 990);
	assert_int_equal(text[len - 1], '\n');
	unlink(path);
	close(fd);
}

/* The reader stalls while far more comes than the buffer holds: bounded memory, bounded time, a count. */
static void test_stalled_reader(void **state)
{
	struct complaint complaint = { 0 };
	int ends[2];
	size_t size = 1 << 20;
	char *block = malloc(size);

	(void)state;
	memset(block, 'x', size);
	for (size_t i = 79; i < size; i += 80)
		block[i] = '\n';
	block[size - 1] = '\n';
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	struct output *output = output_fd(ends[1], true, complain, &complaint);
	uint64_t start = clock_monotonic_ns();
	for (int i = 0; i < 80; i++)
		output_write(output, block, size);
	assert_true(clock_monotonic_ns() - start < 3000000000);
	assert_true(output_dropped(output) >= 16);
	assert_true(output_dropped(output) < 40);
	assert_int_equal(complaint.times, 0);
	output_flush(output); /* as a sink does at its end: waited for once, not twice */
	assert_int_equal(output_close(output), -ETIMEDOUT);
	assert_true(clock_monotonic_ns() - start < 6000000000);
	assert_int_equal(complaint.times, 1);
	assert_non_null(strstr(complaint.text, "stopped reading"));
	fcntl(ends[0], F_SETFL, O_NONBLOCK);
	size_t len = read_all(ends[0], block, size);
	assert_true(len > 0);
	assert_int_equal(block[len - 1], '\n');
	close(ends[0]); /* the writer that was left behind ends with EPIPE */
	free(block);
}

/* A reader that comes when all was written, or dropped: what was dropped meanwhile is counted and said once.
 */
static void *read_late(void *arg)
{
	char *block = malloc(1 << 20);

	while (read(*(int *)arg, block, 1 << 20) > 0)
		;
	free(block);
	return NULL;
}

static void test_late_reader(void **state)
{
	struct complaint complaint = { 0 };
	int ends[2];
	size_t size = 1 << 20;
	char *block = malloc(size);
	pthread_t reader;

	(void)state;
	memset(block, 'x', size - 1);
	block[size - 1] = '\n';
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	struct output *output = output_fd(ends[1], true, complain, &complaint);
	for (int i = 0; i < 80; i++)
		output_write(output, block, size);
	pthread_create(&reader, NULL, read_late, &ends[0]);
	assert_int_equal(output_close(output), 0);
	pthread_join(reader, NULL);
	assert_int_equal(complaint.times, 1);
	assert_non_null(strstr(complaint.text, "events were dropped"));
	close(ends[0]);
	free(block);
}

static void test_command(void **state)
{
	char path[] = "/tmp/sockline-output-XXXXXX", command[128], text[64];
	int fd = mkstemp(path);
	struct error error = { 0 };

	(void)state;
	snprintf(command, sizeof(command), "|sleep 0.2; sed s/a/b/ >%s", path);
	struct output *output = output_open(command, false, NULL, NULL, &error);
	assert_non_null(output);
	assert_true(output_child(output) > 0);
	output_write(output, "a\n", 2);
	assert_int_equal(output_close(output), 0);
	assert_int_equal(pread(fd, text, sizeof(text), 0), 2);
	assert_memory_equal(text, "b\n", 2);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* nothing is left to reap */
	unlink(path);
	close(fd);
}

/* The tracer's wait4(-1) may reap the command first. */
static void *reap(void *arg)
{
	pid_t *reaped = arg;

	*reaped = waitpid(-1, NULL, __WALL);
	return NULL;
}

static void test_command_reaped_elsewhere(void **state)
{
	struct error error = { 0 };
	struct output *output = output_open("|cat >/dev/null", false, NULL, NULL, &error);
	pid_t child = output_child(output), reaped = 0;
	pthread_t thread;

	(void)state;
	pthread_create(&thread, NULL, reap, &reaped);
	output_write(output, "a\n", 2);
	assert_int_equal(output_close(output), 0);
	pthread_join(thread, NULL);
	assert_true(reaped == child || reaped == -1);
}

/* A command that ends at once is a dead reader, and its signals are as a fresh program has them. */
static void test_command_that_ends(void **state)
{
	struct complaint complaint = { 0 };
	struct error error = { 0 };

	(void)state;
	signal(SIGPIPE, SIG_IGN);
	struct output *output = output_open("|kill -PIPE $$", false, complain, &complaint, &error);
	signal(SIGPIPE, SIG_DFL);
	int status;
	assert_int_equal(waitpid(output_child(output), &status, 0), output_child(output));
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGPIPE);
	output_write(output, "a\n", 2);
	assert_int_equal(output_close(output), -EPIPE);
	assert_int_equal(complaint.times, 1);
	assert_non_null(strstr(complaint.text, "|kill"));
}

static void test_open_errors(void **state)
{
	static const char *const paths[][2] = {
		{ "/nonexistent/x", "cannot write the trace to '/nonexistent/x': No such file or directory: "
				    "make its folder first" },
		{ "/tmp", "cannot write the trace to '/tmp': Is a directory: name a file, or use --dir for a "
			  "folder" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		struct error error = { 0 };
		assert_null(output_open(paths[i][0], false, NULL, NULL, &error));
		assert_string_equal(error.text, paths[i][1]);
	}
}

static void test_append(void **state)
{
	char path[] = "/tmp/sockline-output-XXXXXX", text[64];
	int fd = mkstemp(path);
	struct error error = { 0 };
	static const struct {
		bool append;
		const char *expected;
	} steps[] = { { false, "a\n" }, { true, "a\na\n" }, { false, "a\n" } };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct output *output = output_open(path, steps[i].append, NULL, NULL, &error);
		output_write(output, "a\n", 2);
		assert_int_equal(output_close(output), 0);
		memset(text, 0, sizeof(text));
		assert_true(pread(fd, text, sizeof(text) - 1, 0) > 0);
		assert_string_equal(text, steps[i].expected);
	}
	unlink(path);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_terminal_keeps_order),
		cmocka_unit_test(test_terminal_stands_still),
		cmocka_unit_test(test_file_gets_all_lines),
		cmocka_unit_test(test_lines_come_in_time),
		cmocka_unit_test(test_writes_are_batches),
		cmocka_unit_test(test_dead_reader),
		cmocka_unit_test(test_full_disk),
		cmocka_unit_test(test_stalled_reader),
		cmocka_unit_test(test_late_reader),
		cmocka_unit_test(test_command),
		cmocka_unit_test(test_command_reaped_elsewhere),
		cmocka_unit_test(test_command_that_ends),
		cmocka_unit_test(test_open_errors),
		cmocka_unit_test(test_append),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
