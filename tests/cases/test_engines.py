"""The engines behind one interface: the same events from each, and tools beside and above sockline."""
import itertools
import json
import re
import shutil

import pytest

import harness
from test_attach import echo_program, exchange

# What differs from run to run: times, ids of tasks; ports and pointers are numbered in order of appearance.
PASSING = {"timestamp_usec", "duration_usec", "process_id", "thread_id"}


# LeakSanitizer, in builds that have it, cannot work while strace traces.
NO_LEAK_CHECK = {"ASAN_OPTIONS": "detect_leaks=0"}


class Numbering:
    """Gives each port and pointer the number of its first appearance."""

    def __init__(self):
        self.seen = {}

    def number(self, kind, value):
        return f"{kind} {self.seen.setdefault((kind, value), len(self.seen))}"

    def plain(self, value, name=None):
        if isinstance(value, dict):
            return {key: self.plain(item, key) for key, item in value.items() if key not in PASSING}
        if isinstance(value, list):
            return [self.plain(item, name) for item in value]
        if name in ("port", "pointer", "pid") and value:
            return self.number(name, value)
        if name == "remarks":
            return re.sub(r"[0-9.]+(ns|us|ms|s)\b", "DURATION", value)
        return value


# What only an entry stop shows, because the call overwrites it (docs/ENGINES.md); perf leaves it out.
ENTRY_ONLY = {"readfds", "writefds", "exceptfds"}


def calls_without_passing(traced, without=()):
    numbering = Numbering()
    calls = [numbering.plain(event) for event in traced.calls()]
    for call in calls:
        call["details"] = {key: value for key, value in call["details"].items() if key not in without}
    return calls


@pytest.mark.parametrize("variant", ["dynamic", "m32"])
def test_same_events_from_every_engine(program, engine, variant):
    if engine == "syscall":
        pytest.skip("the one that the others are compared with")
    without = ENTRY_ONLY if engine == "perf" else ()
    reference = calls_without_passing(harness.trace([program("lines", variant), "quick"], engine="syscall"), without)
    mine = calls_without_passing(harness.trace([program("lines", variant), "quick"], engine=engine), without)
    for left, right in itertools.zip_longest(reference, mine):
        assert left == right, f"{json.dumps(left)}\n{json.dumps(right)}"


@pytest.mark.parametrize("variant", ["O2", "static", "musl", "m32"])
def test_same_calls_in_every_build(program, variant):
    """What a program does with sockets does not depend on how it was built."""
    def names(traced):
        return [(record["did"], event.get("fd"), event.get("return_value"), event.get("errno"), event.get("socket"))
                for record, event in zip(harness.reports(traced.out), traced.calls())]
    reference = names(harness.trace([program("lines"), "quick"]))
    assert names(harness.trace([program("lines", variant), "quick"])) == reference


def test_strace_on_sockline(program):
    """strace on sockline itself, without -f: it traces on."""
    with harness.scratch("trace") as path:
        ended = harness.run(["strace", "-o", "/dev/null", harness.SOCKLINE, "-j", "-o", path, program("lines"), "quick"],
                            env=NO_LEAK_CHECK)
        events = harness.parse(path.read_bytes())
    assert ended.status == 0
    harness.assert_agrees(harness.reports(ended.out), [event for event in events if event["kind"] == "call"])


def test_strace_on_all(program):
    """With -f strace has sockline's child already: one line says so, and who traces it."""
    ended = harness.run(["strace", "-f", "-o", "/dev/null", harness.SOCKLINE, "-o", "/dev/null", program("lines"), "quick"],
                        env=NO_LEAK_CHECK)
    assert ended.status == 125 and re.search("traced", ended.err) and len(ended.err.splitlines()) == 1, ended


def gdb(pid):
    """A backtrace of a process by gdb, which lets go again."""
    if not shutil.which("gdb"):
        pytest.skip("gdb is not installed")
    environment = {"DEBUGINFOD_URLS": "", "PATH": "/usr/bin:/bin", "HOME": "/nonexistent"}
    return harness.run(["gdb", "--batch", "-nx", "-p", pid, "-ex", "bt", "-ex", "detach"], env=environment).out


def test_gdb_on_a_sibling(program):
    with echo_program(program) as (pid, port, _), echo_program(program) as (other, other_port, _):
        with harness.attach(pid) as attached:
            assert "main" in gdb(other)
            exchange(port, b"beside gdb")
            exchange(other_port)
            attached.seen(b"beside gdb")
            attached.stop()


def test_gdb_afterwards(program):
    """After letting go nothing stands in a debugger's way."""
    with echo_program(program) as (pid, port, _):
        with harness.attach(pid) as attached:
            attached.stop()
        assert "main" in gdb(pid)
        exchange(port)
