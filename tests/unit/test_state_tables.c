/* Each way a descriptor can travel, as a list of steps, and what must be the same socket in the end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <sys/epoll.h>

#include "state_world.h"

enum step_kind {
	END,
	CALL,
	SKIP,
	ENTER,
	EXIT,
	KILLED,
	START,
	ATTACH,
	FORK,
	UNTOLD,
	THREAD,
	SHARE,
	EXEC,
	LAST,
	THERE,
	GONE,
	OTHER
};

struct step {
	enum step_kind kind;
	char task;
	int64_t result; /* CALL, EXIT; of the new fd in THERE: the cookie; of the child in FORK ...: its
			   letter */
	enum call_id call;
	uint64_t args[6];
};

/* Where a socket must be seen: equal groups are the same socket, 0 is no socket at all. */
struct spot {
	char task;
	int fd;
	int group;
};

struct travel {
	const char *name;
	struct step steps[16];
	struct spot places[8];
	unsigned closed; /* sockets that must have been closed for all */
	unsigned found;
};

#define SOCKET(task, fd)                        \
	{                                       \
		CALL, task, fd, CALL_socket,    \
		{                               \
			AF_INET, SOCK_STREAM, 6 \
		}                               \
	}
#define SOCKET_CLOEXEC(task, fd)                               \
	{                                                      \
		CALL, task, fd, CALL_socket,                   \
		{                                              \
			AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 6 \
		}                                              \
	}
#define CLOSE(task, fd)                    \
	{                                  \
		CALL, task, 0, CALL_close, \
		{                          \
			fd                 \
		}                          \
	}
#define DO(task, result, call, ...)              \
	{                                        \
		CALL, task, result, CALL_##call, \
		{                                \
			__VA_ARGS__              \
		}                                \
	}
#define BEGIN(task, call, ...)               \
	{                                    \
		ENTER, task, 0, CALL_##call, \
		{                            \
			__VA_ARGS__          \
		}                            \
	}
#define FINISH(task, result)                   \
	{                                      \
		EXIT, task, result, CALL_NONE, \
		{                              \
			0                      \
		}                              \
	}
#define KILL(task, result, outside)              \
	{                                        \
		KILLED, task, result, CALL_NONE, \
		{                                \
			outside                  \
		}                                \
	}
#define NEW(kind, task, child)                \
	{                                     \
		kind, task, child, CALL_NONE, \
		{                             \
			0                     \
		}                             \
	}
/* The kernel has a socket with that cookie at fd; nobody saw how it came. */
#define IS(task, fd, cookie)                    \
	{                                       \
		THERE, task, cookie, CALL_NONE, \
		{                               \
			fd                      \
		}                               \
	}

