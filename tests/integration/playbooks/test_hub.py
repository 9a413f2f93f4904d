# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Procedures about EUGEX, on the rehearsed LIVE and on TEST's beside it. Each leaves LIVE as the rehearsal does."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from emulators.estate.estate import ROOT
from tests.integration.playbooks.isolated import Rehearsed, ask_hub, changed, journalled, report
from tests.unit.inventories.test_inventories import of_environment

SOURCES = ROOT / "roles/eugex/files/views"
TEST = ("test", "rehearsal_of_test")
HUB = "stages/hub.yml"


@pytest.mark.thorough
@pytest.mark.timeout(400)
def test_that_other_sources_are_refused_in_live_and_a_deployment_is_reverted(
    rehearsed: Rehearsed, tmp_path: Path
) -> None:
    isolated = rehearsed.isolated
    for source in SOURCES.glob("*.sql"):
        text = source.read_text(encoding="utf-8")
        (tmp_path / source.name).write_text(text.replace("s.status = 'C'", "s.status IN ('C', 'L')"), encoding="utf-8")
    other = json.dumps({"eugex_view_sources": [str(tmp_path)]})
    candidates = "SELECT SUM(candidates) FROM eugex.exam_timetabling_exams"
    before = ask_hub(isolated, candidates)

    refused = isolated.play(HUB, "-e", other, succeeds=False)
    assert "not what was signed off" in refused
    assert ask_hub(isolated, candidates) == before

    signed_off = of_environment("live")["eugex_views"] | {"only_signed_off": False}
    changing = isolated.play(HUB, "-e", other, "-e", json.dumps({"eugex_views": signed_off}))
    assert changed(changing) == 1
    assert ask_hub(isolated, candidates) != before

    predicted = isolated.play("revert_views.yml", "--check", "--diff")
    assert changed(predicted) == 1
    assert "-WHERE s.status IN ('C', 'L')" in predicted
    assert ask_hub(isolated, candidates) != before
    unknown = isolated.play("revert_views.yml", "-e", "deployment=33", succeeds=False)
    assert report(unknown)["2.3"] != "failed", "the line is not at fault"
    reverted = isolated.play("revert_views.yml")
    assert (changed(reverted), report(reverted)["2.3"]) == (1, "applied")
    assert journalled(isolated.directory / "state") == ("revert_views", {"2.3", None})
    assert ask_hub(isolated, candidates) == before
    assert changed(isolated.play("revert_views.yml")) == 0


@pytest.mark.thorough
@pytest.mark.timeout(400)
def test_that_parity_of_test_and_live_is_shown_and_what_differs_is_named(rehearsed: Rehearsed) -> None:
    isolated = rehearsed.isolated
    isolated.play(HUB, inventories=TEST)
    isolated.play("parity.yml", inventories=TEST)
    facts = isolated.directory / "state-test/parity/eugex-test.json"
    told = isolated.directory / "state/parity/differences-of-live.json"
    for secret in (isolated.directory / "secrets").glob("*"):
        assert secret.read_text(encoding="utf-8") not in facts.read_text(encoding="utf-8")

    missing = isolated.play("parity.yml", "-e", "parity_with=nowhere.json", succeeds=False)
    assert "there is no file" in missing
    isolated.play("parity.yml", "-e", f"parity_with={os.path.relpath(facts, ROOT)}")
    assert json.loads(told.read_text(encoding="utf-8")) == {
        "environment": "live", "with": "eugex-test.json", "same": True, "differences": [],
    }  # fmt: skip

    ask_hub(isolated, "GRANT SELECT ON sits.students TO exam_connect",
        "ALTER TABLE eugex.invigilators ADD (note VARCHAR2(20))")  # fmt: skip
    isolated.play("parity.yml", "-e", f"parity_with={facts}")
    differences = json.loads(told.read_text(encoding="utf-8"))["differences"]
    assert {each["what"]: (each["expected"], each["found"]) for each in differences} == {
        "account object privilege SELECT on SITS.STUDENTS": ("nothing", "granted"),
        "account reads SITS.STUDENTS": ("nothing", "yes"),
        "table columns NOTE": ("nothing", "VARCHAR2(20 BYTE)"),
    }
    health = isolated.play("verify.yml", "--tags", "eugex", succeeds=False)
    assert report(health)["2.4"] == "failed"

    ask_hub(isolated, "ALTER TABLE eugex.invigilators DROP COLUMN note")
    mended = isolated.play(HUB)
    assert (changed(mended), report(mended)["2.4"]) == (1, "proven")
