/* effects: what calls do to fd tables and files, one pair of functions per effect of the rows. */
#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <linux/io_uring.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "arch/abi.h"
#include "model/blob.h"
#include "private.h"

#ifndef F_DUPFD_CLOEXEC
#define F_DUPFD_CLOEXEC 1030
#endif

static bool is_inet(const struct file *file)
{
	return file->family == AF_INET || file->family == AF_INET6;
}

static unsigned flags_of(bool cloexec)
{
	return SLOT_FLAGS_KNOWN | (cloexec ? SLOT_CLOEXEC : 0);
}

/* The kernel's answers about an fd, added to what the call said; only while the thread is held. */
static void ask_new(struct state *state, struct task *task, const struct call *call, int fd,
		    struct file *file, unsigned what)
{
	struct socket_facts facts = { .family = -1, .type = -1, .protocol = -1 };

	if (call->left && state->ask->socket(state->ask, task->tid, fd, what, &facts) == 0)
		file_learn(state, file, &facts);
}

/* What tells sockets of a family apart: pairs of them are recognised by these. */
static unsigned identity_of(int family)
{
	if (family == AF_INET || family == AF_INET6)
		return ASK_COOKIE | ASK_NETNS;
	return family == AF_UNIX ? ASK_COOKIE | ASK_INODE : ASK_COOKIE;
}

/* A new file at fd of the task's table; borrowed. */
static struct file *put_new(struct state *state, struct task *task, const struct call *call, int fd,
			    enum file_kind kind, unsigned flags)
{
	struct file *file = file_new(state, kind);

	late_filled(state, task, fd);
	fdtable_set(state, task, fd, file, flags, call->exit_ns);
	file_unref(state, file);
	if (file->history) {
		file->history->fd = fd;
		file->history->pid = task->process ? task->process->pid : task->tid;
	}
	return file;
}

static struct file *put_socket(struct state *state, struct task *task, const struct call *call, int fd)
{
	int type = (int)call->args[1];
	struct file *file = put_new(state, task, call, fd, FILE_SOCKET, flags_of(type & SOCK_CLOEXEC));

	file->family = (int)call->args[0];
	file->type = type & ~(SOCK_CLOEXEC | SOCK_NONBLOCK);
	file->protocol = (int)call->args[2];
	if (call->entry_ns)
		file->history->created = call->entry_ns;
	return file;
}

static void leave_socket(struct state *state, struct task *task, struct call *call)
{
	if (!call_succeeded(call))
		return;
	struct file *file = put_socket(state, task, call, (int)call->result);

	ask_new(state, task, call, (int)call->result, file,
		identity_of(file->family) | (is_inet(file) && !file->protocol ? ASK_TYPE : 0));
	pair_single(state, file, true);
}

static void leave_socketpair(struct state *state, struct task *task, struct call *call)
{
	const uint8_t *data = NULL;
	struct file *files[2];
	int fds[2];

	if (!call_succeeded(call) ||
	    call_bytes(call, PHASE_EXIT, call->args[3], sizeof(fds), &data) < sizeof(fds))
		return;
	memcpy(fds, data, sizeof(fds));
	for (int i = 0; i < 2; i++) {
		files[i] = put_socket(state, task, call, fds[i]);
		files[i]->history->condition = SOCKET_CONNECTED;
		ask_new(state, task, call, fds[i], files[i], identity_of(files[i]->family));
	}
	pair_join(state, files[0], files[1]);
}

/* The address that a call got or gave: value-result length behind args[length_arg] when by_ref, else its
 * value. */
static bool captured_address(const struct call *call, enum phase phase, unsigned arg, uint32_t length,
			     const struct file *file, struct address *address)
{
	const uint8_t *data = NULL;
	uint32_t got;

	if (!call->args[arg] || length < 2)
		return false;
	if (length > sizeof(address->raw))
		length = sizeof(address->raw);
	got = call_bytes(call, phase, call->args[arg], length, &data);
	if (got < length)
		return false;
	*address = (struct address){ 0 };
	address_set(address, data, got, file && file->protocol > 0 ? (uint16_t)file->protocol : 0);
	return address_known(address);
}

