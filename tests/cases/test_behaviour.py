"""What a program does is shown whole, and what it does stays what it was: children, threads, exec, signals, stops."""
import collections
import json
import os
import pty
import re
import select
import signal
import time

import pytest

import harness


def unreported(text):
    """A fixture's output without its report, which names pids."""
    return re.sub(r"^\{.*\n", "", text, flags=re.M)


def same(*args, **more):
    return harness.same(*args, normal=unreported, **more)


def reported(traced):
    """The records of a fixture, and the calls of the threads that made them."""
    records = harness.reports(traced.out)
    mine = {record["tid"] for record in records}
    return records, [event for event in traced.calls() if event["thread_id"] in mine]


def test_many_children(program, engine):
    traced = same([program("children", "O2"), "500"], engine=engine)
    records, calls = reported(traced)
    assert len(records) == 2500
    harness.assert_agrees(records, calls)
    ends = traced.of("process", "exited")
    assert len({event["process_id"] for event in ends}) == 501, len(ends)
    statuses = collections.Counter(event["details"]["status"] for event in ends)
    expected = collections.Counter(number % 256 for number in range(500)) + collections.Counter([0])
    assert statuses == expected


def test_threads(program, engine):
    traced = same([program("threads", "O2"), "64", "10"], engine=engine)
    assert "threads: 64, rounds: 640" in traced.out
    records, calls = reported(traced)
    assert len(records) == 64 * 24
    harness.assert_agrees(records, calls)
    assert len(traced.of("process", "thread")) == 64


def test_threads_of_32_bits(program):
    traced = same([program("threads", "m32"), "8", "5"])
    harness.assert_agrees(*reported(traced))


@pytest.mark.parametrize("variant", ["static", "musl"])
def test_threads_of_static_programs(program, variant):
    traced = same([program("threads", variant), "8", "5"])
    harness.assert_agrees(*reported(traced))


def test_vfork_and_exec(program, engine):
    traced = same([program("vforks"), "50"], engine=engine)
    assert "vforks: 50 of 50" in traced.out
    records, calls = reported(traced)
    assert len(records) == 150
    harness.assert_agrees(records, calls)
    assert len(traced.of("process", "exec")) >= 50


def test_exec_by_another_thread(program, engine):
    traced = same([program("leader")], engine=engine)
    assert traced.status == 7
    records = harness.reports(traced.out)
    leader = records[0]["pid"]
    unfinished = [event for event in traced.calls("recvfrom", "recv") if "return_value" not in event]
    assert len(unfinished) == 4, traced
    after = [event for event in traced.calls() if event["thread_id"] == leader]
    harness.assert_agrees(records, after[-len(records):])
    execs = traced.of("process", "exec")
    assert execs and execs[-1]["process_id"] == leader and execs[-1]["thread_id"] == leader


def test_stop_and_continue(program, engine):
    traced = same([program("stopcont")], engine=engine)
    assert traced.out.count("stands still: 1") == 14 and traced.out.count("goes on: 1") == 14, traced
    stops = [event["details"]["signal"] for event in traced.of("process", "stopped")]
    assert stops == 2 * (5 * ["SIGSTOP"] + 2 * ["SIGTSTP"]), traced


ENDS = [("exit", 0), ("exit", 1), ("exit", 42), ("exit", 255), ("group", 4), ("leader", 5),
        ("signal", signal.SIGTERM), ("signal", signal.SIGKILL), ("signal", signal.SIGSEGV), ("signal", signal.SIGABRT),
        ("signal", signal.SIGINT), ("signal", signal.SIGHUP), ("signal", signal.SIGTRAP), ("signal", signal.SIGSYS),
        ("signal", signal.SIGPIPE), ("signal", signal.SIGRTMIN + 3)]


