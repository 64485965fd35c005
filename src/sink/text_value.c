/* text_value: decoded values as text: one function per kind of value. */
#include "text_sink.h"

/* Joins constants: the name, or what is left of it without its prefix. */
static void add_constant_name(struct text_sink *sink, const char *name, const char *prefix, uint8_t style)
{
	size_t len = prefix ? strlen(prefix) : 0;

	if (style == STYLE_SHORT_FLAGS && !sink->options.verbose && len && !strncmp(name, prefix, len))
		name += len;
	text_add(&sink->line, name);
}

static void put_int(struct text_sink *sink, const struct value *value)
{
	text_add_int(&sink->line, value->integer);
}

static void put_uint(struct text_sink *sink, const struct value *value)
{
	text_add_uint(&sink->line, value->unsigned_);
}

static void put_hex(struct text_sink *sink, const struct value *value)
{
	text_add_hex(&sink->line, value->unsigned_);
}

static void put_octal(struct text_sink *sink, const struct value *value)
{
	char digits[24];
	char *at = digits + sizeof(digits);
	uint64_t number = value->unsigned_;

	do
		*--at = (char)('0' + (number & 7));
	while (number >>= 3);
	if (*at != '0')
		*--at = '0';
	text_add_bytes(&sink->line, at, (size_t)(digits + sizeof(digits) - at));
}

static void put_bool(struct text_sink *sink, const struct value *value)
{
	text_add_char(&sink->line, value->integer ? '1' : '0');
}

static void put_pointer(struct text_sink *sink, const struct value *value)
{
	if (value->unsigned_)
		text_add_hex(&sink->line, value->unsigned_);
	else
		PUT(&sink->line, "NULL");
}

static void put_unreadable(struct text_sink *sink, const struct value *value)
{
	text_add_hex(&sink->line, value->unsigned_);
	PUT(&sink->line, "(unreadable)");
}

static void put_constant(struct text_sink *sink, const struct value *value)
{
	if (value->constant.text)
		add_constant_name(sink, value->constant.text, value->constant.prefix, value->style);
	else if (value->constant.number > 0xffff)
		text_add_hex(&sink->line, value->constant.number);
	else
		text_add_uint(&sink->line, value->constant.number);
}

static void put_flags(struct text_sink *sink, const struct value *value)
{
	for (uint32_t i = 0; i < value->flags.count; i++) {
		if (i)
			text_add_char(&sink->line, '|');
		add_constant_name(sink, value->flags.names[i], value->flags.prefix, value->style);
	}
	if (value->flags.rest) {
		if (value->flags.count)
			text_add_char(&sink->line, '|');
		text_add_hex(&sink->line, value->flags.rest);
	} else if (!value->flags.count) {
		text_add_char(&sink->line, '0');
	}
}

/* The port of a short address text, with its colon; NULL for families without one. */
static const char *address_text_port(const char *text)
{
	const char *colon = strrchr(text, ':');
	size_t digits = colon ? strspn(colon + 1, "0123456789") : 0;

	if (!digits || colon[1 + digits] || !(text[0] == '[' || (text[0] >= '0' && text[0] <= '9')))
		return NULL;
	return colon;
}

/* A listening socket's own address: without the wildcard address before its port. */
static const char *local_text(const char *text)
{
	static const char any4[] = "0.0.0.0:", any6[] = "[::]:";

	if (text[0] != '0' && text[0] != '[')
		return text;
	if (!strncmp(text, any4, sizeof(any4) - 1))
		return text + sizeof(any4) - 2;
	if (!strncmp(text, any6, sizeof(any6) - 1))
		return text + sizeof(any6) - 2;
	return text;
}

/* The other end behind an fd: host:port, else address:port, shrunk as the fit says. */
static void add_peer(struct text_sink *sink, const struct file_view *file)
{
	const char *port = file->peer ? address_text_port(file->peer) : NULL;

	if (port && !sink->fit.peer) {
		text_add(&sink->line, port);
	} else if (file->host && sink->fit.host) {
		text_foreign(sink, file->host);
		if (port)
			text_add(&sink->line, port);
	} else if (file->peer) {
		text_foreign(sink, file->peer);
	}
}

/* "(https)", close to its port. */
static void add_service(struct text_sink *sink, const char *service)
{
	if (!service)
		return;
	text_add_char(&sink->line, '(');
	text_foreign(sink, service);
	text_add_char(&sink->line, ')');
}

