#include "netlink.h"
#include "coverage_parts.h"

#include <sys/socket.h>

enum {
	TYPE_NOOP = 1,
	TYPE_ERROR = 2,
	TYPE_DONE = 3,
	TYPE_OVERRUN = 4,
	TYPE_FIRST = 16, /* NLMSG_MIN_TYPE: below are control messages */
	FLAG_CAPPED = 0x100,
	FLAG_ACK_TLVS = 0x200,
	TYPE_MASK = 0x3fff,   /* NLA_TYPE_MASK: without NLA_F_NESTED and NLA_F_NET_BYTEORDER */
	ATTRIBUTE_HEADER = 4, /* struct nlattr */
	ALIGN = 4,
	BRIEF_MESSAGES = 4,  /* how many the one-line form shows */
	KOBJECT_UEVENT = 15, /* has no messages but strings */
};

static uint32_t aligned(uint32_t size)
{
	return (size + ALIGN - 1) & ~(uint32_t)(ALIGN - 1);
}

/* ---- attributes ---- */

static const struct attr *find_attr(const struct attrs *attrs, const char *name)
{
	for (unsigned i = 0; attrs && name && i < attrs->count; i++)
		if (!strcmp(attrs->rows[i].name, name))
			return &attrs->rows[i];
	return NULL;
}

static bool is_number(uint32_t size)
{
	return size == 1 || size == 2 || size == 4 || size == 8;
}

/* As which field of a structure an attribute of that kind would be shown. */
static uint8_t shape_of(const struct attr *attr, uint32_t size)
{
	switch ((enum attr_as)attr->as) {
	case N_UINT:
		return is_number(size) ? S_UINT : S_BYTES;
	case N_INT:
		return is_number(size) ? S_INT : S_BYTES;
	case N_HEX:
		return is_number(size) ? S_HEX : S_BYTES;
	case N_BE:
		return is_number(size) ? S_BE : S_BYTES;
	case N_CONST:
		return is_number(size) ? S_CONST : S_BYTES;
	case N_BE_CONST:
		return is_number(size) ? S_BE_CONST : S_BYTES;
	case N_FLAGS:
		return is_number(size) ? S_FLAGS : S_BYTES;
	case N_IP:
		return size == 4 || size == 16 ? S_IP : S_BYTES;
	case N_MAC:
		return size && size <= 32 ? S_MAC : S_BYTES;
	case N_STRING:
		return S_STRING;
	default:
		return S_BYTES;
	}
}

/* Numbers of 32 or 64 bits: by name, or as a list. */
static struct value *numbers_value(const struct attr_walk *walk, const struct attr *attr,
				   const uint8_t *bytes, uint32_t size)
{
	const uint32_t one = attr->as == N_U64S ? 8 : 4;
	struct arena *arena = walk->decoder->arena;
	struct fields fields;

	fields_init(&fields, arena,
		    attr->names ? value_struct(arena, attr->name) : value_list(arena, attr->name));
	for (uint32_t i = 0; i < size / one; i++) {
		const char *label = attr->names ? names_find(attr->names, attr->first + i) : NULL;

		if (attr->names && !label)
			label = arena_printf(arena, "%u", attr->first + i);
		fields_uint(&fields, label, word_get(bytes + i * one, one));
	}
	return fields.of;
}

/* Numbered attributes whose numbers say nothing. */
static struct value *list_value(struct attr_walk *walk, const struct attr *attr, const uint8_t *bytes,
				uint32_t size);

