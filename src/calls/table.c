/*
 * The table of calls: one row per call, in the order of calls.def.
 *
 * Argument names are those of the man pages (section 2). .hidden leaves an argument out of the text without
 * -v because it says nothing new (lengths, counts); .hidden_zero because it is at its default.
 */
#include "calls/row.h"

#include "names/names.h"

#define ROW_FDS(call, use, does, class, gives, main, other)                                                 \
	.name = #call, .id = CALL_##call, .fd_use = use, .effect = does, .classes = class, .result = gives, \
	.fd_arg = main, .fd_arg2 = other
#define ROW(call, use, does, class, gives) ROW_FDS(call, use, does, class, gives, 0, -1)

#define FD(n)                         \
	{                             \
		.name = n, .as = A_FD \
	}
#define INT(n)                         \
	{                              \
		.name = n, .as = A_INT \
	}
#define UINT(n)                         \
	{                               \
		.name = n, .as = A_UINT \
	}
#define SIZE(n)                         \
	{                               \
		.name = n, .as = A_SIZE \
	}
#define POINTER(n)                                           \
	{                                                    \
		.name = n, .as = A_POINTER, .hidden_zero = 1 \
	}
#define ENUM(n, list)                                           \
	{                                                       \
		.name = n, .as = A_ENUM, .names = &names_##list \
	}
#define FLAGS(n, list)                                                             \
	{                                                                          \
		.name = n, .as = A_FLAGS, .hidden_zero = 1, .names = &names_##list \
	}
#define PLAIN_FLAGS(n)                                     \
	{                                                  \
		.name = n, .as = A_FLAGS, .hidden_zero = 1 \
	}
#define HIDDEN_SIZE(n)                               \
	{                                            \
		.name = n, .as = A_SIZE, .hidden = 1 \
	}
#define HIDDEN_INT(n)                               \
	{                                           \
		.name = n, .as = A_INT, .hidden = 1 \
	}
#define OFFSET(n)                         \
	{                                 \
		.name = n, .as = A_OFFSET \
	}
#define OFFSET_REF(n)                                                            \
	{                                                                        \
		.name = n, .as = A_OFFSET_REF, .when = AT_BOTH, .hidden_zero = 1 \
	}
#define UNUSED                             \
	{                                  \
		.name = NULL, .as = A_NONE \
	}

#define ADDRESS_IN(n, len)                                                                         \
	{                                                                                          \
		.name = n, .as = A_SOCKADDR, .len_kind = LEN_ARG, .len_arg = len, .hidden_zero = 1 \
	}
#define ADDRESS_OUT(n, len)                                                                            \
	{                                                                                              \
		.name = n, .as = A_SOCKADDR, .when = AT_EXIT, .len_kind = LEN_ARG_REF, .len_arg = len, \
		.hidden = 1                                                                            \
	}
#define ADDRLEN(n)                                      \
	{                                               \
		.name = n, .as = A_SOCKLEN, .hidden = 1 \
	}
#define ADDRLEN_REF(n)                                                                \
	{                                                                             \
		.name = n, .as = A_SOCKLEN, .when = AT_BOTH, .by_ref = 1, .hidden = 1 \
	}

#define BYTES_IN(n, len)                                                      \
	{                                                                     \
		.name = n, .as = A_BYTES, .len_kind = LEN_ARG, .len_arg = len \
	}
#define BYTES_OUT(n, len)                                                                         \
	{                                                                                         \
		.name = n, .as = A_BYTES, .when = AT_EXIT, .len_kind = LEN_RESULT, .len_arg = len \
	}
#define IOVEC_IN(n, count)                                                      \
	{                                                                       \
		.name = n, .as = A_IOVEC, .len_kind = LEN_ARG, .len_arg = count \
	}
#define IOVEC_OUT(n, count)                                                                      \
	{                                                                                        \
		.name = n, .as = A_IOVEC, .when = AT_EXIT, .len_kind = LEN_ARG, .len_arg = count \
	}
#define MSGHDR_IN(n)                      \
	{                                 \
		.name = n, .as = A_MSGHDR \
	}
#define MSGHDR_OUT(n)                                      \
	{                                                  \
		.name = n, .as = A_MSGHDR, .when = AT_BOTH \
	}
