"""The caller's line: right for each call, however the program was built; without debug information nothing made up."""
import pathlib
import re
import subprocess

import pytest

import harness
import programs

WITH_LINES = [*programs.VARIANTS, *programs.SPLIT]


def caller(event):
    return event.get("caller", {})


@pytest.mark.parametrize("variant", WITH_LINES)
def test_line_of_each_call(program, variant):
    traced = harness.trace([program("lines", variant), "quick"])
    records, calls = harness.reports(traced.out), traced.calls()
    assert traced.status == 0 and len(records) > 65, traced
    harness.assert_agrees(records, calls)
    for record, event in zip(records, calls):
        where = caller(event)
        assert (where.get("function"), where.get("line")) == (record["function"], record["line"]), (record, event)
        assert where["file"].endswith("tests/programs/lines.c"), where


def test_lines_with_every_engine(program, engine):
    traced = harness.trace([program("lines")], engine=engine)
    records, calls = harness.reports(traced.out), traced.calls()
    harness.assert_agrees(records, calls)
    assert [caller(event).get("line") for event in calls] == [record["line"] for record in records]


def symbols(path):
    """(name, start, size) of the functions in a program's symbol table."""
    text = subprocess.run(["nm", "-S", path], capture_output=True, text=True, check=True).stdout
    found = re.findall(r"^([0-9a-f]+) ([0-9a-f]+) [tTwWiI] (\S+)$", text, re.M)
    return [(name, int(start, 16), int(size, 16)) for start, size, name in found]


@pytest.mark.parametrize("variant", programs.STRIPPED)
def test_stripped_makes_nothing_up(program, variant):
    """Strip moves no code, so the unstripped twin tells whether an offset lies in the function that made the call."""
    whole = program("lines", programs.STRIPPED[variant])
    spans = {name: (start, start + size) for name, start, size in symbols(whole)}
    traced = harness.trace([program("lines", variant), "quick"])
    records, calls = harness.reports(traced.out), traced.calls()
    assert traced.status == 0
    harness.assert_agrees(records, calls)
    for event in calls:
        where = caller(event)
        assert "line" not in where and "file" not in where, where
        assert "function" not in where, f"a stripped program has no function names: {where}"
        assert where["module"].endswith(f"lines.{variant}"), where
    if variant == "stripped":
        # Its libc is a module of its own, so the caller is the function itself.
        for record, event in zip(records, calls):
            start, end = spans[record["function"]]
            assert start < caller(event)["module_offset"] <= end, (record, caller(event))


def test_stack(program):
    """-k: the frames from the caller out to main, with their lines."""
    traced = harness.trace([program("lines"), "quick"], "-k")
    event = traced.calls("socketpair")[0]
    names = [frame.get("function") for frame in event["stack"]]
    assert names.index("pairs") < names.index("main"), names
    inner = traced.calls("sendmmsg")[0]["stack"]
    names = [frame.get("function") for frame in inner]
    assert names[names.index("many"):names.index("main") + 1] == ["many", "pairs", "main"], names


def test_no_caller(program):
    traced = harness.trace([program("lines"), "quick"], "--no-caller")
    assert len(traced.calls()) == len(harness.reports(traced.out))
    assert not [event for event in traced.calls() if "caller" in event]


def test_inlined(program):
    traced = harness.trace([program("inlined", "O2")])
    records, calls = harness.reports(traced.out), traced.calls()
    harness.assert_agrees(records, calls)
    for record, event in zip(records, calls):
        assert caller(event).get("line") == record["line"], (record, event)
        assert caller(event).get("function") == record["function"], (record, event)
    assert any(caller(event).get("inlined") for event in calls), traced


@pytest.mark.parametrize("variant", ["dynamic", "O2", "m32"])
def test_library_without_lines(program, variant):
    """A call made by a library without debug information shows the line that called into it."""
    library = programs.library("vialib_lib", variant)
    traced = harness.trace([program("vialib", variant, (library, f"-Wl,-rpath,{library.parent}"))])
    records, calls = harness.reports(traced.out), traced.calls()
    assert traced.status == 0, traced
    harness.assert_agrees(records, calls)
    for record, event in zip(records, calls):
        assert caller(event).get("line") == record["line"], (record, event)


@pytest.mark.parametrize("options", [(), ("--engine=syscall",)])
def test_go(options):
    try:
        path = programs.go_program("gofetch")
    except programs.Missing as missing:
        pytest.skip(str(missing))
    traced = harness.trace([path], *options)
    assert traced.status == 0 and "echo: hello from go" in traced.out, traced
    for record in harness.reports(traced.out):
        found = [event for event in traced.calls(record["did"])
                 if (caller(event).get("function"), caller(event).get("line")) == (record["function"], record["line"])]
        assert found, f"{record} is not shown with its line:\n{traced}"
    served = {event["type"] for event in traced.calls() if caller(event).get("function") == "main.serve"}
    assert {"accept4", "read", "write", "close"} <= served, traced
    runtime = [event for event in traced.calls("connect", "write", "bind", "listen", "accept4")
               if re.match(r"(runtime|internal|syscall|net)\b", caller(event).get("function", ""))]
    assert not runtime, runtime


def test_files_are_full_paths(program):
    traced = harness.trace([program("lines"), "quick"])
    assert pathlib.Path(caller(traced.calls("connect")[0])["file"]).is_absolute()
