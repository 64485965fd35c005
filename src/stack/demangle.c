#include "demangle.h"

#include <setjmp.h>
#include <string.h>

enum { MANGLED_MAX = 4096, DEMANGLED_MAX = 2048 };

/* "_R...", or "_ZN..." with a hash "17h<16 hex digits>E" at the end: rustc's book, "Symbol Mangling". */
bool is_rust_name(const char *name)
{
	const size_t len = strlen(name);

	if (len > 2 && name[0] == '_' && name[1] == 'R')
		return true;
	return len > 24 && !strncmp(name, "_ZN", 3) && !strncmp(name + len - 20, "17h", 3) &&
	       name[len - 1] == 'E';
}

#ifdef HAVE_LIBIBERTY
#include <libiberty/demangle.h>

struct output {
	char text[DEMANGLED_MAX];
	size_t len;
	jmp_buf full;
};

/* Takes a piece. A short crafted name can stand for terabytes of text: then there is no end to wait for. */
static void add_piece(const char *piece, size_t len, void *user)
{
	struct output *output = user;

	if (len > sizeof(output->text) - output->len)
		longjmp(output->full, 1);
	memcpy(output->text + output->len, piece, len);
	output->len += len;
}

/* Both functions of libiberty write to the callback alone, so they may be left in the middle. */
static bool demangle_into(struct output *output, const char *name)
{
	if (setjmp(output->full))
		return false;
	output->len = 0;
	if (rust_demangle_callback(name, DMGL_ANSI, add_piece, output) && output->len)
		return true;
	output->len = 0;
	return cplus_demangle_v3_callback(name, DMGL_ANSI, add_piece, output) && output->len;
}

const char *demangle(struct arena *arena, const char *name)
{
	struct output output;

	if (name[0] == '_' && (name[1] == 'Z' || name[1] == 'R' || name[1] == '_') &&
	    strlen(name) <= MANGLED_MAX && demangle_into(&output, name))
		return arena_copy(arena, output.text, output.len);
	return arena_string(arena, name);
}

#else

const char *demangle(struct arena *arena, const char *name)
{
	return arena_string(arena, name);
}

#endif
