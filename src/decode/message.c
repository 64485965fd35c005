/* Message headers: their name, data, control messages and flags, for sendmsg, recvmsg and their vectors. */
#include "control.h"
#include "decode/sockaddr.h"
#include "netlink.h"
#include "payload.h"

/* One message: its header, and as much of it as the call has given a meaning. */
struct whole {
	struct message message, before; /* before: as passed in, when has_before */
	bool has_before;
	bool receives;
	uint64_t moved;		/* bytes of data that count */
	struct value *messages; /* what the data means, NULL: nothing known */
};

static bool read_header(const struct decoder *decoder, uint64_t address, struct message *message)
{
	const struct layout *layout = &decoder->call->abi->layout;
	const uint8_t *data = NULL;

	if (decoder_bytes(decoder, address, layout->msghdr.size, &data) < layout->msghdr.size)
		return false;
	message_parse(layout, data, message);
	return true;
}

/* msg_name's address; NULL: there is none. */
static struct value *name_value(const struct decoder *decoder, const struct whole *whole)
{
	const struct message *message = &whole->message;
	uint32_t length = (uint32_t)smaller(message->namelen, SOCKADDR_MAX);
	const uint8_t *data = NULL;

	if (!message->name || !message->namelen)
		return NULL;
	uint32_t got = decoder_bytes(decoder, message->name, length, &data);

	if (!got)
		return decoder_missing(decoder, "msg_name", message->name);
	return decoder_address(decoder, "msg_name", data, got, message->namelen);
}

/* A length that the kernel may have changed. */
static void add_length(struct fields *to, const char *name, uint64_t before, uint64_t after, bool has_before)
{
	if (!has_before || before == after) {
		fields_uint(to, name, after);
		return;
	}
	struct value *change = value_new(to->arena, VALUE_CHANGE, name);

	change->change.before = value_uint(to->arena, NULL, before);
	change->change.after = value_uint(to->arena, NULL, after);
	fields_add(to, change);
}

static void add_control(const struct decoder *decoder, struct fields *to, const struct whole *whole)
{
	const struct message *message = &whole->message;
	uint64_t length = smaller(message->controllen, CAPTURE_CONTROL);
	const uint8_t *data = NULL;

	if (!message->control || !message->controllen)
		return;
	uint32_t got = decoder_bytes(decoder, message->control, (uint32_t)length, &data);

	if (got)
		control_list(decoder, to, "msg_control", data, got, message->controllen);
	else
		fields_add(to, decoder_missing(decoder, "msg_control", message->control));
}

/* The whole structure, under the kernel's names. */
static struct value *whole_value(const struct decoder *decoder, const char *name, const struct whole *whole)
{
	const struct message *message = &whole->message;
	struct fields fields;

	fields_init(&fields, decoder->arena, value_struct(decoder->arena, name));
	struct value *address = name_value(decoder, whole);

	if (address)
		fields_add(&fields, address);
	add_length(&fields, "msg_namelen", whole->before.namelen, message->namelen, whole->has_before);
	payload_iovec(decoder, &fields, "msg_iov", message->iov, message->iovlen, whole->moved);
	fields_uint(&fields, "msg_iovlen", message->iovlen);
	if (whole->messages) {
		whole->messages->place = PLACE_ARGUMENT;
		fields_add(&fields, whole->messages);
	}
	add_control(decoder, &fields, whole);
	add_length(&fields, "msg_controllen", whole->before.controllen, message->controllen,
		   whole->has_before);
	fields_flags(&fields, "msg_flags", &names_msg_flags, message->flags);
	return fields.of;
}

/* What a message's line shows without -v: address, data, control messages. Only fields that are there. */
static void add_summary(const struct decoder *decoder, struct fields *to, const char *name,
			const struct whole *whole)
{
	struct value *address = name_value(decoder, whole);
	struct fields parts;

	fields_init(&parts, decoder->arena, value_struct(decoder->arena, name));
	if (whole->messages)
		fields_add(&parts, netlink_brief(decoder, name, whole->messages));
	else
		payload_iovec(decoder, &parts, "msg_iov", whole->message.iov, whole->message.iovlen,
			      whole->moved);
	if (address && !(whole->receives && decoder_is_peer(decoder->file, address)))
		fields_add(&parts, address);
	add_control(decoder, &parts, whole);
	for (struct value *part = parts.of->list.first, *next; part; part = next) {
		next = part->next;
		part->next = NULL;
		if (part->place == PLACE_VERBOSE)
			continue;
		part->place = PLACE_TEXT;
		part->name = name; /* the whole structure takes its place under -v */
		fields_add(to, part);
	}
}

/* How the message is before the kernel has filled it: pointers and room. */
static struct value *room_value(const struct decoder *decoder, const char *name,
				const struct message *message)
{
	struct fields fields;

	fields_init(&fields, decoder->arena, value_struct(decoder->arena, name));
	fields_add(&fields, value_pointer(decoder->arena, "msg_name", message->name));
	fields_uint(&fields, "msg_namelen", message->namelen);
	fields_add(&fields, value_pointer(decoder->arena, "msg_iov", message->iov));
	fields_uint(&fields, "msg_iovlen", message->iovlen);
	fields_add(&fields, value_pointer(decoder->arena, "msg_control", message->control));
	fields_uint(&fields, "msg_controllen", message->controllen);
	fields.of->place = PLACE_VERBOSE;
	return fields.of;
}

