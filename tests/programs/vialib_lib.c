/* vialib_lib: the library of vialib.c, built without debug information. */
#include <string.h>
#include <sys/socket.h>

int lib_pair(int fds[2]);
long lib_send(int fd, const char *text);
long lib_call_back(long (*fn)(int fd), int fd);

int lib_pair(int fds[2])
{
	int done = socketpair(AF_UNIX, SOCK_STREAM, 0, fds);
	return done ? -1 : 0;
}

static __attribute__((noinline)) long inner(int fd, const char *text)
{
	long done = send(fd, text, strlen(text), 0);
	return done < 0 ? -1 : done;
}

long lib_send(int fd, const char *text)
{
	long done = inner(fd, text);
	return done + (text[0] == '\n');
}

long lib_call_back(long (*fn)(int fd), int fd)
{
	long done = fn(fd);
	return done + (fd < 0);
}
