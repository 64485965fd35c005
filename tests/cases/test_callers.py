"""The caller of programs that compile at run time, and of an unprivileged user's, whose files may be gone."""
import glob
import json
import os
import pathlib
import shutil
import subprocess
import tempfile

import pytest

import harness
import programs

NOBODY = 65534


@pytest.fixture
def folder():
    """One that every user may use."""
    with tempfile.TemporaryDirectory(prefix="sockline-") as path:
        os.chmod(path, 0o777)
        yield pathlib.Path(path)


@pytest.fixture(autouse=True)
def no_perf_maps_left():
    """Those of programs that have ended; somebody else's may be running."""
    before = set(glob.glob("/tmp/perf-*.map"))
    yield
    for path in set(glob.glob("/tmp/perf-*.map")) - before:
        if not os.path.exists(f"/proc/{pathlib.Path(path).stem.removeprefix('perf-')}"):
            pathlib.Path(path).unlink(missing_ok=True)


def functions(call):
    return [frame.get("function", "") for frame in call["stack"]]


# ---- compiled at run time ------------------------------------------------------------------------------------------------

NODE = """
const net = require('net');
function serveHere() { const server = net.createServer(); server.listen(0); server.close(); }
for (let i = 0; i < 3; i++) serveHere();
"""


def test_node(folder):
    if not shutil.which("node"):
        pytest.skip("node is not installed")
    script = folder / "app.js"
    script.write_text(NODE, encoding="utf-8")
    if subprocess.run(["node", "--always-sparkplug", "-e", ""], capture_output=True, check=False).returncode:
        pytest.skip("this node cannot compile all functions at once")
    traced = harness.trace(["node", "--perf-basic-prof", "--always-sparkplug", script], "-k", cwd=folder)
    calls = traced.calls("bind", "listen")
    assert len(calls) >= 3 and traced.status == 0, traced
    for call in calls:
        assert "serveHere" in call["caller"]["function"] and str(script) in call["caller"]["function"], call["caller"]
        assert "line" not in call["caller"]


PYTHON = """
import socket

def ask(there):
    one = socket.socket()
    one.connect_ex(there)
    one.close()

def twice(there):
    ask(there)
    ask(there)

twice(("127.0.0.1", 9))
"""


def perf_python():
    """A Python that can name its functions to perf: 3.12 and later."""
    named = [shutil.which(f"python3.{minor}") for minor in range(20, 11, -1)] + [shutil.which("python3")]
    installed = sorted(glob.glob(os.path.expanduser("~/.pyenv/versions/3.1*/bin/python")))
    for path in [*filter(None, named), *installed]:
        done = subprocess.run([path, "-X", "perf", "-c", "import sys; print(sys.is_stack_trampoline_active())"],
                              capture_output=True, text=True, check=False)
        if done.returncode == 0 and done.stdout == "True\n":
            return path
    return None


def test_python(folder):
    python = perf_python()
    if not python:
        pytest.skip("no Python here knows -X perf (3.12)")
    script = folder / "app.py"
    script.write_text(PYTHON, encoding="utf-8")
    traced = harness.trace([python, "-X", "perf", script], "-k")
    calls = traced.calls("connect")
    assert len(calls) == 2 and traced.status == 0, traced
    for call in calls:
        assert call["caller"]["function"] == f"py::ask:{script}", call["caller"]
        named = [name for name in functions(call) if name.startswith("py::") and name.endswith(str(script))]
        assert named == [f"py::{name}:{script}" for name in ("ask", "twice", "<module>")], "the whole way out"


# ---- without rights ------------------------------------------------------------------------------------------------------


def as_nobody(folder, *command):
    """The trace of a command, both of a user with no rights."""
    mine = folder / "sockline"
    if not mine.exists():
        shutil.copy(harness.SOCKLINE, mine)
    trace = folder / "trace"
    trace.unlink(missing_ok=True)
    who = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}
    ended = harness.run([mine, "-j", "-k", "-o", trace, "--", *command], cwd=folder, **who)
    result = harness.Trace(harness.parse(trace.read_bytes()), ended)
    harness.check_trace(result.events)
    assert ended.status == 0, result
    return result


def compiled(folder, name, source, *flags):
    programs.run_tool(["gcc", "-g", "-O1", *flags, "-o", folder / name, source])
    os.chmod(folder / name, 0o755)
    return folder / name


def check_lines(traced, at_least=1):
    calls = traced.calls("listen")
    assert len(calls) >= at_least
    assert [call["caller"].get("line") for call in calls] == [call["details"]["backlog"] for call in calls], traced


def test_nobody(folder):
    program = compiled(folder, "program", programs.SOURCES / "stack_lines.c", "-pthread")
    check_lines(as_nobody(folder, program), 13)


REMOVES_ITSELF = """
#include <sys/socket.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	if (argc > 1 ? rename(argv[1], argv[0]) : unlink(argv[0]))
		return 1;
	listen(-1, __LINE__);
	return 0;
}
"""