@pytest.mark.parametrize("way,number", ENDS, ids=[f"{way}-{int(number)}" for way, number in ENDS])
def test_ends_alike(program, engine, way, number):
    traced = same([program("dies"), way, str(int(number))], engine=engine)
    assert traced.calls("socketpair"), traced
    if way == "leader":
        assert [event["type"] for event in traced.calls()][-2:] == ["sendto", "close"], traced
        assert [event["caller"].get("function") for event in traced.calls()[-2:]] == ["leave", "leave"], traced
    if way == "signal":
        killed = traced.of("process", "killed")
        name = "SIGRT_3" if number > 31 else signal.Signals(number).name
        assert killed and (number > 31 or name in json.dumps(killed[-1])), traced


SLEEPERS = [("group", 4), ("asleep", signal.SIGKILL), ("asleep", signal.SIGTERM), ("exec", 0), ("handler", signal.SIGUSR1)]


@pytest.mark.parametrize("way,number", SLEEPERS, ids=[f"{way}-{int(number)}" for way, number in SLEEPERS])
def test_line_of_a_call_that_never_ends(program, engine, way, number):
    """The stack of a thread that ends in a call is known, however it ends."""
    traced = same([program("dies"), way, str(int(number))], "-k", engine=engine)
    call, = traced.calls("recvfrom", "recv")
    assert "return_value" not in call, call
    mark = "/* group ends here */" if way == "group" else "/* ends here */"
    source = (harness.ROOT / "tests/programs/dies.c").read_text(encoding="utf-8")
    lines = [number for number, text in enumerate(source.splitlines(), 1) if mark in text]
    assert (call["caller"].get("function"), [call["caller"].get("line")]) == ("main", lines), call
    assert "main" in [frame.get("function") for frame in call["stack"]], call


@pytest.mark.parametrize("way", ["exit", "kill", "exec"])
def test_lines_of_threads_killed_at_a_stop(program, engine, way):
    """
    A thread that was killed at one stop is met at its last one, where its stack is read. One that is killed between the look at its
    stop and the request that resumes it, microseconds later, may go without.
    """
    calls = [call for _ in range(10) for call in harness.trace([program("takers"), way], "-k", engine=engine).calls("recvfrom")]
    bare = [call for call in calls if (call.get("caller") or {}).get("function") != "take"]
    assert calls and len(bare) <= 2 and not [call for call in bare if "return_value" in call], (len(bare), bare[:3])


@pytest.mark.parametrize("way", ["restart", "interrupt"])
def test_signal_storm(program, engine, way):
    traced = same([program("signals", "O2"), way, "100"], engine=engine)
    assert "storm" in traced.err
    records, calls = reported(traced)
    harness.assert_agrees(records, calls)
    if way == "interrupt":
        assert any(event.get("errno") == "EINTR" for event in traced.calls("recvfrom"))
    else:
        assert not any(event.get("errno") == "EINTR" for event in traced.calls("recvfrom"))


def test_restarted_after_a_busy_handler(program, engine):
    """A handler may make any number of calls: the call that it interrupted is still one."""
    traced = harness.trace([program("signals"), "busy"], engine=engine, check=False)  # the handler's calls lie within the other
    records, calls = reported(traced)
    assert collections.Counter(record["did"] for record in records) == collections.Counter(event["type"] for event in calls)
    assert [event["return_value"] for event in traced.calls("recvfrom")] == [1], traced


@pytest.mark.parametrize("variant", ["dynamic", "m32"])
def test_poll_restarted_by_stops(program, engine, variant):
    traced = same([program("signals", variant), "stops"], engine=engine)
    harness.assert_agrees(*reported(traced))
    if engine != "perf":  # which does not see when a call begins
        assert traced.calls("poll")[0]["duration_usec"] >= 190000


def test_counts(program, engine):
    traced = same([program("counts"), "25"], engine=engine)
    records, calls = reported(traced)
    assert collections.Counter(record["did"] for record in records) == collections.Counter(event["type"] for event in calls)
    harness.assert_agrees(records, calls)


