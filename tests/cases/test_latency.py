"""While stops come fast, CPUs are kept from sleeping deeply: /dev/cpu_dma_latency is held, and released soon after."""
import os

import pytest

import harness
from test_attach import echo_program, exchange

DEVICE = "/dev/cpu_dma_latency"


def holds(pid):
    """Whether a process has the device open."""
    folder = f"/proc/{pid}/fd"
    return any(os.path.realpath(os.path.join(folder, fd)) == DEVICE for fd in os.listdir(folder))


@pytest.fixture(autouse=True)
def permitted():
    """Skips where nobody may hold it."""
    if not os.access(DEVICE, os.W_OK):
        pytest.skip(f"{DEVICE} cannot be opened for writing")


def test_held_while_stops_come_fast(program, attach_engine):
    with echo_program(program) as (pid, port, _), harness.attach(pid, engine=attach_engine, options=["-d"]) as attached:
        mine = attached.process.pid
        assert not holds(mine)

        def busy():
            for _ in range(50):
                exchange(port)
            return holds(mine)

        harness.wait_for("being held", busy)
        harness.wait_for("being released", lambda: not holds(mine))
        harness.wait_for("being held again", busy)
        traced = attached.stop()
    assert traced.err.count(f"{DEVICE} is held at 0") == 1, traced


def test_not_held_when_forbidden(program):
    with echo_program(program) as (pid, port, _), harness.attach(pid, options=["--no-low-latency"]) as attached:
        for _ in range(200):
            exchange(port)
            assert not holds(attached.process.pid)
        attached.stop()


def test_not_held_for_few_stops(program):
    with echo_program(program) as (pid, port, _), harness.attach(pid) as attached:
        exchange(port, b"the only one")
        attached.seen(b"the only one")
        assert not holds(attached.process.pid)
        attached.stop()
