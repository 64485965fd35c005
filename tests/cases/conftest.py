"""Fixtures of the integration suite: the built program, its engines, and a watch over time and left-over processes."""
import os
import signal
import subprocess
import time

import pytest

import harness
import programs


def pytest_configure(config):
    config.addinivalue_line("markers", "limit(seconds): how long the test may take (60 by default)")
    harness.become_subreaper()


def pytest_sessionstart(session):
    if not os.access(harness.SOCKLINE, os.X_OK):
        pytest.exit(f"{harness.SOCKLINE} is not built (set SOCKLINE)", returncode=4)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_call(item):
    """Ends a test that takes too long with an exception inside it, so that its clean-up still runs."""
    mark = item.get_closest_marker("limit")
    seconds = mark.args[0] if mark else 60

    def late(*_):
        raise TimeoutError(f"the test took longer than {seconds} s")

    signal.signal(signal.SIGALRM, late)
    signal.alarm(seconds)
    yield
    signal.alarm(0)


@pytest.fixture(autouse=True)
def nothing_left():
    """No process may outlive the test that started it."""
    before = set(harness.descendants())
    yield
    end = time.monotonic() + 3
    while left := {pid: stat for pid, stat in harness.descendants().items() if pid not in before}:
        harness.reap()
        if time.monotonic() > end:
            break
        time.sleep(0.01)
    for pid in left:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
    assert not left, f"left over: {left}"


def engine_trouble(engine, attaching):
    """Why this machine does not permit an engine, None when it does."""
    if engine == "syscall" or (engine == "seccomp" and not attaching):
        return None
    if engine == "seccomp":
        return "seccomp filters are for commands that sockline starts"
    if not attaching:
        return "perf events are for running processes"
    sleeper = subprocess.Popen(["sleep", "60"])
    try:
        probe = harness.sockline("--engine=perf", "--for=0.05", "-o", "/dev/null", "-p", str(sleeper.pid))
    finally:
        sleeper.kill()
        sleeper.wait()
    return probe.err.strip() if probe.status else None


def pytest_generate_tests(metafunc):
    """engine: every engine for commands; attach_engine: every engine for -p."""
    if "engine" in metafunc.fixturenames:
        metafunc.parametrize("engine", [name for name in harness.ENGINES if name != "perf"], indirect=True)
    if "attach_engine" in metafunc.fixturenames:
        metafunc.parametrize("attach_engine", [name for name in harness.ENGINES if name != "seccomp"], indirect=True)


@pytest.fixture(scope="session")
def perf_trouble():
    """Why the perf engine is not to be had, None when it is."""
    return engine_trouble("perf", True)


@pytest.fixture
def engine(request):
    """Each engine that can start a command here."""
    return request.param


@pytest.fixture
def attach_engine(request, perf_trouble):
    """Each engine that can attach here."""
    if request.param == "perf" and perf_trouble:
        pytest.skip(f"perf engine: {perf_trouble}")
    return request.param


@pytest.fixture
def program():
    """program(name, variant): the path of a built fixture; skips where the machine lacks the compiler."""
    def build(name, variant="dynamic", extra=()):
        try:
            return programs.program(name, variant, extra)
        except programs.Missing as missing:
            pytest.skip(str(missing))
    return build
