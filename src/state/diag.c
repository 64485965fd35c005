/* diag: what sock_diag(7) tells about sockets without holding a reference on them; may be asked while
 * programs run. */
#include "diag.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/sockios.h>
#include <linux/tcp.h>
#include <linux/unix_diag.h>
#include <netinet/in.h>
#include <sched.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

int diag_open(void)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };

	if (fd < 0)
		return -errno;
	if (connect(fd, (struct sockaddr *)&kernel, sizeof(kernel)) < 0) {
		int error = errno;

		close(fd);
		return -error;
	}
	return fd;
}

/* A thread's network namespace only decides where its new sockets are; ours is entered for one call and left
 * again. */
int diag_open_beside(int socket)
{
	int home = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC), there = -1, fd;

	if (home < 0)
		return -errno;
	there = ioctl(socket, SIOCGSKNS);
	if (there < 0 || setns(there, CLONE_NEWNET) < 0) {
		fd = -errno;
	} else {
		fd = diag_open();
		if (setns(home, CLONE_NEWNET) < 0 && fd >= 0) {
			close(fd);
			fd = -errno;
		}
	}
	if (there >= 0)
		close(there);
	close(home);
	return fd;
}

/* Sends one request and waits for its answer, which the kernel has ready when send returns. Bytes, or -errno.
 */
static ssize_t exchange(int fd, void *request, size_t size, void *reply, size_t room)
{
	struct nlmsghdr *header = request;
	const struct nlmsghdr *answer = reply;
	ssize_t got;

	header->nlmsg_len = (uint32_t)size;
	header->nlmsg_type = SOCK_DIAG_BY_FAMILY;
	header->nlmsg_flags = NLM_F_REQUEST;
	if (send(fd, request, size, MSG_DONTWAIT) < 0)
		return -errno;
	got = recv(fd, reply, room, MSG_DONTWAIT);
	if (got < 0)
		return -errno;
	if (got < (ssize_t)sizeof(*answer) || answer->nlmsg_len > (size_t)got)
		return -EBADMSG;
	if (answer->nlmsg_type == NLMSG_ERROR) {
		const struct nlmsgerr *error = NLMSG_DATA(answer);

		return got >= (ssize_t)NLMSG_LENGTH(sizeof(*error)) && error->error < 0 ? error->error
											: -EBADMSG;
	}
	return (ssize_t)answer->nlmsg_len;
}

/* The payload of the attribute of that type after the message's fixed part, or NULL; *size is its length. */
static const void *attribute(const void *reply, size_t len, size_t fixed, unsigned type, size_t *size)
{
	const uint8_t *at = (const uint8_t *)reply + NLMSG_SPACE(fixed), *end = (const uint8_t *)reply + len;
	struct rtattr one;

	while (at + sizeof(one) <= end) {
		memcpy(&one, at, sizeof(one));
		if (one.rta_len < sizeof(one) || one.rta_len > end - at)
			return NULL;
		if (one.rta_type == type) {
			*size = one.rta_len - sizeof(one);
			return at + sizeof(one);
		}
		at += RTA_ALIGN(one.rta_len);
	}
	return NULL;
}

uint64_t diag_unix_peer(int fd, uint64_t inode)
{
	struct {
		struct nlmsghdr header;
		struct unix_diag_req request;
	} ask = { .request = { .sdiag_family = AF_UNIX,
			       .udiag_states = ~0U,
			       .udiag_ino = (uint32_t)inode,
			       .udiag_show = UDIAG_SHOW_PEER,
			       .udiag_cookie = { INET_DIAG_NOCOOKIE, INET_DIAG_NOCOOKIE } } };
	uint32_t reply[256], peer;
	size_t size = 0;
	ssize_t got = exchange(fd, &ask, sizeof(ask), reply, sizeof(reply));
	const void *value;

	if (got <= 0)
		return 0;
	value = attribute(reply, (size_t)got, sizeof(struct unix_diag_msg), UNIX_DIAG_PEER, &size);
	if (!value || size != sizeof(peer))
		return 0;
	memcpy(&peer, value, sizeof(peer));
	return peer;
}

struct unix_query {
	struct nlmsghdr header;
	struct unix_diag_req request;
};

/* One part of a dump's answer; false: that was the last one. */
static bool unix_peers_part(const uint8_t *reply, size_t got,
			    void (*fn)(void *user, int type, uint64_t inode, uint64_t peer), void *user)
{
	struct nlmsghdr header;

	for (size_t at = 0; at + sizeof(header) <= got; at += NLMSG_ALIGN(header.nlmsg_len)) {
		struct unix_diag_msg message;
		size_t size = 0;
		uint32_t peer;

		memcpy(&header, reply + at, sizeof(header));
		if (header.nlmsg_len < sizeof(header) || header.nlmsg_len > got - at ||
		    header.nlmsg_type != SOCK_DIAG_BY_FAMILY)
			return false;
		const void *value =
			attribute(reply + at, header.nlmsg_len, sizeof(message), UNIX_DIAG_PEER, &size);
		if (!value || size != sizeof(peer) || header.nlmsg_len < NLMSG_LENGTH(sizeof(message)))
			continue;
		memcpy(&message, reply + at + NLMSG_LENGTH(0), sizeof(message));
		memcpy(&peer, value, sizeof(peer));
		fn(user, message.udiag_type, message.udiag_ino, peer);
	}
	return got > 0;
}