static const struct travel travels[] = {
	{ "socket, close", { NEW(START, 'A', 0), SOCKET('A', 3), CLOSE('A', 3) }, { { 'A', 3, 0 } }, 1, 0 },
	{ "dup and dup2",
	  { NEW(START, 'A', 0), SOCKET('A', 3), DO('A', 4, dup, 3), DO('A', 9, dup2, 3, 9), CLOSE('A', 3) },
	  { { 'A', 3, 0 }, { 'A', 4, 1 }, { 'A', 9, 1 } },
	  0,
	  0 },
	{ "dup2 onto an open socket closes it",
	  { NEW(START, 'A', 0), SOCKET('A', 3), SOCKET('A', 4), DO('A', 4, dup2, 3, 4) },
	  { { 'A', 3, 1 }, { 'A', 4, 1 } },
	  1,
	  0 },
	{ "dup2 onto itself",
	  { NEW(START, 'A', 0), SOCKET('A', 3), DO('A', 3, dup2, 3, 3) },
	  { { 'A', 3, 1 } },
	  0,
	  0 },
	{ "failed dup2 changes nothing",
	  { NEW(START, 'A', 0), SOCKET('A', 3), DO('A', -EBADF, dup2, 3, 1 << 20) },
	  { { 'A', 3, 1 } },
	  0,
	  0 },
	{ "F_DUPFD",
	  { NEW(START, 'A', 0), SOCKET('A', 3), DO('A', 10, fcntl, 3, F_DUPFD, 10),
	    DO('A', 11, fcntl, 3, F_DUPFD_CLOEXEC, 10), NEW(EXEC, 'A', 0) },
	  { { 'A', 3, 1 }, { 'A', 10, 1 }, { 'A', 11, 0 } },
	  0,
	  0 },
	{ "exec keeps and drops",
	  { NEW(START, 'A', 0), SOCKET('A', 3), SOCKET_CLOEXEC('A', 4), DO('A', 5, dup3, 3, 5, O_CLOEXEC),
	    DO('A', 0, fcntl, 3, F_SETFD, FD_CLOEXEC), DO('A', 0, fcntl, 3, F_SETFD, 0), NEW(EXEC, 'A', 0) },
	  { { 'A', 3, 1 }, { 'A', 4, 0 }, { 'A', 5, 0 } },
	  1,
	  0 },
	{ "fork copies",
	  { NEW(START, 'A', 0), SOCKET('A', 3), NEW(FORK, 'A', 'B'), CLOSE('A', 3), SOCKET('A', 3) },
	  { { 'A', 3, 2 }, { 'B', 3, 1 } },
	  0,
	  0 },
	{ "fork, both close",
	  { NEW(START, 'A', 0), SOCKET('A', 3), NEW(FORK, 'A', 'B'), CLOSE('A', 3), CLOSE('B', 3) },
	  { { 'B', 3, 0 } },
	  1,
	  0 },
	{ "the last process ends",
	  { NEW(START, 'A', 0), SOCKET('A', 3), NEW(FORK, 'A', 'B'), NEW(LAST, 'A', 0), NEW(LAST, 'B', 0) },
	  { { 0 } },
	  1,
	  0 },
	{ "threads share",
	  { NEW(START, 'A', 0), NEW(THREAD, 'A', 'B'), SOCKET('B', 3), NEW(LAST, 'B', 0) },
	  { { 'A', 3, 1 } },
	  0,
	  0 },
	{ "CLONE_FILES shares between processes",
	  { NEW(START, 'A', 0), NEW(SHARE, 'A', 'B'), SOCKET('B', 3), CLOSE('A', 3) },
	  { { 'B', 3, 0 } },
	  1,
	  0 },
	{ "exec unshares",
	  { NEW(START, 'A', 0), NEW(SHARE, 'A', 'B'), SOCKET_CLOEXEC('B', 3), NEW(EXEC, 'B', 0),
	    IS('A', 3, 101) },
	  { { 'A', 3, 1 }, { 'B', 3, 0 } },
	  0,
	  0 },
	{ "unshare(CLONE_FILES)",
	  { NEW(START, 'A', 0), NEW(SHARE, 'A', 'B'), SOCKET('B', 3), DO('B', 0, unshare, 0x400),
	    IS('B', 3, 101), CLOSE('A', 3) },
	  { { 'A', 3, 0 }, { 'B', 3, 1 } },
	  0,
	  0 },
	{ "close_range",
	  { NEW(START, 'A', 0), SOCKET('A', 3), SOCKET('A', 4), SOCKET('A', 5),
	    DO('A', 0, close_range, 4, 0xffffffff) },
	  { { 'A', 3, 1 }, { 'A', 4, 0 }, { 'A', 5, 0 } },
	  2,
	  0 },
	{ "close_range to close at exec",
	  { NEW(START, 'A', 0), SOCKET('A', 3), SOCKET('A', 4), DO('A', 0, close_range, 4, 0xffffffff, 4),
	    NEW(EXEC, 'A', 0) },
	  { { 'A', 3, 1 }, { 'A', 4, 0 } },
	  1,
	  0 },
	{ "close_range in a table of its own",
	  { NEW(START, 'A', 0), NEW(SHARE, 'A', 'B'), SOCKET('B', 3), DO('B', 0, close_range, 3, 9, 2) },
	  { { 'A', 3, 1 }, { 'B', 3, 0 } },
	  0,
	  0 },
	{ "accept makes another socket",
	  { NEW(START, 'A', 0), SOCKET('A', 3), DO('A', 4, accept4, 3, 0, 0, SOCK_CLOEXEC),
	    NEW(EXEC, 'A', 0) },
	  { { 'A', 3, 1 }, { 'A', 4, 0 } },
	  1,
	  0 },
	{ "close races with socket: the exit is seen late",
	  { NEW(START, 'A', 0), NEW(THREAD, 'A', 'B'), SOCKET('A', 3), BEGIN('A', close, 3), SOCKET('B', 3),
	    FINISH('A', 0) },
	  { { 'A', 3, 2 } },
	  1,
	  0 },
	{ "close races with socket, close and open: the first exit says nothing of the second close",
	  { NEW(START, 'A', 0),
	    NEW(THREAD, 'A', 'B'),
	    NEW(THREAD, 'A', 'C'),
	    SOCKET('A', 3),
	    BEGIN('A', close, 3),
	    SOCKET('B', 3),
	    BEGIN('B', close, 3),
	    FINISH('A', 0),
	    { OTHER, 'C', 0, CALL_NONE, { 3 } },
	    { SKIP, 'C', 0, CALL_read, { 3 } },
	    FINISH('B', 0) },
	  { { 'A', 3, 0 } },
	  2,
	  0 },
	{ "failed close but EBADF closes",
	  { NEW(START, 'A', 0), SOCKET('A', 3), DO('A', -EINTR, close, 3) },
	  { { 'A', 3, 0 } },
	  1,
	  0 },
	{ "killed on the way out of calls that did their work, and of one that failed",
	  { NEW(START, 'A', 0), NEW(THREAD, 'A', 'B'), SOCKET('A', 3), SOCKET('A', 4), BEGIN('B', close, 4),
	    KILL('B', 0, true), BEGIN('B', dup, 3), KILL('B', 5, true), BEGIN('B', dup2, 3, 6),
	    KILL('B', -EBUSY, true) },
	  { { 'A', 3, 1 }, { 'A', 4, 0 }, { 'A', 5, 1 }, { 'A', 6, 0 } },
	  1,
	  0 },
	{ "killed in a close, which may have done it or not",
	  { NEW(START, 'A', 0), SOCKET('A', 3), BEGIN('A', close, 3), KILL('A', 0, false) },
	  { { 'A', 3, 1 } },
	  0,
	  0 },
	{ "a child that its parent did not tell of may have another's sockets",
	  { NEW(START, 'A', 0), IS('B', 4, 300), NEW(UNTOLD, 'A', 'B'), SOCKET('B', 5) },
	  { { 'A', 4, 0 }, { 'B', 4, 1 }, { 'B', 5, 2 } },
	  0,
	  1 },
	{ "a blocked call holds its socket",
	  { NEW(START, 'A', 0), NEW(THREAD, 'A', 'B'), SOCKET('A', 3), BEGIN('A', recvfrom, 3),
	    CLOSE('B', 3) },
	  { { 'A', 3, 0 } },
	  0,
	  0 },
	{ "dup2 races with socket on its target",
	  { NEW(START, 'A', 0), NEW(THREAD, 'A', 'B'), SOCKET('A', 3), BEGIN('A', dup2, 3, 5), SOCKET('B', 5),
	    FINISH('A', 5), IS('A', 5, 102) },
	  { { 'A', 3, 1 } },
	  1,
	  0 },
	{ "inherited socket is found",
	  { IS('A', 0, 77), NEW(START, 'A', 0), DO('A', 1, recvfrom, 0) },
	  { { 'A', 0, 1 } },
	  0,
	  1 },
	{ "one socket at two inherited fds",
	  { IS('A', 0, 77), IS('A', 1, 77), NEW(START, 'A', 0), DO('A', 1, recvfrom, 1) },
	  { { 'A', 0, 1 }, { 'A', 1, 1 } },
	  0,
	  1 },
	{ "inherited and gone at exec, never asked about CLOEXEC",
	  { IS('A', 5, 77), NEW(START, 'A', 0), DO('A', 1, recvfrom, 5), NEW(GONE, 'A', 5),
	    NEW(EXEC, 'A', 0) },
	  { { 'A', 5, 0 } },
	  1,
	  1 },
	{ "reads on files are skipped",
	  { { OTHER, 'A', 0, 0, { 4 } },
	    NEW(START, 'A', 0),
	    { SKIP, 'A', 0, CALL_read, { 4 } },
	    { SKIP, 'A', 0, CALL_close, { 4 } },
	    { SKIP, 'A', 0, CALL_dup, { 4 } } },
	  { { 'A', 4, 0 } },
	  0,
	  0 },
	{ "what is closed without interest is looked at again",
	  { { OTHER, 'A', 0, 0, { 4 } },
	    NEW(ATTACH, 'A', 0),
	    { SKIP, 'A', 0, CALL_read, { 4 } },
	    { SKIP, 'A', 0, CALL_close, { 4 } },
	    IS('A', 4, 9),
	    DO('A', 1, read, 4) },
	  { { 'A', 4, 1 } },
	  0,
	  1 },
	{ "pidfd_getfd of another traced process's socket",
	  { NEW(START, 'A', 0), SOCKET('A', 3), NEW(START, 'B', 0), IS('B', 7, 101),
	    DO('B', 7, pidfd_getfd, 5, 3) },
	  { { 'A', 3, 1 }, { 'B', 7, 1 } },
	  0,
	  0 },
	{ "pidfd_getfd of an untraced process's socket",
	  { NEW(START, 'B', 0), IS('B', 7, 900), DO('B', 7, pidfd_getfd, 5, 3), NEW(EXEC, 'B', 0) },
	  { { 'B', 7, 0 } },
	  1,
	  1 },
	{ "an epoll is a file of its own",
	  { NEW(START, 'A', 0), DO('A', 3, epoll_create1, EPOLL_CLOEXEC), SOCKET('A', 4), DO('A', 5, dup, 3),
	    CLOSE('A', 3), NEW(EXEC, 'A', 0) },
	  { { 'A', 3, 0 }, { 'A', 4, 1 }, { 'A', 5, 2 } },
	  0,
	  0 },
	{ "a fork among threads is doubted, then believed",
	  { NEW(START, 'A', 0), NEW(THREAD, 'A', 'B'), SOCKET('A', 3), NEW(FORK, 'A', 'C'), IS('C', 3, 101),
	    CLOSE('A', 3) },
	  { { 'C', 3, 1 } },
	  0,
	  0 },
	{ "a fork among threads is doubted, and wrong",
	  { NEW(START, 'A', 0),
	    NEW(THREAD, 'A', 'B'),
	    SOCKET('A', 3),
	    NEW(FORK, 'A', 'C'),
	    NEW(GONE, 'C', 3),
	    { SKIP, 'C', 0, CALL_read, { 3 } } },
	  { { 'A', 3, 1 }, { 'C', 3, 0 } },
	  0,
	  0 },
	{ "closing what the kernel never had",
	  { NEW(START, 'A', 0),
	    { SKIP, 'A', 0, CALL_close, { 1 << 30 } },
	    { SKIP, 'A', 0, CALL_close, { UINT64_MAX } },
	    { SKIP, 'A', 0, CALL_read, { 77 } } },
	  { { 'A', 77, 0 } },
	  0,
	  0 },
};

