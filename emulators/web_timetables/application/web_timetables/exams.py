# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Exams out of Exam Scheduler's database, by an account that can read, and nothing else."""

from __future__ import annotations

import importlib.util
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyodbc

pyodbc.pooling = False  # no session stays: the database can be snapshotted and reverted while this runs

EXAMS_OF_STUDENT = """
SELECT e.CourseCode, s.StartsAt, e.DurationMinutes, l.Name, seat.Number
FROM dbo.Students st
JOIN dbo.Registrations r ON r.StudentId = st.StudentId
JOIN dbo.Exams e ON e.ExamId = r.ExamId
JOIN dbo.Sittings s ON s.ExamId = e.ExamId
JOIN dbo.Locations l ON l.LocationId = s.LocationId
LEFT JOIN dbo.Seats seat ON seat.SittingId = s.SittingId AND seat.StudentId = st.StudentId
WHERE st.UUN = ?
ORDER BY s.StartsAt
"""


@dataclass(frozen=True)
class Exam:
    """One exam of a student."""

    course: str
    starts_at: str
    minutes: int
    location: str
    seat: str


@contextmanager
def database() -> Iterator[pyodbc.Connection]:
    """Provide a connection, as the settings and secrets of this release say."""
    settings = json.loads(Path(os.environ["WEB_TIMETABLES_SETTINGS"]).read_text(encoding="utf-8"))["database"]
    secrets = json.loads(Path(os.environ["WEB_TIMETABLES_SECRETS"]).read_text(encoding="utf-8"))
    if settings.get("ca_certificates"):
        os.environ["SSL_CERT_FILE"] = settings["ca_certificates"]  # the driver's only way to be told
    parts = {
        "DRIVER": _driver(),
        "SERVER": f"tcp:{settings.get('connect_address') or settings['server']},{settings.get('port', 1433)}",
        "DATABASE": settings["name"],
        "UID": settings["user"],
        "PWD": secrets["database_password"],
        "Encrypt": "yes",
        "TrustServerCertificate": "no",
        "HostNameInCertificate": settings["server"],
        "APP": "web_timetables",
    }
    text = ";".join(f"{key}={{{str(value).replace('}', '}}')}}}" for key, value in parts.items())
    connection = pyodbc.connect(text, timeout=5, autocommit=True)
    try:
        yield connection
    finally:
        connection.close()


def count() -> int:
    """Return how many exams there are; that it can be asked is what matters."""
    with database() as connection:
        return int(connection.execute("SELECT COUNT(*) FROM dbo.Exams").fetchone()[0])


def of_student(uun: str) -> list[Exam]:
    """Return a student's exams, the earliest first."""
    with database() as connection:
        rows: list[Any] = connection.execute(EXAMS_OF_STUDENT, uun).fetchall()
    return [Exam(row[0], f"{row[1]:%Y-%m-%d %H:%M}", int(row[2]), row[3], row[4] or "not yet known") for row in rows]


def _driver() -> str:
    """Return the driver that the host has installed, or else the one that the release brings."""
    installed = [name for name in pyodbc.drivers() if name == "ODBC Driver 18 for SQL Server"]
    if installed:
        return str(installed[0])
    found = importlib.util.find_spec("mssql_python_odbc")
    if found is None or found.origin is None:
        raise RuntimeError("there is no ODBC driver for SQL Server")
    libraries = Path(found.origin).parent / "libs" / "linux" / "debian_ubuntu"
    return str(next(libraries.glob(f"{os.uname().machine}/lib/libmsodbcsql-*.so*")))
