"""The perf engine: nothing missed and nothing made up, where calls are seen by their exits alone."""
import pathlib
import signal
import subprocess
import time

import pytest

import harness
from test_attach import assert_untraced, call_of, echo_program, exchange


@pytest.fixture(autouse=True)
def permitted(perf_trouble):
    """Where the engine is to be had."""
    if perf_trouble:
        pytest.skip(perf_trouble)


# Sixteen threads that make no traced call until a file is there; then each sends once.
SENDERS = r"""
import os, socket, sys, threading, time

def send(number):
    while not os.access(sys.argv[1], os.F_OK):
        time.sleep(0.002)
    pairs[number][0].send(b"from thread %d" % number)
    time.sleep(60)

pairs = [socket.socketpair() for _ in range(16)]
for number in range(16):
    threading.Thread(target=send, args=[number], daemon=True).start()
print("ready", flush=True)
pairs[0][0].recv(1)
"""


def wait_states(pid, state, count):
    """Until so many threads of a process are in that state."""
    harness.wait_for(f"{count} threads in state {state}", lambda: sum(
        harness.status_field(f"{pid}/task/{tid}", "State")[0] == state for tid in harness.threads(pid)) >= count)


def test_what_has_stopped_is_shown_when_it_is_let_go():
    """Who had what was sent ends the trace, before any of the stops at which the senders stand was looked at."""
    with harness.scratch("go") as path:
        path.unlink(missing_ok=True)
        with harness.background(["/usr/bin/python3", "-c", SENDERS, path], ready=b"ready") as process:
            with harness.attach(process.pid, engine="perf") as attached:
                attached.seen(b'"type":"pending"') # once all of it is traced
                attached.process.send_signal(signal.SIGSTOP)
                wait_states(attached.process.pid, "T", len(harness.threads(attached.process.pid)))
                path.touch()
                wait_states(process.pid, "t", 16)
                attached.process.send_signal(signal.SIGINT)
                attached.process.send_signal(signal.SIGCONT)
                ended = attached.finish()
                assert ended.status == 0, ended
                calls = [event for event in harness.parse(attached.path.read_bytes()) if event["kind"] == "call"]
            assert_untraced(process.pid)
    sent = sorted(event["details"]["buf"]["data"] for event in calls if event["type"] == "sendto")
    assert sent == sorted(f"from thread {number}" for number in range(16)), sent


# Answers one message, then sleeps again in the call of the name it was given.
SLEEPER = r"""
import select, socket, sys

here, there = socket.socketpair()
epoll = select.epoll()
epoll.register(here, select.EPOLLIN)
print("ready", flush=True)
sys.stdin.readline()
there.send(b"x")
for _ in range(2):
    if sys.argv[1] == "epoll_wait":
        epoll.poll()
    print("got", len(here.recv(8)), flush=True)
"""


@pytest.mark.parametrize("name", ["epoll_wait", "recvfrom"])
def test_sleeper_that_is_let_go_was_not_interrupted(name):
    """To let it go it is woken, and its call begins again: the trace shows no EINTR that the program never saw."""
    for _ in range(5):
        with harness.background(["/usr/bin/python3", "-c", SLEEPER, name], ready=b"ready") as process:
            with harness.attach(process.pid, engine="perf") as attached:
                process.stdin.write(b"go\n")
                process.stdin.flush()
                assert process.stdout.readline() == b"got 1\n"
                harness.wait_for("it to sleep", lambda: harness.status_field(process.pid, "State")[0] == "S")
                traced = attached.stop()
            assert_untraced(process.pid)
        assert traced.calls("recvfrom", return_value=1), traced
        assert not traced.calls(errno="EINTR"), traced


def tight(program, mode, count, *options):
    """The fixture under a trace, and the trace."""
    with harness.background([program("tight"), mode, str(count)], ready=b"ready") as process:
        with harness.attach(process.pid, engine="perf", options=options) as attached:
            process.stdin.write(b"go\n")
            process.stdin.flush()
            assert process.stdout.readline() == b"made %d\n" % count
            traced = attached.stop()
        process.communicate(b"end\n", timeout=10)
        assert process.returncode == 0
    return traced


def test_tight_loop_that_blocks_sigtrap(program):
    """Its calls are told of by records alone, which are a microsecond apart and all alike."""
    traced = tight(program, "blocked", 200, "-e", "recvfrom")
    assert len(traced.calls("recvfrom", errno="EAGAIN")) == 200, traced


@pytest.mark.parametrize("repeat", range(3))
def test_other_events_in_a_tight_loop(program, repeat):
    """The first socket of the process comes, so every thread gets another event while it makes its calls."""
    traced = tight(program, "widen", 600 + repeat)
    assert len(traced.calls("shutdown", errno="EBADF")) == 600 + repeat, traced


