/* How many bytes the simple kinds of arguments point to. */
#include "pass.h"

/* The value-result length behind an argument, as it was passed in; room when the entry was not seen. */
static uint32_t length_passed_in(const struct pass *pass, unsigned arg, uint32_t room)
{
	const uint8_t *data = NULL;

	if (blob_find(&pass->call->in, pass->call->args[arg], 4, &data) < 4)
		return room;
	return u32_get(data);
}

uint32_t size_sockaddr(const struct pass *pass, unsigned arg)
{
	const struct arg *row = &pass->call->row->args[arg];
	uint32_t length = row->len_kind == LEN_ARG_REF ? length_passed_in(pass, row->len_arg, SOCKADDR_MAX)
						       : (uint32_t)pass->call->args[row->len_arg];

	return (uint32_t)smaller(length, SOCKADDR_MAX);
}

uint32_t size_socklen(const struct pass *pass, unsigned arg)
{
	return pass->call->row->args[arg].by_ref ? 4 : 0;
}

uint32_t size_bytes(const struct pass *pass, unsigned arg)
{
	const struct arg *row = &pass->call->row->args[arg];
	uint64_t length = pass->call->args[row->len_arg];

	if (row->len_kind == LEN_RESULT)
		length = pass->call->result > 0 ? smaller(length, (uint64_t)pass->call->result) : 0;
	return (uint32_t)smaller(length, pass->options->data_limit);
}

uint32_t size_option(const struct pass *pass, unsigned arg)
{
	const struct arg *row = &pass->call->row->args[arg];
	uint32_t length = (uint32_t)pass->call->args[row->len_arg];

	if (row->len_kind == LEN_ARG_REF && !pass_is_exit(pass))
		return OPTION_INPUT;
	if (row->len_kind == LEN_ARG_REF)
		length = length_passed_in(pass, row->len_arg, OPTION_MAX);
	return (uint32_t)smaller(length, OPTION_MAX);
}

uint32_t size_fd_pair(const struct pass *pass, unsigned arg)
{
	(void)pass;
	(void)arg;
	return 8;
}

/* poll(2): nfds is unsigned int to the kernel. */
uint32_t size_pollfds(const struct pass *pass, unsigned arg)
{
	uint32_t count = (uint32_t)pass->call->args[pass->call->row->args[arg].len_arg];

	return (uint32_t)smaller(count, POLL_MAX) * 8;
}

/* fs/select.c: sets are read and written in whole longs. */
uint32_t size_fdset(const struct pass *pass, unsigned arg)
{
	int32_t count = (int32_t)pass->call->args[pass->call->row->args[arg].len_arg];
	uint32_t word = pass->call->abi->layout.fdset_word;

	if (count <= 0)
		return 0;
	return ((uint32_t)smaller((uint32_t)count, SELECT_MAX) + word * 8 - 1) / (word * 8) * word;
}

/* The time64 calls of 32-bit ABIs have the 64-bit structures. */
static bool is_wide(const struct call *call)
{
	return abi_number(call->abi, call->number)->time64;
}

uint32_t size_timeval(const struct pass *pass, unsigned arg)
{
	(void)arg;
	return is_wide(pass->call) ? 16 : pass->call->abi->layout.timeval_old;
}

uint32_t size_timespec(const struct pass *pass, unsigned arg)
{
	(void)arg;
	return is_wide(pass->call) ? 16 : pass->call->abi->layout.timespec_old;
}

uint32_t size_timespec64(const struct pass *pass, unsigned arg)
{
	(void)pass;
	(void)arg;
	return 16;
}

uint32_t size_offset_ref(const struct pass *pass, unsigned arg)
{
	(void)arg;
	/* sendfile's off_t is a long; splice's loff_t has 64 bits everywhere */
	if (pass->call->row->id == CALL_sendfile && !is_wide(pass->call))
		return pass->call->abi->layout.pointer;
	return 8;
}

uint32_t size_sigset(const struct pass *pass, unsigned arg)
{
	return (uint32_t)smaller(pass->call->args[pass->call->row->args[arg].len_arg], 8);
}

/* pselect6(2): a pointer to the set, and its size. */
uint32_t size_sigset_select(const struct pass *pass, unsigned arg)
{
	(void)arg;
	return pass->call->abi->layout.pointer * 2u;
}

void follow_sigset_select(struct pass *pass, unsigned arg)
{
	unsigned word = pass->call->abi->layout.pointer;
	struct reads reads = { .pass = pass };
	const uint8_t *data = pass_struct(pass, pass->call->args[arg], word * 2);

	if (!data)
		return;
	reads_add(&reads, word_get(data, word), smaller(word_get(data + word, word), 8));
	reads_run(&reads);
}

uint32_t size_epoll_event(const struct pass *pass, unsigned arg)
{
	(void)arg;
	return pass->call->abi->layout.epoll_event;
}

uint32_t size_epoll_events(const struct pass *pass, unsigned arg)
{
	uint64_t count = pass->call->result > 0 ? (uint64_t)pass->call->result : 0;

	count = smaller(count, (uint32_t)pass->call->args[pass->call->row->args[arg].len_arg]);
	return (uint32_t)smaller(count, EPOLL_EVENTS_MAX) * pass->call->abi->layout.epoll_event;
}
