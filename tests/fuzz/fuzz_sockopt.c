/* fuzz_sockopt: options set and got. Input: flags (bit 7: get), family, level, option, length, value. */
#include "decode_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct fuzz fuzz;
	unsigned flags = (unsigned)fuzz_take(&data, &size, 1);
	int family = (int)fuzz_take(&data, &size, 1);
	uint64_t level = fuzz_take(&data, &size, 2), option = fuzz_take(&data, &size, 2),
		 length = fuzz_take(&data, &size, 4);
	bool get = flags & 128;
	/* a get's length stands behind the value */
	uint64_t args[6] = { 3, level, option, size, get ? size + size / 2 : length, 0 };

	fuzz_init(&fuzz, get ? CALL_getsockopt : CALL_setsockopt, flags & 31, args, 0, family, 0);
	fuzz_run(&fuzz, data, size);
	return 0;
}