/* The length that the kernel wrote behind args[arg]; the address is cut at what the caller had room for. */
static uint32_t written_length(const struct call *call, unsigned arg)
{
	const uint8_t *data = NULL;
	uint32_t after, before;

	if (!call->args[arg] || blob_find(&call->out, call->args[arg], sizeof(after), &data) < sizeof(after))
		return 0;
	memcpy(&after, data, sizeof(after));
	if (blob_find(&call->in, call->args[arg], sizeof(before), &data) == sizeof(before)) {
		memcpy(&before, data, sizeof(before));
		if (after > before)
			return 0; /* cut: the rest is not known */
	}
	return after;
}

static void leave_accept(struct state *state, struct task *task, struct call *call)
{
	struct address peer;

	if (!call_succeeded(call))
		return;
	bool cloexec = call->row->id == CALL_accept4 && (call->args[3] & SOCK_CLOEXEC);
	struct file *file = put_new(state, task, call, (int)call->result, FILE_SOCKET, flags_of(cloexec));
	bool known = captured_address(call, PHASE_EXIT, 1, written_length(call, 2), call->file, &peer);

	file->link = LINK_FROM;
	file->history->condition = SOCKET_CONNECTED;
	file->history->connect_done = state_now(state);
	if (call->file && call->file->kind == FILE_SOCKET) {
		file->family = call->file->family;
		file->type = call->file->type;
		file->protocol = call->file->protocol;
		file->netns = call->file->netns;
	}
	if (known)
		file_set_peer(state, file, &peer);
	ask_new(state, task, call, (int)call->result, file,
		identity_of(file->family) | ASK_LOCAL | (known ? 0 : ASK_PEER) |
			(file->family < 0 ? ASK_ALL : 0));
	file->asked_local = call->left;
	pair_ends(state, file);
	if (call->left && file->family == AF_UNIX)
		pair_unix(state, task, (int)call->result, file);
}

/* Connecting goes on in the kernel after these, as the socket is then "connecting". */
static bool connect_begun(const struct call *call)
{
	return call_succeeded(call) ||
	       (call->finished && (call->result == -EINPROGRESS || call->result == -EINTR));
}

/* The address that the kernel chose in this call: asked while the thread is held, taken with the other
 * effects. */
static void ask_local(struct state *state, struct task *task, const struct call *call)
{
	struct socket_facts facts = { .family = -1, .type = -1, .protocol = call->file->protocol };

	if (!call->left ||
	    state->ask->socket(state->ask, task->tid, call_fd(call, 0), ASK_LOCAL, &facts) != 0)
		return;
	state->asked_local = facts.local;
	state->asked_call = call;
}

static void take_local(struct state *state, const struct call *call)
{
	if (state->asked_call == call && address_known(&state->asked_local))
		file_set_local(state, call->file, &state->asked_local);
	state->asked_call = NULL;
}

static void leave_connect(struct state *state, struct task *task, struct call *call)
{
	if (call->file && is_inet(call->file) && connect_begun(call))
		ask_local(state, task, call);
}

/* The address that was tried is worth knowing even when nobody answered there. */
static bool connect_tried(const struct call *call)
{
	if (!call->finished || call->file->type != SOCK_STREAM ||
	    call->file->history->condition == SOCKET_CONNECTED)
		return false;
	return call->result == -ECONNREFUSED || call->result == -ETIMEDOUT || call->result == -ECONNRESET ||
	       call->result == -EHOSTUNREACH || call->result == -ENETUNREACH || call->result == -ENOENT;
}

static void connected_to(struct state *state, struct call *call)
{
	struct file *file = call->file;
	struct address address;

	if (!captured_address(call, PHASE_ENTRY, 1, (uint32_t)call->args[2], file, &address))
		address = (struct address){ 0 }; /* connected, but we do not know to whom */
	if (address_known(&address) && file->family < 0 && address.family != AF_UNSPEC)
		file->family = address.family;
	if (address_known(&address) &&
	    address.family == AF_UNSPEC) /* dissolves the association, connect(2) */
		address = (struct address){ 0 };
	if (address_known(&file->peer) && !address_equal(&file->peer, &address))
		pair_part(file); /* another conversation begins */
	file_set_peer(state, file, &address);
	file->link = address_known(&address) ? LINK_TO : LINK_NONE;
}

static void apply_connect(struct state *state, struct task *task, struct call *call)
{
	bool dissolved;

	(void)task;
	if (!call->file || !call->file->history)
		return;
	take_local(state, call);
	if (connect_begun(call) || connect_tried(call))
		connected_to(state, call);
	dissolved = call_succeeded(call) && call->file->link == LINK_NONE;
	outcome_connect(state, call);
	if (dissolved)
		call->file->history->condition = SOCKET_NEW;
	pair_ends(state, call->file);
}

