"""Sockets as things: their ends, identity and totals, whoever holds them and however they came."""
import array
import contextlib
import ctypes
import json
import os
import re
import signal
import socket
import struct
import subprocess
import sys
import threading
import time

import pytest

import harness
import nameworld
import servers

PYTHON = "/usr/bin/python3"


def peer_ports(events):
    return [event["peer"].get("port") if "peer" in event else None for event in events]


def closed(trace):
    """{id: history} of the sockets that were closed or left open."""
    return {event["socket"]: event["details"] for event in trace.of("socket", "closed", "open")}


# ---- totals ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def web(tmp_path):
    (tmp_path / "page").write_bytes(b"x" * 300_000)
    with servers.http_server(tmp_path) as port:
        yield port


SIZES = "%{size_request} %{size_header} %{size_download}"


def test_totals_are_curls(web, engine):
    trace = harness.trace(["curl", "-s", "-o", "/dev/null", "-w", SIZES, f"http://127.0.0.1:{web}/page"], engine=engine)
    request, header, download = map(int, trace.out.split())
    histories = [one for one in closed(trace).values() if one.get("peer") == f"127.0.0.1:{web}"]
    assert len(histories) == 1, trace
    assert histories[0]["sent"]["bytes"] == request
    assert histories[0]["received"]["bytes"] == header + download


def test_totals_of_calls_that_are_not_shown(web):
    """What is not shown is still followed."""
    trace = harness.trace(["curl", "-s", "-o", "/dev/null", "-w", SIZES, f"http://127.0.0.1:{web}/page"], "-e", "trace=close")
    _, header, download = map(int, trace.out.split())
    assert {call["type"] for call in trace.calls()} == {"close"}
    remarks = [remark for call in trace.calls() for remark in call.get("remarks", [])]
    assert any(f" in {header + download}, " in remark for remark in remarks), trace
    assert any(remark.startswith("connected after ") for remark in remarks), trace


def test_totals_table(web):
    ended = harness.sockline("-c", "curl", "-s", "-o", "/dev/null", "-w", SIZES, f"http://127.0.0.1:{web}/page")
    request, header, download = ended.out.split()
    row = next(line.split() for line in ended.err.splitlines() if line.endswith(f"127.0.0.1:{web}"))
    assert request in row and str(int(header) + int(download)) in row, ended


def test_totals_of_every_call(program, engine):
    """A program that counts what it sends and receives by each call that can: the same bytes."""
    trace = harness.trace([program("tallies")], engine=engine)
    port, *mine = map(int, trace.out.split())
    histories = [one for one in closed(trace).values() if "connected_usec" in one]
    client, server = sorted(histories, key=lambda one: one["peer"] != f"127.0.0.1:{port}")
    seen = [one[way]["bytes"] for one in (client, server) for way in ("sent", "received")]
    assert trace.status == 0 and seen == mine, (seen, mine, trace)


def test_totals_table_of_every_call(program, engine):
    ended = harness.sockline("-c", f"--engine={engine}", "--", program("tallies"))
    port, out, back, *_ = map(int, ended.out.split())
    rows = {line.split()[-1]: line.split() for line in ended.err.splitlines() if " 127.0.0.1:" in line}
    client = rows.pop(f"127.0.0.1:{port}")
    server = next(iter(rows.values()))
    assert (int(client[1]), int(client[3])) == (out, back) and (int(server[1]), int(server[3])) == (back, out), ended


def test_whole_history(program, engine):
    """The event of a socket's end: when what was known, where it was made and used, what it waited for, what failed."""
    trace = harness.trace([program("tallies")], engine=engine)
    port = int(trace.out.split()[0])
    event = next(one for one in trace.of("socket", "closed") if one["details"].get("peer") == f"127.0.0.1:{port}")
    one = event["details"]
    calls = trace.calls(socket=event["socket"])
    made, = [call for call in trace.calls("socket") if call["return_value"] == calls[0]["fd"]]

    def place(call):
        return f"{call['caller']['file']}:{call['caller']['line']}"

    places = list(dict.fromkeys([place(made), *map(place, calls)]))
    assert one["created_by"] == place(made) and one["used_by"] == places[:len(one["used_by"])], (one, places)
    assert len(one["used_by"]) >= 6 and one.get("used_by_more", False) == (len(one["used_by"]) < len(places)), (one, places)
    moments = [one[name] for name in ("created_usec", "peer_known_usec", "connected_usec", "first_received_usec")]
    assert moments == sorted(moments) and one["local_known_usec"] >= one["created_usec"], one
    assert one["family"] == "AF_INET" and one["type"] == "SOCK_STREAM" and one["state"] == "connected" and one["cookie"], one
    assert {"connect_usec", "send_usec", "receive_usec"} <= set(one["blocked"]) and one["connect_usec"] > 0, one
    accepted = next(other for other in trace.of("socket", "closed") if other["details"].get("accepted"))
    assert accepted["details"]["accepted"] == 1 and accepted["details"]["state"] == "listening", accepted
    server = next(other for other in closed(trace).values() if other.get("peer") == one["local"])
    assert server["errors"] == {"EAGAIN": 4}, server


