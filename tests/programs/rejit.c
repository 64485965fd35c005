/* rejit: code made at run time, that calls listen(2) and is named in /tmp/perf-PID.map as compilers do for
 * perf(1); then other code in its place, with another name, which leaves its stack otherwise. The backlog
 * tells which. */
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { FRAME_AT = 3, BACKLOG_AT = 15, FRAME_END_AT = 24, CALLS = 4 };

int main(void)
{
	/* sub $8, %rsp; mov $50, %eax; mov $-1, %edi; mov $1, %esi; syscall; add $8, %rsp; ret */
	unsigned char code[] = { 0x48, 0x83, 0xec, 8, 0xb8, 50, 0,    0,    0,	  0xbf, 0xff, 0xff, 0xff,
				 0xff, 0xbe, 1,	   0, 0,    0,	0x0f, 0x05, 0x48, 0x83, 0xc4, 8,    0xc3 };
	unsigned char *room =
		mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char path[64];

	snprintf(path, sizeof(path), "/tmp/perf-%d.map", getpid());
	for (unsigned char which = 1; which <= 2; which++) {
		code[FRAME_AT] = code[FRAME_END_AT] = (unsigned char)(which * 24);
		code[BACKLOG_AT] = which;
		memcpy(room, code, sizeof(code));
		FILE *map = fopen(path, "a");
		fprintf(map, "%lx %zx made%d\n", (unsigned long)room, sizeof(code), which);
		fclose(map);
		for (int i = 0; i < CALLS; i++)
			((void (*)(void))room)();
		/* The caller is named after the call: let it be. */
		usleep(300000);
	}
	unlink(path);
	return 0;
}