/* recvmsg that has not received: text shows the pointer only. */
static void add_unfilled(struct decoder *decoder, unsigned arg, const struct message *message)
{
	const char *name = decoder->call->row->args[arg].name;

	decoder_add(decoder, value_pointer(decoder->arena, name, decoder->call->args[arg]))->place =
		PLACE_TEXT;
	decoder_add(decoder, room_value(decoder, name, message));
}

/* Flags that the kernel set: truncated, out of band, from the error queue. */
static void add_flags_out(struct decoder *decoder, uint32_t flags)
{
	/* MSG_CMSG_CLOEXEC only repeats what was asked for */
	flags &= ~0x40000000u;
	if (!flags)
		return;
	decoder_add(decoder, value_flags(decoder->arena, NULL, &names_msg_flags, flags))->place =
		PLACE_TEXT_RESULT;
}

static void read_meaning(const struct decoder *decoder, struct whole *whole)
{
	whole->messages = payload_iovec_messages(decoder, whole->message.iov, whole->message.iovlen,
						 whole->moved, whole->receives);
}

void values_msghdr(struct decoder *decoder, unsigned arg)
{
	const struct call *call = decoder->call;
	const char *name = call->row->args[arg].name;
	struct whole whole = { .receives = call->row->effect == EFFECT_RECVMSG, .moved = UINT64_MAX };
	enum phase phase = decoder->phase;

	if (!call->args[arg] || !read_header(decoder, call->args[arg], &whole.message)) {
		decoder_add_missing(decoder, arg);
		return;
	}
	if (whole.receives && !decoder_succeeded(decoder)) {
		add_unfilled(decoder, arg, &whole.message);
		return;
	}
	if (whole.receives) {
		whole.moved = call->result > 0 ? (uint64_t)call->result : 0;
		decoder->phase = PHASE_ENTRY;
		whole.has_before = call->entry_seen && read_header(decoder, call->args[arg], &whole.before);
		decoder->phase = phase;
	}
	struct fields to = decoder_fields(decoder);

	read_meaning(decoder, &whole);
	add_summary(decoder, &to, name, &whole);
	fields_add(&to, whole_value(decoder, name, &whole))->place = PLACE_VERBOSE;
	decoder_fields_done(decoder, &to);
	if (whole.receives)
		add_flags_out(decoder, whole.message.flags);
}

/* "2 msgs", in place of the vector. */
static void add_count(struct decoder *decoder, const char *name, uint32_t count)
{
	struct text text = { 0 };

	text_add_uint(&text, count);
	text_add(&text, count == 1 ? " msg" : " msgs");
	decoder_add(decoder, value_word(decoder->arena, name, text.data))->place = PLACE_TEXT;
	text_done(&text);
}

/* One message of a vector; filled: the call has sent or received it. */
static struct value *vector_item(struct decoder *decoder, uint64_t address, bool receives, bool filled)
{
	const struct layout *layout = &decoder->call->abi->layout;
	struct whole whole = { .receives = receives, .moved = UINT64_MAX };
	const uint8_t *length = NULL;
	struct fields fields;

	if (!read_header(decoder, address, &whole.message))
		return NULL;
	fields_init(&fields, decoder->arena, value_struct(decoder->arena, NULL));
	if (filled && decoder_bytes(decoder, address + layout->mmsghdr.len, 4, &length) < 4)
		filled = false;
	if (receives && filled)
		whole.moved = u32_get(length);
	if (receives && !filled) {
		struct value *room = room_value(decoder, "msg_hdr", &whole.message);

		room->place = PLACE_ARGUMENT;
		fields_add(&fields, room);
		return fields.of;
	}
	read_meaning(decoder, &whole);
	fields_add(&fields, whole_value(decoder, "msg_hdr", &whole));
	if (filled)
		fields_uint(&fields, "msg_len", u32_get(length));
	return fields.of;
}

void values_mmsghdr(struct decoder *decoder, unsigned arg)
{
	const struct call *call = decoder->call;
	const struct arg *row = &call->row->args[arg];
	bool receives = call->row->effect == EFFECT_RECVMMSG;
	uint32_t total = (uint32_t)call->args[row->len_arg], count = (uint32_t)smaller(total, CAPTURE_MMSG),
		 moved = 0;
	struct fields fields;

	if (decoder_succeeded(decoder) && call->result > 0)
		moved = (uint32_t)smaller((uint64_t)call->result, count);
	/* of a vector that was to receive, only what came is of interest */
	if (receives && decoder_succeeded(decoder))
		count = moved;
	fields_init(&fields, decoder->arena, value_list(decoder->arena, row->name));
	for (uint32_t i = 0; i < count; i++) {
		struct value *item =
			vector_item(decoder, call->args[arg] + (uint64_t)i * call->abi->layout.mmsghdr.size,
				    receives, i < moved);

		if (!item)
			break;
		fields_add(&fields, item);
	}
	if (!fields.of->list.count && count) {
		decoder_add_missing(decoder, arg);
		return;
	}
	fields.of->list.total = receives && decoder_succeeded(decoder) ? moved : total;
	fields.of->place = PLACE_VERBOSE;
	add_count(decoder, row->name, total);
	decoder_add(decoder, fields.of);
}
