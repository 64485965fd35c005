"""Whole programs: curl, nginx under wrk, redis under redis-benchmark."""
import os
import re
import shutil
import signal
import socket
import subprocess
import time

from measure import ENV, Failed
from rows import attaching, started

NGINX = """
daemon off; master_process off; worker_processes 1; error_log stderr crit; pid {work}/nginx.pid;
events {{ worker_connections 256; }}
http {{
	access_log off; keepalive_requests 1000000;
	client_body_temp_path {work}/t1; proxy_temp_path {work}/t2; fastcgi_temp_path {work}/t3;
	uwsgi_temp_path {work}/t4; scgi_temp_path {work}/t5;
	server {{ listen 127.0.0.1:{port}; root {work}/www; }}
}}
"""


def free_port():
    with socket.socket() as any_port:
        any_port.bind(("127.0.0.1", 0))
        return any_port.getsockname()[1]


def find(name):
    """A program of that name; servers live where only root looks."""
    return shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")


def wait_for(port, server):
    until = time.monotonic() + 10
    while time.monotonic() < until and server.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.02)
    raise Failed("the server did not start")


def children(pid):
    """The processes that it started."""
    found = []
    for task in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{task}/children", encoding="ascii") as file:
            found += [int(child) for child in file.read().split()]
    return found


def stop(server):
    """Ends a server; one that a tracer started by itself, because strace would let it go and leave it running."""
    if server.poll() is None:
        for pid in children(server.pid) or [server.pid]:
            os.kill(pid, signal.SIGKILL)
    try:
        server.wait(timeout=10)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


class Server:
    """One that is measured by a client: requests a second, by tracer. Client and server have a CPU each, if there are two."""

    def __init__(self, bench, command, client):
        self.bench, self.command, self.client = bench, command, client
        cpus = sorted(os.sched_getaffinity(0) - {int(bench.options.cpu)}) or [int(bench.options.cpu)]
        self.client_pin = ["taskset", "-c", str(cpus[0])]

    def rate(self):
        return self.client(self.client_pin)

    def start(self, tracer):
        return subprocess.Popen(self.bench.pin + tracer + self.command, stdin=subprocess.DEVNULL,
                                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=ENV)

    def wrapped(self, tracer, port):
        server = self.start(tracer)
        try:
            wait_for(port, server)
            return self.rate()
        finally:
            stop(server)

    def attached(self, tracer, port):
        server = self.start([])
        try:
            wait_for(port, server)
            watcher = self.bench.attach(tracer, server.pid) if tracer else None
            try:
                return self.rate()
            finally:
                if watcher:
                    self.bench.let_go(watcher)
        finally:
            stop(server)


def showing_all(tracers):
    """strace shows the calls that sockline shows too: servers read, write, wait and close."""
    return {n: [w.replace("trace=network", "trace=network,desc") for w in t] for n, t in tracers.items()}


def server_rows(bench, title, server, port):
    tracers, attachers = showing_all(started(bench)), showing_all(attaching(bench))
    names = [n for n in ("native", "floor", "strace", "sockline", "sockline -j") if n in tracers]
    bench.measure(f"{title}, started", {n: lambda t=tracers[n]: server.wrapped(t, port) for n in names}, "requests/s")
    bench.measure(f"{title}, attached", {n: lambda t=t: server.attached(t, port) for n, t in attachers.items()},
                  "requests/s")


def nginx(bench, port):
    """nginx that serves bench.work/www, one worker."""
    os.makedirs(bench.path("www"), exist_ok=True)
    with open(bench.path("www/index.html"), "w", encoding="ascii") as page:
        page.write("hello\n" * 100)
    with open(bench.path("nginx.conf"), "w", encoding="ascii") as conf:
        conf.write(NGINX.format(work=bench.work, port=port))
    os.chmod(bench.work, 0o755)
    return [find("nginx"), "-p", bench.work, "-e", "stderr", "-c", bench.path("nginx.conf")]


def nginx_rows(bench):
    if not find("nginx") or not find("wrk"):
        bench.note("nginx under wrk: not measured, nginx or wrk is not installed")
        return
    port = free_port()

    def wrk(pin):
        out = bench.run(pin + ["wrk", "-t1", "-c16", f"-d{bench.options.seconds}s", f"http://127.0.0.1:{port}/"])
        return float(re.search(r"Requests/sec:\s*([\d.]+)", out).group(1))

    server_rows(bench, "nginx under wrk", Server(bench, nginx(bench, port), wrk), port)


def redis_rows(bench):
    if not find("redis-server") or not find("redis-benchmark"):
        bench.note("redis: not measured, redis-server or redis-benchmark is not installed")
        return
    port = free_port()
    requests = str(10000 * bench.options.seconds)

    def client(pin):
        out = bench.run(pin + ["redis-benchmark", "-p", str(port), "-t", "get", "-n", requests, "-c", "16", "--csv"])
        return float(re.findall(r'"GET","([\d.]+)"', out)[-1])

    command = [find("redis-server"), "--port", str(port), "--save", "", "--appendonly", "no", "--dir", bench.work]
    server_rows(bench, "redis-benchmark get", Server(bench, command, client), port)


def curl_row(bench):
    if not find("curl") or not find("nginx"):
        bench.note("curl of 100 MB: not measured, curl or nginx is not installed")
        return
    port, tracers = free_port(), started(bench)
    server = subprocess.Popen(nginx(bench, port), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL)
    with open(bench.path("www/large"), "wb") as file:
        file.truncate(100 << 20)
    try:
        wait_for(port, server)

        def fetch(tracer):
            began = time.monotonic()
            bench.run(bench.pin + tracer + ["curl", "-sS", "-o", os.devnull, f"http://127.0.0.1:{port}/large"])
            return (time.monotonic() - began) * 1000

        names = [n for n in ("native", "floor", "strace", "sockline", "sockline -j", "perf", "syscall") if n in tracers]
        bench.measure("curl of 100 MB", {n: lambda t=tracers[n]: fetch(t) for n in names}, "ms")
    finally:
        stop(server)
