# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lock on a host is held by one run, and named to the others; of those that find one that was left, one gets it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.config_deployment.deployment import Deployment
from tests.unit.config_deployment.test_deployment import PLACE, MemoryHost, leftovers

LEFT = b'{"owner": "x on y", "run": "r", "since": "2020-01-01T00:00:00+00:00"}'


def test_that_a_lock_of_another_run_is_named_with_its_age() -> None:
    host = MemoryHost(files={PLACE.lock: LEFT})
    deployment = Deployment(host, PLACE, [], keep=3, lock_expires=10**10)
    with pytest.raises(Problem, match=r"another run is at work there; found x on y, for \d+ s"), deployment.locked():
        pass
    assert PLACE.lock in host.files


@dataclass
class RacedHost(MemoryHost):
    """A host on which another run does something just after one has looked at the lock."""

    meanwhile: Callable[[], object] | None = None

    def read(self, path: str) -> bytes | None:
        content = super().read(path)
        if path == PLACE.lock and self.meanwhile:
            then, self.meanwhile = self.meanwhile, None
            then()
        return content


def test_that_of_two_runs_that_find_the_lock_of_a_dead_one_a_single_one_takes_it_over() -> None:
    host = RacedHost(files={PLACE.lock: LEFT})
    first, second = (Deployment(host, PLACE, [], keep=3, lock_expires=0) for _run in range(2))
    with contextlib.ExitStack() as at_work:
        host.meanwhile = lambda: at_work.enter_context(second.locked())
        with pytest.raises(Problem, match=r"another run is at work there; found its lock changed"), first.locked():
            pass
        assert "is taken over" in second.told[0]
        assert host.files[PLACE.lock] != LEFT, "the second has it still"
    assert not leftovers(host)


def test_that_a_lock_that_goes_while_it_is_looked_at_is_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    host = MemoryHost(files={PLACE.lock: LEFT})
    deployment = Deployment(host, PLACE, [], keep=3, lock_expires=0)
    monkeypatch.setattr(host, "read", lambda _path: None)
    with pytest.raises(Problem, match="another run is at work there"), deployment.locked():
        pass
    assert host.files == {PLACE.lock: LEFT}


def test_that_a_run_whose_lock_was_taken_over_leaves_that_of_the_other_run() -> None:
    host = MemoryHost()
    deployment = Deployment(host, PLACE, [], keep=3, lock_expires=0)
    with deployment.locked():
        host.files[PLACE.lock] = LEFT
    assert host.files[PLACE.lock] == LEFT
