/* json_value: decoded values as JSON: one function per kind of value. */
#include "json_writer.h"

enum { JSON_DEPTH = 16 };

void json_string(struct text *line, const char *string)
{
	size_t len = strlen(string);

	if (put_clean_run(string, len) == len) {
		text_add_char(line, '"');
		text_add_bytes(line, string, len);
		text_add_char(line, '"');
	} else {
		text_add_json_lossy(line, string, len);
	}
}

static void json_int(struct json_writer *json, const struct value *value)
{
	text_add_int(&json->line, value->integer);
}

static void json_uint(struct json_writer *json, const struct value *value)
{
	text_add_uint(&json->line, value->unsigned_);
}

static void json_bool(struct json_writer *json, const struct value *value)
{
	text_add(&json->line, value->integer ? "true" : "false");
}

static void json_pointer(struct json_writer *json, const struct value *value)
{
	if (!value->unsigned_ && value->kind == VALUE_POINTER) {
		PUT(&json->line, "null");
		return;
	}
	PUT(&json->line, "{\"pointer\":\"");
	text_add_hex(&json->line, value->unsigned_);
	text_add(&json->line, value->kind == VALUE_UNREADABLE ? "\",\"unreadable\":true}" : "\"}");
}

static void json_constant(struct json_writer *json, const struct value *value)
{
	if (value->constant.text)
		json_string(&json->line, value->constant.text);
	else
		text_add_uint(&json->line, value->constant.number);
}

static void json_flags(struct json_writer *json, const struct value *value)
{
	struct text *line = &json->line;

	text_add_char(line, '[');
	for (uint32_t i = 0; i < value->flags.count; i++) {
		if (i)
			text_add_char(line, ',');
		json_string(line, value->flags.names[i]);
	}
	if (value->flags.rest) {
		text_add(line, value->flags.count ? ",\"" : "\"");
		text_add_hex(line, value->flags.rest);
		text_add_char(line, '"');
	}
	text_add_char(line, ']');
}

static void json_fd(struct json_writer *json, const struct value *value)
{
	text_add_int(&json->line, value->fd.number);
}

static void json_address(struct json_writer *json, const struct value *value)
{
	struct text *line = &json->line;

	if (!value->address.fields && !value->address.host) {
		if (value->address.text)
			json_string(line, value->address.text);
		else
			PUT(line, "null");
		return;
	}
	text_add_char(line, '{');
	json_members(json, value->address.fields, NULL);
	if (value->address.host) {
		text_add(line, line->data[line->len - 1] == '{' ? "\"host\":" : ",\"host\":");
		json_string(line, value->address.host);
	}
	if (value->address.service) {
		text_add(line, line->data[line->len - 1] == '{' ? "\"service\":" : ",\"service\":");
		json_string(line, value->address.service);
	}
	text_add_char(line, '}');
}

/* Base64 with padding (RFC 4648). */
static void add_base64(struct text *line, const unsigned char *data, size_t len)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	text_reserve(line, len / 3 * 4 + 8);
	for (size_t at = 0; at < len; at += 3) {
		size_t left = len - at;
		uint32_t bits = (uint32_t)data[at] << 16 | (left > 1 ? (uint32_t)data[at + 1] << 8 : 0) |
				(left > 2 ? data[at + 2] : 0);
		const char four[4] = { digits[bits >> 18], digits[bits >> 12 & 63],
				       left > 1 ? digits[bits >> 6 & 63] : '=',
				       left > 2 ? digits[bits & 63] : '=' };
		text_add_bytes(line, four, sizeof(four));
	}
}

/* The length of data without a last character that the clipping cut in two. */
static size_t without_cut_character(const char *data, size_t len)
{
	for (size_t back = 1; back <= 3 && back <= len; back++) {
		unsigned char byte = (unsigned char)data[len - back];
		if ((byte & 0xc0) == 0x80)
			continue;
		size_t size = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
		return size > back ? len - back : len;
	}
	return len;
}

/* Data: "data" or "data_base64", and "data_truncated" when it was clipped. */
static void json_bytes(struct json_writer *json, const struct value *value)
{
	struct text *line = &json->line;
	const char *data = value->bytes.data;
	size_t len = value->bytes.length, limit = json->options.string_limit;

	if (len > limit)
		len = limit;
	bool cut = len < value->bytes.total;
	size_t whole = cut ? without_cut_character(data, len) : len;
	if (text_is_utf8(data, whole)) {
		PUT(line, "{\"data\":\"");
		text_add_json(line, data, whole);
	} else {
		PUT(line, "{\"data_base64\":\"");
		add_base64(line, (const unsigned char *)data, len);
	}
	text_add(line, cut ? "\",\"data_truncated\":true}" : "\"}");
}

static void json_bytes_string(struct json_writer *json, const struct value *value)
{
	size_t len = value->bytes.length;

	if (put_clean_run(value->bytes.data, len) == len) {
		text_add_char(&json->line, '"');
		text_add_bytes(&json->line, value->bytes.data, len);
		text_add_char(&json->line, '"');
	} else {
		text_add_json_lossy(&json->line, value->bytes.data, len);
	}
}

