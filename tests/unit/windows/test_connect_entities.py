# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the emulated connector makes of the views' rows, and what it rejects."""

from __future__ import annotations

import datetime as dt
from typing import Any

from emulators.windows.connect_entities import ENTITIES, Entity, Known, Source, digest

STARTS = dt.datetime(2027, 5, 3, 9, 30)
SOURCE = Source(
    {
        "EUGEX.EXAM_TIMETABLING_EXAMS": [
            ("INVT08001", "2026/7", "MAY", 120, "N", STARTS),
            ("INVT08002", "2026/7", "AUG", 180, "Y", None),
            ("INVT08003", "1999/0", "XXX", 60, "N", None),
        ],
        "EUGEX.EXAM_TIMETABLING_STUDENTS": [
            ("INVT08001", "2026/7", "s9000001", 1, 0, "N", "N", "N", "N"),
            ("INVT08002", "2026/7", "s9000001", 2, 0, "N", "N", "N", "N"),
            ("INVT08003", "1999/0", "s9000002", 1, 25, "Y", "N", "Y", "N"),
        ],
        "EUGEX.INVIGILATORS": [("v1000001",), (None,)],
    }
)
KNOWN = Known(
    periods={"Semester 2 2026/27": 2, "Resits 2026/27": 3},
    exams={("INVT08001", 2): 11, ("INVT08002", 3): 12},
    students={"s9000001": 21, "s9000002": 22},
)


def entity(table: str) -> Entity:
    return next(each for each in ENTITIES if each.table == table)


def made(table: str) -> list[tuple[Any, ...]]:
    """Return the parameters of what would be inserted."""
    of = entity(table)
    return [of.parameters(row, KNOWN) for row in of.rows(SOURCE) if of.fits(row, KNOWN)]


def test_that_exams_get_the_period_of_their_diet_and_one_without_a_period_is_rejected() -> None:
    assert made("dbo.Exams") == [("INVT08001", 2, 120, False, STARTS), ("INVT08002", 3, 180, True, None)]
    rejected = [row for row in entity("dbo.Exams").rows(SOURCE) if not entity("dbo.Exams").fits(row, KNOWN)]
    assert [entity("dbo.Exams").name(row) for row in rejected] == ["INVT08003|XXX 1999/90"]


def test_that_a_student_is_there_once_with_adjustments_in_words() -> None:
    assert made("dbo.Students") == [
        ("s9000001", None, 0),
        ("s9000002", "extra time 25 %; separate room; use of computer", 25),
    ]


def test_that_registrations_refer_to_what_is_there() -> None:
    registrations = entity("dbo.Registrations")
    assert made("dbo.Registrations") == [(11, 21, 1), (12, 21, 2)]
    assert registrations.of_update((11, 21, 1)) == (1, 11, 21)
    assert registrations.of_delete("s9000001|INVT08001|Semester 2 2026/27") == ("s9000001", "INVT08001")


def test_that_who_cannot_log_in_is_no_invigilator() -> None:
    assert made("dbo.Invigilators") == [("v1000001",)]


def test_that_a_row_that_has_changed_has_another_digest() -> None:
    assert digest(("a", 1)) == digest(("a", 1))
    assert digest(("a", 1)) != digest(("a", 2))
