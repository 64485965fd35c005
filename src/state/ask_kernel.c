/* ask_kernel: the real answers: pidfd_getfd(2) with getsockopt(2), and /proc/TID/fd. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/kcmp.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "diag.h"
#include "private.h"
#include "survey.h"

#ifndef SO_NETNS_COOKIE
#define SO_NETNS_COOKIE 71
#endif
/* linux/pidfd.h: refer to the very thread (6.9); needed when it has a table of its own or a dead leader. */
#ifndef PIDFD_THREAD
#define PIDFD_THREAD O_EXCL
#endif

/* pidfds of the threads that asked last: opening one costs as much as a question. */
enum { KEPT = 16, NAMESPACES = 16 };

/* A netlink socket in one network namespace. */
struct diag_socket {
	uint64_t netns; /* SO_NETNS_COOKIE; 0: unused */
	int fd;		/* negative: cannot be had */
};

struct ask_kernel {
	struct ask ask;
	struct {
		pid_t tid;
		int pidfd; /* when tid is not 0 */
	} kept[KEPT];
	struct survey survey;
	struct diag_socket diag[NAMESPACES]; /* the first is our own namespace's */
	unsigned diag_count;
};

static int open_pidfd(pid_t tid)
{
	int fd = (int)syscall(SYS_pidfd_open, tid, PIDFD_THREAD);

	if (fd < 0 && errno == EINVAL) /* before 6.9: leaders only */
		fd = (int)syscall(SYS_pidfd_open, tid, 0);
	return fd < 0 ? -errno : fd;
}

static int pidfd_of(struct ask_kernel *kernel, pid_t tid)
{
	unsigned at = (unsigned)tid % KEPT;
	int fd;

	if (kernel->kept[at].tid == tid)
		return kernel->kept[at].pidfd;
	fd = open_pidfd(tid);
	if (fd < 0)
		return fd;
	if (kernel->kept[at].tid)
		close(kernel->kept[at].pidfd);
	kernel->kept[at].tid = tid;
	kernel->kept[at].pidfd = fd;
	return fd;
}

static void kernel_forget(struct ask *ask, pid_t tid)
{
	struct ask_kernel *kernel = (struct ask_kernel *)ask;
	unsigned at = (unsigned)tid % KEPT;

	if (kernel->kept[at].tid != tid)
		return;
	close(kernel->kept[at].pidfd);
	kernel->kept[at].tid = 0;
}

static void kernel_free(struct ask *ask)
{
	struct ask_kernel *kernel = (struct ask_kernel *)ask;

	for (unsigned i = 0; i < KEPT; i++)
		if (kernel->kept[i].tid)
			close(kernel->kept[i].pidfd);
	survey_done(&kernel->survey);
	for (unsigned i = 0; i < kernel->diag_count; i++)
		if (kernel->diag[i].fd >= 0)
			close(kernel->diag[i].fd);
	free(kernel);
}

/* What /proc calls files that are no paths, and which kind they are. */
static enum file_kind kind_of_link(const char *link, uint64_t *inode)
{
	unsigned long long number;

	if (sscanf(link, "socket:[%llu]", &number) == 1) {
		*inode = number;
		return FILE_SOCKET;
	}
	if (!strcmp(link, "anon_inode:[eventpoll]"))
		return FILE_EPOLL;
	if (!strcmp(link, "anon_inode:[io_uring]"))
		return FILE_IO_URING;
	return FILE_OTHER;
}

/* readlink follows nothing and touches no file: the file may be on a filesystem that hangs. */
static int kernel_kind(struct ask *ask, pid_t tid, int fd, uint64_t *inode)
{
	char path[64], link[64];
	ssize_t len;

	(void)ask;
	snprintf(path, sizeof(path), "/proc/%d/fd/%d", (int)tid, fd);
	len = readlink(path, link, sizeof(link) - 1);
	if (len < 0)
		return errno == ENOENT ? -EBADF : FILE_UNKNOWN;
	link[len] = 0;
	return (int)kind_of_link(link, inode);
}

