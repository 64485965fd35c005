"""Tracees that do what makes tracers fall over: no crash, no hang, no lost call, valid JSON, no raw control byte."""
import os
import random
import re
import subprocess
import time

import pytest

import harness
import programs
from test_behaviour import reported, same


def agrees(traced, *leave_out):
    """The trace says what the report says, calls of some types left out of both."""
    records, calls = reported(traced)
    harness.assert_agrees([record for record in records if record["did"] not in leave_out],
                          [event for event in calls if event["type"] not in leave_out])
    return calls


@pytest.mark.parametrize("mode", ["unmap", "trap", "untraced"])
def test_hostile(program, engine, mode):
    agrees(same([program("hostile"), mode], engine=engine))


@pytest.mark.parametrize("mode", ["unmap", "trap", "stack", "names", "filter", "nested"])
def test_hostile_attached(program, attach_engine, mode):
    """The same with sockline attached before they begin."""
    traced = harness.trace_attached([program("hostile"), mode], engine=attach_engine)
    assert traced.status == 0, traced
    agrees(traced, "getpeername")


@pytest.mark.parametrize("variant", ["O2", "m32"])
def test_wild_attached(program, attach_engine, variant):
    traced = harness.trace_attached([program("wild", variant)], engine=attach_engine)
    assert traced.status == 0, traced
    agrees(traced)


@pytest.mark.parametrize("variant", ["dynamic", "O2", "static"])
def test_stacks_of_all_kinds(program, engine, variant):
    calls = agrees(same([program("hostile", variant), "stack"], engine=engine))
    assert [event["type"] for event in calls].count("getsockname") == 6


def test_stack_option_on_wild_stacks(program):
    traced = harness.trace([program("hostile"), "stack"], "-k")
    assert traced.status == 0
    assert all(len(event.get("stack", [])) <= 256 for event in traced.calls())


def test_strict_seccomp(program, engine):
    traced = same([program("hostile"), "strict"], engine=engine)
    written = [event for event in traced.calls("write") if event.get("return_value") == 6]
    assert len(written) == 3, traced


def test_seccomp_filter_of_its_own(program, engine):
    """Its denied calls are shown as denied, the others as ever, before and after, in parent and child."""
    traced = same([program("hostile"), "filter"], engine=engine)
    calls = agrees(traced, "getpeername")
    assert [event.get("errno") for event in calls if event["type"] == "socket"] == ["EPERM"] * 4
    assert "trapped: 1" in traced.err
    # SECCOMP_RET_TRACE without a tracer of the program's own, whatever its data are.
    assert [event.get("errno") for event in calls if event["type"] in ("listen", "getsockname")] == ["ENOSYS"] * 6


def test_program_that_traces(program, engine):
    """A child of the tracee cannot be traced twice; all else goes on."""
    traced = harness.trace([program("hostile"), "nested"], engine=engine)
    assert traced.status == 0, traced
    agrees(traced)


def test_names(program, engine):
    traced = same([program("hostile"), "names"], engine=engine)
    agrees(traced)


