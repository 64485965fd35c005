#include "policy.h"

#include <string.h>

#include "base/glob.h"
#include "internal.h"

/* The C library in all its parts, the dynamic linker, the kernel's vDSO, runtimes of languages and
 * sanitizers. */
static const char *const skipped_modules[] = {
	"libc.so*",	 "libc-*.so*",	"libpthread.so*", "libpthread-*", "ld-linux*",	   "ld-*.so*",
	"ld.so*",	 "ld64.so*",	"libresolv.so*",  "libresolv-*",  "libnss_*",	   "libdl.so*",
	"libdl-*",	 "librt.so*",	"librt-*",	  "libm.so*",	  "libm-*.so*",	   "libanl.so*",
	"libanl-*",	 "libnsl.so*",	"libnsl-*",	  "libutil.so*",  "libutil-*.so",  "libthread_db*",
	"ld-musl-*",	 "libc.musl-*", "libstdc++.so*",  "libc++.so*",	  "libc++abi.so*", "libgcc_s.so*",
	"libgcc_s-*",	 "libasan.so*", "libtsan.so*",	  "libubsan.so*", "liblsan.so*",   "libhwasan.so*",
	"libclang_rt.*", "libgo.so*",	"libsupc++*",	  NULL,
};

/* Interpreters and their own extension modules: a script's author knows nothing of their functions. */
static const char *const weak_modules[] = {
	"python",      "python[0-9]*", "libpython*", "node",	 "nodejs",    "libnode.so*",
	"libuv.so*",   "ruby",	       "ruby[0-9]*", "libruby*", "perl",      "perl5*",
	"libperl.so*", "php",	       "php[0-9]*",  "libphp*",	 "libjvm.so", "libjava.so",
	"libv8*",      "deno",	       "bun",	     NULL,
};
static const char *const weak_paths[] = { "*/lib-dynload/*", "*/jvm/*", NULL };

/* What interpreters compile at run time of their own library, by the names that they tell perf; not what was
 * installed. */
static const char *const weak_compiled[] = {
	"* node:*", "py::*/lib/python[0-9]*", "py::<frozen*", "Builtin:*", "Stub:*", "BytecodeHandler:*", NULL
};
static const char *const installed[] = { "*/site-packages/*", "*/dist-packages/*", NULL };

/* Code that comes from a language's own headers and library sources, inlined or instantiated in the user's
 * files. */
static const char *const skipped_files[] = {
	"/rustc/*/library/*",
	"*/rustlib/src/rust/*",
	"/rust/deps/*",
	"library/std/*",
	"library/core/*",
	"library/alloc/*",
	"/usr/include/*",
	"/usr/local/include/c++/*",
	"*/include/c++/*",
	"/usr/lib/gcc/*",
	"*/sysdeps/unix/*",
	"*/sysdeps/nptl/*",
	"*/sysdeps/x86*",
	"/usr/lib/llvm*/include/c++/*",
	"*runtime/cgo/*",
	"*cgo-gcc-prolog",
	"*_cgo_export.c",
	"*_cgo_gotypes.go",
	NULL,
};

/* First elements of the paths of Go's standard packages: pkg.go.dev/std. */
static const char *const go_packages[] = {
	"archive",  "bufio", "builtin", "bytes",    "cmp",	"compress", "container", "context", "crypto",
	"database", "debug", "embed",	"encoding", "errors",	"expvar",   "flag",	 "fmt",	    "go",
	"hash",	    "html",  "image",	"index",    "internal", "io",	    "iter",	 "log",	    "maps",
	"math",	    "mime",  "net",	"os",	    "path",	"plugin",   "reflect",	 "regexp",  "runtime",
	"slices",   "sort",  "strconv", "strings",  "structs",	"sync",	    "syscall",	 "testing", "text",
	"time",	    "type",  "unicode", "unique",   "unsafe",	"vendor",   "weak",	 NULL,
};

