/*
 * hosts_file: hosts(5) as a process sees it in its own mount namespace and root. The file belongs to whoever
 * made that root: opened inside it only, no special files, bounded.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/clock.h"
#include "private.h"

enum { FILE_LIMIT = 1 << 20, LINES_LIMIT = 65536 };
#define CHECK_AGAIN_NS UINT64_C(1000000000)

/* "localhost" on every line would say nothing that 127.0.0.1 does not. */
static bool says_nothing(const char *name)
{
	return !strncasecmp(name, "localhost", 9) || !strncasecmp(name, "ip6-", 4);
}

/* Loopback has every name and none: showing one of them would only hide the address. */
static bool is_loopback(const struct dns_address *address)
{
	static const uint8_t loopback6[16] = { [15] = 1 };

	return address->size == 4 ? address->ip[0] == 127
				  : memcmp(address->ip, loopback6, sizeof(loopback6)) == 0;
}

bool hosts_line_parse(char *line, struct dns_address *address, char **name)
{
	static const uint8_t nowhere[16]; /* 0.0.0.0 and ::, as lists of what to block have them */
	char *save = NULL, *word;

	line[strcspn(line, "#\n")] = 0;
	word = strtok_r(line, " \t\r", &save);
	*name = word ? strtok_r(NULL, " \t\r", &save) : NULL;
	if (!*name || says_nothing(*name) || !dns_is_host(*name))
		return false;
	*address = (struct dns_address){ 0 };
	if (inet_pton(AF_INET, word, address->ip) == 1)
		address->size = 4;
	else if (inet_pton(AF_INET6, word, address->ip) == 1)
		address->size = 16;
	return address->size && memcmp(address->ip, nowhere, sizeof(nowhere)) != 0 && !is_loopback(address);
}

static int open_inside(pid_t pid)
{
	char root[32];
	struct open_how how = { .flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY,
				.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS };
	int dir, fd;

	snprintf(root, sizeof(root), "/proc/%d/root", (int)pid);
	dir = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return -1;
	fd = (int)syscall(SYS_openat2, dir, "etc/hosts", &how, sizeof(how));
	if (fd < 0 && (errno == ENOSYS || errno == EPERM)) /* before 5.6, or a container's filter */
		fd = openat(dir, "etc/hosts", O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW);
	close(dir);
	return fd;
}

/* The first line of an address is the one that a reverse look-up would give. */
static void add_line(struct hosts_file *file, const struct dns_address *address, const char *name)
{
	uint64_t key = learned_key(0, address);
	size_t len = strlen(name) + 1;
	struct hosts_line *line;

	if (file->by_address.count >= LINES_LIMIT || map_get(&file->by_address, key))
		return;
	line = enrich_zalloc(sizeof(*line) + len);
	line->address = *address;
	memcpy(line->name, name, len);
	map_put(&file->by_address, key, line);
}

static void read_lines(struct hosts_file *file, int fd)
{
	FILE *stream = fdopen(fcntl(fd, F_DUPFD_CLOEXEC, 0), "re");
	char line[1024], *name;
	struct dns_address address;
	size_t total = 0;

	if (!stream)
		return;
	while (total < FILE_LIMIT && fgets(line, sizeof(line), stream)) {
		total += strlen(line);
		if (hosts_line_parse(line, &address, &name))
			add_line(file, &address, name);
	}
	fclose(stream);
}

static void file_unref(struct hosts_file *file)
{
	struct map_slot *slot;

	if (!file || --file->refs)
		return;
	for (size_t at = 0; (slot = map_next(&file->by_address, &at));)
		free(slot->value);
	map_done(&file->by_address);
	free(file);
}

static bool is_that(const struct hosts_file *file, const struct stat *stat)
{
	return file && file->device == stat->st_dev && file->inode == stat->st_ino &&
	       file->size == (uint64_t)stat->st_size &&
	       file->changed_ns == stat->st_mtim.tv_sec * INT64_C(1000000000) + stat->st_mtim.tv_nsec;
}

/* The file that fd is, as another process's is known already or by reading it; a reference is the caller's.
 */
static struct hosts_file *file_of(struct hosts *hosts, int fd)
{
	struct hosts_file *file;
	struct stat stat;

	if (fstat(fd, &stat) < 0 || !S_ISREG(stat.st_mode))
		return NULL;
	for (unsigned i = 0; i < FILES_LIMIT; i++) {
		if (!is_that(hosts->seen[i].file, &stat))
			continue;
		hosts->seen[i].file->refs++;
		return hosts->seen[i].file;
	}
	file = enrich_zalloc(sizeof(*file));
	*file = (struct hosts_file){
		.refs = 1, .device = stat.st_dev, .inode = stat.st_ino, .size = (uint64_t)stat.st_size
	};
	file->changed_ns = stat.st_mtim.tv_sec * INT64_C(1000000000) + stat.st_mtim.tv_nsec;
	read_lines(file, fd);
	return file;
}

static struct hosts_seen *seen_by(struct hosts *hosts, pid_t pid)
{
	struct hosts_seen *seen;

	for (unsigned i = 0; i < FILES_LIMIT; i++)
		if (hosts->seen[i].pid == pid)
			return &hosts->seen[i];
	seen = &hosts->seen[hosts->next_seen++ % FILES_LIMIT];
	file_unref(seen->file);
	*seen = (struct hosts_seen){ .pid = pid };
	return seen;
}

static void look_again(struct hosts *hosts, struct hosts_seen *seen)
{
	struct hosts_file *file;
	int fd = open_inside(seen->pid);

	if (fd < 0)
		return; /* the process may be gone: what was known stays */
	file = file_of(hosts, fd);
	close(fd);
	file_unref(seen->file);
	seen->file = file;
}

const char *hosts_file_name(struct hosts *hosts, pid_t pid, const struct dns_address *address)
{
	const struct hosts_line *line;
	struct hosts_seen *seen;
	const uint64_t now = clock_coarse_ns();

	if (pid <= 0)
		return NULL;
	seen = seen_by(hosts, pid);
	if (!seen->checked_ns || now - seen->checked_ns > CHECK_AGAIN_NS) {
		seen->checked_ns = now;
		look_again(hosts, seen);
	}
	line = seen->file ? map_get(&seen->file->by_address, learned_key(0, address)) : NULL;
	return line && line->address.size == address->size &&
			       !memcmp(line->address.ip, address->ip, address->size)
		       ? line->name
		       : NULL;
}

void hosts_file_done(struct hosts *hosts)
{
	for (unsigned i = 0; i < FILES_LIMIT; i++)
		file_unref(hosts->seen[i].file);
}
