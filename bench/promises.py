"""The ratios that the project promises, each between two figures of one run."""

CALL, DEEP = "send or recv, 64 bytes", "the same, 26 frames deep"

# (what, figure's row and column, base's row and column, at most); a base of None: the figure itself.
PROMISES = [
    ("text with caller / floor", (CALL, "sockline"), (CALL, "floor"), 1.30),
    ("text with caller / strace without", (CALL, "sockline"), (CALL, "strace"), 0.75),
    ("JSON / floor", (CALL, "sockline -j"), (CALL, "floor"), 1.50),
    ("-k at 26 frames / floor", (DEEP, "sockline -k"), (DEEP, "floor"), 1.45),
    ("8 threads / 1 thread", ("the same, 8 threads", "sockline"), (CALL, "sockline"), 1.15),
    # No slower: against the floor probe, whose switches between two programs make any mmap dearer than natively, the
    # same ratio as without.
    ("text with caller / floor, mmap between", ("the same, mmap between", "sockline"), ("the same, mmap between", "floor"), 1.30),
    ("dlopen per 20 calls / without", ("the same, dlopen each 20", "sockline"), (CALL, "sockline"), 1.50),
    ("getppid, started / native", ("getppid (not traced)", "sockline"), ("getppid (not traced)", "native"), 1.15),
    ("read, no socket / native", ("read a file, no socket", "sockline"), ("read a file, no socket", "native"), 1.15),
    ("read, socket open / strace", ("read a file, socket open", "sockline"), ("read a file, socket open", "strace"), 0.60),
    ("perf: getppid / native", ("attached: getppid", "perf"), ("attached: getppid", "native"), 1.50),
    ("perf: read, socket open / strace -p", ("attached: read, socket open", "perf"), ("attached: read, socket open", "strace"), 0.60),
    ("perf: read / strace -p", ("attached: read a file", "perf"), ("attached: read a file", "strace"), 0.60),
    ("perf: context switch / native", ("attached: context switch", "perf"), ("attached: context switch", "native"), 1.50),
    ("perf: send with caller / floor", ("attached: send or recv", "perf"), ("attached: send or recv", "floor"), 1.10),
    # Stops at both ends of each call are the floor of any tracer without filters: 0.83 to 0.88 of strace 6.1 even when it does nothing.
    ("syscall: getppid / floor", ("attached: getppid", "syscall"), ("attached: getppid", "floor"), 1.10),
    ("syscall: getppid / strace -p", ("attached: getppid", "syscall"), ("attached: getppid", "strace"), 0.80),
    # Requests a second: strace's as a part of sockline's.
    ("nginx started: strace / sockline", ("nginx under wrk, started", "strace"), ("nginx under wrk, started", "sockline"), 0.60),
    ("nginx attached: strace / perf", ("nginx under wrk, attached", "strace"), ("nginx under wrk, attached", "perf"), 0.60),
    ("redis started: strace / sockline", ("redis-benchmark get, started", "strace"), ("redis-benchmark get, started", "sockline"), 0.90),
    ("redis attached: strace / perf", ("redis-benchmark get, attached", "strace"), ("redis-benchmark get, attached", "perf"), 0.90),
    ("memory at 64 threads, MB", ("memory, 64 threads", "sockline"), None, 40),
    ("first line, 100 MB of DWARF, ms", ("first line, 100 MB of DWARF", "sockline"), None, 300),
    ("median thread / slowest of 1,000", None, ("slowest of 1,000 threads", "sockline"), 2.0),
    ("instructions, 500 processes / 10", ("instructions, 500 processes", "sockline"), ("instructions, 10 processes", "sockline"), 1.20),
    ("instructions, 1,000 threads / 10", ("instructions, 1,000 threads", "sockline"), ("instructions, 10 threads", "sockline"), 1.20),
]


def measured(bench, figure, base):
    """The ratio, or None when one of its figures is missing."""
    above, below = (bench.median(*of) if of else 1 for of in (figure, base))
    return above / below if above is not None and below else None


def check(bench):
    """The promises as a Markdown table, and how many are broken."""
    lines, broken = ["| promise | at most | measured | |", "|---|---:|---:|---|"], 0
    for what, figure, base, most in PROMISES:
        ratio = measured(bench, figure, base)
        if ratio is None:
            lines.append(f"| {what} | {most:g} | - | not measured |")
            continue
        broken += ratio > most
        lines.append(f"| {what} | {most:g} | {ratio:.3g} | {'**broken**' if ratio > most else 'kept'} |")
    return "\n".join(lines), broken