/* Autobind: port 0, a unix name of the kernel's choice, a netlink port. */
static bool kernel_chooses(const struct address *address)
{
	static const uint8_t zero[4];

	switch (address->family) {
	case AF_INET:
	case AF_INET6:
		return address_port(address) <= 0;
	case AF_UNIX:
		return address->length <= 2;
	case AF_NETLINK:
		return address->length < 8 || !memcmp(address->raw + 4, zero, 4);
	default:
		return true;
	}
}

static void leave_bind(struct state *state, struct task *task, struct call *call)
{
	struct address address;

	if (!call->file || call->file->kind != FILE_SOCKET || !call_succeeded(call))
		return;
	if (!captured_address(call, PHASE_ENTRY, 1, (uint32_t)call->args[2], call->file, &address) ||
	    kernel_chooses(&address))
		ask_local(state, task, call);
}

static void apply_bind(struct state *state, struct task *task, struct call *call)
{
	struct address address;

	(void)task;
	if (!call->file || call->file->kind != FILE_SOCKET || !call_succeeded(call))
		return;
	if (captured_address(call, PHASE_ENTRY, 1, (uint32_t)call->args[2], call->file, &address) &&
	    !kernel_chooses(&address))
		file_set_local(state, call->file, &address);
	take_local(state, call);
	call->file->bound = true;
	call->file->history->condition = SOCKET_BOUND;
}

static void leave_listen(struct state *state, struct task *task, struct call *call)
{
	if (!call->file || call->file->kind != FILE_SOCKET || !call_succeeded(call))
		return;
	call->file->listening = true;
	call->file->history->condition = SOCKET_LISTENING;
	pair_single(state, call->file, false);
	if (is_inet(call->file) && !address_known(&call->file->local))
		ask_new(state, task, call, call_fd(call, 0), call->file, ASK_LOCAL);
}

static void apply_getname(struct state *state, struct task *task, struct call *call)
{
	struct address address;

	(void)state;
	(void)task;
	if (!call->file || call->file->kind != FILE_SOCKET || !call_succeeded(call) ||
	    !captured_address(call, PHASE_EXIT, 1, written_length(call, 2), call->file, &address))
		return;
	if (call->row->effect == EFFECT_GETSOCKNAME)
		file_set_local(state, call->file, &address);
	else
		file_set_peer(state, call->file, &address);
	pair_ends(state, call->file);
}

static void apply_shutdown(struct state *state, struct task *task, struct call *call)
{
	struct socket_history *history = call->file ? call->file->history : NULL;

	(void)state;
	(void)task;
	if (!history || !call_succeeded(call))
		return;
	history->shut_read |= (int)call->args[1] == SHUT_RD || (int)call->args[1] == SHUT_RDWR;
	history->shut_write |= (int)call->args[1] == SHUT_WR || (int)call->args[1] == SHUT_RDWR;
	if (history->shut_read && history->shut_write)
		history->condition = SOCKET_SHUT;
}

/* A socket that was never bound gets its address with what it sends first; asked once. */
static void leave_send(struct state *state, struct task *task, struct call *call)
{
	struct file *file = call->file;

	if (!file || !is_inet(file) || !call_succeeded(call))
		return;
	payload_leave_send(call);
	if (file->asked_local || !call->left)
		return;
	file->asked_local = true;
	if (address_port(&file->local) <= 0)
		ask_new(state, task, call, call_fd(call, call->row->fd_arg), file, ASK_LOCAL);
}

/*
 * The fd is gone in the kernel before the exit stop, and another thread may have been given its number
 * meanwhile; so only the file that was there at entry is taken out. When that was not seen, and others
 * share the table, the kernel is asked what the number is now.
 */
static void leave_close(struct state *state, struct task *task, struct call *call)
{
	struct slot *slot = fdtable_slot(task->files, call_fd(call, call->row->fd_arg));
	uint64_t inode;

	if (!slot || call->entry_seen || (task->exits_only && slot->file == call->file))
		return; /* taken out at once */
	if (task->files->shared &&
	    state->ask->kind(state->ask, task->tid, call_fd(call, call->row->fd_arg), &inode) != -EBADF)
		slot->flags |= SLOT_DOUBT;
	else
		slot->flags &= ~SLOT_DOUBT & 0xff;
}

