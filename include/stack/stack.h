/*
 * stack: from registers and memory of a held thread to frames, and later, while it runs again, to functions
 * and lines.
 *
 * Owns modules (one per ELF file, whoever maps it), address spaces, CFI rows, symbols and the caller policy.
 * Knows nothing of ptrace: registers and memory come through interfaces. Used from one thread only.
 */
#ifndef SOCKLINE_STACK_STACK_H
#define SOCKLINE_STACK_STACK_H

#include <sys/types.h>

#include "arch/regs.h"
#include "base/arena.h"
#include "base/text.h"
#include "model/call.h"
#include "model/frame.h"
#include "model/memory.h"

struct abi;
struct stack;
struct space;

struct stack_options {
	bool demangle;
	unsigned max_frames;	      /* --stack=N; walks stop there */
	const char *debug_dir;	      /* --debug-dir, NULL: the standard places */
	const char *const *skip_code; /* NULL-terminated globs, module or function; NULL: none */
	const char *const *user_code;
};

struct stack *stack_new(const struct stack_options *options);
void stack_free(struct stack *stack);

/*
 * The address space of a process (by any living thread of it): nothing is read until the first walk.
 * Reference counted: threads and CLONE_VM children share it by space_ref. space_fork: a copy for a child
 * without CLONE_VM.
 */
struct space *space_new(struct stack *stack, pid_t tid);
struct space *space_ref(struct space *space);
struct space *space_fork(struct space *space, pid_t child);
void space_unref(struct space *space);
/* An executable mapping appeared (mmap, mprotect with PROT_EXEC): look again at /proc/TID/maps at the next
 * miss. */
void space_changed(struct space *space);
/* The thread that the space was known by ended; tid is another living one. */
void space_retarget(struct space *space, pid_t tid);

/*
 * How much of the stack to copy in the same read as the arguments: [sp, sp + it). It follows how deep walks
 * went: from STACK_SNAPSHOT to STACK_SNAPSHOT_MAX bytes.
 */
enum { STACK_SNAPSHOT = 2048, STACK_SNAPSHOT_MAX = 8192 };
uint32_t stack_snapshot(const struct stack *stack);

/*
 * Walks while the thread is held. snapshot is what was copied at regs->sp (got bytes); memory is asked for
 * more only when a frame lies beyond it. Fills walk (frames in arena). When all is false the walk may stop as
 * soon as the frames suffice to name the caller (first user frame with a line), else it goes to the outermost
 * frame.
 */
void stack_walk(struct stack *stack, struct space *space, const struct abi *abi, const struct regs *regs,
		const uint8_t *snapshot, uint32_t got, struct memory *memory, bool all, struct arena *arena,
		struct walk *walk);

/* Names, afterwards. Places live as long as the stack. NULL: the pc lies in no known mapping. */
const struct place *stack_place(struct stack *stack, const struct walk *walk, unsigned index);
/*
 * The places of the first most frames, of those that have one, innermost first; in arena, or kept until the
 * next walk. most may not change between walks of one id.
 */
const struct place *const *stack_places(struct stack *stack, const struct walk *walk, unsigned most,
					struct arena *arena, unsigned *count);
/* The walk's id while its places are those that earlier walks of that id had, 0 once they were named anew. */
uint64_t stack_kept_id(struct stack *stack, const struct walk *walk);
/* The caller by policy: innermost frame that is the user's and has a line; via as in frame.h. */
struct caller stack_caller(struct stack *stack, const struct walk *walk);

/* Calls fn once for each module that callers fell into and that has no debug information. started: the path
 * that the program was started by, where its name is another (places show that), else NULL. why: what stands
 * in the way besides that nobody installed it, NULL: nothing. */
void stack_without_debug(struct stack *stack,
			 void (*fn)(void *user, const char *module, const char *started, const char *build_id,
				    const char *why),
			 void *user);

#endif
