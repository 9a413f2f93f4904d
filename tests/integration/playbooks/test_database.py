# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The procedures about Exam Scheduler's database, on the rehearsed LIVE. Each test leaves it as the rehearsal does."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import pytest
import yaml

from emulators.estate.estate import ROOT
from tests.integration.playbooks.isolated import Isolated, Rehearsed, changed, journalled, report

WORK = (
    "INSERT INTO dbo.Students (UUN) VALUES (N's9000001'), (N's9000002')",
    "INSERT INTO dbo.Exams (CourseCode, PeriodId, DurationMinutes)"
    " SELECT N'TEST10001', MIN(PeriodId), 90 FROM dbo.AcademicPeriods",
    "INSERT INTO dbo.Registrations (ExamId, StudentId)"
    " SELECT e.ExamId, s.StudentId FROM dbo.Exams AS e CROSS JOIN dbo.Students AS s",
    "UPDATE dbo.Locations SET Name = N'renamed by hand'",
    "DELETE FROM dbo.LocationSizes",
)
"""What is written during integration tests."""
COUNTS = "SELECT (SELECT COUNT(*) FROM dbo.Registrations), (SELECT COUNT(*) FROM dbo.LocationSizes)"
AS_REHEARSED, AFTER_WORK = "[[0, 5]]", "[[2, 0]]"


def sql(isolated: Isolated, *statements: str) -> str:
    """Run statements on the rehearsal's SQL Server and return the rows that they return, a line of JSON for each."""
    network = isolated.environment["EXAM_REHEARSAL_NETWORK"]
    done = isolated.command(sys.executable, "-m", "tests.ask_rehearsed_database", network, *statements)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.thorough
@pytest.mark.timeout(400)
def test_what_integration_tests_wrote_is_reverted_and_the_line_is_proven(rehearsed: Rehearsed) -> None:
    isolated = rehearsed.isolated
    assert "Say -e state=present" in isolated.play("snapshot.yml", succeeds=False)
    kept = isolated.play("snapshot.yml", "-e", "state=present")
    assert (changed(kept), report(kept)["3.4"]) == (1, "applied")
    stands = isolated.play("snapshot.yml", "-e", "state=present", succeeds=False)
    assert "a revert would lose what anybody has written since then" in " ".join(stands.split())
    assert sql(isolated, *WORK, COUNTS) == AFTER_WORK

    live = ("-e", "state=reverted", "-e", "exam_scheduler_service=live")
    assert "ES is not reverted" in " ".join(isolated.play("snapshot.yml", *live, succeeds=False).split())
    predicted = isolated.play("snapshot.yml", "-e", "state=reverted", "--check")
    assert changed(predicted) == 1
    assert sql(isolated, COUNTS) == AFTER_WORK
    reverted = isolated.play("snapshot.yml", "-e", "state=reverted")
    assert (changed(reverted), report(reverted)["3.4"]) == (1, "proven")
    assert sql(isolated, COUNTS) == AS_REHEARSED
    again = isolated.play("snapshot.yml", "-e", "state=reverted")
    assert (changed(again), report(again)["3.4"]) == (0, "proven")

    assert changed(isolated.play("snapshot.yml", "-e", "state=absent")) == 1


