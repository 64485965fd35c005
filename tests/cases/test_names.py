"""Hosts on lines: what programs are told by DNS, by their hosts file, and what they name themselves; nothing wrong from it."""
import re
import shutil

import pytest

import harness
import nameworld
import programs

URL = f"http://example.test:{nameworld.HTTP_PORT}/"
PYTHON = f"import urllib.request; print(urllib.request.urlopen('{URL}').read())"
NODE = f"require('http').get('{URL}', answer => answer.on('data', data => console.log(String(data))))"

CLIENTS = {
    "curl": ["curl", "-s", URL],
    "python": ["/usr/bin/python3", "-c", PYTHON],
    "node": ["node", "-e", NODE],
    "go": None,
}


@pytest.fixture(scope="module", autouse=True)
def possible():
    trouble = nameworld.why_not()
    if trouble:
        pytest.skip(f"no network and mount namespaces of our own: {trouble}")


def traced(command, *options, **more):
    """The command's trace, made in the tests' own network."""
    with harness.scratch("trace") as path:
        ended = harness.run([*nameworld.words(), harness.SOCKLINE, "-j", "-o", path, *options, "--", *command], **more)
        events = harness.parse(path.read_bytes())
    harness.check_trace(events)
    return harness.Trace(events, ended)


def go_client():
    try:
        return [programs.go_program("goresolve"), f"example.test:{nameworld.HTTP_PORT}"]
    except programs.Missing as missing:
        pytest.skip(str(missing))


def remarks(events):
    return [remark for event in events for remark in event.get("remarks", [])]


def peers(events, port):
    """Hosts and addresses of the ends that the events' sockets are connected to on that port."""
    return {(event["peer"].get("host"), event["peer"]["ip"]) for event in events
            if event.get("peer", {}).get("port") == port}


@pytest.mark.parametrize("name", CLIENTS)
def test_connect_carries_the_host(name):
    command = CLIENTS[name] or go_client()
    if not shutil.which(command[0]):
        pytest.skip(f"{name} is not installed")
    trace = traced(command)
    assert trace.status == 0, trace
    words = remarks(trace.calls())
    assert any(word.startswith("? ") and word.endswith(" example.test") for word in words), words
    assert "example.test=127.0.0.7" in words, words
    to_host = [call for call in trace.calls("connect") if call["details"]["addr"].get("port") == nameworld.HTTP_PORT]
    assert to_host, trace
    assert all(call["details"]["addr"]["host"] == "example.test" for call in to_host), to_host
    # Every later call on that connection too.
    assert peers(trace.calls(), nameworld.HTTP_PORT) == {("example.test", "127.0.0.7")}
    assert peers(trace.calls(), 53) <= {(None, "127.0.0.1")}


@pytest.mark.parametrize("name, expected", [
    ("missing.test", "missing.test NXDOMAIN"),
    ("two.test", "two.test=127.0.0.8,127.0.0.9"),
    ("alias.test", "alias.test=127.0.0.11"),
    ("long.test", "long.test=127.0.0.10"),
])
def test_answers(name, expected):
    trace = traced(["/usr/bin/python3", "-c", f"import socket; print(socket.gethostbyname('{name}'))"])
    assert expected in remarks(trace.calls()), (remarks(trace.calls()), trace)


def test_answer_over_tcp_names_too():
    connect = f"import socket; socket.create_connection(('long.test', {nameworld.HTTP_PORT})).close()"
    trace = traced(["/usr/bin/python3", "-c", connect])
    assert "long.test truncated" in remarks(trace.calls()), trace
    assert peers(trace.calls(), nameworld.HTTP_PORT) == {("long.test", "127.0.0.10")}, trace


def test_hosts_file_of_its_mount_namespace():
    """The address is known by the file that the program sees, not by the tracer's; there is no route to it."""
    connect = "import socket; s = socket.socket(); s.connect_ex(('10.11.12.13', 9))"
    trace = traced(["/usr/bin/python3", "-c", connect])
    calls = [call for call in trace.calls("connect") if call["details"]["addr"].get("ip") == "10.11.12.13"]
    assert [call["details"]["addr"].get("host") for call in calls] == ["hosts-file.test"], trace


