/*
 * netlink: messages of netlink sockets (netlink(7)) as values: headers of all protocols; structures and
 * attributes of those that have tables (netlink_route.c, netlink_diag.c, netlink_generic.c).
 *
 * A family of messages is one record; attributes are tables of names and types, nested by name to a depth
 * limit. Bytes are the tracee's: every length is checked against what is there.
 */
#ifndef SOCKLINE_DECODE_NETLINK_H
#define SOCKLINE_DECODE_NETLINK_H

#include "decoder.h"
#include "shape.h"

enum {
	NETLINK_DEPTH = 8,	    /* attributes within attributes */
	NETLINK_MESSAGES = 512,	    /* of one payload */
	NETLINK_HEADER = 16,	    /* struct nlmsghdr */
	NETLINK_ATTRIBUTES = 16384, /* of one call, all levels together */
};

enum attr_as {
	N_BYTES,
	N_UINT, /* 1, 2, 4 or 8 bytes */
	N_INT,
	N_HEX,
	N_BE,
	N_STRING,
	N_IP,
	N_MAC,
	N_CONST, /* names */
	N_BE_CONST,
	N_FLAGS,
	N_FLAG,	 /* no payload: it is there */
	N_NEST,	 /* nest */
	N_LIST,	 /* numbered attributes, each of them nest */
	N_SHAPE, /* shape */
	N_U32S,	 /* numbers, by names when there are some */
	N_U64S,
	N_MAKE,
};

struct attrs;
struct attr_walk;

struct attr {
	const char *name; /* the kernel's */
	uint8_t as;	  /* enum attr_as */
	const struct names *names;
	const struct attrs *nest;
	const struct shape_field *shape;
	struct value *(*make)(struct attr_walk *walk, const struct attr *attr, const uint8_t *bytes,
			      uint32_t size);
	uint8_t first; /* of numbers by names: the name of the first one */
};

struct attrs {
	const struct names *names;
	const struct attr *rows;
	unsigned count;
	uint8_t otherwise; /* enum attr_as: of attributes without a row */
};

#define ATTRS(list, table)                                                      \
	{                                                                       \
		&names_##list, table, sizeof(table) / sizeof(table[0]), N_BYTES \
	}
#define ATTRS_NAMES(list)                       \
	{                                       \
		&names_##list, NULL, 0, N_BYTES \
	}
/* Attributes without a row are numbers. */
#define ATTRS_NUMBERS(list, table)                                             \
	{                                                                      \
		&names_##list, table, sizeof(table) / sizeof(table[0]), N_UINT \
	}

/* Where a walk over attributes stands: what bounds it, and what nested tables depend on. */
struct attr_walk {
	const struct decoder *decoder;
	unsigned depth, left; /* left: attributes that may still be decoded */
	const char *kind;     /* of the link, as IFLA_INFO_KIND said */
	uint8_t family;	      /* that the message's header named */
};

/* Adds attributes (struct nlattr) as fields of that table. */
void netlink_attrs(struct attr_walk *walk, struct fields *to, const struct attrs *attrs, const uint8_t *bytes,
		   uint32_t size);
/* The same as a struct value. */
struct value *netlink_nest(struct attr_walk *walk, const char *name, const struct attrs *attrs,
			   const uint8_t *bytes, uint32_t size);

/* What follows the header of messages of a kind. */
struct netlink_body {
	const struct shape_field *shape; /* NULL: none */
	const struct attrs *attrs;	 /* behind the shape, aligned; NULL: none */
	const char *const *brief; /* attributes or fields that the one-line form shows; NULL-terminated */
};

struct netlink_message {
	uint32_t length, seq, pid;
	uint16_t type, flags;
	bool received;
	const uint8_t *data; /* behind the header */
	uint32_t size;	     /* of data that is there */
};

/* A netlink protocol. */
struct netlink_protocol {
	int number; /* NETLINK_ */
	const struct names *types;
	/* NULL: only headers. Adds the fields of the message's body. Returns names for the one-line form, or
	 * NULL. */
	const char *const *(*body)(struct attr_walk *walk, struct fields *to,
				   const struct netlink_message *message);
	/* NULL: flags of requests are told by GET, NEW, DEL in the type's name */
	const struct names *(*flags)(const struct netlink_message *message);
	/* NULL: types has it */
	const char *(*type)(const struct decoder *decoder, uint16_t type);
};

extern const struct netlink_protocol netlink_route, netlink_diag, netlink_generic, netlink_netfilter;

/* Adds a shape and the attributes behind it. */
const char *const *netlink_body(struct attr_walk *walk, struct fields *to,
				const struct netlink_message *message, const struct netlink_body *body);

/*
 * The messages in a payload of the decoder's socket, as a list named name; NULL when it is no netlink socket
 * or they are none. total: bytes that the payload has, of which size are there.
 */
struct value *netlink_messages(const struct decoder *decoder, const char *name, const uint8_t *bytes,
			       uint32_t size, uint64_t total, bool received);
/* The one-line form of such a list: type, flags and what is most telling of each. */
struct value *netlink_brief(const struct decoder *decoder, const char *name, const struct value *messages);

#endif
