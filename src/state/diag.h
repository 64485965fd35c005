/*
 * diag: questions to sock_diag(7), in the network namespace in which the netlink socket was opened.
 *
 * Holds no reference on any socket, so a running program may be asked about. Knows nothing of files and
 * tables.
 */
#ifndef SOCKLINE_STATE_DIAG_H
#define SOCKLINE_STATE_DIAG_H

#include <stdint.h>

#include "state/ask.h"

/* A netlink socket for the others, in our network namespace; or a negative errno. */
int diag_open(void);
/* The same in the namespace of that socket of any kind; needs CAP_NET_ADMIN there and CAP_SYS_ADMIN here. */
int diag_open_beside(int socket);
/* struct tcp_info of the connection with these ends and cookie. Bytes that were filled, or a negative errno.
 */
int diag_tcp_info(int fd, const struct socket_facts *facts, void *info, uint32_t size);
/*
 * Whether this end of the connection with these ends and inode began it: 1, or 0: it was accepted. -EAGAIN:
 * that cannot be told; or another negative errno.
 */
int diag_tcp_began(int fd, const struct socket_facts *facts);
/* The inode of the socket that the unix socket with this inode is connected to; 0: none, or not known. */
uint64_t diag_unix_peer(int fd, uint64_t inode);
/* The same of all that have one: one question, as each of the above takes time with the number of unix
 * sockets. */
void diag_unix_peers(int fd, void (*fn)(void *user, int type, uint64_t inode, uint64_t peer), void *user);

#endif
