/*
 * output_private: what output.c (buffer, thread, waiting) and output_open.c (files, commands) share.
 */
#ifndef SOCKLINE_SINK_OUTPUT_PRIVATE_H
#define SOCKLINE_SINK_OUTPUT_PRIVATE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/types.h>

#include "sink/output.h"

struct output {
	int fd;
	int direct; /* the terminal, without waiting for it; -1: none, or it cannot be opened */
	bool own;   /* fd is closed with the output */
	bool terminal, regular;
	bool lagging;	 /* a terminal's lines are waited for no longer, until it has caught up */
	char *path;	 /* for messages */
	pid_t child;	 /* of "|command"; 0: none */
	int child_pidfd; /* -1: none, or the kernel has no pidfd_open */
	void (*complain)(void *user, const char *message);
	void *user;
	/* Takes a batch instead of fd, in the writer's thread: 0 or a positive errno. NULL: fd takes it. */
	int (*write)(void *user, const char *data, size_t len);
	void *write_user;

	pthread_t thread;
	pthread_mutex_t lock; /* all below */
	pthread_cond_t wake;  /* to the writer: something to do */
	pthread_cond_t moved; /* from the writer: a batch is out */
	char *fill;	      /* whole lines that wait, len bytes of cap */
	size_t len, cap;
	char *batch; /* what the writer writes now, batch_len bytes of batch_cap */
	size_t batch_len, batch_cap;
	bool idle;   /* the writer sleeps until something comes */
	bool nudged; /* the writer was told that the threshold is passed */
	bool closing;
	unsigned flushers;    /* threads that wait for everything to be out */
	int error;	      /* errno of the first failed write */
	uint64_t dropped;     /* calls of output_write whose lines were lost */
	uint64_t patience_ns; /* how long output_write may still block, over all its calls */
	uint64_t last_write_ns;
	bool stalled; /* a flush gave up when progress was stalled_at */
	uint64_t stalled_at;
	atomic_bool complained;
	atomic_uint_fast64_t progress; /* bytes written; read without the lock */
};

/* An output whose batches a function takes; path is for messages. NULL and errno as output_fd. */
struct output *output_custom(int (*write)(void *user, const char *data, size_t len), void *write_user,
			     const char *path, void (*complain)(void *user, const char *message), void *user);

/* How the command ended, within so many ms (-1: as long as it takes): its wait status, -1: it lives or that
 * cannot be told. */
int output_child_status(const struct output *output, int patience_ms);
/* Waits until the command ended, and reaps it. The same. */
int output_wait_child(struct output *output);

#endif
