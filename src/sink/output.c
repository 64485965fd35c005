/* output: a buffer that the tracing thread fills and a thread of its own that writes it out, in batches of
 * whole lines. */
#include "sink/output.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "names/names.h"
#include "output_private.h"

enum {
	NUDGE_BYTES = 128 << 10, /* the writer is woken before its time when this much waits */
	KEEP_BYTES = 1 << 20,	 /* a larger buffer goes back to the heap after a burst */
	WRITE_BYTES = 4096,	 /* to pipes and terminals at once: PIPE_BUF, which is atomic (pipe(7)) */
	DEATH_MS = 100,		 /* from the last of a command's descriptors to its end */
	SHELL_NO_RIGHT = 126,	 /* of a command that the shell could not run (POSIX, 2.8.2) */
	SHELL_NO_COMMAND = 127,
};

/* How long a line waits for others. On a terminal the program's own output should stand near the calls that
 * made it; a pipe's reader may be a person too. */
static const uint64_t LIVE_NS = 5000000, FILE_NS = 100000000;
static const uint64_t PATIENCE_NS = 1000000000; /* of output_write, in all */
static const uint64_t STALL_NS = 3000000000;	/* without progress the reader counts as stalled */
static const uint64_t FLUSH_NS = 5000000000;

static void cond_wait_until(pthread_cond_t *cond, pthread_mutex_t *lock, uint64_t deadline_ns)
{
	struct timespec at = { .tv_sec = deadline_ns / 1000000000, .tv_nsec = deadline_ns % 1000000000 };
	pthread_cond_timedwait(cond, lock, &at);
}

/* Says once what became of the output. Called without the lock: complain may block on a terminal. */
static void complain_once(struct output *output, const char *message)
{
	if (output->complain && !atomic_exchange(&output->complained, true))
		output->complain(output->user, message);
}

/* What became of the command that reads, where it failed; it did what it wanted with the trace otherwise. */
static void say_end(const struct output *output, int status, char *words, size_t size)
{
	const char *name = WIFSIGNALED(status) ? names_signal(WTERMSIG(status)) : NULL;

	if (WIFSIGNALED(status))
		snprintf(words, size, "the reader of the trace (%s) was killed by %s", output->path,
			 name ? name : "an unknown signal");
	else
		snprintf(words, size, "the reader of the trace (%s) ended with status %d%s", output->path,
			 WEXITSTATUS(status),
			 WEXITSTATUS(status) == SHELL_NO_COMMAND ? " (command not found)"
			 : WEXITSTATUS(status) == SHELL_NO_RIGHT ? " (it cannot be executed)"
								 : "");
}

/* Nobody reads any more. A command that did so by its death is just about to be dead. */
static void complain_gone(struct output *output)
{
	const int status = output->child ? output_child_status(output, DEATH_MS) : -1;
	char words[448], message[512];

	if (status > 0)
		say_end(output, status, words, sizeof(words));
	else
		snprintf(words, sizeof(words), "the reader of the trace (%s) is gone", output->path);
	snprintf(message, sizeof(message), "%s: tracing goes on without output", words);
	complain_once(output, message);
}

/* After the last line: a command that never read is told of, though all went into its pipe; one that ends
 * with a status of its own, as grep does that found nothing, is not. */
static void complain_child(struct output *output, int status)
{
	char words[448];

	if (status < 0 || (WIFEXITED(status) && WEXITSTATUS(status) != SHELL_NO_COMMAND &&
			   WEXITSTATUS(status) != SHELL_NO_RIGHT))
		return;
	say_end(output, status, words, sizeof(words));
	complain_once(output, words);
}

static void complain_error(struct output *output, int error)
{
	char message[512];
	const char *why = names_errno_text(error);

	if (error == EPIPE) {
		complain_gone(output);
		return;
	}
	snprintf(message, sizeof(message), "cannot write the trace to %s: %s: tracing goes on without output",
		 output->path, why ? why : "unknown error");
	complain_once(output, message);
}

static void complain_dropped(struct output *output, uint64_t dropped)
{
	char message[512];

	snprintf(message, sizeof(message),
		 "the reader of the trace (%s) does not keep up: %llu events were dropped", output->path,
		 (unsigned long long)dropped);
	complain_once(output, message);
}

/* How much to hand to one write(): all for files, else as many whole lines as fit the atomic size (at least
 * one). */
