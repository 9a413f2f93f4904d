# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rehearsal's EUGEX: its seed applies, and its rows are invented, whole, and always the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from emulators.estate import hub
from emulators.estate.oracle_database import SEED
from emulators.oracle.engine import numbers
from emulators.oracle.engine.session import Session
from emulators.oracle.seed import apply_seed, load_seed
from emulators.oracle.server import OracleServer


def test_that_the_hub_is_there_on_the_first_day(tmp_path: Path) -> None:
    for name in ("oracle_login_password", "oracle_old_account_password"):
        (tmp_path / name).write_text("generated\n", encoding="utf-8")
    seed = load_seed(SEED, secrets=tmp_path)
    files = hub.write(tmp_path / "hub", students=240)
    seed["rows"] = [{"user": hub.OWNER, "table": table, "file": str(file)} for table, file in files.items()]
    server = OracleServer(tmp_path / "state", "127.0.0.1", context=lambda: pytest.fail("nobody connects"))
    apply_seed(server.instance, seed)
    session = Session(server.instance, "EUGEX")
    query = (
        "SELECT COUNT(*), COUNT(DISTINCT t.student_code), COUNT(DISTINCT t.exam_code), COUNT(a.student_code) "
        "FROM sits.sittings t JOIN sits.students s ON s.student_code = t.student_code "
        "JOIN sits.exams e ON e.exam_code = t.exam_code AND e.academic_year = t.academic_year "
        "LEFT JOIN sits.adjustments a ON a.student_code = t.student_code"
    )
    outcome = session.execute(session.prepare(query), [], [()])
    assert outcome.rows is not None
    (row,) = session.fetch(outcome.rows, 2)
    assert [int(numbers.decode(each)) for each in row if each] == [960, 240, 24, 120]
    assert server.instance.model.users["SCIENTIA"].last_login > 0
    session.close()
    server.instance.close()


def test_that_rows_are_always_the_same(tmp_path: Path) -> None:
    first, second = (hub.write(tmp_path / name, students=50) for name in ("a", "b"))
    assert list(first) == ["STUDENTS", "EXAMS", "SITTINGS", "ADJUSTMENTS"]
    for table, file in first.items():
        text = file.read_text(encoding="utf-8")
        assert text == second[table].read_text(encoding="utf-8")
        assert "@" not in text.replace("@students.exams.example", "")
