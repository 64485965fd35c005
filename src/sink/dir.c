/* dir: finds the files that an event belongs to, and hands its line to the thread that writes them. */
#include "sink/dir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "dir_files.h"
#include "json_writer.h"
#include "names/names.h"
#include "output_private.h"

enum { IDS_MAX = 256, DEPTH_MAX = 8, HOLDERS_MAX = 64 };

/* A process that used a socket, and so has a file about it. */
struct holder {
	pid_t pid;
	uint32_t generation;
	struct holder *next;
};

struct dir_sink {
	struct sink base;
	struct output *output;
	struct json_writer json;
	struct text records;
	struct map generations; /* pid -> how many processes of that pid have ended */
	struct map holders;	/* by id of sockets that are not closed, to struct holder */
	struct dir_files files; /* the writer's */
};

/* Sockets that an event names, each once. */
struct ids {
	uint32_t list[IDS_MAX];
	bool is_socket[IDS_MAX]; /* else an epoll or a ring, whose end nobody tells */
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
	ids->is_socket[ids->count] = file->kind == FILE_SOCKET;
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

static void add_record(struct dir_sink *sink, pid_t pid, uint32_t id, uint32_t generation)
{
	const struct text *line = &sink->json.line;
	struct dir_record record = { (uint32_t)line->len, id, pid, generation };

	text_add_bytes(&sink->records, (const char *)&record, sizeof(record));
	text_add_bytes(&sink->records, line->data, line->len);
}

static void note_holder(struct dir_sink *sink, uint32_t id, pid_t pid, uint32_t generation)
{
	struct holder *first = map_get(&sink->holders, id), *holder;
	unsigned count = 0;

	for (holder = first; holder; holder = holder->next) {
		if ((holder->pid == pid && holder->generation == generation) || ++count == HOLDERS_MAX)
			return;
	}
	holder = calloc(1, sizeof(*holder));
	if (!holder)
		abort();
	*holder = (struct holder){ pid, generation, first };
	map_put(&sink->holders, id, holder);
}

static void forget_holders(struct holder *holder)
{
	while (holder) {
		struct holder *next = holder->next;
		free(holder);
		holder = next;
	}
}

/* What a socket's end or state is concerns everybody who used it, also when its maker is gone. */
static void add_socket_event(struct dir_sink *sink, const struct event *event, uint32_t generation)
{
	const uint32_t id = event->file->id;

	if (!map_get(&sink->holders, id))
		note_holder(sink, id, event->pid, generation);
	for (struct holder *holder = map_get(&sink->holders, id); holder; holder = holder->next)
		add_record(sink, holder->pid, id, holder->generation);
	if (event->type && !strcmp(event->type, "closed"))
		forget_holders(map_take(&sink->holders, id));
}

static void add_call(struct dir_sink *sink, const struct event *event, uint32_t generation)
{
	struct ids ids = { .count = 0 };

	add_id(&ids, event->file);
	add_value_ids(&ids, event->args, 0);
	add_value_ids(&ids, event->result_value, 0);
	if (!ids.count || ids.count == IDS_MAX) /* what names more than that is found there */
		add_record(sink, event->pid, 0, generation);
	for (unsigned i = 0; i < ids.count; i++) {
		add_record(sink, event->pid, ids.list[i], generation);
		if (ids.is_socket[i])
			note_holder(sink, ids.list[i], event->pid, generation);
	}
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

	json_event(&sink->json, event);
	if (event->kind == EVENT_TRACE) {
		write_meta(sink);
		return;
	}
	uint32_t which = generation(sink, event);
	text_clear(&sink->records);
	if (event->kind == EVENT_SOCKET && event->file && event->file->id)
		add_socket_event(sink, event, which);
	else
		add_call(sink, event, which);
	output_write(sink->output, sink->records.data, sink->records.len);
}

static void holders_done(struct dir_sink *sink)
{
	struct map_slot *slot;

	for (size_t at = 0; (slot = map_next(&sink->holders, &at));)
		forget_holders(slot->value);
	map_done(&sink->holders);
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
	holders_done(sink);
	free(sink);
}

static const struct sink_kind sink_dir = { .name = "dir", .event = dir_event, .close = dir_close };

/* 0, or -1 with error set: somebody's files are not mixed with a trace's. */
static int check_empty(int dir, const char *path, struct error *error)
{
	int again = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *list = again >= 0 ? fdopendir(again) : NULL;
	const struct dirent *entry;
	bool any = false;

	if (!list) {
		error_set(error, errno, "cannot list the folder '%s': %s", path, names_errno_text(errno));
		if (again >= 0)
			close(again);
		return -1;
	}
	while (!any && (entry = readdir(list)))
		any = strcmp(entry->d_name, ".") && strcmp(entry->d_name, "..");
	closedir(list);
	if (!any)
		return 0;
	bool trace = faccessat(dir, "meta.json", F_OK, AT_SYMLINK_NOFOLLOW) == 0;

	error_set(error, EEXIST, "the folder '%s' %s", path,
		  trace ? "holds a trace already: name another, or remove it"
			: "is not empty: name another, which need not exist");
	return -1;
}

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
	if (check_empty(dir, path, error)) {
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
