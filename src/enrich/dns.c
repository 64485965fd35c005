#include "dns.h"

#include <arpa/nameser.h>
#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

/* More records than any honest answer has are not looked at; CNAME chains of resolvers end after 8 to 16. */
enum { RECORDS = 256, CHAIN = 16 };

static const struct {
	int number;
	const char *name;
} types[] = {
	{ 1, "A" },	{ 2, "NS" },	 { 5, "CNAME" },  { 6, "SOA" },	   { 12, "PTR" },   { 15, "MX" },  { 16, "TXT" },
	{ 28, "AAAA" }, { 33, "SRV" },	 { 35, "NAPTR" }, { 43, "DS" },	   { 46, "RRSIG" }, { 48, "DNSKEY" },
	{ 52, "TLSA" }, { 64, "SVCB" }, { 65, "HTTPS" }, { 255, "ANY" }, { 257, "CAA" },
}, rcodes[] = {
	{ 1, "FORMERR" }, { 2, "SERVFAIL" }, { 3, "NXDOMAIN" }, { 4, "NOTIMP" }, { 5, "REFUSED" },
};

const char *dns_type_name(int type)
{
	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
		if (types[i].number == type)
			return types[i].name;
	return NULL;
}

const char *dns_rcode_name(int rcode)
{
	for (size_t i = 0; i < sizeof(rcodes) / sizeof(*rcodes); i++)
		if (rcodes[i].number == rcode)
			return rcodes[i].name;
	return NULL;
}

bool dns_is_host(const char *name)
{
	size_t len = strlen(name), label = 0;

	if (!len || len > 253 || name[0] == '.')
		return false;
	for (size_t i = 0; i < len; i++) {
		char c = name[i];
		bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
			      c == '-' || c == '_';

		if (c == '.' ? !label : !letter)
			return false;
		label = c == '.' ? 0 : label + 1;
	}
	return true;
}

/* The question, when there is exactly one, as all resolvers send it. */
static void read_question(ns_msg *handle, struct dns_message *message)
{
	ns_rr record;
	size_t len;

	if (ns_msg_count(*handle, ns_s_qd) != 1 || ns_parserr(handle, ns_s_qd, 0, &record) < 0)
		return;
	len = strlen(ns_rr_name(record));
	if (len >= sizeof(message->question))
		return;
	memcpy(message->question, ns_rr_name(record), len + 1);
	message->type = ns_rr_type(record);
}

static unsigned record_count(ns_msg *handle)
{
	unsigned count = ns_msg_count(*handle, ns_s_an);

	return count > RECORDS ? RECORDS : count;
}

/* Replaces name by what a CNAME record of the answer says it stands for; false when none does. */
static bool follow(ns_msg *handle, char name[NS_MAXDNAME])
{
	ns_rr record;
	char next[NS_MAXDNAME];

	for (unsigned i = 0; i < record_count(handle); i++) {
		if (ns_parserr(handle, ns_s_an, (int)i, &record) < 0)
			return false;
		if (ns_rr_type(record) != ns_t_cname || ns_rr_class(record) != ns_c_in ||
		    strcasecmp(ns_rr_name(record), name) != 0)
			continue;
		if (ns_name_uncompress(ns_msg_base(*handle), ns_msg_end(*handle), ns_rr_rdata(record), next,
				       sizeof(next)) < 0)
			return false;
		memcpy(name, next, sizeof(next));
		return true;
	}
	return false;
}

/* 4 or 16 when the record is an address, else 0. */
static unsigned address_size(const ns_rr *record)
{
	if (ns_rr_class(*record) != ns_c_in &&
	    ns_rr_class(*record) != (ns_c_in | 0x8000)) /* mDNS: cache flush */
		return 0;
	if (ns_rr_type(*record) == ns_t_a && ns_rr_rdlen(*record) == 4)
		return 4;
	return ns_rr_type(*record) == ns_t_aaaa && ns_rr_rdlen(*record) == 16 ? 16 : 0;
}

static struct dns_address address_of(const ns_rr *record)
{
	struct dns_address address = { .size = (uint8_t)address_size(record) };

	memcpy(address.ip, ns_rr_rdata(*record), address.size);
	return address;
}

/* Addresses that stand under one name; the first keep their place. False when a record is malformed. */
static bool read_addresses(ns_msg *handle, const char *name, struct dns_message *message)
{
	ns_rr record;

	for (unsigned i = 0; i < record_count(handle); i++) {
		if (ns_parserr(handle, ns_s_an, (int)i, &record) < 0)
			return false;
		if (!address_size(&record) || strcasecmp(ns_rr_name(record), name) != 0)
			continue;
		if (message->address_count < DNS_ADDRESSES)
			message->addresses[message->address_count] = address_of(&record);
		message->address_count++;
	}
	return true;
}

int dns_parse(const uint8_t *data, uint32_t len, struct dns_message *message)
{
	char name[NS_MAXDNAME] = "";
	ns_msg handle;

	if (len < NS_HFIXEDSZ || len > NS_MAXMSG || ns_initparse(data, (int)len, &handle) < 0)
		return -EBADMSG;
	if (ns_msg_getflag(handle, ns_f_opcode) != ns_o_query)
		return -EBADMSG;
	memset(message, 0, offsetof(struct dns_message, addresses));
	message->id = ns_msg_id(handle);
	message->answer = ns_msg_getflag(handle, ns_f_qr);
	message->rcode = ns_msg_getflag(handle, ns_f_rcode);
	message->truncated = ns_msg_getflag(handle, ns_f_tc);
	message->answers = ns_msg_count(handle, ns_s_an);
	read_question(&handle, message);
	if (!message->answer || !message->question[0])
		return 0;
	memcpy(name, message->question, strlen(message->question) + 1);
	for (unsigned hop = 0; hop < CHAIN && follow(&handle, name); hop++)
		;
	return read_addresses(&handle, name, message) ? 0 : -EBADMSG;
}

static bool is_local(const char *name)
{
	size_t len = strlen(name);

	return len > 6 && !strcasecmp(name + len - 6, ".local");
}

void dns_local(const uint8_t *data, uint32_t len,
	       void (*fn)(void *user, const char *name, const struct dns_address *address), void *user)
{
	ns_msg handle;
	ns_rr record;

	if (len < NS_HFIXEDSZ || len > NS_MAXMSG || ns_initparse(data, (int)len, &handle) < 0 ||
	    !ns_msg_getflag(handle, ns_f_qr))
		return;
	for (unsigned i = 0; i < record_count(&handle); i++) {
		if (ns_parserr(&handle, ns_s_an, (int)i, &record) < 0)
			return;
		if (!address_size(&record) || !is_local(ns_rr_name(record)))
			continue;
		struct dns_address address = address_of(&record);

		fn(user, ns_rr_name(record), &address);
	}
}
