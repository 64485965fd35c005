/* fuzz_ioctl: requests to sockets, and fcntl's. Input: flags (bit 7: fcntl), family, request, argument's
 * bytes. */
#include "decode_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct fuzz fuzz;
	unsigned flags = (unsigned)fuzz_take(&data, &size, 1);
	int family = (int)fuzz_take(&data, &size, 1);
	uint64_t request = fuzz_take(&data, &size, 4);
	uint64_t args[6] = { 3, request, size, 0, 0, 0 };

	fuzz_init(&fuzz, flags & 128 ? CALL_fcntl : CALL_ioctl, flags & 31, args, (int64_t)(request & 7),
		  family, 0);
	fuzz_run(&fuzz, data, size);
	return 0;
}
