#include "dir_files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* Writes what waits for a file, whole lines or nothing of the last one. */
static int flush_file(struct dir_file *file)
{
	const char *data = file->pending.data;
	size_t left = file->pending.len;

	while (left) {
		ssize_t n = write(file->fd, data, left);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			int error = n ? errno : ENOSPC;
			const char *line =
				memrchr(file->pending.data, '\n', (size_t)(data - file->pending.data));
			off_t partial = data - (line ? line + 1 : file->pending.data);
			struct stat st;
			if (partial && fstat(file->fd, &st) == 0 && ftruncate(file->fd, st.st_size - partial))
				return errno;
			return error;
		}
		data += n;
		left -= (size_t)n;
	}
	text_clear(&file->pending);
	return 0;
}

/* The folder's name of a process: its pid, with a number behind it when the pid was another's before. */
static void folder_name(const struct dir_record *key, char *name, size_t size)
{
	if (key->generation > 1)
		snprintf(name, size, "%d.%u", key->pid, key->generation);
	else
		snprintf(name, size, "%d", key->pid);
}

/* Opens the file of a record for appending, with its folder. The fd or -errno. */
static int open_file(const struct dir_files *files, const struct dir_record *key)
{
	const int flags = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW;
	char folder[32], name[64];

	if (!key->pid)
		snprintf(name, sizeof(name), "trace.jsonl");
	folder_name(key, folder, sizeof(folder));
	if (key->pid && key->id)
		snprintf(name, sizeof(name), "%s/s%u.jsonl", folder, key->id);
	else if (key->pid)
		snprintf(name, sizeof(name), "%s/process.jsonl", folder);
	int fd = openat(files->dir, name, flags, 0666);
	if (fd < 0 && errno == ENOENT && key->pid && mkdirat(files->dir, folder, 0777) == 0)
		fd = openat(files->dir, name, flags, 0666);
	return fd < 0 ? -errno : fd;
}

static int close_file(struct dir_file *file)
{
	int error = file->used ? flush_file(file) : 0;

	if (file->used && close(file->fd) && !error && errno != EINTR)
		error = errno;
	text_done(&file->pending);
	file->used = 0;
	return error;
}

static bool is_key(const struct dir_record *a, const struct dir_record *b)
{
	return a->id == b->id && a->pid == b->pid && a->generation == b->generation;
}

/* The open file of a record; opens it in place of the one that was used longest ago. 0 or a positive errno.
 */
static int find_file(struct dir_files *files, const struct dir_record *key, struct dir_file **found)
{
	struct dir_file *oldest = files->slots;

	for (struct dir_file *file = files->slots; file < files->slots + DIR_FILES_OPEN; file++) {
		if (file->used && is_key(&file->key, key)) {
			file->used = ++files->uses;
			*found = file;
			return 0;
		}
		if (file->used < oldest->used)
			oldest = file;
	}
	int error = close_file(oldest);
	if (error)
		return error;
	int fd = open_file(files, key);
	if (fd < 0)
		return -fd;
	*oldest = (struct dir_file){ .key = *key, .fd = fd, .used = ++files->uses };
	*found = oldest;
	return 0;
}

int dir_files_write(void *arg, const char *data, size_t len)
{
	struct dir_files *files = arg;
	const char *end = data + len;
	int error = 0;

	while (!error && (size_t)(end - data) >= sizeof(struct dir_record)) {
		struct dir_record record;
		struct dir_file *file;
		memcpy(&record, data, sizeof(record));
		data += sizeof(record);
		error = find_file(files, &record, &file);
		if (!error)
			text_add_bytes(&file->pending, data, record.len);
		data += record.len;
	}
	for (struct dir_file *file = files->slots; !error && file < files->slots + DIR_FILES_OPEN; file++) {
		if (file->used)
			error = flush_file(file);
	}
	return error;
}

void dir_files_close(struct dir_files *files)
{
	for (struct dir_file *file = files->slots; file < files->slots + DIR_FILES_OPEN; file++) {
		text_clear(&file->pending); /* what is left could not be written before */
		close_file(file);
	}
	close(files->dir);
}
