#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

int log_level;

/* Writes one whole line with one write(2), so that lines of several threads never mix; longer ones are cut.
 */
void log_write(const char *format, ...)
{
	char line[1024];
	const int prefix = snprintf(line, sizeof(line), "sockline: ");
	const size_t room = sizeof(line) - (size_t)prefix - 1;
	va_list args;

	va_start(args, format);
	int len = vsnprintf(line + prefix, room, format, args);
	va_end(args);
	if (len < 0)
		return;
	if ((size_t)len >= room)
		len = (int)room - 1;
	line[prefix + len] = '\n';
	/* There is nobody to tell when diagnostics cannot be written. */
	if (write(STDERR_FILENO, line, (size_t)(prefix + len + 1)) < 0)
		return;
}
