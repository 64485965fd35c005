#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <jansson.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sink/dir.h"
#include "sink_events.h"

static char top[] = "/tmp/sockline-dir-XXXXXX";

/* A new path under the test's own folder. */
static const char *fresh(const char *name)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/%s", top, name);
	return path;
}

/* How many lines a file of the trace holds, each one JSON; -1 when there is no such file. */
static int lines_in(const char *folder, const char *name)
{
	char path[256];
	int lines = 0;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	FILE *file = fopen(path, "r");
	if (!file)
		return -1;
	for (char line[65536]; fgets(line, sizeof(line), file); lines++) {
		json_t *object = json_loads(line, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL);
		assert_non_null(object);
		json_decref(object);
	}
	fclose(file);
	return lines;
}

static void write_events(const char *path, const struct events *events)
{
	struct sink_options options = plain_options(0);
	struct error error = { 0 };
	struct sink *sink = dir_open(path, &options, NULL, NULL, &error);

	assert_non_null(sink);
	for (unsigned i = 0; i < events->count; i++)
		sink->kind->event(sink, &events->list[i]);
	sink->kind->close(sink);
}

static void test_screen(void **state)
{
	const char *path = fresh("screen");
	struct sink_options options = plain_options(0);
	struct events events = { 0 };
	struct error error = { 0 };

	(void)state;
	add_others(&events);
	add_screen(&events);
	events.list[1].pid = 0; /* belongs to no process */
	write_events(path, &events);
	assert_int_equal(lines_in(path, "meta.json"), 1);
	assert_int_equal(lines_in(path, "trace.jsonl"), 1);
	/* sendmmsg, poll, recvfrom, close */
	assert_int_equal(lines_in(path, "4410/s3.jsonl"), 4);
	/* closed, pending, poll, sendto, recvfrom, close */
	assert_int_equal(lines_in(path, "4410/s4.jsonl"), 6);
	/* recvfrom cut off, two starts, socketpair, socket, connect, connect, getsockopt, exited */
	assert_int_equal(lines_in(path, "4410/process.jsonl"), 9);
	arena_done(&events.arena);

	assert_null(dir_open(path, &options, NULL, NULL, &error));
	assert_non_null(strstr(error.text, "holds a trace already"));
}

/* A folder that somebody uses for something else stays as it was. */
static void test_used_folder(void **state)
{
	const char *path = fresh("used");
	struct sink_options options = plain_options(0);
	struct error error = { 0 };
	char file[160];

	(void)state;
	assert_int_equal(mkdir(path, 0777), 0);
	snprintf(file, sizeof(file), "%s/.hidden", path);
	assert_int_equal(close(creat(file, 0666)), 0);
	assert_null(dir_open(path, &options, NULL, NULL, &error));
	assert_non_null(strstr(error.text, "is not empty"));
	assert_int_equal(unlink(file), 0);
	struct sink *sink = dir_open(path, &options, NULL, NULL, &error);

	assert_non_null(sink);
	sink->kind->close(sink);
}

/* A socket that two processes hold has a file in the folder of each; a pid that comes again gets a folder of
 * its own. */
static void test_processes(void **state)
{
	const char *path = fresh("processes");
	struct events events = { 0 };
	const pid_t pids[] = { 10, 20 };

	(void)state;
	for (int i = 0; i < 4; i++) {
		struct event *event = add_call(&events, "read", 1, 1, pids[i % 2], NULL, 0);
		event->pid = pids[i % 2];
		arg(event, new_fd(&events.arena, "fd", 5, &http_view));
		add_process(&events, i % 2 ? "exited" : "thread", 2, pids[i % 2], "exited 0")->pid =
			pids[i % 2];
	}
	write_events(path, &events);
	assert_int_equal(lines_in(path, "10/s4.jsonl"), 2);
	assert_int_equal(lines_in(path, "10/process.jsonl"), 2);
	assert_int_equal(lines_in(path, "10.2/s4.jsonl"), -1);
	assert_int_equal(lines_in(path, "20/s4.jsonl"), 1);
	assert_int_equal(lines_in(path, "20/process.jsonl"), 1);
	assert_int_equal(lines_in(path, "20.2/s4.jsonl"), 1);
	assert_int_equal(lines_in(path, "20.2/process.jsonl"), 1);
	arena_done(&events.arena);
}

/* Far more sockets than files are held open, in turn, over several batches: nothing is lost. */
static void test_many_sockets(void **state)
{
	const char *path = fresh("many");
	struct sink_options options = plain_options(0);
	struct error error = { 0 };
	struct sink *sink = dir_open(path, &options, NULL, NULL, &error);
	char name[32];

	(void)state;
	assert_non_null(sink);
	for (int round = 0; round < 20; round++) {
		for (uint32_t id = 1; id <= 300; id++) {
			struct events events = { 0 };
			struct file_view view = { .kind = FILE_SOCKET, .id = id };
			add_call(&events, "read", 1, 1, 10, NULL, 0)->file = &view;
			sink->kind->event(sink, &events.list[0]);
			arena_done(&events.arena);
		}
		if (round % 5 == 0)
			usleep(110000);
	}
	sink->kind->close(sink);
	for (uint32_t id = 1; id <= 300; id++) {
		snprintf(name, sizeof(name), "4410/s%u.jsonl", id);
		assert_int_equal(lines_in(path, name), 20);
	}
}

static void test_refused(void **state)
{
	static const char *const cases[][2] = {
		{ "/nonexistent/a/b", "No such file or directory: make the folder above it first" },
		{ "/proc/version", "Not a directory" },
	};
	struct sink_options options = plain_options(0);

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct error error = { 0 };
		assert_null(dir_open(cases[i][0], &options, NULL, NULL, &error));
		assert_non_null(strstr(error.text, cases[i][1]));
	}
}

/* A call that names more sockets than are looked at stands in the process's file too; depth is bounded. */
static void test_wide_and_deep(void **state)
{
	const char *path = fresh("wide");
	struct events events = { 0 };
	struct event *event = add_call(&events, "poll", 1, 1, 10, NULL, 0);
	struct value *list = arg(event, value_list(&events.arena, "fds")), *inner;
	char name[32];

	(void)state;
	for (uint32_t id = 1; id <= 300; id++) {
		struct file_view *view = arena_zalloc(&events.arena, sizeof(*view));
		view->kind = FILE_SOCKET;
		view->id = id;
		value_append(list, new_fd(&events.arena, NULL, (int)id, view));
	}
	inner = list;
	for (int i = 0; i < 100; i++) {
		struct value *deeper = value_list(&events.arena, NULL);
		value_append(inner, deeper);
		inner = deeper;
	}
	write_events(path, &events);
	assert_int_equal(lines_in(path, "4410/process.jsonl"), 1);
	for (uint32_t id = 1; id <= 257; id++) {
		snprintf(name, sizeof(name), "4410/s%u.jsonl", id);
		assert_int_equal(lines_in(path, name), id <= 256 ? 1 : -1);
	}
	arena_done(&events.arena);
}

static int make_top(void **state)
{
	(void)state;
	return mkdtemp(top) ? 0 : -1;
}

static int remove_top(void **state)
{
	char command[64];

	(void)state;
	snprintf(command, sizeof(command), "rm -r %s", top);
	return system(command);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_screen),	  cmocka_unit_test(test_used_folder),
		cmocka_unit_test(test_processes), cmocka_unit_test(test_many_sockets),
		cmocka_unit_test(test_refused),	  cmocka_unit_test(test_wide_and_deep),
	};

	return cmocka_run_group_tests(tests, make_top, remove_top);
}