def test_history_of_hidden_calls(program, engine):
    """Where a socket was made and used is told of calls that -e hides, too."""
    def places(*options):
        traces = [harness.trace([program(name), "quick"], *options, engine=engine) for name in ("tallies", "lines")]
        ended = [one for trace in traces for one in closed(trace).values()]
        return [(one["family"], one["type"], one.get("created_by"), one.get("used_by")) for one in ended]

    whole = places()
    assert all(made for *_, made, used in whole) and {kind for kind, *_ in whole} >= {"AF_INET", "AF_UNIX"}, whole
    assert places("-e", "shutdown") == whole


SO_FAR = """
import os, signal, socket, sys, time
client = socket.create_connection(('127.0.0.1', int(sys.argv[1])))
client.sendall(b'x' * 12345)
os.kill(os.getppid(), signal.SIGUSR1)
while '12345' not in open(sys.argv[2]).read():
    time.sleep(0.02)
client.sendall(b'x' * 10)
"""


def test_totals_so_far():
    """SIGUSR1: the tables with what is open; at the end they come again."""
    with servers.echo_server() as port, harness.scratch("totals") as path:
        path.touch()
        ended = harness.sockline("-c", "-o", path, "--", PYTHON, "-c", SO_FAR, port, path)
        text = path.read_text(encoding="utf-8")
    assert ended.status == 0, ended
    rows = [line.split() for line in text.splitlines() if line.endswith(f"127.0.0.1:{port}")]
    assert [row[1] for row in rows] == ["12345", "12355"] and rows[0][-2] == rows[1][-2], text


def test_totals_of_open_connections(attach_engine):
    """Connections that are still open when the trace ends are in its tables."""
    with servers.echo_server() as port, harness.background([PYTHON, "-c", ATTACHED, str(port)], ready=b"ready\n") as target, \
            harness.scratch("totals") as path:
        words = [harness.SOCKLINE, "-c", "-o", path, f"--engine={attach_engine}", "-p", str(target.pid)]
        process = subprocess.Popen(list(map(str, words)), stderr=subprocess.PIPE)
        harness.wait_for("being attached", lambda: harness.tracers(target.pid) - {0} or process.poll() is not None)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=15)
        text = path.read_text(encoding="utf-8")
    assert f"127.0.0.1:{port}\n" in text, text


# ---- ends ------------------------------------------------------------------------------------------------------------

TWICE = """
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.connect(('127.0.0.1', 7001)); s.send(b'one')
s.connect(('127.0.0.2', 7002)); s.send(b'two')
"""

BOUND = """
import socket, sys
s = socket.socket()
s.bind(('127.0.0.1', 0))
s.connect(('127.0.0.1', int(sys.argv[1])))
s.send(b'x')
"""


def test_udp_connected_twice(engine):
    trace = harness.trace([PYTHON, "-c", TWICE], engine=engine)
    assert peer_ports(trace.calls("sendto")) == [7001, 7002], trace


def test_bound_then_connected(engine):
    with servers.echo_server() as port:
        trace = harness.trace([PYTHON, "-c", BOUND, str(port)], engine=engine)
    assert peer_ports(trace.calls("sendto")) == [port], trace


