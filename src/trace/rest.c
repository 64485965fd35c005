/*
 * What is left of several buffers is done without writing anything to the program's memory: a writev, sendmsg
 * or recvmsg goes on buffer by buffer. So nothing has to be put back, whatever happens meanwhile. On a
 * stream, and there only are calls cut short, it makes no difference (net/socket.c, fs/read_write.c).
 */
#include "rest.h"

#include <string.h>
#include <sys/socket.h>

#include "tracee.h"

/* UIO_MAXIOV of <linux/uio.h>; MAX_RW_COUNT of <linux/fs.h>, for pages of 4 KiB. */
enum { VECTORS_MAX = 1024, BYTES_MAX = 0x7ffff000, VECTORS_AT_ONCE = 32, VECTOR_MOST = 16, HEADER_MOST = 56 };

/* Those that send other than byte after byte, or do not wait. */
enum { SENDS_OTHERWISE = MSG_DONTWAIT | MSG_OOB | MSG_ZEROCOPY | MSG_FASTOPEN };
enum { RECEIVES_OTHERWISE = MSG_DONTWAIT | MSG_PEEK | MSG_OOB | MSG_ERRQUEUE };

static enum rest_kind when(bool right, enum rest_kind kind)
{
	return right ? kind : REST_NONE;
}

static bool waits_for_all(uint64_t flags)
{
	return (flags & MSG_WAITALL) && !(flags & RECEIVES_OTHERWISE);
}

enum rest_kind rest_kind_of(const struct row *row, const uint64_t args[6])
{
	switch (row->id) {
	case CALL_write:
		return REST_BUFFER;
	case CALL_writev:
		return REST_VECTOR;
	case CALL_send:
	case CALL_sendto:
		return when(!(args[3] & SENDS_OTHERWISE), REST_BUFFER);
	case CALL_sendmsg:
		return when(!(args[2] & SENDS_OTHERWISE), REST_HEADER);
	case CALL_sendmmsg:
		return when(!(args[3] & SENDS_OTHERWISE), REST_MESSAGES);
	case CALL_recv:
	case CALL_recvfrom:
		return when(waits_for_all(args[3]), REST_BUFFER);
	case CALL_recvmsg:
		return when(waits_for_all(args[2]), REST_HEADER);
	case CALL_recvmmsg:
		return when(!(args[3] & (MSG_DONTWAIT | MSG_WAITFORONE | MSG_ERRQUEUE)), REST_MESSAGES);
	default:
		return REST_NONE;
	}
}

/* What a question about a call's rest is answered from. */
struct asking {
	struct tracee *tracee;
	const struct call *call;
	const struct abi *abi;
	const uint64_t *args;
	uint64_t done;
};

/* From what was captured at the entry, or else from memory. */
static bool get(const struct asking *asking, uint64_t address, void *to, uint32_t size)
{
	const struct capture *in = asking->call ? &asking->call->in : NULL;

	for (uint32_t i = 0; in && i < in->count; i++) {
		const struct blob *blob = &in->blobs[i];

		if (address < blob->address || address - blob->address > blob->got ||
		    blob->got - (address - blob->address) < size)
			continue;
		memcpy(to, blob->data + (address - blob->address), size);
		return true;
	}
	return memory_get(&asking->tracee->memory, address, to, size) == size;
}

/* A size or a pointer of the ABI's. */
static uint64_t word_at(const struct abi *abi, const uint8_t *bytes)
{
	uint64_t word = 0;

	memcpy(&word, bytes, abi->layout.pointer);
	return word;
}

/* Where several buffers go on. */
struct place {
	uint64_t asked;	     /* in all */
	uint64_t base, left; /* what is left of the buffer that it goes on in */
	bool found;
};

static bool pass_vector(struct place *place, uint64_t base, uint64_t len, uint64_t done)
{
	if (len > BYTES_MAX - place->asked)
		return false;
	if (!place->found && place->asked + len > done) {
		uint64_t into = done - place->asked;

		place->found = true;
		place->base = base + into;
		place->left = len - into;
	}
	place->asked += len;
	return true;
}

static bool find_place(const struct asking *asking, uint64_t at, uint64_t count, struct place *place)
{
	const struct abi *abi = asking->abi;
	uint8_t bytes[VECTORS_AT_ONCE * VECTOR_MOST];

	*place = (struct place){ 0 };
	if (count > VECTORS_MAX)
		return false;
	for (uint64_t first = 0; first < count; first += VECTORS_AT_ONCE) {
		uint64_t some = count - first < VECTORS_AT_ONCE ? count - first : VECTORS_AT_ONCE;

		if (!get(asking, at + first * abi->layout.iovec, bytes, (uint32_t)some * abi->layout.iovec))
			return false;
		for (uint64_t i = 0; i < some; i++) {
			const uint8_t *vector = bytes + i * abi->layout.iovec;

			if (!pass_vector(place, word_at(abi, vector),
					 word_at(abi, vector + abi->layout.pointer), asking->done))
				return false;
		}
	}
	return place->found;
}

