#include "fetch.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "module.h"

/* The library asks about once a second whether it shall go on. */
enum { PATIENCE_MS = 1500, PATH_MAX_LEN = 4096 };

struct fetch {
	pthread_t thread;
	atomic_bool ended, cancelled;
	bool taken;
	int result;
	unsigned id_len;
	uint8_t id[BUILD_ID_MAX];
};

bool fetch_possible(void)
{
	const char *const urls = getenv("DEBUGINFOD_URLS");

	return urls && *urls;
}

/* The client's cache folder: debuginfod_find_debuginfo(3). False: none is known. */
static bool cache_folder(char *path, size_t size)
{
	const char *const given = getenv("DEBUGINFOD_CACHE_PATH"), *const xdg = getenv("XDG_CACHE_HOME");
	const char *const home = getenv("HOME");
	struct stat status;

	if (given && *given)
		return snprintf(path, size, "%s", given) < (int)size;
	if (home && snprintf(path, size, "%s/.debuginfod_client_cache", home) < (int)size &&
	    stat(path, &status) == 0)
		return true;
	if (xdg && *xdg)
		return snprintf(path, size, "%s/debuginfod_client", xdg) < (int)size;
	return home && snprintf(path, size, "%s/.cache/debuginfod_client", home) < (int)size;
}

int fetch_cached(const uint8_t *id, unsigned id_len)
{
	char path[PATH_MAX_LEN];
	struct stat status;

	if (!fetch_possible() || !cache_folder(path, sizeof(path) - 2 * BUILD_ID_MAX - 16))
		return -ENOENT;
	size_t len = strlen(path);
	path[len++] = '/';
	for (unsigned i = 0; i < id_len; i++, len += 2)
		snprintf(path + len, sizeof(path) - len, "%02x", id[i]);
	snprintf(path + len, sizeof(path) - len, "/debuginfo");
	const int fd = file_open("", path);
	/* An empty file says that the servers did not have it. */
	if (fd < 0 || (fstat(fd, &status) == 0 && status.st_size > 0))
		return fd;
	close(fd);
	return -ENOENT;
}

/* What this thread fetches: the library's callback comes in it, and carries nothing of ours. */
static _Thread_local struct fetch *current;

/* Called by the library again and again; not 0: it shall stop. */
static int on_progress(void *client, long done, long all)
{
	(void)client;
	(void)done;
	(void)all;
	return current && atomic_load(&current->cancelled);
}

/* Asks the servers through libdebuginfod, which is loaded here, as that takes time too. */
static int find(const struct fetch *fetch)
{
	void *const library = dlopen("libdebuginfod.so.1", RTLD_NOW | RTLD_LOCAL);

	if (!library)
		return -ENOSYS;
	void *(*begin)(void) = (void *(*)(void))dlsym(library, "debuginfod_begin");
	int (*find_debug)(void *, const unsigned char *, int, char **) =
		(int (*)(void *, const unsigned char *, int, char **))dlsym(library,
									    "debuginfod_find_debuginfo");
	void (*end)(void *) = (void (*)(void *))dlsym(library, "debuginfod_end");
	void (*set_progress)(void *, int (*)(void *, long, long)) =
		(void (*)(void *, int (*)(void *, long, long)))dlsym(library, "debuginfod_set_progressfn");
	void *client = begin && find_debug && end && set_progress ? begin() : NULL;
	if (!client)
		return -ENOSYS;
	set_progress(client, on_progress);
	const int fd = find_debug(client, fetch->id, (int)fetch->id_len, NULL);
	end(client);
	return fd;
}

static void *run(void *arg)
{
	struct fetch *fetch = arg;

	current = fetch;
	fetch->result = find(fetch);
	atomic_store(&fetch->ended, true);
	return NULL;
}

struct fetch *fetch_start(const uint8_t *id, unsigned id_len)
{
	struct fetch *fetch = fetch_possible() && id_len ? calloc(1, sizeof(*fetch)) : NULL;
	sigset_t all, before;

	if (!fetch)
		return NULL;
	memcpy(fetch->id, id, id_len);
	fetch->id_len = id_len;
	/* Signals are for the threads that wait for them. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	const int failed = pthread_create(&fetch->thread, NULL, run, fetch);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (!failed)
		return fetch;
	free(fetch);
	return NULL;
}

int fetch_take(struct fetch *fetch)
{
	if (!atomic_load(&fetch->ended))
		return -EAGAIN;
	if (fetch->taken)
		return -ENOENT;
	fetch->taken = true;
	return fetch->result;
}

void fetch_free(struct fetch *fetch)
{
	struct timespec until;

	if (!fetch)
		return;
	atomic_store(&fetch->cancelled, true);
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_nsec += PATIENCE_MS % 1000 * 1000000L;
	until.tv_sec += PATIENCE_MS / 1000 + until.tv_nsec / 1000000000L;
	until.tv_nsec %= 1000000000L;
	if (pthread_timedjoin_np(fetch->thread, NULL, &until)) {
		/* The thread may still write to it. */
		log_debug("debuginfod does not stop");
		pthread_detach(fetch->thread);
		return;
	}
	if (!fetch->taken && fetch->result >= 0)
		close(fetch->result);
	free(fetch);
}
