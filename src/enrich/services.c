/* services: names of ports from /etc/services, read once. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "private.h"

enum { SERVICES_LIMIT = 65536 };

static uint64_t key_of(unsigned port, bool stream)
{
	return (uint64_t)port << 1 | stream;
}

/* "https  443/tcp  # comment": services(5). */
static void read_line(struct hosts *hosts, char *line)
{
	char *save = NULL, *name, *port, *protocol;

	line[strcspn(line, "#\n")] = 0;
	name = strtok_r(line, " \t", &save);
	port = name ? strtok_r(NULL, " \t/", &save) : NULL;
	protocol = port ? strtok_r(NULL, " \t", &save) : NULL;
	if (!protocol || hosts->services.count >= SERVICES_LIMIT)
		return;
	unsigned long number = strtoul(port, NULL, 10);
	bool stream = !strcmp(protocol, "tcp");

	if (!number || number > 65535 || (!stream && strcmp(protocol, "udp") != 0) ||
	    map_get(&hosts->services, key_of((unsigned)number, stream)))
		return;
	map_put(&hosts->services, key_of((unsigned)number, stream), enrich_string(name));
}

static void read_all(struct hosts *hosts)
{
	FILE *file = fopen("/etc/services", "re");
	char line[512];

	hosts->services_read = true;
	if (!file)
		return;
	while (fgets(line, sizeof(line), file))
		read_line(hosts, line);
	fclose(file);
}

const char *hosts_service(struct hosts *hosts, int port, int type)
{
	if (!hosts->services_read)
		read_all(hosts);
	return port > 0 ? map_get(&hosts->services, key_of((unsigned)port, type == SOCK_STREAM)) : NULL;
}
