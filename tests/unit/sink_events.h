/* sink_events: hand-made events for the tests of the sinks: one program that calls libcurl, as docs show it.
 */
#ifndef SOCKLINE_TESTS_SINK_EVENTS_H
#define SOCKLINE_TESTS_SINK_EVENTS_H

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "model/event.h"
#include "sink/output.h"
#include "sink/sink.h"

/* The trace's start: monotonic and wall. */
static const uint64_t START_NS = 5000000000, START_WALL_NS = 1795253417626920000;

static inline struct sink_options plain_options(unsigned width)
{
	return (struct sink_options){ .start_ns = START_NS,
				      .start_wall_ns = START_WALL_NS,
				      .caller = true,
				      .string_limit = 64,
				      .utf8 = true,
				      .width = width };
}

/* An output into memory, and what it got. */
struct memory_output {
	int fd;
	struct output *output;
};

static inline struct memory_output memory_output_open(void)
{
	struct memory_output memory = { .fd = memfd_create("trace", MFD_CLOEXEC) };

	memory.output = output_fd(memory.fd, false, NULL, NULL);
	return memory;
}

/* Closes the output; the caller frees the text. */
static inline char *memory_output_close(struct memory_output *memory)
{
	if (output_close(memory->output))
		abort();
	off_t size = lseek(memory->fd, 0, SEEK_END);
	char *text = malloc((size_t)size + 1);
	if (!text || pread(memory->fd, text, (size_t)size, 0) != size)
		abort();
	text[size] = 0;
	close(memory->fd);
	return text;
}

/* A list of events, all in one arena. */
enum { EVENTS_MAX = 64 };

struct events {
	struct arena arena;
	struct event list[EVENTS_MAX];
	unsigned count;
};

static inline struct event *add_event(struct events *events, enum event_kind kind, const char *type,
				      uint64_t usec, pid_t tid)
{
	struct event *event = &events->list[events->count++];

	if (events->count > EVENTS_MAX)
		abort();
	*event = (struct event){ .kind = kind,
				 .type = type,
				 .time_ns = START_NS + usec * 1000,
				 .duration_ns = -1,
				 .pid = 4410,
				 .tid = tid,
				 .comm = "curl",
				 .fd = -1 };
	return event;
}

static inline struct event *add_call(struct events *events, const char *type, uint64_t usec,
				     double duration_usec, pid_t tid, const struct place *place,
				     int64_t result)
{
	struct event *event = add_event(events, EVENT_CALL, type, usec, tid);

	event->duration_ns = (int64_t)(duration_usec * 1000);
	event->caller.place = place;
	event->finished = true;
	event->failed = result < 0;
	event->result = result;
	event->error = result < 0 ? (int)-result : 0;
	return event;
}

static inline struct event *add_process(struct events *events, const char *type, uint64_t usec, pid_t tid,
					const char *text)
{
	struct event *event = add_event(events, EVENT_PROCESS, type, usec, tid);

	event->text = text;
	return event;
}

/* Appends to the event's arguments and hands the value back to be changed. */
static inline struct value *arg(struct event *event, struct value *value)
{
	const struct value **last = &event->args;

	while (*last)
		last = (const struct value **)&((struct value *)*last)->next;
	*last = value;
	return value;
}

static inline struct value *placed(struct value *value, enum value_place place)
{
	value->place = place;
	return value;
}

static inline struct value *new_fd(struct arena *arena, const char *name, int number,
				   const struct file_view *file)
{
	struct value *value = value_new(arena, VALUE_FD, name);

	value->fd.number = number;
	value->fd.file = file;
	return value;
}

static inline struct value *new_constant(struct arena *arena, const char *name, uint64_t number,
					 const char *text)
{
	struct value *value = value_new(arena, VALUE_CONSTANT, name);

	value->constant.number = number;
	value->constant.text = text;
	return value;
}

/* names: NULL-terminated. */
static inline struct value *new_flags(struct arena *arena, const char *name, uint64_t number, uint64_t rest,
				      const char *prefix, const char *first, const char *second)
{
	struct value *value = value_new(arena, VALUE_FLAGS, name);

	value->flags.names = arena_alloc(arena, 2 * sizeof(char *));
	value->flags.names[0] = first;
	value->flags.names[1] = second;
	value->flags.count = !first ? 0 : second ? 2 : 1;
	value->flags.number = number;
	value->flags.rest = rest;
	value->flags.prefix = prefix;
	if (prefix)
		value->style = STYLE_SHORT_FLAGS;
	return value;
}

