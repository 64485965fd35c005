/*
 * takers: eight threads receive without a pause, and are killed in the midst of it: "exit" ends them all,
 * "kill" kills the process, "exec" has another program take its place.
 *
 * Must see: the line of every call that was begun, although its thread was killed at a stop.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

static int fds[2];

static void *take(void *arg)
{
	char data[64];

	for (;;)
		recv(fds[0], data, sizeof data, MSG_DONTWAIT); /* taken here */
	return arg;
}

int main(int argc, char **argv)
{
	pthread_t thread;

	if (argc != 2 || socketpair(AF_UNIX, SOCK_STREAM, 0, fds))
		return 1;
	for (int i = 0; i < 8; i++)
		if (pthread_create(&thread, NULL, take, NULL))
			return 1;
	usleep(3000);
	if (argv[1][1] == 'i') {
		kill(getpid(), SIGKILL);
		pause();
	}
	if (argv[1][2] == 'e')
		execl("/bin/true", "true", NULL);
	_exit(0);
}
