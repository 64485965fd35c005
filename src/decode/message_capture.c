/* Copying iovecs and message headers, and the names, control data and buffers behind them. */
#include "pass.h"

void message_parse(const struct layout *layout, const uint8_t *bytes, struct message *message)
{
	const unsigned word = layout->pointer;

	message->name = word_get(bytes + layout->msghdr.name, word);
	message->namelen = u32_get(bytes + layout->msghdr.namelen);
	message->iov = word_get(bytes + layout->msghdr.iov, word);
	message->iovlen = word_get(bytes + layout->msghdr.iovlen, word);
	message->control = word_get(bytes + layout->msghdr.control, word);
	message->controllen = word_get(bytes + layout->msghdr.controllen, word);
	message->flags = u32_get(bytes + layout->msghdr.flags);
}

/* Adds reads for the buffers of a captured iovec array, up to limit bytes in all. */
static void add_buffers(struct reads *reads, uint64_t iov, uint64_t count, uint64_t limit)
{
	const struct pass *pass = reads->pass;
	const struct layout *layout = &pass->call->abi->layout;
	const uint8_t *data = NULL;
	uint32_t size = (uint32_t)smaller(count, CAPTURE_IOVECS) * layout->iovec;

	if (!iov || !size)
		return;
	uint32_t got = pass_bytes(pass, iov, size, &data);

	limit = smaller(limit, pass->options->data_limit);
	for (uint32_t at = 0; limit && at + layout->iovec <= got; at += layout->iovec) {
		uint64_t length = smaller(word_get(data + at + layout->pointer, layout->pointer), limit);

		reads_add(reads, word_get(data + at, layout->pointer), length);
		limit -= length;
	}
}

/* Bytes that the call moved, or how many it may move at most when it sends. */
static uint64_t moved(const struct pass *pass, bool receives)
{
	if (!receives)
		return UINT64_MAX;
	return pass->call->result > 0 ? (uint64_t)pass->call->result : 0;
}

uint32_t size_iovec(const struct pass *pass, unsigned arg)
{
	uint64_t count = pass->call->args[pass->call->row->args[arg].len_arg];

	return (uint32_t)smaller(count, CAPTURE_IOVECS) * pass->call->abi->layout.iovec;
}

void follow_iovec(struct pass *pass, unsigned arg)
{
	const struct arg *row = &pass->call->row->args[arg];
	struct reads reads = { .pass = pass };

	add_buffers(&reads, pass->call->args[arg], pass->call->args[row->len_arg],
		    moved(pass, row->when != AT_ENTRY));
	reads_run(&reads);
}

uint32_t size_msghdr(const struct pass *pass, unsigned arg)
{
	(void)arg;
	return pass->call->abi->layout.msghdr.size;
}

/* Adds reads for name, iovecs and control data of the header. */
static void add_parts(struct reads *reads, const struct message *message)
{
	const struct layout *layout = &reads->pass->call->abi->layout;

	reads_add(reads, message->name, smaller(message->namelen, SOCKADDR_MAX));
	reads_add(reads, message->iov, smaller(message->iovlen, CAPTURE_IOVECS) * layout->iovec);
	reads_add(reads, message->control, smaller(message->controllen, CAPTURE_CONTROL));
}

/* The header captured at address; false when it is not whole. */
static bool find_message(const struct pass *pass, uint64_t address, struct message *message)
{
	const struct layout *layout = &pass->call->abi->layout;
	const uint8_t *data = pass_struct(pass, address, layout->msghdr.size);

	if (!data)
		return false;
	message_parse(layout, data, message);
	return true;
}

/* Received parts are read once they are there; sent ones at the first chance. */
static bool parts_wanted(const struct pass *pass, bool receives)
{
	return receives ? pass_is_exit(pass) : !pass_is_exit(pass) || !pass->call->entry_seen;
}

void follow_msghdr(struct pass *pass, unsigned arg)
{
	bool receives = pass->call->row->effect == EFFECT_RECVMSG;
	struct reads reads = { .pass = pass };
	struct message message;

	if (!parts_wanted(pass, receives) || !find_message(pass, pass->call->args[arg], &message))
		return;
	add_parts(&reads, &message);
	reads_run(&reads);
	add_buffers(&reads, message.iov, message.iovlen, moved(pass, receives));
	reads_run(&reads);
}

/* How many headers are of use: at the exit only as many as were sent or received. */
static uint32_t message_count(const struct pass *pass, unsigned arg)
{
	uint32_t count = (uint32_t)pass->call->args[pass->call->row->args[arg].len_arg];

	if (pass_is_exit(pass) && pass->call->entry_seen)
		count = (uint32_t)smaller(count, pass->call->result > 0 ? (uint64_t)pass->call->result : 0);
	return (uint32_t)smaller(count, CAPTURE_MMSG);
}

uint32_t size_mmsghdr(const struct pass *pass, unsigned arg)
{
	return message_count(pass, arg) * pass->call->abi->layout.mmsghdr.size;
}

void follow_mmsghdr(struct pass *pass, unsigned arg)
{
	const struct layout *layout = &pass->call->abi->layout;
	bool receives = pass->call->row->effect == EFFECT_RECVMMSG;
	uint32_t count = message_count(pass, arg), size = layout->mmsghdr.size;
	struct reads reads = { .pass = pass };
	struct message message;
	const uint8_t *data = NULL;

	if (!count || !parts_wanted(pass, receives))
		return;
	count = pass_bytes(pass, pass->call->args[arg], count * size, &data) / size;
	for (uint32_t i = 0; i < count; i++) {
		message_parse(layout, data + i * size, &message);
		add_parts(&reads, &message);
	}
	reads_run(&reads);
	for (uint32_t i = 0; i < count; i++) {
		message_parse(layout, data + i * size, &message);
		add_buffers(&reads, message.iov, message.iovlen,
			    receives ? u32_get(data + i * size + layout->mmsghdr.len) : UINT64_MAX);
	}
	reads_run(&reads);
}
