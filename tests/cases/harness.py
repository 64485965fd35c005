"""Runs sockline on programs and reads its traces back; every trace that is read is checked (see check_trace)."""
import collections
import contextlib
import ctypes
import errno
import json
import os
import pathlib
import re
import signal
import subprocess
import time

import fastjsonschema

from programs import BUILD, ROOT

SOCKLINE = pathlib.Path(os.environ.get("SOCKLINE", BUILD / "sockline")).resolve()
SCHEMA = ROOT / "docs" / "event.schema.json"
TIMEOUT = 30
ENGINES = ("seccomp", "syscall", "perf")
PR_SET_CHILD_SUBREAPER = 36


# ---- processes -------------------------------------------------------------------------------------------------------


def become_subreaper():
    """Orphans of this process become its children, so none can hide from descendants()."""
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def stat_fields(pid):
    """(comm, state, ppid) of a process; None when it is gone."""
    try:
        text = pathlib.Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    comm = text[text.index("(") + 1:text.rindex(")")]
    state, ppid = text[text.rindex(")") + 2:].split()[:2]
    return comm, state, int(ppid)


def descendants(root=None):
    """{pid: (comm, state)} of every process below root (this process by default)."""
    stats = {int(entry): stat_fields(entry) for entry in os.listdir("/proc") if entry.isdigit()}
    below, grown = {root or os.getpid()}, True
    while grown:
        found = {pid for pid, stat in stats.items() if stat and stat[2] in below} - below
        below |= found
        grown = bool(found)
    below.discard(root or os.getpid())
    return {pid: stats[pid][:2] for pid in below}


def status_field(pid, name):
    """A field of /proc/PID/status as text, None when the process is gone."""
    try:
        text = pathlib.Path(f"/proc/{pid}/status").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    found = re.search(rf"^{name}:\s*(.*)$", text, re.M)
    return found.group(1) if found else None


def threads(pid):
    """The thread ids of a process."""
    try:
        return [int(tid) for tid in os.listdir(f"/proc/{pid}/task")]
    except OSError:
        return []


def tracers(pid):
    """The set of TracerPids over all threads of a process: {0} when nobody traces it."""
    found = {status_field(f"{pid}/task/{tid}", "TracerPid") for tid in threads(pid)}
    return {int(tracer) for tracer in found if tracer is not None}