/* Runs the kernel's side: what is at an fd. */
static void set_truth(struct world *world, const struct step *step, int fd, int kind, uint64_t cookie)
{
	struct truth *truth = &world->truths[world->truth_count++];

	*truth = (struct truth){ .task = step->task, .fd = fd, .kind = kind, .cookie = cookie };
}

static void run(struct world *world, const struct step *step)
{
	switch (step->kind) {
	case CALL:
	case SKIP:
	case ENTER: {
		bool interest = world_enter(world, step->task, &call_rows[step->call], step->args);

		assert_int_equal(interest, step->kind != SKIP);
		if (step->kind == CALL)
			world_exit(world, step->task, step->result);
		break;
	}
	case EXIT:
		world_exit(world, step->task, step->result);
		break;
	case KILLED:
		world->kills = step->args[0] ? KILLED_OUTSIDE : KILLED_INSIDE;
		world_exit(world, step->task, step->result);
		world->kills = LIVES;
		break;
	case START:
		world_start(world, step->task, 0, 0);
		break;
	case ATTACH:
		world_start(world, step->task, '!', 0);
		break;
	case FORK:
		world_start(world, (char)step->result, step->task, 0);
		break;
	case UNTOLD: /* its calls on any fd must stop from the first one on */
		world_start(world, (char)step->result, step->task, TASK_UNTOLD);
		assert_true(state_matters(world_task(world, (char)step->result)));
		break;
	case THREAD:
		world_start(world, (char)step->result, step->task, CLONED_FILES | 0x10000);
		break;
	case SHARE:
		world_start(world, (char)step->result, step->task, CLONED_FILES);
		break;
	case EXEC:
		state_exec(world->state, world_task(world, step->task));
		state_flush(world->state);
		break;
	case LAST:
		state_task_end(world->state, world_task(world, step->task));
		break;
	case THERE:
		set_truth(world, step, (int)step->args[0], FILE_SOCKET, (uint64_t)step->result);
		break;
	case GONE:
		set_truth(world, step, (int)step->result, -EBADF, 0);
		break;
	case OTHER:
		set_truth(world, step, (int)step->args[0], FILE_OTHER, 0);
		break;
	case END:
		break;
	}
}

