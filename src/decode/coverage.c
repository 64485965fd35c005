#include "decode/coverage.h"

#include "calls/row.h"
#include "coverage_parts.h"
#include "typed.h"

void coverage_row(struct text *text, const char *name, const char *how)
{
	text_add(text, "| ");
	text_add(text, name);
	text_add(text, " | ");
	text_add(text, how);
	text_add(text, " |\n");
}

static void add_table(struct text *text, const char *title, const char *left, const char *right)
{
	text_add(text, "\n");
	text_add(text, title);
	text_add(text, "\n\n");
	coverage_row(text, left, right);
	text_add(text, "|---|---|\n");
}

/* ---- calls ---- */

static const char *const kind_words[A_KINDS] = {
	[A_FD] = "fd with its peer",
	[A_INT] = "number",
	[A_UINT] = "number",
	[A_SIZE] = "number",
	[A_HEX] = "number",
	[A_POINTER] = "pointer",
	[A_ENUM] = "constant",
	[A_FLAGS] = "flags",
	[A_FAMILY] = "family",
	[A_SOCKTYPE] = "type and flags",
	[A_PROTOCOL] = "protocol of the family",
	[A_SOCKADDR] = "address",
	[A_SOCKLEN] = "length",
	[A_BYTES] = "data",
	[A_IOVEC] = "data of all vectors",
	[A_MSGHDR] = "message: address, data, control messages, flags",
	[A_MMSGHDR] = "messages with their lengths",
	[A_OPT_LEVEL] = "level",
	[A_OPT_NAME] = "option",
	[A_OPT_VALUE] = "value by its type",
	[A_FD_PAIR] = "two fds",
	[A_POLLFDS] = "fds with events, before and after",
	[A_FDSET] = "the fds that are set, before and after",
	[A_TIMEVAL] = "duration",
	[A_TIMESPEC] = "duration",
	[A_TIMESPEC64] = "duration",
	[A_MILLISECONDS] = "duration",
	[A_SIGSET] = "signals",
	[A_SIGSET_SELECT] = "signals",
	[A_EPOLL_EVENT] = "events and data",
	[A_EPOLL_EVENTS] = "events with the fd behind each",
	[A_FCNTL_COMMAND] = "command",
	[A_FCNTL_ARG] = "argument by the command",
	[A_IOCTL_COMMAND] = "request",
	[A_IOCTL_ARG] = "argument by the request",
	[A_OFFSET] = "number",
	[A_OFFSET_REF] = "number, before and after",
	[A_MODE] = "mode",
	[A_CLONE_FLAGS] = "flags",
};

static void add_calls(struct text *text)
{
	add_table(text, "## Calls", "call", "arguments");
	for (unsigned i = 0; i < CALL_COUNT; i++) {
		const struct row *row = &call_rows[i];
		struct text how = { 0 };

		for (unsigned arg = 0; arg < row->arg_count; arg++) {
			if (row->args[arg].as == A_NONE)
				continue;
			text_add(&how, how.len ? ", " : "");
			text_add(&how, row->args[arg].name);
			text_add(&how, ": ");
			text_add(&how, kind_words[row->args[arg].as]);
		}
		coverage_row(text, row->name, how.len ? how.data : "none");
		text_done(&how);
	}
}

/* ---- options and control messages ---- */

/* Lists what has rows, then, in one line, what has only a name. */
static void add_level(struct text *text, const struct level *level)
{
	struct text others = { 0 };

	for (unsigned i = 0; i < level->count; i++)
		coverage_row(text, level->rows[i].name, typed_about(&level->rows[i]));
	for (size_t i = 0; i < level->types->count; i++) {
		const char *name = level->types->list[i].name;

		if (names_find(level->types, level->types->list[i].value) != name ||
		    typed_find(level->rows, level->count, name))
			continue;
		text_add(&others, others.len ? ", " : "");
		text_add(&others, name);
	}
	if (others.len)
		coverage_row(text, others.data, "name; value as bytes");
	text_done(&others);
}

static void add_levels(struct text *text, const struct level *const *levels, unsigned count, const char *what)
{
	for (unsigned i = 0; i < count; i++) {
		struct text title = { 0 };

		text_add(&title, "### ");
		text_add(&title, levels[i]->name);
		add_table(text, title.data, what, "value");
		add_level(text, levels[i]);
		text_done(&title);
	}
}

void coverage_attrs(struct text *text, const char *message, const struct attrs *attrs)
{
	struct text list = { 0 };

	for (size_t i = 0; attrs && i < attrs->names->count; i++) {
		const char *name = attrs->names->list[i].name;
		bool known = attrs->otherwise != N_BYTES;

		for (unsigned row = 0; row < attrs->count && !known; row++)
			known = !strcmp(attrs->rows[row].name, name);
		if (!known)
			continue;
		text_add(&list, list.len ? ", " : "");
		text_add(&list, name);
	}
	coverage_row(text, message, list.len ? list.data : "header only");
	text_done(&list);
}

void coverage_write(struct text *text)
{
	text_add(text,
		 "# What is decoded, and how\n\nWritten by `./dev generate` from the tables in src/calls and "
		 "src/decode; a unit test compares it with them. What is not listed shows its number and its "
		 "bytes.\n");
	add_calls(text);
	add_table(text, "## Address families", "family", "fields");
	coverage_families(text);
	text_add(text,
		 "\nEvery other family shows its name and its bytes.\n\n## Socket options\n\nA value of "
		 "unexpected "
		 "length is shown as bytes. Levels and options that are not listed show their number.\n");
	add_levels(text, option_levels, option_level_count, "option");
	text_add(text, "\n## Control messages\n");
	add_levels(text, control_levels, control_level_count, "message");
	add_table(text, "## fcntl", "command", "argument");
	coverage_fcntl(text);
	add_table(text, "## ioctl", "request", "argument");
	coverage_ioctl(text);
	add_table(text, "## Netlink", "protocol", "messages");
	coverage_protocols(text);
	add_table(text, "### NETLINK_ROUTE: attributes with decoded values", "messages", "attributes");
	coverage_route(text);
	add_table(text, "### NETLINK_SOCK_DIAG: attributes with decoded values", "replies", "attributes");
	coverage_diag(text);
	text_add(text, "\n## What stays bytes or a number\n\n"
		       "Payload of protocols other than netlink and DNS. Of netlink: options of traffic "
		       "control, attributes of "
		       "multicast groups and statistics, of netfilter's objects behind their header, and "
		       "bodies of the protocols "
		       "with header, type and flags above; IFLA_INET6_STATS is a list, as its order differs "
		       "from kernel to kernel; "
		       "IFLA_DEVLINK_PORT and IFLA_DPLL_PIN. What ethtool's, wireless and drivers' private "
		       "requests have behind "
		       "their names. Extension headers of IPv6, IPsec policies, Bluetooth's codecs and QoS, "
		       "and the options above "
		       "that have a name only. io_uring's structures and operations.\n");
}
