"""Debug information that is not in the program's own file: where it is looked for, and that only the right one is taken."""
import contextlib
import http.server
import os
import pathlib
import re
import stat
import subprocess
import tempfile
import threading

import pytest

import harness
import programs

INLINED = programs.SOURCES / "inlined.c"


@pytest.fixture
def folder():
    """Not below pytest's own, which only its user may enter."""
    with tempfile.TemporaryDirectory(prefix="sockline-") as path:
        yield pathlib.Path(path)


def tool(*command, **more):
    try:
        programs.run_tool([*command], **more)
    except programs.Missing as missing:
        pytest.skip(str(missing))


def compiled(path, *flags, source=INLINED):
    """A program whose calls are in inlined functions, so that a symbol table cannot tell their names."""
    tool("gcc", "-g", "-O2", *flags, "-o", path, source)
    return path


def build_id(path):
    text = subprocess.run(["readelf", "-n", path], capture_output=True, text=True, check=True).stdout
    return re.search(r"Build ID: ([0-9a-f]+)", text).group(1)


def split_off(path, debug):
    """Moves what is for debuggers from path to debug."""
    debug.parent.mkdir(parents=True, exist_ok=True)
    tool("objcopy", "--only-keep-debug", path, debug)
    tool("strip", path)
    return debug


def below(folder, path):
    """Where the debug file of a program belongs below a folder like /usr/lib/debug."""
    name = build_id(path)
    return folder / ".build-id" / name[:2] / f"{name[2:]}.debug"


def lines(traced):
    return [(call["caller"].get("function"), call["caller"].get("line")) for call in traced.calls()]


def expected(traced):
    return [(record["function"], record["line"]) for record in harness.reports(traced.out)]


def check(path, *options, env=None):
    traced = harness.trace([path], *options, env=env)
    assert len(expected(traced)) > 4 and lines(traced) == expected(traced), traced


def check_none(path, *options, env=None):
    """Nothing is made up: no line, and no inlined function's name."""
    traced = harness.trace([path], *options, env=env)
    assert traced.calls() and not [line for _, line in lines(traced) if line], lines(traced)
    return traced


# ---- where --------------------------------------------------------------------------------------------------------------


def test_build_id(folder):
    path = compiled(folder / "program")
    split_off(path, below(folder / "debug", path))
    check(path, f"--debug-dir={folder}/debug")
    check_none(path)


@pytest.mark.parametrize("place", ["beside", ".debug", "mirrored", "flat"])
def test_debuglink(folder, place):
    path = compiled(folder / "program", "-Wl,--build-id=none")
    where = {"beside": folder, ".debug": folder / ".debug", "mirrored": pathlib.Path(f"{folder}/debug{folder}"),
             "flat": folder / "debug"}[place]
    debug = split_off(path, where / "program.debug")
    tool("objcopy", f"--add-gnu-debuglink={debug}", path)
    (folder / "debug").mkdir(exist_ok=True)
    check(path, f"--debug-dir={folder}/debug")


def test_wrong_checksum(folder):
    path = compiled(folder / "program", "-Wl,--build-id=none")
    debug = split_off(path, folder / "program.debug")
    tool("objcopy", f"--add-gnu-debuglink={debug}", path)
    with open(debug, "ab") as file:
        file.write(b"more")
    check_none(path)


def test_wrong_build_id(folder):
    """A file in the right place that is another build's."""
    path, other = compiled(folder / "program"), compiled(folder / "other", "-DOTHER", "-O1")
    tool("strip", path)
    target = below(folder / "debug", path)
    split_off(other, target)
    check_none(path, f"--debug-dir={folder}/debug")


# ---- dwz ----------------------------------------------------------------------------------------------------------------


def two_with_common(folder, name):
    """A program and another one, what they share moved by dwz to a third file that they call name."""
    path, other = compiled(folder / "program"), compiled(folder / "other", "-O1")
    debugs = [split_off(each, below(folder / "debug", each)) for each in (path, other)]
    common = folder / "common.debug"
    tool("dwz", "-m", common, "-M", name, *debugs)
    text = subprocess.run(["readelf", "-wk", debugs[0]], capture_output=True, text=True, check=True).stdout
    assert name in text, "dwz found nothing to share"
    return path, common


