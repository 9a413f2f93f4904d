# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The dry run on the rehearsed LIVE: what changes meanwhile, what makes it stale, and what nobody gets round."""

from __future__ import annotations

import json
import re
import shutil
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import yaml

from emulators.estate.advisory_board import sign_records
from emulators.estate.estate import ROOT
from emulators.processes import wait_until
from emulators.windows.faults import FaultFile, Faults
from emulators.windows.model import STATE
from tests.integration.playbooks.isolated import Isolated, Rehearsed, ask_hub, changed, journalled, report
from tests.integration.playbooks.test_going_live import overlay, start_calsync
from tests.unit.inventories.test_inventories import of_environment

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
@pytest.mark.timeout(1800)
def test_that_a_calsync_which_somebody_starts_during_the_load_is_found_and_the_next_run_carries_on(
    rehearsed: Rehearsed, tmp_path: Path
) -> None:
    isolated = rehearsed.isolated
    before = sql(isolated, EVIDENCE)
    faults = FaultFile(isolated.directory / "windows/faults.json")
    faults.set(HOST, Faults(job_waits_after=5000))
    with ThreadPoolExecutor() as pool:
        running = pool.submit(isolated.play, "dry_run.yml", "-e", "again=true", succeeds=False)
        wait_until(lambda: rows_done(isolated) >= 5000 or running.done(), "the load", seconds=300)
        assert not running.done(), running.result()
        start_calsync(isolated, tmp_path)
        faults.clear(HOST)
        output = running.result()
    assert "Find out who started CalSync" in output
    assert sql(isolated, "SELECT COUNT(*) FROM dbo.Students", EVIDENCE) == [[[0]], *before], "cleared, and no evidence"

    held = isolated.play("live.yml", "--tags", "publication")
    assert (report(held)["5"], changed(held)) == ("proven", 1)
    again = isolated.play("dry_run.yml", "-e", "again=true")
    assert report(again)["5"] == "proven"
    assert sql(isolated, EVIDENCE) != before


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

    before = sql(isolated, EVIDENCE)
    newer = of_environment("live")["connect_connector"] | {"version": "1.8.0"}
    others = of_environment("live")["eugex_views"] | {"digest": "f" * 64}
    for declared, line in (({"connect_connector": newer}, "4.3"), ({"eugex_views": others}, "2.3")):
        waits = isolated.play("live.yml", "--tags", "data_population", "-e", json.dumps(declared))
        assert (report(waits)["5"], changed(waits)) == ("pending", 0), "nothing is loaded by what is not there yet"
        assert re.search(rf"pending_line\W+{re.escape(line)}", waits), waits
        refused = isolated.play("dry_run.yml", "--check", "-e", json.dumps(declared), succeeds=False)
        assert f"Have line {line} carried out" in " ".join(refused.split()), "a procedure brings neither"
    assert sql(isolated, EVIDENCE) == before

    word = ("-e", "change_control_emergency_approver='A. N. Other'", "-e", "change_control_emergency_reason='in haste'")
    refused = isolated.play("withdraw_from_service.yml", *word, "-e", "backup_directory='E:\\Backup'", succeeds=False)
    assert "takes an approved change record that names withdraw_from_service" in " ".join(refused.split())


IN_SERVICE = "EXEC sp_updateextendedproperty N'exam_scheduling_service', N'live'"
NO_CHECKS = json.dumps({"exam_scheduler_checks": []})
"""So that another dry run is due."""
EMERGENCY = {
    "id": "SAS005-911",
    "title": "Take Exam Scheduler out of use",
    "reference": "Emergency change of 2027-02-03",
    "approver": "Chair of the change advisory board <change-board@exams.example>",
    "window": {"start": "2027-02-03T08:00", "end": "2027-02-03T18:00", "time_zone": "Europe/London"},
    "covers": {"procedures": ["withdraw_from_service"]},
    "back_out": "The backup that the procedure has made is restored.",
}


