/* coverage_parts: the sections of the coverage page that only the files with the tables can write. */
#ifndef SOCKLINE_DECODE_COVERAGE_PARTS_H
#define SOCKLINE_DECODE_COVERAGE_PARTS_H

#include "base/text.h"
#include "netlink.h"

/* Rows of two columns: "| name | how |". */
void coverage_row(struct text *text, const char *name, const char *how);
void coverage_families(struct text *text);  /* sockaddr.c */
void coverage_fcntl(struct text *text);	    /* fcntl.c */
void coverage_ioctl(struct text *text);	    /* ioctl.c */
void coverage_route(struct text *text);	    /* netlink_route.c */
void coverage_diag(struct text *text);	    /* netlink_diag.c */
void coverage_protocols(struct text *text); /* netlink.c */
/* A line with the attributes that have rows. */
void coverage_attrs(struct text *text, const char *message, const struct attrs *attrs);

#endif