@pytest.mark.parametrize("by", ["nothing", "text"])
def test_nobody_without_file(folder, by):
    """The program's own file is found though its name leads nowhere, or elsewhere."""
    source = folder / "removes.c"
    source.write_text("#include <stdio.h>\n" + REMOVES_ITSELF, encoding="utf-8")
    program = compiled(folder, "program", source)
    (folder / "other").write_text("not a program\n", encoding="utf-8")
    check_lines(as_nobody(folder, program, *([folder / "other"] if by == "text" else [])))


def test_nobody_in_memory(folder):
    """A program that never had a name (memfd_create)."""
    program = compiled(folder, "program", programs.SOURCES / "stack_lines.c", "-pthread")
    starter = ("import os, sys; fd = os.memfd_create('made'); os.write(fd, open(sys.argv[1], 'rb').read());"
               "os.execve(fd, sys.argv[1:], os.environ)")
    check_lines(as_nobody(folder, "/usr/bin/python3", "-c", starter, program), 13)


LOADS = """
#include <dlfcn.h>

int main(int argc, char **argv)
{
	void *library = dlopen(argv[argc - 1], RTLD_NOW);

	((void (*)(void))dlsym(library, "plugin"))();
	return 0;
}
"""


def test_same_inode_on_another_file_system(folder):
    """A library is not taken for the program whose inode has the same number, as on two new file systems in memory."""
    (folder / "loads.c").write_text(LOADS, encoding="utf-8")
    compiled(folder, "program", folder / "loads.c")
    compiled(folder, "mine.so", programs.SOURCES / "stack_plugin.c", "-shared", "-fPIC")
    script = ("for i in program mine.so; do mkdir -p on/$i; mount -t tmpfs none on/$i; cp $i on/$i/; done;"
              f"stat -c %i on/*/* > inodes; {harness.SOCKLINE} -j -k -o trace on/program/program on/mine.so/mine.so")
    ended = harness.run(["unshare", "--user", "--map-root-user", "--mount", "sh", "-ec", script], cwd=folder)
    assert ended.status == 0, ended
    assert len(set((folder / "inodes").read_text().split())) == 1, "the file systems gave different inodes"
    traced = harness.Trace(harness.parse((folder / "trace").read_bytes()), ended)
    call = traced.calls("listen")[0]
    inner = next(frame for frame in call["stack"] if frame["module"].endswith("mine.so"))
    assert "note" not in inner and pathlib.Path(inner["file"]).name == "stack_plugin.c", traced


@pytest.mark.parametrize("by", ["another", "text", "nothing"])
@pytest.mark.skipif(os.geteuid() == 0 and not shutil.which("gcc"), reason="gcc is not installed")
def test_nobody_replaced_library(folder, by):
    """What happened to the file is said, no line of it is named, and the frames beyond it are right."""
    program = compiled(folder, "program", programs.SOURCES / "replaced.c")
    shared = ["-shared", "-fPIC", "-fomit-frame-pointer"]
    mine = compiled(folder, "mine.so", programs.SOURCES / "stack_plugin.c", *shared)
    other = compiled(folder, "other.so", programs.SOURCES / "stack_plugin.c", "-DPADDING", *shared)
    if by == "text":
        other.write_text("not a library\n", encoding="utf-8")
    traced = as_nobody(folder, program, mine, *([] if by == "nothing" else [other]))
    call = traced.calls("listen")[0]
    inner = next(frame for frame in call["stack"] if frame["module"].endswith("mine.so"))
    assert "line" not in inner and "function" not in inner
    assert inner["note"] == f"module was {'deleted' if by == 'nothing' else 'replaced'} since it was mapped"
    assert (call["caller"]["function"], pathlib.Path(call["caller"]["file"]).name) == ("main", "replaced.c"), call
    assert call["caller"]["via"] == "mine.so" and "guessed" not in call["caller"]
    assert f"no lines for mine.so: {inner['note']}" in json.dumps(traced.of("note")), traced


# ---- marked --------------------------------------------------------------------------------------------------------------


def test_guessed_frames_are_marked(program):
    """Frames beyond code without call frame information are guesses, and say so; others are not."""
    traced = harness.trace([program("lines", "nocfi"), "quick"], "-k")
    stack = next(call["stack"] for call in traced.calls("socketpair"))
    by_name = {frame.get("function"): frame for frame in stack}
    assert "guessed" not in by_name["pairs"], "libc has call frame information, which led to it"
    plain = harness.trace([program("lines"), "quick"], "-k")
    assert not [frame for call in plain.calls() for frame in call["stack"] if "guessed" in frame]
    without = programs.built(programs.OUTPUT / "lines.nothing", [programs.source_of("lines")], lambda out: programs.run_tool(
        ["gcc", "-O1", "-fno-omit-frame-pointer", "-fno-asynchronous-unwind-tables", "-fno-unwind-tables", "-pthread", "-o", out,
         programs.source_of("lines")]))
    stack = next(call["stack"] for call in harness.trace([without, "quick"], "-k").calls("socketpair"))
    by_name = {frame.get("function"): frame for frame in stack}
    assert "guessed" not in by_name["pairs"] and by_name["main"]["guessed"], stack
