# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""`make chaos`: each fault that an emulator knows, in each role that meets it, at a moment that the seed decides.

A case is good if a second run, once the fault is over, says of each line of the plan what an undisturbed run says, and
check mode then has nothing to change. What a case came to is kept in .cache/chaos: a later call with the same seed goes
on where this one ended.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import secrets
import signal
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.proof import render_table
from emulators.estate.estate import ROOT
from tests.chaos import matrix
from tests.chaos.arena import Arena, Occupied
from tests.chaos.runs import Outcome, Runner, end, short

RESULTS = ROOT / ".cache" / "chaos"
LIMIT_SECONDS = 900.0
CASE_SECONDS, STEP_SECONDS = 50, 20
"""What a case, and a step that nothing disturbs, usually take on two cores."""
GOOD = "reached"
HEADER = ("step", "where", "fault", "at task", "met", "the run", "run again", "seconds")


@dataclass(frozen=True)
class Result:
    """What a case came to."""

    case: str
    step: str
    where: str
    fault: str
    moment: str
    met: str
    first: str
    verdict: str
    seconds: float

    def row(self) -> tuple[str, ...]:
        """Return it as a row of the table."""
        values = (self.step, self.where, self.fault, self.moment, self.met, self.first, self.verdict)
        return (*values, f"{self.seconds:.0f}")


class Chaos:
    """One call of `make chaos`."""

    def __init__(self, seed: int, network: str, chosen: Sequence[matrix.Case], results: Path) -> None:
        self.seed = seed
        self.chosen = chosen
        self.steps = matrix.closure(case.step.name for case in chosen)
        self.arena = Arena(network, self.steps)
        self.runner = Runner(network, self.arena.overlay)
        self.results = results
        self.done = 0

    def run(self) -> list[Result]:
        """Run all cases, and return what they came to."""
        found: list[Result] = []
        self.arena.start()
        try:
            for step in self.steps:
                of_step = [case for case in self.chosen if case.step is step]
                if of_step:
                    self.arena.keep(step)
                whole = self._undisturbed(step)
                for case in of_step:
                    found.append(self._case(case, whole))
                    with self.results.open("a", encoding="utf-8") as file:
                        file.write(json.dumps(asdict(found[-1])) + "\n")
                if of_step and found[-1].verdict != GOOD:
                    self.arena.bring_back(step)
                    self._undisturbed(step)
        finally:
            self.arena.stop()
        return found

    def _undisturbed(self, step: matrix.Step) -> Outcome:
        print(f"{step.name}: undisturbed ...", end=" ", flush=True)
        start = time.monotonic()
        outcome = self.runner.run(step, seconds=LIMIT_SECONDS)
        print(f"{len(outcome.tasks)} tasks, {outcome.changed} changes, {time.monotonic() - start:.0f} s", flush=True)
        if outcome.code:
            raise RuntimeError(f"{step.name} fails without any fault:\n{outcome.text}")
        return outcome

    def _case(self, case: matrix.Case, whole: Outcome) -> Result:
        chance = case.chance(self.seed)
        within = case.fault.kind == "killed_within"
        at = chance.choice(whole.changing_moments() if within else whole.moments())
        entry = matrix.entry_of(case, chance)
        self.done += 1
        what = f"[{self.done}/{len(self.chosen)}] {case.name} at task {at} ({short(whole.tasks[:at])})"
        print(what, end=" ... ", flush=True)
        self.arena.bring_back(case.step)
        start = time.monotonic()
        kill = case.fault.system == matrix.RUN
        first = self.runner.run(
            case.step,
            seconds=LIMIT_SECONDS,
            at=at,
            after=whole.duration(at) * chance.random() if within else 0,
            strike=end if kill else lambda _process: self.arena.strike(case, entry),
        )
        met = {None: "", True: "yes", False: "no"}[self.arena.clear(case)]
        log = self.results.parent / f"{self.seed}-{case.name.replace(': ', '-').replace(' ', '-')}.log"
        verdict = self._verdict(case, whole, first, log)
        result = Result(
            case=case.name,
            step=case.step.name,
            where=case.fault.where,
            fault=case.fault.kind,
            moment=f"{at}/{len(whole.tasks)}",
            met=met,
            first="killed" if kill else "went through" if first.code == 0 else f"failed: {first.broke_off}",
            verdict=verdict,
            seconds=round(time.monotonic() - start, 1),
        )
        print(f"{result.first}; {verdict}", flush=True)
        return result

    def _verdict(self, case: matrix.Case, whole: Outcome, first: Outcome, log: Path) -> str:
        """Run again, then in check mode; return what is wrong, beginning with FAILS, or that all is well."""
        runs = [("the disturbed run", first)]
        verdict = GOOD
        if first.endless:
            verdict = f"FAILS: the disturbed run did not end in {LIMIT_SECONDS:.0f} s"
        elif first.trace is not None:
            verdict = f"FAILS: the disturbed run says {first.trace!r} instead of what is wrong"
        again = self.runner.run(case.step, seconds=LIMIT_SECONDS)
        runs.append(("the run after it", again))
        if again.code:
            verdict = f"FAILS: run again, it ends with {again.code} at: {again.broke_off}"
        elif other := again.other_than(whole):
            verdict = f"FAILS: run again, lines of the plan are: {other}"
        else:
            checked = self.runner.run(case.step, "--check", "--diff", seconds=LIMIT_SECONDS)
            runs.append(("check mode after that", checked))
            if checked.code or checked.changed:
                verdict = f"FAILS: check mode then ends with {checked.code} and {checked.changed} changes"
        log.write_text("".join(f"==== {name}\n{each.text}\n" for name, each in runs), encoding="utf-8")
        return verdict