static struct value *attr_value(struct attr_walk *walk, const struct attr *attr, const uint8_t *bytes,
				uint32_t size)
{
	struct arena *arena = walk->decoder->arena;
	struct shape_field field = { .name = attr->name, .size = (uint16_t)size, .names = attr->names };
	struct value *value = NULL;

	switch ((enum attr_as)attr->as) {
	case N_FLAG:
		return value_bool(arena, attr->name, true);
	case N_NEST:
		return netlink_nest(walk, attr->name, attr->nest, bytes, size);
	case N_LIST:
		return list_value(walk, attr, bytes, size);
	case N_SHAPE:
		return shape_value(walk->decoder, arena, attr->name, attr->shape, bytes, size);
	case N_U32S:
	case N_U64S:
		return numbers_value(walk, attr, bytes, size);
	case N_MAKE:
		value = attr->make(walk, attr, bytes, size);
		return value ? value : value_bytes(arena, attr->name, bytes, size, size);
	default:
		field.as = shape_of(attr, size);
		return shape_field_value(walk->decoder, arena, &field, bytes);
	}
}

/* What is known of an attribute without a row: its name perhaps, and then how its table takes such. */
static struct attr unlisted(const struct attr_walk *walk, const struct attrs *attrs, uint16_t type)
{
	const char *name = attrs && attrs->names ? names_find(attrs->names, type) : NULL;

	if (name)
		return (struct attr){ .name = name, .as = attrs->otherwise };
	return (struct attr){ .name = arena_printf(walk->decoder->arena, "attr_%u", type), .as = N_BYTES };
}

/* Reads an attribute's header; false at the end, or when its length is impossible. */
static bool next_attr(const uint8_t *bytes, uint32_t size, uint32_t at, uint32_t *length, uint16_t *type)
{
	if (at + ATTRIBUTE_HEADER > size)
		return false;
	*length = u16_get(bytes + at);
	*type = u16_get(bytes + at + 2) & TYPE_MASK;
	return *length >= ATTRIBUTE_HEADER && *length <= size - at;
}

void netlink_attrs(struct attr_walk *walk, struct fields *to, const struct attrs *attrs, const uint8_t *bytes,
		   uint32_t size)
{
	uint32_t at = 0, length = 0;
	uint16_t type = 0;

	while (walk->left && next_attr(bytes, size, at, &length, &type)) {
		struct attr named = unlisted(walk, attrs, type);
		const struct attr *attr = find_attr(attrs, named.name);

		walk->left--;
		fields_add(to, attr_value(walk, attr ? attr : &named, bytes + at + ATTRIBUTE_HEADER,
					  length - ATTRIBUTE_HEADER));
		at += aligned(length);
	}
	if (at < size)
		fields_bytes(to, "rest", bytes + at, size - at);
}

struct value *netlink_nest(struct attr_walk *walk, const char *name, const struct attrs *attrs,
			   const uint8_t *bytes, uint32_t size)
{
	struct fields fields;

	if (walk->depth >= NETLINK_DEPTH)
		return value_bytes(walk->decoder->arena, name, bytes, size, size);
	fields_init(&fields, walk->decoder->arena, value_struct(walk->decoder->arena, name));
	walk->depth++;
	netlink_attrs(walk, &fields, attrs, bytes, size);
	walk->depth--;
	return fields.of;
}

static struct value *list_value(struct attr_walk *walk, const struct attr *attr, const uint8_t *bytes,
				uint32_t size)
{
	uint32_t at = 0, length = 0;
	struct fields fields;
	uint16_t type = 0;

	if (walk->depth >= NETLINK_DEPTH)
		return value_bytes(walk->decoder->arena, attr->name, bytes, size, size);
	fields_init(&fields, walk->decoder->arena, value_list(walk->decoder->arena, attr->name));
	walk->depth++;
	while (walk->left && next_attr(bytes, size, at, &length, &type)) {
		walk->left--;
		fields_add(&fields, netlink_nest(walk, NULL, attr->nest, bytes + at + ATTRIBUTE_HEADER,
						 length - ATTRIBUTE_HEADER));
		at += aligned(length);
	}
	walk->depth--;
	return fields.of;
}

