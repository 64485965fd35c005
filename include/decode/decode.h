/*
 * decode: from captured bytes and snapshots of the files involved to values. Pure: no process, no state, no
 * printing.
 */
#ifndef SOCKLINE_DECODE_DECODE_H
#define SOCKLINE_DECODE_DECODE_H

#include "base/text.h"
#include "decode/sockaddr.h"
#include "model/address.h"
#include "model/call.h"
#include "model/event.h"
#include "model/value.h"

struct decode {
	/* What fd refers to, as a view in the arena, or NULL; may be NULL itself. */
	const struct file_view *(*file)(void *user, const struct call *call, int fd);
	/* A host name for an address, or NULL; may be NULL itself. */
	const char *(*host)(void *user, const struct address *address);
	/* The name of an address's port for that type of socket, or NULL; NULL itself when none are wanted.
	 */
	const char *(*service)(void *user, const struct address *address, int type);
	/* What epoll_ctl registered: fd for a data word of that epoll fd, or -1; may be NULL. */
	int (*epoll_fd)(void *user, const struct call *call, int epfd, uint64_t data);
	/* The name of a generic netlink family's number, or NULL; may be NULL. */
	const char *(*genl_family)(void *user, uint16_t id);
	struct interfaces interfaces;
	struct sockaddr_memo *addresses; /* may be NULL */
	void *user;
	uint32_t data_limit; /* payload bytes to show in values */
	bool show_secrets;
	bool no_fields; /* short text is all that is shown: without addresses' fields and hidden arguments */
};

/*
 * Builds values for the arguments that are known at entry (before effects are applied), and for those known
 * at exit (after). Together they are the row's arguments in order; decode_exit merges: the event's args is
 * complete after it. For a call that never finished only decode_entry is called, and pointers filled at exit
 * are shown as pointers. Sets args, result_value, expected_error, fd.
 */
void decode_entry(const struct decode *decode, struct call *call, struct event *event);
void decode_exit(const struct decode *decode, struct call *call, struct event *event);

/* A struct of the kernel's fields from the first size bytes of struct tcp_info (linux/tcp.h). */
struct value *decode_tcp_info(struct arena *arena, const void *info, uint32_t size);

#endif