def test_another_network_namespace(engine):
    """The command goes to a network namespace of its own, sockline stays: addresses are known all the same."""
    trouble = nameworld.why_not()
    if trouble:
        pytest.skip(f"no network namespace of our own: {trouble}")
    command = ["unshare", "--net", *(["--map-root-user"] if os.geteuid() else []), PYTHON, "-c", ELSEWHERE]
    trace = harness.trace(command, engine=engine)
    assert trace.status == 0, trace
    client, server = trace.calls("sendto")[0], trace.calls("recvfrom")[0]
    assert client["peer"]["ip"] == "127.0.0.1" and client["peer"]["port"] == int(trace.out), trace
    assert client["pair"] == server["socket"] and server["pair"] == client["socket"], trace


LISTENERS = """
receivers = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2)]
receivers[0].bind(('127.0.0.1', 7001))
receivers[1].bind(('127.0.0.2', 7002))
"""

BOUND_TO_ITSELF = """
server = socket.create_server(('127.0.0.1', 0))
s = socket.socket()
s.bind(('127.0.0.1', 0))
s.connect(server.getsockname())
s.send(b'x')
print(server.getsockname()[1])
"""


def test_ends_in_another_network_namespace(engine):
    """A UDP socket that is connected twice, and a TCP socket that is bound before it connects, there as here."""
    if os.geteuid() or nameworld.why_not():
        pytest.skip(f"needs root and a network namespace of our own: {nameworld.why_not()}")
    trace = harness.trace(["unshare", "--net", PYTHON, "-c", IN_A_NETWORK + LISTENERS + TWICE + BOUND_TO_ITSELF], engine=engine)
    assert trace.status == 0, trace
    assert peer_ports(trace.calls("sendto")) == [7001, 7002, int(trace.out)], trace


ELSEWHERE = """
import fcntl, socket, struct
up = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
fcntl.ioctl(up, 0x8914, struct.pack('16sH14x', b'lo', 1))
server = socket.create_server(('127.0.0.1', 0))
client = socket.create_connection(server.getsockname())
conn, _ = server.accept()
client.send(b'x')
conn.recv(1)
print(server.getsockname()[1])
"""

TWO_PROCESSES = """
import os, socket, sys
family, address = (socket.AF_INET, ('127.0.0.1', 0)) if sys.argv[1] == 'inet' else (socket.AF_UNIX, sys.argv[2])
server = socket.socket(family)
server.bind(address)
server.listen()
address = server.getsockname()
if os.fork() == 0:
    client = socket.socket(family)
    client.connect(address)
    client.send(b'hello')
    client.recv(1)
    os._exit(0)
conn, _ = server.accept()
conn.recv(5)
conn.close()
os.wait()
"""


@pytest.mark.parametrize("family", ["inet", "unix"])
def test_both_ends_of_two_processes(engine, family, tmp_path):
    trace = harness.trace([PYTHON, "-c", TWO_PROCESSES, family, str(tmp_path / "socket")], engine=engine)
    # The client may send before the server accepts; it hears the end after that.
    client, server = trace.calls("recvfrom", return_value=0)[0], trace.calls("recvfrom", return_value=5)[0]
    assert client["process_id"] != server["process_id"]
    assert client["pair"] == server["socket"] and server["pair"] == client["socket"], trace
    numbers = {client["socket"], server["socket"]}
    told = [remark for call in trace.calls("connect", "accept4") for remark in call.get("remarks", []) if "↔" in remark]
    assert len(told) == 1 and set(told[0].split(" ↔ ")) == numbers, told


def test_unix_ends_in_another_network_namespace(engine, tmp_path):
    """sock_diag tells of unix sockets of its own network namespace only: it is asked in theirs."""
    if os.geteuid() or nameworld.why_not():
        pytest.skip(f"needs root and a network namespace of our own: {nameworld.why_not()}")
    command = ["unshare", "--net", PYTHON, "-c", TWO_PROCESSES, "unix", str(tmp_path / "socket")]
    trace = harness.trace(command, engine=engine)
    assert trace.status == 0, trace
    client, server = trace.calls("recvfrom", return_value=0)[0], trace.calls("recvfrom", return_value=5)[0]
    assert client["pair"] == server["socket"] and server["pair"] == client["socket"], trace


TALKS_TO_ITS_CHILD = """
import os, socket, sys
one, other = socket.socketpair()
if os.fork() == 0:
    one.close()
    while other.recv(5):
        other.send(b'answer')
    os._exit(0)
other.close()
print('ready', os.getpid(), flush=True)
sys.stdin.readline()
one.send(b'hello')
one.recv(6)
print('done', flush=True)
sys.stdin.readline()
"""