static void check_places(struct world *world, const struct travel *travel)
{
	uint32_t ids[8] = { 0 };

	for (const struct spot *place = travel->places; place->task; place++) {
		uint32_t id = world_id(world, place->task, place->fd);

		if (!place->group) {
			assert_int_equal(id, 0);
			continue;
		}
		assert_int_not_equal(id, 0);
		if (ids[place->group])
			assert_int_equal(id, ids[place->group]);
		for (int other = 0; other < 8; other++)
			if (other != place->group && ids[other])
				assert_int_not_equal(id, ids[other]);
		ids[place->group] = id;
	}
}

static void test_travels(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < sizeof(travels) / sizeof(*travels); i++) {
		struct world world;

		print_message("  %s\n", travels[i].name);
		world_init(&world);
		for (const struct step *step = travels[i].steps; step->kind != END; step++)
			run(&world, step);
		check_places(&world, &travels[i]);
		assert_int_equal(world.closed, travels[i].closed);
		assert_int_equal(world.found, travels[i].found);
		world_done(&world);
	}
}

/* Only the exit of a call is seen. Returns whether it was of interest. */
static bool leave_only(struct world *world, char letter, enum call_id row, int64_t result, uint64_t arg)
{
	struct task *task = world_task(world, letter);
	struct call *call = calloc(1, sizeof(*call));

	call->abi = &world_abi;
	call->row = &call_rows[row];
	call->args[0] = arg;
	call->args_known = call->finished = true;
	call->exit_ns = ++world->now;
	call->result = result;
	call->failed = result < 0;
	bool interest = state_enter(world->state, task, call);

	if (interest) {
		world->open[letter - 'A'] = call;
		world_exit(world, letter, result);
	} else {
		world_drop(world, call);
	}
	return interest;
}