/* The number of a call that takes its arguments in registers; UINT64_MAX: the ABI has none. */
static uint64_t number_of(const struct abi *abi, uint16_t row)
{
	for (unsigned i = 0; i < abi->count; i++)
		if (abi->numbers[i].row == row && !abi->numbers[i].socketcall && !abi->numbers[i].old_args)
			return i;
	return UINT64_MAX;
}

static bool rest_of_vector(const struct asking *asking, struct rest *rest)
{
	struct place place;

	if (!find_place(asking, asking->args[1], asking->args[2], &place))
		return false;
	rest->asked = place.asked;
	rest->number = number_of(asking->abi, CALL_write);
	rest->args[1] = place.base;
	rest->args[2] = rest->expected = place.left;
	return true;
}

void rest_send(const struct abi *abi, struct rest *rest)
{
	const uint64_t number = number_of(abi, CALL_sendto);

	if (abi_number(abi, rest->number)->row != CALL_write || number == UINT64_MAX)
		return;
	rest->number = number;
	rest->args[3] = MSG_NOSIGNAL;
	rest->args[4] = rest->args[5] = 0;
}

/* Whether ancillary data goes with the first byte only: fds of a Unix socket (net/unix/af_unix.c), and none.
 */
static bool goes_with_first(const struct asking *asking, const uint8_t *header)
{
	const struct layout *layout = &asking->abi->layout;
	uint64_t at = word_at(asking->abi, header + layout->msghdr.control);
	uint64_t size = word_at(asking->abi, header + layout->msghdr.controllen);
	uint8_t control[16];
	int level, type;

	if (!at || !size)
		return true;
	if (layout->cmsghdr.header > sizeof(control) || !get(asking, at, control, layout->cmsghdr.header))
		return false;
	memcpy(&level, control + layout->cmsghdr.level, sizeof(level));
	memcpy(&type, control + layout->cmsghdr.type, sizeof(type));
	return level == SOL_SOCKET && type == SCM_RIGHTS &&
	       word_at(asking->abi, control) + layout->cmsghdr.align > size;
}

/* What comes in later might have ancillary data, for which there is no room in a recvfrom. */
static bool header_goes_on(const struct asking *asking, bool receives, const uint8_t *header)
{
	return receives ? !word_at(asking->abi, header + asking->abi->layout.msghdr.control)
			: goes_with_first(asking, header);
}

static bool rest_of_header(const struct asking *asking, bool receives, struct rest *rest)
{
	const struct layout *layout = &asking->abi->layout;
	uint8_t header[HEADER_MOST];
	struct place place;

	if (layout->msghdr.size > sizeof(header) ||
	    !get(asking, asking->args[1], header, layout->msghdr.size) ||
	    !find_place(asking, word_at(asking->abi, header + layout->msghdr.iov),
			word_at(asking->abi, header + layout->msghdr.iovlen), &place) ||
	    !header_goes_on(asking, receives, header))
		return false;
	rest->asked = place.asked;
	rest->number = number_of(asking->abi, receives ? CALL_recvfrom : CALL_sendto);
	rest->args[1] = place.base;
	rest->args[2] = rest->expected = place.left;
	rest->args[3] = asking->args[2];
	rest->args[4] = rest->args[5] = 0;
	return true;
}

/* One buffer, or an array of messages. */
static bool rest_of_array(const struct asking *asking, enum rest_kind kind, struct rest *rest)
{
	uint64_t done = asking->done;

	rest->asked = asking->args[2];
	if (done >= rest->asked)
		return false;
	rest->args[1] += kind == REST_MESSAGES ? done * asking->abi->layout.mmsghdr.size : done;
	rest->args[2] -= done;
	rest->expected = rest->args[2];
	return true;
}

bool rest_find(struct tracee *tracee, const struct call *call, const struct abi *abi, uint64_t number,
	       const uint64_t args[6], uint64_t done, struct rest *rest)
{
	struct asking asking = { .tracee = tracee, .call = call, .abi = abi, .args = args, .done = done };
	const uint16_t row = abi_number(abi, number)->row;
	bool found = false;

	if (row == CALL_NONE)
		return false;
	*rest = (struct rest){ .number = number };
	memcpy(rest->args, args, sizeof(rest->args));
	enum rest_kind kind = rest_kind_of(&call_rows[row], args);

	if (kind == REST_BUFFER || kind == REST_MESSAGES)
		found = rest_of_array(&asking, kind, rest);
	else if (kind == REST_VECTOR)
		found = rest_of_vector(&asking, rest);
	else if (kind == REST_HEADER)
		found = rest_of_header(&asking, row == CALL_recvmsg, rest);
	/* A broken pipe would raise a signal now that it would not have raised then. */
	if (row == CALL_send || row == CALL_sendto || row == CALL_sendmsg || row == CALL_sendmmsg)
		rest->args[3] |= MSG_NOSIGNAL;
	return found && rest->number != UINT64_MAX;
}
