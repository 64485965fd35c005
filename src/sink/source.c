/*
 * source: one line of a source file, for stacks that show them. The path comes from debug information, which
 * is foreign: only regular files are opened, and nothing that could block.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "text_sink.h"

enum { SOURCE_MAX = 32 << 20, SOURCE_BLOCK = 16384 };

/* Opens a regular file of a size that a source file may have; its fd or -errno. */
static int open_source(const char *path)
{
	struct stat st;
	int fd = path[0] == '/' ? open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
				: (errno = ENOENT, -1);

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) || !S_ISREG(st.st_mode) || st.st_size > SOURCE_MAX) {
		close(fd);
		return -EINVAL;
	}
	return fd;
}

int source_line(const char *path, int line, char *to, size_t size)
{
	char block[SOURCE_BLOCK];
	size_t len = 0;
	int at = 1, fd = line > 0 ? open_source(path) : -EINVAL;
	ssize_t got;

	if (fd < 0)
		return fd;
	while (at <= line && (got = read(fd, block, sizeof(block))) > 0) {
		const char *from = block, *end = block + got;
		for (const char *newline; at < line && (newline = memchr(from, '\n', end - from)); at++)
			from = newline + 1;
		if (at < line)
			continue;
		const char *newline = memchr(from, '\n', end - from);
		size_t more = (newline ? newline : end) - from;
		if (more > size - 1 - len)
			more = size - 1 - len;
		memcpy(to + len, from, more);
		len += more;
		if (newline)
			at++;
	}
	close(fd);
	to[len] = 0;
	return len ? 0 : -ENOENT;
}
