"""How connects went: the first sign of a non-blocking connect's outcome is told once, with how long it took."""
import contextlib
import re
import socket
import sys

import pytest

import harness
import nameworld

# In a network namespace of its own: a port that refuses, and one whose queue is full, which drops every further SYN (listen(2)).
WORLD = """
import socket, subprocess, sys
full = socket.create_server(('127.0.0.9', 7009), backlog=0)
waiting = [socket.socket() for _ in range(4)]
for one in waiting:
    one.setblocking(False)
    one.connect_ex(full.getsockname())
sys.exit(subprocess.run(sys.argv[1:]).returncode)
"""

BLOCKING = """
import socket, sys
client = socket.socket()
client.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 300)
client.connect_ex((sys.argv[1], int(sys.argv[2])))
"""

CLIENT = """
import errno, select, socket, sys
port, how = int(sys.argv[1]), sys.argv[2]
client = socket.socket()
client.setblocking(False)
if how == 'timeout':
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 300)
assert client.connect_ex(('127.0.0.1', port)) == errno.EINPROGRESS
if how == 'select':
    select.select([], [client], [])
elif how == 'epoll':
    poller = select.epoll()
    poller.register(client, select.EPOLLOUT)
    poller.poll()
elif how == 'give up':
    select.select([], [client], [], 0.3)
    client.close()
    sys.exit(0)
elif how in ('poll', 'data', 'timeout'):
    poller = select.poll()
    poller.register(client, select.POLLOUT)
    poller.poll()
if how == 'data':
    client.send(b'first')
    client.send(b'second')
else:
    client.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
    client.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
client.close()
"""


@contextlib.contextmanager
def listener():
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@contextlib.contextmanager
def refusing():
    with socket.socket() as never:
        never.bind(("127.0.0.1", 0))
        yield never.getsockname()[1]


@contextlib.contextmanager
def dropping():
    """A port whose queue is full: the kernel drops every further SYN without a word (listen(2))."""
    with socket.socket() as server, contextlib.ExitStack() as stack:
        server.bind(("127.0.0.1", 0))
        server.listen(0)
        for _ in range(4):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(server.getsockname())
        yield server.getsockname()[1]


def run(port, how, engine):
    """(the trace, the calls with remarks about the connect)."""
    traced = harness.trace(["/usr/bin/python3", "-c", CLIENT, str(port), how], engine=engine)
    assert traced.status == 0, traced
    told = [(event["type"], remark) for event in traced.calls() for remark in event.get("remarks", []) if "connect" in remark]
    return traced, told


def closed(traced, port):
    """The history of the socket that went there."""
    found = [event["details"] for event in traced.of("socket", "closed") if event["details"].get("peer") == f"127.0.0.1:{port}"]
    assert len(found) == 1, traced
    return found[0]


def check_connected(port, how, engine, line):
    traced, told = run(port, how, engine)
    assert len(told) == 1 and told[0][0] == line, (told, traced)
    assert re.fullmatch(r"connected after [0-9.]+(us|ms|s)", told[0][1]), told
    history = closed(traced, port)
    assert history["state"] == "connected" and history["connect_usec"] > 0, history


def test_connected_by_poll(engine):
    with listener() as port:
        check_connected(port, "poll", engine, "getsockopt")


def test_connected_by_select(engine):
    with listener() as port:
        check_connected(port, "select", engine, "getsockopt")


def test_connected_by_epoll(engine):
    with listener() as port:
        check_connected(port, "epoll", engine, "getsockopt")


def test_connected_by_the_first_data(engine):
    with listener() as port:
        check_connected(port, "data", engine, "sendto")


def test_refused(engine):
    with refusing() as port:
        for how in ("poll", "select", "epoll"):
            traced, told = run(port, how, engine)
            assert len(told) == 1 and told[0][0] == "getsockopt", (told, traced)
            assert re.fullmatch(r"connect failed after [0-9.]+(us|ms): ECONNREFUSED \(Connection refused\)", told[0][1]), told
            history = closed(traced, port)
            assert history["connect_error"] == "ECONNREFUSED" and history["errors"]["ECONNREFUSED"] == 1, history


def test_dropped_and_timed_out(engine):
    with dropping() as port:
        traced, told = run(port, "timeout", engine)
        assert len(told) == 1, (told, traced)
        assert re.fullmatch(r"connect failed after [0-9.]+(ms|s): ETIMEDOUT \(Connection timed out\)", told[0][1]), told
        assert closed(traced, port)["connect_error"] == "ETIMEDOUT"


def test_dropped_and_given_up(engine):
    with dropping() as port:
        traced, told = run(port, "give up", engine)
        assert len(told) == 1 and told[0][0] == "close", (told, traced)
        assert re.fullmatch(r"not connected after [0-9.]+(ms|s)", told[0][1]), told
        assert closed(traced, port)["state"] == "connecting"


# ---- in a network of their own, as a person sees it ------------------------------------------------------------------


def told(*command):
    """The lines that sockline prints about a command in that network; sockline's status is the command's."""
    trouble = nameworld.why_not()
    if trouble:
        pytest.skip(f"no network namespace of our own: {trouble}")
    world = [*nameworld.words(), sys.executable, "-c", WORLD]
    return harness.run([*world, harness.SOCKLINE, "--no-caller", "-T", *command]).err


def lines(text, word):
    return [line for line in text.splitlines() if word in line]


def waited(line):
    """The column of waiting, in ms."""
    number, unit = re.match(r"\S+ +([0-9.]+)(us|ms|s) ", line).groups()
    return float(number) * {"us": 0.001, "ms": 1, "s": 1000}[unit]


def test_refused_at_once():
    text = told("/usr/bin/python3", "-c", BLOCKING, "127.0.0.9", "7008")
    line, = lines(text, "connect(3, 127.0.0.9:7008")
    assert line.endswith(" = -1 ECONNREFUSED (Connection refused)") and waited(line) < 200, text


def test_dropped_while_it_blocks():
    text = told("/usr/bin/python3", "-c", BLOCKING, "127.0.0.9", "7009")
    line, = lines(text, "connect(3, 127.0.0.9:7009")
    assert line.endswith(" = -1 ETIMEDOUT (Connection timed out)") and 250 < waited(line) < 5000, text


def test_curl_refused():
    text = told("curl", "-s", "http://127.0.0.9:7008/")
    line, = lines(text, "connect failed after ")
    assert re.search(r"connect failed after [0-9.]+(us|ms): ECONNREFUSED \(Connection refused\)$", line), text
    assert lines(text, "- exited 7"), text


def test_curl_dropped():
    """curl counts its 0.3 s from before the connect, which therefore lasts a little less."""
    text = told("curl", "-s", "--connect-timeout", "0.3", "http://127.0.0.9:7009/")
    line, = lines(text, "not connected after ")
    assert " close(" in line and re.search(r"not connected after (2[5-9]\d|[3-9]\d\d)(\.\d+)?ms$|not connected after \d\.\d+s$", line), text
    assert lines(text, "- exited 28"), text