/*
 * Functions of glibc and musl that lead to calls on sockets, for static programs, where they are told from
 * the user's by their names alone. Names that C reserves for the implementation (7.1.3: two underscores, or
 * one and a capital) are not repeated here.
 */
static const char *const libc_functions[] = {
	/* the calls themselves */
	"accept",
	"accept4",
	"bind",
	"close",
	"close_range",
	"connect",
	"dup",
	"dup2",
	"dup3",
	"epoll_create",
	"epoll_create1",
	"epoll_ctl",
	"epoll_pwait",
	"epoll_pwait2",
	"epoll_wait",
	"eventfd",
	"fcntl",
	"fcntl64",
	"getpeername",
	"getsockname",
	"getsockopt",
	"ioctl",
	"listen",
	"poll",
	"ppoll",
	"pread",
	"pread64",
	"preadv",
	"preadv2",
	"preadv64",
	"preadv64v2",
	"pselect",
	"pwrite",
	"pwrite64",
	"pwritev",
	"pwritev2",
	"pwritev64",
	"pwritev64v2",
	"read",
	"readv",
	"recv",
	"recvfrom",
	"recvmmsg",
	"recvmsg",
	"select",
	"send",
	"sendfile",
	"sendfile64",
	"sendmmsg",
	"sendmsg",
	"sendto",
	"setsockopt",
	"shutdown",
	"sockatmark",
	"socket",
	"socketpair",
	"splice",
	"syscall",
	"tee",
	"vmsplice",
	"write",
	"writev",
	"isfdtype",
	"fork",
	"vfork",
	"posix_spawn*",
	"system",
	"popen",
	"pclose",
	"wordexp",
	"closefrom",
	"open",
	"open64",
	"openat",
	"openat64",
	/* names and addresses */
	"freeaddrinfo",
	"getaddrinfo",
	"gaih_*",
	"gethostby*",
	"gethostent*",
	"getnameinfo",
	"getnetby*",
	"getservby*",
	"getprotoby*",
	"getpw*",
	"getgr*",
	"getspnam*",
	"getlogin*",
	"initgroups",
	"inet_*",
	"res_*",
	"ns_*",
	"dn_*",
	"nss_*",
	"_nss_*",
	"nscd_*",
	"gni_*",
	"getifaddrs*",
	"freeifaddrs",
	"if_nametoindex",
	"if_indextoname",
	"if_nameindex",
	"if_freenameindex",
	"open_socket*",
	"send_dg",
	"send_vc",
	"reopen",
	"name_from_*",
	"get_nscd_addresses",
	"innetgr",
	"getnetgrent*",
	"rcmd*",
	"ruserok*",
	"rexec*",
	"gethostname",
	"getaddrinfo_a",
	"context_send_*",
	"resolv_*",
	"internal_get*",
	"dns_parse_callback",
	"netlink_msg_*",
	/* streams and logs */
	"printf",
	"fprintf",
	"vprintf",
	"vfprintf",
	"dprintf",
	"vdprintf",
	"puts",
	"fputs*",
	"fputc*",
	"putc*",
	"putchar*",
	"fwrite*",
	"fread*",
	"fflush*",
	"fgets*",
	"fgetc*",
	"getc*",
	"getline",
	"getdelim",
	"getchar*",
	"ungetc",
	"scanf",
	"fscanf",
	"vfscanf",
	"fclose",
	"fopen*",
	"fdopen",
	"freopen*",
	"perror",
	"fseek*",
	"ftell*",
	"rewind",
	"setvbuf",
	"new_do_write",
	"buffered_vfprintf",
	"outstring_func*",
	"printf_core",
	"pop_fail",
	"vsyslog",
	"syslog",
	"openlog",
	"closelog",
	"openlog_internal",
	"close_file",
	"flush_cleanup",
	"error",
	"err",
	"errx",
	"warn",
	"warnx",
	"verr",
	"vwarn",
	/* starting and ending, threads, sorting */
	"exit",
	"abort",
	"atexit",
	"on_exit",
	"quick_exit",
	"start",
	"call_init",
	"run_exit_handlers",
	"libc_start_main_stage2",
	"libc_exit_fini",
	"start_thread",
	"start",
	"clone",
	"clone3",
	"pthread_*",
	"cancel_handler",
	"sccp",
	"raise",
	"thrd_*",
	"call_once",
	"aio_*",
	"handle_fildes_io",
	"timer_*",
	"mq_*",
	"qsort*",
	"bsearch",
	"msort_with_tmp*",
	"lfind",
	"lsearch",
	"tsearch",
	"twalk*",
	"ftw*",
	"nftw*",
	"glob*",
	"scandir*",
	"getopt*",
	"argp_*",
	"dl_iterate_phdr",
	"dlopen",
	"dlclose",
	"dlsym",
	"clntudp_*",
	"clnttcp_*",
	"clnt_*",
	"svc_*",
	"pmap_*",
	"xdr*",
	"readtcp",
	"writetcp",
	"readunix",
	"writeunix",
	NULL,
};

