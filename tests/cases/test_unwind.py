"""The line of each call from C++, Rust, Go, plugins, containers; stacks and files that are not what they should be."""
import os
import pathlib
import re
import shutil
import subprocess

import pytest

import harness
import programs

SOURCES = programs.SOURCES
CXX = {"O0": ["-O0"], "O2": ["-O2"], "O3-lto": ["-O3", "-flto"], "omit": ["-O2", "-fomit-frame-pointer"]}


def build(name, command, sources, **more):
    """tests/programs sources made into NAME by a command, which gets -o NAME and the sources."""
    target = programs.OUTPUT / name
    paths = [SOURCES / source for source in sources]
    return programs.built(target, paths, lambda out: programs.run_tool([*command, "-o", out, *paths], **more))


def check_lines(traced, source, at_least):
    """Each call of listen says in its backlog which line of source it stands in."""
    calls = traced.calls("listen")
    assert traced.status == 0 and len(calls) >= at_least, traced
    shown = [(call["caller"].get("line"), pathlib.Path(call["caller"].get("file", "")).name) for call in calls]
    assert shown == [(call["details"]["backlog"], source) for call in calls]
    return calls


@pytest.mark.parametrize("flags", CXX)
def test_cxx(flags):
    program = build(f"callers.cxx-{flags}", ["g++", "-g", *CXX[flags], "-pthread"], ["callers.cpp"])
    calls = check_lines(harness.trace([program]), "callers.cpp", 25)
    names = {call["caller"]["function"] for call in calls}
    assert not [name for name in names if name.startswith("_Z")], names
    if flags == "O0":
        assert "shop::fails" in names


@pytest.mark.parametrize("flags", [[], ["-O"]])
def test_rust(flags):
    if not shutil.which("rustc"):
        pytest.skip("rustc is not installed")
    program = build(f"callers.rust{''.join(flags)}", ["rustc", "-g", *flags], ["callers.rs"])
    calls = check_lines(harness.trace([program]), "callers.rs", 12)
    assert not [call for call in calls if call["caller"]["function"].startswith(("std::", "core::", "_"))]


@pytest.mark.parametrize("flags", ["", "-s -w"])
def test_go(flags):
    source = SOURCES / "gocallers" / "main.go"
    environment = dict(os.environ, GO111MODULE="off", CGO_ENABLED="0", GOCACHE=str(programs.OUTPUT / "go-cache"))
    name = "gocallers.stripped" if flags else "gocallers.go"
    program = programs.built(programs.OUTPUT / name, [source], lambda out: programs.run_tool(
        ["go", "build", f"-ldflags={flags}", "-o", out, "main.go"], cwd=source.parent, env=environment))
    calls = check_lines(harness.trace([program]), "main.go", 6)
    assert {call["caller"]["function"].split(".")[0] for call in calls} == {"main"}


def build_cgo(flags):
    source = SOURCES / "cgocallers" / "main.go"
    environment = dict(os.environ, GO111MODULE="off", CGO_ENABLED="1", GOCACHE=str(programs.OUTPUT / "go-cache"))
    return programs.built(programs.OUTPUT / f"cgocallers{len(flags)}", [source], lambda out: programs.run_tool(
        ["go", "build", f"-ldflags={flags}", "-o", out, "main.go"], cwd=source.parent, env=environment))


def go_functions(call):
    """The main.* functions of a stack, innermost first, without those that the go command made."""
    names = [frame.get("function", "") for frame in call["stack"]]
    return [name for name in names if name.startswith("main.") and "_Cfunc" not in name]


@pytest.mark.parametrize("flags", ["", "-s -w"])
def test_cgo(flags):
    """C in a Go program is the user's, too; from C the stack goes on to the goroutine's."""
    calls = harness.trace([build_cgo(flags)], "-k").calls("listen")
    backlogs = [call["details"]["backlog"] for call in calls]
    assert len(calls) == 6 and backlogs[0] == backlogs[2]
    assert {pathlib.Path(call["caller"]["file"]).name for call in calls} == {"main.go"}
    if not flags:
        assert [call["caller"]["line"] for call in calls[:5]] == backlogs[:5]
        assert [call["caller"]["function"] for call in calls] == [
            "in_c", "main.from_c", "in_c", "back_to_go", "main.work", "of_line"]
    from_c, work = ["main.from_c"], ["main.work", "main.main.func1"]
    assert [go_functions(call) for call in calls] == [work, from_c, from_c, work, work, work]
    called = [frame for frame in calls[5]["stack"] if frame.get("function") == "main.work"]
    assert called[0]["line"] == backlogs[5] - 1000
    cut = [call.get("stack_cut", call.get("stack_truncated", False)) for call in calls]
    assert cut == [False, True, True, False, False, False], "a stack that C called Go on ends where that is"


