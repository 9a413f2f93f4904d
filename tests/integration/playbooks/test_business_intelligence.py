# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Procedures about the universe, on the rehearsed LIVE and on TEST's platform. Each leaves LIVE as it was."""

from __future__ import annotations

import hashlib
import json

import pytest

from tests.integration.playbooks.isolated import Rehearsed, changed, journalled, report
from tests.unit.inventories.test_inventories import of_environment

STAGE = ("stages/publishing.yml", "--tags", "business_intelligence")
TEST = ("test", "rehearsal_of_test")
CUID = "AXuExamsTimetablingUniverse01"


def revision(rehearsed: Rehearsed, host: str = "bi-live") -> int:
    """Return the universe's revision as the emulated platform holds it."""
    platform = json.loads((rehearsed.isolated.directory / host / "platform.json").read_text(encoding="utf-8"))
    assert platform["sessions"] == {}, "somebody was not logged off"
    return int(next(each["revision"] for each in platform["universes"] if each["cuid"] == CUID))


@pytest.mark.thorough
@pytest.mark.timeout(600)
def test_that_the_universe_is_reverted_and_what_was_signed_off_is_promoted_again(rehearsed: Rehearsed) -> None:
    isolated = rehearsed.isolated
    assert revision(rehearsed) == 7
    assert changed(isolated.play("revert_universe.yml", "--check", "--diff")) == 1
    assert revision(rehearsed) == 7
    reverted = isolated.play("revert_universe.yml")
    assert (changed(reverted), report(reverted)["4.5"]) == (1, "applied")
    assert journalled(isolated.directory / "state") == ("revert_universe", {"4.5"})
    assert revision(rehearsed) == 3
    assert changed(isolated.play("revert_universe.yml")) == 0
    differing = isolated.play("verify.yml", "--tags", "business_intelligence", succeeds=False)
    assert report(differing)["4.5"] == "failed"

    artefact = isolated.directory / "state/artefacts/exams-timetabling.lcmbiar"
    signed_off = artefact.read_bytes()
    artefact.write_bytes(signed_off + b"\n")
    try:
        refused = isolated.play(*STAGE, succeeds=False)
    finally:
        artefact.write_bytes(signed_off)
    assert "not the one that was signed off" in " ".join(refused.split())
    assert revision(rehearsed) == 3
    again = isolated.play(*STAGE)
    assert (changed(again), report(again)["4.5"], revision(rehearsed)) == (1, "proven", 7)


@pytest.mark.thorough
@pytest.mark.timeout(400)
def test_that_test_exports_what_live_promotes(rehearsed: Rehearsed) -> None:
    isolated = rehearsed.isolated
    exported = isolated.play("export_universe.yml", inventories=TEST)
    assert "This is what was signed off." in " ".join(exported.split())
    archive = (isolated.directory / "state-test/artefacts/exams-timetabling.lcmbiar").read_bytes()
    digest = of_environment("live")["business_intelligence_artefact"]["digest"]
    assert hashlib.sha256(archive).hexdigest() == digest
    refused = isolated.play("export_universe.yml", succeeds=False)
    assert "what it has is no source for it" in " ".join(refused.split())
