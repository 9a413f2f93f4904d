# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A deployment that fails or dies at any step leaves the old or the new; the next run makes it good."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.config_deployment.deployment import Deployment
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.config_deployment.host import HostProblem
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.config_deployment.plan import (
    Incoming,
    Journal,
    Operation,
    Place,
)

PLACE = Place("C:\\Connect")
OLD = {"a.config": b"old a", "b.config": b"old b", "gone.config": b"old c"}
NEW = {"a.config": b"new a", "b.config": b"new b", "fresh/d.config": b"new d"}


class Death(Exception):
    """The run, or its connection, is no more."""


@dataclass
class MemoryHost:
    """A host in memory, with a step at which something happens."""

    files: dict[str, bytes] = field(default_factory=dict)
    running: bool = True
    fails_at: int = 0
    dies: bool = False
    """From the step on, nothing is carried out any more; otherwise just that step fails."""
    refuses: bytes = b""
    """The service does not start where a file has this content."""
    step: int = 0

    def _step(self) -> None:
        self.step += 1
        if self.step == self.fails_at or (self.dies and self.fails_at and self.step > self.fails_at):
            raise Death if self.dies else HostProblem("it broke", remedy="Mend it.")

    def read(self, path: str) -> bytes | None:
        return self.files.get(path)

    def sha256(self, path: str) -> str | None:
        content = self.files.get(path)
        return None if content is None else hashlib.sha256(content).hexdigest()

    def operate(self, operations: Sequence[Operation]) -> None:
        for each in operations:
            self._step()
            self._carry_out(each)

    def _carry_out(self, each: Operation) -> None:
        if each.source not in (None, *self.files):
            raise HostProblem(f"there is no {each.source}")
        if each.action == "delete":
            self.files.pop(each.path, None)
        elif each.action == "write":
            assert each.content is not None
            self.files[each.path] = each.content
        elif each.action == "copy":
            self.files[each.path] = self.files[each.source or ""]
        elif each.action == "move":
            assert each.path not in self.files
            self.files[each.path] = self.files.pop(each.source or "")
        else:
            assert each.action == "replace"
            self.files[each.backup or ""] = self.files.pop(each.path)
            self.files[each.path] = self.files.pop(each.source or "")

    def create(self, path: str, content: bytes) -> bool:
        self._step()
        if path in self.files:
            return False
        self.files[path] = content
        return True

    def exchange(self, path: str, expected: bytes, content: bytes | None) -> bool:
        self._step()
        if self.files.get(path) != expected:
            return False
        self._carry_out(Operation("delete" if content is None else "write", path, content=content))
        return True

    def stop(self, service: str) -> None:
        self._step()
        self.running = False

    def start(self, service: str) -> None:
        self._step()
        if self.refuses and self.refuses in self.standing().values():
            raise HostProblem("it stopped again")
        self.running = True

    def standing(self) -> dict[str, bytes]:
        return {
            path.removeprefix("C:\\Connect\\").replace("\\", "/"): content
            for path, content in self.files.items()
            if ".exam_scheduling" not in path
        }


def leftovers(host: MemoryHost) -> list[str]:
    """Return what may be there only while a run is at work."""
    return [path for path in host.files if "\\stage\\" in path or "lock" in path or path.endswith(".part")]


def run(host: MemoryHost, files: dict[str, bytes] = NEW, *, keep: int = 3) -> Deployment:
    deployment = Deployment(host, PLACE, ["Connect"], keep=keep, lock_expires=0)
    incoming = {path: Incoming.of(content) for path, content in files.items()}
    with deployment.locked():
        stands = deployment.mend(deployment.look(list(incoming)))
        changed = deployment.differing(incoming, stands)
        if changed:
            deployment.deploy(changed, "digest", stands)
        elif deployment.mended:
            deployment.resume(stands)
    return deployment


def old_host() -> MemoryHost:
    host = MemoryHost()
    run(host, OLD)
    host.step = 0
    return host


def steps() -> int:
    host = old_host()
    run(host)
    return host.step


def test_that_the_new_stands_and_the_second_run_changes_nothing() -> None:
    host = old_host()
    run(host)
    assert host.standing() == NEW
    before = dict(host.files)
    run(host)
    assert host.files == before
    assert not leftovers(host)


@pytest.mark.parametrize("step", range(1, steps() + 1))
def test_that_a_step_that_fails_leaves_the_old_or_the_new_and_the_service_runs(step: int) -> None:
    host = old_host()
    host.fails_at = step
    failed = False
    try:
        run(host)
    except Problem:
        failed = True
    assert host.standing() == (OLD if failed else NEW)
    assert host.running


