"""The rows: which programs run under which tracers. Names of columns are those of the table."""
import os
import subprocess
import time

from measure import Failed, memory_peak

# A unit of the large program: structures fill its debug information, each copy with functions of its own.
LARGE_STRUCTS, LARGE_FIELDS, LARGE_MB = 1500, 80, 100
LARGE_MAIN = """
#include <stdio.h>
#include <sys/socket.h>
#include <time.h>
int main(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	printf("%ld.%09ld\\n", (long)t.tv_sec, t.tv_nsec);
	fflush(stdout);
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	nanosleep(&(struct timespec){ 1, 0 }, NULL);
	return fd < 0;
}
"""


def started(bench):
    """Command lines by column for commands that the tracer starts."""
    to = ["-o", bench.trace]
    found = {
        "native": [],
        "floor": [bench.floor],
        "sockline": [bench.sockline, *to],
        "sockline -j": [bench.sockline, "-j", *to],
        "sockline -k": [bench.sockline, "-k", *to],
        "syscall": [bench.sockline, "--engine=syscall", *to],
    }
    if bench.strace:
        found["strace"] = [bench.strace, "-f", "--seccomp-bpf", "-e", "trace=network", *to]
        found["strace -k"] = [bench.strace, "-k"] + found["strace"][1:]
    return found


def attaching(bench):
    """The same for tracers that attach: strace means strace -p."""
    found = {"native": []}
    if bench.strace:
        found["strace"] = [bench.strace, "-f", "-e", "trace=network", "-o", bench.trace, "-p"]
    for engine in bench.engines:
        if engine != "seccomp":
            found[engine] = [bench.sockline, f"--engine={engine}", "-o", bench.trace, "-p"]
    return found


def engines(bench):
    """The engines that this sockline has and this machine permits."""
    able = []
    for engine in ("seccomp", "perf", "syscall"):
        command = [bench.sockline, f"--engine={engine}", "-o", os.devnull]
        if engine == "perf":  # which is for running processes
            with subprocess.Popen(["sleep", "20"]) as sleeper:
                done = subprocess.run([*command, "--for=0.05", "-p", str(sleeper.pid)], capture_output=True, text=True, timeout=20, check=False)
                sleeper.kill()
        else:
            done = subprocess.run([*command, "true"], capture_output=True, text=True, timeout=20, check=False)
        if done.returncode == 0:
            able.append(engine)
        else:
            why = done.stderr.strip().splitlines() or [f"status {done.returncode}"]
            bench.note(f"{engine} engine: not measured ({why[-1]})")
    return able


class Slowing:
    """Takes fewer calls for what proves slow, so that no cell takes long."""

    def __init__(self, run, calls):
        self.run, self.calls = run, calls

    def __call__(self):
        began = time.monotonic()
        figure = self.run(self.calls)
        if time.monotonic() - began > 1.5 and self.calls > 2000:
            self.calls //= 4
        return figure


def load_row(bench, title, load, calls, tracers, names, run=None):
    run = run or bench.wrapped
    cells = {n: Slowing(lambda c, t=tracers[n]: run(t, load, c), calls) for n in names if n in tracers}
    bench.measure(title, cells)


def started_rows(bench):
    tracers, n = started(bench), bench.options.calls
    if bench.strace:
        reads = dict(tracers, strace=[*tracers["strace"][:4], "trace=network,read,write", *tracers["strace"][5:]])
    else:
        reads = tracers

    def row(title, load, calls, *names, by=None):
        load_row(bench, title, load, calls, by or tracers, names)

    all_names = ("native", "floor", "strace", "strace -k", "sockline", "sockline -j", "sockline -k", "perf", "syscall")
    row("send or recv, 64 bytes", ["socket"], n, *all_names)
    row("the same, 10 frames deep", ["-d", "10", "socket"], n, "floor", "strace", "strace -k", "sockline", "sockline -k")
    row("the same, 26 frames deep", ["-d", "26", "socket"], n, "floor", "strace", "strace -k", "sockline", "sockline -k")
    row("the same, 8 threads", ["-t", "8", "socket"], n, "native", "floor", "strace", "sockline")
    row("the same, mmap between", ["mmap"], n, "native", "floor", "strace", "sockline")
    bench.measure("mmap + munmap, as it is between", {
        name: lambda t=tracers[name]: float(bench.run(bench.pin + t + [bench.load, "-n", str(n), "mapping"]).split()[-1])
        for name in ("native", "floor", "strace", "sockline") if name in tracers})
    row("the same, dlopen each 20", ["dlopen"], n, "native", "floor", "strace", "sockline")
    row("getppid (not traced)", ["getppid"], 20 * n, "native", "floor", "strace", "sockline", "perf")
    row("getppid, syscall engine", ["getppid"], n, "syscall")
    row("read a file, no socket", ["read"], 20 * n, "native", "floor", "sockline")
    row("write a file, no socket", ["write"], 20 * n, "native", "floor", "sockline")
    row("read a file, socket open", ["-s", "read"], n, "native", "strace", "sockline", "perf", by=reads)
    row("write a file, socket open", ["-s", "write"], n, "native", "strace", "sockline", "perf", by=reads)
    row("context switch", ["switch"], n, "native", "floor", "sockline")


