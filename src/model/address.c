#include "model/address.h"

#include <netinet/in.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/vm_sockets.h>

void address_set(struct address *address, const void *sockaddr, uint32_t length, uint16_t protocol)
{
	*address = (struct address){ .protocol = protocol };
	if (length < sizeof(address->family))
		return;
	if (length > sizeof(address->raw))
		length = sizeof(address->raw);
	memcpy(address->raw, sockaddr, length);
	memcpy(&address->family, sockaddr, sizeof(address->family));
	address->length = (uint16_t)length;
}

bool address_known(const struct address *address)
{
	return address->length != 0;
}

bool address_equal(const struct address *a, const struct address *b)
{
	return a->length == b->length && memcmp(a->raw, b->raw, a->length) == 0;
}

unsigned address_ip(const struct address *address, const uint8_t **ip)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff }; /* ::ffff:0:0/96, RFC 4291 2.5.5.2 */

	if (address->family == AF_INET && address->length >= 8) {
		*ip = address->raw + offsetof(struct sockaddr_in, sin_addr);
		return 4;
	}
	if (address->family != AF_INET6 || address->length < 24)
		return 0;
	*ip = address->raw + offsetof(struct sockaddr_in6, sin6_addr);
	if (memcmp(*ip, mapped, sizeof(mapped)) != 0)
		return 16;
	*ip += sizeof(mapped);
	return 4;
}

int address_port(const struct address *address)
{
	/* sin_port and sin6_port lie at the same place, in network order (ip(7), ipv6(7)) */
	if ((address->family == AF_INET || address->family == AF_INET6) && address->length >= 4)
		return address->raw[2] << 8 | address->raw[3];
	if (address->family == AF_VSOCK && address->length >= sizeof(struct sockaddr_vm)) {
		uint32_t port;

		memcpy(&port, address->raw + offsetof(struct sockaddr_vm, svm_port), sizeof(port));
		return port <= INT32_MAX ? (int)port : -1;
	}
	return -1;
}
