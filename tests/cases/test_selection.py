"""What is shown of what was traced: filters by connection, program and place; limits; dumps, folders, totals."""
import collections
import json
import os
import re
import signal
import subprocess
import time

import pytest

import harness
from test_attach import echo_program, exchange


@pytest.fixture(scope="module")
def everything():
    """All calls of the fixture, to select from."""
    import programs
    return harness.trace([programs.program("lines"), "quick"])


def key(event):
    """What identifies an event from run to run."""
    return event["type"], event.get("fd"), event.get("return_value"), event.get("errno"), event["caller"].get("line")


def selected(program, *options):
    traced = harness.trace([program("lines"), "quick"], *options)
    assert traced.status == 0, traced
    return [key(event) for event in traced.calls()]


def where(everything, condition):
    return [key(event) for event in everything.calls() if condition(event)]


FUNCTIONS = ["pairs", "epoller", "failures", "p?irs", "*er"]


@pytest.mark.parametrize("glob", FUNCTIONS)
def test_at_function(program, everything, glob):
    pattern = re.compile(glob.replace("?", ".").replace("*", ".*") + "$")
    expected = where(everything, lambda event: pattern.match(event["caller"]["function"]))
    assert expected and selected(program, f"--at={glob}") == expected


def test_at_file_and_module(program, everything):
    assert selected(program, "--at=lines.c") == where(everything, lambda _: True)
    assert selected(program, "--at=*/lines.dynamic") == where(everything, lambda _: True)
    assert selected(program, "--at=other.c") == []


def test_at_library(program):
    """The library that is shown as "via" is a place too: --at=libvialib_lib selects what was called through it."""
    import programs
    library = programs.library("vialib_lib", "dynamic")
    command = [program("vialib", "dynamic", (library, f"-Wl,-rpath,{library.parent}"))]
    expected = [key(event) for event in harness.trace(command).calls() if "via" in event["caller"]]
    assert expected
    for glob in ("libvialib_lib.*", library.name):
        assert [key(event) for event in harness.trace(command, f"--at={glob}").calls()] == expected


def test_port_of_what_is_no_call(program):
    """Sockets that are not selected are not told of when they close."""
    import programs
    traced = harness.trace([programs.program("lines"), "quick"], "--port=1")
    assert not traced.calls() and not traced.of("socket"), traced


def test_fd(program, everything):
    got = selected(program, "--fd=4")
    expected = where(everything, lambda event: event.get("fd") == 4 or (event["type"] == "socket" and event["return_value"] == 4))
    assert [one for one in got if one[0] not in ("poll", "ppoll", "select", "pselect6", "dup", "dup2", "dup3")] == \
        [one for one in expected if one[0] not in ("poll", "ppoll", "select", "pselect6", "dup", "dup2", "dup3")]


def test_program(program):
    command = ["sh", "-c", f"{program('lines')} quick >/dev/null; exec {program('counts')} 1"]
    traced = harness.trace(command, "--program=counts*")
    assert traced.calls() and {event["comm"] for event in traced.calls()} == {"counts.dynamic"}
    traced = harness.trace(command, "--program=lines*")
    assert traced.calls() and {event["comm"] for event in traced.calls()} == {"lines.dynamic"}


def test_program_alone(program):
    """Processes, signals and sockets of other programs are not shown either, its own are: from its exec to its end."""
    script = f"trap : USR1; kill -USR1 $$; {program('lines')} quick >/dev/null; {program('counts')} 1"
    traced = harness.trace(["sh", "-c", script], "--program=counts*")
    assert [event["type"] for event in traced.of("process")] == ["exec", "exited"], traced
    assert traced.of("process", "exec")[0]["details"]["executable"].endswith("counts.dynamic")
    assert {event["comm"] for event in traced.events if "comm" in event} == {"counts.dynamic"}, traced
    assert not traced.of("signal"), traced
    everything = harness.trace(["sh", "-c", script])
    assert len(traced.of("socket", "closed")) < len(everything.of("socket", "closed")), traced
    assert "SIGUSR1" in {event["type"] for event in everything.of("signal")}


