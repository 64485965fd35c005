#include "base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

/* Keeps what went wrong for the person, and gives the caller something to return. */
int error_set(struct error *error, int code, const char *format, ...)
{
	if (!code)
		code = EIO;
	if (error) {
		va_list args;

		va_start(args, format);
		vsnprintf(error->text, sizeof(error->text), format, args);
		va_end(args);
		error->code = code;
	}
	return -code;
}