#define MMSGHDR_IN(n, count)                                                                       \
	{                                                                                          \
		.name = n, .as = A_MMSGHDR, .when = AT_BOTH, .len_kind = LEN_ARG, .len_arg = count \
	}
#define MMSGHDR_OUT(n, count)                                                                      \
	{                                                                                          \
		.name = n, .as = A_MMSGHDR, .when = AT_BOTH, .len_kind = LEN_ARG, .len_arg = count \
	}
#define MSG_FLAGS FLAGS("flags", msg_flags)

#define FDSET(n)                                                                             \
	{                                                                                    \
		.name = n, .as = A_FDSET, .when = AT_BOTH, .len_kind = LEN_ARG, .len_arg = 0 \
	}
#define POLLFDS(n)                                                                             \
	{                                                                                      \
		.name = n, .as = A_POLLFDS, .when = AT_BOTH, .len_kind = LEN_ARG, .len_arg = 1 \
	}
#define EVENTS(n)                                                                                       \
	{                                                                                               \
		.name = n, .as = A_EPOLL_EVENTS, .when = AT_EXIT, .len_kind = LEN_RESULT, .len_arg = 2, \
		.hidden = 1                                                                             \
	}
#define MILLISECONDS(n)                         \
	{                                       \
		.name = n, .as = A_MILLISECONDS \
	}
#define TIMEVAL(n)                                          \
	{                                                   \
		.name = n, .as = A_TIMEVAL, .when = AT_BOTH \
	}
#define TIMESPEC(n)                                          \
	{                                                    \
		.name = n, .as = A_TIMESPEC, .when = AT_BOTH \
	}
#define TIMESPEC64(n)                         \
	{                                     \
		.name = n, .as = A_TIMESPEC64 \
	}
#define SIGSET(n, len)                                                                           \
	{                                                                                        \
		.name = n, .as = A_SIGSET, .len_kind = LEN_ARG, .len_arg = len, .hidden_zero = 1 \
	}

#define NO_ARGS .arg_count = 0
#define ARGS(...) \
	.arg_count = sizeof((struct arg[]){ __VA_ARGS__ }) / sizeof(struct arg), .args = { __VA_ARGS__ }

#define SOCKET_ARGS                                                                \
	{ .name = "domain", .as = A_FAMILY, .names = &names_address_family },      \
		{ .name = "type", .as = A_SOCKTYPE, .names = &names_socket_type }, \
	{                                                                          \
		.name = "protocol", .as = A_PROTOCOL, .hidden_zero = 1             \
	}
#define OPTION_ARGS                                           \
	FD("sockfd"), { .name = "level", .as = A_OPT_LEVEL }, \
	{                                                     \
		.name = "optname", .as = A_OPT_NAME           \
	}