void diag_unix_peers(int fd, void (*fn)(void *user, int type, uint64_t inode, uint64_t peer), void *user)
{
	struct unix_query ask = {
		.header = { .nlmsg_len = sizeof(ask),
			    .nlmsg_type = SOCK_DIAG_BY_FAMILY,
			    .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP },
		.request = { .sdiag_family = AF_UNIX, .udiag_states = ~0U, .udiag_show = UDIAG_SHOW_PEER }
	};
	uint8_t reply[32768] __attribute__((aligned(NLMSG_ALIGNTO)));
	ssize_t got;

	if (send(fd, &ask, sizeof(ask), MSG_DONTWAIT) < 0)
		return;
	do
		got = recv(fd, reply, sizeof(reply), MSG_DONTWAIT);
	while (got > 0 && unix_peers_part(reply, (size_t)got, fn, user));
	while (got > 0) /* nothing of it may be taken for the next answer */
		got = recv(fd, reply, sizeof(reply), MSG_DONTWAIT);
}

/* The kernel looks sockets up by both ends; IPv4 addresses in the first of four words. */
static void fill_end(const struct address *address, __be16 *port, __be32 ip[4])
{
	const uint8_t *bytes = NULL;
	unsigned size = address->family == AF_INET ? 4 : 16;

	*port = htons((uint16_t)address_port(address));
	bytes = address->raw + (size == 4 ? offsetof(struct sockaddr_in, sin_addr)
					  : offsetof(struct sockaddr_in6, sin6_addr));
	memcpy(ip, bytes, size);
}

/* Asks about the connection with these ends and cookie. The answer's bytes in reply, or a negative errno. */
static ssize_t ask_tcp(int fd, const struct socket_facts *facts, uint64_t cookie, void *reply, size_t room)
{
	struct {
		struct nlmsghdr header;
		struct inet_diag_req_v2 request;
	} ask = { .request = { .sdiag_family = (uint8_t)facts->local.family,
			       .sdiag_protocol = IPPROTO_TCP,
			       .idiag_ext = 1 << (INET_DIAG_INFO - 1),
			       .idiag_states = ~0U } };
	struct inet_diag_sockid *id = &ask.request.id;

	if (address_port(&facts->local) <= 0 || address_port(&facts->peer) <= 0 ||
	    facts->local.family != facts->peer.family)
		return -EINVAL;
	fill_end(&facts->local, &id->idiag_sport, id->idiag_src);
	fill_end(&facts->peer, &id->idiag_dport, id->idiag_dst);
	id->idiag_cookie[0] = (uint32_t)cookie;
	id->idiag_cookie[1] = (uint32_t)(cookie >> 32);
	return exchange(fd, &ask, sizeof(ask), reply, room);
}

int diag_tcp_info(int fd, const struct socket_facts *facts, void *info, uint32_t size)
{
	uint32_t reply[512];
	size_t got_size = 0;
	const void *value;
	ssize_t got = ask_tcp(fd, facts, facts->cookie, reply, sizeof(reply));

	if (got < 0)
		return (int)got;
	value = attribute(reply, (size_t)got, sizeof(struct inet_diag_msg), INET_DIAG_INFO, &got_size);
	if (!value)
		return -ENOENT;
	if (got_size > size)
		got_size = size;
	memcpy(info, value, got_size);
	return (int)got_size;
}

/*
 * What the end has sent and what was acknowledged are counted without the SYN and with it (RFC 4898,
 * net/ipv4/tcp_input.c: tcp_snd_una_update). Only the end that began has it acknowledged after it was made,
 * so its count is ahead by one.
 */
static int began(const struct inet_diag_msg *message, const struct tcp_info *info)
{
	enum { ESTABLISHED = 1, CLOSE_WAIT = 8 }; /* include/net/tcp_states.h */
	const uint64_t under_way = (uint64_t)message->idiag_wqueue - info->tcpi_notsent_bytes;
	const uint64_t ahead =
		info->tcpi_bytes_acked + under_way - (info->tcpi_bytes_sent - info->tcpi_bytes_retrans);

	/* In other states a FIN may be counted. */
	if (message->idiag_state != ESTABLISHED && message->idiag_state != CLOSE_WAIT)
		return -EAGAIN;
	return ahead <= 1 ? (int)ahead : -EAGAIN;
}

/* One answer; its numbers are not all of the same moment. */
static int began_now(int fd, const struct socket_facts *facts)
{
	struct inet_diag_msg message;
	struct tcp_info info;
	uint32_t reply[512];
	size_t size = 0;
	ssize_t got = ask_tcp(fd, facts, ~(uint64_t)0 /* INET_DIAG_NOCOOKIE */, reply, sizeof(reply));
	const void *value;

	if (got < 0)
		return (int)got;
	value = attribute(reply, (size_t)got, sizeof(message), INET_DIAG_INFO, &size);
	if (!value || size < offsetof(struct tcp_info, tcpi_bytes_retrans) + sizeof(info.tcpi_bytes_retrans))
		return -EAGAIN;
	memcpy(&message, (const uint8_t *)reply + NLMSG_LENGTH(0), sizeof(message));
	memset(&info, 0, sizeof(info));
	memcpy(&info, value, size < sizeof(info) ? size : sizeof(info));
	return message.idiag_inode == facts->inode ? began(&message, &info) : -ENOENT;
}

int diag_tcp_began(int fd, const struct socket_facts *facts)
{
	const int first = began_now(fd, facts);

	return first < 0 || began_now(fd, facts) == first ? first : -EAGAIN;
}