struct late_step {
	char task;
	enum call_id call;
	int fd; /* -1: gives 3 a new socket in the kernel; -2: takes it away */
	bool interest, asks;
};

/* Of threads whose calls' exits alone are seen: whom the kernel is asked about. */
static const struct late_step late_steps[] = {
	{ 'A', CALL_socket, 3, true, true },
	{ 'A', CALL_NONE, -1, false, false },
	{ 'A', CALL_read, 3, true, false }, /* it made it */
	{ 'B', CALL_read, 3, true, true },  /* A could have closed it meanwhile */
	{ 'B', CALL_read, 3, true, false },
	{ 'A', CALL_read, 3, true, true },
	{ 'A', CALL_NONE, -2, false, false },
	{ 'B', CALL_read, 3, false, true }, /* it is a file now */
	{ 'A', CALL_close, 3, true, true }, /* what it used, before the file came */
	{ 'A', CALL_socket, 3, true, true },
	{ 'A', CALL_NONE, -1, false, false },
	{ 'A', CALL_close, 3, true, false },
	{ 'A', CALL_socket, 3, true, true },
	{ 'A', CALL_NONE, -1, false, false },
	{ 'A', CALL_read, 3, true, false },
	{ 'A', CALL_NONE, -2, false, false },
	{ 'B', CALL_close, 3, true, true }, /* B takes away what A uses: from now on nothing is believed */
	{ 'A', CALL_socket, 3, true, true },
	{ 'A', CALL_NONE, -1, false, false },
	{ 'A', CALL_read, 3, true, true },
	{ 'A', CALL_read, 3, true, true },
};

static void test_late_questions(void **unused)
{
	struct world world;

	(void)unused;
	world_init(&world);
	world_start(&world, 'A', 0, 0);
	world_start(&world, 'B', 'A', CLONED_FILES | 0x10000);
	world_task(&world, 'A')->exits_only = world_task(&world, 'B')->exits_only = true;
	for (size_t i = 0; i < sizeof(late_steps) / sizeof(*late_steps); i++) {
		const struct late_step *step = &late_steps[i];
		unsigned before = world.questions;

		print_message("  %zu\n", i);
		for (char task = 'A'; step->call == CALL_NONE && task <= 'B'; task++)
			world.truths[world.truth_count++] = (struct truth){
				.task = task,
				.fd = 3,
				.kind = step->fd == -1 ? FILE_SOCKET : FILE_OTHER,
				.cookie = world.last_cookie,
			};
		if (step->call == CALL_NONE)
			continue;
		int64_t result = step->call == CALL_socket ? step->fd : 0;
		uint64_t arg = step->call == CALL_socket ? AF_INET : (uint64_t)step->fd;

		assert_int_equal(leave_only(&world, step->task, step->call, result, arg), step->interest);
		assert_int_equal(world.questions > before, step->asks);
	}
	world_done(&world);
}

