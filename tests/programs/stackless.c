/* stackless: calls listen(2) with a stack pointer that leads nowhere, to nonsense, or in circles; and frames
 * that loop. */
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>

/* The call with stack and frame pointer of one's choice; nothing may use the stack before they are put back.
 */
static void call_with(uintptr_t stack, uintptr_t frame, int number)
{
	register uintptr_t sp __asm__("r14") = stack;
	register uintptr_t bp __asm__("r15") = frame;
	long result = SYS_listen;

	__asm__ volatile("mov %%rsp, %%r12; mov %%rbp, %%r13; mov %[sp], %%rsp; mov %[bp], %%rbp\n\t"
			 "syscall\n\t"
			 "mov %%r12, %%rsp; mov %%r13, %%rbp"
			 : "+a"(result)
			 : "D"(-1L), "S"((long)number), [sp] "r"(sp), [bp] "r"(bp)
			 : "r12", "r13", "rcx", "r11", "memory");
}

int main(void)
{
	enum { SIZE = 65536 };
	uintptr_t *room = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	const uintptr_t words = SIZE / sizeof(*room), begin = (uintptr_t)room, end = begin + SIZE;

	call_with(0, 0, 1);
	call_with(end, end, 2);
	call_with(end - 8, begin, 3);
	call_with(end - 3, end - 3, 4);
	call_with(UINTPTR_MAX, UINTPTR_MAX, 5);
	call_with(UINTPTR_MAX / 2, 1, 6);
	/* frames that are each other's callers, returning to this very code */
	for (uintptr_t i = 0; i + 1 < words; i += 2) {
		room[i] = begin;
		room[i + 1] = (uintptr_t)&call_with + 20;
	}
	call_with(begin, begin, 7);
	for (uintptr_t i = 0; i < words; i++)
		room[i] = (uintptr_t)&main + i % 64;
	call_with(begin, begin + 4096, 8);
	memset(room, 0xff, SIZE);
	call_with(begin + 1, begin, 9);
	return 0;
}
