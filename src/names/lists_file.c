/* Made by tools/names: do not edit. */
#include "names/names.h"

#define X(value, name) { value, name },
#define LIST(family, prefix) \
	const struct names names_##family = { prefix, family, sizeof(family) / sizeof(family[0]) }

static const struct name poll_events[] = {
#include "poll_events.def"
};
LIST(poll_events, "POLL");

static const struct name epoll_events[] = {
#include "epoll_events.def"
};
LIST(epoll_events, "EPOLL");

static const struct name epoll_op[] = {
#include "epoll_op.def"
};
LIST(epoll_op, "EPOLL_CTL_");

static const struct name epoll_create_flags[] = {
#include "epoll_create_flags.def"
};
LIST(epoll_create_flags, "EPOLL_");

static const struct name fcntl_command[] = {
#include "fcntl_command.def"
};
LIST(fcntl_command, "F_");

static const struct name open_flags[] = {
#include "open_flags.def"
};
LIST(open_flags, "O_");

static const struct name fd_flags[] = {
#include "fd_flags.def"
};
LIST(fd_flags, "FD_");

static const struct name close_range_flags[] = {
#include "close_range_flags.def"
};
LIST(close_range_flags, "CLOSE_RANGE_");

static const struct name ioctl_socket[] = {
#include "ioctl_socket.def"
};
LIST(ioctl_socket, "SIOC");