static void put_fd(struct text_sink *sink, const struct value *value)
{
	const struct file_view *file = value->fd.file;
	struct text *line = &sink->line;

	text_add_int(line, value->fd.number);
	if (!file)
		return;
	if (file->id && (sink->options.verbose || file->ambiguous)) {
		PUT(line, "#s");
		text_add_uint(line, file->id);
		if (file->pair) {
			text_add(line, sink->options.utf8 ? "↔s" : "<->s");
			text_add_uint(line, file->pair);
		}
	}
	if (file->link == LINK_LISTEN && file->local) {
		text_add_char(line, '@');
		text_foreign(sink, local_text(file->local));
		add_service(sink, file->service);
	} else if (file->peer && (file->link == LINK_TO || file->link == LINK_FROM)) {
		bool to = file->link == LINK_TO;
		text_add(line, sink->options.utf8 ? (to ? "→" : "←") : (to ? "->" : "<-"));
		add_peer(sink, file);
		add_service(sink, file->service);
	}
}

static void put_address(struct text_sink *sink, const struct value *value)
{
	if (value->address.fields && (sink->options.verbose || !value->address.text)) {
		text_value(sink,
			   &(struct value){ .kind = VALUE_STRUCT, .list.first = value->address.fields });
	} else if (value->address.text) {
		text_foreign(sink, value->address.text);
	} else {
		text_add_char(&sink->line, '?');
	}
	add_service(sink, value->address.service);
	if (value->address.host && sink->fit.host) {
		text_add_char(&sink->line, ' ');
		text_foreign(sink, value->address.host);
	}
}

/* True when -x or -xx wants this string as \x41\x42. */
static bool wants_hex(const struct text_sink *sink, const char *data, size_t len)
{
	if (sink->options.hex_strings != 1)
		return sink->options.hex_strings > 1;
	for (size_t i = 0; i < len; i++) {
		unsigned char byte = (unsigned char)data[i];
		if (byte >= 0x7f || (byte < 0x20 && (byte < '\t' || byte > '\r')))
			return true;
	}
	return false;
}

static void add_escaped(struct text_sink *sink, const char *data, size_t len)
{
	if (!wants_hex(sink, data, len)) {
		put_foreign(&sink->line, data, len, sink->options.utf8, true);
		return;
	}
	for (size_t i = 0; i < len; i++) {
		const char digits[] = "0123456789abcdef";
		unsigned char byte = (unsigned char)data[i];
		const char escape[4] = { '\\', 'x', digits[byte >> 4], digits[byte & 15] };
		text_add_bytes(&sink->line, escape, sizeof(escape));
	}
}

/* Steps back over a character that a cut at len would split. */
static size_t whole_characters(const char *data, size_t len, size_t total)
{
	size_t at = len;

	while (at < total && at && len - at < 3 && (data[at] & 0xc0) == 0x80)
		at--;
	return at < total && (data[at] & 0xc0) == 0xc0 ? at : len;
}

/* Writes as much of the data as the columns allow; returns how many bytes that was. */
static size_t add_within(struct text_sink *sink, const char *data, size_t len, unsigned columns)
{
	size_t from = sink->line.len, keep = len < columns ? len : columns;

	for (;;) {
		keep = whole_characters(data, keep, len);
		add_escaped(sink, data, keep);
		size_t took = text_columns(sink->line.data + from, sink->line.len - from);
		if (took <= columns || !keep)
			break;
		size_t less = (took - columns + 3) / 4;
		keep = less < keep ? keep - less : 0;
		sink->line.len = from;
	}
	return keep;
}

/* Quoted data, with an ellipsis behind it when there is more. */
static void put_bytes(struct text_sink *sink, const struct value *value)
{
	size_t len = value->bytes.length, limit = sink->options.string_limit;

	sink->payloads++;
	if (!sink->fit.payload && value->bytes.total) {
		text_ellipsis(sink);
		return;
	}
	if (len > limit)
		len = whole_characters(value->bytes.data, limit, len);
	paint(sink, PAINT_DATA);
	text_add_char(&sink->line, '"');
	size_t from = sink->line.len, shown = len;
	if (sink->options.width) {
		shown = add_within(sink, value->bytes.data, len, sink->fit.payload);
		unsigned took = (unsigned)text_columns(sink->line.data + from, sink->line.len - from);
		if (took > sink->payload_longest)
			sink->payload_longest = took;
	} else {
		add_escaped(sink, value->bytes.data, len);
	}
	text_add_char(&sink->line, '"');
	paint(sink, PAINT_NONE);
	if (shown < value->bytes.total)
		text_ellipsis(sink);
}

