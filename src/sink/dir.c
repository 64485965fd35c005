/* dir: finds the files that an event belongs to, and hands its line to the thread that writes them. */
#include "sink/dir.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "dir_files.h"
#include "json_writer.h"
#include "names/names.h"
#include "output_private.h"

enum { IDS_MAX = 256, DEPTH_MAX = 8 };

struct dir_sink {
	struct sink base;
	struct output *output;
	struct json_writer json;
	struct text records;
	struct map generations; /* pid -> how many processes of that pid have ended */
	struct dir_files files; /* the writer's */
};

/* Sockets that an event names, each once. */
struct ids {
	uint32_t list[IDS_MAX];
	unsigned count;
};

static void add_id(struct ids *ids, const struct file_view *file)
{
	if (!file || !file->id || ids->count == IDS_MAX)
		return;
	for (unsigned i = 0; i < ids->count; i++) {
		if (ids->list[i] == file->id)
			return;
	}
	ids->list[ids->count++] = file->id;
}

static void add_value_ids(struct ids *ids, const struct value *value, unsigned depth)
{
	for (; value && depth < DEPTH_MAX; value = value->next) {
		if (value->kind == VALUE_FD)
			add_id(ids, value->fd.file);
		else if (value->kind == VALUE_LIST || value->kind == VALUE_STRUCT)
			add_value_ids(ids, value->list.first, depth + 1);
	}
}

/* How often the pid was used before; a process that ends makes the next one of its pid another. */
static uint32_t generation(struct dir_sink *sink, const struct event *event)
{
	uint64_t key = (uint64_t)event->pid;
	uintptr_t ended = (uintptr_t)map_get(&sink->generations, key);
	bool ends = event->kind == EVENT_PROCESS && event->type &&
		    (!strcmp(event->type, "exited") || !strcmp(event->type, "killed"));

	if (ends)
		map_put(&sink->generations, key, (void *)(ended + 1));
	return (uint32_t)ended + 1;
}

static void add_record(struct dir_sink *sink, const struct event *event, uint32_t id, uint32_t generation)
{
	const struct text *line = &sink->json.line;
	struct dir_record record = { (uint32_t)line->len, id, event->pid, generation };

	text_add_bytes(&sink->records, (const char *)&record, sizeof(record));
	text_add_bytes(&sink->records, line->data, line->len);
}

/* The run's own data goes to meta.json at once. */
static void write_meta(struct dir_sink *sink)
{
	const struct text *line = &sink->json.line;
	int fd = openat(sink->files.dir, "meta.json", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW,
			0666);

	bool written = fd >= 0 && write(fd, line->data, line->len) == (ssize_t)line->len;
	if (!written && sink->output->complain)
		sink->output->complain(sink->output->user,
				       "cannot write meta.json: the trace goes on without it");
	if (fd >= 0)
		close(fd);
}

static void dir_event(struct sink *base, const struct event *event)
{
	struct dir_sink *sink = (struct dir_sink *)base;
	struct ids ids = { .count = 0 };

	json_event(&sink->json, event);
	if (event->kind == EVENT_TRACE) {
		write_meta(sink);
		return;
	}
	uint32_t which = generation(sink, event);
	add_id(&ids, event->file);
	add_value_ids(&ids, event->args, 0);
	add_value_ids(&ids, event->result_value, 0);
	text_clear(&sink->records);
	if (!ids.count || ids.count == IDS_MAX) /* what names more than that is found there */
		add_record(sink, event, 0, which);
	for (unsigned i = 0; i < ids.count; i++)
		add_record(sink, event, ids.list[i], which);
	output_write(sink->output, sink->records.data, sink->records.len);
}

static void dir_close(struct sink *base)
{
	struct dir_sink *sink = (struct dir_sink *)base;

	if (output_close(sink->output) == -ETIMEDOUT)
		return; /* the writer hangs in a write and still uses all this */
	dir_files_close(&sink->files);
	json_writer_done(&sink->json);
	text_done(&sink->records);
	map_done(&sink->generations);
	free(sink);
}

static const struct sink_kind sink_dir = { .name = "dir", .event = dir_event, .close = dir_close };

/* The folder, made unless it is there; its fd or -1 with error set. */
static int open_folder(const char *path, struct error *error)
{
	int dir = -1;

	if (mkdir(path, 0777) == 0 || errno == EEXIST)
		dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0) {
		const char *why = names_errno_text(errno);
		error_set(error, errno, "cannot write the trace to the folder '%s': %s%s", path,
			  why ? why : "unknown error",
			  errno == ENOENT ? ": make the folder above it first" : "");
		return -1;
	}
	if (faccessat(dir, "meta.json", F_OK, AT_SYMLINK_NOFOLLOW) == 0) {
		error_set(error, EEXIST, "the folder '%s' holds a trace already: name another, or remove it",
			  path);
		close(dir);
		return -1;
	}
	return dir;
}

struct sink *dir_open(const char *path, const struct sink_options *options,
		      void (*complain)(void *user, const char *message), void *user, struct error *error)
{
	int dir = open_folder(path, error);
	struct dir_sink *sink = dir >= 0 ? calloc(1, sizeof(*sink)) : NULL;

	if (!sink)
		return NULL;
	sink->base.kind = &sink_dir;
	sink->json.options = *options;
	sink->files.dir = dir;
	sink->output = output_custom(dir_files_write, &sink->files, path, complain, user);
	if (!sink->output) {
		error_set(error, errno, "cannot start the output's thread: %s", names_errno_text(errno));
		close(dir);
		free(sink);
		return NULL;
	}
	return &sink->base;
}
