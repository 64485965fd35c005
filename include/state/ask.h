/*
 * ask: the questions that state puts to the kernel about a thread's fds, as an interface, so that tests can
 * answer.
 *
 * Knows nothing of tables and files. ask_kernel_new is the real one: pidfd_getfd and getsockopt (any network
 * namespace, under 2 us), /proc/TID/fd where that is refused. kernel-facts: a fetched fd keeps the socket
 * open, so it is used only while the thread is held, and closed before the function returns.
 */
#ifndef SOCKLINE_STATE_ASK_H
#define SOCKLINE_STATE_ASK_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "model/address.h"
#include "model/file.h"

struct socket_facts {
	int family, type, protocol; /* -1: unknown */
	uint64_t cookie;	    /* SO_COOKIE; 0: unknown */
	uint64_t inode;		    /* in sockfs; 0: unknown */
	uint64_t netns;		    /* SO_NETNS_COOKIE; 0: unknown */
	bool listening;
	bool connecting;	    /* peer is whom it is to reach; running threads' sockets only */
	struct address local, peer; /* length 0: none or unknown */
};

enum ask_what {
	ASK_COOKIE = 1,
	ASK_TYPE = 2, /* family, type, protocol, listening */
	ASK_LOCAL = 4,
	ASK_PEER = 8,
	ASK_NETNS = 16,
	ASK_INODE = 32,
	ASK_ALL = 63,
};

struct ask {
	/*
	 * Which kind of file fd of the thread is, touching nothing of it: enum file_kind (FILE_UNKNOWN: not
	 * allowed to know) or -EBADF. *inode is set for sockets. May be asked of a running thread.
	 */
	int (*kind)(struct ask *ask, pid_t tid, int fd, uint64_t *inode);
	/*
	 * Held only. Fills those facts that `what` names and that could be learned, the others are left
	 * alone. 0, or -ENOTSOCK, -EBADF (no such fd), -EPERM and others (not allowed).
	 */
	int (*socket)(struct ask *ask, pid_t tid, int fd, unsigned what, struct socket_facts *facts);
	/*
	 * The same of a running thread's socket by its inode, as far as it can be known without touching it:
	 * addresses, never the cookie. May take long; 0 or -ENOENT.
	 */
	int (*asleep)(struct ask *ask, pid_t tid, uint64_t inode, struct socket_facts *facts);
	/* 1: close-on-exec, 0: not, -EBADF: no such fd, other negative errno: not allowed. */
	int (*cloexec)(struct ask *ask, pid_t tid, int fd);
	/* Calls fn for each open fd of the thread. 0 or negative errno. */
	int (*list)(struct ask *ask, pid_t tid, void (*fn)(void *user, int fd), void *user);
	/* 1: both threads use the same fd table, 0: they do not, negative errno: cannot be told. kcmp(2). */
	int (*same_table)(struct ask *ask, pid_t a, pid_t b);
	/*
	 * Calls fn for each registration of an epoll, with the inode of the file that was registered (0:
	 * unknown). 0 or negative errno. proc_pid_fdinfo(5)
	 */
	int (*watches)(struct ask *ask, pid_t tid, int epfd,
		       void (*fn)(void *user, int fd, uint64_t data, uint64_t inode), void *user);
	/*
	 * The inode of the unix socket that the one with this inode is connected to; 0: none or unknown. fd,
	 * when the thread is held, is that socket, for its network namespace; -1: in ours. sock_diag(7)
	 */
	uint64_t (*unix_peer)(struct ask *ask, pid_t tid, int fd, uint64_t inode);
	/*
	 * Calls fn for each unix socket of our network namespace that has a peer, with both inodes and its
	 * type. The peer of a datagram socket may be many others' and have another itself, or none.
	 */
	void (*unix_peers)(struct ask *ask, void (*fn)(void *user, int type, uint64_t inode, uint64_t peer),
			   void *user);
	/* Held: struct tcp_info of the fd. Bytes that were filled, or negative errno. tcp(7) */
	int (*tcp_info)(struct ask *ask, pid_t tid, int fd, void *info, uint32_t size);
	/* The same of a socket by its ends, cookie and network namespace, whoever holds it; holds no
	 * reference. */
	int (*tcp_running)(struct ask *ask, const struct socket_facts *facts, void *info, uint32_t size);
	/*
	 * Whether the TCP connection with these ends and inode was begun by this end: 1, or 0: accepted;
	 * negative: cannot be told (another network namespace, no right to ask, it is about to end). Holds no
	 * reference.
	 */
	int (*began)(struct ask *ask, const struct socket_facts *facts);
	/*
	 * Whether the thread may be in that system call, of its ABI's number, with that first argument: it is
	 * unless it sleeps in another one, or is gone. proc_pid_syscall(5)
	 */
	bool (*may_call)(struct ask *ask, pid_t tid, uint64_t number, uint64_t arg);
	/* CLOCK_MONOTONIC now, which is later than the stop that is being worked on. */
	uint64_t (*now)(struct ask *ask);
	/* The thread ended: nothing kept for its number is true any more. */
	void (*forget)(struct ask *ask, pid_t tid);
	void (*free)(struct ask *ask);
	/* tcp_running will be called: socket() then sees to it that it can be, in whatever network namespace.
	 */
	bool will_ask_running;
};

struct ask *ask_kernel_new(void);

#endif
