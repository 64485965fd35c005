/* linger: calls listen(2) on no socket until the file that it was given is gone, and once more; the backlog
 * is the call's line. */
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static inline __attribute__((always_inline)) void call(void)
{
	listen(-1, __LINE__);
	__asm__ volatile("" ::: "memory");
}

int main(int argc, char **argv)
{
	const struct timespec moment = { 0, 2000000 };

	while (argc > 1 && access(argv[1], F_OK) == 0) {
		call();
		nanosleep(&moment, 0);
	}
	call();
	return 0;
}
