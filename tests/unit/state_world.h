/*
 * state_world: a kernel of the tests' own for state/: tasks named by letters, calls as rows of data, answers
 * from a list.
 */
#ifndef SOCKLINE_TESTS_STATE_WORLD_H
#define SOCKLINE_TESTS_STATE_WORLD_H

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "arch/abi.h"
#include "calls/row.h"
#include "state/ask.h"
#include "state/socket.h"
#include "state/state.h"

enum { FIRST_TID = 1000, CLONED_FILES = 0x400, TASKS = 26, TRUTHS = 64, MEMORY = 4096 };

/* What is really at an fd: by task letter, as tables are. */
struct truth {
	char task;
	int fd;
	int kind; /* enum file_kind; -EBADF: closed */
	uint64_t cookie;
	bool cloexec;
	struct address local, peer;
};

struct world {
	struct ask ask;
	struct state *state;
	struct task tasks[TASKS];
	struct process processes[TASKS];
	struct call *open[TASKS]; /* calls between entry and exit */
	struct truth truths[TRUTHS];
	unsigned truth_count;
	uint64_t now, last_cookie;
	unsigned questions, found, closed;
	enum {
		LIVES,
		KILLED_INSIDE,
		KILLED_OUTSIDE
	} kills;		  /* a thread in its call, or on its way out of it */
	pid_t busy;		  /* the thread that may be in the call that is asked for */
	bool refuse, refuse_proc; /* pidfd_getfd, /proc are not allowed */
	uint64_t netns;		  /* of the next sockets */
	unsigned tcp_asked, tcp_running, samples;
	const char *why[16];		   /* of the samples */
	struct address asleep_peer;	   /* of whoever is asked about while it runs */
	uint64_t unix_peer_inode;	   /* answer to the next question */
	struct socket_news news[NEWS_MAX]; /* of the last call */
	unsigned news_count;
	uint32_t closed_ids[64];
	uint8_t memory[MEMORY]; /* what calls point to, at address MEMORY_AT */
};

#define MEMORY_AT 0x10000

static struct world *world_of(struct ask *ask)
{
	return (struct world *)ask;
}

static struct truth *truth_at(struct world *world, pid_t tid, int fd)
{
	for (unsigned i = world->truth_count; i-- > 0;)
		if (world->truths[i].task == 'A' + (tid - FIRST_TID) && world->truths[i].fd == fd)
			return &world->truths[i];
	return NULL;
}

static int world_kind(struct ask *ask, pid_t tid, int fd, uint64_t *inode)
{
	struct truth *truth = truth_at(world_of(ask), tid, fd);

	world_of(ask)->questions++;
	if (world_of(ask)->refuse_proc)
		return FILE_UNKNOWN;
	if (!truth)
		return -EBADF;
	if (truth->kind == FILE_SOCKET)
		*inode = truth->cookie + 5000;
	return truth->kind;
}

static int world_socket(struct ask *ask, pid_t tid, int fd, unsigned what, struct socket_facts *facts)
{
	struct world *world = world_of(ask);
	struct truth *truth = truth_at(world, tid, fd);

	world->questions++;
	if (world->refuse)
		return -EPERM;
	if (truth && truth->kind != FILE_SOCKET)
		return truth->kind < 0 ? truth->kind : -ENOTSOCK;
	if (!truth && !(what & ASK_COOKIE))
		return -EBADF;
	if (what & ASK_COOKIE)
		facts->cookie = truth ? truth->cookie : ++world->last_cookie;
	if (what & ASK_INODE)
		facts->inode = facts->cookie + 5000;
	if (what & ASK_TYPE) {
		facts->family = AF_INET;
		facts->type = SOCK_STREAM;
		facts->protocol = 6;
	}
	if (what & ASK_NETNS)
		facts->netns = world->netns;
	if (truth && (what & ASK_LOCAL))
		facts->local = truth->local;
	if (truth && (what & ASK_PEER))
		facts->peer = truth->peer;
	return 0;
}

static int world_asleep(struct ask *ask, pid_t tid, uint64_t inode, struct socket_facts *facts)
{
	(void)inode;
	facts->peer = world_of(ask)->asleep_peer;
	facts->family = AF_INET;
	facts->type = SOCK_STREAM;
	(void)tid;
	return 0;
}