def test_both_ends_attached(attach_engine):
    """The two ends of a socketpair that was there before, in two processes that are attached to."""
    with harness.background([PYTHON, "-c", TALKS_TO_ITS_CHILD], ready=b"ready") as target:
        child = next(iter(harness.descendants(target.pid)))
        with harness.attach(target.pid, child, engine=attach_engine) as attached:
            target.stdin.write(b"\n")
            target.stdin.flush()
            while b"done" not in target.stdout.readline():
                pass
            trace = attached.stop()
    sends = {call["process_id"]: call for call in trace.calls("sendto")}
    one, other = sends[target.pid], sends[child]
    assert one["pair"] == other["socket"] and other["pair"] == one["socket"], trace


DATAGRAMS = """
import socket, sys
pair = socket.socketpair(type=socket.SOCK_DGRAM)
server = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
server.bind("")
clients = [socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) for _ in range(3)]
for client in clients:
    client.connect(server.getsockname())
print('ready', flush=True)
sys.stdin.readline()
for i, client in enumerate(clients):
    client.send(b'%d' % i)
    server.recv(1)
pair[0].send(b'both')
pair[1].recv(4)
print('done', flush=True)
sys.stdin.readline()
"""


def test_datagrams_to_one_server_attached(attach_engine):
    """Who sends to a datagram socket is not its other end, unless it is connected back."""
    with harness.background([PYTHON, "-c", DATAGRAMS], ready=b"ready") as target:
        with harness.attach(target.pid, engine=attach_engine) as attached:
            target.stdin.write(b"\n")
            target.stdin.flush()
            while b"done" not in target.stdout.readline():
                pass
            trace = attached.stop()
    sends, receives = trace.calls("sendto"), trace.calls("recvfrom")
    assert len(sends) == len(receives) == 4, trace
    assert not [call for call in sends[:3] + receives[:3] if "pair" in call], trace
    assert sends[3]["pair"] == receives[3]["socket"] and receives[3]["pair"] == sends[3]["socket"], trace


# ---- what was there before -------------------------------------------------------------------------------------------


@contextlib.contextmanager
def connected():
    """A connected pair of TCP sockets on loopback."""
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as client:
        conn, _ = server.accept()
        with conn:
            yield client, conn


USE_INHERITED = """
import socket, sys
one = socket.socket(fileno=int(sys.argv[1]))
one.send(b'x')
two = socket.socket(fileno=int(sys.argv[2]))
two.send(b'y')
"""


def test_inherited_socket_by_two_numbers(engine):
    with connected() as (client, server):
        again = os.dup(client.fileno())
        try:
            trace = harness.trace([PYTHON, "-c", USE_INHERITED, str(client.fileno()), str(again)], engine=engine,
                                  pass_fds=(client.fileno(), again))
        finally:
            os.close(again)
        port = server.getsockname()[1]
        sends = trace.calls("sendto")
        assert peer_ports(sends) == [port, port] and len({call["socket"] for call in sends}) == 1, trace
        found = [event for event in trace.of("socket", "found") if event["socket"] == sends[0]["socket"]]
        assert len(found) == 1 and found[0]["details"]["peer"] == f"127.0.0.1:{port}", trace


def forbid_pidfd_getfd():
    """As containers do it (seccomp(2)): the call fails with EPERM in this process and what it starts."""
    load, jump, give = 0x20, 0x15, 0x06
    code = [(load, 0, 0, 0), (jump, 0, 1, 438), (give, 0, 0, 0x00050001), (give, 0, 0, 0x7fff0000)]
    program = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *line) for line in code))
    libc = ctypes.CDLL(None, use_errno=True)
    assert libc.prctl(38, 1, 0, 0, 0) == 0  # PR_SET_NO_NEW_PRIVS
    assert libc.prctl(22, 2, struct.pack("HxxxxxxP", len(code), ctypes.addressof(program)), 0, 0) == 0  # PR_SET_SECCOMP


