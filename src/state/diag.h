/*
 * diag: questions to sock_diag(7), in the network namespace in which the netlink socket was opened.
 *
 * Holds no reference on any socket, so a running program may be asked about. Knows nothing of files and
 * tables.
 */
#ifndef SOCKLINE_STATE_DIAG_H
#define SOCKLINE_STATE_DIAG_H

#include <stdint.h>

/* A netlink socket for the others, or a negative errno. */
int diag_open(void);
/* The inode of the socket that the unix socket with this inode is connected to; 0: none, or not known. */
uint64_t diag_unix_peer(int fd, uint64_t inode);

#endif
