"""Every row of docs/COVERAGE.md makes its call, in both ABIs: what went in and came back is what JSON says.

tests/programs/rows.c makes the calls that it is told to make, in a network namespace of its own, and prints the bytes that came back;
rowtable.py says what those bytes are. A row whose protocol this kernel lacks still makes its call: what was passed in is decoded the
same. Each option is set on its socket and on fd -1, set with a length that it cannot have, got, and got from fd -1.
"""
import functools
import json
import re
import socket

import pytest

import harness
import rowtable
import rowtypes
from programs import ROOT

BITS = [("dynamic", 8), ("m32", 4)]
OPTION_INPUT = 512
TYPES = "setsockopt,getsockopt,connect,bind,getsockname,sendmsg,sendto,recvmsg,fcntl,ioctl"


@functools.cache
def numbers():
    """{name: number} of everything in src/names; test_names.c holds these lists to the machine's headers."""
    found = {}
    for path in (ROOT / "src" / "names").glob("*.def"):
        for number, name in re.findall(r'^X\((\w+), "(\w+)"\)', path.read_text(encoding="utf-8"), re.M):
            found.setdefault(name, int(number, 0))
    return found


def coverage(section, title=None):
    """The rows of a table of docs/COVERAGE.md: [(left, right)]; a level's title within its section."""
    text = (ROOT / "docs" / "COVERAGE.md").read_text(encoding="utf-8")
    part = re.search(rf"^## {re.escape(section)}\n(.*?)(?=^## |\Z)", text, re.M | re.S).group(1)
    if title:
        part = re.search(rf"^### {re.escape(title)}\n(.*?)(?=^### |\Z)", part, re.M | re.S).group(1)
    return re.findall(r"^\| ([^|]+?) \| ([^|]*?) \|$", part, re.M)[1:]


def titles(section):
    text = (ROOT / "docs" / "COVERAGE.md").read_text(encoding="utf-8")
    part = re.search(rf"^## {re.escape(section)}\n(.*?)(?=^## |\Z)", text, re.M | re.S).group(1)
    return re.findall(r"^### (\S+)$", part, re.M)


def hexed(data):
    return data.hex() or "."


class Rows:
    """Lines for rows.c, and for each what its event must have."""

    def __init__(self):
        self.lines, self.checks = [], []

    def add(self, line, check=None):
        """check(event, answer): complains by assertion; None for lines that make no call of interest."""
        self.lines.append(line)
        self.checks.append(check)

    def open(self, kind):
        self.add("open {} {} {}".format(*kind))

    def run(self, program, *options):
        """Makes the calls; returns [what was wrong]."""
        traced = harness.trace([program], "-e", f"trace={TYPES}", *options, stdin="\n".join(self.lines).encode("ascii") + b"\n")
        assert traced.status == 0, traced
        answers = [json.loads(line) for line in traced.out.splitlines()]
        assert len(answers) == len(self.lines), traced
        events, wrong = iter(traced.calls(*TYPES.split(","))), []
        for line, check, answer in zip(self.lines, self.checks, answers):
            if "type" not in answer:
                continue
            event = next(events)
            while event["type"] == "getsockname" and answer["type"] == "sendto":
                event = next(events)
            try:
                same_result(event, answer)
                if check:
                    check(event, answer)
            except AssertionError as error:
                wrong.append(f"{line[:150]}\n    {str(error).splitlines()[0]}")
        return wrong


def same_result(event, answer):
    assert event["type"] == answer["type"], f"is {event['type']}, not {answer['type']}"
    assert event["return_value"] == answer["return_value"], f"{event} {answer}"
    error = harness.error_name(answer["errno"]) if "errno" in answer else None
    assert event.get("errno") in (error, None if error else error), f"errno {event.get('errno')}, not {error}"


def without_ids(value):
    if isinstance(value, dict):
        return {key: without_ids(item) for key, item in value.items() if key != "socket"}
    return [without_ids(item) for item in value] if isinstance(value, list) else value


def detail(event, name, wanted):
    found = without_ids(event["details"].get(name, "absent"))
    assert found == wanted, f"{name} should be {json.dumps(wanted)}, is {json.dumps(found)}"


def value_of(of, data, word, total=None):
    """What a type makes of bytes: bytes when they are not of its size."""
    found = of.decode(data, word)
    return rowtypes.raw(data, total) if found is None else found


# ---- options ----


def split(row):
    """A row of the table: its type and what more there is to say."""
    return row if isinstance(row, tuple) else (row, {})


# Levels whose numbers are others' unless the socket's family has them: without such a socket they cannot be reached.
OF_A_FAMILY = {"AF_VSOCK": rowtable.VSOCK, "SOL_HCI": rowtable.BLUETOOTH, "SOL_L2CAP": rowtable.BLUETOOTH, "SOL_SCO": rowtable.BLUETOOTH,
               "SOL_RFCOMM": rowtable.BLUETOOTH}


def has_family(kind):
    try:
        socket.socket(*kind).close()
    except OSError:
        return False
    return True


def option_rows(rows, level, kind, name, row, word):
    of, more = split(row)
    kind, value = more.get("on", kind), more.get("value", of.sample(word))
    which = f"{numbers()[level]} {numbers()[name]}"
    family_level = level == "AF_VSOCK"

    def named(event):
        detail(event, "level", level)
        detail(event, "optname", name)

    def was_set(data, bad=False):
        def check(event, _answer):
            if more.get("only") == "get" or (family_level and bad):
                return
            named(event)
            detail(event, "optval", more["unknown"] if bad and "unknown" in more else value_of(of, data, word))
            detail(event, "optlen", len(data))
        return check

    def was_got(passed, length):
        def check(event, answer):
            if family_level and answer["fd"] < 0:
                return
            named(event)
            if answer["return_value"] == 0:
                data = bytes.fromhex(answer["bytes"])[:length]
                detail(event, "optval", value_of(of, data, word, answer["length"]))
                detail(event, "optlen", length if answer["length"] == length else {"before": length, "after": answer["length"]})
            elif more.get("input"):
                seen = passed[:min(length, OPTION_INPUT)]
                detail(event, "optval", value_of(of, seen, word, length))
        return check

    rows.open(kind)
    rows.add(f"set {which} {hexed(value)}", was_set(value))
    rows.add(f"set {which} {hexed(value + b'beyond')}", was_set(value + b"beyond"))
    for length in (len(value), 300, 1):
        rows.add(f"get {which} {length} {hexed(value)}", was_got(value.ljust(length, b"\0"), length))
    rows.add("bad")
    rows.add(f"set {which} {hexed(value)}", was_set(value, bad=True))
    rows.add(f"get {which} {len(value)} {hexed(value)}", was_got(value, len(value)))


@pytest.mark.parametrize("variant,word", BITS)
@pytest.mark.parametrize("level", rowtable.OPTIONS)
def test_options(program, variant, word, level):
    kind, table = rowtable.OPTIONS[level]
    if level in OF_A_FAMILY and not has_family(kind):
        pytest.skip(f"this kernel has no such socket; {level} means another level elsewhere: test_decode_calls.c has it")
    rows = Rows()
    for name, row in table.items():
        option_rows(rows, level, kind, name, row, word)
    wrong = rows.run(program("rows", variant))
    assert not wrong, f"{len(wrong)} rows:\n" + "\n".join(wrong)
