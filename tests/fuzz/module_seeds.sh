#!/bin/sh
# module_seeds FOLDER: makes small ELF files with tables of all kinds, as first inputs for fuzz_module.
set -eu
folder=$1
here=$(dirname "$0")
mkdir -p "$folder"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat >"$work/a.c" <<'END'
static inline __attribute__((always_inline)) int inner(int x) { return x * x + 1; }
int outer(int x) { volatile int y = x; return inner(y) + inner(y + 1); }
__attribute__((noinline)) int aligned(int x) { volatile char a[64] __attribute__((aligned(64))); a[x & 63] = 1; return outer(x) + a[0]; }
int _start(int x) { return outer(x) - aligned(x + 1); }
END
cat >"$work/a.cc" <<'END'
namespace shop {
template <class T> struct counter {
	T value;
	__attribute__((noinline)) T add(T x) { auto more = [&](T y) { return value + y; }; return value = more(x); }
};
}
extern "C" int _start(int x) { shop::counter<int> c{x}; shop::counter<long> d{x}; return c.add(x) + (int)d.add(x); }
END
# Frames that signals leave, and frames whose rules are expressions.
cat >"$work/signal.s" <<'END'
	.globl _start
	.cfi_startproc
	nop
_start:	push %rbx
	.cfi_def_cfa_offset 16
	.cfi_escape 0x0f, 3, 0x77, 16, 0x06
	.cfi_escape 0x10, 3, 4, 0x77, 8, 0x23, 8
	.cfi_escape 0x16, 6, 2, 0x77, 32
	call _start
	nop
	.cfi_endproc
	.cfi_startproc
	.cfi_signal_frame
	nop
restore: mov $15, %rax
	syscall
	.cfi_endproc
	.cfi_startproc
	.cfi_undefined rip
	nop
last:	call restore
	nop
	.cfi_endproc
END
n=0
# Four bytes that choose addresses come before each file: in the code, of both ABIs.
seed() {
	n=$((n + 1))
	{ printf '\020\020\000\000'; cat "$1"; } >"$folder/seed-$n"
	{ printf '\011\020\000\300'; cat "$1"; } >"$folder/seed-$n-narrow"
}
# build OPTIONS SOURCE: a seed, where the compiler can make it.
build() {
	options=$1
	shift
	# shellcheck disable=SC2086 # words
	if gcc -O2 -nostdlib -fno-stack-protector $options -o "$work/a" "$@" 2>/dev/null; then
		seed "$work/a"
	fi
}
for options in "-g" "-g -gdwarf-4 -fdebug-types-section" "-gdwarf-2 -gstrict-dwarf" "-gdwarf-3" "-g -gdwarf64" "-g -gz" \
	"-g -Wl,--compress-debug-sections=zlib-gnu" "-g -shared -fPIC" "-g -static-pie -fPIE" "-s" \
	"-g -fno-asynchronous-unwind-tables" "-fno-asynchronous-unwind-tables -fomit-frame-pointer" "-g -m32" \
	"-m32 -fno-asynchronous-unwind-tables" "-g -O0" "-g -gsplit-dwarf" "-gdwarf-4 -gsplit-dwarf" "-g -flto" \
	"-g -Wl,--build-id=none -Wl,-z,noseparate-code"; do
	build "$options" "$work/a.c"
done
build "-g" "$work/a.cc"
build "-static" "$work/signal.s"
for go in 16 18 20; do
	build "-static -DGO=$go" "$here/../programs/gotab.S"
done
build "-static -DGO=20 -DNO_TREES" "$here/../programs/gotab.S"
gcc -g -O2 -c "$work/a.c" -o "$work/a.o"
seed "$work/a.o"
# Symbols in .gnu_debugdata, and nowhere else.
gcc -O2 -nostdlib "$work/a.c" -o "$work/a"
objcopy --only-keep-debug "$work/a" "$work/symbols"
xz -k "$work/symbols"
strip "$work/a"
objcopy --add-section .gnu_debugdata="$work/symbols.xz" "$work/a"
seed "$work/a"
# Links to debug files, and what dwz leaves of one.
gcc -g -O2 -nostdlib "$work/a.c" -o "$work/a"
objcopy --add-gnu-debuglink="$work/symbols" "$work/a"
seed "$work/a"
if command -v dwz >/dev/null; then
	gcc -g -gdwarf-4 -O2 -nostdlib "$work/a.c" -o "$work/a"
	cp "$work/a" "$work/b"
	if dwz -m "$work/common" "$work/a" "$work/b" 2>/dev/null; then
		seed "$work/a"
	fi
fi
