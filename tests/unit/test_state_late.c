/* Closes of threads whose calls' exits alone are seen: of what they are taken to be, and what is not known.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "state_world.h"

enum { FD = 3, OWN_FD = 5, FILE_FD = 9, STEPS = 10 };

/* What is seen of a thread's call on FD, or what happens to FD in the kernel before it is seen. */
enum what {
	END,
	SOCKET, /* makes one, which gets FD */
	FREE,	/* unseen: FD is closed */
	FILED,	/* unseen: FD is a file's */
	READ,
	CLOSE,
	KILLED_READ, /* of which a record tells when its thread is dead */
	OTHER,	     /* a call that has nothing to do with it */
	ONTO,	     /* dup2 of another socket to FD */
	BORN,	     /* makes thread D */
	ENDS,
	EXECS,
	BUSY,  /* may be in a close of it */
	LATER, /* a second goes by */
};

enum { HIDDEN = 0, UNKNOWN = -100 };

struct late_step {
	enum what what;
	char task;
	/* Of READ and CLOSE: of which socket it is told, counted from 1; negative: perhaps of that one;
	 * UNKNOWN: perhaps of one that is not known; HIDDEN. */
	int told;
};

static const struct late_case {
	const char *name;
	struct late_step steps[STEPS];
	unsigned closed;
	bool no_files; /* none was closed by these threads that they had not used */
} cases[] = {
	{ "a file's close ends when the number is a socket's",
	  { { SOCKET, 'A', 0 }, { CLOSE, 'B', HIDDEN }, { READ, 'A', 1 }, { FREE, 0, 0 }, { CLOSE, 'A', 1 } },
	  1,
	  false },
	{ "and that is closed already: either may be the socket's",
	  { { SOCKET, 'A', 0 }, { FREE, 0, 0 }, { CLOSE, 'B', -1 }, { CLOSE, 'A', UNKNOWN } },
	  1,
	  false },
	{ "a file that was used ends when the number is a socket's",
	  { { FILED, 0, 0 },
	    { READ, 'B', HIDDEN },
	    { SOCKET, 'A', 0 },
	    { CLOSE, 'B', HIDDEN },
	    { FREE, 0, 0 },
	    { CLOSE, 'A', 1 } },
	  1,
	  true },
	{ "and that is closed already: either may be the used file's",
	  { { FILED, 0, 0 },
	    { READ, 'B', HIDDEN },
	    { SOCKET, 'A', 0 },
	    { FREE, 0, 0 },
	    { CLOSE, 'B', -1 },
	    { CLOSE, 'A', UNKNOWN } },
	  1,
	  true },
	{ "where there are no files, it is the socket's",
	  { { SOCKET, 'A', 0 }, { FREE, 0, 0 }, { BUSY, 'A', 0 }, { CLOSE, 'B', 1 } },
	  1,
	  true },
	{ "so it is where there were some a second ago",
	  { { LATER, 0, 0 }, { SOCKET, 'A', 0 }, { FREE, 0, 0 }, { CLOSE, 'B', 1 } },
	  1,
	  false },
	{ "what was under way is over a second later",
	  { { SOCKET, 'A', 0 }, { FREE, 0, 0 }, { CLOSE, 'B', -1 }, { LATER, 0, 0 }, { CLOSE, 'A', HIDDEN } },
	  1,
	  false },
	{ "a socket that was there for a second was there before the close",
	  { { SOCKET, 'A', 0 }, { LATER, 0, 0 }, { FREE, 0, 0 }, { CLOSE, 'B', 1 } },
	  1,
	  false },
	{ "a close that began after the other was over",
	  { { SOCKET, 'A', 0 },
	    { FREE, 0, 0 },
	    { CLOSE, 'B', -1 },
	    { OTHER, 'C', 0 },
	    { CLOSE, 'C', HIDDEN } },
	  1,
	  false },
	{ "a thread closes what it used",
	  { { SOCKET, 'A', 0 }, { READ, 'B', 1 }, { FREE, 0, 0 }, { CLOSE, 'B', 1 }, { CLOSE, 'A', HIDDEN } },
	  1,
	  false },
	{ "a thread closes what was there before its close began",
	  { { SOCKET, 'A', 0 }, { OTHER, 'B', 0 }, { FREE, 0, 0 }, { CLOSE, 'B', 1 } },
	  1,
	  false },
	{ "so it was, but the maker may be closing it, too",
	  { { SOCKET, 'A', 0 },
	    { OTHER, 'B', 0 },
	    { FREE, 0, 0 },
	    { BUSY, 'A', 0 },
	    { CLOSE, 'B', -1 },
	    { CLOSE, 'A', UNKNOWN } },
	  1,
	  false },
	{ "a file that has the number shows itself before the socket's close ends",
	  { { SOCKET, 'A', 0 },
	    { FILED, 0, 0 },
	    { READ, 'B', HIDDEN },
	    { CLOSE, 'B', HIDDEN },
	    { CLOSE, 'A', 1 } },
	  1,
	  false },
	{ "in the other order",
	  { { SOCKET, 'A', 0 },
	    { FILED, 0, 0 },
	    { READ, 'B', HIDDEN },
	    { CLOSE, 'A', 1 },
	    { CLOSE, 'B', HIDDEN } },
	  1,
	  false },
	{ "the number is filled again before the close ends",
	  { { SOCKET, 'A', 0 }, { SOCKET, 'C', 0 }, { CLOSE, 'A', 1 }, { FREE, 0, 0 }, { CLOSE, 'C', 2 } },
	  2,
	  false },
	{ "the same, and both are closed",
	  { { SOCKET, 'A', 0 }, { SOCKET, 'C', 0 }, { FREE, 0, 0 }, { CLOSE, 'C', 2 }, { CLOSE, 'A', 1 } },
	  2,
	  false },
	{ "a file's close ends when the number was two sockets'",
	  { { SOCKET, 'A', 0 },
	    { SOCKET, 'C', 0 },
	    { CLOSE, 'B', -1 },
	    { CLOSE, 'A', UNKNOWN },
	    { FREE, 0, 0 },
	    { CLOSE, 'C', 2 } },
	  2,
	  false },
	{ "a number that went from hand to hand",
	  { { SOCKET, 'A', 0 },
	    { OTHER, 'B', 0 },
	    { SOCKET, 'C', 0 },
	    { CLOSE, 'B', 1 },
	    { FREE, 0, 0 },
	    { CLOSE, 'C', 2 } },
	  2,
	  false },
	{ "dup2 to a number whose close has not ended",
	  { { SOCKET, 'A', 0 },
	    { ONTO, 'B', 0 },
	    { CLOSE, 'A', UNKNOWN },
	    { FREE, 0, 0 },
	    { CLOSE, 'B', 2 } },
	  1,
	  false },
	{ "a thread that was made later",
	  { { SOCKET, 'A', 0 },
	    { SOCKET, 'C', 0 },
	    { BORN, 'C', 0 },
	    { FREE, 0, 0 },
	    { CLOSE, 'D', 2 },
	    { CLOSE, 'A', 1 } },
	  2,
	  false },
	{ "a killed thread's read is over, and nobody can be asked what it was of",
	  { { SOCKET, 'A', 0 }, { KILLED_READ, 'B', -1 }, { KILLED_READ, 'A', 1 } },
	  0,
	  false },
	{ "a new program closes nothing of the old one's",
	  { { SOCKET, 'A', 0 },
	    { FILED, 0, 0 },
	    { READ, 'B', HIDDEN },
	    { ENDS, 'B', 0 },
	    { ENDS, 'C', 0 },
	    { EXECS, 'A', 0 },
	    { CLOSE, 'A', HIDDEN } },
	  1,
	  false },
};

