/*
 * decoder: one call on its way from captured bytes to values. What is shared by the value functions of all
 * kinds.
 *
 * Pure: it reads the call's blobs and asks the pipeline's functions of struct decode for views, nothing else.
 */
#ifndef SOCKLINE_DECODE_DECODER_H
#define SOCKLINE_DECODE_DECODER_H

#include "arch/abi.h"
#include "calls/row.h"
#include "decode/decode.h"
#include "fields.h"
#include "model/blob.h"
#include "pass.h"

struct decoder {
	const struct decode *decode;
	struct call *call;
	struct event *event;
	struct arena *arena;
	const struct file_view *file; /* what the main fd refers to; NULL: unknown */
	const struct value *views; /* has the values of fd arguments as they were made before the effects */
	struct value **tail;	   /* where the next argument's value goes */
	enum phase phase;	   /* whose bytes count for the argument at hand */
	bool done;		   /* the result is known */
};

/* Adds a value to the event's arguments. Returns it. */
struct value *decoder_add(struct decoder *decoder, struct value *value);
/* The call succeeded and its exit is at hand. */
bool decoder_succeeded(const struct decoder *decoder);
/* Captured bytes at address, of the argument's phase, else of the entry. */
uint32_t decoder_bytes(const struct decoder *decoder, uint64_t address, uint32_t size, const uint8_t **data);
/* The same as they were at the entry; 0 when it was not seen. */
uint32_t decoder_bytes_before(const struct decoder *decoder, uint64_t address, uint32_t size,
			      const uint8_t **data);
/* The pointer itself: not looked at; left out of text when NULL and the row says so. */
struct value *decoder_add_pointer(struct decoder *decoder, unsigned arg);
/* What stands for bytes that should have been there: the pointer, marked unless nothing was tried. */
struct value *decoder_add_missing(struct decoder *decoder, unsigned arg);
struct value *decoder_missing(const struct decoder *decoder, const char *name, uint64_t address);
/* An fd, with what it refers to. */
struct value *decoder_fd(const struct decoder *decoder, const char *name, int fd);
/* Family of the main fd's socket, or -1. */
int decoder_family(const struct decoder *decoder);
int decoder_protocol(const struct decoder *decoder);
/* An address value with its host, marked as the peer's when text need not repeat it. */
struct value *decoder_address(const struct decoder *decoder, const char *name, const void *bytes,
			      uint32_t got, uint32_t length);
/* Whether the address is the one that the fd shows already. */
bool decoder_is_peer(const struct file_view *file, const struct value *address);
/* int argument as the kernel sees it. */
static inline int decoder_int(const struct decoder *decoder, unsigned arg)
{
	return (int)decoder->call->args[arg];
}

/* One per kind of argument. */
void values_fd(struct decoder *decoder, unsigned arg);
void values_int(struct decoder *decoder, unsigned arg);
void values_uint(struct decoder *decoder, unsigned arg);
void values_size(struct decoder *decoder, unsigned arg);
void values_hex(struct decoder *decoder, unsigned arg);
void values_pointer(struct decoder *decoder, unsigned arg);
void values_enum(struct decoder *decoder, unsigned arg);
void values_flags(struct decoder *decoder, unsigned arg);
void values_socktype(struct decoder *decoder, unsigned arg);
void values_protocol(struct decoder *decoder, unsigned arg);
void values_offset(struct decoder *decoder, unsigned arg);
void values_offset_ref(struct decoder *decoder, unsigned arg);
void values_octal(struct decoder *decoder, unsigned arg);
void values_sockaddr(struct decoder *decoder, unsigned arg);
void values_socklen(struct decoder *decoder, unsigned arg);
void values_bytes(struct decoder *decoder, unsigned arg);
void values_iovec(struct decoder *decoder, unsigned arg);
void values_msghdr(struct decoder *decoder, unsigned arg);
void values_mmsghdr(struct decoder *decoder, unsigned arg);
void values_opt_level(struct decoder *decoder, unsigned arg);
void values_opt_name(struct decoder *decoder, unsigned arg);
void values_option(struct decoder *decoder, unsigned arg);
void values_fd_pair(struct decoder *decoder, unsigned arg);
void values_pollfds(struct decoder *decoder, unsigned arg);
void values_fdset(struct decoder *decoder, unsigned arg);
void values_timeval(struct decoder *decoder, unsigned arg);
void values_timespec(struct decoder *decoder, unsigned arg);
void values_timespec64(struct decoder *decoder, unsigned arg);
void values_milliseconds(struct decoder *decoder, unsigned arg);
void values_sigset(struct decoder *decoder, unsigned arg);
void values_sigset_select(struct decoder *decoder, unsigned arg);
void values_epoll_event(struct decoder *decoder, unsigned arg);
void values_epoll_events(struct decoder *decoder, unsigned arg);
void values_fcntl_command(struct decoder *decoder, unsigned arg);
void values_fcntl(struct decoder *decoder, unsigned arg);
void values_ioctl_command(struct decoder *decoder, unsigned arg);
void values_ioctl(struct decoder *decoder, unsigned arg);

/* The names of a family's protocols, NULL: none; brings the protocol into host order. */
const struct names *protocol_names(int family, uint32_t *protocol);

/* fcntl's result by its command; NULL: a plain number. */
const struct value *result_fcntl(struct decoder *decoder);

#endif