def wait_for(what, condition, seconds=10):
    """Waits until condition() is true and returns its value; fails with what otherwise."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"waited {seconds} s for {what}")
        time.sleep(0.01)


def unused_pid():
    """A pid that nobody has: the highest one that is free."""
    pid = int(pathlib.Path("/proc/sys/kernel/pid_max").read_text(encoding="ascii")) - 1
    while os.path.exists(f"/proc/{pid}"):
        pid -= 1
    return pid


def kill_tree(pid):
    """Kills a process of ours and everything below it, parents first: one that lives would start its child anew."""
    for victim in [pid, *sorted(descendants(pid))]:
        with contextlib.suppress(ProcessLookupError):
            os.kill(victim, signal.SIGKILL)


def reap():
    """Reaps what ended and was orphaned to us."""
    for pid, (_, state) in descendants().items():
        if state == "Z":
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, os.WNOHANG)


class Run:
    """How a command ended: status as a shell tells it (128 + signal when killed), out and err as text."""

    def __init__(self, argv, status, out, err, seconds):
        self.argv, self.seconds = argv, seconds
        self.status = 128 - status if status < 0 else status
        self.killed_by = -status if status < 0 else None
        self.raw_out, self.raw_err = out, err
        self.out, self.err = out.decode("utf-8", "replace"), err.decode("utf-8", "replace")

    def __repr__(self):
        return f"{' '.join(map(str, self.argv))}: status {self.status}\n--- out\n{self.out[-3000:]}\n--- err\n{self.err[-3000:]}"


def run(argv, timeout=TIMEOUT, stdin=b"", env=None, **more):
    """Runs a command to its end, killing all of it after timeout seconds, which is a failure."""
    argv = [str(arg) for arg in argv]
    begin = time.monotonic()
    environment = dict(os.environ, **env) if env else None
    process = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=more.pop("stdout", subprocess.PIPE),
                               stderr=more.pop("stderr", subprocess.PIPE), env=environment, **more)
    try:
        out, err = process.communicate(stdin, timeout=timeout)
    except subprocess.TimeoutExpired:
        left = descendants(process.pid)
        kill_tree(process.pid)
        out, err = process.communicate()
        message = Run(argv, process.returncode, out or b"", err or b"", timeout)
        raise AssertionError(f"no end within {timeout} s, living: {left}\n{message}") from None
    return Run(argv, process.returncode, out or b"", err or b"", time.monotonic() - begin)


def sockline(*argv, **more):
    """Runs sockline with exactly these arguments."""
    return run([SOCKLINE, *argv], **more)


def is_sanitized():
    """Whether sockline was built with AddressSanitizer, which takes memory of its own."""
    return b"__asan_init" in SOCKLINE.read_bytes()


# ---- traces ----------------------------------------------------------------------------------------------------------

_validator = None


def validate(event):
    """Holds an event to docs/event.schema.json."""
    global _validator
    if not SCHEMA.exists():
        return
    if _validator is None:
        _validator = fastjsonschema.compile(json.loads(SCHEMA.read_text(encoding="utf-8")))
    try:
        _validator(event)
    except fastjsonschema.JsonSchemaException as error:
        raise AssertionError(f"{error}: {json.dumps(event)}") from error


def check_result(event):
    """A finished call succeeded or failed, and says so in one way."""
    if "return_value" not in event:
        assert "errno" not in event and "success" not in event, f"an unfinished call with a result: {event}"
    elif event["success"]:
        assert "errno" not in event, f"a success with errno: {event}"
    else:
        assert event["return_value"] == -1 and event["errno"], f"a failure without errno: {event}"


def check_order(events):
    """Within a thread calls follow each other: none overlaps the one before it, none comes twice."""
    ends = {}
    for event in events:
        if event["kind"] != "call":
            continue
        tid, begin = event["thread_id"], event["timestamp_usec"]
        # Two microseconds: both ends are rounded.
        assert begin >= ends.get(tid, 0) - 2, f"begins before the thread's last call ended: {event}"
        ends[tid] = begin + event.get("duration_usec", 0)


def parse(data):
    """The events of a JSON-lines trace (bytes)."""
    assert not data or data.endswith(b"\n"), f"the last line is cut: {data[-200:]!r}"
    lines = data.decode("utf-8").split("\n")[:-1]
    assert not re.search(r"[\x00-\x09\x0b-\x1f]", "".join(lines)), "a raw control byte in JSON"
    return [json.loads(line) for line in lines]


def check_trace(events):
    """What must hold for every trace, whatever was traced."""
    assert events, "the trace is empty"
    assert events[0]["kind"] == "trace", f"the first line is {events[0]}"
    for event in events:
        validate(event)
        if event["kind"] == "call":
            check_result(event)
    assert sum(event["kind"] == "trace" for event in events) == 1
    check_order(events)


class Trace:
    """The events of one run, and how the run ended."""

    def __init__(self, events, ended):
        self.events, self.ended = events, ended
        self.status, self.out, self.err = ended.status, ended.out, ended.err

    def __repr__(self):
        return f"{self.ended!r}\n--- trace ({len(self.events)} events)\n{self.text()}"

    def text(self, most=60):
        """The calls, shortly, for messages."""
        return "\n".join(short(event) for event in self.events[:most])

    def of(self, kind, *types):
        """The events of a kind, of these types when some are given."""
        return [event for event in self.events if event["kind"] == kind and (not types or event["type"] in types)]

    def calls(self, *types, **fields):
        """Calls of these types (all by default) with these fields, in the order of the trace."""
        return [event for event in self.of("call", *types)
                if all(event.get(name) == value for name, value in fields.items())]

    def notes(self):
        """The words of all notes, one string."""
        return "\n".join(json.dumps(event) for event in self.of("note"))


def short(event):
    """One event in a few words, for messages."""
    caller = event.get("caller", {})
    where = f"{caller.get('file', caller.get('module'))}:{caller.get('line')} {caller.get('function')}"
    result = event.get("errno", event.get("return_value"))
    return f"{event['kind']} {event.get('thread_id')} {event.get('type')} fd {event.get('fd')} = {result}  {where}"


def trace(command, *options, engine=None, timeout=TIMEOUT, check=True, **more):
    """Runs command under sockline -j and returns its Trace; sockline itself must not fail."""
    with scratch("trace") as path:
        engines = [f"--engine={engine}"] if engine else []
        ended = sockline("-j", "-o", path, *engines, *options, "--", *command, timeout=timeout, **more)
        data = path.read_bytes() if path.exists() else b""
    assert b"sockline: internal" not in ended.raw_err and "Sanitizer" not in ended.err, ended
    result = Trace(parse(data), ended)
    if check:
        check_trace(result.events)
    return result


def same(command, *options, engine=None, stdin=b"", compare_err=True, normal=None, **more):
    """Runs command alone and traced; both must print and end alike. Returns the Trace."""
    alone = run(command, stdin=stdin, **more)
    traced = trace(command, *options, engine=engine, stdin=stdin, **more)
    normal = normal or (lambda text: text)
    assert normal(traced.out) == normal(alone.out), (traced, alone)
    assert traced.status == alone.status and traced.ended.killed_by == alone.killed_by, (traced, alone)
    if compare_err:
        assert normal(traced.err) == normal(alone.err), (traced, alone)
    return traced


@contextlib.contextmanager
def scratch(name):
    """A path in a folder of its own, gone afterwards."""
    import tempfile
    with tempfile.TemporaryDirectory(prefix="sockline-") as folder:
        yield pathlib.Path(folder) / name


# ---- attaching -------------------------------------------------------------------------------------------------------


class Attached:
    """A running sockline -p; stop() ends it and returns its Trace."""

    def __init__(self, pids, options, path):
        self.pids, self.path = pids, path
        joined = ",".join(map(str, pids))
        self.argv = [str(arg) for arg in [SOCKLINE, "-j", "-o", path, *options, "-p", joined]]
        self.begin = time.monotonic()
        self.process = subprocess.Popen(self.argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE)

    def wait_attached(self):
        """Waits until every thread of every pid is traced and the trace says that it found them."""
        wait_for("being attached", lambda: self.process.poll() is not None or (
            all(tracers(pid) and 0 not in tracers(pid) for pid in self.pids)
            and self.path.exists() and b'"kind":"process"' in self.path.read_bytes()))
        if self.process.poll() is not None:
            raise AssertionError(f"ended at once: {self.finish()}")
        return self

    def seen(self, text):
        """Waits until the trace holds this text (bytes)."""
        wait_for(f"{text} in the trace", lambda: text in self.path.read_bytes())

    def finish(self, timeout=15):
        try:
            out, err = self.process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            kill_tree(self.process.pid)
            self.process.communicate()
            raise AssertionError(f"sockline did not end within {timeout} s: {self.argv}") from None
        return Run(self.argv, self.process.returncode, out, err, time.monotonic() - self.begin)

    def stop(self, signo=signal.SIGINT, timeout=15):
        self.process.send_signal(signo)
        ended = self.finish(timeout)
        result = Trace(parse(self.path.read_bytes()), ended)
        check_trace(result.events)
        return result

    def kill(self):
        """kill -9; what the trace holds by then is not looked at."""
        self.process.kill()
        self.finish()


@contextlib.contextmanager
def attach(*pids, options=(), engine=None):
    """Attaches to pids; inside the block all of them are traced. Call stop() for the trace."""
    engines = [f"--engine={engine}"] if engine else []
    with scratch("trace") as path:
        attached = Attached(pids, [*engines, *options], path)
        try:
            yield attached.wait_attached()
        finally:
            if attached.process.poll() is None:
                attached.process.kill()
                attached.process.communicate()


def trace_attached(command, *options, engine=None, timeout=TIMEOUT, check=True):
    """Starts a fixture, attaches before it does anything (report_wait), and returns the Trace when both have ended."""
    with scratch("trace") as path, scratch("out") as out:
        with open(out, "wb") as to:
            program = subprocess.Popen([str(arg) for arg in command], stdin=subprocess.PIPE, stdout=to, stderr=subprocess.PIPE,
                                       env=dict(os.environ, REPORT_WAIT="1"))
        attached = Attached([program.pid], [f"--engine={engine}", *options] if engine else options, path)
        try:
            wait_for("being asleep", lambda: stat_fields(program.pid)[1] == "S")
            attached.wait_attached()
            _, err = program.communicate(b"\n", timeout=timeout)
            ended = attached.finish()
        finally:
            for process in attached.process, program:
                if process.poll() is None:
                    kill_tree(process.pid)
                    process.communicate()
        data = path.read_bytes()
        result = Trace(parse(data), Run(command, program.returncode, out.read_bytes(), err + ended.raw_err, 0))
    assert ended.status == 0, ended
    if check:
        check_trace(result.events)
    return result


@contextlib.contextmanager
def background(argv, ready=None, **more):
    """A program that runs during the block, and is killed after it. ready: text to wait for on its stdout."""
    process = subprocess.Popen([str(arg) for arg in argv], stdin=subprocess.PIPE, stdout=subprocess.PIPE, **more)
    try:
        process.first = b""
        while ready is not None and ready not in process.first:
            line = process.stdout.readline()
            assert line, f"{argv} ended before it printed {ready}: {process.first}"
            process.first += line
        yield process
    finally:
        kill_tree(process.pid)
        process.communicate()


# ---- fixtures' reports -----------------------------------------------------------------------------------------------

# libc may make one call by another: what a report calls left may show as any of right.
BY_ANOTHER = {
    "select": {"select", "pselect6"},
    "sendto": {"sendto", "send"},
    "recvfrom": {"recvfrom", "recv"},
    "epoll_wait": {"epoll_wait", "epoll_pwait"},
}


def reports(text):
    """The records that a fixture printed (tests/programs/report.h)."""
    return [json.loads(line) for line in text.splitlines() if line.startswith('{"did"')]


def error_name(number):
    """EAGAIN for 11; None for 0. Python prefers another name for one of them."""
    return {95: "EOPNOTSUPP"}.get(number, errno.errorcode[number]) if number else None


def difference(record, event):
    """What an event says otherwise than the record, or None."""
    if event["type"] not in BY_ANOTHER.get(record["did"], {record["did"]}):
        return f"is {event['type']}"
    if "fd" in record and event.get("fd", -1) != record["fd"]:
        return f"fd {event.get('fd')}"
    if record.get("of_file") and not event.get("uncertain"):
        return "is told of a file, and not as uncertain"
    if record["result"] is None:
        # A thread that is killed in a call may leave a stack that cannot be read any more.
        return "has another line" if "return_value" in event and wrong_line(record, event) else None
    if event.get("return_value") != record["result"]:
        return f"result {event.get('return_value')}"
    if event.get("errno") != error_name(record["errno"]):
        return f"error {event.get('errno')}"
    return None


def wrong_line(record, event):
    """Whether the event's caller is another line than the record's."""
    line = event.get("caller", {}).get("line")
    return line is not None and line != record["line"]


def may_be_missing(record):
    """Whether a trace need not tell of it: its thread was killed in it, or it was about a file."""
    return record["result"] is None or record.get("of_file")


def problem(records, calls):
    """
    What is wrong with one thread's records and events, or None: each event must be of a record, in order, and each record have one
    unless it may be missing. All ways of leaving such records out are tried; told is of the one that went furthest.
    """
    open_ways, seen, furthest = [(0, 0)], set(), ((-1, -1), None)
    while open_ways:
        way = open_ways.pop()
        if way in seen:
            continue
        seen.add(way)
        at, event_at = way
        record = records[at] if at < len(records) else None
        event = calls[event_at] if event_at < len(calls) else None
        if not record and not event:
            return None
        if record and may_be_missing(record):
            open_ways.append((at + 1, event_at))
        wrong = difference(record, event) if record and event else "stands alone"
        if not wrong:
            open_ways.append((at + 1, event_at + 1))
        elif way > furthest[0]:
            furthest = way, f"call {at}: {record} {wrong}: {json.dumps(event)}"
    return furthest[1]


def assert_agrees(records, calls, uncertain=False):
    """
    A trace's calls are those of the records: the same calls and results in the same order in each thread, no more. A record that was
    never finished (its thread was killed, or another one made an exec) may have an event or none. uncertain: closes may be told as
    uncertain, and then be of files, which the records tell of as well.
    """
    assert uncertain or not [event for event in calls if event.get("uncertain")]
    by_thread = collections.defaultdict(lambda: ([], []))
    for record in records:
        by_thread[record["tid"]][0].append(record)
    for call in calls:
        by_thread[call["thread_id"]][1].append(call)
    for tid, (mine, seen) in by_thread.items():
        wrong = problem(mine, seen)
        assert not wrong, f"thread {tid} made {len(mine)} calls, the trace has {len(seen)}; {wrong}"


# ---- text ------------------------------------------------------------------------------------------------------------


def normalise(text):
    """Text output without what differs from run to run: pids, ports, times, addresses in memory."""
    text = re.sub(r"^\d+\.\d{6}", "TIME", text, flags=re.M)
    text = re.sub(r"\b\d+(\.\d+)?(ns|us|ms|s)\b", "DURATION", text)
    text = re.sub(r"(127\.0\.0\.1|\[::1\]|localhost):\d+", r"\1:PORT", text)
    text = re.sub(r"0x[0-9a-f]{6,}", "POINTER", text)
    return re.sub(r"^(TIME +(?:DURATION +)?)\d+", r"\1TID", text, flags=re.M)


def plain(text):
    """Text without its colours."""
    return re.sub(r"\x1b\[[0-9;]*m", "", text)