static void put_string(struct text_sink *sink, const struct value *value)
{
	bool quoted = value->style != STYLE_UNQUOTED;

	if (quoted) {
		text_add_char(&sink->line, '"');
		add_escaped(sink, value->bytes.data, value->bytes.length);
		text_add_char(&sink->line, '"');
	} else {
		put_foreign(&sink->line, value->bytes.data, value->bytes.length, sink->options.utf8, false);
	}
	if (value->bytes.length < value->bytes.total)
		text_ellipsis(sink);
}

static void put_duration(struct text_sink *sink, const struct value *value)
{
	if (value->integer == DURATION_FOREVER)
		PUT(&sink->line, "forever");
	else if (!value->integer) /* "none" could be taken for forever */
		PUT(&sink->line, "0");
	else if (value->integer < 0) {
		text_add_char(&sink->line, '-');
		text_add_timeout(&sink->line, -(uint64_t)value->integer);
	} else {
		text_add_timeout(&sink->line, (uint64_t)value->integer);
	}
}

/* Whether a sibling of that name is shown only under -v: then it stands for a PLACE_TEXT summary. */
static bool has_verbose_twin(const struct value *first, const struct value *summary)
{
	for (; first; first = first->next) {
		if (first->place == PLACE_VERBOSE && first->name && summary->name &&
		    !strcmp(first->name, summary->name))
			return true;
	}
	return false;
}

/* Whether text shows the value among the arguments. */
static bool is_argument(const struct text_sink *sink, const struct value *first, const struct value *value)
{
	switch (value->place) {
	case PLACE_ARGUMENT:
		return true;
	case PLACE_VERBOSE:
		return sink->options.verbose;
	case PLACE_TEXT:
		return !sink->options.verbose || !has_verbose_twin(first, value);
	default:
		return false;
	}
}

/* The items of a list, or a struct's fields. */
static void add_items(struct text_sink *sink, const struct value *value, const char *separator, bool named)
{
	const unsigned most = value->kind != VALUE_LIST ? 0
			      : sink->in_result		? sink->fit.results
							: sink->fit.items;
	bool cut = value->kind == VALUE_LIST && value->list.total > value->list.count;
	unsigned count = 0;

	for (const struct value *item = value->list.first; item; item = item->next) {
		if (!is_argument(sink, value->list.first, item))
			continue;
		if (most && count == most) {
			cut = true;
			break;
		}
		if (count++)
			text_add(&sink->line, separator);
		if (named && item->name) {
			text_add(&sink->line, item->name);
			text_add_char(&sink->line, '=');
		}
		text_value(sink, item);
	}
	if (cut) {
		if (count)
			text_add(&sink->line, separator);
		text_ellipsis(sink);
	}
}

static void put_list(struct text_sink *sink, const struct value *value)
{
	text_add_char(&sink->line, '[');
	add_items(sink, value, ", ", false);
	text_add_char(&sink->line, ']');
}

static void put_struct(struct text_sink *sink, const struct value *value)
{
	if (value->style == STYLE_BARE && !sink->options.verbose) {
		add_items(sink, value, " ", false);
		return;
	}
	text_add_char(&sink->line, '{');
	add_items(sink, value, ", ", true);
	text_add_char(&sink->line, '}');
}

static void put_change(struct text_sink *sink, const struct value *value)
{
	if (value->change.before)
		text_value(sink, value->change.before);
	PUT(&sink->line, "=>");
	if (value->change.after)
		text_value(sink, value->change.after);
}

static void (*const put_kinds[])(struct text_sink *sink, const struct value *value) = {
	[VALUE_INT] = put_int,
	[VALUE_UINT] = put_uint,
	[VALUE_HEX] = put_hex,
	[VALUE_OCTAL] = put_octal,
	[VALUE_BOOL] = put_bool,
	[VALUE_POINTER] = put_pointer,
	[VALUE_UNREADABLE] = put_unreadable,
	[VALUE_CONSTANT] = put_constant,
	[VALUE_FLAGS] = put_flags,
	[VALUE_FD] = put_fd,
	[VALUE_ADDRESS] = put_address,
	[VALUE_BYTES] = put_bytes,
	[VALUE_STRING] = put_string,
	[VALUE_DURATION] = put_duration,
	[VALUE_LIST] = put_list,
	[VALUE_STRUCT] = put_struct,
	[VALUE_CHANGE] = put_change,
};