@pytest.mark.parametrize("by", ["path", "relative", "standard", "build-id"])
def test_dwz(folder, by):
    name = {"path": f"{folder}/shared/common", "relative": "../../.dwz/common", "standard": "/usr/lib/debug/.dwz/common",
            "build-id": "/nowhere/common"}[by]
    path, common = two_with_common(folder, name)
    target = {"path": folder / "shared" / "common", "build-id": below(folder / "debug", common)}.get(
        by, folder / "debug" / ".dwz" / "common")
    target.parent.mkdir(parents=True, exist_ok=True)
    common.rename(target)
    check(path, f"--debug-dir={folder}/debug")


@pytest.mark.parametrize("what", ["nothing", "another", "pipe"])
def test_dwz_without(folder, what):
    """Lines are there without the shared file; names that stood in it are not taken from another file, and no pipe is opened."""
    place = folder / "shared" / "common"
    path, common = two_with_common(folder, str(place))
    place.parent.mkdir()
    if what == "another":
        tool("objcopy", "--remove-section=.note.gnu.build-id", common, place)
    elif what == "pipe":
        os.mkfifo(place)
    traced = harness.trace([path], f"--debug-dir={folder}/debug")
    assert [line for _, line in lines(traced)] == [line for _, line in expected(traced)], traced
    for (shown, _), (true, _) in zip(lines(traced), expected(traced)):
        assert shown in (true, "outer", None), traced


# ---- split DWARF --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", [4, 5])
def test_split(folder, version):
    path = folder / "program"
    tool("gcc", "-g", f"-gdwarf-{version}", "-O2", "-gsplit-dwarf", "-o", path, INLINED, cwd=folder)
    assert list(folder.glob("*.dwo"))
    check(path)


@pytest.mark.parametrize("what", ["nothing", "pipe", "another"])
def test_split_without(folder, what):
    """The line is in the program's own file; no name comes from a .dwo of another build, and no pipe is opened."""
    path = folder / "program"
    tool("gcc", "-g", "-O2", "-gsplit-dwarf", "-o", path, INLINED, cwd=folder)
    made = list(folder.glob("*.dwo"))[0]
    made.unlink()
    if what == "pipe":
        os.mkfifo(made)
    elif what == "another":
        tool("gcc", "-g", "-O1", "-DOTHER", "-gsplit-dwarf", "-o", folder / "other", INLINED, cwd=folder)
        next(folder.glob("other-*.dwo")).rename(made)
    traced = harness.trace([path])
    assert traced.status == 0
    for (shown, line), (true, true_line) in zip(lines(traced), expected(traced)):
        assert line == true_line or (what == "pipe" and line is None), traced
        assert shown in (true, "outer"), traced


# ---- compressed ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["zlib", "zlib-gnu", "zstd"])
def test_compressed(folder, kind):
    path = compiled(folder / "program")
    made = subprocess.run(["objcopy", f"--compress-debug-sections={kind}", path], capture_output=True, text=True, check=False)
    if made.returncode:
        pytest.skip(f"objcopy: {made.stderr}")
    traced = harness.trace([path])
    # libelf can read zstd from 0.189 on, when it was built so.
    if kind == "zstd" and not any(line for _, line in lines(traced)):
        assert re.search(r"no lines for program: .*zstd", traced.notes()), traced
    else:
        assert lines(traced) == expected(traced), traced


# ---- debuginfod ---------------------------------------------------------------------------------------------------------


class Server(http.server.ThreadingHTTPServer):
    """Sends /buildid/ID/debuginfo from a folder, not before it is opened."""
    daemon_threads = True

    def __init__(self, files):
        self.files, self.opened, self.asked = files, threading.Event(), []
        super().__init__(("127.0.0.1", 0), Answer)