/* A msghdr with one SCM_RIGHTS record in the world's memory; returns the msghdr's address. */
static uint64_t rights(struct world *world, const int *fds, unsigned count, uint64_t len)
{
	uint64_t header[7] = { 0, 0, 0, 0, MEMORY_AT + 256, 16 + (4 * count + 7) / 8 * 8, 0 };
	int words[2] = { SOL_SOCKET, SCM_RIGHTS };

	memset(world->memory, 0, sizeof(world->memory));
	memcpy(world->memory, header, sizeof(header));
	memcpy(world->memory + 256, &len, 8);
	memcpy(world->memory + 264, words, 8);
	memcpy(world->memory + 272, fds, count * sizeof(int));
	return MEMORY_AT;
}

static void run_rights(struct world *world, char task, enum call_id call, const int *fds, unsigned count,
		       uint64_t len, unsigned flags)
{
	uint64_t args[6] = { 3, rights(world, fds, count, len), flags };

	assert_true(world_enter(world, task, &call_rows[call], args));
	world_exit(world, task, 1);
}

/* Sent, closed by its sender, received by another traced process: one socket all the time, closed once. */
static void test_rights(void **unused)
{
	struct world world;
	struct step steps[] = { NEW(START, 'A', 0), SOCKET('A', 3), SOCKET('A', 4), NEW(START, 'B', 0),
				SOCKET('B', 3) };
	int sent[1] = { 4 }, received[2] = { 9, 10 };

	(void)unused;
	world_init(&world);
	for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++)
		run(&world, &steps[i]);
	uint32_t id = world_id(&world, 'A', 4);

	run_rights(&world, 'A', CALL_sendmsg, sent, 1, 20, 0);
	run(&world, &(struct step)CLOSE('A', 4));
	assert_int_equal(world.closed, 0);
	run(&world, &(struct step)IS('B', 9, 102));
	run(&world, &(struct step)IS('B', 10, 500));
	run_rights(&world, 'B', CALL_recvmsg, received, 2, 24, MSG_CMSG_CLOEXEC);
	assert_int_equal(world_id(&world, 'B', 9), id);
	assert_int_not_equal(world_id(&world, 'B', 10), 0);
	assert_int_equal(world.found, 1); /* the one from an untraced process */
	run(&world, &(struct step)NEW(EXEC, 'B', 0));
	assert_int_equal(world.closed, 2);
	world_done(&world);
}

/* The receiver's call is seen to end before the sender's: nothing is under way afterwards, and nothing stays
 * open. */
static void test_rights_early(void **unused)
{
	struct world world;
	struct step steps[] = { NEW(START, 'A', 0), SOCKET('A', 3), SOCKET('A', 4),
				NEW(START, 'B', 0), SOCKET('B', 3), IS('B', 9, 102) };
	int sent[1] = { 4 }, received[1] = { 9 };

	(void)unused;
	world_init(&world);
	for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++)
		run(&world, &steps[i]);
	uint64_t out[6] = { 3, rights(&world, sent, 1, 20), 0 };

	assert_true(world_enter(&world, 'A', &call_rows[CALL_sendmsg], out));
	run_rights(&world, 'B', CALL_recvmsg, received, 1, 20, 0);
	world_exit(&world, 'A', 1);
	assert_int_equal(world_id(&world, 'B', 9), world_id(&world, 'A', 4));
	run(&world, &(struct step)CLOSE('A', 4));
	assert_int_equal(world.closed, 0);
	run(&world, &(struct step)CLOSE('B', 9));
	assert_int_equal(world.closed, 1);
	world_done(&world);
}

