/*
 * Children and parents find each other. A child's first stop and its parent's event come in either order;
 * whoever is first stays stopped until the other is there, so that the owner can copy the parent's state as
 * it was at the fork. The parent may die without a word, and the child before its first stop.
 */
#include <sched.h>
#include <string.h>

#include "base/clock.h"
#include "tracee.h"

enum { ORPHAN_NS = 40000000 }; /* how long a parent's event may be late */
#define DEAD_NS 1000000000u    /* and when its child has died already */
enum { THREAD_FLAGS = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD };

static void join_child(struct tracee *child, struct tracee *parent, uint64_t flags)
{
	pid_t pid = flags & CLONE_THREAD ? parent->task.process->pid : child->task.tid;

	engine_set(child, parent->engine);
	child->perf.away = parent->perf.away;
	tracee_join(child, pid, parent->task.process->attached);
	child->life = LIFE_TRACED;
	tracee_announce(child, parent, flags);
}

void dead_put(struct dead_table *table, pid_t tid, int status, uint64_t now_ns)
{
	unsigned at = table->at++ % DEAD_KEPT;

	table->kept[at].tid = tid;
	table->kept[at].status = status;
	table->kept[at].ns = now_ns;
}

int dead_take(struct dead_table *table, pid_t tid, uint64_t now_ns)
{
	int status = -1;

	for (unsigned i = 0; i < DEAD_KEPT; i++) {
		if (table->kept[i].tid != tid)
			continue;
		table->kept[i].tid = 0;
		if (now_ns - table->kept[i].ns < DEAD_NS)
			status = table->kept[i].status;
	}
	return status;
}

void birth_told(struct tracee *parent, pid_t tid, uint64_t flags)
{
	struct tracer *tracer = parent->tracer;
	struct tracee *child = tracee_find(tracer, tid);
	int status = child ? -1 : dead_take(&tracer->dead, tid, clock_monotonic_ns());

	parent->has_children |= !(flags & CLONE_THREAD);
	perf_birth_told(parent, tid);
	if (child && child->life == LIFE_ORPHAN) {
		struct stop first = child->first;

		join_child(child, parent, flags);
		dispatch(tracer, &first);
		return;
	}
	if (child)
		return;
	child = tracee_new(tracer, tid, LIFE_EXPECTED);
	if (status != -1) {
		join_child(child, parent, flags);
		tracee_end(child, status);
		return;
	}
	child->parent = parent;
	child->clone_flags = flags;
	parent->child = child;
	parent->hold = true;
}

static void release_parent(struct tracee *child)
{
	struct tracee *parent = child->parent;

	child->parent = NULL;
	parent->child = NULL;
	parent->hold = false;
	tracee_resume(parent);
}

bool birth_stopped(struct tracee *child, const struct stop *stop)
{
	if (child->life == LIFE_EXPECTED) {
		join_child(child, child->parent, child->clone_flags);
		release_parent(child);
		return true;
	}
	child->first = *stop;
	child->hold = true;
	return false;
}

struct tracee *birth_unknown(struct tracer *tracer, const struct stop *stop)
{
	struct tracee *orphan = tracee_new(tracer, stop->tid, LIFE_ORPHAN);
	struct proc_status status = { 0 };

	proc_status(stop->tid, &status);
	orphan->orphan_tgid = status.tgid ? status.tgid : stop->tid;
	orphan->orphan_ppid = status.ppid;
	orphan->orphan_ns = clock_monotonic_ns();
	if (!tracer->orphans) {
		tracer->orphans = true;
		bell_set(tracer, 50000000, 50000000);
	}
	return orphan;
}

/* Adopts an orphan for good; parent NULL: nobody knows it. */
static void adopt(struct tracee *orphan, struct tracee *parent)
{
	struct tracer *tracer = orphan->tracer;
	struct stop first = orphan->first;
	bool thread = orphan->orphan_tgid != orphan->task.tid;

	orphan->hold = false;
	if (parent) {
		join_child(orphan, parent, (thread ? THREAD_FLAGS : 0) | TASK_UNTOLD);
	} else {
		engine_set(orphan, tracer->given ? tracer->command_engine : tracer->attach_engine);
		tracee_join(orphan, orphan->orphan_tgid, !tracer->given);
		orphan->life = LIFE_TRACED;
		tracee_announce(orphan, NULL, 0);
	}
	dispatch(tracer, &first);
}

/* A thread's PPid is its process's: the parent of that may be about to make children of its own. */
static bool may_be_of(const struct tracee *orphan, pid_t pid)
{
	return orphan->orphan_tgid == pid ||
	       (orphan->orphan_tgid == orphan->task.tid && orphan->orphan_ppid == pid);
}

/* The next orphan that a process may have made; pid 0: any whose parent had its time. */
static struct tracee *next_orphan(struct tracer *tracer, pid_t pid)
{
	struct map_slot *slot;

	for (size_t i = 0; (slot = map_next(&tracer->tracees, &i));) {
		struct tracee *tracee = slot->value;

		if (tracee->life != LIFE_ORPHAN)
			continue;
		if (pid ? may_be_of(tracee, pid) : clock_monotonic_ns() - tracee->orphan_ns > ORPHAN_NS)
			return tracee;
	}
	return NULL;
}

void birth_parent_ended(struct tracee *parent)
{
	struct tracer *tracer = parent->tracer;
	struct tracee *child = parent->child, *orphan;

	if (child) {
		join_child(child, parent, child->clone_flags);
		child->parent = NULL;
		parent->child = NULL;
	}
	while (tracer->orphans && parent->task.process &&
	       (parent->task.process->threads == 1 || parent->hold) &&
	       (orphan = next_orphan(tracer, parent->task.process->pid)))
		adopt(orphan, parent);
}

void birth_child_ended(struct tracee *child)
{
	if (child->life != LIFE_EXPECTED)
		return;
	join_child(child, child->parent, child->clone_flags);
	release_parent(child);
}

void birth_unknown_ended(struct tracer *tracer, const struct stop *stop)
{
	dead_put(&tracer->dead, stop->tid, stop->status, clock_monotonic_ns());
}

/* Somebody's child, most likely; what it shares is not known. */
static struct tracee *likely_parent(const struct tracee *orphan)
{
	bool thread = orphan->orphan_tgid != orphan->task.tid;
	struct tracee *parent = map_get(&orphan->tracer->tracees,
					(uint64_t)(thread ? orphan->orphan_tgid : orphan->orphan_ppid));

	return parent && parent->life == LIFE_TRACED ? parent : NULL;
}

void birth_adopt_orphans(struct tracer *tracer)
{
	struct map_slot *slot;
	struct tracee *orphan;

	while ((orphan = next_orphan(tracer, 0)))
		adopt(orphan, likely_parent(orphan));
	tracer->orphans = false;
	for (size_t i = 0; (slot = map_next(&tracer->tracees, &i));)
		tracer->orphans |= ((struct tracee *)slot->value)->life == LIFE_ORPHAN;
}
