# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is in the hub's tables: students, exams, who sits which, and adjustments; invented, and always the same."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterable, Iterator
from pathlib import Path

OWNER = "SITS"
STUDENTS = 2000
"""How many there are if nothing else is said."""
INVIGILATORS = 120
YEAR = "2026/7"
_STUDENTS_AN_EXAM, _EXAMS_A_STUDENT, _LEAST_EXAMS = 40, 4, 8
_SCHOOLS = ("Invented Physics", "Invented History", "Invented Law", "Invented Music")
_FIRST_FIXED_DATES = {"MAY": dt.date(2027, 5, 3), "AUG": dt.date(2027, 8, 9)}
Row = tuple[str | int, ...]


def write(directory: Path, *, students: int) -> dict[str, Path]:
    """Write a CSV file for each table, those first to which others refer, and return the files by table.

    Args:
        directory: where to.
        students: how many; exams and the rest follow from it.
    """
    directory.mkdir(parents=True, exist_ok=True)
    exams = max(_LEAST_EXAMS, students * _EXAMS_A_STUDENT // _STUDENTS_AN_EXAM)
    tables: dict[str, tuple[Row, Iterable[Row]]] = {
        "STUDENTS": (("STUDENT_CODE", "UUN", "SURNAME", "FORENAMES", "EMAIL", "STATUS"), _students(students)),
        "EXAMS": (
            ("EXAM_CODE", "ACADEMIC_YEAR", "DIET", "TITLE", "SCHOOL", "DURATION_MINUTES", "IS_RESIT", "FIXED_START"),
            _exams(exams),
        ),
        "SITTINGS": (("EXAM_CODE", "ACADEMIC_YEAR", "STUDENT_CODE", "ATTEMPT"), _sittings(students, exams)),
        "ADJUSTMENTS": (
            ("STUDENT_CODE", "EXTRA_TIME_PER_CENT", "SEPARATE_ROOM", "REST_BREAKS", "COMPUTER", "SCRIBE"),
            _adjustments(students),
        ),
    }
    return {table: _write(directory / f"{table.lower()}.csv", header, rows) for table, (header, rows) in tables.items()}


def write_invigilators(file: Path) -> None:
    """Write who can invigilate, as the exams office sends it: CSV with the byte-order mark that spreadsheets write."""
    header = ("STAFF_ID", "UUN", "SURNAME", "FORENAMES", "EMAIL", "IS_CHIEF", "AVAILABLE_FROM", "AVAILABLE_TO")
    rows: list[Row] = []
    for n in range(1, INVIGILATORS + 1):
        uun, chief = f"v{1000000 + n}", "N" if n % 10 else "Y"
        names = (f"Testcase-{n:04}", f"Invented {n % 26:02}", f"{uun}@staff.exams.example")
        rows.append((f"{7000000 + n}", uun, *names, chief, "2027-04-26", "2027-05-28"))
    _write(file, header, rows, encoding="utf-8-sig")


def _write(file: Path, header: Row, rows: Iterable[Row], *, encoding: str = "utf-8") -> Path:
    with file.open("w", encoding=encoding, newline="") as lines:
        writer = csv.writer(lines)
        writer.writerow(header)
        writer.writerows(rows)
    return file


def _students(count: int) -> Iterator[Row]:
    for n in range(1, count + 1):
        uun = f"s{9000000 + n}"
        status = "L" if n % 97 == 0 else "C"  # some have left
        yield (
            f"{9000000 + n}",
            uun,
            f"Testcase-{n:06}",
            f"Invented {n % 26:02}",
            f"{uun}@students.exams.example",
            status,
        )


def _code(n: int) -> str:
    return f"INVT{8000 + n:05}"


def _exams(count: int) -> Iterator[Row]:
    for n in range(1, count + 1):
        resit, fixed = n % 20 == 0, n % 15 == 0
        diet = "AUG" if resit else "MAY"
        start = f"{_FIRST_FIXED_DATES[diet] + dt.timedelta(days=n % 12)} 09:30:00" if fixed else ""
        yield (
            _code(n), YEAR, diet, f"Invented Subject {n}", _SCHOOLS[n % len(_SCHOOLS)],
            120 if n % 3 else 180, "Y" if resit else "N", start,
        )  # fmt: skip


def _sittings(students: int, exams: int) -> Iterator[Row]:
    for n in range(1, students + 1):
        chosen = sorted({(n * 7 + k * 13) % exams + 1 for k in range(_EXAMS_A_STUDENT)})
        for exam in chosen:
            yield _code(exam), YEAR, f"{9000000 + n}", 2 if exam % 20 == 0 else 1


def _adjustments(students: int) -> Iterator[Row]:
    for n in range(1, students + 1):
        if n % 8 == 0:
            flags = ("Y" if n % each == 0 else "N" for each in (24, 16, 32, 80))
            yield (f"{9000000 + n}", 50 if n % 24 == 0 else 25, *flags)
