#!/usr/bin/env python3
"""Write seed inputs for fuzz_options and fuzz_dns: DIR/<target>/<name>.

    tests/fuzz/text_seeds.py DIR
"""
import re
import struct
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent.parent
OUT = Path(sys.argv[1])


def seed(target, name, data):
    path = OUT / target / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def options():
    """The command lines of the unit test, and every name of the table with and without an argument."""
    for line in re.findall(r'^\t\{ "([^"]*)",', (TOP / "tests/unit/test_options.c").read_text(), re.M):
        yield line.replace(" ", "\n").replace("~", " ")
    table = (TOP / "src/app/options.def").read_text()
    for name in re.findall(r'\.(?:name|alias) = "([^"]+)"', table):
        for argument in "", "=1", "=10ms,64K,close", "=inet,!unix", "=10.0.0.0/8:80,[::1]:443", "=*":
            yield f"--{name}{argument}\nx"


def name(text):
    return b"".join(bytes([len(label)]) + label.encode() for label in text.split(".")) + b"\0"


def record(kind, data, at=b"\xc0\x0c"):
    return at + struct.pack(">HHIH", kind, 1, 60, len(data)) + data


def message(answers, flags=0x8180, asked=1):
    return struct.pack(">6H", 7, flags, 1, len(answers), 0, 0) + name("www.example.test") + struct.pack(">HH", asked, 1) + b"".join(answers)


def hello(host):
    """A TLS client hello with a server name."""
    listed = b"\0" + struct.pack(">H", len(host)) + host
    extension = struct.pack(">HHH", 0, len(listed) + 2, len(listed)) + listed
    body = b"\3\3" + bytes(32) + b"\0" + struct.pack(">H", 2) + b"\x13\x01" + b"\1\0" + struct.pack(">H", len(extension)) + extension
    shake = b"\1" + struct.pack(">I", len(body))[1:] + body
    return b"\x16\3\1" + struct.pack(">H", len(shake)) + shake


def names():
    yield "question", message([], 0x100)
    yield "a", message([record(1, bytes([10, 0, 0, 7]))])
    yield "aaaa", message([record(28, bytes(15) + b"\1")], asked=28)
    yield "cname", message([record(5, name("other.test")), record(1, bytes([10, 0, 0, 8]), name("other.test"))])
    yield "ptr", message([record(12, name("host.test"))], asked=12)
    yield "srv", message([record(33, struct.pack(">HHH", 1, 2, 443) + name("host.test"))], asked=33)
    yield "loop", message([record(5, b"\xc0\x0c"), record(5, b"\xc0\x2e")])
    yield "error", message([], 0x8183)
    yield "hello", hello(b"www.example.test")
    yield "http", b"GET / HTTP/1.1\r\nHost: www.example.test:80\r\n\r\n"
    yield "connect", b"CONNECT www.example.test:443 HTTP/1.1\r\n\r\n"
    yield "hosts", b"10.0.0.7 www.example.test www # comment"


for number, line in enumerate(options()):
    seed("fuzz_options", str(number), line.encode())
for what, data in names():
    for kind in range(4):
        # The first byte chooses a stream or datagrams, sent or received; data is split into two messages half-way.
        whole = struct.pack(">H", len(data)) + data if kind & 1 and what not in ("hello", "http", "connect", "hosts") else data
        seed("fuzz_dns", f"{what}-{kind}", bytes([kind]) + whole * 2)