def test_where_sockets_may_not_be_fetched(engine):
    """Without pidfd_getfd: what was there before is known from /proc, what is made later from its calls."""
    with connected() as (client, server):
        code = "import socket, sys; socket.socket(fileno=int(sys.argv[1])).send(b'x')" + UNFETCHED
        trace = harness.trace([PYTHON, "-c", code, str(client.fileno())], engine=engine, pass_fds=(client.fileno(),),
                              preexec_fn=forbid_pidfd_getfd)
        port = server.getsockname()[1]
    assert trace.status == 0, trace
    first, second = trace.calls("sendto")
    assert first["peer"]["port"] == port and second["peer"]["port"] == int(trace.out), trace
    found, = [event for event in trace.of("socket", "found") if event["socket"] == first["socket"]]
    assert found["details"]["peer"] == f"127.0.0.1:{port}", trace


UNFETCHED = """
server = socket.create_server(('127.0.0.1', 0))
again = socket.create_connection(server.getsockname())
again.send(b'y')
print(server.getsockname()[1])
"""

TAKE = """
import array, socket, sys
over = socket.socket(socket.AF_UNIX)
over.connect(sys.argv[1])
data, control, _, _ = over.recvmsg(1, 100)
taken = socket.socket(fileno=array.array('i', control[0][2])[0])
taken.send(b'x')
"""


def test_socket_from_an_untraced_process(engine, tmp_path):
    path = str(tmp_path / "socket")
    with connected() as (client, server), socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen()

        def give():
            conn, _ = listener.accept()
            with conn:
                conn.sendmsg([b"f"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [client.fileno()]))])
                conn.recv(1)

        giver = threading.Thread(target=give)
        giver.start()
        trace = harness.trace([PYTHON, "-c", TAKE, path], engine=engine)
        giver.join()
        port = server.getsockname()[1]
    assert peer_ports(trace.calls("sendto")) == [port], trace
    assert trace.calls("sendto")[0]["socket"] in {event["socket"] for event in trace.of("socket", "found")}, trace


ATTACHED = """
import select, socket, sys
client = socket.create_connection(('127.0.0.1', int(sys.argv[1])))
other = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
other.bind(('127.0.0.1', 0))
poller = select.epoll()
poller.register(client, select.EPOLLIN)
print('ready', flush=True)
sys.stdin.readline()
client.send(b'ping')
poller.poll()
client.recv(4)
client.close()
other.close()
print('done', flush=True)
sys.stdin.readline()
"""


def test_attached_sockets_are_found(attach_engine):
    with servers.echo_server() as port, harness.background([PYTHON, "-c", ATTACHED, str(port)], ready=b"ready\n") as target:
        with harness.attach(target.pid, engine=attach_engine) as attached:
            target.stdin.write(b"\n")
            target.stdin.flush()
            while b"done" not in target.stdout.readline():
                pass
            attached.seen(b'"closed"')
            trace = attached.stop()
    found = {event["details"].get("peer"): event["socket"] for event in trace.of("socket", "found")}
    assert f"127.0.0.1:{port}" in found, trace
    mine = found[f"127.0.0.1:{port}"]
    assert [call["socket"] for call in trace.calls("sendto", "recvfrom")] == [mine, mine], trace
    assert closed(trace)[mine]["received"]["bytes"] == 4, trace
    waits = trace.calls("epoll_wait", "epoll_pwait")
    assert waits and mine in str(waits[-1]["details"]), waits


SERVES = """
import socket
server = socket.create_server(('127.0.0.1', 0))
print(server.getsockname()[1], flush=True)
accepted, _ = server.accept()
asking = socket.create_connection(server.getsockname())
print('both', flush=True)
while accepted.recv(100):
    asking.send(b'on')
"""


def test_which_end_of_found_connections(attach_engine):
    """A connection at a port on which the process listens was accepted, any other is taken to have been made by it."""
    with harness.background([PYTHON, "-c", SERVES]) as target, harness.scratch("trace") as path:
        with socket.create_connection(("127.0.0.1", int(target.stdout.readline()))) as client:
            assert target.stdout.readline() == b"both\n"
            command = [harness.SOCKLINE, f"--engine={attach_engine}", "-e", "recvfrom,sendto", "--max-events=2", "-o", path,
                       "-p", str(target.pid)]
            with subprocess.Popen(command) as sockline:
                harness.wait_for("attaching", lambda: path.exists() and "process" in path.read_text(encoding="utf-8"))
                while sockline.poll() is None:
                    client.send(b"x")
                    time.sleep(0.02)
            port = client.getsockname()[1]
            text = path.read_text(encoding="utf-8")
    assert re.search(rf"recvfrom\(\d+(←|<-)127\.0\.0\.1:{port}, ", text), text
    assert re.search(r"sendto\(\d+(→|->)127\.0\.0\.1:", text), text