def spawn_row(bench):
    tracers = started(bench)
    names = [n for n in ("native", "floor", "strace", "sockline", "perf", "syscall") if n in tracers]
    cells = {n: lambda t=tracers[n]: 1e6 / bench.wrapped(t, ["spawn"], max(bench.options.calls // 50, 100)) for n in names}
    bench.measure("fork + exec", cells, "a second")


def attached_rows(bench):
    tracers, n = attaching(bench), bench.options.calls

    def row(title, load, calls, by=None):
        load_row(bench, title, load, calls, by or tracers, list(by or tracers), bench.attached)

    def sends(tracer, load, calls):
        """The floor probe traps by seccomp, so it starts its load; in the same row, for figures wander with the minutes."""
        return (bench.wrapped if tracer == [bench.floor] else bench.attached)(tracer, load, calls)

    load_row(bench, "attached: send or recv", ["socket"], n, dict(tracers, floor=[bench.floor]), [*tracers, "floor"], sends)
    row("attached: getppid", ["getppid"], 20 * n, dict(tracers, floor=[bench.floor, "-p"]))
    row("attached: read a file", ["read"], 20 * n)
    row("attached: write a file", ["write"], 20 * n)
    row("attached: read, socket open", ["-s", "read"], 5 * n)
    row("attached: context switch", ["switch"], 5 * n)
    bench.measure("attach", {name: lambda t=t: attach_time(bench, t) for name, t in tracers.items() if t}, "ms")


def attach_time(bench, tracer):
    """From the tracer's start until it has a process of one thread."""
    program = subprocess.Popen([bench.load, "-w", "getppid"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    pid = program.stdout.readline().split()[1]
    began = time.monotonic()
    watcher = bench.attach(tracer, pid)
    took = time.monotonic() - began - 0.1
    bench.let_go(watcher)
    program.communicate("go\n", timeout=20)
    return took * 1000


def memory(bench, tracer, load):
    """The tracer's most memory in MB, looked at while it runs (the maximum of getrusage would be of before its exec)."""
    program = subprocess.Popen(tracer + [bench.load, *load], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
    most, now = 0, 0
    while program.poll() is None:
        now = memory_peak(program.pid) or 0
        most = max(most, now)
        time.sleep(0.01)
    if program.returncode or not most:
        raise Failed(f"status {program.returncode}")
    return most


def first_line(bench, tracer, program, of_call):
    """Milliseconds until the line of socket() is read from the tracer's stderr: since the call, or since the start."""
    began = time.monotonic()
    run = subprocess.Popen(bench.pin + tracer + program, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                           stderr=subprocess.PIPE)
    try:
        for line in run.stderr:
            if b"socket(" in line:
                now = time.monotonic()
                return (now - (float(run.stdout.readline()) if of_call else began)) * 1000
    finally:
        run.kill()  # what it started ends with it
        run.communicate()
    raise Failed("no line")


def large_program(bench):
    """A program with that much debug information: copies of one object of static functions, and a small main."""
    source = ["#include <stdint.h>"]
    for s in range(LARGE_STRUCTS):
        fields = " ".join(f"uint32_t field_{f};" for f in range(LARGE_FIELDS))
        source.append(f"struct s{s} {{ {fields} struct s{s} *next; }};\n"
                      f"__attribute__((used)) static long f{s}(struct s{s} *p, long x)\n"
                      f"{{ long sum = x; for (long i = 0; i < x; i++) {{ sum += p->field_1 * i; p = p->next; }} return sum; }}")
    with open(bench.path("large.c"), "w", encoding="ascii") as file:
        file.write("\n".join(source))
    with open(bench.path("main.c"), "w", encoding="ascii") as file:
        file.write(LARGE_MAIN)
    for name in "large", "main":
        subprocess.run(["gcc", "-g", "-gz=none", "-c", "-o", bench.path(name + ".o"), bench.path(name + ".c")], check=True)
    sizes = subprocess.run(["size", "-A", bench.path("large.o")], capture_output=True, text=True, check=True).stdout
    each = sum(int(line.split()[1]) for line in sizes.splitlines() if line.startswith((".debug_info", ".debug_line ")))
    copies = []
    for i in range(LARGE_MB * 1000000 // each + 1):
        copies.append(bench.path(f"large{i}.o"))
        os.link(bench.path("large.o"), copies[-1])
    subprocess.run(["gcc", "-o", bench.path("large"), bench.path("main.o"), *copies], check=True)
    for copy in copies:
        os.unlink(copy)
    return bench.path("large")


def size_rows(bench):
    """What is counted in MB and ms rather than by the call."""
    tracers = started(bench)
    load = ["-t", "64", "-n", str(bench.options.calls), "socket"]
    bench.measure("memory, 64 threads", {n: lambda t=tracers[n]: memory(bench, t, load)
                                         for n in ("floor", "strace", "sockline", "sockline -k") if n in tracers}, "MB")
    quiet = {"sockline": [bench.sockline, "-e", "socket"]}
    if bench.strace:
        quiet["strace"] = [bench.strace, "-f", "--seccomp-bpf", "-e", "trace=socket"]
    small = [bench.load, "-n", "2", "socket"]
    bench.measure("start to first line", {n: lambda t=t: first_line(bench, t, small, False) for n, t in quiet.items()}, "ms")
    if bench.options.only and not any(word in "first line, 100 MB of DWARF" for word in bench.options.only):
        return
    large = [large_program(bench)]
    bench.measure("first line, 100 MB of DWARF",
                  {n: lambda t=t: first_line(bench, t, large, True) for n, t in quiet.items()}, "ms")


def fair_row(bench):
    """The slowest of 1,000 threads that all call, as a part of the median thread."""
    tracers = started(bench)
    calls = bench.options.calls * 4
    load = ["-t", "1000", "-n", str(calls), "fair"]
    cells = {n: lambda t=tracers[n]: float(bench.run(bench.pin + t + [bench.load, *load]).split()[-1])
             for n in ("floor", "strace", "sockline", "perf", "syscall") if n in tracers}
    bench.measure("slowest of 1,000 threads", cells, "of median")
