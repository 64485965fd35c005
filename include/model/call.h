/*
 * call: one system call on its way from the entry stop to the sinks: numbers, registers and the bytes that
 * were copied while the thread was held. What it means is decoded from this alone, after the thread runs
 * again.
 */
#ifndef SOCKLINE_MODEL_CALL_H
#define SOCKLINE_MODEL_CALL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "model/memory.h"

struct abi;
struct row;
struct task;

/* Bytes copied from the tracee: [address, address + got) of the size that was asked for. */
struct blob {
	uint64_t address;
	uint32_t size, got;
	const uint8_t *data;
};

/* What was copied at one stop. A memory reader over it: decode/capture.h. */
struct capture {
	struct blob *blobs;
	uint32_t count, room;
};

enum phase { PHASE_ENTRY, PHASE_EXIT };

enum { STACK_MAX = 256 };

/* A walked stack: what stack/ needs to name frames later. code is stack/'s own object for that pc in its
 * module. */
struct walk {
	struct walk_frame {
		uint64_t pc;
		const struct code *code; /* NULL: pc lies in no known mapping */
		bool guessed;		 /* found by frame pointers */
	} * frames;			 /* in the call's arena, innermost first */
	unsigned count;
	bool cut;    /* there was more, or the walk could not go on to the outermost frame */
	uint64_t id; /* walks of one id have the same frames; 0: unknown */
};

struct call {
	struct arena arena;
	const struct abi *abi;
	const struct row *row;
	uint64_t number; /* of the ABI's own table */
	uint64_t
		args[6]; /* as the row counts them (socketcall unpacked); masked to 32 bits for 32-bit ABIs */
	bool args_known; /* false: socketcall's block could not be read */
	uint64_t ip, sp;
	int64_t result;		    /* raw: -errno when failed */
	bool entry_seen;	    /* an entry stop was seen: entry capture and entry_ns are true */
	bool finished;		    /* result is known; false: "= ?" */
	bool failed;		    /* result is -errno */
	bool unreturned;	    /* not finished, as its thread was killed on its way out of it: it had its
				       effects, and result is what the kernel had made of it */
	bool restarted;		    /* went through at least one kernel restart */
	bool bytes_unread;	    /* came from a ring buffer: nothing behind pointers was read */
	bool dropped;		    /* found at its exit to be of no interest: finish only forgets it */
	uint64_t entry_ns, exit_ns; /* CLOCK_MONOTONIC; entry_ns 0: unknown */
	struct capture in, out;
	struct walk walk;
	struct file *
		file; /* state/: what the row's main fd referred to at entry (a reference is held), or NULL */
	struct file *file2; /* state/: the same for the row's second fd */
	bool uncertain; /* a close, or a killed thread's last call, whose file may have been another, which is
			   of no interest: `file` is what was most likely closed, or the unknown file */
	bool left;	/* state_leave has been called: what it makes is made */
	bool end_sure;	/* its thread stops once more while its memory stands, whatever becomes of the call */
	bool walk_later;   /* the stack is walked at that stop */
	struct call *next; /* free list */
};

#endif