def test_events_of_files_in_a_tight_loop(program):
    """Reads of files are moved to events that stop nothing, and back: no write is told of twice, nor lost."""
    traced = tight(program, "files", 400)
    assert any("without stopping it" in event["text"] for event in traced.of("note")), traced
    if any("not seen" in event["text"] for event in traced.of("note")):
        pytest.skip("the machine is so busy that records were lost, and said so")
    assert len(traced.calls("write", success=True)) == 400, traced


def test_reads_at_an_offset(program):
    """They stop where they fail alone, and on a socket they always do."""
    traced = tight(program, "offset", 50)
    assert len(traced.calls("pread64", errno="ESPIPE")) == len(traced.calls("pread64")) == 50, traced


# SIGTRAP waits for one thread, while another makes calls; the one says at the end who sent it, and how.
WAITING_TRAPS = r"""
import os, signal, socket, sys, threading

TRAP = {signal.SIGTRAP}
left, right = socket.socketpair()
taken, ready = threading.Event(), threading.Event()

def take(name):
    info = signal.sigtimedwait(TRAP, 0)
    print(name, info and (info.si_code, info.si_pid == os.getpid()), flush=True)

def wait():
    signal.pthread_sigmask(signal.SIG_BLOCK, TRAP)
    signal.pthread_kill(threading.get_ident(), signal.SIGTRAP)
    ready.set()
    taken.wait()
    take("thread")

def call():
    while data := left.recv(10):
        left.send(data)

threading.Thread(target=call).start()
signal.pthread_sigmask(signal.SIG_BLOCK, TRAP)
threading.Thread(target=wait).start()
ready.wait()
print("ready", flush=True)
for line in sys.stdin:
    right.send(b"x")
    right.recv(10)
    print("called", flush=True)
right.close()
taken.set()
"""


def test_its_own_sigtrap_waits():
    """Ignoring SIGTRAP, at the first stop and when it is let go, does not take it away."""
    with harness.background(["/usr/bin/python3", "-c", WAITING_TRAPS], ready=b"ready") as process:
        def call():
            process.stdin.write(b"call\n")
            process.stdin.flush()
            assert process.stdout.readline() == b"called\n"

        with harness.attach(process.pid, engine="perf") as attached:
            for _ in range(3):
                call()
            attached.stop()
        call()
        out, _ = process.communicate(timeout=10)
    assert out.decode().splitlines() == ["thread (0, True)"], out


# The second thread waits for ten bytes, in a call that must not be woken.
UNWAKEABLE = r"""
import os, socket, sys, threading

left, right = socket.socketpair()
threading.Thread(target=lambda: os.write(1, b"%d\n" % len(left.recv(10, socket.MSG_WAITALL)))).start()
os.write(1, b"ready\n")
for line in sys.stdin:
    right.send(b"x")
    os.write(1, b"sent\n")
"""


def test_first_thread_alone_can_be_woken():
    """Let go before the others where signals come, it is asked once more to give SIGTRAP back."""
    def ignores_sigtrap():
        return bool(int(harness.status_field(process.pid, "SigIgn"), 16) >> (signal.SIGTRAP - 1) & 1)

    with harness.background(["/usr/bin/python3", "-c", UNWAKEABLE], ready=b"ready") as process:
        def send(count):
            process.stdin.write(b"\n" * count)
            process.stdin.flush()
            assert all(process.stdout.readline() == b"sent\n" for _ in range(count))

        with harness.attach(process.pid, engine="perf") as attached:
            send(4)
            assert ignores_sigtrap()
            # The first thread gets it while it stands at no stop; the other's call would be cut short.
            harness.wait_for("the first thread's sleep", lambda: call_of(process.pid) == "0")
            process.send_signal(signal.SIGWINCH)
            attached.stop()
        assert_untraced(process.pid)
        assert not ignores_sigtrap()
        send(5)
        out, _ = process.communicate(b"\n", timeout=10)
    assert sorted(out.split()) == [b"10", b"sent"], out


def test_killed_before_its_first_stop(program):
    """kill -9 of sockline within the first milliseconds: the program does not die of a SIGTRAP."""
    for turn in range(40):
        with harness.background([program("crowd", "O2"), "8"], ready=b"ready", stderr=subprocess.DEVNULL) as process:
            tracer = subprocess.Popen([harness.SOCKLINE, "--engine=perf", "-j", "-o", "/dev/null", "-p", str(process.pid)])
            harness.wait_for("being attached", lambda: harness.tracers(process.pid) - {0}) # noqa: B023
            time.sleep(turn % 8 * 0.0008)
            tracer.kill()
            tracer.wait()
            harness.wait_for("being let go", lambda: harness.tracers(process.pid) <= {0}) # noqa: B023
            process.communicate(b"\n", timeout=10)
            assert process.returncode == 0, turn


