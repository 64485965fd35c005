"""What calls pass in and get back is what JSON says: fixtures print, for each call, what its event must have."""
import collections
import json

import pytest

import harness
import test_rows

BITS = ["dynamic", "m32"]
# Names of the argument that JSON has as "fd".
FD_NAMES = ("fd", "oldfd", "sockfd")
# Shown when named only, and what never fails or never succeeds where it is about a socket.
INTERNAL = "%all,unshare,pidfd_getfd,io_uring_enter,io_uring_register"
NEVER_FAILS = {"close": "an fd that is a socket can be closed"}
NEVER_SUCCEEDS = {name: "sockets have no offset" for name in ("pread64", "pwrite64", "preadv", "pwritev")} | {
    "tee": "both ends are pipes", "vmsplice": "the end is a pipe", "copy_file_range": "both ends are files"}
ONLY_32 = {"send", "recv"}


def expectations(text):
    """What a fixture wants: {line: [expected, ...]} in the order of its calls."""
    wanted = collections.defaultdict(list)
    for line in text.splitlines():
        record = json.loads(line)
        wanted[record.pop("line")].append(record)
    return wanted


def traced_calls(events):
    """{line: [event, ...]} of the calls whose caller has a line."""
    found = collections.defaultdict(list)
    for event in events:
        found[event.get("caller", {}).get("line")].append(event)
    return found


def without_ids(value):
    """The same without the ids that sockline gives to sockets, which no program knows."""
    if isinstance(value, dict):
        return {key: without_ids(item) for key, item in value.items() if key != "socket"}
    return [without_ids(item) for item in value] if isinstance(value, list) else value


def mismatch(expected, event):
    """The first field that is not as expected, with both sides; None when all are."""
    for key in ("type", "return_value", "success", "errno"):
        if key in expected and event.get(key) != expected[key]:
            return key, expected[key], event.get(key)
    details = {**{name: event["fd"] for name in FD_NAMES if "fd" in event}, **without_ids(event.get("details", {}))}
    for key, value in expected["details"].items():
        if key not in details or details[key] != value:
            return key, value, details.get(key, "absent")
    return None


def compare(traced):
    wanted, found = expectations(traced.out), traced_calls(traced.calls())
    wrong = []
    for line, records in sorted(wanted.items()):
        events = [event for event in found[line] if event["type"] in {record["type"] for record in records}]
        if len(events) != len(records):
            wrong.append(f"line {line}: {len(events)} of {len(records)} {records[0]['type']}")
            continue
        for record, event in zip(records, events):
            bad = mismatch(record, event)
            if bad:
                wrong.append(f"line {line} {record['type']}: {bad[0]} should be {json.dumps(bad[1])}, "
                             f"is {json.dumps(bad[2])}")
    assert not wrong, "\n".join(wrong)
    return sum(map(len, wanted.values()))


@pytest.mark.parametrize("bits", BITS)
def test_calls(program, bits):
    traced = harness.trace([program("decode", bits)])
    assert traced.status == 0, traced
    assert compare(traced) > 50


@pytest.mark.parametrize("bits", BITS)
def test_options(program, bits):
    traced = harness.trace([program("decode_options", bits)])
    assert traced.status == 0, traced
    assert compare(traced) > 40


@pytest.mark.parametrize("bits", BITS)
def test_more_calls(program, bits):
    traced = harness.trace([program("decode_calls", bits)], "-e", INTERNAL)
    assert traced.status == 0, traced
    assert compare(traced) > 50


@pytest.mark.parametrize("bits", BITS)
def test_every_call(program, bits):
    """No row of docs/COVERAGE.md's calls is without one that succeeds and one that fails, and what it must look like."""
    wanted = {name for name, _ in test_rows.coverage("Calls")} - (set() if bits == "m32" else ONLY_32)
    outs = [harness.run([program(name, bits)]).out for name in ("decode", "decode_calls", "decode_options")]
    records = [json.loads(line) for out in outs for line in out.splitlines()]
    if not any(record["type"] == "io_uring_enter" for record in records):
        wanted -= {"io_uring_enter", "io_uring_register"}  # this kernel has none, or forbids it
    assert not wanted - {record["type"] for record in records if record["success"]} - set(NEVER_SUCCEEDS)
    assert not wanted - {record["type"] for record in records if not record["success"]} - set(NEVER_FAILS)
