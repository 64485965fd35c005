#!/usr/bin/env python3
"""Write seed inputs for the fuzz targets of decoding: DIR/<target>/<name>, one structure each.

    tests/fuzz/decode_seeds.py DIR
"""
import re
import socket
import struct
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent.parent
OUT = Path(sys.argv[1])


def constants(name):
    text = (TOP / f"src/names/{name}.def").read_text()
    return {label: int(value, 0) for value, label in re.findall(r'^X\(([^,]+), "(\w+)"\)', text, re.M)}


def seed(target, name, data):
    path = OUT / target / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def sockaddrs():
    inet = struct.pack("<H", 2) + struct.pack(">H", 80) + socket.inet_aton("10.0.0.1") + bytes(8)
    inet6 = struct.pack("<H", 10) + struct.pack(">HI", 443, 0) + socket.inet_pton(socket.AF_INET6, "fe80::1") + struct.pack("<I", 2)
    yield "inet", 0, inet
    yield "inet6", 0, inet6
    yield "unix", 0, struct.pack("<H", 1) + b"/run/x.sock\0"
    yield "unix-abstract", 0, struct.pack("<H", 1) + b"\0name\0more"
    yield "unix-full", 0, struct.pack("<H", 1) + b"x" * 108
    yield "netlink", 0, struct.pack("<HHII", 16, 0, 1234, 17)
    yield "packet", 0, struct.pack("<H", 17) + struct.pack(">H", 0x800) + struct.pack("<iHBB", 2, 1, 0, 6) + b"\2\0\0\0\0\1\0\0"
    yield "vsock", 0, struct.pack("<HHIIB3x", 40, 0, 1234, 2, 0)
    for family in range(48):
        for protocol in (0, 3, 6, 7):
            yield f"family-{family}-{protocol}", protocol, struct.pack("<H", family) + bytes(range(1, 100))


def write_sockaddrs():
    for name, protocol, data in sockaddrs():
        seed("fuzz_sockaddr", name, struct.pack("<HI", protocol, len(data)) + data)


def write_options():
    values = {"int": struct.pack("<i", 1), "pair": struct.pack("<ii", 1, 5), "text": b"cubic\0", "words": bytes(range(64)),
              "large": bytes(256), "longs": struct.pack("<qq", 2, 500000), "storage": struct.pack("<IIH", 1, 0, 2) + bytes(300)}
    levels = {"so": 1, "ip": 0, "ipv6": 41, "tcp": 6, "udp": 17, "packet": 263, "netlink": 270, "tls": 282, "xdp": 283,
              "mptcp": 284, "sctp": 132, "can_raw": 101, "alg": 279, "bluetooth": 274, "vsock": 40, "tipc": 271}
    families = {"vsock": 40, "bluetooth": 31, "netlink": 16}
    for list_name, level in levels.items():
        for label, option in constants(list_name).items():
            for value_name, value in values.items():
                for get in (0, 128):
                    length = struct.pack("<I", len(value))
                    body = value + length if get == 0 else value + value[:0] + length
                    seed("fuzz_sockopt", f"{label}-{value_name}-{get}",
                         struct.pack("<BBHHI", get, families.get(list_name, 2), level, option & 0xffff, len(value)) + body)


def cmsg(level, kind, data):
    size = 16 + len(data)
    return struct.pack("<Qii", size, level, kind) + data + bytes(-size % 8)


