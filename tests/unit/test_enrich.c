/* Names from DNS messages, hosts lines, TLS and HTTP: right ones from honest bytes, none from crafted ones.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "enrich/dns.h"
#include "enrich/hello.h"
#include "enrich/names.h"
#include "enrich/private.h"

#define QUERY	  "\x12\x34\x01\x00\0\1\0\0\0\0\0\0"
#define ANSWER(n) "\x12\x34\x81\x80\0\1\0" n "\0\0\0\0"
#define EXAMPLE	  "\7example\4test\0"
#define ASK_A	  EXAMPLE "\0\1\0\1"
#define ASK_AAAA  EXAMPLE "\0\34\0\1"
/* A record whose name points to the question's. */
#define SAME		 "\xc0\x0c"
#define A(ip)		 "\0\1\0\1\0\0\0\x3c\0\4" ip
#define CNAME(len, name) "\0\5\0\1\0\0\0\x3c\0" len name

struct dns_case {
	const char *name;
	const char *sent;
	size_t sent_len;
	const char *received;
	size_t received_len;
	const char *question, *answer; /* words on their lines; NULL: none */
	const char *ip, *host;	       /* what that address must be called afterwards */
};

#define BYTES(text) text, sizeof(text) - 1

static const struct dns_case dns_cases[] = {
	{ "an address", BYTES(QUERY ASK_A), BYTES(ANSWER("\1") ASK_A SAME A("\x0a\0\0\7")),
	  "? A example.test", "example.test=10.0.0.7", "10.0.0.7", "example.test" },
	{ "six", BYTES(QUERY ASK_AAAA),
	  BYTES(ANSWER("\1") ASK_AAAA SAME "\0\34\0\1\0\0\0\x3c\0\x10\xfd\0\0\0\0\0\0\0\0\0\0\0\0\0\0\7"),
	  "? AAAA example.test", "example.test=fd00::7", "fd00::7", "example.test" },
	{ "two addresses", BYTES(QUERY ASK_A),
	  BYTES(ANSWER("\2") ASK_A SAME A("\x0a\0\0\7") SAME A("\x0a\0\0\x08")), "? A example.test",
	  "example.test=10.0.0.7,10.0.0.8", "10.0.0.8", "example.test" },
	{ "by another name", BYTES(QUERY ASK_A),
	  BYTES(ANSWER("\2") ASK_A SAME CNAME("\x06", "\3cdn\xc0\x14") "\xc0\x2a" A("\x0a\0\0\x09")),
	  "? A example.test", "example.test=10.0.0.9", "10.0.0.9", "example.test" },
	{ "an address of something else", BYTES(QUERY ASK_A),
	  BYTES(ANSWER("\1") ASK_A "\4evil\0" A("\x0a\0\0\7")), "? A example.test", "example.test has no A",
	  "10.0.0.7", NULL },
	{ "NXDOMAIN", BYTES(QUERY ASK_A), BYTES("\x12\x34\x81\x83\0\1\0\0\0\0\0\0" ASK_A), "? A example.test",
	  "example.test NXDOMAIN", "10.0.0.7", NULL },
	{ "another id than was asked", BYTES(QUERY ASK_A),
	  BYTES("\x12\x35\x81\x80\0\1\0\1\0\0\0\0" ASK_A SAME A("\x0a\0\0\7")), "? A example.test",
	  "example.test=10.0.0.7", "10.0.0.7", NULL },
	{ "another name than was asked", BYTES(QUERY ASK_A),
	  BYTES(ANSWER("\1") "\4evil\4test\0\0\1\0\1" SAME A("\x0a\0\0\7")), "? A example.test",
	  "evil.test=10.0.0.7", "10.0.0.7", NULL },
	{ "the question was not seen", NULL, 0, BYTES(ANSWER("\1") ASK_A SAME A("\x0a\0\0\7")), NULL,
	  "example.test=10.0.0.7", "10.0.0.7", "example.test" },
	{ "case does not matter", BYTES(QUERY "\7eXample\4tEst\0\0\1\0\1"),
	  BYTES(ANSWER("\1") ASK_A SAME A("\x0a\0\0\7")), "? A eXample.tEst", "example.test=10.0.0.7",
	  "10.0.0.7", "example.test" },
	{ "a name that is no host's", BYTES(QUERY "\7e\33[31ms\4test\0\0\1\0\1"),
	  BYTES(ANSWER("\1") "\7e\33[31ms\4test\0\0\1\0\1" SAME A("\x0a\0\0\7")), "? A e\\027[31ms.test",
	  "e\\027[31ms.test=10.0.0.7", "10.0.0.7", NULL },
	{ "a dot in a label", BYTES(QUERY "\7a.b.c.d\4test\0\0\1\0\1"),
	  BYTES(ANSWER("\1") "\7a.b.c.d\4test\0\0\1\0\1" SAME A("\x0a\0\0\7")), "? A a\\.b\\.c\\.d.test",
	  "a\\.b\\.c\\.d.test=10.0.0.7", "10.0.0.7", NULL },
	{ "a compression loop", BYTES(QUERY ASK_A), BYTES(ANSWER("\1") ASK_A "\xc0\x1e" A("\x0a\0\0\7")),
	  "? A example.test", NULL, "10.0.0.7", NULL },
	{ "a question that points to itself", NULL, 0,
	  BYTES(ANSWER("\1") "\xc0\x0c\0\1\0\1" SAME A("\x0a\0\0\7")), NULL, NULL, "10.0.0.7", NULL },
	{ "a CNAME loop", BYTES(QUERY ASK_A), BYTES(ANSWER("\1") ASK_A SAME CNAME("\2", SAME)),
	  "? A example.test", "example.test has no A", "10.0.0.7", NULL },
	{ "absurd counts", BYTES(QUERY ASK_A),
	  BYTES("\x12\x34\x81\x80\0\1\xff\xff\xff\xff\xff\xff" ASK_A SAME A("\x0a\0\0\7")),
	  "? A example.test", NULL, "10.0.0.7", NULL },
	{ "cut in the address", BYTES(QUERY ASK_A),
	  BYTES(ANSWER("\1") ASK_A SAME "\0\1\0\1\0\0\0\x3c\0\4\x0a\0\0"), "? A example.test", NULL,
	  "10.0.0.7", NULL },
	{ "an address of three bytes", BYTES(QUERY ASK_A),
	  BYTES(ANSWER("\1") ASK_A SAME "\0\1\0\1\0\0\0\x3c\0\3\x0a\0\0"), "? A example.test",
	  "example.test has no A", "10.0.0.0", NULL },
	{ "empty and short", BYTES("\x12"), BYTES("\x12\x34\x81\x80\0\1\0\1\0\0\0"), NULL, NULL, "10.0.0.7",
	  NULL },
	{ "no question", NULL, 0, BYTES("\x12\x34\x81\x80\0\0\0\1\0\0\0\0" EXAMPLE A("\x0a\0\0\7")), NULL,
	  NULL, "10.0.0.7", NULL },
	{ "an update is no question", BYTES("\x12\x34\x29\x00\0\1\0\0\0\0\0\0" ASK_A), NULL, 0, NULL, NULL,
	  "10.0.0.7", NULL },
};

