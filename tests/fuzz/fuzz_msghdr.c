/* fuzz_msghdr: message headers and vectors of them. Input: which call, flags, family, result, vlen, header
 * and all behind it. */
#include "decode_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t rows[] = { CALL_sendmsg,  CALL_recvmsg, CALL_sendmmsg,
					CALL_recvmmsg, CALL_writev,  CALL_readv };
	static struct fuzz fuzz;
	unsigned row = (unsigned)fuzz_take(&data, &size, 1), flags = (unsigned)fuzz_take(&data, &size, 1);
	int family = (int)fuzz_take(&data, &size, 1);
	int64_t result = (int64_t)fuzz_take(&data, &size, 4);
	uint64_t count = fuzz_take(&data, &size, 4);
	/* the header lies at a multiple of the input's size, which is its start */
	uint64_t args[6] = { 3, size, count, 0, size, 0 };

	fuzz_init(&fuzz, rows[row % sizeof(rows)], flags, args, result, family, 0);
	fuzz_run(&fuzz, data, size);
	return 0;
}
