/* replaced: loads a library whose file another one then takes the place of, or that is deleted, before it is
 * called. */
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	void *library = argc > 1 ? dlopen(argv[1], RTLD_NOW) : NULL;
	void (*plugin)(void) = library ? (void (*)(void))(uintptr_t)dlsym(library, "plugin") : NULL;

	if (!plugin)
		return 1;
	if (argc > 2 ? rename(argv[2], argv[1]) : unlink(argv[1]))
		return 2;
	plugin();
	return 0;
}
