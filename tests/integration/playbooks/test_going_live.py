# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A release is validated and goes live on the rehearsed LIVE; then nothing destroys its data. It is put back then."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import pytest
import yaml

from emulators.estate.estate import Estate
from emulators.estate.people import SCHEDULE, sign_off
from tests.integration.playbooks.conftest import NETWORK_OF_ISOLATED
from tests.integration.playbooks.isolated import Isolated, Playbook, Rehearsed, changed, report
from tests.integration.playbooks.test_database import sql

COUNTS = "SELECT (SELECT COUNT(*) FROM dbo.Students), (SELECT COUNT(*) FROM dbo.LocationSizes)"
GOLDEN = "[[0, 5]]"
DESTRUCTIVE = {
    "rollback.yml": (),
    "clear_down.yml": (),
    "dry_run.yml": ("-e", "again=true"),
    "validate.yml": ("-e", "step=open"),
    "snapshot.yml": ("-e", "state=reverted"),
    "back_out.yml": (),
}
THEME = "SELECT Value FROM dbo.Settings WHERE Name = N'Theme'"
OF_ANOTHER_DAY = (
    "EXEC sp_addextendedproperty N'exam_scheduling_validation',"
    """ N'{"state": "signed off", "inputs": {"views": "those of an earlier release"}}'""",
    "CREATE DATABASE ES_before_validation ON (NAME = ES, FILENAME = 'D:\\Data\\left.ss') AS SNAPSHOT OF ES",
    "UPDATE dbo.Settings SET Value = N'dark' WHERE Name = N'Theme'",
)
"""An earlier release was validated; a load of this one broke off and was cleared; then the product was changed."""
OF_ANOTHER_VERSION = {
    "web_timetables_version": "9.9.9",
    "calsync_product": {
        "name": "S2Unified CalSync",
        "version": "9.9.9",
        "product_id": "{6F1E5C62-3D0B-4B3C-9E55-000000009990}",
        "upgrade_code": "{6F1E5C62-3D0B-4B3C-9E55-0000000042FF}",
        "installer": r"\\files.exams.example\software\CalSync-9.9.9.msi",
        "sha256": "0" * 64,
        "services": [{"name": "CalSync", "start_mode": "auto", "account": r"EXAMS\svc-calsync"}],
    },
}
RECORD = "EXEC sp_updateextendedproperty N'exam_scheduling_service', N'{}'"


def properties(isolated: Isolated) -> dict[str, str]:
    """Return what the database says of itself."""
    rows = json.loads(
        sql(isolated, "SELECT name, CONVERT(nvarchar(4000), value) FROM sys.extended_properties WHERE class = 0")
    )
    return dict(rows)


def overlay(directory: Path, **variables: object) -> tuple[str, str]:
    """Return the options that add variables to the inventory."""
    (directory / "group_vars").mkdir(parents=True, exist_ok=True)
    (directory / "group_vars/all.yml").write_text(yaml.safe_dump(variables), encoding="utf-8")
    (directory / "hosts.yml").write_text("all: {}\n", encoding="utf-8")
    return ("-i", str(directory))


def events(isolated: Isolated) -> int:
    """Return how many events there are in all calendars of the tenant."""
    tenant = json.loads((isolated.directory / "graph/tenant.json").read_text(encoding="utf-8"))
    return sum(len(each) for each in tenant["events"].values())


def forget_validation(isolated: Isolated) -> None:
    """Let the validation, and who signed it off, be as if they had never been."""
    sql(isolated, "EXEC sp_dropextendedproperty N'exam_scheduling_validation'")
    for record in (isolated.directory / "changes").glob("validation-by-*.yml"):
        record.unlink()


def start_calsync(isolated: Isolated, directory: Path) -> None:
    """Start CalSync as somebody does who is at its host."""
    started = directory / "started.yml"
    task = {"ansible.windows.win_service": {"name": "CalSync", "start_mode": "auto", "state": "started"}}
    play = {"hosts": "calsync", "gather_facts": False, "tasks": [task]}
    started.write_text(yaml.safe_dump([play]), encoding="utf-8")
    program = Path(sys.executable).with_name("ansible-playbook")
    inventories = ("-i", "inventories/live", "-i", "inventories/rehearsal")
    assert isolated.command(program, *inventories, started).returncode == 0


