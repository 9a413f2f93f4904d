# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is restored is all that stood at that time, however many deployments have changed a part of it since."""

from __future__ import annotations

import contextlib
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import InvalidParameter
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.config_deployment.deployment import Deployment
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.config_deployment.plan import Incoming, Journal
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.config_deployment.restoring import (
    ORIGINAL,
    restored,
)
from tests.unit.config_deployment.test_deployment import PLACE, Death, MemoryHost, leftovers

BEFORE = {"a.config": b"a of before", "b.config": b"b of before"}
RELEASES = {
    "1": {"a.config": b"a 1", "b.config": b"b 1"},
    "2": {"a.config": b"a 2", "b.config": b"b 1"},
    "3": {"a.config": b"a 2", "b.config": b"b 3", "c.config": b"c 3"},
    "4": {"a.config": b"a 2", "c.config": b"c 4"},
}


def host_of_before() -> MemoryHost:
    return MemoryHost({PLACE.file(path): content for path, content in BEFORE.items()})


def deploy(host: MemoryHost, release: str, *, keep: int = 10) -> None:
    deployment = Deployment(host, PLACE, ["Connect"], keep=keep, lock_expires=0)
    incoming = {path: Incoming.of(content) for path, content in RELEASES[release].items()}
    with deployment.locked():
        stands = deployment.mend(deployment.look(list(incoming)))
        if changed := deployment.differing(incoming, stands):
            deployment.deploy(changed, release, stands)
        elif deployment.mended:
            deployment.resume(stands)


def restore(host: MemoryHost, wanted: str, *, check: bool = False, keep: int = 10) -> dict[str, Any]:
    deployment = Deployment(host, PLACE, ["Connect"], keep=keep, lock_expires=0)
    if check:
        return restored(deployment, wanted, check=True)
    with deployment.locked():
        return restored(deployment, wanted, check=False)


def journal(host: MemoryHost) -> Journal:
    return Journal.parse(host.files[PLACE.journal], PLACE.journal)


def released(*releases: str, keep: int = 10) -> MemoryHost:
    host = host_of_before()
    for release in releases:
        deploy(host, release, keep=keep)
    host.step = 0
    return host


@pytest.mark.parametrize("release", ["1", "2", "3"])
def test_that_a_release_is_restored_as_a_whole(release: str) -> None:
    host = released(*RELEASES)
    (generation,) = (each for each in journal(host).generations if each.digest == release)
    foreseen = restore(host, generation.name, check=True)
    assert restore(host, generation.name) == foreseen
    assert host.standing() == RELEASES[release]
    assert (journal(host).digest, set(journal(host).managed)) == (release, set(RELEASES[release]))
    assert not restore(host, generation.name, check=True)["changed"]


def test_that_what_was_there_before_is_restored_and_is_not_ours() -> None:
    host = released(*RELEASES)
    restore(host, ORIGINAL)
    assert host.standing() == BEFORE
    assert (journal(host).digest, journal(host).managed) == (None, ())
    host.files[PLACE.file("a.config")] = b"changed by the vendor"
    again = restore(host, ORIGINAL)
    assert (again["changed"], again["msg"]) == (False, "Nothing that was signed off is there.")


def test_that_what_is_restored_can_be_put_back() -> None:
    host = released("1", "2", "3")
    restore(host, ORIGINAL)
    Deployment(host, PLACE, ["Connect"], keep=10, lock_expires=0).put_back()
    assert host.standing() == RELEASES["3"]
    restore(host, ORIGINAL)
    assert host.standing() == BEFORE


@pytest.mark.parametrize("keep", [0, 1, 2])
def test_that_what_was_there_before_is_kept_in_any_case(keep: int) -> None:
    host = released("1", "2", "3", "4", "1", "2", "4", "3", keep=keep)
    assert len(journal(host).generations) == max(keep, 1) + 1
    assert restore(host, ORIGINAL, keep=keep)["changed"]
    assert host.standing() == BEFORE


