# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the emulated connector makes of EUGEX's views: rows of Exam Scheduler's tables, and by which statements.

Neither the product's schema nor its connector is public; both are invented (emulators/estate/exam_scheduler.sql).
"""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

Row = tuple[Any, ...]
_TERMS = {"DEC": "Semester 1", "MAY": "Semester 2", "AUG": "Resits"}
_ADJUSTMENTS = ("separate room", "rest breaks", "use of computer", "scribe")


@dataclass(frozen=True)
class Source:
    """The rows of the views, as they were read."""

    views: Mapping[str, list[Row]]


@dataclass
class Known:
    """What the target has: identities by natural keys."""

    there: set[Row] = field(default_factory=set)
    periods: dict[str, int] = field(default_factory=dict)
    exams: dict[tuple[str, int], int] = field(default_factory=dict)
    students: dict[str, int] = field(default_factory=dict)


class Entity(ABC):
    """A table that is filled of a view. Rows begin with the natural key, whose parts are texts."""

    table: str
    view: str
    columns: tuple[str, ...]
    keys: int
    """How many of a row's values are its key."""
    insert: str
    update: str
    delete: str
    needs = ""
    """What has to be there for a row that does not fit."""

    def rows(self, source: Source) -> Iterator[Row]:
        """Yield the rows that the table shall have."""
        yield from source.views[self.view]

    @abstractmethod
    def known(self, target: Any) -> Known:
        """Return what the target has at this moment."""

    def fits(self, row: Row, known: Known) -> bool:
        """Return whether all that the row refers to is there."""
        return True

    def key(self, row: Row, known: Known) -> Row:
        """Return the key as `known.there` has it."""
        return row[: self.keys]

    def parameters(self, row: Row, known: Known) -> Row:
        """Return what `insert` takes: the key, and then the rest."""
        return row

    def of_update(self, parameters: Row) -> Row:
        """Return what `update` takes: the rest, and then the key."""
        return (*parameters[self.keys :], *parameters[: self.keys])

    def name(self, row: Row) -> str:
        """Return the key as the synchronisation state has it."""
        return "|".join(row[: self.keys])

    def of_delete(self, name: str) -> Row:
        """Return what `delete` takes."""
        return tuple(name.split("|"))


def digest(row: Row) -> str:
    """Return what tells whether a row has changed."""
    return hashlib.sha256(repr(row).encode()).hexdigest()[:16]


def _period(diet: str, year: str) -> str:
    """Return the name of a period: of MAY and 2026/7 `Semester 2 2026/27`."""
    first, _, last = year.partition("/")
    return f"{_TERMS.get(diet, diet)} {first}/{first[2]}{last}"


def _pairs(target: Any, sql: str) -> list[Any]:
    return list(target.cursor().execute(sql).fetchall())


class Exams(Entity):
    """An exam of a course in a period."""

    table, view, keys = "dbo.Exams", "EUGEX.EXAM_TIMETABLING_EXAMS", 2
    columns = ("exam_code", "academic_year", "diet", "duration_minutes", "is_resit", "fixed_start")
    insert = "INSERT INTO dbo.Exams (CourseCode, PeriodId, DurationMinutes, IsResit, FixedStart) VALUES (?, ?, ?, ?, ?)"
    update = """UPDATE dbo.Exams SET DurationMinutes = ?, IsResit = ?, FixedStart = ?
        WHERE CourseCode = ? AND PeriodId = ?"""
    delete = """DELETE FROM dbo.Exams
        WHERE CourseCode = ? AND PeriodId IN (SELECT PeriodId FROM dbo.AcademicPeriods WHERE Name = ?)"""
    needs = "there is no academic period of that name"

    def rows(self, source: Source) -> Iterator[Row]:
        """Yield code, name of the period, minutes, whether it is a resit, when it begins."""
        for code, year, diet, minutes, resit, start in source.views[self.view]:
            yield code, _period(diet, year), int(minutes), resit == "Y", start

    def known(self, target: Any) -> Known:
        """Return periods and exams."""
        periods = {name: number for number, name in _pairs(target, "SELECT PeriodId, Name FROM dbo.AcademicPeriods")}
        exams = _pairs(target, "SELECT ExamId, CourseCode, PeriodId FROM dbo.Exams")
        by_key = {(code, period): number for number, code, period in exams}
        return Known(set(by_key), periods, by_key)

    def fits(self, row: Row, known: Known) -> bool:
        """Return whether there is such a period."""
        return row[1] in known.periods

    def key(self, row: Row, known: Known) -> Row:
        """Return code and number of the period."""
        return row[0], known.periods[row[1]]

    def parameters(self, row: Row, known: Known) -> Row:
        """Return the row with the number of the period."""
        return (*self.key(row, known), *row[2:])


