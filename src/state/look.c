/* look: what an fd is that was not seen coming: asked once, while the thread is held. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "private.h"

struct file *look_known(struct task *task, int fd)
{
	struct slot *slot = task->files ? fdtable_slot(task->files, fd) : NULL;

	return slot ? slot->file : NULL;
}

/* The file that is known by these facts, or NULL. */
static struct file *find(struct state *state, const struct socket_facts *facts)
{
	struct file *file = NULL;

	if (facts->cookie)
		file = map_get(&state->by_cookie, facts->cookie);
	if (!file && facts->inode) {
		file = map_get(&state->by_inode, facts->inode);
		/* inodes are reused once a socket is gone, cookies never are */
		if (file && facts->cookie && file->cookie && file->cookie != facts->cookie)
			file = NULL;
	}
	return file;
}

/* What the addresses of a socket tell that was there before it was seen. */
static void know_ends(struct file *file, bool connecting)
{
	if (file->listening)
		file->history->condition = SOCKET_LISTENING;
	else if (connecting)
		file->history->condition = SOCKET_CONNECTING;
	else if (address_known(&file->peer))
		file->history->condition = SOCKET_CONNECTED;
	if (address_known(&file->peer))
		file->link = LINK_TO;
	else
		file->bound =
			address_port(&file->local) > 0 || (file->family == AF_UNIX && file->local.length > 2);
}

/* The first answer of the kernel itself about such a socket; /proc/net, asked before, tells of inet ones
 * only. */
static void learn_found(struct state *state, struct file *file, const struct socket_facts *facts)
{
	const bool unknown = file->history && file->history->found && file->link == LINK_NONE &&
			     !address_known(&file->local) && !address_known(&file->peer);

	file_learn(state, file, facts);
	if (unknown)
		know_ends(file, facts->connecting);
	pair_ends(state, file);
}

/* Whether the socket at fd is that file, by cookie, else by inode; learns what was not known of it. */
static bool is_socket(struct state *state, struct task *task, int fd, struct file *file)
{
	struct socket_facts facts = { .family = -1, .type = -1, .protocol = -1 };
	unsigned what = file->cookie ? ASK_COOKIE : ASK_ALL;

	if (state->ask->socket(state->ask, task->tid, fd, what, &facts) == 0) {
		if (file->cookie)
			return facts.cookie == file->cookie;
		if (!file->inode || facts.inode != file->inode)
			return false;
		learn_found(state, file, &facts);
		return true;
	}
	return state->ask->kind(state->ask, task->tid, fd, &facts.inode) == FILE_SOCKET && file->inode &&
	       facts.inode == file->inode;
}

/* Whether a doubtful slot still holds the file that is thought to be there. */
static bool verified(struct state *state, struct task *task, int fd, struct slot *slot)
{
	struct file *file = slot->file;
	uint64_t inode = 0;
	bool same;

	if (file->kind == FILE_SOCKET)
		same = is_socket(state, task, fd, file);
	else
		same = state->ask->kind(state->ask, task->tid, fd, &inode) == file->kind;
	if (same) {
		slot->flags &= ~SLOT_DOUBT & 0xff;
		slot->user = task->tid;
	}
	return same;
}

bool look_again(struct state *state, struct task *task, int fd)
{
	struct slot *slot = fdtable_slot(task->files, fd);

	return slot && verified(state, task, fd, slot);
}

/* Puts a file of ours at fd as found by asking; takes over the caller's reference. */
static struct file *place(struct state *state, struct task *task, int fd, struct file *file)
{
	late_replaced(state, task, fd);
	fdtable_set(state, task, fd, file, 0, 0);
	file_unref(state, file);
	return file;
}

/* A socket that was there before it was seen. */
static struct file *found_socket(struct state *state, struct task *task, int fd,
				 const struct socket_facts *facts)
{
	struct file *file = file_new(state, FILE_SOCKET);

	file_learn(state, file, facts);
	file->asked_local = true;
	file->history->found = true;
	file->history->created = 0;
	file->history->fd = fd;
	file->history->pid = task->process ? task->process->pid : task->tid;
	know_ends(file, facts->connecting);
	pair_ends(state, file);
	state->unix_found |= file->inode && (file->family < 0 || file->family == AF_UNIX);
	return file;
}

static struct file *place_socket(struct state *state, struct task *task, int fd,
				 const struct socket_facts *facts)
{
	struct file *file = find(state, facts);

	if (file) {
		file_learn(state, file, facts);
		return place(state, task, fd, file_ref(file));
	}
	file = found_socket(state, task, fd, facts);
	file_find_later(state, task, fd, file);
	return place(state, task, fd, file);
}

