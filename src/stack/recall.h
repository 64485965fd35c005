/*
 * recall: whole stacks that were walked before. Where a walk leads depends on where it begins and on few
 * words of the stack: the return addresses, and those saved registers that a later frame is found by. While
 * these are as they were, so are the frames.
 *
 * Only walks along plain rows are kept: others ask more of the program than its stack. Where keeping is not
 * needed, it is done as long as it pays.
 */
#ifndef SOCKLINE_STACK_RECALL_H
#define SOCKLINE_STACK_RECALL_H

#include "arch/regs.h"
#include "arch/unwind.h"
#include "model/call.h"
#include "model/frame.h"

struct place;
struct space;

enum { RECALL_SLOTS = 256, RECALL_WAYS = 8, RECALL_WORDS = 2 * STACK_MAX };

/* A word that the walk depends on; at: bytes from where it began. */
struct recall_word {
	uint64_t value;
	uint32_t at;
};

/* Where a walk begins, and what was copied of the stack there. */
struct recall_start {
	struct space *space;
	const struct unwind_abi *unwind;
	const struct regs *regs;
	const uint8_t *snapshot;
	uint32_t got;
};

/* What the walk under way has depended on so far. */
struct recall_draft {
	bool lost;		     /* not to be kept */
	uint32_t used;		     /* registers by number whose first value counted */
	uint64_t first[UNWIND_REGS]; /* these values */
	uint32_t from[UNWIND_REGS];  /* where a register was loaded from since, plus one; 0: it was not */
	uint32_t count;
	struct recall_word words[RECALL_WORDS];
};

struct recalled {
	uint64_t id; /* 0: empty; else of this stack alone, and never used again */
	uint64_t space, pc, sp;
	uint32_t generation;
	const struct unwind_abi *unwind;
	uint32_t used;
	uint64_t first[UNWIND_REGS];
	uint32_t count, reach; /* of words; bytes of the stack that they span */
	struct recall_word *words;
	struct walk_frame *frames;
	unsigned frame_count;
	bool cut;
	const struct place **places; /* of the frames that have one; NULL: not named yet */
	unsigned place_count;
	bool called; /* caller is set */
	struct caller caller;
};

struct recall {
	uint64_t serial; /* of those that were kept; 0: none */
	unsigned vain;	 /* how many more were kept than found again */
	unsigned tries;
	struct recall_draft draft;
	struct recalled slots[RECALL_SLOTS];
};

/* The kept walk that still holds, or NULL. May ask the held thread for its registers. */
const struct recalled *recall_find(struct recall *recall, const struct recall_start *start,
				   struct memory *memory);
/* Whether enough walks are found again for keeping one to pay. */
bool recall_pays(struct recall *recall);
/* Begins a draft. */
struct recall_draft *recall_begin(struct recall *recall);
/* A row's register is used: how its value came about counts from here on. */
void recall_register(struct recall_draft *draft, unsigned reg, uint64_t value);
/* A word of the stack counts. */
void recall_word(struct recall_draft *draft, uint64_t at, uint64_t value);
/* Keeps the walk; gives it its id. */
void recall_keep(struct recall *recall, const struct recall_start *start, struct walk *walk);
/* The kept walk of that id, NULL when another took its place. */
struct recalled *recall_by_id(struct recall *recall, uint64_t id);
/* None of the kept walks is found again: their codes have other names now. What was handed out of them lasts
 * until the next walk. */
void recall_forget(struct recall *recall);
void recall_done(struct recall *recall);

#endif