static bool matches(const char *const *globs, const char *text)
{
	for (; text && globs && *globs; globs++)
		if (glob_match(*globs, text))
			return true;
	return false;
}

/* True for any of the names by which a user may mean a place. */
static bool is_meant(const char *const *globs, const struct module *module, const struct judged_place *place)
{
	return globs && (matches(globs, module->name) || matches(globs, module->path) ||
			 matches(globs, module->soname) || matches(globs, place->place.function) ||
			 matches(globs, place->plain));
}

static bool starts(const char *text, const char *with)
{
	return !strncmp(text, with, strlen(with));
}

/*
 * What lies between Go's library and the kernel. A goroutine that a library like net/http started has no
 * frame of the user's: the library's own, beyond these, is then the caller.
 */
static bool is_go_low(const char *name)
{
	static const char *const low[] = { "runtime", "internal", "syscall", "reflect", "sync",	 "vendor",
					   "net.",    "os.",	  "io.",     "bufio.",	"poll.", NULL };

	for (const char *const *start = low; *start; start++) {
		const size_t len = strlen(*start);

		if (strncmp(name, *start, len) == 0 &&
		    ((*start)[len - 1] == '.' || name[len] == '.' || name[len] == '/'))
			return true;
	}
	return !strchr(name, '.') || starts(name, "_cgo") || starts(name, "x_cgo") || starts(name, "go:");
}

/* "net/http.(*Client).Do": its package begins with a standard one's name, which none of the user's can (go
 * mod init). */
static bool is_go_runtime(const char *name)
{
	const size_t len = strcspn(name, "/.:");

	if (starts(name, "main."))
		return false;
	for (const char *const *package = go_packages; *package; package++)
		if (strlen(*package) == len && !strncmp(name, *package, len))
			return true;
	/* assembly entry points and the like: _rt0_amd64_linux, go:buildid, gogo */
	return !strchr(name, '.') || starts(name, "_cgo") || starts(name, "x_cgo") || starts(name, "go:");
}

/* C functions that the go command makes or brings along: between Go and the user's C. */
static bool is_cgo(const char *name)
{
	return starts(name, "_cgo") || starts(name, "x_cgo") || starts(name, "crosscall");
}

static bool is_std_path(const char *name, bool is_rust)
{
	if (starts(name, "std::") || starts(name, "__gnu_cxx::") || starts(name, "__cxxabiv1::"))
		return true;
	return is_rust && (starts(name, "core::") || starts(name, "alloc::") || starts(name, "proc_macro::"));
}

/* "&mut [std::net::TcpStream]" begins with what it is made of. */
static const char *skip_type_marks(const char *type)
{
	static const char *const words[] = { "mut ", "const ", "dyn ", NULL };

	type += strspn(type, "<&*([ ");
	for (const char *const *word = words; *word; word++)
		type += starts(type, *word) ? strlen(*word) : 0;
	return type;
}