LATE = r"""
import select, socket, sys, time
left, right = socket.socketpair()
poll, begin = getattr(select, sys.argv[1])(), time.monotonic()
poll.register(left, 1)
print("ready", flush=True)
poll.poll(eval(sys.argv[2]))
print(time.monotonic() - begin)
"""


@pytest.mark.parametrize("what, timeout", [("poll", 1500), ("epoll", 1.5)])
def test_timeout_is_not_begun_again(what, timeout):
    """A thread that sleeps with a timeout is not interrupted at attaching."""
    with harness.background(["/usr/bin/python3", "-c", LATE, what, str(timeout)], ready=b"ready") as process:
        begun = time.monotonic()
        harness.wait_for("being asleep for long", lambda: harness.stat_fields(process.pid)[1] == "S" and time.monotonic() > begun + 0.7)
        with harness.attach(process.pid, engine="perf") as attached:
            out, _ = process.communicate(timeout=10)
            attached.finish()
    assert 1.4 < float(out) < 1.9, out


def test_pending(program):
    """A call that is entered while attached and blocks for long is told of once, with its stack."""
    with echo_program(program) as (pid, port, _):
        with harness.attach(pid, engine="perf", options=["--pending=0.2", "-k"]) as attached:
            exchange(port)
            harness.wait_for("a note with a time", lambda: any(
                "duration_usec" in event for event in harness.parse(attached.path.read_bytes().rpartition(b"\n")[0] + b"\n")
                if event["type"] == "pending"))
            exchange(port)
            traced = attached.stop()
    waiting = [event for event in traced.of("note", "pending") if "duration_usec" in event]
    assert len(waiting) == 1 and waiting[0]["text"] == "epoll_wait", traced
    assert waiting[0]["duration_usec"] >= 200000 and any(frame.get("function") == "main" for frame in waiting[0]["stack"]), waiting


# A thread that blocks every signal, and so cannot be stopped by its event; each of its calls sleeps several times.
MASKED = r"""
import signal, socket, sys, threading, time

here, there = socket.socketpair()
over, results = False, []

def take():
    signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
    while not over:
        results.append(len(here.recv(16, socket.MSG_WAITALL)))

def give():
    while not over:
        time.sleep(0.05)
        there.send(b"abcd")
    there.send(bytes(16))

print("ready", flush=True)
sys.stdin.readline()
threads = [threading.Thread(target=target) for target in (take, give)]
for thread in threads:
    thread.start()
sys.stdin.readline()
over = True
for thread in threads:
    thread.join()
print(sorted(set(results)))
"""


def test_masked_thread_is_moved_unseen():
    """To be moved to another engine it is interrupted, in a call that goes on and is shown once."""
    with harness.background(["/usr/bin/python3", "-c", MASKED], ready=b"ready") as process:
        with harness.attach(process.pid, engine="perf") as attached:
            process.stdin.write(b"go\n")
            process.stdin.flush()
            attached.seen(b"abcdabcdabcdabcd")  # from then on its calls stop
            out, _ = process.communicate(b"over\n", timeout=20)
            attached.finish()
            events = harness.parse(attached.path.read_bytes())
    assert out == b"[16]\n", out
    results = {event.get("return_value") for event in events if event["kind"] == "call" and event["type"] == "recvfrom"}
    assert results == {16}, results


# What comes of a recv with MSG_WAITALL under SO_RCVTIMEO, amid ignored signals: two bytes of four are there, more come in time or never.
TIMED = r"""
import os, signal, socket, struct, sys, threading, time

here, there = socket.socketpair()
parent = os.getpid()
if not os.fork():
    while os.getppid() == parent:
        time.sleep(0.02)
        os.kill(parent, signal.SIGWINCH)
    os._exit(0)
print("ready", flush=True)
sys.stdin.readline()
here.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("ll", 0, 400000))
for late in 0.2, None:
    there.send(b"ab")
    if late:
        threading.Timer(late, there.send, [b"cd"]).start()
    begin = time.monotonic()
    got = here.recv(4, socket.MSG_WAITALL)
    took = time.monotonic() - begin
    print(len(got), "early" if took < (0.15 if late else 0.38) else "late" if took > 0.75 else "in time", flush=True)
os._exit(0)
"""


@pytest.mark.parametrize("options", [[], ["-T"]])
def test_timeouts_of_calls_that_go_on(options):
    with harness.background(["/usr/bin/python3", "-c", TIMED], ready=b"ready") as process:
        with harness.attach(process.pid, engine="perf", options=options) as attached:
            out, _ = process.communicate(b"go\n", timeout=20)
            attached.finish()
    assert out.decode().splitlines() == ["4 in time", "2 in time"], out


