/* An fd of a stopped thread, borrowed for a moment: pidfd_getfd(2). */
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include "tracee.h"

/* Its value is O_EXCL: pidfd_open(2), Linux 6.9. A thread may have fds of its own, or outlive its leader. */
enum { PIDFD_OF_THREAD = O_EXCL };

int borrow_fd(const struct tracee *tracee, uint64_t fd)
{
	int pidfd = (int)syscall(SYS_pidfd_open, tracee->task.tid, PIDFD_OF_THREAD), got;

	if (pidfd < 0)
		pidfd = (int)syscall(SYS_pidfd_open, tracee->task.process->pid, 0);
	if (pidfd < 0)
		return -1;
	got = (int)syscall(SYS_pidfd_getfd, pidfd, (int)fd, 0);
	close(pidfd);
	return got;
}

uint64_t borrow_timeout(int fd, int option)
{
	struct timeval time = { 0 };
	socklen_t size = sizeof(time);

	if (fd < 0 || getsockopt(fd, SOL_SOCKET, option, &time, &size) || (!time.tv_sec && !time.tv_usec))
		return UINT64_MAX;
	return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_usec * 1000u;
}