static inline struct value *new_text(struct arena *arena, enum value_place place, const char *name,
				     const char *text)
{
	struct value *value = value_string(arena, name, text, (uint32_t)strlen(text));

	value->style = STYLE_UNQUOTED;
	return placed(value, place);
}

static inline struct value *new_address(struct arena *arena, const char *name, const char *ip, int port,
					const char *host)
{
	struct value *value = value_new(arena, VALUE_ADDRESS, name);
	struct value *family = new_constant(arena, "sa_family", 2, "AF_INET");
	char *text = arena_printf(arena, "%s:%d", ip, port);

	family->next = value_string(arena, "ip", ip, (uint32_t)strlen(ip));
	family->next->next = value_uint(arena, "port", (uint64_t)port);
	value->address.text = text;
	value->address.host = host;
	value->address.fields = family;
	return value;
}

/* One item of a poll list: fd, events (or revents). */
static inline struct value *new_poll(struct arena *arena, int fd, const struct file_view *file,
				     const char *field, const char *bit, uint64_t number)
{
	struct value *item = value_struct(arena, NULL);

	item->style = STYLE_BARE;
	value_append(item, new_fd(arena, "fd", fd, file));
	value_append(item, new_flags(arena, field, number, 0, "POLL", bit, NULL));
	return item;
}

static inline struct value *add_item(struct value *list, struct value *item)
{
	value_append(list, item);
	return list;
}

static inline void add_remark(struct events *events, struct event *event, const char *text)
{
	struct remark *remark = arena_zalloc(&events->arena, sizeof(*remark)), **last = &event->remarks;

	while (*last)
		last = &(*last)->next;
	remark->text = text;
	*last = remark;
}

#define PLACE(name, function_, offset_, file_, line_)                          \
	static const struct place name = { .function = function_,              \
					   .offset = offset_,                  \
					   .file = "/usr/src/curl/lib/" file_, \
					   .line = line_,                      \
					   .module = "/usr/lib/x86_64-linux-gnu/libcurl.so.4.8.0" }

PLACE(place_pair, "Curl_wakeup_init", 0x31, "asyn-thread.c", 213);
PLACE(place_resolve, "getaddrinfo_thread", 0x5c, "asyn-thread.c", 293);
PLACE(place_connect, "singleipconnect", 0x1a4, "connect.c", 1342);
PLACE(place_wait, "multi_wait", 0x4b1, "multi.c", 1387);
PLACE(place_verify, "verifyconnect", 0x3d, "connect.c", 702);
PLACE(place_send, "Curl_conn_send_plain_data", 0x77, "sendf.c", 417);
PLACE(place_recv, "recv_plain", 0x2e, "sendf.c", 461);
PLACE(place_close, "Curl_closesocket", 0x45, "connect.c", 1502);

static const struct file_view dns_view = { .kind = FILE_SOCKET,
					   .link = LINK_TO,
					   .id = 3,
					   .family = 2,
					   .type = 2,
					   .protocol = 17,
					   .local = "10.0.0.2:41022",
					   .peer = "10.0.0.53:53" };
static const struct file_view http_view = { .kind = FILE_SOCKET,
					    .link = LINK_TO,
					    .id = 4,
					    .pair = 9,
					    .family = 2,
					    .type = 1,
					    .protocol = 6,
					    .local = "10.0.0.2:50114",
					    .peer = "10.0.0.7:80",
					    .host = "example.test" };

