/* fuzz_sockaddr: an address of any family and length. Input: protocol, claimed length, bytes. */
#include "decode/sockaddr.h"

#include "decode_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint16_t protocol = (uint16_t)fuzz_take(&data, &size, 2);
	uint32_t length = (uint32_t)fuzz_take(&data, &size, 4), got = size < 128 ? (uint32_t)size : 128;
	struct fuzz fuzz = { .sum = 0 };
	struct arena arena = { 0 };
	uint8_t *copy = malloc(got ? got : 1);

	memcpy(copy, data, got);
	fuzz_touch(&fuzz, sockaddr_value(&arena, "addr", copy, got, length, protocol), 0);
	free(copy);
	arena_done(&arena);
	return 0;
}