static size_t next_chunk(const struct output *output, const char *data, size_t len)
{
	if (output->regular || len <= WRITE_BYTES)
		return len;
	const char *end = memrchr(data, '\n', WRITE_BYTES);
	if (!end)
		end = memchr(data + WRITE_BYTES, '\n', len - WRITE_BYTES);
	return end ? (size_t)(end + 1 - data) : len;
}

/* Takes an unfinished last line back out of a file, unless another writer appended to it since. */
static void trim_partial_line(struct output *output, size_t partial)
{
	struct stat st;
	off_t at = lseek(output->fd, 0, SEEK_CUR);

	if (!output->regular || !partial || at < (off_t)partial || fstat(output->fd, &st) || st.st_size != at)
		return;
	if (ftruncate(output->fd, at - (off_t)partial) == 0)
		lseek(output->fd, at - (off_t)partial, SEEK_SET);
}

/* One write() that neither a signal nor a non-blocking terminal ends; bytes written, or -errno. */
static ssize_t write_some(struct output *output, const char *data, size_t len)
{
	for (;;) {
		ssize_t n = write(output->fd, data, len);
		if (n > 0)
			return n;
		if (n == 0)
			return -ENOSPC;
		if (errno == EAGAIN) {
			struct pollfd writable = { .fd = output->fd, .events = POLLOUT };
			poll(&writable, 1, 1000);
		} else if (errno != EINTR) {
			return -errno;
		}
	}
}

/* Writes the batch, without the lock. 0 or the positive errno. */
static int write_batch(struct output *output)
{
	const char *data = output->batch;
	size_t left = output->batch_len;

	if (output->write)
		return output->write(output->write_user, data, left);
	while (left) {
		size_t chunk = next_chunk(output, data, left);
		while (chunk) {
			ssize_t n = write_some(output, data, chunk);
			if (n < 0) {
				const char *line = memrchr(output->batch, '\n', data - output->batch);
				trim_partial_line(output, data - (line ? line + 1 : output->batch));
				return (int)-n;
			}
			data += n;
			chunk -= n;
			left -= n;
			atomic_fetch_add(&output->progress, n);
		}
	}
	return 0;
}

/* Lets lines gather: the interval has to pass since the last write, unless much waits or somebody flushes. */
static void gather(struct output *output)
{
	uint64_t from = output->regular ? clock_monotonic_ns() : output->last_write_ns;
	uint64_t deadline = from + (output->regular ? FILE_NS : LIVE_NS);

	while (!output->closing && !output->flushers && output->len < NUDGE_BYTES &&
	       clock_monotonic_ns() < deadline)
		cond_wait_until(&output->wake, &output->lock, deadline);
}

/* Exchanges the filled buffer for the empty one. */
static void take_batch(struct output *output)
{
	char *empty = output->batch;
	size_t cap = output->batch_cap;

	output->batch = output->fill;
	output->batch_len = output->len;
	output->batch_cap = output->cap;
	output->fill = empty;
	output->cap = cap;
	output->len = 0;
	output->nudged = false;
}

/* After a batch: remembers how it went and gives a burst's memory back. */
static void end_batch(struct output *output, int error)
{
	if (output->batch_cap > KEEP_BYTES) {
		free(output->batch);
		output->batch = NULL;
		output->batch_cap = 0;
	}
	output->batch_len = 0;
	output->last_write_ns = clock_monotonic_ns();
	output->lagging &= output->len != 0;
	if (error && !output->error) {
		output->error = error;
		output->len = 0;
	}
	pthread_cond_broadcast(&output->moved);
}

/* The writer: sleeps until a first line comes, lets more gather, writes them. */
static void *writer_main(void *arg)
{
	struct output *output = arg;

	pthread_mutex_lock(&output->lock);
	for (;;) {
		while (!output->len && !output->closing) {
			output->idle = true;
			pthread_cond_wait(&output->wake, &output->lock);
		}
		output->idle = false;
		if (!output->len)
			break;
		gather(output);
		if (!output->len)
			continue;
		take_batch(output);
		pthread_mutex_unlock(&output->lock);
		int error = write_batch(output);
		if (error)
			complain_error(output, error);
		pthread_mutex_lock(&output->lock);
		end_batch(output, error);
		uint64_t dropped = output->dropped;
		if (dropped && !output->len) {
			pthread_mutex_unlock(&output->lock);
			complain_dropped(output, dropped);
			pthread_mutex_lock(&output->lock);
		}
	}
	pthread_mutex_unlock(&output->lock);
	return NULL;
}