@pytest.mark.thorough
@pytest.mark.timeout(400)
def test_that_data_are_cleared_to_the_golden_copy_unless_they_are_in_service(rehearsed: Rehearsed) -> None:
    isolated = rehearsed.isolated
    assert sql(isolated, *WORK, COUNTS) == AFTER_WORK
    in_service = isolated.play("rollback.yml", "-e", "exam_scheduler_service=live", succeeds=False)
    assert "its data are not cleared" in in_service
    # what the database says of itself outweighs what the inventory says
    says = "EXEC sp_updateextendedproperty N'exam_scheduling_service', N'{}'"
    sql(isolated, says.format("live"))
    refused = isolated.play("rollback.yml", succeeds=False)
    assert "pre_live" in refused
    assert sql(isolated, says.format("pre_live"), COUNTS) == AFTER_WORK

    # silence counts as live, and no run breaks it while there are rows to lose
    sql(isolated, "EXEC sp_dropextendedproperty N'exam_scheduling_service'")
    for mode in (("--check",), ()):
        silent = isolated.play("live.yml", "--tags", "exam_scheduler", "--limit", "sql_server", *mode, succeeds=False)
        assert "rows besides reference data and says nothing of being in service" in " ".join(silent.split())
    adopted = isolated.play("adopt.yml", "--tags", "exam_scheduler", "--limit", "sql_server,control_node")
    assert "nothing, which counts as live" in adopted
    assert sql(isolated, "EXEC sp_addextendedproperty N'exam_scheduling_service', N'pre_live'", COUNTS) == AFTER_WORK

    sql(isolated, "EXEC sp_addextendedproperty N'exam_scheduling_data', N'loaded for validation: run=1'")
    validated = isolated.play("rollback.yml", succeeds=False)
    assert "What people have scheduled in it is theirs. Nothing was touched." in " ".join(validated.split())
    assert sql(isolated, COUNTS) == AFTER_WORK
    sql(isolated, "EXEC sp_updateextendedproperty N'exam_scheduling_data', N'loaded for dry run: run=1'")
    faults = isolated.directory / "sql-server/faults.json"
    faults.write_text(json.dumps([{"kind": "error", "number": 9002, "match": "exam_scheduling_data", "times": 1}]))
    broken = isolated.play("rollback.yml", succeeds=False)
    faults.unlink()
    assert (changed(broken) > 0, report(broken)["3.3"]) == (True, "proven")
    assert "What stands, and how to carry on: " in broken
    assert journalled(isolated.directory / "state") == ("rollback", {"3.3", None})
    half_done = "procedure rollback, Have nothing taken for loaded any more, for sql-live"
    stands = " ".join(isolated.play("status.yml").split())
    assert half_done in stands
    assert re.search(r"Next \S*ansible-playbook .* playbooks/rollback\.yml", stands)
    assert changed(isolated.play("rollback.yml")) == 1
    assert half_done not in " ".join(isolated.play("status.yml").split())
    assert sql(isolated, COUNTS) == AS_REHEARSED
    assert sql(isolated, "SELECT name FROM sys.extended_properties WHERE name = N'exam_scheduling_data'") == "[]"
    assert changed(isolated.play("rollback.yml")) == 0


@pytest.mark.thorough
@pytest.mark.timeout(400)
def test_that_the_golden_copy_is_exported_where_it_is_kept_and_drift_is_a_warning(
    rehearsed: Rehearsed, tmp_path: Path
) -> None:
    isolated = rehearsed.isolated
    assert "is no source for it" in isolated.play("golden_copy.yml", succeeds=False)

    live = ROOT / "inventories/live/group_vars/all/exam_scheduler_database.yml"
    golden_copy = yaml.safe_load(live.read_text(encoding="utf-8"))["exam_scheduler_golden_copy"]
    artefact = tmp_path / "golden_copy"
    here = {"exam_scheduler_golden_copy": {**golden_copy, "artefact": str(artefact), "deployed": False}}
    inventory = tmp_path / "inventory"
    (inventory / "group_vars").mkdir(parents=True)
    (inventory / "group_vars/all.yml").write_text(yaml.safe_dump(here), encoding="utf-8")
    (inventory / "hosts.yml").write_text("all: {}\n", encoding="utf-8")

    exported = isolated.play("golden_copy.yml", "-i", str(inventory))
    assert f"their digest is {golden_copy['digest']}. These are the data that were signed off." in exported
    assert "The columns of all tables are those of exam_scheduler_schema." in exported
    schema = (ROOT / "inventories/shared/exam_scheduler_schema.yml").read_text(encoding="utf-8")
    assert yaml.safe_load((tmp_path / "golden_copy-schema.yml").read_text(encoding="utf-8")) == yaml.safe_load(schema)

    there = "SELECT COUNT(*) FROM dbo.Tags WHERE Name = N'drifted'"
    sql(isolated, "INSERT INTO dbo.Tags (Name) VALUES (N'drifted')")
    drifted = isolated.play("verify.yml", "-i", str(inventory), "--tags", "exam_scheduler", "--limit", "sql-live")
    assert "Export them again, have them signed off" in " ".join(drifted.split())
    assert report(drifted)["3.3"] == "proven", "it is no defect of this environment"
    assert sql(isolated, "DELETE FROM dbo.Tags WHERE Name = N'drifted'", there) == "[[0]]"