def test_that_an_original_that_is_not_kept_is_not_taken_for_none() -> None:
    host = MemoryHost({PLACE.journal: Journal("accepted", "1", "somebody", "2026-11-01", managed=("a.config",)).text()})
    with pytest.raises(InvalidParameter, match="it is not kept"):
        restore(host, ORIGINAL)


def steps(keep: int) -> int:
    host = released("1", "2", "3", keep=keep)
    deploy(host, "4", keep=keep)
    restore(host, ORIGINAL, keep=keep)
    return host.step


@pytest.mark.parametrize("step", range(1, steps(1) + 1))
def test_that_after_a_death_what_was_there_before_can_be_had(step: int) -> None:
    host = released("1", "2", "3", keep=1)
    host.fails_at, host.dies = step, True
    with contextlib.suppress(Death):
        deploy(host, "4", keep=1)
        restore(host, ORIGINAL, keep=1)
    host.fails_at = 0
    foreseen = restore(host, ORIGINAL, check=True, keep=1)
    assert restore(host, ORIGINAL, keep=1) == foreseen
    assert host.standing() == BEFORE
    assert host.running
    assert not leftovers(host)
    assert not restore(host, ORIGINAL, check=True, keep=1)["changed"]


def test_that_a_name_that_is_not_kept_leaves_no_service_stopped() -> None:
    host = released("1", "2")
    host.fails_at, host.dies = 8, True
    with contextlib.suppress(Death):
        deploy(host, "3")
    assert not host.running
    host.fails_at = 0
    with pytest.raises(InvalidParameter, match="Give one of these, the newest first"):
        restore(host, "")
    assert (host.standing(), host.running) == (RELEASES["2"], True)


@dataclass
class History:
    """A host, and what stood on it before each switch that its journal has."""

    keep: int
    host: MemoryHost = field(default_factory=host_of_before)
    stood: dict[str, dict[str, bytes]] = field(default_factory=dict)
    names: list[str] = field(default_factory=list)

    def record(self, before: dict[str, bytes]) -> None:
        """Keep what stood before a switch, if there was one."""
        self.names = [each.name for each in journal(self.host).generations]
        if self.names:
            self.stood.setdefault(self.names[0], before)

    def step(self, what: str) -> None:
        """Deploy a release, put back, or restore a generation by its number."""
        before = self.host.standing()
        if what in RELEASES:
            deploy(self.host, what, keep=self.keep)
        elif what == "put back":
            Deployment(self.host, PLACE, ["Connect"], keep=self.keep, lock_expires=0).put_back()
        elif self.names:
            self.restores(self.names[int(what) % len(self.names)])
        self.record(before)

    def restores(self, wanted: str) -> None:
        """Restore a generation, and assert that all that stood at its time stands."""
        foreseen = restore(self.host, wanted, check=True)
        assert restore(self.host, wanted, keep=self.keep) == foreseen
        assert self.host.standing() == self.stood[wanted]
        if any(each.name == wanted for each in journal(self.host).generations):  # the switch was one more
            assert not restore(self.host, wanted, check=True)["changed"]


STEPS = st.sampled_from([*RELEASES, "put back", *(f"{number:02}" for number in range(5))])


@given(st.lists(STEPS, min_size=1, max_size=12), st.integers(1, 4))
def test_that_any_generation_restores_what_stood_at_its_time(story: list[str], keep: int) -> None:
    history = History(keep)
    for each in ("1", *story):
        history.step(each)
    for name in history.names:
        deepcopy(history).restores(name)
    original = deepcopy(history.host)
    restore(original, ORIGINAL, keep=keep)
    assert original.standing() == BEFORE
    assert not leftovers(original)
    told = {PLACE.copy(each, path) for each in journal(original).generations for path, old in each.files.items() if old}
    assert {path for path in original.files if "\\generations\\" in path} == told