@pytest.mark.parametrize("variant", ["dynamic", "m32"])
def test_wild_pointers_and_lengths(program, engine, variant):
    traced = same([program("wild", variant)], engine=engine)
    records, calls = reported(traced)
    assert traced.status == 0 and len(records) > 3000
    harness.assert_agrees(records, calls)


def test_wild_text(program):
    """The text of wild calls: one line each, no control bytes."""
    with harness.scratch("trace") as path:
        ended = harness.sockline("-o", path, program("wild"))
        lines = path.read_bytes().decode("utf-8").splitlines()
    assert ended.status == 0
    assert not [line for line in lines if re.search(r"[\x00-\x1f\x7f-\x9f]", line)]
    shown = [line for line in lines if re.search(r"\b(connect|sendto|recvmsg|bind|setsockopt)\(", line)]
    assert len(shown) >= 5 * 40


def strings(value):
    """All payload strings below a JSON value."""
    if isinstance(value, dict):
        if isinstance(value.get("data"), str):
            yield value["data"]
        for item in value.values():
            yield from strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from strings(item)


def test_fds_travel(program, engine):
    traced = same([program("fdtravel")], engine=engine)
    records, calls = reported(traced)
    harness.assert_agrees(records, calls)
    ids = collections.defaultdict(set)
    for event in traced.calls("sendto"):
        for text in strings(event["details"]):
            ids[text].add(event["socket"])
    assert set(ids) == {"alpha", "beta", "gamma", "delta", "epsilon"}, dict(ids)
    assert all(len(found) == 1 for found in ids.values()), dict(ids)
    assert len(set.union(*ids.values())) == 5, dict(ids)


@pytest.fixture(params=harness.ENGINES)
def traced_by(request, perf_trouble):
    """Runs a program under an engine: a command, or attached before it begins where the engine is for that only."""
    if request.param != "perf":
        return lambda command: same(command, engine=request.param)
    if perf_trouble:
        pytest.skip(f"perf engine: {perf_trouble}")
    return lambda command: harness.trace_attached(["sh", "-c", 'read line; exec "$@"', "sh", *command], engine="perf")


@pytest.mark.parametrize("variant", ["dynamic", "m32"])
@pytest.mark.parametrize("later", ["600000", "5000", "0"])
def test_error_after_a_signal(program, traced_by, later, variant):
    """What ended a recvmmsg is told to the next call, though an ignored signal came while it waited."""
    traced = traced_by([program("lateerror", variant), later])
    assert traced.out == "1 ECONNREFUSED\n", traced
    assert traced.calls("recvfrom", "recv", errno="ECONNREFUSED"), traced


def test_error_of_a_socket_that_is_gone(program, traced_by):
    """It is not told to another socket that has its number by then."""
    traced = traced_by([program("lateerror"), "5000", "replaced"])
    assert traced.out == "1 EAGAIN\n", traced


@pytest.mark.parametrize("engine_name", ["seccomp", "syscall"])
def test_waiters_see_nothing(program, engine_name):
    """Short waits in every kind of call, while shared ignored signals come all the time and any thread takes them."""
    traced = harness.trace([program("waiters", "O2"), "3"], engine=engine_name)
    assert traced.out == "bad 0\n" and traced.status == 12, traced
    assert not [event for event in traced.calls() if event.get("errno") in ("EINTR", "EALREADY")]
    short = [event for event in traced.calls("recvmmsg", success=True) if event["return_value"] != 4]
    assert not short, short[:3]


@pytest.mark.limit(90)
def test_pieces_stay_whole(program, traced_by):
    """writev, sendmsg and recvmsg of several buffers go on where ignored signals cut them short, each byte and fd once."""
    traced = traced_by([program("pieces")])
    assert traced.out.count(": 0 short, 0 wrong, 0 changed") == 4 and traced.out.count("\n") == 5, traced.out
    for name, count in ("writev", 12), ("sendmsg", 24):
        results = [event.get("return_value") for event in traced.calls(name)]
        assert results == [1000002] * count, (name, results)
    assert len(traced.calls("recvmsg", return_value=1000002)) == 12