/* Starts the writer with every signal blocked, SIGPIPE included: a dead reader is EPIPE, never a death. */
static int start_writer(struct output *output)
{
	sigset_t all, before;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	int error = pthread_create(&output->thread, NULL, writer_main, output);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return error;
}

static void free_output(struct output *output)
{
	pthread_cond_destroy(&output->wake);
	pthread_cond_destroy(&output->moved);
	pthread_mutex_destroy(&output->lock);
	if (output->direct >= 0)
		close(output->direct);
	free(output->fill);
	free(output->batch);
	free(output->path);
	free(output);
}

/* An output without its writer: what all kinds of outputs begin with. */
static struct output *new_output(const char *path, void (*complain)(void *user, const char *message),
				 void *user)
{
	struct output *output = calloc(1, sizeof(*output));
	char *copy = strdup(path);
	pthread_condattr_t monotonic;

	if (!output || !copy) {
		free(output);
		free(copy);
		errno = ENOMEM;
		return NULL;
	}
	output->fd = output->direct = output->child_pidfd = -1;
	output->path = copy;
	output->complain = complain;
	output->user = user;
	output->patience_ns = PATIENCE_NS;
	pthread_mutex_init(&output->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&output->wake, &monotonic);
	pthread_cond_init(&output->moved, &monotonic);
	pthread_condattr_destroy(&monotonic);
	return output;
}

/* Hands out the output with its writer running, or frees it. */
static struct output *started(struct output *output)
{
	int error = start_writer(output);

	if (!error)
		return output;
	free_output(output);
	errno = error;
	return NULL;
}

/*
 * An open file description of our own, as the terminal's is shared with the program: it may not be told not
 * to wait.
 */
static int open_direct(int fd)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

struct output *output_fd(int fd, bool own, void (*complain)(void *user, const char *message), void *user)
{
	struct output *output =
		new_output(fd == STDERR_FILENO ? "standard error" : "its output", complain, user);
	struct stat st;

	if (!output)
		return NULL;
	output->fd = fd;
	output->own = own;
	output->terminal = isatty(fd);
	output->direct = output->terminal ? open_direct(fd) : -1;
	output->regular = fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
	return started(output);
}

struct output *output_custom(int (*write)(void *user, const char *data, size_t len), void *write_user,
			     const char *path, void (*complain)(void *user, const char *message), void *user)
{
	struct output *output = new_output(path, complain, user);

	if (!output)
		return NULL;
	output->write = write;
	output->write_user = write_user;
	output->regular = true;
	return started(output);
}

/* Makes room for len bytes. False: out of memory. */
static bool grow(struct output *output, size_t len)
{
	size_t cap = output->cap ? output->cap : 2 * NUDGE_BYTES;

	while (cap < output->len + len)
		cap *= 2;
	char *fill = realloc(output->fill, cap);
	if (!fill)
		return false;
	output->fill = fill;
	output->cap = cap;
	return true;
}

/* Waits for the writer to catch up, as long as patience lasts. True: there is room now. */
static bool wait_for_room(struct output *output, size_t len)
{
	uint64_t start = clock_monotonic_ns(), end = start + output->patience_ns;

	while (output->len + output->batch_len + len > OUTPUT_BUFFER && !output->error &&
	       clock_monotonic_ns() < end)
		cond_wait_until(&output->moved, &output->lock, end);
	uint64_t waited = clock_monotonic_ns() - start;
	output->patience_ns = waited < output->patience_ns ? output->patience_ns - waited : 0;
	return output->len + output->batch_len + len <= OUTPUT_BUFFER;
}

/*
 * Hands what waits to the terminal at once, as far as that has room: on a busy machine the writer may not run
 * for long. An error is left for the writer to meet.
 */
static void write_direct(struct output *output)
{
	ssize_t n;

	if (output->direct < 0 || output->batch_len)
		return;
	n = write(output->direct, output->fill, output->len);
	if (n <= 0)
		return;
	output->len -= (size_t)n;
	memmove(output->fill, output->fill + n, output->len);
	output->last_write_ns = clock_monotonic_ns();
	atomic_fetch_add(&output->progress, n);
}

/*
 * On a terminal a line is waited for, so that it stands before what the program prints after its next call;
 * but not for long, and not again before a reader that is too slow for it has caught up.
 */
