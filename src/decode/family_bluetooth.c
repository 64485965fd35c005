/*
 * AF_BLUETOOTH: four layouts, told apart by the socket's protocol (net/bluetooth/bluetooth.h): hci.h,
 * l2cap.h, sco.h, rfcomm.h. Device addresses are stored last byte first.
 */
#include <sys/socket.h>

#include "family.h"

enum { BT_L2CAP = 0, BT_HCI = 1, BT_SCO = 2, BT_RFCOMM = 3 };
enum { BDADDR = 6 };

static void add_device(struct text *text, const uint8_t *bdaddr)
{
	uint8_t order[BDADDR];

	for (unsigned i = 0; i < BDADDR; i++)
		order[i] = bdaddr[BDADDR - 1 - i];
	text_add_mac(text, order, BDADDR);
}

static void field_device(struct fields *fields, const char *name, const uint8_t *bdaddr)
{
	struct text text = { 0 };

	add_device(&text, bdaddr);
	fields_add(fields, value_word(fields->arena, name, text.data));
	text_done(&text);
}

/* Without the protocol, the length tells some of them apart; 0 is also what an unknown protocol may be. */
static unsigned protocol_of(const struct address *address)
{
	if (address->protocol != UINT16_MAX && address->protocol <= BT_RFCOMM)
		return address->protocol;
	return address->length == 6 ? BT_HCI : address->length >= 12 ? BT_L2CAP : BT_SCO;
}

static void bluetooth_text(const struct address *address, struct text *text)
{
	const uint8_t *raw = address->raw;

	switch (protocol_of(address)) {
	case BT_HCI:
		text_add(text, "bluetooth:hci");
		text_add_uint(text, u16_get(raw + 2));
		return;
	case BT_SCO:
		text_add(text, "bluetooth:sco:");
		add_device(text, raw + 2);
		return;
	case BT_RFCOMM:
		text_add(text, "bluetooth:rfcomm:");
		add_device(text, raw + 2);
		text_add_char(text, ':');
		text_add_uint(text, raw[8]);
		return;
	default:
		text_add(text, "bluetooth:l2cap:");
		add_device(text, raw + 4);
		text_add_char(text, ':');
		text_add_uint(text, u16_get(raw + 2));
	}
}

static void bluetooth_fields(const struct address *address, struct fields *fields)
{
	const uint8_t *raw = address->raw;

	switch (protocol_of(address)) {
	case BT_HCI:
		fields_uint(fields, "hci_dev", u16_get(raw + 2));
		fields_uint(fields, "hci_channel", u16_get(raw + 4));
		return;
	case BT_SCO:
		field_device(fields, "sco_bdaddr", raw + 2);
		return;
	case BT_RFCOMM:
		field_device(fields, "rc_bdaddr", raw + 2);
		fields_uint(fields, "rc_channel", raw[8]);
		return;
	default:
		fields_uint(fields, "l2_psm", u16_get(raw + 2));
		field_device(fields, "l2_bdaddr", raw + 4);
		fields_uint(fields, "l2_cid", u16_get(raw + 10));
		fields_uint(fields, "l2_bdaddr_type", raw[12]);
	}
}

const struct family families_bluetooth[] = {
	{ .number = AF_BLUETOOTH, .least = 6, .text = bluetooth_text, .fields = bluetooth_fields },
	{ 0 },
};
