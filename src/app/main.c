/* The program's entry. */
#include <stdio.h>

int main(void)
{
	puts("sockline " SOCKLINE_VERSION);
	return 0;
}