def test_slower(program):
    """What waits by itself, and what else took so long on a busy machine; of the rest nothing."""
    traced = harness.trace([program("lines")], "--slower=10ms")
    types = [event["type"] for event in traced.calls()]
    assert {"recvfrom", "poll"} <= set(types) and len(types) < 10, traced
    assert all(event["duration_usec"] >= 10000 for event in traced.calls())


def test_errno(program, everything):
    assert selected(program, "--errno=ENOENT,EBADF") == \
        where(everything, lambda event: event.get("errno") in ("ENOENT", "EBADF"))


def test_peer(program):
    """Both ends of the fixture's connections are on loopback; nothing of it is elsewhere."""
    calls = {one[0] for one in selected(program, "--peer=127.0.0.0/8")}
    assert {"connect", "sendto", "recvfrom", "getpeername"} <= calls and "socketpair" not in calls
    assert selected(program, "--peer=10.0.0.0/8") == []


def test_filters_add_up(program, everything):
    assert selected(program, "--at=failures", "-Z", "-e", "connect,listen") == where(
        everything, lambda event: event["caller"]["function"] == "failures" and event["type"] in ("connect", "listen")
        and not event["success"])


# ---- limits ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("most", [1, 7])
def test_max_events_of_a_command(program, engine, most):
    """The command runs on to its own end."""
    traced = harness.trace([program("lines"), "quick"], f"--max-events={most}", engine=engine)
    assert traced.status == 0 and len(traced.calls()) == most, traced
    assert len(harness.reports(traced.out)) > 65
    assert f"as --max-events={most} says: the command runs on" in traced.notes(), traced.notes()


def test_max_events_attached(program, attach_engine):
    with echo_program(program) as (pid, port, _):
        with harness.attach(pid, options=["--max-events=3", "-e", "read,write,accept4"], engine=attach_engine) as attached:
            exchange(port)
            ended = attached.finish()
            events = harness.parse(attached.path.read_bytes())
        assert ended.status == 0
        assert harness.tracers(pid) == {0}
        exchange(port)
    assert [event["type"] for event in events if event["kind"] == "call"] == ["accept4", "read", "write"]
    assert sum("as --max-events=3 says" in event.get("text", "") for event in events if event["kind"] == "note") == 1, events


def test_for_attached(program, attach_engine):
    with echo_program(program) as (pid, port, _):
        begin = time.monotonic()
        ended = harness.sockline("--for=500ms", f"--engine={attach_engine}", "-p", pid)
        assert ended.status == 0 and 0.4 < time.monotonic() - begin < 5, ended
        assert ended.err.count("! the trace ends here, as --for=500ms says\n") == 1, ended
        assert harness.tracers(pid) == {0}
        exchange(port)


def test_for_a_command(program):
    """Calls after the time are not shown; the command is not hurried."""
    script = f"{program('lines')} quick >/dev/null; sleep 0.5; exec {program('counts')} 3"
    traced = harness.trace(["sh", "-c", script], "--for=300ms")
    assert traced.status == 0 and len(harness.reports(traced.out)) == 3 * 18
    assert {event["comm"] for event in traced.calls()} == {"lines.dynamic"}, traced


def test_for_a_command_that_sleeps(program, engine):
    """Calls that threads are in when the time is over are shown without a result, and the end is told."""
    with harness.scratch("trace") as path:
        command = [harness.SOCKLINE, f"--engine={engine}", "-j", "-o", path, "--for=800ms", program("sleepers")]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        harness.wait_for("the end of the trace", lambda: path.exists() and b"as --for=800ms says: the command runs on" in path.read_bytes())
        out, _ = process.communicate(b"go\n", timeout=20)
        events = harness.parse(path.read_bytes())
    harness.check_trace(events)
    assert process.returncode == 0 and out.count(b"\n") == 18, out
    unfinished = [(event["type"], event["caller"]["function"]) for event in events if event["kind"] == "call" and "return_value" not in event]
    assert {("recvfrom", "sleep_recv"), ("recvmmsg", "sleep_recvmmsg"), ("accept", "sleep_accept"), ("connect", "sleep_connect"),
            ("read", "sleep_read"), ("poll", "sleep_poll"), ("epoll_pwait", "sleep_epoll")} <= set(unfinished), unfinished
    assert len(unfinished) == 16, unfinished  # all but nanosleep's


