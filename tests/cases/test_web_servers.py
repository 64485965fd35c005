"""Web servers of runtimes that do much with threads and signals, started and attached to: node and Go. Java and chromium are run
by hand (tests/programs/java.sh, chromium.sh)."""
import concurrent.futures
import contextlib
import http.client
import shutil
import subprocess

import pytest

import harness
import programs

NODE = """
const server = require('http').createServer((request, answer) => {
	if (request.url === '/quit') process.exit(7);
	require('crypto').pbkdf2(request.url, 'salt', 1000, 16, 'sha1', () => answer.end('hello ' + request.url.split('?')[1] + '\\n'));
});
server.listen(0, '127.0.0.1', () => console.log('port ' + server.address().port));
"""
REQUESTS = 60


@pytest.fixture(params=["go", "node"])
def server(request):
    """The command line of a server that prints its port, greets and quits with status 7."""
    if request.param == "node":
        if not shutil.which("node"):
            pytest.skip("node is not installed")
        return ["node", "-e", NODE]
    try:
        return [programs.go_program("goserver")]
    except programs.Missing as missing:
        pytest.skip(str(missing))


def ask(port, number):
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=20)) as client:
        client.request("GET", f"/hello?{number}")
        return client.getresponse().read().split()[:2]


def converse(port, first=0):
    """Four clients at a time; every answer is the right one."""
    numbers = range(first, first + REQUESTS)
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        for number, words in zip(numbers, pool.map(lambda n: ask(port, n), numbers)):
            assert words == [b"hello", b"%d" % number]


def quit_server(port, process):
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=20)) as client:
        client.request("GET", "/quit")
        with contextlib.suppress(OSError, http.client.HTTPException):
            client.getresponse()
    return process.wait(20)


def assert_shown(events):
    """Each request was received once and answered, by the trace."""
    data = [event for event in events if event["kind"] == "call" and event.get("success")]
    for word, direction in ("GET /hello?", "in"), ("hello ", "out"):
        text = [str(event["details"]) for event in data]
        seen = {number for number in range(REQUESTS) if any(f"{word}{number} " in line or f"{word}{number}\\n" in line for line in text)}
        assert len(seen) == REQUESTS, f"{direction}: {set(range(REQUESTS)) - seen}"


def test_started(server, engine):
    with harness.scratch("trace") as path:
        argv = [harness.SOCKLINE, f"--engine={engine}", "-j", "-o", path, *server]
        with harness.background(argv, ready=b"port ", stderr=subprocess.DEVNULL) as process:
            port = int(process.first.split()[1])
            converse(port)
            assert quit_server(port, process) == 7
        events = harness.parse(path.read_bytes())
    harness.check_trace(events)
    assert_shown(events)


def test_attached(server, attach_engine):
    with harness.background(server, ready=b"port ") as process:
        port = int(process.first.split()[1])
        with harness.attach(process.pid, engine=attach_engine) as attached:
            converse(port)
            traced = attached.stop()
        assert traced.status == 0, traced
        assert_shown(traced.events)
        harness.wait_for("being let go", lambda: harness.tracers(process.pid) == {0})
        converse(port, REQUESTS)
        assert quit_server(port, process) == 7