class Students(Entity):
    """A student, once, with adjustments."""

    table, view, keys = "dbo.Students", "EUGEX.EXAM_TIMETABLING_STUDENTS", 1
    columns = (
        *("exam_code", "academic_year", "uun", "attempt", "extra_time_per_cent"),
        *("separate_room", "rest_breaks", "use_of_computer", "scribe"),
    )
    insert = "INSERT INTO dbo.Students (UUN, Adjustments, ExtraTimePercent) VALUES (?, ?, ?)"
    update = "UPDATE dbo.Students SET Adjustments = ?, ExtraTimePercent = ? WHERE UUN = ?"
    delete = "DELETE FROM dbo.Students WHERE UUN = ?"

    def rows(self, source: Source) -> Iterator[Row]:
        """Yield UUN, adjustments in words, per cent of extra time."""
        seen = set()
        for row in source.views[self.view]:
            uun, extra, flags = row[2], int(row[4]), row[5:]
            if uun not in seen:
                seen.add(uun)
                words = [word for word, flag in zip(_ADJUSTMENTS, flags, strict=True) if flag == "Y"]
                words = [f"extra time {extra} %", *words] if extra else words
                yield uun, "; ".join(words) or None, extra

    def known(self, target: Any) -> Known:
        """Return who is there."""
        return Known({(uun,) for (uun,) in _pairs(target, "SELECT UUN FROM dbo.Students")})


class Registrations(Entity):
    """Who sits which exam."""

    table, view, columns, keys = "dbo.Registrations", Students.view, Students.columns, 3
    insert = "INSERT INTO dbo.Registrations (ExamId, StudentId, Attempt) VALUES (?, ?, ?)"
    update = "UPDATE dbo.Registrations SET Attempt = ? WHERE ExamId = ? AND StudentId = ?"
    delete = """DELETE FROM dbo.Registrations
        WHERE StudentId IN (SELECT StudentId FROM dbo.Students WHERE UUN = ?)
        AND ExamId IN (SELECT ExamId FROM dbo.Exams WHERE CourseCode = ?)"""
    needs = "its exam was rejected"

    def rows(self, source: Source) -> Iterator[Row]:
        """Yield UUN, code and name of the period of the exam, attempt."""
        diets = {(code, year): diet for code, year, diet, *_ in source.views.get(Exams.view, [])}
        for code, year, uun, attempt, *_ in source.views[self.view]:
            yield uun, code, _period(diets.get((code, year), "?"), year), int(attempt)

    def known(self, target: Any) -> Known:
        """Return exams, students, and who is registered."""
        known = Exams().known(target)
        students = _pairs(target, "SELECT StudentId, UUN FROM dbo.Students")
        known.students = {uun: number for number, uun in students}
        known.there = {tuple(row) for row in _pairs(target, "SELECT ExamId, StudentId FROM dbo.Registrations")}
        return known

    def fits(self, row: Row, known: Known) -> bool:
        """Return whether the exam is there."""
        return (row[1], known.periods.get(row[2])) in known.exams

    def key(self, row: Row, known: Known) -> Row:
        """Return the numbers of exam and student."""
        return known.exams[row[1], known.periods[row[2]]], known.students[row[0]]

    def parameters(self, row: Row, known: Known) -> Row:
        """Return the row by the numbers of exam and student."""
        return (*self.key(row, known), row[3])

    def of_update(self, parameters: Row) -> Row:
        """Return attempt, exam, student."""
        exam, student, attempt = parameters
        return attempt, exam, student

    def of_delete(self, name: str) -> Row:
        """Return UUN and code; a course has one exam in all periods that are loaded at once."""
        uun, code, _period_name = name.split("|")
        return uun, code


class Invigilators(Entity):
    """Who can invigilate."""

    table, view, columns, keys = "dbo.Invigilators", "EUGEX.INVIGILATORS", ("uun",), 1
    insert = "INSERT INTO dbo.Invigilators (UUN) VALUES (?)"
    update = "UPDATE dbo.Invigilators SET UUN = UUN WHERE UUN = ?"
    delete = "DELETE FROM dbo.Invigilators WHERE UUN = ?"

    def rows(self, source: Source) -> Iterator[Row]:
        """Yield the UUNs; who has none cannot log in, and is left out."""
        yield from (row for row in source.views[self.view] if row[0] is not None)

    def known(self, target: Any) -> Known:
        """Return who is there."""
        return Known({(uun,) for (uun,) in _pairs(target, "SELECT UUN FROM dbo.Invigilators")})


ENTITIES: tuple[Entity, ...] = (Exams(), Students(), Registrations(), Invigilators())
"""Those first to which others refer."""
