# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rows loaded from CSV as a whole or not at all; rejects with their lines."""

from __future__ import annotations

import csv
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.integration.oracle_modules.databases import Emulator, Runner, execute, rows

TABLE = """
CREATE TABLE invigilators (id NUMBER(6) NOT NULL, name VARCHAR2(20 CHAR) NOT NULL, rate NUMBER(5,2), starts DATE,
seen TIMESTAMP(6), notes CLOB, code CHAR(3), CONSTRAINT invigilators_pk PRIMARY KEY (id),
CONSTRAINT rate_ck CHECK (rate < 100))
"""
HEADER = "id,name,rate,starts,seen,notes,code"
GOOD = f'{HEADER}\n1,=1+1,9.50,2026-05-11,2026-05-11 09:30:00.25,"two\nlines",AB\n2,Zoë,,,,,\n'

Load = Callable[..., dict[str, Any]]


@pytest.fixture
def table(emulator: Emulator, hub: str) -> str:
    """Return a table with some types."""
    with emulator.connect(hub) as connection:
        execute(connection, TABLE)
    return f"{hub}.INVIGILATORS"


@pytest.fixture
def load(run: Runner, hub: str, table: str, tmp_path: Path) -> Load:
    """Return what loads a text, or octets, as a CSV file."""

    def loader(content: str | bytes, *, check: bool = False, **arguments: Any) -> dict[str, Any]:
        path = tmp_path / "invigilators.csv"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return run("oracle_table_data", hub, check=check, table=table, csv=str(path), **arguments)

    return loader


def found_rows(emulator: Emulator, hub: str, columns: str = "*") -> list[tuple[Any, ...]]:
    with emulator.connect(hub) as connection:
        return rows(connection, f"SELECT {columns} FROM invigilators ORDER BY id")


def counts(result: dict[str, Any]) -> list[tuple[Any, Any]]:
    assert not result.get("failed"), result["msg"]
    return [(each["before"], each["after"]) for each in result["changes"]]


def test_that_a_table_is_replaced_and_a_second_run_changes_nothing(emulator: Emulator, hub: str, load: Load) -> None:
    predicted = load(GOOD, check=True)
    assert counts(predicted) == [({"rows": 0}, {"rows": 2})]
    assert found_rows(emulator, hub) == []
    assert load(GOOD)["changes"] == predicted["changes"]
    assert counts(load(GOOD)) == []
    first, second = found_rows(emulator, hub, "name, rate, notes, code, seen")
    assert first[:4] == ("=1+1", 9.5, "two\nlines", "AB ")
    assert first[4].microsecond == 250000
    assert second == ("Zoë", None, None, None, None)
    # in another order, and written otherwise, it is the same; with one value changed it is not
    reordered = (
        "NAME,ID,RATE,STARTS,SEEN,NOTES,CODE\nZoë,2,,,,,\n=1+1,1,9.5,2026-05-11 00:00:00,2026-05-11T09:30:00.250,"
    )
    assert counts(load(f'{reordered}"two\nlines",AB\n')) == []
    assert counts(load(GOOD.replace("Zoë", "Zoe"))) == [({"rows": 2}, {"rows": 2})]
    assert found_rows(emulator, hub, "name")[1] == ("Zoe",)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "cp1252", "utf-16"])
def test_that_the_encoding_is_as_stated(emulator: Emulator, hub: str, load: Load, encoding: str) -> None:
    stated = "utf-8" if encoding == "utf-8-sig" else encoding
    counts(load(GOOD.encode(encoding), encoding=stated))
    assert found_rows(emulator, hub, "name")[1] == ("Zoë",)


def test_that_another_encoding_is_an_error_with_its_line(emulator: Emulator, hub: str, load: Load) -> None:
    result = load(GOOD.encode("cp1252"))
    assert "is not in the encoding utf-8" in result["msg"]
    assert "invigilators.csv line 4" in result["msg"]
    assert "Nothing was touched" in result["msg"]
    assert found_rows(emulator, hub) == []


