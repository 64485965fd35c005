/*
 * Where a thread that is made to do a call finds its way back by itself, should the tracer be killed
 * meanwhile: instructions in the code that it runs, as a rule the C library's.
 */
#include <stdio.h>
#include <string.h>

#include "inject.h"
#include "tracee.h"

enum { CHUNK = 65536, REACH = 4 << 20 };

static bool is_c_library(const char *line)
{
	return strstr(line, "/libc.so") || strstr(line, "/libc-") || strstr(line, "/ld-musl");
}

/* The executable mapping that holds an address, as far as it is near, or the C library's where that is 0. */
static bool find_code(pid_t tid, uint64_t address, uint64_t *start, uint64_t *end)
{
	char path[32], line[512], rights[8];
	bool found = false;

	snprintf(path, sizeof(path), "/proc/%d/maps", tid);
	FILE *maps = fopen(path, "re");

	while (maps && !found && fgets(line, sizeof(line), maps))
		found = sscanf(line, "%lx-%lx %7s", start, end, rights) == 3 && rights[0] == 'r' &&
			rights[2] == 'x' &&
			(address ? *start <= address && address < *end : is_c_library(line));
	if (maps)
		fclose(maps);
	if (!found || !address)
		return found;
	if (address - *start > REACH)
		*start = address - REACH;
	if (*end - address > REACH)
		*end = address + REACH;
	return true;
}

/* A shadow stack does not let an instruction return to where it was not called from: proc_pid_status(5). */
static bool has_shadow_stack(pid_t tid)
{
	char text[4096];
	const char *features = proc_read(text, sizeof(text), "/proc/%d/status", tid) > 0
				       ? strstr(text, "\nx86_Thread_features:")
				       : NULL;

	return features && strstr(features, "shstk");
}

/* Whether what was found is still there. */
static bool is_there(struct tracee *tracee, const struct abi *abi, const struct abi_back *back)
{
	const uint64_t places[] = { back->call, back->leaves };
	struct abi_back again = { 0 };
	uint8_t code[ABI_BACK_CODE];

	for (unsigned i = 0; i < 2; i++) {
		uint32_t got = memory_get(&tracee->memory, places[i], code, sizeof(code));

		abi_back_find(abi, places[i], code, got, &again);
	}
	return again.leaves == back->leaves && again.call == back->call;
}

/* Looks where that address lies; 0: in the C library. */
static void look_at(struct tracee *tracee, const struct abi *abi, uint64_t address, struct abi_back *back)
{
	uint64_t start, end;
	uint8_t code[CHUNK];

	*back = (struct abi_back){ 0 };
	if (!find_code(tracee->task.tid, address, &start, &end))
		return;
	while (start < end && !(back->call && back->leaves)) {
		uint32_t size = end - start < CHUNK ? (uint32_t)(end - start) : CHUNK;
		uint32_t got = memory_get(&tracee->memory, start, code, size);

		abi_back_find(abi, start, code, got, back);
		if (got < size || size < CHUNK)
			break;
		start += CHUNK - ABI_BACK_CODE; /* one may lie across the end */
	}
	if (!back->call || !back->leaves)
		*back = (struct abi_back){ 0 };
}

void inject_find_back(struct tracee *tracee, struct abi_back *back)
{
	if (tracee_regs(tracee))
		return;
	const struct abi *abi = abi_of_code(&tracee->regs);

	if (back->leaves && is_there(tracee, abi, back))
		return;
	*back = (struct abi_back){ 0 };
	if (abi->bits != 64 || has_shadow_stack(tracee->task.tid))
		return;
	look_at(tracee, abi, tracee->regs.rip, back);
	if (!back->leaves)
		look_at(tracee, abi, 0, back);
}
