/* Which places are the user's: a row per place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "stack/internal.h"

enum kind { DYNAMIC, STATIC, GO, CGO, RUST };

struct row {
	enum kind kind;
	const char *module, *function, *file;
	enum verdict verdict;
};

static const struct row rows[] = {
	{ DYNAMIC, "/usr/lib/libc.so.6", "connect", NULL, VERDICT_SKIP },
	{ DYNAMIC, "/usr/lib/libc.so.6", "connect", "../sysdeps/connect.c", VERDICT_SKIP },
	{ DYNAMIC, "/lib/libc-2.31.so", NULL, NULL, VERDICT_SKIP },
	{ DYNAMIC, "/lib/ld-musl-x86_64.so.1", NULL, NULL, VERDICT_SKIP },
	{ DYNAMIC, "/lib/libnss_dns.so.2", NULL, NULL, VERDICT_SKIP },
	{ DYNAMIC, "/usr/lib/libnss3.so", NULL, NULL, VERDICT_USER },
	{ DYNAMIC, "/usr/lib/libcurl.so.4.8.0", "multi_wait", NULL, VERDICT_USER },
	{ DYNAMIC, "/usr/lib/libcurl.so.4.8.0", "multi_wait", "/src/multi.c", VERDICT_LINE },
	{ DYNAMIC, "/usr/lib/libcups.so.2", NULL, NULL, VERDICT_USER },
	{ DYNAMIC, "/usr/bin/python3.11", "sock_connect", NULL, VERDICT_WEAK },
	{ DYNAMIC, "/usr/lib/libpython3.11.so.1.0", NULL, NULL, VERDICT_WEAK },
	{ DYNAMIC, "/usr/lib/python3.11/lib-dynload/_ssl.so", NULL, NULL, VERDICT_WEAK },
	{ DYNAMIC, "/usr/bin/node", "uv__tcp_connect", NULL, VERDICT_WEAK },
	{ DYNAMIC, "/usr/bin/nodeserver", "run", NULL, VERDICT_USER },
	{ DYNAMIC, "[anon]", "JS:fetch", NULL, VERDICT_USER },
	{ DYNAMIC, "[anon]", "JS:~fetchSome /srv/app.js:2:1", NULL, VERDICT_USER },
	{ DYNAMIC, "[anon]", "JS:~internalConnect node:net:1038:25", NULL, VERDICT_WEAK },
	{ DYNAMIC, "[anon]", "py::connect:/usr/lib/python3.12/socket.py", NULL, VERDICT_WEAK },
	{ DYNAMIC, "[anon]", "py::get:/usr/lib/python3/dist-packages/requests/api.py", NULL, VERDICT_USER },
	{ DYNAMIC, "[anon]", "py::main:/srv/app.py", NULL, VERDICT_USER },
	{ DYNAMIC, "[anon]", NULL, NULL, VERDICT_WEAK },
	/* the user's own functions may have any name, where libc is elsewhere */
	{ DYNAMIC, "/usr/bin/app", "connect", NULL, VERDICT_USER },
	{ STATIC, "/usr/bin/app", "connect", NULL, VERDICT_SKIP },
	{ STATIC, "/usr/bin/app", "connect", "/src/net.c", VERDICT_LINE },
	{ STATIC, "/usr/bin/app", "__libc_connect", NULL, VERDICT_SKIP },
	{ STATIC, "/usr/bin/app", "_IO_new_file_write", NULL, VERDICT_SKIP },
	{ STATIC, "/usr/bin/app", "getaddrinfo", NULL, VERDICT_SKIP },
	{ STATIC, "/usr/bin/app", "connect_to_server", NULL, VERDICT_USER },
	{ STATIC, "/usr/bin/app", "main", NULL, VERDICT_USER },
	{ DYNAMIC, "/usr/bin/app", "std::thread::_Invoker::operator()", "/usr/include/c++/12/thread",
	  VERDICT_SKIP },
	{ DYNAMIC, "/usr/bin/app", "recv", "/usr/include/x86_64-linux-gnu/bits/socket2.h", VERDICT_SKIP },
	{ DYNAMIC, "/usr/bin/app", "net::std::run", "/src/a.cc", VERDICT_LINE },
	{ DYNAMIC, "/usr/bin/app", "core::net::open", "/src/a.cc", VERDICT_LINE },
	{ RUST, "/usr/bin/app", "core::net::open", "/src/a.rs", VERDICT_SKIP },
	{ RUST, "/usr/bin/app", "<std::net::TcpStream as std::io::Read>::read", NULL, VERDICT_SKIP },
	{ RUST, "/usr/bin/app", "<&std::net::TcpStream as std::io::Read>::read", NULL, VERDICT_SKIP },
	{ RUST, "/usr/bin/app", "<app::Conn as std::io::Read>::read", NULL, VERDICT_USER },
	{ RUST, "/usr/bin/app", "<alloc::vec::Vec<T> as app::Shape>::area", "/src/main.rs", VERDICT_LINE },
	{ RUST, "/usr/bin/app", "<std::fs::File>::open", "library/std/src/fs.rs", VERDICT_SKIP },
	{ RUST, "/usr/bin/app", "<T as core::convert::Into<U>>::into", NULL, VERDICT_SKIP },
	{ RUST, "/usr/bin/app", "<[u8] as alloc::borrow::ToOwned>::to_owned", NULL, VERDICT_SKIP },
	{ RUST, "/usr/bin/app", "app::main::{{closure}}", "/src/main.rs", VERDICT_LINE },
	{ RUST, "/usr/bin/app", "app::f", "/rustc/0123/library/std/src/io/mod.rs", VERDICT_SKIP },
	{ GO, "/usr/bin/app", "main.main", "/src/main.go", VERDICT_LINE },
	{ GO, "/usr/bin/app", "net/http.(*Client).Do", "/usr/lib/go/src/net/http/client.go", VERDICT_WEAK },
	{ GO, "/usr/bin/app", "net.(*netFD).connect", "/usr/lib/go/src/net/fd_unix.go", VERDICT_SKIP },
	{ GO, "/usr/bin/app", "internal/poll.(*FD).Read", "/usr/lib/go/src/internal/poll/fd_unix.go",
	  VERDICT_SKIP },
	{ GO, "/usr/bin/app", "internal/poll.(*FD).Read", NULL, VERDICT_SKIP },
	{ GO, "/usr/bin/app", "vendor/golang.org/x/net/dns.f", NULL, VERDICT_SKIP },
	{ GO, "/usr/bin/app", "runtime.goexit", NULL, VERDICT_SKIP },
	{ GO, "/usr/bin/app", "golang.org/x/net/http2.f", "/m/h.go", VERDICT_LINE },
	{ GO, "/usr/bin/app", "github.com/a/b.(*T).F", "/m/b.go", VERDICT_LINE },
	{ GO, "/usr/bin/app", "demo/fetch.Do", "/m/fetch.go", VERDICT_LINE },
	{ GO, "/usr/bin/app", "network.Do", "/m/n.go", VERDICT_LINE },
	/* C in a Go program */
	{ CGO, "/usr/bin/app", "ask", "/m/main.go", VERDICT_LINE },
	{ CGO, "/usr/bin/app", "ask", NULL, VERDICT_USER },
	{ CGO, "/usr/bin/app", "getaddrinfo", NULL, VERDICT_SKIP },
	{ CGO, "/usr/bin/app", "_cgo_c4f1_Cfunc_ask", "cgo-gcc-prolog", VERDICT_SKIP },
	{ CGO, "/usr/bin/app", "_cgo_c4f1_Cfunc_ask", NULL, VERDICT_SKIP },
	{ CGO, "/usr/bin/app", "crosscall_amd64", "/usr/lib/go/src/runtime/cgo/gcc_amd64.S", VERDICT_SKIP },
};

