# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is shown of rows, and what is not; which columns belong together."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.data.columns import Column, SideOfColumn, Unreadable
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.data.declaration import columns_from
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.data.findings import Findings
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.data.masking import Mask, masked, without_values
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import InvalidParameter, Problem


def column(name: str) -> Column:
    return Column(name, SideOfColumn(name.upper()), SideOfColumn(name))


COLUMNS = [column("uun"), column("code"), column("title"), column("minutes")]


def findings(mask: Mask | None = None, file: io.StringIO | None = None) -> Findings:
    return Findings(COLUMNS, 2, mask or Mask(["Code"]), 1, file)


def test_that_keys_and_values_are_masked_and_counted() -> None:
    found = findings()
    found.only_in_source(("s1234567", "INVT08001", "Law", 120))
    found.only_in_source(("s1234568", "INVT08001", "Law", 120))
    found.different(("s1234567", "INVT08002", "Law", 120), ("s1234567", "INVT08002", None, 90))
    found.different(("s1234567", "INVT08003", "Law", 120), ("s1234567", "INVT08003", "Law", 90))
    found.without_key("target", (None, "INVT08002", "Law", 120))
    assert found.counts == {"missing": 2, "different": 2, "without_key_in_target": 1}
    assert found.columns_that_differ == {"title": 1, "minutes": 2}
    assert found.sampled == {
        "missing": [{"key": {"uun": "s\u202667", "code": "INVT08001"}}],
        "different": [
            {
                "key": {"uun": "s\u202667", "code": "INVT08002"},
                "columns": {
                    "title": {"source": "\u2026", "target": "NULL"},
                    "minutes": {"source": "\u2026", "target": "\u2026"},
                },
            }
        ],
        "without_key_in_target": [{"key": {"uun": "NULL", "code": "INVT08002"}}],
    }


def test_that_values_are_shown_where_that_is_said() -> None:
    found = findings(Mask(everything=True))
    found.different(("s1234567", "A", "Law", b"\x01"), ("s1234567", "A", "law", b"\x02"))
    assert found.sampled["different"][0]["columns"] == {
        "title": {"source": "Law", "target": "law"},
        "minutes": {"source": "01", "target": "02"},
    }


def test_that_the_file_has_all_of_it_as_it_is() -> None:
    file = io.StringIO()
    found = findings(file=file)
    found.only_in_target(("s1", "A", "Law", 120))
    found.only_in_target(("s2", "=1+1", 'a "b"\n', 120))
    found.different(("s3", "A", None, 120), ("s3", "A", "x,y", 90))
    found.duplicate("source", ("s4", "A", "Law", 120))
    assert list(csv.reader(io.StringIO(file.getvalue(), newline=""))) == [
        ["difference", "uun", "code", "column", "source", "target"],
        ["extra", "s1", "A", "", "", ""],
        ["extra", "s2", "=1+1", "", "", ""],
        ["different", "s3", "A", "title", "", "x,y"],
        ["different", "s3", "A", "minutes", "120", "90"],
        ["duplicate_in_source", "s4", "A", "", "", ""],
    ]


def test_that_values_of_two_kinds_want_a_declaration() -> None:
    with pytest.raises(Problem, match="column minutes is a text in the source and a number in the target") as problem:
        findings().different(("s1", "A", "Law", "120"), ("s1", "A", "Law", 120))
    assert "Declare the column's type" in str(problem.value)


def test_that_what_could_not_be_read_is_counted_by_its_side() -> None:
    found = findings()
    found.different(("s1", "A", "Law", Unreadable("2h")), ("s1", "A", "Law", 120))
    assert found.unreadable == {"source: minutes": 1}
    assert found.columns_that_differ == {"minutes": 1}


@given(st.text(min_size=5))
def test_that_a_mask_leaves_three_characters(text: str) -> None:
    assert masked(text) == f"{text[0]}\u2026{text[-2:]}"


@given(st.text(max_size=4) | st.integers(-999, 9999))
def test_that_a_mask_leaves_nothing_of_what_is_short(value: str | int) -> None:
    assert masked(value) == "\u2026"


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        ("Invalid object name 'dbo.Nothing'.", "Invalid object name 'dbo.Nothing'."),
        ("Conversion failed when converting the nvarchar value 's1234567' to data type int.",
         "Conversion failed when converting the nvarchar value '\u2026' to data type int."),
        ("Conversion failed when converting the nvarchar value 'Sean O'Brien' to data type int. (245)",
         "Conversion failed when converting the nvarchar value '\u2026' to data type int. (245)"),
        ("'dbo.nothing': the nvarchar value 'N'Guessan O'Brien' is none.", "'\u2026' is none."),
        ("The server's answer is none.", "The server's answer is none."),
    ],
)  # fmt: skip
def test_that_a_server_s_message_shows_no_value_of_a_row(message: str, shown: str) -> None:
    assert without_values(message, "SELECT UUN FROM DBO.nothing") == shown


