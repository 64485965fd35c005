/* fuzz_call: any call with any arguments, result and memory. Input: row, flags, family, protocol, result, six
 * arguments, memory. */
#include "decode_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct fuzz fuzz;
	uint64_t args[6];
	unsigned row = (unsigned)fuzz_take(&data, &size, 1), flags = (unsigned)fuzz_take(&data, &size, 1);
	int family = (int)fuzz_take(&data, &size, 1), protocol = (int)fuzz_take(&data, &size, 1);
	int64_t result = (int64_t)fuzz_take(&data, &size, 4);

	for (unsigned i = 0; i < 6; i++)
		args[i] = fuzz_take(&data, &size, 8);
	fuzz_init(&fuzz, row, flags, args, result, family, protocol);
	fuzz_run(&fuzz, data, size);
	return 0;
}
