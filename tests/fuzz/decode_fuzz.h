/*
 * decode_fuzz: a call whose arguments and memory are the fuzzer's, through capture and decoding, for the
 * targets that look at one kind of structure each.
 *
 * The memory is the input itself, at every address: so pointers in it lead somewhere, often across its end.
 * Addresses with bit 20 set cannot be read.
 */
#ifndef SOCKLINE_FUZZ_DECODE_FUZZ_H
#define SOCKLINE_FUZZ_DECODE_FUZZ_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "arch/abi.h"
#include "decode/capture.h"
#include "decode/decode.h"

enum {
	FUZZ_DEPTH = 64,
	FUZZ_MEMORY = 64 << 20, /* no call may need more for its event */
	FUZZ_UNREADABLE = 1 << 20,
};

struct fuzz {
	struct memory memory; /* first: the reader gets it */
	const uint8_t *data;
	size_t size;
	struct call call;
	struct event event;
	struct file_view view;
	struct decode decode;
	struct capture_options options;
	uint64_t sum; /* of all bytes of all values, so that all are read */
};

/* Takes size bytes off the input's front; zeroes when it has fewer. */
static inline uint64_t fuzz_take(const uint8_t **data, size_t *left, size_t size)
{
	uint64_t number = 0;

	if (*left < size)
		return 0;
	memcpy(&number, *data, size);
	*data += size;
	*left -= size;
	return number;
}

static size_t fuzz_read(struct memory *memory, struct memory_span *spans, size_t count)
{
	struct fuzz *fuzz = (struct fuzz *)memory;
	size_t total = 0;

	for (size_t i = 0; i < count; i++) {
		spans[i].got = 0;
		if (!fuzz->size || spans[i].address & FUZZ_UNREADABLE)
			continue;
		size_t at = spans[i].address % fuzz->size, there = fuzz->size - at;

		spans[i].got = (uint32_t)(there < spans[i].size ? there : spans[i].size);
		memcpy(spans[i].to, fuzz->data + at, spans[i].got);
		total += spans[i].got;
	}
	return total;
}

static void fuzz_touch(struct fuzz *fuzz, const struct value *first, unsigned depth)
{
	if (depth > FUZZ_DEPTH)
		abort();
	for (const struct value *value = first; value; value = value->next) {
		if (value->name)
			fuzz->sum += strlen(value->name);
		switch ((enum value_kind)value->kind) {
		case VALUE_BYTES:
		case VALUE_STRING:
			for (uint32_t i = 0; i <= value->bytes.length; i++)
				fuzz->sum += (uint8_t)value->bytes.data[i];
			break;
		case VALUE_ADDRESS:
			fuzz->sum += strlen(value->address.text);
			fuzz_touch(fuzz, value->address.fields, depth + 1);
			break;
		case VALUE_CONSTANT:
			fuzz->sum += value->constant.text ? strlen(value->constant.text) : 0;
			break;
		case VALUE_FLAGS:
			for (uint32_t i = 0; i < value->flags.count; i++)
				fuzz->sum += strlen(value->flags.names[i]);
			break;
		case VALUE_LIST:
		case VALUE_STRUCT:
			fuzz_touch(fuzz, value->list.first, depth + 1);
			break;
		case VALUE_CHANGE:
			fuzz_touch(fuzz, value->change.before, depth + 1);
			fuzz_touch(fuzz, value->change.after, depth + 1);
			break;
		default:
			fuzz->sum += value->unsigned_;
		}
	}
}

static inline const struct file_view *fuzz_file(void *user, const struct call *call, int fd)
{
	struct fuzz *fuzz = user;

	(void)call;
	return fd >= 0 ? &fuzz->view : NULL;
}

static inline int fuzz_epoll_fd(void *user, const struct call *call, int epfd, uint64_t data)
{
	(void)user;
	(void)call;
	(void)epfd;
	return (int)(data & 0xff) - 1;
}

static inline void fuzz_capture(struct fuzz *fuzz, enum phase phase)
{
	struct memory_span spans[CAPTURE_SPANS];
	unsigned count = capture_plan(&fuzz->call, phase, &fuzz->options, spans);

	memory_read(&fuzz->memory, spans, count);
	capture_follow(&fuzz->call, phase, &fuzz->options, spans, count, &fuzz->memory);
}

/* A row's number on the ABI, so that time64 variants take part. */
static inline uint64_t fuzz_number(const struct abi *abi, unsigned row, unsigned which)
{
	uint64_t last = 0;

	for (unsigned number = 0; number < abi->count; number++) {
		if (abi->numbers[number].row != row)
			continue;
		last = number;
		if (!which--)
			break;
	}
	return last;
}

/* Sets the call up; args are masked as the tracer does. flags: bit 0 i386, 1 exit only, 2 failed, 3
 * unfinished. */
static inline void fuzz_init(struct fuzz *fuzz, unsigned row, unsigned flags, const uint64_t args[6],
			     int64_t result, int family, int protocol)
{
	struct call *call = &fuzz->call;

	memset(fuzz, 0, sizeof(*fuzz));
	fuzz->memory.read = fuzz_read;
	fuzz->view =
		(struct file_view){ .kind = FILE_SOCKET, .family = family, .type = -1, .protocol = protocol };
	fuzz->decode = (struct decode){ .file = fuzz_file,
					.epoll_fd = fuzz_epoll_fd,
					.user = fuzz,
					.data_limit = 256,
					.show_secrets = flags & 16 };
	fuzz->options.data_limit = family == 16 ? 32768 : 256;
	call->abi = flags & 1 ? &abi_i386 : &abi_x86_64;
	call->row = &call_rows[row % CALL_COUNT];
	call->number = fuzz_number(call->abi, call->row->id, flags >> 5);
	call->args_known = true;
	call->entry_seen = !(flags & 2);
	call->finished = !(flags & 8);
	call->failed = call->finished && flags & 4;
	call->result = call->failed ? -11 : result < 0 ? -result : result;
	for (unsigned i = 0; i < 6; i++)
		call->args[i] = call->abi->bits == 32 ? (uint32_t)args[i] : args[i];
}

static inline void fuzz_run(struct fuzz *fuzz, const uint8_t *data, size_t size)
{
	struct call *call = &fuzz->call;

	/* a copy of exactly that size, so that a sanitizer sees the first byte beyond */
	uint8_t *copy = malloc(size ? size : 1);

	memcpy(copy, data, size);
	fuzz->data = copy;
	fuzz->size = size;
	if (call->entry_seen)
		fuzz_capture(fuzz, PHASE_ENTRY);
	if (call->finished)
		fuzz_capture(fuzz, PHASE_EXIT);
	decode_entry(&fuzz->decode, call, &fuzz->event);
	if (call->finished)
		decode_exit(&fuzz->decode, call, &fuzz->event);
	fuzz_touch(fuzz, fuzz->event.args, 0);
	fuzz_touch(fuzz, fuzz->event.result_value, 0);
	if (arena_size(&call->arena) > FUZZ_MEMORY)
		abort();
	arena_done(&call->arena);
	free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