@pytest.mark.parametrize("call", ["write", "writev"])
@pytest.mark.parametrize("variant", ["dynamic", "m32"])
def test_no_signal_for_a_broken_pipe(program, traced_by, call, variant):
    """What is left of a call that sent a part raises no SIGPIPE."""
    traced = traced_by([program("brokenpipe", variant), call])
    assert traced.out == "a part\n" and traced.status == 0, traced
    assert not [event for event in traced.of("signal") if "SIGPIPE" in json.dumps(event)], traced


@pytest.mark.parametrize("variant", ["dynamic", "m32"])
def test_no_signal_for_a_broken_pipe_under_a_filter(program, traced_by, variant):
    """Nor where the program's own filter may forbid any call but the one that it made."""
    traced = traced_by([program("brokenpipe", variant), "write", "confined"])
    assert traced.out == "a part\n" and traced.status == 0, traced
    assert not [event for event in traced.of("signal") if "SIGPIPE" in json.dumps(event)], traced


def test_urgent_mark(program, traced_by):
    """What is read ends there, and does not go on for the SIGURG that is ignored."""
    assert traced_by([program("urgent")]).out == "2 at the mark\n"


@pytest.mark.parametrize("call, result", [("recv", "2 none"), ("recvmsg", "2 none"), ("epoll_wait", "-1 EINTR")])
def test_job_stop_ends_a_call(program, traced_by, call, result):
    """As without a tracer, though nothing but ignored signals may have come to the thread itself."""
    traced = traced_by([program("jobstop"), call])
    assert traced.out == result + "\n", traced
    waits = traced.calls(call if call != "recv" else "recvfrom")
    assert waits[-1]["return_value"] == int(result.split()[0]), traced


def test_pieces_of_32_bits(program):
    out = harness.trace([program("pieces", "m32")], engine="seccomp").out
    assert "writev: 0 short, 0 wrong, 0 changed" in out, out


def test_messages_stay_whole(program, traced_by):
    """A message that is shorter than what MSG_WAITALL asks for is not filled up with the next one."""
    traced = traced_by([program("whole")])
    assert traced.out.splitlines() == [kind + " 5" * 10 for kind in ("datagrams", "packets")], traced
    assert traced.status == 0, traced


def test_ignored_signals_wake_nobody(program, engine):
    traced = same([program("ignored")], engine=engine)
    assert traced.out.count("in time") == 5
    for event in traced.calls("epoll_wait", "epoll_pwait", "recvfrom", "accept"):
        assert event.get("errno") != "EINTR", event


# What a traced command may see that it would not alone (docs/GENTLE.md).
SEEN = {"TracerPid", "Seccomp", "Seccomp_filters"}


def changed(alone, traced):
    """The names of sees.c's lines that differ."""
    lines = [set(text.splitlines()) for text in (alone.out, traced.out)]
    return {line.partition(":")[0] for line in lines[0] ^ lines[1]}


def test_command_inherits_the_same(program, engine):
    alone = harness.run([program("sees")])
    traced = harness.trace([program("sees")], engine=engine)
    assert alone.status == traced.status == 0
    assert changed(alone, traced) <= SEEN, (changed(alone, traced), traced)


def test_closed_standard_fds(program):
    """With fds 0 to 2 closed, the command finds them closed, and the trace goes where it should."""
    command = f"exec <&- 2>&-; exec {program('sees')}"
    alone = harness.run(["sh", "-c", command])
    with harness.scratch("trace") as path:
        ended = harness.run(["sh", "-c", f"exec <&- 2>&-; exec {harness.SOCKLINE} -j -o {path} {program('sees')}"])
        harness.check_trace(harness.parse(path.read_bytes()))
    assert ended.status == alone.status == 0
    fds = [re.findall(r"^fd .*", run.out, re.M) for run in (alone, ended)]
    assert fds[0] == fds[1]


