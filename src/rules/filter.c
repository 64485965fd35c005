/* filter: see rules/filter.h. */
#include "rules/filter.h"

#include <string.h>

#include "base/glob.h"
#include "model/address.h"

enum { DEPTH_MAX = 8 };

/* What an event touches: its main file, every fd among its values, every address among them. */
struct touch {
	const struct filter *filter;
	bool (*file)(const struct filter *filter, const struct file_view *view);
	bool (*address)(const struct filter *filter, const struct address *address);
	bool (*fd)(const struct filter *filter, int fd);
};

static bool touch_values(const struct touch *touch, const struct value *value, int depth);

static bool touch_value(const struct touch *touch, const struct value *value, int depth)
{
	switch (value->kind) {
	case VALUE_FD:
		return (touch->fd && touch->fd(touch->filter, value->fd.number)) ||
		       (touch->file && value->fd.file && touch->file(touch->filter, value->fd.file));
	case VALUE_ADDRESS:
		return touch->address && value->address.raw &&
		       touch->address(touch->filter, value->address.raw);
	case VALUE_LIST:
	case VALUE_STRUCT:
		return depth < DEPTH_MAX && touch_values(touch, value->list.first, depth + 1);
	default:
		return false;
	}
}

static bool touch_values(const struct touch *touch, const struct value *value, int depth)
{
	for (; value; value = value->next)
		if (touch_value(touch, value, depth))
			return true;
	return false;
}

static bool touches(const struct touch *touch, const struct event *event)
{
	if (touch->fd && event->fd >= 0 && touch->fd(touch->filter, event->fd))
		return true;
	if (touch->file && event->file && touch->file(touch->filter, event->file))
		return true;
	if (event->result_value && touch_value(touch, event->result_value, 0))
		return true;
	return touch_values(touch, event->args, 0);
}

static bool has_int(const int *list, unsigned count, int number)
{
	for (unsigned i = 0; i < count; i++)
		if (list[i] == number)
			return true;
	return false;
}

static bool has_family(const struct filter *filter, int family)
{
	return family >= 0 && family < 64 && (filter->families >> family & 1);
}

static bool file_family(const struct filter *filter, const struct file_view *view)
{
	return view->kind == FILE_SOCKET && has_family(filter, view->family);
}

static bool address_family(const struct filter *filter, const struct address *address)
{
	return has_family(filter, address->family);
}

static bool address_has_port(const struct filter *filter, const struct address *address)
{
	int port = address_port(address);

	return port >= 0 && has_int(filter->ports, filter->port_count, port);
}

static bool file_port(const struct filter *filter, const struct file_view *view)
{
	return (view->peer_address && address_has_port(filter, view->peer_address)) ||
	       (view->local_address && address_has_port(filter, view->local_address));
}

static bool same_prefix(const uint8_t *a, const uint8_t *b, unsigned bits)
{
	unsigned whole = bits / 8, rest = bits % 8;

	if (memcmp(a, b, whole) != 0)
		return false;
	return !rest || ((a[whole] ^ b[whole]) >> (8 - rest)) == 0;
}

static bool peer_matches(const struct filter_peer *peer, const struct address *address)
{
	const uint8_t *ip;

	if (peer->port >= 0 && address_port(address) != peer->port)
		return false;
	if (!peer->bytes)
		return true;
	return address_ip(address, &ip) == peer->bytes && same_prefix(ip, peer->ip, peer->prefix);
}

static bool address_peer(const struct filter *filter, const struct address *address)
{
	for (unsigned i = 0; i < filter->peer_count; i++)
		if (peer_matches(&filter->peers[i], address))
			return true;
	return false;
}

static bool file_peer(const struct filter *filter, const struct file_view *view)
{
	return view->peer_address && address_peer(filter, view->peer_address);
}

static bool fd_is(const struct filter *filter, int fd)
{
	return has_int(filter->fds, filter->fd_count, fd);
}