static void apply_close(struct state *state, struct task *task, struct call *call)
{
	int fd = call_fd(call, call->row->fd_arg);
	struct slot *slot = fdtable_slot(task->files, fd);

	/* The number is another file's by now, which a later close may be about to take away. */
	if (!slot || slot->file != call->file)
		return;
	slot->flags &= ~SLOT_CLOSING & 0xff;
	/* close(2): whatever it returns but EBADF, the fd is closed */
	if (call->result != -EBADF && (!(slot->flags & SLOT_DOUBT) || task->exits_only))
		fdtable_clear(state, task->files, fd);
}

/* Came to its place after the entry of a call that would have taken it away: which of the two was first is
 * not known. */
static bool came_since(const struct slot *slot, const struct call *call)
{
	return call->entry_ns && slot->since > call->entry_ns;
}

static void apply_close_range(struct state *state, struct task *task, struct call *call)
{
	uint64_t last = (uint32_t)call->args[1];

	if (!call_succeeded(call))
		return;
	if (call->args[2] & CLOSE_RANGE_UNSHARE)
		fdtable_unshare(state, task);
	for (uint64_t fd = (uint32_t)call->args[0]; fd <= last && fd < task->files->size; fd++) {
		struct slot *slot = fdtable_slot(task->files, (int)fd);

		if (!slot)
			continue;
		if (came_since(slot, call))
			slot->flags |= SLOT_DOUBT;
		else if (call->args[2] & CLOSE_RANGE_CLOEXEC)
			slot->flags |= SLOT_CLOEXEC | SLOT_FLAGS_KNOWN;
		else
			fdtable_clear(state, task->files, (int)fd);
	}
}

/* A second number for the call's file; one of unknown or other kind is forgotten, to be asked when it is
 * used. */
static void put_again(struct state *state, struct task *task, const struct call *call, int fd, unsigned flags)
{
	if (call->row->effect != EFFECT_DUP2)
		late_filled(state, task, fd);
	if (call->file && file_matters(call->file)) {
		fdtable_set(state, task, fd, call->file, flags, call->exit_ns);
	} else {
		fdtable_clear(state, task->files, fd);
	}
}

static void apply_dup(struct state *state, struct task *task, struct call *call)
{
	if (call_succeeded(call))
		put_again(state, task, call, (int)call->result, flags_of(false));
}

static void apply_dup2(struct state *state, struct task *task, struct call *call)
{
	int fd = call_fd(call, 1);
	struct slot *slot = fdtable_slot(task->files, fd);
	bool cloexec = call->row->id == CALL_dup3 && (call->args[2] & O_CLOEXEC);

	if (slot && slot->file == call->file2)
		slot->flags &= ~SLOT_CLOSING & 0xff;
	if (!call_succeeded(call) || fd == call_fd(call, 0))
		return;
	put_again(state, task, call, fd,
		  flags_of(cloexec) | (slot && came_since(slot, call) ? (unsigned)SLOT_DOUBT : 0));
}

static void set_cloexec(struct task *task, int fd, bool cloexec)
{
	struct slot *slot = fdtable_slot(task->files, fd);

	if (slot)
		slot->flags = (slot->flags & SLOT_DOUBT) | flags_of(cloexec);
}

static void apply_fcntl(struct state *state, struct task *task, struct call *call)
{
	if (!call_succeeded(call))
		return;
	switch ((int)call->args[1]) {
	case F_DUPFD:
	case F_DUPFD_CLOEXEC:
		put_again(state, task, call, (int)call->result,
			  flags_of((int)call->args[1] == F_DUPFD_CLOEXEC));
		break;
	case F_SETFD:
		set_cloexec(task, call_fd(call, 0), call->args[2] & FD_CLOEXEC);
		break;
	case F_GETFD:
		set_cloexec(task, call_fd(call, 0), call->result & FD_CLOEXEC);
		break;
	}
}

static void apply_ioctl(struct state *state, struct task *task, struct call *call)
{
	(void)state;
	if (!call_succeeded(call))
		return;
	if ((uint32_t)call->args[1] == FIOCLEX || (uint32_t)call->args[1] == FIONCLEX)
		set_cloexec(task, call_fd(call, 0), (uint32_t)call->args[1] == FIOCLEX);
}

static void leave_epoll_create(struct state *state, struct task *task, struct call *call)
{
	bool cloexec = call->row->id == CALL_epoll_create1 && (call->args[0] & EPOLL_CLOEXEC);

	if (call_succeeded(call))
		put_new(state, task, call, (int)call->result, FILE_EPOLL, flags_of(cloexec));
}

