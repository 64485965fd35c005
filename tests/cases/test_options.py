"""What is typed: statuses, mistakes and their one line, strace's letters, where the output goes and what becomes of it."""
import re
import signal
import subprocess
import time

import pytest

import harness
import servers


def one_line(ended, status=125):
    """A mistake is one line that begins with sockline's name, on stderr alone."""
    assert ended.status == status, ended
    assert ended.out == "", ended
    lines = ended.err.splitlines()
    assert len(lines) == 1 and lines[0].startswith("sockline: "), ended
    return lines[0]


def test_command_not_found():
    assert "sockline-no-such-command" in one_line(harness.sockline("sockline-no-such-command"), 127)


@pytest.mark.parametrize("path", ["/nonexistent/program", "/etc/passwd/program"])
def test_path_not_found(path):
    assert path in one_line(harness.sockline(path), 127 if "nonexistent" in path else 126)


@pytest.mark.parametrize("path", ["/etc/passwd", "/etc"])
def test_not_executable(path):
    assert path in one_line(harness.sockline(path), 126)


def test_broken_program():
    """A file that is no program at all."""
    with harness.scratch("broken") as path:
        path.write_bytes(b"\x7fELF broken")
        path.chmod(0o755)
        one_line(harness.sockline(path), 126)


def test_debug_dir_must_be_there():
    ended = harness.sockline("--debug-dir=/nonexistent", "true")
    one_line(ended)
    assert "/nonexistent is no folder" in ended.err, ended


def test_script_without_interpreter():
    """As env does it, and the line names what is not there."""
    with harness.scratch("script") as path:
        path.write_bytes(b"#!/nonexistent/interpreter\n")
        path.chmod(0o755)
        ended = harness.sockline(path)
    assert ended.status in (126, 127) and len(ended.err.splitlines()) == 1, ended
    assert "/nonexistent/interpreter" in ended.err, ended


def test_found_in_path():
    with harness.scratch("trace") as path:
        assert harness.sockline("-o", path, "true").status == 0
        assert harness.sockline("-o", path, "false").status == 1


def needs_option(name):
    """Skips where an option is not built yet: help lists what is."""
    if not re.search(rf"(^|[\s,]){re.escape(name)}(?![-\w])", harness.sockline("--help").out, re.M):
        pytest.skip(f"sockline has no {name} yet")


MISTAKES = [
    (["--colour=always", "true"], "--color"),
    (["--fromat=json", "true"], "--format"),
    (["--stak=3", "true"], "--stack"),
    (["-e", "conect", "true"], "connect"),
    (["-e", "trace=recvform", "true"], "recvfrom"),
    (["-e", "%netwrk", "true"], "%net"),
    (["--family=inte", "true"], "inet"),
    (["--family=unx", "true"], "unix"),
    (["--engine=secomp", "true"], "seccomp"),
    (["--format=jsn", "true"], "json"),
    (["--color=alway", "true"], "always"),
    (["--errno=ECONREFUSED", "true"], "ECONNREFUSED"),
]


@pytest.mark.parametrize("arguments,suggestion", MISTAKES, ids=[" ".join(row[0][:-1]) for row in MISTAKES])
def test_mistake_suggests(arguments, suggestion):
    if suggestion in ("--stack", "ECONNREFUSED"):
        needs_option("--stack" if suggestion == "--stack" else "--errno")
    line = one_line(harness.sockline(*arguments))
    assert suggestion in line.replace(arguments[0], ""), line


@pytest.mark.parametrize("arguments", [[], ["-o"], ["-s", "many", "true"], ["-s", "-1", "true"], ["-p", "1", "true"],
                                       ["--slower=fast", "true"], ["--port=70000", "true"]], ids=" ".join)
def test_wrong_usage(arguments):
    one_line(harness.sockline(*arguments))


def test_help_and_version():
    for option, word in (("--help", "-p"), ("-h", "-p"), ("--version", "sockline"), ("-V", "sockline")):
        ended = harness.sockline(option)
        assert ended.status == 0 and word in ended.out and not ended.err, ended


@pytest.mark.parametrize("path", ["/nonexistent/trace", "/proc/trace", "/"])
def test_output_that_cannot_be_written(path):
    """The command is not even started."""
    with harness.scratch("mark") as mark:
        line = one_line(harness.sockline("-o", path, "touch", mark))
        assert path in line and not mark.exists()


def test_output_file_and_append(program):
    with harness.scratch("trace") as path:
        path.write_text("before\n")
        harness.sockline("-A", "-o", path, program("lines"), "quick")
        first = path.read_text()
        assert first.startswith("before\n") and " connect(" in first
        harness.sockline("-A", "-o", path, program("lines"), "quick")
        assert path.read_text().startswith(first)
        harness.sockline("-o", path, program("lines"), "quick")
        assert "before" not in path.read_text()


