/*
 * lists: one struct names per family of constants, the contents of src/names/. Made by tools/names
 * from the headers of Linux 7.3.4: do not edit.
 */
#ifndef SOCKLINE_NAMES_LISTS_H
#define SOCKLINE_NAMES_LISTS_H

#include "names/names.h"

/* --- socket --- */

/* Address families: socket(2)'s domain, sa_family. */
extern const struct names names_address_family;

/* Socket types, without the flags that share their argument (socket_flags). */
extern const struct names names_socket_type;

/* Flags that socket(2), socketpair(2) and accept4(2) take beside the type. */
extern const struct names names_socket_flags;

/* The calls behind i386's socketcall(2). */
extern const struct names names_socketcall;

/* IP protocols: socket(2)'s protocol for AF_INET and AF_INET6. */
extern const struct names names_ip_protocol;

/* Flags of send(2), recv(2) and msg_flags. */
extern const struct names names_msg_flags;

/* How shutdown(2) shuts down. */
extern const struct names names_shutdown_how;

/* Levels of socket options and control messages. Bluetooth's sockets have their own: bluetooth_level. */
extern const struct names names_sockopt_level;

/* Netlink protocols: socket(2)'s protocol for AF_NETLINK. */
extern const struct names names_netlink_protocol;

/* Ethernet protocols, in host byte order (AF_PACKET has them in network order). */
extern const struct names names_ethernet_protocol;

/* sll_pkttype of AF_PACKET. */
extern const struct names names_packet_type;

/* Kinds of network device: sll_hatype, ifi_type, sa_family of a hardware address. */
extern const struct names names_arp_hardware;

/* Well-known context ids of AF_VSOCK. */
extern const struct names names_vsock_cid;

/* Error numbers; names_errno is the quick way to a name. */
extern const struct names names_error_number;

/* What each error number means in words, with the text in the place of the name. */
extern const struct names names_errno_text_list;

/* Signals; names_signal is the quick way to a name. */
extern const struct names names_signal_number;

/* --- file --- */

/* poll(2)'s events and revents. */
extern const struct names names_poll_events;

/* epoll_ctl(2)'s and epoll_wait(2)'s events. */
extern const struct names names_epoll_events;

/* epoll_ctl(2)'s operations. */
extern const struct names names_epoll_op;

/* Flags of epoll_create1(2). */
extern const struct names names_epoll_create_flags;

/* fcntl(2)'s and i386's fcntl64(2)'s commands. */
extern const struct names names_fcntl_command;

/* Flags of open(2) and F_GETFL on x86. */
extern const struct names names_open_flags;

/* Flags of F_GETFD. */
extern const struct names names_fd_flags;

/* Flags of close_range(2). */
extern const struct names names_close_range_flags;

/* ioctl(2) requests that any socket may get. Protocols have more in ranges that they share. */
extern const struct names names_ioctl_socket;

/* --- option --- */

/* SOL_SOCKET's options. */
extern const struct names names_so;

/* SOL_IP's options, and its control messages. */
extern const struct names names_ip;

/* SOL_IPV6's options, and its control messages. */
extern const struct names names_ipv6;

/* SOL_TCP's options, and its control message. */
extern const struct names names_tcp;

/* SOL_UDP's and SOL_UDPLITE's options, and SOL_UDP's control messages. */
extern const struct names names_udp;

/* SOL_RAW's options: AF_INET's and AF_INET6's. */
extern const struct names names_raw;

/* SOL_ICMPV6's options. */
extern const struct names names_icmpv6;

/* SOL_PACKET's options, and its control messages. */
extern const struct names names_packet;

/* SOL_NETLINK's options, and its control messages. */
extern const struct names names_netlink;

/* AF_VSOCK's options: their level is the address family, or SOL_VSOCK. */
extern const struct names names_vsock;

/* SOL_TLS's options. */
extern const struct names names_tls;

/* SOL_XDP's options. */
extern const struct names names_xdp;

/* SOL_MPTCP's options. */
extern const struct names names_mptcp;

/* SOL_SCTP's options. */
extern const struct names names_sctp;

/* SOL_CAN_RAW's options. */
extern const struct names names_can_raw;

/* SOL_ALG's options, and its control messages. */
extern const struct names names_alg;

/* SOL_BLUETOOTH's options. */
extern const struct names names_bluetooth;

/* SOL_SOCKET's control messages. */
extern const struct names names_scm;

#endif