def test_http_host_names_a_connection_that_was_never_looked_up():
    send = (f"import socket; s = socket.create_connection(('127.0.0.20', {nameworld.HTTP_PORT}));"
            "s.sendall(b'GET / HTTP/1.1\\r\\nHost: named.test\\r\\nConnection: close\\r\\n\\r\\n'); s.recv(10); s.close()")
    trace = traced(["/usr/bin/python3", "-c", send])
    closing = [call for call in trace.calls("close") if call.get("peer", {}).get("ip") == "127.0.0.20"]
    assert [call["peer"].get("host") for call in closing] == ["named.test"], trace


def test_text_lines():
    ended = harness.run([*nameworld.words(), harness.SOCKLINE, "--no-caller", "curl", "-s", URL])
    assert "? A AAAA example.test" in ended.err, ended
    assert "  example.test=127.0.0.7" in ended.err, ended
    assert f", 127.0.0.7:{nameworld.HTTP_PORT} example.test) = -1 EINPROGRESS" in ended.err, ended
    assert f"→example.test:{nameworld.HTTP_PORT}" in ended.err, ended


def test_names_of_ports():
    """With -v: on the fd, in the address, in JSON; not without it."""
    connect = f"import socket; s = socket.create_connection(('127.0.0.20', {nameworld.HTTP_PORT})); s.send(b'x')"
    command = ["/usr/bin/python3", "-c", connect]
    ended = harness.run([*nameworld.words(), harness.SOCKLINE, "-v", "--no-caller", "-e", "connect,sendto", *command])
    assert re.search(r"sendto\(3#s\d+→127\.0\.0\.20:8000\(names-test\), ", ended.err), ended
    assert re.search(r"connect\(3#s\d+, \{sa_family=AF_INET, [^}]*\}\(names-test\), ", ended.err), ended
    ended = harness.run([*nameworld.words(), harness.SOCKLINE, "--no-caller", *command])
    assert "names-test" not in ended.err, ended
    trace = traced(command, "-v")
    assert [call["peer"].get("service") for call in trace.calls("sendto")] == ["names-test"], trace
    assert {call["details"]["addr"].get("service") for call in trace.calls("connect")} == {"names-test"}, trace


def test_tls_names_a_connection_that_was_never_looked_up():
    """The server's name in the ClientHello; the server answers no TLS, which does not matter."""
    command = ["curl", "-s", "--connect-to", f"sni.test:443:127.0.0.21:{nameworld.HTTP_PORT}", "https://sni.test/"]
    trace = traced(command)
    closing = [call for call in trace.calls("close") if call.get("peer", {}).get("ip") == "127.0.0.21"]
    assert [call["peer"].get("host") for call in closing] == ["sni.test"], trace


MDNS = f"""
import socket, struct
def name(text):
    return b''.join(bytes([len(part)]) + part.encode() for part in text.split('.')) + b'\\0'
asker = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
asker.sendto(struct.pack('>6H', 0, 0, 1, 0, 0, 0) + name('printer.local') + struct.pack('>2H', 1, 1), ('127.0.0.1', 5353))
answer = name('printer.local') + struct.pack('>HHIH', 1, 0x8001, 120, 4) + socket.inet_aton('127.0.0.22')
other = name('bank.test') + struct.pack('>HHIH', 1, 0x8001, 120, 4) + socket.inet_aton('127.0.0.23')
there.sendto(struct.pack('>6H', 0, 0x8400, 0, 2, 0, 0) + answer + other, asker.getsockname())
asker.recvfrom(1000)
for ip in '127.0.0.22', '127.0.0.23':
    socket.create_connection((ip, {nameworld.HTTP_PORT})).close()
"""


def test_multicast_dns():
    """Answers from port 5353 name what is .local, and nothing else."""
    there = "import socket; there = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); there.bind(('127.0.0.1', 5353))\n"
    trace = traced(["/usr/bin/python3", "-c", there + MDNS])
    assert trace.status == 0, trace
    assert "? A printer.local" in remarks(trace.calls("sendto")), trace
    assert peers(trace.calls("close"), nameworld.HTTP_PORT) == {("printer.local", "127.0.0.22"), (None, "127.0.0.23")}, trace