const struct row call_rows[CALL_COUNT] = {
	[CALL_socket] = { ROW(socket, FD_NONE, EFFECT_SOCKET, CLASS_LIFECYCLE | CLASS_NET, RESULT_FD),
			  ARGS(SOCKET_ARGS) },
	[CALL_socketpair] = { ROW(socketpair, FD_NONE, EFFECT_SOCKETPAIR, CLASS_LIFECYCLE | CLASS_NET,
				  RESULT_ZERO),
			      ARGS(SOCKET_ARGS, { .name = "sv", .as = A_FD_PAIR, .when = AT_EXIT }) },
	[CALL_bind] = { ROW(bind, FD_SOCKET, EFFECT_BIND, CLASS_LIFECYCLE | CLASS_NET, RESULT_ZERO),
			ARGS(FD("sockfd"), ADDRESS_IN("addr", 2), ADDRLEN("addrlen")) },
	[CALL_listen] = { ROW(listen, FD_SOCKET, EFFECT_LISTEN, CLASS_LIFECYCLE | CLASS_NET, RESULT_ZERO),
			  ARGS(FD("sockfd"), INT("backlog")) },
	[CALL_accept] = { ROW(accept, FD_SOCKET, EFFECT_ACCEPT, CLASS_LIFECYCLE | CLASS_NET, RESULT_FD),
			  ARGS(FD("sockfd"), ADDRESS_OUT("addr", 2), ADDRLEN_REF("addrlen")) },
	[CALL_accept4] = { ROW(accept4, FD_SOCKET, EFFECT_ACCEPT, CLASS_LIFECYCLE | CLASS_NET, RESULT_FD),
			   ARGS(FD("sockfd"), ADDRESS_OUT("addr", 2), ADDRLEN_REF("addrlen"),
				FLAGS("flags", socket_flags)) },
	[CALL_connect] = { ROW(connect, FD_SOCKET, EFFECT_CONNECT, CLASS_LIFECYCLE | CLASS_NET, RESULT_ZERO),
			   ARGS(FD("sockfd"), ADDRESS_IN("addr", 2), ADDRLEN("addrlen")) },
	[CALL_shutdown] = { ROW(shutdown, FD_SOCKET, EFFECT_SHUTDOWN, CLASS_LIFECYCLE | CLASS_NET,
				RESULT_ZERO),
			    ARGS(FD("sockfd"), ENUM("how", shutdown_how)) },
	[CALL_getsockname] = { ROW(getsockname, FD_SOCKET, EFFECT_GETSOCKNAME, CLASS_OPTIONS | CLASS_NET,
				   RESULT_ZERO),
			       ARGS(FD("sockfd"), ADDRESS_OUT("addr", 2), ADDRLEN_REF("addrlen")) },
	[CALL_getpeername] = { ROW(getpeername, FD_SOCKET, EFFECT_GETPEERNAME, CLASS_OPTIONS | CLASS_NET,
				   RESULT_ZERO),
			       ARGS(FD("sockfd"), ADDRESS_OUT("addr", 2), ADDRLEN_REF("addrlen")) },

	[CALL_sendto] = { ROW(sendto, FD_SOCKET, EFFECT_SEND, CLASS_DATA | CLASS_NET, RESULT_INT),
			  ARGS(FD("sockfd"), BYTES_IN("buf", 2), SIZE("len"), MSG_FLAGS,
			       ADDRESS_IN("dest_addr", 5), ADDRLEN("addrlen")) },
	[CALL_recvfrom] = { ROW(recvfrom, FD_SOCKET, EFFECT_RECEIVE, CLASS_DATA | CLASS_NET, RESULT_INT),
			    ARGS(FD("sockfd"), BYTES_OUT("buf", 2), SIZE("len"), MSG_FLAGS,
				 ADDRESS_OUT("src_addr", 5), ADDRLEN_REF("addrlen")) },
	[CALL_sendmsg] = { ROW(sendmsg, FD_SOCKET, EFFECT_SENDMSG, CLASS_DATA | CLASS_NET, RESULT_INT),
			   ARGS(FD("sockfd"), MSGHDR_IN("msg"), MSG_FLAGS) },
	[CALL_recvmsg] = { ROW(recvmsg, FD_SOCKET, EFFECT_RECVMSG, CLASS_DATA | CLASS_NET, RESULT_INT),
			   ARGS(FD("sockfd"), MSGHDR_OUT("msg"), MSG_FLAGS) },
	[CALL_sendmmsg] = { ROW(sendmmsg, FD_SOCKET, EFFECT_SENDMMSG, CLASS_DATA | CLASS_NET, RESULT_INT),
			    ARGS(FD("sockfd"), MMSGHDR_IN("msgvec", 2),
				 { .name = "vlen", .as = A_UINT, .hidden = 1 }, MSG_FLAGS) },
	[CALL_recvmmsg] = { ROW(recvmmsg, FD_SOCKET, EFFECT_RECVMMSG, CLASS_DATA | CLASS_NET, RESULT_INT),
			    ARGS(FD("sockfd"), MMSGHDR_OUT("msgvec", 2),
				 { .name = "vlen", .as = A_UINT, .hidden = 1 }, MSG_FLAGS,
				 { .name = "timeout",
				   .as = A_TIMESPEC,
				   .when = AT_BOTH,
				   .hidden_zero = 1 }) },
	[CALL_setsockopt] = { ROW(setsockopt, FD_SOCKET, EFFECT_SETSOCKOPT, CLASS_OPTIONS | CLASS_NET,
				  RESULT_ZERO),
			      ARGS(OPTION_ARGS,
				   { .name = "optval", .as = A_OPT_VALUE, .len_kind = LEN_ARG, .len_arg = 4 },
				   ADDRLEN("optlen")) },
	[CALL_getsockopt] = { ROW(getsockopt, FD_SOCKET, EFFECT_GETSOCKOPT, CLASS_OPTIONS | CLASS_NET,
				  RESULT_ZERO),
			      ARGS(OPTION_ARGS,
				   { .name = "optval",
				     .as = A_OPT_VALUE,
				     .when = AT_BOTH,
				     .by_ref = 1,
				     .len_kind = LEN_ARG_REF,
				     .len_arg = 4 },
				   ADDRLEN_REF("optlen")) },
	/* Only ABIs with socketcall, and some without sendto's short form, have these two. */
	[CALL_send] = { ROW(send, FD_SOCKET, EFFECT_SEND, CLASS_DATA | CLASS_NET, RESULT_INT),
			ARGS(FD("sockfd"), BYTES_IN("buf", 2), SIZE("len"), MSG_FLAGS) },
	[CALL_recv] = { ROW(recv, FD_SOCKET, EFFECT_RECEIVE, CLASS_DATA | CLASS_NET, RESULT_INT),
			ARGS(FD("sockfd"), BYTES_OUT("buf", 2), SIZE("len"), MSG_FLAGS) },

	[CALL_read] = { ROW(read, FD_ANY, EFFECT_RECEIVE, CLASS_DATA, RESULT_INT),
			ARGS(FD("fd"), BYTES_OUT("buf", 2), SIZE("count")) },
	[CALL_write] = { ROW(write, FD_ANY, EFFECT_SEND, CLASS_DATA, RESULT_INT),
			 ARGS(FD("fd"), BYTES_IN("buf", 2), SIZE("count")) },
	[CALL_readv] = { ROW(readv, FD_ANY, EFFECT_RECEIVE, CLASS_DATA, RESULT_INT),
			 ARGS(FD("fd"), IOVEC_OUT("iov", 2), HIDDEN_INT("iovcnt")) },
	[CALL_writev] = { ROW(writev, FD_ANY, EFFECT_SEND, CLASS_DATA, RESULT_INT),
			  ARGS(FD("fd"), IOVEC_IN("iov", 2), HIDDEN_INT("iovcnt")) },
	[CALL_pread64] = { ROW(pread64, FD_ANY, EFFECT_RECEIVE, CLASS_DATA, RESULT_INT),
			   ARGS(FD("fd"), BYTES_OUT("buf", 2), SIZE("count"), OFFSET("offset")) },
	[CALL_pwrite64] = { ROW(pwrite64, FD_ANY, EFFECT_SEND, CLASS_DATA, RESULT_INT),
			    ARGS(FD("fd"), BYTES_IN("buf", 2), SIZE("count"), OFFSET("offset")) },
	[CALL_preadv] = { ROW(preadv, FD_ANY, EFFECT_RECEIVE, CLASS_DATA, RESULT_INT),
			  ARGS(FD("fd"), IOVEC_OUT("iov", 2), HIDDEN_INT("iovcnt"), OFFSET("offset")) },
	[CALL_pwritev] = { ROW(pwritev, FD_ANY, EFFECT_SEND, CLASS_DATA, RESULT_INT),
			   ARGS(FD("fd"), IOVEC_IN("iov", 2), HIDDEN_INT("iovcnt"), OFFSET("offset")) },
	[CALL_preadv2] = { ROW(preadv2, FD_ANY, EFFECT_RECEIVE, CLASS_DATA, RESULT_INT),
			   ARGS(FD("fd"), IOVEC_OUT("iov", 2), HIDDEN_INT("iovcnt"), OFFSET("offset"), UNUSED,
				FLAGS("flags", rwf_flags)) },
	[CALL_pwritev2] = { ROW(pwritev2, FD_ANY, EFFECT_SEND, CLASS_DATA, RESULT_INT),
			    ARGS(FD("fd"), IOVEC_IN("iov", 2), HIDDEN_INT("iovcnt"), OFFSET("offset"), UNUSED,
				 FLAGS("flags", rwf_flags)) },
	[CALL_sendfile] = { ROW_FDS(sendfile, FD_ANY, EFFECT_SENDFILE, CLASS_DATA | CLASS_NET, RESULT_INT, 0,
				    1),
			    ARGS(FD("out_fd"), FD("in_fd"), OFFSET_REF("offset"), SIZE("count")) },
	[CALL_splice] = { ROW_FDS(splice, FD_ANY, EFFECT_SPLICE, CLASS_DATA, RESULT_INT, 0, 2),
			  ARGS(FD("fd_in"), OFFSET_REF("off_in"), FD("fd_out"), OFFSET_REF("off_out"),
			       SIZE("len"), FLAGS("flags", splice_flags)) },
	[CALL_tee] = { ROW_FDS(tee, FD_ANY, EFFECT_NONE, CLASS_DATA, RESULT_INT, 0, 1),
		       ARGS(FD("fd_in"), FD("fd_out"), SIZE("len"), FLAGS("flags", splice_flags)) },
	[CALL_vmsplice] = { ROW(vmsplice, FD_ANY, EFFECT_NONE, CLASS_DATA, RESULT_INT),
			    ARGS(FD("fd"), IOVEC_IN("iov", 2),
				 { .name = "nr_segs", .as = A_SIZE, .hidden = 1 },
				 FLAGS("flags", splice_flags)) },
	[CALL_copy_file_range] = { ROW_FDS(copy_file_range, FD_ANY, EFFECT_SPLICE, CLASS_DATA, RESULT_INT, 0,
					   2),
				   ARGS(FD("fd_in"), OFFSET_REF("off_in"), FD("fd_out"),
					OFFSET_REF("off_out"), SIZE("len"), PLAIN_FLAGS("flags")) },

	[CALL_close] = { ROW(close, FD_ANY, EFFECT_CLOSE, CLASS_LIFECYCLE, RESULT_ZERO), ARGS(FD("fd")) },
	[CALL_close_range] = { ROW(close_range, FD_NONE, EFFECT_CLOSE_RANGE, CLASS_LIFECYCLE, RESULT_ZERO),
			       ARGS(UINT("first"), UINT("last"), FLAGS("flags", close_range_flags)) },
	[CALL_dup] = { ROW(dup, FD_ANY, EFFECT_DUP, CLASS_LIFECYCLE, RESULT_FD), ARGS(FD("oldfd")) },
	[CALL_dup2] = { ROW_FDS(dup2, FD_ANY, EFFECT_DUP2, CLASS_LIFECYCLE, RESULT_FD, 0, 1),
			ARGS(FD("oldfd"), FD("newfd")) },
	[CALL_dup3] = { ROW_FDS(dup3, FD_ANY, EFFECT_DUP2, CLASS_LIFECYCLE, RESULT_FD, 0, 1),
			ARGS(FD("oldfd"), FD("newfd"), FLAGS("flags", open_flags)) },
	[CALL_fcntl] = { ROW(fcntl, FD_ANY, EFFECT_FCNTL, CLASS_OPTIONS, RESULT_FLAGS),
			 ARGS(FD("fd"), { .name = "cmd", .as = A_FCNTL_COMMAND },
			      { .name = "arg", .as = A_FCNTL_ARG, .when = AT_BOTH }) },
	[CALL_ioctl] = { ROW(ioctl, FD_ANY, EFFECT_IOCTL, CLASS_OPTIONS, RESULT_INT),
			 ARGS(FD("fd"), { .name = "request", .as = A_IOCTL_COMMAND },
			      { .name = "argp", .as = A_IOCTL_ARG, .when = AT_BOTH }) },

	[CALL_poll] = { ROW(poll, FD_SETS, EFFECT_READY, CLASS_READY, RESULT_INT),
			ARGS(POLLFDS("fds"), { .name = "nfds", .as = A_UINT, .hidden = 1 },
			     MILLISECONDS("timeout")) },
	[CALL_ppoll] = { ROW(ppoll, FD_SETS, EFFECT_READY, CLASS_READY, RESULT_INT),
			 ARGS(POLLFDS("fds"), { .name = "nfds", .as = A_UINT, .hidden = 1 },
			      TIMESPEC("tmo_p"), SIGSET("sigmask", 4), HIDDEN_SIZE("sigsetsize")) },
	[CALL_select] = { ROW(select, FD_SETS, EFFECT_READY, CLASS_READY, RESULT_INT),
			  ARGS(HIDDEN_INT("nfds"), FDSET("readfds"), FDSET("writefds"), FDSET("exceptfds"),
			       TIMEVAL("timeout")) },
	[CALL_pselect6] = { ROW(pselect6, FD_SETS, EFFECT_READY, CLASS_READY, RESULT_INT),
			    ARGS(HIDDEN_INT("nfds"), FDSET("readfds"), FDSET("writefds"), FDSET("exceptfds"),
				 TIMESPEC("timeout"),
				 { .name = "sigmask", .as = A_SIGSET_SELECT, .hidden_zero = 1 }) },
	[CALL_epoll_create] = { ROW(epoll_create, FD_NONE, EFFECT_EPOLL_CREATE, CLASS_READY, RESULT_FD),
				ARGS(INT("size")) },
	[CALL_epoll_create1] = { ROW(epoll_create1, FD_NONE, EFFECT_EPOLL_CREATE, CLASS_READY, RESULT_FD),
				 ARGS(FLAGS("flags", epoll_create_flags)) },
	[CALL_epoll_ctl] = { ROW_FDS(epoll_ctl, FD_EPOLL, EFFECT_EPOLL_CTL, CLASS_READY, RESULT_ZERO, 0, 2),
			     ARGS(FD("epfd"), ENUM("op", epoll_op), FD("fd"),
				  { .name = "event", .as = A_EPOLL_EVENT, .hidden_zero = 1 }) },
	[CALL_epoll_wait] = { ROW(epoll_wait, FD_EPOLL, EFFECT_READY, CLASS_READY, RESULT_INT),
			      ARGS(FD("epfd"), EVENTS("events"), HIDDEN_INT("maxevents"),
				   MILLISECONDS("timeout")) },
	[CALL_epoll_pwait] = { ROW(epoll_pwait, FD_EPOLL, EFFECT_READY, CLASS_READY, RESULT_INT),
			       ARGS(FD("epfd"), EVENTS("events"), HIDDEN_INT("maxevents"),
				    MILLISECONDS("timeout"), SIGSET("sigmask", 5),
				    HIDDEN_SIZE("sigsetsize")) },
	[CALL_epoll_pwait2] = { ROW(epoll_pwait2, FD_EPOLL, EFFECT_READY, CLASS_READY, RESULT_INT),
				ARGS(FD("epfd"), EVENTS("events"), HIDDEN_INT("maxevents"),
				     TIMESPEC64("timeout"), SIGSET("sigmask", 5),
				     HIDDEN_SIZE("sigsetsize")) },

	[CALL_io_uring_setup] = { ROW(io_uring_setup, FD_NONE, EFFECT_IO_URING, CLASS_LIFECYCLE, RESULT_FD),
				  ARGS(UINT("entries"), POINTER("p")) },
	[CALL_io_uring_enter] = { ROW(io_uring_enter, FD_ANY, EFFECT_NONE, CLASS_INTERNAL, RESULT_INT),
				  ARGS(FD("fd"), UINT("to_submit"), UINT("min_complete"),
				       FLAGS("flags", uring_enter_flags), POINTER("arg"),
				       HIDDEN_SIZE("argsz")) },
	[CALL_io_uring_register] = { ROW(io_uring_register, FD_ANY, EFFECT_NONE, CLASS_INTERNAL, RESULT_INT),
				     ARGS(FD("fd"), ENUM("opcode", uring_register), POINTER("arg"),
					  UINT("nr_args")) },
	[CALL_pidfd_getfd] = { ROW(pidfd_getfd, FD_NONE, EFFECT_PIDFD_GETFD, CLASS_INTERNAL, RESULT_FD),
			       ARGS(FD("pidfd"), INT("targetfd"), PLAIN_FLAGS("flags")) },
	[CALL_unshare] = { ROW(unshare, FD_NONE, EFFECT_UNSHARE, CLASS_INTERNAL, RESULT_ZERO),
			   ARGS(FLAGS("flags", clone_flags)) },
};