static struct address address_at(const char *ip, uint16_t port)
{
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons(port) };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6, .sin6_port = htons(port) };
	struct address address = { 0 };

	if (inet_pton(AF_INET, ip, &in.sin_addr) == 1) {
		address_set(&address, &in, sizeof(in), 0);
	} else {
		assert_int_equal(inet_pton(AF_INET6, ip, &in6.sin6_addr), 1);
		address_set(&address, &in6, sizeof(in6), 0);
	}
	return address;
}

static void same_text(const char *is, const char *should)
{
	if (!is || !should)
		assert_true(is == should);
	else
		assert_string_equal(is, should);
}

static const char *show(struct hosts *hosts, const struct flow *flow, struct arena *arena, const void *data,
			size_t len, bool received)
{
	struct message message = { .data = data, .len = (uint32_t)len, .size = len, .received = received };

	return hosts_messages(hosts, flow, &message, 1, arena);
}

static void test_dns(void **unused)
{
	struct address server = address_at("10.0.0.53", 53);
	struct flow flow = { .id = 1, .client = true, .peer = &server };

	(void)unused;
	for (size_t i = 0; i < sizeof(dns_cases) / sizeof(*dns_cases); i++) {
		const struct dns_case *one = &dns_cases[i];
		struct hosts *hosts = hosts_new();
		struct arena arena = { 0 };
		struct address address = address_at(one->ip, 443);

		print_message("  %s\n", one->name);
		same_text(show(hosts, &flow, &arena, one->sent, one->sent_len, false), one->question);
		same_text(show(hosts, &flow, &arena, one->received, one->received_len, true), one->answer);
		same_text(hosts_name(hosts, 0, &address), one->host);
		arena_done(&arena);
		hosts_free(hosts);
	}
}

