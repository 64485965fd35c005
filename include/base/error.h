/*
 * error: one line for a person about what failed, why, and what to do.
 *
 * Functions return 0 or a negative errno; only those where a person will read the reason take a struct error.
 */
#ifndef SOCKLINE_BASE_ERROR_H
#define SOCKLINE_BASE_ERROR_H

struct error {
	int code; /* positive errno, 0: none */
	char text[512];
};

/* Sets code and text (cut at the buffer's end) unless error is NULL; returns -code, or -EIO when code is 0.
 */
int error_set(struct error *error, int code, const char *format, ...) __attribute__((format(printf, 3, 4)));

#endif
