/*
 * replaced: loads a library whose file another one then takes the place of, or that is deleted, before it is
 * called. With "rewrite" as a third word, the other one is written into the library's own file between two
 * calls, from other places; with "same", from the same one. With "touch", its file's time alone is changed.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

static int rewrite(const char *path, const char *with, const char *how)
{
	if (!strcmp(how, "touch"))
		return utimensat(AT_FDCWD, path, NULL, 0);
	const int from = open(with, O_RDONLY), to = open(path, O_WRONLY);
	ssize_t sent;

	if (from < 0 || to < 0)
		return -1;
	while ((sent = sendfile(to, from, NULL, 1 << 20)) > 0)
		;
	close(to);
	return (int)sent;
}

int main(int argc, char **argv)
{
	void *library = argc > 1 ? dlopen(argv[1], RTLD_NOW) : NULL;
	void (*plugin)(void) = library ? (void (*)(void))(uintptr_t)dlsym(library, "plugin") : NULL;
	void (*again)(void) = library ? (void (*)(void))(uintptr_t)dlsym(library, "again") : NULL;

	if (!plugin)
		return 1;
	if (argc > 3) {
		plugin();
		usleep(500000); /* its line is looked up while this goes on, in the file as it is by then */
		if (!again || rewrite(argv[1], argv[2], argv[3]))
			return 2;
		if (strcmp(argv[3], "rewrite") != 0)
			usleep(400000); /* so often files are looked at */
		if (strcmp(argv[3], "same") != 0)
			again();
		plugin();
		return 0;
	}
	if (argc > 2 ? rename(argv[2], argv[1]) : unlink(argv[1]))
		return 2;
	plugin();
	return 0;
}
