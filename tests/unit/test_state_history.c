/* What calls make known about a socket: how its connect went, its other end, traffic, errors, epoll's data
 * words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <netinet/in.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/un.h>

#include "state/socket.h"
#include "state_world.h"

/* Where things lie in the memory of the tests' program. */
enum { ADDRESS = 0, VALUE = 256, LENGTH = 264, POLL = 320, SETS = 512, EVENT = 640 };

static void put_address(struct world *world, uint32_t ip, uint16_t port)
{
	struct sockaddr_in in = { .sin_family = AF_INET,
				  .sin_port = htons(port),
				  .sin_addr.s_addr = htonl(ip) };
	uint32_t length = sizeof(in);

	memcpy(world->memory + ADDRESS, &in, sizeof(in));
	memcpy(world->memory + LENGTH, &length, sizeof(length));
}

static void put_value(struct world *world, int32_t value)
{
	memcpy(world->memory + VALUE, &value, sizeof(value));
}

static void put_poll(struct world *world, int fd, short revents)
{
	struct pollfd one = { fd, POLLOUT, revents };

	memcpy(world->memory + POLL, &one, sizeof(one));
}

#define RUN(world, task, result, call, ...)                                                               \
	do {                                                                                              \
		assert_true(                                                                              \
			world_enter(world, task, &call_rows[CALL_##call], (uint64_t[6]){ __VA_ARGS__ })); \
		world_exit(world, task, result);                                                          \
	} while (0)

static const struct socket_history *history_at(struct world *world, char task, int fd)
{
	return socket_history(state_file(world->state, world_task(world, task), fd));
}

/* A started program with a TCP socket at 3. */
static void begin(struct world *world)
{
	world_init(world);
	world_start(world, 'A', 0, 0);
	RUN(world, 'A', 3, socket, AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 6);
	assert_int_equal(world->news_count, 0);
}

static void connect_to(struct world *world, int fd, uint16_t port, int result)
{
	put_address(world, 0x7f000001, port);
	RUN(world, 'A', result, connect, fd, MEMORY_AT + ADDRESS, sizeof(struct sockaddr_in));
}

enum sign {
	NO_SIGN,
	POLLED,
	SELECTED,
	EPOLLED,
	SO_ERROR_IS,
	SENT,
	RECEIVED,
	PEERNAME,
	AGAIN,
	OPTION,
	CLOSED
};

/* After EINPROGRESS: what is seen, and what is said on the line of which sign. */
static const struct {
	const char *name;
	struct {
		enum sign sign;
		int value; /* revents, the option's value, the result */
		int news;  /* enum socket_news_kind that its line must carry */
		int error;
	} signs[4];
	int condition;
} outcomes[] = {
	{ "POLLOUT, SO_ERROR 0",
	  { { POLLED, POLLOUT, 0, 0 }, { SO_ERROR_IS, 0, NEWS_CONNECTED, 0 }, { SENT, 5, 0, 0 } },
	  SOCKET_CONNECTED },
	{ "POLLOUT, data", { { POLLED, POLLOUT, 0, 0 }, { SENT, 5, NEWS_CONNECTED, 0 } }, SOCKET_CONNECTED },
	{ "POLLOUT, any call",
	  { { POLLED, POLLOUT, 0, 0 }, { OPTION, 0, NEWS_CONNECTED, 0 } },
	  SOCKET_CONNECTED },
	{ "POLLERR, SO_ERROR",
	  { { POLLED, POLLOUT | POLLERR | POLLHUP, 0, 0 },
	    { SO_ERROR_IS, ECONNREFUSED, NEWS_CONNECT_FAILED, ECONNREFUSED } },
	  SOCKET_REFUSED },
	{ "POLLHUP, close", { { POLLED, POLLHUP, 0, 0 }, { CLOSED, 0, NEWS_CONNECT_FAILED, 0 } }, -1 },
	{ "time out, close", { { POLLED, 0, 0, 0 }, { CLOSED, 0, NEWS_NO_ANSWER, 0 } }, -1 },
	{ "select, SO_ERROR 0",
	  { { SELECTED, 1, 0, 0 }, { SO_ERROR_IS, 0, NEWS_CONNECTED, 0 } },
	  SOCKET_CONNECTED },
	{ "select, SO_ERROR",
	  { { SELECTED, 1, 0, 0 }, { SO_ERROR_IS, ETIMEDOUT, NEWS_CONNECT_FAILED, ETIMEDOUT } },
	  SOCKET_REFUSED },
	{ "epoll", { { EPOLLED, EPOLLOUT, 0, 0 }, { SO_ERROR_IS, 0, NEWS_CONNECTED, 0 } }, SOCKET_CONNECTED },
	{ "epoll, failure",
	  { { EPOLLED, EPOLLERR | EPOLLHUP, 0, 0 },
	    { SO_ERROR_IS, EHOSTUNREACH, NEWS_CONNECT_FAILED, EHOSTUNREACH } },
	  SOCKET_REFUSED },
	{ "SO_ERROR asked too early proves nothing",
	  { { SO_ERROR_IS, 0, 0, 0 }, { SENT, -EAGAIN, 0, 0 } },
	  SOCKET_CONNECTING },
	{ "send", { { SENT, -ENOTCONN, 0, 0 }, { SENT, 7, NEWS_CONNECTED, 0 } }, SOCKET_CONNECTED },
	{ "first data",
	  { { RECEIVED, -EAGAIN, 0, 0 }, { RECEIVED, 7, NEWS_CONNECTED, 0 } },
	  SOCKET_CONNECTED },
	{ "recv says refused",
	  { { RECEIVED, -ECONNREFUSED, NEWS_CONNECT_FAILED, ECONNREFUSED } },
	  SOCKET_REFUSED },
	{ "getpeername",
	  { { PEERNAME, -ENOTCONN, 0, 0 }, { PEERNAME, 0, NEWS_CONNECTED, 0 } },
	  SOCKET_CONNECTED },
	{ "connect again",
	  { { AGAIN, -EALREADY, 0, 0 }, { AGAIN, 0, NEWS_CONNECTED, 0 }, { AGAIN, -EISCONN, 0, 0 } },
	  SOCKET_CONNECTED },
	{ "POLLOUT, connect again",
	  { { POLLED, POLLOUT, 0, 0 }, { AGAIN, 0, NEWS_CONNECTED, 0 }, { AGAIN, -EISCONN, 0, 0 } },
	  SOCKET_CONNECTED },
	{ "connect again, refused",
	  { { AGAIN, -ECONNREFUSED, NEWS_CONNECT_FAILED, ECONNREFUSED } },
	  SOCKET_REFUSED },
};

static void show_epoll(struct world *world, int value)
{
	uint32_t events = (uint32_t)value;
	uint64_t data = 0xabcdef00abcdefULL;

	RUN(world, 'A', 8, epoll_create1, 0);
	memcpy(world->memory + EVENT, &events, 4);
	memcpy(world->memory + EVENT + 4, &data, 8);
	RUN(world, 'A', 0, epoll_ctl, 8, EPOLL_CTL_ADD, 3, MEMORY_AT + EVENT);
	RUN(world, 'A', 1, epoll_wait, 8, MEMORY_AT + EVENT, 10, UINT64_MAX);
}

static void show(struct world *world, enum sign sign, int value)
{
	uint64_t bits = value ? 1 << 3 : 0;

	switch (sign) {
	case POLLED:
		put_poll(world, 3, (short)value);
		RUN(world, 'A', value ? 1 : 0, poll, MEMORY_AT + POLL, 1, 1000);
		break;
	case SELECTED:
		memcpy(world->memory + SETS, &bits, sizeof(bits));
		RUN(world, 'A', 1, select, 4, 0, MEMORY_AT + SETS);
		break;
	case EPOLLED:
		show_epoll(world, value);
		break;
	case SO_ERROR_IS:
		put_value(world, value);
		RUN(world, 'A', 0, getsockopt, 3, SOL_SOCKET, SO_ERROR, MEMORY_AT + VALUE,
		    MEMORY_AT + LENGTH);
		break;
	case SENT:
		RUN(world, 'A', value, write, 3, MEMORY_AT, 10);
		break;
	case RECEIVED:
		RUN(world, 'A', value, recvfrom, 3, MEMORY_AT, 10);
		break;
	case PEERNAME:
		RUN(world, 'A', value, getpeername, 3, MEMORY_AT + ADDRESS, MEMORY_AT + LENGTH);
		break;
	case AGAIN:
		RUN(world, 'A', value, connect, 3, MEMORY_AT + ADDRESS, sizeof(struct sockaddr_in));
		break;
	case OPTION:
		RUN(world, 'A', value, setsockopt, 3, 6, 1, MEMORY_AT + VALUE, 4);
		break;
	case CLOSED:
		RUN(world, 'A', value, close, 3);
		break;
	case NO_SIGN:
		break;
	}
}

static void test_outcomes(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < sizeof(outcomes) / sizeof(*outcomes); i++) {
		struct world world;

		print_message("  %s\n", outcomes[i].name);
		begin(&world);
		connect_to(&world, 3, 80, -EINPROGRESS);
		assert_int_equal(world.news_count, 0);
		for (int at = 0; at < 4 && outcomes[i].signs[at].sign; at++) {
			show(&world, outcomes[i].signs[at].sign, outcomes[i].signs[at].value);
			assert_int_equal(world.news_count ? world.news[0].kind : NEWS_NONE,
					 outcomes[i].signs[at].news);
			if (world.news_count)
				assert_int_equal(world.news[0].error, outcomes[i].signs[at].error);
			if (world.news_count)
				assert_true(world.news[0].after_ns > 0 && world.news[0].after_ns < world.now);
		}
		if (outcomes[i].condition >= 0)
			assert_int_equal(history_at(&world, 'A', 3)->condition, outcomes[i].condition);
		world_done(&world);
	}
}

/* A blocking connect tells its outcome itself. */
static void test_blocking(void **unused)
{
	struct world world;

	(void)unused;
	begin(&world);
	connect_to(&world, 3, 80, -ECONNREFUSED);
	assert_int_equal(world.news_count, 0);
	assert_int_equal(history_at(&world, 'A', 3)->condition, SOCKET_REFUSED);
	assert_int_equal(history_at(&world, 'A', 3)->connect_error, ECONNREFUSED);
	connect_to(&world, 3, 81, 0);
	assert_int_equal(world.news_count, 0);
	assert_int_equal(history_at(&world, 'A', 3)->condition, SOCKET_CONNECTED);
	assert_int_equal(history_at(&world, 'A', 3)->connects, 2);
	assert_int_equal(address_port(socket_peer(state_file(world.state, world_task(&world, 'A'), 3))), 81);
	world_done(&world);
}

/* A UDP socket connected twice has its second peer, then none after AF_UNSPEC. */
static void test_udp(void **unused)
{
	struct world world;
	struct file *file;

	(void)unused;
	world_init(&world);
	world_start(&world, 'A', 0, 0);
	RUN(&world, 'A', 3, socket, AF_INET, SOCK_DGRAM, 17);
	file = state_file(world.state, world_task(&world, 'A'), 3);
	connect_to(&world, 3, 53, 0);
	connect_to(&world, 3, 54, 0);
	assert_int_equal(address_port(socket_peer(file)), 54);
	connect_to(&world, 3, 55, -ENETUNREACH);
	assert_int_equal(address_port(socket_peer(file)), 54);
	memset(world.memory, 0, 16);
	RUN(&world, 'A', 0, connect, 3, MEMORY_AT + ADDRESS, 16);
	assert_false(address_known(socket_peer(file)));
	world_done(&world);
}

/* recvmmsg's messages count by their lengths; peeked data does not count; errors do, by number. */
static void test_traffic(void **unused)
{
	struct world world;
	const struct socket_history *history;
	uint32_t lengths[2] = { 100, 28 };

	(void)unused;
	begin(&world);
	history = history_at(&world, 'A', 3);
	RUN(&world, 'A', 10, sendto, 3, MEMORY_AT, 10);
	RUN(&world, 'A', 20, write, 3, MEMORY_AT, 20);
	RUN(&world, 'A', 20, recvfrom, 3, MEMORY_AT, 20, MSG_PEEK);
	RUN(&world, 'A', 20, read, 3, MEMORY_AT, 20);
	RUN(&world, 'A', 0, read, 3, MEMORY_AT, 20);
	RUN(&world, 'A', -EAGAIN, read, 3, MEMORY_AT, 20);
	RUN(&world, 'A', -EAGAIN, read, 3, MEMORY_AT, 20);
	RUN(&world, 'A', -EPIPE, write, 3, MEMORY_AT, 20);
	memset(world.memory, 0, sizeof(world.memory));
	memcpy(world.memory + 56, &lengths[0], 4);
	memcpy(world.memory + 64 + 56, &lengths[1], 4);
	RUN(&world, 'A', 2, recvmmsg, 3, MEMORY_AT, 2);
	RUN(&world, 'A', 2, sendmmsg, 3, MEMORY_AT, 2);
	RUN(&world, 'A', 1000, sendfile, 3, 77, 0, 1000);
	assert_int_equal(history->sent.bytes, 10 + 20 + 128 + 1000);
	assert_int_equal(history->sent.calls, 4);
	assert_int_equal(history->received.bytes, 20 + 128);
	assert_int_equal(history->received.calls, 3);
	assert_int_equal(history->failed, 3);
	assert_int_equal(history->errors[0].error, EAGAIN);
	assert_int_equal(history->errors[0].count, 2);
	assert_int_equal(history->errors[1].error, EPIPE);
	assert_true(history->blocked_ns[BLOCKED_RECEIVE] > 0 && history->blocked_ns[BLOCKED_SEND] > 0);
	RUN(&world, 'A', 0, close, 3);
	assert_int_equal(world.news[0].kind, NEWS_LAST_CLOSE);
	assert_true(world.news[0].after_ns > 20);
	world_done(&world);
}

/* Only the close that leaves no reference is the last. */
static void test_last_close(void **unused)
{
	struct world world;

	(void)unused;
	begin(&world);
	RUN(&world, 'A', 5, dup, 3);
	RUN(&world, 'A', 0, close, 3);
	assert_int_equal(world.news_count, 0);
	RUN(&world, 'A', 6, socket, AF_INET, SOCK_STREAM, 0);
	RUN(&world, 'A', 5, dup2, 6, 5);
	assert_int_equal(world.news_count, 1);
	assert_int_equal(world.news[0].kind, NEWS_LAST_CLOSE);
	assert_int_equal(world.closed, 1);
	world_done(&world);
}

static uint32_t pair_of(struct world *world, char task, int fd)
{
	struct file *other = socket_pair(state_file(world->state, world_task(world, task), fd));

	return other ? socket_id(other) : 0;
}

static void test_socketpair(void **unused)
{
	struct world world;
	int fds[2] = { 4, 5 };

	(void)unused;
	begin(&world);
	memcpy(world.memory, fds, sizeof(fds));
	RUN(&world, 'A', 0, socketpair, AF_UNIX, SOCK_STREAM, 0, MEMORY_AT);
	assert_int_equal(world.news_count, 1);
	assert_int_equal(world.news[0].kind, NEWS_PAIRED);
	assert_int_equal(pair_of(&world, 'A', 4), world_id(&world, 'A', 5));
	assert_int_equal(pair_of(&world, 'A', 5), world_id(&world, 'A', 4));
	RUN(&world, 'A', 0, close, 4);
	assert_int_equal(pair_of(&world, 'A', 5), 0);
	world_done(&world);
}

static void set_local(struct world *world, char task, int fd, uint32_t ip, uint16_t port)
{
	struct truth *truth = &world->truths[world->truth_count++];

	put_address(world, ip, port);
	*truth = (struct truth){
		.task = task, .fd = fd, .kind = FILE_SOCKET, .cookie = 700 + world->truth_count
	};
	address_set(&truth->local, world->memory + ADDRESS, sizeof(struct sockaddr_in), 6);
}

/* Loopback TCP: either end may be seen first. */
static void test_loopback(void **unused)
{
	for (int client_first = 0; client_first < 2; client_first++) {
		struct world world;

		begin(&world);
		world_start(&world, 'B', 0, 0);
		RUN(&world, 'B', 3, socket, AF_INET, SOCK_STREAM, 6);
		RUN(&world, 'B', 0, listen, 3, 5);
		set_local(&world, 'A', 3, 0x7f000001, 40000);
		set_local(&world, 'B', 4, 0x7f000001, 80);
		if (client_first)
			connect_to(&world, 3, 80, 0);
		put_address(&world, 0x7f000001, 40000);
		RUN(&world, 'B', 4, accept4, 3, MEMORY_AT + ADDRESS, MEMORY_AT + LENGTH);
		if (!client_first)
			connect_to(&world, 3, 80, -EINPROGRESS);
		assert_int_equal(world.news_count, 1);
		assert_int_equal(world.news[0].kind, NEWS_PAIRED);
		assert_int_equal(pair_of(&world, 'A', 3), world_id(&world, 'B', 4));
		world_done(&world);
	}
	(void)unused;
}

/* The same addresses in two network namespaces are no pair. */
static void test_namespaces(void **unused)
{
	struct world world;

	(void)unused;
	begin(&world);
	world_start(&world, 'B', 0, 0);
	world.netns = 2;
	RUN(&world, 'B', 3, socket, AF_INET, SOCK_STREAM, 6);
	set_local(&world, 'A', 3, 0x7f000001, 40000);
	set_local(&world, 'B', 4, 0x7f000001, 80);
	connect_to(&world, 3, 80, 0);
	put_address(&world, 0x7f000001, 40000);
	RUN(&world, 'B', 4, accept4, 3, MEMORY_AT + ADDRESS, MEMORY_AT + LENGTH);
	assert_int_equal(pair_of(&world, 'A', 3), 0);
	world_done(&world);
}

/* A unix stream accepted from a traced client, by the kernel's word on inodes. */
static void test_unix(void **unused)
{
	struct world world;
	struct sockaddr_un name = { .sun_family = AF_UNIX, .sun_path = "/run/x" };

	(void)unused;
	world_init(&world);
	world_start(&world, 'A', 0, 0);
	world_start(&world, 'B', 0, 0);
	RUN(&world, 'A', 3, socket, AF_UNIX, SOCK_STREAM, 0);
	RUN(&world, 'B', 3, socket, AF_UNIX, SOCK_STREAM, 0);
	memcpy(world.memory, &name, sizeof(name));
	RUN(&world, 'B', 0, bind, 3, MEMORY_AT, sizeof(name));
	RUN(&world, 'B', 0, listen, 3, 5);
	RUN(&world, 'A', 0, connect, 3, MEMORY_AT, sizeof(name));
	world.unix_peer_inode = 101 + 5000; /* the first cookie that was given out */
	RUN(&world, 'B', 4, accept4, 3, 0, 0, 0);
	assert_int_equal(pair_of(&world, 'B', 4), world_id(&world, 'A', 3));
	RUN(&world, 'B', 5, accept4, 3, 0, 0, 0);
	assert_int_equal(pair_of(&world, 'B', 5), 0);
	world_done(&world);
}

static void epoll_ctl_data(struct world *world, int op, int fd, uint64_t data)
{
	memcpy(world->memory + EVENT + 4, &data, 8);
	RUN(world, 'A', 0, epoll_ctl, 8, op, fd, MEMORY_AT + EVENT);
}

static int epoll_fd(struct world *world, uint64_t data)
{
	return state_epoll_fd(world->state, state_file(world->state, world_task(world, 'A'), 8), data);
}

/* Registrations live as long as the file, not as its number (epoll(7)). */
static void test_epoll(void **unused)
{
	struct world world;

	(void)unused;
	begin(&world);
	RUN(&world, 'A', 8, epoll_create1, 0);
	epoll_ctl_data(&world, EPOLL_CTL_ADD, 3, 0x1000);
	epoll_ctl_data(&world, EPOLL_CTL_ADD, 77, 0x2000); /* no socket: an eventfd, say */
	assert_int_equal(epoll_fd(&world, 0x1000), 3);
	assert_int_equal(epoll_fd(&world, 0x2000), 77);
	assert_int_equal(epoll_fd(&world, 0x3000), -1);
	epoll_ctl_data(&world, EPOLL_CTL_MOD, 3, 0x1001);
	assert_int_equal(epoll_fd(&world, 0x1000), -1);
	assert_int_equal(epoll_fd(&world, 0x1001), 3);
	RUN(&world, 'A', 9, dup, 3);
	RUN(&world, 'A', 0, close, 3);
	assert_int_equal(epoll_fd(&world, 0x1001), 3); /* lives on by 9 */
	RUN(&world, 'A', 3, socket, AF_INET, SOCK_STREAM, 0);
	epoll_ctl_data(&world, EPOLL_CTL_ADD, 3, 0x1001);
	assert_int_equal(epoll_fd(&world, 0x1001), -1); /* two with one word */
	RUN(&world, 'A', 0, close, 9);
	assert_int_equal(epoll_fd(&world, 0x1001), 3);
	epoll_ctl_data(&world, EPOLL_CTL_DEL, 3, 0);
	assert_int_equal(epoll_fd(&world, 0x1001), -1);
	epoll_ctl_data(&world, EPOLL_CTL_ADD, 3, 5);
	RUN(&world, 'A', 0, close, 8);
	RUN(&world, 'A', 0, close, 3);
	world_done(&world);
}

/* Ten thousand registrations with one data word, taken away in any order, in time that grows with their
 * number only. */
static void test_epoll_hostile(void **unused)
{
	struct world world;

	(void)unused;
	begin(&world);
	RUN(&world, 'A', 8, epoll_create1, 0);
	for (int fd = 10; fd < 10010; fd++) {
		RUN(&world, 'A', fd, socket, AF_INET, SOCK_STREAM, 0);
		epoll_ctl_data(&world, EPOLL_CTL_ADD, fd, 0);
	}
	for (int fd = 10; fd < 10009; fd++)
		RUN(&world, 'A', 0, close, fd);
	assert_int_equal(epoll_fd(&world, 0), 10009);
	world_done(&world);
}

/* Nobody may ask: what only sockets can do makes one of it, with nothing made up about its ends. */
static void test_refused(void **unused)
{
	struct world world;

	(void)unused;
	world_init(&world);
	world.refuse = world.refuse_proc = true;
	world_start(&world, 'A', '!', 0);
	RUN(&world, 'A', -ENOTSOCK, recvfrom, 4, MEMORY_AT, 10);
	assert_int_equal(world.found, 0);
	RUN(&world, 'A', 10, recvfrom, 3, MEMORY_AT, 10);
	state_flush(world.state);
	assert_int_equal(world.found, 1);
	assert_int_equal(history_at(&world, 'A', 3)->received.bytes, 10);
	assert_true(history_at(&world, 'A', 3)->found);
	assert_false(address_known(socket_peer(state_file(world.state, world_task(&world, 'A'), 3))));
	connect_to(&world, 3, 80, 0);
	assert_int_equal(socket_family(state_file(world.state, world_task(&world, 'A'), 3)), AF_INET);
	world_done(&world);
}

/* A sleeper's socket at attach is known by its inode, and is the same one when it is held later; or is not.
 */
static void test_asleep(void **unused)
{
	(void)unused;
	for (int same = 0; same < 2; same++) {
		struct world world;
		struct task *task;
		uint32_t id;

		world_init(&world);
		world_start(&world, 'A', '!', 0);
		task = world_task(&world, 'A');
		put_address(&world, 0x7f000001, 80);
		address_set(&world.asleep_peer, world.memory + ADDRESS, sizeof(struct sockaddr_in), 6);
		world.truths[world.truth_count++] =
			(struct truth){ 'A', 3, FILE_SOCKET, 9, .cloexec = false };
		struct file *file = state_file_asleep(world.state, task, 3);

		assert_int_equal(address_port(socket_peer(file)), 80);
		assert_int_equal(socket_cookie(file), 0);
		id = socket_id(file);
		world.truths[0].cookie = same ? 9 : 10;
		RUN(&world, 'A', 5, recvfrom, 3, MEMORY_AT, 10);
		assert_int_equal(world_id(&world, 'A', 3) == id, same);
		assert_int_equal(socket_cookie(state_file(world.state, task, 3)), same ? 9 : 10);
		world_done(&world);
	}
}

/* struct tcp_info at each so many bytes, at ticks, at close however it comes; never of what is not connected.
 */
static void test_tcp_samples(void **unused)
{
	struct world world;
	struct tcp_options options = { .at_close = true, .every_bytes = 100, .at_ticks = true };

	(void)unused;
	begin(&world);
	options.sample = world_sample;
	options.user = &world;
	state_tcp_options(world.state, &options);
	state_tcp_tick(world.state);
	RUN(&world, 'A', 0, close, 3);
	assert_int_equal(world.samples, 0);
	RUN(&world, 'A', 3, socket, AF_INET, SOCK_STREAM, 6);
	connect_to(&world, 3, 80, 0);
	RUN(&world, 'A', 99, write, 3, MEMORY_AT, 99);
	RUN(&world, 'A', 2, fcntl, 3, 3);
	assert_int_equal(world.samples, 0);
	RUN(&world, 'A', 1, read, 3, MEMORY_AT, 10);
	RUN(&world, 'A', 99, write, 3, MEMORY_AT, 99);
	assert_int_equal(world.samples, 1);
	assert_string_equal(world.why[0], "bytes");
	RUN(&world, 'A', 500, write, 3, MEMORY_AT, 500);
	assert_int_equal(world.samples, 2);
	state_tcp_tick(world.state);
	assert_int_equal(world.samples, 3);
	assert_string_equal(world.why[2], "interval");
	RUN(&world, 'A', 4, dup, 3);
	RUN(&world, 'A', 0, close, 3);
	assert_int_equal(world.samples, 3);
	RUN(&world, 'A', 0, close, 4);
	assert_int_equal(world.samples, 4);
	assert_string_equal(world.why[3], "close");
	assert_int_equal(world.tcp_running, 1);
	RUN(&world, 'A', 3, socket, AF_INET, SOCK_STREAM, 6);
	connect_to(&world, 3, 80, 0);
	state_task_end(world.state, world_task(&world, 'A'));
	assert_int_equal(world.samples, 5);
	assert_int_equal(world.tcp_running, 2);
	world_done(&world);
}

/* Every way in which the last number of a connection goes, while it can still be asked. */
static void test_tcp_last_words(void **unused)
{
	enum { EXIT, EXIT_OF_TWO, EXIT_WITH_COPY, ONTO, RANGE, RANGE_LATER };
	static const struct {
		unsigned way, samples;
	} rows[] = {
		{ EXIT, 1 }, { EXIT_OF_TWO, 1 }, { EXIT_WITH_COPY, 0 },
		{ ONTO, 1 }, { RANGE, 1 },	 { RANGE_LATER, 0 },
	};

	(void)unused;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct tcp_options options = { .at_close = true, .sample = world_sample };
		struct world world;

		begin(&world);
		options.user = &world;
		state_tcp_options(world.state, &options);
		connect_to(&world, 3, 80, 0);
		if (rows[i].way == EXIT_OF_TWO)
			world_start(&world, 'B', 'A', CLONED_FILES | 0x10000);
		if (rows[i].way == EXIT_WITH_COPY)
			world_start(&world, 'B', 'A', 0);
		switch (rows[i].way) {
		case ONTO:
			RUN(&world, 'A', 5, socket, AF_INET, SOCK_STREAM, 6);
			RUN(&world, 'A', 3, dup2, 5, 3);
			break;
		case RANGE:
		case RANGE_LATER:
			RUN(&world, 'A', 0, close_range, 3, ~0U, rows[i].way == RANGE ? 0 : 4);
			break;
		default:
			RUN(&world, 'A', 4, dup, 3);
			state_task_exiting(world.state, world_task(&world, 'A'));
			assert_int_equal(world.tcp_asked, rows[i].way == EXIT);
			if (rows[i].way == EXIT_OF_TWO)
				state_task_exiting(world.state, world_task(&world, 'B'));
			state_task_end(world.state, world_task(&world, 'A'));
			if (rows[i].way == EXIT_OF_TWO)
				state_task_end(world.state, world_task(&world, 'B'));
		}
		assert_int_equal(world.samples, rows[i].samples);
		assert_int_equal(world.tcp_asked, rows[i].samples);
		world_done(&world);
	}
}

/* Exit-only engines: a close whose number was given away again before it was seen. */
static void test_exit_only(void **unused)
{
	struct world world;
	struct call call = {
		.abi = &world_abi, .row = &call_rows[CALL_close], .args = { 3 }, .args_known = true
	};
	uint32_t id;

	(void)unused;
	begin(&world);
	world_start(&world, 'B', 'A', CLONED_FILES | 0x10000);
	RUN(&world, 'B', 3, socket, AF_INET, SOCK_STREAM, 0);
	id = world_id(&world, 'A', 3);
	world.truths[world.truth_count++] =
		(struct truth){ .task = 'A', .fd = 3, .kind = FILE_SOCKET, .cookie = 102 };
	call.finished = true;
	call.exit_ns = ++world.now;
	assert_true(state_enter(world.state, world_task(&world, 'A'), &call));
	state_leave(world.state, world_task(&world, 'A'), &call);
	state_apply(world.state, world_task(&world, 'A'), &call);
	state_drop(world.state, &call);
	assert_int_equal(world_id(&world, 'A', 3), id);
	world_done(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_outcomes),      cmocka_unit_test(test_blocking),
		cmocka_unit_test(test_udp),	      cmocka_unit_test(test_traffic),
		cmocka_unit_test(test_last_close),    cmocka_unit_test(test_socketpair),
		cmocka_unit_test(test_loopback),      cmocka_unit_test(test_namespaces),
		cmocka_unit_test(test_unix),	      cmocka_unit_test(test_epoll),
		cmocka_unit_test(test_epoll_hostile), cmocka_unit_test(test_refused),
		cmocka_unit_test(test_exit_only),     cmocka_unit_test(test_asleep),
		cmocka_unit_test(test_tcp_samples),   cmocka_unit_test(test_tcp_last_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
