#!/usr/bin/python3
"""
Attaches to busy and to sleeping programs and lets go, or dies by kill -9, hundreds of times at random moments, under every engine,
and asks the programs afterwards whether they saw anything: EINTR, short results, failed requests, signal masks, dispositions.
Each program is visited a second time while SIGCHLD and SIGWINCH, which it ignores, arrive all the time.
After kill -9 they must live on; an EINTR is counted, not condemned: between waking a sleeper and mending its call nobody else
can (docs/GENTLE.md). Also kills sockline with a command under it: the whole tree must end.
"""
import argparse
import contextlib
import os
import pathlib
import random
import re
import signal
import socket
import subprocess
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "cases"))
import harness  # noqa: E402
import programs  # noqa: E402


def once(pid, engine, signo):
    """One life of sockline -p: attaches, traces for a moment, and gets a signal."""
    process = subprocess.Popen([harness.SOCKLINE, f"--engine={engine}", "-j", "-o", "/dev/null", "-p", str(pid)],
                               stdin=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        if signo != signal.SIGKILL or random.random() < 0.7:
            harness.wait_for("being attached", lambda: harness.tracers(pid) - {0} or process.poll() is not None)
        time.sleep(random.uniform(0, 0.04))
        process.send_signal(signo)
        _, err = process.communicate(timeout=20)
    except BaseException:
        process.kill()
        process.communicate()
        raise
    assert signo == signal.SIGKILL or process.returncode == 0, err
    harness.wait_for("being let go", lambda: harness.tracers(pid) <= {0})


def cycles(pid, engine, signo, count):
    for _ in range(count):
        once(pid, engine, signo)


# ---- targets: each runs body(pid) and returns what the program has to complain of -------------------------------------


def crowd(body, *arguments):
    with harness.background([programs.program("crowd", "O2"), *arguments], ready=b"ready", stderr=subprocess.DEVNULL) as process:
        body(process.pid)
        out, _ = process.communicate(b"\n", timeout=30)
    assert process.returncode == 0, f"status {process.returncode}"
    return [line for line in out.decode().splitlines() if not line.endswith(" 0") and not line.startswith("ready")]


def crowd_with_trap_handler(body):
    return crowd(body, "16", "handler")


EXPECTED = {"recv waitall": "4 Success", "recvmmsg": "4 Success", "send large": "4194304 Success", "connect": "0 Success",
            "connect timeout": "0 Success", "nanosleep": "0 Success"}


def sleepers(body, *arguments):
    with harness.background([programs.program("sleepers"), *arguments], ready=b"ready") as process:
        body(process.pid)
        out, _ = process.communicate(b"go\n", timeout=30)
    lines = dict(line.split(": ", 1) for line in out.decode().splitlines() if ": " in line)
    count = 14 if arguments else 17
    assert process.returncode == 0 and len(lines) == count, f"{len(lines)} of {count} sleepers answered, status {process.returncode}"
    return [f"{name}: {got}" for name, got in lines.items() if got != EXPECTED.get(name, "1 Success")]


def ignored(body):
    """Ignored signals arrive all the time."""
    with harness.background([programs.program("ignored"), "wait", "1000"], ready=b"ready") as process:
        process.stdin.write(b"go\n")
        process.stdin.flush()
        lines = []
        reader = threading.Thread(target=lambda: lines.extend(process.stdout))
        reader.start()
        body(process.pid)
        harness.wait_for("its end", lambda: process.poll() is None)
        process.kill()
        reader.join()
    return [line.decode().rstrip() for line in lines if line.endswith(b"\n") and b"in time" not in line]


def waiters(body, copies=1):
    """Short waits in every kind of call, amid forks."""
    with harness.background([programs.program("waiters", "O2"), "1", "wait", str(copies)], ready=b"ready") as process:
        body(int(process.first.split()[1]))
        out, _ = process.communicate(b"go\n", timeout=30)
    assert process.returncode in (1, 12), f"status {process.returncode}"
    return [line for line in out.decode().splitlines() if not line.startswith(("ready", "bad 0"))]


def crowd_of_waiters(body):
    return waiters(body, 4)


def load(port, over, troubles):
    """Connections and echoes until over."""
    while not over.is_set():
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=10) as client:
                for _ in range(5):
                    client.sendall(b"x" * 100)
                    if client.recv(100, socket.MSG_WAITALL) != b"x" * 100:
                        troubles.append("a short echo")
        except OSError as error:
            troubles.append(f"a failed request: {error}")


