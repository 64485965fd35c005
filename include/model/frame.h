/*
 * frame: a place in a program's code. Places are made by stack/, are immutable and live as long as the trace,
 * so events point to them and sinks may cache what they print by pointer.
 */
#ifndef SOCKLINE_MODEL_FRAME_H
#define SOCKLINE_MODEL_FRAME_H

#include <stdbool.h>
#include <stdint.h>

struct place {
	const char *function; /* demangled; NULL: no symbol covers the address */
	uint64_t offset;      /* of the return address, from the function's start */
	const char *file;     /* full path; NULL: no line known */
	int line, column;     /* 0: unknown */
	const char *module; /* path of the ELF file, as the program sees it, the program's own by which it was
			       started;
			       "[vdso]", "[anon]"; NULL: unmapped */
	uint64_t module_offset; /* address within module (file-relative virtual address) */
	uint64_t address;	/* run-time program counter that was first seen here */
	bool inlined;		/* this is an inlined function; outer is the function it was inlined into */
	const struct place *outer; /* next outer function of the same frame (inlining), NULL: none */
	bool guessed;		   /* the frame was found by frame pointers or from the code, not by CFI */
	bool skipped;		   /* caller policy: runtime or libc code */
	const char *note;	   /* "module was replaced since it was mapped", or NULL */
};

struct caller {
	const struct place *place; /* what the line column shows; NULL: nothing known */
	const char *via; /* soname of the innermost user module without lines below place, or NULL */
};

#endif