static void set_truth(struct world *world, int fd, int kind, uint64_t cookie)
{
	for (char task = 'A'; task <= 'D'; task++)
		world->truths[world->truth_count++] =
			(struct truth){ .task = task, .fd = fd, .kind = kind, .cookie = cookie };
}

static uint32_t id_of(struct world *world, struct file *file)
{
	return state_view(world->state, file, &world_arena, NULL, NULL)->id;
}

/* A call whose exit alone is seen. Returns of what it is told, as late_step has it. */
static int leave_only(struct world *world, char letter, enum call_id row, int64_t result, uint64_t arg)
{
	struct task *task = world_task(world, letter);
	struct call *call = calloc(1, sizeof(*call));
	int told = HIDDEN;

	call->abi = &world_abi;
	call->row = &call_rows[row];
	call->args[0] = arg;
	call->args[1] = FD;
	call->args_known = call->finished = true;
	call->exit_ns = ++world->now;
	call->result = result;
	call->unreturned = call->bytes_unread = world->kills == KILLED_OUTSIDE;
	if (state_enter(world->state, task, call)) {
		told = call->file ? (int)id_of(world, call->file) : 0;
		if (call->uncertain)
			told = told ? -told : UNKNOWN;
		state_leave(world->state, task, call);
		state_apply(world->state, task, call);
	}
	world_drop(world, call);
	return told;
}