static bool world_may_call(struct ask *ask, pid_t tid, uint64_t number, uint64_t arg)
{
	(void)number;
	(void)arg;
	return world_of(ask)->busy == tid;
}

static uint64_t world_now(struct ask *ask)
{
	return ++world_of(ask)->now;
}

static int world_tcp_info(struct ask *ask, pid_t tid, int fd, void *info, uint32_t size)
{
	struct world *world = world_of(ask);

	(void)tid;
	(void)fd;
	memset(info, 1, size);
	world->tcp_asked++;
	return 200;
}

static int world_tcp_running(struct ask *ask, const struct socket_facts *facts, void *info, uint32_t size)
{
	struct world *world = world_of(ask);

	(void)info;
	(void)size;
	world->tcp_running++;
	return facts->cookie ? 100 : -ENOENT;
}

static inline void world_sample(void *user, struct file *file, const struct tcp_sample *sample)
{
	struct world *world = user;

	(void)file;
	world->why[world->samples++ % 16] = sample->why;
}

static int world_cloexec(struct ask *ask, pid_t tid, int fd)
{
	struct truth *truth = truth_at(world_of(ask), tid, fd);

	world_of(ask)->questions++;
	return truth && truth->kind >= 0 ? truth->cloexec : -EBADF;
}

static int world_list(struct ask *ask, pid_t tid, void (*fn)(void *user, int fd), void *user)
{
	struct world *world = world_of(ask);

	for (unsigned i = 0; i < world->truth_count; i++)
		if (world->truths[i].task == 'A' + (tid - FIRST_TID) && world->truths[i].kind >= 0)
			fn(user, world->truths[i].fd);
	return 0;
}

static int world_same_table(struct ask *ask, pid_t a, pid_t b)
{
	(void)ask;
	(void)a;
	(void)b;
	return 1;
}

static int world_watches(struct ask *ask, pid_t tid, int epfd,
			 void (*fn)(void *user, int fd, uint64_t data, uint64_t inode), void *user)
{
	(void)ask;
	(void)tid;
	(void)epfd;
	(void)fn;
	(void)user;
	return 0;
}

static uint64_t world_unix_peer(struct ask *ask, pid_t tid, int fd, uint64_t inode)
{
	uint64_t peer = world_of(ask)->unix_peer_inode;

	(void)tid;
	(void)fd;
	(void)inode;
	world_of(ask)->unix_peer_inode = 0;
	return peer;
}

static int world_began(struct ask *ask, const struct socket_facts *facts)
{
	(void)ask;
	(void)facts;
	return -EAGAIN;
}

static void world_forget(struct ask *ask, pid_t tid)
{
	(void)ask;
	(void)tid;
}

static void world_ask_free(struct ask *ask)
{
	(void)ask;
}

static void world_found(void *user, struct task *task, int fd, struct file *file)
{
	(void)task;
	(void)fd;
	(void)file;
	((struct world *)user)->found++;
}

static struct arena world_arena;

static void world_closed(void *user, struct file *file)
{
	struct world *world = user;

	world->closed_ids[world->closed++ % 64] =
		state_view(world->state, file, &world_arena, NULL, NULL)->id;
}

static const struct abi world_abi = {
	.name = "test",
	.bits = 64,
	.layout = { .pointer = 8,
		    .iovec = 16,
		    .msghdr = { 56, 0, 8, 16, 24, 32, 40, 48 },
		    .mmsghdr = { 64, 56 },
		    .cmsghdr = { 16, 8, 12, 8 },
		    .timeval_old = 16,
		    .timespec_old = 16,
		    .epoll_event = 12,
		    .epoll_data = 4,
		    .fdset_word = 8 },
};