const char *const *netlink_body(struct attr_walk *walk, struct fields *to,
				const struct netlink_message *message, const struct netlink_body *body)
{
	uint32_t head = body->shape ? shape_size(body->shape) : 0;

	if (body->shape)
		shape_fields(walk->decoder, to, body->shape, message->data, message->size);
	head = aligned(head);
	if (body->attrs && message->size > head)
		netlink_attrs(walk, to, body->attrs, message->data + head, message->size - head);
	return body->brief;
}

/* ---- messages ---- */

static const struct netlink_protocol netlink_audit = { .number = 9, .types = &names_audit_type };
static const struct netlink_protocol netlink_xfrm = { .number = 6, .types = &names_xfrm_type };
static const struct netlink_protocol netlink_selinux = { .number = 7, .types = &names_selinux_type };
static const struct netlink_protocol netlink_crypto = { .number = 21, .types = &names_crypto_type };

static const struct netlink_protocol *const protocols[] = {
	&netlink_route, &netlink_diag, &netlink_generic, &netlink_netfilter,
	&netlink_audit, &netlink_xfrm, &netlink_selinux, &netlink_crypto,
};

static const struct netlink_protocol *find_protocol(int number)
{
	for (size_t i = 0; i < sizeof(protocols) / sizeof(protocols[0]); i++)
		if (protocols[i]->number == number)
			return protocols[i];
	return NULL;
}

static const char *type_name(const struct decoder *decoder, const struct netlink_protocol *protocol,
			     uint16_t type)
{
	const char *name = NULL;

	if (type < TYPE_FIRST)
		return names_find(&names_nlmsg_type, type);
	if (protocol && protocol->type)
		name = protocol->type(decoder, type);
	return name || !protocol || !protocol->types ? name : names_find(protocol->types, type);
}

/* The upper byte of the flags means something else in each kind of request. */
static const struct names *flag_names(const struct netlink_protocol *protocol,
				      const struct netlink_message *message, const char *type)
{
	if (message->type == TYPE_ERROR || message->type == TYPE_DONE)
		return &names_nlm_flags_ack;
	if (protocol && protocol->flags)
		return protocol->flags(message);
	if (!type || message->received)
		return &names_nlm_flags;
	if (strstr(type, "_GET"))
		return &names_nlm_flags_get;
	if (strstr(type, "_NEW") || strstr(type, "_ADD") || strstr(type, "_SET"))
		return &names_nlm_flags_new;
	return strstr(type, "_DEL") ? &names_nlm_flags_del : &names_nlm_flags;
}

static const struct attrs policy_attrs = ATTRS_NAMES(nl_policy_attr);
static const struct attr error_rows[] = {
	{ .name = "NLMSGERR_ATTR_MSG", .as = N_STRING },
	{ .name = "NLMSGERR_ATTR_OFFS", .as = N_UINT },
	{ .name = "NLMSGERR_ATTR_MISS_TYPE", .as = N_UINT },
	{ .name = "NLMSGERR_ATTR_MISS_NEST", .as = N_UINT },
	{ .name = "NLMSGERR_ATTR_POLICY", .as = N_NEST, .nest = &policy_attrs },
};
static const struct attrs error_attrs = ATTRS(nlmsgerr_attr, error_rows);

/* The header of the request that an error answers. */
static void add_request(const struct decoder *decoder, struct fields *to,
			const struct netlink_protocol *protocol, const uint8_t *bytes)
{
	struct value *request = value_struct(decoder->arena, "msg");
	struct netlink_message message = { .length = u32_get(bytes),
					   .type = u16_get(bytes + 4),
					   .flags = u16_get(bytes + 6) };
	const char *name = type_name(decoder, protocol, message.type);
	struct fields fields;

	fields_init(&fields, decoder->arena, request);
	fields_uint(&fields, "nlmsg_len", message.length);
	fields_constant(&fields, "nlmsg_type", NULL, message.type)->constant.text = name;
	fields_flags(&fields, "nlmsg_flags", flag_names(protocol, &message, name), message.flags);
	fields_uint(&fields, "nlmsg_seq", u32_get(bytes + 8));
	fields_uint(&fields, "nlmsg_pid", u32_get(bytes + 12));
	fields_add(to, request);
}