@pytest.fixture(name="plugins")
def made_plugins(tmp_path):
    """Two libraries with their only call in different lines, at the same address."""
    return [build(f"plugin-{name}.so", ["gcc", "-g", "-O1", "-shared", "-fPIC", *flags], ["stack_plugin.c"])
            for name, flags in (("a", []), ("b", ["-DPADDING"]))]


def test_plugins(plugins, engine):
    """Libraries that come and go."""
    program = build("stack_lines.plugins", ["gcc", "-g", "-O1", "-DPLUGINS", "-pthread"], ["stack_lines.c"])
    a, b = plugins
    traced = harness.trace([program, a, b, a, b, b, a], engine=engine)
    calls = [call for call in traced.calls("listen") if call["caller"].get("file", "").endswith("stack_plugin.c")]
    assert len(calls) == 6 and traced.status == 0, traced
    assert [call["caller"]["line"] for call in calls] == [call["details"]["backlog"] for call in calls]
    assert {call["caller"]["module"] for call in calls} == {str(a), str(b)}


@pytest.mark.parametrize("by", ["another", "nothing"])
def test_replaced_library(plugins, tmp_path, by):
    """What is mapped counts, not what has its name now."""
    program = build("replaced", ["gcc", "-g", "-O1"], ["replaced.c"])
    mine, other = tmp_path / "mine.so", tmp_path / "other.so"
    shutil.copy(plugins[0], mine)
    shutil.copy(plugins[1], other)
    traced = harness.trace([program, mine, *([other] if by == "another" else [])])
    where = traced.calls("listen")[0]["caller"]
    if os.geteuid() == 0:
        assert where["line"] == traced.calls("listen")[0]["details"]["backlog"], where
    else:
        assert "line" not in where or where["file"].endswith("replaced.c"), where


REWRITTEN = """
#include <sys/socket.h>
#ifdef LATER
#line 1000
#endif
void plugin(void) { listen(-1, __LINE__); __asm__ volatile("" ::: "memory"); }
void again(void) { listen(-1, __LINE__); __asm__ volatile("" ::: "memory"); }
"""


@pytest.mark.parametrize("how", ["rewrite", "same"])
def test_rewritten_library(tmp_path, how):
    """What was read of a file before it was written anew, or named of it, tells nothing of what is mapped now."""
    program = build("replaced", ["gcc", "-g", "-O1"], ["replaced.c"])
    source = tmp_path / "library.c"
    source.write_text(REWRITTEN, encoding="utf-8")
    for name, flags in (("mine.so", []), ("other.so", ["-DLATER"])):
        programs.run_tool(["gcc", "-g", "-O1", "-shared", "-fPIC", *flags, "-o", tmp_path / name, source])
    first, *later = harness.trace([program, tmp_path / "mine.so", tmp_path / "other.so", how]).calls("listen")
    assert first["caller"]["line"] == first["details"]["backlog"] < 1000 and len(later) == (2 if how == "rewrite" else 1)
    for call in later:
        assert call["details"]["backlog"] >= 1000, call
        assert call["caller"].get("line") in (None, call["details"]["backlog"]) or call["caller"]["file"].endswith("replaced.c"), call
        assert call["caller"].get("via") == "mine.so" or "line" not in call["caller"], call


@pytest.mark.parametrize("build_id", ["sha1", "none"])
def test_touched_library(tmp_path, build_id):
    """A file whose time alone changes is what it was, as its build-id says; without one nothing says so, and no line is guessed."""
    program = build("replaced", ["gcc", "-g", "-O1"], ["replaced.c"])
    source = tmp_path / "library.c"
    source.write_text(REWRITTEN, encoding="utf-8")
    programs.run_tool(["gcc", "-g", "-O1", "-shared", "-fPIC", f"-Wl,--build-id={build_id}", "-o", tmp_path / "mine.so", source])
    traced = harness.trace([program, tmp_path / "mine.so", "-", "touch"])
    lines = [call["caller"].get("line") == call["details"]["backlog"] for call in traced.calls("listen")]
    assert lines == ([True, True, True] if build_id == "sha1" else [True, False, False]), traced


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may change its root directory")
def test_own_root(tmp_path):
    """A program whose files are at other paths than ours, in a mount namespace and root of its own."""
    program = build("stack_lines.root", ["gcc", "-g", "-O1", "-pthread"], ["stack_lines.c"])
    listed = subprocess.run(["ldd", program], capture_output=True, text=True, check=True).stdout
    for library in [word for word in listed.split() if word.startswith("/")]:
        inside = tmp_path / library.lstrip("/")
        inside.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(library, inside)
    shutil.copy(program, tmp_path / "only-here")
    calls = check_lines(harness.trace(["unshare", "--mount", "--root", tmp_path, "/only-here"]), "stack_lines.c", 13)
    assert {call["caller"]["module"] for call in calls} == {"/only-here"}