@pytest.mark.parametrize("step", range(1, steps() + 1))
def test_that_a_run_that_dies_is_made_good_by_the_next_one(step: int) -> None:
    host = old_host()
    host.fails_at, host.dies = step, True
    with pytest.raises(Death):
        run(host)
    unfinished = host.standing() not in (OLD, NEW)
    host.fails_at = 0
    told = run(host).told
    assert host.standing() == NEW
    assert host.running
    assert not leftovers(host)
    if unfinished:
        assert any("put back to the old" in each for each in told)


@pytest.mark.parametrize("wanted", [OLD, NEW])
@pytest.mark.parametrize("step", range(1, steps() + 1))
def test_that_after_two_deaths_the_old_can_be_had_as_well_as_the_new(step: int, wanted: dict[str, bytes]) -> None:
    for second in range(1, 2 * steps()):
        host = old_host()
        for fails_at, files in ((step, NEW), (second, wanted)):
            host.fails_at, host.dies, host.step = fails_at, True, 0
            with contextlib.suppress(Death):
                run(host, files)
        host.fails_at = 0
        run(host, wanted)
        assert host.standing() == wanted, second
        assert host.running, second
        assert not leftovers(host), second


@pytest.mark.parametrize("step", range(1, steps() + 1))
def test_that_a_run_that_dies_while_it_puts_back_is_made_good(step: int) -> None:
    host = old_host()
    host.refuses, host.fails_at, host.dies = b"new b", steps() + step - 3, True
    with contextlib.suppress(Death, Problem):
        run(host)
    host.fails_at, host.refuses = 0, b""
    before = host.standing()
    told = run(host).told
    assert before in (OLD, NEW) or any("put back to the old" in each for each in told)
    assert host.standing() == NEW
    assert host.running
    assert not leftovers(host)


@pytest.mark.parametrize("path", [*OLD, "fresh/d.config"])
@pytest.mark.parametrize("step", range(1, steps() + 1))
def test_that_a_change_by_hand_after_a_death_is_no_dead_end(step: int, path: str) -> None:
    host = old_host()
    host.fails_at, host.dies = step, True
    with pytest.raises(Death):
        run(host)
    host.fails_at, stood = 0, host.standing()
    died = Journal.parse(host.files[PLACE.journal], PLACE.journal).state
    host.files[PLACE.file(path)] = b"changed by hand"
    deployment = run(host)
    not_ours = {path: b"changed by hand"} if died == "switched" and stood == NEW and path not in NEW else {}
    assert host.standing() == {**NEW, **not_ours}
    assert host.running
    assert not leftovers(host)
    deployment.put_back()
    changed = {**OLD, path: b"changed by hand"}
    if died == "staging":
        assert host.standing() == changed
    elif died == "switching" and path in OLD and stood.get(path) == OLD[path]:
        assert host.standing() == changed, "it had not come to that file"
        assert any(f"Somebody has changed {path} in the meantime" in each for each in deployment.told)


@pytest.mark.parametrize("step", range(1, steps() + 1))
def test_that_a_deletion_by_hand_after_a_death_is_no_dead_end(step: int) -> None:
    for path in OLD:
        host = old_host()
        host.fails_at, host.dies = step, True
        with pytest.raises(Death):
            run(host)
        host.fails_at = 0
        host.files.pop(PLACE.file(path), None)
        run(host)
        assert host.standing() == NEW, path
        assert host.running, path


def test_that_a_journal_that_was_being_replaced_is_not_lost() -> None:
    host = old_host()
    host.files[f"{PLACE.journal}.part"] = host.files.pop(PLACE.journal)
    run(host)
    assert host.standing() == NEW, "it knows which file was its own and is to go"


def test_that_a_service_that_stops_again_gets_the_old_back_with_the_reason() -> None:
    host = old_host()
    host.refuses = b"new b"
    with pytest.raises(Problem, match=r"it stopped again.*The old stands again, and the services run with it"):
        run(host)
    assert host.standing() == OLD
    assert host.running


def test_that_a_failed_proof_gets_the_old_back_once() -> None:
    host = old_host()
    deployment = run(host)
    for _time in range(2):
        assert deployment.put_back() == "The old stands again, and the services run with it."
        assert host.standing() == OLD
    run(host)
    assert host.standing() == NEW


def test_that_only_so_many_generations_are_kept() -> None:
    host = MemoryHost()
    for number in range(6):
        run(host, {"a.config": f"version {number}".encode()}, keep=2)
    kept = [content for path, content in host.files.items() if "generations" in path]
    assert sorted(kept) == [b"version 3", b"version 4"]
