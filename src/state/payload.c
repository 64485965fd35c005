#include "state/payload.h"

#include <string.h>
#include <sys/socket.h>

#include "arch/abi.h"
#include "calls/row.h"
#include "model/blob.h"
#include "private.h"

enum {
	DNS_PORT = 53,
	MDNS_PORT = 5353,
	DNS_WANTED = 4096,
	NETLINK_WANTED = 32768,
	FIRST_WANTED = 2048,
	FIRST_CALLS = 4
};

static bool receives(const struct call *call)
{
	unsigned effect = call->row->effect;

	return effect == EFFECT_RECEIVE || effect == EFFECT_RECVMSG || effect == EFFECT_RECVMMSG;
}

/* What is sent is captured at the entry, what is received at the exit. */
static uint32_t bytes_at(const struct call *call, uint64_t address, uint64_t size, const uint8_t **data)
{
	uint32_t want = size > PAYLOAD_LIMIT ? PAYLOAD_LIMIT : (uint32_t)size;

	if (!want)
		return 0;
	return row_sends(call->row) ? call_bytes(call, PHASE_ENTRY, address, want, data)
				    : blob_find(&call->out, address, want, data);
}

static uint64_t word(const uint8_t *data, unsigned size)
{
	uint64_t wide = 0;

	memcpy(&wide, data, size == 8 ? 8 : 4);
	return wide;
}

static bool iovec_at(const struct call *call, uint64_t vector, uint64_t index, uint64_t *base, uint64_t *len)
{
	const struct layout *layout = &call->abi->layout;
	const uint8_t *data = NULL;

	if (call_bytes(call, PHASE_EXIT, vector + index * layout->iovec, layout->iovec, &data) <
		    layout->iovec ||
	    !data)
		return false;
	*base = word(data, layout->pointer);
	*len = word(data + layout->pointer, layout->pointer);
	return true;
}

/* The buffers of a vector as one run of bytes, up to the first gap; copied only when there are several. */
static void gather(struct call *call, uint64_t vector, uint64_t count, struct payload *payload)
{
	uint64_t left = payload->size > PAYLOAD_LIMIT ? PAYLOAD_LIMIT : payload->size;
	uint8_t *copy = NULL;

	for (uint64_t i = 0; i < count && i < PAYLOAD_IOVECS && left; i++) {
		uint64_t base, len;
		const uint8_t *data = NULL;

		if (!iovec_at(call, vector, i, &base, &len))
			return;
		if (len > left)
			len = left;
		uint32_t got = bytes_at(call, base, len, &data);

		if (got && !payload->len) {
			payload->data = data;
		} else if (got) {
			if (!copy) {
				copy = arena_alloc(&call->arena, payload->len + left);
				memcpy(copy, payload->data, payload->len);
				payload->data = copy;
			}
			memcpy(copy + payload->len, data, got);
		}
		payload->len += got;
		left -= len;
		if (got < len)
			return;
	}
}

static void name_of(const struct call *call, uint64_t address, uint64_t length, struct address *name)
{
	const uint8_t *data = NULL;

	if (!address || length < 2 || length > sizeof(name->raw))
		return;
	if (call_bytes(call, PHASE_EXIT, address, (uint32_t)length, &data) == length)
		address_set(name, data, (uint32_t)length, 0);
}

static bool from_msghdr(struct call *call, uint64_t address, struct payload *payload)
{
	const struct layout *layout = &call->abi->layout;
	const uint8_t *header = NULL;
	uint32_t name_len;

	if (call_bytes(call, PHASE_EXIT, address, layout->msghdr.size, &header) < layout->msghdr.size ||
	    !header)
		return false;
	memcpy(&name_len, header + layout->msghdr.namelen, sizeof(name_len));
	name_of(call, word(header + layout->msghdr.name, layout->pointer), name_len, &payload->peer);
	gather(call, word(header + layout->msghdr.iov, layout->pointer),
	       word(header + layout->msghdr.iovlen, layout->pointer), payload);
	return true;
}

