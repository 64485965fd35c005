"""Runs commands in turn and keeps their figures; builds the programs that are measured."""
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
ENV = dict(os.environ, LC_ALL="C.UTF-8")
FIRST = 200  # calls before those that are counted
LIMIT = 60  # seconds that any single run may take


class Failed(RuntimeError):
    """A run that gave no figure."""


def say(text):
    print(f"bench: {text}", file=sys.stderr, flush=True)


def memory_peak(pid):
    """The most memory that a process has held until now, in MB; None when it is gone."""
    try:
        with open(f"/proc/{pid}/status", encoding="ascii", errors="replace") as status:
            for line in status:
                if line.startswith("VmHWM:"):
                    return int(line.split()[1]) / 1024
    except OSError:
        pass
    return None


def cpu_now(pid):
    """The CPU time in us that a process's threads have taken until now (proc_pid_schedstat in the kernel's fs/proc/base.c)."""
    total = 0
    for task in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{task}/schedstat", encoding="ascii") as stat:
            total += int(stat.read().split()[0])
    return total / 1e3


def cpu_time(command):
    """Runs a command; returns its output and the CPU time in us of it and all its children."""
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        program = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=err, env=ENV)
        killer = threading.Timer(LIMIT, program.kill)
        killer.start()
        _, status, usage = os.wait4(program.pid, 0)
        killer.cancel()
        program.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        if program.returncode:
            raise Failed(f"status {program.returncode}: {err.read()[-300:].strip()}")
        return out.read(), (usage.ru_utime + usage.ru_stime) * 1e6


class Bench:
    """The tools, the options, and the figures: row -> name -> list of values."""

    def __init__(self, options):
        self.options = options
        self.work = tempfile.mkdtemp(prefix="sockline-bench.")
        self.pin = ["taskset", "-c", options.cpu]
        self.sockline = os.path.abspath(options.sockline)
        self.strace = options.strace or shutil.which("strace")
        self.trace = os.path.join(self.work, "trace")
        self.figures, self.units, self.notes = {}, {}, []
        self.began = time.monotonic()
        self.load = self.build("load", "-ldl", "-lpthread")
        self.floor = self.build("floor")
        if not self.strace:
            self.note("strace is not installed: its column is empty")

    def done(self):
        shutil.rmtree(self.work, ignore_errors=True)

    def path(self, name):
        return os.path.join(self.work, name)

    def build(self, name, *flags):
        subprocess.run(["gcc", "-O2", "-g", "-o", self.path(name), os.path.join(TOP, "bench", name + ".c"), *flags],
                       check=True)
        return self.path(name)

    def note(self, text):
        """What the reader of the table must know."""
        if text not in self.notes:
            self.notes.append(text)
            say(text)

    def run(self, command, limit=LIMIT):
        """Runs to its end; returns stdout."""
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace",
                              env=ENV, timeout=limit, check=False)
        if done.returncode:
            raise Failed(f"status {done.returncode}: {done.stderr[-300:].strip()}")
        return done.stdout

    def wrapped(self, tracer, load, calls):
        """What one call of a load costs under a tracer (a list of words, may be empty), in us."""
        command = self.pin + tracer + [self.load]
        if self.options.clock == "wall":
            return float(self.run(command + ["-f", str(min(FIRST, calls // 20)), "-n", str(calls)] + load).split()[-1])
        few = max(calls // 20, 2)
        _, short = cpu_time(command + ["-n", str(few)] + load)
        _, long = cpu_time(command + ["-n", str(calls)] + load)
        return max((long - short) / (calls - few), 1e-4)

    def attached(self, tracer, load, calls):
        """The same with the tracer (its last word gets the pid) attached to the running load."""
        if self.options.clock == "wall":
            return self.attached_run(tracer, load, calls)[0]
        few = max(calls // 20, 2)  # taken off again: what letting go and the program's end cost
        short, long = self.attached_run(tracer, load, few)[1], self.attached_run(tracer, load, calls)[1]
        return max((long - short) / (calls - few), 1e-4)

    def attached_run(self, tracer, load, calls):
        """One run; returns the program's own figure, and the CPU time in us of all from the start of its calls."""
        first = str(min(FIRST, calls // 20) if self.options.clock == "wall" else 0)
        program = subprocess.Popen(self.pin + [self.load, "-w", "-f", first, "-n", str(calls)] + load, stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE, text=True, env=ENV)
        watcher = None
        killer = threading.Timer(LIMIT, program.kill)
        killer.start()
        try:
            pid = program.stdout.readline().split()[1]
            watcher = self.attach(tracer, pid) if tracer else None
            before = cpu_now(pid) + (cpu_now(watcher.pid) if watcher else 0)
            program.stdin.write("go\n")
            program.stdin.close()
            wall = float(program.stdout.read().split()[-1])
            _, _, usage = os.wait4(program.pid, 0)
            program.returncode = 0
        finally:
            killer.cancel()
            program.kill()
            tracers = self.let_go(watcher) if watcher else 0
        after = (usage.ru_utime + usage.ru_stime) * 1e6 + tracers
        return wall, after - before

    def attach(self, tracer, pid):
        """Starts a tracer on a process and waits until it has it."""
        watcher = subprocess.Popen(self.pin + tracer + [str(pid)], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=ENV)
        until = time.monotonic() + 5
        while time.monotonic() < until and watcher.poll() is None:
            with open(f"/proc/{pid}/status", encoding="ascii", errors="replace") as status:
                if "TracerPid:\t0\n" not in status.read():
                    time.sleep(0.1)  # its other threads
                    return watcher
            time.sleep(0.01)
        watcher.kill()
        raise Failed(f"did not attach: {watcher.communicate()[1][-300:].decode(errors='replace').strip()}")

    def let_go(self, watcher):
        """Ends a tracer; returns the CPU time in us that all its threads took."""
        os.kill(watcher.pid, signal.SIGINT)  # not by watcher, which would reap it
        killer = threading.Timer(20, watcher.kill)
        killer.start()
        watcher.stderr.read()
        _, _, usage = os.wait4(watcher.pid, 0)
        killer.cancel()
        watcher.returncode = 0
        watcher.stderr.close()
        return (usage.ru_utime + usage.ru_stime) * 1e6

    def late(self):
        return time.monotonic() - self.began > self.options.minutes * 60

    def measure(self, row, cells, unit="us"):
        """cells: name -> function that returns a figure; runs them in turn, as often as there are rounds."""
        if self.options.only and not any(word in row for word in self.options.only):
            return
        if self.late():
            self.note(f"no time was left for: {row}")
            return
        values = {name: [] for name in cells}
        for _ in range(self.options.rounds):
            for name, run in cells.items():
                try:
                    values[name].append(run())
                except (Failed, OSError, subprocess.TimeoutExpired, IndexError, ValueError) as why:
                    self.note(f"{row}, {name}: {why}")
        self.figures[row] = {name: v for name, v in values.items() if v}
        self.units[row] = unit
        shown = ", ".join(f"{n} {statistics.median(v):.3f}" for n, v in self.figures[row].items())
        say(f"{time.monotonic() - self.began:4.0f} s  {row} [{unit}]: {shown}")

    def median(self, row, name):
        values = self.figures.get(row, {}).get(name)
        return statistics.median(values) if values else None
