/* demangle: C++ and Rust names as people write them, without parameters. */
#ifndef SOCKLINE_STACK_DEMANGLE_H
#define SOCKLINE_STACK_DEMANGLE_H

#include <stdbool.h>

#include "base/arena.h"

/* A copy of the name in the arena, demangled where possible. */
const char *demangle(struct arena *arena, const char *name);

/* True for a mangled name that rustc made. */
bool is_rust_name(const char *name);

#endif
