/*
 * int80: i386 calls made by `int $0x80` from 64-bit code: socket, getsockname and shutdown by socketcall,
 * write and close directly; between them the same by the 64-bit way. Prints the report.
 *
 * Must see: each by its own name with its own result, whichever table its number is from.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <sys/socket.h>

#include "report.h"

enum { I386_WRITE = 4, I386_CLOSE = 6, I386_SOCKETCALL = 102 };

static long int80(long number, long a, long b, long c)
{
	long result;
	__asm__ volatile("int $0x80"
			 : "=a"(result)
			 : "a"(number), "b"(a), "c"(b), "d"(c)
			 : "memory", "r8", "r9", "r10", "r11");
	int narrow = (int)result;
	errno = narrow < 0 ? -narrow : 0;
	return narrow < 0 ? -1 : narrow;
}

int main(void)
{
	report_start();
	signal(SIGPIPE, SIG_IGN);
	unsigned *low =
		mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	if (low == MAP_FAILED)
		give_up("mmap");
	long block = (long)low;
	low[0] = AF_UNIX;
	low[1] = SOCK_DGRAM;
	low[2] = 0;
	int fd = (int)DID("socket", int80(I386_SOCKETCALL, 1, block, 0));
	int other = (int)DID("socket", socket(AF_INET, SOCK_STREAM, 0));
	low[0] = (unsigned)fd;
	low[1] = 1;
	DID("shutdown", int80(I386_SOCKETCALL, 13, block, 0));
	DID("write", int80(I386_WRITE, fd, block, 4));
	DID("write", write(other, "x", 0));
	DID("close", int80(I386_CLOSE, fd, 0, 0));
	DID("close", close(other));
	report_print();
	return 0;
}
