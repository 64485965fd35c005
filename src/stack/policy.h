/*
 * policy: which frames are the user's. Tables of rules over modules, functions and source files; see
 * policy.c. The user's own globs (--user-code, then --skip-code) come before them.
 */
#ifndef SOCKLINE_STACK_POLICY_H
#define SOCKLINE_STACK_POLICY_H

#include <stdbool.h>

#include "model/frame.h"

struct module;
struct stack;

enum verdict {
	VERDICT_SKIP, /* libc, dynamic linker, a language's runtime: never the caller while anything else is
			 there */
	VERDICT_WEAK, /* an interpreter's own code: the caller when there is none of the user's */
	VERDICT_USER, /* the user's, without a line */
	VERDICT_LINE, /* the user's, with a line: what is looked for */
};

/* A place with what only the policy needs to know of it. */
struct judged_place {
	struct place place; /* first: places are made as these */
	const char *plain;  /* the function's name, demangled whatever the options say; NULL: none */
	bool is_rust;
	bool is_go; /* by Go's own compiler: not C in a Go program */
};

/* True when the module alone decides, so that its code need not be named to be judged. */
bool policy_judge_module(const struct stack *stack, const struct module *module, enum verdict *verdict);

/* The verdict on one place; inlined functions are judged one by one. */
enum verdict policy_judge(const struct stack *stack, const struct module *module,
			  const struct judged_place *place);

#endif
