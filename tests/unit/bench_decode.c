/* bench_decode: what capture and decoding cost per call, without the reading itself. Prints nanoseconds per
 * phase. */
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "arch/abi.h"
#include "base/clock.h"
#include "decode/capture.h"
#include "decode/decode.h"

enum { ROUNDS = 200000 };

/* All memory is zeroes but for what a case put there. */
static char page[65536];

static size_t read_page(struct memory *memory, struct memory_span *spans, size_t count)
{
	(void)memory;
	for (size_t i = 0; i < count; i++) {
		memcpy(spans[i].to, page + spans[i].address % 32768, spans[i].size);
		spans[i].got = spans[i].size;
	}
	return count;
}

static void capture(struct call *call, enum phase phase, struct memory *memory)
{
	const struct capture_options options = { 256 };
	struct memory_span spans[CAPTURE_SPANS];
	unsigned count = capture_plan(call, phase, &options, spans);

	memory_read(memory, spans, count);
	capture_follow(call, phase, &options, spans, count, memory);
}

static void bench(const char *name, enum call_id row, const uint64_t args[6], int64_t result)
{
	static struct call call;
	struct memory memory = { read_page };
	const struct decode decode = { .data_limit = 256 };
	uint64_t spent[3] = { 0 };

	for (int i = 0; i < ROUNDS; i++) {
		struct arena arena = call.arena;
		struct event event = { 0 };

		arena_reset(&arena);
		call = (struct call){ .arena = arena,
				      .abi = &abi_x86_64,
				      .row = &call_rows[row],
				      .args_known = true,
				      .entry_seen = true };
		memcpy(call.args, args, sizeof(call.args));
		uint64_t a = clock_monotonic_ns();

		capture(&call, PHASE_ENTRY, &memory);
		uint64_t b = clock_monotonic_ns();

		call.finished = true;
		call.result = result;
		capture(&call, PHASE_EXIT, &memory);
		uint64_t c = clock_monotonic_ns();

		decode_entry(&decode, &call, &event);
		decode_exit(&decode, &call, &event);
		spent[0] += b - a;
		spent[1] += c - b;
		spent[2] += clock_monotonic_ns() - c;
	}
	printf("%-12s entry %4llu  exit %4llu  decode %5llu ns\n", name,
	       (unsigned long long)spent[0] / ROUNDS, (unsigned long long)spent[1] / ROUNDS,
	       (unsigned long long)spent[2] / ROUNDS);
}

int main(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(80) };
	struct iovec vector = { (void *)0x100, 64 };
	struct msghdr message = {
		.msg_name = (void *)0x1000, .msg_namelen = 16, .msg_iov = (void *)0x2000, .msg_iovlen = 1
	};
	struct pollfd fds[4] = {
		{ 3, POLLIN, 0 }, { 4, POLLIN, 0 }, { 5, POLLOUT, POLLOUT }, { 6, POLLIN, 0 }
	};
	int length = 16;

	memcpy(page + 0x1000, &address, sizeof(address));
	memcpy(page + 0x2000, &vector, sizeof(vector));
	memcpy(page + 0x3000, &message, sizeof(message));
	memcpy(page + 0x4000, fds, sizeof(fds));
	memcpy(page + 0x5000, &length, sizeof(length));
	bench("close", CALL_close, (const uint64_t[6]){ 3 }, 0);
	bench("connect", CALL_connect, (const uint64_t[6]){ 3, 0x1000, 16 }, 0);
	bench("write", CALL_write, (const uint64_t[6]){ 3, 0x100, 64 }, 64);
	bench("read", CALL_read, (const uint64_t[6]){ 3, 0x100, 64 }, 64);
	bench("sendto", CALL_sendto, (const uint64_t[6]){ 3, 0x100, 64, 0, 0x1000, 16 }, 64);
	bench("recvfrom", CALL_recvfrom, (const uint64_t[6]){ 3, 0x100, 64, 0, 0x1000, 0x5000 }, 64);
	bench("sendmsg", CALL_sendmsg, (const uint64_t[6]){ 3, 0x3000, 0 }, 64);
	bench("recvmsg", CALL_recvmsg, (const uint64_t[6]){ 3, 0x3000, 0 }, 64);
	bench("poll", CALL_poll, (const uint64_t[6]){ 0x4000, 4, 1000 }, 1);
	bench("setsockopt", CALL_setsockopt, (const uint64_t[6]){ 3, SOL_SOCKET, SO_REUSEADDR, 0x100, 4 }, 0);
	bench("fcntl", CALL_fcntl, (const uint64_t[6]){ 3, 4, 2048 }, 0);
	bench("ioctl", CALL_ioctl, (const uint64_t[6]){ 3, 0x5421, 0x100 }, 0);
	return 0;
}