static enum verdict judge(const struct stack *stack, const struct row *row)
{
	const char *slash = strrchr(row->module, '/');
	const struct module module = {
		.kind = *row->module == '[' ? MODULE_ANON : MODULE_FILE,
		.path = row->module,
		.name = slash ? slash + 1 : row->module,
		.is_static = row->kind == STATIC || row->kind == GO || row->kind == CGO,
		.is_go = row->kind == GO || row->kind == CGO,
	};
	const struct judged_place place = {
		.place = { .function = row->function, .file = row->file, .line = row->file ? 1 : 0 },
		.plain = row->function,
		.is_rust = row->kind == RUST,
		.is_go = row->kind == GO,
	};

	return policy_judge(stack, &module, &place);
}

static void test_rules(void **state)
{
	struct stack *stack = stack_new(&(struct stack_options){ 0 });

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const enum verdict verdict = judge(stack, &rows[i]);
		if (verdict != rows[i].verdict)
			print_error("%s %s\n", rows[i].module, rows[i].function ? rows[i].function : "-");
		assert_int_equal(verdict, rows[i].verdict);
	}
	stack_free(stack);
}

/* The user's globs, by module or function; what is the user's outweighs what is to be skipped. */
static void test_options(void **state)
{
	static const char *const skip[] = { "libwrap.so*", "my_*", NULL };
	static const char *const user[] = { "libc.so*", "my_own", NULL };
	static const struct row cases[] = {
		{ DYNAMIC, "/opt/libwrap.so.1", "f", "/src/f.c", VERDICT_SKIP },
		{ DYNAMIC, "/opt/app", "my_send", "/src/f.c", VERDICT_SKIP },
		{ DYNAMIC, "/opt/app", "my_own", "/src/f.c", VERDICT_LINE },
		{ DYNAMIC, "/opt/app", "other", "/src/f.c", VERDICT_LINE },
		{ DYNAMIC, "/usr/lib/libc.so.6", "connect", NULL, VERDICT_USER },
	};
	struct stack *stack = stack_new(&(struct stack_options){ .skip_code = skip, .user_code = user });

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_int_equal(judge(stack, &cases[i]), cases[i].verdict);
	stack_free(stack);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rules),
		cmocka_unit_test(test_options),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