static int option(int fd, int name, int unknown)
{
	int value;
	socklen_t len = sizeof(value);

	return getsockopt(fd, SOL_SOCKET, name, &value, &len) == 0 ? value : unknown;
}

static uint64_t cookie(int fd, int name)
{
	uint64_t value;
	socklen_t len = sizeof(value);

	return getsockopt(fd, SOL_SOCKET, name, &value, &len) == 0 ? value : 0;
}

static void ask_address(int fd, int (*get)(int, struct sockaddr *restrict, socklen_t *restrict), int protocol,
			struct address *address)
{
	struct sockaddr_storage raw;
	socklen_t len = sizeof(raw);

	if (get(fd, (struct sockaddr *)&raw, &len) == 0)
		address_set(address, &raw, len < sizeof(raw) ? len : (socklen_t)sizeof(raw),
			    protocol > 0 ? (uint16_t)protocol : 0);
}

/* A netlink socket that was never connected names the kernel, port 0 (netlink_getname): that is no peer yet.
 */
static void ask_peer(int fd, struct socket_facts *facts)
{
	struct sockaddr_nl kernel;

	ask_address(fd, getpeername, facts->protocol, &facts->peer);
	if (facts->peer.family != AF_NETLINK || facts->peer.length < sizeof(kernel))
		return;
	memcpy(&kernel, facts->peer.raw, sizeof(kernel));
	if (!kernel.nl_pid && !kernel.nl_groups)
		facts->peer = (struct address){ 0 };
}

static int own_diag(struct ask_kernel *kernel)
{
	struct diag_socket *own = &kernel->diag[0];

	if (!kernel->diag_count) {
		kernel->diag_count = 1;
		own->fd = diag_open();
		own->netns = own->fd >= 0 ? cookie(own->fd, SO_NETNS_COOKIE) : 0;
	}
	return own->fd;
}

static int diag_of(const struct ask_kernel *kernel, uint64_t netns)
{
	for (unsigned i = 0; i < kernel->diag_count; i++)
		if (kernel->diag[i].netns == netns)
			return kernel->diag[i].fd;
	return -ENOENT;
}

/* Opens a netlink socket in the namespace of a socket that was fetched, the first time that one of it is. */
static void prepare_diag(struct ask_kernel *kernel, int fd, uint64_t netns)
{
	if (!netns || own_diag(kernel) < 0 || netns == kernel->diag[0].netns ||
	    diag_of(kernel, netns) != -ENOENT || kernel->diag_count == NAMESPACES)
		return;
	kernel->diag[kernel->diag_count++] = (struct diag_socket){ netns, diag_open_beside(fd) };
}

/*
 * Whether the socket is of its own name's family. AF_SMC and AF_RDS have names of AF_INET and AF_INET6
 * (net/smc/af_smc.c, net/rds/af_rds.c), but never these protocols.
 */
static bool family_is_name(const struct socket_facts *facts)
{
	const unsigned family = facts->local.family;

	return address_known(&facts->local) &&
	       ((family != AF_INET && family != AF_INET6) || facts->protocol == IPPROTO_TCP ||
		facts->protocol == IPPROTO_UDP);
}

/* What addresses say already need not be asked; and one with a peer does not listen. */
static void complete_type(int fd, struct socket_facts *facts)
{
	facts->family = family_is_name(facts) ? facts->local.family : option(fd, SO_DOMAIN, -1);
	facts->listening = !address_known(&facts->peer) && option(fd, SO_ACCEPTCONN, 0) > 0;
}

static void ask_all(int fd, unsigned what, struct socket_facts *facts)
{
	struct stat stat;

	if (what & ASK_TYPE) {
		facts->type = option(fd, SO_TYPE, -1);
		facts->protocol = option(fd, SO_PROTOCOL, -1);
	}
	if (what & ASK_COOKIE)
		facts->cookie = cookie(fd, SO_COOKIE);
	if (what & ASK_NETNS)
		facts->netns = cookie(fd, SO_NETNS_COOKIE);
	if ((what & ASK_INODE) && fstat(fd, &stat) == 0)
		facts->inode = stat.st_ino;
	if (what & ASK_LOCAL)
		ask_address(fd, getsockname, facts->protocol, &facts->local);
	if (what & ASK_PEER)
		ask_peer(fd, facts);
	if (what & ASK_TYPE)
		complete_type(fd, facts);
}