/* Microseconds, as all times here; a fraction only when there is one. */
static void json_duration(struct json_writer *json, const struct value *value)
{
	uint64_t ns = value->integer < 0 ? -(uint64_t)value->integer : (uint64_t)value->integer;

	if (value->integer == DURATION_FOREVER) {
		PUT(&json->line, "\"forever\"");
		return;
	}
	if (value->integer < 0)
		text_add_char(&json->line, '-');
	text_add_uint(&json->line, ns / 1000);
	if (ns % 1000) {
		text_add_char(&json->line, '.');
		put_digits(&json->line, (uint32_t)(ns % 1000), 3);
	}
}

static void json_list(struct json_writer *json, const struct value *value)
{
	bool some = false;

	text_add_char(&json->line, '[');
	for (const struct value *item = value->list.first; item; item = item->next) {
		if (item->place == PLACE_TEXT || item->place == PLACE_TEXT_RESULT)
			continue;
		if (some)
			text_add_char(&json->line, ',');
		some = true;
		json_value(json, item);
	}
	text_add_char(&json->line, ']');
}

static void json_struct(struct json_writer *json, const struct value *value)
{
	text_add_char(&json->line, '{');
	json_members(json, value->list.first, NULL);
	text_add_char(&json->line, '}');
}

static void json_change(struct json_writer *json, const struct value *value)
{
	text_add(&json->line, value->change.before ? "{\"before\":" : "{");
	if (value->change.before)
		json_value(json, value->change.before);
	if (value->change.after) {
		text_add(&json->line, value->change.before ? ",\"after\":" : "\"after\":");
		json_value(json, value->change.after);
	}
	text_add_char(&json->line, '}');
}

static void (*const json_kinds[])(struct json_writer *json, const struct value *value) = {
	[VALUE_INT] = json_int,
	[VALUE_UINT] = json_uint,
	[VALUE_HEX] = json_uint,
	[VALUE_OCTAL] = json_uint,
	[VALUE_BOOL] = json_bool,
	[VALUE_POINTER] = json_pointer,
	[VALUE_UNREADABLE] = json_pointer,
	[VALUE_CONSTANT] = json_constant,
	[VALUE_FLAGS] = json_flags,
	[VALUE_FD] = json_fd,
	[VALUE_ADDRESS] = json_address,
	[VALUE_BYTES] = json_bytes,
	[VALUE_STRING] = json_bytes_string,
	[VALUE_DURATION] = json_duration,
	[VALUE_LIST] = json_list,
	[VALUE_STRUCT] = json_struct,
	[VALUE_CHANGE] = json_change,
};

void json_value(struct json_writer *json, const struct value *value)
{
	if (json->depth >= JSON_DEPTH || value->kind >= sizeof(json_kinds) / sizeof(json_kinds[0])) {
		PUT(&json->line, "null");
		return;
	}
	json->depth++;
	json_kinds[value->kind](json, value);
	json->depth--;
}

/* "name" with a suffix for what stands beside a member, and the colon. */
static void add_name(struct text *line, const char *name, const char *suffix)
{
	const size_t name_len = strlen(name), suffix_len = strlen(suffix);

	if (line->cap - line->len <= name_len + suffix_len + 3)
		text_reserve(line, name_len + suffix_len + 4);
	char *at = line->data + line->len;

	*at++ = '"';
	at = stpcpy(stpcpy(at, name), suffix);
	at[0] = '"';
	at[1] = ':';
	at[2] = 0;
	line->len += name_len + suffix_len + 3;
}

/* What follows a member: whose socket an fd is, how many items or bytes a cut one had. */
static void add_companion(struct json_writer *json, const struct value *value)
{
	struct text *line = &json->line;

	if (value->kind == VALUE_FD && value->fd.file && value->fd.file->id) {
		text_add_char(line, ',');
		if (!strcmp(value->name, "fd"))
			PUT(line, "\"socket\":");
		else
			add_name(line, value->name, "_socket");
		PUT(line, "\"s");
		text_add_uint(line, value->fd.file->id);
		text_add_char(line, '"');
	} else if (value->kind == VALUE_LIST && value->list.total > value->list.count) {
		text_add_char(line, ',');
		add_name(line, value->name, "_total");
		text_add_uint(line, value->list.total);
	} else if (value->kind == VALUE_STRING && value->bytes.total > value->bytes.length) {
		text_add_char(line, ',');
		add_name(line, value->name, "_truncated");
		PUT(line, "true");
	}
}

void json_members(struct json_writer *json, const struct value *first, const struct value *skip)
{
	struct text *line = &json->line;
	bool some = false;

	for (const struct value *value = first; value; value = value->next) {
		if (value == skip || !value->name || value->place == PLACE_TEXT ||
		    value->place == PLACE_TEXT_RESULT)
			continue;
		if (some)
			text_add_char(line, ',');
		some = true;
		add_name(line, value->name, value->kind == VALUE_DURATION ? "_usec" : "");
		json_value(json, value);
		add_companion(json, value);
	}
}
