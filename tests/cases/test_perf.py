"""The perf engine: nothing missed and nothing made up, where calls are seen by their exits alone."""
import signal

import pytest

import harness
from test_attach import assert_untraced


@pytest.fixture(autouse=True)
def permitted(perf_trouble):
    """Where the engine is to be had."""
    if perf_trouble:
        pytest.skip(perf_trouble)


# Sixteen threads that make no traced call until a file is there; then each sends once.
SENDERS = r"""
import os, socket, sys, threading, time

def send(number):
    while not os.access(sys.argv[1], os.F_OK):
        time.sleep(0.002)
    pairs[number][0].send(b"from thread %d" % number)
    time.sleep(60)

pairs = [socket.socketpair() for _ in range(16)]
for number in range(16):
    threading.Thread(target=send, args=[number], daemon=True).start()
print("ready", flush=True)
time.sleep(60)
"""


def test_what_has_stopped_is_shown_when_it_is_let_go():
    """Who had what was sent ends the trace, before any of the stops at which the senders stand was looked at."""
    with harness.scratch("go") as path:
        path.unlink(missing_ok=True)
        with harness.background(["/usr/bin/python3", "-c", SENDERS, path], ready=b"ready") as process:
            with harness.attach(process.pid, engine="perf") as attached:
                attached.process.send_signal(signal.SIGSTOP)
                path.touch()
                harness.wait_for("their stops", lambda: sum(
                    harness.status_field(f"{process.pid}/task/{tid}", "State")[0] == "t" for tid in harness.threads(process.pid)) >= 16)
                attached.process.send_signal(signal.SIGINT)
                attached.process.send_signal(signal.SIGCONT)
                ended = attached.finish()
                assert ended.status == 0, ended
                calls = [event for event in harness.parse(attached.path.read_bytes()) if event["kind"] == "call"]
            assert_untraced(process.pid)
    sent = sorted(event["details"]["buf"]["data"] for event in calls if event["type"] == "sendto")
    assert sent == sorted(f"from thread {number}" for number in range(16)), sent
