# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""ansible-runner, with which AWX starts playbooks, runs the rehearsal of LIVE, which is as it left it before."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from emulators.estate.estate import ROOT
from tests.integration.playbooks.isolated import Rehearsed, report


@pytest.mark.thorough
@pytest.mark.timeout(900)
def test_that_ansible_runner_runs_live_and_its_artefacts_hold_no_secret(rehearsed: Rehearsed, tmp_path: Path) -> None:
    isolated = rehearsed.isolated
    inventories = [option for name in ("live", "rehearsal") for option in ("-i", str(ROOT / "inventories" / name))]
    (tmp_path / "env").mkdir()
    (tmp_path / "env" / "cmdline").write_text(" ".join(inventories), encoding="utf-8")
    (tmp_path / "project").symlink_to(ROOT)
    done = isolated.command(
        Path(sys.executable).with_name("ansible-runner"),
        *("run", str(tmp_path), "--ident", "rehearsal", "--playbook", "playbooks/live.yml"),
    )
    assert done.returncode == 0, done.stdout + done.stderr

    artefacts = tmp_path / "artifacts" / "rehearsal"
    assert (artefacts / "status").read_text(encoding="utf-8") == "successful"
    events = [json.loads(path.read_text(encoding="utf-8")) for path in (artefacts / "job_events").glob("*.json")]
    (recap,) = [event["event_data"] for event in events if event["event"] == "playbook_on_stats"]
    assert "localhost" in recap["ok"]
    assert not recap["failures"] | recap["dark"] | recap["changed"], "LIVE is as the rehearsal left it"
    told, before = report(done.stdout), report(rehearsed.applied)
    # a held CalSync has not signed in again if its key was rotated in between
    assert {told.pop("4.4"), before.pop("4.4")} <= {"proven", "proven in part"}
    assert told == before

    kept = "".join(path.read_text(encoding="utf-8") for path in artefacts.rglob("*") if path.is_file())
    secrets = [path for path in (isolated.directory / "secrets").glob("*") if path.is_file()]
    assert secrets
    assert [path.name for path in secrets if path.read_text(encoding="utf-8").strip() in kept] == []