class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.asked.append(self.path)
        self.server.opened.wait(30)
        body = self.server.files.get(self.path.split("/")[2])
        self.send_response(200 if body else 404)
        self.end_headers()
        with contextlib.suppress(OSError):
            self.wfile.write(body or b"")

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def server(*debug_files):
    with Server({build_id(path): path.read_bytes() for path in debug_files}) as serving:
        thread = threading.Thread(target=serving.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield serving
        finally:
            serving.opened.set()
            serving.shutdown()
            thread.join()


def needs_library():
    found = subprocess.run(["/sbin/ldconfig", "-p"], capture_output=True, text=True, check=False).stdout
    if "libdebuginfod.so.1" not in found:
        pytest.skip("libdebuginfod is not installed")


def client(serving, folder, home="cache"):
    return {"DEBUGINFOD_URLS": f"http://127.0.0.1:{serving.server_port}/", "DEBUGINFOD_CACHE_PATH": str(folder / home),
            "DEBUGINFOD_TIMEOUT": "20"}


def test_debuginfod(folder):
    """Calls go on while the server keeps silent; when it has sent the file, they and their stacks, though these were shown
    before, have their lines. The next time it is cached."""
    needs_library()
    path = compiled(folder / "linger", source=programs.SOURCES / "linger.c")
    debug = split_off(path, folder / "elsewhere" / "x.debug")
    flag, trace = folder / "flag", folder / "trace"
    flag.touch()
    with server(debug) as serving:
        env = dict(os.environ, **client(serving, folder))
        process = subprocess.Popen([harness.SOCKLINE, "-j", "-k", "-o", trace, path, flag], env=env,
                                   stderr=subprocess.PIPE)
        try:
            harness.wait_for("a question", lambda: serving.asked)
            harness.wait_for("calls meanwhile", lambda: trace.read_bytes().count(b'"listen"') > 20)
            assert b"linger.c" not in trace.read_bytes()
            serving.opened.set()
            harness.wait_for("lines", lambda: trace.read_bytes().count(b"linger.c") > 10)
            flag.unlink()
            assert process.wait(20) == 0
        finally:
            process.kill()
            process.communicate()
        calls = harness.parse(trace.read_bytes())
        again, last = [event for event in calls if event.get("type") == "listen"][-2:]
        assert last["caller"]["line"] == last["details"]["backlog"] and last["caller"]["function"] == "call"
        for event in calls:
            if event.get("type") == "listen" and "line" in event["caller"]:
                assert event["caller"]["line"] in [frame.get("line") for frame in event["stack"]], event
        assert again["caller"]["line"] in [frame.get("line") for frame in again["stack"]]
        asked = len(serving.asked)
        traced = harness.trace([path], env=client(serving, folder))
        assert [call["caller"]["line"] for call in traced.calls("listen")] == [last["caller"]["line"]]
        assert len([path for path in serving.asked[asked:] if build_id(debug) in path]) == 0


def test_debuginfod_only_when_asked(folder):
    needs_library()
    path = compiled(folder / "program")
    debug = split_off(path, folder / "elsewhere" / "x.debug")
    with server(debug) as serving:
        serving.opened.set()
        environment = client(serving, folder)
        check_none(path, env=dict(environment, DEBUGINFOD_URLS=""))
        assert not serving.asked


def test_debuginfod_is_slow(folder):
    """The end does not wait for a server, and says why there are no lines."""
    needs_library()
    path = compiled(folder / "program")
    debug = split_off(path, folder / "elsewhere" / "x.debug")
    with server(debug) as serving:
        traced = check_none(path, env=client(serving, folder))
    assert traced.ended.seconds < 25
    assert "debuginfod had not sent its debug information yet" in traced.notes(), traced


@pytest.mark.parametrize("body", ["another", "nonsense", "missing"])
def test_debuginfod_sends(folder, body):
    """What a server sends must be the module's own debug file."""
    needs_library()
    path, other = compiled(folder / "linger", source=programs.SOURCES / "linger.c"), compiled(folder / "other")
    tool("strip", path)
    flag, trace = folder / "flag", folder / "trace"
    flag.touch()
    with server() as serving:
        serving.opened.set()
        if body != "missing":
            serving.files[build_id(path)] = other.read_bytes() if body == "another" else b"\x7fELF" + os.urandom(500)
        env = dict(os.environ, **client(serving, folder))
        process = subprocess.Popen([harness.SOCKLINE, "-j", "-o", trace, path, flag], env=env, stderr=subprocess.PIPE)
        try:
            harness.wait_for("a question", lambda: serving.asked)
            so_far = trace.read_bytes().count(b'"listen"')
            harness.wait_for("calls after it", lambda: trace.read_bytes().count(b'"listen"') > so_far + 100)
            flag.unlink()
            assert process.wait(20) == 0
        finally:
            process.kill()
            process.communicate()
        calls = [event for event in harness.parse(trace.read_bytes()) if event.get("type") == "listen"]
        assert len(calls) > 100 and not [call for call in calls if "line" in call["caller"]]


def test_no_pipe_is_opened(folder):
    """A debug file that is a pipe or a device is none."""
    path = compiled(folder / "program")
    target = below(folder / "debug", path)
    split_off(path, target)
    target.unlink()
    os.mkfifo(target)
    assert stat.S_ISFIFO(target.stat().st_mode)
    check_none(path, f"--debug-dir={folder}/debug")