@pytest.mark.parametrize("options", [(), ("--color=always",), ("-v",), ("-k",), ("-x",), ("-xx",), ("-tt", "-T")], ids=str)
def test_no_byte_of_a_tracee_moves_the_cursor(program, options):
    with harness.scratch("trace") as path:
        ended = harness.sockline("-o", path, *options, program("hostile"), "names")
        text = path.read_bytes().decode("utf-8")
    assert ended.status == 0
    bad = [line for line in harness.plain(text).split("\n") if re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", line)]
    assert not bad, bad


def test_terminal_gets_no_control_byte(program):
    """On a terminal, where it matters: nothing but colours and line ends."""
    script = f"{harness.SOCKLINE} {program('hostile')} names >/dev/null"
    done = harness.run(["script", "-qec", script, "/dev/null"], env={"COLUMNS": "110", "TERM": "xterm"})
    text = harness.plain(done.raw_out.decode("utf-8")).replace("\r\n", "\n")
    assert "connect(" in text
    bad = [line for line in text.split("\n") if re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f]", line)]
    assert not bad, bad


def test_ten_thousand_sockets(program):
    traced = same([program("hostile", "O2"), "many", "10000"])
    agrees(traced)


def test_call_tables_mixed(program, engine):
    agrees(same([program("int80")], engine=engine))


def test_io_uring_is_noted(program):
    traced = harness.trace([program("hostile"), "ring"])
    assert "io_uring" in traced.notes(), traced


def most_memory(process):
    """Runs a process to its end; the most memory in KiB that it had (getrusage's maximum would be this process's own, of before exec)."""
    most = 0
    while process.poll() is None:
        most = max(most, int((harness.status_field(process.pid, "VmHWM") or "0").split()[0]))
        time.sleep(0.01)
    return most


@pytest.mark.limit(240)
def test_many_events_in_bounded_memory(tmp_path):
    """A million events: none is dropped, and memory does not grow with them. Those of a file are all there."""
    load, path = tmp_path / "load", tmp_path / "trace"
    subprocess.run(["gcc", "-O2", "-g", "-o", load, harness.ROOT / "bench" / "load.c", "-ldl", "-lpthread"], check=True)

    def most(out, calls):
        argv = [harness.SOCKLINE, "-e", "sendto,recvfrom", "-o", out, load, "-n", str(calls), "socket"]
        process = subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        peak = most_memory(process)
        assert process.returncode == 0 and b"dropped" not in process.communicate()[1]
        return peak

    # AddressSanitizer keeps freed memory for a while; leaks it finds itself.
    few, many = (2000, 50000) if harness.is_sanitized() else (20000, 1000000)
    # Where a disk is slow, lines wait for it, up to OUTPUT_BUFFER: what is held to its limit here goes nowhere, and waits only where
    # the writer gets no time. The least that malloc can lose is 32 bytes, which makes 32 MB.
    peaks = [most("/dev/null", calls) for calls in (few, many)]
    assert harness.is_sanitized() or peaks[1] < peaks[0] + 12 * 1024, f"{peaks} KiB"
    most(path, few)
    assert sum(b"sendto(" in line or b"recvfrom(" in line for line in path.open("rb")) == few


def sections(path):
    """(offset, size) of the sections that a tracer reads names, lines and frames from."""
    text = subprocess.run(["readelf", "-SW", path], capture_output=True, text=True, check=True).stdout
    names = r"\.(debug_\w+|eh_frame|eh_frame_hdr|symtab|strtab|dynsym|dynstr|note\S*|gnu_debuglink)"
    found = re.findall(rf"\] {names}\s+\S+\s+[0-9a-f]+ ([0-9a-f]+) ([0-9a-f]+)", text)
    # What the dynamic linker needs stays whole, or the program itself would not start.
    return [(int(offset, 16), int(size, 16)) for name, offset, size in found if name not in ("dynsym", "dynstr")]


def corrupted(whole, seed):
    """A copy of a program with random bytes in the sections that only tools read."""
    chance = random.Random(seed)
    data = bytearray(whole.read_bytes())
    spans = [span for span in sections(whole) if span[1]]
    for _ in range(chance.choice([1, 10, 100, 2000])):
        offset, size = chance.choice(spans)
        data[offset + chance.randrange(size)] = chance.randrange(256)
    return bytes(data)


@pytest.mark.parametrize("seed", range(12))
def test_corrupt_debug_information(program, seed):
    """Lines may be wrong or missing then; calls and results are not."""
    whole = program("lines", ("dynamic", "static", "O2", "m32")[seed % 4])
    with harness.scratch("lines.corrupt") as path:
        path.write_bytes(corrupted(whole, seed))
        path.chmod(0o755)
        alone = harness.run([path, "quick"])
        traced = harness.trace([path, "quick"], *(["-k"] if seed % 2 else []))
    assert traced.status == alone.status == 0
    agrees(traced)


def test_program_replaced_while_it_runs(program):
    """The file is another one by the time its lines are looked up: nothing crashes, calls are shown."""
    with harness.scratch("replaced") as path:
        path.write_bytes(program("server").read_bytes())
        path.chmod(0o755)
        with harness.background([path], ready=b"port ") as process:
            path.unlink()
            path.write_bytes(b"\x7fELF" + os.urandom(4096))
            with harness.attach(process.pid) as attached:
                from test_attach import exchange
                exchange(int(process.first.split()[3]), b"replaced")
                attached.seen(b"replaced")
                traced = attached.stop()
    assert traced.calls("accept4", success=True)


def test_name_of_the_program(program):
    """A program whose own path is hostile."""
    with harness.scratch("x\n\x1b[31m\xff") as path:
        path.write_bytes(programs.program("lines", "O2").read_bytes())
        path.chmod(0o755)
        traced = same([path, "quick"])
        agrees(traced)
        with harness.scratch("trace") as out:
            harness.sockline("-o", out, path, "quick")
            assert not re.search(rb"[\x00-\x09\x0b-\x1f\x7f]", out.read_bytes())