/* struct nlmsgerr, and the end of a dump: an errno, and extended-ack attributes (netlink(7)). */
static void add_error(struct attr_walk *walk, struct fields *to, const struct netlink_protocol *protocol,
		      const struct netlink_message *message)
{
	const uint8_t *data = message->data;
	uint32_t at = 4;

	if (message->size < 4)
		return;
	fields_add(to, errno_value(to->arena, "error", (int)(0u - u32_get(data))));
	if (message->type == TYPE_ERROR && message->size >= 4 + NETLINK_HEADER) {
		uint32_t request = u32_get(data + 4);

		add_request(walk->decoder, to, protocol, data + 4);
		at = 4 + NETLINK_HEADER;
		if (!(message->flags & FLAG_CAPPED) && request >= NETLINK_HEADER &&
		    request <= message->size - 4)
			at = 4 + aligned(request);
	}
	if (message->flags & FLAG_ACK_TLVS && at < message->size)
		netlink_attrs(walk, to, &error_attrs, data + at, message->size - at);
}

/* What is shown first of an error. */
static const char *const brief_error[] = { "error", "NLMSGERR_ATTR_MSG", NULL };

/* Adds a copy of a field to the one-line form. */
static void add_brief_field(struct fields *line, const struct value *field)
{
	struct value *copy = value_new(line->arena, (enum value_kind)field->kind, NULL);

	*copy = *field;
	copy->next = NULL;
	copy->name = NULL;
	copy->place = PLACE_ARGUMENT;
	fields_add(line, copy);
}

/* A number behind a slash, if the field is there. */
static void add_prefix_length(struct fields *line, const struct value *fields, const struct value *address,
			      const char *name)
{
	const struct value *length = value_find(fields, name);
	struct text text = { 0 };

	text_add_bytes(&text, address->bytes.data, address->bytes.length);
	if (length) {
		text_add_char(&text, '/');
		text_add_uint(&text, length->unsigned_);
	}
	fields_add(line, value_word(line->arena, NULL, text.data));
	text_done(&text);
}

/* A field by name; FIELD/LENGTH is an address and how much of it counts. */
static void add_brief(struct fields *line, const struct value *fields, const char *name)
{
	char first[32];
	const char *slash = strchr(name, '/');
	const struct value *found;

	if (!slash) {
		found = value_find(fields, name);
		if (found)
			add_brief_field(line, found);
		return;
	}
	size_t length = (size_t)(slash - name);

	if (length >= sizeof(first))
		return;
	memcpy(first, name, length);
	first[length] = 0;
	found = value_find(fields, first);
	if (found && found->kind == VALUE_STRING)
		add_prefix_length(line, fields, found, slash + 1);
}

/* One message: header, body, and its one-line form as the last field, for text. */
static struct value *message_value(struct attr_walk *walk, const struct netlink_protocol *protocol,
				   const struct netlink_message *message)
{
	struct arena *arena = walk->decoder->arena;
	const char *name = type_name(walk->decoder, protocol, message->type), *const *brief = NULL;
	struct fields fields, line;

	fields_init(&fields, arena, value_struct(arena, NULL));
	fields_init(&line, arena, value_struct(arena, "brief"));
	line.of->style = STYLE_BARE;
	line.of->place = PLACE_TEXT_RESULT; /* not among the fields: netlink_brief finds it */
	fields_uint(&fields, "nlmsg_len", message->length);
	struct value *type = fields_constant(&fields, "nlmsg_type", NULL, message->type);

	type->constant.text = name;
	add_brief_field(&line, type);
	const struct names *flags = flag_names(protocol, message, name);
	struct value *bits = value_short(fields_flags(&fields, "nlmsg_flags", flags, message->flags), flags);

	if (message->flags && !message->received)
		add_brief_field(&line, bits);
	fields_uint(&fields, "nlmsg_seq", message->seq);
	fields_uint(&fields, "nlmsg_pid", message->pid);
	if (message->type == TYPE_ERROR || message->type == TYPE_DONE) {
		add_error(walk, &fields, protocol, message);
		brief = message->type == TYPE_ERROR ? brief_error : NULL;
	} else if (message->type >= TYPE_FIRST && protocol && protocol->body) {
		brief = protocol->body(walk, &fields, message);
	} else if (message->size) {
		fields_bytes(&fields, "data", message->data, message->size);
	}
	for (; brief && *brief; brief++)
		add_brief(&line, fields.of->list.first, *brief);
	fields_add(&fields, line.of);
	return fields.of;
}

