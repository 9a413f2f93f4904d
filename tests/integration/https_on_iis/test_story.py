# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Line 1.6 on IIS hosts when things go wrong: each run says what happened, and the next one completes it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

import pytest

from emulators.certificates import thumbprint_of
from emulators.windows.faults import Faults
from tests.integration.https_on_iis.conftest import AWAITED, HOSTS, SITE, Outcome, Runner, names

pytestmark = pytest.mark.timeout(600)
HARDENED = {"ip": "*", "port": 443, "hostname": names("hardened")[0]}
DAY_LONG_AGO = "2026-01-01T00:00:00Z"


@dataclass(frozen=True)
class Story:
    """What happened, run by run."""

    first: dict[str, Outcome]
    """Each host but one has a fault."""
    second: dict[str, Outcome]
    """None has."""
    predicted: dict[str, Outcome]
    """Of a renewal, in check mode."""
    renewed: dict[str, Outcome]
    third: dict[str, Outcome]
    """As the second."""
    replaced: dict[str, str]
    """The record of the host `plain` after the second run."""


@pytest.fixture(scope="module")
def story(runner: Runner) -> Story:
    faults = runner.process.faults
    faults.set("half", Faults(certificate_import_breaks=True))
    faults.set("gone", Faults(down_after="website"))
    first = runner.run(distrusts=["distrusted"])

    faults.clear()
    # as if the connection had not come back for its removal either
    leftover = {"content": "x", "dest": "%TEMP%\\exam-scheduling-certificate.pfx"}
    by_hand: dict[str, dict[str, Any]] = {
        "taken": {"microsoft.iis.website": {"name": "Default Web Site", "state": "absent"}},
        "half": {"ansible.windows.win_copy": leftover},
        "hardened": {"microsoft.iis.website": {"name": SITE, "bindings": {"remove": [HARDENED]}}},
    }
    second = runner.run(by_hand=by_hand)
    assert {host: outcome.failure for host, outcome in second.items() if outcome.failure} == {}

    replaced = runner.replaced("plain")
    runner.record("plain").write_text(json.dumps(dict.fromkeys(replaced, DAY_LONG_AGO)), encoding="utf-8")
    runner.renew("plain", "distrusted")
    predicted = runner.run(["plain"], check=True)
    renewed = runner.run(["plain", "distrusted", "half"], distrusts=["distrusted"])
    return Story(first, second, predicted, renewed, runner.run(["plain", "distrusted"]), replaced)


def served(outcome: Outcome, host: str) -> str:
    """Return the certificate that all of the site's bindings have."""
    (certificate,) = {certificate for _name, _sni, certificate in outcome.bound}
    assert [(name, sni) for name, sni, _certificate in outcome.bound] == [
        ("", False),
        *((name, True) for name in names(host)),
    ]
    assert outcome.imported[certificate] is True
    return certificate


@pytest.mark.parametrize("host", HOSTS)
def test_that_the_next_run_completes_what_broke(story: Story, host: str) -> None:
    outcome = story.second[host]
    assert outcome.failure == ""
    assert served(outcome, host) in outcome.imported
    assert outcome.files == []
    (own,) = (each for each in outcome.state.certificates if each.thumbprint in outcome.imported)
    assert (own.exportable, own.key_storage) == (False, "machine")


def test_that_a_run_after_that_changes_nothing(story: Story) -> None:
    assert story.first["plain"].changed > 0
    assert story.second["plain"].changed == 0
    assert story.renewed["half"].changed == 0


def test_that_a_binding_of_another_site_is_refused_before_anything_is_touched(story: Story, runner: Runner) -> None:
    outcome = story.first["taken"]
    assert re.search(
        r"the site 'Default Web Site' has \*:443:taken\.exams\.example, which .*Nothing was touched\.", outcome.failure
    )
    assert (outcome.changed, outcome.imported, outcome.first_day) == (0, {}, True)


def test_that_options_of_a_binding_are_not_taken_away(story: Story) -> None:
    outcome = story.first["hardened"]
    assert re.search(
        r"the binding \*:443:hardened\.exams\.example .* has options that .*Nothing was touched on the host\.",
        outcome.failure,
    )
    assert outcome.imported == {}
    assert len(outcome.bound) == 2