/* Every condition on what the event touches. A socket is no fd: it may have many. */
static bool meets_identity(const struct filter *filter, const struct event *event)
{
	const struct touch family = { filter, file_family, address_family, NULL };
	const struct touch port = { filter, file_port, address_has_port, NULL };
	const struct touch peer = { filter, file_peer, address_peer, NULL };
	const struct touch fd = { filter, NULL, NULL, fd_is };

	return (!filter->families || touches(&family, event)) &&
	       (!filter->port_count || touches(&port, event)) &&
	       (!filter->peer_count || touches(&peer, event)) &&
	       (!filter->fd_count || event->kind == EVENT_SOCKET || touches(&fd, event));
}

static bool meets_outcome(const struct filter *filter, const struct event *event)
{
	if (filter->only_succeeded && (!event->finished || event->failed))
		return false;
	if (filter->only_failed && (!event->finished || !event->failed))
		return false;
	if (filter->error_count &&
	    !(event->failed && has_int(filter->errors, filter->error_count, event->error)))
		return false;
	return !filter->slower_ns || event->duration_ns >= filter->slower_ns;
}

/* The last part of a path. */
static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static bool meets_program(const struct filter *filter, const struct event *event, const char *executable)
{
	for (unsigned i = 0; i < filter->program_count; i++) {
		const char *glob = filter->programs[i];
		if (event->comm && glob_match(glob, event->comm))
			return true;
		if (executable && (glob_match(glob, executable) || glob_match(glob, base_name(executable))))
			return true;
	}
	return !filter->program_count;
}

static bool place_matches(const char *glob, const struct place *place)
{
	return (place->function && glob_match(glob, place->function)) ||
	       (place->file && (glob_match(glob, place->file) || glob_match(glob, base_name(place->file)))) ||
	       (place->module &&
		(glob_match(glob, place->module) || glob_match(glob, base_name(place->module))));
}

/* "libfetch.so.4" is meant by itself, and by what people call it: "libfetch" (ld.so(8), sonames). */
static bool via_matches(const char *glob, const char *via)
{
	const char *suffix = strstr(via, ".so");
	char name[128];

	if (glob_match(glob, via))
		return true;
	if (!suffix || (size_t)(suffix - via) >= sizeof(name))
		return false;
	memcpy(name, via, (size_t)(suffix - via));
	name[suffix - via] = 0;
	return glob_match(glob, name);
}

static bool meets_place(const struct filter *filter, const struct event *event)
{
	for (unsigned i = 0; i < filter->place_count; i++) {
		if (event->caller.via && via_matches(filter->places[i], event->caller.via))
			return true;
		for (const struct place *place = event->caller.place; place; place = place->outer)
			if (place_matches(filter->places[i], place))
				return true;
	}
	return !filter->place_count;
}

static bool is_empty(const struct filter *filter)
{
	return !(filter->families | filter->port_count | filter->fd_count | filter->error_count |
		 filter->peer_count | filter->program_count | filter->place_count |
		 (uint64_t)filter->slower_ns) &&
	       !filter->only_succeeded && !filter->only_failed;
}

bool filter_shows(const struct filter *filter, const struct event *event, const char *executable)
{
	const bool known = event->comm || executable;

	if (is_empty(filter))
		return true;
	switch (event->kind) {
	case EVENT_CALL:
		return meets_outcome(filter, event) && meets_identity(filter, event) &&
		       meets_program(filter, event, executable) && meets_place(filter, event);
	case EVENT_PROCESS:
	case EVENT_SIGNAL:
		return !known || meets_program(filter, event, executable);
	case EVENT_SOCKET:
		return meets_identity(filter, event) && (!known || meets_program(filter, event, executable));
	case EVENT_NOTE:
		/* one about a call that blocks is about that call */
		return !event->args || (meets_identity(filter, event) && meets_place(filter, event) &&
					meets_program(filter, event, executable));
	default:
		return true;
	}
}
