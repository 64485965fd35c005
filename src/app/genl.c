/*
 * genl: names of generic netlink families. They get their numbers when they are registered, alike for the
 * whole machine, so the kernel is asked once for all and again for a number that it had not given then
 * (linux/genetlink.h).
 */
#include "genl.h"

#include <linux/genetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

enum { ANSWER = 32768, ASKS = 16 /* for unknown numbers, in all */ };

/* Finds an attribute; NULL when there is none, or its length is impossible. */
static const char *find_attr(const char *at, size_t size, uint16_t type, size_t *length)
{
	while (size >= sizeof(struct nlattr)) {
		struct nlattr attr;

		memcpy(&attr, at, sizeof(attr));
		if (attr.nla_len < sizeof(attr) || attr.nla_len > size)
			return NULL;
		*length = attr.nla_len - sizeof(attr);
		if (attr.nla_type == type)
			return at + sizeof(attr);
		size_t step = NLA_ALIGN(attr.nla_len);

		if (step >= size)
			return NULL;
		at += step;
		size -= step;
	}
	return NULL;
}

/* Keeps a family's name under its number. */
static void keep(struct genl *genl, const char *body, size_t size)
{
	size_t name_length = 0, id_length = 0;
	const char *name = find_attr(body, size, CTRL_ATTR_FAMILY_NAME, &name_length);
	const char *id = find_attr(body, size, CTRL_ATTR_FAMILY_ID, &id_length);
	uint16_t number;

	if (!name || !id || id_length < sizeof(number))
		return;
	memcpy(&number, id, sizeof(number));
	char *copy = strndup(name, name_length);

	if (copy)
		free(map_put(&genl->names, number, copy));
}

/* Takes one datagram's messages; false at the dump's end. */
static bool take(struct genl *genl, const char *bytes, size_t size)
{
	while (size >= sizeof(struct nlmsghdr)) {
		struct nlmsghdr header;
		size_t head = NLMSG_HDRLEN + GENL_HDRLEN;

		memcpy(&header, bytes, sizeof(header));
		if (header.nlmsg_len < sizeof(header) || header.nlmsg_len > size ||
		    header.nlmsg_type < NLMSG_MIN_TYPE)
			return false;
		if (header.nlmsg_len > head)
			keep(genl, bytes + head, header.nlmsg_len - head);
		size_t step = NLMSG_ALIGN(header.nlmsg_len);

		if (step >= size)
			return true;
		bytes += step;
		size -= step;
	}
	return true;
}

static void ask(struct genl *genl)
{
	const struct {
		struct nlmsghdr header;
		struct genlmsghdr generic;
	} request = { { sizeof(request), GENL_ID_CTRL, NLM_F_REQUEST | NLM_F_DUMP, 1, 0 },
		      { CTRL_CMD_GETFAMILY, 1, 0 } };
	const struct timeval patience = { 0, 200000 };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);
	char *answer = malloc(ANSWER);
	ssize_t got;

	if (fd >= 0 && answer && setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) == 0 &&
	    send(fd, &request, sizeof(request), 0) == sizeof(request))
		while ((got = recv(fd, answer, ANSWER, 0)) > 0 && take(genl, answer, (size_t)got))
			;
	free(answer);
	if (fd >= 0)
		close(fd);
}

const char *genl_name(struct genl *genl, uint16_t id)
{
	const char *name = map_get(&genl->names, id);

	if (!name && genl->asked < ASKS) {
		genl->asked++;
		ask(genl);
		name = map_get(&genl->names, id);
	}
	return name;
}

void genl_done(struct genl *genl)
{
	struct map_slot *slot;

	for (size_t i = 0; (slot = map_next(&genl->names, &i));)
		free(slot->value);
	map_done(&genl->names);
}