static unsigned from_vector(struct call *call, struct payload *payloads, unsigned max)
{
	const struct layout *layout = &call->abi->layout;
	unsigned count = 0;

	for (int64_t i = 0; i < call->result && count < max; i++) {
		uint64_t at = call->args[1] + (uint64_t)i * layout->mmsghdr.size;
		const uint8_t *data = NULL;
		uint32_t size;

		if (blob_find(&call->out, at + layout->mmsghdr.len, sizeof(size), &data) < sizeof(size))
			break;
		memcpy(&size, data, sizeof(size));
		payloads[count] = (struct payload){ .size = size, .received = receives(call) };
		if (!from_msghdr(call, at, &payloads[count]))
			break;
		count++;
	}
	return count;
}

static uint32_t length_at(const struct call *call, uint64_t address)
{
	const uint8_t *data = NULL;
	uint32_t length = 0;

	if (address && blob_find(&call->out, address, sizeof(length), &data) == sizeof(length))
		memcpy(&length, data, sizeof(length));
	return length;
}

unsigned call_payloads(struct call *call, struct payload *payloads, unsigned max)
{
	if (!max || !call_succeeded(call) || call->result <= 0 || !call->args_known ||
	    (!row_sends(call->row) && !receives(call)))
		return 0;
	payloads[0] = (struct payload){ .size = (uint64_t)call->result, .received = receives(call) };
	switch (call->row->id) {
	case CALL_sendmmsg:
	case CALL_recvmmsg:
		return from_vector(call, payloads, max);
	case CALL_sendmsg:
	case CALL_recvmsg:
		return from_msghdr(call, call->args[1], &payloads[0]);
	case CALL_readv:
	case CALL_writev:
		gather(call, call->args[1], call->args[2], &payloads[0]);
		return 1;
	case CALL_sendto:
		name_of(call, call->args[4], (uint32_t)call->args[5], &payloads[0].peer);
		break;
	case CALL_recvfrom:
		name_of(call, call->args[4], length_at(call, call->args[5]), &payloads[0].peer);
		break;
	case CALL_send:
	case CALL_recv:
	case CALL_read:
	case CALL_write:
		break;
	default:
		return 0;
	}
	payloads[0].len = bytes_at(call, call->args[1], payloads[0].size, &payloads[0].data);
	return 1;
}

static bool is_dns(const struct address *address)
{
	int port = address_port(address);

	return port == DNS_PORT || port == MDNS_PORT;
}

/* An unconnected socket shows by what it sends that its datagrams are worth reading. */
void payload_leave_send(struct call *call)
{
	struct file *file = call->file;
	struct payload first = { 0 };

	if (file->dns || file->type != SOCK_DGRAM || address_known(&file->peer) || call->result <= 0)
		return;
	if (call->row->id == CALL_sendto)
		name_of(call, call->args[4], (uint32_t)call->args[5], &first.peer);
	else if (!call_payloads(call, &first, 1))
		return;
	file->dns = is_dns(&first.peer);
}

/* Whether what goes through an internet socket may be DNS. */
static bool may_be_dns(const struct file *file)
{
	return file->dns || (address_known(&file->peer) && is_dns(&file->peer)) ||
	       (file->type == SOCK_DGRAM && address_port(&file->local) == MDNS_PORT);
}

uint32_t state_data_wanted(const struct call *call)
{
	const struct file *file = call->file;

	if (!file || !file->history || (file->family != AF_INET && file->family != AF_INET6) ||
	    (!row_sends(call->row) && !receives(call)))
		return 0;
	if (may_be_dns(file))
		return DNS_WANTED;
	if (file->type == SOCK_STREAM && row_sends(call->row) && file->history->sent.calls < FIRST_CALLS &&
	    file->link == LINK_TO)
		return FIRST_WANTED;
	return 0;
}
