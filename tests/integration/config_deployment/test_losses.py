# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A deployment that is hit at any step leaves the old or the new and says which; the next run goes on from there."""

from __future__ import annotations

import json
import re

import pytest

from emulators.windows.faults import Faults
from tests.integration.config_deployment.conftest import NEW, OLD, SECRET, Hosts, Started, sha256

COMMANDS = 31
"""What a deployment sends to its host at most; that it is no more is asserted."""
CHANGES = 25
"""How many changes of files those make on it at most, in the same sense."""
SAYS = {
    "old": r"This run has touched none of the files|What stands is the old, untouched|The old stands again, and the "
    r"services run with it",
    "neither": "the next run says which, and puts it right",
}
"""By what stands, how a run that failed says so."""


def faults_of(kind: str, step: int) -> Faults:
    """Return the fault that strikes at one step."""
    if kind == "killed":
        return Faults(config_files_killed_at=step)
    if kind == "off":
        return Faults(config_files_killed_at=step, down_when_killed=True)
    drop, before, down = ("*" if kind == each else None for each in ("drop", "drop_before", "down_after"))
    return Faults(drop=drop, drop_before=before, down_after=down, at=step)


def hit(hosts: Hosts, steps: dict[str, tuple[str, int]]) -> dict[str, str]:
    """Deploy on hosts, each hit at its step, assert what has to be true of each, and return which stands.

    Args:
        hosts: all of them.
        steps: kind and step by host.
    """
    for name, (kind, step) in steps.items():
        hosts.fault(name, faults_of(kind, step))
    answers = hosts.run(hosts.task())
    stands = {name: hosts.which(name) for name in steps}
    for name, (kind, step) in steps.items():
        told, where = answers[name][0], (kind, step, stands[name], answers[name][0].get("msg"))
        if told.get("failed"):
            off = hosts.process.faults.of(name).refuse
            assert off or stands[name] == "old", where
            assert re.search("|".join(SAYS.values()) if off else SAYS["old"], told["msg"]), where
            assert not off or stands[name] == "old" or re.search(SAYS["neither"], told["msg"]), where
        else:
            assert stands[name] == "new", where
        assert hosts.runs(name) or hosts.process.faults.of(name).refuse, where
    return stands


def goes_on(hosts: Hosts, steps: dict[str, tuple[str, int]], stands: dict[str, str]) -> None:
    """Look at hosts whose faults are over, deploy again, and assert that nothing is left of what has hit them."""
    unfinished = {name for name in steps if hosts.journal(name).state in ("staging", "switching")}
    hosts.clear()
    answers = hosts.run(hosts.task(state="seen"), {**hosts.task(), "check_mode": True}, hosts.task(), hosts.task())
    for name, step in steps.items():
        seen, checked, done, again = answers[name]
        where = (step, stands[name], done)
        assert not done.get("failed"), where
        for looked in (seen, checked):
            assert looked["changed"] is (stands[name] != "new" or name in unfinished), where
            assert (f"What stands is {stands[name]} (" in " ".join(looked["told"])) is (name in unfinished), where
        assert done["changed"] is seen["changed"], where
        assert (again["changed"], again["told"]) == (False, []), where
        assert hosts.standing(name) == sha256(NEW), where
        assert hosts.runs(name), where
        assert kept_is_the_old_alone(hosts, name), where
    assert SECRET not in json.dumps(answers)


def kept_is_the_old_alone(hosts: Hosts, name: str) -> bool:
    """Return whether a host has the journal and what was replaced, and no lock, stage or part of a file."""
    (generation,) = hosts.journal(name).generations
    kept = {f"generations/{generation.name}/{path}": digest for path, digest in sha256(OLD).items()}
    told = {path: digest for path, digest in generation.files.items() if digest is not None}
    found = {path: digest for path, digest in hosts.kept(name).items() if path != "journal.json"}
    return (found, told, hosts.journal(name).state) == (kept, sha256(OLD), "switched")


def test_that_three_losses_leave_the_old_or_the_new(started: Started) -> None:
    steps = {"staging": ("drop", 20), "switching": ("off", 16), "starting": ("drop", 26)}
    hosts = started(list(steps))
    stands = hit(hosts, steps)
    assert stands == {"staging": "old", "switching": "neither", "starting": "old"}
    goes_on(hosts, steps, stands)


def test_that_a_module_that_is_killed_is_told_as_that(started: Started) -> None:
    hosts = started(["ended"])
    hosts.fault("ended", faults_of("killed", 3))
    ((told, *_), *_) = hosts.run(hosts.task()).values()
    assert "win_config_files ended on the host before it had answered; found exit code " in told["msg"]
    assert "Windows' event log, and run again. What stands is the old, untouched" in told["msg"]
    assert "deserialization" not in told["msg"]


@pytest.mark.thorough
@pytest.mark.timeout(1500)
@pytest.mark.parametrize(
    ("kind", "last"),
    [("drop_before", COMMANDS), ("drop", COMMANDS), ("down_after", COMMANDS), ("killed", CHANGES), ("off", CHANGES)],
)
def test_that_a_loss_at_any_step_leaves_the_old_or_the_new(started: Started, kind: str, last: int) -> None:
    steps = {f"step{step:02d}": (kind, step) for step in range(1, last + 1)}
    hosts = started(list(steps))
    stands = hit(hosts, steps)
    off = [name for name in steps if hosts.process.faults.of(name).refuse]
    if kind in ("down_after", "off"):
        assert off == sorted(steps)[: len(off)]
        assert 20 < len(off) < last, "there are more steps than this goes through"
        # a command comes to its end where the host is lost between two of them
        assert {stands[name] for name in off} == {"old", "new"} | ({"neither"} if kind == "off" else set())
    goes_on(hosts, steps, stands)
