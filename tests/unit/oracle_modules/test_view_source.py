# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sources of views: their headers, and what is refused with its line."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.view_source import (
    source_of,
    view_of,
    view_of_file,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.view_state import Grant, View
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem

GOOD = """-- SPDX-License-Identifier: GPL-3.0-or-later
-- @comment Exams of the year: one row each
-- @column CODE The code
-- @column "mixed" Not folded
-- @grant SELECT, read to Exam_Connect
-- @grant SELECT to role TIMETABLING with grant option
-- @depends PERIODS, rooms
CREATE OR REPLACE VIEW hub.exams (code, "mixed") AS
  -- the codes
  SELECT e.code, 'a;b' FROM hub_exams e
  WHERE e.x = 2 * 3
;
/
"""


def test_that_a_source_is_read() -> None:
    view = view_of(GOOD, "HUB", where="exams.sql")
    assert (view.name, view.columns, view.comment) == ("EXAMS", ("CODE", "mixed"), "Exams of the year: one row each")
    assert view.column_comments == {"CODE": "The code", "mixed": "Not folded"}
    assert view.grants == {
        Grant("SELECT", "EXAM_CONNECT"), Grant("READ", "EXAM_CONNECT"), Grant("SELECT", "TIMETABLING", grantable=True)
    }  # fmt: skip
    assert view.depends == ("PERIODS", "ROOMS")
    assert view.roles == {"TIMETABLING"}
    assert view.query == "SELECT e.code, 'a;b' FROM hub_exams e\n  WHERE e.x = 2 * 3"


def test_that_the_checksum_is_of_what_means_something() -> None:
    view = view_of(GOOD, "HUB", where="x")
    same = view_of(GOOD.replace("SELECT e.code", "select /* new */ E.CODE").replace("\n", "\r\n"), "HUB", where="x")
    assert view.checksum == same.checksum
    for other in (GOOD.replace("'a;b'", "'A;b'"), GOOD.replace("(code,", "(kode,").replace("CODE", "KODE", 1)):
        assert view_of(other, "HUB", where="x").checksum != view.checksum


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ('(code, "mixed") AS', "AS", "x.sql line 8: the view has no list of columns"),
        ("SELECT e.code, 'a;b'", "SELECT *", r"x.sql line 10: \* stands for columns"),
        ("SELECT e.code,", "SELECT e.*,", r"x.sql line 10: \* stands for columns"),
        ("hub.exams", "other.exams", "x.sql line 8: the view is of another schema; expected HUB; found OTHER"),
        ("@comment", "@coment", "x.sql line 2: the entry of the header is not understood"),
        ("@column CODE", "@column KODE", "@column KODE is no column of the view"),
        ("SELECT, read to", "EXECUTE to", "@grant EXECUTE is no right on a view"),
        ("SELECT, read to", "SELECT, select to", "@grant SELECT to EXAM_CONNECT is given twice"),
        ("2 * 3", ":x", "line 11: :X is a bind|line 11: :x is a bind"),
        ("WHERE", "; DROP TABLE y; SELECT", "line 11: there is more than one statement"),
        ("'a;b'", "'a;b", "a text is begun and not ended"),
        ("CREATE OR REPLACE VIEW", "CREATE TABLE", "it declares no view"),
        ('(code, "mixed")', "(code, code)", "the column CODE is named twice"),
        ("-- @depends PERIODS", "-- @depends 1x", "x.sql line 7"),
    ],
)
def test_that_what_is_wrong_is_said_with_its_line(before: str, after: str, message: str) -> None:
    assert before in GOOD
    with pytest.raises(Problem, match=message):
        view_of(GOOD.replace(before, after, 1), "HUB", where="x.sql")


def test_that_a_file_is_utf_8_with_or_without_a_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / "exams.sql"
    path.write_bytes(b"\xef\xbb\xbf" + GOOD.encode())
    assert view_of_file(path, "HUB").name == "EXAMS"
    path.write_bytes(GOOD.replace("codes", "é").encode("cp1252"))
    with pytest.raises(Problem, match="the source is not UTF-8"):
        view_of_file(path, "HUB")
    with pytest.raises(Problem, match="cannot be read"):
        view_of_file(tmp_path, "HUB")


THERE = View(
    "EXAMS",
    ("CODE", "mixed Case"),
    "SELECT e.code, e.title FROM hub_exams e -- the last line",
    "Exams of the year",
    {"CODE": "The code", "mixed Case": ""},
    frozenset({Grant("SELECT", "EXAM_CONNECT"), Grant("READ", "some Body", grantable=True)}),
)


def test_that_a_view_that_is_there_gets_a_source_that_declares_it() -> None:
    source = source_of(THERE, "HUB")
    assert source is not None
    view = view_of(source, "HUB", where="x")
    assert view.same_definition(THERE)
    assert (view.comments, view.grants) == (THERE.comments, THERE.grants)


def test_that_rights_that_no_source_declares_are_left_out() -> None:
    source = source_of(replace(THERE, grants=THERE.grants | {Grant("DEBUG", "DEVELOPER")}), "HUB")
    assert source is not None
    assert view_of(source, "HUB", where="x").grants == THERE.grants


@pytest.mark.parametrize(
    "view",
    [
        replace(THERE, comment="one line\nand another"),
        replace(THERE, column_comments={"CODE": " begins with a space"}),
        replace(THERE, query="SELECT 1, 2 FROM t\n-- @coment is no entry"),
        replace(THERE, query="SELECT * FROM t"),
    ],
)
def test_that_a_view_that_no_source_can_declare_gets_none(view: View) -> None:
    assert source_of(view, "HUB") is None