@pytest.mark.parametrize("variant", ["O2", "m32"])
def test_numbers_from_hand_to_hand(program, variant):
    """Sockets and files of four threads get the same numbers at the same time: each close of a socket is told of, none of a file as one."""
    traced = harness.trace_attached([program("numbers", variant)], engine="perf")
    assert traced.status == 0, traced
    harness.assert_agrees(harness.reports(traced.out), traced.calls(), uncertain=True)
    assert not [event for event in traced.calls() if "uncertain" in event and "socket" in event]
    assert sum("uncertain" in event for event in traced.calls()) < len(traced.calls()) / 10
    made = [event["socket"] for event in traced.calls("socket")]
    assert sorted(event["socket"] for event in traced.events if event["kind"] == "socket" and event["type"] == "closed") == sorted(made)


# Children that are traced, those of subprocess among them, then two that are made with the flags given.
BIRTHS = r"""
import ctypes, os, socket, subprocess, sys

SYS_clone, SIGCHLD = 56, 17
libc = ctypes.CDLL(None)
print("ready", flush=True)
sys.stdin.readline()
here, there = socket.socketpair()
for _ in range(20):
    if not os.fork():
        os._exit(0)
    os.wait()
    subprocess.run(["true"])
    here.send(b"between")
for _ in range(2):
    if libc.syscall(SYS_clone, int(sys.argv[1], 16) | SIGCHLD, 0, 0, 0, 0) == 0:
        here.send(b"child")
        os._exit(0)
    os.wait()
here.send(b"after")
"""


@pytest.mark.parametrize("flags, told", [("800000", 1), ("0", 0)])
def test_untraced_children_are_told_of(flags, told):
    with harness.background(["/usr/bin/python3", "-c", BIRTHS, flags], ready=b"ready") as process:
        with harness.attach(process.pid, engine="perf") as attached:
            process.communicate(b"go\n", timeout=20)
            attached.finish()
            events = harness.parse(attached.path.read_bytes())
    notes = [event["text"] for event in events if event["kind"] == "note" and "CLONE_UNTRACED" in event["text"]]
    sent = [event["details"]["buf"]["data"] for event in events if event["kind"] == "call" and event["type"] == "sendto"]
    assert len(notes) == told and all(str(process.pid) in text for text in notes), notes
    assert sent == ["between"] * 20 + ["child"] * 2 * (1 - told) + ["after"], sent


# Sleeps in a recv of which two bytes have come; a child sends the others when a second line comes.
OWING = r"""
import os, socket, sys

here, there = socket.socketpair()
print("ready", flush=True)
sys.stdin.readline()
there.send(b"ab")
if not os.fork():
    here.close()
    sys.stdin.readline()
    there.send(b"cd")
    os._exit(0)
print("got", len(here.recv(4, socket.MSG_WAITALL)), flush=True)
sys.stdin.readline()
"""


@pytest.mark.parametrize("way, got", [("awaited", b"got 4\n"), ("cut", b"got 2\n")])
def test_let_go_in_a_call_that_goes_on(way, got):
    """Its end is waited for, or it is ended with its part; SIGTRAP is given back in either case."""
    with harness.background(["/usr/bin/python3", "-c", OWING], ready=b"ready") as process:
        before = harness.status_field(process.pid, "SigIgn")
        with harness.attach(process.pid, engine="perf", options=["--no-follow", "-d"]) as attached:
            process.stdin.write(b"go\n")
            process.stdin.flush()
            syscall = pathlib.Path(f"/proc/{process.pid}/syscall")
            harness.wait_for("recv", lambda: syscall.read_text(encoding="ascii").startswith("45 "))
            here = harness.status_field(process.pid, "voluntary_ctxt_switches")
            process.send_signal(signal.SIGWINCH)
            harness.wait_for("its going on", lambda: harness.status_field(process.pid, "voluntary_ctxt_switches") != here
                             and syscall.read_text(encoding="ascii").startswith("45 "))
            time.sleep(0.2)  # as long as it must last to be waited for
            attached.process.send_signal(signal.SIGINT)
            harness.wait_for("being told", lambda: b"waiting for its end" in attached.path.read_bytes())
            if way == "cut":
                attached.process.send_signal(signal.SIGINT)
            else:
                process.stdin.write(b"x\n")
                process.stdin.flush()
            attached.finish()
            events = harness.parse(attached.path.read_bytes())
        assert process.stdout.readline() == got
        assert harness.status_field(process.pid, "SigIgn") == before
        assert_untraced(process.pid)
    results = [event.get("return_value") for event in events if event["kind"] == "call" and event["type"] == "recvfrom"]
    assert results == [int(got[4:])], results
    assert not [event for event in events if event["kind"] == "note" and "SIGTRAP" in event["text"]], events