@pytest.mark.thorough
@pytest.mark.timeout(1800)
def test_that_a_release_is_validated_goes_live_and_then_keeps_its_data(rehearsed: Rehearsed, tmp_path: Path) -> None:
    isolated = rehearsed.isolated
    assert "Is a validation open" in isolated.play("validate.yml", "-e", "step=run", succeeds=False)
    sql(isolated, *OF_ANOTHER_DAY)
    isolated.play("validate.yml", "-e", "step=open")
    assert properties(isolated)["exam_scheduling_data"].startswith("loaded for validation")
    assert changed(isolated.play("validate.yml", "-e", "step=open")) == 0, "one that is open stays as it is"
    sql(isolated, *SCHEDULE)
    loaded = sql(isolated, COUNTS)
    merged = overlay(tmp_path / "merged", exam_scheduler_checks=[])
    waits = isolated.play("live.yml", "--tags", "data_population", *merged)
    assert (report(waits)["5"], changed(waits)) == ("pending", 0), "a release that goes on waits for the validation"
    for playbook in ("dry_run.yml", "back_out.yml", "rollback.yml", "clear_down.yml"):
        refused = isolated.play(playbook, "-e", "again=true", succeeds=False)
        assert "is loaded for validation" in " ".join(refused.split()), playbook
    assert sql(isolated, COUNTS) == loaded

    ran = isolated.play("validate.yml", "-e", "step=run")
    assert "To be signed off: validation-by-project-team" in " ".join(ran.split())
    assert events(isolated) == 1, "the test student's alone: no other mailbox is in the scope"
    unsigned = isolated.play("validate.yml", "-e", "step=close", succeeds=False)
    assert "It is not signed off as it is now, and stays open" in unsigned

    assert sign_off(Estate(NETWORK_OF_ISOLATED))
    faults = isolated.directory / "sql-server/faults.json"
    faults.write_text(json.dumps([{"kind": "error", "number": 9002, "match": "scheduling_validation", "times": 1}]))
    isolated.play("validate.yml", "-e", "step=close", succeeds=False)  # once it has reverted
    faults.unlink()
    isolated.play("validate.yml", "-e", "step=close")
    assert sql(isolated, COUNTS) == GOLDEN
    assert sql(isolated, THEME) == '[["dark"]]', "it has reverted to what was there when it was opened"
    sql(isolated, "UPDATE dbo.Settings SET Value = N'standard' WHERE Name = N'Theme'")
    assert events(isolated) == 0
    assert json.loads(properties(isolated)["exam_scheduling_validation"])["state"] == "signed off"
    proven = isolated.play("live.yml", "--tags", "validation,data_population,publication")
    assert (report(proven)["7"], report(proven)["5"], changed(proven)) == ("proven", "proven", 0)

    assert "Going live is declared first" in isolated.play("go_live.yml", succeeds=False)
    live = overlay(tmp_path / "live", exam_publication="open", exam_scheduler_service="live")
    went = isolated.play("go_live.yml", *live)
    assert "Exam Scheduler is in service, and publication is open" in " ".join(went.split())
    assert properties(isolated)["exam_scheduling_service"] == "live"
    loaded = sql(isolated, COUNTS)
    assert loaded != GOLDEN
    assert changed(isolated.play("go_live.yml", *live)) == 0, "a load that is whole is not repeated"

    for inventory in ((), live):  # whatever the inventory says
        for playbook, options in DESTRUCTIVE.items():
            isolated.play(playbook, *inventory, *options, succeeds=False)
            assert sql(isolated, COUNTS) == loaded, playbook
    for hosts, message in (
        ("control_node:web_timetables", "may be in service"),
        ("web_timetables", "first play of back_out.yml was left out"),
    ):
        part = isolated.play("back_out.yml", "--limit", hosts, succeeds=False)
        assert message in " ".join(part.split()), "nor does it back out of a part"

    sql(isolated, RECORD.format("pre_live"))
    forget_validation(isolated)
    withdrawn = overlay(tmp_path / "withdrawn", exam_publication="open")
    isolated.play("clear_down.yml", *withdrawn)
    assert (sql(isolated, COUNTS), events(isolated)) == (GOLDEN, 0), "nothing is left in anybody's calendar"
    isolated.play("live.yml", "--tags", "calsync,web_timetables,publication")