/* With IORING_SETUP_REGISTERED_FD_ONLY the result is no fd, so the kernel is asked. Its operations are not
 * seen. */
static void leave_io_uring(struct state *state, struct task *task, struct call *call)
{
	uint64_t inode;

	if (call->row->id != CALL_io_uring_setup || !call_succeeded(call))
		return;
	task->files->whole = false;
	task->files->attached = true;
	if (state->ask->kind(state->ask, task->tid, (int)call->result, &inode) == FILE_IO_URING)
		put_new(state, task, call, (int)call->result, FILE_IO_URING, flags_of(true));
}

/* The new fd is close-on-exec (pidfd_getfd(2)). */
static void leave_pidfd_getfd(struct state *state, struct task *task, struct call *call)
{
	if (call_succeeded(call))
		look_new(state, task, (int)call->result, flags_of(true));
}

static void apply_unshare(struct state *state, struct task *task, struct call *call)
{
	if (call_succeeded(call))
		fdtable_unshare(state, task);
}

static void leave_sendmsg(struct state *state, struct task *task, struct call *call)
{
	leave_send(state, task, call);
	if (call_succeeded(call))
		rights_sent(state, task, call, call->args[1]);
}

static void leave_recvmsg(struct state *state, struct task *task, struct call *call)
{
	if (call_succeeded(call))
		rights_received(state, task, call, call->args[1], (unsigned)call->args[2]);
}

/* result: how many messages of the vector were sent or received */
static void leave_sendmmsg(struct state *state, struct task *task, struct call *call)
{
	leave_send(state, task, call);
	for (int64_t i = 0; call_succeeded(call) && i < call->result && i < 1024; i++)
		rights_sent(state, task, call, call->args[1] + (uint64_t)i * call->abi->layout.mmsghdr.size);
}

static void leave_recvmmsg(struct state *state, struct task *task, struct call *call)
{
	for (int64_t i = 0; call_succeeded(call) && i < call->result && i < 1024; i++)
		rights_received(state, task, call,
				call->args[1] + (uint64_t)i * call->abi->layout.mmsghdr.size,
				(unsigned)call->args[3]);
}

const struct effect_functions effect_functions[EFFECT_UNSHARE + 1] = {
	[EFFECT_SOCKET] = { leave_socket, NULL },
	[EFFECT_SOCKETPAIR] = { leave_socketpair, NULL },
	[EFFECT_BIND] = { leave_bind, apply_bind },
	[EFFECT_LISTEN] = { leave_listen, NULL },
	[EFFECT_ACCEPT] = { leave_accept, NULL },
	[EFFECT_CONNECT] = { leave_connect, apply_connect },
	[EFFECT_SHUTDOWN] = { NULL, apply_shutdown },
	[EFFECT_GETSOCKOPT] = { outcome_leave_getsockopt, NULL },
	[EFFECT_SEND] = { leave_send, NULL },
	[EFFECT_READY] = { NULL, ready_apply },
	[EFFECT_EPOLL_CTL] = { NULL, epoll_control },
	[EFFECT_GETSOCKNAME] = { NULL, apply_getname },
	[EFFECT_GETPEERNAME] = { NULL, apply_getname },
	[EFFECT_SENDMSG] = { leave_sendmsg, NULL },
	[EFFECT_RECVMSG] = { leave_recvmsg, NULL },
	[EFFECT_SENDMMSG] = { leave_sendmmsg, NULL },
	[EFFECT_RECVMMSG] = { leave_recvmmsg, NULL },
	[EFFECT_CLOSE] = { leave_close, apply_close },
	[EFFECT_CLOSE_RANGE] = { NULL, apply_close_range },
	[EFFECT_DUP] = { NULL, apply_dup },
	[EFFECT_DUP2] = { NULL, apply_dup2 },
	[EFFECT_FCNTL] = { NULL, apply_fcntl },
	[EFFECT_IOCTL] = { NULL, apply_ioctl },
	[EFFECT_EPOLL_CREATE] = { leave_epoll_create, NULL },
	[EFFECT_IO_URING] = { leave_io_uring, NULL },
	[EFFECT_PIDFD_GETFD] = { leave_pidfd_getfd, NULL },
	[EFFECT_UNSHARE] = { NULL, apply_unshare },
};