# ---- ways of descriptors ---------------------------------------------------------------------------------------------

# How a descriptor travels, and how many processes (or programs, by exec) use the sockets meanwhile.
WAYS = {"dup": 1, "dup2": 1, "dup3": 1, "F_DUPFD": 1, "fork": 2, "vfork": 2, "CLONE_FILES": 2, "exec": 1, "cloexec": 1,
        "SCM_RIGHTS": 2, "pidfd_getfd": 2, "accept": 2, "close_range": 1, "close_range-unshare": 2, "close_range-cloexec": 1,
        "unshare": 2}


def payload(event):
    """What a sendto sent."""
    return event["details"]["buf"]["data"] if isinstance(event["details"]["buf"], dict) else event["details"]["buf"]


def check_way(trace, expected, processes):
    """Every send stands under its socket's id, whoever made it, and the totals are the program's own."""
    sends = trace.calls("sendto")
    assert len({event["process_id"] for event in sends}) == processes, trace
    ids = {name: {event["socket"] for event in sends if payload(event).startswith(name)} for name in expected}
    assert all(len(found) == 1 for found in ids.values()) and ids["alpha"] != ids["beta"], (ids, trace)
    histories = closed(trace)
    sent = {name: histories[min(found)]["sent"]["bytes"] for name, found in ids.items()}
    assert sent == expected, (sent, expected, trace)
    assert [event["type"] for event in trace.of("socket", "closed", "open")] == ["closed"] * len(histories), trace
    assert not trace.of("socket", "found"), trace


@pytest.mark.parametrize("way", WAYS)
def test_ways_of_descriptors(program, engine, way):
    trace = harness.trace([program("fdways"), way], "-e", "%all", engine=engine)
    assert trace.status == 0, trace
    check_way(trace, json.loads(trace.out), WAYS[way])
    if way == "accept":
        client, server = (next(event for event in trace.calls("sendto") if payload(event).startswith(name))
                          for name in ("alpha", "beta"))
        assert client["socket"] != server["socket"], trace


@pytest.mark.parametrize("way", WAYS)
def test_ways_of_descriptors_attached(program, attach_engine, way):
    script = f"echo ready; read go; {program('fdways')} {way}; echo over; read end"
    with harness.background(["sh", "-c", script], ready=b"ready") as target:
        with harness.attach(target.pid, engine=attach_engine, options=["-e", "%all"]) as attached:
            target.stdin.write(b"\n")
            target.stdin.flush()
            expected = json.loads(target.stdout.readline())
            assert target.stdout.readline() == b"over\n"
            trace = attached.stop()
    check_way(trace, expected, WAYS[way])


# ---- files that are no sockets ---------------------------------------------------------------------------------------

EPOLLS = """
import ctypes, os, select, socket
one, other = socket.socketpair()
poller = select.epoll()
poller.register(one, select.EPOLLIN)
again = select.epoll.fromfd(os.dup(poller.fileno()))
again.modify(one, select.EPOLLOUT)
if os.fork() == 0:
    again.unregister(one)
    os._exit(0)
os.wait()
poller.poll(0)
libc = ctypes.CDLL(None, use_errno=True)
ring = libc.syscall(425, 1, ctypes.create_string_buffer(256))
print(ring)
if ring >= 0:
    libc.syscall(426, os.dup(ring), 0, 0, 0, None, 0)
    libc.syscall(426, ring, 0, 0, 0, None, 0)
"""


def test_epolls_and_rings_are_files(engine):
    """An epoll and an io_uring have one id too, whatever their numbers and processes."""
    trace = harness.trace([PYTHON, "-c", EPOLLS], "-e", "%all,io_uring_enter", engine=engine)
    assert trace.status == 0, trace
    controls = trace.calls("epoll_ctl")
    assert len(controls) == 3 and len({call["fd"] for call in controls}) == 2, trace
    assert len({call["socket"] for call in [*controls, *trace.calls("epoll_wait", "epoll_pwait")]}) == 1, trace
    if int(trace.out) < 0:
        return  # this kernel has no io_uring, or forbids it
    enters = trace.calls("io_uring_enter")
    assert len(enters) == 2 and len({call["fd"] for call in enters}) == 2, trace
    assert len({call["socket"] for call in enters}) == 1 and enters[0]["socket"] != controls[0]["socket"], trace


