#!/bin/sh
# module_seeds FOLDER: makes small ELF files with tables of all kinds, as first inputs for fuzz_module.
set -eu
folder=$1
mkdir -p "$folder"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat >"$work/a.c" <<'END'
static inline __attribute__((always_inline)) int inner(int x) { return x * x + 1; }
int outer(int x) { volatile int y = x; return inner(y) + inner(y + 1); }
int _start(int x) { return outer(x) - outer(x + 1); }
END
n=0
# Four bytes that choose an address come before each file.
seed() {
	n=$((n + 1))
	{ printf '\020\020\000\000'; cat "$1"; } >"$folder/seed-$n"
}
for options in "-g" "-g -gdwarf-4 -fdebug-types-section" "-gdwarf-2 -gstrict-dwarf" "-g -gz" "-g -shared -fPIC" \
	"-g -static-pie -fPIE" "-s" "-g -fno-asynchronous-unwind-tables" "-g -m32" "-g -O0" "-g -gsplit-dwarf" \
	"-g -Wl,--build-id=none -Wl,-z,noseparate-code"; do
	# shellcheck disable=SC2086
	if gcc -O2 -nostdlib $options "$work/a.c" -o "$work/a" 2>/dev/null; then
		seed "$work/a"
	fi
done
gcc -g -O2 -c "$work/a.c" -o "$work/a.o"
seed "$work/a.o"
