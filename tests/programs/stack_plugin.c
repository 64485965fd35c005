/* stack_plugin: a library that tests/programs/stack_lines.c loads; PADDING lines move its call to another
 * line. */
#include <sys/socket.h>

void plugin(void);
#ifdef PADDING

#endif
void plugin(void)
{
#ifdef PADDING
	listen(-1, __LINE__);
#else
	listen(-1, __LINE__);
#endif
	__asm__ volatile("" ::: "memory");
}
