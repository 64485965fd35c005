/* signals: what the kernel says of a signal that it raised itself, for something that the thread did. */
#include <signal.h>
#include <string.h>

#include "pipeline_private.h"

#define CODE(signo, code)          \
	{                          \
		signo, code, #code \
	}

/* sigaction(2), si_code. */
static const struct {
	int signo, code;
	const char *name;
} codes[] = {
	CODE(SIGSEGV, SEGV_MAPERR), CODE(SIGSEGV, SEGV_ACCERR),	 CODE(SIGSEGV, SEGV_BNDERR),
	CODE(SIGSEGV, SEGV_PKUERR), CODE(SIGBUS, BUS_ADRALN),	 CODE(SIGBUS, BUS_ADRERR),
	CODE(SIGBUS, BUS_OBJERR),   CODE(SIGBUS, BUS_MCEERR_AR), CODE(SIGBUS, BUS_MCEERR_AO),
	CODE(SIGILL, ILL_ILLOPC),   CODE(SIGILL, ILL_ILLOPN),	 CODE(SIGILL, ILL_ILLADR),
	CODE(SIGILL, ILL_ILLTRP),   CODE(SIGILL, ILL_PRVOPC),	 CODE(SIGILL, ILL_PRVREG),
	CODE(SIGILL, ILL_COPROC),   CODE(SIGILL, ILL_BADSTK),	 CODE(SIGFPE, FPE_INTDIV),
	CODE(SIGFPE, FPE_INTOVF),   CODE(SIGFPE, FPE_FLTDIV),	 CODE(SIGFPE, FPE_FLTOVF),
	CODE(SIGFPE, FPE_FLTUND),   CODE(SIGFPE, FPE_FLTRES),	 CODE(SIGFPE, FPE_FLTINV),
	CODE(SIGFPE, FPE_FLTSUB),
};

static const char *code_name(const siginfo_t *info)
{
	for (unsigned i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if (codes[i].signo == info->si_signo && codes[i].code == info->si_code)
			return codes[i].name;
	return NULL;
}

/*
 * With any other code the kernel names no address: it is 0 where SI_KERNEL tells of one that is none at all
 * (not canonical; arch/x86/kernel/traps.c), and a number that kill(2) and its like were given is the
 * sender's.
 */
const char *pipeline_fault(const char *signal, const siginfo_t *info, struct arena *arena,
			   struct value *details)
{
	const char *code = code_name(info);

	if (!code)
		return NULL;
	value_append(details, value_string(arena, "code", code, (uint32_t)strlen(code)));
	value_append(details, value_pointer(arena, "address", (uint64_t)(uintptr_t)info->si_addr));
	return arena_printf(arena, "%s at 0x%llx (%s)", signal, (unsigned long long)(uintptr_t)info->si_addr,
			    code);
}
