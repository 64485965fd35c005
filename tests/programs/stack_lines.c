/*
 * stack_lines: calls listen(2) on no socket from all kinds of places in code. The backlog is the line of the
 * call, so a test knows what line must be shown. "stack_lines PLUGIN..." loads each plugin in turn, calls its
 * plugin(), and unloads it.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#ifdef PLUGINS
#include <dlfcn.h>
#endif

/* Something must follow the call, or an optimising compiler leaves this function by a jump and nothing tells
 * of it. */
#define AFTER __asm__ volatile("" ::: "memory")

static volatile int depth = 20;

static void in_static_function(void)
{
	listen(-1, __LINE__);
	AFTER;
}

static inline __attribute__((always_inline)) void in_inlined_function(int twice)
{
	listen(-1, __LINE__);
	AFTER;
	if (twice) {
		listen(-1, __LINE__);
		AFTER;
	}
}

static inline __attribute__((always_inline)) void in_inlined_twice(void)
{
	in_inlined_function(depth);
	listen(-1, __LINE__);
	AFTER;
}

__attribute__((noinline)) static int deep(int n)
{
	char room[100];

	memset(room, n, sizeof(room));
	__asm__ volatile("" : : "r"(room) : "memory");
	if (n == 0) {
		listen(-1, __LINE__);
		AFTER;
		return 0;
	}
	n = deep(n - 1) + room[3];
	AFTER;
	return n;
}

/* Its stack is aligned more than the ABI does: the CFA is then an expression. */
__attribute__((noinline)) static void with_aligned_stack(int n)
{
	char aligned[64] __attribute__((aligned(64)));
	char *more = __builtin_alloca((size_t)n);

	__asm__ volatile("" : : "r"(aligned), "r"(more) : "memory");
	listen(-1, __LINE__);
	AFTER;
}

static int compare(const void *a, const void *b)
{
	listen(-1, __LINE__);
	AFTER;
	return *(const int *)a - *(const int *)b;
}

static void on_signal(int signo)
{
	listen(-1, __LINE__);
	AFTER;
	depth += signo - SIGUSR1;
}

static void on_signal_info(int signo, siginfo_t *info, void *context)
{
	(void)info;
	(void)context;
	listen(-1, __LINE__);
	AFTER;
	depth += signo - SIGUSR2;
}

static void with_signals(void)
{
	static char other_stack[65536];
	const stack_t stack = { .ss_sp = other_stack, .ss_size = sizeof(other_stack) };
	struct sigaction action = { .sa_sigaction = on_signal_info, .sa_flags = SA_SIGINFO | SA_ONSTACK };

	signal(SIGUSR1, on_signal);
	raise(SIGUSR1);
	sigaltstack(&stack, NULL);
	sigaction(SIGUSR2, &action, NULL);
	raise(SIGUSR2);
	listen(-1, __LINE__);
	AFTER;
}

static void *in_thread(void *arg)
{
	listen(-1, __LINE__);
	AFTER;
	return arg;
}

#ifdef PLUGINS
static void with_plugin(const char *path)
{
	void *library = dlopen(path, RTLD_NOW);
	void (*plugin)(void) = library ? (void (*)(void))(uintptr_t)dlsym(library, "plugin") : NULL;

	if (!plugin) {
		fprintf(stderr, "%s\n", dlerror());
		exit(1);
	}
	plugin();
	dlclose(library);
}
#endif

int main(int argc, char **argv)
{
	int numbers[] = { 3, 1 };
	pthread_t thread;

	listen(-1, __LINE__);
	in_static_function();
	in_inlined_twice();
	deep(depth);
	with_aligned_stack(depth);
	qsort(numbers, 2, sizeof(*numbers), compare);
	with_signals();
	if (pthread_create(&thread, NULL, in_thread, NULL) == 0)
		pthread_join(thread, NULL);
	for (int i = 1; i < argc; i++) {
#ifdef PLUGINS
		with_plugin(argv[i]);
#else
		(void)argv;
#endif
		listen(-1, __LINE__);
		AFTER;
	}
	listen(-1, __LINE__);
	AFTER;
	return 0;
}