def test_output_to_a_command(program):
    with harness.scratch("trace") as path:
        ended = harness.sockline("-j", "-o", f"|cat > {path}", program("lines"), "quick")
        assert ended.status == 0, ended
        events = harness.parse(path.read_bytes())
        harness.check_trace(events)
        harness.assert_agrees(harness.reports(ended.out), [event for event in events if event["kind"] == "call"])


def test_output_to_a_slow_command(program):
    """Everything has arrived when sockline ends."""
    with harness.scratch("trace") as path:
        ended = harness.sockline("-j", "-o", f"|(sleep 0.5; cat) > {path}", program("counts"), "200")
        events = harness.parse(path.read_bytes())
        harness.assert_agrees(harness.reports(ended.out), [event for event in events if event["kind"] == "call"])


def test_output_to_stderr(program):
    ended = harness.sockline(program("lines"), "quick")
    assert ended.status == 0 and " connect(" in ended.err and "connect(" not in ended.out
    assert "\x1b" not in ended.err


def test_color(program):
    assert "\x1b[" in harness.sockline("--color=always", program("lines"), "quick").err
    assert "\x1b" not in harness.sockline("--color=never", program("lines"), "quick").err
    assert "\x1b[" in harness.sockline("--color=always", program("lines"), "quick", env={"NO_COLOR": "1"}).err


def test_text_agrees_with_json(program):
    """Each call is one line of text, with its line and result."""
    ended = harness.sockline(program("lines"), "quick")
    lines = [line for line in ended.err.splitlines() if "lines.c:" in line]
    records = harness.reports(ended.out)
    assert len(lines) == len(records), ended
    for line, record in zip(lines, records):
        assert f"lines.c:{record['line']} " in line, (line, record)
        assert "F_GETFL" in line or re.search(rf"= {record['result']}\b", line), (line, record)
        if record["errno"]:
            assert harness.error_name(record["errno"]) in line, (line, record)


def test_stderr_is_the_programs_too(program):
    """What the program writes to stderr stays whole among the trace's lines."""
    ended = harness.sockline("sh", "-c", f"echo from the program >&2; exec {program('lines')} quick")
    assert "from the program\n" in ended.err


STRACE = ["-f", "-tt", "-T", "-yy", "-s", "200"]


def test_strace_line(program):
    """`strace -f -tt -T -yy -s 200 -p PID` with the name changed."""
    with harness.background([program("server")], ready=b"port ") as process:
        port = int(process.first.split()[3])
        with harness.scratch("trace") as path:
            argv = [harness.SOCKLINE, *STRACE, "-p", str(process.pid), "-o", path]
            sockline = subprocess.Popen(argv, stderr=subprocess.PIPE)
            harness.wait_for("being attached", lambda: 0 not in harness.tracers(process.pid))
            time.sleep(0.2)
            import socket
            with socket.create_connection(("127.0.0.1", port)) as client:
                client.sendall(b"x" * 150)
                assert len(client.recv(1000)) == 150
                harness.wait_for("the line", lambda: b"x" * 150 in path.read_bytes())
            sockline.send_signal(signal.SIGINT)
            _, err = sockline.communicate(timeout=10)
            text = path.read_text()
    assert sockline.returncode == 0, err
    assert re.search(r"^\d\d:\d\d:\d\d\.\d{6} .*read\(.*" + "x" * 150, text, re.M), text


@pytest.mark.parametrize("option", ["-f", "-ff", "-y", "-yy", "-i", "-n", "-D", "-b execve", "-I 2", "-w",
                                    "-O 5", "-S time", "-P /tmp", "-a 40", "-X raw", "--seccomp-bpf", "-F"])
def test_strace_letters(option):
    """Each letter of strace's is taken or gets one line that names sockline's way."""
    with harness.scratch("trace") as path:
        ended = harness.sockline("-o", path, *option.split(), "true")
    if ended.status:
        one_line(ended)


def test_quiet(program):
    """-q leaves out what is no call; what the calls and connections say stays, and so does what --dir writes."""
    command = [program("lines"), "quick"]
    with harness.scratch("trace") as path, harness.scratch("quiet") as quiet:
        harness.sockline("-o", path, *command)
        harness.sockline("-o", quiet, "-q", *command)
        signs = [len(re.findall(r"^[\d.]+ +(?:\d+ +)?[+=-] ", text.read_text(), re.M)) for text in (path, quiet)]
        calls = [len(re.findall(r"lines\.c:\d+", text.read_text())) for text in (path, quiet)]
    assert signs[0] >= 2 and signs[1] == 0, signs
    assert calls[0] == calls[1] > 0, calls


TIMES = {"-t": r"\d\d:\d\d:\d\d ", "-tt": r"\d\d:\d\d:\d\d\.\d{6} ", "-ttt": r"\d{10}\.\d{6} ", "-r": r" *\d+\.\d{6} ",
         "--time=none": r"(?!\d+\.\d{6})"}


@pytest.mark.parametrize("option", TIMES)
def test_times(program, option):
    with harness.scratch("trace") as path:
        harness.sockline("-o", path, option, program("lines"), "quick")
        lines = [line for line in path.read_text().splitlines() if "lines.c:" in line]
    assert lines and all(re.match(TIMES[option], line) for line in lines), lines[:3]


