/*
 * decode.h: for fixtures that know what their calls pass in and get back: they print, for each call, the JSON
 * that a trace must have for it: {"line":42,"type":"connect","details":{...},"return_value":0} or with
 * "errno":"...". Only what is printed is compared; calls of one line in their order.
 */
#ifndef SOCKLINE_TESTS_DECODE_H
#define SOCKLINE_TESTS_DECODE_H

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *error_name(int error)
{
	static const struct {
		int error;
		const char *name;
	} names[] = {
		{ EBADF, "EBADF" },
		{ EFAULT, "EFAULT" },
		{ EINVAL, "EINVAL" },
		{ EAGAIN, "EAGAIN" },
		{ ENOTCONN, "ENOTCONN" },
		{ ENOTSOCK, "ENOTSOCK" },
		{ ECONNREFUSED, "ECONNREFUSED" },
		{ EPROTONOSUPPORT, "EPROTONOSUPPORT" },
		{ ENOPROTOOPT, "ENOPROTOOPT" },
		{ ENOENT, "ENOENT" },
		{ EOPNOTSUPP, "EOPNOTSUPP" },
		{ EPERM, "EPERM" },
		{ ENODEV, "ENODEV" },
		{ EADDRNOTAVAIL, "EADDRNOTAVAIL" },
		{ EINPROGRESS, "EINPROGRESS" },
		{ ENXIO, "ENXIO" },
		{ EDESTADDRREQ, "EDESTADDRREQ" },
		{ EMSGSIZE, "EMSGSIZE" },
		{ ENETUNREACH, "ENETUNREACH" },
		{ EACCES, "EACCES" },
		{ ENOTTY, "ENOTTY" },
		{ EALREADY, "EALREADY" },
		{ EISCONN, "EISCONN" },
		{ EAFNOSUPPORT, "EAFNOSUPPORT" },
		{ ESPIPE, "ESPIPE" },
		{ EMFILE, "EMFILE" },
		{ ENOSYS, "ENOSYS" },
		{ ESOCKTNOSUPPORT, "ESOCKTNOSUPPORT" },
	};
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].error == error)
			return names[i].name;
	fprintf(stderr, "decode.h: add errno %d\n", error);
	exit(98);
}

/* Prints what a trace must say; details is the inside of an object, made by printf. */
__attribute__((format(printf, 4, 5))) static void expect(int line, const char *type, long result,
							 const char *details, ...)
{
	int error = errno;
	va_list arguments;

	printf("{\"line\":%d,\"type\":\"%s\",\"return_value\":%ld,\"success\":%s,", line, type, result,
	       result < 0 ? "false" : "true");
	if (result < 0)
		printf("\"errno\":\"%s\",", error_name(error));
	printf("\"details\":{");
	va_start(arguments, details);
	vprintf(details, arguments);
	va_end(arguments);
	printf("}}\n");
}

/* Makes a call and says what it must look like. Keep each on the line of its call's name. */
#define EXPECT(type, call, ...)                               \
	do {                                                  \
		errno = 0;                                    \
		long result_ = (call);                        \
		expect(__LINE__, type, result_, __VA_ARGS__); \
	} while (0)

#endif