/* Every cut and every changed byte of an answer: nothing is read beyond it (the sanitizers see that). */
static void test_dns_damaged(void **unused)
{
	static const char answer[] =
		ANSWER("\2") ASK_A SAME CNAME("\x06", "\3cdn\xc0\x14") "\xc0\x2a" A("\x0a\0\0\x09");
	size_t len = sizeof(answer) - 1;
	struct dns_message message;

	(void)unused;
	for (size_t cut = 0; cut < len; cut++) {
		uint8_t *copy = malloc(cut ? cut : 1);

		memcpy(copy, answer, cut);
		assert_int_not_equal(dns_parse(copy, (uint32_t)cut, &message), 0);
		free(copy);
	}
	for (size_t at = 0; at < len * 256; at++) {
		uint8_t copy[sizeof(answer)];

		memcpy(copy, answer, len);
		copy[at / 256] = (uint8_t)at;
		if (dns_parse(copy, (uint32_t)len, &message) == 0)
			assert_true(strlen(message.question) < DNS_NAME);
	}
}

/* Two questions in one sendmmsg stand as one. */
static void test_two_questions(void **unused)
{
	struct hosts *hosts = hosts_new();
	struct address server = address_at("10.0.0.53", 53);
	struct flow flow = { .id = 1, .peer = &server };
	struct arena arena = { 0 };
	struct message messages[2] = {
		{ .data = (const uint8_t *)QUERY ASK_A, .len = sizeof(QUERY ASK_A) - 2 },
		{ .data = (const uint8_t *)QUERY ASK_AAAA, .len = sizeof(QUERY ASK_AAAA) - 2 },
	};

	(void)unused;
	for (int i = 0; i < 2; i++)
		messages[i].size = messages[i].len = sizeof(QUERY ASK_A) - 1;
	assert_string_equal(hosts_messages(hosts, &flow, messages, 2, &arena), "? A AAAA example.test");
	arena_done(&arena);
	hosts_free(hosts);
}

/* Over TCP, in pieces of every size. */
static void test_dns_stream(void **unused)
{
	static const char answer[] = "\0\x2e" ANSWER("\1") ASK_A SAME A("\x0a\0\0\7");
	struct address server = address_at("10.0.0.53", 53), named = address_at("10.0.0.7", 80);
	struct flow flow = { .id = 1, .stream = true, .peer = &server };

	(void)unused;
	assert_int_equal(answer[1], sizeof(answer) - 3);
	for (size_t piece = 1; piece < sizeof(answer); piece++) {
		struct hosts *hosts = hosts_new();
		struct arena arena = { 0 };
		const char *words = NULL;

		for (size_t at = 0; at < sizeof(answer) - 1; at += piece) {
			size_t len = sizeof(answer) - 1 - at < piece ? sizeof(answer) - 1 - at : piece;

			assert_null(words);
			words = show(hosts, &flow, &arena, answer + at, len, true);
		}
		same_text(words, "example.test=10.0.0.7");
		same_text(hosts_name(hosts, 5, &named), "example.test");
		arena_done(&arena);
		hosts_free(hosts);
	}
}

/* Multicast answers name what is .local, and nothing else. */
static void test_mdns(void **unused)
{
	static const char answer[] =
		"\0\0\x84\0\0\0\0\2\0\0\0\0\7printer\5local\0\0\1\x80\1\0\0\0\x3c\0\4\x0a\0\0\7"
		"\4bank\4test\0\0\1\x80\1\0\0\0\x3c\0\4\x0a\0\0\x08";
	struct address group = address_at("10.0.0.99", 5353), printer = address_at("10.0.0.7", 631),
		       bank = address_at("10.0.0.8", 443);
	struct flow flow = { .id = 1, .peer = &group };
	struct hosts *hosts = hosts_new();
	struct arena arena = { 0 };

	(void)unused;
	show(hosts, &flow, &arena, answer, sizeof(answer) - 1, true);
	same_text(hosts_name(hosts, 1, &printer), "printer.local");
	same_text(hosts_name(hosts, 1, &bank), NULL);
	arena_done(&arena);
	hosts_free(hosts);
}

