"""
A network of its own for one command: names_world() gives the words that put a command into it. In it, 127.0.0.1 is the name server
of /etc/resolv.conf, /etc/hosts names one host, /etc/services one port, and an HTTP server answers on port 8000 of every loopback address.

Run as a program inside the namespaces by those words; the servers run in that process, which is not traced.
"""
import ctypes
import fcntl
import http.server
import os
import pathlib
import socket
import struct
import subprocess
import sys
import tempfile
import threading

HTTP_PORT = 8000
# What the name server knows; any other name of .test does not exist.
ZONE = {"example.test": ["127.0.0.7"], "two.test": ["127.0.0.8", "127.0.0.9"], "long.test": ["127.0.0.10"],
        "alias.test": ["127.0.0.11"]}
ALIASES = {"alias.test": "real.test"}
OVER_TCP = {"long.test"}
HOSTS = {"10.11.12.13": "hosts-file.test"}
A, AAAA, CNAME = 1, 28, 5


def words():
    """The command line before a command that runs it in this world."""
    return ["unshare", "--net", "--mount", "--map-root-user" if os.geteuid() else "--kill-child", sys.executable, __file__]


def why_not():
    """Why such a world cannot be made here; None when it can."""
    done = subprocess.run([*words(), "true"], capture_output=True, text=True, timeout=30, check=False)
    return None if done.returncode == 0 else done.stderr.strip()


def encode(name):
    return b"".join(bytes([len(label)]) + label.encode() for label in name.split(".")) + b"\0"


def answer(query, stream):
    """The answer to a DNS query with one question."""
    at, labels = 12, []
    while query[at]:
        labels.append(query[at + 1:at + 1 + query[at]].decode())
        at += 1 + query[at]
    kind = struct.unpack(">H", query[at + 1:at + 3])[0]
    question, name = query[12:at + 5], ".".join(labels).lower()
    records, rcode, truncated = [], 0, False
    if name not in ZONE:
        rcode = 3
    elif name in OVER_TCP and not stream:
        truncated = True
    elif kind == A:
        owner = b"\xc0\x0c"
        if name in ALIASES:
            target = encode(ALIASES[name])
            records.append(owner + struct.pack(">HHIH", CNAME, 1, 60, len(target)) + target)
            owner = target
        records += [owner + struct.pack(">HHIH", A, 1, 60, 4) + socket.inet_aton(ip) for ip in ZONE[name]]
    flags = 0x8180 | rcode | (0x200 if truncated else 0)
    return query[:2] + struct.pack(">HHHHH", flags, 1, len(records), 0, 0) + question + b"".join(records)


def serve_udp(server):
    while True:
        query, peer = server.recvfrom(4096)
        server.sendto(answer(query, False), peer)


def serve_stream(server):
    while True:
        conn, _ = server.accept()
        with conn:
            while len(head := conn.recv(2, socket.MSG_WAITALL)) == 2:
                reply = answer(conn.recv(struct.unpack(">H", head)[0], socket.MSG_WAITALL), True)
                conn.sendall(struct.pack(">H", len(reply)) + reply)


class Hello(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "5")
        self.end_headers()
        self.wfile.write(b"hello")

    def log_message(self, *_):
        pass


def listening(kind, port):
    server = socket.socket(socket.AF_INET, kind)
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    server.bind(("0.0.0.0" if port == HTTP_PORT else "127.0.0.1", port))
    if kind == socket.SOCK_STREAM:
        server.listen(16)
    return server


def loopback_up():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, 0x8914, struct.pack("16sH14x", b"lo", 1))  # SIOCSIFFLAGS, IFF_UP


def mount_over(text, path, folder):
    """Puts a file of this text in the place of path, for this mount namespace."""
    mine = pathlib.Path(folder) / path.replace("/", "_")
    mine.write_text(text, encoding="ascii")
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.mount(str(mine).encode(), path.encode(), None, 4096, None):  # MS_BIND
        raise OSError(ctypes.get_errno(), f"mount over {path}")


def main():
    loopback_up()
    with tempfile.TemporaryDirectory(prefix="sockline-names-") as folder:
        mount_over("nameserver 127.0.0.1\noptions timeout:2\n", "/etc/resolv.conf", folder)
        mount_over("127.0.0.1 localhost\n" + "".join(f"{ip} {name}\n" for ip, name in HOSTS.items()), "/etc/hosts", folder)
        mount_over(f"names-test {HTTP_PORT}/tcp\nnames-other {HTTP_PORT}/udp\n", "/etc/services", folder)
        for serve, kind in ((serve_udp, socket.SOCK_DGRAM), (serve_stream, socket.SOCK_STREAM)):
            threading.Thread(target=serve, args=(listening(kind, 53),), daemon=True).start()
        pages = http.server.ThreadingHTTPServer(("0.0.0.0", HTTP_PORT), Hello)
        threading.Thread(target=pages.serve_forever, daemon=True).start()
        status = subprocess.run(sys.argv[1:], check=False).returncode
    os._exit(status if status >= 0 else 128 - status)


if __name__ == "__main__":
    main()
