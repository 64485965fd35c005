"""How connects went: the first sign of a non-blocking connect's outcome is told once, with how long it took."""
import contextlib
import re
import socket

import harness

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
