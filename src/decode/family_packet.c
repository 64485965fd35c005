/* AF_PACKET (packet(7)): packet:2:IPv4. */
#include <sys/socket.h>

#include "family.h"

enum { ETH_P_OF_IP = 0x0800, ETH_P_OF_IPV6 = 0x86dd };

/* sll_protocol is in network order; the two that everybody knows have their usual spelling. */
static void packet_named(const struct address *address, const char *interface, struct text *text)
{
	uint16_t protocol = be16_get(address->raw + 2);
	const char *name = names_find(&names_ethernet_protocol, protocol);

	text_add(text, "packet:");
	text_add(text, interface);
	text_add_char(text, ':');
	if (protocol == ETH_P_OF_IP)
		text_add(text, "IPv4");
	else if (protocol == ETH_P_OF_IPV6)
		text_add(text, "IPv6");
	else if (name)
		text_add(text, name + sizeof("ETH_P_") - 1);
	else
		text_add_hex(text, protocol);
}

static uint32_t packet_interface(const struct address *address)
{
	return u32_get(address->raw + 4);
}

static void packet_fields(const struct address *address, struct fields *fields)
{
	unsigned size = address->raw[11] <= 8 ? address->raw[11] : 8;

	fields_constant(fields, "sll_protocol", &names_ethernet_protocol, be16_get(address->raw + 2));
	fields_uint(fields, "sll_ifindex", u32_get(address->raw + 4));
	fields_constant(fields, "sll_hatype", &names_arp_hardware, u16_get(address->raw + 8));
	fields_constant(fields, "sll_pkttype", &names_packet_type, address->raw[10]);
	fields_uint(fields, "sll_halen", address->raw[11]);
	if (size)
		fields_mac(fields, "sll_addr", address->raw + 12, size);
}

const struct family families_packet[] = {
	{ .number = AF_PACKET,
	  .least = 12,
	  .interface = packet_interface,
	  .named = packet_named,
	  .fields = packet_fields },
	{ 0 },
};
