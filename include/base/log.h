/* log: diagnostics about sockline itself under -d; to stderr, one whole line per call, never into a trace
 * file. */
#ifndef SOCKLINE_BASE_LOG_H
#define SOCKLINE_BASE_LOG_H

extern int log_level; /* 0: silent; set once while options are read */

void log_write(const char *format, ...) __attribute__((format(printf, 1, 2)));

#define log_debug(...)                                  \
	do {                                            \
		if (__builtin_expect(log_level > 0, 0)) \
			log_write(__VA_ARGS__);         \
	} while (0)

#endif
