/* control: control messages (cmsg(3)) as values, by a table of levels and types. */
#ifndef SOCKLINE_DECODE_CONTROL_H
#define SOCKLINE_DECODE_CONTROL_H

#include "decoder.h"

/*
 * Adds the messages in size bytes of msg_control as a list named name; total is what msg_controllen said. A
 * message whose length is impossible ends the list and is shown as bytes.
 */
void control_list(const struct decoder *decoder, struct fields *to, const char *name, const uint8_t *bytes,
		  uint32_t size, uint64_t total);

#endif
