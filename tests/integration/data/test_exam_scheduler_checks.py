# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The checks of this estate, on the schema that its inventories declare: each finds what was planted, and no more."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import yaml

from emulators.estate.estate import ROOT
from tests.integration.data.conftest import documented

CHECKS: list[dict[str, Any]] = yaml.safe_load(
    (ROOT / "inventories/shared/exam_scheduler_checks.yml").read_text(encoding="utf-8")
)["exam_scheduler_checks"]
SCHEMA = re.split(
    r"^GO$", (ROOT / "emulators/estate/exam_scheduler.sql").read_text(encoding="utf-8"), flags=re.MULTILINE
)

AS_IT_SHOULD_BE = """
INSERT INTO dbo.AcademicPeriods VALUES (1, N'May 2027', '2027-04-26', '2027-05-28'),
    (2, N'August 2027', '2027-08-02', '2027-08-20');
SET IDENTITY_INSERT dbo.Locations ON;
INSERT INTO dbo.Locations (LocationId, Code, Name) VALUES (1, N'HALL', N'Great Hall'), (2, N'LAB', N'Computer Lab');
SET IDENTITY_INSERT dbo.Locations OFF;
INSERT INTO dbo.LocationSizes VALUES (1, N'rows', 3), (1, N'groups', 2), (2, N'rows', 2);
SET IDENTITY_INSERT dbo.Tags ON;
INSERT INTO dbo.Tags (TagId, Name) VALUES (1, N'Step-free'), (2, N'Computers'), (3, N'Piano');
SET IDENTITY_INSERT dbo.Tags OFF;
INSERT INTO dbo.LocationSuitabilities VALUES (1, 1), (2, 1), (2, 2), (1, 3);
SET IDENTITY_INSERT dbo.Students ON;
INSERT INTO dbo.Students (StudentId, UUN, Adjustments, ExtraTimePercent) VALUES
    (1, N's9000001', NULL, 0), (2, N's9000002', N'Extra time 25%, separate room', 25),
    (3, N's9000003', N'Rest breaks', 0);
SET IDENTITY_INSERT dbo.Students OFF;
SET IDENTITY_INSERT dbo.Exams ON;
INSERT INTO dbo.Exams (ExamId, CourseCode, PeriodId, DurationMinutes, IsResit, FixedStart) VALUES
    (1, N'INVT08001', 1, 90, 0, NULL), (2, N'INVT08002', 1, 120, 0, '2027-05-28T14:00:00'),
    (3, N'INVT08001', 2, 90, 1, NULL);
SET IDENTITY_INSERT dbo.Exams OFF;
INSERT INTO dbo.ExamRequirements VALUES (1, 1), (1, 2), (2, 3);
INSERT INTO dbo.Registrations VALUES (1, 1, 1), (1, 2, 1), (2, 1, 1), (2, 3, 1), (3, 3, 2);
SET IDENTITY_INSERT dbo.Sittings ON;
INSERT INTO dbo.Sittings (SittingId, ExamId, LocationId, StartsAt) VALUES
    (1, 1, 2, '2027-05-28T11:30:00'), (2, 2, 1, '2027-05-28T14:00:00'), (3, 3, 1, '2027-08-03T09:30:00');
SET IDENTITY_INSERT dbo.Sittings OFF;
INSERT INTO dbo.Seats (SittingId, StudentId, ExtraMinutes) VALUES (1, 1, 0), (1, 2, 23), (2, 1, 0), (2, 3, 0),
    (3, 3, 0);
SET IDENTITY_INSERT dbo.Invigilators ON;
INSERT INTO dbo.Invigilators (InvigilatorId, UUN) VALUES (1, N'v1000001'), (2, N'v1000002');
SET IDENTITY_INSERT dbo.Invigilators OFF;
INSERT INTO dbo.SittingInvigilators VALUES (1, 1), (2, 1), (3, 2)"""
"""Rows in which nothing is wrong, next to what would be: extra time that is just enough, sittings that follow each
other, a fixed date on the last day of its period."""

PLANTED = """
SET IDENTITY_INSERT dbo.Students ON;
INSERT INTO dbo.Students (StudentId, UUN, Adjustments, ExtraTimePercent) VALUES
    (10, N's9000010', NULL, 0), (11, N'S9000011', NULL, 0), (12, N' s9000001', NULL, 0), (13, N's900001', NULL, 0),
    (14, N's9000014', N'EXTRA TIME 50%', 0), (15, N's9000015', N'Extra time 25%', 25), (16, N's9000016', NULL, 0);
SET IDENTITY_INSERT dbo.Students OFF;
SET IDENTITY_INSERT dbo.Exams ON;
INSERT INTO dbo.Exams (ExamId, CourseCode, PeriodId, DurationMinutes, IsResit, FixedStart) VALUES
    (10, N'NOBODY', 1, 60, 0, NULL), (11, N'NOWHERE', 1, 60, 0, NULL), (12, N'TWICE', 1, 60, 0, NULL),
    (13, N'TWICE', 1, 60, 0, NULL),
    (14, N'CROWDED', 1, 60, 0, NULL), (15, N'FIXED', 1, 60, 0, '2027-05-29T00:00:00'),
    (16, N'EARLY', 1, 60, 0, '2027-04-25T23:59:59'),
    (17, N'MOVED', 1, 60, 0, '2027-05-10T09:30:00'), (18, N'OVERLAP', 1, 60, 0, NULL);
SET IDENTITY_INSERT dbo.Exams OFF;
INSERT INTO dbo.ExamRequirements VALUES (11, 2), (11, 3), (14, 2);
INSERT INTO dbo.Registrations VALUES (11, 11, 1), (12, 12, 1), (13, 13, 1), (14, 1, 1), (14, 2, 1), (14, 3, 1),
    (14, 14, 1),
    (15, 15, 1), (16, 15, 2), (17, 15, 1), (3, 14, 1), (18, 2, 1), (12, 16, 1);
SET IDENTITY_INSERT dbo.Sittings ON;
INSERT INTO dbo.Sittings (SittingId, ExamId, LocationId, StartsAt) VALUES
    (14, 14, 1, '2027-05-03T09:30:00'), (17, 17, 2, '2027-05-10T09:30:01'), (18, 18, 2, '2027-05-28T13:22:59');
SET IDENTITY_INSERT dbo.Sittings OFF;
INSERT INTO dbo.Seats (SittingId, StudentId, ExtraMinutes) VALUES (14, 1, 0), (14, 2, 15), (14, 3, 0), (14, 14, 0),
    (17, 15, 14),
    (18, 2, 15), (17, 16, 0);
INSERT INTO dbo.SittingInvigilators VALUES (18, 1)"""