# ---- many ------------------------------------------------------------------------------------------------------------

MANY = """
import resource, socket, sys
most = int(sys.argv[1])
resource.setrlimit(resource.RLIMIT_NOFILE, (most + 100, most + 100))
kept = [socket.socket() for _ in range(most)]
for _ in range(most):
    socket.socket().close()
"""


def peak_of(command):
    """The command's highest resident set in KiB, the command itself included, not what it starts."""
    code = ("import os, sys; pid = os.spawnvp(os.P_NOWAIT, sys.argv[1], sys.argv[1:]); "
            "_, status, usage = os.wait4(pid, 0); print(usage.ru_maxrss); sys.exit(os.waitstatus_to_exitcode(status))")
    done = subprocess.run([sys.executable, "-c", code, *map(str, command)], capture_output=True, text=True, timeout=60, check=True)
    return int(done.stdout.split()[-1])


@pytest.mark.limit(90)
@pytest.mark.parametrize("options", [["-e", "trace=none"], ["-c"]])
def test_memory_follows_what_is_open(options):
    """Twice as many sockets open take at most the memory of as many more sockets; those that were closed take none."""
    if harness.is_sanitized():
        pytest.skip("AddressSanitizer keeps freed memory")

    def peak(most):
        return peak_of([harness.SOCKLINE, "-o", "/dev/null", *options, PYTHON, "-c", MANY, most])

    small, large = peak(500), peak(4000)
    assert (large - small) / 3500 < 2, f"{small} KiB with 500 sockets, {large} KiB with 4000"


# ---- tcp_info --------------------------------------------------------------------------------------------------------

ENDS = """
import os, socket, sys, threading
server = socket.create_server(('127.0.0.1', 0))
client = socket.create_connection(server.getsockname())
conn, _ = server.accept()
client.send(b'hello')
conn.recv(5)
how = sys.argv[1]
if how == 'close':
    conn.close()
    client.close()
elif how == 'dup2':
    other = os.open('/dev/null', os.O_RDONLY)
    os.dup2(other, client.fileno())
    os.dup2(other, conn.fileno())
elif how == 'close_range':
    os.closerange(3, 100)
elif how == 'threads':
    for end in client, conn:
        threading.Thread(target=end.recv, args=(1,), daemon=True).start()
elif how == 'kill':
    os.kill(os.getpid(), 9)
os._exit(3)
"""


@pytest.mark.parametrize("how", ["close", "dup2", "close_range", "exit", "threads", "kill"])
def test_tcp_info_at_close(engine, how):
    """Whichever way a connection ends: what the kernel knew of it is asked while it still knows."""
    trace = harness.trace([PYTHON, "-c", ENDS, how], "--tcp-info=close", engine=engine)
    assert trace.status == (137 if how == "kill" else 3), trace
    samples = trace.of("socket", "tcp_info")
    assert len(samples) == 2 and len({event["socket"] for event in samples}) == 2, (samples, trace)
    assert all(event["details"]["why"] == "close" for event in samples)
    assert {event["details"]["tcpi_state"] for event in samples} <= {"TCP_ESTABLISHED", "TCP_CLOSE_WAIT"}, samples
    acked = sorted(event["details"]["tcpi_bytes_acked"] + event["details"]["tcpi_bytes_received"] for event in samples)
    assert acked[0] >= 5, samples


def test_tcp_info_of_killed_threads(program, engine):
    """Threads that are killed at a stop may end without another: what they had open is asked for all the same."""
    for _ in range(8):
        trace = harness.trace([program("killed")], "--tcp-info=close", "-e", "none,getsockopt", engine=engine)
        samples = trace.of("socket", "tcp_info")
        assert trace.status == 3 and len(samples) == 2 and len({event["socket"] for event in samples}) == 2, (samples, trace)


CARRIES = """
import select, socket
server = socket.create_server(('127.0.0.1', 0))
client = socket.create_connection(server.getsockname())
conn, _ = server.accept()
for _ in range(30):
    client.sendall(b'x' * 10000)
    conn.recv(10000, socket.MSG_WAITALL)
select.select([conn], [], [], 0.5)
"""

