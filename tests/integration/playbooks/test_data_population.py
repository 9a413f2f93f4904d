# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The dry run on the rehearsed LIVE: what changes meanwhile, what makes it stale, and what nobody gets round."""

from __future__ import annotations

import json
import re
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from emulators.processes import wait_until
from emulators.windows.faults import FaultFile, Faults
from emulators.windows.model import STATE
from tests.integration.playbooks.isolated import Isolated, Rehearsed, ask_hub, changed, report

HOST = "connect-live"
STATUS = "c:\\programdata\\scientia\\connect\\jobs\\student-systems.json"
EVIDENCE = "SELECT CAST(value AS nvarchar(3750)) FROM sys.extended_properties WHERE name = N'exam_scheduling_dry_run'"


def sql(isolated: Isolated, *statements: str) -> list[Any]:
    """Run statements on the rehearsal's SQL Server and return the rows of each that returns some."""
    network = isolated.environment["EXAM_REHEARSAL_NETWORK"]
    done = isolated.command(sys.executable, "-m", "tests.ask_rehearsed_database", network, *statements)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def rows_done(isolated: Isolated) -> int:
    """Return how far the job says that it is."""
    windows = isolated.directory / "windows"
    file = STATE.validate_json((windows / f"hosts/{HOST}.json").read_bytes()).files.get(STATUS)
    if file is None:
        return 0
    status = json.loads((windows / "blobs" / file.blob).read_bytes())
    return int(status["rows"]["done"]) if status["state"] == "running" else 0


LONGER = "UPDATE sits.exams SET duration_minutes = duration_minutes + 15 WHERE exam_code = 'INVT08001'"
AS_BEFORE = "UPDATE sits.exams SET duration_minutes = duration_minutes - 15 WHERE exam_code = 'INVT08001'"


@pytest.mark.thorough
@pytest.mark.timeout(600)
def test_that_what_eugex_changes_during_the_load_is_loaded_by_a_second_one(rehearsed: Rehearsed) -> None:
    isolated = rehearsed.isolated
    faults = FaultFile(isolated.directory / "windows/faults.json")
    faults.set(HOST, Faults(job_waits_after=5000))
    with ThreadPoolExecutor() as pool:
        running = pool.submit(isolated.play, "dry_run.yml", "-e", "again=true")
        wait_until(lambda: rows_done(isolated) >= 5000 or running.done(), "the load", seconds=300)
        assert not running.done(), running.result()
        assert ask_hub(isolated, LONGER) == [None]
        faults.clear(HOST)
        output = running.result()
    assert ask_hub(isolated, AS_BEFORE) == [None]
    assert report(output)["5"] == "proven"
    assert "different" in output
    ((evidence,),) = sql(isolated, EVIDENCE)[0]
    assert json.loads(evidence)["loads"] == 2
    assert changed(isolated.play("dry_run.yml")) == 0


@pytest.mark.thorough
@pytest.mark.timeout(400)
def test_that_stale_evidence_names_what_is_another_one_and_nobody_withdraws_the_service_on_a_word(
    rehearsed: Rehearsed,
) -> None:
    isolated = rehearsed.isolated
    other = json.dumps({"eugex_views": {"digest": "f" * 64}})
    stale = isolated.play("verify.yml", "--tags", "data_population", "-e", other, succeeds=False)
    found = re.findall(r"^ *sql-live\.exams\.example ES +(\S.*?)  +f{64}  +5ba3ad62", stale, re.MULTILINE)
    assert set(found) == {"views"}, stale

    word = ("-e", "change_control_emergency_approver='A. N. Other'", "-e", "change_control_emergency_reason='in haste'")
    refused = isolated.play("withdraw_from_service.yml", *word, "-e", "backup_directory='E:\\Backup'", succeeds=False)
    assert "takes an approved change record that names withdraw_from_service" in " ".join(refused.split())
