"""A short stay in the torture chamber (./dev torture stays longer): random programs, whose traces must say what they did."""
import pathlib
import random
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "torture"))
import torture  # noqa: E402

SEEDS = [1, 2, 3, random.SystemRandom().randrange(1 << 31)]


@pytest.mark.limit(120)
@pytest.mark.parametrize("number", range(len(SEEDS)))
def test_torture(program, engine, number):
    variant = torture.VARIANTS[number]
    program("torture", variant)
    print(f"tests/torture/torture.py --seed={SEEDS[number]} --engine={engine} --variant={variant}")
    assert torture.check(SEEDS[number], 800, engine, variant) > 500


@pytest.mark.limit(120)
@pytest.mark.parametrize("number", range(2))
def test_torture_attached(program, attach_engine, number):
    seed, variant = SEEDS[-1 - number], torture.VARIANTS[-1 - number]
    program("torture", variant)
    print(f"tests/torture/torture.py --seed={seed} --engine=attached-{attach_engine} --variant={variant}")
    assert torture.check(seed, 500, f"attached-{attach_engine}", variant) > 200