/*
 * "<std::net::TcpStream as std::io::Read>::read": whose is it? Either the type or the trait must be of the
 * crate that has the code (the orphan rule of the Rust reference), so it is the library's only when both are.
 */
static bool is_std_method(const char *name)
{
	const char *const type = skip_type_marks(name), *const trait = strstr(type, " as ");
	const char *const separator = strstr(type, "::");
	const bool is_plain_type = !separator || (trait && separator > trait); /* built in, or a parameter */

	return (is_plain_type || is_std_path(type, true)) && (!trait || is_std_path(trait + 4, true));
}

static bool is_std_name(const char *name, bool is_rust)
{
	if (is_rust && *name == '<')
		return is_std_method(name);
	return is_std_path(name, is_rust) || (is_rust && (starts(name, "__rust") || starts(name, "rust_")));
}

/* A name that C keeps for its implementation. */
static bool is_reserved(const char *name)
{
	return name[0] == '_' && (name[1] == '_' || (name[1] >= 'A' && name[1] <= 'Z') ||
				  !strcmp(name, "_start") || starts(name, "_dl_") || starts(name, "_nss_"));
}

/* In a static program without line information for it: the C library, by its functions' names. */
static bool is_static_libc(const char *name)
{
	return is_reserved(name) || matches(libc_functions, name);
}

static enum verdict module_verdict(const struct module *module)
{
	if (module->kind == MODULE_VDSO || matches(skipped_modules, module->name))
		return VERDICT_SKIP;
	if (matches(weak_modules, module->name) || matches(weak_paths, module->path))
		return VERDICT_WEAK;
	return VERDICT_USER;
}

bool policy_judge_module(const struct stack *stack, const struct module *module, enum verdict *verdict)
{
	const char *const *const user = stack->options.user_code;
	const char *const *const skip = stack->options.skip_code;

	if (user && *user)
		return false;
	*verdict = module_verdict(module);
	if (matches(skip, module->name) || matches(skip, module->path) || matches(skip, module->soname))
		*verdict = VERDICT_SKIP;
	return *verdict == VERDICT_SKIP || (*verdict == VERDICT_WEAK && !(skip && *skip));
}

/* True for runtime code that was linked or inlined into the user's file. */
static bool is_runtime(const struct module *module, const struct judged_place *place)
{
	const char *const name = place->plain;

	if (matches(skipped_files, place->place.file))
		return true;
	if (!name)
		return false;
	if (place->is_go)
		return is_go_runtime(name);
	return is_std_name(name, place->is_rust) || (module->is_go && is_cgo(name)) ||
	       (module->is_static && !place->place.file && is_static_libc(name));
}

/* True for code made at run time that tells nothing: without a name, or of an interpreter's own library. */
static bool is_compiled_library(const struct module *module, const struct judged_place *place)
{
	if (module->kind != MODULE_ANON)
		return false;
	return !place->plain || (matches(weak_compiled, place->plain) && !matches(installed, place->plain));
}

enum verdict policy_judge(const struct stack *stack, const struct module *module,
			  const struct judged_place *place)
{
	enum verdict verdict = VERDICT_USER;

	if (!is_meant(stack->options.user_code, module, place)) {
		if (is_meant(stack->options.skip_code, module, place))
			return VERDICT_SKIP;
		verdict = module_verdict(module);
		if (verdict == VERDICT_USER && is_runtime(module, place))
			return place->is_go && place->plain && !is_go_low(place->plain) ? VERDICT_WEAK
											: VERDICT_SKIP;
		if (is_compiled_library(module, place))
			return VERDICT_WEAK;
	}
	return verdict == VERDICT_USER && place->place.file ? VERDICT_LINE : verdict;
}
