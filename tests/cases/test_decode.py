"""What calls pass in and get back is what JSON says: fixtures print, for each call, what its event must have."""
import collections
import json

import pytest

import harness

BITS = ["dynamic", "m32"]


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
    details = without_ids(event.get("details", {}))
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
