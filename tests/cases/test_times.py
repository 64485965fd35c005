"""What calls took, attached: within what the program itself can tell, by every engine."""
import contextlib
import os
import pathlib
import re
import signal
import subprocess

import pytest

import harness

# A thread receives; main sends 0.2 s after it has seen that thread sleep in recvfrom. Prints, for each message, for how
# long at least and at most that call has lasted, in microseconds.
PROGRAM = r"""
import socket, sys, threading, time

RECVFROM = "45"
left, right = socket.socketpair()
began, ended = [], []

def receive():
    while True:
        began.append(time.monotonic())
        data = left.recv(100)
        ended.append(time.monotonic())
        if data == b"quit":
            return

thread = threading.Thread(target=receive)
thread.start()

def asleep():
    with open(f"/proc/self/task/{thread.native_id}/syscall") as file:
        return file.read().split()[0] == RECVFROM

def send(text, number):
    while len(began) <= number or not asleep():
        time.sleep(0.005)
    seen = time.monotonic()
    time.sleep(0.2)
    least = time.monotonic() - seen
    right.send(text)
    while len(ended) <= number:
        time.sleep(0.005)
    return int(least * 1e6), int((ended[number] - began[number]) * 1e6) + 1

while len(began) < 1 or not asleep():
    time.sleep(0.005)
print("ready", flush=True)
sys.stdin.readline()
for number, text in enumerate((b"first", b"second", b"third")):
    print(*send(text, number), flush=True)
print("done", flush=True)
sys.stdin.readline()
right.send(b"quit")
"""


@contextlib.contextmanager
def receiver():
    with harness.background(["/usr/bin/python3", "-c", PROGRAM], ready=b"ready") as process:
        yield process


def told(process):
    """Lets it run; returns the bounds that it prints."""
    process.stdin.write(b"go\n")
    process.stdin.flush()
    bounds = []
    while (line := process.stdout.readline()) != b"done\n":
        bounds.append([int(word) for word in line.split()])
    return bounds


def trace(attach_engine, *options):
    with receiver() as process:
        with harness.attach(process.pid, engine=attach_engine, options=["-e", "recvfrom", *options]) as attached:
            bounds = told(process)
            attached.seen(b"third")
            return bounds, attached.stop()


def test_durations(attach_engine):
    """Of calls that began after attaching; of the first one, which did not, perf knows none."""
    bounds, traced = trace(attach_engine, "-T")
    calls = traced.calls("recvfrom", success=True)
    assert [call["return_value"] for call in calls] == [5, 6, 5], traced
    for call, (least, most) in list(zip(calls, bounds))[1:]:
        assert least <= call["duration_usec"] <= most, (call, least, most)
    if attach_engine == "perf":
        assert "duration_usec" not in calls[0], calls[0]
    else:
        assert calls[0]["duration_usec"] <= bounds[0][1], (calls[0], bounds[0])


def test_slower(attach_engine):
    _, traced = trace(attach_engine, "--slower=150ms")
    assert {6, 5} <= {call["return_value"] for call in traced.calls("recvfrom", success=True)}, traced
    assert all(call["duration_usec"] >= 150000 for call in traced.calls()), traced


@pytest.mark.parametrize("totals", ["-c", "-C"])
def test_totals(attach_engine, totals):
    """Blocked times in the tables: of the calls that began after attaching, at least."""
    with harness.scratch("totals") as path, receiver() as process:
        argv = [harness.SOCKLINE, f"--engine={attach_engine}", totals, "-e", "recvfrom", "-o", path, "-p", process.pid]
        with subprocess.Popen([str(word) for word in argv]) as tracer:
            harness.wait_for("being attached", lambda: 0 not in harness.tracers(process.pid))
            bounds = told(process)
            tracer.send_signal(signal.SIGINT)
            assert tracer.wait(timeout=15) == 0
        text = path.read_text()
    row = re.search(r"^ *([0-9.]+) +([0-9.]+) +(\d+) +(\d+) +\d* *recvfrom$", text, re.M)
    assert row, text
    least, most = sum(low for low, _ in bounds[1:]), sum(high for _, high in bounds)
    assert least <= float(row[2]) * 1e6 + 1 and float(row[2]) * 1e6 <= most + 1, (text, bounds)


# Polls for 100 ms: in one thread that is stopped and continued meanwhile, in 64 threads at once, in a child and in a program
# that it executes. Prints, for each, its thread's id and how long it took by its own account, in microseconds.
POLLS = r"""
import os, select, socket, sys, threading, time

def wait(milliseconds=100):
    left, right = socket.socketpair()
    poll = select.poll()
    poll.register(left, select.POLLIN)
    begin = time.monotonic()
    poll.poll(milliseconds)
    os.write(1, b"%d %d\n" % (threading.get_native_id(), int((time.monotonic() - begin) * 1e6) + 1))

if len(sys.argv) > 2:
    wait()
    sys.exit()
pair = socket.socketpair()
print("ready", flush=True)
sys.stdin.readline()
wait(500)
threads = [threading.Thread(target=wait) for _ in range(64)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
if not os.fork():
    wait()
    os.execv(sys.executable, [sys.executable, "-c", sys.argv[1], sys.argv[1], "again"])
os.wait()
print("done", flush=True)
sys.stdin.readline()
"""


def test_durations_of_many_and_of_the_restarted(attach_engine):
    """64 threads, a fork, an exec, and a poll that job control stops and continues: each call has its own time."""
    with harness.background(["/usr/bin/python3", "-c", POLLS, POLLS], ready=b"ready") as process:
        with harness.attach(process.pid, engine=attach_engine, options=["-T", "-e", "poll"]) as attached:
            process.stdin.write(b"go\n")
            process.stdin.flush()
            harness.wait_for("its poll", lambda: pathlib.Path(f"/proc/{process.pid}/syscall").read_text().split()[0] == "7")
            os.kill(process.pid, signal.SIGSTOP)
            harness.wait_for("being stopped", lambda: harness.status_field(process.pid, "State")[0] in "Tt")
            os.kill(process.pid, signal.SIGCONT)
            told_by_it = []
            while (line := process.stdout.readline()) != b"done\n":
                told_by_it.append([int(word) for word in line.split()])
            traced = attached.stop()
    assert len(told_by_it) == 67
    calls = traced.calls("poll")
    assert len(calls) == 67, traced
    for number, (tid, most) in enumerate(told_by_it):
        mine = [call for call in calls if call["thread_id"] == tid]
        call = mine[number == 66]  # the child's second one, after its exec
        assert call["return_value"] == 0 and (100000 if number else 500000) <= call["duration_usec"] <= most, (number, call, most)