FOUND: dict[str, list[dict[str, str]]] = {
    "students_without_exams": [{"UUN": "s9000010"}],
    "exams_without_students": [{"CourseCode": "NOBODY", "Period": "May 2027"}],
    "exams_without_a_suitable_location": [{"CourseCode": "NOWHERE"}],
    "sittings_in_an_unsuitable_location": [{"CourseCode": "CROWDED", "Location": "HALL", "Lacking": "Computers"}],
    "sittings_beyond_capacity": [{"CourseCode": "CROWDED", "Location": "HALL", "Students": "4"}],
    # until 13:23, with the extra time
    "student_clashes": [
        {"UUN": "s9000002", "One": "INVT08001", "Other": "OVERLAP", "StartsAt": "2027-05-28 13:22:59"}
    ],
    "extra_time_not_loaded": [{"UUN": "s9000014"}],
    "extra_time_not_scheduled": [{"UUN": "s9000015", "CourseCode": "MOVED", "Minutes": "14", "Needed": "15"}],
    "seats_of_students_who_are_not_registered": [{"UUN": "s9000016", "CourseCode": "MOVED"}],
    "invigilator_clashes": [
        {"UUN": "v1000001", "One": "OVERLAP", "Other": "INVT08002", "StartsAt": "2027-05-28 14:00:00"}
    ],
    "duplicate_exams": [{"CourseCode": "TWICE", "Period": "May 2027", "Exams": "2"}],
    "duplicate_students": [{"UUN": "s9000001", "Students": "2"}],
    "uun_form": [
        {"UUN": "S9000011", "Length": "8"}, {"UUN": " s9000001", "Length": "9"}, {"UUN": "s900001", "Length": "7"}
    ],
    "resits_as_first_attempts": [{"UUN": "s9000014", "CourseCode": "INVT08001"}],
    "further_attempts_outside_resits": [{"UUN": "s9000015", "CourseCode": "EARLY", "Attempt": "2"}],
    "fixed_dates_outside_their_period": [
        {"CourseCode": "FIXED", "Period": "May 2027", "FixedStart": "2027-05-29 00:00:00"},
        {"CourseCode": "EARLY", "Period": "May 2027", "FixedStart": "2027-04-25 23:59:59"},
    ],
    "fixed_dates_not_kept": [
        {"CourseCode": "MOVED", "FixedStart": "2027-05-10 09:30:00", "StartsAt": "2027-05-10 09:30:01"}
    ],
}  # fmt: skip

Executor = Callable[..., dict[str, Any]]


def test_that_each_check_finds_what_was_planted_and_nothing_else(on_sql_server: Executor) -> None:
    empty = documented("data_checks", {"mssql": on_sql_server(*SCHEMA), "checks": CHECKS})
    assert empty["msg"] == f"{len(CHECKS)} checks proven"

    clean = documented("data_checks", {"mssql": on_sql_server(AS_IT_SHOULD_BE), "checks": CHECKS})
    assert {each["name"]: each["samples"] for each in clean["checks"] if each["state"] != "passed"} == {}
    assert (clean["proven"], clean["to_sign_off"]) == (True, [])

    arguments = {"mssql": on_sql_server(PLANTED), "checks": CHECKS}
    # first, since what warns in this process once is in all that comes after
    masked = documented("data_checks", {**arguments, "on_difference": "report"})
    assert not masked.get("failed")
    assert not re.search(r"[sSv]\d{6,7}", str(masked))
    assert masked["checks"][5]["samples"][0]["UUN"] == "s\u202602"

    planted = documented("data_checks", {**arguments, "show_values": True})
    found = {each["name"]: each for each in planted["checks"]}
    assert {name: sorted(each["samples"], key=str) for name, each in found.items()} == {
        name: sorted(expected, key=str) for name, expected in FOUND.items()
    }
    assert {name: each["rows"] for name, each in found.items()} == {name: len(each) for name, each in FOUND.items()}
    errors = [each["name"] for each in CHECKS if each["severity"] == "error"]
    assert planted["failed"]
    assert [each["what"] for each in planted["differences"]] == errors
    assert sorted([*errors, *planted["to_sign_off"]]) == sorted(FOUND)
