#!/usr/bin/python3
"""
Runs the torture program with one seed after the other under every engine until the time is up, and holds each trace to the
program's own report. Prints each seed, so that a failure can be had again: torture.py --seed=N --engine=E.
"""
import argparse
import json
import os
import pathlib
import random
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "cases"))
import harness  # noqa: E402
import programs  # noqa: E402

VARIANTS = ("dynamic", "O2", "static", "m32", "musl")


def check(seed, steps, engine, variant="dynamic"):
    """
    One run; raises AssertionError when the trace and the report differ. Returns how many calls agreed, and how many were told as
    uncertain. engine: one of harness.ENGINES to start the program with, or "attached-" and one.
    """
    command = [programs.program("torture", variant), str(seed), str(steps)]
    trace = harness.trace_attached if engine.startswith("attached-") else harness.trace
    traced = trace(command, engine=engine.removeprefix("attached-"), timeout=90, check=False)
    assert traced.status == 0, traced
    records = harness.reports(traced.out)
    try:
        harness.check_trace(traced.events)
        harness.assert_agrees(records, traced.calls(), uncertain=engine == "attached-perf")
        check_lines(records, traced.calls())
    except AssertionError:
        keep(f"{seed}-{engine}-{variant}", traced)
        raise
    return len(traced.calls()), sum("uncertain" in event for event in traced.calls())


def keep(name, traced):
    """Writes a run's trace and report beside the built programs, to be looked at."""
    folder = programs.OUTPUT.parent / "torture"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.jsonl").write_text("".join(json.dumps(event) + "\n" for event in traced.events), encoding="utf-8")
    (folder / f"{name}.report").write_text(traced.out, encoding="utf-8")
    print(f"trace and report: {folder}/{name}.*")


def check_lines(records, calls):
    """Every event of a finished call shows its line, and next to none is uncertain (docs/ENGINES.md)."""
    assert sum("uncertain" in event for event in calls) <= 2 + len(calls) // 100, "more than one call of 100 is uncertain"
    lines = {(record["did"], record["line"]) for record in records}
    for event in calls:
        caller = event.get("caller", {})
        assert caller.get("line") or "return_value" not in event, f"no line: {event}"
        names = [did for did, line in lines if line == caller.get("line")
                 and event["type"] in harness.BY_ANOTHER.get(did, {did})]
        assert names or "return_value" not in event, f"a line that made no such call: {event}"


def arguments():
    parser = argparse.ArgumentParser(description="random programs that know what they did, against their traces")
    parser.add_argument("--minutes", type=float, default=1)
    parser.add_argument("--seed", type=int, help="this one only")
    parser.add_argument("--steps", type=int, default=800)
    parser.add_argument("--engine", action="append", help="this one only, attached-perf and attached-syscall among them (repeatable)")
    parser.add_argument("--variant", action="append", help="build of the program (repeatable)")
    return parser.parse_args()


def engines():
    """The engines that can start a command on this machine, and those that can attach."""
    def able(engine, *what):
        return harness.sockline(f"--engine={engine}", "-o", "/dev/null", *what).status == 0

    with harness.background(["sleep", "60"]) as sleeper:
        return [engine for engine in harness.ENGINES if able(engine, "true")] + [
            f"attached-{engine}" for engine in harness.ENGINES if able(engine, "--for=0.05", "-p", sleeper.pid)]


def main():
    options = arguments()
    harness.become_subreaper()
    chosen, variants = options.engine or engines(), options.variant or VARIANTS
    print(f"engines: {', '.join(chosen)}; variants: {', '.join(variants)}")
    end, runs, calls, uncertain, failed = time.monotonic() + 60 * options.minutes, 0, 0, 0, 0
    seed = random.SystemRandom().randrange(1 << 31) if options.seed is None else options.seed
    while True:
        engine, variant = chosen[runs % len(chosen)], variants[runs // len(chosen) % len(variants)]
        try:
            agreed, doubtful = check(seed, options.steps, engine, variant)
            calls, uncertain = calls + agreed, uncertain + doubtful
        except AssertionError as error:
            failed += 1
            print(f"FAILED --seed={seed} --steps={options.steps} --engine={engine} --variant={variant}\n{error}", flush=True)
        runs += 1
        if time.monotonic() > end or (options.seed is not None and runs >= len(chosen) * len(variants)):
            break
        if options.seed is None:
            seed += 1
    print(f"{runs} runs, last seed {seed}, {calls} calls agreed, {uncertain} of them uncertain "
          f"({uncertain * 100000 / max(calls, 1):.1f} of 100,000), {failed} runs failed")
    return 1 if failed else 0


if __name__ == "__main__":
    os.environ.setdefault("PYTHONDONTWRITEBYTECODE", "1")
    sys.exit(main())
