"""Real programs: same output and status as alone, and their connects, sends and receives are shown with a caller."""
import contextlib
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile

import pytest

import harness
import programs
import servers


def need(*commands):
    """Skips where a program is not installed."""
    for command in commands:
        if not shutil.which(command):
            pytest.skip(f"{command} is not installed")


@pytest.fixture
def folder():
    with tempfile.TemporaryDirectory(prefix="sockline-") as path:
        yield pathlib.Path(path)


@pytest.fixture
def web(folder):
    """The port of a web server with /page.txt."""
    servers.write_page(folder)
    with servers.http_server(folder) as port:
        yield port


def caller_shown(traced, *types):
    """There is a call of one of these types that has a caller and worked (or is under way)."""
    found = [event for event in traced.calls(*types) if event.get("caller")
             and (event.get("success") or event.get("errno") in ("EINPROGRESS", "EAGAIN"))]
    assert found, f"no {types} with a caller:\n{traced}"
    return found


def port_of(event):
    return event["details"]["addr"].get("port")


SENDS = ("sendto", "send", "write", "writev", "sendmsg", "sendmmsg")
RECEIVES = ("recvfrom", "recv", "read", "readv", "recvmsg", "recvmmsg")


def shows_conversation(traced, port):
    assert port in [port_of(event) for event in caller_shown(traced, "connect")], traced
    caller_shown(traced, *SENDS)
    caller_shown(traced, *RECEIVES)


def url(port):
    return f"http://127.0.0.1:{port}/page.txt"


PYTHON = "import urllib.request, sys; print(urllib.request.urlopen(sys.argv[1]).read().decode())"
NODE = "require('http').get(process.argv[1], r => r.on('data', d => process.stdout.write(d)))"
CLIENTS = {
    "curl": lambda port: ["curl", "-s", url(port)],
    "curl-fails": lambda port: ["curl", "-sS", "-f", url(port) + ".missing"],
    "wget": lambda port: ["wget", "-q", "-O", "-", url(port)],
    "python": lambda port: ["/usr/bin/python3", "-c", PYTHON, url(port)],
    "node": lambda port: ["node", "-e", NODE, url(port)],
}


@pytest.mark.parametrize("client", CLIENTS)
def test_http_client(web, engine, client):
    command = CLIENTS[client](web)
    need(command[0])
    traced = harness.same(command, engine=engine)
    assert client == "curl-fails" or "a page on loopback" in traced.out
    shows_conversation(traced, web)


def test_curl_post(web, folder):
    need("curl")
    (folder / "body").write_bytes(os.urandom(300000))
    traced = harness.same(["curl", "-s", "--data-binary", f"@{folder}/body", url(web)])
    assert traced.out == "got 300000\n"
    sent = sum(event["return_value"] for event in traced.calls(*SENDS, success=True))
    assert sent > 300000


def test_connection_refused():
    need("curl")
    port = servers.closed_port()
    traced = harness.same(["curl", "-s", f"http://127.0.0.1:{port}/"])
    assert traced.status == 7
    assert any(event.get("errno") in ("ECONNREFUSED", "EINPROGRESS") for event in traced.calls("connect"))


def test_nc():
    need("nc")
    with servers.echo_server() as port:
        traced = harness.same(["nc", "-N", "127.0.0.1", str(port)], stdin=b"hello nc\n")
    assert traced.out == "hello nc\n"
    shows_conversation(traced, port)


def git(*arguments, folder):
    environment = dict(os.environ, GIT_CONFIG_GLOBAL="/dev/null", GIT_CONFIG_SYSTEM="/dev/null", HOME=str(folder))
    subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@example.test", *arguments], cwd=folder, check=True,
                   env=environment, capture_output=True, timeout=30)


def test_git_clone(folder):
    need("git")
    (folder / "source").mkdir()
    git("init", "-q", "-b", "main", folder=folder / "source")
    servers.write_page(folder / "source")
    git("add", ".", folder=folder / "source")
    git("commit", "-q", "-m", "a page", folder=folder / "source")
    git("clone", "-q", "--bare", "source", "page.git", folder=folder)
    git("update-server-info", folder=folder / "page.git")
    with servers.http_server(folder) as port:
        address = f"http://127.0.0.1:{port}/page.git"
        alone = harness.run(["git", "clone", "-q", address, folder / "alone"])
        traced = harness.trace(["git", "clone", "-q", address, folder / "traced"])
    assert (traced.status, traced.out, traced.err) == (alone.status, alone.out, alone.err) == (0, "", ""), traced
    assert (folder / "traced" / "page.txt").read_text() == (folder / "alone" / "page.txt").read_text()
    shows_conversation(traced, port)