/* What one process was told holds for it; others get it when they were told nothing else. Bounded. */
static void test_learned(void **unused)
{
	struct hosts *hosts = hosts_new();
	struct dns_address ip = { 4, { 10, 0, 0, 7 } };
	struct address address = address_at("10.0.0.7", 80);

	(void)unused;
	learn(hosts, 1, &ip, "one.test");
	learn(hosts, 2, &ip, "two.test");
	same_text(hosts_name(hosts, 1, &address), "one.test");
	same_text(hosts_name(hosts, 2, &address), "two.test");
	same_text(learned_name(hosts, 3, &ip), "two.test");
	for (uint32_t i = 0; i < 3 * LEARNED_LIMIT; i++) {
		struct dns_address other = { 4, { 11, (uint8_t)(i >> 16), (uint8_t)(i >> 8), (uint8_t)i } };

		learn(hosts, 0, &other, "many.test");
	}
	assert_true(hosts->by_key.count <= LEARNED_LIMIT);
	same_text(learned_name(hosts, 1, &ip), NULL);
	hosts_free(hosts);
}

static const struct {
	const char *line, *name;
} hosts_lines[] = {
	{ "10.0.0.7 db.internal db\n", "db.internal" },
	{ "\t10.0.0.7\tdb # comment", "db" },
	{ "fd00::1 six", "six" },
	{ "127.0.0.1 localhost", NULL },
	{ "::1 ip6-localhost ip6-loopback", NULL },
	{ "# 10.0.0.7 no", NULL },
	{ "10.0.0.7", NULL },
	{ "10.0.0.777 no", NULL },
	{ "10.0.0.7 e\33[31m", NULL },
	{ "0.0.0.0 ads.test", NULL },
	{ "", NULL },
};

static void test_hosts_lines(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < sizeof(hosts_lines) / sizeof(*hosts_lines); i++) {
		char line[128], *name = NULL;
		struct dns_address address;

		snprintf(line, sizeof(line), "%s", hosts_lines[i].line);
		bool taken = hosts_line_parse(line, &address, &name);

		same_text(taken ? name : NULL, hosts_lines[i].name);
	}
}

/* A ClientHello with that server name, as short as may be. */
#define CLIENT_HELLO(len, name)            \
	"\x16\3\1\0\x50\1\0\0\x4c\3\3"     \
	"rrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrr" \
	"\0"                               \
	"\0\2\x13\1"                       \
	"\1\0"                             \
	"\0\x19"                           \
	"\0\x17\0\0"                       \
	"\0\0\0\x11\0\x0f\0\0" len name

static const struct {
	const char *name;
	const char *data;
	size_t len;
	enum hello hello;
	const char *host;
} hellos[] = {
	{ "SNI", BYTES(CLIENT_HELLO("\x0c", "example.test")), HELLO_NAMED, "example.test" },
	{ "SNI cut", BYTES(CLIENT_HELLO("\x0c", "example.t")), HELLO_NONE, NULL },
	{ "SNI too long for its list", BYTES(CLIENT_HELLO("\xff", "example.test")), HELLO_NONE, NULL },
	{ "SNI with a NUL", BYTES(CLIENT_HELLO("\x0c", "exam\0le.test")), HELLO_NONE, NULL },
	{ "SNI that is an address", BYTES(CLIENT_HELLO("\x0c", "192.168.0.10")), HELLO_NONE, NULL },
	{ "TLS but no hello", BYTES("\x16\3\1\0\x50\2\0\0\x4c\3\3"), HELLO_NONE, NULL },
	{ "nothing but a header", BYTES("\x16\3\1\0\x50\1"), HELLO_NONE, NULL },
	{ "HTTP", BYTES("GET / HTTP/1.1\r\nUser-Agent: x\r\nhost:  example.test:8080 \r\n\r\n"), HELLO_NAMED,
	  "example.test" },
	{ "Host cut", BYTES("GET / HTTP/1.1\r\nHost: exam"), HELLO_NONE, NULL },
	{ "Host in the body", BYTES("POST / HTTP/1.1\r\n\r\nHost: evil.test\r\n"), HELLO_NONE, NULL },
	{ "Host is an address", BYTES("GET / HTTP/1.1\r\nHost: 10.0.0.7\r\n\r\n"), HELLO_NONE, NULL },
	{ "Host is six", BYTES("GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n"), HELLO_NONE, NULL },
	{ "Host with escapes", BYTES("GET / HTTP/1.1\r\nHost: e\33[31m\r\n\r\n"), HELLO_NONE, NULL },
	{ "to a proxy", BYTES("GET http://example.test/ HTTP/1.1\r\nHost: example.test\r\n\r\n"), HELLO_PROXY,
	  NULL },
	{ "through a proxy", BYTES("CONNECT example.test:443 HTTP/1.1\r\nHost: example.test\r\n\r\n"),
	  HELLO_PROXY, NULL },
	{ "something else", BYTES("SSH-2.0-x\r\n"), HELLO_NONE, NULL },
	{ "nothing", BYTES(""), HELLO_NONE, NULL },
};