def test_pending(program):
    """A call that blocks long is told of once, while it blocks."""
    with echo_program(program) as (pid, port, _):
        with harness.attach(pid, options=["--pending=0.2"]) as attached:
            attached.seen(b'"type":"pending"')
            time.sleep(0.5)
            exchange(port)
            traced = attached.stop()
    pending = [event for event in traced.of("note") if event["type"] == "pending"]
    assert pending and "epoll_wait" in pending[0]["text"], traced.notes()


def test_stack_of_what_waits(program):
    """-k shows where a call waits, too: at attach and when it has waited for long."""
    with echo_program(program) as (pid, _, _), harness.attach(pid, options=["-k"]) as attached:
        attached.seen(b'"type":"pending"')
        traced = attached.stop()
    stacks = [event.get("stack") for event in traced.of("note", "pending")]
    assert stacks and all(stack and stack[0].get("function") for stack in stacks), traced
    with harness.scratch("trace") as path:
        harness.sockline("-k", "--pending=0.05", "-o", path, "/usr/bin/python3", "-c",
                         "import select, socket; a, b = socket.socketpair(); select.select([a], [], [], 0.4)")
        assert re.search(r"! p?select6?\(.* waiting for .*\n        > libc", path.read_text()), path.read_text()


# ---- forms -----------------------------------------------------------------------------------------------------------


def text_of(program, *options):
    with harness.scratch("trace") as path:
        ended = harness.sockline("-o", path, *options, program("lines"), "quick")
        assert ended.status == 0, ended
        return path.read_text(encoding="utf-8")


def test_hex_dump(program):
    text = text_of(program, "--hex", "-e", "sendto")
    assert "| 00000  68 65 6c 6c 6f 20 61 67  61 69 6e " in text and "hello again" in text


@pytest.mark.parametrize("style,pattern", [("short", r" lines\.c:45 "), ("full", r" /\S+/tests/programs/lines\.c:45 ")])
def test_source_path(program, style, pattern):
    assert re.search(pattern, text_of(program, f"--source-path={style}", "-e", "bind"))


def test_relative_source_path(program):
    with harness.scratch("trace") as path:
        harness.sockline("-o", path, "--source-path=relative", "-e", "bind", program("lines"), "quick",
                         cwd=harness.ROOT / "tests")
        assert " programs/lines.c:45 " in path.read_text(encoding="utf-8")


def test_totals(program, everything):
    """-c: as many calls of each kind as there were, and no trace."""
    text = text_of(program, "-c")
    counts = collections.Counter(event["type"] for event in everything.calls())
    found = {name: int(number) for number, name in re.findall(r"^ *[\d.]+ +[\d.]+ +\d+ +(\d+) (?: +\d+)? *(\w+)$", text, re.M)}
    assert found.pop("total", sum(counts.values())) == sum(counts.values())
    assert found == dict(counts)
    assert "connect(" not in text
    assert "connect(" in text_of(program, "-C")


def test_folder(program):
    with harness.scratch("traces") as folder:
        ended = harness.sockline(f"--dir={folder}", program("lines"), "quick")
        records = harness.reports(ended.out)
        meta = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
        harness.validate(meta)
        files = sorted((folder / str(records[0]["pid"])).glob("s*.jsonl"))
        lines = {path.stem: harness.parse(path.read_bytes()) for path in files}
    assert meta["details"]["command"][0].endswith("lines.dynamic")
    assert meta["details"]["options"] == [f"--dir={folder}"]
    assert {"version", "host", "kernel", "machine"} <= set(meta["details"])
    assert len(lines) >= 8
    for name, events in lines.items():
        for event in events:
            harness.validate(event)
        assert any(event.get("socket") == name for event in events), (name, events[:2])


