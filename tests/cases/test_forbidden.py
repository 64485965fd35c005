"""Where something is forbidden or odd: the next best engine, one line where the user must know, never a hang."""
import contextlib
import os
import random
import re
import shutil
import signal
import stat
import subprocess
import time

import pytest

import harness
import programs

PYTHON = "/usr/bin/python3"
NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
TALKS = 'import os, socket; a, b = socket.socketpair(); a.send(b"hello"); os.write(a.fileno(), b"there"); b.recv(99)'
as_root = pytest.mark.skipif(os.getuid() != 0, reason="needs root, to have less than it")


def without(*capabilities):
    return ["setpriv", "--bounding-set=" + ",".join(f"-{name}" for name in capabilities)]


def forbid(*calls):
    return [programs.program("forbid"), ",".join(calls)]


@contextlib.contextmanager
def chatting(mode="plain", prefix=(), **more):
    """The fixture odd: yields (pid, process)."""
    with harness.background([*prefix, programs.program("odd"), mode], ready=b"ready ", **more) as process:
        yield int(process.first.split()[1]), process


def traced_by(prefix, pid, *options):
    """sockline -p, under what the prefix forbids, until it has seen something; (trace, stderr)."""
    argv = [*prefix, harness.SOCKLINE, "-o", "|cat", *options, "-p", pid]
    with harness.background(argv, ready=b"sendto", stderr=subprocess.PIPE) as process:
        os.kill(process.pid, signal.SIGINT)
        out, err = process.communicate(timeout=20)
        assert process.returncode == 0, err
    harness.wait_for("being let go", lambda: harness.tracers(pid) <= {0})
    return process.first + out, err.decode()


# LeakSanitizer needs ptrace at a program's end.
NO_LEAKS = {"ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0"}


def refused(argv, words, status=125):
    """It does not begin, and one line says why."""
    ended = harness.run(argv, env=NO_LEAKS)
    lines = ended.err.splitlines()
    assert ended.status == status and len(lines) == 1 and lines[0].startswith("sockline: "), ended
    assert re.search(words, lines[0]), ended


HIDDEN = ["unshare", "--mount", "sh", "-c", 'mount -t tmpfs none /sys/kernel && exec "$@"', "sh"]
MOUNTED = ["unshare", "--mount", "sh", "-c", 'mount -t tracefs none /sys/kernel/tracing && exec "$@"', "sh"]
NO_PERF = {
    "no tracefs": (lambda: [*HIDDEN, *without("sys_admin")], "tracefs"),
    "no rights": (lambda: [*MOUNTED, *without("sys_admin", "perfmon")], "perf_event_paranoid is [2-4]"),
    "no call": (lambda: forbid("perf_event_open"), "perf"),
}


@as_root
@pytest.mark.parametrize("what", NO_PERF)
def test_no_perf(what):
    """Without tracefs, without CAP_PERFMON (perf_event_paranoid 2 and more), or without the call."""
    prefix, why = NO_PERF[what][0](), NO_PERF[what][1]
    with chatting() as (pid, _):
        refused([*prefix, harness.SOCKLINE, "--engine=perf", "-o", "/dev/null", "-p", pid], why)
        _, err = traced_by(prefix, pid, "-d")
        assert re.search(f"not engine perf for attaching: [^\n]*{why}", err) and "engine syscall for attaching" in err, err
        assert not traced_by(prefix, pid)[1]


@as_root
def test_user_without_perf():
    """A user on a process of their own."""
    with chatting(prefix=NOBODY) as (pid, _):
        assert not traced_by(NOBODY, pid)[1]


def test_no_seccomp(program):
    program("forbid")
    prefix = forbid("seccomp")
    refused([*prefix, harness.SOCKLINE, "--engine=seccomp", "-o", "/dev/null", "true"], "not permitted.*--engine=syscall")
    with harness.scratch("trace") as path:
        ended = harness.run([*prefix, harness.SOCKLINE, "-j", "-o", path, PYTHON, "-c", TALKS])
        events = harness.parse(path.read_bytes())
    assert ended.status == 0 and not ended.err, ended
    assert {"sendto", "write", "recvfrom"} <= {event.get("type") for event in events}


def test_no_ptrace(program):
    program("forbid")
    refused([*forbid("ptrace"), harness.SOCKLINE, "-o", "/dev/null", "true"], "ptrace is forbidden here")
    with chatting() as (pid, _):
        refused([*forbid("ptrace"), harness.SOCKLINE, "-o", "/dev/null", "-p", pid], "ptrace is forbidden here", 1)


@pytest.mark.parametrize("call", ["process_vm_readv", "pidfd_getfd"])
def test_other_ways_to_read(program, engine, call):
    """Bytes are read from /proc, sockets are known by other means."""
    program("forbid")
    with harness.scratch("trace") as path:
        ended = harness.run([*forbid(call), harness.SOCKLINE, f"--engine={engine}", "-j", "-o", path, PYTHON, "-c", TALKS])
        events = harness.parse(path.read_bytes())
    assert ended.status == 0 and not ended.err, ended
    data = [event["details"]["buf"]["data"] for event in events if event.get("type") in ("sendto", "recvfrom")]
    assert data == ["hello", "hellothere"]


