"""The engines behind one interface: the same events from each, and tools beside and above sockline."""
import itertools
import json
import os
import re
import shutil
import signal

import pytest

import harness
from test_attach import account, echo_program, exchange

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


def test_strace_on_sockline(program, engine):
    """strace on sockline itself, without -f: it traces on."""
    with harness.scratch("trace") as path:
        ended = harness.run(["strace", "-o", "/dev/null", harness.SOCKLINE, f"--engine={engine}", "-j", "-o", path,
                             program("lines"), "quick"], env=NO_LEAK_CHECK)
        events = harness.parse(path.read_bytes())
    assert ended.status == 0
    harness.assert_agrees(harness.reports(ended.out), [event for event in events if event["kind"] == "call"])


def test_strace_on_attached_sockline(program, attach_engine):
    """strace on all of sockline's threads while it traces a running process."""
    with echo_program(program) as (pid, port, process), harness.scratch("trace") as path:
        argv = ["strace", "-f", "-o", "/dev/null", harness.SOCKLINE, f"--engine={attach_engine}", "-j", "-o", path, "-p", str(pid)]
        with harness.background(argv, env={**os.environ, **NO_LEAK_CHECK}) as strace:
            harness.wait_for("being traced", lambda: path.exists() and b'"kind":"process"' in path.read_bytes())
            exchange(port, b"under strace")
            harness.wait_for("its call", lambda: b"under strace" in path.read_bytes())
            sockline = next(tid for tid, stat in harness.descendants(strace.pid).items() if stat[0] == "sockline")
            os.kill(sockline, signal.SIGINT)
            assert strace.wait(20) == 0
        harness.wait_for("being let go", lambda: harness.tracers(pid) == {0})
        assert account(process, port)["interrupts"] == 0


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


def test_gdb_on_a_sibling(program, attach_engine):
    with echo_program(program) as (pid, port, _), echo_program(program) as (other, other_port, _):
        with harness.attach(pid, engine=attach_engine) as attached:
            assert "main" in gdb(other)
            exchange(port, b"beside gdb")
            exchange(other_port)
            attached.seen(b"beside gdb")
            attached.stop()


def test_gdb_beside_a_command(program, engine):
    """gdb cannot have what sockline has, and says so; what is not sockline's it can."""
    argv = [harness.SOCKLINE, f"--engine={engine}", "-o", "/dev/null", program("server")]
    with echo_program(program) as (other, other_port, _), harness.background(argv, ready=b"port ") as process:
        words = process.first.split()
        assert "main" in gdb(other) and "main" not in gdb(int(words[1]))
        exchange(other_port)
        exchange(int(words[3]))
        account(process, int(words[3]))
        assert process.returncode == 0


def test_gdb_afterwards(program, attach_engine):
    """After letting go nothing stands in a debugger's way."""
    with echo_program(program) as (pid, port, _):
        with harness.attach(pid, engine=attach_engine) as attached:
            attached.stop()
        assert "main" in gdb(pid)
        exchange(port)