@pytest.mark.thorough
@pytest.mark.timeout(600)
def test_that_only_an_approved_change_withdraws_the_service_and_a_backup_comes_first(
    rehearsed: Rehearsed, tmp_path: Path
) -> None:
    isolated = rehearsed.isolated
    records = tmp_path / "records"
    shutil.copytree(ROOT / "changes/live", records)
    (records / "SAS005-911.yml").write_text(yaml.safe_dump(EMERGENCY), encoding="utf-8")
    sign_records(records, tmp_path / "approvals")
    approvals = {
        "change_control_records": str(records),
        "change_control_approvals": str(tmp_path / "approvals"),
        "change_control_allowed_signers": str(tmp_path / "approvals/allowed_signers"),
    }
    inventory = tmp_path / "inventory"
    (inventory / "group_vars").mkdir(parents=True)
    (inventory / "group_vars/all.yml").write_text(yaml.safe_dump(approvals), encoding="utf-8")
    (inventory / "hosts.yml").write_text("all: {}\n", encoding="utf-8")
    approved = ("-i", str(inventory), "-e", "backup_directory=/var/opt/mssql/backup")
    says = "SELECT CAST(value AS nvarchar(40)) FROM sys.extended_properties WHERE name = N'exam_scheduling_service'"
    sql(isolated, "INSERT INTO dbo.Students (UUN) VALUES (N's9000001')", IN_SERVICE)
    assert "its data are not touched" in " ".join(isolated.play("clear_down.yml", succeeds=False).split())

    predicted = isolated.play("withdraw_from_service.yml", *approved, "--check")
    assert (changed(predicted), sql(isolated, says)) == (2, [[["live"]]])
    withdrawn = isolated.play("withdraw_from_service.yml", *approved)
    assert journalled(isolated.directory / "state") == ("withdraw_from_service", {None})
    assert (changed(withdrawn), sql(isolated, says)) == (2, [[["pre_live"]]])
    made = "SELECT COUNT(*) FROM msdb.dbo.backupset WHERE database_name = N'ES' AND is_copy_only = 1"
    assert sql(isolated, made) == [[[1]]]
    assert changed(isolated.play("withdraw_from_service.yml", *approved)) == 0

    # nothing but a person's word clears it
    for options in ((), ("-e", "again=true")):
        kept = " ".join(isolated.play("dry_run.yml", *options, "-e", NO_CHECKS, succeeds=False).split())
        assert "playbooks/go_live.yml puts them back" in kept
    waits = isolated.play("live.yml", "--tags", "data_population", "-e", NO_CHECKS)
    assert (report(waits)["5"], changed(waits)) == ("failed", 0), "and the run goes on"
    renamed = "UPDATE dbo.Locations SET Name = N'North Hall, {}' WHERE LocationId = 1"
    sql(isolated, renamed.format("as the service had it"))
    kept = isolated.play("live.yml", "--tags", "exam_scheduler", "--limit", "sql_server")
    assert (report(kept)["3.3"], changed(kept)) == ("failed", 0), "and the run goes on"
    assert "It was withdrawn from service, and keeps them" in " ".join(kept.split())
    sql(isolated, renamed.format("sports hall"))
    # publication is held: CalSync could take nothing away
    for playbook in ("back_out.yml", "rollback.yml", "clear_down.yml"):
        left = " ".join(isolated.play(playbook, succeeds=False).split())
        assert "in students' calendars until CalSync takes it away. Nothing was touched." in left
    assert sql(isolated, "SELECT COUNT(*) FROM dbo.Students") == [[[1]]]

    # and the way back: what is there as it was is put in service again, and nothing else is, nor is it to be cleared
    open_again = overlay(tmp_path / "open", exam_publication="open", exam_scheduler_service="live")
    go_live = ("go_live.yml", *open_again, "--limit", "connect")  # the database alone
    sql(isolated, "INSERT INTO dbo.Students (UUN) VALUES (N's9000002')")
    refused = " ".join(isolated.play(*go_live, succeeds=False).split())
    assert "Find out whose they are before anything clears them" in refused
    sql(isolated, "DELETE FROM dbo.Students WHERE UUN = N's9000002'")
    predicted = isolated.play(*go_live, "--check")
    back = isolated.play(*go_live)
    assert (changed(predicted), changed(back), sql(isolated, says)) == (1, 1, [[["live"]]])
    assert journalled(isolated.directory / "state") == ("go_live", {None})
    # as a go-live leaves it that breaks off once it is in service
    sql(isolated, "EXEC sp_addextendedproperty N'exam_scheduling_data', N'loaded for go-live: run=1'")
    assert changed(isolated.play(*go_live)) == 1
    assert sql(isolated, "SELECT name FROM sys.extended_properties WHERE name = N'exam_scheduling_data'") == [[]]

    sql(isolated, IN_SERVICE.replace("live", "pre_live"), "EXEC sp_dropextendedproperty N'exam_scheduling_go_live'")
    sql(isolated, "DELETE FROM dbo.Students")