static void make_socket(struct world *world, char task, int fd)
{
	set_truth(world, fd, FILE_SOCKET, ++world->last_cookie);
	leave_only(world, task, CALL_socket, fd, AF_INET);
}

static void run(struct world *world, const struct late_step *step)
{
	switch (step->what) {
	case SOCKET:
		make_socket(world, step->task, FD);
		break;
	case FREE:
		set_truth(world, FD, -EBADF, 0);
		break;
	case FILED:
		set_truth(world, FD, FILE_OTHER, 0);
		break;
	case READ:
		assert_int_equal(leave_only(world, step->task, CALL_read, 1, FD), step->told);
		break;
	case CLOSE:
		assert_int_equal(leave_only(world, step->task, CALL_close, 0, FD), step->told);
		break;
	case KILLED_READ:
		world->kills = KILLED_OUTSIDE;
		assert_int_equal(leave_only(world, step->task, CALL_read, 1, FD), step->told);
		world->kills = LIVES;
		break;
	case OTHER:
		leave_only(world, step->task, CALL_read, 1, 1);
		break;
	case ONTO:
		make_socket(world, step->task, OWN_FD);
		leave_only(world, step->task, CALL_dup2, FD, OWN_FD);
		set_truth(world, FD, FILE_SOCKET, world->last_cookie);
		break;
	case BORN:
		world_start(world, 'D', step->task, CLONED_FILES | 0x10000);
		world_task(world, 'D')->exits_only = true;
		break;
	case ENDS:
		state_task_end(world->state, world_task(world, step->task));
		break;
	case EXECS:
		state_exec(world->state, world_task(world, step->task));
		state_flush(world->state);
		break;
	case BUSY:
		world->busy = FIRST_TID + step->task - 'A';
		break;
	case LATER:
		world->now += 1000000000;
		break;
	case END:
		break;
	}
}

static void test_late_closes(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct world world;

		print_message("  %s\n", cases[i].name);
		world_init(&world);
		world_start(&world, 'A', '!', 0);
		world_start(&world, 'B', 'A', CLONED_FILES | 0x10000);
		world_start(&world, 'C', 'A', CLONED_FILES | 0x10000);
		for (char task = 'A'; task <= 'C'; task++)
			world_task(&world, task)->exits_only = true;
		if (!cases[i].no_files)
			leave_only(&world, 'C', CALL_close, 0, FILE_FD);
		for (const struct late_step *step = cases[i].steps; step->what != END; step++)
			run(&world, step);
		assert_int_equal(world.closed, cases[i].closed);
		world_done(&world);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_late_closes) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