/* Reads the header at bytes; false when there is none, or its length is impossible. */
static bool read_message(const uint8_t *bytes, uint32_t size, uint64_t total, struct netlink_message *message)
{
	if (size < NETLINK_HEADER)
		return false;
	message->length = u32_get(bytes);
	message->type = u16_get(bytes + 4);
	message->flags = u16_get(bytes + 6);
	message->seq = u32_get(bytes + 8);
	message->pid = u32_get(bytes + 12);
	message->data = bytes + NETLINK_HEADER;
	message->size = (uint32_t)smaller(message->length, size) - NETLINK_HEADER;
	return message->length >= NETLINK_HEADER && message->length <= total;
}

struct value *netlink_messages(const struct decoder *decoder, const char *name, const uint8_t *bytes,
			       uint32_t size, uint64_t total, bool received)
{
	struct attr_walk walk = { .decoder = decoder, .left = NETLINK_ATTRIBUTES };
	struct netlink_message message = { .received = received };
	const struct netlink_protocol *protocol = find_protocol(decoder_protocol(decoder));
	struct fields fields;
	uint32_t at = 0;

	if (!size || decoder_family(decoder) != AF_NETLINK || decoder_protocol(decoder) == KOBJECT_UEVENT)
		return NULL;
	fields_init(&fields, decoder->arena, value_list(decoder->arena, name));
	while (fields.of->list.count < NETLINK_MESSAGES &&
	       read_message(bytes + at, size - at, total - at, &message)) {
		if (message.length < NETLINK_HEADER)
			break;
		fields_add(&fields, message_value(&walk, protocol, &message));
		if (aligned(message.length) >= size - at) {
			at = size;
			break;
		}
		at += aligned(message.length);
	}
	/* zeros behind the last message end it: net/netlink/af_netlink.c, netlink_rcv_skb */
	if (size - at >= 4 && !u32_get(bytes + at))
		at = size;
	if (!fields.of->list.count)
		return NULL;
	if (total > size || at < size)
		fields.of->list.total = fields.of->list.count + 1;
	return fields.of;
}

struct value *netlink_brief(const struct decoder *decoder, const char *name, const struct value *messages)
{
	struct fields fields;

	fields_init(&fields, decoder->arena, value_list(decoder->arena, name));
	for (const struct value *message = messages->list.first; message; message = message->next) {
		const struct value *line = value_find(message->list.first, "brief");

		if (!line || fields.of->list.count == BRIEF_MESSAGES)
			break;
		add_brief_field(&fields, line);
	}
	fields.of->list.total = messages->list.total;
	return fields.of;
}

void coverage_protocols(struct text *text)
{
	for (size_t i = 0; i < sizeof(protocols) / sizeof(protocols[0]); i++)
		coverage_row(text, names_find(&names_netlink_protocol, (uint64_t)protocols[i]->number),
			     protocols[i]->body ? "header, type, flags, body and attributes"
						: "header, type and flags");
	coverage_row(text, "others", "header, control messages, flags");
}