static void test_hello(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < sizeof(hellos) / sizeof(*hellos); i++) {
		char name[HELLO_NAME] = "";
		uint8_t *copy = malloc(hellos[i].len + 1);

		print_message("  %s\n", hellos[i].name);
		memcpy(copy, hellos[i].data, hellos[i].len);
		copy = realloc(copy,
			       hellos[i].len ? hellos[i].len : 1); /* the sanitizers see a read beyond */
		assert_int_equal(hello_parse(copy, (uint32_t)hellos[i].len, name), hellos[i].hello);
		if (hellos[i].host)
			assert_string_equal(name, hellos[i].host);
		free(copy);
	}
}

/* What was looked up is better than what was sent; what goes through a proxy names nothing. */
static void test_flow(void **unused)
{
	struct hosts *hosts = hosts_new();
	struct address peer = address_at("10.9.9.7", 443), other = address_at("10.9.9.8", 443);
	struct flow flow = { .id = 1, .stream = true, .client = true, .peer = &peer };
	struct flow proxy = { .id = 2, .stream = true, .client = true, .peer = &other };
	struct dns_address ip = { 4, { 10, 9, 9, 8 } };
	struct arena arena = { 0 };

	(void)unused;
	same_text(hosts_peer(hosts, &flow), NULL);
	show(hosts, &flow, &arena, CLIENT_HELLO("\x0c", "example.test"),
	     sizeof(CLIENT_HELLO("\x0c", "example.test")) - 1, false);
	same_text(hosts_peer(hosts, &flow), "example.test");
	same_text(hosts_name(hosts, 0, &peer), NULL); /* names this connection, not the address */
	show(hosts, &proxy, &arena, "CONNECT a.test:443 HTTP/1.1\r\n\r\n", 31, false);
	show(hosts, &proxy, &arena, CLIENT_HELLO("\x0c", "example.test"),
	     sizeof(CLIENT_HELLO("\x0c", "example.test")) - 1, false);
	same_text(hosts_peer(hosts, &proxy), NULL);
	learn(hosts, 0, &ip, "proxy.test");
	same_text(hosts_peer(hosts, &proxy), "proxy.test");
	flow.peer = &other; /* connected anew */
	same_text(hosts_peer(hosts, &flow), "proxy.test");
	hosts_flow_end(hosts, 1);
	hosts_flow_end(hosts, 2);
	hosts_flow_end(hosts, 3);
	assert_int_equal(hosts->flows.count, 0);
	arena_done(&arena);
	hosts_free(hosts);
}

static void test_services(void **unused)
{
	struct hosts *hosts = hosts_new();
	const char *name = hosts_service(hosts, 443, SOCK_STREAM);

	(void)unused;
	if (name) /* there may be no /etc/services */
		assert_string_equal(name, "https");
	assert_null(hosts_service(hosts, -1, SOCK_STREAM));
	hosts_free(hosts);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_dns),	      cmocka_unit_test(test_dns_damaged),
		cmocka_unit_test(test_two_questions), cmocka_unit_test(test_dns_stream),
		cmocka_unit_test(test_mdns),	      cmocka_unit_test(test_learned),
		cmocka_unit_test(test_hosts_lines),   cmocka_unit_test(test_hello),
		cmocka_unit_test(test_flow),	      cmocka_unit_test(test_services),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
