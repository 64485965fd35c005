"""Servers on loopback for the traced programs to talk to; they run in the test's own process, untraced."""
import contextlib
import http.server
import pathlib
import socket
import socketserver
import threading


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves a folder; answers POST with the body's length."""

    def log_message(self, *_):
        pass

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        answer = b"got %d\n" % len(body)
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)


class Echo(socketserver.BaseRequestHandler):
    """Sends back what comes."""

    def handle(self):
        while data := self.request.recv(65536):
            self.request.sendall(data)


@contextlib.contextmanager
def serving(server):
    """Runs a socketserver in a thread; yields its port."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class Threading(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


def http_server(folder):
    """An HTTP server for a folder."""
    def handler(*args):
        return Quiet(*args, directory=str(folder))
    return serving(Threading(("127.0.0.1", 0), handler))


def echo_server():
    """A TCP echo server."""
    return serving(Threading(("127.0.0.1", 0), Echo))


def free_port():
    """A port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def closed_port():
    """A port on which nobody listens."""
    return free_port()


def get(port, path="/", host="127.0.0.1"):
    """The body of one HTTP GET, made by plain sockets."""
    with socket.create_connection((host, port), timeout=10) as connection:
        connection.sendall(f"GET {path} HTTP/1.0\r\nHost: {host}\r\n\r\n".encode())
        answer = b""
        while piece := connection.recv(65536):
            answer += piece
    return answer.partition(b"\r\n\r\n")[2]


def write_page(folder: pathlib.Path, name="page.txt", text="a page on loopback\n"):
    """Makes a page to fetch; returns its text."""
    (folder / name).write_text(text, encoding="utf-8")
    return text
