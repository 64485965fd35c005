"""A short stay in the torture chamber (./dev torture stays longer): random programs, whose traces must say what they did."""
import pathlib
import random
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "torture"))
import harness  # noqa: E402
import torture  # noqa: E402

SEEDS = [1, 2, 3, random.SystemRandom().randrange(1 << 31)]


@pytest.mark.limit(120)
@pytest.mark.parametrize("number", range(len(SEEDS)))
def test_torture(program, engine, number):
    variant = torture.VARIANTS[number]
    program("torture", variant)
    print(f"tests/torture/torture.py --seed={SEEDS[number]} --engine={engine} --variant={variant}")
    assert torture.check(SEEDS[number], 800, engine, variant)[0] > 500


@pytest.mark.limit(120)
@pytest.mark.parametrize("number", range(2))
def test_torture_attached(program, attach_engine, number):
    seed, variant = SEEDS[-1 - number], torture.VARIANTS[-1 - number]
    program("torture", variant)
    print(f"tests/torture/torture.py --seed={seed} --engine=attached-{attach_engine} --variant={variant}")
    assert torture.check(seed, 500, f"attached-{attach_engine}", variant)[0] > 200


def record(did, result=0, **more):
    """One line of a fixture's report."""
    return {"did": did, "line": 1, "tid": 1, "result": result, "errno": 0, **more}


def event(kind, **more):
    """One call of a trace."""
    return {"type": kind, "thread_id": 1, "return_value": 0, "caller": {"line": 1}, **more}


# What the checker must say of a report and a trace: whether they agree.
CHECKS = {
    "the same": ([record("listen"), record("close", fd=3)], [event("listen"), event("close", fd=3)], True),
    "one is missing": ([record("listen"), record("close", fd=3)], [event("listen")], False),
    "one is told twice": ([record("close", fd=3)], [event("close", fd=3)] * 2, False),
    "another number": ([record("close", fd=3)], [event("close", fd=4)], False),
    "the other order": ([record("listen"), record("bind")], [event("bind"), event("listen")], False),
    "an uncertain close of a socket": ([record("close", fd=3)], [event("close", fd=3, uncertain=True)], True),
    "a file's close, not told": ([record("close", fd=3, of_file=True), record("listen")], [event("listen")], True),
    "a file's close, uncertain": ([record("close", fd=3, of_file=True)], [event("close", fd=3, uncertain=True)], True),
    "a file's close, certain": ([record("close", fd=3, of_file=True)], [event("close", fd=3)], False),
    "a file's close, of another number": ([record("close", fd=3, of_file=True)], [event("close", fd=4, uncertain=True)], False),
    "a file's close, twice": ([record("close", fd=3, of_file=True)], [event("close", fd=3, uncertain=True)] * 2, False),
    "a file's close, out of its order": ([record("listen"), record("close", fd=3, of_file=True)],
                                         [event("close", fd=3, uncertain=True), event("listen")], False),
    "an uncertain one instead of a socket's": ([record("close", fd=4, of_file=True), record("close", fd=3)],
                                               [event("close", fd=4, uncertain=True)], False),
    "killed in it": ([record("listen", None)], [], True),
    "killed in it, and told": ([record("listen", None), record("close", None, fd=3)], [event("listen")], True),
}


@pytest.mark.parametrize("what", CHECKS)
def test_checker(what):
    records, calls, agrees = CHECKS[what]
    assert (harness.problem(records, calls) is None) == agrees


def test_checker_of_engines_that_know():
    with pytest.raises(AssertionError):
        harness.assert_agrees([record("close", fd=3)], [event("close", fd=3, uncertain=True)])


def test_checker_of_too_many_uncertain():
    """A trace that calls every close uncertain would agree with any report."""
    records, calls = [record("close", fd=3)] * 100, [event("close", fd=3)] * 99
    torture.check_lines(records, calls + [event("close", fd=3, uncertain=True)] * 3)
    with pytest.raises(AssertionError):
        torture.check_lines(records, calls + [event("close", fd=3, uncertain=True)] * 4)