def types_shown(program, *options):
    traced = harness.trace([program("lines"), "quick"], *options)
    return {event["type"] for event in traced.calls()}


def test_selecting_calls(program):
    assert types_shown(program, "-e", "connect,bind") == {"connect", "bind"}
    assert types_shown(program, "-e", "trace=accept*") == {"accept", "accept4"}
    assert types_shown(program, "--trace=listen") == {"listen"}
    every = types_shown(program)
    assert types_shown(program, "-e", "!connect") == every - {"connect"}
    ready = types_shown(program, "-e", "%ready")
    assert {"poll", "epoll_wait"} <= ready and "connect" not in ready
    assert {"socket", "connect", "close"} <= types_shown(program, "-e", "%lifecycle")
    assert types_shown(program, "-e", "%data") >= {"sendto", "recvfrom", "read", "write"}


def test_what_is_not_shown_is_still_followed(program):
    """With only sends shown, their sockets' ids and peers are what they are with everything shown."""
    everything = harness.trace([program("lines"), "quick"]).calls("sendto")
    alone = harness.trace([program("lines"), "quick"], "-e", "sendto").calls()
    assert [event["socket"] for event in alone] == [event["socket"] for event in everything]


def test_perf_is_for_running_processes():
    assert "-p" in one_line(harness.sockline("--engine=perf", "true"), 125)


def test_selecting_results(program):
    needs_option("-z")
    failed = harness.trace([program("lines"), "quick"], "-Z")
    expected = [record for record in harness.reports(failed.out) if record["errno"]]
    assert len(expected) >= 4
    harness.assert_agrees(expected, failed.calls())
    good = harness.trace([program("lines"), "quick"], "-z")
    harness.assert_agrees([record for record in harness.reports(good.out) if not record["errno"]], good.calls())


def test_selecting_families(program):
    traced = harness.trace([program("lines"), "quick"], "--family=unix", "-e", "socket,socketpair,connect")
    assert {event["type"] for event in traced.calls()} == {"socket", "socketpair", "connect"}
    assert len(traced.calls()) == 3, traced


def test_string_limit(program):
    with harness.scratch("trace") as path:
        harness.sockline("-o", path, "-s", "4", "-e", "sendto", program("lines"), "quick")
        text = path.read_text()
    assert '"hell"' in text and "hello" not in text.replace('"hell"', ""), text


# ---- output that goes wrong ------------------------------------------------------------------------------------------


def test_closed_pipe(program):
    """The reader of the trace goes away: the program is not harmed, one line says what happened."""
    command = f"{harness.SOCKLINE} -o '|exec head -n 1 >/dev/null' {program('counts')} 2000"
    ended = harness.run(["sh", "-c", command])
    assert ended.status == 0, ended.err
    assert len(harness.reports(ended.out)) == 2000 * 18
    assert len([line for line in ended.err.splitlines() if line.startswith("sockline: ")]) <= 1, ended.err


def test_stderr_closed_by_its_reader(program):
    command = f"{harness.SOCKLINE} {program('counts')} 2000 2>&1 >/dev/null | head -n 1; echo ${{PIPESTATUS[0]}}"
    ended = harness.run(["bash", "-c", command])
    assert ended.out.splitlines()[-1] == "0", ended


def test_line_appears_soon(program):
    """A line reaches a pipe while the program still runs."""
    with servers.echo_server() as port:
        script = f"import socket, time; s = socket.create_connection(('127.0.0.1', {port})); time.sleep(30)"
        process = subprocess.Popen([harness.SOCKLINE, "-e", "connect", "/usr/bin/python3", "-c", script], stderr=subprocess.PIPE)
        begin = time.monotonic()
        line = b""
        while b"connect(" not in line:
            line = process.stderr.readline()
            assert line
        took = time.monotonic() - begin
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=10)
    assert took < 20, took


def test_interrupt_reaches_the_command():
    """Ctrl-C: the command gets the signal, sockline ends as it did."""
    process = subprocess.Popen([harness.SOCKLINE, "-o", "/dev/null", "sh", "-c", "trap 'echo bye; exit 9' INT TERM; echo up; while :; do sleep 0.05; done"],
                               stdout=subprocess.PIPE)
    assert process.stdout.readline() == b"up\n"
    process.send_signal(signal.SIGTERM)
    out, _ = process.communicate(timeout=10)
    assert (process.returncode, out) == (9, b"bye\n")


def test_proc_of_another_pid_namespace():
    """What /proc says there is of other processes: better refused than made up."""
    ended = harness.run(["unshare", "--pid", "--fork", harness.SOCKLINE, "true"])
    assert ended.status == 125 and "/proc" in ended.err and "--mount-proc" in ended.err, ended
    ended = harness.run(["unshare", "--pid", "--fork", "--mount-proc", harness.SOCKLINE, "true"])
    assert ended.status == 0 and "true: true" in ended.err, ended