static inline void world_init(struct world *world)
{
	struct state_events events = { .found = world_found, .closed = world_closed, .user = world };

	memset(world, 0, sizeof(*world));
	world->last_cookie = 100;
	world->netns = 1;
	world->ask = (struct ask){ .kind = world_kind,
				   .socket = world_socket,
				   .tcp_info = world_tcp_info,
				   .tcp_running = world_tcp_running,
				   .asleep = world_asleep,
				   .may_call = world_may_call,
				   .now = world_now,
				   .cloexec = world_cloexec,
				   .list = world_list,
				   .same_table = world_same_table,
				   .watches = world_watches,
				   .unix_peer = world_unix_peer,
				   .began = world_began,
				   .forget = world_forget,
				   .free = world_ask_free };
	world->state = state_new_asking(&events, &world->ask);
}

static inline void world_drop(struct world *world, struct call *call)
{
	state_drop(world->state, call);
	arena_done(&call->arena);
	free(call);
}

static inline void world_done(struct world *world)
{
	for (unsigned i = 0; i < TASKS; i++) {
		if (world->open[i])
			world_drop(world, world->open[i]);
		if (world->tasks[i].files)
			state_task_end(world->state, &world->tasks[i]);
	}
	state_free(world->state);
	arena_done(&world_arena);
	memset(&world_arena, 0, sizeof(world_arena));
}

static inline struct task *world_task(struct world *world, char letter)
{
	return &world->tasks[letter - 'A'];
}

/* parent 0: a started command ('!': an attached process). A thread shares its parent's process. */
static inline void world_start(struct world *world, char letter, char parent, uint64_t flags)
{
	struct task *task = world_task(world, letter);
	bool thread = parent >= 'A' && (flags & 0x10000 /* CLONE_THREAD */);

	task->tid = FIRST_TID + (letter - 'A');
	task->process = thread ? world_task(world, parent)->process : &world->processes[letter - 'A'];
	if (!thread)
		task->process->attached = parent == '!';
	state_task_new(world->state, task, parent >= 'A' ? world_task(world, parent) : NULL, flags);
}

static inline void world_blob(struct capture *capture, struct arena *arena, const uint8_t *memory)
{
	struct blob *blob = arena_alloc(arena, sizeof(*blob));
	uint8_t *copy = arena_alloc(arena, MEMORY);

	memcpy(copy, memory, MEMORY);
	*blob = (struct blob){ .address = MEMORY_AT, .size = MEMORY, .got = MEMORY, .data = copy };
	*capture = (struct capture){ .blobs = blob, .count = 1, .room = 1 };
}

/* The entry stop; false when the call is not of interest (and has been dropped). */
static inline bool world_enter(struct world *world, char letter, const struct row *row,
			       const uint64_t args[6])
{
	struct call *call = calloc(1, sizeof(*call));
	struct task *task = world_task(world, letter);

	call->abi = &world_abi;
	call->row = row;
	memcpy(call->args, args, sizeof(call->args));
	call->args_known = call->entry_seen = true;
	call->entry_ns = ++world->now;
	if (!state_enter(world->state, task, call)) {
		world_drop(world, call);
		return false;
	}
	world_blob(&call->in, &call->arena, world->memory);
	world->open[letter - 'A'] = call;
	if (state_sets_matter(world->state, task, call))
		return true;
	world->open[letter - 'A'] = NULL;
	world_drop(world, call);
	return false;
}

/* The exit stop and what follows it. */
static inline void world_exit(struct world *world, char letter, int64_t result)
{
	struct call *call = world->open[letter - 'A'];
	struct task *task = world_task(world, letter);

	if (!call)
		return;
	world->open[letter - 'A'] = NULL;
	call->finished = true;
	call->result = result;
	call->failed = result < 0;
	call->exit_ns = ++world->now;
	world_blob(&call->out, &call->arena, world->memory);
	if (world->kills != KILLED_INSIDE)
		state_leave(world->state, task, call);
	call->unreturned = world->kills == KILLED_OUTSIDE;
	if (world->kills)
		call->finished = call->failed = false;
	state_apply(world->state, task, call);
	assert_int_equal(call->finished, !world->kills);
	world->news_count = state_news(world->state, call, world->news);
	world_drop(world, call);
}

static inline uint32_t world_id(struct world *world, char letter, int fd)
{
	struct file *file = state_file(world->state, world_task(world, letter), fd);

	return state_view(world->state, file, &world_arena, NULL, NULL)->id;
}

#endif
