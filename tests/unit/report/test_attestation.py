# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Attesting: once while it stands, and anew in the same words where a run has seen something since."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.attestation import (
    Attestation,
    AttestationFile,
    read_all,
)
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.report import plan
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.report.states import that_stands
from tests.report_example import ATTESTATIONS, STARTED, Script, a_run, proof

SAID = Attestation("1.3", "A. N. Other", "The records are there.", "ticket 5")


def attest(directory: Path) -> int:
    """Attest, and return how much that changes."""
    attestation = AttestationFile(directory, SAID, ["1.3"])
    return len(list(attestation.apply(attestation.plan(attestation.read()))))


def recorded(directory: Path) -> list[dict[str, str]]:
    found, problems = read_all(directory)
    assert not problems
    return [one.as_dict() for one in found["1.3"]]


def seen_by_a_run(directory: Path, at: datetime, known: plan.Plan | None = None) -> plan.Plan:
    """Let a run see the line then, and return the plan with it."""
    script = Script(a_run(at))
    script.task("1.3", "Prove it", {"localhost": proof("records", 72)})
    carried_on = plan.accumulate(known or plan.empty("live", emulated=True), script.report())
    (directory / "reports/live").mkdir(parents=True, exist_ok=True)
    (directory / "reports/live/plan.json").write_text(json.dumps(carried_on), encoding="utf-8")
    return carried_on


def test_the_same_words_are_recorded_anew_once_a_run_has_seen_the_line(tmp_path: Path) -> None:
    seen_by_a_run(tmp_path, datetime.now(UTC) - timedelta(hours=1))
    assert [attest(tmp_path), attest(tmp_path)] == [1, 0]
    first = recorded(tmp_path)
    (path,) = (tmp_path / "attestations").iterdir()
    old = {**first[0], "at": (datetime.now(UTC) - timedelta(hours=2)).isoformat(timespec="seconds")}
    path.write_text(json.dumps(old), encoding="utf-8")
    assert [attest(tmp_path), attest(tmp_path)] == [1, 0], "a run has seen the line between them"
    assert [one["at"] for one in recorded(tmp_path)][1:] == [old["at"]], "what was said before is kept"
    assert recorded(tmp_path)[0]["at"] > old["at"]
    seen = plan.last_seen(json.loads((tmp_path / "reports/live/plan.json").read_text(encoding="utf-8")))["1.3"]
    assert that_stands(recorded(tmp_path), seen)


def test_a_run_that_saw_nothing_of_the_line_ends_no_attestation(tmp_path: Path) -> None:
    attest(tmp_path)
    script = Script(a_run(datetime.now(UTC) + timedelta(hours=1)))
    script.task("1.3", "Prove it", {"localhost": proof("records", 72, proven=False, state="not_proven")})
    (tmp_path / "reports/live").mkdir(parents=True)
    known = plan.accumulate(plan.empty("live", emulated=True), script.report())
    (tmp_path / "reports/live/plan.json").write_text(json.dumps(known), encoding="utf-8")
    assert attest(tmp_path) == 0


@pytest.mark.parametrize("rubbish", ["", "[]", '{"lines": {"1.3": {"recent": [{}], "earlier": []}}}', '{"lines": []}'])
def test_a_plan_that_cannot_be_read_is_no_reason_to_say_it_twice(tmp_path: Path, rubbish: str) -> None:
    (tmp_path / "reports/live").mkdir(parents=True)
    (tmp_path / "reports/live/plan.json").write_text(rubbish, encoding="utf-8")
    assert [attest(tmp_path), attest(tmp_path)] == [1, 0]


def test_a_number_in_its_name_alone_makes_no_attestation(tmp_path: Path) -> None:
    attest(tmp_path)
    (path,) = (tmp_path / "attestations").iterdir()
    path.rename(path.with_name(path.name.replace(".json", "-2a.json")))
    assert "was edited" in read_all(tmp_path)[1][0]


def test_what_was_attested_while_a_run_went_on_stands_if_the_line_was_looked_at_before() -> None:
    script = Script(a_run(STARTED))
    script.task("1.3", "Prove it", {"localhost": proof("records", 72)})
    script.task("1.6", "Wait for hours", {"localhost": {"changed": True}})
    at = line_of(script.report(), "1.3")["seen"]
    assert at < line_of(script.report(), "1.6")["seen"], "the run went on"
    between = (datetime.fromisoformat(at) + timedelta(seconds=1)).isoformat()
    for attested_at, stands in ((between, True), (at, False)):
        attested = {"1.3": [{**ATTESTATIONS["6"][0], "line": "1.3", "at": attested_at}]}
        assert (line_of(script.report(attested), "1.3")["attestation"] is not None) is stands


def line_of(report: dict[str, Any], number: str) -> dict[str, Any]:
    return next(line for line in report["lines"] if line["line"] == number)
