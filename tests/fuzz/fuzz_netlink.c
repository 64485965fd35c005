/* fuzz_netlink: messages of a netlink socket, sent or received. Input: flags (bit 7: received), protocol,
 * messages. */
#include "decode_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct fuzz fuzz;
	unsigned flags = (unsigned)fuzz_take(&data, &size, 1);
	int protocol = (int)fuzz_take(&data, &size, 1);
	uint64_t args[6] = { 3, size, size, 0, 0, 0 };

	fuzz_init(&fuzz, flags & 128 ? CALL_read : CALL_write, flags & 31, args, (int64_t)size,
		  16 /* AF_NETLINK */, protocol);
	fuzz_run(&fuzz, data, size);
	return 0;
}
