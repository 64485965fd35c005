"""Output that goes wrong, in every form: one message, the traced program goes on unharmed, and whole lines were written."""
import contextlib
import json
import os
import pathlib
import re
import signal
import subprocess

import pytest

import harness
from test_attach import account, assert_untraced, echo_program, exchange

FORMS = {"text": [], "json": ["-j"], "stack": ["-k"]}


@contextlib.contextmanager
def small_disk(size="64k"):
    """A folder with so much room."""
    if os.getuid():
        pytest.skip("mounting a small tmpfs needs root")
    with harness.scratch("disk") as folder:
        folder.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder], check=True)
        try:
            yield folder
        finally:
            subprocess.run(["umount", "-l", folder], check=True)


def complaints(text):
    return [line for line in text.splitlines() if line.startswith("sockline: ")]


def assert_whole(data, form):
    """Nothing but whole lines, each of which can be read."""
    assert data and data.endswith(b"\n"), data[-200:]
    for line in data.decode("utf-8").splitlines():
        if form == "json":
            json.loads(line)
        else:
            assert re.match(r"\d+\.\d{6} |\s", line), line


def unharmed(ended, rounds):
    """The fixture counts did all its calls."""
    assert ended.status == 0 and len(harness.reports(ended.out)) == rounds * 18, ended


@pytest.mark.parametrize("form", FORMS)
def test_full_disk(program, form):
    with small_disk() as folder:
        ended = harness.sockline(*FORMS[form], "-o", folder / "trace", program("counts"), "1000")
        data = (folder / "trace").read_bytes()
    unharmed(ended, 1000)
    assert len(complaints(ended.err)) == 1 and re.search("No space left", ended.err), ended.err
    assert_whole(data, form)


def test_full_disk_with_a_folder(program):
    """--dir: one message, not one per file."""
    with small_disk() as folder:
        ended = harness.sockline("--dir", folder / "trace", program("counts"), "1000")
        files = [path.read_bytes() for path in (folder / "trace").rglob("*.jsonl")]
    unharmed(ended, 1000)
    assert len(complaints(ended.err)) == 1 and re.search("No space left", ended.err), ended.err[:2000]
    for data in files:
        if data:
            assert_whole(data, "json")


def test_disk_with_room_again(program):
    """What did not fit is gone, and its reader knows from the message that it is."""
    with small_disk() as folder:
        ended = harness.sockline("-j", "-o", folder / "trace", program("counts"), "20")
        events = harness.parse((folder / "trace").read_bytes())
    unharmed(ended, 20)
    lost = len([event for event in events if event["kind"] == "call"]) < 360
    assert lost == bool(complaints(ended.err)), ended.err


@pytest.mark.parametrize("form", FORMS)
def test_killed_reader(program, form):
    """kill -9 of the command that reads: what it had read are whole lines."""
    with harness.scratch("read") as path:
        reader = f"|head -c 20000 >{path}; kill -9 $$"
        ended = harness.sockline(*FORMS[form], "-o", reader, program("counts"), "2000")
        data = path.read_bytes()
    unharmed(ended, 2000)
    assert len(complaints(ended.err)) == 1, ended.err
    assert len(data) == 20000
    assert_whole(data[:data.rindex(b"\n") + 1], form)


@pytest.mark.parametrize("command, words", [
    ("nosuchcommand", "(|nosuchcommand) ended with status 127 (command not found)"), ("exec /", "(|exec /) ended with status 126 (it cannot be executed)"),
    ("kill -9 $$", "(|kill -9 $$) was killed by SIGKILL"), ("exit 3", "(|exit 3) ended with status 3"), ("exec head -c 9 >/dev/null", "(|exec head -c 9 >/dev/null) is gone")])
@pytest.mark.parametrize("rounds", [1, 2000])
def test_reader_that_fails(program, rounds, command, words):
    """What became of the command that the trace goes to is said; one that did not want it all is not worth a word where all went to it."""
    ended = harness.sockline("-o", f"|{command}", program("counts"), rounds)
    unharmed(ended, rounds)
    said = complaints(ended.err)
    if rounds > 1:
        assert said == [f"sockline: the reader of the trace {words}: tracing goes on without output"], ended.err
    else:
        assert len(said) <= 1 and all(line.startswith(f"sockline: the reader of the trace {words}") for line in said), ended.err
        assert said or command.startswith(("exit", "exec head")), ended.err


def test_reader_killed_while_attached(program, attach_engine):
    """The server never notices, and sockline goes on until it is told to end."""
    with harness.scratch("fifo") as fifo, echo_program(program) as (pid, port, process):
        os.mkfifo(fifo)
        with harness.background(["cat", fifo]) as reader:
            argv = [harness.SOCKLINE, f"--engine={attach_engine}", "-j", "-o", fifo, "-p", str(pid)]
            tracer = subprocess.Popen(argv, stderr=subprocess.PIPE)
            try:
                harness.wait_for("being traced", lambda: 0 not in harness.tracers(pid))
                exchange(port)
                reader.kill()
                reader.wait()
                for _ in range(100):
                    exchange(port)
                tracer.send_signal(signal.SIGINT)
                _, err = tracer.communicate(timeout=15)
            finally:
                if tracer.poll() is None:
                    harness.kill_tree(tracer.pid)
                    tracer.communicate()
        assert tracer.returncode == 0 and len(complaints(err.decode())) == 1, err
        assert_untraced(pid)
        assert account(process, port)["failures"] == 0


@pytest.mark.parametrize("form", ["text", "json"])
def test_stalled_reader(program, form):
    """A reader that stops for good holds up neither the program nor, for long, the end; the count of lost lines is said."""
    with harness.scratch("fifo") as fifo:
        os.mkfifo(fifo)
        reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
        try:
            ended = harness.sockline(*FORMS[form], "-o", fifo, program("counts"), "3000", timeout=40)
            data = b"".join(iter(lambda: os.read(reader, 65536), b""))
        finally:
            os.close(reader)
    unharmed(ended, 3000)
    assert len(complaints(ended.err)) == 1, ended.err
    assert_whole(data[:data.rindex(b"\n") + 1], form)


def test_reader_that_goes_on_later(program):
    """Stopped for a while by SIGSTOP: all that fits the buffer is there, in order."""
    with harness.scratch("read") as path:
        script = f"kill -STOP $$; exec cat >{path}"
        argv = [harness.SOCKLINE, "-j", "-o", f"|{script}", program("counts"), "20"]
        tracer = subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        harness.wait_for("the reader's stop", lambda: [p for p, s in harness.descendants(tracer.pid).items() if s[1] == "T"])
        stopped = [p for p, s in harness.descendants(tracer.pid).items() if s[1] == "T"]
        for pid in stopped:
            os.kill(pid, signal.SIGCONT)
        out, err = tracer.communicate(timeout=20)
        events = harness.parse(pathlib.Path(path).read_bytes())
    assert tracer.returncode == 0 and not complaints(err.decode()), err
    harness.assert_agrees(harness.reports(out.decode()), [event for event in events if event["kind"] == "call"])