/* What came from a sender that is not traced does not meet it: much later the socket is under way as any. */
static void test_rights_from_untraced(void **unused)
{
	struct world world;
	struct step steps[] = { NEW(START, 'A', 0), SOCKET('A', 3), NEW(START, 'B', 0), SOCKET('B', 3),
				IS('B', 9, 500) };
	int fds[1] = { 9 };

	(void)unused;
	world_init(&world);
	for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++)
		run(&world, &steps[i]);
	run_rights(&world, 'B', CALL_recvmsg, fds, 1, 20, 0);
	uint32_t id = world_id(&world, 'B', 9);

	world.now += 2000000000;
	uint64_t args[6] = { 3, rights(&world, fds, 1, 20), 0 };

	assert_true(world_enter(&world, 'B', &call_rows[CALL_sendmsg], args));
	world.open['B' - 'A']->entry_seen = false;
	world_exit(&world, 'B', 1);
	run(&world, &(struct step)CLOSE('B', 9));
	assert_int_equal(world.closed, 0);
	run(&world, &(struct step)IS('A', 5, 500));
	fds[0] = 5;
	run_rights(&world, 'A', CALL_recvmsg, fds, 1, 20, 0);
	assert_int_equal(world_id(&world, 'A', 5), id);
	world_done(&world);
}

/* Lengths that the program chose freely: nothing beyond the captured bytes is read, nothing is taken for an
 * fd twice. */
static void test_rights_hostile(void **unused)
{
	static const uint64_t lengths[] = { 0,	       1,  15,	 16,	     17,
					    19,	       24, 1000, UINT64_MAX, UINT64_MAX - 7,
					    1ull << 32 };
	struct world world;
	int fds[2] = { 4, -1 };

	(void)unused;
	world_init(&world);
	run(&world, &(struct step)NEW(START, 'A', 0));
	run(&world, &(struct step)SOCKET('A', 3));
	for (size_t i = 0; i < sizeof(lengths) / sizeof(*lengths); i++) {
		run_rights(&world, 'A', CALL_sendmsg, fds, 2, lengths[i], 0);
		run_rights(&world, 'A', CALL_recvmsg, fds, 2, lengths[i], 0);
	}
	world_done(&world);
}

/* A million opens and closes, and one high number: memory follows what is open. */
static void test_many(void **unused)
{
	struct world world;

	(void)unused;
	world_init(&world);
	run(&world, &(struct step)NEW(START, 'A', 0));
	for (int i = 0; i < 100000; i++) {
		run(&world, &(struct step)SOCKET('A', 3 + i % 7));
		run(&world, &(struct step)CLOSE('A', 3 + i % 7));
	}
	assert_int_equal(world.closed, 100000);
	run(&world, &(struct step)SOCKET('A', 1048575));
	assert_int_not_equal(world_id(&world, 'A', 1048575), 0);
	world_done(&world);
}

/* poll and select matter only when one of the fds that they name does. */
static void test_sets(void **unused)
{
	struct world world;
	struct {
		int fd;
		short events, revents;
	} fds[2] = { { 5, 1, 0 }, { 3, 1, 0 } };
	uint64_t bits = 1 << 3;

	(void)unused;
	world_init(&world);
	set_truth(&world, &(struct step){ .task = 'A' }, 5, FILE_OTHER, 0);
	run(&world, &(struct step)NEW(START, 'A', 0));
	memcpy(world.memory, fds, sizeof(fds));
	memcpy(world.memory + 64, &bits, 8);
	run(&world, &(struct step){ SKIP, 'A', 0, CALL_poll, { MEMORY_AT, 2 } });
	run(&world, &(struct step)SOCKET('A', 3));
	run(&world, &(struct step){ SKIP, 'A', 0, CALL_poll, { MEMORY_AT, 1 } });
	run(&world, &(struct step){ SKIP, 'A', 0, CALL_poll, { MEMORY_AT, 0 } });
	run(&world, &(struct step)DO('A', 1, poll, MEMORY_AT, 2));
	run(&world, &(struct step)DO('A', 1, select, 4, 0, MEMORY_AT + 64));
	run(&world, &(struct step){ SKIP, 'A', 0, CALL_select, { 4, 0, MEMORY_AT + 128 } });
	run(&world, &(struct step){ SKIP, 'A', 0, CALL_select, { UINT64_MAX, 0, MEMORY_AT + 64 } });
	world_done(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_travels),
		cmocka_unit_test(test_late_questions),
		cmocka_unit_test(test_rights),
		cmocka_unit_test(test_rights_early),
		cmocka_unit_test(test_rights_from_untraced),
		cmocka_unit_test(test_rights_hostile),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_sets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