IN_A_NETWORK = """
import fcntl, socket, struct
up = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
fcntl.ioctl(up, 0x8914, struct.pack('16sH14x', b'lo', 1))
up.close()
"""


def test_tcp_info_by_bytes(engine):
    """Each so many bytes that go through an end, whichever way."""
    trace = harness.trace([PYTHON, "-c", CARRIES], "--tcp-info=100K", engine=engine)
    samples = trace.of("socket", "tcp_info")
    assert {event["details"]["why"] for event in samples} == {"bytes"}, samples
    each = [sum(event["socket"] == one for event in samples) for one in {event["socket"] for event in samples}]
    assert each == [300000 // 102400] * 2, (each, trace)


@pytest.mark.parametrize("elsewhere", [False, True])
def test_tcp_info_while_it_sleeps(engine, elsewhere):
    """At an interval, whatever the program does, in its network namespace; without a stop, so it sees nothing of it."""
    words = []
    if elsewhere:
        if os.geteuid() or nameworld.why_not():
            pytest.skip(f"needs root and a network namespace of our own: {nameworld.why_not()}")
        words = ["unshare", "--net"]
    trace = harness.trace([*words, PYTHON, "-c", (IN_A_NETWORK if elsewhere else "") + CARRIES], "--tcp-info=50ms", engine=engine)
    assert trace.status == 0, trace
    sleep, = trace.calls("select", "pselect6")
    begin, end = sleep["timestamp_usec"], sleep["timestamp_usec"] + sleep["duration_usec"]
    samples = [event for event in trace.of("socket", "tcp_info") if begin < event["timestamp_usec"] < end]
    assert {event["details"]["why"] for event in samples} == {"interval"}, samples
    assert len({event["socket"] for event in samples}) == 2 and 2 <= len(samples) <= 2 * (1 + (end - begin) / 50000), samples
    assert {event["details"]["tcpi_state"] for event in samples} == {"TCP_ESTABLISHED"}, samples
    assert max(event["details"]["tcpi_bytes_acked"] for event in samples) >= 300000, samples


def test_tcp_info_as_text():
    """Indented below the line that it belongs to."""
    ended = harness.sockline("--tcp-info=close", "--no-caller", "-e", "close", PYTHON, "-c", ENDS, "close")
    assert re.search(r"close\(5←127\.0\.0\.1:\d+\) = 0[^\n]*\n[^\n]*= tcp_info s\d+ 127\.0\.0\.1:\d+ \(close\)\n"
                     r" +tcpi_state=TCP_ESTABLISHED  .*tcpi_rtt=\d+", ended.err), ended


LAST = """
import socket, sys
server = socket.create_server(('127.0.0.1', 0))
client = socket.create_connection(server.getsockname())
conn, _ = server.accept()
print('ready', flush=True)
sys.stdin.readline()
client.send(b'hello')
client.close()
conn.recv(5)
conn.recv(5)
conn.close()
print('done', flush=True)
sys.stdin.readline()
"""


def test_tcp_info_at_close_attached(attach_engine):
    with harness.background([PYTHON, "-c", LAST], ready=b"ready\n") as target:
        with harness.attach(target.pid, engine=attach_engine, options=["--tcp-info=close"]) as attached:
            target.stdin.write(b"\n")
            target.stdin.flush()
            while b"done" not in target.stdout.readline():
                pass
            attached.seen(b'"tcp_info"')
            trace = attached.stop()
    samples = trace.of("socket", "tcp_info")
    assert len({event["socket"] for event in samples}) == 2 == len(samples), (samples, trace)


# ---- filters ---------------------------------------------------------------------------------------------------------

POLLED = """
import select, socket, sys
client = socket.create_connection(('127.0.0.1', int(sys.argv[1])))
apart = socket.socketpair()
apart[0].send(b'z')
poller = select.epoll()
poller.register(client, select.EPOLLIN)
client.send(b'ping')
poller.poll()
client.recv(4)
client.close()
"""


def test_port_selects_the_connection(engine):
    with servers.echo_server() as port:
        trace = harness.trace([PYTHON, "-c", POLLED, str(port)], f"--port={port}", engine=engine)
    kinds = [call["type"] for call in trace.calls()]
    assert "close" in kinds and "sendto" in kinds and "connect" in kinds, trace
    assert "epoll_wait" in kinds or "epoll_pwait" in kinds, trace
    assert "socketpair" not in kinds, trace