static int kernel_socket(struct ask *ask, pid_t tid, int fd, unsigned what, struct socket_facts *facts)
{
	int pidfd = pidfd_of((struct ask_kernel *)ask, tid);
	int type, ours;
	socklen_t len = sizeof(type);

	if (pidfd < 0)
		return pidfd;
	ours = (int)syscall(SYS_pidfd_getfd, pidfd, fd, 0);
	if (ours < 0)
		return -errno;
	if (!(what & (ASK_TYPE | ASK_COOKIE)) && getsockopt(ours, SOL_SOCKET, SO_TYPE, &type, &len) < 0) {
		close(ours);
		return -ENOTSOCK;
	}
	ask_all(ours, what, facts);
	if (ask->will_ask_running && (what & ASK_NETNS))
		prepare_diag((struct ask_kernel *)ask, ours, facts->netns);
	close(ours);
	return (what & ASK_COOKIE && !facts->cookie) || (what & ASK_TYPE && facts->type < 0) ? -ENOTSOCK : 0;
}

static bool kernel_may_call(struct ask *ask, pid_t tid, uint64_t number, uint64_t arg)
{
	unsigned long long in, with;
	char path[64], text[64];
	ssize_t len;
	int file;

	(void)ask;
	snprintf(path, sizeof(path), "/proc/%d/syscall", (int)tid);
	file = open(path, O_RDONLY | O_CLOEXEC);
	len = file < 0 ? -1 : read(file, text, sizeof(text) - 1);
	if (file >= 0)
		close(file);
	if (len < 0)
		return errno != ENOENT && errno != ESRCH;
	text[len] = 0;
	if (sscanf(text, "%llu %llx", &in, &with) < 2)
		return text[0] == 'r'; /* running; -1: in no call */
	return in == number && (uint32_t)with == (uint32_t)arg;
}

static uint64_t kernel_now(struct ask *ask)
{
	(void)ask;
	return clock_monotonic_ns();
}

static int kernel_asleep(struct ask *ask, pid_t tid, uint64_t inode, struct socket_facts *facts)
{
	return survey_find(&((struct ask_kernel *)ask)->survey, tid, inode, facts) ? 0 : -ENOENT;
}

static int kernel_cloexec(struct ask *ask, pid_t tid, int fd)
{
	char path[64], text[256], *flags;
	int file;
	ssize_t len;

	(void)ask;
	snprintf(path, sizeof(path), "/proc/%d/fdinfo/%d", (int)tid, fd);
	file = open(path, O_RDONLY | O_CLOEXEC);
	if (file < 0)
		return errno == ENOENT ? -EBADF : -errno;
	len = read(file, text, sizeof(text) - 1);
	close(file);
	if (len <= 0)
		return len < 0 && errno == ENOENT ? -EBADF : -EIO;
	text[len] = 0;
	flags = strstr(text, "flags:");
	return flags ? (strtoul(flags + 6, NULL, 8) & O_CLOEXEC) != 0 : -EIO;
}

static int kernel_list(struct ask *ask, pid_t tid, void (*fn)(void *user, int fd), void *user)
{
	char path[64];
	struct dirent *entry;
	DIR *dir;

	(void)ask;
	snprintf(path, sizeof(path), "/proc/%d/fd", (int)tid);
	dir = opendir(path);
	if (!dir)
		return -errno;
	while ((entry = readdir(dir)))
		if (entry->d_name[0] >= '0' && entry->d_name[0] <= '9')
			fn(user, atoi(entry->d_name));
	closedir(dir);
	return 0;
}

static int kernel_watches(struct ask *ask, pid_t tid, int epfd,
			  void (*fn)(void *user, int fd, uint64_t data, uint64_t inode), void *user)
{
	char path[64], line[256];
	unsigned long long data, inode;
	FILE *file;
	int fd;

	(void)ask;
	snprintf(path, sizeof(path), "/proc/%d/fdinfo/%d", (int)tid, epfd);
	file = fopen(path, "re");
	if (!file)
		return -errno;
	while (fgets(line, sizeof(line), file)) {
		int got = sscanf(line, "tfd: %d events: %*x data: %llx pos:%*d ino:%llx", &fd, &data, &inode);

		if (got >= 2)
			fn(user, fd, data, got == 3 ? inode : 0);
	}
	fclose(file);
	return 0;
}