@as_root
def test_rights_dropped_before_the_first_socket(engine):
    """No filter can be put into such a process any more without no_new_privs."""
    code = "import os; os.setgroups([]); os.setresgid(65534, 65534, 65534); os.setresuid(65534, 65534, 65534); " + TALKS
    traced = harness.trace([PYTHON, "-c", code], engine=engine)
    assert traced.status == 0 and not traced.err, traced
    assert [event["details"]["buf"]["data"] for event in traced.calls("write", "sendto", "recvfrom")] == ["hello", "there", "hellothere"]


SPACES = [["--mount"], ["--user", "--map-root-user"], ["--pid", "--fork", "--kill-child", "--mount-proc"],
          ["--user", "--map-root-user", "--pid", "--fork", "--kill-child", "--mount-proc", "--net"]]


@as_root
@pytest.mark.parametrize("spaces", SPACES, ids=lambda words: words[0] + str(len(words)))
def test_other_namespaces(program, attach_engine, spaces):
    """A process of other namespaces, attached to from outside by its pid there."""
    program("odd")
    with chatting(prefix=["unshare", *spaces], stderr=subprocess.DEVNULL) as (_, process):
        found = {pid: comm for pid, (comm, _) in harness.descendants(process.pid).items()} or {process.pid: "odd"}
        pid = next(pid for pid, comm in found.items() if comm.startswith("odd"))
        trace, err = traced_by([], pid, f"--engine={attach_engine}")
        assert not err and b'"x", 1) = 1' in trace, trace


def test_dead_leader(program, attach_engine):
    """The first thread has ended, the others go on: /proc/PID/fd is empty, /proc/PID/exe is not to be read."""
    program("odd")
    with chatting("leader") as (pid, _):
        harness.wait_for("its end", lambda: harness.stat_fields(pid)[1] == "Z")
        trace, err = traced_by([], pid, f"--engine={attach_engine}")
        assert not err and b'"x", 1) = 1' in trace, trace


def test_thread_that_nothing_wakes(program, attach_engine):
    """A thread in state D: sockline attaches to the others, and is let go when it is told to."""
    program("odd")
    with chatting("stuck") as (pid, _):
        harness.wait_for("state D", lambda: any((harness.stat_fields(f"{pid}/task/{tid}") or "  ")[1] == "D" for tid in harness.threads(pid)))
        trace, err = traced_by([], pid, f"--engine={attach_engine}")
        assert not err and b'"x", 1) = 1' in trace, trace


@as_root
@pytest.mark.parametrize("attached", [False, True], ids=["started", "attached"])
def test_setuid_program(tmp_path, attached):
    """A user's sockline: the program runs without its extra rights, and one note says so; afterwards it has them."""
    tmp_path = tmp_path.parent
    shutil.copy("/usr/bin/id", tmp_path / "privileged")
    os.chmod(tmp_path / "privileged", stat.S_ISUID | 0o755)
    for folder in [tmp_path, *tmp_path.parents][:3]:
        os.chmod(folder, os.stat(folder).st_mode | 0o755)
    alone = harness.run([*NOBODY, tmp_path / "privileged"])
    assert "euid=0" in alone.out, alone
    note = "privileged is a setuid program and runs without its extra rights"
    if not attached:
        ended = harness.run([*NOBODY, harness.SOCKLINE, "-o", "|cat >&2", tmp_path / "privileged"])
        assert ended.status == 0 and "euid=0" not in ended.out and ended.err.count(note) == 1, ended
        return
    with harness.background([*NOBODY, programs.program("odd"), "setuid", tmp_path / "privileged"], ready=b"ready ") as process:
        argv = [*NOBODY, harness.SOCKLINE, "-o", "|cat", "-p", str(process.pid)]
        with harness.background(argv, ready=b"sendto", stderr=subprocess.PIPE) as sockline:
            out, _ = process.communicate(b"go\n", timeout=20)
            trace, err = sockline.communicate(timeout=20)
        assert process.returncode == 0 and b"euid=0" not in out and (trace + err).decode().count(note) == 1, (out, trace, err)


def test_target_killed_while_it_is_attached_to(program, attach_engine):
    """At any moment: sockline ends, and says at most that the process is gone."""
    program("crowd", "O2")
    for _ in range(12):
        with harness.background([programs.program("crowd", "O2"), "16"], ready=b"ready", stderr=subprocess.DEVNULL) as process:
            argv = [harness.SOCKLINE, f"--engine={attach_engine}", "-o", "/dev/null", "-p", str(process.pid)]
            sockline = subprocess.Popen(argv, stderr=subprocess.PIPE)
            time.sleep(random.uniform(0, 0.03))
            process.kill()
            _, err = sockline.communicate(timeout=20)
            lines = err.decode().splitlines()
            assert sockline.returncode in (0, 1) and len(lines) <= 1, err
            assert not lines or "no such process" in lines[0] or "zombie" in lines[0], err