def test_that_an_import_that_breaks_binds_nothing(story: Story) -> None:
    outcome = story.first["half"]
    assert re.search(
        r"could not be imported on half: .*Keyset does not exist.*Nothing was bound.*a certificate without its key",
        outcome.failure,
    )
    assert (list(outcome.imported.values()), outcome.first_day, outcome.files) == ([False], True, [])


def test_that_a_host_that_goes_down_while_binding_is_told_with_what_is_left(story: Story) -> None:
    outcome = story.first["gone"]
    # "refused" where the listener has gone by the time that the connection tidies up after what was cut
    assert re.search(
        r"could not be made: .*Connection (aborted|refused).*The old bindings could not be put back: .*run again",
        outcome.failure,
    )
    assert outcome.bound != story.first["plain"].bound, "names are bound, and not proven"
    assert list(outcome.imported.values()) == [True]


def test_that_a_proof_that_fails_puts_the_old_bindings_back(story: Story) -> None:
    told = r"distrusted, site Exam Scheduler: clients are not served .* The old bindings are back\..*unknown_issuer"
    for run, before in ((story.first, None), (story.renewed, story.second)):
        outcome = run["distrusted"]
        assert re.search(told, outcome.failure)
        if before is None:
            assert outcome.first_day
        else:
            assert outcome.bound == before["distrusted"].bound
            assert len(outcome.imported) == 2
    assert served(story.third["distrusted"], "distrusted") != served(story.second["distrusted"], "distrusted")


def test_that_a_renewal_is_predicted_and_the_old_certificate_recorded(story: Story, runner: Runner) -> None:
    assert story.predicted["plain"].changed == story.renewed["plain"].changed > 0
    assert story.predicted["plain"].state == story.second["plain"].state
    old, new = (served(run["plain"], "plain") for run in (story.second, story.renewed))
    assert old != new
    assert story.renewed["plain"].imported == {old: True, new: True}, "it stays until its days are over"
    assert old in runner.replaced("plain")


def test_that_a_replaced_certificate_goes_when_its_days_are_over(story: Story) -> None:
    (installers,) = story.replaced
    kept = {each.thumbprint for each in story.second["plain"].state.certificates}
    assert installers in kept
    assert installers not in {each.thumbprint for each in story.renewed["plain"].state.certificates}
    assert story.third["plain"].changed == 0


def test_that_a_host_whose_play_ends_for_the_sake_of_another_says_nothing_wrong(story: Story, runner: Runner) -> None:
    together = ("plain", "half")
    before = {host: story.renewed[host].bound for host in together}
    assert not story.third["plain"].failure
    for fault, half, plain in (
        (Faults(certificate_import_breaks=True), "could not be imported on half: .*Keyset does not exist", "^$"),
        (
            Faults(drop_before="website", at=1),
            "the new bindings could not be made: .*The old bindings are back",
            "another host failed before the new bindings were proven. The old bindings are back",
        ),
    ):
        runner.renew(*together)
        runner.process.faults.set("half", fault)
        broken = runner.run(together, together=True)
        runner.process.faults.clear()
        assert re.search(half, broken["half"].failure), broken["half"].failure
        assert re.search(plain, broken["plain"].failure), broken["plain"].failure
        assert {host: outcome.files for host, outcome in broken.items()} == {"plain": [], "half": []}
        assert {host: outcome.bound for host, outcome in broken.items()} == before

    completed = runner.run(together, together=True)
    for host in together:
        assert completed[host].failure == ""
        assert served(completed[host], host) not in {certificate for _name, _sni, certificate in before[host]}


@pytest.mark.thorough
def test_that_a_host_is_kept_with_its_certificate_while_the_renewal_is_awaited(runner: Runner) -> None:
    certificate = runner.answer(AWAITED, days=10)
    (runner.folder / AWAITED / "chain.pem").touch()
    outcome = runner.run([AWAITED], provider="csr_only")[AWAITED]
    assert outcome.failure == ""
    requests = runner.folder.parent / "hand-overs/1.6-certificate-requests.md"
    assert re.search(rf"\| {AWAITED} \| .* \| it ends at \S+ \|", requests.read_text(encoding="utf-8"))
    assert served(outcome, AWAITED) == thumbprint_of(certificate)