BAD = f"""{HEADER}
1,A,9.999,,,,
2,B,1000,,,,
3,C,,2026-02-30,,,
4,,,,,,
5,{"x" * 21},,,,,
x,F,one,,,,
1000000,G,,,,,
8,H
1,second,,,,,
9,I,,,,,
9,J,,,,,
10,K,,,,,ABCD
"""


def test_that_rejects_have_their_lines_and_reasons(emulator: Emulator, hub: str, load: Load, tmp_path: Path) -> None:
    counts(load(GOOD))
    before = found_rows(emulator, hub)
    for check in (True, False):
        result = load(BAD, check=check, rejects_file=str(tmp_path / "rejects.csv"))
        assert "10 rows are rejected; expected at most 0" in result["msg"].replace(str(tmp_path), "")
        for each in (
            "line 2: RATE: '9.999' has more decimals than NUMBER(5,2) keeps",
            "line 3: RATE: '1000' is too large for NUMBER(5,2)",
            "line 4: STARTS: '2026-02-30' is no date (YYYY-MM-DD[ HH:MM:SS])",
            "line 5: NAME has no value",
            f"line 6: NAME: '{'x' * 21}' is longer than VARCHAR2(20 CHAR): 21",
            "line 7: ID: 'x' is no number; RATE: 'one' is no number",
            "line 8: ID: '1000000' is too large for NUMBER(6)",
            "line 9: it has 2 fields, the header has 7",
            "line 12: its key is that of line 11",
            "line 13: CODE: 'ABCD' is longer than CHAR(3 BYTE): 4",
        ):
            assert each in result["msg"]
    with (tmp_path / "rejects.csv").open(newline="") as file:
        assert [row[0] for row in csv.reader(file)][1:] == ["2", "3", "4", "5", "6", "7", "8", "9", "12", "13"]
    assert found_rows(emulator, hub) == before
    taken = load(BAD, max_rejects=10)
    assert counts(taken) == [({"rows": 2}, {"rows": 2})]
    assert (taken["rejected"], taken["rejects"][0]["line"]) == (10, 2)
    assert "10 rows are not loaded" in str(taken["warnings"])
    assert found_rows(emulator, hub, "id, name") == [(1, "second"), (9, "I")]
    assert counts(load(BAD, max_rejects=10)) == []


def test_that_ten_thousand_rejects_are_all_there(load: Load, tmp_path: Path) -> None:
    text = HEADER + "\n" + "".join(f"{number},N,,no date,,,\n" for number in range(10_000))
    result = load(text, rejects_file=str(tmp_path / "rejects.csv"))
    assert "10000 rows are rejected" in result["msg"]
    assert "and 9980 more" in result["msg"]
    assert len(result["msg"]) < 3000
    assert len((tmp_path / "rejects.csv").read_text().splitlines()) == 10_001


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("id,name,rates\n1,A,2\n", "the header has columns that the table has not: RATES"),
        ("id;name\n1;A\n", "the header has columns that the table has not: ID;NAME"),
        ("id,rate\n1,2\n", "the header has not all columns that have to have a value: NAME"),
        ("id,name,id\n1,A,2\n", "the header names columns twice: ID"),
        ("", "there is no header"),
        (f"{HEADER}\n", "the source has no rows"),
        (f'{HEADER}\n1,"A,,,,\n', "line 2: the file is no CSV"),
    ],
)
def test_that_a_wrong_file_is_refused(emulator: Emulator, hub: str, load: Load, text: str, message: str) -> None:
    counts(load(GOOD))
    result = load(text)
    assert message in result["msg"]
    assert "Nothing was touched" in result["msg"]
    assert len(found_rows(emulator, hub)) == 2


def test_that_a_table_can_be_emptied_on_request(emulator: Emulator, hub: str, load: Load, run: Runner) -> None:
    counts(load(GOOD))
    assert counts(load(f"{HEADER}\n", allow_empty=True)) == [({"rows": 2}, {"rows": 0})]
    assert counts(load(f"{HEADER}\n", allow_empty=True)) == []
    counts(load(GOOD))
    none: dict[str, Any] = {"table": f"{hub}.INVIGILATORS", "rows": []}
    assert "allow_empty" in run("oracle_table_data", hub, **none)["msg"]
    assert counts(run("oracle_table_data", hub, **none, allow_empty=True)) == [({"rows": 2}, {"rows": 0})]
    assert counts(run("oracle_table_data", hub, **none, allow_empty=True)) == []


