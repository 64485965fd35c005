/*
 * ioctl: the table of requests on sockets: what the argument of each is (netdevice(7), linux/sockios.h). The
 * decoder walks it; adding a request is adding a row.
 */
#ifndef SOCKLINE_DECODE_IOCTL_H
#define SOCKLINE_DECODE_IOCTL_H

#include "shape.h"

/* How an argument is laid out. L_PRIVATE: whatever the socket's family says (request_of_family). */
enum ioctl_layout { L_NONE, L_INT, L_SHAPE, L_IFREQ, L_IFCONF, L_TIMEVAL_OLD, L_TIMESPEC_OLD, L_PRIVATE };

/* Which member of struct ifreq's union counts. M_BEHIND: ifr_data points to the row's shape. */
enum ioctl_member {
	M_NONE,
	M_ADDRESS,
	M_HWADDR,
	M_FLAGS,
	M_INT,
	M_MAP,
	M_STRING,
	M_POINTER,
	M_SHAPE,
	M_BEHIND,
	M_BYTES
};

struct request {
	const char *name;
	uint8_t layout; /* enum ioctl_layout */
	uint8_t member; /* enum ioctl_member */
	uint8_t gets;	/* the kernel fills it in */
	const char *field;
	const struct shape_field *shape;
};

extern const struct request ioctl_requests[];
extern const unsigned ioctl_request_count;

/* The name of a request on a socket of that family (-1: unknown), or NULL. */
const char *request_name(uint32_t number, int family);
/* What is known of it whatever the family is, or NULL: enough to capture by. */
const struct request *request_find(uint32_t number);
/* The same where the family is known: some requests take other structures there. */
const struct request *request_of_family(uint32_t number, int family);

#endif