void text_value(struct text_sink *sink, const struct value *value)
{
	if (sink->depth >= VALUE_DEPTH || value->kind >= sizeof(put_kinds) / sizeof(put_kinds[0])) {
		text_ellipsis(sink);
		return;
	}
	sink->depth++;
	put_kinds[value->kind](sink, value);
	sink->depth--;
}

void text_arguments(struct text_sink *sink, const struct value *first)
{
	bool some = false;

	for (const struct value *value = first; value; value = value->next) {
		if (!is_argument(sink, first, value))
			continue;
		if (some)
			PUT(&sink->line, ", ");
		some = true;
		text_value(sink, value);
	}
}

void text_result_values(struct text_sink *sink, const struct value *first)
{
	bool some = false;

	sink->in_result = true;
	for (const struct value *value = first; value; value = value->next) {
		if (value->place != PLACE_RESULT && value->place != PLACE_TEXT_RESULT)
			continue;
		if (value->kind == VALUE_LIST && !value->list.first)
			continue;
		text_add(&sink->line, some ? ", " : " [");
		some = true;
		if (value->kind == VALUE_LIST)
			add_items(sink, value, ", ", false);
		else
			text_value(sink, value);
	}
	sink->in_result = false;
	if (some)
		text_add_char(&sink->line, ']');
}

void text_fields(struct text_sink *sink, const struct value *first, unsigned indent)
{
	unsigned width = sink->options.width ? sink->options.width : 120, column = 0;
	struct text *line = &sink->line;

	for (const struct value *value = first; value; value = value->next) {
		if (!is_argument(sink, first, value))
			continue;
		size_t from = line->len;
		text_add_padding(line, column ? 2 : indent);
		if (value->name) {
			text_add(line, value->name);
			text_add_char(line, '=');
		}
		text_value(sink, value);
		unsigned took = text_sink_columns(line->data + from, line->len - from);
		if (column && column + took > width) {
			size_t len = line->len - from;
			text_add_padding(line,
					 indent - 1); /* the newline and the indent replace two spaces */
			memmove(line->data + from + 1 + indent, line->data + from + 2, len - 2);
			line->data[from] = '\n';
			memset(line->data + from + 1, ' ', indent);
			column = indent + took - 2;
		} else {
			column += took;
		}
	}
	if (column)
		text_add_char(line, '\n');
}

/* One row of a dump, as strace -e write lays it out. */
static void dump_row(struct text_sink *sink, const unsigned char *data, uint32_t at, uint32_t len)
{
	const char digits[] = "0123456789abcdef";
	struct text *line = &sink->line;

	PUT(line, " | ");
	for (int shift = 16; shift >= 0; shift -= 4)
		text_add_char(line, digits[at >> shift & 15]);
	for (uint32_t i = 0; i < 16; i++) {
		text_add(line, i % 8 ? " " : "  ");
		text_add_char(line, i < len ? digits[data[at + i] >> 4] : ' ');
		text_add_char(line, i < len ? digits[data[at + i] & 15] : ' ');
	}
	PUT(line, "  ");
	for (uint32_t i = 0; i < 16; i++) {
		unsigned char byte = i < len ? data[at + i] : ' ';
		text_add_char(line, byte >= 0x20 && byte < 0x7f ? (char)byte : '.');
	}
	PUT(line, " |\n");
}

/* Dumps the data among values, in their order, down to a fixed depth. */
static void dump_values(struct text_sink *sink, const struct value *first, unsigned depth)
{
	for (const struct value *value = first; value && depth < VALUE_DEPTH; value = value->next) {
		if (value->kind == VALUE_LIST || value->kind == VALUE_STRUCT) {
			dump_values(sink, value->list.first, depth + 1);
		} else if (value->kind == VALUE_BYTES) {
			uint32_t len = value->bytes.length, limit = sink->options.string_limit;
			len = len < limit ? len : limit;
			for (uint32_t at = 0; at < len; at += 16)
				dump_row(sink, (const unsigned char *)value->bytes.data, at,
					 len - at < 16 ? len - at : 16);
		}
	}
}

void text_dump(struct text_sink *sink, const struct value *first)
{
	dump_values(sink, first, 0);
}