def test_that_rows_are_merged_by_their_key(emulator: Emulator, hub: str, load: Load, run: Runner, table: str) -> None:
    counts(load(GOOD))
    merge = "id,name,rate\n2,Zoë,7\n3,New,\n1,=1+1,9.5\n"
    predicted = load(merge, check=True, state="merged")
    assert counts(predicted) == [({"rows": 2}, {"rows": 3, "inserted": 1, "updated": 1})]
    assert load(merge, state="merged")["changes"] == predicted["changes"]
    assert counts(load(merge, state="merged")) == []
    assert found_rows(emulator, hub, "name, rate, code") == [
        ("=1+1", 9.5, "AB "),
        ("Zoë", 7, None),
        ("New", None, None),
    ]
    given = [{"ID": 4, "NAME": "Given", "RATE": 1.5}]
    changed = run("oracle_table_data", hub, table=table, state="merged", rows=given)
    assert counts(changed) == [({"rows": 3}, {"rows": 4, "inserted": 1, "updated": 0})]


def test_that_rows_that_the_database_refuses_are_named_and_nothing_is_loaded(
    emulator: Emulator, hub: str, load: Load
) -> None:
    counts(load(GOOD))
    before = found_rows(emulator, hub)
    text = f"{HEADER}\n1,A,1,,,,\n2,B,100,,,,\n3,C,1,,,,\n4,D,101,,,,\n"
    result = load(text)
    assert "the database refuses 2 rows" in result["msg"]
    assert "line 3: ORA-02290" in result["msg"]
    assert "line 5: ORA-02290" in result["msg"]
    assert found_rows(emulator, hub) == before


@pytest.mark.parametrize("kind", [{"kind": "drop", "rows": 1500}, {"kind": "error", "number": 1653, "rows": 1500}])
def test_that_an_interruption_leaves_what_was_there(
    emulator: Emulator, hub: str, load: Load, kind: dict[str, Any]
) -> None:
    counts(load(GOOD))
    before = found_rows(emulator, hub)
    text = HEADER + "\n" + "".join(f"{number},N,,,,,\n" for number in range(5000))
    emulator.faults({**kind, "match": "^INSERT INTO", "times": 1})
    assert load(text)["failed"]
    emulator.faults()
    assert found_rows(emulator, hub) == before
    assert counts(load(text)) == [({"rows": 2}, {"rows": 5000})]


def test_that_a_locked_table_is_waited_for_and_left(emulator: Emulator, hub: str, load: Load) -> None:
    counts(load(GOOD))
    with emulator.connect(hub) as other:
        execute(other, "UPDATE invigilators SET rate = 1 WHERE id = 1")
        result = load(GOOD.replace("Zoë", "Zoe"), lock_timeout=1)
        other.rollback()
    assert "Somebody has the object locked" in result["msg"]
    assert counts(load(GOOD)) == []


def test_that_a_missing_table_waits_for_its_line(run: Runner, hub: str) -> None:
    arguments = {"table": f"{hub}.NOT_THERE", "rows": [{"A": 1}], "prerequisite_line": "4.1"}
    assert run("oracle_table_data", hub, check=True, **arguments)["pending_line"] == "4.1"


@pytest.mark.thorough
def test_that_memory_does_not_grow_with_the_rows(load: Load) -> None:
    peaks = []
    for count in (5_000, 40_000):
        text = HEADER + "\n" + "".join(f"{number},Name {number},1.5,2026-05-11,,,\n" for number in range(count))
        tracemalloc.start()
        counts(load(text.encode()))
        peaks.append(tracemalloc.get_traced_memory()[1] - len(text))
        tracemalloc.stop()
    # a number for each key is kept, and nothing else
    assert peaks[1] - peaks[0] < 35_000 * 200