static struct file *place_epoll(struct state *state, struct task *task, int fd)
{
	struct file *file = place(state, task, fd, file_new(state, FILE_EPOLL));

	if (!state->listing)
		epoll_known(state, task, fd, file);
	return file;
}

static struct file *ask_first(struct state *state, struct task *task, int fd, bool hint)
{
	struct socket_facts facts = { .family = -1, .type = -1, .protocol = -1 };
	int kind;

	if (hint && state->ask->socket(state->ask, task->tid, fd, ASK_ALL, &facts) == 0)
		return place_socket(state, task, fd, &facts);
	kind = state->ask->kind(state->ask, task->tid, fd, &facts.inode);
	switch (kind) {
	case FILE_SOCKET:
		if (hint || state->ask->socket(state->ask, task->tid, fd, ASK_ALL, &facts) != 0)
			(void)state->ask->asleep(state->ask, task->tid, facts.inode, &facts);
		return place_socket(state, task, fd, &facts);
	case FILE_EPOLL:
		return place_epoll(state, task, fd);
	case FILE_IO_URING:
		return place(state, task, fd, file_new(state, FILE_IO_URING));
	case FILE_OTHER:
		return place(state, task, fd, &state->other);
	case -EBADF:
		return &state->other;
	default:
		return &state->unknown;
	}
}

struct file *look(struct state *state, struct task *task, int fd, bool hint)
{
	struct slot *slot;

	if (fd < 0)
		return &state->other;
	if (!task->files)
		return &state->unknown;
	slot = fdtable_slot(task->files, fd);
	if (slot && !(slot->flags & (SLOT_DOUBT | SLOT_CLOSING)))
		return slot->file;
	if (slot && verified(state, task, fd, slot))
		return slot->file;
	if (slot) {
		late_replaced(state, task, fd);
		fdtable_clear(state, task->files, fd);
	} else if (task->files->whole && !hint) {
		return &state->other;
	}
	return ask_first(state, task, fd, hint);
}

struct file *look_new(struct state *state, struct task *task, int fd, unsigned flags)
{
	struct file *file;
	struct slot *slot;

	if (fd < 0 || !task->files)
		return &state->unknown;
	file = ask_first(state, task, fd, false);
	slot = fdtable_slot(task->files, fd);
	if (slot && slot->file == file) {
		slot->flags = flags & 0xff;
		return file;
	}
	late_replaced(state, task, fd);
	fdtable_clear(state, task->files, fd);
	return file;
}

/* After the sockets: what the epolls of a table have registered. */
static void know_epolls(struct state *state, struct task *task)
{
	for (unsigned fd = 0; fd < task->files->size; fd++) {
		struct slot *slot = fdtable_slot(task->files, (int)fd);

		if (slot && slot->file->kind == FILE_EPOLL && !slot->file->epoll)
			epoll_known(state, task, (int)fd, slot->file);
	}
}

static bool is_inet_stream(const struct file *file)
{
	return file->kind == FILE_SOCKET && file->type == SOCK_STREAM &&
	       (file->family == AF_INET || file->family == AF_INET6);
}

/* The listening sockets of a table, and which ports they have. */
struct listeners {
	uint8_t ports[65536 / 8];
	const struct file **files;
	unsigned count, room;
};

static void add_listener(struct listeners *listeners, const struct file *file)
{
	const int port = address_port(&file->local);

	if (port <= 0)
		return;
	listeners->ports[port / 8] |= (uint8_t)(1U << (port & 7));
	if (listeners->count == listeners->room) {
		listeners->room = listeners->room ? 2 * listeners->room : 16;
		listeners->files =
			state_realloc(listeners->files, listeners->room * sizeof(*listeners->files));
	}
	listeners->files[listeners->count++] = file;
}

/* Whether connections to that local address come to the listener: it has the same one, or any (ip(7)). */
static bool listens_at(const struct file *listener, const struct address *local)
{
	static const uint8_t any[16];
	const uint8_t *own, *ip;
	const unsigned len = address_ip(&listener->local, &own), ip_len = address_ip(local, &ip);

	if (address_port(&listener->local) != address_port(local) || !len)
		return false;
	return memcmp(own, any, len) == 0 || (len == ip_len && memcmp(own, ip, len) == 0);
}

/* An accepted socket is of its listener's family, also where that one takes connections of IPv4. */
static bool was_accepted(const struct listeners *listeners, const struct file *file)
{
	const int port = address_port(&file->local);

	if (port <= 0 || !(listeners->ports[port / 8] >> (port & 7) & 1))
		return false;
	for (unsigned i = 0; i < listeners->count; i++)
		if (listeners->files[i]->family == file->family &&
		    listens_at(listeners->files[i], &file->local))
			return true;
	return false;
}