def test_nonsense_stacks():
    """Each call is shown, whatever its stack looks like."""
    if os.uname().machine != "x86_64":
        pytest.skip("the fixture is written for x86-64")
    program = build("stackless", ["gcc", "-g", "-O1"], ["stackless.c"])
    traced = harness.trace([program], "-k")
    assert [call["details"]["backlog"] for call in traced.calls("listen")] == list(range(1, 10))
    for call in traced.calls("listen"):
        assert len(call["stack"]) <= 256
        assert call["caller"]["function"] == "call_with", call["caller"]


@pytest.mark.parametrize("name", ["JS:*handler /srv/app.js:4:20", "Lcom/example/Server;::handle", "py::main:/srv/app.py"])
def test_compiled_at_run_time(name):
    """Code without a file is [anon] until its compiler writes a name for it, and its caller is found."""
    if os.uname().machine != "x86_64":
        pytest.skip("the fixture is written for x86-64")
    program = build("jit", ["gcc", "-g", "-O1"], ["jit.c"])
    before, after, replaced = harness.trace([program, name, "JS:*other /srv/app.js:9:1"], "-k").calls("listen")
    assert before["stack"][0]["module"] == "[anon]" and "function" not in before["stack"][0]
    assert [call["stack"][1]["function"] for call in (before, after)] == ["main", "main"]
    assert after["stack"][0]["function"] == name
    assert replaced["stack"][0]["function"] == "JS:*other /srv/app.js:9:1"


def test_compiled_anew():
    """What replaces code at run time has its own name and frame; nothing of what was there before is shown."""
    if os.uname().machine != "x86_64":
        pytest.skip("the fixture is written for x86-64")
    calls = harness.trace([build("rejit", ["gcc", "-g", "-O1"], ["rejit.c"])], "-k").calls("listen")
    assert [call["stack"][0]["function"] for call in calls] == [f"made{call['details']['backlog']}" for call in calls]
    assert [call["details"]["backlog"] for call in calls] == [1] * 4 + [2] * 4
    assert {call["stack"][1]["function"] for call in calls} == {"main"}, calls


def test_skip_and_user_code():
    program = build("stack_lines.plain", ["gcc", "-g", "-O1", "-pthread"], ["stack_lines.c"])
    names = {call["caller"]["function"] for call in
             harness.trace([program], "--skip-code=deep", "--skip-code=in_*").calls("listen")}
    assert "main" in names and not [name for name in names if name == "deep" or name.startswith("in_s")], names
    names = {call["caller"]["function"] for call in
             harness.trace([program], "--user-code=libc.so*").calls("listen")}
    assert names & {"listen", "__listen"}, names


STARTED = """
#include <sys/socket.h>
int main(void) { return listen(-1, 1) == 0; }
"""


def test_started_by_another_name(tmp_path):
    """A file with several names: lines have the one that the program was started by, where that leads to it; each its own."""
    (tmp_path / "many.c").write_text(STARTED, encoding="utf-8")
    programs.run_tool(["gcc", "-s", "-o", tmp_path / "many", tmp_path / "many.c"])
    (tmp_path / "one").symlink_to("many")
    (tmp_path / "two").symlink_to(tmp_path / "many")
    traced = harness.trace(["sh", "-c", f"cd {tmp_path}; ./one; {tmp_path}/two; ./many"])
    modules = [call["caller"]["module"] for call in traced.calls("listen")]
    assert modules == [f"{tmp_path}/{name}" for name in ("one", "two", "many")], traced
    assert re.search(r"no lines for .*many \(one\)", traced.notes()), traced.notes()


def test_started_by_a_name_that_is_gone(tmp_path):
    """The path that the program was started by is another file's now: it says nothing."""
    (tmp_path / "many.c").write_text(STARTED.replace("return", 'rename("other", "one"); return').replace("#include", "#include <stdio.h>\n#include", 1), encoding="utf-8")
    programs.run_tool(["gcc", "-s", "-o", tmp_path / "many", tmp_path / "many.c"])
    (tmp_path / "one").symlink_to("many")
    shutil.copy("/bin/true", tmp_path / "other")
    traced = harness.trace(["./one"], cwd=tmp_path)
    assert [call["caller"]["module"] for call in traced.calls("listen")] == [f"{tmp_path}/many"], traced
