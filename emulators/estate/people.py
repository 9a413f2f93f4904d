# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rehearsal's people, who validate the release (line 7): the project team schedules an exam, and both signers sign.

What they do with the collection, they do as docs/going_live.md says, by `ansible-playbook`.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql import _odbc
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.server import Server
from emulators.estate.estate import ROOT, Estate

LINE = "7"
SCHEDULE = (
    "INSERT INTO dbo.Students (UUN) VALUES (N's0000001')",
    "INSERT INTO dbo.Exams (CourseCode, PeriodId, DurationMinutes)"
    " SELECT N'TEST10001', MIN(PeriodId), 90 FROM dbo.AcademicPeriods",
    "INSERT INTO dbo.Registrations (ExamId, StudentId) SELECT e.ExamId, s.StudentId FROM dbo.Exams AS e"
    " CROSS JOIN dbo.Students AS s WHERE e.CourseCode = N'TEST10001' AND s.UUN = N's0000001'",
    "INSERT INTO dbo.Sittings (ExamId, LocationId, StartsAt) SELECT e.ExamId, MIN(l.LocationId), '2027-05-03T09:30:00'"
    " FROM dbo.Exams e CROSS JOIN dbo.Locations l WHERE e.CourseCode = N'TEST10001' GROUP BY e.ExamId",
)
"""The test student's exam, which the web timetables of inventories/live know (`web_timetables_known_student`)."""


def validate(estate: Estate) -> int:
    """Validate the release if it is waited for, saying what who does, and return the exit code."""
    if not waited_for(estate):
        return 0
    steps: list[tuple[str, Callable[[], bool]]] = [
        ("the project team has it opened", lambda: _play(estate, "validate.yml", "-e", "step=open")),
        ("the project team schedules the test student's exam", lambda: schedule(estate)),
        ("the project team has it proven", lambda: _play(estate, "validate.yml", "-e", "step=run")),
        ("the project team and the business user sign it off", lambda: sign_off(estate)),
        ("the project team has it closed", lambda: _play(estate, "validate.yml", "-e", "step=close")),
        ("the line is proven", lambda: _play(estate, "live.yml", "--tags", "validation")),
    ]
    for what, do in steps:
        print(f"\nVALIDATION: {what}", flush=True)
        if not do():
            return 1
    return 0


def waited_for(estate: Estate) -> bool:
    """Return whether the last run that looked at the validation waits for it."""
    for path in sorted((estate.directory / "state/reports/live").glob("*/report.json"), reverse=True):
        lines = json.loads(path.read_text(encoding="utf-8"))["lines"]
        states = {line["line"]: line["state"] for line in lines}
        if states[LINE] != "not in this run":
            return bool(states[LINE] == "waiting")
    return False


def schedule(estate: Estate) -> bool:
    """Schedule the test student's exam, as somebody does in Exam Scheduler, and return that it is done."""
    server = Server(
        name=f"sql-live.{estate.seed.domain}",
        connect_address=estate.address(estate.seed.addresses()["sql-live"]),
        database="ES",
        user="svc-exam-automation",
        password=(estate.directory / "secrets/sql_server_login_password").read_text(encoding="utf-8"),
        ca_certificates=str(estate.directory / "certification-authority/root.pem"),
    )
    with closing(_odbc.connect(server, autocommit=False)) as connection:
        for statement in SCHEDULE:
            connection.cursor().execute(statement)
        connection.commit()
    return True


def sign_off(estate: Estate) -> bool:
    """Copy the records of what was proven to the change records, have them signed, and return whether there are any."""
    written = list(_asked_for(estate))
    for record in written:
        shutil.copy(record, estate.changes)
    estate.approve_changes()
    return bool(written)


def _asked_for(estate: Estate) -> Iterator[Path]:
    return (estate.directory / "state/artefacts").glob("validation-by-*.yml")


def _play(estate: Estate, playbook: str, *options: str) -> bool:
    program = Path(sys.executable).with_name("ansible-playbook")
    inventories = ("-i", "inventories/live", "-i", "inventories/rehearsal")
    done = subprocess.run(
        [program, *inventories, f"playbooks/{playbook}", *options],
        cwd=ROOT,
        env={**os.environ, "EXAM_REHEARSAL_NETWORK": estate.network},
        check=False,
    )
    return done.returncode == 0
