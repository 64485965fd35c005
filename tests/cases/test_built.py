"""How the program is built: what makes an overrun a clean end instead of a way in."""
import re
import subprocess

import pytest

import harness

pytestmark = pytest.mark.skipif(harness.is_sanitized(), reason="sanitizers replace what hardening adds")


def readelf(*options):
    """What readelf says of the program."""
    done = subprocess.run(["readelf", "-W", *options, harness.SOCKLINE], capture_output=True, text=True, check=True)
    return done.stdout


def test_can_be_loaded_anywhere():
    assert re.search(r"Type:\s+DYN", readelf("-h")) and "FLAGS_1" in readelf("-d") and "PIE" in readelf("-d")


def test_its_tables_are_read_only():
    assert "GNU_RELRO" in readelf("-l")
    assert re.search(r"\(FLAGS\).*BIND_NOW|FLAGS_1.*NOW", readelf("-d"))


def test_no_stack_or_segment_is_writable_and_executable():
    segments = re.findall(r"^\s+(\w+) .* (\S[ R][ W][ E]|[R ][W ][E ])\s+0x\w+$", readelf("-l"), re.M)
    assert any(kind == "GNU_STACK" for kind, _ in segments), segments
    assert not [kind for kind, flags in segments if "W" in flags and "E" in flags]


def test_functions_guard_their_stacks():
    assert "__stack_chk_fail" in readelf("--dyn-syms")


def test_copies_are_checked():
    """_FORTIFY_SOURCE: the checking variants of memcpy, snprintf and their like are called."""
    called = set(re.findall(r"\bUND\s+(__\w+_chk)", readelf("--dyn-syms")))
    assert {"__snprintf_chk", "__memcpy_chk"} & called and len(called) > 3, called
