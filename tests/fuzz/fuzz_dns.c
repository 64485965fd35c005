/* fuzz_dns: bytes of the network's and the program's choice through everything that reads names from them. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "enrich/dns.h"
#include "enrich/hello.h"
#include "enrich/names.h"
#include "enrich/private.h"

static void as_message(const uint8_t *data, size_t size, bool stream, bool received)
{
	const struct {
		uint16_t family, port;
		uint8_t rest[12];
	} server = { AF_INET, (uint16_t)(received ? 0x3500 : 0xe914 /* 5353 */), { 0 } };
	struct address peer = { 0 };
	struct flow flow = { .id = 1, .pid = 0, .stream = stream, .client = true, .peer = &peer };
	struct message messages[2] = { { .data = data, .len = (uint32_t)(size / 2), .size = size / 2 },
				       { .data = data + size / 2,
					 .len = (uint32_t)(size - size / 2),
					 .size = size - size / 2,
					 .received = received } };
	static struct hosts *hosts; /* its table is large: made once */
	struct arena arena = { 0 };

	if (!hosts)
		hosts = hosts_new();
	address_set(&peer, &server, sizeof(server), 0);
	hosts_messages(hosts, &flow, messages, 2, &arena);
	arena_done(&arena);
	hosts_flow_end(hosts, flow.id);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char name[HELLO_NAME], *line, *word;
	struct dns_address address;

	if (size < 1 || size > 65536)
		return 0;
	as_message(data + 1, size - 1, data[0] & 1, data[0] & 2);
	hello_parse(data + 1, (uint32_t)(size - 1), name);
	line = malloc(size);
	memcpy(line, data, size - 1);
	line[size - 1] = 0;
	hosts_line_parse(line, &address, &word);
	free(line);
	return 0;
}
