/* epoll's events: what is waited for or has come, and the fd behind each data word. */
#include "decoder.h"

static struct value *events_value(struct decoder *decoder, const char *name, uint32_t events)
{
	return value_short(value_flags(decoder->arena, name, &names_epoll_events, events),
			   &names_epoll_events);
}

/* The fd that was registered with that data word, or -1. */
static int registered_fd(struct decoder *decoder, uint64_t data)
{
	const struct decode *decode = decoder->decode;

	if (!decode->epoll_fd)
		return -1;
	return decode->epoll_fd(decode->user, decoder->call, decoder_int(decoder, decoder->call->row->fd_arg),
				data);
}

/* "7→10.0.0.53:53 IN", or "0x55d0 IN" when the data word is not known to belong to an fd. */
static struct value *event_value(struct decoder *decoder, const char *name, const uint8_t *bytes,
				 bool with_fd)
{
	const struct layout *layout = &decoder->call->abi->layout;
	uint64_t data = u64_get(bytes + layout->epoll_data);
	int fd = with_fd ? registered_fd(decoder, data) : -1;
	struct fields fields;

	fields_init(&fields, decoder->arena, value_struct(decoder->arena, name));
	fields.of->style = STYLE_BARE;
	if (fd >= 0)
		fields_add(&fields, decoder_fd(decoder, "fd", fd));
	else if (with_fd)
		fields_hex(&fields, "data", data);
	fields_add(&fields, events_value(decoder, "events", u32_get(bytes)));
	if (fd >= 0 || !with_fd)
		fields_hex(&fields, "data", data)->place = PLACE_VERBOSE;
	return fields.of;
}

void values_epoll_event(struct decoder *decoder, unsigned arg)
{
	uint32_t size = decoder->call->abi->layout.epoll_event;
	uint64_t address = decoder->call->args[arg];
	const uint8_t *data = NULL;

	/* EPOLL_CTL_DEL looks at no event */
	if (decoder_int(decoder, 1) == 2) {
		decoder_add(decoder,
			    value_pointer(decoder->arena, decoder->call->row->args[arg].name, address))
			->place = PLACE_VERBOSE;
		return;
	}
	if (!address || decoder_bytes(decoder, address, size, &data) < size)
		decoder_add_missing(decoder, arg);
	else
		decoder_add(decoder, event_value(decoder, decoder->call->row->args[arg].name, data, false));
}

void values_epoll_events(struct decoder *decoder, unsigned arg)
{
	const struct pass pass = { .call = decoder->call };
	uint32_t one = decoder->call->abi->layout.epoll_event, size = size_epoll_events(&pass, arg);
	const char *name = decoder->call->row->args[arg].name;
	const uint8_t *data = NULL;
	struct fields fields;

	fields_init(&fields, decoder->arena, value_list(decoder->arena, name));
	if (size && decoder_bytes(decoder, decoder->call->args[arg], size, &data) < size) {
		decoder_add_missing(decoder, arg);
		return;
	}
	for (uint32_t at = 0; at < size; at += one)
		fields_add(&fields, event_value(decoder, NULL, data + at, true));
	fields.of->list.total = decoder->call->result > 0 ? (uint64_t)decoder->call->result : 0;
	fields.of->place = PLACE_JSON;
	decoder_add(decoder, fields.of);
	if (!size)
		return;
	/* the events are what comes out, so text has them behind the result */
	struct value *text = value_list(decoder->arena, NULL);

	text->list = fields.of->list;
	text->place = PLACE_TEXT_RESULT;
	decoder_add(decoder, text);
}