def choose(
    only: Sequence[str], seed: int, count: int | None, known: Sequence[str], kinds: Sequence[str] = ()
) -> list[matrix.Case]:
    """Return the cases to run, in the matrix's order.

    Args:
        only: roles or steps; none: all.
        seed: which of them are taken where not all are.
        count: how many at most; None: all.
        known: names of cases that are done.
        kinds: of faults; none: all.
    """
    left = [
        case
        for case in matrix.cases()
        if (not only or {case.step.name, case.step.role} & set(only))
        and (not kinds or case.fault.kind in kinds)
        and case.name not in known
    ]
    if count is not None and count < len(left):
        drawn = random.Random(seed).sample(range(len(left)), count)  # noqa: S311 - reproducible, and nothing secret
        left = [left[index] for index in sorted(drawn)]
    return left


def told(chosen: Sequence[matrix.Case]) -> str:
    """Return how many cases these are, and about how long they take."""
    steps = matrix.closure(case.step.name for case in chosen)
    minutes = round((len(chosen) * CASE_SECONDS + len(steps) * STEP_SECONDS) / 60)
    return f"{len(chosen)} cases in {len(steps)} steps, about {minutes // 60} h {minutes % 60} min"


def parser() -> argparse.ArgumentParser:
    """Return what takes the arguments."""
    names = sorted(matrix.STEPS.keys() | {step.role for step in matrix.STEPS.values()})
    taking = argparse.ArgumentParser(prog="make chaos", description=__doc__)
    taking.add_argument("--seed", type=int, help="as an earlier call printed it; by default another one each time")
    taking.add_argument("--only", nargs="+", default=[], choices=names, metavar="ROLE", help=" ".join(names))
    taking.add_argument("--fault", nargs="+", default=[], metavar="KIND", help="only faults of these kinds")
    taking.add_argument("--cases", type=int, help="so many at most, drawn by the seed")
    taking.add_argument("--again", action="store_true", help="also those that were good with this seed before")
    taking.add_argument("--list", action="store_true", help="print the matrix, and run nothing")
    taking.add_argument("--network", default=os.environ.get("EXAM_CHAOS_NETWORK", "127.75"), help="such as 127.75")
    taking.add_argument("--results", type=Path, default=RESULTS, help="the directory where they are kept")
    return taking


def main() -> int:
    """Run the cases that were asked for, print the table and return the exit code."""
    # told to end, it stops what it has started, also where a shell has it ignore interrupts
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    arguments = parser().parse_args()
    seed = secrets.randbelow(1_000_000) if arguments.seed is None else arguments.seed
    if arguments.list:
        rows = [(case.step.name, case.step.role, case.fault.where, case.fault.kind) for case in matrix.cases()]
        print(render_table(("step", "role", "where", "fault"), rows), told(list(matrix.cases())), sep="\n")
        return 0
    arguments.results.mkdir(parents=True, exist_ok=True)
    results = arguments.results / f"{seed}.jsonl"
    before: dict[str, Result] = {}
    if results.exists() and not arguments.again:
        every = (Result(**json.loads(line)) for line in results.read_text(encoding="utf-8").splitlines())
        before = {result.case: result for result in every if result.verdict == GOOD}
    chosen = choose(arguments.only, seed, arguments.cases, list(before), arguments.fault)
    print(f"seed {seed}: {told(chosen)}; go on later with make chaos ARGS='--seed {seed}'", flush=True)
    try:
        found = Chaos(seed, arguments.network, chosen, results).run() if chosen else []
    except Occupied as problem:
        print(f"Refused: {problem}", file=sys.stderr)
        return 2
    shown = [*before.values(), *found]
    table = render_table(HEADER, [result.row() for result in shown])
    (arguments.results / f"{seed}.txt").write_text(table + "\n", encoding="utf-8")
    bad = sum(result.verdict != GOOD for result in shown)
    print(table, f"seed {seed}: {len(shown) - bad} passed, {bad} failed", sep="\n")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
