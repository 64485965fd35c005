"""docs/event.schema.json against the lines that the JSON sink's unit test writes: strict, and no stricter than the sink."""
import copy
import json
import pathlib

import jsonschema
import pytest

TOP = pathlib.Path(__file__).resolve().parents[2]
LINES = (TOP / "tests/fixtures/json/events.jsonl").read_text(encoding="utf-8").splitlines()
EVENTS = [json.loads(line) for line in LINES]


@pytest.fixture(scope="module")
def validator():
    schema = json.loads((TOP / "docs/event.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft7Validator.check_schema(schema)
    return jsonschema.Draft7Validator(schema)


def test_each_line_follows_the_schema(validator):
    for event in EVENTS:
        validator.validate(event)
    assert {event["kind"] for event in EVENTS} == {"trace", "call", "process", "signal", "socket", "note"}


def test_unknown_fields_are_refused(validator):
    """At the top and in a caller; details alone are open, as each call has its own."""
    for event in EVENTS:
        assert not validator.is_valid({**event, "surprise": 1}), event
        if "caller" in event:
            changed = copy.deepcopy(event)
            changed["caller"]["surprise"] = 1
            assert not validator.is_valid(changed), event


def test_what_must_be_there(validator):
    for event in EVENTS:
        for name in ("kind", "type", "timestamp_usec"):
            assert not validator.is_valid({key: item for key, item in event.items() if key != name}), (name, event)
        if "return_value" in event:
            for name in ("return_value", "success"):
                assert not validator.is_valid({key: item for key, item in event.items() if key != name}), event