@contextlib.contextmanager
def redis(folder):
    """A redis server of its own; yields its port."""
    need("redis-server", "redis-cli")
    port = servers.free_port()
    command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder),
               "--daemonize", "no"]
    with harness.background(command, ready=b"eady to accept connections"):
        yield port


def test_redis_cli(folder):
    with redis(folder) as port:
        traced = harness.same(["redis-cli", "-p", str(port), "SET", "name", "value"])
        assert traced.out == "OK\n"
        shows_conversation(traced, port)


def test_redis_attached(folder, attach_engine):
    with redis(folder) as port:
        pid = next(pid for pid, (comm, _) in harness.descendants().items() if comm.startswith("redis-server"))
        with harness.attach(pid, engine=attach_engine) as attached:
            assert harness.run(["redis-cli", "-p", port, "PING"]).out == "PONG\n"
            attached.seen(b"PONG")
            traced = attached.stop()
        assert harness.run(["redis-cli", "-p", port, "PING"]).out == "PONG\n"
    assert traced.status == 0
    caller_shown(traced, "accept4", "accept")


NGINX = """
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
worker_processes 2;
events {{ worker_connections 64; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    server {{ listen 127.0.0.1:{port}; root {folder}; }}
}}
"""


def nginx_command(folder):
    """Writes nginx's configuration; returns its command and port."""
    path = shutil.which("nginx") or "/usr/sbin/nginx"
    need(path)
    port = servers.free_port()
    servers.write_page(folder)
    folder.chmod(0o755)
    (folder / "nginx.conf").write_text(NGINX.format(folder=folder, port=port))
    return [path, "-p", str(folder), "-c", str(folder / "nginx.conf")], port


def answers(port):
    """The page of a server, None while it does not answer."""
    with contextlib.suppress(OSError):
        return servers.get(port, "/page.txt")
    return None


def test_nginx_wrapped(folder, engine):
    command, port = nginx_command(folder)
    trace = folder / "trace"
    argv = [harness.SOCKLINE, f"--engine={engine}", "-j", "-o", trace, *command]
    with harness.background(argv, stderr=subprocess.PIPE) as process:
        harness.wait_for("nginx to answer", lambda: answers(port))
        for _ in range(10):
            assert servers.get(port, "/page.txt") == b"a page on loopback\n"
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=15)
    assert process.returncode == 0
    events = harness.parse(trace.read_bytes())
    harness.check_trace(events)
    accepted = [event for event in events if event.get("type") == "accept4" and event.get("success")]
    assert len(accepted) >= 10


def test_nginx_attached(folder, attach_engine):
    command, port = nginx_command(folder)
    with harness.background(command) as process:
        harness.wait_for("nginx to answer", lambda: answers(port))
        pids = [process.pid, *harness.descendants(process.pid)]
        with harness.attach(*pids, engine=attach_engine) as attached:
            assert servers.get(port, "/page.txt") == b"a page on loopback\n"
            attached.seen(b"GET /page.txt")
            traced = attached.stop()
        assert traced.status == 0, traced
        assert servers.get(port, "/page.txt") == b"a page on loopback\n"
        assert all(harness.tracers(pid) == {0} for pid in pids)
    caller_shown(traced, "accept4")
    caller_shown(traced, *RECEIVES)
    caller_shown(traced, *SENDS, "sendfile")


def test_static_go():
    try:
        path = programs.go_program("gofetch")
    except programs.Missing as missing:
        pytest.skip(str(missing))
    traced = harness.same([path])
    assert "echo: hello from go" in traced.out


def test_attach_python_server(folder, attach_engine):
    servers.write_page(folder)
    command = ["/usr/bin/python3", "-u", "-m", "http.server", "0", "--bind", "127.0.0.1", "--directory", str(folder)]
    with harness.background(command, ready=b"port ", stderr=subprocess.DEVNULL) as process:
        port = int(process.first.split(b"port ")[1].split()[0])
        with harness.attach(process.pid, engine=attach_engine) as attached:
            assert servers.get(port, "/page.txt") == b"a page on loopback\n"
            attached.seen(b"GET /page.txt")
            attached.seen(b"a page on loopback")
            traced = attached.stop()
        assert servers.get(port, "/page.txt") == b"a page on loopback\n"
        assert harness.tracers(process.pid) == {0}
    assert traced.status == 0
    caller_shown(traced, "accept4", "accept")
    caller_shown(traced, *RECEIVES)
    caller_shown(traced, *SENDS)