static int kernel_same_table(struct ask *ask, pid_t a, pid_t b)
{
	long order = syscall(SYS_kcmp, a, b, KCMP_FILES, 0, 0);

	(void)ask;
	return order < 0 ? -errno : order == 0;
}

static int kernel_tcp_info(struct ask *ask, pid_t tid, int fd, void *info, uint32_t size)
{
	int pidfd = pidfd_of((struct ask_kernel *)ask, tid), ours, result;
	socklen_t len = size;

	if (pidfd < 0)
		return pidfd;
	ours = (int)syscall(SYS_pidfd_getfd, pidfd, fd, 0);
	if (ours < 0)
		return -errno;
	result = getsockopt(ours, IPPROTO_TCP, TCP_INFO, info, &len) == 0 ? (int)len : -errno;
	close(ours);
	return result;
}

static int kernel_tcp_running(struct ask *ask, const struct socket_facts *facts, void *info, uint32_t size)
{
	struct ask_kernel *kernel = (struct ask_kernel *)ask;
	int fd = own_diag(kernel);

	if (facts->netns && kernel->diag[0].netns && facts->netns != kernel->diag[0].netns)
		fd = diag_of(kernel, facts->netns);
	return fd < 0 ? fd : diag_tcp_info(fd, facts, info, size);
}

/* The inode tells whether a connection in our own namespace is the one that is meant. */
static int kernel_began(struct ask *ask, const struct socket_facts *facts)
{
	int fd = own_diag((struct ask_kernel *)ask);

	return fd < 0 ? fd : diag_tcp_began(fd, facts);
}

/* The netlink socket for the namespace of the thread's socket; ours where that is not known. */
static int diag_beside(struct ask_kernel *kernel, pid_t tid, int fd)
{
	int own = own_diag(kernel), pidfd = fd >= 0 ? pidfd_of(kernel, tid) : -1, ours, there = own;
	uint64_t netns;

	if (own < 0 || pidfd < 0)
		return own;
	ours = (int)syscall(SYS_pidfd_getfd, pidfd, fd, 0);
	if (ours < 0)
		return own;
	netns = cookie(ours, SO_NETNS_COOKIE);
	if (netns && netns != kernel->diag[0].netns) {
		prepare_diag(kernel, ours, netns);
		there = diag_of(kernel, netns);
	}
	close(ours);
	return there;
}

static uint64_t kernel_unix_peer(struct ask *ask, pid_t tid, int fd, uint64_t inode)
{
	int there = diag_beside((struct ask_kernel *)ask, tid, fd);

	return there >= 0 ? diag_unix_peer(there, inode) : 0;
}

static void kernel_unix_peers(struct ask *ask,
			      void (*fn)(void *user, int type, uint64_t inode, uint64_t peer), void *user)
{
	int fd = own_diag((struct ask_kernel *)ask);

	if (fd >= 0)
		diag_unix_peers(fd, fn, user);
}

struct ask *ask_kernel_new(void)
{
	struct ask_kernel *kernel = state_zalloc(sizeof(*kernel));

	kernel->ask = (struct ask){ .kind = kernel_kind,
				    .socket = kernel_socket,
				    .asleep = kernel_asleep,
				    .may_call = kernel_may_call,
				    .now = kernel_now,
				    .cloexec = kernel_cloexec,
				    .list = kernel_list,
				    .same_table = kernel_same_table,
				    .watches = kernel_watches,
				    .unix_peer = kernel_unix_peer,
				    .unix_peers = kernel_unix_peers,
				    .tcp_info = kernel_tcp_info,
				    .tcp_running = kernel_tcp_running,
				    .began = kernel_began,
				    .forget = kernel_forget,
				    .free = kernel_free };
	return &kernel->ask;
}
