/* jit: code made at run time, that calls listen(2) and is named in /tmp/perf-PID.map as compilers do for
 * perf(1), by the name that is given. */
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	/* push %rbp; mov %rsp, %rbp; mov $50, %eax; mov $-1, %edi; mov $7, %esi; syscall; pop %rbp; ret */
	static const unsigned char code[] = { 0x55, 0x48, 0x89, 0xe5, 0xb8, 50,	  0,	0,
					      0,    0xbf, 0xff, 0xff, 0xff, 0xff, 0xbe, 7,
					      0,    0,	  0,	0x0f, 0x05, 0x5d, 0xc3 };
	unsigned char *room = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char path[64];

	memcpy(room, code, sizeof(code));
	mprotect(room, 4096, PROT_READ | PROT_EXEC);
	((void (*)(void))room)();
	snprintf(path, sizeof(path), "/tmp/perf-%d.map", getpid());
	FILE *map = fopen(path, "w");
	fprintf(map, "%lx %zx %s\n", (unsigned long)room + 2048, sizeof(code), argc > 1 ? argv[1] : "?");
	fflush(map);
	mprotect(room, 4096, PROT_READ | PROT_WRITE);
	memcpy(room + 2048, code, sizeof(code));
	mprotect(room, 4096, PROT_READ | PROT_EXEC);
	((void (*)(void))(room + 2048))();
	/* The caller is named after the call: let it be. */
	usleep(300000);
	/* Other code in the same place. */
	fprintf(map, "%lx %zx %s\n", (unsigned long)room + 2048, sizeof(code), argc > 2 ? argv[2] : "?");
	fclose(map);
	((void (*)(void))(room + 2048))();
	usleep(300000);
	unlink(path);
	return 0;
}