static void wait_shown(struct output *output)
{
	const uint64_t deadline = clock_monotonic_ns() + LIVE_NS;

	write_direct(output);
	if (!output->len && !output->batch_len)
		return;
	output->flushers++;
	pthread_cond_signal(&output->wake);
	while ((output->len || output->batch_len) && !output->error && clock_monotonic_ns() < deadline)
		cond_wait_until(&output->moved, &output->lock, deadline);
	output->flushers--;
	output->lagging = output->len || output->batch_len;
}

void output_write(struct output *output, const char *lines, size_t len)
{
	if (!len)
		return;
	pthread_mutex_lock(&output->lock);
	if (output->error)
		goto out;
	if ((output->len + output->batch_len + len > OUTPUT_BUFFER && !wait_for_room(output, len)) ||
	    (output->cap - output->len < len && !grow(output, len))) {
		output->dropped++;
		goto out;
	}
	memcpy(output->fill + output->len, lines, len);
	output->len += len;
	if (output->terminal && !output->lagging) {
		wait_shown(output);
	} else if (output->idle) {
		output->idle = false;
		pthread_cond_signal(&output->wake);
	} else if (output->len >= NUDGE_BYTES && !output->nudged) {
		output->nudged = true;
		pthread_cond_signal(&output->wake);
	}
out:
	pthread_mutex_unlock(&output->lock);
}

/* Waits, with the lock, until all is out; gives up after STALL_NS without progress, or at the deadline. */
static bool wait_until_out(struct output *output, uint64_t deadline)
{
	uint64_t seen = atomic_load(&output->progress), since = clock_monotonic_ns();
	bool patient = output->child; /* a command that we started is waited for as long as it lives */

	if (output->stalled && seen == output->stalled_at && !patient)
		since = 0; /* known already: do not wait once more */

	output->flushers++;
	pthread_cond_signal(&output->wake);
	while ((output->len || output->batch_len) && !output->error) {
		uint64_t now = clock_monotonic_ns(), progress = atomic_load(&output->progress);
		if (progress != seen) {
			seen = progress;
			since = now;
		}
		output->stalled = now - since >= STALL_NS && !patient;
		output->stalled_at = seen;
		if (now >= deadline || output->stalled)
			break;
		uint64_t next = now + LIVE_NS;
		cond_wait_until(&output->moved, &output->lock, next < deadline ? next : deadline);
	}
	output->flushers--;
	return output->error || !(output->len || output->batch_len);
}

void output_flush(struct output *output)
{
	pthread_mutex_lock(&output->lock);
	wait_until_out(output, clock_monotonic_ns() + FLUSH_NS);
	pthread_mutex_unlock(&output->lock);
}

/*
 * The writer is stuck in a write() that no reader will end. It cannot be told so without changing the shared
 * open file description, so it is left behind, with its memory: the process is about to end.
 */
static int abandon(struct output *output)
{
	pthread_mutex_unlock(&output->lock);
	char message[512];
	snprintf(message, sizeof(message),
		 "the reader of the trace (%s) has stopped reading: its end is lost", output->path);
	complain_once(output, message);
	pthread_detach(output->thread);
	return -ETIMEDOUT;
}

int output_close(struct output *output)
{
	if (!output)
		return 0;
	pthread_mutex_lock(&output->lock);
	if (!wait_until_out(output, UINT64_MAX))
		return abandon(output);
	output->closing = true;
	pthread_cond_signal(&output->wake);
	uint64_t dropped = output->dropped;
	pthread_mutex_unlock(&output->lock);
	pthread_join(output->thread, NULL);
	if (dropped)
		complain_dropped(output, dropped);
	int error = output->error;
	if (output->own && close(output->fd) && !error && errno != EINTR) {
		error = errno;
		complain_error(output, error);
	}
	if (output->child)
		complain_child(output, output_wait_child(output));
	free_output(output);
	return -error;
}

bool output_is_terminal(const struct output *output)
{
	return output->terminal;
}

bool output_failed(const struct output *output)
{
	struct output *shared = (struct output *)output;

	pthread_mutex_lock(&shared->lock);
	bool failed = shared->error != 0;
	pthread_mutex_unlock(&shared->lock);
	return failed;
}

uint64_t output_dropped(const struct output *output)
{
	struct output *shared = (struct output *)output;

	pthread_mutex_lock(&shared->lock);
	uint64_t dropped = shared->dropped;
	pthread_mutex_unlock(&shared->lock);
	return dropped;
}

pid_t output_child(const struct output *output)
{
	return output->child;
}
