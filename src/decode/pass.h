/*
 * pass: one capture pass over a call, at its entry or exit: which bytes each kind of argument wants, and
 * reading what these point to in turn.
 *
 * Runs while the thread is held. Every length is the tracee's: each is clipped here, and all of a pass
 * together to CAPTURE_LIMIT.
 */
#ifndef SOCKLINE_DECODE_PASS_H
#define SOCKLINE_DECODE_PASS_H

#include <stdbool.h>
#include <string.h>

#include "arch/abi.h"
#include "calls/row.h"
#include "decode/capture.h"
#include "model/blob.h"

enum {
	SOCKADDR_MAX = 128, /* struct sockaddr_storage; the kernel takes no longer one */
	OPTION_MAX = 8192,  /* bytes of one socket option's value */
	OPTION_INPUT = 512, /* of what a getsockopt passes in */
	POLL_MAX = 8192,    /* entries of one poll */
	SELECT_MAX = 65536, /* fds of one select */
	EPOLL_EVENTS_MAX = 8192,
};

struct pass {
	struct call *call;
	enum phase phase;
	const struct capture_options *options;
	struct memory *memory;
	uint32_t left; /* of CAPTURE_LIMIT */
};

/* Reads that go to the memory together. */
struct reads {
	struct pass *pass;
	struct memory_span *spans;
	unsigned count, room;
};

/* Adds a read of at most size bytes; does nothing for NULL or when the pass has used up its limit. */
void reads_add(struct reads *reads, uint64_t address, uint64_t size);
/* Reads them all and keeps what came as blobs; reads is empty afterwards. */
void reads_run(struct reads *reads);

/* The pass's view of captured bytes: this phase first, then the entry's. */
static inline uint32_t pass_bytes(const struct pass *pass, uint64_t address, uint32_t size,
				  const uint8_t **data)
{
	return call_bytes(pass->call, pass->phase, address, size, data);
}

/* The same of a structure: NULL unless all of it was captured. */
static inline const uint8_t *pass_struct(const struct pass *pass, uint64_t address, uint32_t size)
{
	const uint8_t *data = NULL;

	return pass_bytes(pass, address, size, &data) < size ? NULL : data;
}

/* Whether the exit of a call that succeeded is at hand, or bytes that only the entry defines are. */
static inline bool pass_is_exit(const struct pass *pass)
{
	return pass->phase == PHASE_EXIT;
}

static inline uint64_t smaller(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* A pointer-sized word of the tracee. */
static inline uint64_t word_get(const void *from, unsigned size)
{
	uint64_t word = 0;

	memcpy(&word, from, size);
	return word;
}

static inline uint32_t u32_get(const void *from)
{
	uint32_t number;

	memcpy(&number, from, sizeof(number));
	return number;
}

static inline uint16_t u16_get(const void *from)
{
	uint16_t number;

	memcpy(&number, from, sizeof(number));
	return number;
}

static inline uint64_t u64_get(const void *from)
{
	uint64_t number;

	memcpy(&number, from, sizeof(number));
	return number;
}

/* A struct msghdr of either ABI. */
struct message {
	uint64_t name, iov, iovlen, control, controllen;
	uint32_t namelen, flags;
};

void message_parse(const struct layout *layout, const uint8_t *bytes, struct message *message);

/* What the argument itself points to: bytes to read in this pass, 0: none. One per kind of argument. */
uint32_t size_sockaddr(const struct pass *pass, unsigned arg);
uint32_t size_socklen(const struct pass *pass, unsigned arg);
uint32_t size_bytes(const struct pass *pass, unsigned arg);
uint32_t size_iovec(const struct pass *pass, unsigned arg);
uint32_t size_msghdr(const struct pass *pass, unsigned arg);
uint32_t size_mmsghdr(const struct pass *pass, unsigned arg);
uint32_t size_option(const struct pass *pass, unsigned arg);
uint32_t size_fd_pair(const struct pass *pass, unsigned arg);
uint32_t size_pollfds(const struct pass *pass, unsigned arg);
uint32_t size_fdset(const struct pass *pass, unsigned arg);
uint32_t size_timeval(const struct pass *pass, unsigned arg);
uint32_t size_timespec(const struct pass *pass, unsigned arg);
uint32_t size_timespec64(const struct pass *pass, unsigned arg);
uint32_t size_sigset(const struct pass *pass, unsigned arg);
uint32_t size_sigset_select(const struct pass *pass, unsigned arg);
uint32_t size_epoll_event(const struct pass *pass, unsigned arg);
uint32_t size_epoll_events(const struct pass *pass, unsigned arg);
uint32_t size_fcntl(const struct pass *pass, unsigned arg);
uint32_t size_ioctl(const struct pass *pass, unsigned arg);
uint32_t size_offset_ref(const struct pass *pass, unsigned arg);

/* What these bytes point to in turn. */
void follow_iovec(struct pass *pass, unsigned arg);
void follow_msghdr(struct pass *pass, unsigned arg);
void follow_mmsghdr(struct pass *pass, unsigned arg);
void follow_option(struct pass *pass, unsigned arg);
void follow_sigset_select(struct pass *pass, unsigned arg);
void follow_ioctl(struct pass *pass, unsigned arg);

#endif
