"""docs/event.schema.json itself; that every trace of every other test follows it is checked where traces are read."""
import json

import jsonschema
import pytest

import harness


@pytest.fixture(scope="module")
def schema():
    return json.loads(harness.SCHEMA.read_text(encoding="utf-8"))


def validator(schema):
    kind = jsonschema.validators.validator_for(schema)
    kind.check_schema(schema)
    return kind(schema)


def test_reference_validator_agrees(schema, program):
    """The suite validates with a fast compiler of schemas; the reference implementation says the same."""
    reference = validator(schema)
    traced = harness.trace([program("lines")], "-k")
    for event in traced.events:
        reference.validate(event)


WRONG = [
    {"kind": "no such kind"},
    {},
    {"return_value": "0"},
    {"errno": 111},
    {"timestamp_usec": "now"},
    {"caller": {"line": "7"}},
    {"no_such_field": 1},
]


@pytest.mark.parametrize("change", WRONG, ids=str)
def test_wrong_events_are_refused(schema, program, change):
    """A schema that lets everything pass would prove nothing."""
    event = harness.trace([program("lines"), "quick"]).calls("connect")[0]
    validator(schema).validate(event)
    wrong = {**event, **change} if change else {}
    assert list(validator(schema).iter_errors(wrong)), wrong
    with pytest.raises(Exception):
        harness.validate(wrong)


def test_every_field_is_described(schema):
    """Each property of the schema has words for it."""
    def walk(node, path):
        if isinstance(node, dict):
            for name, item in node.get("properties", {}).items():
                yield f"{path}.{name}", item
            for name, item in node.items():
                yield from walk(item, f"{path}.{name}")
        elif isinstance(node, list):
            for number, item in enumerate(node):
                yield from walk(item, f"{path}[{number}]")

    bare = [path for path, item in walk(schema, "") if isinstance(item, dict)
            and not {"description", "$ref", "const"} & set(item)]
    assert not bare, bare