/* Whether a connection that was there before was accepted, by the kernel's word or as far as can be seen. */
static bool is_accepted(struct state *state, const struct listeners *listeners, const struct file *file)
{
	const struct socket_facts facts = { .inode = file->inode, .local = file->local, .peer = file->peer };
	const int began = facts.inode ? state->ask->began(state->ask, &facts) : -ENOENT;

	return began < 0 ? was_accepted(listeners, file) : !began;
}

/*
 * Connections that were there before. Where the kernel does not tell which end of one began it, one at an
 * address at which the same process listens is the accepting end.
 */
static void know_accepted(struct state *state, struct task *task)
{
	struct listeners listeners = { 0 };
	struct slot *slot;

	for (unsigned fd = 0; fd < task->files->size; fd++)
		if ((slot = fdtable_slot(task->files, (int)fd)) && slot->file->listening &&
		    is_inet_stream(slot->file))
			add_listener(&listeners, slot->file);
	for (unsigned fd = 0; fd < task->files->size; fd++) {
		struct file *file = (slot = fdtable_slot(task->files, (int)fd)) ? slot->file : NULL;

		if (file && file->history && file->history->found && file->link == LINK_TO &&
		    is_inet_stream(file) && is_accepted(state, &listeners, file))
			file->link = LINK_FROM;
	}
	free(listeners.files);
}

struct listing {
	struct state *state;
	struct task *task;
};

static void listed(void *user, int fd)
{
	struct listing *listing = user;

	look(listing->state, listing->task, fd, false);
}

/* Looks at every fd of a table that existed before it was traced, once. */
void look_list(struct state *state, struct task *task)
{
	struct listing listing = { state, task };

	if (!task->files || task->files->listed)
		return;
	task->files->listed = state->listing = true;
	if (state->ask->list(state->ask, task->tid, listed, &listing) == 0 && !task->files->attached)
		task->files->whole = true;
	state->listing = false;
	know_epolls(state, task);
	know_accepted(state, task);
	pair_unix_found(state);
}

struct file *state_file(struct state *state, struct task *task, int fd)
{
	return look(state, task, fd, false);
}

struct file *state_file_known(struct state *state, struct task *task, int fd)
{
	struct file *file = look_known(task, fd);

	return file ? file : &state->unknown;
}

/* A slot that was filled while the thread ran: to be verified when it is held. */
static void doubt(struct task *task, int fd)
{
	struct slot *slot = fdtable_slot(task->files, fd);

	if (slot) {
		slot->flags |= SLOT_DOUBT;
		slot->user = 0;
	}
}

static struct file *place_running_socket(struct state *state, struct task *task, int fd, uint64_t inode)
{
	struct socket_facts facts = { .family = -1, .type = -1, .protocol = -1 };
	struct file *file;

	(void)state->ask->asleep(state->ask, task->tid, inode, &facts);
	facts.inode = inode;
	file = place_socket(state, task, fd, &facts);
	doubt(task, fd);
	return file;
}

struct file *state_file_asleep(struct state *state, struct task *task, int fd)
{
	struct file *file = look_known(task, fd);
	uint64_t inode = 0;

	if (file || fd < 0 || !task->files)
		return file ? file : &state->unknown;
	if (state->ask->kind(state->ask, task->tid, fd, &inode) != FILE_SOCKET)
		return &state->unknown;
	return place_running_socket(state, task, fd, inode);
}

static void listed_running(void *user, int fd)
{
	struct listing *listing = user;
	uint64_t inode = 0;

	switch (listing->state->ask->kind(listing->state->ask, listing->task->tid, fd, &inode)) {
	case FILE_SOCKET:
		place_running_socket(listing->state, listing->task, fd, inode);
		break;
	case FILE_EPOLL:
		place(listing->state, listing->task, fd, file_new(listing->state, FILE_EPOLL));
		doubt(listing->task, fd);
		break;
	case FILE_IO_URING:
		place(listing->state, listing->task, fd, file_new(listing->state, FILE_IO_URING));
		doubt(listing->task, fd);
		break;
	}
}

/*
 * The sockets of a process that is attached to and runs on. What it does meanwhile is not seen, so nothing of
 * this is believed before it is verified; what is not listed is asked when it is used.
 */
void look_running(struct state *state, struct task *task)
{
	struct listing listing = { state, task };

	task->files->listed = true;
	(void)state->ask->list(state->ask, task->tid, listed_running, &listing);
	know_epolls(state, task);
	know_accepted(state, task);
	pair_unix_found(state);
}
