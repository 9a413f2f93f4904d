# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Status knows of proofs, from the reports as they are written."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.journal_status import (
    Standing,
    Status,
    status_of,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.journal_text import text_of
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.report_reader import last_states
from tests.report_example import ATTESTATIONS, STARTED, Script, a_run, proof
from tests.unit.journal.test_journal_status import run

ATTESTED = {"1.3": [{**ATTESTATIONS["6"][0], "line": "1.3"}]}
DIFFERENT = proof("72 DNS record sets: differences 1", 72, proven=False, state="different")


def write_report(directory: Path, hours: int, contents: dict[str, Any], **facts: Any) -> str:
    """Write the report of a run with a proof of each line, and return the run's identifier."""
    script = Script(a_run(STARTED + timedelta(hours=hours), **facts))
    for line, content in contents.items():
        script.task(line, "Prove it", {"localhost": content})
    report = script.report(ATTESTED)
    place = directory / str(report["run"]["id"])
    place.mkdir()
    (place / "report.json").write_text(json.dumps(report), encoding="utf-8")
    return str(report["run"]["id"])


def test_the_last_run_that_looked_at_a_line_says_how_it_saw_it(tmp_path: Path) -> None:
    first = write_report(tmp_path, 0, {"1.2": proof("flows", 3), "1.3": proof("records", 72)})
    second = write_report(tmp_path, 1, {"1.3": DIFFERENT})
    write_report(tmp_path, 2, {"1.3": proof("records", 72)}, check_mode=True)
    write_report(tmp_path, 3, {})
    states, unreadable = last_states(tmp_path)
    seen = {line: (one.state, one.run) for line, one in states.items()}
    assert seen == {"1.2": ("proven", first), "1.3": ("failed", second)}, "an attestation is no run's"
    assert not unreadable


def test_status_tells_a_proof_since_the_last_change_from_one_before_it(tmp_path: Path) -> None:
    of_run = write_report(tmp_path, 0, {"1.2": proof("flows", 3), "1.3": proof("records", 72)})
    states, _ = last_states(tmp_path)
    later = timedelta(milliseconds=300)
    standing = [
        Standing("1.2", "Firewalls", "another run", states["1.2"].at + later, 1),
        Standing("1.3", "DNS", of_run, states["1.3"].at + later, 72),
    ]
    last = status_of([run("1", "ok")]).last
    shown = text_of(Status(last, [], standing, [], [], 0), states)
    assert [line.rpartition(", ")[2] for line in shown if line.startswith("Stands")] == [
        "not proven since",
        "proven 2027-01-19 18:15:03 UTC",
    ]


def test_a_report_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    write_report(tmp_path, 0, {"1.3": proof("records", 72)})
    broken = tmp_path / "2027-01-20T000000Z-0a1b2c" / "report.json"
    broken.parent.mkdir()
    for content in ("{", "[]", "{}"):
        broken.write_text(content, encoding="utf-8")
        states, unreadable = last_states(tmp_path)
        assert states["1.3"].state == "proven"
        assert unreadable == [broken]
    shown = text_of(status_of([run("1", "ok")]), states, unreadable)
    assert shown[-1] == f"Unreadable 1 report; a proof may be missing here; the last is {broken}"
