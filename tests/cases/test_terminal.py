"""What a terminal shows: lines fit its columns, and follow them when they change."""
import fcntl
import os
import pty
import select
import struct
import subprocess
import termios
import time

import harness

POLLS = """
import select, socket
pairs = [socket.socketpair() for _ in range(20)]
poller = select.poll()
for one, other in pairs:
    one.send(b'x')
    poller.register(one, select.POLLIN | select.POLLOUT)
    poller.register(other, select.POLLIN | select.POLLOUT)
for _ in range(3):
    poller.poll()
"""

WAITS = """
import select, socket, sys
one, other = socket.socketpair()
def call():
    one.send(b'0123456789' * 30)
    other.recv(300)
call()
print('resize', flush=True)
sys.stdin.readline()
while not select.select([sys.stdin], [], [], 0.005)[0]:
    call()
"""


def resize(terminal, columns):
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))


def read_until(master, condition, seconds=15):
    """What the terminal showed until condition(text) or its end."""
    end, out = time.monotonic() + seconds, b""
    while time.monotonic() < end and not condition(out):
        if not select.select([master], [], [], 0.1)[0]:
            continue
        try:
            data = os.read(master, 65536)
        except OSError:
            break
        if not data:
            break
        out += data
    return out


def start(columns, *argv):
    """(pid, master) of sockline at a terminal of so many columns."""
    pid, master = pty.fork()
    if not pid:
        resize(0, columns)
        os.environ.pop("COLUMNS", None)
        os.environ["LC_ALL"] = "C.UTF-8"
        os.execv(harness.SOCKLINE, [str(word) for word in (harness.SOCKLINE, *argv)])
    return pid, master


def finish(pid, master):
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    os.close(master)
    return status


def lines(out):
    return harness.plain(out.decode("utf-8").replace("\r\n", "\n")).split("\n")


def calls(out):
    """The whole lines of calls on a program's first sockets."""
    return [line for line in lines(out.rpartition(b"\n")[0]) if "(3" in line or "(4" in line or "(5" in line]


def widest(out):
    """The longest of the whole lines."""
    return max(map(len, lines(out.rpartition(b"\n")[0])))


def test_long_polls_fit():
    """Only some of many fds are shown, and that there are more; the count that poll returned stays."""
    pid, master = start(80, "-e", "poll", "--", "/usr/bin/python3", "-c", POLLS)
    shown = lines(read_until(master, lambda out: False))
    assert finish(pid, master) == 0
    polls = [line for line in shown if "poll(" in line and ") = 40 [" in line]
    assert len(polls) == 3, shown
    assert all(len(line) <= 80 and line.count("…") >= 2 for line in polls), polls


def test_width_is_followed():
    """SIGWINCH: lines use what the terminal has from then on."""
    pid, master = start(80, "-s", "300", "-e", "sendto", "--", "/usr/bin/python3", "-c", WAITS)
    first = lines(read_until(master, lambda out: b"resize" in out and b"sendto" in out))
    resize(master, 160)
    os.write(master, b"\n")
    second = lines(read_until(master, lambda out: widest(out) > 80))
    os.write(master, b"\n")
    read_until(master, lambda out: False)
    assert finish(pid, master) == 0
    assert any("sendto(" in line for line in first) and max(map(len, first)) <= 80, first
    assert any(line.count("0123456789") > 2 for line in second) and max(map(len, second)) <= 160, second


TWO = """
import socket, sys
server = socket.create_server(("127.0.0.1", 0))
client = socket.create_connection(server.getsockname())
peer = server.accept()[0]
print(server.getsockname()[1], flush=True)
while sys.stdin.readline():
    client.send(b"question")
    peer.recv(100)
"""


def test_two_processes_leave_room_for_peers(tmp_path):
    """Long names of tasks and callers are cut: the peer's address still fits in 80 columns."""
    started = []
    for name in ("first_with_name", "other_with_name"):
        program = tmp_path / name
        program.symlink_to("/usr/bin/python3")
        started.append(subprocess.Popen([program, "-c", TWO], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True))
    try:
        ports = [process.stdout.readline().strip() for process in started]
        pid, master = start(80, *[f"-p{process.pid}" for process in started])
        out = read_until(master, lambda out: out.count(b"attached") + out.count(b"process") >= 2)
        deadline = time.monotonic() + 15
        while not all(f"127.0.0.1:{port}" in "\n".join(calls(out)) for port in ports) and time.monotonic() < deadline:
            for process in started:
                process.stdin.write("\n")
                process.stdin.flush()
            out += read_until(master, lambda out: b"\n" in out, 1)
        for process in started:
            process.stdin.close()
        out += read_until(master, lambda out: False)
        assert finish(pid, master) == 0
    finally:
        for process in started:
            process.kill()
            process.wait()
    shown = calls(out)
    for process, port in zip(started, ports):
        sent = [line for line in shown if "sendto(" in line and f"…:{process.pid} " in line]
        assert sent and all(f"127.0.0.1:{port}" in line and len(line) <= 80 for line in sent), (sent, shown)


ORDER = """
import os, socket
a, b = socket.socketpair()
for i in range(20):
    a.send(b"%d" % i)
    a.getsockname()
    os.write(1, b"\\nafter %d\\n" % i)
"""


def test_order_at_a_terminal():
    """A call's line stands before what the program prints after its next call, as with strace."""
    pid, master = start(80, "-e", "sendto,getsockname", "--", "/usr/bin/python3", "-c", ORDER)
    shown = "\n".join(lines(read_until(master, lambda out: False)))
    assert finish(pid, master) == 0
    for i in range(20):
        assert 0 <= shown.find(f'"{i}", {len(str(i))}) = {len(str(i))}') < shown.find(f"after {i}\n"), (i, shown)
