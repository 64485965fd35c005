#include "netdevs.h"

#include <fcntl.h>
#include <net/if.h>
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"

enum { ASK_AGAIN = 1000 /* milliseconds after which one that was not there is asked for again */ };

/* The inode of a thread's network namespace (namespaces(7)), 0 when it cannot be seen. */
static uint64_t netns_of(const char *path)
{
	struct stat status;

	return stat(path, &status) == 0 ? status.st_ino : 0;
}

struct question {
	int netns; /* fd; -1: our own */
	uint32_t index;
	bool known;
	char name[IF_NAMESIZE];
};

static void ask(struct question *question)
{
	question->known = if_indextoname(question->index, question->name);
}

/* The thread that asks in another namespace: setns(2) moves only the thread that calls it. */
static void *ask_there(void *argument)
{
	struct question *question = argument;

	if (setns(question->netns, CLONE_NEWNET) == 0)
		ask(question);
	return NULL;
}

/* Asks in the namespace behind path, or in our own for NULL. */
static void ask_in(const char *path, struct question *question)
{
	pthread_t thread;

	if (!path) {
		ask(question);
		return;
	}
	question->netns = open(path, O_RDONLY | O_CLOEXEC);
	if (question->netns < 0)
		return;
	if (pthread_create(&thread, NULL, ask_there, question) == 0)
		pthread_join(thread, NULL);
	close(question->netns);
}

const char *netdevs_name(struct netdevs *netdevs, pid_t tid, uint32_t index)
{
	struct question question = { .netns = -1, .index = index };
	char path[64];

	if (!netdevs->own_netns)
		netdevs->own_netns = netns_of("/proc/self/ns/net");
	(void)snprintf(path, sizeof(path), "/proc/%d/ns/net", (int)tid);
	const uint64_t netns = netns_of(path);
	/* inodes of namespaces have 32 bits (linux/proc_ns.h) */
	const uint64_t key = netns << 32 | index;

	if (!netns || !index)
		return NULL;
	const char *known = map_get(&netdevs->names, key);
	const uint64_t now = known ? 0 : clock_monotonic_ns() / 1000000 + 1,
		       missed = (uintptr_t)map_get(&netdevs->missing, key);

	if (known || (missed && now - missed < ASK_AGAIN))
		return known;
	ask_in(netns == netdevs->own_netns ? NULL : path, &question);
	char *copy = question.known ? strdup(question.name) : NULL;

	if (copy)
		map_put(&netdevs->names, key, copy);
	else
		map_put(&netdevs->missing, key, (void *)(uintptr_t)now);
	return copy;
}

void netdevs_done(struct netdevs *netdevs)
{
	struct map_slot *slot;

	for (size_t i = 0; (slot = map_next(&netdevs->names, &i));)
		free(slot->value);
	map_done(&netdevs->names);
	map_done(&netdevs->missing);
}