def write_messages():
    controls = {
        "rights": cmsg(1, 1, struct.pack("<ii", 4, 5)), "credentials": cmsg(1, 2, struct.pack("<iii", 1, 0, 0)),
        "timestamp": cmsg(1, 29, struct.pack("<qq", 1, 2)), "timestamping": cmsg(1, 37, struct.pack("<qqqqqq", 1, 2, 0, 0, 3, 4)),
        "pktinfo": cmsg(0, 8, bytes(12)), "pktinfo6": cmsg(41, 50, bytes(20)), "ttl": cmsg(0, 2, struct.pack("<i", 64)),
        "error": cmsg(0, 11, struct.pack("<IBBBBII", 111, 2, 3, 3, 0, 0, 0) + struct.pack("<HH", 2, 0) + bytes(12)),
        "segment": cmsg(17, 103, struct.pack("<H", 1200)), "record": cmsg(282, 2, b"\x17"), "auxdata": cmsg(263, 8, bytes(20)),
        "alg": cmsg(279, 2, struct.pack("<I", 16) + bytes(16)), "none": b"",
        "zero": struct.pack("<Qii", 0, 1, 1), "past": struct.pack("<Qii", 1 << 62, 1, 1),
    }
    for name, control in controls.items():
        for row in range(6):
            # header, two iovecs, control, name; pointers are offsets, which the target's memory takes as addresses
            parts = [56, 56 + 8, 56 + 8 + 32, 56 + 8 + 32 + len(control)]
            header = struct.pack("<QIIQQQQI4x", parts[3], 16, 0, parts[1], 2, parts[2], len(control), 0)
            vectors = struct.pack("<QQQQ", parts[3], 8, parts[3] + 4, 8)
            body = header + struct.pack("<II", 8, 0) + vectors + control + struct.pack("<H", 2) + bytes(30)
            # addresses count modulo the size: one size further is the same place, but not NULL
            seed("fuzz_msghdr", f"{name}-{row}", struct.pack("<BBBII", row, 0, 2, 8, 1) + body)


def write_ioctls():
    for label, request in constants("ioctl_socket").items():
        for flags in (0, 1):
            body = b"eth0".ljust(16, b"\0") + struct.pack("<H", 2) + bytes(22) + bytes(100)
            seed("fuzz_ioctl", f"{label}-{flags}", struct.pack("<BBI", flags, 2, request) + body)
    for label, command in constants("fcntl_command").items():
        seed("fuzz_ioctl", label, struct.pack("<BBI", 128, 2, command) + bytes(range(64)))


def attr(kind, data):
    size = 4 + len(data)
    return struct.pack("<HH", size, kind) + data + bytes(-size % 4)


def message(kind, flags, body):
    size = 16 + len(body)
    return struct.pack("<IHHII", size, kind, flags, 1, 0) + body + bytes(-size % 4)


def write_netlink():
    for label, kind in constants("rtm_type").items():
        body = bytes(16) + b"".join(attr(i, bytes([1, 2, 3, 4])) for i in range(1, 70)) + attr(
            18, attr(1, b"vlan\0") + attr(2, attr(1, b"\7\0"))) + attr(9, struct.pack("<HBBi", 16, 0, 0, 1) + attr(5, bytes(4)))
        for way in (0, 128):
            seed("fuzz_netlink", f"{label}-{way}", struct.pack("<BB", way, 0) + message(kind, 0x301, body))
    for family in (1, 2, 10, 16, 17, 40, 44):
        body = bytes([family, 6, 0, 0]) + bytes(68) + b"".join(attr(i, bytes(24)) for i in range(1, 22))
        for way in (0, 128):
            seed("fuzz_netlink", f"diag-{family}-{way}", struct.pack("<BB", way, 4) + message(20, 0x301, body))
    control = struct.pack("<BBH", 3, 1, 0) + attr(2, b"ethtool\0") + attr(6, attr(1, attr(1, bytes(4)) + attr(2, bytes(4))))
    seed("fuzz_netlink", "generic", struct.pack("<BB", 0, 16) + message(16, 1, control))
    error = struct.pack("<i", -2) + struct.pack("<IHHII", 32, 24, 1, 9, 0) + attr(1, b"no such device\0")
    seed("fuzz_netlink", "error", struct.pack("<BB", 128, 0) + message(2, 0x300, error))
    seed("fuzz_netlink", "done", struct.pack("<BB", 128, 0) + message(3, 2, struct.pack("<i", 0)))


def write_calls():
    rows = re.findall(r"^CALL\((\w+)\)", (TOP / "include/calls/calls.def").read_text(), re.M)
    for index, row in enumerate(rows):
        for flags in (0, 1, 2, 8):
            args = b"".join(struct.pack("<Q", value) for value in (3, 8, 16, 32, 48, 64))
            seed("fuzz_call", f"{row}-{flags}", struct.pack("<BBBBI", index, flags, 2, 0, 8) + args + bytes(range(200)))


for write in (write_sockaddrs, write_options, write_messages, write_ioctls, write_netlink, write_calls):
    write()