def test_job_control(engine):
    """A shell's jobs: stop, background, foreground."""
    script = """
set -m
sleep 0.3 & echo started
kill -STOP %1; sleep 0.1; jobs
kill -CONT %1; wait %1; echo "status $?"
(exit 3) & wait $!; echo "status $?"
trap 'echo trapped' USR1; kill -USR1 $$; echo done
"""
    traced = harness.same(["bash", "-c", script], engine=engine)
    assert "Stopped" in traced.out and "trapped" in traced.out, traced


@pytest.mark.parametrize("shell", ["bash --norc --noprofile", "sh"])
def test_job_control_at_a_terminal(engine, shell):
    """Ctrl-Z, bg, fg and Ctrl-C in an interactive shell under sockline, and its own exit status."""
    pid, master = pty.fork()
    if not pid:
        os.environ.update(PS1="ready$ ", HISTFILE="", ENV="")
        os.execvp(harness.SOCKLINE, [str(harness.SOCKLINE), f"--engine={engine}", "-o", "/dev/null", *shell.split(), "-i"])
    out = b""

    def until(pattern):
        nonlocal out
        end = time.monotonic() + 20
        while not re.search(pattern, out):
            assert time.monotonic() < end, out
            if select.select([master], [], [], 0.1)[0]:
                out += os.read(master, 4096)
        seen, out = out, b""
        return seen

    def sleeps(state):
        return [stat for stat in harness.descendants(pid).values() if stat[0] == "sleep" and stat[1] in state]

    until(rb"ready\$ $")
    os.write(master, b"sleep 987\n")
    harness.wait_for("the job", lambda: sleeps("S"))
    os.write(master, b"\x1a")
    until(rb"Stopped(?s:.*)ready\$ $")
    harness.wait_for("a stopped job", lambda: sleeps("tT"))
    os.write(master, b"bg\n")
    harness.wait_for("a running job", lambda: sleeps("S"))
    until(rb"ready\$ $")
    os.write(master, b"fg\n")
    until(rb"sleep 987")
    # The shell names the job before it gives it the terminal, and Ctrl-C goes to who has that.
    job = next(child for child, stat in harness.descendants(pid).items() if stat[0] == "sleep")
    harness.wait_for("the job's terminal", lambda: os.tcgetpgrp(master) == os.getpgid(job))
    os.write(master, b"\x03")
    until(rb"ready\$ $")
    os.write(master, b"echo status=$?; exit 7\n")
    until(rb"status=130")
    status = os.waitpid(pid, 0)[1]
    os.close(master)
    assert os.waitstatus_to_exitcode(status) == 7


def at_terminal(script, *presses):
    """Runs a shell script at a terminal of its own and presses Ctrl-C whenever it has printed the next of these; status and output."""
    begin, out, presses = time.monotonic(), b"", list(presses)
    pid, master = pty.fork()
    if not pid:
        os.execlp("sh", "sh", "-c", "exec " + script)
    while time.monotonic() - begin < 20:
        ready, _, _ = select.select([master], [], [], 0.05)
        if presses and presses[0] in out:
            os.write(master, b"\x03")
            presses.pop(0)
        try:
            data = os.read(master, 65536) if ready else None
        except OSError:
            data = b""
        if data == b"":
            break
        out += data or b""
    else:
        harness.kill_tree(pid)
    status = os.waitpid(pid, 0)[1]
    os.close(master)
    return os.waitstatus_to_exitcode(status), out.decode()