/* The resolver's thread: its calls on the name server. */
static inline void add_resolver(struct events *events)
{
	struct arena *arena = &events->arena;
	const char question[] = "\x12\x34\x01\0\0\1\0\0\0\0\0\0\7example\4test\0\0\1\0\1";
	struct event *event;

	add_process(events, "thread", 13190, 4411, "thread of 4410 curl");
	event = add_call(events, "socket", 13204, 9.2, 4411, &place_resolve, 7);
	event->fd = 7;
	arg(event, new_constant(arena, "domain", 2, "AF_INET"));
	arg(event, new_flags(arena, "type", 0x802, 0, NULL, "SOCK_DGRAM", "SOCK_NONBLOCK"));
	arg(event, placed(value_int(arena, "protocol", 0), PLACE_VERBOSE));

	event = add_call(events, "connect", 13301, 14.5, 4411, &place_resolve, 0);
	event->fd = 7;
	arg(event, new_fd(arena, "sockfd", 7, NULL));
	arg(event, new_address(arena, "addr", "10.0.0.53", 53, NULL));
	arg(event, placed(value_uint(arena, "addrlen", 16), PLACE_VERBOSE));

	event = add_call(events, "sendmmsg", 13402, 61, 4411, &place_resolve, 2);
	event->fd = 7;
	event->file = &dns_view;
	arg(event, new_fd(arena, "sockfd", 7, &dns_view));
	struct value *messages = arg(event, placed(value_list(arena, "msgvec"), PLACE_VERBOSE));
	struct value *message = value_struct(arena, NULL);
	value_append(message,
		     value_bytes(arena, "data", question, sizeof(question) - 1, sizeof(question) - 1));
	value_append(messages, message);
	arg(event, new_text(arena, PLACE_TEXT, "msgvec", "2 msgs"));
	add_remark(events, event, "? A AAAA example.test");

	event = add_call(events, "poll", 13511, 20300, 4411, &place_resolve, 1);
	arg(event, add_item(value_list(arena, "fds"), new_poll(arena, 7, &dns_view, "events", "POLLIN", 1)));
	arg(event, value_duration(arena, "timeout", 5000000000));
	arg(event,
	    placed(add_item(value_list(arena, "ready"), new_poll(arena, 7, NULL, "revents", "POLLIN", 1)),
		   PLACE_RESULT));

	event = add_call(events, "recvfrom", 33871, 11, 4411, &place_resolve, 46);
	event->fd = 7;
	event->file = &dns_view;
	arg(event, new_fd(arena, "sockfd", 7, &dns_view));
	arg(event, value_bytes(arena, "buf", question, sizeof(question) - 1, 46));
	arg(event, value_uint(arena, "len", 2048));
	add_remark(events, event, "example.test=10.0.0.7");

	event = add_call(events, "close", 34010, 22, 4411, &place_resolve, 0);
	event->fd = 7;
	event->file = &dns_view;
	arg(event, new_fd(arena, "fd", 7, &dns_view));
	add_remark(events, event, "out 60 in 76, 20.8ms");
}

/* The main thread: connect, request, answer, close. */
static inline void add_request(struct events *events)
{
	static const char request[] =
		"GET / HTTP/1.1\r\nHost: example.test\r\nUser-Agent: curl/7.88.1\r\nAccept: */*\r\n\r\n";
	static const char answer[] =
		"HTTP/1.1 200 OK\r\nServer: nginx/1.22.1\r\nContent-Type: text/html\r\nContent-";
	struct arena *arena = &events->arena;
	struct event *event;

	event = add_call(events, "connect", 34521, 31, 4410, &place_connect, -EINPROGRESS);
	event->fd = 5;
	event->expected_error = true;
	arg(event, new_fd(arena, "sockfd", 5, NULL));
	arg(event, new_address(arena, "addr", "10.0.0.7", 80, "example.test"));
	arg(event, placed(value_uint(arena, "addrlen", 16), PLACE_VERBOSE));

	event = add_call(events, "poll", 34600, 24100, 4410, &place_wait, 1);
	struct value *fds = arg(event, value_list(arena, "fds"));
	add_item(fds, new_poll(arena, 5, &http_view, "events", "POLLOUT", 4));
	add_item(fds, new_poll(arena, 3, NULL, "events", "POLLIN", 1));
	arg(event, placed(value_uint(arena, "nfds", 2), PLACE_VERBOSE));
	arg(event, value_duration(arena, "timeout", 187000000));
	arg(event,
	    placed(add_item(value_list(arena, "ready"), new_poll(arena, 5, NULL, "revents", "POLLOUT", 4)),
		   PLACE_RESULT));

	event = add_call(events, "getsockopt", 58790, 4, 4410, &place_verify, 0);
	event->fd = 5;
	arg(event, new_fd(arena, "sockfd", 5, NULL));
	arg(event, placed(new_constant(arena, "level", 1, "SOL_SOCKET"), PLACE_VERBOSE));
	arg(event, new_constant(arena, "optname", 4, "SO_ERROR"));
	arg(event, placed(value_int(arena, "optval", 0), PLACE_RESULT));
	add_remark(events, event, "connected after 24.2ms");

	event = add_call(events, "sendto", 58902, 40, 4410, &place_send, 76);
	event->fd = 5;
	event->file = &http_view;
	arg(event, new_fd(arena, "sockfd", 5, &http_view));
	arg(event, value_bytes(arena, "buf", request, 76, 76));
	arg(event, value_uint(arena, "len", 76));
	arg(event, placed(new_flags(arena, "flags", 0x4000, 0, NULL, "MSG_NOSIGNAL", NULL), PLACE_VERBOSE));

	event = add_call(events, "recvfrom", 83641, 12, 4410, &place_recv, 587);
	event->fd = 5;
	event->file = &http_view;
	arg(event, new_fd(arena, "sockfd", 5, &http_view));
	arg(event, value_bytes(arena, "buf", answer, sizeof(answer) - 1, 587));
	arg(event, value_uint(arena, "len", 102400));

	event = add_call(events, "close", 83790, 55, 4410, &place_close, 0);
	event->fd = 5;
	event->file = &http_view;
	arg(event, new_fd(arena, "fd", 5, &http_view));
	add_remark(events, event, "out 76 in 587, 49.4ms");

	add_process(events, "exited", 85102, 4410, "exited 0");
}