OUTLIVED = """
import os, socket
one, other = socket.socketpair()
one.send(b'by the parent')
if os.fork():
    os._exit(0)
while os.getppid() == PARENT:
    pass
one.send(b'by the child')
"""


def test_folder_of_a_shared_socket(program):
    """Each process has its events in a file of its own, under the same id, and each has the socket's end."""
    with harness.scratch("traces") as folder:
        ended = harness.sockline(f"--dir={folder}", "--", program("fdways"), "fork")
        files = {path: harness.parse(path.read_bytes()) for path in folder.glob("*/s*.jsonl")}
    totals = json.loads(ended.out)
    shared = collections.defaultdict(dict)
    for path, events in files.items():
        if any(event["type"] == "sendto" for event in events):
            shared[path.stem][path.parent.name] = events
    assert max(map(len, shared.values())) == 2, shared
    for by_process in shared.values():
        ends = [[event["details"]["sent"]["bytes"] for event in events if event["type"] == "closed"]
                for events in by_process.values()]
        assert all(len(end) == 1 and end[0] in totals.values() for end in ends), (ends, totals)
        for pid, events in by_process.items():
            assert {event["process_id"] for event in events if event["kind"] == "call"} == {int(pid)}, events


def test_folder_when_the_maker_is_gone():
    """A socket that outlives the process that made it: no second folder for that."""
    code = "import os; PARENT = os.getpid()" + OUTLIVED
    with harness.scratch("traces") as folder:
        ended = harness.sockline(f"--dir={folder}", "--", "/usr/bin/python3", "-c", code)
        assert ended.status == 0, ended
        names = sorted(path.name for path in folder.iterdir() if path.is_dir())
        ends = [path for path in folder.glob("*/s*.jsonl") if b'"closed"' in path.read_bytes()]
    assert len(names) == 2 and not any("." in name for name in names), names
    assert len({path.parent for path in ends}) == 2, ends


# ---- what the command gets -------------------------------------------------------------------------------------------


def test_environment():
    ended = harness.sockline("-o", "/dev/null", "-E", "FOO=bar baz", "-E", "GONE", "sh", "-c", 'echo "$FOO|${GONE-unset}"',
                             env={"GONE": "here"})
    assert ended.out == "bar baz|unset\n"


@pytest.mark.skipif(os.getuid() != 0, reason="needs root to become another user")
def test_user(engine):
    traced = harness.trace(["id", "-u"], "-u", "nobody", engine=engine)
    assert traced.status == 0 and traced.out == harness.run(["id", "-u", "nobody"]).out, traced


def test_no_such_user():
    ended = harness.sockline("-u", "sockline-no-such-user", "true")
    assert ended.status == 125 and len(ended.err.splitlines()) == 1 and "no such user" in ended.err


def test_no_follow(program):
    command = ["sh", "-c", f"{program('lines')} quick >/dev/null; true"]
    assert harness.trace(command).calls()
    assert not harness.trace(command, "--no-follow").calls()


def test_interrupted_twice():
    """A command that ignores Ctrl-C is not killed by the second one either; it ends when it wants, and sockline with it."""
    script = "trap '' INT; echo up; sleep 0.7; exit 3"
    process = subprocess.Popen([harness.SOCKLINE, "-o", "/dev/null", "sh", "-c", script], stdout=subprocess.PIPE)
    assert process.stdout.readline() == b"up\n"
    for _ in range(2):
        process.send_signal(signal.SIGINT)
        time.sleep(0.1)
    process.communicate(timeout=10)
    assert process.returncode == 3