def test_ctrl_c_after_the_command(tmp_path):
    """The first Ctrl-C reaches what the command left behind in another session; the second ends the trace."""
    left = tmp_path / "left.py"
    left.write_text("import os, signal, sys, time\n"
                    "signal.signal(signal.SIGINT, lambda *_: print('caught', flush=True))\n"
                    "while os.path.exists(f'/proc/{sys.argv[1]}'): time.sleep(0.01)\n"
                    "print('alone', flush=True)\n"
                    "time.sleep(30)\n")
    command = f"sh -c 'setsid /usr/bin/python3 {left} $$ & exit 3'"
    status, out = at_terminal(f"{harness.SOCKLINE} -o {tmp_path}/trace {command}", b"alone", b"caught")
    assert status == 3 and out.count("caught") == 1 and out.count("^C") == 2, out


def test_ctrl_c_spares_the_output(tmp_path):
    """The command that the trace goes to sees the trace to its end."""
    code = "import socket, time\ntry:\n print(\"ready\", flush=True)\n time.sleep(15)\nexcept KeyboardInterrupt: pass\nsocket.socket().close()"
    script = f"{harness.SOCKLINE} -j -o '|cat >{tmp_path}/trace; echo end >>{tmp_path}/trace' python3 -c '{code}'"
    status, out = at_terminal(script, b"ready")
    lines = (tmp_path / "trace").read_text().splitlines()
    assert status == 0 and lines[-1] == "end", out
    assert [event["type"] for event in map(json.loads, lines[:-1]) if event["kind"] == "call"][-1] == "close"


def test_messages_that_nobody_reads(program, tmp_path):
    """A message to a closed pipe does not end sockline, and with it the command."""
    script = f"({harness.SOCKLINE} -d -o {tmp_path}/trace {program('threads')} 2 2; echo $? >{tmp_path}/status) 2>&1 >/dev/null | true"
    harness.run(["sh", "-c", script])
    harness.wait_for("status", lambda: (tmp_path / "status").exists() and (tmp_path / "status").read_text())
    assert (tmp_path / "status").read_text() == "0\n"


def test_output_through_pipes():
    """Ends of pipelines see EOF: the tracer keeps no copy of the command's fds."""
    traced = harness.same(["sh", "-c", "echo one | cat | (cat; echo two) | wc -l"])
    assert traced.out.strip() == "2"


def test_parents_killed_at_their_forks(program, engine):
    """A parent that is killed at the stop that tells of a child cannot name it any more: its exit status is no child."""
    traced = same([program("killed_forking")], engine=engine)
    seen = {event["process_id"] for event in traced.events if event.get("process_id") is not None}
    assert min(seen) > 1, sorted(seen)[:5]
    named = [event["details"].get("parent_id") for event in traced.of("process") if "details" in event]
    assert 0 not in named, named


FAULTS = [("ctypes.string_at(16)", {"code": "SEGV_MAPERR", "address": {"pointer": "0x10"}}, "SIGSEGV at 0x10 (SEGV_MAPERR)"),
          ("ctypes.string_at(0)", {"code": "SEGV_MAPERR", "address": None}, "SIGSEGV at 0x0 (SEGV_MAPERR)"),
          ("ctypes.string_at(0xdead << 48)", {}, "SIGSEGV"), ("os.kill(os.getpid(), 11)", None, None)]


@pytest.mark.parametrize("what, details, text", FAULTS, ids=["address", "null", "no address", "sent"])
def test_address_of_a_fault(engine, what, details, text):
    """Of a signal that the thread itself raised, the address; never of one that was sent."""
    traced = harness.trace(["/usr/bin/python3", "-c", f"import ctypes, os, resource; resource.setrlimit(4, (0, 0)); {what}"], engine=engine)
    assert traced.ended.killed_by == signal.SIGSEGV, traced
    told, = traced.of("signal", "SIGSEGV")
    if details is None:
        details, text = {"sender": told["process_id"]}, f"SIGSEGV from {told['process_id']}"
    assert told["details"] == {"signo": 11, **details} and told["text"] == text, told