/* What curl did, from its start: the screen of the documentation is all but the first two lines. */
static inline void add_screen(struct events *events)
{
	struct arena *arena = &events->arena;
	struct event *event;
	struct value *pair;

	add_process(events, "started", 0, 4410, "process 4410 curl: curl -s http://example.test/");
	event = add_call(events, "socketpair", 12907, 11, 4410, &place_pair, 0);
	arg(event, new_constant(arena, "domain", 1, "AF_UNIX"));
	arg(event, new_flags(arena, "type", 1, 0, NULL, "SOCK_STREAM", NULL));
	arg(event, placed(value_int(arena, "protocol", 0), PLACE_VERBOSE));
	pair = arg(event, placed(value_list(arena, "sv"), PLACE_RESULT));
	add_item(pair, new_fd(arena, NULL, 3, NULL));
	add_item(pair, new_fd(arena, NULL, 4, NULL));
	add_resolver(events);
	add_request(events);
}

/* One event of each kind that is no call, and a call cut off. */
static inline void add_others(struct events *events)
{
	struct arena *arena = &events->arena;
	struct event *event = add_event(events, EVENT_TRACE, "trace", 0, 4400);
	struct value *details = value_struct(arena, NULL), *words = value_list(arena, "command");

	event->pid = 4400;
	event->comm = NULL;
	value_append(details, value_string(arena, "version", "0.1.0", 5));
	value_append(details, value_int(arena, "schema", 1));
	value_append(words, value_string(arena, NULL, "curl", 4));
	value_append(details, words);
	value_append(details, value_string(arena, "host", "box", 3));
	value_append(details, value_string(arena, "kernel", "6.18.0", 6));
	event->details = details;

	event = add_event(events, EVENT_SIGNAL, "SIGCHLD", 1, 4410);
	event->text = "SIGCHLD from 4412";
	event->details = value_int(arena, "signo", 17);

	event = add_event(events, EVENT_SOCKET, "closed", 2, 4410);
	event->fd = 5;
	event->file = &http_view;
	event->details = value_uint(arena, "bytes_out", 76);

	event = add_event(events, EVENT_NOTE, "pending", 3, 4410);
	event->text = "recvfrom";
	event->duration_ns = 1000000000;
	event->fd = 5;
	event->file = &http_view;
	event->caller.place = &place_recv;
	arg(event, new_fd(arena, "sockfd", 5, &http_view));
	arg(event, value_unreadable(arena, "buf", 1));

	event = add_call(events, "recvfrom", 4, -0.001, 4410, &place_recv, 0);
	event->finished = false;
	event->caller.via = "libcurl.so.4";
}

/* Writes the events through a sink; the caller frees the text. */
static inline char *written(const struct sink_kind *kind, const struct sink_options *options,
			    const struct events *events)
{
	struct memory_output memory = memory_output_open();
	struct sink *sink = kind->open(memory.output, options);

	for (unsigned i = 0; i < events->count; i++)
		kind->event(sink, &events->list[i]);
	kind->close(sink);
	return memory_output_close(&memory);
}

#endif