@pytest.mark.thorough
@pytest.mark.timeout(400)
@pytest.mark.parametrize("name", OF_ANOTHER_VERSION)
def test_that_only_what_the_evidence_will_name_is_validated(rehearsed: Rehearsed, tmp_path: Path, name: str) -> None:
    declared = overlay(tmp_path / "other", **{name: OF_ANOTHER_VERSION[name]})
    other = rehearsed.isolated.play("validate.yml", *declared, "-e", "step=run", succeeds=False)
    assert re.search(
        r"expected S2Unified CalSync 9\.9\.9, found 4\.2\.0|does not show 9\.9\.9", " ".join(other.split())
    )


def test_that_whoever_is_left_out_by_limit_is_not_said_to_be_validated(playbook: Playbook) -> None:
    done = playbook.run("validate.yml", "-e", "step=run", "--limit", "connect")
    output = " ".join((done.stdout + done.stderr).split())
    assert done.returncode != 0, output
    assert "es-live, calsync-live, web1-live, web2-live: not asked in this run" in output


@pytest.mark.thorough
@pytest.mark.timeout(900)
def test_that_a_calsync_which_somebody_started_is_found_before_anything_is_loaded(
    rehearsed: Rehearsed, tmp_path: Path
) -> None:
    isolated = rehearsed.isolated
    start_calsync(isolated, tmp_path)

    refused = isolated.play("dry_run.yml", "-e", "again=true", succeeds=False)
    assert "Find out who started CalSync" in refused
    assert sql(isolated, COUNTS) == GOLDEN, "nothing was loaded"

    held = isolated.play("live.yml", "--tags", "publication")
    assert (report(held)["5"], changed(held)) == ("proven", 1)


@pytest.mark.thorough
@pytest.mark.timeout(1800)
def test_that_a_validation_which_a_business_user_refuses_ends_in_the_golden_copy_though_its_snapshot_was_lost(
    rehearsed: Rehearsed,
) -> None:
    isolated = rehearsed.isolated
    isolated.play("validate.yml", "-e", "step=open")
    sql(isolated, "DROP DATABASE ES_before_validation")
    close = ("-e", "step=close", "-e", "outcome=refused")
    assert "closed with -e step=close" in " ".join(isolated.play("validate.yml", *close, succeeds=False).split())
    assert sql(isolated, COUNTS) != GOLDEN, "by whom and why is asked before anything is touched"

    isolated.play("validate.yml", *close, "-e", "refused_by='A. Business User'", "-e", "reason='Two exams are missing'")
    assert sql(isolated, COUNTS) == GOLDEN
    evidence = json.loads(properties(isolated)["exam_scheduling_validation"])
    assert (evidence["state"], evidence["refused_by"]) == ("refused", "A. Business User")
    assert report(isolated.play("live.yml", "--tags", "validation"))["7"] == "waiting"
    forget_validation(isolated)


@pytest.mark.thorough
@pytest.mark.timeout(900)
def test_that_the_rehearsals_people_validate_a_release_that_waits_for_it_once(rehearsed: Rehearsed) -> None:
    isolated = rehearsed.isolated
    assert report(isolated.play("live.yml", "--tags", "validation"))["7"] == "waiting"
    validated = isolated.command(sys.executable, "-m", "emulators.estate", "validate")
    assert validated.returncode == 0, validated.stdout + validated.stderr
    assert report(validated.stdout.rpartition("VALIDATION: ")[2])["7"] == "proven"
    assert sql(isolated, COUNTS) == GOLDEN
    again = isolated.command(sys.executable, "-m", "emulators.estate", "validate")
    assert (again.returncode, again.stdout) == (0, "")
    forget_validation(isolated)