def server(body):
    troubles, over = [], threading.Event()
    with harness.background([programs.program("server", "O2"), "50"], ready=b"port ") as process:
        words = process.first.split()
        clients = [threading.Thread(target=load, args=(int(words[3]), over, troubles)) for _ in range(3)]
        for client in clients:
            client.start()
        try:
            body(int(words[1]))
        finally:
            over.set()
            for client in clients:
                client.join()
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", int(words[3])), timeout=10) as client:
            client.sendall(b"quit")
            client.recv(10)
        out, _ = process.communicate(timeout=10)
    assert process.returncode == 0, f"status {process.returncode}"
    counts = dict(re.findall(r"(\w+) (\d+)", out.decode()))
    return troubles[:3] + [f"{name} {counts.get(name)}" for name in ("failures", "interrupts") if counts.get(name) != "0"]


def pester(pid, over, pause):
    """SIGCHLD and SIGWINCH all the time."""
    while not over.is_set():
        for signo in (signal.SIGCHLD, signal.SIGWINCH):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signo)
            time.sleep(pause)


def pestered(target, pause=0.003):
    """The target, while signals arrive that it ignores."""
    def whole(body):
        def visited(pid):
            over = threading.Event()
            pest = threading.Thread(target=pester, args=(pid, over, pause))
            pest.start()
            try:
                body(pid)
            finally:
                over.set()
                pest.join()
        return target(visited)
    return whole


PLAIN = {"server": server, "crowd of 64": lambda body: crowd(body, "64"), "crowd with a SIGTRAP handler": crowd_with_trap_handler,
         "sleepers": sleepers}
# What sleeps for ever in a call that a signal cuts short cannot be let go whole (docs/GENTLE.md); waiters has such calls.
PESTERED = {**PLAIN, "sleepers": lambda body: sleepers(body, "whole")}
TARGETS = {**PLAIN, **{f"{name}, amid signals": pestered(target) for name, target in PESTERED.items()},
           "ignored": ignored, "waiters": waiters, "crowd of waiters": crowd_of_waiters}

WAYS = {"let go": signal.SIGINT, "killed": signal.SIGKILL}

def wrapped(engine, count):
    """kill -9 of sockline with a tree of processes under it."""
    troubles = []
    for _ in range(count):
        command = ["sh", "-c", f"{programs.program('crowd', 'O2')} 4 & {programs.program('children')} 10000 >/dev/null; wait"]
        process = subprocess.Popen([harness.SOCKLINE, f"--engine={engine}", "-j", "-o", "/dev/null", *map(str, command)],
                                   stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(random.uniform(0.01, 0.15))
        process.kill()
        process.communicate()
        end = time.monotonic() + 5
        while living := [stat for stat in harness.descendants().values() if stat[1] not in "ZX"]:
            if time.monotonic() > end:
                troubles.append(f"left over: {living}")
                for pid in harness.descendants():
                    harness.kill_tree(pid)
                break
            time.sleep(0.01)
        harness.reap()
    return troubles


def attach_engines():
    with harness.background([programs.program("server")], ready=b"port ") as process:
        found = []
        for engine in ("syscall", "perf"):
            with contextlib.suppress(AssertionError):
                once(process.pid, engine, signal.SIGINT)
                found.append(engine)
    return found


def arguments():
    parser = argparse.ArgumentParser(description="attaching, letting go and dying, hundreds of times")
    parser.add_argument("--cycles", type=int, default=200)
    parser.add_argument("--engine", action="append", help="this one only (repeatable)")
    parser.add_argument("--target", action="append", choices=TARGETS, help="this one only (repeatable)")
    parser.add_argument("--way", action="append", choices=WAYS, help="let go, or killed, only")
    return parser.parse_args()


def attached(options, engine):
    """All targets under one engine; returns how many failed."""
    failed = 0
    for name in options.target or TARGETS:
        for word in options.way or WAYS:
            signo = WAYS[word]
            begin = time.monotonic()
            try:
                troubles = TARGETS[name](lambda pid, way=signo: cycles(pid, engine, way, options.cycles))
                failed += bool(troubles) and signo != signal.SIGKILL
            except (AssertionError, OSError, subprocess.TimeoutExpired) as error:
                troubles = [f"did not live on: {error}"]
                failed += 1
            verdict = "; ".join(troubles) if troubles else "saw nothing"
            print(f"{engine}: {name}: attached and {word} {options.cycles} times in {time.monotonic() - begin:.0f} s: {verdict}", flush=True)
    return failed


def main():
    options = arguments()
    harness.become_subreaper()
    failed = sum(attached(options, engine) for engine in (options.engine or attach_engines()) if engine != "seccomp")
    for engine in options.engine or harness.ENGINES:
        if not options.target and harness.sockline(f"--engine={engine}", "-o", "/dev/null", "true").status == 0:
            troubles = wrapped(engine, options.cycles)
            failed += bool(troubles)
            print(f"{engine}: killed {options.cycles} times with a command under it: {'; '.join(troubles[:3]) or 'every tree ended'}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