PARAMS: dict[str, Any] = {
    "key": ["uun"], "columns": [], "ignored_columns": [], "trim": "trailing", "ignore_case": False,
    "null_equals_empty": True,
}  # fmt: skip
ENTRY: dict[str, Any] = {
    "name": "minutes", "source": None, "target": None, "type": None, "scale": None, "source_format": None,
    "target_format": None, "source_time_zone": None, "target_time_zone": None, "source_values": {}, "trim": None,
    "ignore_case": None, "null_equals_empty": None,
}  # fmt: skip
WHERE: Any = {"source": "EUGEX", "target": "ES"}


def declared(source: list[str], target: list[str], *entries: dict[str, Any], **params: Any) -> list[Column]:
    names: Any = {"source": source, "target": target}
    columns = [{**ENTRY, **each} for each in entries]
    return columns_from({**PARAMS, **params, "columns": columns}, names, WHERE)


def test_that_columns_find_each_other_by_name_the_key_first() -> None:
    found = declared(
        ["TITLE", "UUN", "DURATION"], ["Minutes", "UUN", "Title"], {"name": "minutes", "source": "duration"}
    )
    assert [(each.name, each.source.column, each.target.column) for each in found] == [
        ("UUN", "UUN", "UUN"),
        ("minutes", "DURATION", "Minutes"),
        ("TITLE", "TITLE", "Title"),
    ]
    assert all(each.trim == "trailing" and each.null_equals_empty for each in found)


def test_that_a_column_may_be_declared_otherwise_than_all() -> None:
    title, uun = declared(
        ["uun", "title"],
        ["uun", "title"],
        {"name": "title", "trim": "none", "null_equals_empty": False},
        key=["title", "uun"],
    )
    assert (title.trim, title.null_equals_empty, uun.trim) == ("none", False, "trailing")


@pytest.mark.parametrize(
    ("source", "target", "entries", "params", "message"),
    [
        (["uun", "a"], ["uun"], [], {}, "EUGEX: target has no such columns; found a. Declare in columns"),
        (["uun"], ["uun", "b"], [], {}, "ES: source has no such columns; found b"),
        (["uun", "uun"], ["uun"], [], {}, "EUGEX: two columns are called uun"),
        (["uun", ""], ["uun"], [], {}, "EUGEX: a column has no name"),
        (["uun"], ["uun"], [{"name": "minutes"}], {}, "EUGEX: there is no column minutes; found uun"),
        (["uun"], ["uun"], [], {"key": ["id"]}, "key[0]='id' is refused: there is no such column. There are uun"),
        (["uun"], ["uun"], [], {"ignored_columns": ["UUN"]}, "key[0]='uun' is refused: it is in ignored_columns"),
        (["uun"], ["uun"], [], {"key": ["uun", "UUN"]}, "key[1]='UUN' is refused: it is named twice"),
        (["uun"], ["uun"], [], {"key": []}, "key=[] is refused"),
        ([], [], [{}, {}], {}, "columns[1].name='minutes' is refused: it is declared twice"),
        ([], [], [{"scale": 2}], {}, "columns[0].scale=2 is refused"),
        ([], [], [{"type": "datetime", "scale": 7}], {}, "columns[0].scale=7 is refused"),
        ([], [], [{"source_format": "%Y"}], {}, "columns[0].source_format='%Y' is refused: it is for dates"),
        ([], [], [{"type": "date", "target_time_zone": "Mars/Base"}], {}, "knows no such time zone"),
        ([], [], [{"type": "date", "target_time_zone": "../etc"}], {}, "knows no such time zone"),
        ([], [], [{"type": "integer", "trim": "both"}], {}, "columns[0].trim='both' is refused: type integer"),
    ],
)  # fmt: skip
def test_that_a_declaration_that_cannot_be_meant_is_refused(
    source: list[str], target: list[str], entries: list[dict[str, Any]], params: dict[str, Any], message: str
) -> None:
    with pytest.raises(Problem, match=re.escape(message)):
        declared(source, target, *entries, **params)


def test_that_what_is_ignored_may_be_on_one_side() -> None:
    found = declared(["uun", "a"], ["UUN", "b"], ignored_columns=["A", "B"])
    assert [each.name for each in found] == ["uun"]
    with pytest.raises(InvalidParameter):
        declared(["uun"], ["uun"], key=[])
